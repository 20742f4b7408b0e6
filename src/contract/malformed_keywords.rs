//! Removes schema keywords that do not have the form of JSON Schema, so that the rest can be used.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::bundle::Bundle;
use super::document_walk::{LISTS, MAPS, NodeKind, PointerTrail, SINGLE, schemas_mut};
use super::pointer::escape;
use super::unjudged_schemas::{UNREAD, unread};
use super::upgrade::{exclusive, nullable};
use crate::model::issue::DocumentIssue;

/// The types of JSON Schema (JSON Schema Validation, section 6.1.1).
const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];
const COUNTS: [&str; 8] = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];
const NUMBERS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const FLAGS: [&str; 4] = ["uniqueItems", "readOnly", "writeOnly", "deprecated"];
/// Keywords whose value says nothing about values when it is no text.
const TEXTS: [&str; 6] = ["title", "description", "format", "contentMediaType", "contentEncoding", "$comment"];
/// Names of schemas and of their dialect: every reference was made local before.
const IDENTITY: [&str; 7] = ["$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$schema", "$vocabulary", "id"];

/// What it means that a keyword is read in another way than it is written.
const GUESSED: &str = "it is read as what it most likely means";
/// What it means that a keyword is taken out.
const IN_PART: &str = "it is left out; what it describes is judged in part, and does not count as right";

/// Makes every schema of a document one that can be compiled, and notes what that took.
pub(super) fn repair(bundle: &mut Bundle) {
    let mut found: Vec<(String, String, &'static str)> = Vec::new();
    let mut patterns = CompiledPatterns::default();
    schemas_mut(&mut bundle.document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, schema| {
        let mut repairer = Repairer { schema, patterns: &mut patterns, found: Vec::new() };
        repairer.repair();
        found.extend(repairer.found.into_iter().map(|(keyword, what, meaning)| (format!("{}/{keyword}", trail.pointer()), what, meaning)));
    });
    let issues: Vec<DocumentIssue> =
        found.into_iter().map(|(pointer, what, meaning)| DocumentIssue::new(bundle.place(&pointer), what, meaning)).collect();
    bundle.issues.extend(issues);
}

/// Patterns, and whether each can be compiled.
#[derive(Default)]
struct CompiledPatterns(HashMap<String, bool>);

impl CompiledPatterns {
    fn can(&mut self, pattern: &str) -> bool {
        if let Some(known) = self.0.get(pattern) {
            return *known;
        }
        let can = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&json!({"pattern": pattern})).is_ok();
        self.0.insert(pattern.to_owned(), can);
        can
    }
}

struct Repairer<'a> {
    schema: &'a mut Map<String, Value>,
    patterns: &'a mut CompiledPatterns,
    /// Keyword, what is wrong with it, and what that means.
    found: Vec<(&'static str, String, &'static str)>,
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

impl Repairer<'_> {
    fn repair(&mut self) {
        for keyword in IDENTITY {
            if self.schema.get(keyword).is_some_and(Value::is_string) || keyword.starts_with('$') {
                self.schema.shift_remove(keyword);
            }
        }
        let lone = self.schema.len() == 1;
        if lone && self.schema.get("type").is_some_and(Value::is_null) {
            self.schema.insert("type".to_owned(), Value::from("null"));
            self.note("type", "the type null has to be in quotes".to_owned(), GUESSED);
        }
        // Some tools write what is not there as null.
        self.schema.retain(|name, value| !value.is_null() || matches!(name.as_str(), "const" | "default" | "example"));
        self.types();
        self.limits();
        self.patterns();
        self.lists();
        self.subschemas();
        self.annotations();
    }

    fn note(&mut self, keyword: &'static str, what: String, meaning: &'static str) {
        self.found.push((keyword, what, meaning));
    }

    /// Takes a keyword out that cannot be read.
    fn drop(&mut self, keyword: &'static str, what: String) {
        self.schema.shift_remove(keyword);
        unread(self.schema, keyword, &what);
        self.note(keyword, what, IN_PART);
    }

    fn types(&mut self) {
        let names = match self.schema.get("type") {
            None => return,
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(names)) if !names.is_empty() && names.iter().all(Value::is_string) => {
                names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(other) => {
                let what = format!("type is {other}, which is no type of JSON Schema");
                return self.drop("type", what);
            }
        };
        if names.iter().all(|name| TYPES.contains(&name.as_str())) {
            if let Some(Value::Array(list)) = self.schema.get_mut("type") {
                let mut seen = Vec::new();
                list.retain(|name| {
                    !seen.contains(name) && {
                        seen.push(name.clone());
                        true
                    }
                });
            }
            return;
        }
        let what = format!("type is {}, which is no type of JSON Schema", names.join(" and "));
        let known: Option<Vec<Value>> =
            names.iter().map(|name| TYPES.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| Value::from(*known))).collect();
        match known {
            Some(mut known) => {
                let new = if known.len() == 1 { known.remove(0) } else { Value::Array(known) };
                self.schema.insert("type".to_owned(), new);
                self.note("type", what, GUESSED);
            }
            None if names == ["any"] => {
                self.schema.shift_remove("type");
                self.note("type", what, GUESSED);
            }
            None => self.drop("type", what),
        }
    }

    fn limits(&mut self) {
        if self.schema.get("exclusiveMinimum").is_some_and(Value::is_boolean) || self.schema.get("exclusiveMaximum").is_some_and(Value::is_boolean) {
            exclusive(self.schema, "minimum", "exclusiveMinimum");
            exclusive(self.schema, "maximum", "exclusiveMaximum");
            self.note("exclusiveMinimum", "a bound that is true or false belongs to OpenAPI 3.0".to_owned(), GUESSED);
        }
        if self.schema.get("nullable").is_some_and(Value::is_boolean) {
            let means = self.schema.get("nullable") == Some(&Value::Bool(true));
            nullable(self.schema);
            if means {
                self.note("nullable", "nullable belongs to OpenAPI 3.0".to_owned(), GUESSED);
            }
        }
        for keyword in COUNTS.into_iter().chain(NUMBERS) {
            let Some(value) = self.schema.get(keyword) else { continue };
            let fits = |value: &Value| match keyword {
                "multipleOf" => value.as_f64().is_some_and(|number| number > 0.0),
                keyword if COUNTS.contains(&keyword) => value.is_u64(),
                _ => value.is_number(),
            };
            if fits(value) {
                continue;
            }
            let what = format!("{keyword} is {value}, which is no number that it may be");
            match value.as_str().and_then(|text| serde_json::from_str::<Value>(text.trim()).ok()).filter(fits) {
                Some(number) => {
                    self.schema.insert(keyword.to_owned(), number);
                    self.note(keyword, what, GUESSED);
                }
                None => self.drop(keyword, what),
            }
        }
    }

    fn patterns(&mut self) {
        match self.schema.get("pattern") {
            Some(Value::String(pattern)) if self.patterns.can(pattern) => {}
            Some(pattern) => {
                let what = format!("the pattern {pattern} is no regular expression that can be compiled");
                self.drop("pattern", what);
            }
            None => {}
        }
        let Some(Value::Object(properties)) = self.schema.get("patternProperties") else { return };
        let wrong: Vec<String> = properties.keys().filter(|pattern| !self.patterns.can(pattern)).cloned().collect();
        for pattern in wrong {
            if let Some(Value::Object(properties)) = self.schema.get_mut("patternProperties") {
                properties.shift_remove(&pattern);
            }
            let what = format!("the pattern {pattern:?} is no regular expression that can be compiled");
            unread(self.schema, &format!("patternProperties/{}", escape(&pattern)), &what);
            self.note("patternProperties", what, IN_PART);
        }
    }

    fn lists(&mut self) {
        match self.schema.get("required") {
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {}
            Some(_) => self.drop("required", "required is no list of names".to_owned()),
            None => {}
        }
        match self.schema.get("enum") {
            Some(Value::Array(values)) if !values.is_empty() => {}
            Some(_) => self.drop("enum", "enum is no list of values".to_owned()),
            None => {}
        }
        if let Some(Value::Object(names)) = self.schema.get("dependentRequired")
            && !names.values().all(|names| names.as_array().is_some_and(|names| names.iter().all(Value::is_string)))
        {
            self.drop("dependentRequired", "dependentRequired holds no lists of names".to_owned());
        }
    }

    fn subschemas(&mut self) {
        for keyword in MAPS {
            match self.schema.get_mut(keyword) {
                Some(Value::Object(entries)) => {
                    let wrong: Vec<String> = entries.iter().filter(|(_, entry)| !is_schema(entry)).map(|(name, _)| name.clone()).collect();
                    for name in &wrong {
                        entries.insert(name.clone(), json!({UNREAD: "this is no schema"}));
                    }
                    if !wrong.is_empty() {
                        self.note(keyword, format!("{} has no schema", wrong.join(", ")), IN_PART);
                    }
                }
                Some(_) => self.drop(keyword, format!("{keyword} is no map from names to schemas")),
                None => {}
            }
        }
        if let Some(Value::Array(items)) = self.schema.get("items").cloned() {
            self.schema.shift_remove("items");
            if !items.is_empty() && !self.schema.contains_key("prefixItems") {
                self.schema.insert("prefixItems".to_owned(), Value::Array(items));
            }
        }
        for keyword in LISTS {
            match self.schema.get(keyword) {
                Some(Value::Array(branches)) if branches.is_empty() => {
                    self.schema.shift_remove(keyword);
                }
                Some(Value::Array(branches)) if branches.iter().all(is_schema) => {}
                Some(_) => self.drop(keyword, format!("{keyword} is no list of schemas")),
                None => {}
            }
        }
        for keyword in SINGLE {
            match self.schema.get(keyword) {
                Some(Value::String(text)) if matches!(text.as_str(), "true" | "false") => {
                    let flag = Value::Bool(text == "true");
                    self.schema.insert(keyword.to_owned(), flag);
                }
                Some(value) if !is_schema(value) => self.drop(keyword, format!("{keyword} is no schema")),
                _ => {}
            }
        }
    }

    fn annotations(&mut self) {
        for keyword in FLAGS {
            if self.schema.get(keyword).is_some_and(|value| !value.is_boolean()) {
                let new = match self.schema.get(keyword).and_then(Value::as_str) {
                    Some("true") => Some(true),
                    Some("false") => Some(false),
                    _ => None,
                };
                match new {
                    Some(flag) => {
                        self.schema.insert(keyword.to_owned(), Value::Bool(flag));
                    }
                    None => self.drop(keyword, format!("{keyword} is neither true nor false")),
                }
            }
        }
        for keyword in TEXTS {
            if self.schema.get(keyword).is_some_and(|value| !value.is_string()) {
                self.schema.shift_remove(keyword);
            }
        }
        if self.schema.get("examples").is_some_and(|values| !values.is_array()) {
            self.schema.shift_remove("examples");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::{Schemas, bundle, read};
    use crate::model::contract::SchemaRef;

    /// Whether a value fits a schema or breaks a rule of it; `None` where that is not known.
    fn said(schemas: &Schemas, at: &str, value: &Value) -> Option<bool> {
        let judged = schemas.judge(&SchemaRef(at.to_owned()), value);
        if judged.breaches.is_empty() { judged.unjudged.is_empty().then_some(true) } else { Some(false) }
    }

    /// The schema as it is used, the issues of it, and the answers to values: whether each fits, breaks a rule, or cannot be judged.
    fn used(schema: &Value, values: &[Value]) -> (Value, Vec<String>, Vec<Option<bool>>) {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let at = "/paths/~1a/get/responses/200/content/application~1json/schema";
        let schemas = Schemas::new(&contract);
        let judged = values.iter().map(|value| said(&schemas, at, value));
        (contract.document.pointer(at).unwrap().clone(), contract.issues.iter().map(ToString::to_string).collect(), judged.collect())
    }

    #[test]
    fn a_pattern_or_type_that_cannot_be_compiled_is_judged_in_part() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "pattern": "(["}, "b": {"type": "float"}}});
        let (_, issues, judged) = used(&schema, &[json!({"a": "x"}), json!({"a": 1}), json!({}), json!({"a": "x", "b": 1})]);
        assert_eq!(judged, [None, Some(false), Some(false), None]);
        assert_eq!(issues.len(), 2, "{issues:?}");
        assert!(issues[0].contains("properties/a/pattern") && issues[1].contains("float"), "{issues:?}");
    }

    #[test]
    fn what_stands_beside_an_unread_part_is_judged() {
        let schema = json!({"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/components/schemas/Gone"}}});
        let (_, issues, judged) = used(&schema, &[json!({"a": 1}), json!({"a": 1, "b": 2}), json!({"a": "x", "b": 2})]);
        assert_eq!(judged, [None, None, Some(false)]);
        assert_eq!(issues.len(), 1, "{issues:?}");
        assert!(issues[0].starts_with("t.yaml#/paths/~1a/get/responses/200/content/application~1json/schema/properties/b"), "{issues:?}");
        let either = json!({"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/Gone"}]});
        assert_eq!(used(&either, &[json!("x"), json!(1)]).2, [None, None]);
    }

    #[test]
    fn of_branches_that_cannot_be_read_it_is_not_known_which_one_fits() {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}}},
            "components": {"schemas": {
                "Gone": {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
                "Either": {"oneOf": [{"$ref": "#/components/schemas/Gone"}, {"type": "object", "required": ["b"]}, {"type": "integer"}]},
                "Neither": {"not": {"$ref": "#/components/schemas/Gone"}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract);
        let judged = |name: &str, value: Value| said(&schemas, &format!("/components/schemas/{name}"), &value);
        assert_eq!(judged("Either", json!({"a": 1})), None);
        assert_eq!(judged("Either", json!({"a": 1, "b": 2})), None);
        assert_eq!(judged("Either", json!("x")), Some(false));
        assert_eq!(judged("Neither", json!({"a": 1})), None);
    }

    #[test]
    fn what_is_not_judged_is_named_as_it_is_written() {
        let schema = json!({"properties": {"a": {"pattern": "(["}, "b": {"$ref": "#/components/schemas/Gone"}}, "patternProperties": {"([": {}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}}}, "components": {"schemas": {"S": schema}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let unjudged = Schemas::new(&contract).unjudged(&SchemaRef("/components/schemas/S".to_owned()), &json!({}));
        let places: Vec<String> = unjudged.into_iter().map(|part| part.place).collect();
        let at = "#/components/schemas/S";
        assert_eq!(places, [format!("{at}/patternProperties/(["), format!("{at}/properties/a/pattern"), format!("{at}/properties/b/$ref")]);
    }

    #[test]
    fn what_is_meant_is_read_and_noted() {
        let schema = json!({"type": "Object", "properties": {"a": {"type": "number", "minimum": "3", "exclusiveMinimum": true}, "n": {"type": "string", "nullable": true}}});
        let (read, issues, judged) = used(&schema, &[json!({"a": 4, "n": null}), json!({"a": 2}), json!([])]);
        assert_eq!(judged, [Some(true), Some(false), Some(false)], "{read}");
        assert_eq!(issues.len(), 4, "{issues:?}");
    }

    #[test]
    fn a_sound_schema_is_left_as_it_is() {
        let schema = json!({"type": ["object", "null"], "description": "d", "required": ["a"], "additionalProperties": false, "examples": [{"type": 1}],
            "properties": {"a": {"enum": [1, null], "minimum": 0}, "type": {"pattern": "^(?=a)"}}, "allOf": [true, {"items": {"const": null}}]});
        let (read, issues, _) = used(&schema, &[]);
        assert_eq!((read, issues), (schema, Vec::new()));
    }
}
