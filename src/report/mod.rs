//! Reports: pure functions from a [`Report`] to text. A format is a file here and a line in [`FORMATS`].

mod drift;
mod finding;
mod grid;
mod json;
mod junit;
mod markdown;
mod matrix;
mod paint;
mod redact;
mod snapshot;
mod tame;
#[cfg(test)]
mod testing;
mod words;

pub use drift::{Change, Drift, drift};
pub use finding::finding_text;
pub use json::schema;
pub use matrix::{Detail, matrix, matrix_in};
pub use paint::legible;
pub use redact::{Mask, Redactor};
pub use snapshot::snapshot;
pub use tame::tamed;

use thiserror::Error;

use crate::domain::report::{Cell, Report, Totals};
use crate::domain::verdict::Verdict;

/// One form of a report.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The file it is written to; `None` for what is only printed.
    pub file_name: Option<&'static str>,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Renders it.
    pub render: fn(&Report) -> Result<String, RenderError>,
}

/// A report that a format cannot express.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the report cannot be written as {format}: {reason}")]
pub struct RenderError {
    format: &'static str,
    reason: String,
}

impl RenderError {
    fn new(format: &'static str, reason: &dyn std::error::Error) -> Self {
        Self { format, reason: reason.to_string() }
    }
}

/// Every format.
pub const FORMATS: &[Format] = &[json::FORMAT, junit::FORMAT, markdown::FORMAT, matrix::FORMAT];

/// The sums over cells, with every verdict present.
pub fn summary_totals(cells: &[Cell], requests: u64, fixture_requests: u64, cleanup_requests: u64) -> Totals {
    let count = |inferred: bool, verdict: Verdict| -> u64 {
        cells.iter().map(|cell| u64::from(cell.verdict == verdict && cell.certainty.is_inferred() == inferred)).sum()
    };
    let counted = |inferred: bool| Verdict::ALL.into_iter().map(move |verdict| (verdict.word().to_owned(), count(inferred, verdict)));
    Totals {
        cells: cells.iter().map(|cell| u64::from(!cell.certainty.is_inferred())).sum(),
        verdicts: counted(false).collect(),
        inferred: counted(true).filter(|(_, count)| *count > 0).collect(),
        in_part: cells.iter().map(|cell| u64::from(is_in_part(cell) && !cell.certainty.is_inferred())).sum(),
        requests,
        fixture_requests,
        cleanup_requests,
    }
}

/// Whether a cell conforms as far as it was judged, and not everything was.
pub fn is_in_part(cell: &Cell) -> bool {
    cell.verdict == Verdict::Conforms && cell.in_part.is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::testing::sample;
    use super::*;
    use crate::domain::certainty::Certainty;

    #[test]
    fn formats_have_names_and_files_of_their_own() {
        let names: BTreeSet<_> = FORMATS.iter().map(|format| format.name).collect();
        let files: Vec<_> = FORMATS.iter().filter_map(|format| format.file_name).collect();
        assert_eq!(names.len(), FORMATS.len());
        assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len());
        assert!(FORMATS.iter().all(|format| (format.render)(&sample()).unwrap().ends_with('\n')));
    }

    #[test]
    fn totals_hold_every_verdict_and_add_up() {
        let report = sample();
        let totals = summary_totals(&report.cells, 5, 2, 1);
        assert_eq!(totals.verdicts.len(), Verdict::ALL.len());
        assert_eq!(totals.verdicts.values().sum::<u64>(), totals.cells);
        assert_eq!((totals.of(Verdict::StaleWaiver), totals.requests), (1, 5));
        assert!(totals.inferred.is_empty());
        assert_eq!(summary_totals(&[], 0, 0, 0).of(Verdict::Held), 0);
    }

    #[test]
    fn inferred_cells_are_counted_apart() {
        let mut cells = sample().cells;
        let before = summary_totals(&cells, 0, 0, 0);
        let first = cells.iter_mut().find(|cell| cell.verdict == Verdict::Conforms).unwrap();
        first.certainty = Certainty::Inferred;
        let after = summary_totals(&cells, 0, 0, 0);
        assert_eq!((after.cells, after.of(Verdict::Conforms)), (before.cells - 1, before.of(Verdict::Conforms) - 1));
        assert_eq!((after.inferred(Verdict::Conforms), after.inferred(Verdict::Blocked)), (1, 0));
    }
}
