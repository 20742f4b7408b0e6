//! Makes the members of an object.

use serde_json::{Map, Value, json};

use super::flat::{CONDITIONS, SHOWN, merge_rules};
use super::maker::{MergedSchema, SampleGenerator};
use super::{MOST_SHOWN, OptionalMembers};
use crate::contract::samples::{pattern, sample_text};

/// How many objects within objects have their optional members, too, where those are wanted.
const MOST_OPTIONAL: usize = 2;

/// How many members are made for want of a name.
const MOST_ADDED: u64 = 20;

impl<'a> SampleGenerator<'a> {
    pub(super) fn object(&mut self, mut whole: MergedSchema, depth: usize) -> Option<Value> {
        let members = self.members(&whole, depth)?;
        let further = self.apply_conditional_rules(&mut whole, &members);
        // What is there decides what else there has to be; each rule is added once.
        if further { self.value(whole, depth) } else { Some(Value::Object(members)) }
    }

    /// Adds what holds because of what was made (`if`, `dependentSchemas`); whether there is any.
    fn apply_conditional_rules(&mut self, whole: &mut MergedSchema, members: &Map<String, Value>) -> bool {
        let made = Value::Object(members.clone());
        let mut parts: Vec<Value> = Vec::new();
        if let Some(Value::Array(conditions)) = whole.get_mut(CONDITIONS) {
            // What changes nothing now may do so when more is there.
            conditions.retain(|condition| {
                // Whether a condition holds that refers to others is not known here.
                let rule = condition.get("if").and_then(|rule| jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(rule).ok());
                let outcome = if rule.is_some_and(|rule| rule.is_valid(&made)) { "then" } else { "else" };
                let before = parts.len();
                parts.extend(condition.get(outcome).cloned());
                parts.len() == before
            });
        }
        if let Some(Value::Object(dependent)) = whole.remove("dependentSchemas") {
            parts.extend(dependent.into_iter().filter(|(name, _)| members.contains_key(name)).map(|(_, schema)| schema));
        }
        for part in &parts {
            if let Some(part) = self.flat(part, &mut Vec::new(), 0) {
                merge_rules(whole, part);
            }
        }
        !parts.is_empty()
    }

    fn members(&mut self, whole: &MergedSchema, depth: usize) -> Option<Map<String, Value>> {
        let required = texts(whole.get("required"));
        let none = Map::new();
        let properties = whole.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let optional = depth < MOST_OPTIONAL && (self.generous || (depth == 0 && required.is_empty() && self.way.extent != OptionalMembers::Sparse));
        let mut members = Map::new();
        let names = properties.keys().map(String::as_str).chain(required.iter().copied().filter(|name| !properties.contains_key(*name)));
        for name in names {
            let demanded = required.contains(&name);
            let described = properties.get(name);
            let annotated = |keyword: &str| described.and_then(|schema| self.annotation(schema, keyword));
            let left_out = annotated(self.left_out) == Some(&Value::Bool(true));
            // What an author shows is meant to be sent, and a request of nothing but what it must hold hides most faults.
            let for_request = self.left_out == "readOnly";
            let is_shown = || {
                for_request
                    && self.way.shown
                    && self.way.extent == OptionalMembers::Shown
                    && depth < MOST_SHOWN
                    && described.is_some_and(|schema| self.shows(schema, depth))
            };
            if left_out || !(demanded || optional || is_shown()) {
                continue;
            }
            match self.member(whole, name, depth) {
                Some(value) => {
                    members.insert(name.to_owned(), value);
                }
                None if demanded => return None,
                None => {}
            }
        }
        if let Some(Value::Object(shown)) = whole.get(SHOWN) {
            for (name, value) in shown {
                let read_only = properties.get(name).and_then(|schema| self.annotation(schema, self.left_out)) == Some(&Value::Bool(true));
                if !read_only {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
        self.dependent(whole, depth, &mut members)?;
        self.filled(whole, depth, &mut members)?;
        Some(members)
    }

    /// Whether an author shows a value for a schema, or for a member of the objects that it describes.
    fn shows(&self, schema: &Value, depth: usize) -> bool {
        let refers_only = schema.as_object().filter(|members| members.len() == 1);
        let reference = refers_only.and_then(|members| members.get("$ref")?.as_str()?.strip_prefix('#'));
        match reference {
            // Schemas lead to each other in many ways: each is looked at once.
            Some(place) => self.document.fact_of(place, depth, || self.shows_itself(schema, depth)),
            None => self.shows_itself(schema, depth),
        }
    }

    fn shows_itself(&self, schema: &Value, depth: usize) -> bool {
        if self.annotation(schema, "example").or_else(|| self.annotation(schema, "examples")).is_some() {
            return true;
        }
        let within = |properties: &Value| properties.as_object().is_some_and(|members| members.values().any(|member| self.shows(member, depth + 1)));
        depth + 1 < MOST_SHOWN && self.annotation(schema, "properties").is_some_and(within)
    }

    /// What a schema, or what it refers to, says under a keyword.
    fn annotation<'b>(&self, schema: &'b Value, keyword: &str) -> Option<&'b Value>
    where
        'a: 'b,
    {
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        let behind = || crate::contract::schema::follow_references(self.document, reference?)?.1.get(keyword);
        let branches = || schema.get("allOf")?.as_array()?.iter().find_map(|branch| branch.get(keyword));
        schema.get(keyword).or_else(behind).or_else(branches)
    }

    /// The value of a member, as whatever speaks of its name describes it.
    fn member(&mut self, whole: &MergedSchema, name: &str, depth: usize) -> Option<Value> {
        let by_name = whole.get("properties").and_then(|properties| properties.get(name));
        let by_pattern = || {
            let patterns = whole.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
            patterns.into_iter().find(|(pattern, _)| pattern::matches(pattern, name)).map(|(_, schema)| schema)
        };
        let other = || whole.get("additionalProperties").filter(|schema| schema.is_object());
        let described = by_name.or_else(by_pattern).or_else(other);
        // A member that nothing describes may be anything.
        let is_free = |schema: &Value| schema.as_object().is_none_or(Map::is_empty);
        let Some(schema) = described.filter(|schema| by_name.is_some() || !is_free(schema)).cloned() else { return Some(Value::from("probity")) };
        self.make(&schema, depth + 1)
    }

    /// Adds what members need beside them (`dependentRequired`).
    fn dependent(&mut self, whole: &MergedSchema, depth: usize, members: &mut Map<String, Value>) -> Option<()> {
        let needs = whole.get("dependentRequired").and_then(Value::as_object);
        let mut left: Vec<String> = members.keys().cloned().collect();
        while let Some(name) = left.pop() {
            for needed in texts(needs.and_then(|needs| needs.get(&name))) {
                if !members.contains_key(needed) {
                    let value = self.member(whole, needed, depth)?;
                    members.insert(needed.to_owned(), value);
                    left.push(needed.to_owned());
                }
            }
        }
        Some(())
    }

    /// Adds members until there are as many as there have to be: those of a pattern, those that are described, then others.
    fn filled(&mut self, whole: &MergedSchema, depth: usize, members: &mut Map<String, Value>) -> Option<()> {
        let least = whole.get("minProperties").and_then(Value::as_u64).unwrap_or(0).min(MOST_ADDED);
        let lacking = |members: &Map<String, Value>| (members.len() as u64) < least;
        if !lacking(members) {
            return Some(());
        }
        let known: Vec<String> = whole.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
        let patterns: Vec<String> = whole.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
        let rule = whole.get("propertyNames").cloned();
        let closed = whole.get("additionalProperties") == Some(&Value::Bool(false));
        let of_patterns = patterns.iter().flat_map(|pattern| (0..least).filter_map(move |number| nth_name(&json!({"pattern": pattern}), number)));
        let others = (0..least).filter_map(|number| rule.as_ref().map_or_else(|| nth_name(&json!({}), number), |rule| nth_name(rule, number)));
        let names: Vec<String> = of_patterns.chain(known).chain(others.filter(|_| !closed)).collect();
        for name in names {
            if !lacking(members) {
                break;
            }
            let property = whole.get("properties").and_then(|properties| properties.get(&name));
            let left_out = property.and_then(|schema| self.annotation(schema, self.left_out)) == Some(&Value::Bool(true));
            if !left_out && !members.contains_key(&name) {
                let value = self.member(whole, &name, depth)?;
                members.insert(name, value);
            }
        }
        Some(())
    }
}

/// One of several names that a rule for names allows.
fn nth_name(rule: &Value, number: u64) -> Option<String> {
    let number = usize::try_from(number).ok()?;
    if let Some(listed) = rule.get("enum").and_then(Value::as_array) {
        return listed.get(number)?.as_str().map(str::to_owned);
    }
    let plain = sample_text::text(rule, &[], true).as_str()?.to_owned();
    let (validator, rest) = (sample_text::rule(rule), plain.chars().take(plain.chars().count().saturating_sub(1)).collect::<String>());
    let longer = (2..=MOST_ADDED).map(|number| format!("{plain}{number}"));
    let last = ('a'..='z').chain('A'..='Z').chain('0'..='9').map(|letter| format!("{rest}{letter}"));
    let allowed = |text: &String| *text != plain && validator.as_ref().is_none_or(|rule| rule.is_valid(&Value::from(text.as_str())));
    if number == 0 { Some(plain) } else { longer.chain(last).filter(allowed).nth(number - 1) }
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
