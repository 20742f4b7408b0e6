//! `probity diff`: what changed from one report to another.

use std::path::Path;

use super::args::DiffArgs;
use super::{Stop, exit, read};
use crate::domain::report::{Report, SCHEMA_VERSION};
use crate::report::drift;

/// The longest report that is read, in bytes.
pub(super) const LONGEST: u64 = 256 * 1024 * 1024;

/// Prints every change; 1 when something broke and that was asked for.
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let (old, new) = (current(&args.old)?, current(&args.new)?);
    let found = drift(&old, &new);
    for one in &found {
        anstream::println!("{} {}", if one.worse { "!" } else { " " }, one.words);
    }
    let worse = found.iter().filter(|one| one.worse).count();
    anstream::println!("{} changes, {worse} for the worse.", found.len());
    Ok(if args.fail && worse > 0 { exit::VIOLATES } else { exit::CONFORMS })
}

fn current(path: &Path) -> Result<Report, Stop> {
    let report: Report = read::read(path, LONGEST, "report of this version")?;
    read::of_version(path, "report", report.schema_version, SCHEMA_VERSION)?;
    Ok(report)
}
