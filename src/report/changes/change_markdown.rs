//! Changes for a pull request, cut where a comment would be too long.

use std::fmt::Write;

use super::super::markdown::code;
use super::{ChangeFormat, cause_extent, change_line, extent, single_line_report, verdict};
use crate::model::change::{ChangeCause, ChangeReport};

pub(super) const FORMAT: ChangeFormat = ChangeFormat { name: "markdown", file_name: Some("changes.md"), render: |found| Ok(render(found)) };

/// The longest text, in bytes: hosts of code take comments of 65,536 characters.
const LONGEST: usize = 60_000;

/// How many changes of a cause are shown.
const SHOWN: usize = 5;

fn render(found: &ChangeReport) -> String {
    let found = &single_line_report(found);
    let mut text = format!("## {}\n\n", verdict(found));
    let mut end = format!("Compared: {}.\n", extent(found));
    end.extend(found.compared.left_out.iter().map(|words| format!("\nNot compared: {}.\n", code(words))));
    for (index, cause) in found.causes.iter().enumerate() {
        let part = section(found, cause);
        let rest = format!("And {} more causes.\n\n", found.causes.len() - index);
        if text.len() + part.len() + rest.len() + end.len() > LONGEST {
            text.push_str(&rest);
            break;
        }
        text.push_str(&part);
    }
    let cut = end.char_indices().take_while(|(at, _)| at + text.len() < LONGEST).count();
    text.extend(end.chars().take(cut));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn section(found: &ChangeReport, cause: &ChangeCause) -> String {
    let own: Vec<_> = found.changes.iter().filter(|change| change.cause == cause.id).collect();
    let mut part = format!("### {}: {}\n\n{} ({}; `{}`)\n\n", cause.class.as_str(), cause.kind, code(&cause.reason), cause_extent(cause), cause.id);
    part.extend(own.iter().take(SHOWN).map(|change| format!("- {}\n", code(&change_line(change)))));
    if own.len() > SHOWN {
        let _ = writeln!(part, "- and {} more", own.len() - SHOWN);
    }
    if !cause.curl.is_empty() {
        let _ = writeln!(part, "\n{}", code(&cause.curl));
    }
    part + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::small::sample;

    #[test]
    fn each_cause_has_a_section_and_what_is_too_long_is_counted() {
        insta::assert_snapshot!("change_markdown", render(&sample()));
        let mut found = sample();
        found.causes = (0..2000).map(|_| found.causes[0].clone()).collect();
        let text = render(&found);
        assert!(text.len() <= LONGEST && text.contains(" more causes.") && text.contains("Compared: "), "{}", text.len());
    }
}
