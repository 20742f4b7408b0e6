//! `probity diff`: prints what changed from one run to another.

use super::args::DiffArgs;
use super::{Stop, exit};
use crate::report::rendered_changes;
use crate::session::diff::{conclusion, diff as session};
use crate::session::options::DiffOptions;

/// Prints every cause. The exit code tells of them where that was asked for.
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let options = DiffOptions::from(args);
    let found = session(&options)?;
    anstream::print!("{}", rendered_changes(&found, &args.format)?);
    Ok(exit::code(conclusion(&found, options.fail_on)))
}
