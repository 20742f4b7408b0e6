//! Trigger: a required member at the top level of the body is left out.

use serde_json::Value;

use super::members::{depth, name, required};
use super::{Mutation, Trigger, TriggerContext};
use crate::contract::remove;
use crate::contract::schema::follow_references;
use crate::model::plan::{Body, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MISSING_DATA,
    about: "a required member at the top of the body is left out",
    needs: "required member at the top of the body",
    source: "JSON:API, Creating Resources: the request MUST include a resource object as primary data",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    if let Body::Multipart(parts) = &trigger_context.base.request.body {
        let required = required_members(trigger_context);
        let indices = (0..parts.len()).filter(|index| required.contains(&parts[*index].name.as_str()));
        return indices.map(|index| without_part(trigger_context, index)).collect();
    }
    if let Some((names, text)) = form(trigger_context) {
        return names.into_iter().filter_map(|name| without_pairs(trigger_context, text, name)).collect();
    }
    let places = required(trigger_context).into_iter().filter(|at| depth(at) == 1);
    trigger_context.not_admitted(
        places.filter_map(|at| trigger_context.with_body(&at, format!("{} is left out", name(&at)), |body| remove(body, &at))).collect(),
    )
}

/// The required members of the object that a form is.
fn required_members<'a>(trigger_context: &'a TriggerContext<'_>) -> Vec<&'a str> {
    let (schema, document) = (trigger_context.media().and_then(|media| media.schema.as_ref()), &trigger_context.contract.document);
    let found = schema.and_then(|schema| follow_references(document, &schema.0)).and_then(|(_, schema)| schema.get("required")?.as_array());
    found.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The required members and the text of a body in `application/x-www-form-urlencoded`.
fn form<'a>(trigger_context: &'a TriggerContext<'_>) -> Option<(Vec<&'a str>, &'a str)> {
    let Body::Text(text) = &trigger_context.base.request.body else { return None };
    let is_form = trigger_context.media().is_some_and(|media| media.name.starts_with("application/x-www-form-urlencoded"));
    is_form.then(|| (required_members(trigger_context), text.as_str()))
}

/// A form without the pairs of one member, which may be several, or have further names in brackets.
fn without_pairs(trigger_context: &TriggerContext<'_>, text: &str, name: &str) -> Option<Mutation> {
    let is_own = |pair: &&str| {
        let known = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(known, _)| known.into_owned()).unwrap_or_default();
        known == name || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
    };
    let kept: Vec<&str> = text.split('&').filter(|pair| !is_own(pair)).collect();
    // A form without pairs is a body without a byte, which may be left out.
    if kept.is_empty() && trigger_context.operation.request_body.as_ref().is_some_and(|body| !body.required) {
        return None;
    }
    let mut request = trigger_context.base.request.clone();
    let changed = kept.len() < text.split('&').count();
    request.body = Body::Text(kept.join("&"));
    changed.then(|| Mutation::fault(request, Place::Body(format!("/{name}")), format!("{name} is left out of the form")))
}

/// A multipart body without one of its parts (RFC 7578, section 4).
fn without_part(trigger_context: &TriggerContext<'_>, index: usize) -> Mutation {
    let mut request = trigger_context.base.request.clone();
    let mut name = String::new();
    if let Body::Multipart(parts) = &mut request.body {
        name = parts.remove(index).name;
    }
    Mutation::fault(request, Place::Body(format!("/{name}")), format!("the part {name} is left out"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::triggers::small_contracts::faults;

    /// What is left out of a form of these required members, whose body may be left out or not.
    fn left_out(required: &[&str], body_required: bool) -> Vec<String> {
        let properties: serde_json::Map<String, Value> = ["a", "b"].iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        let schema = json!({"type": "object", "required": required, "properties": properties});
        let body = json!({"required": body_required, "content": {"application/x-www-form-urlencoded": {"schema": schema}}});
        let operation = json!({"requestBody": body, "responses": {"200": {"description": "d"}, "400": {"description": "d"}}});
        faults("missing-data", ("/things", "post", 400), &operation, &json!({}))
    }

    #[test]
    fn what_leaves_no_form_is_a_fault_only_where_a_body_must_be_there() {
        assert_eq!(left_out(&["a"], true), ["a is left out of the form"]);
        assert_eq!(left_out(&["a", "b"], false), ["a is left out of the form", "b is left out of the form"]);
        assert_eq!(left_out(&["a"], false), Vec::<String>::new(), "no body is one that the contract admits");
    }
}
