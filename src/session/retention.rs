//! Decides how much of the answers is kept after a run: by arguments, suite, and where the target is.

use std::path::Path;

use super::options::RunOptions;
use super::target::{Specification, Target};
use crate::execute::journal::masking_key;
use crate::judge::Recording;
use crate::judge::redaction::{Mask, Redactor};
use crate::model::contract::Contract;
use crate::model::journal::JournalHistory;
use crate::model::keep::Keep;
use crate::session::stop::Stop;

/// A level, and what masks values.
#[derive(Debug)]
pub struct Retention {
    /// How much is kept.
    pub level: Keep,
    /// Absent where nothing is taken out.
    mask: Option<Mask>,
}

impl Retention {
    /// What a run keeps: the flag goes before the suite.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn of_run(args: &RunOptions, specification: &Specification, target: &Target) -> Result<Self, Stop> {
        Self::of_target(args.keep, &args.scope.pace.state, specification, target)
    }

    /// What is kept of a target: without a word on it everything where that is this machine, else nothing in clear text that is
    /// not the run's own.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn of_target(flag: Option<Keep>, state: &Path, specification: &Specification, target: &Target) -> Result<Self, Stop> {
        let usual = if target.is_local() { Keep::All } else { Keep::Masked };
        let level = flag.or(specification.suite.keep).unwrap_or(usual);
        // What is left on the target is masked and not less, so that it can be removed.
        let mask = if level.is_all() { None } else { Some(Mask::new(&masking_key(state)?)) };
        Ok(Self { level, mask })
    }

    /// What takes out of a recording, and of the report on it, what is not kept; `None` where everything is.
    pub fn redactor(&self, contract: &Contract, recording: &Recording) -> Option<Redactor<'_>> {
        self.mask.as_ref().map(|mask| Redactor::of_recording(self.level, mask, contract, recording))
    }

    /// The same for a journal, at a level of its own.
    pub fn journal_redactor(&self, level: Keep, contract: &Contract, journal_history: &JournalHistory) -> Option<Redactor<'_>> {
        self.mask.as_ref().map(|mask| Redactor::of_journal(level, mask, contract, journal_history))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::super::earlier_runs::EarlierRuns;
    use super::super::options::Files;
    use super::*;
    use crate::execute::journal::Answers;
    use crate::model::contract::Status;
    use crate::model::exchange::{Answer, AnswerContent, SentRequest};
    use crate::model::journal::{Entry, Sources, Start};
    use crate::model::plan::{Plan, Probe};
    use crate::model::small_probe;

    const CONTRACT: &str = "openapi: 3.1.0\ninfo: {title: Clubs, version: '1'}\npaths: {/clubs: {get: {responses: {'200': {description: all}}}}}\n";

    fn probe(id: &str, method: &str, path: &str, captures: &Value) -> Probe {
        let fillings = if path.contains('{') { json!([{"place": {"path": "id"}, "slot": "clubs#1"}]) } else { json!([]) };
        let request = json!({"method": method, "path": path, "fillings": fillings});
        small_probe::probe(&json!({"id": id, "operation": id, "stage": "change", "request": request, "captures": captures}))
    }

    /// Whether a journal is whole after it was to be reduced. Its run has put a person into a club that it found by a colour, and
    /// was kept from taking her out again.
    fn is_left_whole(colour: &Value) -> bool {
        let folder = std::env::temp_dir().join(format!("probity-retention-{}-{}", colour.is_null(), std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("contract.yaml"), CONTRACT).unwrap();
        let files = Files { contract: Some(folder.join("contract.yaml")), suite: None, ..Files::default() };
        let (specification, target) = (Specification::load(&files).unwrap(), Target::parse("http://127.0.0.1:1").unwrap());
        let capture = json!([{"slot": "clubs#1", "expression": "$response.body#/0/id", "like": colour, "nth": 0}]);
        let plan = Plan {
            probes: vec![
                probe("list", "GET", "/clubs", &capture),
                probe("join", "POST", "/clubs/{id}/people", &json!([])),
                probe("leave", "DELETE", "/clubs/{id}/people", &json!([])),
            ],
            slots: serde_json::from_value(json!({"clubs#1": {"kind": "clubs", "origin": {"borrowed": "list"}, "like": null}})).unwrap(),
            ..Plan::default()
        };
        let clubs = json!([{"id": 1, "colour": "dark red", "lead": "Jane Doe"}]);
        let mut earlier_runs =
            EarlierRuns::open(&folder.join("state"), &target, &specification, Answers::All, &super::super::observer::SilentObserver).unwrap();
        let start = Start {
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            mark: "probity-1".to_owned(),
            contract: String::new(),
            shape: std::collections::BTreeMap::new(),
            files: Sources::default(),
            plan: plan.clone(),
        };
        let journal = earlier_runs.journal(&target, None, || start).unwrap().unwrap();
        for (probe, status, body) in
            [("list", 200, AnswerContent::Json(clubs)), ("join", 200, AnswerContent::Empty), ("leave", 403, AnswerContent::Empty)]
        {
            let number = journal.sent(plan.probe(probe).unwrap(), &SentRequest::default()).unwrap();
            let answer = Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false };
            journal.ended(number, Ok(&answer)).unwrap();
        }
        journal.write(&Entry::Finished, true).unwrap();
        let retention = Retention::of_target(Some(Keep::None), &folder.join("state"), &specification, &target).unwrap();
        earlier_runs.reduce(&specification.contract, &retention).unwrap();
        earlier_runs.read_again(Answers::All).unwrap();
        let whole = earlier_runs.journals[0].keep.is_all();
        fs::remove_dir_all(&folder).unwrap();
        whole
    }

    #[test]
    fn what_could_not_be_taken_back_without_it_is_kept() {
        assert!(is_left_whole(&json!({"colour": "dark red"})), "the club is not found without its colour");
        assert!(!is_left_whole(&Value::Null), "the first club is found without it");
    }
}
