//! The answer is asked for in a form that the operation does not have.

use serde_json::Value;

use super::{Mutation, Trigger, TriggerContext};
use crate::model::media_range::essence;
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

/// Media types that no server writes.
const UNHEARD_OF: [&str; 2] = ["application/x-probity", "text/x-probity"];

/// The header field.
const ACCEPT: &str = "accept";

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::NOT_ACCEPTABLE,
    about: "the answer is asked for in a media type that the operation does not have",
    needs: "success with a body of a named media type",
    source: "RFC 9110, section 15.5.7; JSON:API, Content Negotiation, Server Responsibilities",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let written: Vec<&str> = trigger_context.operation.successes().flat_map(|response| &response.content).map(|media| media.name.as_str()).collect();
    // The contract may name a whole family (OpenAPI, Media Type Object).
    let families: Vec<&str> = written.iter().filter_map(|name| essence(name).strip_suffix('*')).collect();
    let is_covered = |name: &str| families.iter().any(|family| *family == "*/" || name.starts_with(family));
    let unheard_of = || UNHEARD_OF.into_iter().find(|name| !is_covered(name));
    let named = trigger_context.condition.value.as_ref().and_then(Value::as_str);
    let Some(wanted) = named.or_else(unheard_of).filter(|_| !written.is_empty()) else { return Vec::new() };
    let mut request = trigger_context.base.request.clone();
    request.headers.retain(|(name, _)| name != ACCEPT);
    request.headers.push((ACCEPT.to_owned(), wanted.to_owned()));
    vec![Mutation::fault(request, Place::Header("Accept".to_owned()), format!("Accept is {wanted}"))]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::triggers::small_contracts::fields;

    #[test]
    fn json_api_is_asked_for_with_a_parameter_that_it_does_not_have() {
        let operation = json!({"responses": {"200": {"description": "", "content": {"application/vnd.api+json": {}}}, "406": {"description": ""}}});
        assert_eq!(fields("not-acceptable", ("/a", "get", 406), &operation, "Accept"), [["application/vnd.api+json; probity=unknown"]]);
    }

    #[test]
    fn what_is_asked_for_is_in_no_family_that_the_operation_writes() {
        let asked = |written: &[&str]| {
            let content: serde_json::Map<String, Value> = written.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
            let operation = json!({"responses": {"200": {"description": "", "content": content}, "406": {"description": ""}}});
            fields("not-acceptable", ("/a", "get", 406), &operation, "Accept")
        };
        assert_eq!(asked(&["application/json"]), [["application/x-probity"]]);
        assert_eq!(asked(&["application/json", "application/*"]), [["text/x-probity"]]);
        for written in [&["*/*"][..], &["application/*", "text/*"], &[]] {
            assert_eq!(asked(written), Vec::<Vec<String>>::new(), "{written:?}");
        }
    }
}
