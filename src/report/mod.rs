//! Reports: pure functions from a [`Report`] to text, one file for each format.
//! A format is registered by a line in [`FORMATS`].

mod causes;
mod changes;
mod colors;
mod escaping;
mod finding;
mod grid;
mod json;
mod junit;
mod markdown;
mod matrix;
mod shared_sentences;
mod snapshot;

pub use causes::causes;
pub use changes::{CHANGE_FORMATS, ChangeFormat, change_text, rendered_changes};
pub use colors::safe_for_terminal;
pub use finding::finding_text;
pub use matrix::{MatrixDetail, matrix, matrix_in};

pub use escaping::single_line_texts;
pub use snapshot::snapshot;

use thiserror::Error;

use crate::model::report::Report;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn formats_have_names_and_files_of_their_own() {
        let names: BTreeSet<_> = FORMATS.iter().map(|format| format.name).collect();
        let files: Vec<_> = FORMATS.iter().filter_map(|format| format.file_name).collect();
        assert_eq!(names.len(), FORMATS.len());
        assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len());
        assert!(FORMATS.iter().all(|format| (format.render)(&sample()).unwrap().ends_with('\n')));
    }
}
