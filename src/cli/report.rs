//! `probity report`: renders a saved report again.

use super::args::ReportArgs;
use super::{Stop, diff, exit};
use crate::model::report::Report;
use crate::report::FORMATS;
use crate::session::json_file;

/// Prints a saved report in another form.
pub fn report(args: &ReportArgs) -> Result<u8, Stop> {
    let report: Report = json_file::read(&args.report, diff::LONGEST, "report of this version")?;
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let format = FORMATS.iter().find(|format| format.name == args.format);
    let format = format.ok_or_else(|| Stop::Unusable(format!("--format {}: the forms are {}", args.format, names())))?;
    anstream::print!("{}", (format.render)(&report)?);
    Ok(exit::CONFORMS)
}
