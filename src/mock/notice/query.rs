//! Detects query parameters whose values their schemas do not allow.

use serde_json::Value;

use super::{Noticed, RoutedRequest};
use crate::mock::store::id_text;
use crate::mock::styled_parameters::{pairs_of, query_breach, reader};
use crate::model::contract::{Condition, Location};
use crate::model::trigger_name::TriggerName;

/// Looks at every query parameter.
pub(super) fn detect(routed: &RoutedRequest<'_>, noticed: &mut Vec<Noticed>) {
    for condition in routed.listed(TriggerName::UNDOCUMENTED_PARAMETER) {
        if let Some(name) = condition.at.as_deref().filter(|name| routed.call.query_value(name).is_some_and(|sent| is_refused(condition, sent))) {
            let detail = format!("The parameter {name} is not supported here.");
            noticed.push(Noticed::new(TriggerName::UNDOCUMENTED_PARAMETER, detail).at_parameter(name));
        }
    }
    for condition in routed.listed(TriggerName::BAD_VALUE) {
        let Some(name) = condition.at.as_deref().filter(|at| !at.is_empty() && !at.starts_with('/')) else { continue };
        let sent = routed.call.query_value(name).or_else(|| routed.path_value(name));
        if sent.is_some() && sent.map(str::to_owned) == condition.value.as_ref().and_then(as_text) {
            noticed.push(Noticed::new(TriggerName::BAD_VALUE, format!("The parameter {name} must not have this value.")).at_parameter(name));
        }
    }
    let documented = routed.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    for parameter in documented {
        let reader = reader(&routed.core.contract, &routed.core.schemas, parameter);
        let pairs = pairs_of(routed.operation, parameter, &routed.call.raw_query);
        if reader.values_of_pairs(&parameter.name, &pairs).is_empty() {
            if parameter.required {
                let detail = format!("The parameter {} is missing.", parameter.name);
                noticed.push(
                    Noticed::new(TriggerName::MISSING_QUERY_PARAMETER, detail).or(TriggerName::BAD_QUERY_PARAMETER).at_parameter(&parameter.name),
                );
            }
            continue;
        }
        if let Some((limit, why)) = query_breach(&routed.core.contract, &routed.core.schemas, parameter, &pairs) {
            let detail = format!("The parameter {}: {why}.", parameter.name);
            let trigger = if limit { TriggerName::OVER_LIMIT } else { TriggerName::BAD_QUERY_PARAMETER };
            noticed.push(Noticed::new(trigger, detail).or(TriggerName::BAD_QUERY_PARAMETER).or(TriggerName::BAD_VALUE).at_parameter(&parameter.name));
        }
    }
}

/// Whether a condition speaks of this value of the parameter: where it is a rule of its own, of no other.
fn is_refused(condition: &Condition, sent: &str) -> bool {
    !condition.each || condition.value.as_ref().and_then(as_text).is_none_or(|value| value == sent)
}

fn as_text(value: &Value) -> Option<String> {
    id_text(value).or_else(|| value.as_bool().map(|flag| flag.to_string()))
}
