//! Trigger: the Content-Type names another media type than that of the body.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::media_range::essence;
use crate::model::plan::{Body, Place};
use crate::model::trigger_name::TriggerName;

/// Media types that no server has a reader for. A framework reads text and XML by itself, and refuses what it finds in them.
const UNHEARD_OF: [&str; 2] = ["application/x-probity", "text/x-probity"];

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::WRONG_CONTENT_TYPE,
    about: "the body says it is of a media type that does not exist",
    needs: "body of a named media type",
    source: "RFC 9110, section 15.5.16",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let declared = trigger_context.operation.request_body.iter().flat_map(|body| &body.content);
    // The contract may name a whole family (OpenAPI, Media Type Object).
    let families: Vec<&str> = declared.filter_map(|media| essence(&media.name).strip_suffix('*')).collect();
    let is_covered = |name: &str| families.iter().any(|family| *family == "*/" || name.starts_with(family));
    let wrong = UNHEARD_OF.into_iter().find(|name| !is_covered(name)).filter(|_| trigger_context.media().is_some());
    let Some(wrong) = wrong else { return Vec::new() };
    let mut request = trigger_context.base.request.clone();
    request.headers.retain(|(name, _)| name != "content-type");
    request.headers.push(("content-type".to_owned(), wrong.to_owned()));
    // A multipart body brings its own Content-Type, so its content is sent as plain text instead.
    if let Body::Multipart(parts) = &request.body {
        request.body = Body::Text(parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("\n"));
    }
    vec![Mutation::fault(request, Place::Header("Content-Type".to_owned()), format!("Content-Type is {wrong}"))]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{Schemas, bundle, read};
    use crate::model::contract::Condition;
    use crate::plan::values::valid;

    /// The Content-Type of each way to send another one where these are declared.
    fn sent(content: &Value) -> Vec<String> {
        let post = json!({"requestBody": {"required": true, "content": content}, "responses": {"201": {"description": "made"}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"post": post}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let (schemas, operation) = (Schemas::new(&contract), &contract.operations[0]);
        let base = valid(&contract, &schemas, operation, true).unwrap();
        let condition = Condition::of_trigger(TriggerName::WRONG_CONTENT_TYPE);
        let ways =
            mutations(&TriggerContext { contract: &contract, schemas: &schemas, operation, condition: &condition, base: &base, mark: "probity" });
        let headers = ways.into_iter().flat_map(|way| way.request.headers);
        headers.filter(|(name, _)| name == "content-type").map(|(_, value)| value).collect()
    }

    #[test]
    fn the_media_type_is_one_that_no_server_reads_and_the_contract_does_not_cover() {
        assert_eq!(sent(&json!({"application/json": {"example": {}}})), ["application/x-probity"]);
        assert_eq!(sent(&json!({"application/*": {"example": "a"}})), ["text/x-probity"]);
        assert_eq!(sent(&json!({"application/json": {"example": {}}, "*/*": {}})), [""; 0]);
    }
}
