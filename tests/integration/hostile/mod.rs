//! Hostile servers: none ends the program, exhausts it, or gets a verdict that the exchange does not show.
//!
//! Every behaviour has a server of its own, a bare TCP socket, and is asked by the real binary. Beside the path on which
//! it misbehaves there is one on which it answers as it should: that cell must come out right, which shows that the run
//! went on.

mod bodies;
mod connections;
mod fan_out;
mod heads;
mod mutated;
mod server;
mod watch;
mod whole;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::support::Folder;
use server::{Answer, Server};
use watch::Seen;

/// Resident memory of the program, in KiB, where one answer is as bad as it can be.
const MOST_MEMORY: u64 = 100 * 1024;

/// What one run may take: two answers that are waited for as long as they may, with room for a busy machine.
const MOST_TIME: Duration = Duration::from_secs(25);

/// Runs at once: most of them only wait.
const AT_ONCE: usize = 10;

/// What is said of the cell on the bad path, and the exit code with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Conforms,
    Violates,
    Inconclusive,
    Blocked,
}

/// A way to answer badly.
struct Behaviour {
    name: &'static str,
    answer: Answer,
    verdict: Verdict,
    /// What the report says of it.
    says: &'static str,
}

const fn behaviour(name: &'static str, verdict: Verdict, says: &'static str, answer: Answer) -> Behaviour {
    Behaviour { name, answer, verdict, says }
}

fn all() -> Vec<&'static Behaviour> {
    [connections::BEHAVIOURS, heads::BEHAVIOURS, bodies::BEHAVIOURS].into_iter().flatten().collect()
}

#[test]
fn no_behaviour_ends_the_run_or_takes_more_than_its_share() {
    let behaviours = all();
    let next = AtomicUsize::new(0);
    let failures: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(behaviour) = behaviours.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = wrong_with(behaviour);
                    failures.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), behaviours.len(), failures.join("\n\n"));
}

/// Runs the program against one behaviour, and says what of it was not as it should be.
fn wrong_with(behaviour: &Behaviour) -> Option<String> {
    let folder = Folder::hostile(behaviour.name);
    let server = Server::start(behaviour.answer);
    let seen = watch::run(&folder, &server.url(), &[]);
    println!("{:28} {:4} ms {:6} KiB  {} {}", behaviour.name, seen.time.as_millis(), seen.memory, seen.verdict("bad.read"), seen.told("bad.read"));
    let mut wrong = complaints(&seen);
    let (word, code) = match behaviour.verdict {
        Verdict::Conforms => ("conforms", 0),
        Verdict::Violates => ("violates", 1),
        Verdict::Inconclusive => ("inconclusive", 3),
        Verdict::Blocked => ("blocked", 3),
    };
    let (verdict, good) = (seen.verdict("bad.read"), seen.verdict("good.read"));
    if verdict != word || seen.code != Some(code) {
        wrong.push(format!("{word} and {code} were expected, {verdict} and {:?} came", seen.code));
    }
    if !seen.told("bad.read").contains(behaviour.says) {
        wrong.push(format!("it does not say {:?}", behaviour.says));
    }
    if good != "conforms" {
        wrong.push(format!("the good path {good}: {}", seen.told("good.read")));
    }
    (!wrong.is_empty()).then(|| format!("{}: {}\n  told: {}\n{}", behaviour.name, wrong.join("; "), seen.told("bad.read"), seen.shown))
}

fn complaints(seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    if seen.code.is_none() || ["panicked", "overflowed", "SIG"].iter().any(|word| seen.shown.contains(word)) {
        wrong.push(format!("it broke down ({:?})", seen.code));
    }
    if cfg!(target_os = "linux") && seen.memory == 0 {
        wrong.push("its memory was not seen".to_owned());
    }
    if seen.memory > MOST_MEMORY {
        wrong.push(format!("it took {} KiB", seen.memory));
    }
    if seen.time > MOST_TIME {
        wrong.push(format!("it took {:?}", seen.time));
    }
    wrong
}

#[test]
fn there_are_many_behaviours_each_with_its_name() {
    let names: BTreeSet<&str> = all().iter().map(|behaviour| behaviour.name).collect();
    assert!(names.len() == all().len() && names.len() >= 50, "{} of {}", names.len(), all().len());
}
