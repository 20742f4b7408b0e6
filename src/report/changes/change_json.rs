//! Changes for other programs.

use super::super::RenderError;
use super::super::json::pretty;
use super::ChangeFormat;
use crate::model::change::ChangeReport;

/// Its form is `schemas/changes.schema.json`.
pub(super) const FORMAT: ChangeFormat = ChangeFormat { name: "json", file_name: Some("changes.json"), render };

fn render(found: &ChangeReport) -> Result<String, RenderError> {
    pretty(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::small::sample;

    #[test]
    fn what_is_written_can_be_read_again() {
        let read: ChangeReport = serde_json::from_str(&render(&sample()).unwrap()).unwrap();
        assert_eq!(read, sample());
    }
}
