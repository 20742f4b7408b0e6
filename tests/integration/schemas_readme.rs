//! `schemas/README.md` and `docs/checks.md` document exactly the triggers, keys, checks and rules that the program knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use probity::contract::{bundle, read};
use probity::judge::checks;
use probity::judge::resource_rules::RULES;
use probity::model::contract::{Condition, Status};
use probity::model::trigger_name::TriggerName;
use probity::plan::triggers::TRIGGERS;
use probity::report::FORMATS;
use serde_json::{Value, json};

const README: &str = include_str!("../../schemas/README.md");

const README_OF_PROJECT: &str = include_str!("../../README.md");
const CHECKS: &str = include_str!("../../docs/checks.md");

/// The rows of the table whose first column has this heading, cell by cell, without the marks of code.
fn table(heading: &str) -> Vec<Vec<String>> {
    table_in(README, heading)
}

fn table_in(page: &str, heading: &str) -> Vec<Vec<String>> {
    let start = format!("| {heading} |");
    let lines = page.lines().skip_while(|line| !line.starts_with(&start)).skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<String>> = lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect();
    assert!(!rows.is_empty(), "there is no table of {heading}");
    rows
}

/// The first column of a table.
fn names(heading: &str) -> BTreeSet<String> {
    table(heading).into_iter().map(|row| row[0].trim_matches('`').to_owned()).collect()
}

#[test]
fn every_trigger_is_explained_and_nothing_else_is() {
    let known: BTreeSet<String> = TRIGGERS.iter().map(|trigger| trigger.name.to_string()).collect();
    assert_eq!(names("trigger"), known);
}

/// The names and what they ask for, as a table of `docs/checks.md` has them.
fn explained(heading: &str) -> BTreeMap<String, String> {
    table_in(CHECKS, heading).into_iter().map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone())).collect()
}

#[test]
fn every_check_and_rule_is_explained_and_nothing_else_is() {
    let known = |all: &mut dyn Iterator<Item = (&'static str, &'static str)>| -> BTreeMap<String, String> {
        all.map(|(name, about)| (name.to_owned(), about.to_owned())).collect()
    };
    assert_eq!(explained("check"), known(&mut checks()));
    assert_eq!(explained("rule"), known(&mut RULES.iter().map(|rule| (rule.name, rule.about))));
    // What is done about a finding is said of each check.
    assert!(table_in(CHECKS, "check").iter().all(|row| row[2].ends_with('.')));
}

#[test]
fn every_report_format_is_in_the_readme_and_the_table_of_what_is_kept() {
    let kept = include_str!("../../docs/keep.md");
    for file in FORMATS.iter().filter_map(|format| format.file_name) {
        assert!(kept.contains(file), "docs/keep.md does not say what {file} keeps");
        assert!(README_OF_PROJECT.contains(&format!("`{file}`")), "README.md does not name {file}");
    }
}

#[test]
fn every_key_of_a_condition_is_explained_and_nothing_else_is() {
    let condition = Condition {
        trigger: TriggerName::SUCCESS,
        kind: Some(String::new()),
        by: Some(String::new()),
        at: Some(String::new()),
        value: Some(Value::Null),
        or: vec![Status(200)],
        each: false,
    };
    let mut known: BTreeSet<String> = serde_json::to_value(condition).unwrap().as_object().unwrap().keys().cloned().collect();
    known.remove("trigger");
    assert_eq!(names("key"), known);
}

#[test]
fn the_default_of_every_status_is_as_it_is_explained() {
    let mut explained: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for row in table("trigger") {
        let statuses = row[2].split([',', ' ']).filter_map(|word| word.replace("2xx", "200").parse().ok());
        explained.insert(row[0].trim_matches('`').to_owned(), statuses.collect());
    }
    explained.retain(|_, statuses| !statuses.is_empty());
    assert_eq!(explained, defaults());
}

/// The triggers that a contract without a word of its own gets, with their statuses.
fn defaults() -> BTreeMap<String, BTreeSet<u16>> {
    let statuses: Vec<u16> = (200..600).filter(|status| !(201..300).contains(status)).collect();
    let responses: Value = statuses.iter().map(|status| (status.to_string(), json!({"description": "d"}))).collect();
    let operation = |id: &str| {
        let body = json!({"content": {"application/vnd.api+json": {"schema": {"type": "object"}, "example": {}}}});
        json!({"operationId": id, "requestBody": body, "responses": responses})
    };
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]);
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
        "paths": {"/things": {"post": operation("create")}, "/things/{id}": {"parameters": id, "get": operation("read"), "patch": operation("update")}}
    });
    let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
    let mut defaults: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for response in contract.operations.iter().flat_map(|operation| &operation.responses) {
        for condition in &response.conditions {
            defaults.entry(condition.trigger.to_string()).or_default().insert(response.status.0);
        }
    }
    defaults
}

/// Marks that the program sets in what it has read; no author writes them.
const MARKS: [&str; 8] = [
    "x-probity-",
    "x-probity-choices",
    "x-probity-conditions",
    "x-probity-overlap",
    "x-probity-patterns",
    "x-probity-shown",
    "x-probity-unread",
    "x-probity-unread-body",
];

/// Every member beyond OpenAPI that the room of contracts reads.
fn members(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            members(&path, found);
        } else {
            let text = std::fs::read_to_string(path).unwrap();
            let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '-');
            found.extend(words.filter(|word| word.starts_with("x-probity-") && !MARKS.contains(word)).map(str::to_owned));
        }
    }
}

#[test]
fn every_member_is_explained_and_nothing_else_is() {
    let mut known = BTreeSet::new();
    members(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract"), &mut known);
    assert_eq!(names("member"), known);
}
