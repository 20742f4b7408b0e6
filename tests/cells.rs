//! Proves each cell of the bundled contract against the embedded mock, with one snapshot for each operation.
//! Each operation is run on its own, so that a single trial gives what all of them give.

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use probity::cli::{assemble, record, run_args};
use probity::model::contract::WHOLE_SERVER;
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
    format!("{} {}: {}\n{}", cell.verdict.word(), cell.reason.as_deref().unwrap_or_default(), cell.operation, findings.join("\n"))
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

fn main() {
    let arguments = Arguments::from_args();
    let proofs: &'static Proofs = Box::leak(Box::default());
    let subject = subject();
    let suite = subject.suite.name.clone();
    let mut trials = Vec::new();
    let general = subject.contract.server_responses.iter().map(|response| (WHOLE_SERVER.to_owned(), response));
    let own = subject.contract.operations.iter().flat_map(|operation| operation.responses.iter().map(|response| (operation.id.clone(), response)));
    for (operation, response) in own.chain(general) {
        let name = format!("{suite}::{operation}::{} {}", response.status, response.description);
        let status = response.status.0;
        trials.push(Trial::test(name, move || cell_trial(proofs, &operation, status)));
    }
    let operations = subject.contract.operations.iter().map(|operation| operation.id.clone());
    for operation in operations.chain([WHOLE_SERVER.to_owned()]) {
        trials.push(Trial::test(format!("{suite}::{operation}::snapshot"), move || snapshot_trial(proofs, &operation)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
