//! Only one file knows how the ids of probes and slots are written.

use crate::source::{Source, sources};

/// Where ids are made and taken apart.
const HOME: &str = "src/model/ids.rs";

/// Ways to make an id or to take one apart.
const WAYS: &[&str] = &[
    "split('~')",
    "split('#').next().unwrap",
    "split('#').next() ==",
    "}~",
    "}#{",
    "}#again",
    "}#look",
    "}::",
    "starts_with(WHOLE_SERVER)",
    "~look:",
    "~former",
    "~found",
];

fn ways(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let lines = source.text.lines().enumerate().filter(|(index, _)| !tests.contains(&(index + 1)));
    lines.filter(|(_, line)| WAYS.iter().any(|way| line.contains(way))).map(|(index, _)| format!("{}:{}", source.path, index + 1)).collect()
}

#[test]
fn ids_are_made_and_taken_apart_in_one_file() {
    let rooms = ["model", "plan", "execute", "judge", "report"];
    let (home, others): (Vec<Source>, Vec<Source>) =
        sources().into_iter().filter(|source| rooms.contains(&source.room())).partition(|source| source.path == HOME);
    let found: Vec<String> = others.iter().flat_map(ways).collect();
    assert!(found.is_empty(), "an id is written or read beside {HOME}:\n{}", found.join("\n"));
    assert!(home.iter().flat_map(ways).count() > 4, "ids are made elsewhere");
}
