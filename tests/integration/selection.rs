//! A selection plans what is asked for and what that needs, and nothing else.

use std::collections::BTreeSet;
use std::sync::Mutex;

use probity::cli::Specification;
use probity::model::contract::{Operation, Status};
use probity::model::effect::Permission;
use probity::model::plan::{Plan, Purpose};
use probity::plan::{PlanError, PlanningOptions};
use serde_json::Value;

use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, OTHER, subject, text};

type Sort = (&'static str, fn(&mut PlanningOptions), fn(&Operation, Status) -> bool);

/// What the last run found wrong, in the tests.
fn is_wrong(operation: &Operation, status: Status) -> bool {
    operation.id.starts_with("entities.") && matches!(status.0, 201 | 404 | 409)
}

fn wrong() -> BTreeSet<(String, Status)> {
    let cells =
        subject().contract.operations.iter().flat_map(|operation| operation.responses.iter().map(move |response| (operation, response.status)));
    cells.filter(|(operation, status)| is_wrong(operation, *status)).map(|(operation, status)| (operation.id.clone(), status)).collect()
}

/// Each way to choose, and which cells of the bundled contract it chooses.
const SORTS: [Sort; 7] = [
    ("only", |options| options.filter.only.push("*.create".to_owned()), |operation, _| operation.id.ends_with(".create")),
    ("tag", |options| options.filter.tags.push("Entit*".to_owned()), |operation, _| operation.api.starts_with("Entit")),
    ("path", |options| options.filter.paths.push("/v1/entities*".to_owned()), |operation, _| operation.path.starts_with("/v1/entities")),
    ("method", |options| options.filter.methods.push("post".to_owned()), |operation, _| operation.method.is_post()),
    ("exclude", |options| options.filter.exclude.push("entities.create*".to_owned()), |operation, _| !operation.id.starts_with("entities.create")),
    ("status", |options| options.statuses.push(Status(409)), |_, status| status == Status(409)),
    ("failed", |options| options.failed = Some(wrong()), is_wrong),
];

fn planned(subject: &Specification, options: &PlanningOptions) -> Result<Plan, PlanError> {
    subject.plan(options)
}

#[test]
fn what_is_asked_for_is_planned_with_what_it_needs() {
    let subject = subject();
    let all = subject.contract.operations.iter().map(|operation| operation.responses.len()).sum::<usize>() + subject.contract.server_responses.len();
    let mut tried = 0;
    for (index, (name, first, takes)) in SORTS.iter().enumerate() {
        for (other, second, also) in &SORTS[index..] {
            let mut options = PlanningOptions { permission: Permission::everything(), mark: "probity".to_owned(), ..PlanningOptions::default() };
            first(&mut options);
            if name != other {
                second(&mut options);
            }
            let cells = subject.contract.operations.iter().flat_map(|operation| operation.responses.iter().map(move |one| (operation, one.status)));
            let chosen = cells.filter(|(operation, status)| takes(operation, *status) && also(operation, *status));
            let wanted: BTreeSet<(&str, Status)> = chosen.map(|(operation, status)| (operation.id.as_str(), status)).collect();
            let plan = match planned(subject, &options) {
                Ok(plan) => plan,
                Err(error) => {
                    assert!(wanted.is_empty(), "{name} and {other}: {error}");
                    continue;
                }
            };
            tried += 1;
            let asked: BTreeSet<(&str, Status)> =
                plan.cells.iter().map(|cell| (cell.operation.as_str(), cell.status)).filter(|(name, _)| *name != "*").collect();
            assert_eq!(asked, wanted, "{name} and {other}");
            // What is left out is counted.
            assert_eq!(plan.not_selected, (all - plan.cells.len()) as u64, "{name} and {other}");
            let operations: BTreeSet<&str> = wanted.iter().map(|(operation, _)| *operation).collect();
            for probe in &plan.probes {
                let needed = probe.purpose != Purpose::Probe
                    || operations.contains(probe.operation.as_str())
                    || probe.also.iter().any(|id| operations.contains(id.as_str()));
                assert!(needed, "{name} and {other}: {} is not needed", probe.id);
                assert!(!options.filter.excludes(&probe.operation), "{name} and {other}: {} is left out", probe.id);
            }
        }
    }
    assert!(tried > 18, "only {tried} combinations choose anything");
}

#[test]
fn flags_go_before_the_suite_and_what_matches_nothing_is_told() {
    let folder = Folder::new("selection");
    folder.write("things.yaml", OTHER.replace("{get:", "{get: {operationId: a.get, tags: [Letters], responses: {'200': {description: a}}}, put:"));
    folder.write("suite.yaml", "name: things\ncontract: things.yaml\nselect: {methods: [GET]}\n");
    let plan = |words: &[&str]| folder.run(&[&["plan", "--suite", "suite.yaml", "--target", "mock"], words].concat());
    assert!(text(&plan(&[])).contains("1 cells: 1 to be proved"), "{}", text(&plan(&[])));
    assert!(text(&plan(&["--method", "PUT"])).contains("PUT    /a"), "{}", text(&plan(&["--method", "PUT"])));
    let output = plan(&["--tag", "Numbers"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output).contains("no operation matches --tag Numbers --method GET") && text(&output).contains("Letters"), "{}", text(&output));
}

/// Two operations, one of which is answered wrongly where the server is.
const LETTERS: &str = "openapi: 3.1.0
info: {title: Letters, version: '1'}
paths:
  /a: {get: {operationId: a.get, responses: {'200': {description: a}}}}
  /b: {get: {operationId: b.get, responses: {'200': {description: b}}}}
  /c: {get: {operationId: c.get, responses: {'200': {description: c}}}}
";

#[test]
fn only_what_the_last_run_found_wrong_is_asked_for_again() {
    let broken: &'static Mutex<Vec<&str>> = Box::leak(Box::new(Mutex::new(vec!["/b", "/c"])));
    let server = Served::start(|asked: &Asked| {
        let wrong = broken.lock().expect("nobody panics").contains(&asked.path.as_str());
        Reply::json(if wrong { 500 } else { 200 }, &Value::Null)
    });
    let folder = Folder::new("failed");
    folder.write("letters.yaml", LETTERS);
    let command = |words: &[&str]| {
        let before = server.seen().len();
        let output = folder.run(&[words, &["--contract", "letters.yaml", "--target", &server.url, "--status", "200"]].concat());
        let asked: BTreeSet<String> = server.seen()[before..].iter().cloned().collect();
        (output.status.code(), text(&output), asked.into_iter().collect::<Vec<_>>())
    };
    // Without a report there is nothing to go by.
    let (code, told, asked) = command(&["run", "--failed"]);
    assert!(code == Some(2) && told.contains("run once without --failed") && asked.is_empty(), "{told}");
    let (code, told, asked) = command(&["run", "--retries", "0"]);
    assert_eq!((code, asked.len()), (Some(1), 3), "{told}");
    // A plan shows it and sends nothing.
    let (code, told, asked) = command(&["plan", "--failed"]);
    assert!(code == Some(0) && told.contains("2 cells that the run of") && asked.is_empty(), "{told}");
    assert!(told.contains("others of the contract not selected") && !told.contains("  /a "), "{told}");
    // Another selection takes a part of it; what it leaves out is as wrong as before.
    broken.lock().expect("nobody panics").retain(|path| *path != "/b");
    let (code, told, asked) = command(&["run", "--failed", "--exclude", "c.*", "--retries", "0"]);
    assert_eq!((code, asked), (Some(0), vec!["GET /b".to_owned()]), "{told}");
    assert!(told.contains("not selected: "), "{told}");
    assert_eq!(folder.report()["totals"]["not_selected"], 2);
    assert!(told.contains("Found wrong before and not judged again: 1 cell"), "{told}");
    let (code, told, asked) = command(&["run", "--failed", "--retries", "0"]);
    assert_eq!((code, asked), (Some(1), vec!["GET /c".to_owned()]), "{told}");
    broken.lock().expect("nobody panics").clear();
    assert_eq!(command(&["run", "--failed"]).0, Some(0));
    let (code, told, asked) = command(&["run", "--failed"]);
    assert!(code == Some(4) && told.contains("found nothing wrong") && told.contains("nothing is sent") && asked.is_empty(), "{told}");
    // Of the report of another API nothing can be asked for.
    folder.write("other.yaml", OTHER);
    let told = text(&folder.run(&["run", "--failed", "--contract", "other.yaml", "--target", &server.url]));
    assert!(told.contains("is of \"Letters\", not of \"Other\""), "{told}");
}
