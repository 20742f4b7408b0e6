//! Makes a small valid value for a schema that has no example.

mod discriminator_names;
mod discriminators;
mod flat;
mod maker;
pub(crate) mod number;
mod object;
pub(crate) mod pattern;
pub(crate) mod sample_text;
#[cfg(test)]
mod tests;

pub use pattern::matching_variant;

use serde_json::Value;

use crate::model::contract_document::Document;
use maker::SampleGenerator;

/// How many branches of `oneOf` and `anyOf` are tried in turn.
const MOST_BRANCHES: usize = 8;

/// How many objects within objects have the optional members that an author shows.
const MOST_SHOWN: usize = 4;

/// A value for a request, as small as the schema at this pointer allows: its example, default, constant or first
/// enumerated value, else one made for its type with the required members and those that an author shows. Where an author has
/// written no list of required members, none is taken to be superfluous. What only answers hold (`readOnly`) is left out.
pub fn sample(document: &Document, schema: &str) -> Value {
    samples(document, schema).next().unwrap_or_default()
}

/// The same in several ways, because a schema may ask for more than is understood here: with other branches, and without
/// the examples of the author.
pub fn samples<'a>(document: &'a Document, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    sample_styles().filter_map(move |way| SampleGenerator::new(document, "readOnly", false, way).make_at(schema))
}

/// The same with optional members where they are not nested deep.
pub fn with_optional_members<'a>(document: &'a Document, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    sample_styles()
        .filter(|way| way.extent == OptionalMembers::Listed)
        .filter_map(move |way| SampleGenerator::new(document, "readOnly", true, way).make_at(schema))
}

/// Values as an answer may hold them, with optional members where they are not nested deep, then without. What only
/// requests hold (`writeOnly`) is left out.
pub fn answer_samples<'a>(document: &'a Document, schema: &'a str) -> impl Iterator<Item = Value> + 'a {
    let made = move |generous, way| SampleGenerator::new(document, "writeOnly", generous, way).make_at(schema);
    sample_styles().flat_map(move |way| [true, false].into_iter().filter_map(move |generous| made(generous, way)))
}

/// The first of these values without optional members that are there only because an author shows them.
pub fn smallest_sample(document: &Document, schema: &str) -> Value {
    let way = SampleStyle { shown: true, branch: 0, extent: OptionalMembers::Listed };
    SampleGenerator::new(document, "readOnly", false, way).make_at(schema).unwrap_or_default()
}

fn sample_styles() -> impl Iterator<Item = SampleStyle> {
    let all = move |shown, branch| {
        [OptionalMembers::Shown, OptionalMembers::Listed, OptionalMembers::Sparse].into_iter().map(move |extent| SampleStyle {
            shown,
            branch,
            extent,
        })
    };
    [true, false].into_iter().flat_map(move |shown| (0..MOST_BRANCHES).flat_map(move |branch| all(shown, branch)))
}

/// One of several ways to make a value.
#[derive(Debug, Clone, Copy)]
struct SampleStyle {
    /// Whether examples are taken.
    shown: bool,
    /// The branch that is tried first.
    branch: usize,
    extent: OptionalMembers,
}

/// Which of the members are made that are not required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OptionalMembers {
    /// Those with an example, and all where an author has written no list of required ones.
    Shown,
    /// All where an author has written no list.
    Listed,
    /// None.
    Sparse,
}
