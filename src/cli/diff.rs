//! `probity diff`: what changed from one report to another.

use std::path::Path;

use super::args::DiffArgs;
use super::{Stop, exit};
use crate::domain::report::{Report, SCHEMA_VERSION};
use crate::load;
use crate::report::drift;

/// The longest report that is read, in bytes.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Prints every change; 1 when something broke and that was asked for.
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let found = drift(&old, &new);
    for one in &found {
        anstream::println!("{} {}", if one.worse { "!" } else { " " }, one.words);
    }
    let worse = found.iter().filter(|one| one.worse).count();
    anstream::println!("{} changes, {worse} for the worse.", found.len());
    Ok(if args.fail && worse > 0 { exit::VIOLATES } else { exit::CONFORMS })
}

fn read(path: &Path) -> Result<Report, Stop> {
    let text = load::text(path, LONGEST)?;
    let report: Report =
        serde_json::from_str(&text).map_err(|error| Stop::Unusable(format!("{} is no report of this version: {error}", path.display())))?;
    if report.schema_version != SCHEMA_VERSION {
        return Err(Stop::Unusable(format!(
            "{} is a report of version {}; this program reads {SCHEMA_VERSION}",
            path.display(),
            report.schema_version
        )));
    }
    Ok(report)
}
