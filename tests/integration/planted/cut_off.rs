//! Runs that are killed, continued and cleaned up, on a server whose answers may be lost.

use crate::planted::modes::{WRITABLE, assert_none, everything};
use crate::planted::server::Hold;
use crate::planted::shape::Shape;
use crate::planted::shapes::{OWN, named};
use crate::planted::site::Site;

/// Seeds of the numbers of requests after which a run is killed.
const SEEDS: [u64; 2] = [1, 2];

/// Shapes in which what was under way has to be looked for.
const PICKED: &[&str] = &[
    "archive-of-what-can-be-made",
    "bulk-delete-with-ids-in-the-body",
    "key-that-only-the-run-chooses",
    "get-or-create-answered-200",
    "get-or-create-answered-201",
    "get-or-create-by-a-part-of-the-name",
    "below-what-can-be-made",
    "several-made-at-once",
    "create-with-the-id-in-the-body",
    "create-without-a-delete",
];

/// Notes that somebody makes between the end of one run and the beginning of the next.
const STRANGERS: [&str; 3] = [r#"{"id": ID}"#, r#"{"id": ID, "name": "A note"}"#, r#"{"id": ID, "name": "A note", "text": "Something"}"#];

/// A number that looks drawn by chance and is the same each time (`SplitMix64`).
fn drawn(seed: u64, below: u64) -> usize {
    let mut number = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((number ^ (number >> 31)) % below).expect("a small number")
}

/// After so many requests of any kind.
fn after(count: usize) -> Hold {
    Hold { count, like: "" }
}

fn picked(mode: &str) -> Site {
    let shapes: Vec<&'static Shape> = PICKED.iter().map(|name| named(name)).collect();
    Site::start(mode, &shapes)
}

/// Kills a run at each of these moments, lets the same command end what is left of it, and cleans up.
fn killed_and_continued(mut site: Site, mode: &str, moments: &[Hold], words: &[&str]) -> Vec<String> {
    for (index, moment) in moments.iter().enumerate() {
        let killed = site.kill_at(*moment, words);
        assert!(killed || index > 0, "[{mode}] the run ended before it was to be killed");
        // Somebody goes on working: what is new is not what the run has made.
        for (number, note) in (9000 + 10 * index..).zip(STRANGERS) {
            site.server.world().plant(&OWN, &format!("/notes/{number}"), &note.replace("ID", &number.to_string()));
        }
    }
    site.run(words);
    site.probity(&["clean"]);
    site.complaints_after_clean(mode)
}

#[test]
fn killed_at_any_moment_and_continued_nothing_planted_changes() {
    let mut complaints = Vec::new();
    for seed in SEEDS {
        let count = 5 + drawn(seed, 250);
        let mode = format!("killed-after-{count}");
        complaints.extend(killed_and_continued(everything(&mode), &mode, &[after(count)], &[]));
    }
    let twice = [after(5 + drawn(7, 80)), after(5 + drawn(8, 80))];
    complaints.extend(killed_and_continued(picked("killed-twice"), "killed-twice", &twice, &[]));
    assert_none(complaints);
}

#[test]
fn killed_elsewhere_and_continued_nothing_planted_changes() {
    let moments = [after(5 + drawn(9, 100))];
    assert_none(killed_and_continued(picked("killed-live"), "killed-live", &moments, WRITABLE));
}

#[test]
fn killed_while_it_makes_or_removes_something_nothing_is_left() {
    let mut complaints = Vec::new();
    for (mode, like) in [("killed-in-a-create", "POST /notes "), ("killed-in-a-removal", "DELETE /notes/")] {
        complaints.extend(killed_and_continued(picked(mode), mode, &[Hold { count: 1, like }], &[]));
    }
    assert_none(complaints);
}

/// An action that works only once, on a thing that is made again to be sure of it: the new thing names what the run has, and the
/// action names the new thing. What the contract's examples name is left alone even where it may be changed.
#[test]
fn killed_in_what_works_only_once_no_example_is_named() {
    let mut site = Site::start("killed-in-an-action", &[named("action-that-works-only-once")]);
    let words = ["--allow", "all"];
    assert!(site.kill_at(Hold { count: 1, like: "POST /parcels/5" }, &words), "the run ended before it was to be killed");
    let before = site.server.world().log().len();
    site.run(&words);
    let log: Vec<String> = site.server.world().log()[before..].iter().map(ToString::to_string).collect();
    let is_action = |line: &&String| line.starts_with("POST /parcels/") && (line.ends_with("-> 204") || line.ends_with("-> 409"));
    let actions: Vec<&String> = log.iter().filter(is_action).collect();
    assert!(actions.len() > 1 && actions[0].ends_with("-> 409"), "nothing was made again: {log:#?}");
    let of_examples: Vec<&String> = log.iter().filter(|line| line.contains("/parcels/1/") || line.contains(r#""depot_id":77"#)).collect();
    assert!(of_examples.is_empty(), "{of_examples:#?}");
}

#[test]
fn killed_and_only_cleaned_nothing_is_left() {
    let mut site = picked("only-cleaned");
    assert!(site.kill_at(after(5 + drawn(10, 150)), &[]), "the run ended before it was to be killed");
    site.probity(&["clean"]);
    assert_none(site.complaints_after_clean("only-cleaned"));
}

/// What may be done was said to the run that was killed, and to no other.
#[test]
fn a_permission_ends_with_its_run() {
    let mut complaints = Vec::new();
    for (mode, then) in [("allowed-then-clean", &["clean"][..]), ("allowed-then-run", &["run", "--out", "out"])] {
        let mut site = everything(mode);
        assert!(site.kill_at(after(60), &["--allow", "all"]), "the run ended before it was to be killed");
        site.server.world().replant();
        site.probity(then);
        complaints.extend(site.server.world().harms().iter().map(|harm| format!("[{mode}] {}: {}", harm.shape, harm.words)));
    }
    assert_none(complaints);
}
