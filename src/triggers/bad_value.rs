//! A place of the request gets the value that the contract says is refused.

use serde_json::Value;

use super::{Ground, Trigger, Variation};
use crate::domain::contract::Location;

pub(super) const TRIGGER: Trigger =
    Trigger { name: "bad-value", about: "a place named by the contract has the value it says is refused", source: "the contract", vary };

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let (Some(at), Some(value)) = (&ground.condition.at, &ground.condition.value) else { return Vec::new() };
    if let Some(name) = at.strip_prefix('/') {
        let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
        let last = name.rsplit('/').next().unwrap_or(name).to_owned();
        let put = |body: &mut Value| match body.pointer_mut(at) {
            Some(place) => {
                *place = value.clone();
                true
            }
            None => body.pointer_mut(parent).and_then(Value::as_object_mut).map(|members| members.insert(last, value.clone())).is_some(),
        };
        return ground.with_json(at, format!("{at} is {value}"), put).into_iter().collect();
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if ground.operation.parameter(Location::Path, at).is_some() {
        return ground.with_path_value(at, &text).into_iter().collect();
    }
    vec![ground.with_query_value(at, &text)]
}
