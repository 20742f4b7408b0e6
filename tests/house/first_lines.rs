//! The first line of every file is one short sentence that says what the file is for.

use crate::source::texts;

/// Letters of the longest first line, its `//! ` included.
const LONGEST: usize = 124;

/// Words that hide what a file is for: they stand for a server, a user, a resource or a repair, which have names.
const RIDDLES: &[&str] = &["anew", "mend", "mended", "nobody", "somebody", "somebody's", "surplus", "whoever"];

/// What is wrong with a first line.
fn fault(text: &str) -> Option<&'static str> {
    let line = text.lines().next().unwrap_or_default();
    let Some(words) = line.strip_prefix("//! ") else { return Some("does not open with `//!` and a sentence") };
    let prose: String = words.split('`').step_by(2).collect::<Vec<_>>().join("x");
    let ends = |end: &str| prose.split(end).skip(1).any(|next| next.starts_with(char::is_uppercase));
    if !words.ends_with('.') {
        Some("does not end its first sentence on its first line")
    } else if ends(". ") || ends("! ") || ends("? ") {
        Some("has more than one sentence on its first line")
    } else if !words.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit() || first == '`') {
        Some("does not start with a capital letter")
    } else if line.chars().count() > LONGEST {
        Some("has a first line that is too long")
    } else if prose.split_whitespace().any(|word| RIDDLES.contains(&word.trim_matches([',', '.', ':', ';']))) {
        Some("has a word in its first line that hides what the file is for")
    } else {
        None
    }
}

#[test]
fn every_file_says_in_one_sentence_what_it_is_for() {
    let found: Vec<String> = texts().iter().filter_map(|(path, text)| Some(format!("{path} {}", fault(text)?))).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_line_that_is_no_sentence_is_seen() {
    for good in ["//! What it is for.", "//! `a. B` is code.", "//! 204 has no body (RFC 9110, section 15.3.5).\n//! More."] {
        assert_eq!(fault(good), None, "{good}");
    }
    for bad in [
        "",
        "//!\n",
        "// A comment.\nuse a;",
        "//! A sentence that goes on\n//! here.",
        "//! One. Another.",
        "//! what it is for.",
        "//! What somebody's file is for.",
        &format!("//! {}.", "A".repeat(LONGEST)),
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
}
