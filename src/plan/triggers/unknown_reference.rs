//! Trigger: an id in the body or the query names nothing.

use serde_json::{Value, json};

use super::repeated_ids::{repeat, same_id};
use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::Location;
use crate::model::plan::Place;
use crate::model::text::unquoted_text;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::{NeededResource, nth_unknown_id};

/// Tells what names nothing in a body from what names nothing in a path: a server that takes the one holds it from then on.
const APART: u64 = 4000;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNKNOWN_REFERENCE,
    about: "an id in the body or the query names nothing",
    needs: "id of another resource in the body or the query",
    source: "JSON:API, Creating Resources, 404 Not Found: a related resource that does not exist",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let wanted = |kind: &str| trigger_context.condition.kind.as_deref().is_none_or(|wanted| wanted == kind);
    let chosen = |place: &str| trigger_context.condition.at.as_deref().is_none_or(|chosen| chosen == place);
    let in_path: Vec<_> = trigger_context.base.needs.iter().filter(|need| matches!(need.place, Place::Path(_))).collect();
    let repeats_path =
        |need: &NeededResource| in_path.iter().any(|own| own.resource.kind == need.resource.kind && same_id(&own.example, &need.example));
    let in_body = trigger_context.base.needs.iter().filter_map(|need| {
        let Place::Body(at) = &need.place else { return None };
        if !wanted(&need.resource.kind) || !chosen(at) || repeats_path(need) {
            return None;
        }
        let unknown = nth_unknown_id(&need.example, trigger_context.mark, APART, |value| trigger_context.body_allows(at, value))?;
        let mut mutation = trigger_context.with_value(at, unknown.clone())?;
        repeat(trigger_context, need, &unknown, &mut mutation);
        mutation.kind = Some(need.resource.kind.clone());
        Some(mutation)
    });
    let parameters = trigger_context.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && chosen(&parameter.name));
    let in_query = parameters.filter_map(|parameter| {
        let need = parameter.resource.as_ref().filter(|need| wanted(&need.kind))?;
        // The value of the valid request has the form that the schema asks for.
        let sent = trigger_context.base.request.query.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| Value::from(value.as_str()));
        let example = parameter.example.clone().or(sent).unwrap_or_else(|| Value::from("1"));
        let example = example.get(0).cloned().unwrap_or(example);
        let allows =
            |value: &Value| trigger_context.parameter_allows(parameter, value) || trigger_context.parameter_allows(parameter, &json!([value]));
        let unknown = nth_unknown_id(&example, trigger_context.mark, APART, allows)?;
        let text = unquoted_text(&unknown);
        let mut mutation = trigger_context.with_query_value(&parameter.name, &text);
        mutation.kind = Some(need.kind.clone());
        Some(mutation)
    });
    in_body.chain(in_query).collect()
}

#[cfg(test)]
mod tests {
    use crate::plan::triggers::small_contracts::faults;

    #[test]
    fn what_names_nothing_in_a_body_is_not_what_names_nothing_in_a_path() {
        let books = serde_json::json!({"/books/{bookId}": {"delete": {"parameters": [{"name": "bookId", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"204": {"description": ""}, "404": {"description": ""}}}}});
        let schema = serde_json::json!({"type": "object", "required": ["bookId"], "properties": {"bookId": {"type": "string", "format": "uuid"}}});
        let post = serde_json::json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"201": {"description": ""}, "404": {"description": ""}}});
        let id = |words: &[String]| words.first().and_then(|words| words.split('"').nth(1)).unwrap_or_default().to_owned();
        let named = id(&faults("unknown-reference", ("/loans", "post", 404), &post, &books));
        let uuid = serde_json::json!("00000000-0000-4000-8000-000000000000");
        assert_ne!(named, *crate::plan::values::unknown_id(&uuid, "mark", |_| true).unwrap().as_str().unwrap());
        assert!(named.len() == 36 && crate::plan::values::is_unknown(&named.into(), "mark"));
    }

    #[test]
    fn what_names_nothing_has_the_form_that_the_query_asks_for() {
        let uuid = serde_json::json!({"type": "string", "format": "uuid"});
        let payers = serde_json::json!({"/payers/{payerId}/notes": {"post": {"parameters": [{"name": "payerId", "in": "path", "required": true, "schema": uuid}],
            "responses": {"201": {"description": ""}}}}});
        let parameters = serde_json::json!([{"name": "payerId", "in": "query", "required": true, "schema": uuid}]);
        let get = serde_json::json!({"parameters": parameters, "responses": {"200": {"description": ""}, "404": {"description": ""}}});
        let broken = faults("unknown-reference", ("/fundings", "get", 404), &get, &payers);
        let value = broken.first().and_then(|words| words.split('"').nth(1)).unwrap_or_default();
        assert!(value.len() == 36 && value.split('-').count() == 5, "{broken:?}");
    }
}
