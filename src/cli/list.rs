//! `probity list`: prints operations and their documented statuses.

use super::args::ListArgs;
use super::{Stop, exit};
use crate::model::contract::{Certainty, Condition, Fallback, Operation, Response, Status};
use crate::model::issue::DocumentIssue;
use crate::model::text::one_line;
use crate::session::list::list as session;

/// How many issues of a document are told unless all are asked for.
const MOST_ISSUES: usize = 20;

/// The widest column of ids: a longer one stands out, and does not move all others.
const WIDEST: usize = 80;

/// Prints every operation with its statuses, then the sums.
pub fn list(args: &ListArgs) -> Result<u8, Stop> {
    let listed = session(&(&args.files).into(), args.operations.filter())?;
    let (contract, operations) = (&listed.contract, listed.operations());
    let width = operations.iter().map(|operation| operation.id.chars().count()).max().unwrap_or(0).min(WIDEST);
    for operation in &operations {
        let own = operation.responses.iter().filter(|response| !response.general).map(status_text);
        let own: Vec<String> = own.chain(ranges_without_cell(operation).map(Fallback::key)).collect();
        let (id, method, path) = (one_line(&operation.id), one_line(operation.method.as_str()), one_line(&operation.path));
        anstream::println!("{id:width$}  {method:6} {path}  {}", own.join(" "));
        if args.verbose {
            explain(operation);
        }
    }
    anstream::println!();
    anstream::println!("{}", totals_line(&operations));
    for response in &contract.server_responses {
        anstream::println!("The server as a whole: {} ({}).", response.status, one_line(&response.description));
    }
    tell_issues(&contract.issues, args.verbose);
    Ok(exit::CONFORMS)
}

/// Prints what is wrong with the document itself.
fn tell_issues(issues: &[DocumentIssue], verbose: bool) {
    if issues.is_empty() {
        return;
    }
    let shown = if verbose { issues.len() } else { MOST_ISSUES.min(issues.len()) };
    anstream::println!("\nDocument issues ({}):", issues.len());
    for issue in &issues[..shown] {
        anstream::println!("  {issue}");
    }
    if shown < issues.len() {
        anstream::println!("  and {} more; --verbose shows all", issues.len() - shown);
    }
}

/// The ranges that make no cell.
fn ranges_without_cell(operation: &Operation) -> impl Iterator<Item = &Fallback> {
    operation.fallbacks.iter().filter(|fallback| operation.responses.iter().all(|response| response.status.to_string() != fallback.key()))
}

/// A status, with a mark where it is only inferred.
fn status_text(response: &Response) -> String {
    if response.certainty.is_inferred() { format!("{}?", response.status) } else { response.status.to_string() }
}

fn explain(operation: &Operation) {
    for response in &operation.responses {
        let when: Vec<String> = response.conditions.iter().map(condition_text).collect();
        let (said, when) = (one_line(&response.description), one_line(&when.join(", ")));
        anstream::println!("    {}  {said} [{when}] ({})", response.status, one_line(&response.source));
    }
    for fallback in ranges_without_cell(operation) {
        anstream::println!(
            "    {}  {} [no cell: nothing is known that only it stands for]",
            fallback.key(),
            one_line(&fallback.response.description)
        );
    }
    if let Some(note) = &operation.note {
        anstream::println!("    note: {}", one_line(note));
    }
}

fn condition_text(condition: &Condition) -> String {
    let about = condition.kind.as_ref().or(condition.by.as_ref()).or(condition.at.as_ref());
    let or: Vec<String> = condition.or.iter().map(ToString::to_string).collect();
    let about = about.map(|about| format!(" {about}")).unwrap_or_default();
    let or = if or.is_empty() { String::new() } else { format!(" or {}", or.join(" ")) };
    format!("{}{about}{or}", condition.trigger)
}

/// How sure the contract is of its pairs, and of how many operations of all that it says.
fn by_certainty(operations: &[&Operation]) -> String {
    let own = |operation: &&Operation| -> Vec<Certainty> {
        operation.responses.iter().filter(|response| !response.general).map(|response| response.certainty).collect()
    };
    let certainties = [Certainty::Documented, Certainty::Contradicted, Certainty::Seen, Certainty::Inferred];
    let pairs: Vec<Certainty> = operations.iter().flat_map(own).collect();
    let counted = certainties.into_iter().map(|certainty| (certainty, pairs.iter().filter(|known| **known == certainty).count()));
    let counted: Vec<String> = counted.filter(|(_, count)| *count > 0).map(|(certainty, count)| format!("{count} {}", certainty.as_str())).collect();
    let only = operations.iter().filter(|operation| {
        let own = own(operation);
        !own.is_empty() && own.iter().all(|certainty| certainty.is_inferred())
    });
    let sides = operations.iter().flat_map(|operation| &operation.responses).filter(|response| response.alternative_to.is_some()).count();
    let sides = if sides > 0 { format!("; {sides} pairs are the other side of another one") } else { String::new() };
    format!("Pairs by certainty: {}{sides}. Of {} operations every status is inferred.", counted.join(", "), only.count())
}

fn totals_line(operations: &[&Operation]) -> String {
    let count = |general: bool| operations.iter().flat_map(|operation| &operation.responses).filter(|response| response.general == general).count();
    let mut by_status: Vec<(Status, usize)> = Vec::new();
    for response in operations.iter().flat_map(|operation| &operation.responses).filter(|response| response.general) {
        match by_status.iter_mut().find(|(status, _)| *status == response.status) {
            Some((_, count)) => *count += 1,
            None => by_status.push((response.status, 1)),
        }
    }
    by_status.sort_unstable();
    let general: Vec<String> = by_status.iter().map(|(status, count)| format!("{status}: {count}")).collect();
    let own = || operations.iter().flat_map(|operation| &operation.responses).filter(|response| !response.general);
    let inferred = own().filter(|response| response.certainty.is_inferred()).count();
    let mut line = format!("{} operations, {} documented pairs of operation and status.", operations.len(), count(false) - inferred);
    if own().any(|response| !response.certainty.is_documented()) {
        line = format!("{line}\n{}", by_certainty(operations));
    }
    if general.is_empty() { line } else { format!("{line}\nGeneral statuses on top: {} cells ({}).", count(true), general.join(", ")) }
}
