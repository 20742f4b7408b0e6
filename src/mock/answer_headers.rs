//! Adds the header fields that declared responses and HTTP itself require.

use http::HeaderValue;
use serde_json::Value;

use super::accounts;
use super::draft_answer::DraftAnswer;
use super::routed_request::MockCore;
use super::sample::sample;
use super::store::id_text;
use super::styled_parameters::read;
use crate::contract::samples::answer_samples;
use crate::model::contract::{HeaderRule, Operation, Response, SchemaRef};

/// Fields that follow from the body and the connection (RFC 9112, section 6; RFC 9110, sections 7.6, 8.3 and 8.4), whatever
/// a contract says of them.
const FRAMING: [&str; 10] =
    ["content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "date"];

/// What header fields are made from.
#[derive(Debug, Default)]
pub(crate) struct HeaderContext<'a> {
    pub operation: Option<&'a Operation>,
    /// Methods of the path.
    pub methods: &'a [String],
    /// Seconds until the rate limit allows a request.
    pub wait: Option<u64>,
    /// Where a new resource, or the outcome of a job, is found.
    pub location: Option<String>,
}

/// Adds the header fields of a response.
pub(crate) fn add(core: &MockCore, draft: &mut DraftAnswer, response: Option<&Response>, circumstances: &HeaderContext<'_>) {
    for rule in response.into_iter().flat_map(|response| &response.headers) {
        let located = rule.name.eq_ignore_ascii_case("location") && circumstances.location.is_some();
        if rule.required && rule.name.eq_ignore_ascii_case("transfer-encoding") {
            // Taken for what it says by whoever writes the answer.
            draft.set("Transfer-Encoding", "chunked");
        }
        if (rule.required || located)
            && !FRAMING.iter().any(|name| rule.name.eq_ignore_ascii_case(name))
            && let Some(value) = value(core, draft.status, rule, circumstances)
        {
            draft.set(&rule.name, value);
        }
    }
    // Required whether the contract says so or not: RFC 9110, sections 15.5.2, 15.5.6 and 15.4.4.
    match draft.status {
        401 if absent(draft, "WWW-Authenticate") => draft.set("WWW-Authenticate", accounts::challenge(&core.contract, circumstances.operation)),
        405 if absent(draft, "Allow") => draft.set("Allow", circumstances.methods.join(", ")),
        300..=303 | 305..=399 if absent(draft, "Location") => draft.set("Location", circumstances.location.clone().unwrap_or_else(|| "/".to_owned())),
        _ => {}
    }
}

fn absent(draft: &DraftAnswer, name: &str) -> bool {
    !draft.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// A value that fits the schema of a field; `None` where none is known.
fn value(core: &MockCore, status: u16, rule: &HeaderRule, circumstances: &HeaderContext<'_>) -> Option<String> {
    let name = rule.name.to_ascii_lowercase();
    match (name.as_str(), &circumstances.location) {
        ("allow", _) => return Some(circumstances.methods.join(", ")),
        ("www-authenticate", _) => return Some(accounts::challenge(&core.contract, circumstances.operation)),
        ("location", Some(location)) => return Some(location.clone()),
        _ => {}
    }
    let document = &core.contract.document;
    let schema = rule.schema.as_ref();
    let header = schema.and_then(|schema| document.pointer(schema.0.strip_suffix("/schema")?));
    let example = header.and_then(|header| header.get("example").or_else(|| header.get("examples")?.as_object()?.values().next()?.get("value")));
    let drawn = example.cloned().or_else(|| schema.map(|schema| sample(document, &schema.0)));
    if let (Some(wait), Some(Value::Number(least))) = (circumstances.wait.filter(|_| status == 429), &drawn) {
        return Some(wait.max(least.as_u64().filter(|_| example.is_none()).unwrap_or(1)).to_string());
    }
    let usual = match (name.as_str(), example) {
        ("content-disposition", None) => Some("attachment; filename=\"mock\"".to_owned()),
        ("etag", None) => Some("\"mock\"".to_owned()),
        ("retry-after", None) => Some(circumstances.wait.unwrap_or(1).to_string()),
        _ => None,
    };
    let made = schema.into_iter().flat_map(|schema| answer_samples(document, &schema.0));
    let mut values = usual.map(Value::from).into_iter().chain(drawn).chain([Value::from("mock")]).chain(made);
    values.find_map(|value| written(&value).filter(|text| schema.is_none_or(|schema| fits(core, schema, &value, text))))
}

/// Whether a declared response has room for a field with this text.
pub(crate) fn takes(core: &MockCore, response: Option<&Response>, name: &str, text: &str) -> bool {
    let mut rules = response.into_iter().flat_map(|response| &response.headers).filter(|rule| rule.name.eq_ignore_ascii_case(name));
    rules.all(|rule| rule.schema.as_ref().is_none_or(|schema| fits(core, schema, &Value::from(text), text)))
}

/// Whether a field with this text fits its schema, read as the schema has it.
fn fits(core: &MockCore, schema: &SchemaRef, value: &Value, text: &str) -> bool {
    let sendable = HeaderValue::try_from(text).is_ok() && !text.is_empty();
    sendable && (core.schemas.fits(schema, value) || core.schemas.fits(schema, &read(&core.contract, &core.schemas, schema, text)))
}

/// A value as a field writes it (OpenAPI, `style: simple`).
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(items) => Some(items.iter().map(written).collect::<Option<Vec<_>>>()?.join(",")),
        Value::Object(_) => Some(value.to_string()),
        other => id_text(other),
    }
}
