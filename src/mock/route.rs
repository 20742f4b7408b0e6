//! Finds the operation of the contract for a path and a method.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::operation_profile::media_example;
use super::request::{DecodedRequest, Payload};
use super::request_body;
use super::resource_place;
use super::styled_parameters::{StyledReader, pairs_of, query_breach, reader};
use crate::contract::Schemas;
use crate::model::contract::{Contract, Location, Operation, Parameter};
use crate::model::text::unquoted_text;

/// Where a path leads.
#[derive(Debug)]
pub(crate) struct RoutedPath<'a> {
    /// Every operation on the path, whatever its method.
    pub operations: Vec<&'a Operation>,
}

impl<'a> RoutedPath<'a> {
    /// The operations whose path fits best: a literal segment is a better fit than a parameter (OpenAPI, Paths Object), more
    /// literal text in a segment than less, and a slash at the end where one was sent.
    pub(crate) fn find(contract: &'a Contract, call: &DecodedRequest) -> Option<Self> {
        let fits = contract.operations.iter().filter_map(|operation| Some((literal_lengths(&operation.path, call)?, operation)));
        let fits: Vec<(Vec<usize>, &Operation)> = fits.collect();
        let best = fits.iter().map(|(literals, _)| literals).max()?.clone();
        Some(Self { operations: fits.into_iter().filter(|(literals, _)| *literals == best).map(|(_, operation)| operation).collect() })
    }

    /// The methods of the path.
    pub(crate) fn methods(&self) -> Vec<String> {
        let methods: BTreeSet<&str> = self.operations.iter().map(|operation| operation.method.as_str()).collect();
        methods.into_iter().map(str::to_owned).collect()
    }

    /// The operation that answers: of several forms the one that fits the request best.
    pub(crate) fn operation(&self, contract: &Contract, schemas: &Schemas, call: &DecodedRequest) -> Option<&'a Operation> {
        let forms: Vec<&Operation> = self.operations.iter().copied().filter(|operation| operation.method.as_str() == call.method).collect();
        if forms.len() < 2 {
            return forms.first().copied();
        }
        let best = forms.iter().map(|form| form_fit(contract, schemas, form, call)).max()?;
        forms.into_iter().find(|form| form_fit(contract, schemas, form, call) == best)
    }
}

/// For each segment how many characters the template names literally, and whether both end alike; `None` when the path is
/// another one.
fn literal_lengths(template: &str, call: &DecodedRequest) -> Option<Vec<usize>> {
    let parts: Vec<&str> = template.trim_end_matches('/').split('/').skip(1).collect();
    if parts.len() != call.segments.len() {
        return None;
    }
    let fixed = |part: &str| part.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest).len()).sum();
    let mut found: Vec<usize> = parts
        .iter()
        .zip(&call.segments)
        .map(
            |(part, segment)| {
                if part.contains('{') { values_in(part, segment).map(|_| fixed(part)) } else { (part == segment).then_some(usize::MAX) }
            },
        )
        .collect::<Option<_>>()?;
    found.push(usize::from(template.ends_with('/') == call.path.ends_with('/')));
    Some(found)
}

/// The values of the parameters in a segment such as `{id}`, `{id}.json` or `{kind}:{number}`, each as long as what
/// follows it allows; `None` when the segment has another form.
fn values_in<'a>(part: &'a str, segment: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let Some((before, rest)) = part.split_once('{') else { return (part == segment).then(Vec::new) };
    let (name, after) = rest.split_once('}')?;
    let segment = segment.strip_prefix(before)?;
    // What comes last, such as the ending of a file's name, is the shortest.
    let ends = segment.char_indices().rev().map(|(at, character)| at + character.len_utf8());
    ends.into_iter().find_map(|end| {
        let mut values = values_in(after, &segment[end..])?;
        values.insert(0, (name, &segment[..end]));
        Some(values)
    })
}

/// The values of the path parameters, by name, without what their styles put before them.
pub(crate) fn path_values(operation: &Operation, contract: &Contract, schemas: &Schemas, segments: &[String]) -> Vec<(String, String)> {
    let parts = operation.path.trim_end_matches('/').split('/').skip(1);
    let values = parts.zip(segments).filter_map(|(part, segment)| values_in(part, segment)).flatten();
    let bare = |name: &str, value: &str| {
        let parameter = operation.parameter(Location::Path, name);
        let reader =
            parameter.map(|parameter| StyledReader { contract, schemas, schema: parameter.schema.as_ref(), serialization: parameter.serialization });
        reader.map_or_else(|| value.to_owned(), |reader| reader.without_prefix(name, value).to_owned())
    };
    values.map(|(name, value)| (name.to_owned(), bare(name, value))).collect()
}

/// How well a request fits a form; the greater the better.
type FormFit = (bool, Reverse<usize>, usize, bool, Reverse<usize>, usize, usize);

fn form_fit(contract: &Contract, schemas: &Schemas, form: &Operation, call: &DecodedRequest) -> FormFit {
    // An object may be written in pairs of other names.
    let sent = |parameter: &&Parameter| {
        !reader(contract, schemas, parameter).values_of_pairs(&parameter.name, &pairs_of(form, parameter, &call.raw_query)).is_empty()
    };
    let required: Vec<&Parameter> = form.parameters.iter().filter(|parameter| parameter.required && parameter.location == Location::Query).collect();
    let known = call.query.iter().filter(|(name, _)| form.parameter(Location::Query, name).is_some()).count();
    let queries = form.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    let misfits =
        queries.filter(|parameter| query_breach(contract, schemas, parameter, &pairs_of(form, parameter, &call.raw_query)).is_some()).count();
    let all_there = required.iter().all(sent) && !contradicts(contract, schemas, form, call);
    let media = request_body::media(form, call);
    let example = media.and_then(|media| media_example(media, form));
    let text = String::from_utf8_lossy(&call.body);
    let shared = example.as_ref().map_or(0, |example| shared_words(example, &text));
    let (same_shape, wrongs) = match (request_body::payload(media, call), &example) {
        (Payload::Value(body), Some(example)) => {
            let cost =
                media.and_then(|media| media.schema.as_ref()).map_or(0, |schema| super::violation_cause::cost(contract, schemas, schema, &body));
            (resource_place::of_request(&body).many == resource_place::of_request(example).many, cost)
        }
        (Payload::Malformed(_), Some(example)) => (looks_like_array(&text) == resource_place::of_request(example).many, 0),
        _ => (true, 0),
    };
    (all_there, Reverse(misfits), if all_there { required.len() } else { 0 }, same_shape, Reverse(wrongs), shared, known)
}

/// Whether a request says by a header or a fixed pair of the query that it means another form.
fn contradicts(contract: &Contract, schemas: &Schemas, form: &Operation, call: &DecodedRequest) -> bool {
    form.parameters.iter().filter(|parameter| parameter.required).any(|parameter| match (parameter.location, &parameter.schema) {
        (Location::Header, Some(schema)) => {
            let listed = contract.schema(schema).is_some_and(|schema| schema.get("enum").is_some() || schema.get("const").is_some());
            listed && call.header(&parameter.name).is_none_or(|value| !schemas.fits(schema, &Value::from(value)))
        }
        (Location::Query, Some(schema)) => {
            let only = contract.schema(schema).and_then(|schema| schema.get("const").or_else(|| schema.get("enum")?.as_array()?.first()));
            let one =
                contract.schema(schema).is_some_and(|schema| schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.len() == 1));
            let only = only.filter(|_| one).map(unquoted_text);
            only.is_some_and(|only| call.query_value(&parameter.name).is_none_or(|value| *value != only))
        }
        (Location::Query, None) if parameter.sent => {
            let fixed = parameter.example.as_ref().and_then(Value::as_str);
            call.query_value(&parameter.name).is_none_or(|value| Some(value) != fixed)
        }
        _ => false,
    })
}

/// Whether the text of a body that cannot be read looks as if `data`, or the whole of it, were an array.
fn looks_like_array(text: &str) -> bool {
    let rest = text.split_once("\"data\"").map_or(text, |(_, rest)| rest.trim_start().trim_start_matches(':'));
    rest.trim_start().starts_with('[')
}

/// How many of the member names and strings of an example stand in a text.
fn shared_words(example: &Value, text: &str) -> usize {
    match example {
        Value::Object(members) => {
            members.iter().map(|(name, member)| usize::from(text.contains(&format!("\"{name}\""))) + shared_words(member, text)).sum()
        }
        Value::Array(items) => items.iter().map(|item| shared_words(item, text)).sum(),
        Value::String(word) => usize::from(text.contains(&format!("\"{word}\""))),
        _ => 0,
    }
}
