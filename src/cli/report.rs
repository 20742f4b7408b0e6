//! `probity report`: renders a saved report again.

use super::args::ReportArgs;
use super::{Stop, exit};
use crate::domain::report::Report;
use crate::load;
use crate::report::FORMATS;

/// Prints a saved report in another form.
pub fn report(args: &ReportArgs) -> Result<u8, Stop> {
    let path = args.report.display();
    let text = load::text(&args.report, load::LONGEST * 4)?;
    let report: Report = serde_json::from_str(&text).map_err(|error| Stop::Unusable(format!("{path} is no report of this version: {error}")))?;
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let format = FORMATS.iter().find(|format| format.name == args.format);
    let format = format.ok_or_else(|| Stop::Unusable(format!("--format {}: the forms are {}", args.format, names())))?;
    anstream::print!("{}", (format.render)(&report)?);
    Ok(exit::CONFORMS)
}
