//! `schemas/suite.schema.json` describes what the program reads.

use std::path::{Path, PathBuf};

use probity::contract::append;
use probity::model::suite::Suite;
use probity::session::open;
use probity::session::open::Source;
use serde_json::{Value, json};

/// As it is written; that it is current is tested in `src/session/schema_files.rs`.
const SCHEMA: &str = include_str!("../../schemas/suite.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn suites() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project("suites")).unwrap().map(|entry| entry.unwrap().path());
    let suites: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    assert!(!suites.is_empty());
    suites
}

fn breaches(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn everything_in_the_schema_is_described() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().unwrap();
    for part in definitions.values().chain([&schema]) {
        assert!(part["title"].is_string() && part["description"].is_string(), "{part}");
    }
    each_member(&schema, "", &mut |at, member| {
        assert!(member["description"].is_string(), "{at} has no description");
    });
}

#[test]
fn every_example_fits() {
    let schema = schema();
    let mut examples = 0;
    each_member(&schema, "", &mut |at, member| {
        for example in member["examples"].as_array().into_iter().flatten() {
            examples += 1;
            let mut alone = member.clone();
            alone["$defs"] = schema["$defs"].clone();
            assert_eq!(breaches(&alone, example), Vec::<String>::new(), "{at}");
        }
    });
    assert!(examples > 10, "only {examples}");
}

/// Every member that the schema describes, at any depth.
fn each_member(part: &Value, at: &str, visit: &mut impl FnMut(&str, &Value)) {
    for (name, child) in part.as_object().into_iter().flatten() {
        let at = append(at, name);
        match child {
            Value::Object(members) if name == "properties" => {
                for (member, described) in members {
                    // A variant of an enumeration is described as a whole, beside its only member.
                    if part["required"] != json!([member]) || part["additionalProperties"] != json!(false) || part["title"].is_string() {
                        visit(&append(&at, member), described);
                    }
                    each_member(described, &append(&at, member), visit);
                }
            }
            Value::Array(items) if name == "oneOf" => items.iter().for_each(|item| each_member(item, &at, visit)),
            Value::Object(_) => each_member(child, &at, visit),
            _ => {}
        }
    }
}

#[test]
fn every_suite_fits_and_names_the_schema_for_editors() {
    for path in suites() {
        let text = std::fs::read_to_string(&path).unwrap();
        let value: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(breaches(&schema(), &value), Vec::<String>::new(), "{}", path.display());
        assert_eq!(text.lines().next(), Some("# yaml-language-server: $schema=../schemas/suite.schema.json"), "{}", path.display());
        open::suite(&Source::File(path)).unwrap();
    }
}

#[test]
fn the_suites_of_other_tests_fit_as_well() {
    let entries = std::fs::read_dir(project("tests/contracts")).unwrap().map(|entry| entry.unwrap().path());
    let suites: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(".suite.yaml")).collect();
    assert!(!suites.is_empty());
    for path in suites {
        let value: Value = serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(breaches(&schema(), &value), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn what_the_program_refuses_the_schema_refuses() {
    let suite = json!({"name": "a", "contract": "b.yaml"});
    assert_eq!(breaches(&schema(), &suite), Vec::<String>::new());
    for (pointer, value) in [
        ("contract", json!(1)),
        ("acounts", json!({})),
        ("accounts", json!({"full": {"key": {"basic": {"username": "A"}}}})),
        ("accounts", json!({"full": {"key": {"basic": {"username": "A", "password": "B"}, "bearer": {"token": "C"}}}})),
        ("given", json!({"things": [{"enviroment": "A"}]})),
        ("effects", json!({"notify": "things.send"})),
        ("skip", json!(["things.send"])),
    ] {
        let mut wrong = suite.clone();
        wrong[pointer] = value;
        assert!(!breaches(&schema(), &wrong).is_empty(), "{wrong}");
        assert!(serde_json::from_value::<Suite>(wrong.clone()).is_err(), "{wrong}");
    }
}
