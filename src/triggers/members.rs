//! Where members of a request body stand, seen from the schema.

use serde_json::Value;

use super::Ground;
use crate::contract::append;
use crate::contract::schema::visit;

/// A member of the valid body that the schema describes.
pub struct Member<'a> {
    /// JSON Pointer into the body.
    pub at: String,
    /// The schemas that describe it.
    pub schemas: Vec<&'a Value>,
    /// Its value in the valid request.
    pub value: &'a Value,
}

/// Every member and item of the valid body, in document order, with what the schema says of it.
pub fn described<'a>(ground: &'a Ground<'_>) -> Vec<Member<'a>> {
    let mut members: Vec<Member<'a>> = Vec::new();
    if let (Some(schema), Some(body)) = (ground.media().and_then(|media| media.schema.as_ref()), ground.json()) {
        visit(ground.contract, schema, body, &mut |at, schema, value| match members.iter_mut().find(|member| member.at == at) {
            Some(member) => member.schemas.push(schema),
            None => members.push(Member { at: at.to_owned(), schemas: vec![schema], value }),
        });
    }
    members
}

/// Pointers to the required members that the valid body has, the deepest part of the body first: what a resource is
/// made of comes before what carries it.
pub fn required(ground: &Ground<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for member in described(ground) {
        let names = member.schemas.iter().filter_map(|schema| schema.get("required")?.as_array()).flatten();
        for name in names.filter_map(Value::as_str) {
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
