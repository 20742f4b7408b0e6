//! Builds another valid request where the first one was refused.
//! A schema says less than a server may ask for, so what it leaves open is tried in another way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::named_members::{NamedMember, named_of};
use super::valid_request::{chosen_media, parameter_sample};
use crate::contract::samples::{samples, with_optional_members};
use crate::contract::schema::visit;
use crate::contract::{Schemas, append, get_mut, remove, replace_or_add};
use crate::model::contract::{Contract, Location, Operation, SchemaRef};
use crate::model::own_request::OwnValues;

/// How many ways to make a value from a schema are looked at.
const MOST_WAYS: usize = 8;

/// Texts that servers take where a schema says less than they ask for, each with words of a refusal after which it comes first.
const TEXTS: [(&str, &[&str]); 6] = [
    ("probity-test", &[]),
    ("Probity-Test-1!", &["password", "uppercase", "digit", "special"]),
    ("probity@example.com", &["mail"]),
    ("https://example.com/probity", &["url", "uri"]),
    ("PRB", &["code", "at most", "long"]),
    ("1", &["numeric", "number", "integer"]),
];

/// Numbers that servers take.
const NUMBERS: [i64; 5] = [1, 2, 10, 100, 1000];

/// What was sent and refused.
#[derive(Debug, Clone, Copy)]
pub struct RefusedRequest<'a> {
    /// Bodies that were refused, without the marks of the run, the last one at the end.
    pub bodies: &'a [Value],
    /// Parameters that were added, beside those that the contract demands.
    pub parameters: &'a BTreeMap<String, Value>,
    /// What the server said.
    pub answer: Option<&'a Value>,
    /// The day of the run, such as `2026-01-31`.
    pub today: &'a str,
}

/// The next request that may be taken; `None` where nothing is left to be tried.
pub fn another(contract: &Contract, schemas: &Schemas, operation: &Operation, refused: &RefusedRequest<'_>) -> Option<OwnValues> {
    let nothing = Value::Null;
    let names = refused.answer.map(|answer| named_of(answer, refused.bodies.last().unwrap_or(&nothing))).unwrap_or_default();
    let parameters = with_parameters(contract, operation, refused, &names);
    let more = parameters.len() > refused.parameters.len();
    let media = chosen_media(contract, operation).filter(|media| media.name.contains("json"));
    let Some((schema, last)) = media.and_then(|media| media.schema.as_ref()).zip(refused.bodies.last()) else {
        return more.then(|| OwnValues { parameters, bound: true, ..OwnValues::default() });
    };
    let maker = AlternativeGenerator { contract, schemas, schema, today: refused.today };
    let body = maker.candidates(last, &names).into_iter().find(|body| !refused.bodies.contains(body) && schemas.fits(schema, body));
    match body {
        None if !more => None,
        body => Some(OwnValues { body: Some(body.unwrap_or_else(|| last.clone())), parameters, bound: true, ..OwnValues::default() }),
    }
}

/// The parameters that were added, and those of the query that the refusal names.
fn with_parameters(contract: &Contract, operation: &Operation, refused: &RefusedRequest<'_>, names: &[NamedMember]) -> BTreeMap<String, Value> {
    let mut parameters = refused.parameters.clone();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && !parameter.required) {
        let is_named = names.iter().any(|named| named.tokens.last() == Some(&parameter.name));
        if is_named && !parameter.sent && !parameters.contains_key(&parameter.name) {
            parameters.insert(parameter.name.clone(), parameter_sample(contract, parameter));
        }
    }
    parameters
}

struct AlternativeGenerator<'a> {
    contract: &'a Contract,
    schemas: &'a Schemas,
    schema: &'a SchemaRef,
    today: &'a str,
}

impl AlternativeGenerator<'_> {
    /// Bodies in the order in which they are tried.
    fn candidates(&self, last: &Value, names: &[NamedMember]) -> Vec<Value> {
        let document = &self.contract.document;
        let full: Vec<Value> = with_optional_members(document, &self.schema.0).take(MOST_WAYS).collect();
        let mut found: Vec<Value> = self.repaired(last, full.first(), names);
        let bare = self.required_alone(last);
        found.push(bare.clone());
        found.push(self.with_plain_values(&bare));
        found.push(self.with_plain_values(last));
        for body in full.iter().chain(&samples(document, &self.schema.0).take(MOST_WAYS).collect::<Vec<_>>()) {
            found.push(self.with_plain_values(body));
        }
        found
    }

    /// The last body with what the refusal names changed, all of it at once, then one by one.
    fn repaired(&self, last: &Value, full: Option<&Value>, names: &[NamedMember]) -> Vec<Value> {
        let required = self.required(last);
        let places: Vec<(String, &NamedMember)> = names.iter().filter_map(|named| Some((Self::place(last, full, named)?, named))).collect();
        let mut found = Vec::new();
        let ways = |at: &str, named: &NamedMember, body: &Value| -> Vec<Value> {
            let with = |value: Value| {
                let mut other = body.clone();
                replace_or_add(&mut other, at, value).then_some(other).filter(|body| self.schemas.fits(self.schema, body))
            };
            let (parent, name) = at.rsplit_once('/').unwrap_or_default();
            let demanded = required.get(parent).is_some_and(|names| names.contains(name));
            let without = || {
                let mut other = body.clone();
                (!demanded && remove(&mut other, at)).then_some(other).filter(|body| self.schemas.fits(self.schema, body))
            };
            let sample = || full.and_then(|full| full.pointer(at)).cloned().unwrap_or_else(|| Value::from("probity"));
            match body.pointer(at) {
                // What the refusal asks for goes before leaving the member out.
                Some(value) if is_about_value(named) => others(value, named, self.today).into_iter().filter_map(with).chain(without()).collect(),
                Some(value) => without().into_iter().chain(others(value, named, self.today).into_iter().filter_map(with)).collect(),
                None if is_about_value(named) => others(&sample(), named, self.today).into_iter().chain([sample()]).filter_map(with).collect(),
                None => std::iter::once(sample()).chain(others(&sample(), named, self.today)).filter_map(with).collect(),
            }
        };
        for rank in 0..2 {
            let mut all = last.clone();
            for (at, named) in &places {
                let mut ways = ways(at, named, &all);
                if rank < ways.len() {
                    all = ways.swap_remove(rank);
                }
            }
            found.push(all);
        }
        for (at, named) in &places {
            found.extend(ways(at, named, last));
        }
        found
    }

    /// Where a member stands that a refusal names: in the body, or where an optional one could.
    fn place(last: &Value, full: Option<&Value>, named: &NamedMember) -> Option<String> {
        let whole = named.tokens.iter().fold(String::new(), |at, token| append(&at, token));
        let known = |at: &str| last.pointer(at).is_some() || full.is_some_and(|full| full.pointer(at).is_some());
        if !whole.is_empty() && known(&whole) {
            return Some(whole);
        }
        let end = append("", named.tokens.iter().rev().find(|token| token.parse::<usize>().is_err())?);
        let mut places = Vec::new();
        pointers(last, "", &mut places);
        if let Some(full) = full {
            pointers(full, "", &mut places);
        }
        places.into_iter().find(|at| at.ends_with(&end))
    }

    /// The names of members that are required, by the place of their object. Objects of which nothing is said are not among them.
    fn required(&self, body: &Value) -> BTreeMap<String, BTreeSet<String>> {
        let mut required: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        visit(self.contract, self.schema, body, &mut |at, schema, value| {
            if value.is_object() && (schema.get("properties").is_some() || schema.get("required").is_some()) {
                let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
                required.entry(at.to_owned()).or_default().extend(names.filter_map(|name| name.as_str().map(str::to_owned)));
            }
        });
        required
    }

    /// The required members of a body alone.
    fn required_alone(&self, body: &Value) -> Value {
        fn keep(value: &Value, at: &str, required: &BTreeMap<String, BTreeSet<String>>) -> Value {
            match value {
                Value::Object(members) => {
                    let kept = members.iter().filter(|(name, _)| required.get(at).is_none_or(|names| names.contains(*name)));
                    Value::Object(kept.map(|(name, value)| (name.clone(), keep(value, &append(at, name), required))).collect::<Map<_, _>>())
                }
                Value::Array(items) => {
                    Value::Array(items.iter().enumerate().map(|(index, item)| keep(item, &append(at, &index.to_string()), required)).collect())
                }
                other => other.clone(),
            }
        }
        keep(body, "", &self.required(body))
    }

    /// A body with values that servers take sooner: no nulls, small positive numbers, a day near today.
    fn with_plain_values(&self, body: &Value) -> Value {
        let mut sane = body.clone();
        let mut places = Vec::new();
        pointers(body, "", &mut places);
        for at in places {
            let Some(value) = sane.pointer(&at).cloned() else { continue };
            let mut other = sane.clone();
            let better = match &value {
                Value::Null => remove(&mut other, &at).then_some(other),
                Value::Number(number) if number.as_f64().is_none_or(|number| !(1.0..=1000.0).contains(&number)) => {
                    self.first_that_fits(&sane, &at, NUMBERS.iter().map(|number| Value::from(*number)))
                }
                Value::String(text) => {
                    with_todays_date(text, self.today).and_then(|near| self.first_that_fits(&sane, &at, std::iter::once(Value::from(near))))
                }
                _ => None,
            };
            if let Some(better) = better.filter(|better| self.schemas.fits(self.schema, better)) {
                sane = better;
            }
        }
        sane
    }

    fn first_that_fits(&self, body: &Value, at: &str, values: impl Iterator<Item = Value>) -> Option<Value> {
        values.into_iter().find_map(|value| {
            let mut other = body.clone();
            *get_mut(&mut other, at)? = value;
            self.schemas.fits(self.schema, &other).then_some(other)
        })
    }
}

/// Whether a refusal says what a value has to be like.
fn is_about_value(named: &NamedMember) -> bool {
    let words = named.words.to_ascii_lowercase();
    let forms = TEXTS.iter().flat_map(|(_, hints)| *hints);
    forms.chain(&["date", "time", "positive", "greater", "at least", "minimum"]).any(|hint| words.contains(hint))
}

/// Other values in the place of one; those that the words of the refusal speak of come first.
fn others(value: &Value, named: &NamedMember, today: &str) -> Vec<Value> {
    let words = named.words.to_ascii_lowercase();
    match value {
        Value::Number(_) => NUMBERS.iter().map(|number| Value::from(*number)).filter(|other| other != value).collect(),
        Value::String(text) => {
            let hinted = |hints: &[&str]| hints.iter().any(|hint| words.contains(hint));
            let (first, rest): (Vec<_>, Vec<_>) = TEXTS.iter().partition(|(_, hints)| hinted(hints));
            let near = with_todays_date(text, today)
                .or_else(|| ["date", "time", "past", "future"].iter().any(|hint| words.contains(hint)).then(|| today.to_owned()));
            let texts = first.into_iter().chain(rest).map(|(text, _)| (*text).to_owned());
            near.into_iter().chain(texts).map(Value::from).filter(|other| other != value).collect()
        }
        Value::Bool(is) => vec![Value::Bool(!is)],
        Value::Null => vec![Value::from("probity-test"), Value::from(1)],
        _ => Vec::new(),
    }
}

/// The day of the run in the form of a date or a time (RFC 3339, section 5.6); `None` for any other text.
fn with_todays_date(text: &str, today: &str) -> Option<String> {
    let is_day = |text: &str| {
        text.len() == 10 && text.bytes().enumerate().all(|(index, byte)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
    };
    match text.split_once(['T', 't']) {
        None => is_day(text).then(|| today.to_owned()),
        Some((day, time)) => is_day(day).then(|| format!("{today}T{time}")),
    }
    .filter(|near| near != text)
}

/// Every place of a value, the outer ones first.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |name: &str, value: &Value| {
        let at = append(at, name);
        found.push(at.clone());
        pointers(value, &at, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| add(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| add(&index.to_string(), value)),
        _ => {}
    }
}
