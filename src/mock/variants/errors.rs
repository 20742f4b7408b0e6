//! Variants of refusals that say less or more.

use serde_json::{Map, Value, json};

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Variant, if_allowed};

const fn variant(name: &'static str, differs: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Variant {
    Variant { name, class: "error", differs, hook: Answer(change) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("errors-minimal", "errors have nothing but what the contract requires, and a detail", |draft, scope| {
        for name in ["source", "title", "code", "id", "meta", "links", "status", "type", "instance"] {
            on_errors(draft, scope, |error| {
                error.shift_remove(name);
            });
        }
    }),
    // JSON:API 1.1, "Error Objects": an error object may have any of these; RFC 9457, section 3.2: and so may problems.
    variant("errors-rich", "errors have an id, a code, links and meta members", |draft, scope| {
        for (name, value) in [
            ("id", json!("0c5e6c2e-6d3e-4f5a-9f5e-2f8d6f4a1b7c")),
            ("code", json!("E-17")),
            ("links", json!({"about": "https://example.com/errors/E-17"})),
            ("meta", json!({"trace": "4bf92f3577b34da6a3ce929d0e0e4736"})),
        ] {
            on_errors(draft, scope, |error| {
                error.entry(name).or_insert(value.clone());
            });
        }
    }),
    // JSON:API 1.1, "Processing Errors": a server may go on and report several.
    variant("errors-several", "an error document has a second error without a source", |draft, scope| {
        if draft.status >= 400 {
            if_allowed(draft, scope, |body| {
                if let Some(Value::Array(errors)) = body.get_mut("errors")
                    && let Some(mut second) = errors.first().cloned()
                {
                    if let Value::Object(second) = &mut second {
                        second.shift_remove("source");
                        second.insert("detail".to_owned(), json!("Nothing was done."));
                    }
                    errors.push(second);
                }
            });
        }
    }),
    variant("errors-in-another-language", "titles and details are in another language", |draft, scope| {
        on_errors(draft, scope, |error| {
            for (name, text) in [("title", "Ungültige Anfrage"), ("detail", "Die Anfrage ist ungültig; „so“ geht es nicht.")] {
                if error.get(name).is_some_and(Value::is_string) {
                    error.insert(name.to_owned(), json!(text));
                }
            }
        });
    }),
    // JSON:API 1.1, "Error Objects": `pointer` may name a primary object as a whole.
    variant("errors-point-at-the-whole", "errors point at the primary object instead of the member", |draft, scope| {
        on_errors(draft, scope, |error| {
            if let Some(Value::String(pointer)) = error.get_mut("source").and_then(|source| source.get_mut("pointer"))
                && pointer.starts_with("/data/")
            {
                "/data".clone_into(pointer);
            }
        });
    }),
];

/// Changes each error of a JSON:API document, or the whole of another error body.
fn on_errors(draft: &mut DraftAnswer, scope: &AnswerScope<'_>, change: impl Fn(&mut Map<String, Value>)) {
    if draft.status < 400 {
        return;
    }
    if_allowed(draft, scope, |body| match body.get_mut("errors") {
        Some(Value::Array(errors)) => errors.iter_mut().filter_map(Value::as_object_mut).for_each(change),
        _ => {
            if let Value::Object(members) = body {
                change(members);
            }
        }
    });
}
