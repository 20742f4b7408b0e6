//! A required member at the top of the body is left out.

use serde_json::Value;

use super::members::{depth, name, required};
use super::{Ground, Trigger, Variation};
use crate::contract::remove;
use crate::contract::schema::follow;
use crate::domain::plan::{Body, Place};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-data",
    about: "a required member at the top of the body is left out",
    needs: "required member at the top of the body",
    source: "JSON:API, Creating Resources: the request MUST include a resource object as primary data",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    if let Body::Multipart(parts) = &ground.base.request.body {
        let (schema, document) = (ground.media().and_then(|media| media.schema.as_ref()), &ground.contract.document);
        let found = schema.and_then(|schema| follow(document, &schema.0)).and_then(|(_, schema)| schema.get("required")?.as_array());
        let required: Vec<&str> = found.into_iter().flatten().filter_map(Value::as_str).collect();
        let indices = (0..parts.len()).filter(|index| required.contains(&parts[*index].name.as_str()));
        return indices.map(|index| without_part(ground, index)).collect();
    }
    let places = required(ground).into_iter().filter(|at| depth(at) == 1);
    places.filter_map(|at| ground.with_json(&at, format!("{} is left out", name(&at)), |body| remove(body, &at))).collect()
}

/// A multipart body without one of its parts (RFC 7578, section 4).
fn without_part(ground: &Ground<'_>, index: usize) -> Variation {
    let mut request = ground.base.request.clone();
    let mut name = String::new();
    if let Body::Multipart(parts) = &mut request.body {
        name = parts.remove(index).name;
    }
    Variation::fault(request, Place::Body(format!("/{name}")), format!("the part {name} is left out"))
}
