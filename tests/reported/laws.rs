//! The form of case files itself: its schema is current, and a file that is wrong is told with its place.

use std::path::Path;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::form::Case;
use crate::{CASES, read, tried};

/// The first line of every case file, for editors.
pub const MODELINE: &str = "# yaml-language-server: $schema=case.schema.json";

/// What else is in the folder of cases.
pub const BESIDE: &[&str] = &["README.md", SCHEMA];

const SCHEMA: &str = "case.schema.json";

/// Set to 1 to write the schema instead of comparing it.
const BLESS: &str = "PROBITY_BLESS";

/// The smallest case.
const LEAST: &str = "why: Nobody is blamed for what is right.
contract: {openapi: 3.1.0, info: {title: T, version: '1'}, paths: {/a: {get: {operationId: a, responses: {'200': {description: a}}}}}}
rules: [{request: GET /a, answer: {status: 200}}]
expect: {cells: [{cell: a 200, verdict: conforms}]}
variants: {it fails: {rules: [{request: GET /a, answer: {status: 500}}], expect: {cells: [{cell: a 200, verdict: violates}], findings: [{check: status, cell: a 200}]}}}
";

/// A trial for each law.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("form::the_schema_is_current", schema_is_current),
        Trial::test("form::what_is_wrong_is_told_with_its_place", wrong_files),
        Trial::test("form::what_is_not_as_expected_fails", wrong_expectations),
    ]
}

fn schema_is_current() -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES).join(SCHEMA);
    let schema = schemars::schema_for!(Case).to_value();
    let current = format!("{schema:#}\n");
    if std::env::var_os(BLESS).is_some_and(|value| value == "1") {
        std::fs::write(&path, &current)?;
    }
    let least: Value = serde_saphyr::from_str(LEAST)?;
    jsonschema::validate(&schema, &least).map_err(|error| error.to_string())?;
    let is_current = std::fs::read_to_string(&path).is_ok_and(|written| written == current);
    is_current.then_some(()).ok_or_else(|| Failed::from(format!("{SCHEMA} is not current; run `{BLESS}=1 cargo test --test reported form::`")))
}

/// The smallest case with one change, and what is said of it.
fn each(changes: &[(&str, &str, &[&str])], said: impl Fn(&str) -> Result<(), String>) -> Result<(), Failed> {
    said(LEAST)?;
    for (old, new, words) in changes {
        let text = LEAST.replacen(old, new, 1);
        let error = said(&text).err().ok_or_else(|| format!("{old} → {new}: nothing is said"))?;
        if text == LEAST || !words.iter().all(|word| error.contains(word)) {
            return Err(Failed::from(format!("{old} → {new}: {error}")));
        }
    }
    Ok(())
}

fn wrong_files() -> Result<(), Failed> {
    let changes: &[(&str, &str, &[&str])] = &[
        ("why: Nobody is blamed for what is right.", "", &["why"]),
        ("Nobody is blamed for what is right.", "A bug", &["why"]),
        ("answer: {status", "answer: {stat", &["stat", "line 3"]),
        ("verdict: conforms", "verdict: violated", &["violated", "line 4"]),
        ("request: GET /a", "request: /a", &["method and path", "line 3"]),
        ("request: GET /a", "request: GET /a, given: $who", &["rules/0", "$who"]),
        ("request: GET /a", "request: GET /a, when: {body: {type: nothing}}", &["rules/0/when/Body"]),
        ("findings:", "finding:", &["finding", "line 5"]),
        (", expect: {cells: [{cell: a 200, verdict: violates}], findings: [{check: status, cell: a 200}]}", "", &["variants"]),
    ];
    each(changes, |text| read(text).map(drop))
}

fn wrong_expectations() -> Result<(), Failed> {
    let changes: &[(&str, &str, &[&str])] = &[
        ("verdict: conforms", "verdict: held", &["as it stands: a 200: conforms", "not held"]),
        ("{cell: a 200, verdict: conforms}", "{cell: b 200, verdict: conforms}", &["b 200: the contract has no such cell"]),
        ("verdict: conforms}", "verdict: conforms, reason: sad}", &["as it stands: a 200: conforms", "(sad)"]),
        ("[{check: status, cell: a 200}]", "[]", &["it fails: a 200: status at status is found and not expected"]),
        ("check: status", "check: no-leak", &["no-leak  is expected and not found"]),
        ("cell: a 200}]}", "cell: a 200, place: body}]}", &["status body is expected and not found"]),
        ("cell: a 200}]}", "cell: a 200, severity: should}]}", &["is expected and not found"]),
        ("cell: a 200}]}", "cell: a 200}], requests: [{request: '* /a', most: 0}]}", &["it fails: `* /a` was sent"]),
        ("cell: a 200}]}", "cell: a 200}], requests: [{request: 'PUT *', least: 1}]}", &["`PUT *` was sent 0 times"]),
        ("cell: a 200}]}", "cell: a 200}], things: {/a: 1}}", &["the server holds {}"]),
        ("answer: {status: 500}", "answer: {status: 200}", &["as it stands: what is expected holds of every variant"]),
    ];
    each(changes, |text| tried("law", &read(text)?))
}
