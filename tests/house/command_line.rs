//! Only the command line knows clap, and it reaches no file or connection by itself.

use crate::source::{Source, sources};

/// What the command line may not name: the session reads, writes and sends.
const OF_THE_SESSION: &[&[&str]] = &[&["std", "fs"], &["std", "net", "TcpStream"], &["tokio", "fs"], &["tokio", "net"], &["reqwest"], &["axum"]];

fn named(source: &Source, forbidden: &[&[&str]]) -> Vec<String> {
    let starts = |path: &[String], one: &[&str]| path.len() >= one.len() && path.iter().zip(one).all(|(segment, name)| segment == name);
    let mentions = source.mentions();
    let bad = mentions.iter().filter(|mention| forbidden.iter().any(|one| starts(&mention.path, one)));
    bad.map(|mention| format!("{}:{}: {} may not name {}", source.path, mention.line, source.room(), mention.text())).collect()
}

fn printing(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let tokens = source.tokens();
    let prints = |name: &str| matches!(name, "dbg" | "eprint" | "eprintln" | "print" | "println");
    let pairs = tokens.windows(2).filter(|pair| prints(&pair[0].1.to_string()) && pair[1].1.to_string() == "!");
    pairs.filter(|pair| !tests.contains(&pair[0].0)).map(|pair| format!("{}:{}: {}!", source.path, pair[0].0, pair[0].1)).collect()
}

fn broken(source: &Source) -> Vec<String> {
    match source.room() {
        "cli" => named(source, OF_THE_SESSION),
        "session" => [named(source, &[&["clap"], &["indicatif"], &["anstream"]]), printing(source)].concat(),
        _ => named(source, &[&["clap"], &["indicatif"]]),
    }
}

#[test]
fn only_the_command_line_has_words_and_nothing_but_words() {
    let found: Vec<String> = sources().iter().flat_map(broken).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_stands_in_the_wrong_room_is_seen() {
    let broken = |path: &str, text: &str| broken(&Source::new(path, text)).len();
    assert_eq!(broken("src/session/a.rs", "use clap::Args;"), 1);
    assert_eq!(broken("src/session/a.rs", "#[derive(clap::Args)] struct A { #[arg(long)] b: clap::Arg }"), 1);
    assert_eq!(broken("src/plan/a.rs", "use clap::{Args, Parser};"), 2);
    assert_eq!(broken("src/session/a.rs", "fn a() { println!(); }"), 1);
    assert_eq!(broken("src/session/a.rs", "fn a() { anstream::eprintln!(); }"), 2);
    assert_eq!(broken("src/cli/a.rs", "use std::fs;"), 1);
    assert_eq!(broken("src/cli/a.rs", "fn a() { std::fs::write(b, c); tokio::fs::write(b, c); reqwest::get(d); }"), 3);
    assert_eq!(broken("src/cli/a.rs", "use clap::Args; use std::path::Path; fn a() { println!(); }"), 0);
}
