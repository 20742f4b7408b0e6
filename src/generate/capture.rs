//! Takes values from answers (OpenAPI, Link Object, runtime expressions).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::schema::is_part;
use crate::domain::exchange::Answer;
use crate::domain::job::is_among;
use crate::domain::plan::{Capture, Place, Probe, SlotId, StateOf};

/// The value that a capture finds in an answer; `None` when there is none.
pub fn captured(capture: &Capture, answer: &Answer, probe: &Probe, slots: &BTreeMap<SlotId, Value>) -> Option<Value> {
    if let Some(at) = capture.expression.strip_prefix("$response.body#") {
        let found = in_body(answer.body.json()?, at, capture);
        return found.filter(|value| value.is_number() || value.as_str().is_some_and(is_id));
    }
    if let Some(name) = capture.expression.strip_prefix("$response.header.") {
        let value = answer.header(name)?;
        // A Location names the resource by its URL; the id is its last segment.
        let last = value.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next()?;
        let id = if name.eq_ignore_ascii_case("location") { last } else { value };
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned();
        return is_id(&id).then_some(Value::String(id));
    }
    let name = capture.expression.strip_prefix("$request.path.")?;
    let place = Place::Path(name.to_owned());
    let filled = probe.request.fillings.iter().find(|filling| filling.place == place).and_then(|filling| slots.get(&filling.slot));
    filled.cloned().or_else(|| probe.request.path_values.get(name).cloned().map(Value::String))
}

/// Whether a text can be an id: one that is empty, or a dot segment (RFC 3986, section 3.3), would change the path it is put
/// into.
fn is_id(text: &str) -> bool {
    !matches!(text.trim(), "" | "." | "..")
}

/// The value at a pointer. An index in the pointer stands for any item; of those below the last index that have the part
/// `like` the nth counts, those first that are in one of the states.
fn in_body(body: &Value, at: &str, capture: &Capture) -> Option<Value> {
    let tokens: Vec<&str> = at.split('/').skip(1).collect();
    let pointer = |tokens: &[&str]| tokens.iter().fold(String::new(), |sum, token| sum + "/" + token);
    let mut lists = tokens.split(|token| token.parse::<usize>().is_ok()).map(pointer).collect::<Vec<_>>();
    let rest = lists.pop()?;
    let mut found = vec![body];
    for list in &lists {
        found = found.into_iter().filter_map(|value| value.pointer(list)).flat_map(items).collect();
    }
    let mut items: Vec<&Value> = found.into_iter().filter(|item| lists.is_empty() || is_part(&capture.like, item)).collect();
    items.sort_by_key(|item| !may_be(item, capture.state.as_ref()));
    let item = items.into_iter().nth(if lists.is_empty() { 0 } else { capture.nth })?;
    item.pointer(&rest).filter(|value| !value.is_null()).cloned()
}

/// The items of a list; some servers show one item as itself.
fn items(list: &Value) -> Vec<&Value> {
    match list {
        Value::Array(items) => items.iter().collect(),
        Value::Object(_) => vec![list],
        _ => Vec::new(),
    }
}

/// Whether an item is in one of the states; one that does not show its state may be.
fn may_be(item: &Value, state: Option<&StateOf>) -> bool {
    let shown = state.and_then(|state| Some((state, item.pointer(&state.at)?.as_str()?)));
    shown.is_none_or(|(state, shown)| is_among(&state.any, shown))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn capture(like: Value, nth: usize) -> Capture {
        Capture { slot: String::new(), expression: String::new(), like, nth, state: None }
    }

    #[test]
    fn what_shows_another_state_comes_last() {
        let body = json!({"data": [{"id": "1", "state": "expired"}, {"id": "2", "state": "done"}, {"id": "3"}]});
        let state = Some(StateOf { at: "/state".to_owned(), any: vec!["done".to_owned()] });
        let nth = |nth| in_body(&body, "/data/0/id", &Capture { state: state.clone(), ..capture(Value::Null, nth) });
        assert_eq!((nth(0), nth(1), nth(2)), (Some(json!("2")), Some(json!("3")), Some(json!("1"))));
    }

    #[test]
    fn an_index_stands_for_any_item_that_fits() {
        let body = json!({"data": [{"id": "1", "kind": "a"}, {"id": "2", "kind": "B"}, {"id": "3", "kind": "b"}]});
        assert_eq!(in_body(&body, "/data/0/id", &capture(Value::Null, 1)), Some(json!("2")));
        assert_eq!(in_body(&body, "/data/0/id", &capture(json!({"kind": "b"}), 1)), Some(json!("3")));
        assert_eq!(in_body(&body, "/data/0/id", &capture(json!({"kind": "c"}), 0)), None);
        assert_eq!(in_body(&json!({"id": 7}), "/id", &capture(Value::Null, 0)), Some(json!(7)));
        assert_eq!(in_body(&json!({"id": 7}), "/id", &capture(json!({"kind": "b"}), 1)), Some(json!(7)));
    }

    #[test]
    fn one_item_may_stand_in_the_place_of_its_list() {
        let body = json!({"data": {"id": "1", "kind": "a"}});
        assert_eq!(in_body(&body, "/data/0/id", &capture(Value::Null, 0)), Some(json!("1")));
        assert_eq!(in_body(&body, "/data/0/id", &capture(Value::Null, 1)), None);
        assert_eq!(in_body(&json!({"data": "1"}), "/data/0/id", &capture(Value::Null, 0)), None);
    }

    #[test]
    fn lists_may_stand_in_lists() {
        let body =
            json!({"data": [{"parts": []}, {"parts": [{"id": "1", "kind": "a"}, {"id": "2", "kind": "b"}]}, {"parts": [{"id": "3", "kind": "b"}]}]});
        assert_eq!(in_body(&body, "/data/0/parts/0/id", &capture(Value::Null, 0)), Some(json!("1")));
        assert_eq!(in_body(&body, "/data/0/parts/0/id", &capture(json!({"kind": "b"}), 1)), Some(json!("3")));
        assert_eq!(in_body(&body, "/data/0/parts/0/id", &capture(json!({"kind": "c"}), 0)), None);
    }
}
