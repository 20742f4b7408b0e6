//! `probity replay`: sends one probe of the last run again, with what it needs, and shows the exchange.

use super::args::{ReplayArgs, RunArgs};
use super::exit::code;
use super::terminal::Terminal;
use crate::session::stop::Stop;
use crate::session::{conclude, replay as session};

/// Sends the probe, and says how it ended: 1 when it breaks the contract (with --strict, when it is warned of as well), 3 when no
/// answer came.
pub fn replay(args: &ReplayArgs) -> Result<u8, Stop> {
    let recording = conclude::read_recording(&args.recording)?;
    if let Some(word) = first_argument_without_effect(&args.run, recording.seed) {
        return Err(Stop::Unusable(format!("{word} means nothing to replay, which sends one probe of a recording; leave it out")));
    }
    session::replay(&args.into(), &recording, &Terminal::default()).map(code)
}

/// The first argument of `run` that was given and can have no effect on a single probe.
fn first_argument_without_effect(run: &RunArgs, seed: u64) -> Option<&'static str> {
    let usual = default_arguments()?;
    let selection = &run.scope.selection;
    let given = [
        (!selection.operations.filter().is_all(), "--only, --tag, --path, --method or --exclude"),
        (!selection.status.is_empty(), "--status"),
        (selection.thorough, "--thorough"),
        (selection.cases > 0, "--cases"),
        (selection.regressions.is_some(), "--regressions"),
        (run.scope.budget.is_some(), "--budget"),
        (run.fresh, "--fresh"),
        (run.max_time.is_some(), "--max-time"),
        (run.require_complete, "--require-complete"),
        (run.full, "--full"),
        (run.retries != usual.retries, "--retries"),
        (run.reports.out != usual.reports.out, "--out"),
        // That of the recording is taken in any case.
        (![usual.scope.selection.seed, seed].contains(&selection.seed), "--seed"),
    ];
    given.into_iter().find_map(|(given, word)| given.then_some(word))
}

/// The arguments where none are given.
fn default_arguments() -> Option<RunArgs> {
    super::parsed(&[]).ok()
}
