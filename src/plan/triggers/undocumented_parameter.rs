//! Trigger: a query parameter is added that the contract says is refused.

use super::{Ground, Trigger, Variation};
use crate::model::text::plain;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "undocumented-parameter",
    about: "a query parameter that the contract says is refused is added",
    needs: "name of a parameter (`at`)",
    source: "JSON:API, Inclusion of Related Resources and Query Parameters",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let Some(name) = &ground.condition.at else { return Vec::new() };
    let value = ground.condition.value.as_ref().map_or_else(|| "probity".to_owned(), plain);
    vec![ground.with_query_value(name, &value)]
}
