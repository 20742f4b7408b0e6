//! Imports run only downwards, and pure rooms reach no file, clock, network or environment.

use crate::source::{Mention, Source, sources};

/// The rooms from the ground up: each may import those of the floors below its own, never one beside it.
const FLOORS: &[&[&str]] = &[&["model"], &["contract"], &["plan"], &["execute", "judge", "mock", "report"], &["session"], &["cli"]];

/// The pure rooms: from a contract to a report nothing reads a file, a connection or a clock.
const PURE: &[&str] = &["model", "contract", "plan", "judge", "report"];

/// The crates that pure rooms may use: none of them opens a file or a connection, or asks for the time.
const PURE_CRATES: &[&str] = &[
    "anstyle",
    "base64",
    "hmac",
    "jiff",
    "jsonschema",
    "percent_encoding",
    "proptest",
    "quick_junit",
    "quick_xml",
    "regex_syntax",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "thiserror",
    "url",
    "wildmatch",
];

/// The same for their tests.
const TEST_CRATES: &[&str] = &["anstream", "insta", "schemars"];

/// Files, network, environment, clock, processes: what a pure room may not name.
const IMPURE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "io", "stderr"],
    &["std", "io", "stdin"],
    &["std", "io", "stdout"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["jiff", "Timestamp", "now"],
    &["jiff", "Zoned", "now"],
];

/// Macros that write to the terminal.
const PRINTING: &[&str] = &["dbg", "eprint", "eprintln", "print", "println"];

/// The rooms that a room may import; of what is no room, such as `main.rs`, the top floor alone.
fn below(room: &str) -> Vec<&'static str> {
    match FLOORS.iter().position(|floor| floor.contains(&room)) {
        Some(floor) => FLOORS[..floor].concat(),
        None => FLOORS[FLOORS.len() - 1].to_vec(),
    }
}

fn upwards(source: &Source) -> Vec<String> {
    let room = source.room();
    let allowed = below(room);
    let target = |mention: &Mention| match mention.path.first()?.as_str() {
        "crate" | "probity" => mention.path.get(1).cloned(),
        _ => None,
    };
    let mentions = source.mentions();
    let bad = mentions.iter().filter(|mention| target(mention).is_some_and(|to| to != room && !allowed.contains(&to.as_str())));
    // Without a room after it, `crate` lets anything through.
    let bare = mentions.iter().filter(|mention| mention.imported && mention.path == ["crate"]);
    bad.chain(bare).map(|mention| format!("{}:{}: {} may not name {}", source.path, mention.line, room, mention.text())).collect()
}

fn impure(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let mut found = Vec::new();
    let mut say = |line: usize, what: &str| found.push(format!("{}:{line}: a pure room may not name {what}", source.path));
    for mention in source.mentions() {
        let named = |forbidden: &&[&str]| {
            let starts = mention.path.iter().zip(forbidden.iter()).all(|(one, other)| one == other);
            // A module brought in by `use` brings in what is in it.
            starts && (mention.path.len() >= forbidden.len() || mention.imported)
        };
        if IMPURE.iter().any(named) {
            say(mention.line, &mention.text());
        }
    }
    for (line, name) in crates(source) {
        let for_tests = tests.contains(&line) && TEST_CRATES.contains(&name.as_str());
        if !for_tests && !PURE_CRATES.contains(&name.as_str()) {
            say(line, &name);
        }
    }
    let tokens = source.tokens();
    for pair in tokens.windows(2) {
        if PRINTING.contains(&pair[0].1.to_string().as_str()) && pair[1].1.to_string() == "!" {
            say(pair[0].0, &format!("{}!", pair[0].1));
        }
    }
    found
}

/// Every dependency that a file names.
fn crates(source: &Source) -> Vec<(usize, String)> {
    let known = dependencies();
    let mentions = source.mentions().into_iter();
    mentions.filter_map(|mention| mention.path.first().filter(|name| known.contains(name)).map(|name| (mention.line, name.clone()))).collect()
}

/// The names of all dependencies, as code writes them.
fn dependencies() -> Vec<String> {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let mut listed = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            listed = matches!(line, "[dependencies]" | "[dev-dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| listed) {
            names.push(name.replace('-', "_"));
        }
    }
    assert!(names.iter().any(|name| name == "tokio"), "the dependencies could not be read: {names:?}");
    names
}

#[test]
fn imports_run_only_downwards() {
    let found: Vec<String> = sources().iter().flat_map(upwards).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn pure_rooms_reach_no_file_clock_network_or_environment() {
    let found: Vec<String> = sources().iter().filter(|source| PURE.contains(&source.room())).flat_map(impure).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_has_its_layer() {
    let mut rooms: Vec<String> = sources().iter().map(|source| source.room().to_owned()).filter(|room| room != "lib" && room != "main").collect();
    rooms.dedup();
    let mut layered: Vec<&str> = FLOORS.concat();
    layered.sort_unstable();
    assert_eq!(rooms, layered);
}

#[test]
fn a_way_around_the_layers_is_seen() {
    let upwards = |path: &str, text: &str| upwards(&Source::new(path, text)).len();
    assert_eq!(upwards("src/model/a.rs", "use crate::plan::Options;"), 1);
    assert_eq!(upwards("src/model/mod.rs", "use super::plan::Options;"), 1);
    assert_eq!(upwards("src/model/a.rs", "use crate::{model::contract, execute};"), 1);
    assert_eq!(upwards("src/model/a.rs", "mod tests { use super::super::super::cli; }"), 1);
    assert_eq!(upwards("src/model/a.rs", "fn a() -> crate::execute::Run { b() }"), 1);
    assert_eq!(upwards("src/model/a.rs", "fn a() { format!(\"{}\", crate::execute::NAME) }"), 1);
    assert_eq!(upwards("src/model/a.rs", "use crate as all;"), 1);
    assert_eq!(upwards("src/mock/a.rs", "use crate::execute::Client;"), 1);
    assert_eq!(upwards("src/main.rs", "use probity::execute::Run;"), 1);
    assert_eq!(upwards("src/plan/a.rs", "use crate::model::{plan::Plan, suite}; use super::super::plan::Options; use super::draft;"), 0);
}

#[test]
fn a_way_out_of_a_pure_room_is_seen() {
    let impure = |text: &str| impure(&Source::new("src/model/a.rs", text)).len();
    assert_eq!(impure("use std::fs;"), 1);
    assert_eq!(impure("use std::time;"), 1);
    assert_eq!(impure("use std::{collections::BTreeMap, time::{Duration, Instant}};"), 1);
    assert_eq!(impure("use std::env::*;"), 1);
    assert_eq!(impure("fn a() { let b = std::time::SystemTime::now(); }"), 1);
    assert_eq!(impure("fn a() { vec![std::fs::read(b)]; }"), 1);
    assert_eq!(impure("fn a() { tokio::spawn(b); }"), 1);
    assert_eq!(impure("fn a() { jiff::Timestamp::now(); }"), 1);
    assert_eq!(impure("fn a() { println!(); }"), 1);
    assert_eq!(impure("use insta::assert_snapshot;"), 1);
    assert_eq!(impure("#[cfg(test)] mod tests { use insta::assert_snapshot; }"), 0);
    assert_eq!(impure("use std::time::Duration; use serde_json::json; use jiff::fmt;"), 0);
}
