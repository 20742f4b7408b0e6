//! Reduces resources to the attributes that the query asks for (JSON:API, `fields[TYPE]`).

use serde_json::Value;

use super::AcceptedRequest;
use crate::mock::faults::StateFault;
use crate::model::contract::Location;

/// Takes away the attributes that are not asked for, of types that a parameter of the operation is about.
pub(super) fn apply_sparse_fieldsets(turn: &AcceptedRequest<'_, '_>, items: &mut [Value]) {
    if turn.breaks_state(StateFault::IgnoreFields) {
        return;
    }
    let known = |name: &str| turn.routed.operation.parameter(Location::Query, name).is_some();
    for (name, value) in turn.routed.call.query.iter().filter(|(name, _)| known(name)) {
        let Some(kind) = name.strip_prefix("fields[").and_then(|rest| rest.strip_suffix(']')) else { continue };
        for item in items.iter_mut().filter(|item| item.get("type").and_then(Value::as_str) == Some(kind)) {
            if let Some(Value::Object(attributes)) = item.get_mut("attributes") {
                attributes.retain(|name, _| value.split(',').any(|asked| asked == name));
            }
        }
    }
}
