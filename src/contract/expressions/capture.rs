//! Takes values from answers (OpenAPI, Link Object, runtime expressions).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::schema::is_part;
use crate::model::contract::Status;
use crate::model::exchange::Answer;
use crate::model::job::is_among;
use crate::model::plan::{Capture, Place, Probe, ResourceStates, SlotId};
use crate::model::text::without_separators;

/// The value that a capture finds in an answer; `None` when there is none.
pub fn captured(capture: &Capture, answer: &Answer, probe: &Probe, slots: &BTreeMap<SlotId, Value>) -> Option<Value> {
    if let Some(at) = capture.expression.strip_prefix("$response.body#") {
        let found = in_body(answer.body.value()?, at, capture);
        return found.filter(|value| value.is_number() || value.as_str().is_some_and(is_id));
    }
    if let Some(name) = capture.expression.strip_prefix("$response.header.") {
        if name.eq_ignore_ascii_case("location") {
            return located(capture, answer, probe);
        }
        // A validator is no part of an address, and goes back as it came (RFC 9110, section 13.1).
        let is_validator = ["etag", "last-modified"].iter().any(|known| name.eq_ignore_ascii_case(known));
        let value = answer.header(name)?;
        return if is_validator { Some(Value::from(value)) } else { text(value) };
    }
    if let Some(at) = capture.expression.strip_prefix("$request.body#") {
        return probe.request.body.value()?.pointer(at).filter(|value| value.as_str().is_some_and(is_id)).cloned();
    }
    let name = capture.expression.strip_prefix("$request.path.")?;
    let place = Place::Path(name.to_owned());
    let filled = probe.request.fillings.iter().find(|binding| binding.place == place).and_then(|binding| slots.get(&binding.slot));
    filled.cloned().or_else(|| probe.request.path_values.get(name).cloned().map(Value::String))
}

fn text(id: &str) -> Option<Value> {
    let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned();
    is_id(&id).then_some(Value::String(id))
}

/// The id of what a Location leads to. What was created and is shown tells its own (JSON:API, Resource Objects); else the
/// Location names the resource by its URL, whose last segment is the id, unless it is that of the collection; else the answer
/// may show the id all the same.
fn located(capture: &Capture, answer: &Answer, probe: &Probe) -> Option<Value> {
    let body = answer.body.value();
    let resource = body.and_then(|body| body.get("data")).filter(|data| answer.status == Status(201) && data.get("type").is_some());
    if let Some(id) = resource.and_then(|resource| id_like_member(resource, &["id".to_owned()])) {
        return Some(id);
    }
    let last = |path: &str| path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let collection = last(&probe.request.path);
    let behind = answer.header("location").map(last).filter(|last| *last != collection).and_then(|last| text(&last));
    behind.or_else(|| {
        let kind = capture.slot.split('#').next().unwrap_or_default().to_lowercase();
        let names = ["id".to_owned(), format!("{}id", kind.strip_suffix('s').unwrap_or(&kind)), "uuid".to_owned()];
        let parts = [body, body.and_then(|body| body.get("data"))];
        parts.into_iter().flatten().find_map(|part| id_like_member(part, &names))
    })
}

/// The member of an object that is called like an id, without regard to case and separators.
fn id_like_member(part: &Value, names: &[String]) -> Option<Value> {
    let members = part.as_object()?;
    let found = names.iter().find_map(|name| members.iter().find(|(known, _)| without_separators(known) == *name))?.1;
    Some(found.clone()).filter(|value| value.is_number() || value.as_str().is_some_and(is_id))
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
fn may_be(item: &Value, state: Option<&ResourceStates>) -> bool {
    let shown = state.and_then(|state| Some((state, item.pointer(&state.at)?.as_str()?)));
    shown.is_none_or(|(state, shown)| is_among(&state.any, shown))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::exchange::AnswerContent;
    use crate::model::ids::ProbeId;
    use crate::model::plan::{Purpose, SlotId, Stage};

    fn capture(like: Value, nth: usize) -> Capture {
        Capture { slot: SlotId::default(), expression: String::new(), like, nth, state: None }
    }

    #[test]
    fn what_shows_another_state_comes_last() {
        let body = json!({"data": [{"id": "1", "state": "expired"}, {"id": "2", "state": "done"}, {"id": "3"}]});
        let state = Some(ResourceStates { at: "/state".to_owned(), any: vec!["done".to_owned()] });
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

    /// The id that is taken for what a POST to `/articles/` made, by this Location and this body.
    fn id_behind(location: Option<&str>, body: &Value) -> Option<Value> {
        let headers = location.iter().map(|location| ("location".to_owned(), (*location).to_owned())).collect();
        let answer = Answer { status: Status(201), headers, body: AnswerContent::Json(body.clone()), millis: 1, echoes_credentials: false };
        let request = json!({"method": "POST", "path": "/articles/", "path_values": {}, "query": [], "headers": [], "body": "empty", "credentials": "none", "fillings": []});
        let request = serde_json::from_value(request).unwrap();
        let probe = Probe::valid_request(ProbeId::from_text("p"), "create", Purpose::Probe, Stage::Make, request);
        let capture = Capture {
            slot: SlotId::numbered("articles", 1),
            expression: "$response.header.Location".to_owned(),
            like: Value::Null,
            nth: 0,
            state: None,
        };
        captured(&capture, &answer, &probe, &BTreeMap::new())
    }

    #[test]
    fn what_is_shown_tells_its_own_id_before_the_end_of_a_location_does() {
        let resource = json!({"data": {"type": "articles", "id": "7"}});
        assert_eq!(id_behind(Some("/articles/?ArticleId=7"), &resource), Some(json!("7")));
        assert_eq!(id_behind(Some("/articles/8"), &json!({"id": "x"})), Some(json!("8")), "a plain body may be about something else");
        assert_eq!(id_behind(Some("/articles"), &json!({"articleId": 7})), Some(json!(7)));
        assert_eq!(id_behind(None, &json!({"data": {"uuid": "a"}})), Some(json!("a")));
        assert_eq!(id_behind(Some("/articles/"), &json!({"name": "a"})), None, "it names the collection");
    }
}
