//! Finds schemas that no value fits, or none that their author can have meant.
//! The document contradicts itself there, and no server can satisfy it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::bundle::Bundle;
use super::document_walk::{NodeKind, PointerTrail, schemas};
use super::pointer::{append, target};
use super::schema::{follow_references, is_of_type};
use super::unjudged_schemas::{UNREAD, unread};
use crate::model::issue::DocumentIssue;

/// How many schemas are looked through for one circle.
const MOST_STEPS: usize = 500;
/// How deep branches are opened.
const MOST_NESTED: usize = 4;
/// What a contradiction means.
const MEANING: &str = "no value fits, so what it describes is not judged and does not count as right";

/// One contradiction: where, what, and the keywords between which it is.
struct SchemaContradiction {
    at: String,
    what: String,
    keywords: &'static [&'static str],
}

/// Takes keywords out of schemas that contradict each other, and notes them.
pub(super) fn resolve(bundle: &mut Bundle) {
    let document = &bundle.document;
    let mut found: Vec<SchemaContradiction> = Vec::new();
    let mut finite: HashSet<String> = HashSet::new();
    schemas(document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, schema| {
        let at = || trail.pointer().to_owned();
        if let Some((what, keywords)) = contradiction(document, schema) {
            found.push(SchemaContradiction { at: at(), what, keywords });
        } else if trail.pointer().starts_with("/components/schemas/") && trail.pointer().matches('/').count() == 3 {
            let mut way = SchemaPath { document, finite: &mut finite, open: Vec::new(), steps: 0, back: HashSet::new() };
            if !way.has_finite_value(trail.pointer()) && way.back.contains(trail.pointer()) {
                found.push(SchemaContradiction {
                    at: at(),
                    what: "it needs itself, so that no value comes to an end".to_owned(),
                    keywords: &["required", "minItems"],
                });
            }
        }
    });
    for SchemaContradiction { at, what, keywords } in found {
        if let Some(Value::Object(members)) = bundle.document.pointer_mut(&at) {
            let written: Vec<String> = members.keys().filter(|name| keywords.contains(&name.as_str())).cloned().collect();
            members.retain(|name, _| !keywords.contains(&name.as_str()));
            if written.is_empty() {
                members.insert(UNREAD.to_owned(), Value::from(what.as_str()));
            }
            for keyword in written {
                unread(members, &keyword, &what);
            }
        }
        bundle.issues.push(DocumentIssue::new(bundle.place(&at), what, MEANING));
    }
}

fn contradiction(document: &Value, schema: &Map<String, Value>) -> Option<(String, &'static [&'static str])> {
    let texts = || {
        format_against_pattern(document, schema)
            .or_else(|| too_long(schema))
            .map(|what| (what, &["format", "pattern", "allOf", "minLength", "maxLength"][..]))
    };
    values(schema)
        .map(|what| (what, &["type", "enum", "const"][..]))
        .or_else(texts)
        .or_else(|| types(document, schema))
        .or_else(|| unfillable_closed_object(document, schema))
}

/// The types of a schema; `None` where it names none.
fn named_types(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(name) => Some(vec![name]),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

/// Values that are listed and of which none has the type.
fn values(schema: &Map<String, Value>) -> Option<String> {
    let types = named_types(schema)?;
    let listed: Vec<&Value> = match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => vec![value],
        (None, Some(Value::Array(values))) => values.iter().collect(),
        _ => return None,
    };
    let none = !listed.is_empty() && listed.iter().all(|value| !types.iter().any(|name| is_of_type(value, name)));
    none.then(|| format!("none of the values that it lists is of type {}", types.join(" or ")))
}

/// Texts of a format, as servers write them.
const WRITTEN: [(&str, &[&str]); 3] = [
    (
        "date-time",
        &[
            "2024-01-31T12:00:00Z",
            "2024-01-31T12:00:00.000Z",
            "2024-01-31T12:00:00.000000Z",
            "2024-01-31T12:00:00+00:00",
            "2024-01-31T12:00:00+02:00",
            "2024-01-31T12:00:00-05:00",
            "2024-01-31T12:00:00.000+02:00",
            "2030-12-15T00:00:00Z",
        ],
    ),
    ("date", &["2024-01-31", "2030-12-15"]),
    ("uuid", &["6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"]),
];

/// A format that no text has which matches the pattern beside it.
fn format_against_pattern(document: &Value, schema: &Map<String, Value>) -> Option<String> {
    let format = schema.get("format").and_then(Value::as_str)?;
    let (_, texts) = WRITTEN.iter().find(|(name, _)| *name == format)?;
    let mut parts: Vec<&Map<String, Value>> = Vec::new();
    collect(document, schema, 0, &mut parts);
    parts.iter().filter_map(|part| part.get("pattern")?.as_str()).find_map(|pattern| {
        let schema = serde_json::json!({"pattern": pattern});
        let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema).ok()?;
        let none = texts.iter().all(|text| !validator.is_valid(&Value::from(*text)));
        none.then(|| format!("no {format} matches the pattern {pattern:?}"))
    })
}

/// A pattern that only texts match which are longer than they may be.
fn too_long(schema: &Map<String, Value>) -> Option<String> {
    let most = schema.get("maxLength").and_then(Value::as_u64)?;
    let pattern = schema.get("pattern").and_then(Value::as_str).filter(|pattern| pattern.is_ascii())?;
    let least = regex_syntax::Parser::new().parse(pattern).ok()?.properties().minimum_len()?;
    (least as u64 > most).then(|| format!("no text of at most {most} characters matches the pattern {pattern:?}"))
}

/// Types that exclude each other.
fn types(document: &Value, schema: &Map<String, Value>) -> Option<(String, &'static [&'static str])> {
    let own = named_types(schema);
    let of = |keyword: &str| -> Vec<Option<Vec<&str>>> {
        let branches = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        branches.map(|branch| dereference(document, branch).and_then(named_types)).collect()
    };
    let mut all: Vec<Vec<&str>> = own.clone().into_iter().collect();
    all.extend(of("allOf").into_iter().flatten());
    for (index, one) in all.iter().enumerate() {
        if let Some(other) = all[..index].iter().find(|other| !share_a_value(one, other)) {
            return Some((format!("it has to be {} and {} at once", other.join(" or "), one.join(" or ")), &["type", "allOf"]));
        }
    }
    let own = own?;
    for keyword in ["oneOf", "anyOf"] {
        let branches = of(keyword);
        if !branches.is_empty() && branches.iter().all(|branch| branch.as_ref().is_some_and(|branch| !share_a_value(branch, &own))) {
            return Some((format!("no branch of {keyword} is of type {}", own.join(" or ")), &["type", "oneOf", "anyOf"]));
        }
    }
    None
}

fn share_a_value(one: &[&str], other: &[&str]) -> bool {
    let same = |one: &str, other: &str| one == other || matches!((one, other), ("integer", "number") | ("number", "integer"));
    one.iter().any(|one| other.iter().any(|other| same(one, other)))
}

/// A closed object that needs members that it does not know.
fn unfillable_closed_object(document: &Value, schema: &Map<String, Value>) -> Option<(String, &'static [&'static str])> {
    let mut parts: Vec<&Map<String, Value>> = Vec::new();
    collect(document, schema, 0, &mut parts);
    let closes = |part: &Map<String, Value>| part.get("additionalProperties") == Some(&Value::Bool(false)) && !part.contains_key("patternProperties");
    let knows = |part: &Map<String, Value>, name: &str| part.get("properties").and_then(|properties| properties.get(name)).is_some();
    let required = |part: &Map<String, Value>| -> Vec<String> {
        let names = part.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    let listed = |part: &Map<String, Value>| -> Vec<String> {
        part.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let mut found: Option<String> = None;
    let mut beside = false;
    for (index, closing) in parts.iter().enumerate().filter(|(_, part)| closes(part)) {
        let needed = parts.iter().flat_map(|part| required(part)).find(|name| !knows(closing, name));
        // What an author lists beside it is meant to be there.
        let others = parts.iter().enumerate().filter(|(other, _)| *other != index);
        let meant = others.flat_map(|(_, part)| listed(part)).find(|name| !knows(closing, name));
        let branch = if index == 0 { in_every_branch(document, schema, &|name| knows(closing, name)) } else { None };
        let what = needed
            .map(|name| format!("{name} is required, and additionalProperties allows no such member"))
            .or(meant.map(|name| format!("allOf describes {name}, and additionalProperties beside it allows no such member")))
            .or(branch.map(|name| format!("its branches describe {name}, and additionalProperties beside them allows no such member")));
        beside |= what.is_some() && index > 0;
        found = found.or(what);
    }
    found.map(|what| (what, if beside { &["additionalProperties", "allOf"][..] } else { &["additionalProperties"] }))
}

/// A member that is not known, where every branch of `oneOf` or `anyOf` lists one.
fn in_every_branch(document: &Value, schema: &Map<String, Value>, knows: &dyn Fn(&str) -> bool) -> Option<String> {
    ["oneOf", "anyOf"].into_iter().find_map(|keyword| {
        let branches = schema.get(keyword).and_then(Value::as_array)?.iter().filter_map(|branch| dereference(document, branch));
        let foreign = branches.map(|branch| {
            let listed = branch.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
            let needed = branch.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            listed.chain(needed).find(|name| !knows(name)).map(str::to_owned)
        });
        foreign.collect::<Option<Vec<String>>>()?.into_iter().next()
    })
}

/// A schema and the branches of its `allOf`.
fn collect<'a>(document: &'a Value, schema: &'a Map<String, Value>, depth: usize, parts: &mut Vec<&'a Map<String, Value>>) {
    if depth > MOST_NESTED {
        return;
    }
    parts.push(schema);
    for branch in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        if let Some(branch) = dereference(document, branch) {
            collect(document, branch, depth + 1, parts);
        }
    }
}

/// A schema, or the one that it refers to.
fn dereference<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Map<String, Value>> {
    match schema.get("$ref").and_then(Value::as_str).and_then(target) {
        Some(target) => follow_references(document, &target)?.1.as_object(),
        None => schema.as_object(),
    }
}

/// A way through schemas that need each other.
struct SchemaPath<'a> {
    document: &'a Value,
    /// Schemas that some finite value fits.
    finite: &'a mut HashSet<String>,
    open: Vec<String>,
    steps: usize,
    /// Schemas that the way came back to.
    back: HashSet<String>,
}

impl SchemaPath<'_> {
    /// Whether some value of the schema comes to an end.
    fn has_finite_value(&mut self, pointer: &str) -> bool {
        let Some((pointer, schema)) = follow_references(self.document, pointer) else { return true };
        self.steps += 1;
        if self.steps > MOST_STEPS || self.finite.contains(&pointer) {
            return true;
        }
        if self.open.contains(&pointer) {
            self.back.insert(pointer);
            return false;
        }
        self.open.push(pointer.clone());
        let ends = self.parts_end(&pointer, schema);
        self.open.pop();
        if ends {
            self.finite.insert(pointer);
        }
        ends
    }

    fn parts_end(&mut self, at: &str, schema: &Value) -> bool {
        let Some(members) = schema.as_object() else { return true };
        if ["enum", "const"].iter().any(|keyword| members.contains_key(*keyword)) {
            return true;
        }
        let types = named_types(members);
        let only = |name: &str| types.as_ref().map_or_else(|| name == "object" && members.contains_key("properties"), |types| types == &[name]);
        if only("object") {
            let required: Vec<&str> = members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            for name in required {
                let member = append(&format!("{at}/properties"), name);
                if self.document.pointer(&member).is_some() && !self.has_finite_value(&member) {
                    return false;
                }
            }
        }
        let some = members.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 0);
        if only("array") && some && members.contains_key("items") && !self.has_finite_value(&format!("{at}/items")) {
            return false;
        }
        let count = |keyword: &str| members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        let all = (0..count("allOf")).all(|index| self.has_finite_value(&format!("{at}/allOf/{index}")));
        all && ["oneOf", "anyOf"].iter().all(|keyword| {
            let branches = count(keyword);
            branches == 0 || (0..branches).any(|index| self.has_finite_value(&format!("{at}/{keyword}/{index}")))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use crate::contract::{bundle, read};

    fn issues(schemas: &serde_json::Value) -> Vec<String> {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        contract.issues.iter().map(|issue| format!("{}: {}", issue.place.trim_start_matches("t.yaml#/components/schemas/"), issue.what)).collect()
    }

    #[test]
    fn what_no_value_fits_is_found_where_it_stands() {
        let found = issues(&json!({
            "Values": {"type": "integer", "enum": ["38 (Name)"]},
            "Types": {"type": "null", "oneOf": [{"type": "array"}]},
            "Both": {"allOf": [{"type": "string"}, {"type": "object"}]},
            "Closed": {"additionalProperties": false, "properties": {}, "required": ["a"]},
            "Beside": {"additionalProperties": false, "allOf": [{"properties": {"a": {}}}]},
            "Written": {"type": "string", "format": "date-time", "allOf": [{"type": "string", "pattern": "^se(-[a-z0-9]+)+$"}]},
            "Long": {"type": "string", "pattern": "^[a-f]{8}-[a-f]{4}$", "maxLength": 12},
            "Either": {"additionalProperties": false, "oneOf": [{"properties": {"a": {}}, "required": ["a"]}, {"required": ["b"]}]},
            "Branch": {"required": ["a"], "allOf": [{"additionalProperties": false, "properties": {"b": {}}}]},
            "Endless": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Endless"}}},
            "NeedsIt": {"type": "object", "required": ["e"], "properties": {"e": {"$ref": "#/components/schemas/Endless"}}}
        }));
        let names: Vec<&str> = found.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(names, ["Values", "Types", "Both", "Closed", "Beside", "Written", "Long", "Either", "Branch", "Endless"], "{found:#?}");
    }

    #[test]
    fn what_some_value_fits_is_sound() {
        let found = issues(&json!({
            "Values": {"type": ["integer", "null"], "enum": ["a", null]},
            "Written": {"type": "string", "format": "date", "pattern": "^[0-9-]{10}$"},
            "Types": {"type": "number", "oneOf": [{"type": "integer"}, {"type": "string"}]},
            "Closed": {"additionalProperties": false, "patternProperties": {"^a": {}}, "required": ["a"]},
            "Known": {"additionalProperties": false, "properties": {"a": {}}, "required": ["a"], "allOf": [{"properties": {"a": {"type": "string"}}}]},
            "Tree": {"type": "object", "required": ["next"], "properties": {"next": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
            "Either": {"type": "object", "required": ["e"], "properties": {"e": {"oneOf": [{"$ref": "#/components/schemas/Either"}, {"type": "null"}]}}}
        }));
        assert_eq!(found, Vec::<String>::new());
    }
}
