//! Cuts a list into pages, by the parameters that the contract documents.

use serde_json::Value;

use super::faults::StateFault;
use super::routed_request::RoutedRequest;
use super::variants::BehaviourChoice;
use crate::contract::paging::{CURSORS, LIMITS, NUMBERS, OFFSETS};
use crate::model::contract::{Location, Parameter};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct ListPage {
    /// Indices of the resources on it.
    pub from: usize,
    pub to: usize,
    /// Query string of the next page.
    pub next: Option<String>,
    /// Query string of the page before.
    pub previous: Option<String>,
}

/// The most that a small page holds.
const SMALL: usize = 2;

/// A name of a cursor that a contract may not know, and the most that a page holds where it is in use and nothing is asked for.
const OTHER_CURSOR: (&str, usize) = ("page[cursor]", 25);

fn parameter_named<'a>(routed: &RoutedRequest<'a>, names: &[&str]) -> Option<&'a Parameter> {
    names.iter().find_map(|name| routed.operation.parameter(Location::Query, name))
}

fn count(routed: &RoutedRequest<'_>, parameter: &Parameter) -> Option<usize> {
    let sent = routed.call.query_value(&parameter.name).and_then(|value| value.parse().ok());
    sent.or_else(|| {
        let schema =
            parameter.schema.as_ref().and_then(|schema| crate::contract::schema::follow_references(&routed.core.contract.document, &schema.0));
        let default = schema.and_then(|(_, schema)| schema.get("default").and_then(Value::as_u64));
        default.and_then(|default| usize::try_from(default).ok())
    })
}

/// How many resources the request itself asks for.
fn asked(routed: &RoutedRequest<'_>) -> Option<usize> {
    routed.call.query_value(&parameter_named(routed, LIMITS)?.name)?.parse().ok()
}

/// The page that the request asks for, of a list of resources with these ids.
pub(crate) fn page(routed: &RoutedRequest<'_>, ids: &[String]) -> ListPage {
    let goes = |effect| routed.core.faults.has(routed.operation, effect);
    let size = parameter_named(routed, LIMITS)
        .and_then(|parameter| count(routed, parameter))
        .filter(|size| *size > 0 && !goes(StateFault::IgnoreLimit))
        .unwrap_or(usize::MAX);
    let pages = parameter_named(routed, CURSORS).or_else(|| parameter_named(routed, NUMBERS)).or_else(|| parameter_named(routed, OFFSETS)).is_some();
    let small = pages && size > SMALL && ids.len() > SMALL && routed.core.variants.has(BehaviourChoice::SmallPages);
    let size = if small { SMALL } else { size };
    let cursor = parameter_named(routed, CURSORS);
    let other = cursor.is_some() && routed.core.variants.has(BehaviourChoice::OtherCursor);
    let size = if other { size.min(asked(routed).unwrap_or(OTHER_CURSOR.1)) } else { size };
    let turn = if other { Some(OTHER_CURSOR.0) } else { cursor.map(|parameter| parameter.name.as_str()) };
    let number = parameter_named(routed, NUMBERS);
    let offset = parameter_named(routed, OFFSETS);
    let first = number.map_or(0, |parameter| usize::from(!starts_at_zero(routed, parameter)));
    let from = if let Some(after) = turn.and_then(|name| routed.call.query_value(name)) {
        ids.iter().position(|id| *id == after).map_or(0, |index| index + 1)
    } else if let Some(number) = number.and_then(|parameter| count(routed, parameter)) {
        number.saturating_sub(first).saturating_mul(size)
    } else {
        offset.and_then(|parameter| count(routed, parameter)).unwrap_or(0)
    };
    let overlap = usize::from(goes(StateFault::OverlapPages) && from > 0);
    let from = from.min(ids.len()) - overlap.min(ids.len());
    let to = from.saturating_add(size).min(ids.len());
    let address = |start: usize| -> Option<String> {
        let (name, value) = match (turn, number, offset) {
            (Some(turn), ..) => (turn, ids.get(start.checked_sub(1)?)?.clone()),
            (_, Some(number), _) => (number.name.as_str(), (start / size + first).to_string()),
            (_, _, Some(offset)) => (offset.name.as_str(), start.to_string()),
            _ => return None,
        };
        Some(with(routed, name, &value))
    };
    ListPage {
        from,
        to,
        next: (to < ids.len() || goes(StateFault::EndlessPages))
            .then(|| address(if goes(StateFault::LoopPages) { from.max(1) } else { to }))
            .flatten(),
        previous: (from > 0 && cursor.is_none()).then(|| address(from.saturating_sub(size))).flatten(),
    }
}

fn starts_at_zero(routed: &RoutedRequest<'_>, parameter: &Parameter) -> bool {
    let schema = parameter.schema.as_ref().and_then(|schema| crate::contract::schema::follow_references(&routed.core.contract.document, &schema.0));
    schema.is_some_and(|(_, schema)| schema.get("minimum").and_then(Value::as_i64) == Some(0))
}

/// The query of the request with one value changed.
fn with(routed: &RoutedRequest<'_>, name: &str, value: &str) -> String {
    let kept = routed.call.query.iter().filter(|(known, _)| known != name);
    let pairs = kept.map(|(name, value)| (name.as_str(), value.as_str())).chain([(name, value)]);
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
