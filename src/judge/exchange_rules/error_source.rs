//! Check: an error that points at a place in the request points at the faulty one.

use serde_json::Value;

use super::exchange_context::{body_at, show};
use super::{Check, ExchangeContext, RuleViolation};
use crate::contract::is_within;
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;
use crate::model::verdict::Severity;

/// Source: JSON:API 1.1, "Error Objects" (`source`): `pointer`, `parameter` and `header` name what caused the error. A
/// refusal for another cause proves nothing about the one that was looked for, so it is a violation, not a warning.
pub(super) const CHECK: Check =
    Check { name: "cause", about: "where every error names a place in the request, one of them names the place that is wrong", rule };

/// Triggers that set two places against each other, so that either of them may be named.
const RELATIVE: [TriggerName; 1] = [TriggerName::ID_MISMATCH];

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let Some(fault) = context.probe.fault.as_ref().filter(|_| context.answer.status.0 >= 400) else { return Vec::new() };
    let Some(Value::Array(errors)) = context.document().and_then(|document| document.get("errors").cloned()) else {
        return Vec::new();
    };
    // One error that is about the right place is enough, and one that names no place may be.
    if errors.is_empty() || errors.iter().any(|error| error.get("source").is_none_or(|source| !is_elsewhere(context, &fault.place, source))) {
        return Vec::new();
    }
    let source = errors.first().and_then(|error| error.get("source")).unwrap_or(&Value::Null);
    vec![RuleViolation {
        severity: Severity::Must,
        message: format!("{} is said to be caused by something else than what was wrong with the request", context.answer.status),
        expected: format!("{}, or no place at all; {}", place_text(&fault.place), fault.words),
        actual: show(source),
        contract: context.place(),
        answer: body_at("/errors/0/source"),
        citation: "JSON:API 1.1, Error Objects (#error-objects): source references the primary source of the error".to_owned(),
    }]
}

/// Whether a source names places, and none of them can be the one that was changed.
fn is_elsewhere(context: &ExchangeContext<'_>, changed: &Place, source: &Value) -> bool {
    let named = |name: &str| source.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let pointer = named("pointer").map(|pointer| pointer_is_elsewhere(context, changed, pointer));
    let parameter = named("parameter").map(|parameter| parameter_is_elsewhere(context, changed, parameter));
    let header = named("header").map(|header| header_is_elsewhere(context, changed, header));
    let verdicts: Vec<bool> = [pointer, parameter, header].into_iter().flatten().collect();
    !verdicts.is_empty() && verdicts.iter().all(|elsewhere| *elsewhere)
}

fn pointer_is_elsewhere(context: &ExchangeContext<'_>, changed: &Place, pointer: &str) -> bool {
    // What is no pointer (RFC 6901) below the top of the document names no place.
    let Some(last) = pointer.strip_prefix('/').and_then(|rest| rest.rsplit('/').next()).filter(|last| !last.is_empty()) else { return false };
    if RELATIVE.contains(&context.probe.trigger) && same_name(last, "id") {
        return false;
    }
    match changed {
        Place::Body(at) => !is_near(at, pointer) && !both_missing(context, at, pointer),
        // An id may stand in the path and in the body at once; and some servers write parameters as pointers.
        Place::Path(name) | Place::Query(name) => {
            !same_name(last, "id") && !pointer.split('/').any(|token| same_name(token, name_without_brackets(name)))
        }
        Place::Header(name) => !pointer.split('/').any(|token| same_name(token, name)),
        Place::Method | Place::Credentials => true,
        Place::State => false,
    }
}

/// Whether two members of one object are not in the request: where either of them would have done, either may be missed.
fn both_missing(context: &ExchangeContext<'_>, changed: &str, named: &str) -> bool {
    let siblings = changed.rsplit_once('/').map(|(owner, _)| owner) == named.rsplit_once('/').map(|(owner, _)| owner);
    let sent: Option<Value> = context.exchange.request.body.as_deref().filter(|_| siblings).and_then(|body| serde_json::from_str(body).ok());
    sent.is_some_and(|sent| [changed, named].iter().all(|at| sent.pointer(at).is_none()))
}

fn parameter_is_elsewhere(context: &ExchangeContext<'_>, changed: &Place, parameter: &str) -> bool {
    // Servers have names of their own for parameters: only one that the contract knows, or that was sent, is a place.
    let declared = context.operation.is_some_and(|operation| operation.parameters.iter().any(|known| known.name == parameter));
    if !declared && context.probe.request.query.iter().all(|(name, _)| name != parameter) {
        return false;
    }
    match changed {
        Place::Query(name) | Place::Path(name) => !same_name(name_without_brackets(name), name_without_brackets(parameter)),
        Place::Body(at) => !RELATIVE.contains(&context.probe.trigger) && !at.split('/').any(|token| same_name(token, parameter)),
        Place::Method => true,
        // A key may be a parameter.
        Place::Header(_) | Place::Credentials | Place::State => false,
    }
}

fn header_is_elsewhere(context: &ExchangeContext<'_>, changed: &Place, header: &str) -> bool {
    match changed {
        // Credentials are one thing, in however many fields they come.
        Place::Header(_) if matches!(context.probe.request.credentials, Credentials::Without(_)) => false,
        Place::Header(name) => !same_name(name, header),
        Place::Body(_) | Place::Path(_) | Place::Query(_) => true,
        Place::Method | Place::Credentials | Place::State => false,
    }
}

/// Whether one pointer leads to what the other one does, or to something in it; a `/` at the end says nothing.
fn is_near(at: &str, pointer: &str) -> bool {
    let (at, pointer) = (at.trim_end_matches('/'), pointer.trim_end_matches('/'));
    is_within(at, pointer) || is_within(pointer, at)
}

/// The name of a parameter without what stands in brackets: `page` for `page[limit]`.
fn name_without_brackets(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

/// Whether two names are the same but for case and the way in which words are joined.
fn same_name(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(one) == letters(other)
}

fn place_text(place: &Place) -> String {
    match place {
        Place::Method => "the method".to_owned(),
        Place::Path(name) => format!("{name} in the path"),
        Place::Query(name) => format!("the query parameter {name}"),
        Place::Header(name) => format!("the header {name}"),
        Place::Body(at) if at.is_empty() => "the body".to_owned(),
        Place::Body(at) => format!("{at} in the body"),
        Place::Credentials => "the credentials".to_owned(),
        Place::State => "the state of the server".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use super::*;

    fn count(place: Place, sources: &[Value]) -> usize {
        let small_exchange = SmallExchange::new(json!({"400": {"description": "bad"}})).fault_at(place);
        let errors: Vec<Value> = sources.iter().map(|source| json!({"detail": "x", "source": source})).collect();
        small_exchange.findings_of_check("cause", 400, &[], json!({"errors": errors})).len()
    }

    fn body(at: &str) -> Place {
        Place::Body(at.to_owned())
    }

    #[test]
    fn the_changed_place_and_what_is_above_or_below_it_are_right() {
        for pointer in ["/data/attributes/name", "/data/attributes", "/data", "/data/attributes/name/first", "", "/", "data"] {
            assert_eq!(count(body("/data/attributes/name"), &[json!({"pointer": pointer})]), 0, "{pointer}");
        }
        for pointer in ["/data/attributes/nam", "/data/type", "/elsewhere", "/data/attributes/name2"] {
            assert_eq!(count(body("/data/attributes/name"), &[json!({"pointer": pointer})]), 1, "{pointer}");
        }
    }

    #[test]
    fn where_either_of_two_members_would_have_done_either_may_be_missed() {
        let count = |pointer: &str| {
            let small_exchange = SmallExchange::new(json!({"400": {"description": "bad"}}))
                .fault_at(body("/data/attributes/name"))
                .body(&json!({"data": {"attributes": {"day": 1}}}));
            small_exchange.findings_of_check("cause", 400, &[], json!({"errors": [{"source": {"pointer": pointer}}]})).len()
        };
        assert_eq!(count("/data/attributes/title"), 0);
        assert_eq!((count("/data/attributes/day"), count("/data/name")), (1, 1));
    }

    #[test]
    fn one_error_about_the_right_place_or_about_none_is_enough() {
        let (right, wrong) = (json!({"pointer": "/data/type"}), json!({"pointer": "/data/id"}));
        assert_eq!(count(body("/data/type"), &[wrong.clone(), right]), 0);
        assert_eq!(count(body("/data/type"), &[wrong.clone(), json!({})]), 0);
        assert_eq!(count(body("/data/type"), &[wrong.clone(), wrong]), 1);
    }

    #[test]
    fn parameters_and_headers_are_places_by_name() {
        let id = || Place::Path("id".to_owned());
        assert_eq!(count(id(), &[json!({"parameter": "id"})]), 0);
        assert_eq!(count(id(), &[json!({"parameter": "thingId"})]), 0, "the server's own name for it");
        assert_eq!(count(id(), &[json!({"pointer": "/data/id"})]), 0);
        assert_eq!(count(id(), &[json!({"pointer": "/data/type"})]), 1);
        assert_eq!(count(id(), &[json!({"header": "Accept"})]), 1);
        assert_eq!(count(body("/data/type"), &[json!({"parameter": "id"})]), 1);
        let page = || Place::Query("page[limit]".to_owned());
        assert_eq!(count(page(), &[json!({"parameter": "page"})]), 0);
        assert_eq!(count(page(), &[json!({"parameter": "id"})]), 1);
        let media = || Place::Header("Content-Type".to_owned());
        assert_eq!(count(media(), &[json!({"header": "content-type"})]), 0);
        assert_eq!(count(media(), &[json!({"header": "Accept"})]), 1);
    }

    #[test]
    fn what_lies_outside_of_the_request_is_nowhere_in_it() {
        assert_eq!(count(Place::State, &[json!({"pointer": "/data/type"})]), 0);
        assert_eq!(count(Place::Credentials, &[json!({"header": "Authorization"})]), 0);
        assert_eq!(count(Place::Credentials, &[json!({"pointer": "/data/type"})]), 1);
    }

    #[test]
    fn a_success_and_a_valid_request_are_not_judged() {
        let small_exchange = SmallExchange::new(json!({"400": {"description": "bad"}}));
        let errors = json!({"errors": [{"source": {"pointer": "/elsewhere"}}]});
        assert!(small_exchange.findings_of_check("cause", 400, &[], errors.clone()).is_empty());
        assert!(small_exchange.fault_at(body("/data")).findings_of_check("cause", 200, &[], errors).is_empty());
    }
}
