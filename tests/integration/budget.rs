//! Rate limits and budgets: the most telling probes come first, and no window is exceeded over several runs.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Folder, Mock, subject, text};

/// The statuses of all answers of a recording, each with the probe that it was given to.
fn answers(recording: &Value) -> Vec<(String, u64)> {
    let mut answers = Vec::new();
    for outcome in recording["outcomes"]["outcomes"].as_array().expect("outcomes") {
        for exchange in outcome["exchanges"].as_array().into_iter().flatten() {
            if let Some(status) = exchange["answer"]["status"].as_u64() {
                answers.push((outcome["probe"].as_str().unwrap_or_default().to_owned(), status));
            }
        }
    }
    answers
}

fn count(report: &Value, verdict: &str) -> u64 {
    report["totals"][verdict].as_u64().unwrap_or_default()
}

/// The plan for a server elsewhere, on which everything is allowed.
fn plan(format: &str) -> String {
    let folder = Folder::new(&format!("plan-{format}"));
    let words = ["plan", "--target", "https://api.example.com", "--allow-writes", "--allow", "all", "--format", format];
    let mut command = folder.command(&words);
    for name in ["ADDEPAR_LIMITED_KEY", "ADDEPAR_LIMITED_SECRET", "ADDEPAR_FIRM", "ADDEPAR_EXPIRED_JOB", "ADDEPAR_EXPIRED_TRANSACTION_JOB"] {
        command.env(name, "1");
    }
    let output = command.output().expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_plan_begins_with_what_tells_most() {
    let lines: Vec<String> = plan("text").lines().take(70).map(str::to_owned).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("first_lines_of_the_plan", lines.join("\n")));
}

#[test]
fn the_first_window_shows_every_status_and_as_many_apis_as_fit() {
    let plan: Value = serde_json::from_str(&plan("json")).expect("a plan in JSON");
    let probes = plan["probes"].as_array().expect("probes");
    let first: Vec<&Value> = probes.iter().take(50).collect();
    let statuses: BTreeSet<u64> = first.iter().filter_map(|probe| probe["status"].as_u64()).collect();
    assert!(statuses.len() >= 13, "only {statuses:?}");
    let contract = &subject().contract;
    let apis = |probes: &[&Value]| -> BTreeSet<String> {
        probes.iter().filter_map(|probe| Some(contract.operation(probe["operation"].as_str()?)?.api.clone())).collect()
    };
    let all = apis(&probes.iter().collect::<Vec<_>>());
    let missing: Vec<&String> = all.iter().filter(|api| !apis(&first).contains(*api)).collect();
    assert!(all.len() > 40 && missing.len() * 5 <= all.len(), "{missing:?} of {}", all.len());
    // One request more than the limit allows is planned, and few are sent for it: those without credentials may not count.
    let burst: Vec<&Value> = probes.iter().filter(|probe| probe["stage"] == "burst").collect();
    assert!(burst.len() == 1 && burst[0]["repeat"]["burst"]["most"].as_u64().is_some_and(|most| (2..=8).contains(&most)), "{burst:?}");
}

#[test]
fn no_window_is_overrun_and_a_full_one_shows_the_limit() {
    let folder = Folder::new("windows");
    let mock = Mock::start(&folder, &["--window", "50/5"]);
    let output = mock.run(&folder, &["run", "--window", "50/5", "--budget", "120"]);
    assert_eq!(output.status.code(), Some(3), "the budget does not do for all cells: {}", text(&output));
    let answers = answers(&folder.json("reports/recording.json"));
    let too_many: Vec<&str> = answers.iter().filter(|(_, status)| *status == 429).map(|(probe, _)| probe.as_str()).collect();
    assert_eq!(too_many, ["*::429::burst"], "the limit is met on purpose, and only then");
    assert!(answers.len() <= 120, "{} requests", answers.len());
    let first: BTreeSet<u64> = answers.iter().take(50).map(|(_, status)| *status).collect();
    assert!(first.len() >= 12, "the first window shows only {first:?}");
    let report = folder.report();
    assert!(count(&report, "violates") + count(&report, "blocked") == 0, "{}", text(&output));
}

/// What should have been refused and was accepted has to be removed as well.
#[test]
fn the_budget_holds_whatever_the_server_accepts() {
    let folder = Folder::new("accepts");
    let accepts = ["unauthorized", "wrong-secret", "missing-header", "forbidden", "missing-attribute", "wrong-type", "bad-enum", "duplicate"];
    let faults: Vec<String> = accepts.iter().flat_map(|name| ["--fault".to_owned(), format!("{name}-accepted")]).collect();
    let words: Vec<&str> = faults.iter().map(String::as_str).chain(["--window", "100000/1"]).collect();
    for budget in [40, 60, 100] {
        let mut mock = Mock::start(&folder, &words);
        let number = budget.to_string();
        let output = mock.run(&folder, &["run", "--budget", &number, "--only", "entities.*", "--only", "groups.*", "--retries", "0"]);
        let report = folder.report();
        let left: Vec<&Value> = report["left"].as_array().into_iter().flatten().filter(|left| left["removable"] == true).collect();
        assert!(left.is_empty(), "{left:?}\n{}", text(&output));
        assert!(count(&report, "violates") > 0, "the faults are met: {}", text(&output));
        let requests = report["totals"]["requests"].as_u64().expect("a number");
        assert!(requests > budget / 2 && requests <= budget, "{requests} of {budget}: {}", text(&output));
        assert_eq!(mock.end(), requests, "every request is counted: {}", text(&output));
    }
}

/// Who starts over cleans up first, out of the same budget.
#[test]
fn the_budget_holds_for_what_starting_over_removes() {
    let folder = Folder::new("over");
    let mut mock = Mock::start(&folder, &["--window", "100000/1", "--fault", "duplicate-accepted"]);
    let words = ["run", "--budget", "60", "--only", "groups.*", "--fresh", "--retries", "0"];
    let mut child = mock.command(&folder, &[&words[..], &["--jobs", "1"]].concat()).stderr(Stdio::piped()).spawn().expect("the command runs");
    while journalled(&folder) < 20 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    let before = journalled(&folder);
    let output = mock.run(&folder, &words);
    assert!(folder.report()["totals"]["requests"].as_u64().is_some_and(|requests| requests > 10), "{}", text(&output));
    let answered = mock.end();
    assert!(answered <= before + 60, "{answered} requests, {before} of them before: {}", text(&output));
}

/// How many requests the journals of a folder tell of.
fn journalled(folder: &Folder) -> u64 {
    let targets = std::fs::read_dir(folder.0.join(".probity")).into_iter().flatten();
    let files = targets.flatten().filter_map(|target| std::fs::read_dir(target.path()).ok()).flatten().flatten();
    files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).map(|text| text.matches("{\"sent\"").count() as u64).sum()
}

/// What is tried a second time is counted by no budget.
#[test]
fn what_is_made_is_removed_at_the_first_try() {
    let folder = Folder::new("planned");
    let output = folder.run(&["run"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let answers = answers(&folder.json("reports/recording.json"));
    let cleaning: Vec<_> = answers.iter().filter(|(probe, _)| probe.contains("::cleanup::") || probe.contains("::removal::")).collect();
    assert!(cleaning.len() > 20, "{cleaning:?}");
    let refused: Vec<_> = cleaning.iter().filter(|(_, status)| *status >= 400).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// Whatever a job of an earlier run is, it expires by itself, and a later run shows it.
#[test]
fn a_job_that_an_earlier_run_left_shows_that_it_has_expired() {
    let folder = Folder::new("expired");
    let suite = include_str!("../../suites/addepar.yaml").replace("after: 86400", "after: 1");
    let contract = concat!("contract: ", env!("CARGO_MANIFEST_DIR"), "/schemas/addepar/openapi.yaml");
    folder.write("suite.yaml", suite.replace("contract: ../schemas/addepar/openapi.yaml", contract));
    let mut mock = Mock::start(&folder, &["--suite", "suite.yaml"]);
    mock.environment.retain(|(name, _)| !name.contains("EXPIRED"));
    let words = ["run", "--suite", "suite.yaml", "--only", "jobs.*", "--status", "202", "--status", "410"];
    let verdict = || {
        let output = mock.run(&folder, &words);
        let report = folder.report();
        let cell = report["cells"].as_array().into_iter().flatten().find(|cell| cell["status"] == 410).cloned().unwrap_or_default();
        (cell["verdict"].as_str().unwrap_or_default().to_owned(), format!("{}\n{}", cell["reason"], text(&output)))
    };
    let (first, said) = verdict();
    assert!(first == "skipped" && said.contains("or run again in 1 s: a run that makes one leaves it"), "{first}: {said}");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let (second, said) = verdict();
    assert_eq!(second, "conforms", "{said}");
    let asked = answers(&folder.json("reports/recording.json"));
    assert!(asked.iter().any(|(probe, status)| probe == "jobs.download::410::expired" && *status == 410), "{asked:?}");
}

#[test]
fn the_matrix_fills_over_several_runs() {
    let folder = Folder::new("fills");
    let words = ["run", "--budget", "60", "--only", "groups.*"];
    let mut shown = 0;
    for round in 0..8 {
        let output = folder.run(&words);
        let report = folder.report();
        assert!(report["totals"]["requests"].as_u64().is_some_and(|requests| requests <= 60), "{}", text(&output));
        assert_eq!(count(&report, "violates") + count(&report, "blocked"), 0, "{}", text(&output));
        let now = count(&report, "conforms") + count(&report, "held");
        assert!(now > shown || output.status.code() == Some(0), "run {round} adds nothing: {}", text(&output));
        shown = now;
        if output.status.code() == Some(0) {
            assert!(round > 0, "one run was enough");
            let remembered = report["cells"].as_array().expect("cells").iter().filter(|cell| cell["remembered"].is_string()).count();
            assert!(remembered > 0, "what earlier runs have shown is said to be remembered");
            let output = folder.command(&words).arg("--fresh").output().expect("the command runs");
            assert_eq!(output.status.code(), Some(3), "it starts over: {}", text(&output));
            return;
        }
    }
    panic!("eight runs are not enough: {shown}");
}

#[test]
fn an_unplanned_429_is_obeyed_and_nothing_fails_for_it() {
    let folder = Folder::new("unplanned");
    let mock = Mock::start(&folder, &["--window", "20/2"]);
    // Nothing is kept on this side, so the server has to say it.
    let output = mock.run(&folder, &["run", "--only", "entities.get", "--only", "entities.create"]);
    let report = folder.report();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let output = mock.run(&folder, &["run", "--only", "entities.*"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(answers(&folder.json("reports/recording.json")).iter().any(|(_, status)| *status == 429), "the limit was never met");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
}

#[test]
fn a_wait_that_makes_no_sense_is_a_finding_and_another_one_is_kept() {
    let folder = Folder::new("nonsense");
    let mock = Mock::start(&folder, &["--window", "20/2", "--fault", "too-many-wait-nonsense"]);
    let output = mock.run(&folder, &["run", "--only", "entities.*", "--window", "40/2"]);
    let report = folder.report();
    let found: Vec<&str> = report["findings"].as_array().expect("findings").iter().filter_map(|finding| finding["check"].as_str()).collect();
    assert!(found.contains(&"retry-after"), "{found:?}\n{}", text(&output));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(count(&report, "violates") + count(&report, "blocked"), 0, "no cell fails for it: {}", text(&output));
}

#[test]
fn a_job_of_an_earlier_day_is_remembered() {
    let folder = Folder::new("job");
    let mut mock = Mock::start(&folder, &["--window", "100000/1"]);
    mock.environment.retain(|(name, _)| !name.contains("EXPIRED"));
    let output = mock.run(&folder, &["run", "--only", "jobs.create_query"]);
    assert!(output.status.code().is_some(), "{}", text(&output));
    let state = std::fs::read_dir(folder.0.join(".probity")).expect("a state folder").find_map(Result::ok).expect("a target");
    let path = state.path().join("memory.json");
    let mut memory: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a memory")).expect("a memory in JSON");
    let job = memory.pointer_mut("/jobs/jobs/0").expect("a finished job");
    let id = job["id"].as_str().expect("its id").to_owned();
    let expired = |memory: &Value| {
        std::fs::write(&path, memory.to_string()).expect("a file");
        let output = mock.run(&folder, &["plan", "--only", "jobs.*", "--format", "json"]);
        let plan: Value = serde_json::from_slice(&output.stdout).expect("a plan in JSON");
        plan["slots"].get(format!("jobs={id}")).is_some()
    };
    let young = job.clone();
    job["at"] = Value::from(young["at"].as_i64().expect("a time") - 86_500_000);
    assert!(expired(&memory), "a job of yesterday has expired");
    memory["jobs"]["jobs"][0] = young;
    assert!(!expired(&memory), "a job of today has not");
}
