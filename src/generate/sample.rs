//! A small valid value for a schema that has no example.

use serde_json::{Map, Value, json};

use super::number::number;
use super::pattern;
use super::word::text;
use crate::contract::append;
use crate::contract::schema::follow;

/// How many objects within objects have their optional members, too, where those are wanted.
const MOST_OPTIONAL: usize = 2;

/// How many schemas one value may be made from; schemas that lead to each other in many ways would never come to an end.
const MOST_PARTS: usize = 2000;

/// How many branches of `oneOf` and `anyOf` are tried in turn.
const MOST_BRANCHES: usize = 4;

/// A value for a request, as small as the schema at this pointer allows: its example, default, constant or first
/// enumerated value, else one made for its type with only the required members. Where an author has written no list of
/// required members, none is taken to be superfluous. What only answers hold (`readOnly`) is left out.
pub fn sample(document: &Value, schema: &str) -> Value {
    samples(document, schema).next().unwrap_or_default()
}

/// The same in several ways, because a schema may ask for more than is understood here: with other branches, and without
/// the examples of the author.
pub fn samples<'a>(document: &'a Value, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    ways().filter_map(move |way| Maker::new(document, "readOnly", false, way).make(schema, 0))
}

/// The same with optional members where they are not nested deep.
pub fn fuller<'a>(document: &'a Value, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    ways().filter(|way| !way.sparse).filter_map(move |way| Maker::new(document, "readOnly", true, way).make(schema, 0))
}

/// Values as an answer may hold them, with optional members where they are not nested deep, then without. What only
/// requests hold (`writeOnly`) is left out.
pub fn specimens<'a>(document: &'a Value, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    let made = move |generous, way| Maker::new(document, "writeOnly", generous, way).make(schema, 0);
    ways().flat_map(move |way| [true, false].into_iter().filter_map(move |generous| made(generous, way)))
}

fn ways() -> impl Iterator<Item = Way> {
    let all = move |shown, branch| [false, true].into_iter().map(move |sparse| Way { shown, branch, sparse });
    [true, false].into_iter().flat_map(move |shown| (0..MOST_BRANCHES).flat_map(move |branch| all(shown, branch)))
}

/// One of several ways to make a value.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Whether examples are taken.
    shown: bool,
    /// The branch that is tried first.
    branch: usize,
    /// Whether what is not required is left out, even where an author has written no list.
    sparse: bool,
}

struct Maker<'a> {
    document: &'a Value,
    /// Members with this annotation are left out.
    left_out: &'static str,
    /// Whether optional members are made.
    generous: bool,
    way: Way,
    /// Schemas of which a part is being made.
    open: Vec<String>,
    /// Places of all schemas that describe the object that is being made, where `allOf` puts several together.
    beside: Vec<String>,
    /// How many schemas were used so far.
    parts: usize,
}

impl<'a> Maker<'a> {
    fn new(document: &'a Value, left_out: &'static str, generous: bool, way: Way) -> Self {
        Self { document, left_out, generous, way, open: Vec::new(), beside: Vec::new(), parts: 0 }
    }

    /// A value; `None` when the schema needs itself, so that no value ever comes to an end. `depth` counts objects.
    fn make(&mut self, pointer: &str, depth: usize) -> Option<Value> {
        let (pointer, schema) = follow(self.document, pointer)?;
        self.parts += 1;
        if self.open.contains(&pointer) || self.parts > MOST_PARTS {
            return None;
        }
        let shown = || schema.get("example").or_else(|| schema.get("examples")?.get(0)).filter(|_| self.way.shown);
        let usual = || schema.get("default").filter(|_| self.way.shown);
        let written = shown().or_else(|| schema.get("const")).or_else(usual).or_else(|| schema.get("enum")?.get(0));
        if let Some(value) = written {
            return Some(value.clone());
        }
        self.open.push(pointer.clone());
        let made = self.compose(&pointer, schema, depth);
        self.open.pop();
        made
    }

    fn compose(&mut self, pointer: &str, schema: &Value, depth: usize) -> Option<Value> {
        let before = self.beside.len();
        if schema.get("allOf").is_some() {
            self.gather(pointer, 0);
        }
        let made = self.composed(pointer, schema, depth);
        self.beside.truncate(before);
        made
    }

    /// Places of a schema and of the branches of its `allOf`.
    fn gather(&mut self, pointer: &str, depth: usize) {
        let Some((at, schema)) = follow(self.document, pointer).filter(|_| depth < MOST_BRANCHES) else { return };
        self.beside.push(at.clone());
        for index in 0..schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len) {
            self.gather(&format!("{at}/allOf/{index}"), depth + 1);
        }
    }

    fn composed(&mut self, pointer: &str, schema: &Value, depth: usize) -> Option<Value> {
        let count = |keyword: &str| schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        let mut whole = None;
        for keyword in ["oneOf", "anyOf"].into_iter().filter(|keyword| count(keyword) > 0) {
            let first = self.way.branch;
            let branch = (first..first + count(keyword)).find_map(|index| self.branch(pointer, schema, keyword, index % count(keyword), depth))?;
            match &mut whole {
                None => whole = Some(branch),
                Some(whole) => merge(whole, branch),
            }
        }
        let mut whole = match whole {
            Some(mut branch) => {
                if schema.get("properties").is_some() {
                    merge(&mut branch, self.of_type(pointer, schema, depth)?);
                }
                branch
            }
            None => self.of_type(pointer, schema, depth)?,
        };
        for index in 0..count("allOf") {
            let part = self.make(&format!("{pointer}/allOf/{index}"), depth)?;
            merge(&mut whole, part);
        }
        Some(whole)
    }

    /// A value of one branch, with the name of the branch where the schema tells branches apart by it (OpenAPI,
    /// Discriminator Object).
    fn branch(&mut self, pointer: &str, schema: &Value, keyword: &str, index: usize, depth: usize) -> Option<Value> {
        let mut value = self.make(&format!("{pointer}/{keyword}/{index}"), depth)?;
        let discriminator = schema.get("discriminator");
        let member = discriminator.and_then(|discriminator| discriminator.get("propertyName")?.as_str());
        let reference = schema.pointer(&format!("/{keyword}/{index}/$ref")).and_then(Value::as_str);
        if let (Some(member), Some(reference), Value::Object(members)) = (member, reference, &mut value) {
            let short = reference.rsplit('/').next().unwrap_or_default();
            let mapping = discriminator.and_then(|discriminator| discriminator.get("mapping")?.as_object()).into_iter().flatten();
            let named = mapping.into_iter().find(|(_, target)| *target == reference || *target == short);
            // A branch that says itself what it is called needs no name.
            let unnamed = members.get(member).is_none_or(|value| value == "probity");
            if named.is_some() || unnamed {
                members.insert(member.to_owned(), Value::from(named.map_or(short, |(name, _)| name)));
            }
        }
        Some(value)
    }

    fn of_type(&mut self, pointer: &str, schema: &Value, depth: usize) -> Option<Value> {
        let name = match schema.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null"),
            _ if ["properties", "required", "additionalProperties"].iter().any(|keyword| schema.get(*keyword).is_some()) => "object",
            _ if schema.get("items").is_some() => "array",
            _ => "",
        };
        Some(match name {
            "object" => self.object(pointer, schema, depth)?,
            "array" => self.array(pointer, schema, depth)?,
            "integer" | "number" => number(schema, name == "integer"),
            "boolean" => Value::Bool(true),
            "string" => text(schema, self.way.shown),
            _ => Value::Null,
        })
    }

    fn object(&mut self, pointer: &str, schema: &Value, depth: usize) -> Option<Value> {
        // What the members are made of does not describe this object.
        let beside = std::mem::take(&mut self.beside);
        let made = self.members(pointer, schema, depth, &beside);
        self.beside = beside;
        made.map(Value::Object)
    }

    fn members(&mut self, pointer: &str, schema: &Value, depth: usize, beside: &[String]) -> Option<Map<String, Value>> {
        let list = schema.get("required").and_then(Value::as_array);
        let required: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let optional = depth < MOST_OPTIONAL && (self.generous || (depth == 0 && required.is_empty() && !self.way.sparse));
        let mut members = Map::new();
        let mut names: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        names.extend(required.iter().filter(|name| properties.is_none_or(|known| !known.contains_key(**name))));
        for name in names {
            let demanded = required.contains(&name);
            let at = self.member_at(pointer, name, beside);
            let left_out = follow(self.document, &at).is_some_and(|(_, found)| found.get(self.left_out) == Some(&Value::Bool(true)));
            if left_out || !(demanded || optional) {
                continue;
            }
            match self.make(&at, depth + 1) {
                Some(value) => {
                    members.insert(name.to_owned(), value);
                }
                // A member that nothing describes may be anything.
                None if demanded && self.document.pointer(&at).is_none() => {
                    members.insert(name.to_owned(), Value::from("probity"));
                }
                None if demanded => return None,
                None => {}
            }
        }
        self.dependent(pointer, schema, depth, beside, &mut members)?;
        let least = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
        if members.is_empty() && least > 0 {
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let matching = patterns.and_then(|patterns| patterns.keys().find_map(|name| Some((name.clone(), pattern::matching(name, 1, u64::MAX)?))));
            if let Some((name, text)) = matching {
                members.insert(text, self.make(&append(&format!("{pointer}/patternProperties"), &name), depth + 1)?);
            } else if schema.get("additionalProperties").is_some_and(Value::is_object) {
                members.insert("probity".to_owned(), self.make(&format!("{pointer}/additionalProperties"), depth + 1)?);
            } else {
                if properties.is_none_or(Map::is_empty) && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
                    members.insert("probity".to_owned(), Value::from("probity"));
                }
                let from = properties.into_iter().flatten().map(|(name, _)| name.clone()).take(usize::try_from(least).unwrap_or(usize::MAX));
                for name in from.collect::<Vec<_>>() {
                    let value = self.make(&append(&format!("{pointer}/properties"), &name), depth + 1)?;
                    members.insert(name, value);
                }
            }
        }
        Some(members)
    }

    /// Where a member is described: here, or by another schema of the same object.
    fn member_at(&self, pointer: &str, name: &str, beside: &[String]) -> String {
        let own = append(&format!("{pointer}/properties"), name);
        if self.document.pointer(&own).is_some() {
            return own;
        }
        let others = beside.iter().map(|other| append(&format!("{other}/properties"), name));
        others.into_iter().find(|other| self.document.pointer(other).is_some()).unwrap_or(own)
    }

    /// Adds what members need beside them (`dependentRequired`).
    fn dependent(&mut self, pointer: &str, schema: &Value, depth: usize, beside: &[String], members: &mut Map<String, Value>) -> Option<()> {
        let needs = schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten();
        for name in needs.filter(|(name, _)| members.contains_key(*name)).filter_map(|(_, names)| names.as_array()).flatten().collect::<Vec<_>>() {
            let Some(name) = name.as_str().filter(|name| !members.contains_key(*name)) else { continue };
            let at = self.member_at(pointer, name, beside);
            let value = if self.document.pointer(&at).is_some() { self.make(&at, depth + 1)? } else { Value::from("probity") };
            members.insert(name.to_owned(), value);
        }
        Some(())
    }

    fn array(&mut self, pointer: &str, schema: &Value, depth: usize) -> Option<Value> {
        let least = schema.get("minItems").and_then(Value::as_u64);
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let distinct = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut items = Vec::new();
        for index in 0..least.unwrap_or(1).min(most).min(8) {
            match self.make(&format!("{pointer}/items"), depth) {
                Some(item) => items.push(if distinct { self.another(pointer, item, index) } else { item }),
                None if least.unwrap_or(0) == 0 => break,
                None => return None,
            }
        }
        Some(Value::Array(items))
    }

    /// An item unlike those before it.
    fn another(&self, pointer: &str, item: Value, index: u64) -> Value {
        let listed = follow(self.document, &format!("{pointer}/items")).and_then(|(_, items)| items.get("enum")?.get(usize::try_from(index).ok()?));
        match (listed, &item) {
            (Some(listed), _) => listed.clone(),
            (None, Value::String(text)) if index > 0 => Value::from(format!("{text}{index}")),
            (None, Value::Number(number)) => number.as_i64().map_or(item, |number| json!(number + i64::try_from(index).unwrap_or(0))),
            _ => item,
        }
    }
}

fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                match whole.get_mut(&name) {
                    Some(known @ Value::Object(_)) if value.is_object() => merge(known, value),
                    _ => {
                        whole.insert(name, value);
                    }
                }
            }
        }
        (whole @ Value::Null, part) => *whole = part,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_what_is_required_and_nothing_else() {
        let document = json!({"s": {"type": "object", "required": ["name", "size", "on"], "properties": {
            "name": {"type": "string", "maxLength": 3}, "size": {"type": "integer", "minimum": 5},
            "on": {"type": "string", "format": "date"}, "note": {"type": "string"}}}});
        assert_eq!(sample(&document, "/s"), json!({"name": "pro", "size": 5, "on": "2024-01-31"}));
    }

    #[test]
    fn what_only_the_other_side_writes_is_left_out() {
        let document = json!({"s": {"type": "object", "required": ["id", "key"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "key": {"const": "k", "writeOnly": true}, "note": {"const": "n"}}}});
        assert_eq!(sample(&document, "/s"), json!({"key": "k"}));
        assert_eq!(specimens(&document, "/s").next().unwrap(), json!({"id": 1, "note": "n"}));
    }

    #[test]
    fn without_a_list_of_required_members_all_are_taken() {
        let document = json!({"s": {"properties": {"a": {"type": "integer"}, "b": {"properties": {"c": {"const": 1}}}}}});
        assert_eq!(sample(&document, "/s"), json!({"a": 1, "b": {}}));
    }

    #[test]
    fn a_schema_that_contains_itself_comes_to_an_end() {
        let node = json!({"type": "object", "required": ["name", "below"], "properties": {
            "name": {"const": "n"}, "below": {"type": "array", "items": {"$ref": "#/node"}}, "above": {"$ref": "#/node"}}});
        let tree = json!({"oneOf": [{"required": ["left"], "properties": {"left": {"$ref": "#/tree"}}}, {"const": "leaf"}]});
        let document = json!({"node": node, "tree": tree, "never": {"required": ["next"], "properties": {"next": {"$ref": "#/never"}}}});
        assert_eq!(sample(&document, "/node"), json!({"name": "n", "below": []}));
        assert_eq!(specimens(&document, "/node").next().unwrap(), json!({"name": "n", "below": []}));
        assert_eq!(sample(&document, "/tree"), json!("leaf"));
        assert_eq!(sample(&document, "/never"), Value::Null);
    }

    #[test]
    fn what_one_branch_requires_is_made_as_another_describes_it() {
        let item = json!({"allOf": [{"properties": {"n": {"type": "integer"}, "o": {"properties": {"a": {"const": 1}}}}}, {"required": ["n"], "properties": {"o": {"properties": {"b": {"const": 2}}}}}]});
        let document = json!({"s": {"required": ["r"], "properties": {"r": {"required": ["l"], "properties": {"l": {"type": "array", "minItems": 1, "items": item}}}}}, "t": item});
        assert_eq!(sample(&document, "/s"), json!({"r": {"l": [{"n": 1}]}}));
        assert_eq!(specimens(&document, "/t").next().unwrap(), json!({"n": 1, "o": {"a": 1, "b": 2}}));
    }

    #[test]
    fn members_that_others_need_and_names_that_match_are_made() {
        let document = json!({"d": {"required": ["a"], "properties": {"a": {"const": 1}, "b": {"const": 2}}, "dependentRequired": {"a": ["b"]}},
            "p": {"type": "object", "minProperties": 1, "patternProperties": {"^x-": {"type": "integer"}}}, "n": {"type": "string", "not": {"pattern": "^probity"}}});
        assert_eq!(sample(&document, "/d"), json!({"a": 1, "b": 2}));
        assert_eq!(sample(&document, "/p"), json!({"x-": 1}));
        assert!(samples(&document, "/n").any(|value| value.as_str().is_some_and(|text| !text.starts_with("probity"))));
    }

    #[test]
    fn there_are_other_ways() {
        let document = json!({"s": {"required": ["a"], "properties": {"a": {"type": "integer", "example": "wrong"}}}, "t": {"oneOf": [{"const": 1}, {"const": 2}]}});
        assert!(samples(&document, "/s").any(|value| value == json!({"a": 1})));
        assert!(samples(&document, "/t").any(|value| value == json!(2)));
        let either = json!({"properties": {"a": {"const": 1}, "b": {"const": 2}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert!(samples(&json!({"s": either}), "/s").any(|value| value.as_object().is_some_and(|members| members.len() == 1)));
    }

    #[test]
    fn bounds_are_kept() {
        let document = json!({
            "above": {"type": "number", "exclusiveMinimum": 0}, "step": {"type": "integer", "minimum": 7, "multipleOf": 5},
            "below": {"type": "integer", "maximum": -3}, "days": {"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "integer"}},
            "kind": {"oneOf": [{"$ref": "#/cat"}], "discriminator": {"propertyName": "is", "mapping": {"feline": "#/cat"}}}, "cat": {"properties": {"is": {"type": "string"}}}
        });
        let made: Vec<Value> = ["/above", "/step", "/below", "/days", "/kind"].iter().map(|at| sample(&document, at)).collect();
        assert_eq!(made, [json!(1), json!(10), json!(-3), json!([1, 2]), json!({"is": "feline"})]);
    }
}
