//! Compares the answers of two runs to equal requests, and groups what differs by its causes.
//!
//! A kind of change is a file in `kinds/` and a line in its table. Everything that a run knows by itself, such as ids, names with
//! its mark and the address of the server, is the same on both sides and no change.

mod answer_changes;
mod answer_pair;
mod body_walk;
mod cause_groups;
mod cell_changes;
mod difference;
mod echoes;
mod item_pairs;
mod kinds;
mod place_pair;
mod run_pair;
#[cfg(test)]
mod single_changes;
#[cfg(test)]
mod two_small_runs;
mod value_forms;
mod volatile_values;

use self::cell_changes::CellPair;
use self::difference::Difference;
use self::run_pair::RunPair;
use crate::judge::{CredentialHints, Recording};
use crate::model::change::{ChangeReport, ChangeTotals, Clients, ComparedCounts, ComparedRun, SCHEMA_VERSION};
use crate::model::contract::Contract;
use crate::model::report::Report;

pub use kinds::names as kind_names;

/// What is known of a run: its verdicts, its answers, or both.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunRecord<'a> {
    /// Its verdicts.
    pub report: Option<&'a Report>,
    /// Its answers.
    pub recording: Option<&'a Recording>,
}

/// Everything that a comparison takes.
#[derive(Debug)]
pub struct ChangeInput<'a> {
    /// The older run.
    pub old: RunRecord<'a>,
    /// The newer run.
    pub new: RunRecord<'a>,
    /// The contract of the older run, where it is known: what it promises weighs more.
    pub contract: Option<&'a Contract>,
    /// What the clients are like.
    pub clients: Clients,
    /// Where credentials come from, for the commands that show a change.
    pub hints: &'a CredentialHints,
}

/// Everything that changed, by causes, the worst first.
pub fn changes(input: &ChangeInput<'_>, old: ComparedRun, new: ComparedRun) -> ChangeReport {
    let mut compared = ComparedCounts::default();
    let mut found: Vec<Difference<'_>> = Vec::new();
    let runs = input.old.recording.zip(input.new.recording).map(|(old, new)| RunPair::new(input, old, new));
    match &runs {
        Some(runs) => found.extend(answer_changes::differences(runs, &mut compared)),
        None => compared.left_out.push("answers: there is no recording of both runs, so only verdicts are compared".to_owned()),
    }
    match input.old.report.zip(input.new.report) {
        Some((old, new)) => CellPair { old, new }.differences(&mut found, &mut compared),
        None => compared.left_out.push("verdicts: there is no report of both runs".to_owned()),
    }
    let found = echoes::folded(found);
    let (causes, changes) = cause_groups::grouped(input, found);
    ChangeReport { schema_version: SCHEMA_VERSION, old, new, compared, totals: ChangeTotals::totals_of(&causes), causes, changes }
}
