//! `report.md`: everything that a user wants to know, in full.

use super::Format;
use super::colors::symbol;
use super::escaping::single_line_report;
use super::finding::finding_text;
use super::grid::{GridBlock, blocks, server_cells};
use super::shared_sentences::{
    UnprovedGroup, all_findings, alternative, cell_name, checks, counts, effort, found_requests, headline, kept_sentence, leftover_lines,
    partly_judged_groups, plural, root_cause, sources, target_and_contract, undocumented_summary, unproved,
};
use crate::model::report::{Alternative, Cell, Changed, FoundRequest, Report};
use crate::model::verdict::Verdict;

/// Source of the form of tables: GitHub Flavored Markdown, section 4.10.
pub(super) const FORMAT: Format =
    Format { name: "markdown", file_name: Some("report.md"), about: "everything in full, for people", render: |report| Ok(render(report)) };

fn render(report: &Report) -> String {
    let report = &single_line_report(report);
    let mut parts = vec![
        format!("# {}", headline(report)),
        format!("{}, started {} with seed {}.", code(&target_and_contract(report)), code(&report.started_at), report.seed),
        format!("- {}\n- {}", counts(report), effort(report)),
    ];
    if let Some(cause) = root_cause(report) {
        parts.insert(1, format!("**The one cause:** {}", code(&cause)));
    }
    parts.extend(kept_sentence(report));
    parts.extend(checks(report));
    parts.extend(changed(report));
    parts.extend(matrix(report));
    parts.extend(findings(report));
    parts.extend(groups("Not proved", &unproved(report)));
    parts.extend(groups("Conforms in part", &partly_judged_groups(report)));
    parts.extend(choices(report));
    parts.extend(found_request_lines(report));
    parts.extend(own_requests(report));
    parts.extend(leftover_section(report));
    parts.extend(undocumented(report));
    parts.extend(document_issues(report));
    parts.extend(clauses(report));
    parts.join("\n\n") + "\n"
}

fn matrix(report: &Report) -> Vec<String> {
    let legend: Vec<String> = Verdict::ALL.into_iter().map(|verdict| format!("{} {}", symbol(verdict), verdict.as_str())).collect();
    let mut parts = vec!["## Matrix".to_owned(), format!("{}, blank: not documented.", legend.join(", "))];
    parts.extend(blocks(report).iter().map(table));
    let server: Vec<String> =
        server_cells(report).map(|cell| format!("{} {} {}", cell.status, symbol(cell.verdict), cell.verdict.as_str())).collect();
    if !server.is_empty() {
        parts.push(format!("Whole server: {}", server.join(", ")));
    }
    parts
}

fn table(block: &GridBlock<'_>) -> String {
    let head: Vec<String> = block.statuses.iter().map(|status| format!(" {status} |")).collect();
    let mut lines = vec![
        format!("### {}\n", code(block.api)),
        format!("| operation |{}", head.concat()),
        format!("| --- |{}", " :-: |".repeat(block.statuses.len())),
    ];
    for row in &block.rows {
        let cells: Vec<String> = block
            .statuses
            .iter()
            .map(|status| row.cells.get(status).map_or_else(|| "  |".to_owned(), |cell| format!(" {} |", symbol(cell.verdict))))
            .collect();
        // A table ends its cell at a bar even in a code span.
        lines.push(format!("| {} |{}", code(row.operation).replace('|', r"\|"), cells.concat()));
    }
    lines.join("\n")
}

fn findings(report: &Report) -> Vec<String> {
    let findings = all_findings(report);
    if findings.is_empty() {
        return Vec::new();
    }
    let mut parts = vec![format!("## {}", plural(findings.len(), "finding"))];
    parts.extend(findings.into_iter().map(|finding| code_block(&finding_text(finding, false))));
    parts
}

fn groups(title: &str, groups: &[UnprovedGroup<'_>]) -> Vec<String> {
    if groups.is_empty() {
        return Vec::new();
    }
    let mut parts = vec![format!("## {title}")];
    for group in groups {
        let cells: Vec<String> = group.cells.iter().map(|cell: &&Cell| format!("- {}", code(&cell_name(cell)))).collect();
        let (symbol, word, reason) = (symbol(group.verdict), group.verdict.as_str(), code(&group.reason));
        parts.push(format!("{symbol} **{word}**, {}: {reason}\n\n{}", plural(cells.len(), "cell"), cells.join("\n")));
    }
    parts
}

/// Where it is said what each cell promises.
fn clauses(report: &Report) -> Vec<String> {
    let lines: Vec<String> = sources(report).into_iter().map(|(source, count)| format!("- {}: {}", code(source), plural(count, "cell"))).collect();
    if lines.is_empty() { Vec::new() } else { vec!["## Sources".to_owned(), lines.join("\n")] }
}

/// What the run changed by permission.
fn changed(report: &Report) -> Vec<String> {
    if report.changed.is_empty() {
        return Vec::new();
    }
    let line = |one: &Changed| {
        let became =
            if one.put_back { "put back".to_owned() } else { format!("not put back: {}", one.reason.as_deref().unwrap_or("no reason is known")) };
        format!("- {}: {}", code(&one.request), code(&became))
    };
    vec!["## Changed by permission".to_owned(), report.changed.iter().map(line).collect::<Vec<_>>().join("\n")]
}

fn leftover_section(report: &Report) -> Vec<String> {
    let lines: Vec<String> = leftover_lines(report).iter().map(|line| format!("- {}", code(line))).collect();
    if lines.is_empty() { Vec::new() } else { vec!["## Left on the target".to_owned(), lines.join("\n")] }
}

/// Which side the server takes where documents differ.
fn choices(report: &Report) -> Vec<String> {
    let line = |one: &Alternative| {
        let sources: Vec<String> = one.sources.iter().map(|source| code(source)).collect();
        format!("- {} ({})", code(&alternative(one)), sources.join(", "))
    };
    if report.alternatives.is_empty() {
        return Vec::new();
    }
    vec!["## Which side this server takes".to_owned(), report.alternatives.iter().map(line).collect::<Vec<_>>().join("\n")]
}

/// Requests that were taken where the contract's were not.
fn found_request_lines(report: &Report) -> Vec<String> {
    let query = |one: &FoundRequest| one.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    let request = |one: &FoundRequest| [vec![one.body.to_string()], query(one)].concat().join(" ");
    let line = |one: &FoundRequest| format!("- {}: {}", code(&one.operation), code(&request(one)));
    if report.found_requests.is_empty() {
        return Vec::new();
    }
    let lines: Vec<String> = report.found_requests.iter().map(line).collect();
    vec!["## Taken in another form".to_owned(), found_requests(report), lines.join("\n")]
}

/// Operations whose valid request is not the contract's.
fn own_requests(report: &Report) -> Vec<String> {
    let lines: Vec<String> = report.own_requests.iter().map(|name| format!("- {}", code(name))).collect();
    if lines.is_empty() { Vec::new() } else { vec!["## Asked with the suite's own request".to_owned(), lines.join("\n")] }
}

fn undocumented(report: &Report) -> Vec<String> {
    if report.undocumented.is_empty() {
        return Vec::new();
    }
    let lines = report.undocumented.iter().map(|found| {
        let times = if found.seen == 1 { String::new() } else { format!(", {} times", found.seen) };
        format!("- {} {} in {} {}{times}", code(&found.kind), code(&found.place), code(&found.operation), found.status)
    });
    vec![format!("## Undocumented\n\n{}", undocumented_summary(report)), lines.collect::<Vec<_>>().join("\n")]
}

fn document_issues(report: &Report) -> Vec<String> {
    let lines: Vec<String> = report
        .document_issues
        .iter()
        .map(|issue| format!("- {}: {}", code(&issue.place), code(&format!("{}; {}", issue.what, issue.meaning))))
        .collect();
    if lines.is_empty() { Vec::new() } else { vec!["## Document issues".to_owned(), lines.join("\n")] }
}

/// A code span: nothing in it is a link, an image, HTML, a mention or the number of an issue (GitHub Flavored Markdown, sections
/// 6.3 and 6.11). It is longer than any run of backticks in the text.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space on either side is taken away again; without any text there would be no span.
    let space = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A code block whose fence is longer than any run of backticks in the text.
fn code_block(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn everything_is_in_it() {
        insta::assert_snapshot!("markdown", render(&sample()));
    }

    #[test]
    fn text_from_outside_stays_text() {
        assert_eq!(code("@someone fixes #1 in <b>[a](b)</b>"), "`@someone fixes #1 in <b>[a](b)</b>`");
        assert_eq!(code("a `` b"), "```a `` b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code_block("a ``` b"), "````text\na ``` b\n````");
    }
}
