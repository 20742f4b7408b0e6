//! An API is upgraded: what changed is told by its causes, each once, in its class, and nothing else is.

use std::collections::BTreeMap;

use crate::support::{Folder, text};
use serde_json::Value;

/// What a variant of the mock changes in its answers: the kinds and classes of its causes.
type Told = &'static [(&'static str, &'static str)];

/// Operations in which most variants show.
const PART: &[&str] = &["--only", "groups.*", "--only", "attributes.*", "--only", "entities.*"];

/// Variants that differ in what clients see there, each as an upgrade.
const UPGRADES: &[(&str, Told)] = &[
    ("errors-in-another-language", &[("error-text", "risky")]),
    ("errors-point-at-the-whole", &[("error-text", "risky")]),
    ("errors-several", &[("error-text", "risky")]),
    ("extra-attributes", &[("member-new", "harmless")]),
    ("nulls-shown", &[("null-absent", "risky")]),
    ("nulls-hidden", &[("null-absent", "risky")]),
    ("links-absolute", &[("form", "risky")]),
    ("media-type-in-upper-case", &[("media-type", "risky")]),
    ("allow-lists-more", &[("header-form", "risky")]),
    ("challenges-several", &[("challenge", "risky")]),
    ("pages-small", &[("page-size", "breaking")]),
    ("included-empty", &[("default-shown", "risky")]),
    ("extra-headers", &[("header-new", "risky"), ("header-new", "harmless")]),
    ("extra-top-members", &[("member-new", "harmless"), ("member-new", "harmless")]),
];

/// Variants that show elsewhere only.
const ELSEWHERE: &[(&str, Told)] = &[
    ("media-type-with-charset", &[("media-type", "risky")]),
    ("location-absolute", &[("header-form", "risky")]),
    ("retry-after-beside", &[("header-new", "harmless")]),
    ("retry-after-instead", &[("header-missing", "risky")]),
    ("ids-as-numbers", &[("type", "breaking")]),
    ("job-with-redirect", &[("top-shape", "breaking")]),
];

/// The variants that clients see nothing of.
const UNSEEN: &[&str] = &[
    "members-reversed",
    "json-indented",
    "json-escaped",
    "chunked",
    "compressed",
    "connection-close",
    "names-in-upper-case",
    "no-reason",
    "slow-answers",
    "other-keys",
    "head-and-options",
];

/// A run against the embedded mock, in a folder of this name.
fn run(folder: &Folder, name: &str, seed: usize, more: &[&str]) {
    let seed = seed.to_string();
    let state = format!("{name}-state");
    let output = folder.run(&[&["run", "--retries", "0", "--seed", &seed, "--out", name, "--state", &state], more].concat());
    assert!(folder.0.join(name).join("report.json").exists(), "{name}: {}", text(&output));
}

fn diff(folder: &Folder, old: &str, new: &str) -> Value {
    let output = folder.run(&["diff", old, new, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The kinds and classes of all causes.
fn told(found: &Value) -> Vec<(String, String)> {
    let word = |cause: &Value, name: &str| cause[name].as_str().unwrap_or_default().to_owned();
    found["causes"].as_array().into_iter().flatten().map(|cause| (word(cause, "kind"), word(cause, "class"))).collect()
}

#[test]
fn an_upgrade_is_told_by_its_causes_and_nothing_else_is() {
    let folder = Folder::new("changes");
    run(&folder, "old", 1, &[]);
    run(&folder, "part", 1, PART);
    let mut misses = Vec::new();
    let mut expect = |old: &str, name: &str, expected: Told, more: &[&str]| {
        run(&folder, name, 7, more);
        let found = diff(&folder, old, name);
        let expected: Vec<_> = expected.iter().map(|(kind, class)| ((*kind).to_owned(), (*class).to_owned())).collect();
        if told(&found) != expected || found["compared"]["answers"].as_u64() < Some(100) {
            misses.push(format!("{name}: {:?} in {}, {:?}", told(&found), found["compared"], found["causes"]));
        }
    };
    for (name, expected) in UPGRADES {
        expect("part", name, expected, &[PART, &["--variant", name]].concat());
    }
    for (name, expected) in ELSEWHERE {
        expect("old", name, expected, &["--variant", name]);
    }
    let unseen: Vec<&str> = UNSEEN.iter().flat_map(|name| ["--variant", name]).collect();
    expect("old", "unseen", &[], &unseen);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn several_changes_at_once_are_as_many_causes() {
    let folder = Folder::new("changes-at-once");
    run(&folder, "old", 1, &[]);
    let names = ["links-absolute", "media-type-with-charset", "extra-attributes", "nulls-hidden", "challenges-several", "errors-several"];
    let more: Vec<&str> = names.iter().flat_map(|name| ["--variant", name]).chain(["--fault", "conflict-as-bad-request"]).collect();
    run(&folder, "new", 2, &more);
    let found = diff(&folder, "old", "new");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, _) in told(&found) {
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(kinds.iter().filter(|(kind, _)| *kind != "status").map(|(_, count)| count).sum::<usize>(), names.len(), "{kinds:?}");
    assert!(kinds.contains_key("status") && told(&found)[0] == ("status".to_owned(), "breaking".to_owned()), "{:?}", found["causes"]);
}

#[test]
fn runs_of_an_unchanged_server_differ_in_nothing() {
    let folder = Folder::new("changes-none");
    run(&folder, "old", 1, &[]);
    for seed in 11..13 {
        let name = format!("new{seed}");
        run(&folder, &name, seed, &[]);
        let found = diff(&folder, "old", &name);
        assert_eq!((told(&found), found["totals"]["breaking"].as_u64()), (Vec::new(), Some(0)), "{:?}", found["changes"]);
    }
    run(&folder, "alone", 20, &["--jobs", "1"]);
    assert_eq!(told(&diff(&folder, "old", "alone")), []);
}

#[test]
fn a_run_with_a_baseline_ends_as_what_got_worse() {
    let folder = Folder::new("changes-baseline");
    let part = ["run", "--only", "groups.create", "--retries", "0"];
    assert_eq!(folder.run(&part).status.code(), Some(0));
    let again = |more: &[&str]| {
        let output = folder.run(&[&part[..], &["--out", "new", "--baseline", "reports/report.json"], more].concat());
        (output.status.code(), text(&output), folder.json("new/changes.json"))
    };
    let (code, told, found) = again(&[]);
    assert!(code == Some(0) && told.contains("SAME: no changes in ") && found["causes"] == serde_json::json!([]), "{told}");
    let (code, told, _) = again(&["--variant", "extra-attributes"]);
    assert!(code == Some(0) && told.contains("NO WORSE: 1 cause in "), "{told}");
    assert_eq!(again(&["--variant", "extra-attributes", "--fail-on", "any"]).0, Some(1));
    let (code, told, _) = again(&["--variant", "links-absolute"]);
    assert!(code == Some(0) && told.contains("CHANGED: "), "{told}");
    assert_eq!(again(&["--variant", "links-absolute", "--fail-on", "risky"]).0, Some(1));
    assert_eq!(again(&["--variant", "links-absolute", "--clients", "strict"]).0, Some(1));
    assert!(folder.text("new/changes.md").starts_with("## WORSE: ") && folder.text("new/changes.junit.xml").contains("<failure"));
    // The same folder: the older files are read before the newer ones are written.
    let output = folder.run(&[&part[..], &["--baseline", "reports", "--variant", "errors-several"]].concat());
    assert!(output.status.code() == Some(0) && text(&output).contains("CHANGED: 1 cause in "), "{}", text(&output));
}

#[test]
fn files_that_cannot_be_compared_are_refused() {
    let folder = Folder::new("changes-refused");
    folder.write("other.yaml", crate::support::OTHER);
    folder.run(&["run", "--contract", "other.yaml", "--target", "mock"]);
    folder.run(&["run", "--only", "groups.create", "--retries", "0", "--out", "another"]);
    let code = |old: &str, new: &str, more: &[&str]| {
        let output = folder.run(&[&["diff", old, new], more].concat());
        (output.status.code(), text(&output))
    };
    let (refused, told) = code("reports", "another", &[]);
    assert!(refused == Some(2) && told.contains("give two runs of the same API"), "{told}");
    assert_eq!(code("reports/recording.json", "another/recording.json", &[]).0, Some(2));
    assert_eq!(code("reports", "gone", &[]).0, Some(2));
    assert_eq!(code("reports", "reports", &["--format", "yaml"]).0, Some(2));
    for name in ["report.json", "recording.json"] {
        let mut newer = folder.json(&format!("reports/{name}"));
        newer["schema_version"] = 99.into();
        folder.write(name, newer.to_string());
        let (refused, told) = code("reports", name, &[]);
        assert!(refused == Some(2) && told.contains("version 99"), "{told}");
    }
    folder.write("list.json", "[]");
    assert_eq!(code("reports", "list.json", &[]).0, Some(2));
    let (same, told) = code("reports/recording.json", "reports/report.json", &["--fail-on", "any"]);
    assert!(same == Some(0) && told.contains("SAME: no changes in "), "{told}");
    // A report whose recording is another run's is compared by its verdicts alone.
    let mut moved = folder.json("reports/report.json");
    moved["started_at"] = "2020-01-01T00:00:00Z".into();
    folder.write("moved.json", moved.to_string());
    let (same, told) = code("reports", "moved.json", &["--fail-on", "any"]);
    assert!(same == Some(0) && told.contains("only verdicts are compared"), "{told}");
}
