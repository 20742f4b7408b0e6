//! A required member at the top of the body is left out.

use super::members::{depth, name, required};
use super::{Ground, Trigger, Variation};
use crate::contract::remove;
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
        return (0..parts.len()).map(|index| without_part(ground, index)).collect();
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
