//! `probity report`: prints a saved report in another form.

use super::args::ReportArgs;
use super::{Stop, exit};
use crate::session::report::report as session;

/// Prints a saved report in another form.
pub fn report(args: &ReportArgs) -> Result<u8, Stop> {
    anstream::print!("{}", session(&args.report, &args.format)?);
    Ok(exit::CONFORMS)
}
