//! A run that is killed at any moment is continued by the next one, with the same matrix and nothing left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Mock, OTHER, interrupt, text};

/// How often the run is killed.
const KILLS: usize = 20;

/// How long a whole run may take, with everything that the machine has to do beside it.
const PATIENCE: Duration = Duration::from_mins(5);

type Matrix = BTreeMap<(String, u64), String>;

fn matrix(report: &Value) -> Matrix {
    let cells = report["cells"].as_array().expect("cells").iter();
    let text = |cell: &Value, name: &str| cell[name].as_str().unwrap_or_default().to_owned();
    cells.map(|cell| ((text(cell, "operation"), cell["status"].as_u64().unwrap_or_default()), text(cell, "verdict"))).collect()
}

/// Every line of every journal.
fn journal(folder: &Folder) -> Vec<Value> {
    let mut lines = Vec::new();
    for target in std::fs::read_dir(folder.0.join(".probity")).into_iter().flatten().filter_map(Result::ok) {
        for file in std::fs::read_dir(target.path()).into_iter().flatten().filter_map(Result::ok) {
            if file.path().extension().is_some_and(|extension| extension == "jsonl") {
                let text = std::fs::read_to_string(file.path()).unwrap_or_default();
                lines.extend(text.lines().filter_map(|line| serde_json::from_str(line).ok()));
            }
        }
    }
    lines
}

/// How many requests the journals tell of; counted without reading them as JSON, because it is asked again and again.
fn sent(folder: &Folder) -> usize {
    let mut count = 0;
    for target in std::fs::read_dir(folder.0.join(".probity")).into_iter().flatten().filter_map(Result::ok) {
        for file in std::fs::read_dir(target.path()).into_iter().flatten().filter_map(Result::ok) {
            let text = std::fs::read(file.path()).unwrap_or_default();
            count += text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"sent\"")).count();
        }
    }
    count
}

/// A number that looks drawn by chance and is the same each time (`SplitMix64`).
fn drawn(seed: u64) -> u64 {
    let mut number = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// Starts a run and kills it as soon as it has sent so many requests more; whether it was still running.
fn kill_after(mock: &Mock, folder: &Folder, words: &[&str], more: usize, delay: Duration) -> bool {
    let before = sent(folder);
    let mut child = mock.command(folder, words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
    let started = Instant::now();
    while sent(folder) < before + more {
        if let Ok(Some(_)) = child.try_wait() {
            return false;
        }
        assert!(started.elapsed() < PATIENCE, "the run sends nothing");
        std::thread::sleep(Duration::from_millis(3));
    }
    std::thread::sleep(delay);
    let _ = child.kill();
    let _ = child.wait();
    true
}

/// Every probe that is sent once, and was sent again after it had been answered.
fn sent_twice(lines: &[Value]) -> Vec<String> {
    let plan = lines.iter().find_map(|line| line.pointer("/started/plan/probes")).and_then(Value::as_array).expect("a plan");
    let once: BTreeSet<&str> = plan.iter().filter(|probe| probe["repeat"] == "once").filter_map(|probe| probe["id"].as_str()).collect();
    let mut owners: BTreeMap<u64, &str> = BTreeMap::new();
    let mut doubtful: BTreeSet<&str> = BTreeSet::new();
    let mut answered: BTreeSet<&str> = BTreeSet::new();
    let mut twice = Vec::new();
    for line in lines {
        if let (Some(number), Some(probe)) =
            (line.pointer("/sent/number").and_then(Value::as_u64), line.pointer("/sent/probe").and_then(Value::as_str))
        {
            // After a request whose answer was lost the next one may leave a doubt that a third one settles.
            if once.contains(probe) && answered.contains(probe) && !doubtful.contains(probe) {
                twice.push(probe.to_owned());
            }
            if owners.values().any(|known| *known == probe) && !answered.contains(probe) {
                doubtful.insert(probe);
            }
            owners.insert(number, probe);
        }
        if let Some(probe) = line.pointer("/answered/number").and_then(Value::as_u64).and_then(|number| owners.get(&number)) {
            answered.insert(probe);
        }
    }
    twice
}

/// What is there for good once it is made, and what is given to be given up.
const NOT_REMOVED: [&str; 5] = ["archive", "billable_portfolios", "data_timelines", "transaction_datasets", "yield_curves"];

/// How many things each list of the mock shows, of those that are removed again.
fn lists(mock: &Mock, folder: &Folder) -> BTreeMap<String, usize> {
    let output = mock.run(folder, &["run", "--profile", "read-only", "--status", "200", "--only", "*.list", "--out", "lists", "--state", "lists"]);
    let recording = std::fs::read_to_string(folder.0.join("lists/recording.json")).unwrap_or_else(|_| panic!("{}", text(&output)));
    let recording: Value = serde_json::from_str(&recording).expect("a recording");
    let mut counts = BTreeMap::new();
    for outcome in recording["outcomes"]["outcomes"].as_array().into_iter().flatten() {
        let data = outcome.pointer("/exchanges/0/answer/body/json/data").and_then(Value::as_array);
        let lasts = |probe: &&str| NOT_REMOVED.iter().any(|name| probe.contains(name));
        if let (Some(probe), Some(data)) = (outcome["probe"].as_str().filter(|probe| !lasts(probe)), data) {
            counts.insert(probe.to_owned(), data.len());
        }
    }
    assert!(counts.len() > 10, "only {counts:?}");
    counts
}

#[test]
fn killed_at_any_moment_a_run_is_continued_and_tells_the_same() {
    let undisturbed = Folder::new("undisturbed");
    let quiet = Mock::start(&undisturbed, &["--window", "100000/1"]);
    let before = lists(&quiet, &undisturbed);
    let output = quiet.run(&undisturbed, &["run"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let expected = matrix(&undisturbed.report());

    let folder = Folder::new("killed");
    let mock = Mock::start(&folder, &["--window", "100000/1", "--variant", "slow-answers"]);
    let words = ["run", "--jobs", "2"];
    let mut killed = 0;
    while killed < KILLS {
        let (more, delay) = (drawn(killed as u64), drawn(killed as u64 + 1000));
        let more = usize::try_from(5 + more % 55).expect("a small number");
        if !kill_after(&mock, &folder, &words, more, Duration::from_micros(delay % 8000)) {
            break;
        }
        killed += 1;
    }
    assert!(killed >= KILLS / 2, "the run ended after {killed} kills");
    // On a slow machine it may have come to its end before it was killed for the last time.
    let output = if killed == KILLS { text(&mock.run(&folder, &words)) } else { String::new() };
    let lines = journal(&folder);
    assert!(sent_twice(&lines).is_empty(), "sent again although it was answered: {:?}", sent_twice(&lines));
    assert_eq!(lines.iter().filter(|line| line.get("started").is_some()).count(), 1, "one run, {killed} times continued");
    let cleaned = mock.run(&folder, &["clean"]);
    let unknown: Vec<String> =
        text(&cleaned).lines().filter_map(|line| Some(line.trim().strip_prefix("One of ")?.split(' ').next()?.to_owned())).collect();
    let found = matrix(&folder.report());
    let differ: Vec<_> =
        expected.iter().filter(|(cell, verdict)| found.get(*cell) != Some(verdict)).map(|(cell, verdict)| (cell, verdict, &found[cell])).collect();
    if unknown.is_empty() {
        assert!(differ.is_empty(), "{differ:?}\n{output}");
    }
    // Something without a name that cannot be looked up may be in the way of what it refers to: no verdict then, and no false one.
    assert!(differ.iter().all(|(_, _, verdict)| matches!(verdict.as_str(), "inconclusive" | "blocked")), "{differ:?}\n{output}");
    if unknown.is_empty() {
        assert_eq!(lists(&mock, &folder), before, "something is left\n{}", text(&cleaned));
        assert!(text(&mock.run(&folder, &["clean"])).contains("Nothing is left"), "cleaning up is done once");
    }
}

#[test]
fn asked_to_end_a_run_removes_what_it_made() {
    let folder = Folder::new("asked");
    let mock = Mock::start(&folder, &["--window", "100000/1"]);
    let before = lists(&mock, &folder);
    let mut child = mock.command(&folder, &["run", "--jobs", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let started = Instant::now();
    while sent(&folder) < 150 && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(3));
    }
    interrupt(&child);
    let code = child.wait().expect("it ends").code();
    assert_eq!(code, Some(3));
    let report = folder.report();
    assert!(matrix(&report).values().any(|verdict| verdict == "conforms"), "what was shown is reported");
    assert!(matrix(&report).values().any(|verdict| verdict == "blocked"), "the run was cut short");
    assert_eq!(lists(&mock, &folder), before, "something is left");
    let cleaned = text(&mock.run(&folder, &["clean"]));
    // What no answer has shown to be the run's own is named and left, and nothing is sent for it.
    let mut lines = cleaned.lines();
    let first = lines.next().unwrap_or_default();
    assert!(first.starts_with("Nothing ") || first.contains(": 0 requests to remove"), "{cleaned}");
    for line in lines.filter(|line| line.contains(" is left: ")) {
        assert!(line.contains("nothing proves that this run made it") || line.contains("no operation of the contract removes it"), "{line}");
    }
}

#[test]
fn what_should_have_been_refused_is_removed() {
    let folder = Folder::new("accepted");
    let mock = Mock::start(&folder, &["--window", "100000/1", "--fault", "wrong-type-accepted"]);
    let before = lists(&mock, &folder);
    let output = mock.run(&folder, &["run", "--only", "entities.create", "--status", "409", "--status", "201"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(lists(&mock, &folder), before, "something is left");
}

#[test]
fn cleaning_up_by_another_contract_says_whose_it_is() {
    let folder = Folder::new("whose");
    let mock = Mock::start(&folder, &["--window", "100000/1", "--variant", "slow-answers"]);
    assert!(kill_after(&mock, &folder, &["run", "--jobs", "2"], 60, Duration::ZERO), "the run is killed before its end");
    folder.write("other.yaml", OTHER);
    let by_another = || mock.run(&folder, &["clean", "--contract", "other.yaml"]);
    let output = by_another();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("with another contract, \"Addepar API\", may have left something"), "{}", text(&output));
    assert_eq!(mock.run(&folder, &["clean"]).status.code(), Some(0));
    assert_eq!(by_another().status.code(), Some(0));
}
