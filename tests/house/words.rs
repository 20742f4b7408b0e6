//! The program and its pages are written in plain technical English, without archaic words.

use std::path::Path;

use crate::source::texts;

/// Words that have plainer ones, each with what to write in its place.
const ARCHAIC: &[(&str, &str)] = &[
    ("anew", "again"),
    ("heed", "ignore, follow"),
    ("heeded", "ignored, followed"),
    ("hence", "so"),
    ("in vain", "without success"),
    ("lest", "so that not"),
    ("mend", "repair"),
    ("mended", "repaired"),
    ("mending", "repairing"),
    ("mends", "repairs"),
    ("nobody", "no server, no document, not known"),
    ("somebody", "a user, another client"),
    ("thereof", "of it"),
    ("unto", "to"),
    ("whence", "from where"),
];

/// Where pages and data that are written by hand stand, or are generated from comments, with the endings of their names.
const PAGES: &[(&str, &[&str])] = &[("", &["md"]), ("docs", &["md"]), ("schemas", &["md", "schema.json"]), ("suites", &["yaml"])];

/// Every archaic word of a text with its line.
fn archaic(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // An underscore parts the words of a name; blanks around all make a whole word of each.
        let words: Vec<String> =
            line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let line = format!(" {} ", words.join(" "));
        let bad = ARCHAIC.iter().filter(|(word, _)| line.contains(&format!(" {word} ")));
        found.extend(bad.map(|(word, plain)| format!("{path}:{}: `{word}`; plainer: {plain}", index + 1)));
    }
    found
}

/// The pages, as path and text.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    for (folder, endings) in PAGES {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                pages.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(pages.len() > 10, "only {} pages were found", pages.len());
    pages
}

#[test]
fn no_archaic_word_stands_in_the_program_or_its_pages() {
    let program = texts().into_iter().filter(|(path, _)| path.starts_with("src/"));
    let found: Vec<String> = program.chain(pages()).flat_map(|(path, text)| archaic(&path, &text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_archaic_word_is_seen_and_a_part_of_a_word_is_not() {
    assert_eq!(archaic("a.md", "One.\nNobody waits, and\nit waits in vain.").len(), 2);
    assert_eq!(archaic("a.rs", "fn what_is_mended() {}").len(), 1);
    assert_eq!(archaic("a.md", "Amend it at the earliest; the credence of a contain vainer.").len(), 0);
}
