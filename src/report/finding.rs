//! Prints a finding in the style of a compiler diagnostic.

use super::colors::{FAINT, HEADING, severity_style, styled};
use crate::model::text::one_line;
use crate::model::verdict::{Excerpt, Finding, Severity, Sightings};

/// A finding, its places, what was asked and what came, the clause, and how to see it again; without a line break at the
/// end.
pub fn finding_text(finding: &Finding, colour: bool) -> String {
    let faint = |text: &str| styled(text, FAINT, colour);
    let word = match finding.severity {
        Severity::Must => "error",
        Severity::Should => "warning",
    };
    let head = styled(&format!("{word}[{}]", one_line(&finding.check)), severity_style(finding.severity), colour);
    let mut lines = vec![format!("{head}: {}", styled(&one_line(&finding.message), HEADING, colour))];
    let mut line = |lead: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{} {}", faint(lead), one_line(text)));
        }
    };
    line("  -->", &finding.contract);
    line("  ::: written:", &finding.written.narrowest().map(ToString::to_string).unwrap_or_default());
    line("  ::: answer:", &finding.answer);
    for text in marked_excerpt(finding) {
        line("   |", &text);
    }
    line("   | expected:", &finding.expected);
    line("   |   actual:", &finding.actual);
    line("   = clause:", &finding.citation);
    line("   = shrunk:", finding.sightings.shrunk.as_deref().unwrap_or_default());
    line("   = seen:", &tries_seen(finding));
    line("   = probe:", &finding.probe);
    line("   = again:", &finding.curl);
    lines.join("\n")
}

/// The place of the answer, with a mark below what is meant. A status says all there is to say by itself.
fn marked_excerpt(finding: &Finding) -> Vec<String> {
    let Some(Excerpt { line, column, width }) = finding.sightings.excerpt.as_ref().filter(|_| finding.answer != "status") else { return Vec::new() };
    let count = |number: u64| usize::try_from(number).unwrap_or_default();
    vec![line.clone(), format!("{}{}", " ".repeat(count(*column)), "^".repeat(count(*width)))]
}

/// In how many tries it was seen, where there was more than one.
fn tries_seen(finding: &Finding) -> String {
    let Sightings { seen, tries, .. } = finding.sightings;
    match tries {
        0 | 1 => String::new(),
        _ if seen == tries => format!("in each of {tries} tries"),
        _ => format!("in {seen} of {tries} tries"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shared_sentences::all_findings;
    use super::*;
    use crate::model::small_report::sample;

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
    fn what_is_seen_now_and_then_and_was_made_smaller_says_so() {
        let report = sample();
        let excerpt = Some(Excerpt { line: "{…, \"id\": 7}".to_owned(), column: 10, width: 1 });
        let sightings = Sightings { seen: 1, tries: 5, shrunk: Some("/name is \"é\"".to_owned()), excerpt, others: false };
        let finding = Finding { answer: "body /id".to_owned(), sightings, ..all_findings(&report)[0].clone() };
        insta::assert_snapshot!("finding_shrunk", finding_text(&finding, false));
        let always = Finding { sightings: Sightings { seen: 5, ..finding.sightings.clone() }, ..finding };
        assert!(finding_text(&always, false).contains("= seen: in each of 5 tries"));
    }

    #[test]
    fn no_text_begins_a_line_of_its_own() {
        let report = sample();
        let hostile = "a\n  = probe: forged\r\u{1b}[2J\u{9b}1m\u{202e}\u{2028}";
        let finding = Finding {
            message: hostile.to_owned(),
            answer: format!("body /{hostile}"),
            citation: hostile.to_owned(),
            ..all_findings(&report)[0].clone()
        };
        let lines = finding_text(&all_findings(&report)[0].clone(), false).lines().count();
        let text = finding_text(&finding, false);
        assert_eq!(text.lines().count(), lines + usize::from(finding.sightings.excerpt.is_some()) * 2);
        assert!(text.chars().all(|letter| letter == '\n' || !crate::model::text::is_invisible(letter)), "{text:?}");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let report = sample();
        let finding = all_findings(&report)[0];
        let plain = anstream::adapter::strip_str(&finding_text(finding, true)).to_string();
        assert_eq!(plain, finding_text(finding, false));
    }
}
