//! Makes a value that fits a schema.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::discriminator_names::{called, mapped};
use super::flat::{CHOICES, CONDITIONS, PATTERNS, SHOWN, merge_rules, push};
use super::{MOST_SHOWN, SampleStyle};
use crate::contract::pointer::{at_pointer, target};
use crate::contract::samples::number::number;
use crate::contract::samples::sample_text::{rule, text};
use crate::contract::schema::{follow_references, is_of_type};
use crate::model::contract_document::{Document, MadePart};

/// How many schemas one value may be made from; schemas that lead to each other in many ways would never come to an end.
const MOST_PARTS: usize = 2000;

/// How many branches within branches are put together.
const DEEPEST: usize = 24;

/// Keywords that are put into a schema in another form.
const OWN: [&str; 8] = ["$ref", "allOf", "oneOf", "anyOf", "if", "then", "else", "discriminator"];

/// A schema with everything put into it that holds for the same value.
pub(super) type MergedSchema = Map<String, Value>;

pub(super) struct SampleGenerator<'a> {
    pub document: &'a Document,
    /// Members with this annotation are left out.
    pub left_out: &'static str,
    /// Whether optional members are made.
    pub generous: bool,
    pub way: SampleStyle,
    /// Schemas of which a part is being made.
    pub(super) open: Vec<Arc<str>>,
    /// How many schemas were used so far.
    parts: usize,
    /// The schemas that were referred to so far, those of parts that were known among them.
    referred: Vec<Arc<str>>,
}

impl<'a> SampleGenerator<'a> {
    pub fn new(document: &'a Document, left_out: &'static str, generous: bool, way: SampleStyle) -> Self {
        Self { document, left_out, generous, way, open: Vec::new(), parts: 0, referred: Vec::new() }
    }

    /// A value of the schema at a pointer; `None` when the schema needs itself, so that no value ever comes to an end.
    pub fn make_at(&mut self, pointer: &str) -> Option<Value> {
        let (pointer, schema) = follow_references(self.document, pointer)?;
        let pointer: Arc<str> = pointer.into();
        self.open.push(Arc::clone(&pointer));
        let made = self.flat(schema, &mut vec![pointer], 0).and_then(|whole| self.value(whole, 0));
        self.open.pop();
        made
    }

    /// A value of a schema; `depth` counts objects.
    pub fn make(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let refers_only = schema.as_object().filter(|members| members.len() == 1);
        match refers_only.and_then(|members| members.get("$ref")?.as_str()) {
            Some(reference) => self.make_referred(reference, schema, depth),
            None => self.make_described(schema, depth),
        }
    }

    /// The same of a schema that others refer to as well: what was made for one of them does for all, unless it would be cut
    /// short here, because one of the schemas that it needs is being made, or because the value has become large.
    fn make_referred(&mut self, reference: &str, schema: &Value, depth: usize) -> Option<Value> {
        let name = format!("{:?} {} {} {} {reference}", self.way, self.generous, self.left_out, depth.min(MOST_SHOWN));
        if let Some(known) = self.document.made_part(&name)
            && self.parts + known.schemas <= MOST_PARTS
            && !self.open.iter().any(|open| known.places.binary_search(open).is_ok())
        {
            self.parts += known.schemas;
            self.referred.extend(known.places.iter().cloned());
            return known.value.clone();
        }
        let (parts, referred, cut) = (self.parts, self.referred.len(), self.open.len());
        let value = self.make_described(schema, depth);
        let mut places = self.referred[referred..].to_vec();
        places.sort_unstable();
        places.dedup();
        self.referred.truncate(referred);
        self.referred.extend(places.iter().cloned());
        let is_whole = self.parts <= MOST_PARTS && !self.open[..cut].iter().any(|open| places.binary_search(open).is_ok());
        if is_whole {
            self.document.keep_part(name, MadePart { value: value.clone(), schemas: self.parts - parts, places });
        }
        value
    }

    fn make_described(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let mut used = Vec::new();
        let whole = self.flat(schema, &mut used, 0)?;
        let before = self.open.len();
        self.open.append(&mut used);
        let made = self.value(whole, depth);
        self.open.truncate(before);
        made
    }

    /// Everything that a schema, what it refers to and the branches of its `allOf` say of a value.
    pub fn flat(&mut self, schema: &Value, used: &mut Vec<Arc<str>>, level: usize) -> Option<MergedSchema> {
        self.parts += 1;
        if self.parts > MOST_PARTS || level > DEEPEST {
            return None;
        }
        let Value::Object(members) = schema else { return Some(MergedSchema::new()) };
        let mut whole: MergedSchema = members.iter().filter(|(name, _)| !OWN.contains(&name.as_str())).map(owned_pair).collect();
        if let Some(discriminator) = members.get("discriminator") {
            whole.insert("discriminator".to_owned(), self.own_discriminator(discriminator, used));
        }
        if members.contains_key("if") {
            let condition = ["if", "then", "else"].iter().filter_map(|keyword| Some(((*keyword).to_owned(), members.get(*keyword)?.clone())));
            push(&mut whole, CONDITIONS, Value::Object(condition.collect()));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = members.get(keyword).and_then(Value::as_array).filter(|branches| !branches.is_empty()) {
                push(&mut whole, CHOICES, json!({"branches": branches, "discriminator": members.get("discriminator")}));
            }
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(target) {
            let target: Arc<str> = target.into();
            self.referred.push(Arc::clone(&target));
            if self.open.contains(&target) || used.contains(&target) {
                return None;
            }
            let behind = at_pointer(self.document, &target)?;
            used.push(target);
            let behind = self.flat(behind, used, level + 1)?;
            merge_rules(&mut whole, behind);
        }
        let mut extends_another = false;
        for branch in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let mut part = self.flat(branch, used, level + 1)?;
            // What a branch shows of an object is not all of it.
            if let Some(Value::Object(example)) = schema_example(&part).cloned().filter(|_| self.way.shown) {
                part.remove("example");
                part.remove("examples");
                part.insert(SHOWN.to_owned(), Value::Object(example));
            }
            extends_another |= branch.get("$ref").is_some() && part.contains_key("discriminator");
            merge_rules(&mut whole, part);
        }
        // Every branch may describe the member that the name stands in.
        if extends_another {
            self.set_discriminator(&mut whole, used);
        }
        Some(whole)
    }

    /// A value of a schema whose branches are still to be chosen.
    pub fn value(&mut self, mut whole: MergedSchema, depth: usize) -> Option<Value> {
        if let Some(value) = self.authored_value(&whole) {
            return Some(value);
        }
        let choice = whole.get_mut(CHOICES).and_then(Value::as_array_mut).filter(|choices| !choices.is_empty()).map(|choices| choices.remove(0));
        match choice {
            Some(choice) => self.chosen(&whole, &choice, depth),
            None if self.is_parent(&whole) => self.child(&whole, depth),
            None => self.of_type(whole, depth),
        }
    }

    /// What an author has written of a value.
    fn authored_value(&self, whole: &MergedSchema) -> Option<Value> {
        let usual = || whole.get("default").filter(|value| self.way.shown && !value.is_null());
        let listed = || {
            let values = whole.get("enum")?.as_array()?;
            let forbidding = whole.get("not").is_some().then(|| rule(&Value::Object(whole.clone()))).flatten();
            let allowed = |value: &&Value| !value.is_null() && forbidding.as_ref().is_none_or(|rule| rule.is_valid(value));
            values.iter().find(allowed).or_else(|| values.first())
        };
        let example = schema_example(whole).filter(|_| self.way.shown).and_then(|value| of_its_type(whole, value));
        example.or_else(|| whole.get("const").or_else(usual).or_else(listed).cloned())
    }

    /// A value with one of several branches, the one whose turn it is first; null is no value where there is another.
    fn chosen(&mut self, whole: &MergedSchema, choice: &Value, depth: usize) -> Option<Value> {
        let branches = choice.get("branches").and_then(Value::as_array)?;
        let first = self.way.branch;
        let mut order: Vec<usize> = (first..first + branches.len()).map(|index| index % branches.len()).collect();
        order.sort_by_key(|index| branches.get(*index).is_some_and(|branch| branch.get("type") == Some(&Value::from("null"))));
        order.into_iter().find_map(|index| self.branch(whole, branches.get(index)?, choice.get("discriminator").unwrap_or(&Value::Null), depth))
    }

    /// A value of one branch, with the name of the branch where the schema tells branches apart by it.
    fn branch(&mut self, whole: &MergedSchema, branch: &Value, discriminator: &Value, depth: usize) -> Option<Value> {
        let mut used = Vec::new();
        let mut part = self.flat(branch, &mut used, 0)?;
        let reference = branch.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        let named = discriminator.get("propertyName").and_then(Value::as_str).zip(reference);
        let name = named.map(|(member, reference)| (member.to_owned(), called(discriminator, reference), mapped(discriminator, reference).is_some()));
        let mut sum = whole.clone();
        part.remove("discriminator");
        sum.remove("discriminator");
        merge_rules(&mut sum, part.clone());
        // An example of the branch is one of the whole.
        if sum.get("properties") == part.get("properties") {
            for keyword in ["example", "examples", "default"] {
                if let Some(value) = part.get(keyword) {
                    sum.insert(keyword.to_owned(), value.clone());
                }
            }
        } else if let Some(Value::Object(example)) = schema_example(&part).cloned() {
            sum.remove("example");
            sum.remove("examples");
            merge_rules(&mut sum, MergedSchema::from_iter([(SHOWN.to_owned(), Value::Object(example))]));
        }
        let before = self.open.len();
        self.open.append(&mut used);
        let made = self.value(sum, depth);
        self.open.truncate(before);
        let mut made = made?;
        if let (Some((member, name, is_mapped)), Value::Object(members)) = (name, &mut made) {
            // A branch that says itself what it is called needs no name.
            let unnamed = members.get(&member).is_none_or(|value| value == "probity" || value == "sample");
            if is_mapped || unnamed {
                members.insert(member, Value::from(name));
            }
        }
        Some(made)
    }

    pub(super) fn of_type(&mut self, whole: MergedSchema, depth: usize) -> Option<Value> {
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| whole.contains_key(*keyword));
        let name = match whole.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null"),
            _ if has(&["properties", "required", "additionalProperties", "patternProperties", "minProperties", SHOWN]) => "object",
            _ if has(&["items", "prefixItems", "minItems"]) => "array",
            _ if has(&["pattern", "format", "minLength", "maxLength"]) => "string",
            _ if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => "number",
            _ => "",
        };
        let forbidding = whole.get("not").is_some().then(|| rule(&Value::Object(whole.clone()))).flatten();
        let made = match name {
            "object" => self.object(whole, depth)?,
            "array" => self.array(&whole, depth)?,
            "integer" | "number" => number(&Value::Object(whole.clone()), name == "integer"),
            "boolean" => Value::Bool(true),
            "string" => {
                let further: Vec<&str> = whole.get(PATTERNS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
                text(&Value::Object(whole.clone()), &further, self.way.shown)
            }
            _ => Value::Null,
        };
        // What is forbidden (`not`) is told by looking at what was made.
        let others = || others(&made).into_iter().find(|other| forbidding.as_ref().is_some_and(|rule| rule.is_valid(other)));
        let is_forbidden = forbidding.as_ref().is_some_and(|rule| !rule.is_valid(&made));
        Some(if is_forbidden { others().unwrap_or(made) } else { made })
    }

    fn array(&mut self, whole: &MergedSchema, depth: usize) -> Option<Value> {
        let count = |keyword: &str| whole.get(keyword).and_then(Value::as_u64);
        let first: &[Value] = whole.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice);
        let (least, most) = (count("minItems"), count("maxItems").unwrap_or(u64::MAX));
        let distinct = whole.get("uniqueItems") == Some(&Value::Bool(true));
        let none = Value::Null;
        let other = whole.get("items").unwrap_or(&none);
        let wanted = if first.is_empty() { least.unwrap_or(1) } else { least.unwrap_or(0).max(first.len() as u64) };
        let wanted = if *other == Value::Bool(false) { wanted.min(first.len() as u64) } else { wanted };
        let mut items = Vec::new();
        for index in 0..wanted.min(most).min(MOST_ITEMS.max(least.unwrap_or(0).min(LARGEST))) {
            let schema = usize::try_from(index).ok().and_then(|index| first.get(index)).unwrap_or(other);
            match self.make(schema, depth) {
                Some(item) => items.push(if distinct { another(schema, item, index) } else { item }),
                None if least.unwrap_or(0) == 0 => break,
                None => return None,
            }
        }
        if let Some(contained) = whole.get("contains") {
            let wanted = count("minContains").unwrap_or(1).min(LARGEST);
            for _ in 0..wanted {
                let item = self.make(contained, depth)?;
                if (items.len() as u64) < most {
                    items.push(item);
                } else if let Some(last) = items.last_mut() {
                    *last = item;
                }
            }
        }
        Some(Value::Array(items))
    }
}

/// How many items are made without need.
const MOST_ITEMS: u64 = 8;

/// How many items are made where a schema wants very many.
const LARGEST: u64 = 1000;

fn owned_pair((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// The example of a schema.
fn schema_example(whole: &MergedSchema) -> Option<&Value> {
    whole.get("example").or_else(|| whole.get("examples")?.get(0))
}

/// An example as its schema has it: authors write numbers in quotation marks, and texts without. `None` where it is of quite
/// another type.
fn of_its_type(whole: &MergedSchema, value: &Value) -> Option<Value> {
    let types: Vec<&str> = match whole.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Some(value.clone()),
    };
    let fits = |value: &Value| types.iter().any(|name| is_of_type(value, name));
    let other = match value {
        value if fits(value) => return Some(value.clone()),
        Value::String(text) => serde_json::from_str(text).ok()?,
        Value::Number(_) | Value::Bool(_) => Value::String(value.to_string()),
        _ => return None,
    };
    Some(other).filter(fits)
}

/// An item unlike those before it.
fn another(schema: &Value, item: Value, index: u64) -> Value {
    let listed = schema.get("enum").and_then(|values| values.get(usize::try_from(index).ok()?));
    match (listed, &item) {
        (Some(listed), _) => listed.clone(),
        (None, Value::String(text)) if index > 0 => Value::from(format!("{text}{index}")),
        (None, Value::Number(number)) => number.as_i64().map_or(item, |number| json!(number + i64::try_from(index).unwrap_or(0))),
        (None, Value::Bool(value)) => Value::Bool(*value == index.is_multiple_of(2)),
        (None, Value::Object(members)) => {
            let mut members = members.clone();
            let plain = members.iter_mut().find(|(name, value)| {
                let told = schema.pointer(&crate::contract::append("/properties", name)).is_some_and(|schema| schema.get("const").is_some());
                !told && (value.is_string() || value.is_number())
            });
            if let Some((name, value)) = plain {
                let schema = schema.pointer(&crate::contract::append("/properties", name)).cloned().unwrap_or_default();
                *value = another(&schema, value.take(), index);
            }
            Value::Object(members)
        }
        _ => item,
    }
}

/// Values unlike one, the nearest first.
fn others(made: &Value) -> Vec<Value> {
    match made {
        Value::String(text) => ["other", "Probity", "PROBITY", "0", "_", "probity-2", "https://example.org/"]
            .into_iter()
            .map(str::to_owned)
            .chain([format!("{text}x"), format!("x{text}"), text.to_uppercase()])
            .map(Value::from)
            .collect(),
        Value::Number(number) => {
            let near = |step: i32| match number.as_i64() {
                Some(number) => json!(number.saturating_add(i64::from(step))),
                None => json!(number.as_f64().unwrap_or_default() + f64::from(step)),
            };
            [1, 2, 3, 5, 7, 10, 100, -1, -2, -10].into_iter().map(near).collect()
        }
        Value::Null => vec![json!("probity"), json!(1), json!(true), json!({}), json!([])],
        Value::Array(items) => vec![items.iter().chain(items.first()).cloned().collect(), json!([])],
        Value::Object(_) | Value::Bool(_) => vec![json!({}), json!(false), json!(true)],
    }
}
