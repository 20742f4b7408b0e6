//! Trigger: a required member below the top level of the body is left out.

use super::members::{depth, name, required};
use super::{Ground, Trigger, Variation};
use crate::contract::remove;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-attribute",
    about: "a required member of the body is left out",
    needs: "required member in the body",
    source: "RFC 9110, section 15.5.1; JSON Schema Validation, section 6.5.3 (required)",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let leave_out = |at: &str| ground.with_json(at, format!("{at} is left out"), |body| remove(body, at));
    if let Some(chosen) = &ground.condition.at {
        return leave_out(chosen).into_iter().collect();
    }
    let flat = ground.json().is_some_and(|body| body.get("data").is_none());
    let places = required(ground).into_iter().filter(|at| (flat || depth(at) > 1) && !matches!(name(at), "type" | "id"));
    places.filter_map(|at| leave_out(&at)).collect()
}
