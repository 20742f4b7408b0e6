//! What changed from one run to another, in each form; a form is registered by a line in [`CHANGE_FORMATS`].

mod change_json;
mod change_junit;
mod change_markdown;
mod change_text;

use super::RenderError;
use super::escaping::single_line_texts;
use super::shared_sentences::plural;
use crate::model::change::{Change, ChangeCause, ChangeClass, ChangeReport};

pub use change_text::change_text;

/// One form of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct ChangeFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// The file that a run with a baseline writes it to; none where it is only printed.
    pub file_name: Option<&'static str>,
    /// Renders it.
    pub render: fn(&ChangeReport) -> Result<String, RenderError>,
}

/// Every form.
pub const CHANGE_FORMATS: &[ChangeFormat] = &[change_json::FORMAT, change_junit::FORMAT, change_markdown::FORMAT, change_text::FORMAT];

/// A comparison in the form of this name.
///
/// # Errors
/// No form has the name, or it cannot express the comparison.
pub fn rendered_changes(found: &ChangeReport, format: &str) -> Result<String, RenderError> {
    let known = CHANGE_FORMATS.iter().find(|known| known.name == format);
    let names = || CHANGE_FORMATS.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
    let known = known.ok_or_else(|| RenderError { format: "this form", reason: format!("--format {format} is none of {}", names()) })?;
    (known.render)(found)
}

/// The same with every text on one line, and nothing in it that a terminal would obey.
fn single_line_report(found: &ChangeReport) -> ChangeReport {
    single_line_texts(found).unwrap_or_else(|_| ChangeReport { causes: Vec::new(), changes: Vec::new(), ..found.clone() })
}

/// The first line: what it all amounts to.
fn verdict(found: &ChangeReport) -> String {
    let operations = found.changes.iter().map(|change| &change.operation).collect::<std::collections::BTreeSet<_>>().len();
    let amount = format!("{} in {}", plural(found.causes.len(), "cause"), plural(operations, "operation"));
    match () {
        () if !found.is_founded() => "NOT COMPARED: the two runs share nothing that could be compared".to_owned(),
        () if found.has(ChangeClass::Breaking) => format!("WORSE: {amount} ({})", totals(found)),
        () if found.has(ChangeClass::Risky) => format!("CHANGED: {amount} ({})", totals(found)),
        () if found.has(ChangeClass::Unclear) => format!("LESS SEEN: {amount} ({})", totals(found)),
        () if !found.causes.is_empty() => format!("NO WORSE: {amount} ({})", totals(found)),
        () => format!("SAME: no changes in {}", extent(found)),
    }
}

/// How many causes there are of each class.
fn totals(found: &ChangeReport) -> String {
    counts(&found.causes)
}

/// How many causes of each class are among these.
fn counts(causes: &[ChangeCause]) -> String {
    let count = |class| causes.iter().filter(|cause| cause.class == class).count();
    let parts = ChangeClass::ALL.into_iter().map(|class| (count(class), class.as_str())).filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// What was compared.
fn extent(found: &ChangeReport) -> String {
    format!("{} and {}", amount(found.compared.answers, "answer"), amount(found.compared.cells, "verdict"))
}

/// How far a cause reaches.
fn cause_extent(cause: &ChangeCause) -> String {
    let echoes = if cause.echoes > 0 { format!(", {} because of it", amount(cause.echoes, "other")) } else { String::new() };
    format!("{}, {}{echoes}", amount(cause.operations, "operation"), amount(cause.answers, "answer"))
}

fn amount(count: u64, what: &str) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), what)
}

/// The first change of a cause that is of its class.
fn example<'a>(found: &'a ChangeReport, cause: &ChangeCause) -> Option<&'a Change> {
    found.changes.iter().find(|change| change.cause == cause.id && change.class == cause.class)
}

/// A change on one line.
fn change_line(change: &Change) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let status = change.status.map(|status| format!(" {status}")).unwrap_or_default();
    format!("{}{status}, {}: {} -> {}", change.operation, change.at, value(&change.before), value(&change.after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::small::sample;

    #[test]
    fn forms_have_names_and_files_of_their_own() {
        let names: std::collections::BTreeSet<_> = CHANGE_FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), CHANGE_FORMATS.len());
        assert!(CHANGE_FORMATS.iter().all(|format| (format.render)(&sample()).unwrap().ends_with('\n')));
        assert!(rendered_changes(&sample(), "yaml").unwrap_err().to_string().contains("json, junit, markdown, text"));
    }

    #[test]
    fn the_first_line_says_what_it_amounts_to() {
        let of = |class: Option<ChangeClass>| {
            let mut found = sample();
            found.causes.retain(|cause| Some(cause.class) >= class && class.is_some());
            found.changes.retain(|change| found.causes.iter().any(|cause| cause.id == change.cause));
            found.totals = crate::model::change::ChangeTotals::totals_of(&found.causes);
            verdict(&found)
        };
        assert_eq!(of(Some(ChangeClass::Breaking)), "WORSE: 4 causes in 3 operations (1 breaking, 1 risky, 1 unclear, 1 harmless)");
        assert_eq!(of(Some(ChangeClass::Risky)), "CHANGED: 3 causes in 2 operations (1 risky, 1 unclear, 1 harmless)");
        assert_eq!(of(Some(ChangeClass::Unclear)), "LESS SEEN: 2 causes in 2 operations (1 unclear, 1 harmless)");
        assert_eq!(of(Some(ChangeClass::Harmless)), "NO WORSE: 1 cause in 1 operation (1 harmless)");
        assert_eq!(of(None), "SAME: no changes in 12 answers and 7 verdicts");
        let mut nothing = sample();
        nothing.compared = crate::model::change::ComparedCounts::default();
        assert!(verdict(&nothing).starts_with("NOT COMPARED"), "nothing compared is never no change");
    }
}
