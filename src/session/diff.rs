//! `probity diff`: compares two saved reports of the same API.

use std::path::Path;

use super::json_file;
use super::observer::Conclusion;
use super::report::saved;
use super::stop::Stop;
use crate::model::report::{Report, SCHEMA_VERSION};
use crate::report::{ChangeMeaning, Drift, drift};

/// What changed from one report to another.
#[derive(Debug)]
pub struct Comparison {
    /// The changes, in the order of the contract.
    pub changes: Vec<Drift>,
}

impl Comparison {
    /// How many changes have a meaning.
    pub fn count(&self, meaning: ChangeMeaning) -> usize {
        self.changes.iter().filter(|one| one.change == meaning).count()
    }

    /// What the changes amount to. A run that sees less is no proof that nothing broke, so it has no verdict.
    pub fn conclusion(&self) -> Conclusion {
        match () {
            () if self.count(ChangeMeaning::Worse) > 0 => Conclusion::Violates,
            () if self.count(ChangeMeaning::Lost) > 0 => Conclusion::Inconclusive,
            () => Conclusion::Conforms,
        }
    }
}

/// Compares an older report with a newer one.
///
/// # Errors
/// A file cannot be read, has no cells or is of another version; the two are about different APIs.
pub fn diff(old: &Path, new: &Path) -> Result<Comparison, Stop> {
    let (before, after) = (current(old)?, current(new)?);
    if before.contract.title != after.contract.title {
        let (one, other) = (&before.contract.title, &after.contract.title);
        return Err(Stop::Unusable(format!(
            "{} is about {one:?} and {} about {other:?}; give two reports of the same API",
            old.display(),
            new.display()
        )));
    }
    Ok(Comparison { changes: drift(&before, &after) })
}

fn current(path: &Path) -> Result<Report, Stop> {
    let report = saved(path)?;
    json_file::of_version(path, "report", report.schema_version, SCHEMA_VERSION)?;
    if report.cells.is_empty() {
        return Err(Stop::Unusable(format!("{} has no cells: there is nothing to compare; give the report of a run", path.display())));
    }
    Ok(report)
}
