//! Documents with mistakes in them: none ends the program, and each message has a place.
//! They are made from sound ones; the program reads each in part or refuses it, within bounds of time and memory.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::support::Folder;

/// How many documents are tried; the number of each is its seed. `.ci/full` sets `PROBITY_MISTAKES` to 1000.
fn count() -> u64 {
    std::env::var("PROBITY_MISTAKES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Address space that the program may have, in KiB.
const MOST_MEMORY: u64 = 1024 * 1024;

/// What one document may take on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(20);

/// Sound documents in both languages.
const SOUND: [(&str, &str); 6] = [
    ("books.yaml", include_str!("../../contracts/books.yaml")),
    ("answers.yaml", include_str!("../../contracts/wild/answers.yaml")),
    ("circles.yaml", include_str!("../../contracts/wild/circles.yaml")),
    ("petstore.yaml", include_str!("../../contracts/wild/petstore.yaml")),
    ("modern.json", include_str!("../../contracts/wild/modern.json")),
    ("swagger.json", include_str!("../../contracts/wild/swagger.json")),
];

/// What is put in the place of something else.
const ODD: [&str; 28] = [
    "",
    "null",
    "true",
    "-1",
    "1e999",
    "[]",
    "{}",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "#",
    "&a",
    "*a",
    "!!binary x",
    "<<: *a",
    "|",
    ">-",
    "\t",
    "\u{0}",
    "\u{85}",
    "- ",
    "$ref: '#'",
    "\"$ref\": \"#/paths\"",
];

/// Numbers drawn from a seed.
struct Draw {
    seed: u64,
    count: u64,
}

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.count += 1;
        let digest = Sha256::digest(format!("{} {}", self.seed, self.count));
        let number = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
        usize::try_from(number % u64::try_from(limit.max(1)).expect("a limit")).expect("a number below it")
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// One sound document with one to three mistakes, and what it is called.
fn mutated(seed: u64) -> (&'static str, Vec<u8>) {
    let mut draw = Draw { seed, count: 0 };
    let (name, text) = SOUND[draw.below(SOUND.len())];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=draw.below(3) {
        mistake(&mut draw, &mut bytes);
    }
    (name, bytes)
}

fn mistake(draw: &mut Draw, bytes: &mut Vec<u8>) {
    let at = draw.below(bytes.len());
    match draw.below(10) {
        // A stretch is lost.
        0 => drop(bytes.drain(at..(at + 1 + draw.below(40)).min(bytes.len()))),
        // The end is lost.
        1 => bytes.truncate(at.max(bytes.len() / 4)),
        // A byte is another one, of which not all are text.
        2 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = u8::try_from(draw.below(256)).expect("a byte")),
        3 => drop(bytes.splice(at..at, draw.of(&ODD).bytes())),
        4 => word(draw, bytes, |draw| draw.of(&ODD).to_owned()),
        // What is nested deep, and what is long.
        5 => word(draw, bytes, |draw| "[".repeat(1 + draw.below(300))),
        6 => word(draw, bytes, |draw| "a".repeat(1 + draw.below(100_000))),
        // One name in the place of another: references that lead elsewhere, in circles or nowhere.
        7 => {
            let other = words(bytes);
            let other = other.get(draw.below(other.len())).map(|(from, to)| String::from_utf8_lossy(&bytes[*from..*to]).into_owned());
            word(draw, bytes, |_| other.unwrap_or_default());
        }
        8 => lines(bytes, |lines| {
            let (one, other) = (draw.below(lines.len()), draw.below(lines.len()));
            if draw.below(2) == 0 { lines.swap(one, other) } else { lines.insert(other, lines[one].clone()) }
        }),
        _ => lines(bytes, |lines| {
            let index = draw.below(lines.len());
            let spaces = " ".repeat(draw.below(9));
            lines[index] = [spaces.as_bytes(), lines[index].trim_ascii_start()].concat();
        }),
    }
}

/// Where words of letters, digits and what references have stand.
fn words(bytes: &[u8]) -> Vec<(usize, usize)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$/#".contains(byte);
    let mut found = Vec::new();
    let mut from = None;
    for (at, byte) in bytes.iter().chain(b" ").enumerate() {
        match (from, is_part(byte)) {
            (None, true) => from = Some(at),
            (Some(start), false) => {
                found.push((start, at));
                from = None;
            }
            _ => {}
        }
    }
    found
}

fn word(draw: &mut Draw, bytes: &mut Vec<u8>, other: impl FnOnce(&mut Draw) -> String) {
    let words = words(bytes);
    if let Some((from, to)) = words.get(draw.below(words.len())).copied() {
        let other = other(draw);
        bytes.splice(from..to, other.bytes());
    }
}

fn lines(bytes: &mut Vec<u8>, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    change(&mut lines);
    *bytes = lines.join(&b'\n');
}

/// Reads a document with one command of the program; what of that was not as it should be, and whether it was read.
fn asked(folder: &Folder, name: &str, command: &str) -> (Vec<&'static str>, bool, String) {
    let started = Instant::now();
    let bounded = format!("ulimit -v {MOST_MEMORY}; exec \"$0\" {command} --contract {name}");
    let mut process = Command::new("sh");
    process.args(["-c", &bounded, env!("CARGO_BIN_EXE_probity")]).current_dir(&folder.0).env_clear().stdin(Stdio::null());
    let output = process.output().expect("the program runs");
    let shown = crate::support::text(&output);
    let mut wrong = Vec::new();
    if output.status.code().is_none() || ["panicked", "overflowed", "memory allocation"].iter().any(|word| shown.contains(word)) {
        wrong.push("it broke down");
    }
    if started.elapsed() > MOST_TIME {
        wrong.push("it took too long");
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let placed = |text: &str| text.contains(&format!("{name}#")) || text.contains("line ") || text.contains(&format!("{name}:"));
    let mut issues = shown.lines().skip_while(|line| !line.starts_with("Document issues")).skip(1).take_while(|line| line.starts_with("  "));
    match output.status.code() {
        Some(0) if !issues.all(placed) => wrong.push("an issue has no place"),
        Some(2 | 4) if !placed(&errors) => wrong.push("the refusal has no place"),
        Some(0 | 2 | 4) | None => {}
        Some(_) => wrong.push("it ended with another code"),
    }
    (wrong, output.status.success(), shown)
}

/// What was not as it should be with the document of a seed.
fn wrong_with(folder: &Folder, seed: u64) -> Option<String> {
    let (name, bytes) = mutated(seed);
    folder.write(name, &bytes);
    let (mut wrong, is_read, mut shown) = asked(folder, name, "list --verbose");
    if is_read && wrong.is_empty() {
        (wrong, _, shown) = asked(folder, name, "plan --target mock");
    }
    let message: String = shown.chars().rev().take(400).collect::<Vec<_>>().into_iter().rev().collect();
    (!wrong.is_empty()).then(|| format!("{seed} ({name}): {}\n{message}", wrong.join("; ")))
}

#[test]
fn no_mistake_in_a_document_ends_the_program_or_is_told_without_a_place() {
    let count = count();
    let next = AtomicU64::new(0);
    let failures: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (next, failures) = (&next, &failures);
            scope.spawn(move || {
                let folder = Folder::new(&format!("mutated-{worker}"));
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < count) {
                    failures.lock().unwrap().extend(wrong_with(&folder, seed));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n\n"));
}
