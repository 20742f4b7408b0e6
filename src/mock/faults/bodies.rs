//! Faults in the bodies of successes.

use serde_json::{Value, json};

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Fault};
use crate::contract::{append, get_mut, remove};
use crate::mock::store::id_text;

const fn fault(name: &'static str, breaks: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Fault {
    Fault { name, class: "body", breaks, hook: Answer(change) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("success-missing-required", "a required member is missing", |draft, scope| {
        break_schema(draft, scope, remove);
    }),
    fault("success-wrong-type-of-member", "a member has another JSON type", |draft, scope| {
        break_schema(draft, scope, |body, at| {
            get_mut(body, at).is_some_and(|spot| {
                *spot = if spot.is_object() { json!("text") } else { json!({"text": "text"}) };
                true
            })
        });
    }),
    fault("success-null-member", "a member that must have a value is null", |draft, scope| {
        break_schema(draft, scope, |body, at| {
            get_mut(body, at).is_some_and(|spot| {
                *spot = Value::Null;
                true
            })
        });
    }),
    fault("success-enum-outside", "a value is none of those that are declared", |draft, scope| {
        break_schema(draft, scope, |body, at| {
            get_mut(body, at).filter(|spot| spot.is_string()).is_some_and(|spot| {
                *spot = json!("probity outside");
                true
            })
        });
    }),
    fault("success-date-reformatted", "a date or a moment is written another way", |draft, scope| {
        break_schema(draft, scope, |body, at| {
            let spot = get_mut(body, at).filter(|spot| spot.as_str().is_some_and(is_dated));
            spot.is_some_and(|spot| {
                *spot = json!("02/29/2024 12:00 AM");
                true
            })
        });
    }),
    fault("success-object-for-array", "a list below the top is an object", |draft, scope| {
        break_schema(draft, scope, |body, at| {
            let spot = get_mut(body, at).filter(|spot| at != "/data" && spot.is_array());
            spot.is_some_and(|spot| {
                *spot = json!({});
                true
            })
        });
    }),
    fault("success-links-lost", "links that are always there are missing", |draft, scope| {
        break_schema(draft, scope, |body, at| at.ends_with("/links") && remove(body, at));
    }),
    fault("success-id-as-number", "ids are numbers", |draft, _| {
        on_resources(draft, |resource| {
            let number = resource.get("id").and_then(id_text).map(|id| id.parse::<u64>().map_or(json!(17), |number| json!(number)));
            if let (Some(id), Some(number)) = (resource.get_mut("id"), number) {
                *id = if id.is_number() { json!(id.to_string()) } else { number };
            }
        });
    }),
    fault("success-without-type", "resources have no type", |draft, _| {
        on_resources(draft, |resource| {
            remove(resource, "/type");
        });
    }),
    fault("success-other-type", "resources have another type", |draft, _| {
        on_resources(draft, |resource| {
            if let Some(kind) = resource.get_mut("type") {
                *kind = json!("others");
            }
        });
    }),
    fault("success-without-data", "a document has no data", |draft, _| {
        on_success(draft, |body| {
            remove(body, "/data");
        });
    }),
    fault("success-data-wrapped", "one resource comes as a list, a list as one resource", |draft, _| {
        on_success(draft, |body| {
            let spot = if body.get("data").is_some() { body.get_mut("data") } else { Some(body) };
            if let Some(spot) = spot {
                *spot = match spot.take() {
                    Value::Array(items) => items.into_iter().next().unwrap_or_else(|| json!({})),
                    one => json!([one]),
                };
            }
        });
    }),
    fault("success-with-errors", "a document has errors beside its data", |draft, _| {
        on_success(draft, |body| {
            if let Value::Object(members) = body {
                members.insert("errors".to_owned(), json!([]));
            }
        });
    }),
    fault("success-empty", "a success has no body", |draft, _| {
        if (200..300).contains(&draft.status) {
            draft.body = None;
            draft.media = None;
        }
    }),
    fault("success-truncated", "the body of a success breaks off", |draft, _| {
        if (200..300).contains(&draft.status) {
            draft.cut_off();
        }
    }),
    fault("success-wrong-media-type", "the media type of a success is another than its body", |draft, _| {
        if (200..300).contains(&draft.status) && draft.body.is_some() {
            draft.text = Some(draft.written());
            draft.media = Some("text/html".to_owned());
        }
    }),
    fault("no-content-with-body", "204 has a body", |draft, _| {
        if draft.status == 204 {
            draft.media = Some("text/plain".to_owned());
            draft.body = Some(json!("There is nothing to say."));
        }
    }),
    fault("no-content-with-length", "204 has a Content-Length", |draft, _| {
        if draft.status == 204 {
            draft.set("Content-Length", "24");
        }
    }),
];

/// Changes the body of a success, if it has one of JSON.
fn on_success(draft: &mut DraftAnswer, change: impl FnOnce(&mut Value)) {
    if let (200..300, true, Some(body)) = (draft.status, draft.is_json(), &mut draft.body) {
        change(body);
    }
}

/// Changes each resource that a success shows.
fn on_resources(draft: &mut DraftAnswer, change: impl Fn(&mut Value)) {
    on_success(draft, |body| {
        let spot = if body.get("data").is_some() { body.get_mut("data") } else { Some(body) };
        match spot {
            Some(Value::Array(items)) => items.iter_mut().for_each(change),
            Some(one) => change(one),
            None => {}
        }
    });
}

/// Changes the deepest place of a success at which the change breaks the declared schema; where no place does, nothing.
fn break_schema(draft: &mut DraftAnswer, scope: &AnswerScope<'_>, change: impl Fn(&mut Value, &str) -> bool) {
    let Some(schema) = scope.schema else { return };
    on_success(draft, |body| {
        let mut places = Vec::new();
        collect(body, "", &mut places);
        places.sort_by_key(|at: &String| std::cmp::Reverse(at.matches('/').count()));
        for at in places {
            let mut changed = body.clone();
            if change(&mut changed, &at) && !scope.schemas.fits(schema, &changed) {
                *body = changed;
                return;
            }
        }
    });
}

/// Whether it begins as a date does (RFC 3339, `full-date`).
fn is_dated(text: &str) -> bool {
    text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => return,
    };
    for (name, member) in members {
        let at = append(at, &name);
        collect(member, &at, places);
        places.push(at);
    }
}
