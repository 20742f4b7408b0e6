//! Changes for a terminal: the verdict, five causes, and how many more there are.

use std::fmt::Write;

use super::super::colors::{FAINT, HEADING, styled};
use super::{ChangeFormat, cause_extent, change_line, counts, example, extent, single_line_report, verdict};
use crate::model::change::{ChangeClass, ChangeReport};

pub(super) const FORMAT: ChangeFormat = ChangeFormat { name: "text", file_name: None, render: |found| Ok(change_text(found, false)) };

/// How many causes are told.
const TOLD: usize = 5;

/// The changes in a few lines.
pub fn change_text(found: &ChangeReport, colour: bool) -> String {
    let found = &single_line_report(found);
    let mut text = format!("{}\n", styled(&verdict(found), HEADING, colour));
    for cause in found.causes.iter().take(TOLD) {
        let mark = match cause.class {
            ChangeClass::Breaking => '!',
            ChangeClass::Risky => '~',
            ChangeClass::Unclear => '?',
            ChangeClass::Harmless => ' ',
        };
        let example = example(found, cause).map(change_line).unwrap_or_default();
        let _ = writeln!(text, "{mark} {} {}: {} ({}): {example}", cause.class.as_str(), cause.kind, cause.reason, cause_extent(cause));
        if !cause.curl.is_empty() {
            let _ = writeln!(text, "    {}", styled(&format!("{} {}", cause.id, cause.curl), FAINT, colour));
        }
    }
    if let Some(rest) = found.causes.get(TOLD..).filter(|rest| !rest.is_empty()) {
        let _ = writeln!(text, "and {} more: {}; --format markdown or json tells them all", rest.len(), counts(rest));
    }
    if !found.causes.is_empty() {
        let _ = writeln!(text, "Compared: {}.", extent(found));
    }
    for left_out in &found.compared.left_out {
        let _ = writeln!(text, "Not compared: {left_out}.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::small::sample;

    #[test]
    fn five_causes_are_told_and_the_others_are_counted() {
        let mut found = sample();
        let more = found.causes.clone();
        found.causes.extend(more);
        let text = change_text(&found, false);
        let told = text.lines().filter(|line| line.contains(" operation") && line.contains(" answer")).count();
        assert!(told == 5 && text.contains("and 3 more: 1 risky, 1 unclear, 1 harmless;"), "{text}");
        insta::assert_snapshot!("change_text", change_text(&sample(), false));
    }
}
