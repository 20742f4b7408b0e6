//! Saves what is changed by permission and is not the run's own, and puts it back at the end.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use serde_json::Value;

use super::original::OriginalState;
use crate::contract::expressions::fill;
use crate::contract::schema::follow_references;
use crate::contract::structured_form;
use crate::execute::send::Sender;
use crate::execute::{Run, SendQueue};
use crate::model::contract::{Contract, Method, Operation};
use crate::model::effect::{Effect, Provenance};
use crate::model::exchange::{Ending, Outcome};
use crate::model::ids::ProbeId;
use crate::model::journal::Entry as Line;
use crate::model::media_range::is_xml;
use crate::model::plan::{Body, Place, Probe, Purpose, RequestTemplate, SlotId, Stage, XmlBody};
use crate::model::report::Changed;
use crate::plan::made_captures_in;

impl Sender<'_, '_> {
    /// Reads what a write is going to change that is not the run's own, once; whether it is such a write.
    pub(in crate::execute) async fn remember(&self, probe: &Probe, values: &BTreeMap<SlotId, Value>) -> bool {
        if self.permit.is_unlimited() || probe.request.method.is_safe() {
            return false;
        }
        let filled = fill(&probe.request, values);
        if self.effect(probe, &filled, values) < Effect::Borrowed || self.is_about_own(probe, values) {
            return false;
        }
        let key = address(&filled);
        let mut originals = self.queue.originals.lock().await;
        if let Entry::Vacant(place) = originals.entry(key) {
            let read = reader(self.contract, probe, &filled);
            let before = match &read {
                Some(read) => self.read_value(read, values).await,
                None => None,
            };
            if before.is_some() {
                // One request writes it back, and one looks.
                self.queue.owed.fetch_add(2, Ordering::Relaxed);
            }
            let read =
                read.unwrap_or_else(|| Probe::valid_request(ProbeId::default(), &probe.operation, Purpose::Fixture, Stage::Change, filled.clone()));
            place.insert(OriginalState { read, before, writes: Vec::new(), values: values.clone() });
        }
        true
    }

    /// Whether the path names something that the run has made: it is removed in the end, with everything that was written to it.
    fn is_about_own(&self, probe: &Probe, values: &BTreeMap<SlotId, Value>) -> bool {
        let named = probe.request.fillings.iter().rev().find(|binding| matches!(binding.place, Place::Path(_)));
        named.is_some_and(|binding| self.provenance(&binding.slot, values) == Provenance::Own)
    }

    /// Notes that a write was accepted that is not of the run's own alone.
    pub(in crate::execute) async fn note_change(&self, probe: &Probe, values: &BTreeMap<SlotId, Value>, outcome: &Outcome) {
        let Some(answer) = outcome.answer().filter(|answer| answer.status.is_success()) else { return };
        if probe.request.method.is_post() && !made_captures_in(self.contract, self.plan, probe, answer).is_empty() {
            // It made something, which is removed or named like everything that the run has made.
            return;
        }
        let filled = fill(&probe.request, values);
        if let Some(original) = self.queue.originals.lock().await.get_mut(&address(&filled)) {
            original.writes.push((probe.id.clone(), filled));
        }
    }

    async fn read_value(&self, read: &Probe, values: &BTreeMap<SlotId, Value>) -> Option<Value> {
        if let Some(journal) = self.journal {
            let _ = journal.write(&Line::Added(Box::new(read.clone())), true);
        }
        let outcome = self.probe(read, values, None).await;
        let found = outcome.answer().filter(|answer| answer.status.is_success()).and_then(|answer| answer.body.whole_value().cloned());
        let mut asides = self.queue.asides.lock().unwrap_or_else(PoisonError::into_inner);
        // The same is read once before and once after.
        let id = read.id.another(asides.len());
        asides.push((Probe { id: id.clone(), ..read.clone() }, Outcome { probe: id, ..outcome }));
        found
    }
}

impl<'a> Run<'a> {
    /// Puts back what was changed by permission, as far as the contract has a way; what was changed, and what of it is as before.
    pub(in crate::execute) async fn put_back(&mut self, queue: &SendQueue<'a>) {
        let originals = std::mem::take(&mut *queue.originals.lock().await);
        for original in originals.into_values().filter(|original| !original.writes.is_empty()) {
            let (put_back, reason) = self.restore(&original, queue).await;
            for (probe, request) in &original.writes {
                let operation = self.plan.probe(probe).map(|probe| probe.operation.clone()).unwrap_or_default();
                let request = format!("{} {}", request.method, address(request));
                self.progress.changed.push(Changed { operation, probe: probe.clone(), request, put_back, reason: reason.clone() });
            }
        }
    }

    async fn restore(&mut self, original: &OriginalState, queue: &SendQueue<'a>) -> (bool, Option<String>) {
        let Some(before) = &original.before else { return (false, Some("it could not be read before".to_owned())) };
        let sent: Vec<&RequestTemplate> = original.writes.iter().map(|(_, request)| request).collect();
        let Some((operation, request)) = writer(self.contract, &original.read, &sent, before) else {
            return (false, Some("no operation of the contract writes it back".to_owned()));
        };
        let id = ProbeId::for_action(&operation.id, format_args!("put-back::{}", self.progress.changed.len()));
        let mut probe = Probe::valid_request(id, &operation.id, Purpose::Cleanup, Stage::Cleanup, request);
        probe.wave = u32::MAX;
        if let Some(journal) = self.journal {
            let _ = journal.write(&Line::Added(Box::new(probe.clone())), true);
        }
        let sender = self.sender(queue);
        let outcome = sender.probe(&probe, &original.values, None).await;
        let now = sender.read_value(&original.read, &original.values).await;
        let answered = match (&outcome.ending, outcome.answer()) {
            (Ending::Answered, Some(answer)) => format!("{} was answered {}", operation.id, answer.status),
            (Ending::Silent(reason) | Ending::Withheld(reason), _) => reason.to_string(),
            (Ending::Answered, None) => "no answer came".to_owned(),
        };
        self.end(&probe, outcome);
        self.progress.added.push(probe);
        let same = now.is_some_and(|now| differences(before, &now, &sent).is_empty());
        (same, (!same).then_some(answered))
    }
}

/// The path and the query that a request is sent to, as far as they name what it is about.
fn address(request: &RequestTemplate) -> String {
    request.path_values.iter().fold(request.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

fn on_path<'c>(contract: &'c Contract, path: &str, method: &str) -> Option<&'c Operation> {
    contract.operations.iter().find(|operation| operation.path == path && operation.method.as_str() == method)
}

/// The request that reads what another one writes.
fn reader(contract: &Contract, probe: &Probe, filled: &RequestTemplate) -> Option<Probe> {
    let operation = on_path(contract, &filled.path, "GET")?;
    let mut request = RequestTemplate { method: Method::GET, body: Body::Empty, query: Vec::new(), ..filled.clone() };
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type") && !name.eq_ignore_ascii_case("if-match"));
    request.fillings.retain(|binding| matches!(binding.place, Place::Path(_)));
    request.credentials = crate::model::plan::Credentials::Full;
    let id = ProbeId::for_action(&operation.id, format_args!("before::{}", address(filled)));
    Some(Probe { wave: probe.wave, ..Probe::valid_request(id, &operation.id, Purpose::Fixture, probe.stage, request) })
}

/// The request that writes back what was read: PUT with all that it takes, else PATCH with what was changed.
fn writer<'c>(contract: &'c Contract, read: &Probe, sent: &[&RequestTemplate], before: &Value) -> Option<(&'c Operation, RequestTemplate)> {
    let path = &read.request.path;
    let operation = on_path(contract, path, "PUT").or_else(|| on_path(contract, path, "PATCH"))?;
    let media = structured_form(&operation.request_body.as_ref()?.content)?;
    let schema = media.schema.as_ref().and_then(|schema| follow_references(&contract.document, &schema.0)).map(|(at, _)| at);
    let written = sent.iter().filter_map(|request| request.body.value());
    let mut body = Value::Object(serde_json::Map::new());
    for one in written {
        restore_members(&mut body, one, before);
    }
    if operation.method.is_put()
        && let Some(schema) = schema
    {
        complete(contract, &schema, before, &mut body);
    }
    let mut request = read.request.clone();
    request.method = operation.method.clone();
    request.headers.push(("content-type".to_owned(), media.name.clone()));
    request.body = match &media.schema {
        Some(schema) if is_xml(&media.name) => Body::Xml(XmlBody { value: body, schema: schema.0.clone(), is_cut: false }),
        _ => Body::Json(body),
    };
    Some((operation, request))
}

/// Takes every member that was sent, with the value that was read before; what was not there is left out.
fn restore_members(body: &mut Value, sent: &Value, before: &Value) {
    let (Value::Object(into), Value::Object(sent)) = (body, sent) else { return };
    for (name, member) in sent {
        match (member, before.get(name)) {
            (Value::Object(_), Some(old @ Value::Object(_))) => {
                let inner = into.entry(name.clone()).or_insert_with(|| Value::Object(serde_json::Map::new()));
                restore_members(inner, member, old);
            }
            (_, Some(old)) => drop(into.insert(name.clone(), old.clone())),
            (_, None) => {}
        }
    }
}

/// Adds the members that the request may have and that were read.
fn complete(contract: &Contract, schema: &str, before: &Value, body: &mut Value) {
    let (Some(before), Value::Object(into)) = (before.as_object(), body) else { return };
    for (name, old) in before {
        let at = crate::contract::append(&format!("{schema}/properties"), name);
        let writable = follow_references(&contract.document, &at).is_some_and(|(_, found)| found.get("readOnly") != Some(&Value::Bool(true)));
        if writable && !into.contains_key(name) {
            into.insert(name.clone(), old.clone());
        }
    }
}

/// Members that were sent and are not as before.
fn differences(before: &Value, now: &Value, sent: &[&RequestTemplate]) -> Vec<String> {
    let mut found = Vec::new();
    for request in sent {
        match request.body.value() {
            Some(body) => differing(before, now, body, "", &mut found),
            _ if before != now => found.push(String::new()),
            _ => {}
        }
    }
    found
}

fn differing(before: &Value, now: &Value, sent: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(members) = sent else { return };
    for (name, member) in members {
        let (old, new) = (before.get(name), now.get(name));
        match (member, old, new) {
            (Value::Object(_), Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) => {
                differing(old, new, member, &format!("{at}/{name}"), found);
            }
            _ if old != new => found.push(format!("{at}/{name}")),
            _ => {}
        }
    }
}
