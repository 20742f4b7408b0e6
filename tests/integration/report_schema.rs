//! `schemas/report.schema.json` describes what the program writes.

use probity::model::report::Report;
use probity::report::FORMATS;
use serde_json::{Value, json};

/// As it is written; that it is current is tested in `src/session/schema_files.rs`.
const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

#[test]
fn everything_in_the_schema_is_described() {
    let schema = schema();
    assert!(schema["title"].is_string() && schema["description"].is_string());
    let definitions = schema["$defs"].as_object().unwrap();
    for part in definitions.values().chain([&schema]) {
        let members = part["properties"].as_object().into_iter().flatten();
        for (name, member) in members {
            assert!(member["description"].is_string(), "{name} has no description");
        }
    }
}

#[test]
fn a_rendered_report_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let report: Report = serde_json::from_value(sample()).unwrap();
    let json = FORMATS.iter().find(|format| format.name == "json").unwrap();
    let rendered: Value = serde_json::from_str(&(json.render)(&report).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&rendered).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(rendered, sample());
    let mut wrong = rendered;
    wrong["cells"][0]["verdict"] = json!("perfect");
    assert!(!validator.is_valid(&wrong));
}

fn sample() -> Value {
    let finding = json!({
        "check": "status", "severity": "must", "message": "m", "expected": "409", "actual": "400", "contract": "c", "answer": "status",
        "citation": "s", "probe": "p", "curl": "curl -i 'http://x/'",
        "seen": 1, "tries": 5, "shrunk": "/name is \"\"", "excerpt": {"line": "HTTP 400", "column": 5, "width": 3}
    });
    json!({
        "schema_version": 1,
        "tool": {"name": "probity", "version": "0.0.0"},
        "suite": "things",
        "contract": {"title": "Things", "version": "1"},
        "target": {"url": "mock", "profile": "full"},
        "started_at": "2026-01-02T03:04:05Z",
        "duration_ms": 12,
        "seed": 7,
        "totals": {"cells": 1, "conforms": 0, "violates": 1, "in_part": 0, "requests": 1, "fixture_requests": 0, "cleanup_requests": 0},
        "cells": [{
            "operation": "things.get", "api": "things", "method": "GET", "path": "/things", "status": 409, "general": false,
            "verdict": "violates", "reason": null,
            "probes": [{"id": "p", "trigger": "wrong-type", "status": 400, "fault": "type is another", "effect": "nothing", "requests": 1}],
            "findings": [finding]
        }],
        "findings": [],
        "probes": [{"id": "p", "operation": "things.get", "purpose": "probe", "status": 400, "requests": 1}],
        "left": [{"kind": "things", "id": "7", "operation": "things.delete", "reason": "r", "removable": false}]
    })
}
