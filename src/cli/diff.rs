//! `probity diff`: what changed from one report to another.

use std::path::Path;

use super::args::DiffArgs;
use super::{Stop, exit};
use crate::model::report::{Report, SCHEMA_VERSION};
use crate::report::{ChangeMeaning, drift};
use crate::session::json_file;

/// The longest report that is read, in bytes.
pub(super) const LONGEST: u64 = 256 * 1024 * 1024;

/// Prints every change. Where that was asked for, 1 when something broke, else 3 when something that was shown is not shown any
/// more: a run that sees less is no proof that nothing broke.
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let (old, new) = (current(&args.old)?, current(&args.new)?);
    if old.contract.title != new.contract.title {
        let (one, other) = (&old.contract.title, &new.contract.title);
        return Err(Stop::Unusable(format!(
            "{} is about {one:?} and {} about {other:?}; give two reports of the same API",
            args.old.display(),
            args.new.display()
        )));
    }
    let found = drift(&old, &new);
    for one in &found {
        let mark = match one.change {
            ChangeMeaning::Worse => "!",
            ChangeMeaning::Lost => "-",
            ChangeMeaning::Plain => " ",
        };
        anstream::println!("{mark} {}", one.words);
    }
    let count = |change| found.iter().filter(|one| one.change == change).count();
    let (worse, lost) = (count(ChangeMeaning::Worse), count(ChangeMeaning::Lost));
    anstream::println!("{} changes: {worse} for the worse (!), {lost} not shown any more (-).", found.len());
    Ok(match () {
        () if !args.fail => exit::CONFORMS,
        () if worse > 0 => exit::VIOLATES,
        () if lost > 0 => exit::INCONCLUSIVE,
        () => exit::CONFORMS,
    })
}

fn current(path: &Path) -> Result<Report, Stop> {
    let report: Report = json_file::read(path, LONGEST, "report of this version")?;
    json_file::of_version(path, "report", report.schema_version, SCHEMA_VERSION)?;
    if report.cells.is_empty() {
        return Err(Stop::Unusable(format!("{} has no cells: there is nothing to compare; give the report of a run", path.display())));
    }
    Ok(report)
}
