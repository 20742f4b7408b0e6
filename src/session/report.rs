//! `probity report`: reads a saved report and renders it again.

use std::path::Path;

use super::json_file;
use super::stop::Stop;
use crate::model::report::Report;
use crate::report::FORMATS;

/// The longest report that is read, in bytes.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Reads a saved report.
///
/// # Errors
/// The file cannot be read, or is no report.
pub fn read_report(path: &Path) -> Result<Report, Stop> {
    json_file::read(path, LONGEST, "report of this version")
}

/// A saved report in the format of this name.
///
/// # Errors
/// As [`read_report`]; no format has the name; the format cannot express the report.
pub fn report(path: &Path, format: &str) -> Result<String, Stop> {
    let report = read_report(path)?;
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let found = FORMATS.iter().find(|known| known.name == format);
    let found = found.ok_or_else(|| Stop::Unusable(format!("--format {format}: the forms are {}", names())))?;
    Ok((found.render)(&report)?)
}
