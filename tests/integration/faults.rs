//! Each check finds the fault that the mock has for it, and finds nothing on the faultless mock.

use std::collections::BTreeSet;

use probity::cli::{Specification, assemble, record, run_args};
use probity::judge::exchange_rules::CHECKS;
use probity::model::plan::Probe;
use probity::model::report::Report;
use probity::model::verdict::{Finding, Severity, Verdict};
use probity::plan::triggers::TRIGGERS;

use crate::support::{Folder, findings, subject};

/// Check, fault, operations that are asked.
const BROKEN: &[(&str, &str, &str)] = &[
    ("status", "conflict-as-bad-request", "entities.create"),
    ("status", "media-type-ignored", "entities.create"),
    ("status", "method-as-not-found", "entities.list"),
    ("status", "gone-as-not-found", "jobs.download"),
    ("status", "created-as-ok", "groups.create"),
    ("status", "forbidden-accepted", "positions.get"),
    ("status", "unauthorized-accepted", "positions.get"),
    ("media-type", "success-wrong-media-type", "entities.get"),
    ("media-type", "error-wrong-media-type", "entities.get"),
    ("no-content", "no-content-with-body", "entities.delete"),
    ("headers", "method-not-allowed-without-allow", "entities.list"),
    ("headers", "unauthorized-without-challenge", "entities.list"),
    ("headers", "allow-lists-refused-method", "entities.list"),
    ("retry-after", "too-many-without-wait", "*"),
    ("location", "see-other-without-location", "jobs.download"),
    ("retry-after", "too-many-wait-nonsense", "*"),
    ("body-schema", "error-without-errors", "entities.create"),
    ("body-schema", "success-missing-required", "entities.get"),
    ("body-schema", "success-id-as-number", "entities.get"),
    ("error-status", "error-status-member-wrong", "entities.create"),
    ("json-api-document", "error-with-data", "entities.create"),
    ("no-leak", "error-leaks-trace", "entities.create"),
    ("cause", "error-source-wrong", "entities.create"),
    ("no-echo", "error-echoes-credentials", "entities.create"),
];

/// Checks about what the bundled contract does not have; their own tests show that they can fail.
const ELSEWHERE: &[&str] = &["problem-details"];

fn prove(subject: &Specification, words: &[&str]) -> Report {
    let args = run_args(words).expect("the arguments are right");
    let recording = record(&args, subject).expect("the embedded mock answers");
    assemble(subject, &recording)
}

#[test]
fn each_check_shows_the_fault_it_is_there_for() {
    let subject = subject();
    for (check, fault, operation) in BROKEN {
        let report = prove(subject, &["--fault", fault, "--only", operation]);
        let found = findings(&report).into_iter().find(|finding| finding.check == *check);
        let Some(finding) = found else { panic!("{fault} on {operation} raises no finding of {check}: {:#?}", findings(&report)) };
        for (name, text) in
            [("expected", &finding.expected), ("actual", &finding.actual), ("place", &finding.contract), ("clause", &finding.citation)]
        {
            assert!(!text.is_empty(), "{fault}: the finding has no {name}");
        }
        assert!(finding.curl.starts_with("curl -i "), "{fault}: {}", finding.curl);
        if finding.severity == Severity::Must {
            assert!(report.totals.of(Verdict::Violates) > 0, "{fault} violates no cell");
        }
    }
}

#[test]
fn every_check_has_its_fault() {
    for check in CHECKS {
        let shown = BROKEN.iter().any(|(name, _, _)| *name == check.name) || ELSEWHERE.contains(&check.name);
        assert!(shown, "no fault shows that {} can fail", check.name);
    }
}

#[test]
fn the_faultless_mock_raises_nothing() {
    let subject = subject();
    for words in [&["--seed", "1"][..], &["--seed", "2", "--jobs", "1"], &["--seed", "3", "--jobs", "16"]] {
        let report = prove(subject, words);
        assert_eq!(findings(&report), Vec::<&Finding>::new(), "{words:?}");
        let of = |verdict| report.totals.of(verdict) + report.totals.inferred(verdict);
        // The mock takes one side where the documents differ.
        let sides =
            subject.contract.operations.iter().flat_map(|operation| &operation.responses).filter(|response| response.alternative_to.is_some());
        assert_eq!(of(Verdict::Unreached), sides.count() as u64, "{words:?}");
        assert_eq!(of(Verdict::Conforms) + of(Verdict::Held) + of(Verdict::Unreached), report.cells.len() as u64, "{words:?}");
    }
}

/// A trigger that no plan uses would provoke nothing, and nobody would miss it.
#[test]
fn every_trigger_is_sent() {
    let books = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/books.yaml");
    let conditional = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/conditional.yaml");
    // What is private only a suite says.
    let folder = Folder::new("triggers");
    let accounts = "accounts: {full: {token: {bearer: {token: A}}}, other: {token: {bearer: {token: B}}}}";
    let private = folder.write("private.yaml", format!("contract: {books}\n{accounts}\nprivate: ['*']\n")).display().to_string();
    let words = [&["--thorough"][..], &["--thorough", "--contract", books], &["--contract", conditional], &["--suite", &private]];
    let mut sent = BTreeSet::new();
    for words in words {
        let args = run_args(words).expect("the arguments are right");
        let subject = Specification::load(&args.scope.files).expect("the contract");
        let recording = record(&args, &subject).expect("the embedded mock answers");
        let answered = |probe: &&Probe| recording.outcomes.of(&probe.id).is_some_and(|outcome| outcome.answer().is_some());
        sent.extend(recording.plan.probes.iter().filter(answered).map(|probe| probe.trigger.clone()));
    }
    let unused: Vec<_> = TRIGGERS.iter().map(|trigger| &trigger.name).filter(|name| !sent.contains(*name)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
