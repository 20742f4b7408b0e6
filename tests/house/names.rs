//! The program knows no API: no source file names one that is described below `schemas/`, or its resources.

use std::collections::BTreeSet;
use std::path::Path;

use probity::session::open;
use probity::session::open::Source as Origin;
use serde_json::Value;

use crate::source::{Source, sources};

/// Words that are names in a contract and mean something else here, each with what it means.
const GENERIC: &[(&str, &str)] = &[
    ("archive", "where deleted things are kept"),
    ("arguments", "those of the command line"),
    ("attributes", "JSON:API, section 7.2.2"),
    ("download", "giving back what was uploaded"),
    ("entity", "what a certificate is issued to"),
    ("files", "those that a contract is split into"),
    ("groups", "cells put together in a report"),
    ("jobs", "asynchronous ones (202, 303), and requests under way at once"),
    ("me", "part of an address for e-mail"),
    ("members", "JSON's word for what an object holds"),
    ("openapi", "the member that every OpenAPI document has"),
    ("owned", "Rust's word for what is not borrowed"),
    ("owner", "what a member belongs to"),
    ("position", "Rust's word for an index"),
    ("query", "the part of a URL"),
    ("relationships", "JSON:API, section 7.2.3"),
    ("reports", "what the program writes"),
    ("revoke", "a verb in names of operations that act"),
    ("restore", "to put back what was there, here and in the API"),
    ("results", "part of `atomic:results`, a member of JSON:API's Atomic Operations"),
    ("rules", "what answers are held against"),
    ("users", "those who use something"),
    ("version", "that of the program, of a document or of a standard"),
];

/// Every name of every contract: its folder and files, its routes, its kinds of resources.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        names.insert(folder.file_name().unwrap().to_string_lossy().into_owned());
        for file in std::fs::read_dir(&folder).unwrap() {
            names.insert(file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
        }
        let document = open::bundle(&Origin::File(folder.join("openapi.yaml"))).unwrap().document;
        for path in document["paths"].as_object().unwrap().keys() {
            names.extend(path.split('/').filter(|segment| segment.len() > 2 || *segment == "me").map(str::to_owned));
        }
        kinds(&document, &mut names);
    }
    names.retain(|name| !name.contains('{'));
    assert!(names.len() > 80, "only {names:?}");
    names
}

/// The kinds that `x-probity-resource` names, and the `type` of JSON:API resources in schemas and examples.
fn kinds(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let marked = members.get("x-probity-resource").map(|kind| kind.get("kind").unwrap_or(kind));
            let typed = members.get("properties").and_then(|properties| properties.pointer("/type/const"));
            let identified = members.get("id").filter(|id| id.is_string()).and_then(|_| members.get("type"));
            names.extend(marked.into_iter().chain(typed).chain(identified).filter_map(Value::as_str).map(str::to_lowercase));
            members.values().for_each(|member| kinds(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| kinds(item, names)),
        _ => {}
    }
}

/// A word as the contract would write it: `ViewSets` and `VIEW_SETS` are `view_sets`.
fn snake(word: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for letter in word.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        before = letter;
    }
    snake
}

/// Whether a name stands in a word, whole: `view_sets` in `all_view_sets`, not `user` in `users`.
fn holds(word: &str, name: &str) -> bool {
    format!("_{word}_").contains(&format!("_{name}_"))
}

/// Words with their lines, in code, literals and comments alike.
fn words(text: &str) -> impl Iterator<Item = (usize, String)> {
    let lines = text.lines().enumerate();
    lines.flat_map(|(index, line)| {
        let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
        words.map(move |word| (index + 1, snake(word)))
    })
}

fn named(source: &Source, names: &BTreeSet<String>) -> Vec<(usize, String, String)> {
    let found = words(&source.text).flat_map(|(line, word)| {
        let names = names.iter().filter(|name| holds(&word, name)).cloned().collect::<Vec<_>>();
        names.into_iter().map(move |name| (line, word.clone(), name))
    });
    found.collect()
}

fn generic(name: &str) -> bool {
    GENERIC.iter().any(|(word, _)| *word == name)
}

#[test]
fn no_api_and_no_resource_is_named() {
    let names = names();
    let mut found = Vec::new();
    for source in sources() {
        let bad = named(&source, &names).into_iter().filter(|(_, _, name)| !generic(name));
        found.extend(bad.map(|(line, word, name)| format!("{}:{line}: {word} is {name} of a contract", source.path)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_generic_word_is_a_name_and_is_used() {
    let names = names();
    let used: BTreeSet<String> = sources().iter().flat_map(|source| named(source, &names)).map(|(_, _, name)| name).collect();
    let idle: Vec<_> = GENERIC.iter().filter(|(word, meaning)| meaning.is_empty() || !used.contains(*word)).collect();
    assert!(idle.is_empty(), "no exception is needed any more for {idle:?}");
}

#[test]
fn a_name_is_seen_however_it_is_written() {
    let names = BTreeSet::from(["widgets".to_owned(), "spare_parts".to_owned()]);
    let of = |text: &str| named(&Source::new("src/a.rs", text), &names).len();
    for bad in [
        "const A: &str = \"/v1/widgets/{id}\";",
        "fn list_widgets() {}",
        "struct SpareParts;",
        "const SPARE_PARTS: u8 = 1;",
        "// Such as widgets.",
        "fn a() { format!(\"{} spare_parts\", b) }",
    ] {
        assert_eq!(of(bad), 1, "{bad}");
    }
    assert_eq!(of("fn widgetsmith() { spare(\"parts\") }"), 0);
}
