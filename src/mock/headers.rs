//! Header fields that declared responses require, and those that HTTP itself requires.

use serde_json::Value;

use super::accounts;
use super::draft::Draft;
use super::sample::sample;
use super::scene::Core;
use super::store::id_text;
use crate::domain::contract::{HeaderRule, Operation, Response};

/// What header fields are made from.
#[derive(Debug, Default)]
pub(crate) struct Circumstances<'a> {
    pub operation: Option<&'a Operation>,
    /// Methods of the path.
    pub methods: &'a [String],
    /// Seconds until the rate limit allows a request.
    pub wait: Option<u64>,
    /// Where a new resource, or the outcome of a job, is found.
    pub location: Option<String>,
}

/// Adds the header fields of a response.
pub(crate) fn add(core: &Core, draft: &mut Draft, response: Option<&Response>, circumstances: &Circumstances<'_>) {
    for rule in response.into_iter().flat_map(|response| &response.headers) {
        let located = rule.name.eq_ignore_ascii_case("location") && circumstances.location.is_some();
        if (rule.required || located) && !rule.name.eq_ignore_ascii_case("content-type") {
            let value = value(core, draft.status, rule, circumstances);
            draft.set(&rule.name, value);
        }
    }
    // Required whether the contract says so or not: RFC 9110, sections 15.5.2, 15.5.6 and 15.4.4.
    match draft.status {
        401 if absent(draft, "WWW-Authenticate") => draft.set("WWW-Authenticate", accounts::challenge(&core.contract, circumstances.operation)),
        405 if absent(draft, "Allow") => draft.set("Allow", circumstances.methods.join(", ")),
        300..=399 if absent(draft, "Location") => draft.set("Location", circumstances.location.clone().unwrap_or_else(|| "/".to_owned())),
        _ => {}
    }
}

fn absent(draft: &Draft, name: &str) -> bool {
    !draft.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn value(core: &Core, status: u16, rule: &HeaderRule, circumstances: &Circumstances<'_>) -> String {
    match (rule.name.to_ascii_lowercase().as_str(), &circumstances.location) {
        ("allow", _) => return circumstances.methods.join(", "),
        ("www-authenticate", _) => return accounts::challenge(&core.contract, circumstances.operation),
        ("location", Some(location)) => return location.clone(),
        _ => {}
    }
    let document = &core.contract.document;
    let schema = rule.schema.as_ref();
    let header = schema.and_then(|schema| document.pointer(schema.0.strip_suffix("/schema")?));
    let example = header.and_then(|header| header.get("example").or_else(|| header.get("examples")?.as_object()?.values().next()?.get("value")));
    let drawn = example.cloned().or_else(|| schema.map(|schema| sample(document, &schema.0)));
    if let (Some(wait), Some(Value::Number(least))) = (circumstances.wait.filter(|_| status == 429), &drawn) {
        return wait.max(least.as_u64().filter(|_| example.is_none()).unwrap_or(1)).to_string();
    }
    match (rule.name.to_ascii_lowercase().as_str(), example) {
        ("content-disposition", None) => "attachment; filename=\"mock\"".to_owned(),
        ("etag", None) => "\"mock\"".to_owned(),
        ("retry-after", None) => circumstances.wait.unwrap_or(1).to_string(),
        _ => drawn.as_ref().and_then(id_text).unwrap_or_else(|| "mock".to_owned()),
    }
}
