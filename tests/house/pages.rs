//! The pages for contributors name only files and tests that exist.

use std::path::Path;

use crate::source::texts;

const PAGES: &[&str] = &["CONTRIBUTING.md", "docs/architecture.md"];

/// Folders whose files the pages name by their path.
const FOLDERS: &[&str] = &["benches/", "docs/", "schemas/", "src/", "suites/", "tests/"];

/// What stands between backticks and names a file or a test that does not exist.
fn unknown(page: &str, there: &dyn Fn(&str) -> bool, functions: &str) -> Vec<String> {
    let code = page.split('`').skip(1).step_by(2);
    let wrong = |name: &&str| {
        let is_path = FOLDERS.iter().any(|folder| name.starts_with(folder)) && !name.contains("NAME");
        // Names of tests are sentences; shorter names may be anything.
        let is_test =
            name.matches('_').count() > 2 && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        (is_path && !there(name)) || (is_test && !functions.contains(&format!("fn {name}()")))
    };
    code.filter(wrong).map(str::to_owned).collect()
}

#[test]
fn every_file_and_test_that_the_pages_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let functions: String = texts().into_iter().map(|(_, text)| text).collect();
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        // A fence is no name.
        let found = unknown(&text.replace("```", ""), &|path| root.join(path).exists(), &functions);
        assert!(found.is_empty(), "{page} names what is not there: {found:?}");
        assert!(text.matches("`src/").count() > 10, "{page} names too few files to be read rightly");
    }
}

#[test]
fn a_name_of_nothing_is_seen() {
    let unknown = |page: &str| unknown(page, &|path| path == "src/a.rs", "fn what_is_seen_here() {}").len();
    assert_eq!(unknown("`src/a.rs`, `what_is_seen_here`, `src/NAME.rs`, `snake_case`"), 0);
    assert_eq!(unknown("`src/b.rs` and `what_is_not_seen_here`"), 2);
}
