//! A required member at the top of the body is left out.

use super::members::{depth, name, required};
use super::{Ground, Trigger, Variation};
use crate::contract::remove;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-data",
    about: "a required member at the top of the body is left out",
    source: "JSON:API, Creating Resources: the request MUST include a resource object as primary data",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let places = required(ground).into_iter().filter(|at| depth(at) == 1);
    places.filter_map(|at| ground.with_json(&at, format!("{} is left out", name(&at)), |body| remove(body, &at))).collect()
}
