//! Reduces resources to the attributes that the query asks for (JSON:API, `fields[TYPE]`).

use serde_json::Value;

use super::Turn;
use crate::mock::faults::Effect;
use crate::model::contract::Location;

/// Takes away the attributes that are not asked for, of types that a parameter of the operation is about.
pub(super) fn sparse(turn: &Turn<'_, '_>, items: &mut [Value]) {
    if turn.goes(Effect::IgnoreFields) {
        return;
    }
    let known = |name: &str| turn.scene.operation.parameter(Location::Query, name).is_some();
    for (name, value) in turn.scene.call.query.iter().filter(|(name, _)| known(name)) {
        let Some(kind) = name.strip_prefix("fields[").and_then(|rest| rest.strip_suffix(']')) else { continue };
        for item in items.iter_mut().filter(|item| item.get("type").and_then(Value::as_str) == Some(kind)) {
            if let Some(Value::Object(attributes)) = item.get_mut("attributes") {
                attributes.retain(|name, _| value.split(',').any(|asked| asked == name));
            }
        }
    }
}
