//! The suite of the working folder is used where no other is named, with its commands; nothing else brings any.

use std::process::Output;

use crate::support::server::{Reply, Served};
use crate::support::{Folder, text};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths: {/things: {get: {operationId: things.list, responses: {'200': {description: all}}}}}
";

/// A command before the run that leaves a file behind.
fn hook(name: &str) -> String {
    format!("hooks: {{before-run: [sh, -c, 'touch {name}; echo \"{{}}\"']}}\n")
}

fn folder() -> Folder {
    let folder = Folder::new("folder-suite");
    folder.write("contract.yaml", CONTRACT);
    folder
}

fn server() -> Served {
    Served::start(|_| Reply::json(200, &serde_json::json!([])))
}

fn command(folder: &Folder, words: &[&str]) -> Output {
    let mut command = folder.command(words);
    command.env("PATH", std::env::var("PATH").unwrap_or_default()).output().expect("the command runs")
}

fn run(folder: &Folder, server: &Served, more: &[&str]) -> Output {
    command(folder, &[&["run", "--target", &server.url, "--state", "state", "--retries", "0"], more].concat())
}

/// The name of the suite that the last report is of.
fn suite(folder: &Folder) -> String {
    folder.report()["suite"].as_str().unwrap_or_default().to_owned()
}

fn has(folder: &Folder, name: &str) -> bool {
    folder.0.join(name).exists()
}

#[test]
fn it_is_used_where_no_suite_is_named_and_said() {
    let server = server();
    for name in ["probity.yaml", "probity.yml"] {
        let folder = folder();
        folder.write(name, format!("name: own\ncontract: contract.yaml\n{}", hook("hooked")));
        let output = run(&folder, &server, &[]);
        assert_eq!((output.status.code(), suite(&folder).as_str()), (Some(0), "own"), "{}", text(&output));
        assert!(has(&folder, "hooked") && text(&output).contains(&format!("The suite is {name} in this folder.\n")), "{}", text(&output));
        let plan = text(&command(&folder, &["plan", "--target", &server.url]));
        assert!(plan.contains(&format!("The suite is {name} in this folder.")) && plan.contains("touch hooked"), "{plan}");
        let listed = text(&command(&folder, &["list"]));
        assert!(listed.contains("things.list") && !listed.contains("entities.create"), "{listed}");
        let bundle = text(&command(&folder, &["bundle"]));
        assert!(bundle.contains("\"things.list\""), "{bundle}");
        // No server was named, and a gate must not prove the mock.
        let output = command(&folder, &["run"]);
        assert!(output.status.code() == Some(2) && text(&output).contains("there is no target"), "{}", text(&output));
        // Whoever goes by a recording names the suite whose commands are run.
        std::fs::remove_file(folder.0.join("hooked")).expect("what the command left");
        let output = command(&folder, &["replay", "things.list::200::success", "--state", "state"]);
        assert!(text(&output).contains("because a journal or a recording names the suite") && !has(&folder, "hooked"), "{}", text(&output));
    }
}

#[test]
fn without_one_nothing_changes_and_a_named_one_goes_before_it() {
    let (server, folder) = (server(), folder());
    folder.write("other.yaml", format!("name: other\ncontract: contract.yaml\n{}", hook("of-other")));
    folder.write("probity.yaml.orig", format!("name: no\ncontract: contract.yaml\n{}", hook("of-none")));
    let plan = text(&command(&folder, &["plan", "--only", "teams.list"]));
    assert!(plan.contains("teams.list") && !plan.contains("in this folder"), "{plan}");
    folder.write("probity.yaml", format!("name: own\ncontract: contract.yaml\n{}", hook("of-own")));
    let output = run(&folder, &server, &["--suite", "other.yaml"]);
    assert_eq!(suite(&folder), "other", "{}", text(&output));
    assert!(has(&folder, "of-other") && !has(&folder, "of-own") && !text(&output).contains("in this folder"), "{}", text(&output));
    let plan = text(&command(&folder, &["plan", "--suite", "suites/addepar.yaml", "--only", "teams.list"]));
    assert!(plan.contains("teams.list"), "the bundled one by its name: {plan}");
}

#[test]
fn where_a_contract_is_named_it_counts_for_that_one_alone() {
    let (server, folder) = (server(), folder());
    folder.write("later.yaml", CONTRACT.replace("title: T", "title: Later"));
    folder.write("probity.yaml", format!("name: own\ncontract: contract.yaml\n{}", hook("hooked")));
    let output = run(&folder, &server, &["--contract", "later.yaml"]);
    assert_eq!((suite(&folder).as_str(), has(&folder, "hooked")), ("later", false), "{}", text(&output));
    let aside = "probity.yaml in this folder is about another contract, contract.yaml, and is not used; --suite probity.yaml uses it.";
    assert!(text(&output).contains(aside), "{}", text(&output));
    let output = run(&folder, &server, &["--contract", "./contract.yaml"]);
    assert_eq!((suite(&folder).as_str(), has(&folder, "hooked")), ("own", true), "{}", text(&output));
    // One that names none is about whatever contract is named.
    folder.write("probity.yaml", hook("for-any"));
    let output = run(&folder, &server, &["--contract", "later.yaml"]);
    assert_eq!((suite(&folder).as_str(), has(&folder, "for-any")), ("later", true), "{}", text(&output));
}

#[test]
fn one_that_cannot_be_used_is_told_and_nothing_is_sent() {
    let (server, folder) = (server(), folder());
    let refused = |wanted: &str| {
        for more in [&[][..], &["--contract", "contract.yaml"]] {
            let output = run(&folder, &server, more);
            assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{more:?} {}", text(&output));
        }
    };
    folder.write("probity.yaml", "name: own\ncontract: contract.yaml\nhoks: {}\n");
    refused("probity.yaml:3:1");
    folder.write("probity.yml", "name: own\ncontract: contract.yaml\n");
    refused("probity.yaml and probity.yml stand both in this folder");
    std::fs::remove_file(folder.0.join("probity.yml")).expect("one of them");
    // A file of another user, put into a folder that others may write to: its commands would be run as this one.
    let path = folder.write("probity.yaml", format!("name: own\ncontract: contract.yaml\n{}", hook("hooked")));
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
        std::fs::remove_file(&path).expect("the file");
        std::os::unix::fs::symlink("/etc/passwd", &path).expect("a link to a file of root");
    }
    refused("belongs to another user, whose commands would be run as you; name it with --suite if it is meant");
    assert!(!has(&folder, "hooked") && server.requests().is_empty());
}

#[test]
fn a_suite_needs_neither_name_nor_contract_where_a_contract_is_named() {
    let (server, folder) = (server(), folder());
    folder.write("suite.yaml", "headers: [{name: X-Desk, value: '7'}]\n");
    let output = run(&folder, &server, &["--suite", "suite.yaml", "--contract", "contract.yaml"]);
    assert_eq!((output.status.code(), suite(&folder).as_str()), (Some(0), "contract"), "{}", text(&output));
    assert!(server.requests().iter().all(|asked| asked.header("x-desk") == "7"));
    let before = server.requests().len();
    let output = run(&folder, &server, &["--suite", "suite.yaml"]);
    let wanted = "suite.yaml: the suite names no contract; add `contract: FILE`, a path relative to the suite, or name one with --contract";
    assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{}", text(&output));
    assert_eq!(server.requests().len(), before);
    // A suite without a name is called as the file of its contract is.
    folder.write("suite.yaml", "contract: contract.yaml\n");
    run(&folder, &server, &["--suite", "suite.yaml"]);
    assert_eq!(suite(&folder), "contract");
}
