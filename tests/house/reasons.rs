//! Reasons are given as kinds with data, and one file has the words for all of them.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{Source, sources};

/// Where the kinds of reasons and their words stand.
const HOME: &str = "src/model/reason/";

/// The only file with sentences.
const WORDS: &str = "src/model/reason/words.rs";

/// The names of all types that a reason is made of.
fn kinds(sources: &[Source]) -> BTreeSet<String> {
    let home = sources.iter().filter(|source| source.path.starts_with(HOME));
    let items = home.flat_map(|source| &source.file.items).filter_map(|item| match item {
        syn::Item::Enum(item) if item.ident != "Code" => Some(item.ident.to_string()),
        _ => None,
    });
    items.collect()
}

/// Whether tokens hold a text of several words, or make one.
fn is_worded(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Literal(text) => text.to_string().starts_with('"') && text.to_string().contains(' '),
        TokenTree::Ident(name) => name == "format" || name == "concat",
        TokenTree::Group(group) => is_worded(group.stream()),
        TokenTree::Punct(_) => false,
    })
}

/// The lines at which a kind is made with words that are written there: `Kind::Variant(…)` or `Kind::Variant { … }`.
fn worded(tokens: TokenStream, kinds: &BTreeSet<String>, lines: &mut BTreeSet<usize>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for part in tokens.windows(5) {
        let [TokenTree::Ident(kind), TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(_), TokenTree::Group(given)] = part else {
            continue;
        };
        if one.as_char() == ':' && two.as_char() == ':' && kinds.contains(&kind.to_string()) && is_worded(given.stream()) {
            lines.insert(kind.span().start().line);
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            worded(group.stream(), kinds, lines);
        }
    }
}

/// What is wrong in a file: words that are given to a kind, and variants by their bare names, which would not be seen.
fn broken(source: &Source, kinds: &BTreeSet<String>) -> Vec<String> {
    let tests = source.test_lines();
    let mut lines = BTreeSet::new();
    worded(source.text.parse().unwrap(), kinds, &mut lines);
    let imported = source.mentions().into_iter().filter(|mention| mention.imported);
    lines.extend(imported.filter(|mention| mention.path.iter().rev().skip(1).any(|name| kinds.contains(name))).map(|mention| mention.line));
    lines.into_iter().filter(|line| !tests.contains(line)).map(|line| format!("{}:{line}", source.path)).collect()
}

/// Texts of several words in the files of the kinds; what is said of code is none.
fn sentences(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let tokens = source.tokens();
    let worded = tokens.iter().enumerate().filter(|(index, (line, token))| {
        let of_an_attribute = index.checked_sub(1).is_some_and(|before| tokens[before].1.to_string() == "=");
        let literal = matches!(token, TokenTree::Literal(_));
        literal && !of_an_attribute && !tests.contains(line) && is_worded(TokenStream::from(token.clone()))
    });
    worded.map(|(_, (line, _))| format!("{}:{line}", source.path)).collect()
}

#[test]
fn the_sentences_of_reasons_stand_in_one_file() {
    let sources = sources();
    let kinds = kinds(&sources);
    assert!(kinds.len() > 8 && kinds.contains("NotSent"), "the kinds stand elsewhere: {kinds:?}");
    let mut found: Vec<String> = sources.iter().filter(|source| source.path != WORDS).flat_map(|source| broken(source, &kinds)).collect();
    found.extend(sources.iter().filter(|source| source.path.starts_with(HOME) && source.path != WORDS).flat_map(sentences));
    assert!(found.is_empty(), "a reason is worded beside {WORDS}:\n{}", found.join("\n"));
    let words = sources.iter().find(|source| source.path == WORDS).map_or(0, |source| sentences(source).len());
    assert!(words > 80, "the words stand elsewhere");
}

#[test]
fn a_reason_that_is_worded_elsewhere_is_seen() {
    let kinds: BTreeSet<String> = ["Reason", "NotSent"].map(str::to_owned).into();
    let of = |text: &str| broken(&Source::new("src/plan/a.rs", text), &kinds).len();
    for bad in [
        "fn a() -> B { NotSent::Journal(format!(\"{c} d\")).into() }",
        "fn a() -> B { NotSent::Journal(\"it is full\".to_owned()).into() }",
        "fn a() -> B { c.map(|d| reason::NotSent::Unproven { doubt: \"it is old\".into(), d }) }",
        "fn a() -> B { vec![NotSent::Journal(format!(\"{c}\"))] }",
        "use crate::model::reason::NotSent::Journal;",
    ] {
        assert_eq!(of(bad), 1, "{bad}");
    }
    for good in [
        "fn a() -> B { NotSent::Journal(error.to_string()).into() }",
        "fn a() -> B { Event::Told(&format!(\"{c} d\")) }",
        "#[cfg(test)] mod tests { fn a() -> B { NotSent::Journal(\"it is full\".to_owned()) } }",
        "use crate::model::reason::{NotSent, Reason};",
    ] {
        assert_eq!(of(good), 0, "{good}");
    }
    let home = |text: &str| sentences(&Source::new("src/model/reason/a.rs", text)).len();
    assert_eq!(home("/// What it is.\n#[doc = \"as it is\"] fn a() { write!(b, \"it is full\") }"), 1);
}
