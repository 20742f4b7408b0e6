//! The matrix for a terminal: what was proved, what is wrong, and what is left, in that order.

use super::Format;
use super::causes::is_alike;
use super::colors::{FAINT, HEADING, severity_style, style, styled, symbol};
use super::escaping::single_line_report;
use super::finding::finding_text;
use super::grid::{GridBlock, GridRow, blocks, server_cells};
use super::shared_sentences::{
    UnprovedGroup, all_findings, alternative, cell_name, checks, counts, effort, failed_commands, found_requests, headline, kept_sentence,
    leftover_lines, partly_judged_groups, plural, root_cause, still_wrong, target_and_contract, undocumented_summary, unproved, wrap,
};
use crate::model::report::Report;
use crate::model::verdict::{Finding, Severity, Verdict};

/// Only printed.
pub(super) const FORMAT: Format =
    Format { name: "text", file_name: None, about: "the matrix for a terminal", render: |report| Ok(matrix(report, 80, false)) };

/// With more operations than this the matrix is drawn as a summary.
const MOST_OPERATIONS: usize = 60;
/// How many findings are printed in full, and how many groups of cells that were not proved.
const MOST_TOLD: usize = 20;
/// How many cells of a group are named.
const MOST_NAMED: usize = 3;
/// Width of a column of the matrix: a status and a space.
const COLUMN: usize = 4;
/// Width of a column of the summary.
const COUNT: usize = 5;
/// The least that is left for the name of an operation.
const LEAST_NAME: usize = 12;

/// How much of the matrix is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixDetail {
    /// One line for each operation, one column for each status.
    Full,
    /// One line for each part of the API.
    Summary,
}

/// The report for a terminal of this width, in full as long as that can be read.
pub fn matrix(report: &Report, width: usize, colour: bool) -> String {
    let operations: usize = blocks(report).iter().map(|block| block.rows.len()).sum();
    let detail = if operations <= MOST_OPERATIONS { MatrixDetail::Full } else { MatrixDetail::Summary };
    matrix_in(report, detail, width, colour)
}

/// The report for a terminal of this width, in this detail.
pub fn matrix_in(report: &Report, detail: MatrixDetail, width: usize, colour: bool) -> String {
    let report = &single_line_report(report);
    let page = MatrixPlace { width, colour };
    let blocks = blocks(report);
    let mut parts = vec![page.wrapped(&target_and_contract(report), 0, 4)];
    parts.extend(root_cause(report).map(|cause| page.wrapped(&cause, 0, 2)));
    match detail {
        MatrixDetail::Full => parts.extend(blocks.iter().map(|block| page.block(block))),
        MatrixDetail::Summary => parts.push(page.summary(&blocks)),
    }
    let server: Vec<String> = server_cells(report).map(|cell| format!("{} {}", cell.status, page.symbol(cell.verdict))).collect();
    if !server.is_empty() {
        parts.push(format!("{}  {}", styled("Whole server", HEADING, colour), server.join("  ")));
    }
    parts.push(page.legend(report));
    parts.push(format!("{}\n{}", page.wrapped(&counts(report), 0, 2), page.wrapped(&effort(report), 0, 2)));
    parts.extend(
        kept_sentence(report)
            .into_iter()
            .chain(checks(report))
            .chain(failed_commands(report))
            .chain(still_wrong(report))
            .map(|words| page.wrapped(&words, 0, 2)),
    );
    parts.extend(page.findings(report));
    parts.extend(page.not_proved(report));
    parts.extend(page.partly_judged_text(report));
    parts.extend(page.leftover_text(report));
    parts.extend(page.choices(report));
    if !report.found_requests.is_empty() {
        parts.push(page.wrapped(&found_requests(report), 0, 2));
    }
    if !report.own_requests.is_empty() {
        parts.push(page.wrapped(&format!("Asked with the suite's own request: {}.", report.own_requests.join(", ")), 0, 2));
    }
    if !report.undocumented.is_empty() {
        parts.push(page.wrapped(&format!("{} They are listed in report.md.", undocumented_summary(report)), 0, 2));
    }
    if !report.document_issues.is_empty() {
        let words = format!("{} of the document itself. They are listed in report.md.", plural(report.document_issues.len(), "issue"));
        parts.push(page.wrapped(&words, 0, 2));
    }
    // Last, because the end is what a terminal shows.
    parts.push(styled(&page.wrapped(&headline(report), 0, 0), HEADING, colour));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

/// Where it is drawn.
#[derive(Debug, Clone, Copy)]
struct MatrixPlace {
    width: usize,
    colour: bool,
}

impl MatrixPlace {
    fn symbol(self, verdict: Verdict) -> String {
        styled(&symbol(verdict).to_string(), style(verdict), self.colour)
    }

    /// Text broken at the width; the first line and the others are indented.
    fn wrapped(self, text: &str, first: usize, others: usize) -> String {
        let lines = wrap(text, self.width.saturating_sub(others.max(first)).max(LEAST_NAME));
        let indented = lines.iter().enumerate().map(|(index, line)| format!("{}{line}", " ".repeat(if index == 0 { first } else { others })));
        indented.collect::<Vec<_>>().join("\n")
    }

    fn block(self, block: &GridBlock<'_>) -> String {
        let longest = block.rows.iter().map(|row| row.short.chars().count()).max().unwrap_or(0);
        let room = self.width.saturating_sub(2 + COLUMN * block.statuses.len()).max(LEAST_NAME);
        let name = longest.min(room);
        let size = format!("{}, {}", plural(block.rows.len(), "operation"), plural(block.cells(), "cell"));
        let mut lines = vec![format!("{}  {}", styled(block.api, HEADING, self.colour), styled(&size, FAINT, self.colour))];
        let head: Vec<String> = block.statuses.iter().map(|status| format!(" {status}")).collect();
        lines.push(format!("  {}{}", " ".repeat(name), styled(&head.concat(), FAINT, self.colour)));
        lines.extend(block.rows.iter().map(|row| self.row(block, row, name)));
        lines.join("\n")
    }

    fn row(self, block: &GridBlock<'_>, row: &GridRow<'_>, name: usize) -> String {
        let mut line = format!("  {}", exact_width(row.short, name));
        let mut gap = String::new();
        for status in &block.statuses {
            match row.cells.get(status) {
                Some(cell) => {
                    line.push_str(&std::mem::take(&mut gap));
                    line.extend(["  ", &self.symbol(cell.verdict), " "]);
                }
                None => gap.push_str(&" ".repeat(COLUMN)),
            }
        }
        line.trim_end().to_owned()
    }

    fn summary(self, blocks: &[GridBlock<'_>]) -> String {
        let count =
            |block: &GridBlock<'_>, verdict| block.rows.iter().flat_map(|row| row.cells.values()).filter(|cell| cell.verdict == verdict).count();
        let shown: Vec<Verdict> = Verdict::ALL.into_iter().filter(|verdict| blocks.iter().any(|block| count(block, *verdict) > 0)).collect();
        let longest = blocks.iter().map(|block| block.api.chars().count()).max().unwrap_or(0);
        let name = longest.min(self.width.saturating_sub(18 + COUNT * shown.len())).max(LEAST_NAME);
        let symbols: Vec<String> = shown.iter().map(|verdict| format!("    {}", self.symbol(*verdict))).collect();
        let mut lines = vec![format!("{} operations cells{}", " ".repeat(name), symbols.concat())];
        for block in blocks {
            let mut line = format!("{} {:>10} {:>5}", exact_width(block.api, name), block.rows.len(), block.cells());
            for verdict in &shown {
                let text = match count(block, *verdict) {
                    0 => String::new(),
                    some => some.to_string(),
                };
                line.push_str(&styled(&format!("{text:>COUNT$}"), style(*verdict), self.colour && !text.is_empty()));
            }
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }

    /// What the run made and could not remove.
    fn leftover_text(self, report: &Report) -> Option<String> {
        let lines: Vec<String> = leftover_lines(report).iter().map(|line| self.wrapped(line, 2, 4)).collect();
        let head = format!("Left on the target: {}", plural(lines.len(), "thing"));
        (!lines.is_empty()).then(|| format!("{}\n{}", styled(&head, HEADING, self.colour), lines.join("\n")))
    }

    /// Which side the server takes where documents differ.
    fn choices(self, report: &Report) -> Option<String> {
        let lines: Vec<String> = report.alternatives.iter().map(|one| self.wrapped(&alternative(one), 2, 4)).collect();
        (!lines.is_empty()).then(|| format!("{}\n{}", styled("Which side this server takes", HEADING, self.colour), lines.join("\n")))
    }

    /// The symbols that occur.
    fn legend(self, report: &Report) -> String {
        let occurs = |verdict: &Verdict| report.cells.iter().any(|cell| cell.verdict == *verdict);
        let entries: Vec<(usize, String)> = Verdict::ALL
            .into_iter()
            .filter(occurs)
            .map(|verdict| (2 + verdict.as_str().len(), format!("{} {}", self.symbol(verdict), verdict.as_str())))
            .collect();
        let (mut lines, mut used) = (vec![String::new()], 0);
        for (length, entry) in entries.into_iter().chain([(21, "blank: not documented".to_owned())]) {
            if used > 0 && used + 2 + length > self.width {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(if used == 0 { "" } else { "  " });
                line.push_str(&entry);
            }
            used += length + if used == 0 { 0 } else { 2 };
        }
        lines.join("\n")
    }

    fn findings(self, report: &Report) -> Vec<String> {
        let findings = all_findings(report);
        let mut kinds: Vec<(&Finding, usize)> = Vec::new();
        for finding in findings {
            let alike = |known: &&mut (&Finding, usize)| is_alike(known.0, finding);
            match kinds.iter_mut().find(alike) {
                Some((_, count)) => *count += 1,
                None => kinds.push((finding, 1)),
            }
        }
        let mut parts: Vec<String> = kinds.iter().take(MOST_TOLD).map(|(finding, count)| self.kind(finding, *count)).collect();
        let rest: usize = kinds.iter().skip(MOST_TOLD).map(|(_, count)| count).sum();
        if rest > 0 {
            parts.push(format!("… and {} in report.md", plural(rest, "more finding")));
        }
        if !kinds.is_empty() {
            // One cause is one error, in however many exchanges it shows; a wrong status has a cause in each operation.
            let causes = |severity| {
                let kinds = kinds.iter().filter(|(finding, _)| finding.severity == severity);
                kinds.map(|(finding, count)| if finding.check == "status" { *count } else { 1 }).sum()
            };
            let (errors, warnings): (usize, usize) = (causes(Severity::Must), causes(Severity::Should));
            let errors = styled(&plural(errors, "error"), severity_style(Severity::Must), self.colour);
            let warnings = styled(&plural(warnings, "warning"), severity_style(Severity::Should), self.colour);
            parts.push(format!("{errors}, {warnings}"));
        }
        parts
    }

    /// The first finding of its kind, with the number of others.
    fn kind(self, finding: &Finding, count: usize) -> String {
        let text = finding_text(finding, self.colour);
        if count == 1 { text } else { format!("{text}\n{} in {}", styled("   = also:", FAINT, self.colour), plural(count - 1, "other exchange")) }
    }

    fn not_proved(self, report: &Report) -> Option<String> {
        let groups = unproved(report);
        let cells: usize = groups.iter().map(|group| group.cells.len()).sum();
        let mut lines = vec![format!("{}  {}", styled("Not proved", HEADING, self.colour), styled(&plural(cells, "cell"), FAINT, self.colour))];
        lines.extend(groups.iter().take(MOST_TOLD).map(|group| self.group(group)));
        let rest = groups.len().saturating_sub(MOST_TOLD);
        if rest > 0 {
            lines.push(format!("  … and {} in report.md", plural(rest, "more reason")));
        }
        (cells > 0).then(|| lines.join("\n"))
    }

    /// What of the cells that conform was not judged.
    fn partly_judged_text(self, report: &Report) -> Option<String> {
        let groups = partly_judged_groups(report);
        let cells: usize = groups.iter().map(|group| group.cells.len()).sum();
        let head = format!("{}  {}", styled("Conforms in part", HEADING, self.colour), styled(&plural(cells, "cell"), FAINT, self.colour));
        let shown = groups.iter().take(MOST_TOLD).map(|group| self.group(group));
        let lines: Vec<String> = std::iter::once(head).chain(shown).collect();
        (cells > 0).then(|| lines.join("\n"))
    }

    fn group(self, group: &UnprovedGroup<'_>) -> String {
        let head = format!("{} {}: {}", group.cells.len(), group.verdict.as_str(), group.reason);
        let mut names: Vec<String> = group.cells.iter().take(MOST_NAMED).map(|cell| cell_name(cell)).collect();
        let rest = group.cells.len().saturating_sub(MOST_NAMED);
        if rest > 0 {
            names.push(format!("{rest} more"));
        }
        let head = self.wrapped(&head, 0, 4);
        format!("  {} {head}\n{}", self.symbol(group.verdict), styled(&self.wrapped(&names.join(", "), 6, 6), FAINT, self.colour))
    }
}

/// A name in exactly this many characters.
fn exact_width(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return format!("{name}{}", " ".repeat(width - length));
    }
    // Both ends tell operations apart.
    let tail = (width - 1) / 2;
    let head: String = name.chars().take(width - 1 - tail).collect();
    let end: String = name.chars().skip(length - tail).collect();
    format!("{head}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ProbeId;
    use crate::model::small_report::sample;

    fn large() -> Report {
        let mut report = sample();
        let cells = report.cells.clone();
        for part in 0..36 {
            report.cells.extend(cells.iter().filter(|cell| cell.api == "Things").map(|cell| {
                let mut cell = cell.clone();
                cell.api = format!("Part {part} of many");
                cell.operation = format!("part{part}.{}", cell.operation);
                cell.findings.iter_mut().for_each(|finding| finding.probe = ProbeId::from_text(&format!("{part} {}", finding.probe)));
                cell
            }));
        }
        report.totals = crate::model::report::Totals::totals_of(&report.cells, 500, 1, 1);
        report
    }

    #[test]
    fn a_small_contract_is_drawn_in_full() {
        insta::assert_snapshot!("matrix_80", matrix(&sample(), 80, false));
    }

    #[test]
    fn a_large_contract_is_summed_up_unless_asked_otherwise() {
        let report = large();
        insta::assert_snapshot!("summary_80", matrix(&report, 80, false));
        assert!(matrix_in(&report, MatrixDetail::Full, 80, false).contains("\nPart 35 of many  3 operations, 9 cells\n"));
    }

    #[test]
    fn what_is_drawn_keeps_to_the_width() {
        let texts = [(60, matrix(&sample(), 60, false)), (80, matrix(&sample(), 80, false)), (80, matrix(&large(), 80, false))];
        for (width, text) in texts {
            // Findings are left as they are: their commands and places are there to be copied.
            let copied = |line: &str| ["  -->", "  :::", "   |", "   =", "error[", "warning["].iter().any(|lead| line.starts_with(lead));
            for line in text.lines().filter(|line| !copied(line)) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let plain = anstream::adapter::strip_str(&matrix(&sample(), 80, true)).to_string();
        assert_eq!(plain, matrix(&sample(), 80, false));
    }

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(exact_width("abcdefghij", 7), "abc…hij");
        assert_eq!(exact_width("abc", 5), "abc  ");
    }
}
