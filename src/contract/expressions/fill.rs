//! Puts captured values into a request.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::unescape;
use crate::model::plan::{Body, Place, RequestTemplate, SlotId};
use crate::model::text::unquoted_text;

/// The request with every hole filled whose slot has a value; the others keep the contract's example. Ids take the JSON
/// type of the example they replace, because some contracts write the same id as text and as a number.
pub fn fill(template: &RequestTemplate, slots: &BTreeMap<SlotId, Value>) -> RequestTemplate {
    let mut request = template.clone();
    for binding in &template.fillings {
        let Some(value) = slots.get(&binding.slot) else { continue };
        request.reset_style(&binding.place);
        match &binding.place {
            Place::Path(name) => {
                request.path_values.insert(name.clone(), unquoted_text(value));
            }
            Place::Query(name) => {
                for (_, known) in request.query.iter_mut().filter(|(known, _)| known == name) {
                    *known = unquoted_text(value);
                }
            }
            Place::Header(name) => {
                for (_, known) in request.headers.iter_mut().filter(|(known, _)| known == name) {
                    *known = unquoted_text(value);
                }
            }
            Place::Body(at) => {
                if let Some(place) = in_body(&mut request.body, at) {
                    *place = like(place, value);
                }
            }
            Place::Method | Place::Credentials | Place::State => {}
        }
    }
    request
}

/// What a request without fillings has at a place; `None` where there is nothing to be filled.
pub fn value_at(template: &RequestTemplate, place: &Place) -> Option<Value> {
    let named = |pairs: &[(String, String)], name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| Value::from(value.as_str()));
    match place {
        Place::Path(name) => template.path_values.get(name).map(|value| Value::from(value.as_str())),
        Place::Query(name) => named(&template.query, name),
        Place::Header(name) => named(&template.headers, name),
        Place::Body(at) => in_body(&mut template.body.clone(), at).cloned(),
        Place::Method | Place::Credentials | Place::State => None,
    }
}

/// The value at a pointer into a body. The first token of a pointer into `multipart/form-data` names the part.
fn in_body<'a>(body: &'a mut Body, at: &str) -> Option<&'a mut Value> {
    match body {
        Body::Json(body) | Body::CutJson(body) | Body::Spelled(body, _) => body.pointer_mut(at),
        Body::Xml(body) => body.value.pointer_mut(at),
        Body::Multipart(parts) => {
            let (name, rest) = at.strip_prefix('/')?.split_once('/').map_or((at.get(1..)?, String::new()), |(name, rest)| (name, format!("/{rest}")));
            parts.iter_mut().find(|part| part.name == unescape(name))?.content.pointer_mut(&rest)
        }
        Body::Empty | Body::Text(_) => None,
    }
}

fn like(example: &Value, value: &Value) -> Value {
    match (example, value) {
        (Value::Number(_), Value::String(text)) => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        (Value::String(_), Value::Number(number)) => Value::String(number.to_string()),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::plan::{Part, XmlBody};

    #[test]
    fn an_id_within_a_part_is_filled() {
        let content = json!({"data": {"folder": 7}});
        let part = |name: &str, content| Part { name: name.to_owned(), media_type: None, file_name: None, content, repeated: false };
        let mut body = Body::Multipart(vec![part("file", json!("text")), part("meta/data", content)]);
        assert_eq!(in_body(&mut body, "/meta~1data/data/folder"), Some(&mut json!(7)));
        assert_eq!(in_body(&mut body, "/file"), Some(&mut json!("text")));
        assert_eq!(in_body(&mut body, "/other/data"), None);
    }

    #[test]
    fn an_id_in_xml_is_filled() {
        let mut body = Body::Xml(XmlBody { value: json!({"pet": {"id": 7}}), schema: String::new(), is_cut: false });
        *in_body(&mut body, "/pet/id").unwrap() = json!(8);
        assert_eq!(body.value(), Some(&json!({"pet": {"id": 8}})));
    }

    #[test]
    fn an_id_takes_the_type_of_the_example() {
        assert_eq!(like(&json!(31), &json!("1001")), json!(1001));
        assert_eq!(like(&json!("31"), &json!(1001)), json!("1001"));
        assert_eq!(like(&json!(31), &json!("a-b")), json!("a-b"));
    }
}
