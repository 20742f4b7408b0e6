//! Journals and recordings are data and no orders, a command needs a target, and a hang-up ends a run like Ctrl-C.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Mock, OTHER, text};

/// Every journal of a folder.
fn journals(folder: &Folder) -> Vec<PathBuf> {
    let targets = std::fs::read_dir(folder.0.join(".probity")).into_iter().flatten().filter_map(Result::ok);
    let files = targets.flat_map(|target| std::fs::read_dir(target.path()).into_iter().flatten().filter_map(Result::ok));
    files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect()
}

fn sent(folder: &Folder) -> usize {
    journals(folder).iter().filter_map(|path| std::fs::read_to_string(path).ok()).map(|text| text.matches("{\"sent\"").count()).sum()
}

/// Starts a run, lets it send so many requests, and sends it a signal; how it ended.
fn signalled(mock: &Mock, folder: &Folder, words: &[&str], count: usize, signal: &str) -> Option<i32> {
    let mut child = mock.command(folder, words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
    let started = Instant::now();
    while sent(folder) < count && started.elapsed() < Duration::from_mins(2) {
        std::thread::sleep(Duration::from_millis(3));
    }
    let told = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()), "the process is told");
    child.wait().expect("it ends").code()
}

/// The methods of everything that a journal says was sent.
fn writes(folder: &Folder) -> usize {
    let methods = ["\"method\":\"DELETE\"", "\"method\":\"POST\"", "\"method\":\"PATCH\"", "\"method\":\"PUT\""];
    let lines = journals(folder).into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let lines: Vec<String> = lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.iter().filter(|line| line.starts_with("{\"sent\"") && methods.iter().any(|method| line.contains(method))).count()
}

#[test]
fn an_edited_journal_sends_no_writes_in_a_run_that_only_reads() {
    let folder = Folder::new("edited");
    let mut mock = Mock::start(&folder, &["--window", "100000/1", "--variant", "slow-answers"]);
    let words = ["run", "--profile", "read-only", "--jobs", "1"];
    assert_eq!(signalled(&mock, &folder, &words, 20, "-KILL"), None);
    let [journal] = &journals(&folder)[..] else { panic!("one journal") };
    let told = std::fs::read_to_string(journal).expect("a journal");
    let edited = told.replace("\"method\":\"GET\"", "\"method\":\"DELETE\"");
    assert_ne!(edited, told, "the journal holds the plan");
    std::fs::write(journal, edited).expect("written");
    let before = writes(&folder);
    let output = mock.run(&folder, &words);
    assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{}", text(&output));
    assert_eq!(writes(&folder), before, "{}", text(&output));
    mock.end();
}

/// How something is removed is for the contract to say: a journal whose plan removes things with requests that act on all of them.
#[test]
fn an_edited_journal_makes_a_clean_up_do_nothing_else() {
    let folder = Folder::new("removers");
    let mock = Mock::start(&folder, &["--window", "100000/1", "--variant", "slow-answers"]);
    let words = ["run", "--jobs", "1", "--only", "groups.*", "--allow", "all"];
    assert_eq!(signalled(&mock, &folder, &words, 20, "-KILL"), None);
    let [journal] = &journals(&folder)[..] else { panic!("one journal") };
    let told = std::fs::read_to_string(journal).expect("a journal");
    let (start, rest) = told.split_once('\n').expect("a first line");
    let mut start: Value = serde_json::from_str(start).expect("JSON");
    let removers = start["started"]["plan"]["removers"].as_object_mut().expect("the journal holds the plan");
    assert!(!removers.is_empty());
    for remover in removers.values_mut() {
        let path = remover["request"]["path"].as_str().expect("a path").replace("/v1/", "/v1/reset/");
        remover["request"]["path"] = path.into();
        remover["request"]["method"] = "GET".into();
    }
    std::fs::write(journal, format!("{start}\n{rest}")).expect("written");
    let output = mock.run(&folder, &["clean"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("is left"), "{}", text(&output));
    let told = std::fs::read_to_string(journal).expect("a journal");
    let harmful = told.lines().filter(|line| line.starts_with("{\"sent\"") && line.contains("/v1/reset/")).count();
    assert_eq!(harmful, 0, "{}", text(&output));
}

/// A journal whose plan names paths that make another host of the target's address.
#[test]
fn an_edited_journal_sends_no_token_to_another_host() {
    let folder = Folder::new("host");
    let mock = Mock::start(&folder, &["--window", "100000/1"]);
    let words = ["run", "--profile", "read-only", "--jobs", "1", "--only", "entities.*", "--timeout", "1"];
    let output = mock.run(&folder, &words);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let [journal] = &journals(&folder)[..] else { panic!("one journal") };
    let told = std::fs::read_to_string(journal).expect("a journal");
    let start = told.lines().next().expect("a first line");
    let other = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    other.set_nonblocking(true).expect("a listener that does not wait");
    let address = other.local_addr().expect("its address");
    let edited = start.replace("\"path\":\"/v1", &format!("\"path\":\"@{address}/v1"));
    assert_ne!(edited, start, "the journal holds the plan");
    std::fs::write(journal, edited + "\n").expect("written");
    let output = mock.run(&folder, &words);
    assert!(text(&output).contains("Continuing"), "{}", text(&output));
    assert!(other.accept().is_err(), "somebody else was asked: {}", text(&output));
    assert!(text(&output).contains("is not on the server that the run is for"), "{}", text(&output));
}

/// What a recording was made with is what it is replayed with, or it is said that it is not.
#[test]
fn a_recording_by_other_files_is_replayed_only_with_the_files_named() {
    let folder = Folder::new("recorded");
    folder.write("other.yaml", OTHER);
    folder.write("suite.yaml", "name: other\ncontract: other.yaml\n");
    let output = folder.run(&["run", "--suite", "suite.yaml", "--target", "mock"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let probe = folder.report()["probes"][0]["id"].as_str().expect("a probe").to_owned();
    let replay = |more: &[&str]| folder.run(&[&["replay", &probe], more].concat());
    assert_eq!(replay(&[]).status.code(), Some(0), "{}", text(&replay(&[])));
    for (file, changed) in
        [("other.yaml", OTHER.replace("title: Other", "title: Others")), ("suite.yaml", "name: others\ncontract: other.yaml\n".to_owned())]
    {
        let kept = folder.text(file);
        folder.write(file, changed);
        let refused = replay(&[]);
        assert_eq!(refused.status.code(), Some(2), "{file}: {}", text(&refused));
        assert!(text(&refused).contains("is not what it was") && text(&refused).contains("--contract or --suite"), "{file}: {}", text(&refused));
        assert_eq!(replay(&["--suite", "suite.yaml"]).status.code(), Some(0), "{file}: it is named: {}", text(&replay(&["--suite", "suite.yaml"])));
        std::fs::remove_file(folder.0.join(file)).expect("the file is there");
        assert_eq!(replay(&[]).status.code(), Some(2), "{file}: {}", text(&replay(&[])));
        folder.write(file, kept);
    }
    assert_eq!(replay(&[]).status.code(), Some(0), "{}", text(&replay(&[])));
}

#[test]
fn a_run_by_other_files_is_cleaned_up_only_with_the_files_named() {
    let folder = Folder::new("files");
    let books = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/books.yaml");
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/books.suite.yaml");
    folder.write("books.yaml", std::fs::read(books).expect("the contract"));
    folder.write("books.suite.yaml", std::fs::read(suite).expect("the suite"));
    let files = ["--contract", "books.yaml", "--suite", "books.suite.yaml"];
    let mock = Mock::start(&folder, &[&files[..], &["--window", "100000/1", "--variant", "slow-answers"]].concat());
    assert_eq!(signalled(&mock, &folder, &[&["run", "--jobs", "1"], &files[..]].concat(), 10, "-KILL"), None);
    let changed = folder.text("books.yaml").replace("title: Lending Library", "title: Lending Libraries");
    assert_ne!(changed, folder.text("books.yaml"));
    let kept = folder.text("books.yaml");
    folder.write("books.yaml", changed);
    let refused = mock.run(&folder, &["clean"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("--contract"), "{}", text(&refused));
    folder.write("books.yaml", kept);
    let cleaned = mock.run(&folder, &["clean"]);
    assert!(matches!(cleaned.status.code(), Some(0 | 3)), "{}", text(&cleaned));
}

#[test]
fn a_hang_up_ends_a_run_like_ctrl_c() {
    let folder = Folder::new("hang-up");
    let mock = Mock::start(&folder, &["--window", "100000/1", "--variant", "slow-answers"]);
    assert_eq!(signalled(&mock, &folder, &["run", "--jobs", "1", "--allow", "leftovers"], 40, "-HUP"), Some(3));
    let report = folder.report();
    let cells = report["cells"].as_array().expect("cells");
    assert!(cells.iter().any(|cell| cell["verdict"] == "conforms"), "what was shown is reported");
    assert!(
        cells.iter().any(|cell| cell["reason"].as_str().is_some_and(|reason| reason.contains("the run was interrupted"))),
        "the run was cut short"
    );
}

#[test]
fn a_contract_or_a_suite_needs_a_target() {
    let folder = Folder::new("gate");
    folder.write("other.yaml", OTHER);
    let output = folder.run(&["run", "--contract", "other.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("--target mock") && text(&output).contains("--target URL"), "{}", text(&output));
    assert_eq!(folder.run(&["run", "--contract", "other.yaml", "--target", "mock"]).status.code(), Some(0));
}

/// A flag that is taken is heeded: what is about a server on a network is refused where there is none.
#[test]
fn flags_for_a_server_are_refused_by_the_embedded_mock() {
    let folder = Folder::new("for-a-server");
    folder.write("ours", "PROBITY_API_KEY=abc");
    let of_run = [&["--live"][..], &["--ca", "ours"], &["--client-cert", "ours"], &["--proxy", "http://127.0.0.1:1"], &["--credentials", "ours"]];
    let commands = of_run.map(|flag| ("run", flag)).into_iter().chain([("plan", &["--live"][..]), ("plan", &["--credentials", "ours"])]);
    for (command, flag) in commands {
        let output = folder.run(&[&[command, "--target", "mock", "--only", "entities.list"], flag].concat());
        assert_eq!(output.status.code(), Some(2), "{command} {flag:?}: {}", text(&output));
        assert!(text(&output).contains(flag[0]) && text(&output).contains("--target URL"), "{command} {flag:?}: {}", text(&output));
    }
}

#[test]
fn a_plan_carries_the_mark_that_it_is_given() {
    let folder = Folder::new("marked");
    for target in ["mock", "https://api.example.com"] {
        let words = ["plan", "--format", "json", "--only", "entities.create", "--mark", "ours-0042", "--target", target, "--allow-writes"];
        let output = folder.run(&words);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(text(&output).contains("ours-0042"), "{target}: the names do not carry the mark");
    }
}

#[test]
fn a_profile_allows_nothing_elsewhere() {
    let folder = Folder::new("profile");
    let run = |words: &[&str]| -> Output { folder.run(&[&["plan", "--target", "https://api.example.com"], words].concat()) };
    let output = run(&["--profile", "full"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("--allow-writes"), "{}", text(&output));
    assert_eq!(run(&["--profile", "full", "--allow-writes"]).status.code(), Some(0));
}

/// One server has one lock and one memory, whatever its name.
#[test]
fn a_server_is_known_by_its_address() {
    let folder = Folder::new("known");
    let mock = Mock::start(&folder, &["--window", "100000/1"]);
    for host in ["127.0.0.1", "localhost"] {
        let target = mock.url.replace("127.0.0.1", host);
        let mut command = folder.command(&["run", "--only", "entities.list", "--target", &target]);
        let output = command.envs(mock.environment.iter().cloned()).output().expect("the command runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    }
    let targets = std::fs::read_dir(folder.0.join(".probity")).expect("the state").count();
    assert_eq!(targets, 1);
}

/// The names of this machine that stand in its own table, and lead nowhere else.
fn own_names() -> Vec<String> {
    use std::net::ToSocketAddrs;
    let table = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let names = table.lines().filter_map(|line| line.split('#').next()).flat_map(|line| line.split_whitespace().skip(1));
    let own = |name: &&str| {
        let found: Vec<_> = (*name, 80).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
        !found.is_empty() && found.iter().all(|address| address.ip().is_loopback())
    };
    names.filter(own).map(str::to_owned).collect()
}

/// What a plan goes by is what the run is going to find.
#[test]
fn a_plan_knows_a_server_as_the_run_does() {
    for name in own_names().into_iter().chain(["localhost".to_owned(), "127.0.0.1".to_owned()]) {
        let folder = Folder::new("planned");
        let target = format!("http://{name}:8099");
        for words in [&["clean"][..], &["plan", "--only", "entities.list"]] {
            let output = folder.run(&[words, &["--target", &target]].concat());
            assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        }
        let known: Vec<_> = std::fs::read_dir(folder.0.join(".probity")).expect("the state").filter_map(|one| Some(one.ok()?.file_name())).collect();
        assert_eq!(known.len(), 1, "{name}: {known:?}");
    }
}
