//! Detects requests for a form that cannot be given (406), or for a version that is not current (412, 304).

use super::{Noticed, RoutedRequest};
use crate::mock::request::in_range;
use crate::mock::validators::is_own;
use crate::model::contract::JSON_API;
use crate::model::media_range::essence;
use crate::model::trigger_name::TriggerName;

/// Looks at `Accept`: what is asked for with a weight of nothing is not looked at.
pub(super) fn form(routed: &RoutedRequest<'_>, noticed: &mut Vec<Noticed>) {
    let Some(accept) = routed.call.header("accept").filter(|accept| !accept.trim().is_empty()) else { return };
    let mut written = routed.operation.successes().flat_map(|response| &response.content).peekable();
    let asked = |name: &str| accept.split(',').any(|range| in_range(range, name) || in_range(name, essence(range)));
    let json_api = || accept.split(',').filter(|range| essence(range) == JSON_API);
    let is_spoilt = json_api().next().is_some() && json_api().all(has_unknown_parameter) && json_api().count() == accept.split(',').count();
    if written.peek().is_some() && (is_spoilt || !written.any(|media| asked(essence(&media.name)))) {
        noticed.push(Noticed::new(TriggerName::NOT_ACCEPTABLE, format!("There is no answer in {accept}.")).at_header("Accept"));
    }
}

/// Whether an instance of JSON:API has a parameter that it does not know, so that it does not count (JSON:API, "Server
/// Responsibilities").
fn has_unknown_parameter(range: &str) -> bool {
    let names = range.split(';').skip(1).map(|parameter| parameter.split('=').next().unwrap_or_default().trim());
    names.into_iter().any(|name| !matches!(name, "ext" | "profile" | "q"))
}

/// Looks at `If-Match`: a version that this server never names cannot be the current one.
pub(super) fn version(routed: &RoutedRequest<'_>, noticed: &mut Vec<Noticed>) {
    let Some(versions) = routed.call.header("if-match") else { return };
    if !versions.split(',').map(str::trim).any(|version| version == "*" || is_own(version)) {
        noticed.push(Noticed::new(TriggerName::STALE_VALIDATOR, format!("{versions} is not the current version.")).at_header("If-Match"));
    }
}
