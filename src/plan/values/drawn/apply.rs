//! Applies drawn changes to a request, and finds the changes between two requests.

use serde_json::Value;

use crate::contract::{is_within, remove, replace_or_add};
use crate::model::drawn::{DrawnChange, DrawnValue};
use crate::model::plan::{Body, Place, RequestTemplate};
use crate::model::text::unquoted_text;

/// The request with the changes in it; `None` when it has no place for one of them. What fills a changed place from
/// another probe is dropped.
pub fn applied(request: &RequestTemplate, changes: &[DrawnChange]) -> Option<RequestTemplate> {
    let mut other = request.clone();
    for change in changes {
        other.reset_style(&change.place);
        match &change.place {
            Place::Body(at) => in_body(&mut other.body, at, &change.put)?,
            Place::Query(name) => in_query(&mut other, name, &change.put)?,
            Place::Path(name) => {
                let DrawnValue::Value(Value::String(text)) = &change.put else { return None };
                text.clone_into(other.path_values.get_mut(name)?);
            }
            Place::Header(name) => {
                let DrawnValue::Value(Value::String(text)) = &change.put else { return None };
                other.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                other.headers.push((name.clone(), text.clone()));
            }
            Place::Method | Place::Credentials | Place::State => return None,
        }
        other.fillings.retain(|binding| !covers(&change.place, &binding.place));
    }
    Some(other)
}

fn in_body(body: &mut Body, at: &str, change: &DrawnValue) -> Option<()> {
    let (value, mut texts) = match body.clone() {
        Body::Json(value) => (value, Vec::new()),
        Body::Spelled(value, texts) => (value, texts),
        Body::Empty | Body::CutJson(_) | Body::Xml(_) | Body::Text(_) | Body::Multipart(_) => return None,
    };
    let mut document = value;
    match change {
        DrawnValue::Value(value) => replace_or_add(&mut document, at, value.clone()).then_some(())?,
        DrawnValue::Absent => remove(&mut document, at).then_some(())?,
        DrawnValue::Spelled(text) => {
            // The place must be there, or there will be none at the time of writing.
            replace_or_add(&mut document, at, Value::Null).then_some(())?;
            texts.push((at.to_owned(), text.clone()));
        }
        DrawnValue::Marked(text) => {
            let marked = document.pointer(at)?.as_str().map(|own| if text.is_empty() { own.to_owned() } else { format!("{text} {own}") })?;
            replace_or_add(&mut document, at, Value::from(marked)).then_some(())?;
        }
    }
    *body = if texts.is_empty() { Body::Json(document) } else { Body::Spelled(document, texts) };
    Some(())
}

fn in_query(request: &mut RequestTemplate, name: &str, change: &DrawnValue) -> Option<()> {
    request.query.retain(|(known, _)| known != name);
    let values = match change {
        DrawnValue::Value(Value::Array(items)) => items.iter().map(unquoted_text).collect(),
        DrawnValue::Value(value) => vec![unquoted_text(value)],
        DrawnValue::Absent => Vec::new(),
        DrawnValue::Spelled(_) | DrawnValue::Marked(_) => return None,
    };
    request.query.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    Some(())
}

/// Whether a change at one place makes the value at another its own.
fn covers(changed: &Place, filled: &Place) -> bool {
    match (changed, filled) {
        (Place::Body(changed), Place::Body(filled)) => is_within(filled, changed),
        (changed, filled) => changed == filled,
    }
}

/// What differs at one place between a request and another that was made from it; `None` for places that no change can
/// speak of.
pub fn change_between(before: &RequestTemplate, after: &RequestTemplate, place: &Place) -> Option<DrawnChange> {
    let put = match (place, &after.body) {
        (Place::Body(at), Body::Json(body)) => body.pointer(at).map_or(DrawnValue::Absent, |value| DrawnValue::Value(value.clone())),
        (Place::Query(name), _) => {
            let mut values: Vec<Value> =
                after.query.iter().filter(|(known, _)| known == name).map(|(_, value)| Value::from(value.as_str())).collect();
            match (values.pop(), values.is_empty()) {
                (None, _) => DrawnValue::Absent,
                (Some(value), true) => DrawnValue::Value(value),
                (Some(value), false) => DrawnValue::Value(values.into_iter().chain([value]).collect()),
            }
        }
        (Place::Path(name), _) => DrawnValue::Value(Value::from(after.path_values.get(name)?.as_str())),
        _ => return None,
    };
    let change = DrawnChange { place: place.clone(), put };
    // Whatever else the other request differs in would be lost.
    let same = applied(before, std::slice::from_ref(&change))?;
    (same.body == after.body && same.path_values == after.path_values && same.query == after.query && same.headers == after.headers).then_some(change)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::model::contract::Method;
    use crate::model::plan::{Binding, Credentials, SlotId};

    fn request() -> RequestTemplate {
        RequestTemplate {
            method: Method::POST,
            path: "/things/{id}".to_owned(),
            path_values: BTreeMap::from([("id".to_owned(), "1".to_owned())]),
            query: vec![("q".to_owned(), "a".to_owned())],
            headers: Vec::new(),
            body: Body::Json(json!({"name": "n mark-1", "owner": {"id": "7"}})),
            credentials: Credentials::Full,
            styled: Vec::new(),
            fillings: vec![Binding { place: Place::Body("/owner/id".to_owned()), slot: SlotId::numbered("things", 1) }],
        }
    }

    fn at(place: Place, put: DrawnValue) -> DrawnChange {
        DrawnChange { place, put }
    }

    #[test]
    fn each_place_takes_its_change() {
        let body = |put: DrawnValue| applied(&request(), &[at(Place::Body("/name".to_owned()), put)]).unwrap().body;
        assert_eq!(body(DrawnValue::Value(json!(5))), Body::Json(json!({"name": 5, "owner": {"id": "7"}})));
        assert_eq!(body(DrawnValue::Absent), Body::Json(json!({"owner": {"id": "7"}})));
        assert_eq!(body(DrawnValue::Marked("é".to_owned())), Body::Json(json!({"name": "é n mark-1", "owner": {"id": "7"}})));
        assert!(matches!(body(DrawnValue::Spelled("1e2".to_owned())), Body::Spelled(_, texts) if texts[0].1 == "1e2"));
        let query = applied(&request(), &[at(Place::Query("q".to_owned()), DrawnValue::Value(json!(["b", "c"])))]).unwrap().query;
        assert_eq!(query, [("q".to_owned(), "b".to_owned()), ("q".to_owned(), "c".to_owned())]);
        assert_eq!(applied(&request(), &[at(Place::Body("/none/below".to_owned()), DrawnValue::Absent)]), None);
    }

    #[test]
    fn what_stood_at_a_changed_place_is_not_filled_in_again() {
        let fillings = |place: &str| applied(&request(), &[at(Place::Body(place.to_owned()), DrawnValue::Value(json!("x")))]).unwrap().fillings.len();
        assert_eq!((fillings("/owner"), fillings("/name")), (0, 1));
    }

    #[test]
    fn a_change_is_read_off_two_requests() {
        let place = Place::Body("/name".to_owned());
        let change = at(place.clone(), DrawnValue::Absent);
        let other = applied(&request(), std::slice::from_ref(&change)).unwrap();
        assert_eq!(change_between(&request(), &other, &place), Some(change));
        assert_eq!(change_between(&request(), &other, &Place::Query("q".to_owned())), None);
    }
}
