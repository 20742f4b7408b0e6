//! `report.json`: the report as it is, for other programs.

use serde::Serialize;

use super::{Format, RenderError};
use crate::model::report::Report;
use crate::model::text::escaped_json;

/// Its form is `schemas/report.schema.json`.
pub(super) const FORMAT: Format = Format { name: "json", file_name: Some("report.json"), about: "everything, for other programs", render };

fn render(report: &Report) -> Result<String, RenderError> {
    pretty(report)
}

/// A value on lines of its own, without a letter that a terminal would obey.
pub(super) fn pretty(value: &impl Serialize) -> Result<String, RenderError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| RenderError::new("JSON", &error))?;
    Ok(escaped_json(&text).into_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn what_is_written_can_be_read_again() {
        let report = sample();
        let read: Report = serde_json::from_str(&render(&report).unwrap()).unwrap();
        assert_eq!(read, report);
    }
}
