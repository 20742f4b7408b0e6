//! The history of each resource, in the order that the plan guarantees and not that of the clock.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document;
use super::writes::{Effect, effect};
use crate::contract::expressions::captured;
use crate::contract::paging::{CURSORS, NUMBERS, OFFSETS};
use crate::model::contract::{Contract, Location, Operation, Status};
use crate::model::drawn::Expects;
use crate::model::exchange::{Answer, Ending, Exchange, Outcomes, SentRequest};
use crate::model::path::{last_parameter, parameter_of};
use crate::model::plan::{Body, Capture, Origin, Place, Plan, Probe, SlotId};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A valid request was accepted, and what it asked for has been done.
    Accepted,
    /// It was refused (4xx).
    Refused,
    /// Nobody knows what it did: no answer, a server error, an answer that comes before the work (202), something faulty
    /// that was accepted, or a refusal of several resources that may have been written in part.
    Unknown,
}

/// One request that was sent, with its answer.
#[derive(Debug)]
pub struct Event<'a> {
    /// What was planned.
    pub probe: &'a Probe,
    /// The operation that was asked.
    pub operation: &'a Operation,
    /// What was sent.
    pub request: &'a SentRequest,
    /// What came.
    pub answer: Option<&'a Answer>,
    /// Everything that was sent and came for it, in order.
    pub exchanges: &'a [Exchange],
    /// What became of it.
    pub standing: Standing,
    /// The JSON body as it was sent.
    pub sent: Option<Value>,
    /// The path template, as a number.
    path: usize,
    /// The path template of the collection, when one resource in it is read, as a number; `None` when no operation has it.
    collection: Option<usize>,
    /// The probe as a number.
    index: usize,
}

impl<'a> Event<'a> {
    /// The status of the answer.
    pub fn status(&self) -> Option<Status> {
        self.answer.map(|answer| answer.status)
    }

    /// Whether it asks for no change (RFC 9110, section 9.2.1), and has no fault.
    pub fn is_read(&self) -> bool {
        self.probe.request.method.is_safe()
    }

    /// Whether what it does not name stays as it is (JSON:API, Updating Resources; RFC 7396, section 1).
    pub fn merges(&self) -> bool {
        self.probe.request.headers.iter().any(|(_, value)| value.contains("vnd.api+json") || value.contains("merge-patch"))
    }

    /// The document that a valid read was answered with.
    pub fn shown(&self) -> Option<&'a Value> {
        let read = self.is_read() && self.probe.fault.is_none() && self.standing == Standing::Accepted;
        self.document().filter(|_| read && self.status() == Some(Status(200)))
    }

    /// The answer as JSON.
    pub fn document(&self) -> Option<&'a Value> {
        self.answer?.body.json()
    }

    /// The slot that fills the last segment of the path.
    pub fn item(&self) -> Option<&'a SlotId> {
        self.filled(last_parameter(&self.operation.path)?)
    }

    /// The slot that fills the last parameter of the path, wherever it stands.
    pub fn owner(&self) -> Option<&'a SlotId> {
        self.filled(self.operation.segments().rev().find_map(parameter_of)?)
    }

    fn filled(&self, name: &str) -> Option<&'a SlotId> {
        let fillings = &self.probe.request.fillings;
        fillings.iter().find(|filling| matches!(&filling.place, Place::Path(own) if own == name)).map(|filling| &filling.slot)
    }

    /// The relationship that the path leads to (JSON:API, Relationship Objects, `self`), when it ends with its name.
    pub fn relationship(&self) -> Option<&'a str> {
        let (front, name) = self.operation.path.rsplit_once('/')?;
        (front.ends_with("/relationships") && !name.starts_with('{')).then_some(name)
    }

    /// The document that a valid read was answered with, when nothing is missing from its list.
    pub fn whole(&self) -> Option<&'a Value> {
        self.shown().filter(|document| document::is_whole(document, self.is_paged()) && !self.is_later_page())
    }

    /// Whether it asks for a page after the first, which is not all there is though it be the last.
    fn is_later_page(&self) -> bool {
        let sent = url::Url::parse(&self.request.url);
        let turns = |name: &str| [CURSORS, NUMBERS, OFFSETS].iter().any(|names| names.contains(&name));
        sent.is_ok_and(|url| url.query_pairs().any(|(name, _)| turns(&name)))
    }

    /// Whether the operation gives its lists in pages.
    fn is_paged(&self) -> bool {
        let words = ["page", "limit", "offset", "cursor", "size", "after", "skip"];
        let query = self.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
        query.into_iter().any(|parameter| words.iter().any(|word| parameter.name.to_ascii_lowercase().contains(word)))
    }
}

/// A resource that the run made.
#[derive(Debug)]
pub struct Made<'a> {
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
    pub writes: Vec<(usize, Effect)>,
}

/// Everything that was sent, and what it was about.
pub struct History<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// In the order in which the requests ended.
    pub events: Vec<Event<'a>>,
    /// What the run made.
    pub made: Vec<Made<'a>>,
    /// Values of slots.
    pub ids: BTreeMap<&'a SlotId, String>,
    kinds: BTreeMap<&'a SlotId, &'a str>,
    /// For each probe, which others it waits for.
    earlier: Earlier,
}

impl<'a> History<'a> {
    /// Retells a run.
    pub fn new(contract: &'a Contract, plan: &'a Plan, outcomes: &'a Outcomes) -> Self {
        let probes: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
        let mut history = Self {
            contract,
            events: Vec::new(),
            made: Vec::new(),
            ids: BTreeMap::new(),
            kinds: plan.slots.iter().map(|(id, slot)| (id, slot.kind.as_str())).collect(),
            earlier: Earlier::new(plan, &probes),
        };
        let mut values = given(plan);
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
            let mut standing = if silent { Standing::Unknown } else { standing(probe, answer.map(|answer| answer.status)) };
            if standing == Standing::Refused && may_be_done_in_part(operation, probe, sent.as_ref()) {
                standing = Standing::Unknown;
            }
            // What no schema foresees may be read as anything.
            if standing == Standing::Accepted && plan.drawn.get(&probe.id).is_some_and(|drawn| drawn.expects == Expects::Open) {
                standing = Standing::Unknown;
            }
            let event = Event {
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
                        history.learn(plan, capture, &value, &event);
                    }
                }
            }
            history.events.push(event);
        }
        history.settle(plan, &values, &doubtful);
        history
    }

    /// Keeps the last value of every slot that never had another one, and what was written to what was made.
    fn settle(&mut self, plan: &'a Plan, values: &BTreeMap<SlotId, Value>, doubtful: &BTreeSet<SlotId>) {
        self.made.retain(|made| !doubtful.contains(made.slot));
        for (slot, value) in values.iter().filter(|(slot, _)| !doubtful.contains(*slot)) {
            if let (Some((slot, _)), Some(text)) = (plan.slots.get_key_value(slot), document::text(value)) {
                self.ids.insert(slot, text);
            }
        }
        let writes = self.made.iter().map(|made| self.writes(made)).collect::<Vec<_>>();
        for (made, writes) in self.made.iter_mut().zip(writes) {
            made.writes = writes;
        }
    }

    fn learn(&mut self, plan: &'a Plan, capture: &'a Capture, value: &Value, event: &Event<'a>) {
        let (Some(slot), Some(id)) = (plan.slots.get(&capture.slot), document::text(value)) else { return };
        if slot.origin != Origin::Created(event.probe.id.clone()) {
            return;
        }
        let sent = event.sent.clone().unwrap_or_default();
        let items = document::resources(&sent);
        let sent = items.get(capture.nth).or_else(|| items.first()).map(|item| (*item).clone()).unwrap_or_default();
        let echo = event.document().and_then(|answer| document::find(answer, &id)).cloned();
        self.made.push(Made { slot: &capture.slot, kind: &slot.kind, id, by: self.events.len(), sent, echo, writes: Vec::new() });
    }

    fn writes(&self, made: &Made<'_>) -> Vec<(usize, Effect)> {
        let writes = self.events.iter().enumerate().filter(|(number, event)| *number != made.by && !event.is_read());
        writes.map(|(number, event)| (number, effect(self, event, made))).filter(|(_, effect)| *effect != Effect::None).collect()
    }

    /// Whether one request had ended before the other one was sent; nothing is known of requests under way together.
    pub fn precedes(&self, first: &Event<'_>, second: &Event<'_>) -> bool {
        first.probe.due() < second.probe.due() || self.earlier.has(second.index, first.index)
    }

    /// The kind of a slot.
    fn kind(&self, slot: &SlotId) -> &'a str {
        self.kinds.get(slot).copied().unwrap_or_default()
    }

    /// Whether a slot names this resource, by its name or by kind and id.
    pub fn is(&self, slot: &SlotId, made: &Made<'_>) -> bool {
        slot == made.slot || (self.kind(slot) == made.kind && self.ids.get(slot) == Some(&made.id))
    }

    /// Whether two slots name the same resource.
    pub fn same(&self, one: &SlotId, other: &SlotId) -> bool {
        let id = self.ids.get(one);
        one == other || (id.is_some() && id == self.ids.get(other) && self.kind(one) == self.kind(other))
    }

    /// Whether a request reads one resource on the route on which it was made.
    pub fn reads(&self, event: &Event<'_>, made: &Made<'_>) -> bool {
        let maker = &self.events[made.by];
        event.collection == Some(maker.path) && event.item().is_some_and(|slot| self.is(slot, made)) && self.is_below_the_same(event, maker)
    }

    /// Whether the path of the maker names the same things in the path of another request.
    fn is_below_the_same(&self, event: &Event<'_>, maker: &Event<'_>) -> bool {
        let mut names = maker.operation.segments().filter_map(parameter_of);
        names.all(|name| match (event.filled(name), maker.filled(name)) {
            (Some(one), Some(other)) => self.same(one, other),
            (None, None) => event.probe.request.path_values.get(name) == maker.probe.request.path_values.get(name),
            _ => false,
        })
    }

    /// Whether a request lists everything on the route on which a resource was made, the pages aside.
    pub fn lists(&self, event: &Event<'_>, made: &Made<'_>) -> bool {
        event.path == self.events[made.by].path
            && event.probe.request.method.0 == "GET"
            && !event.operation.path.contains('{')
            && event.probe.request.query.is_empty()
    }
}

/// The values of slots that are known before the run.
fn given(plan: &Plan) -> BTreeMap<SlotId, Value> {
    let given = plan.slots.iter().filter_map(|(id, slot)| match &slot.origin {
        Origin::Given(value) => Some((id.clone(), Value::String(value.clone()))),
        _ => None,
    });
    given.collect()
}

fn standing(probe: &Probe, status: Option<Status>) -> Standing {
    match status {
        Some(status) if status.0 / 100 == 4 => Standing::Refused,
        Some(status) if probe.fault.is_none() && status.is_success() && (status != Status(202) || probe.request.method.is_safe()) => {
            Standing::Accepted
        }
        _ => Standing::Unknown,
    }
}

/// Whether the right ones of several resources may have been written although one was wrong: the contract has to say that
/// they are written together.
fn may_be_done_in_part(operation: &Operation, probe: &Probe, sent: Option<&Value>) -> bool {
    let among_them = probe.fault.as_ref().is_none_or(|fault| matches!(fault.place, Place::Body(_)));
    !operation.atomic && among_them && sent.is_some_and(|sent| document::resources(sent).len() > 1)
}

/// The path before the id of the one resource that an operation reads.
fn collection(operation: &Operation) -> Option<&str> {
    let (front, last) = operation.path.rsplit_once('/').filter(|_| operation.method.0 == "GET")?;
    last.starts_with('{').then_some(front)
}

fn sent(probe: &Probe, request: &SentRequest) -> Option<Value> {
    let json = matches!(probe.request.body, Body::Json(_)).then_some(request.body.as_deref()).flatten();
    serde_json::from_str(json?).ok()
}

/// Which probes each probe waits for, directly or not.
#[derive(Debug, Default)]
struct Earlier {
    /// One bit for each probe.
    rows: Vec<Option<Vec<u64>>>,
}

impl Earlier {
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
