//! Every dependency is used, and one that only tests use is no dependency of the program.

use std::collections::BTreeSet;

use crate::source::{Source, sources, texts};

/// The dependencies in a section of the manifest, as code writes them.
fn listed(manifest: &str, section: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|line| *line != section).skip(1).take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_")).collect()
}

/// What the program uses: the first names of all paths outside of tests.
fn used_by_program(sources: &[Source]) -> BTreeSet<String> {
    let outside = |source: &Source| {
        let tests = source.test_lines();
        source.mentions().into_iter().filter(move |mention| !tests.contains(&mention.line))
    };
    sources.iter().flat_map(outside).filter_map(|mention| mention.path.into_iter().next()).collect()
}

#[test]
fn every_dependency_is_used() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let program = listed(&manifest, "[dependencies]");
    let tests = listed(&manifest, "[dev-dependencies]");
    assert!(program.len() > 20 && tests.len() > 5, "the dependencies could not be read: {program:?} {tests:?}");
    let unused: Vec<String> = program.difference(&used_by_program(&sources())).cloned().collect();
    assert!(unused.is_empty(), "nothing outside of tests uses {unused:?}");
    let anywhere = texts().into_iter().map(|(path, text)| Source::new(&path, &text)).flat_map(|source| source.mentions());
    let named: BTreeSet<String> = anywhere.filter_map(|mention| mention.path.into_iter().next()).collect();
    let unused: Vec<String> = tests.difference(&named).cloned().collect();
    assert!(unused.is_empty(), "no test uses {unused:?}");
}

#[test]
fn a_use_in_a_test_is_none_of_the_program() {
    let uses = |text: &str| used_by_program(&[Source::new("src/a.rs", text)]).contains("url");
    assert!(uses("use url::Url;") && uses("fn a() { url::form_urlencoded::parse(b); }"));
    assert!(!uses("#[cfg(test)] mod tests { use url::Url; }") && !uses("#[cfg(test)] impl url::A for B {}"));
    assert!(!uses("#[cfg_attr(test, derive(url::A))] struct B;"));
}
