//! The history of each resource, in the order that the plan guarantees and not that of the clock.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document_resources;
use super::event::{HistoryEvent, RequestFate};
use crate::contract::expressions::captured;
use crate::contract::{Schemas, replace_or_add};
use crate::model::contract::{Contract, Operation, Status};
use crate::model::drawn::Expects;
use crate::model::exchange::{Ending, Outcomes, SentRequest};
use crate::model::path::parameter_of;
use crate::model::plan::{Body, Capture, Origin, Place, Plan, Probe, SlotId};

/// What a write asks of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteEffect {
    /// Nothing.
    None,
    /// It is changed: the item that the request sends for it, and whether that is all of it (PUT).
    Change {
        /// What was sent.
        item: Value,
        /// Whether what was not sent goes away.
        whole: bool,
    },
    /// A relationship of it is written.
    Relationship(String),
    /// It is removed.
    Remove,
    /// Something that cannot be foretold.
    Act,
}

/// A resource that the run made.
#[derive(Debug)]
pub struct MadeResource<'a> {
    /// Its slot.
    pub slot: &'a SlotId,
    /// Its kind.
    pub kind: &'a str,
    /// Its id.
    pub id: String,
    /// The request that made it, as a number of an event.
    pub by: usize,
    /// What that request sent for it.
    pub sent: Value,
    /// What its answer showed of it.
    pub echo: Option<Value>,
    /// What other requests, whatever became of them, asked of it, in the order in which they ended.
    pub writes: Vec<(usize, WriteEffect)>,
}

/// Everything that was sent, and what it was about.
pub struct History<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas.
    schemas: &'a Schemas,
    /// In the order in which the requests ended.
    pub events: Vec<HistoryEvent<'a>>,
    /// What the run made.
    pub made: Vec<MadeResource<'a>>,
    /// Values of slots.
    pub ids: BTreeMap<&'a SlotId, String>,
    kinds: BTreeMap<&'a SlotId, &'a str>,
    /// For each probe, which others it waits for.
    earlier: Predecessors,
}

impl<'a> History<'a> {
    /// Retells a run.
    pub fn new((contract, schemas): (&'a Contract, &'a Schemas), plan: &'a Plan, outcomes: &'a Outcomes) -> Self {
        let probes: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
        let mut history = Self {
            contract,
            schemas,
            events: Vec::new(),
            made: Vec::new(),
            ids: BTreeMap::new(),
            kinds: plan.slots.iter().map(|(id, slot)| (id, slot.kind.as_str())).collect(),
            earlier: Predecessors::new(plan, &probes),
        };
        let mut values = given_values(plan);
        let paths: BTreeMap<&str, usize> = contract.operations.iter().enumerate().map(|(index, one)| (one.path.as_str(), index)).collect();
        // What was made a second time, after its end was in doubt, has two ids: which one a request named is not told.
        let mut doubtful: BTreeSet<SlotId> = BTreeSet::new();
        for outcome in &outcomes.outcomes {
            let Some(index) = probes.get(outcome.probe.as_str()).copied() else { continue };
            let probe = &plan.probes[index];
            let (Some(operation), Some(exchange)) = (contract.operation(&probe.operation), outcome.exchanges.last()) else { continue };
            let answer = exchange.answer.as_ref();
            let silent = outcome.ending != Ending::Answered || outcome.exchanges.iter().any(|exchange| exchange.answer.is_none());
            let sent = sent(probe, &exchange.request);
            let mut standing = if silent { RequestFate::Unknown } else { fate_of(probe, answer.map(|answer| answer.status)) };
            if standing == RequestFate::Refused && may_be_done_in_part(operation, probe, sent.as_ref()) {
                standing = RequestFate::Unknown;
            }
            // What no schema foresees may be read as anything.
            if standing == RequestFate::Accepted && plan.drawn.get(&probe.id).is_some_and(|drawn| drawn.expects == Expects::Open) {
                standing = RequestFate::Unknown;
            }
            let event = HistoryEvent {
                probe,
                operation,
                request: &exchange.request,
                answer,
                exchanges: &outcome.exchanges,
                standing,
                sent,
                path: paths.get(operation.path.as_str()).copied().unwrap_or_default(),
                collection: collection(operation).and_then(|path| paths.get(path).copied()),
                index,
            };
            let taken = probe.fault.is_none() && answer.is_some_and(|answer| answer.status.0 < 400);
            if let Some(answer) = answer.filter(|_| taken) {
                for capture in &probe.captures {
                    if let Some(value) = captured(capture, answer, probe, &values) {
                        let before = values.insert(capture.slot.clone(), value.clone());
                        if before.is_some_and(|before| before != value) {
                            doubtful.insert(capture.slot.clone());
                        }
                        history.record_capture(plan, capture, &value, &event);
                    }
                }
            }
            history.events.push(event);
        }
        history.keep_unambiguous_values(plan, &values, &doubtful);
        history
    }

    /// Whether an answer could hold another value at a place by its own schema; where that tells nothing, it could.
    pub fn could_show(&self, event: &HistoryEvent<'_>, at: &str, value: &Value) -> bool {
        let response = event.status().and_then(|status| event.operation.response(status));
        let mut schemas = response.into_iter().flat_map(|response| &response.content).filter_map(|media| media.schema.as_ref());
        let Some(document) = event.document() else { return true };
        let mut other = document.clone();
        !replace_or_add(&mut other, at, value.clone())
            || schemas.all(|schema| self.schemas.fits(schema, &other) || !self.schemas.fits(schema, document))
    }

    /// Keeps the last value of every slot that never had another one, and what was written to what was made.
    fn keep_unambiguous_values(&mut self, plan: &'a Plan, values: &BTreeMap<SlotId, Value>, doubtful: &BTreeSet<SlotId>) {
        self.made.retain(|made| !doubtful.contains(made.slot));
        for (slot, value) in values.iter().filter(|(slot, _)| !doubtful.contains(*slot)) {
            if let (Some((slot, _)), Some(text)) = (plan.slots.get_key_value(slot), document_resources::text(value)) {
                self.ids.insert(slot, text);
            }
        }
        let writes = self.made.iter().map(|made| self.writes(made)).collect::<Vec<_>>();
        for (made, writes) in self.made.iter_mut().zip(writes) {
            made.writes = writes;
        }
    }

    fn record_capture(&mut self, plan: &'a Plan, capture: &'a Capture, value: &Value, event: &HistoryEvent<'a>) {
        let (Some(slot), Some(id)) = (plan.slots.get(&capture.slot), document_resources::text(value)) else { return };
        if slot.origin != Origin::Created(event.probe.id.clone()) {
            return;
        }
        let sent = event.sent.clone().unwrap_or_default();
        let items = document_resources::resources(&sent);
        let sent = items.get(capture.nth).or_else(|| items.first()).map(|item| (*item).clone()).unwrap_or_default();
        let echo = event.document().and_then(|answer| document_resources::find(answer, &id)).cloned();
        self.made.push(MadeResource { slot: &capture.slot, kind: &slot.kind, id, by: self.events.len(), sent, echo, writes: Vec::new() });
    }

    fn writes(&self, made: &MadeResource<'_>) -> Vec<(usize, WriteEffect)> {
        let writes = self.events.iter().enumerate().filter(|(number, event)| *number != made.by && !event.is_read());
        writes.map(|(number, event)| (number, effect(self, event, made))).filter(|(_, effect)| *effect != WriteEffect::None).collect()
    }

    /// Whether one request had ended before the other one was sent; nothing is known of requests under way together.
    pub fn ended_before(&self, first: &HistoryEvent<'_>, second: &HistoryEvent<'_>) -> bool {
        first.probe.stage_order() < second.probe.stage_order() || self.earlier.has(second.index, first.index)
    }

    /// The kind of a slot.
    fn kind(&self, slot: &SlotId) -> &'a str {
        self.kinds.get(slot).copied().unwrap_or_default()
    }

    /// Whether a slot names this resource, by its name or by kind and id.
    pub fn is(&self, slot: &SlotId, made: &MadeResource<'_>) -> bool {
        slot == made.slot || (self.kind(slot) == made.kind && self.ids.get(slot) == Some(&made.id))
    }

    /// Whether two slots name the same resource.
    pub fn is_same_resource(&self, one: &SlotId, other: &SlotId) -> bool {
        let id = self.ids.get(one);
        one == other || (id.is_some() && id == self.ids.get(other) && self.kind(one) == self.kind(other))
    }

    /// Whether a request reads one resource on the route on which it was made.
    pub fn reads(&self, event: &HistoryEvent<'_>, made: &MadeResource<'_>) -> bool {
        let maker = &self.events[made.by];
        event.collection == Some(maker.path) && event.item().is_some_and(|slot| self.is(slot, made)) && self.is_below_the_same(event, maker)
    }

    /// Whether the path of the maker names the same things in the path of another request.
    fn is_below_the_same(&self, event: &HistoryEvent<'_>, maker: &HistoryEvent<'_>) -> bool {
        let mut names = maker.operation.segments().filter_map(parameter_of);
        names.all(|name| match (event.filled(name), maker.filled(name)) {
            (Some(one), Some(other)) => self.is_same_resource(one, other),
            (None, None) => event.probe.request.path_values.get(name) == maker.probe.request.path_values.get(name),
            _ => false,
        })
    }

    /// Whether a request lists everything on the route on which a resource was made, the pages aside.
    pub fn lists(&self, event: &HistoryEvent<'_>, made: &MadeResource<'_>) -> bool {
        event.path == self.events[made.by].path
            && event.probe.request.method.is_get()
            && !event.operation.path.contains('{')
            && event.probe.request.query.is_empty()
    }
}

/// The values of slots that are known before the run.
fn given_values(plan: &Plan) -> BTreeMap<SlotId, Value> {
    let given = plan.slots.iter().filter_map(|(id, slot)| match &slot.origin {
        Origin::Given(value) => Some((id.clone(), Value::String(value.clone()))),
        _ => None,
    });
    given.collect()
}

fn fate_of(probe: &Probe, status: Option<Status>) -> RequestFate {
    match status {
        Some(status) if status.0 / 100 == 4 => RequestFate::Refused,
        Some(status) if probe.fault.is_none() && status.is_success() && (status != Status(202) || probe.request.method.is_safe()) => {
            RequestFate::Accepted
        }
        _ => RequestFate::Unknown,
    }
}

/// Whether the right ones of several resources may have been written although one was wrong: the contract has to say that
/// they are written together.
fn may_be_done_in_part(operation: &Operation, probe: &Probe, sent: Option<&Value>) -> bool {
    let among_them = probe.fault.as_ref().is_none_or(|fault| matches!(fault.place, Place::Body(_)));
    !operation.atomic && among_them && sent.is_some_and(|sent| document_resources::resources(sent).len() > 1)
}

/// The path before the id of the one resource that an operation reads.
fn collection(operation: &Operation) -> Option<&str> {
    let (front, last) = operation.path.rsplit_once('/').filter(|_| operation.method.is_get())?;
    last.starts_with('{').then_some(front)
}

fn sent(probe: &Probe, request: &SentRequest) -> Option<Value> {
    let json = matches!(probe.request.body, Body::Json(_)).then_some(request.body.as_deref()).flatten();
    serde_json::from_str(json?).ok()
}

/// Which probes each probe waits for, directly or not.
#[derive(Debug, Default)]
struct Predecessors {
    /// One bit for each probe.
    rows: Vec<Option<Vec<u64>>>,
}

impl Predecessors {
    fn new(plan: &Plan, probes: &BTreeMap<&str, usize>) -> Self {
        let waits = |probe: &Probe| probe.after.iter().filter_map(|id| probes.get(id.as_str()).copied()).collect();
        let after: Vec<Vec<usize>> = plan.probes.iter().map(waits).collect();
        let mut earlier = Self { rows: vec![None; after.len()] };
        for probe in 0..after.len() {
            earlier.fill(&after, probe);
        }
        earlier
    }

    /// Fills the row of a probe, once those of everything that it waits for are.
    fn fill(&mut self, after: &[Vec<usize>], probe: usize) {
        let mut open = vec![(probe, 0)];
        while let Some((next, done)) = open.pop() {
            if self.rows[next].is_some() {
                continue;
            }
            // A circle is cut where it closes; nothing in it is ever sent.
            let missing =
                (done..after[next].len()).find(|at| self.rows[after[next][*at]].is_none() && !open.iter().any(|(on, _)| *on == after[next][*at]));
            if let Some(at) = missing {
                open.push((next, at + 1));
                open.push((after[next][at], 0));
                continue;
            }
            let mut row = vec![0_u64; after.len().div_ceil(64)];
            for before in &after[next] {
                row[before / 64] |= 1 << (before % 64);
                for (word, other) in row.iter_mut().zip(self.rows[*before].iter().flatten()) {
                    *word |= other;
                }
            }
            self.rows[next] = Some(row);
        }
    }

    fn has(&self, probe: usize, other: usize) -> bool {
        self.rows[probe].as_ref().is_some_and(|row| row[other / 64] & (1 << (other % 64)) != 0)
    }
}

/// What a request asks of a resource.
fn effect(history: &History<'_>, event: &HistoryEvent<'_>, made: &MadeResource<'_>) -> WriteEffect {
    let method = event.probe.request.method.as_str();
    if event.is_read() {
        return WriteEffect::None;
    }
    let fillings = event.probe.request.fillings.iter().filter(|binding| history.is(&binding.slot, made));
    let places: Vec<&Place> = fillings.map(|binding| &binding.place).collect();
    let in_path = places.iter().any(|place| matches!(place, Place::Path(_)));
    let collection = &history.events[made.by].operation.path;
    if event.probe.consumes.iter().any(|slot| history.is(slot, made))
        || (method == "DELETE" && event.item().is_some_and(|slot| history.is(slot, made)))
    {
        return WriteEffect::Remove;
    }
    if matches!(method, "PATCH" | "PUT") {
        let on_item = event.item().is_some_and(|slot| history.is(slot, made));
        let sent = event.sent.as_ref();
        let item = sent
            .and_then(|sent| if on_item { document_resources::resources(sent).first().copied() } else { document_resources::find(sent, &made.id) })
            .cloned();
        match item {
            Some(item) if on_item || event.operation.path == *collection => return WriteEffect::Change { item, whole: method == "PUT" },
            _ => {}
        }
    }
    match event.relationship() {
        Some(name) if in_path && event.owner().is_some_and(|slot| history.is(slot, made)) => return WriteEffect::Relationship(name.to_owned()),
        _ => {}
    }
    let own = ["/data/id", "/id"];
    let named = places.iter().any(|place| matches!(place, Place::Body(at) if own.contains(&at.as_str()) || is_item_id(at)));
    // A write on the collection that does not add to it may be about anything in it.
    let on_all = event.operation.path == *collection && method != "POST" && places.is_empty() && event.probe.consumes.is_empty();
    let on_all = on_all
        && event.sent.as_ref().is_none_or(|sent| document_resources::resources(sent).iter().all(|item| document_resources::id(item).is_none()));
    // PUT replaces what is there by what was sent (RFC 9110, section 9.3.4): what it does not name may be gone.
    let on_all = on_all || (event.operation.path == *collection && method == "PUT");
    let links = event.relationship().is_some();
    if in_path || (named && !links) || on_all { WriteEffect::Act } else { WriteEffect::None }
}

fn is_item_id(at: &str) -> bool {
    at.strip_prefix("/data/").and_then(|rest| rest.strip_suffix("/id")).is_some_and(|index| index.parse::<usize>().is_ok())
}
