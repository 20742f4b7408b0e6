//! A server that is away for a while: nothing of it outlasts the outage, neither in a report nor in memory.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Mock, OTHER, text};

/// The files of a small contract with a suite of its own.
fn library() -> [String; 4] {
    let path = |name: &str| format!("{}/tests/contracts/{name}", env!("CARGO_MANIFEST_DIR"));
    ["--contract".to_owned(), path("books.yaml"), "--suite".to_owned(), path("books.suite.yaml")]
}

/// A folder, the arguments that name the contract, and the address of a mock that was ended again: nobody listens there.
fn away(name: &str) -> (Folder, Vec<String>, String) {
    let (folder, files) = (Folder::new(name), library());
    let words: Vec<&str> = files.iter().map(String::as_str).collect();
    let url = Mock::start(&folder, &words).url.clone();
    (folder, files.to_vec(), url)
}

/// The same mock again at the same address.
fn back(folder: &Folder, files: &[String], url: &str) -> Mock {
    let listen = url.trim_start_matches("http://");
    let words: Vec<&str> = files.iter().map(String::as_str).chain(["--listen", listen, "--window", "100000/1"]).collect();
    Mock::start(folder, &words)
}

fn command(folder: &Folder, files: &[String], url: &str, words: &[&str]) -> std::process::Command {
    let mut command = folder.command(&["run", "--target", url, "--allow", "all"]);
    command.args(files).args(words).envs([("LIBRARY_TOKEN", "probity-token-full"), ("LIBRARY_READER_TOKEN", "probity-token-limited")]);
    command
}

fn run(folder: &Folder, files: &[String], url: &str, words: &[&str]) -> std::process::Output {
    command(folder, files, url, words).output().expect("the command runs")
}

fn count(report: &Value, verdict: &str) -> usize {
    report["cells"].as_array().into_iter().flatten().filter(|cell| cell["verdict"] == verdict).count()
}

#[test]
fn a_night_without_an_answer_leaves_no_report_and_nothing_to_continue() {
    let (folder, files, url) = away("night");
    for _ in 0..2 {
        let silent = run(&folder, &files, &url, &[]);
        assert_eq!(silent.status.code(), Some(3), "{}", text(&silent));
        assert!(text(&silent).contains("did not answer") && !folder.0.join("reports").exists(), "{}", text(&silent));
    }
    let mock = back(&folder, &files, &url);
    let output = run(&folder, &files, &url, &[]);
    assert!(!text(&output).contains("Continuing"), "{}", text(&output));
    let (first, proved) = (folder.report(), count(&folder.report(), "conforms"));
    assert!(proved > 40 && count(&first, "inconclusive") == 0, "{}", text(&output));
    drop(mock);
    // The night after: the report of the day stays, and is not written anew.
    let before = folder.text("reports/report.json");
    assert_eq!(run(&folder, &files, &url, &[]).status.code(), Some(3));
    assert_eq!(folder.text("reports/report.json"), before);
    let _mock = back(&folder, &files, &url);
    let again = run(&folder, &files, &url, &[]);
    assert_eq!(count(&folder.report(), "conforms"), proved, "{}", text(&again));
}

/// Waits until the journals of a folder have so many lines of a sort.
fn wait_for(folder: &Folder, line: &str, count: usize) {
    let journalled = || {
        let folders = std::fs::read_dir(folder.0.join(".probity")).into_iter().flatten().filter_map(Result::ok);
        let files = folders.flat_map(|one| std::fs::read_dir(one.path()).into_iter().flatten().filter_map(Result::ok));
        files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).map(|text| text.matches(line).count()).sum::<usize>()
    };
    let started = Instant::now();
    while journalled() < count && started.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn an_outage_in_the_middle_is_asked_again_and_not_replayed() {
    let (folder, files, url) = away("middle");
    let mock = back(&folder, &files, &url);
    let slow = ["--max-time", "600", "--jobs", "1", "--timeout", "5"];
    let mut child = command(&folder, &files, &url, &slow).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
    wait_for(&folder, "{\"sent\"", 20);
    drop(mock);
    let code = child.wait().expect("it ends").code();
    let cut = folder.report();
    assert!(matches!(code, Some(0 | 3)), "{code:?}");
    // A machine may be so fast that the run is through before the server is gone; then there is nothing to see.
    let _mock = back(&folder, &files, &url);
    let output = run(&folder, &files, &url, &slow);
    let whole = folder.report();
    assert!(count(&whole, "conforms") >= count(&cut, "conforms").max(40), "{}", text(&output));
    assert_eq!(count(&whole, "inconclusive"), 0, "{}", text(&output));
}

/// A server that hangs in the middle of a night, and a run that is killed while it waits in vain.
#[cfg(unix)]
#[test]
fn silence_of_an_outage_in_the_middle_is_not_replayed() {
    let (folder, files, url) = away("hangs");
    let mock = back(&folder, &files, &url);
    let words = ["--jobs", "1", "--timeout", "1"];
    let mut child = command(&folder, &files, &url, &words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
    wait_for(&folder, "{\"sent\"", 20);
    let told = |signal: &str| std::process::Command::new("kill").args([signal, &mock.id().to_string()]).status().expect("it is told");
    assert!(told("-STOP").success());
    wait_for(&folder, "{\"silent\"", 2);
    let _ = child.kill();
    let _ = child.wait();
    assert!(told("-CONT").success());
    let path = journal(&folder);
    let cut = std::fs::read_to_string(&path).expect("a journal");
    let silent: Vec<u64> = cut.lines().filter_map(|line| number(line, "silent")).collect();
    let asked = probes(&cut);
    assert!(silent.len() >= 2 && asked.len() >= 20, "the run was through before: {} requests", asked.len());
    let output = run(&folder, &files, &url, &words);
    assert!(text(&output).contains("Continuing"), "{}", text(&output));
    let sent = probes(&std::fs::read_to_string(&path).expect("a journal"));
    for number in silent {
        let probe = &asked[usize::try_from(number).expect("a small number")];
        assert!(sent[asked.len()..].contains(probe), "{probe} was met with silence, and is not sent again: {}", text(&output));
    }
    let whole = folder.report();
    assert!(count(&whole, "conforms") > 40 && count(&whole, "inconclusive") == 0, "{}", text(&output));
}

/// The only journal of a folder.
fn journal(folder: &Folder) -> std::path::PathBuf {
    let targets = std::fs::read_dir(folder.0.join(".probity")).expect("the state").filter_map(Result::ok);
    let files = targets.flat_map(|target| std::fs::read_dir(target.path()).into_iter().flatten().filter_map(Result::ok));
    files.map(|file| file.path()).find(|path| path.extension().is_some_and(|extension| extension == "jsonl")).expect("a journal")
}

/// The number of the request that a line of a journal is about.
fn number(line: &str, word: &str) -> Option<u64> {
    serde_json::from_str::<Value>(line).ok()?.get(word)?.get("number")?.as_u64()
}

/// The probes of which requests were sent, in order.
fn probes(journal: &str) -> Vec<String> {
    let lines = journal.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| Some(line.get("sent")?["probe"].as_str()?.to_owned())).collect()
}

/// A run that was killed has a journal with requests that nobody answered, and with some of which nobody knows.
#[test]
fn silence_of_a_run_that_was_cut_off_is_sent_again_and_is_no_answer() {
    let (folder, files, url) = away("silence");
    let _mock = back(&folder, &files, &url);
    let words = ["--profile", "read-only", "--jobs", "1"];
    let first = run(&folder, &files, &url, &words);
    let (proved, path) = (count(&folder.report(), "conforms"), journal(&folder));
    let whole = std::fs::read_to_string(&path).expect("a journal");
    let asked = probes(&whole);
    assert!(proved > 5 && asked.len() > 8, "{}", text(&first));
    // How many of three requests were answered: some, or none at all.
    for answered in [1, 0] {
        let cut: Vec<String> = whole
            .lines()
            .filter(|line| *line != "\"finished\"")
            .filter_map(|line| match number(line, "answered") {
                Some(number) if number % 3 == 1 => Some(format!("{{\"silent\":{{\"number\":{number},\"reason\":\"nobody answered\"}}}}")),
                Some(number) if number % 3 == 2 || answered == 0 => None,
                _ => Some(line.to_owned()),
            })
            .collect();
        std::fs::write(&path, cut.join("\n") + "\n").expect("written");
        let output = run(&folder, &files, &url, &words);
        assert!(text(&output).contains("Continuing"), "{}", text(&output));
        let sent = probes(&std::fs::read_to_string(&path).expect("a journal"));
        let again: Vec<&String> = asked.iter().zip(0..).filter(|(_, number)| answered == 0 || number % 3 != 0).map(|(probe, _)| probe).collect();
        assert_eq!(sent[asked.len()..].iter().collect::<Vec<_>>(), again, "what was not answered is sent again, and nothing else");
        let report = folder.report();
        assert_eq!((count(&report, "conforms"), count(&report, "inconclusive")), (proved, 0), "{}", text(&output));
    }
}

#[test]
fn a_server_that_is_still_starting_is_waited_for() {
    let (folder, files, url) = away("starting");
    let child = command(&folder, &files, &url, &["--wait", "60"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    std::thread::sleep(Duration::from_millis(1500));
    let _mock = back(&folder, &files, &url);
    let output = child.wait_with_output().expect("it ends");
    assert!(count(&folder.report(), "conforms") > 40, "{}", text(&output));
    // A run that waited in vain is none: the next one has nothing to go on with.
    for _ in 0..2 {
        let vain = Instant::now();
        let nobody = run(&folder, &files, "http://127.0.0.1:1", &["--wait", "1"]);
        assert_eq!(nobody.status.code(), Some(3), "{}", text(&nobody));
        assert!(vain.elapsed() >= Duration::from_secs(1), "it is waited");
        assert!(!text(&nobody).contains("Continuing"), "{}", text(&nobody));
    }
}

#[test]
fn a_run_ends_when_its_time_is_up_and_leaves_nothing() {
    let folder = Folder::new("time");
    let mock = Mock::start(&folder, &["--variant", "slow-answers", "--window", "100000/1"]);
    let started = Instant::now();
    let output = mock.run(&folder, &["run", "--max-time", "1", "--jobs", "1", "--allow", "leftovers"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(started.elapsed() < Duration::from_mins(1));
    let report = folder.report();
    assert!(count(&report, "blocked") > 50, "it was through before: {}", text(&output));
    let left: Vec<&Value> = report["left"].as_array().into_iter().flatten().filter(|left| left["removable"] == true).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What a memory may be that was cut off, is of another time, or is none.
const DAMAGED: [&str; 5] = ["", "{", "{\"version\": 99}", "\u{0}\u{0}", "[]"];

/// Whether the memory beside a journal is one again.
fn is_whole(memory: &std::path::Path) -> bool {
    serde_json::from_str::<Value>(&std::fs::read_to_string(memory).expect("a memory")).is_ok_and(|memory| memory.get("cells").is_some())
}

#[test]
fn a_damaged_memory_is_said_and_the_run_goes_on() {
    let (folder, files, url) = away("damaged");
    let _mock = back(&folder, &files, &url);
    let healthy = run(&folder, &files, &url, &[]);
    let proved = count(&folder.report(), "conforms");
    assert!(proved > 40 && !text(&healthy).contains("memory.json"), "{}", text(&healthy));
    let memory = journal(&folder).with_file_name("memory.json");
    for broken in DAMAGED {
        std::fs::write(&memory, broken).expect("written");
        std::fs::remove_dir_all(folder.0.join("reports")).expect("reports of the run before");
        let output = run(&folder, &files, &url, &[]);
        assert_eq!(output.status.code(), healthy.status.code(), "{broken:?}: {}", text(&output));
        assert!(text(&output).contains("memory.json"), "{broken:?}: {}", text(&output));
        assert_eq!(count(&folder.report(), "conforms"), proved, "{broken:?}: {}", text(&output));
        assert!(is_whole(&memory), "{broken:?}: {}", text(&output));
    }
}

/// Not even a run that nobody answers leaves what was to be forgotten.
#[test]
fn starting_over_forgets_a_damaged_memory() {
    let (folder, files, url) = away("forgets");
    let mock = back(&folder, &files, &url);
    run(&folder, &files, &url, &[]);
    let proved = count(&folder.report(), "conforms");
    let memory = journal(&folder).with_file_name("memory.json");
    drop(mock);
    for broken in DAMAGED {
        std::fs::write(&memory, broken).expect("written");
        let output = run(&folder, &files, &url, &["--fresh"]);
        assert!(output.status.code() == Some(3) && text(&output).contains("did not answer"), "{broken:?}: {}", text(&output));
        assert!(is_whole(&memory), "{broken:?}: {}", text(&output));
    }
    let _mock = back(&folder, &files, &url);
    let output = run(&folder, &files, &url, &[]);
    assert!(!text(&output).contains("memory.json"), "{}", text(&output));
    assert_eq!(count(&folder.report(), "conforms"), proved, "{}", text(&output));
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, files, url) = away("shared");
    let _mock = back(&folder, &files, &url);
    std::fs::create_dir(folder.0.join("open")).expect("a folder");
    std::fs::set_permissions(folder.0.join("open"), PermissionsExt::from_mode(0o777)).expect("permissions");
    let output = run(&folder, &files, &url, &["--state", "open"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("open"), "{}", text(&output));
}

#[test]
fn replay_refuses_what_it_would_not_heed_and_another_contract() {
    let (folder, files, url) = away("heed");
    let _mock = back(&folder, &files, &url);
    let output = run(&folder, &files, &url, &[]);
    let report = folder.report();
    let probe = report["probes"].as_array().and_then(|probes| probes.first()?["id"].as_str()).unwrap_or_else(|| panic!("{}", text(&output)));
    let replay = |words: &[&str]| {
        let mut command = folder.command(&["replay", probe, "--allow", "all"]);
        command.args(words).envs([("LIBRARY_TOKEN", "probity-token-full"), ("LIBRARY_READER_TOKEN", "probity-token-limited")]);
        command.output().expect("the command runs")
    };
    for words in [
        &["--budget", "3"][..],
        &["--fresh"],
        &["--only", "*"],
        &["--max-time", "5"],
        &["--target", "http://127.0.0.1:1"],
        &["--seed", "9"],
        &["--retries", "1"],
        &["--out", "elsewhere"],
    ] {
        let output = replay(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", text(&output));
        assert!(text(&output).contains(words[0]), "{words:?}: {}", text(&output));
    }
    assert_eq!(replay(&[]).status.code(), Some(0), "{}", text(&replay(&[])));
    folder.write("other.yaml", OTHER);
    let other = replay(&["--contract", "other.yaml"]);
    assert_eq!(other.status.code(), Some(2), "{}", text(&other));
}
