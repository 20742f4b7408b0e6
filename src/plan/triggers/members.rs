//! Finds where a member of the request body stands, going by its schema.

use serde_json::Value;

use super::TriggerContext;
use crate::contract::schema::visit;
use crate::contract::{append, is_marked};

/// A member of the valid body that the schema describes.
pub struct BodyMember<'a> {
    /// JSON Pointer into the body.
    pub at: String,
    /// The schemas that describe it.
    pub schemas: Vec<&'a Value>,
    /// Its value in the valid request.
    pub value: &'a Value,
}

/// Every member and item of the valid body, in document order, with what the schema says of it.
pub fn described<'a>(trigger_context: &'a TriggerContext<'_>) -> Vec<BodyMember<'a>> {
    let mut members: Vec<BodyMember<'a>> = Vec::new();
    if let (Some(schema), Some(body)) = (trigger_context.media().and_then(|media| media.schema.as_ref()), trigger_context.body_value()) {
        visit(trigger_context.contract, schema, body, &mut |at, schema, value| match members.iter_mut().find(|member| member.at == at) {
            Some(member) => member.schemas.push(schema),
            None => members.push(BodyMember { at: at.to_owned(), schemas: vec![schema], value }),
        });
    }
    members
}

/// Pointers to the required members that the valid body has, the deepest part of the body first: what a resource is
/// made of comes before what carries it.
pub fn required(trigger_context: &TriggerContext<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for member in described(trigger_context) {
        // A server may ignore what only its answers hold, there or not.
        let document = &trigger_context.contract.document;
        let demanded = |schema: &&Value, name: &&str| !is_marked(document, schema, name, "readOnly");
        let lists = member.schemas.iter().filter_map(|schema| Some((*schema, schema.get("required")?.as_array()?)));
        let names = lists.flat_map(|(schema, names)| names.iter().filter_map(Value::as_str).filter(move |name| demanded(&schema, name)));
        for name in names {
            let at = append(&member.at, name);
            if member.value.get(name).is_some() && !found.contains(&at) {
                found.push(at);
            }
        }
    }
    found.sort_by_key(|at| std::cmp::Reverse(depth(at)));
    found
}

/// How many members deep a pointer leads; items of arrays do not count.
pub fn depth(at: &str) -> usize {
    at.split('/').skip(1).filter(|token| token.parse::<usize>().is_err()).count()
}

/// The last token of a pointer.
pub fn name(at: &str) -> &str {
    at.rsplit('/').next().unwrap_or_default()
}
