//! Faults in the bodies of refusals.

use serde_json::{Map, Value, json};

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Fault};

const fn fault(name: &'static str, breaks: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Fault {
    Fault { name, class: "error", breaks, hook: Answer(change) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("error-without-errors", "an error document has no errors", |draft, _| {
        on_refusal(draft, |body| *body = json!({"message": "Something is wrong."}));
    }),
    fault("error-errors-empty", "an error document has an empty list of errors", |draft, _| {
        on_refusal(draft, |body| replace(body, "errors", json!([])));
    }),
    fault("error-errors-object", "the errors are one object instead of a list", |draft, _| {
        on_refusal(draft, |body| {
            let first = body.pointer("/errors/0").cloned().unwrap_or_default();
            replace(body, "errors", first);
        });
    }),
    fault("error-with-data", "an error document has data beside its errors", |draft, _| on_refusal(draft, |body| replace(body, "data", Value::Null))),
    fault("error-empty", "a refusal has no body", |draft, _| {
        if draft.status >= 400 {
            draft.body = None;
            draft.media = None;
        }
    }),
    fault("error-plain-text", "a refusal is a page for people", |draft, _| {
        if draft.status >= 400 {
            draft.media = Some("text/html".to_owned());
            draft.body = Some(json!(format!("<h1>{}</h1>", draft.status)));
        }
    }),
    fault("error-wrong-media-type", "the media type of a refusal is another than its body", |draft, _| {
        if draft.status >= 400 && draft.body.is_some() {
            draft.text = draft.body.as_ref().map(Value::to_string);
            draft.media = Some("text/plain".to_owned());
        }
    }),
    fault("error-truncated", "the body of a refusal breaks off", |draft, _| {
        if draft.status >= 400 {
            draft.cut_off();
        }
    }),
    fault("error-status-member-wrong", "the status in an error is not that of the answer", |draft, _| {
        let other = if draft.status == 418 { 400 } else { 418 };
        on_error(draft, |error| {
            let number = error.get("status").is_some_and(Value::is_number);
            error.insert("status".to_owned(), if number { json!(other) } else { json!(other.to_string()) });
        });
    }),
    fault("error-status-member-number", "the status in an error of JSON:API is a number", |draft, _| {
        let status = draft.status;
        on_error(draft, |error| {
            let text = error.get("status").is_some_and(Value::is_string);
            error.insert("status".to_owned(), if text { json!(status) } else { json!(status.to_string()) });
        });
    }),
    fault("error-without-detail", "an error does not say what is wrong", |draft, _| {
        on_error(draft, |error| {
            error.shift_remove("detail");
        });
    }),
    fault("error-detail-empty", "the detail of an error is empty", |draft, _| {
        on_error(draft, |error| {
            error.insert("detail".to_owned(), json!(""));
        });
    }),
    fault("error-source-wrong", "an error names another place than the one that is wrong", |draft, _| {
        on_error(draft, |error| {
            if error.contains_key("source") {
                error.insert("source".to_owned(), json!({"pointer": "/elsewhere"}));
            }
        });
    }),
    fault("error-leaks-trace", "an error shows the inside of the server", |draft, _| {
        on_error(draft, |error| {
            let trace = "java.lang.NullPointerException\n\tat com.example.server.Controller.answer(Controller.java:42)\n\tat java.base/java.lang.Thread.run(Thread.java:833)";
            error.insert("detail".to_owned(), json!(trace));
        });
    }),
    fault("error-echoes-credentials", "an error repeats the credentials", |draft, scope| {
        let sent = scope.call.header("authorization").unwrap_or("nothing").to_owned();
        on_error(draft, |error| {
            error.insert("detail".to_owned(), json!(format!("Not with {sent}.")));
        });
    }),
];

/// Changes the body of a refusal, if it has one of JSON.
fn on_refusal(draft: &mut DraftAnswer, change: impl FnOnce(&mut Value)) {
    if let (400.., true, Some(body)) = (draft.status, draft.is_json(), &mut draft.body) {
        change(body);
    }
}

/// Changes the first error of a JSON:API document, or the whole of another error body.
fn on_error(draft: &mut DraftAnswer, change: impl FnOnce(&mut Map<String, Value>)) {
    on_refusal(draft, |body| {
        let listed = body.get("errors").is_some();
        let error = if listed { body.pointer_mut("/errors/0") } else { Some(body) };
        if let Some(Value::Object(error)) = error {
            change(error);
        }
    });
}

fn replace(body: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = body {
        members.insert(name.to_owned(), value);
    }
}
