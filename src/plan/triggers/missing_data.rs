//! Trigger: a required member at the top level of the body is left out.

use serde_json::Value;

use super::members::{depth, name, required};
use super::{Ground, Trigger, Variation};
use crate::contract::remove;
use crate::contract::schema::follow;
use crate::model::plan::{Body, Place};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-data",
    about: "a required member at the top of the body is left out",
    needs: "required member at the top of the body",
    source: "JSON:API, Creating Resources: the request MUST include a resource object as primary data",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    if let Body::Multipart(parts) = &ground.base.request.body {
        let required = required_members(ground);
        let indices = (0..parts.len()).filter(|index| required.contains(&parts[*index].name.as_str()));
        return indices.map(|index| without_part(ground, index)).collect();
    }
    if let Some((names, text)) = form(ground) {
        return names.into_iter().filter_map(|name| without_pairs(ground, text, name)).collect();
    }
    let places = required(ground).into_iter().filter(|at| depth(at) == 1);
    places.filter_map(|at| ground.with_json(&at, format!("{} is left out", name(&at)), |body| remove(body, &at))).collect()
}

/// The required members of the object that a form is.
fn required_members<'a>(ground: &'a Ground<'_>) -> Vec<&'a str> {
    let (schema, document) = (ground.media().and_then(|media| media.schema.as_ref()), &ground.contract.document);
    let found = schema.and_then(|schema| follow(document, &schema.0)).and_then(|(_, schema)| schema.get("required")?.as_array());
    found.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The required members and the text of a body in `application/x-www-form-urlencoded`.
fn form<'a>(ground: &'a Ground<'_>) -> Option<(Vec<&'a str>, &'a str)> {
    let Body::Text(text) = &ground.base.request.body else { return None };
    let is_form = ground.media().is_some_and(|media| media.name.starts_with("application/x-www-form-urlencoded"));
    is_form.then(|| (required_members(ground), text.as_str()))
}

/// A form without the pairs of one member, which may be several, or have further names in brackets.
fn without_pairs(ground: &Ground<'_>, text: &str, name: &str) -> Option<Variation> {
    let is_own = |pair: &&str| {
        let known = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(known, _)| known.into_owned()).unwrap_or_default();
        known == name || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
    };
    let kept: Vec<&str> = text.split('&').filter(|pair| !is_own(pair)).collect();
    let mut request = ground.base.request.clone();
    let changed = kept.len() < text.split('&').count();
    request.body = Body::Text(kept.join("&"));
    changed.then(|| Variation::fault(request, Place::Body(format!("/{name}")), format!("{name} is left out of the form")))
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
