//! Rule: what a create or a change sent is there afterwards, and what it did not name is unchanged.

use serde_json::Value;

use super::event::HistoryEvent;
use super::history::{History, MadeResource};
use super::writes::{ExpectedMember, before, deviates, expected};
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::contract::is_marked;
use crate::model::verdict::Severity;

/// What a create sent is there afterwards.
pub(super) const CREATE_KEPT: ResourceRule = ResourceRule {
    name: "create-kept-what-was-sent",
    about: "a created resource has the plain attributes that were sent, as the answer to the create showed them",
    citation: Citation::Also("RFC 9110, section 9.3.3: 201 describes the new resource", "JSON:API, Creating Resources, 201 Created"),
    others: false,
    find: |history| find(history, |expected| expected.created && expected.left_by.is_none()),
};

/// What a change sent is there afterwards.
pub(super) const PATCH_TOOK: ResourceRule = ResourceRule {
    name: "patch-took",
    about: "a changed resource has the plain attributes that were sent, as the answer to the change showed them",
    citation: Citation::Also("RFC 5789, section 2: the server applies the whole set of changes", "JSON:API, Updating Resources"),
    others: false,
    find: |history| find(history, |expected| !expected.created && expected.left_by.is_none()),
};

/// What a change did not name is as it was.
pub(super) const PATCH_LEFT_THE_REST: ResourceRule = ResourceRule {
    name: "patch-left-the-rest",
    about: "attributes that an earlier write sent and a change does not name are as they were",
    citation: Citation::Also(
        "RFC 7396, section 1: a patch names what changes",
        "JSON:API, Updating Resources: missing attributes are interpreted as their current values",
    ),
    others: false,
    find: |history| find(history, |expected| expected.left_by.is_some()),
};

fn find(history: &History<'_>, concerns: impl Fn(&ExpectedMember<'_, '_>) -> bool) -> Vec<ResourceRuleViolation> {
    let mut found: Vec<ResourceRuleViolation> = Vec::new();
    for made in &history.made {
        let reads = history.events.iter().enumerate().filter(|(_, event)| history.reads(event, made) || history.lists(event, made));
        for (number, read) in reads {
            let Some(resource) = read.read_document().and_then(|document| document_resources::find(document, &made.id)) else { continue };
            for expected in expected(history, made, read).unwrap_or_default().iter().filter(|expected| concerns(expected)) {
                let Some(actual) = deviates(history, read, resource, expected).filter(|_| !is_of_server(history, read, resource, &expected.name))
                else {
                    continue;
                };
                let broken = broken(history, made, expected, (number, read), (resource, &actual));
                let known = |broken: &ResourceRuleViolation| found.iter().any(|known| known.blamed == broken.blamed && known.answer == broken.answer);
                found.extend(broken.filter(|broken| !known(broken) && !wavers(history, made, read, &expected.name)));
            }
        }
    }
    found
}

/// Whether the schema of what is read says that the server alone writes a member (`readOnly`): a request may name the same to ask
/// for something, such as a state to be reached.
fn is_of_server(history: &History<'_>, read: &HistoryEvent<'_>, resource: &Value, name: &str) -> bool {
    let (Some(document), Some(member)) = (read.document(), document_resources::member(resource, name)) else { return false };
    let responses = read.operation.successes().flat_map(|response| &response.content);
    responses.filter_map(|media| media.schema.as_ref()).any(|schema| {
        let mut found = false;
        crate::contract::schema::visit(history.contract, schema, document, &mut |_, schema, value| {
            let holds = value.get(name).is_some_and(|own| std::ptr::eq(own, member));
            found |= holds && is_marked(&history.contract.document, schema, name, "readOnly");
        });
        found
    })
}

/// Whether two reads of a resource on the same operation differ in a member though nothing was written between: then it is
/// the server's own.
fn wavers(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>, name: &str) -> bool {
    let value = |event: &HistoryEvent<'_>| {
        event
            .read_document()
            .and_then(|document| document_resources::find(document, &made.id))
            .and_then(|found| document_resources::member(found, name))
            .cloned()
    };
    let writes = |event: &HistoryEvent<'_>| before(history, made, event, |_| true).map(|writes| writes.len());
    let own = value(read);
    let others = history.events.iter().filter(|event| event.operation.id == read.operation.id && event.probe.id != read.probe.id);
    // A refused read shows nothing, and so nothing else.
    others.into_iter().any(|event| {
        let other = value(event).filter(|value| Some(value) != own.as_ref());
        history.reads(event, made) && other.is_some() && writes(event) == writes(read)
    })
}

fn broken(
    history: &History<'_>,
    made: &MadeResource<'_>,
    expected: &ExpectedMember<'_, '_>,
    read: (usize, &HistoryEvent<'_>),
    shown: (&Value, &Value),
) -> Option<ResourceRuleViolation> {
    let (number, read) = read;
    let (resource, actual) = shown;
    let blamed = expected.left_by.unwrap_or(expected.by);
    // Plain PATCH leaves it to the server what a change means; only a merge says that the rest stays.
    let severity = if expected.left_by.is_some() && !blamed.merges() { Severity::Should } else { Severity::Must };
    let (at, _) = document_resources::attributes(resource)?;
    let name = &expected.name;
    let message = match expected.left_by {
        Some(change) => format!("{name} of {} {} is not what it was before {}, which does not name it", made.kind, made.id, change.operation.id),
        None => format!("{name} of {} {} is not what {} made it", made.kind, made.id, expected.by.operation.id),
    };
    let front = if read.document().is_some_and(|document| document.get("data").is_some()) { "/data" } else { "" };
    Some(ResourceRuleViolation {
        severity,
        message: format!("{message}, as {} shows", read.operation.id),
        expected: expected.value.to_string(),
        actual: if actual.is_null() { "nothing".to_owned() } else { actual.to_string() },
        answer: format!("body {front}{at}/{name}"),
        blamed: history.events.iter().position(|event| event.probe.id == blamed.probe.id)?,
        read: number,
    })
}
