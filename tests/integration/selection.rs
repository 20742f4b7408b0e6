//! A selection plans what is asked for and what that needs, and nothing else.

use std::collections::BTreeSet;
use std::sync::Mutex;

use probity::cli::Specification;
use probity::model::contract::{Operation, Status};
use probity::model::effect::Permission;
use probity::model::plan::{Intent, Plan, Probe, ProbeId, Purpose, Repeat};
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

/// The requests of a plan that its cells need: those aimed at one, their controls, what makes or finds what they name, and what
/// looks before and after what is made.
fn needed(plan: &Plan) -> BTreeSet<&str> {
    let aimed = plan.cells.iter().filter_map(|cell| if let Intent::Probes(aimed) = &cell.intent { Some(aimed) } else { None });
    let mut open: Vec<&str> = aimed.flatten().map(ProbeId::as_str).collect();
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    loop {
        while let Some(id) = open.pop() {
            let probe = plan.probe(id).expect("what is named is planned");
            if !needed.insert(probe.id.as_str()) {
                continue;
            }
            open.extend(probe.control.iter().map(ProbeId::as_str));
            open.extend(probe.needs.iter().filter_map(|slot| plan.source(slot)).map(ProbeId::as_str));
            if let Repeat::Follow(first) = &probe.repeat {
                open.push(first.as_str());
            }
        }
        let more = plan.probes.iter().filter(|probe| !needed.contains(probe.id.as_str()) && serves(plan, &needed, probe));
        open.extend(more.map(|probe| probe.id.as_str()));
        if open.is_empty() {
            return needed;
        }
    }
}

/// Whether a request that is aimed at no cell looks after what needed ones do: it removes what they make, brings the thing that they
/// name into its state, or looks once more, narrowed or later, at what they read.
fn serves(plan: &Plan, needed: &BTreeSet<&str>, probe: &Probe) -> bool {
    let is_needed = |id: &ProbeId| needed.contains(id.as_str());
    let removes = probe.fault.is_none() && probe.consumes.iter().any(|slot| plan.maker(slot).is_some_and(is_needed));
    let waited_for =
        |other: &&Probe| is_needed(&other.id) && other.after.contains(&probe.id) && other.needs.iter().any(|slot| probe.needs.contains(slot));
    let prepares = || plan.probes.iter().any(|other| waited_for(&other));
    let looks_again = || {
        probe.request.method.is_safe()
            && probe.after.iter().any(|id| is_needed(id) && plan.probe(id).is_some_and(|first| first.operation == probe.operation))
    };
    removes || (probe.purpose == Purpose::Fixture && (prepares() || looks_again()))
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
            let needed = needed(&plan);
            for probe in &plan.probes {
                assert!(needed.contains(probe.id.as_str()), "{name} and {other}: {} is not needed", probe.id);
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

/// Three operations, two of which is answered wrongly where the server is.
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

#[test]
fn the_level_of_a_check_goes_with_every_selection_and_changes_nothing_that_is_asked() {
    // Every answer lacks a header field, which the check `headers` finds.
    let contract = LETTERS
        .replace("description: ", "headers: {X-Letter: {required: true, schema: {type: string}}}, description: ")
        .replace("get: {operationId", "get: {tags: [Letters], operationId");
    let server = Served::start(|_: &Asked| Reply::json(200, &Value::Null));
    let folder = Folder::new("levels");
    folder.write("letters.yaml", contract);
    let run = |words: &[&str]| {
        let before = server.seen().len();
        let first = ["run", "--contract", "letters.yaml", "--target", &server.url, "--retries", "0", "--fresh"];
        let output = folder.run(&[&first, words].concat());
        let mut asked = server.seen()[before..].to_vec();
        asked.sort();
        (output.status.code(), text(&output), asked)
    };
    let selections: [(&[&str], usize); 7] = [
        (&["--only", "a.*"], 1),
        (&["--tag", "Let*"], 3),
        (&["--path", "/b"], 1),
        (&["--method", "get"], 3),
        (&["--exclude", "a.*"], 2),
        (&["--status", "2XX"], 3),
        (&["--failed"], 3),
    ];
    for (selection, count) in selections {
        let (code, told, asked) = run(&[]);
        assert_eq!((code, asked.len()), (Some(1), 3), "{told}");
        let (code, told, plain) = run(selection);
        assert_eq!((code, plain.len()), (Some(1), count), "{selection:?} {told}");
        for (level, wanted) in [("headers=off", 0), ("headers=warn", 0), ("headers=error", 1)] {
            // What `--failed` goes by.
            run(&[]);
            let (code, told, asked) = run(&[selection, &["--check", level]].concat());
            assert_eq!((code, &asked), (Some(wanted), &plain), "{selection:?} {level} {told}");
            assert_eq!(folder.report()["findings"].to_string().contains("headers") || told.contains("[headers]"), level != "headers=off", "{told}");
        }
    }
}
