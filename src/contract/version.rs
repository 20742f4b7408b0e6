//! Detects the version of OpenAPI that a document is written in, and explains why another file is refused.

use serde_json::Value;

use super::ContractError;
use super::bundle::Bundle;
use crate::model::issue::DocumentIssue;

/// How many issues a refusal names.
const MOST_NAMED: usize = 5;

/// Versions that differ in how a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Swagger 2.0.
    V2,
    /// OpenAPI 3.0.
    V30,
    /// OpenAPI 3.1 and 3.2.
    V31,
}

/// A version, and what is wrong with how it is written.
pub(super) struct DeclaredVersion {
    pub version: Version,
    pub issue: Option<DocumentIssue>,
}

/// The version of a document.
///
/// # Errors
/// It is no document of OpenAPI, and what it is.
pub(super) fn version(bundle: &Bundle) -> Result<DeclaredVersion, ContractError> {
    let document = &bundle.document;
    let refused = |message: String| Err(ContractError::new(bundle.place(""), message));
    if !document.is_object() {
        return refused(format!("this is no OpenAPI document: it is {} and not an object", described(document)));
    }
    let text = |name: &str| document.get(name).map(version_text);
    let found = |version, issue| Ok(DeclaredVersion { version, issue });
    let is = |version: &str, wanted: &str| version == wanted || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
    match (text("openapi"), text("swagger")) {
        (Some(version), _) if is(&version, "3.0") => found(Version::V30, None),
        (Some(version), _) if is(&version, "3.1") || is(&version, "3.2") => found(Version::V31, None),
        (Some(version), _) if version == "3" || version.starts_with("3.") => {
            let what = format!("openapi is {version:?}, which is no version of OpenAPI that Probity knows");
            let known = if version == "3" { (Version::V30, "it is read as OpenAPI 3.0") } else { (Version::V31, "it is read as OpenAPI 3.2") };
            found(known.0, Some(DocumentIssue::new(bundle.place("/openapi"), what, known.1)))
        }
        (Some(version), _) if is(&version, "2.0") || version == "2" => found(Version::V2, None),
        (None, Some(version)) if is(&version, "2.0") || version == "2" => found(Version::V2, None),
        (Some(version), _) | (None, Some(version)) => {
            refused(format!("this document is written in version {version:?}; Probity reads Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2"))
        }
        (None, None) if document.get("paths").is_some_and(Value::is_object) => {
            let older = ["definitions", "securityDefinitions", "basePath", "host", "produces"].iter().any(|name| document.get(*name).is_some());
            let (version, meaning) = if older { (Version::V2, "it is read as Swagger 2.0") } else { (Version::V30, "it is read as OpenAPI 3.0") };
            found(version, Some(DocumentIssue::new(bundle.place(""), "there is no `openapi` with a version", meaning)))
        }
        (None, None) => {
            let what = other_format(document).unwrap_or("there is no `openapi` with a version, and no `paths`");
            refused(format!("{what}; Probity reads Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2"))
        }
    }
}

/// Why a document without operations is refused, with what is known to be wrong with it.
pub(super) fn without_operations(bundle: &Bundle) -> ContractError {
    let document = &bundle.document;
    let filled = |name: &str| document.get(name).and_then(Value::as_object).is_some_and(|members| !members.is_empty());
    let why = if filled("webhooks") || filled("x-webhooks") {
        "it describes only webhooks, which are requests that the server sends itself"
    } else if filled("paths") {
        "none of its paths has an operation that can be used"
    } else {
        "it has no paths"
    };
    let mut message = format!("there is no operation in this contract: {why}");
    let named = bundle.issues.iter().take(MOST_NAMED).map(|issue| format!("\n  {issue}"));
    message.extend(named);
    if bundle.issues.len() > MOST_NAMED {
        message.extend(["\n  and ", &(bundle.issues.len() - MOST_NAMED).to_string(), " more issues"]);
    }
    ContractError::new(bundle.place("/paths"), message)
}

/// What a document is that has neither a version of OpenAPI nor paths.
fn other_format(document: &Value) -> Option<&'static str> {
    let has = |name: &str| document.get(name).is_some();
    let within = |pointer: &str| document.pointer(pointer).is_some();
    Some(if has("asyncapi") {
        "this is an AsyncAPI document"
    } else if within("/info/_postman_id") || within("/info/schema") || (has("item") && has("info")) || within("/collection/item") {
        "this is a Postman collection"
    } else if has("__schema") || within("/data/__schema") {
        "this is a GraphQL schema"
    } else if has("arazzo") {
        "this is an Arazzo description"
    } else if has("overlay") {
        "this is an Overlay, which changes an OpenAPI document and is none"
    } else if has("swaggerVersion") {
        "this is a document of Swagger 1.x"
    } else if has("discoveryVersion") || has("kind") && has("rootUrl") {
        "this is a document of Google's discovery service"
    } else if within("/log/entries") {
        "this is a recording of requests (HAR)"
    } else if has("_type") && has("resources") {
        "this is an export of Insomnia"
    } else if has("openrpc") {
        "this is an OpenRPC document"
    } else if has("$schema") || has("properties") {
        "this is a JSON Schema and no OpenAPI document"
    } else if document.as_object().is_some_and(serde_json::Map::is_empty) {
        "the document is empty"
    } else {
        return None;
    })
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        _ => "a single value",
    }
}

/// A version as text, whether it is quoted or not.
fn version_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => format!("{:.1}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}
