//! Finds what is known by the name that the request which made it gave it, where the answer shows no id.

use serde_json::Value;

use crate::contract::schema::{follow_references, property};
use crate::contract::structured_form;
use crate::model::contract::{Contract, Location, MediaType, Operation};
use crate::model::path::parameter_of;
use crate::model::text::without_separators;

/// Ends of the names of parameters that ask for a name.
const NAMES: [&str; 3] = ["name", "slug", "key"];

/// A request that gives a name to what it makes.
#[derive(Debug, PartialEq)]
pub(super) struct NamingRequest {
    /// The operation.
    pub operation: String,
    /// The kind of what it makes.
    pub kind: String,
    /// The member of its body that is the name.
    pub member: String,
}

/// A POST whose answers show nothing makes what the paths below it ask for by the name that it sends: `/tenants/{tenant}` after
/// `POST /tenants {"name": …}`. That it is so is a guess, and made only for kinds that nothing else makes.
pub(super) fn named_by_request(contract: &Contract, is_made: impl Fn(&str) -> bool) -> Vec<NamingRequest> {
    let mut found: Vec<NamingRequest> = Vec::new();
    let posts = contract.operations.iter().filter(|operation| operation.method.is_post() && !contract.inferred.annotated);
    for post in posts.filter(|post| shows_nothing(&contract.document, post)) {
        for (parameter, kind) in asked_below(contract, post) {
            let is_known = is_made(&kind) || found.iter().any(|known| known.kind == kind);
            if let Some(member) = member_for(contract, post, &parameter).filter(|_| !is_known) {
                found.push(NamingRequest { operation: post.id.clone(), kind, member });
            }
        }
    }
    found
}

/// Whether no success of an operation has a member that could be an id; what is found by a search would be shown.
fn shows_nothing(document: &Value, operation: &Operation) -> bool {
    let is_silent = |media: &MediaType| {
        let schema = media.schema.as_ref().and_then(|schema| follow_references(document, &schema.0)).map(|(_, schema)| schema);
        let keywords = ["properties", "items", "allOf", "anyOf", "oneOf", "additionalProperties"];
        media.examples.is_empty() && schema.is_some_and(|schema| keywords.iter().all(|keyword| schema.get(*keyword).is_none()))
    };
    operation.successes().next().is_some()
        && operation.successes().all(|response| response.links.is_empty() && response.content.iter().all(is_silent))
}

/// The parameters right below the path of an operation that name a thing, each with its kind, where such a thing can be read.
fn asked_below(contract: &Contract, post: &Operation) -> Vec<(String, String)> {
    let above: Vec<&str> = post.segments().collect();
    // Most of a large contract is told from it by the first letters.
    let start = post.path.trim_end_matches('/');
    let below = |operation: &&Operation| operation.path.starts_with(start) && operation.segments().take(above.len()).eq(above.iter().copied());
    let mut found: Vec<(String, String)> = Vec::new();
    let mut is_read = false;
    for operation in contract.operations.iter().filter(below) {
        let Some(name) = operation.segments().nth(above.len()).and_then(parameter_of) else { continue };
        is_read |= operation.method.is_get() && operation.segments().count() == above.len() + 1;
        let Some(need) = operation.parameter(Location::Path, name).and_then(|parameter| parameter.resource.as_ref()) else { continue };
        if found.iter().all(|(_, kind)| *kind != need.kind) {
            found.push((name.to_owned(), need.kind.clone()));
        }
    }
    found.retain(|_| is_read);
    found
}

/// The member of the body that a parameter may ask for: one of its name, or `name` where it is called like the thing or its name.
fn member_for(contract: &Contract, post: &Operation, parameter: &str) -> Option<String> {
    let schema = &structured_form(&post.request_body.as_ref()?.content)?.schema.as_ref()?.0;
    let collection = without_separators(post.segments().next_back()?);
    let (asked, thing) = (without_separators(parameter), collection.strip_suffix('s').unwrap_or(&collection));
    let is_name = asked == thing || NAMES.iter().any(|end| asked == *end || asked == format!("{thing}{end}"));
    let required = follow_references(&contract.document, schema)?.1.get("required")?.as_array()?;
    let is_text = |member: &str| {
        let described = property(&contract.document, schema, member).and_then(|at| Some(follow_references(&contract.document, &at)?.1));
        described.and_then(|described| described.get("type")).is_some_and(|kind| kind == "string")
    };
    let ways = [parameter, "name"];
    ways.into_iter().find(|member| is_name && required.iter().any(|known| known == member) && is_text(member)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::named_by_request;
    use crate::contract::{bundle, read};

    /// What names the thing of this parameter, where `POST /tenants` takes a required member and answers with this schema.
    fn source(parameter: &str, member: &str, answer: &serde_json::Value) -> Option<String> {
        let in_xml = source_in("application/xml", parameter, member, answer);
        assert_eq!(in_xml, source_in("application/json", parameter, member, answer));
        in_xml
    }

    fn source_in(media: &str, parameter: &str, member: &str, answer: &serde_json::Value) -> Option<String> {
        let content = |schema: &serde_json::Value| json!({media: {"schema": schema}});
        let body = json!({"type": "object", "required": [member], "properties": {member: {"type": "string"}}});
        let make = json!({"operationId": "make", "requestBody": {"content": content(&body)}, "responses": {"200": {"description": "", "content": content(answer)}}});
        let named = json!([{"name": parameter, "in": "path", "required": true, "schema": {"type": "string"}}]);
        let get = json!({"operationId": "read", "parameters": named, "responses": {"200": {"description": ""}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/tenants": {"post": make}, format!("/tenants/{{{parameter}}}"): {"get": get}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        assert_eq!(named_by_request(&contract, |kind| kind == "tenants"), Vec::new(), "something else makes it");
        named_by_request(&contract, |_| false).into_iter().next().map(|found| found.member)
    }

    #[test]
    fn what_shows_no_id_is_known_by_the_name_that_was_sent() {
        let nothing = json!({"type": "object"});
        let named = Some("name".to_owned());
        assert_eq!(source("tenant", "name", &nothing), named);
        assert_eq!(source("tenant_name", "name", &nothing), named);
        assert_eq!(source("slug", "slug", &nothing).as_deref(), Some("slug"));
        assert_eq!(source("tenant_id", "name", &nothing), None, "it asks for an id");
        assert_eq!(source("tenant", "title", &nothing), None);
        assert_eq!(source("tenant", "name", &json!({"type": "object", "properties": {"hits": {"type": "array"}}})), None, "it may be a search");
    }
}
