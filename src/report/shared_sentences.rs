//! Sentences that several report formats share.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::contract::WHOLE_SERVER;
use crate::model::effect::Effect;
use crate::model::keep::Keep;
use crate::model::reason::Code;
use crate::model::report::{Alternative, Cell, Leftover, Report};
use crate::model::verdict::{Finding, Severity, Verdict};

/// So many cells that could not be judged for one reason have a cause worth a sentence of its own.
const LEAST_FOR_A_CAUSE: usize = 5;

/// The one sentence to read first.
pub(super) fn headline(report: &Report) -> String {
    let documented = report.cells.iter().filter(|cell| !cell.certainty.is_inferred());
    let count = |verdicts: &[Verdict]| documented.clone().filter(|cell| verdicts.contains(&cell.verdict)).count();
    let cells = documented.clone().count();
    let beside = report.findings.iter().filter(|finding| finding.severity == Severity::Must).count();
    // What no server may do breaks an inferred cell as well.
    let violated = report.cells.iter().filter(|cell| matches!(cell.verdict, Verdict::Violates | Verdict::StaleWaiver)).count();
    let undecided = count(&[Verdict::Blocked, Verdict::Inconclusive]);
    let other_side = |cell: &&Cell| cell.verdict == Verdict::Unreached && is_other_side(cell);
    let others = documented.clone().filter(other_side).count();
    let left = count(&[Verdict::Unreached, Verdict::Skipped]) - others;
    let (proved, held) = (count(&[Verdict::Conforms]), count(&[Verdict::Held]));
    let partly = match report.totals.in_part {
        0 => String::new(),
        some => format!(", {some} of them in part"),
    };
    let said = if violated + beside > 0 {
        let beside = if beside > 0 { format!(", and {} beside the matrix", plural(beside, "violation")) } else { String::new() };
        format!("Does not conform: {violated} of {} violated{beside}.", plural(cells, "cell"))
    } else if proved == 0 && held > 0 && undecided == 0 {
        format!("No violation found: {held} of {} held, and none to be proved.", plural(cells, "cell"))
    } else if proved == 0 {
        format!("Nothing was proved: none of {} was shown to conform.", plural(cells, "cell"))
    } else if undecided > 0 {
        let without = documented.clone().filter(|cell| is_unavailable(cell)).count();
        let without = if without > 0 { format!(", {without} of them for features that the account may not have") } else { String::new() };
        format!("Not decided: no violation found, but {undecided} of {} could not be judged{without}.", plural(cells, "cell"))
    } else if left > 0 {
        format!("No violation found: {proved} of {} conform{partly}, {left} were not proved.", plural(cells, "cell"))
    } else if others > 0 {
        format!(
            "Conforms: {proved} of {} proved{partly}, {others} answered in another way that is as right, and nothing violated.",
            plural(cells, "cell")
        )
    } else {
        format!("Conforms: {proved} of {} proved{partly}, and nothing violated.", plural(cells, "cell"))
    };
    match report.cells.len() - cells {
        0 => said,
        inferred => {
            format!("{said} {} of {} that no document names came as inferred.", report.totals.inferred(Verdict::Conforms), plural(inferred, "cell"))
        }
    }
}

/// Whether the server gave another answer than the one of this cell, and the contract takes that as well.
fn is_other_side(cell: &Cell) -> bool {
    cell.code == Some(Code::AllowedAsWell)
}

/// Whether a cell is open because the account may not have a feature.
fn is_unavailable(cell: &Cell) -> bool {
    matches!(cell.code, Some(Code::Unavailable(_)))
}

/// What was held against what.
pub(super) fn target_and_contract(report: &Report) -> String {
    let contract = format!("{} {}", report.contract.title, report.contract.version);
    format!("{} against {}, profile {}", contract.trim(), report.target.url, report.target.profile)
}

/// Cells by verdict, those that occur.
pub(super) fn counts(report: &Report) -> String {
    let partly = |verdict| match report.totals.in_part {
        some if some > 0 && verdict == Verdict::Conforms => format!(" ({some} in part)"),
        _ => String::new(),
    };
    let counted = |of: &dyn Fn(Verdict) -> u64, more: &dyn Fn(Verdict) -> String| -> Vec<String> {
        let some = Verdict::ALL.into_iter().filter(|verdict| of(*verdict) > 0);
        some.map(|verdict| format!("{} {}{}", of(verdict), verdict.as_str(), more(verdict))).collect()
    };
    let own = counted(&|verdict| report.totals.of(verdict), &partly);
    let inferred = counted(&|verdict| report.totals.inferred(verdict), &|_| String::new());
    let sum = if report.totals.cells == 1 { "1 cell".to_owned() } else { format!("{} cells", report.totals.cells) };
    let own = if own.is_empty() { sum } else { format!("{sum}: {}", own.join(", ")) };
    let inferred = if inferred.is_empty() { String::new() } else { format!("; inferred, and counted apart: {}", inferred.join(", ")) };
    let others = report.totals.not_selected;
    let others = if others == 0 {
        String::new()
    } else {
        format!("; not selected: {} of the contract", plural(usize::try_from(others).unwrap_or(usize::MAX), "other cell"))
    };
    format!("{own}{inferred}{others}")
}

/// Requests, what they were for, what a proved cell cost, and how long it took.
pub(super) fn effort(report: &Report) -> String {
    let totals = &report.totals;
    let requests = if totals.requests == 1 { "1 request".to_owned() } else { format!("{} requests", totals.requests) };
    let remembered = report.cells.iter().filter(|cell| cell.remembered.is_some()).count();
    let shown = |cell: &&Cell| cell.verdict == Verdict::Conforms && cell.remembered.is_none();
    let proved = report.cells.iter().filter(shown).count() as u64;
    let price = match (totals.requests * 100 + proved / 2).checked_div(proved) {
        Some(hundredths) => format!(", {}.{:02} for each proved cell", hundredths / 100, hundredths % 100),
        None => String::new(),
    };
    let remembered = if remembered > 0 { format!("; {} remembered from earlier runs", plural(remembered, "cell")) } else { String::new() };
    let beside = |count: u64, what: &str| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > 0 { format!("; beside them {} {what}", plural(count, "request")) } else { String::new() }
    };
    let log_ins = beside(totals.log_in_requests, "to log in") + &beside(totals.resent_requests, "with a token that had ended");
    format!(
        "{requests} ({} for fixtures, {} to clean up){price}, in {}{log_ins}{remembered}",
        totals.fixture_requests,
        totals.cleanup_requests,
        duration(report.duration_ms)
    )
}

/// The documents that the cells are from, each with how many are, in the order of the contract.
pub(super) fn sources(report: &Report) -> Vec<(&str, usize)> {
    let mut found: Vec<(&str, usize)> = Vec::new();
    for cell in report.cells.iter().filter(|cell| !cell.source.is_empty()) {
        match found.iter_mut().find(|(source, _)| *source == cell.source) {
            Some((_, count)) => *count += 1,
            None => found.push((&cell.source, 1)),
        }
    }
    found
}

/// Which checks count for less or more than they say themselves, where any does.
pub(super) fn checks(report: &Report) -> Option<String> {
    let named: Vec<String> = report.checks.entries().map(|(name, level)| format!("{name} {}", level.as_str())).collect();
    (!named.is_empty()).then(|| format!("Levels of checks: {}.", named.join(", ")))
}

/// Which commands of the suite have failed, where any has.
pub(super) fn failed_commands(report: &Report) -> Option<String> {
    (!report.failed_commands.is_empty()).then(|| format!("Commands that failed: {}.", report.failed_commands.join("; ")))
}

/// How many cells an earlier run found wrong and this one has not judged again, where there are any.
pub(super) fn still_wrong(report: &Report) -> Option<String> {
    let count = report.still_wrong.len();
    (count > 0).then(|| format!("Found wrong before and not judged again: {}; --failed asks for it the next time.", plural(count, "cell")))
}

/// What is kept of the answers, where that is not everything.
pub(super) fn kept_sentence(report: &Report) -> Option<String> {
    let words = match report.keep {
        Keep::All => return None,
        Keep::Masked => "a text that begins with \"masked:\" stands for a value of the server, equal ones for equal values.",
        Keep::Shapes => "types stand in the place of values, which cannot be compared any more.",
        Keep::None => "no body is kept, and nothing of one can be compared any more.",
    };
    Some(format!("Of answers, this report keeps {}: {words}", report.keep.describe()))
}

/// What the run made and could not remove, a line for each.
pub(super) fn leftover_lines(report: &Report) -> Vec<String> {
    let id = |left: &Leftover| if left.id.is_empty() { "(id not known)".to_owned() } else { left.id.clone() };
    let changed = report.changed.iter().filter(|changed| !changed.put_back);
    let changed = changed.map(|one| {
        format!("{} changed what was there, which is not put back: {}", one.request, one.reason.as_deref().unwrap_or("no reason is known"))
    });
    let at = |left: &Leftover| if left.address.is_empty() { String::new() } else { format!(" ({})", left.address) };
    report.left.iter().map(|left| format!("{} {}{}: {}", left.kind, id(left), at(left), left.reason)).chain(changed).collect()
}

fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..60 => format!("{seconds}.{}s", milliseconds % 1000 / 100),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        _ => format!("{}h {}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// A number and its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// How much answers hold that the contract does not know.
pub(super) fn undocumented_summary(report: &Report) -> String {
    let count = |kind: &str| report.undocumented.iter().filter(|found| found.kind == kind).count();
    let counts = [("status", "statuses"), ("header", "headers"), ("member", "members")].map(|(kind, many)| match count(kind) {
        0 => None,
        1 => Some(format!("1 {kind}")),
        some => Some(format!("{some} {many}")),
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    format!("Answers hold what the contract does not know, which breaks nothing: {}.", counts.join(", "))
}

/// Which operations took another request than the contract's.
pub(super) fn found_requests(report: &Report) -> String {
    let names: Vec<&str> = report.found_requests.iter().map(|one| one.operation.as_str()).collect();
    format!(
        "Taken in another form than the contract shows: {}. report.md has the requests; `requests` in the suite sends them at once.",
        names.join(", ")
    )
}

/// What a server does where documents differ.
pub(super) fn alternative(one: &Alternative) -> String {
    let of = if one.operation.is_empty() { String::new() } else { format!("{}: ", one.operation) };
    let others = if one.others.is_empty() { String::new() } else { format!("; other documents show {}", one.others.join(" or ")) };
    format!("{of}{} is {}{others}", one.about, one.takes)
}

/// A cell in a sentence.
pub(super) fn cell_name(cell: &Cell) -> String {
    if cell.operation == WHOLE_SERVER { format!("whole server {}", cell.status) } else { format!("{} {}", cell.operation, cell.status) }
}

/// Every finding of the report: those of cells in their order, then those beside the matrix; what binds comes first.
pub(super) fn all_findings(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = Vec::new();
    for finding in report.cells.iter().flat_map(|cell| &cell.findings).chain(&report.findings) {
        // One exchange may be proof of several cells; what it shows is said once.
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Cells that were not proved for the same reason.
#[derive(Debug)]
pub(super) struct UnprovedGroup<'a> {
    /// What is said of them.
    pub verdict: Verdict,
    /// Why.
    pub reason: Cow<'a, str>,
    /// Which.
    pub cells: Vec<&'a Cell>,
}

/// What no finding speaks of and no exchange proves, by verdict and reason; the largest group of a verdict first.
pub(super) fn unproved(report: &Report) -> Vec<UnprovedGroup<'_>> {
    let mut groups: Vec<UnprovedGroup<'_>> = Vec::new();
    let told =
        |cell: &&Cell| !(matches!(cell.verdict, Verdict::Conforms | Verdict::Held) || cell.verdict == Verdict::Violates && !cell.findings.is_empty());
    for cell in report.cells.iter().filter(told) {
        let reason = cell.reason.as_deref().unwrap_or("no reason given");
        // What one option would allow is one group, whatever each request would change.
        let same = |group: &&mut UnprovedGroup<'_>| match (not_allowed(cell), not_allowed(group.cells[0])) {
            (Some(one), Some(other)) => one == other,
            (None, None) => group.verdict == cell.verdict && group.reason == reason,
            _ => false,
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.cells.push(cell),
            None => groups.push(UnprovedGroup { verdict: cell.verdict, reason: Cow::Borrowed(reason), cells: vec![cell] }),
        }
    }
    for group in &mut groups {
        if let Some(effect) = not_allowed(group.cells[0]) {
            let operations: BTreeSet<&str> = group.cells.iter().map(|cell| cell.operation.as_str()).collect();
            let words = format!(
                "{} {}: {} allows it",
                plural(operations.len(), "operation"),
                if operations.len() == 1 { effect.verb_phrase() } else { effect.they_do() },
                effect.flag()
            );
            group.reason = Cow::Owned(words);
        }
    }
    let rank = |verdict| Verdict::ALL.iter().position(|known| *known == verdict);
    groups.sort_by_key(|group| (rank(group.verdict), std::cmp::Reverse(group.cells.len())));
    groups
}

/// The effect that is not allowed, where that is why a cell is not proved.
fn not_allowed(cell: &Cell) -> Option<Effect> {
    match cell.code {
        Some(Code::NotAllowed(effect)) => Some(effect),
        _ => None,
    }
}

/// The one cause of most of what could not be judged, in one sentence, with what to do about it; `None` where there is none.
pub(super) fn root_cause(report: &Report) -> Option<String> {
    let open = report.cells.iter().filter(|cell| matches!(cell.verdict, Verdict::Blocked | Verdict::Inconclusive));
    // A feature that is not there is a line of its own.
    let open: Vec<&Cell> = open.filter(|cell| !is_unavailable(cell)).collect();
    let mut causes: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in &open {
        if let Some(because) = &cell.because {
            causes.entry(because.probe.as_str()).or_default().push(cell);
        }
    }
    let (probe, cells) = causes.into_iter().max_by_key(|(_, cells)| cells.len())?;
    if cells.len() < LEAST_FOR_A_CAUSE || cells.len() * 2 < open.len() {
        return None;
    }
    let status = cells[0].because.as_ref().and_then(|because| because.status);
    let (what, then) = match status.map(|status| status.0) {
        Some(401) => ("was answered 401: the server does not take the credentials".to_owned(), "check the credentials that the run was given"),
        Some(403) => ("was answered 403: the account may not do it".to_owned(), "use an account that may"),
        Some(429) => ("was answered 429: the rate limit was used up".to_owned(), "run again later, or keep to it with --window"),
        Some(status @ 500..600) => (format!("failed with {status}"), "have a look at the log of the server"),
        Some(status) => (format!("was answered {status}"), "see what the answer says (`probity replay`), and correct the example in the contract"),
        None => ("got no answer, or was not sent".to_owned(), "see its reason below"),
    };
    Some(format!("{} of {} could not be judged for one cause: {probe} {what}. What to do: {then}.", cells.len(), plural(open.len(), "cell")))
}

/// Cells that conform of which the same was not judged.
pub(super) fn partly_judged_groups(report: &Report) -> Vec<UnprovedGroup<'_>> {
    let mut groups: Vec<UnprovedGroup<'_>> = Vec::new();
    for cell in report.cells.iter().filter(|cell| cell.is_in_part()) {
        let reason = cell.in_part.as_deref().unwrap_or_default();
        match groups.iter_mut().find(|group| group.reason == reason) {
            Some(group) => group.cells.push(cell),
            None => groups.push(UnprovedGroup { verdict: cell.verdict, reason: Cow::Borrowed(reason), cells: vec![cell] }),
        }
    }
    groups
}

/// Breaks text into lines of at most `width` characters; a word that is longer stands alone.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::model::small_report::sample;

    fn only(keep: &[Verdict]) -> Report {
        let mut report = sample();
        report.findings.clear();
        report.cells.retain(|cell| keep.contains(&cell.verdict));
        report.totals = crate::model::report::Totals::totals_of(&report.cells, 7, 1, 1);
        report
    }

    #[test]
    fn the_headline_says_the_worst_first() {
        assert_eq!(headline(&sample()), "Does not conform: 3 of 16 cells violated, and 1 violation beside the matrix.");
        assert_eq!(headline(&only(&[Verdict::Conforms, Verdict::Blocked])), "Not decided: no violation found, but 1 of 5 cells could not be judged.");
        assert_eq!(headline(&only(&[Verdict::Conforms, Verdict::Skipped])), "No violation found: 4 of 5 cells conform, 1 were not proved.");
        assert_eq!(headline(&only(&[Verdict::Conforms])), "Conforms: 4 of 4 cells proved, and nothing violated.");
        assert_eq!(headline(&only(&[Verdict::Held])), "No violation found: 3 of 3 cells held, and none to be proved.");
        assert_eq!(headline(&only(&[Verdict::Held, Verdict::Blocked])), "Nothing was proved: none of 4 cells was shown to conform.");
        assert_eq!(headline(&only(&[Verdict::Skipped])), "Nothing was proved: none of 1 cell was shown to conform.");
        assert_eq!(headline(&only(&[])), "Nothing was proved: none of 0 cells was shown to conform.");
    }

    #[test]
    fn the_headline_counts_what_is_only_inferred_apart() {
        let mut report = only(&[Verdict::Conforms]);
        report.cells[0].certainty = crate::model::certainty::Certainty::Inferred;
        report.totals = crate::model::report::Totals::totals_of(&report.cells, 7, 1, 1);
        let words = "Conforms: 3 of 3 cells proved, and nothing violated. 1 of 1 cell that no document names came as inferred.";
        assert_eq!(headline(&report), words);
    }

    #[test]
    fn effort_is_counted_for_proved_cells() {
        let report = only(&[Verdict::Conforms]);
        assert_eq!(effort(&report), "7 requests (1 for fixtures, 1 to clean up), 1.75 for each proved cell, in 2.3s");
        assert_eq!(effort(&only(&[])), "7 requests (1 for fixtures, 1 to clean up), in 2.3s");
        assert_eq!((duration(61_000), duration(7_260_000)), ("1m 1s".to_owned(), "2h 1m".to_owned()));
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word x", 4), ["a-very-long-word", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
