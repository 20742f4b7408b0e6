//! Commands of a suite are run where the user has named the suite, within their limits, and nothing of them is left behind.

use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::credentials::program::{cell, everything};
use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, interrupt, text};

/// Things that are made and removed, and exports of which none can be made.
const CONTRACT: &str = r##"{"openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
"components": {"schemas": {"Thing": {"type": "object", "required": ["name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}},
  "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
"security": [{"key": []}],
"paths": {
"/things": {
  "get": {"operationId": "things.list", "responses": {"200": {"description": "all", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}},
  "post": {"operationId": "things.create", "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
    "responses": {"201": {"description": "made", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}},
"/things/{thing_id}": {"parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
  "get": {"operationId": "things.get", "responses": {"200": {"description": "one", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}},
  "delete": {"operationId": "things.delete", "responses": {"204": {"description": "gone"}}}},
"/exports/{export_id}": {"parameters": [{"name": "export_id", "in": "path", "required": true, "schema": {"type": "string"}}],
  "get": {"operationId": "exports.get", "responses": {"200": {"description": "one"}, "410": {"description": "expired", "x-probity-when": [{"trigger": "expired"}]}}}}}}"##;

const KEY: &str = "key-secret-0123456789";

/// A server of things; without the key it refuses everything.
fn server() -> Served {
    let things: &'static Mutex<Vec<Value>> = Box::leak(Box::default());
    Served::start(move |asked: &Asked| {
        let mut things = things.lock().expect("nobody panics");
        if asked.header("x-key") != KEY {
            return Reply::json(401, &Value::Null).with("www-authenticate", "Key");
        }
        let id = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
        let there = things.iter().position(|thing| thing["id"] == id.as_str());
        match (asked.method.as_str(), asked.path.as_str(), there) {
            ("GET", "/things", _) => Reply::json(200, &Value::Array(things.clone())),
            ("POST", "/things", _) => {
                let Some(mut thing) = asked.body.clone().filter(|body| body["name"].is_string()) else { return Reply::json(400, &Value::Null) };
                thing["id"] = json!(format!("t{}", things.len() + 100));
                things.push(thing.clone());
                Reply::json(201, &thing)
            }
            ("GET", "/exports/e-live", _) => Reply::json(200, &Value::Null),
            ("GET", "/exports/e-old", _) => Reply::json(410, &Value::Null),
            ("GET", path, Some(at)) if path.starts_with("/things/") => Reply::json(200, &things[at]),
            ("DELETE", path, Some(at)) if path.starts_with("/things/") => {
                things.remove(at);
                Reply::json(204, &Value::Null)
            }
            _ => Reply::json(404, &Value::Null),
        }
    })
}

/// A folder with the contract, a suite, and a program that writes down what it is told and prints what its argument says.
fn folder(suite: &str) -> Folder {
    let folder = Folder::new("hooks");
    folder.write("contract.json", CONTRACT);
    folder.write("suite.yaml", format!("name: s\ncontract: contract.json\naccounts: {{full: {{key: {{value: {{env: THE_KEY}}}}}}}}\n{suite}"));
    let script = folder.write("say.sh", "#!/bin/sh\ncat >> told.log\nprintf '%s' \"$1\"\n");
    executable(&script);
    folder
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).expect("its permissions");
}

fn run(folder: &Folder, server: &Served, words: &[&str], key: Option<&str>) -> Output {
    let first = ["run", "--target", &server.url, "--state", "state", "--retries", "0", "--jobs", "1"];
    let mut command = folder.command(&[&first[..], words].concat());
    command.env("PATH", std::env::var("PATH").unwrap_or_default());
    command.envs(key.map(|key| ("THE_KEY", key)));
    command.output().expect("the command runs")
}

const SUITE: [&str; 2] = ["--suite", "suite.yaml"];

fn told(folder: &Folder) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.0.join("told.log")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn hooks_of(told: &[Value]) -> Vec<&str> {
    told.iter().filter_map(|one| one["hook"].as_str()).collect()
}

/// All of them: the key comes from the command before the run, both exports from commands.
fn whole() -> String {
    format!(
        "hooks:
  before-run: {{run: [./say.sh, '{{\"variables\": {{\"THE_KEY\": \"{KEY}\"}}}}'], sets: [THE_KEY]}}
  after-run: [./say.sh, '{{}}']
  before: {{things: [./say.sh, '{{}}']}}
  after: {{things: [./say.sh, '{{}}']}}
given:
  exports:
    - {{command: [./say.sh, '{{\"id\": \"e-live\"}}']}}
    - {{command: [./say.sh, '{{\"id\": \"e-old\"}}'], state: expired}}
"
    )
}

#[test]
fn commands_give_values_and_are_told_what_happens() {
    let (server, folder) = (self::server(), self::folder(&whole()));
    let output = run(&folder, &server, &SUITE, None);
    for (operation, status) in [("things.create", 201), ("things.delete", 204), ("exports.get", 200), ("exports.get", 410)] {
        assert_eq!(cell(&folder, operation, status)["verdict"], "conforms", "{operation} {status} {}", text(&output));
    }
    let told = told(&folder);
    let hooks = hooks_of(&told);
    assert_eq!((hooks.first(), hooks.last()), (Some(&"before-run"), Some(&"after-run")), "{told:?}");
    assert_eq!(hooks.iter().filter(|hook| **hook == "given").count(), 2, "{told:?}");
    let made = server.seen().iter().filter(|asked| *asked == "POST /things").count();
    let removed = server.seen().iter().filter(|asked| asked.starts_with("DELETE /things/")).count();
    let of = |hook: &str| told.iter().filter(|one| one["hook"] == hook).collect::<Vec<_>>();
    assert!(made >= removed && removed > 0);
    assert_eq!((of("before").len(), of("after").len()), (removed, removed), "{told:?} {:?}", server.seen());
    assert!(of("before").iter().all(|one| one["kind"] == "things" && one["operation"] == "things.create" && one["target"] == server.url.as_str()));
    assert!(of("after").iter().all(|one| one["id"].as_str().is_some_and(|id| id.starts_with('t'))), "{told:?}");
    assert_eq!(told.last().map(|one| &one["result"]), Some(&json!("conforms")), "{}", text(&output));
    // What a command gives is as secret as what a variable holds.
    std::fs::remove_file(folder.0.join("suite.yaml")).expect("the suite, which holds it");
    assert!(!everything(&folder, &output).contains(KEY), "{}", text(&output));
}

#[test]
fn a_plan_shows_commands_and_runs_none_and_they_can_be_turned_off() {
    let (server, folder) = (self::server(), self::folder(&whole()));
    let plan = text(&folder.run(&["plan", "--target", &server.url, "--suite", "suite.yaml"]));
    for place in ["hooks.before-run", "hooks.after-run", "hooks.before.things", "hooks.after.things", "given.exports[0]", "given.exports[1]"] {
        assert!(plan.contains(&format!("not run for a plan, {place}: [\"./say.sh\"")), "{place} {plan}");
    }
    assert!(plan.contains("exports.get -> 410"), "{plan}");
    assert!(told(&folder).is_empty() && server.requests().is_empty());
    let output = run(&folder, &server, &["--suite", "suite.yaml", "--no-hooks"], None);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("hooks.before-run of the suite is turned off by --no-hooks; missing are the values of THE_KEY"), "{said}");
    assert!(said.contains("given.exports[1] of the suite is turned off by --no-hooks; missing is one of exports that is expired"), "{said}");
    assert!(server.requests().is_empty());
    let output = run(&folder, &server, &["--suite", "suite.yaml", "--no-hooks"], Some(KEY));
    let old = cell(&folder, "exports.get", 410);
    assert!(old["verdict"] == "skipped" && old["reason"].to_string().contains("--no-hooks"), "{old} {}", text(&output));
    assert_eq!(cell(&folder, "things.create", 201)["verdict"], "conforms");
    let plan = text(&folder.run(&["plan", "--target", &server.url, "--suite", "suite.yaml", "--no-hooks"]));
    assert!(plan.contains("turned off by --no-hooks") && !plan.contains("exports.get -> 410"), "{plan}");
    assert!(told(&folder).is_empty(), "nothing was run");
}

#[test]
fn a_command_that_fails_is_told_with_its_place_and_the_run_goes_on_where_it_can() {
    for (argv, wanted) in [
        ("[sh, -c, 'exit 3']", "failed: it ended with 3"),
        ("{run: [sh, -c, 'sleep 60'], seconds: 1}", "had not ended after 1 s"),
        ("[echo, 'key-secret-0123456789 is no JSON']", "printed no JSON (line 1, column 1)"),
        ("[sh, -c, 'yes']", "printed more than 65536 bytes"),
        ("['./none.sh']", "cannot be started"),
        ("[echo, '{\"id\": null}']", "says that there is none"),
        ("[echo, '{\"ids\": \"7\"}']", "printed another JSON than an object with nothing but id"),
    ] {
        let (server, folder) =
            (self::server(), self::folder(&format!("given: {{exports: [{{id: e-live}}, {{command: {argv}, state: expired}}]}}\n")));
        let output = run(&folder, &server, &SUITE, Some(KEY));
        let place = format!("the command given.exports[1] of the suite {wanted}");
        let old = cell(&folder, "exports.get", 410);
        assert!(old["verdict"] == "blocked" && old["reason"].to_string().contains(&place.replace('"', "\\\"")), "{argv} {old} {}", text(&output));
        assert!(text(&output).contains(&place), "{argv} {}", text(&output));
        assert_eq!((cell(&folder, "things.create", 201)["verdict"].as_str(), output.status.code()), (Some("conforms"), Some(3)), "{}", text(&output));
        std::fs::remove_file(folder.0.join("suite.yaml")).expect("the suite");
        assert!(!everything(&folder, &output).contains(KEY), "{}", text(&output));
    }
    // One that any request for its kind needs.
    let (server, folder) = (self::server(), self::folder("given: {exports: [{command: [sh, -c, 'exit 3']}]}\n"));
    let output = run(&folder, &server, &SUITE, Some(KEY));
    let one = cell(&folder, "exports.get", 200);
    assert!(one["verdict"] == "blocked" && one["reason"].to_string().contains("given.exports[0] of the suite failed"), "{one} {}", text(&output));
    assert!(!server.seen().iter().any(|asked| asked.starts_with("GET /exports/")), "{:?}", server.seen());
    // What the run rests on altogether.
    let (server, folder) = (self::server(), self::folder("hooks: {before-run: [sh, -c, 'exit 3'], after-run: [./say.sh, '{}']}\n"));
    let output = run(&folder, &server, &SUITE, Some(KEY));
    assert!(text(&output).contains("the command hooks.before-run of the suite failed: it ended with 3; nothing was sent"), "{}", text(&output));
    assert!(output.status.code() == Some(3) && server.requests().is_empty() && told(&folder).is_empty());
}

#[test]
fn what_a_command_does_not_want_is_not_made_and_the_rest_goes_on() {
    for (hook, wanted) in
        [("[echo, '{\"skip\": \"the shelf is full\"}']", "leaves it out: the shelf is full"), ("[sh, -c, 'exit 4']", "failed: it ended with 4")]
    {
        let (server, folder) = (self::server(), self::folder(&format!("hooks: {{before: {{things: {hook}}}}}\n")));
        let output = run(&folder, &server, &SUITE, Some(KEY));
        assert!(!server.seen().contains(&"POST /things".to_owned()), "{:?}", server.seen());
        let made = cell(&folder, "things.create", 201);
        assert!(made["verdict"] == "blocked" && made["reason"].to_string().contains(wanted), "{made} {}", text(&output));
        assert!(cell(&folder, "things.delete", 204)["reason"].to_string().contains(wanted));
        assert_eq!(cell(&folder, "things.list", 200)["verdict"], "conforms");
        let notes = String::from_utf8_lossy(&output.stderr).matches("hooks.before.things of the suite").count();
        assert_eq!(notes, 1, "it is told once: {}", text(&output));
        // What is left out on purpose is no failure.
        assert_eq!(folder.report()["failed_commands"].is_null(), hook.contains("skip"), "{}", folder.report()["failed_commands"]);
    }
    // What fails after a removal, or after the run, is told, and no run with it is plain green.
    for (hooks, place) in [("after: {things: [sh, -c, 'exit 5']}", "hooks.after.things"), ("after-run: [sh, -c, 'exit 5']", "hooks.after-run")] {
        let (server, folder) = (self::server(), self::folder(&format!("hooks: {{{hooks}}}\n")));
        let output = run(&folder, &server, &[&SUITE[..], &["--only", "things.*"]].concat(), Some(KEY));
        let said = text(&output);
        assert!(said.contains(&format!("{place} of the suite failed: it ended with 5")), "{said}");
        assert_eq!(output.status.code(), Some(3), "{place} {said}");
        let failed = folder.report()["failed_commands"].to_string();
        assert_eq!(failed.contains(place), place != "hooks.after-run", "the report is written before: {failed}");
    }
}

#[test]
fn only_a_suite_that_the_user_names_as_a_file_has_commands() {
    let (server, folder) = (self::server(), self::folder(&whole()));
    // The contract alone, beside which the suite stands.
    run(&folder, &server, &["--contract", "contract.json"], None);
    assert!(told(&folder).is_empty());
    // A contract cannot name any.
    folder.write(
        "named.json",
        CONTRACT.replacen(
            "\"paths\"",
            "\"hooks\": {\"before-run\": [\"./say.sh\", \"{}\"]}, \"x-probity-hooks\": {\"before-run\": [\"./say.sh\"]}, \"paths\"",
            1,
        ),
    );
    run(&folder, &server, &["--contract", "named.json"], None);
    assert!(told(&folder).is_empty());
    // An address is no suite.
    let before = server.requests().len();
    let output = run(&folder, &server, &["--suite", &format!("{}/suite.yaml", server.url)], None);
    assert_eq!((output.status.code(), server.requests().len()), (Some(2), before), "{}", text(&output));
    // A recording names the suite of its run; whoever sends again from it names that suite.
    run(&folder, &server, &SUITE, None);
    std::fs::remove_file(folder.0.join("told.log")).expect("what was told");
    let replay = |words: &[&str]| {
        let mut command = folder.command(&[&["replay", "things.list::200::success", "--state", "state"], words].concat());
        command.env("PATH", std::env::var("PATH").unwrap_or_default()).env("THE_KEY", KEY).output().expect("the command runs")
    };
    let output = replay(&[]);
    assert!(text(&output).contains("is not run, because a journal or a recording names the suite"), "{}", text(&output));
    assert!(output.status.code() == Some(0) && told(&folder).is_empty(), "{}", text(&output));
    replay(&SUITE);
    assert_eq!(hooks_of(&told(&folder)).first(), Some(&"before-run"));
    // Against the embedded mock nothing has to be prepared.
    std::fs::remove_file(folder.0.join("told.log")).expect("what was told");
    let output = folder.command(&["run", "--suite", "suite.yaml", "--target", "mock"]).env("THE_KEY", KEY).output().expect("the command runs");
    assert!(told(&folder).is_empty(), "{}", text(&output));
}

#[test]
fn nothing_of_a_command_is_left_behind() {
    let (server, folder) = (self::server(), self::folder("hooks: {before-run: {run: [sh, -c, 'sleep 600 & echo $! > left; wait'], seconds: 60}}\n"));
    let first = ["run", "--target", &server.url, "--state", "state", "--suite", "suite.yaml"];
    let mut command = folder.command(&first);
    command.env("PATH", std::env::var("PATH").unwrap_or_default()).env("THE_KEY", KEY);
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("the command runs");
    let until = |done: &dyn Fn() -> bool| {
        let ends = Instant::now() + Duration::from_secs(20);
        while !done() && Instant::now() < ends {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(done());
    };
    let left = || std::fs::read_to_string(folder.0.join("left")).ok().and_then(|text| text.trim().parse::<u64>().ok());
    until(&|| left().is_some());
    let left = left().expect("its number");
    interrupt(&child);
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(3));
    let state = || std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
    until(&|| state().is_empty() || state().contains(") Z"));
    assert!(server.requests().is_empty());
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let server = server();
    for (suite, wanted) in [
        ("hooks: {before-run: []}\n", "hooks.before-run: it names no program"),
        ("hooks: {after-run: {run: [a], sets: [B]}}\n", "hooks.after-run: only hooks.before-run gives variables"),
        ("hooks: {before: {things: {run: [a], seconds: 0}}}\n", "hooks.before.things: `seconds` is a number from 1 to 3600"),
        ("hooks: {before: {thinks: [a]}}\n", "hooks.before.thinks: nothing of this kind is made"),
    ] {
        let folder = folder(suite);
        let output = run(&folder, &server, &SUITE, Some(KEY));
        assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{}", text(&output));
    }
    assert!(server.requests().is_empty());
}
