//! What was deleted is gone.

use super::document::is_single;
use super::history::{Event, History, Made, Standing};
use super::writes::Effect;
use super::{Break, Citation, Rule, document};
use crate::domain::verdict::Severity;

pub(super) const RULE: Rule = Rule {
    name: "deleted-is-gone",
    about: "a deleted resource is neither at its address nor in a list, where the contract has a status for what is gone",
    citation: Citation::Also(
        "RFC 9110, section 9.3.5: DELETE removes the association of the address with its functionality",
        "JSON:API, Deleting Resources",
    ),
    find,
};

fn find(history: &History<'_>) -> Vec<Break> {
    let mut found = Vec::new();
    for made in history.made.iter().filter(|made| goes(history, made)) {
        let deletion =
            made.writes.iter().find(|(number, effect)| *effect == Effect::Remove && history.events[*number].standing == Standing::Accepted);
        let Some(blamed) = deletion.map(|(number, _)| *number) else { continue };
        let later = history.events.iter().enumerate().filter(|(_, event)| event.is_read() && history.precedes(&history.events[blamed], event));
        for (number, read) in later {
            let there = (history.reads(read, made) && is_there(read)) || history.lists(read, made);
            let shown = read.document().filter(|_| there).and_then(|document| document::find(document, &made.id));
            if shown.is_some() || (history.reads(read, made) && is_there(read) && read.document().is_some_and(is_single)) {
                found.push(Break {
                    severity: Severity::Must,
                    message: format!("{} {} was deleted and {} still shows it", made.kind, made.id, read.operation.id),
                    expected: "404 or 410 at its address, and no list that holds it".to_owned(),
                    actual: read.status().map(|status| status.to_string()).unwrap_or_default(),
                    answer: "body".to_owned(),
                    blamed,
                    read: number,
                });
                break;
            }
        }
    }
    found
}

/// Whether the contract says that resources of this sort are gone once they are deleted.
fn goes(history: &History<'_>, made: &Made<'_>) -> bool {
    let collection = &history.events[made.by].operation.path;
    let readers = history.contract.operations.iter().filter(|operation| {
        operation.method.0 == "GET" && operation.path.rsplit_once('/').is_some_and(|(front, item)| front == collection && item.starts_with('{'))
    });
    readers
        .flat_map(|operation| &operation.responses)
        .flat_map(|response| &response.conditions)
        .any(|condition| condition.trigger == "deleted-resource")
}

fn is_there(read: &Event<'_>) -> bool {
    read.status().is_some_and(|status| status.is_success() && !(read.probe.fault.is_some() && read.probe.allowed.contains(&status)))
        && (read.probe.fault.is_none() || read.probe.trigger == "deleted-resource")
}
