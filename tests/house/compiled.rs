//! Every source file is part of a crate: one that no `mod` names is not compiled, and its tests never run.

use std::collections::BTreeMap;

use crate::source::texts;

/// Files that nothing names: no `mod` of the file above them, no `#[path]`, and no target of Cargo's own finding.
fn not_compiled(files: &[(String, String)]) -> Vec<&str> {
    let texts: BTreeMap<&str, &str> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let is_compiled = |path: &str| {
        let (folder, file) = path.rsplit_once('/').expect("a file in a folder");
        let is_target = matches!(file, "lib.rs" | "main.rs") || matches!(folder, "tests" | "benches");
        let named_by_path = || texts.values().any(|text| text.contains(&format!("#[path = \"../{}\"]", path.trim_start_matches("tests/"))));
        let (above, name) = if file == "mod.rs" { folder.rsplit_once('/').unwrap_or((folder, "")) } else { (folder, file.trim_end_matches(".rs")) };
        let mut parents = ["mod.rs", "lib.rs", "main.rs"].into_iter().map(|parent| format!("{above}/{parent}"));
        let item = format!("mod {name};");
        let is_its_item = |line: &str| line.trim().strip_suffix(&item).is_some_and(|before| before.is_empty() || before.starts_with("pub"));
        let named = |text: &&str| text.lines().any(is_its_item);
        is_target || parents.any(|parent| texts.get(parent.as_str()).is_some_and(named)) || named_by_path()
    };
    files.iter().map(|(path, _)| path.as_str()).filter(|path| !is_compiled(path)).collect()
}

#[test]
fn every_file_is_compiled() {
    let files = texts();
    assert!(files.len() > 300);
    assert_eq!(not_compiled(&files), [""; 0], "name it with `mod` in the file above, or remove it");
}

#[test]
fn a_file_that_nothing_names_is_found() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let files = [
        file("src/lib.rs", "pub mod room;\n"),
        file("src/room/mod.rs", "mod named;\n// mod absent;\n"),
        file("src/room/named.rs", ""),
        file("src/room/absent.rs", ""),
        file("src/other/mod.rs", ""),
        file("tests/one.rs", "#[path = \"../support/mod.rs\"]\nmod support;"),
        file("tests/support/mod.rs", ""),
    ];
    assert_eq!(not_compiled(&files), ["src/room/absent.rs", "src/other/mod.rs"]);
}
