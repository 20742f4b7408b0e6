//! Proves each cell of the bundled contract against the embedded mock, with one snapshot for each operation.
//! Each operation is run on its own, so that a single trial gives what all of them give. Where `PROBITY_TARGET` names a server, one
//! run of the program asks it, with the permissions and the memory of any run, and each cell is a trial.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use probity::cli::{assemble, record, run_args};
use probity::model::contract::{Response, WHOLE_SERVER};
use probity::model::report::{Cell, Report};
use probity::model::verdict::Verdict;
use probity::report::{finding_text, snapshot};

use support::subject;

/// What became of one operation.
struct Proof {
    report: Report,
    snapshot: String,
}

type Slot = Arc<OnceLock<Result<Proof, String>>>;

/// Every operation that was run in this process.
#[derive(Default)]
struct Proofs {
    done: Mutex<BTreeMap<String, Slot>>,
}

impl Proofs {
    fn of(&self, operation: &str) -> Slot {
        let slot = Arc::clone(self.done.lock().unwrap_or_else(PoisonError::into_inner).entry(operation.to_owned()).or_default());
        slot.get_or_init(|| prove(operation).map_err(|stop| stop.to_string()));
        slot
    }
}

fn prove(operation: &str) -> Result<Proof, probity::cli::Stop> {
    // One request at a time, so that the server counts ids in the same order each time.
    let args = run_args(&["--only", operation, "--jobs", "1"])?;
    let recording = record(&args, subject())?;
    let snapshot = snapshot(&recording.plan, &recording.outcomes, operation);
    Ok(Proof { report: assemble(subject(), &recording), snapshot })
}

fn cell_trial(proofs: &Proofs, operation: &str, status: u16) -> Result<(), Failed> {
    let proof = proofs.of(operation);
    let Some(Ok(proof)) = proof.get() else { return Err(Failed::from("the operation could not be run")) };
    let cell = proof.report.cells.iter().find(|cell| cell.operation == operation && cell.status.0 == status);
    let cell = cell.ok_or("the cell is not in the report")?;
    let proved = matches!(cell.verdict, Verdict::Conforms | Verdict::Held) && !cell.probes.is_empty();
    if proved || is_other_side(cell) { Ok(()) } else { Err(Failed::from(why(cell))) }
}

/// Whether the documents differ about a cell and the mock, which takes one side, said so: `other-side` of the self-test takes
/// the other.
fn is_other_side(cell: &Cell) -> bool {
    let declared = subject().contract.operation(&cell.operation).and_then(|operation| operation.response(cell.status));
    let main = declared.and_then(|response| response.alternative_to);
    let answered = cell.probes.iter().any(|probe| probe.status.is_some() && probe.status == main);
    answered
        && cell.verdict == Verdict::Unreached
        && cell.reason.as_deref().is_some_and(|reason| reason.starts_with("the server takes the other side"))
}

fn why(cell: &Cell) -> String {
    let findings: Vec<String> = cell.findings.iter().map(|finding| finding_text(finding, false)).collect();
    format!("{} {}: {}\n{}", cell.verdict.as_str(), cell.reason.as_deref().unwrap_or_default(), cell.operation, findings.join("\n"))
}

fn snapshot_trial(proofs: &Proofs, operation: &str) -> Result<(), Failed> {
    let proof = proofs.of(operation);
    let Some(Ok(proof)) = proof.get() else { return Err(Failed::from("the operation could not be run")) };
    let name = if operation == WHOLE_SERVER { "server" } else { operation };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, proof.snapshot));
    Ok(())
}

/// Every cell of the contract: the name of its trial, its operation and its status.
fn cells() -> Vec<(String, String, u16)> {
    let subject = subject();
    let general = subject.contract.server_responses.iter().map(|response| (WHOLE_SERVER.to_owned(), response));
    let own = subject.contract.operations.iter().flat_map(|operation| operation.responses.iter().map(|response| (operation.id.clone(), response)));
    let name = |operation: &str, response: &Response| format!("{}::{operation}::{} {}", subject.suite.name, response.status, response.description);
    own.chain(general).map(|(operation, response)| (name(&operation, response), operation, response.status.0)).collect()
}

/// The trials against the embedded mock.
fn mock_trials() -> Vec<Trial> {
    let proofs: &'static Proofs = Box::leak(Box::default());
    let cell = |(name, operation, status): (String, String, u16)| Trial::test(name, move || cell_trial(proofs, &operation, status));
    let operations = subject().contract.operations.iter().map(|operation| operation.id.clone());
    let snapshot =
        |operation: String| Trial::test(format!("{}::{operation}::snapshot", subject().suite.name), move || snapshot_trial(proofs, &operation));
    cells().into_iter().map(cell).chain(operations.chain([WHOLE_SERVER.to_owned()]).map(snapshot)).collect()
}

/// The trials of one run against a server: it asks the operations of the cells that the arguments choose. What is neither proved
/// nor violated is ignored, with its verdict as the kind of trial.
fn server_trials(target: &str, arguments: &Arguments) -> Result<Vec<Trial>, String> {
    let is_chosen = |name: &str| {
        let matches = |text: &String| if arguments.exact { name == text } else { name.contains(text.as_str()) };
        arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
    };
    let chosen: Vec<_> = cells().into_iter().filter(|(name, ..)| is_chosen(name)).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(["run", "--target", target]);
    if chosen.len() < cells().len() {
        // Cells of the server as a whole come with any operation.
        let operations: BTreeSet<&str> = chosen.iter().map(|(_, operation, _)| operation.as_str()).filter(|id| *id != WHOLE_SERVER).collect();
        if operations.is_empty() {
            return Err("the filter leaves no operation to ask".to_owned());
        }
        command.args(operations.into_iter().flat_map(|operation| ["--only", operation]));
    }
    let ended = command.status().map_err(|error| error.to_string())?;
    if ended.code().is_none_or(|code| code == 2) {
        return Err("the run could not begin".to_owned());
    }
    let text = std::fs::read_to_string("reports/report.json").map_err(|error| format!("reports/report.json: {error}"))?;
    let report: Report = serde_json::from_str(&text).map_err(|error| format!("reports/report.json: {error}"))?;
    let found = |operation: &str, status: u16| report.cells.iter().find(|cell| cell.operation == operation && cell.status.0 == status).cloned();
    Ok(chosen.into_iter().filter_map(|(name, operation, status)| Some(server_trial(name, found(&operation, status)?))).collect())
}

fn server_trial(name: String, cell: Cell) -> Trial {
    let (proved, violated) = (matches!(cell.verdict, Verdict::Conforms | Verdict::Held), cell.verdict == Verdict::Violates);
    let kind = cell.verdict.as_str();
    let outcome = move || if proved { Ok(()) } else { Err(Failed::from(why(&cell))) };
    Trial::test(name, outcome).with_kind(kind).with_ignored_flag(!proved && !violated)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match std::env::var("PROBITY_TARGET") {
        Ok(target) if !arguments.list => server_trials(&target, &arguments),
        _ => Ok(mock_trials()),
    };
    match trials {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}
