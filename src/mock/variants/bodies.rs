//! Variants of bodies that say the same in another way, or more.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Variant, each_object, if_allowed, origin};
use crate::contract::schema::visit;
use crate::contract::{append, get_mut};
use crate::model::job::JobDone;

const fn variant(name: &'static str, differs: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Variant {
    Variant { name, class: "body", differs, hook: Answer(change) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    // JSON Schema Core, section 10.3.2.3: members that a schema does not name are allowed unless it says otherwise.
    variant("extra-attributes", "resources have attributes that the contract does not know", |draft, scope| {
        if draft.status < 400 {
            if_allowed(draft, scope, |body| {
                each_object(body, &mut |members| {
                    let plain = !members.contains_key("data") && members.contains_key("id") && !members.contains_key("type");
                    let target = if plain { Some(members) } else { members.get_mut("attributes").and_then(Value::as_object_mut) };
                    let Some(target) = target else { return };
                    target.insert("added_lately".to_owned(), json!({"by": ["no-one"], "count": 1}));
                });
            });
        }
    }),
    variant("job-states-spelled-otherwise", "states of jobs are in capitals, with underscores for blanks", |draft, scope| {
        let dones: Vec<&JobDone> = scope.contract.operations.iter().filter_map(|operation| operation.done.as_ref()).collect();
        if_allowed(draft, scope, |body| {
            each_object(body, &mut |members| {
                for name in dones.iter().filter_map(|done| done.at.rsplit('/').next()) {
                    if let Some(Value::String(state)) = members.get_mut(name) {
                        *state = state.to_uppercase().replace(' ', "_").replace("CANCELLED", "CANCELED");
                    }
                }
            });
        });
    }),
    // JSON:API 1.1, "Top Level": a document may have these.
    variant("extra-top-members", "documents have jsonapi and meta members", |draft, scope| {
        if draft.body.as_ref().is_some_and(|body| body.get("data").is_some() || body.get("errors").is_some()) {
            for (name, value) in [("jsonapi", json!({"version": "1.1"})), ("meta", json!({"took_ms": 3}))] {
                if_allowed(draft, scope, |body| {
                    if let Value::Object(members) = body {
                        members.entry(name).or_insert(value);
                    }
                });
            }
        }
    }),
    variant("included-empty", "documents have an empty list of included resources", |draft, scope| {
        if_allowed(draft, scope, |body| {
            if let Value::Object(members) = body
                && members.contains_key("data")
            {
                members.entry("included").or_insert(json!([]));
            }
        });
    }),
    variant("nulls-shown", "optional members without a value are null where the schema allows it", show_nulls),
    variant("nulls-hidden", "members that are null are left out where the schema allows it", |draft, scope| {
        let mut places = Vec::new();
        if let Some(body) = &draft.body {
            nulls(body, "", &mut places);
        }
        for (at, name) in places {
            if_allowed(draft, scope, |body| {
                if let Some(Value::Object(members)) = get_mut(body, &at) {
                    members.shift_remove(&name);
                }
            });
        }
    }),
    // RFC 8259, section 4: an object is an unordered collection.
    variant("members-reversed", "members of objects come in another order", |draft, _| {
        if let (true, Some(body)) = (draft.is_json(), &mut draft.body) {
            each_object(body, &mut |members| {
                *members = std::mem::take(members).into_iter().rev().collect::<Map<_, _>>();
            });
        }
    }),
    // JSON:API 1.1, "Links": a link is a URI reference, relative or not.
    variant("links-absolute", "links are absolute URLs", |draft, scope| {
        let Some(origin) = origin(scope) else { return };
        if_allowed(draft, scope, |body| {
            each_object(body, &mut |members| {
                if let Some(Value::Object(links)) = members.get_mut("links") {
                    for link in links.values_mut() {
                        if let Value::String(link) = link
                            && link.starts_with('/')
                        {
                            *link = format!("{origin}{link}");
                        }
                    }
                }
            });
        });
    }),
    // RFC 8259, section 2: whitespace between tokens says nothing.
    variant("json-indented", "JSON texts are indented and end with a line break", |draft, _| {
        if let (true, Some(body)) = (draft.is_json(), &draft.body) {
            draft.text = serde_json::to_string_pretty(body).ok().map(|text| format!("{text}\r\n"));
        }
    }),
    // RFC 8259, section 7: any character may be escaped.
    variant("json-escaped", "JSON texts escape slashes and everything that is not ASCII", |draft, _| {
        if let (true, Some(body)) = (draft.is_json(), &draft.body) {
            draft.text = Some(escaped(&body.to_string()));
        }
    }),
];

/// Adds null for each property that a schema names, that is not there, and that may be null.
fn show_nulls(draft: &mut DraftAnswer, scope: &AnswerScope<'_>) {
    let (Some(schema), Some(body)) = (scope.schema.filter(|_| draft.is_json()), &draft.body) else { return };
    let mut absent: Vec<(String, String)> = Vec::new();
    visit(scope.contract, schema, body, &mut |at, schema, value| {
        let (Some(Value::Object(properties)), Value::Object(members)) = (schema.get("properties"), value) else { return };
        let missing = properties.keys().filter(|name| !members.contains_key(*name) && !["data", "errors"].contains(&name.as_str()));
        absent.extend(missing.map(|name| (at.to_owned(), name.clone())));
    });
    for (at, name) in absent {
        if_allowed(draft, scope, |body| {
            if let Some(Value::Object(members)) = get_mut(body, &at) {
                members.insert(name, Value::Null);
            }
        });
    }
}

/// Members that are null, with the object they are in. Null data says that there is nothing, which absence does not.
fn nulls(value: &Value, at: &str, places: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if member.is_null() && name != "data" {
                    places.push((at.to_owned(), name.clone()));
                }
                nulls(member, &append(at, name), places);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| nulls(item, &append(at, &index.to_string()), places)),
        _ => {}
    }
}

fn escaped(text: &str) -> String {
    let mut written = String::new();
    for letter in text.chars() {
        match letter {
            '/' => written.push_str("\\/"),
            letter if letter.is_ascii() => written.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(written, "\\u{unit:04x}");
                }
            }
        }
    }
    written
}
