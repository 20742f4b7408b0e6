//! Two files have the same name only where they are about the same idea.

use std::collections::BTreeMap;

use crate::source::sources;

/// Names that stand in several folders, each with the idea that its files share.
const SHARED: &[(&str, &str)] = &[
    ("bodies", "bodies of successes, as faults and as variants of the mock"),
    ("bundle", "`probity bundle`, and the bundling of files"),
    ("burst", "the probe that shows a rate limit"),
    ("connection", "how a target is reached, as arguments and as options"),
    ("credentials", "what proves who asks"),
    ("diff", "`probity diff`"),
    ("drawn", "requests with drawn values, and the faults that they find"),
    ("effect", "what a request would change"),
    ("errors", "bodies of refusals, as faults and as variants of the mock"),
    ("fields", "header fields, as faults and as variants of the mock"),
    ("job", "operations that go on in the background (202, 303)"),
    ("list", "`probity list`"),
    ("mod", "the file of a folder"),
    ("options", "options of a command, as arguments and as plain data"),
    ("own_requests", "`requests` of a suite"),
    ("own_security", "`security` of a suite"),
    ("ownership", "which resources are the run's own"),
    ("parameters", "parameters of OpenAPI, converted and read"),
    ("plan", "the plan, and the command that shows it"),
    ("replay", "`probity replay`"),
    ("report", "the report, and the command that renders it"),
    ("responses", "responses of OpenAPI, converted and read"),
    ("security", "security schemes of OpenAPI, converted, read and kept"),
    ("selection", "which cells are wanted, as arguments and in a plan"),
    ("tests", "unit tests of a folder"),
];

/// The names that several of these files have, each with its files.
fn repeated(paths: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
        files.entry(name).or_default().push(path);
    }
    files.retain(|_, paths| paths.len() > 1);
    files
}

#[test]
fn a_name_stands_for_one_idea() {
    let paths: Vec<String> = sources().into_iter().map(|source| source.path).filter(|path| path.starts_with("src/")).collect();
    let repeated = repeated(&paths);
    for (name, files) in &repeated {
        assert!(SHARED.iter().any(|(shared, _)| shared == name), "{name} stands for several ideas: {files:?}; rename one of the files");
    }
    for (name, idea) in SHARED {
        assert!(repeated.contains_key(name), "{name} ({idea}) stands in one folder only: take it out of the list");
    }
}

#[test]
fn files_of_one_name_are_found_in_different_folders() {
    let paths = ["src/a/words.rs", "src/b/words.rs", "src/b/other.rs"].map(str::to_owned);
    assert_eq!(repeated(&paths), BTreeMap::from([("words", vec!["src/a/words.rs", "src/b/words.rs"])]));
}
