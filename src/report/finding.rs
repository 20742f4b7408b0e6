//! A finding as a compiler would print it.

use super::paint::{FAINT, HEADING, legible, paint, severity_style};
use crate::domain::verdict::{Finding, Severity, Sightings};

/// A finding, its places, what was asked and what came, the clause, and how to see it again; without a line break at the
/// end.
pub fn finding_text(finding: &Finding, colour: bool) -> String {
    let faint = |text: &str| paint(text, FAINT, colour);
    let word = match finding.severity {
        Severity::Must => "error",
        Severity::Should => "warning",
    };
    let head = paint(&format!("{word}[{}]", finding.check), severity_style(finding.severity), colour);
    let mut lines = vec![format!("{head}: {}", paint(&legible(&finding.message), HEADING, colour))];
    let mut line = |lead: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{} {}", faint(lead), legible(text)));
        }
    };
    line("  -->", &finding.contract);
    line("  ::: answer:", &finding.answer);
    line("   | expected:", &finding.expected);
    line("   |   actual:", &finding.actual);
    line("   = clause:", &finding.citation);
    line("   = shrunk:", finding.sightings.shrunk.as_deref().unwrap_or_default());
    line("   = seen:", &seen(finding));
    line("   = probe:", &finding.probe);
    line("   = again:", &finding.curl);
    lines.join("\n")
}

/// In how many tries it was seen, where there was more than one.
fn seen(finding: &Finding) -> String {
    let Sightings { seen, tries, .. } = finding.sightings;
    match tries {
        0 | 1 => String::new(),
        _ if seen == tries => format!("in each of {tries} tries"),
        _ => format!("in {seen} of {tries} tries"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::sample;
    use super::super::words::all_findings;
    use super::*;

    #[test]
    fn one_of_each_severity() {
        let report = sample();
        let findings = all_findings(&report);
        let error = findings.iter().find(|finding| finding.severity == Severity::Must).unwrap();
        let warning = findings.iter().find(|finding| finding.severity == Severity::Should).unwrap();
        insta::assert_snapshot!("finding_error", finding_text(error, false));
        insta::assert_snapshot!("finding_warning", finding_text(warning, false));
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let report = sample();
        let finding = all_findings(&report)[0];
        let plain = anstream::adapter::strip_str(&finding_text(finding, true)).to_string();
        assert_eq!(plain, finding_text(finding, false));
    }
}
