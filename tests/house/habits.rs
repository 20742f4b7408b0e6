//! No debugging aid, unfinished mark or suppressed warning stands in finished code.

use proc_macro2::{Delimiter, TokenTree};

use crate::source::{Source, sources};

/// Macros of unfinished code.
const UNFINISHED: &[&str] = &["dbg", "todo", "unimplemented"];

/// Ways to end the program on input that nobody thought of; tests may.
const ENDING: &[&str] = &["panic", "unreachable"];

/// Calls that do the same.
const UNWRAPPING: &[&str] = &["expect", "expect_err", "unwrap", "unwrap_err", "unwrap_unchecked"];

fn bad_habits(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let tokens = source.tokens();
    let mut found = Vec::new();
    for (index, (line, token)) in tokens.iter().enumerate() {
        let TokenTree::Ident(name) = token else { continue };
        let name = name.to_string();
        let next = tokens.get(index + 1).map(|(_, token)| token);
        let after = index.checked_sub(1).and_then(|before| tokens.get(before)).map(|(_, token)| token.to_string()).unwrap_or_default();
        let called = matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        let macro_call = next.is_some_and(|next| next.to_string() == "!");
        let unfinished = macro_call && UNFINISHED.contains(&name.as_str());
        let ignored = name == "ignore" && after == "#";
        let ending = !tests.contains(line) && macro_call && ENDING.contains(&name.as_str());
        // A path such as `Option::unwrap` unwraps as well as a call does.
        let unwrapping = !tests.contains(line) && UNWRAPPING.contains(&name.as_str()) && ((after == "." && called) || after == ":");
        if unfinished || ignored || ending || unwrapping {
            found.push(format!("{}:{line}: {name}", source.path));
        }
    }
    for (index, line) in source.text.lines().enumerate() {
        if line.contains("TODO") || line.contains("FIXME") {
            found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
        }
    }
    found
}

#[test]
fn nothing_is_unfinished_and_no_input_ends_the_program() {
    let found: Vec<String> = sources().iter().flat_map(bad_habits).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_bad_habit_is_seen() {
    let of = |text: &str| bad_habits(&Source::new("src/a.rs", text)).len();
    for bad in [
        "fn a() { todo!() }",
        "fn a() { dbg!(1); }",
        "fn a() { unimplemented!(); }",
        "#[cfg(test)] mod tests { #[test] #[ignore] fn a() {} }",
        "#[cfg(test)] mod tests { #[test] #[ignore = \"slow\"] fn a() {} }",
        "fn a() { b.unwrap(); }",
        "fn a() { b.expect(\"c\"); }",
        "fn a() { format!(\"{}\", b.unwrap()) }",
        "fn a() { b.map(Option::unwrap); }",
        "fn a() { panic!() }",
        "// TODO: more",
    ] {
        assert_eq!(of(bad), 1, "{bad}");
    }
    for good in [
        "fn a() { b.unwrap_or_default(); }",
        "#[cfg(test)] mod tests { fn a() { b.unwrap(); panic!() } }",
        "/// Never `todo!()` or `.unwrap()`.\nfn a() { \"todo!\".len(); }",
        "struct A { expect: u8 } fn a(b: A) { b.expect; }",
    ] {
        assert_eq!(of(good), 0, "{good}");
    }
}
