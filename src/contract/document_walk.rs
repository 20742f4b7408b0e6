//! Walks a document and tells schemas, maps of free names, and plain values apart.
//! In a plain value, a member called `$ref` or `type` means nothing.

use serde_json::{Map, Value};

use super::pointer::escape;

/// What a value of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// An object of OpenAPI whose members are defined there.
    Plain,
    /// A map whose keys are the author's and whose values are [`NodeKind::Plain`].
    Named,
    /// A map from paths or expressions to path items.
    PathItems,
    /// A Path Item Object.
    PathItem,
    /// A map from names to Callback Objects.
    Callbacks,
    /// A map from names to Example Objects.
    Examples,
    /// A schema (JSON Schema), or a list of schemas.
    Schema,
    /// A map from names to schemas.
    Schemas,
    /// A value of the author's own, in which nothing has a meaning.
    Raw,
}

/// Members of objects of OpenAPI that are maps with names of the author's own.
const NAMED: [&str; 12] = [
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "content",
    "links",
    "encoding",
    "securitySchemes",
    "securityDefinitions",
    "variables",
    "mediaTypes",
    "x-probity-forms",
];

/// Keywords of JSON Schema that hold a schema.
pub(super) const SINGLE: [&str; 11] = [
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords of JSON Schema that hold a list of schemas.
pub(super) const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords of JSON Schema that hold a map from names to schemas.
pub(super) const MAPS: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// The same of earlier drafts: a schema, and a map from names to schemas.
const EARLIER: (&str, &str) = ("additionalItems", "dependencies");

impl NodeKind {
    /// What the member of this name is.
    pub(super) fn member(self, name: &str) -> Self {
        // Swagger 2.0 has values by their media types where OpenAPI 3 has examples by name.
        let is_value = match self {
            Self::Raw => true,
            Self::PathItems => name.starts_with("x-"),
            Self::Examples => name.contains('/'),
            _ => false,
        };
        if is_value {
            return Self::Raw;
        }
        match self {
            Self::PathItems => Self::PathItem,
            Self::Callbacks => Self::PathItems,
            Self::Named | Self::Examples => Self::Plain,
            Self::Schemas => Self::Schema,
            Self::Schema if SINGLE.contains(&name) || LISTS.contains(&name) || name == EARLIER.0 => Self::Schema,
            Self::Schema if MAPS.contains(&name) || name == EARLIER.1 => Self::Schemas,
            Self::Schema | Self::Raw => Self::Raw,
            Self::PathItem if name == "additionalOperations" => Self::Named,
            Self::Plain | Self::PathItem => of_plain(name),
        }
    }

    /// What an item of a list is.
    pub(super) fn item(self) -> Self {
        if self == Self::Named { Self::Plain } else { self }
    }
}

fn of_plain(name: &str) -> NodeKind {
    match name {
        "schema" | "itemSchema" => NodeKind::Schema,
        "schemas" | "definitions" => NodeKind::Schemas,
        "paths" | "webhooks" | "pathItems" | "x-webhooks" => NodeKind::PathItems,
        "callbacks" => NodeKind::Callbacks,
        "examples" => NodeKind::Examples,
        "example" | "default" | "enum" | "value" | "dataValue" => NodeKind::Raw,
        name if NAMED.contains(&name) => NodeKind::Named,
        name if name.starts_with("x-") && !name.starts_with("x-probity-") => NodeKind::Raw,
        _ => NodeKind::Plain,
    }
}

/// A place in a document, as a JSON Pointer that grows and shrinks with the way through it.
#[derive(Debug, Default)]
pub(super) struct PointerTrail(String);

impl PointerTrail {
    /// The pointer.
    pub(super) fn pointer(&self) -> &str {
        &self.0
    }

    /// Does something one token deeper.
    pub(super) fn at_token<T>(&mut self, token: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        self.0.push('/');
        if token.contains(['~', '/']) {
            self.0.push_str(&escape(token));
        } else {
            self.0.push_str(token);
        }
        let done = act(self);
        self.0.truncate(length);
        done
    }
}

/// The reference of an object. `$dynamicRef` and `$recursiveRef` are references of schemas, too.
pub(super) fn reference(members: &Map<String, Value>, part: NodeKind) -> Option<&str> {
    let dynamic = || members.get("$dynamicRef").or_else(|| members.get("$recursiveRef")).filter(|_| part == NodeKind::Schema);
    members.get("$ref").filter(|reference| reference.is_string()).or_else(dynamic).and_then(Value::as_str)
}

/// Visits every object that has a reference (`$ref` with a text), outside values of the author's own. The visitor says
/// whether what stands beside the reference is looked into.
pub(super) fn references(value: &Value, part: NodeKind, trail: &mut PointerTrail, visit: &mut impl FnMut(&PointerTrail, NodeKind, &str) -> bool) {
    match value {
        Value::Object(members) => {
            if part == NodeKind::Raw {
                return;
            }
            if let Some(reference) = reference(members, part)
                && !visit(trail, part, reference)
            {
                return;
            }
            for (name, member) in members.iter().filter(|(_, member)| member.is_object() || member.is_array()) {
                let inner = part.member(name);
                if inner != NodeKind::Raw {
                    trail.at_token(name, |trail| references(member, inner, trail, visit));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                trail.at_token(&index.to_string(), |trail| references(item, part.item(), trail, visit));
            }
        }
        _ => {}
    }
}

/// Visits every schema of a document, what is within it first.
pub(super) fn schemas<'a>(value: &'a Value, part: NodeKind, trail: &mut PointerTrail, visit: &mut impl FnMut(&PointerTrail, &'a Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(_, member)| member.is_object() || member.is_array()) {
                let inner = part.member(name);
                if inner != NodeKind::Raw {
                    trail.at_token(name, |trail| schemas(member, inner, trail, visit));
                }
            }
            if part == NodeKind::Schema {
                visit(trail, members);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                trail.at_token(&index.to_string(), |trail| schemas(item, part.item(), trail, visit));
            }
        }
        _ => {}
    }
}

/// Changes every schema of a document, what is within it first.
pub(super) fn schemas_mut(
    value: &mut Value,
    part: NodeKind,
    trail: &mut PointerTrail,
    change: &mut impl FnMut(&PointerTrail, &mut Map<String, Value>),
) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut().filter(|(_, member)| member.is_object() || member.is_array()) {
                let inner = part.member(name);
                if inner != NodeKind::Raw {
                    trail.at_token(name, |trail| schemas_mut(member, inner, trail, change));
                }
            }
            if part == NodeKind::Schema {
                change(trail, members);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                trail.at_token(&index.to_string(), |trail| schemas_mut(item, part.item(), trail, change));
            }
        }
        _ => {}
    }
}
