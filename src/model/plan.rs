//! A plan: every request that a run will send, and the cell each one is for, before anything is sent.

use crate::model::trigger_name::TriggerName;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assumption::Assumption;
use super::contract::{Method, Operation, Status};
use super::drawn::Drawn;
use super::effect::{Effect, Provenance};
pub use super::ids::{ProbeId, SlotId};
pub use super::index::ProbeIndex;
use super::reason::Reason;
pub use super::stage::Stage;
pub use super::template::{Binding, Body, Credentials, Part, Place, RequestTemplate, Styled, XmlBody};

/// Everything that will be sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The mark of the run: everything that it makes and every id that it draws as naming nothing carries it.
    #[serde(default)]
    pub mark: String,
    /// Whether the target ends with the run, so that nothing is looked after on it.
    #[serde(default)]
    pub disposable: bool,
    /// How many cells of the contract are not selected.
    #[serde(default)]
    pub not_selected: u64,
    /// Cells that an earlier run found wrong, where the run is about those, each as operation and status.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub failed: BTreeSet<(String, Status)>,
    /// Every selected cell, in the order of the contract.
    pub cells: Vec<PlannedCell>,
    /// Probes in the order in which they are due; `after` says what really has to wait.
    pub probes: Vec<Probe>,
    /// What probes hand to each other.
    pub slots: BTreeMap<SlotId, Slot>,
    /// The probes whose values are drawn by chance. They prove no cell, and are judged on their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drawn: BTreeMap<ProbeId, Drawn>,
    /// How a thing that the run makes is removed on its own, where the request that is due to remove it does more, or may
    /// not come to be sent.
    #[serde(default)]
    pub removers: BTreeMap<SlotId, Remover>,
    /// Requests that may find what is to be borrowed where the one that is due does not, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub finders: BTreeMap<SlotId, Vec<Probe>>,
    /// Where probes stand by their ids.
    #[serde(skip)]
    pub index: ProbeIndex,
}

impl Plan {
    /// The probe with this id.
    pub fn probe(&self, id: &str) -> Option<&Probe> {
        self.probes.get(self.place(id)?)
    }

    /// Where the probe with this id stands.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.index.find(&self.probes, id, |probe| &probe.id)
    }

    /// The slots of a kind, in their order: their ids begin with it.
    pub fn slots_of(&self, kind: &str) -> impl Iterator<Item = (&SlotId, &Slot)> {
        let ids = SlotId::ranges(kind).map(|range| self.slots.range(range));
        ids.into_iter().flatten().filter(move |(_, slot)| slot.kind == *kind)
    }

    /// The probe that makes what a slot names.
    pub fn maker(&self, slot: &str) -> Option<&ProbeId> {
        self.slots.get(slot)?.maker()
    }

    /// The probe that makes or finds what a slot names.
    pub fn source(&self, slot: &str) -> Option<&ProbeId> {
        match &self.slots.get(slot)?.origin {
            Origin::Created(source) | Origin::Borrowed(source) => Some(source),
            Origin::Given(_) => None,
        }
    }

    /// Whether the run makes what a slot names.
    pub fn is_made(&self, slot: &str) -> bool {
        self.maker(slot).is_some()
    }
}

/// A request that removes one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remover {
    /// The operation.
    pub operation: String,
    /// The request; its last path parameter names the thing.
    pub request: RequestTemplate,
}

/// One cell and how it is going to be proved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlannedCell {
    /// Operation id, or `*` for the server as a whole.
    pub operation: String,
    /// HTTP method; empty for the server as a whole.
    pub method: Method,
    /// Path template; empty for the server as a whole.
    pub path: String,
    /// Declared status.
    pub status: Status,
    /// Declared for every operation at once.
    pub general: bool,
    /// What is planned.
    pub intent: Intent,
}

/// What is planned for a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// These probes are aimed at it.
    Probes(Vec<ProbeId>),
    /// Never provoked, watched for in every answer (5xx).
    Watched,
    /// No way is known; the reason.
    Unreachable(Reason),
    /// Left out by choice; the reason.
    Skipped(Reason),
    /// Left to a later run, because the budget goes to others; the reason.
    Postponed(Reason),
}

/// A value that one probe yields and others use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Kind of resource.
    pub kind: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// What the resource was made from, as far as the plan knows; held against `where`.
    pub like: Value,
    /// The value that is used when none is found: the contract's example of data that a server need not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Value>,
}

impl Slot {
    /// A slot that any resource of the kind fills.
    pub fn any(kind: &str, origin: Origin) -> Self {
        Self { kind: kind.to_owned(), origin, like: Value::Null, fallback: None }
    }

    /// The probe that makes what it names.
    pub fn maker(&self) -> Option<&ProbeId> {
        match &self.origin {
            Origin::Created(maker) => Some(maker),
            Origin::Borrowed(_) | Origin::Given(_) => None,
        }
    }

    /// How its value will be known, as far as the plan tells.
    pub fn provenance(&self) -> Provenance {
        match &self.origin {
            Origin::Created(_) => Provenance::Own,
            Origin::Borrowed(_) => Provenance::Found,
            Origin::Given(_) => Provenance::Given,
        }
    }
}

/// Where a slot's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Created by this probe, and removed in the same run.
    Created(ProbeId),
    /// Found in the answer of this probe; read, not written.
    Borrowed(ProbeId),
    /// Known before the run; the value. Only named by the suite, never checked.
    Given(String),
}

/// One planned request (or, for `Repeat`, one that is sent until something happens).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Probe {
    /// Its name.
    pub id: ProbeId,
    /// The operation that is asked.
    pub operation: String,
    /// Name of the trigger.
    pub trigger: TriggerName,
    /// The status it is aimed at.
    pub status: Status,
    /// What it is for.
    pub purpose: Purpose,
    /// What is sent.
    pub request: RequestTemplate,
    /// The one thing that is wrong; absent for a valid request.
    pub fault: Option<Fault>,
    /// The statuses the contract allows for this condition; empty when the contract does not decide.
    pub allowed: Vec<Status>,
    /// The same request without the fault, whose acceptance makes a refusal count.
    pub control: Option<ProbeId>,
    /// Values it needs.
    pub needs: Vec<SlotId>,
    /// Values that are gone after it, when it is accepted.
    pub consumes: Vec<SlotId>,
    /// Values it yields.
    pub captures: Vec<Capture>,
    /// Probes that must have ended before it.
    pub after: Vec<ProbeId>,
    /// Waves follow each other, each with stages of its own: what tells most comes in the first one.
    #[serde(default)]
    pub wave: u32,
    /// Probes of one stage may run side by side; a stage begins when the one before it has ended.
    pub stage: Stage,
    /// Sent once, or until something happens.
    pub repeat: Repeat,
    /// Other operations of which the same exchange is proof (a method that a route does not have).
    pub also: Vec<String>,
    /// Uses a value that no document vouches for: a refusal blocks, it does not violate.
    pub assumed: Option<Assumption>,
    /// What it would change if the server accepted it. It is computed again before the request is sent.
    #[serde(default)]
    pub effect: Effect,
}

impl Probe {
    /// A valid request that the contract allows the answers of a success for.
    pub fn valid(id: ProbeId, operation: &Operation, purpose: Purpose, stage: Stage, request: RequestTemplate) -> Self {
        let allowed = operation.statuses_for(|condition| condition.trigger == TriggerName::SUCCESS);
        let plain = Self::valid_request(id, &operation.id, purpose, stage, request);
        Self { status: allowed.first().copied().unwrap_or(plain.status), allowed, ..plain }
    }

    /// A valid request, sent once, that waits for nothing and tells others nothing, and may be answered in any way. What else
    /// there is to say of it, whoever plans it sets.
    pub fn valid_request(id: ProbeId, operation: &str, purpose: Purpose, stage: Stage, request: RequestTemplate) -> Self {
        let needs = request.slots();
        Self {
            id,
            operation: operation.to_owned(),
            trigger: TriggerName::SUCCESS,
            status: Status(200),
            purpose,
            request,
            fault: None,
            allowed: Vec::new(),
            control: None,
            needs,
            consumes: Vec::new(),
            captures: Vec::new(),
            after: Vec::new(),
            wave: 0,
            stage,
            repeat: Repeat::Once,
            also: Vec::new(),
            assumed: None,
            effect: Effect::default(),
        }
    }

    /// When it is due: what is due later begins after everything that is due earlier has ended.
    pub fn stage_order(&self) -> (u32, Stage) {
        (self.wave, self.stage)
    }

    /// Whether its fault is that no valid credential says who is asking: that alone is reason enough to refuse it.
    pub fn is_unauthenticated(&self) -> bool {
        let by_whom = self.fault.as_ref().is_some_and(|fault| fault.place == Place::Credentials);
        by_whom && matches!(self.request.credentials, Credentials::None | Credentials::WrongSecret)
    }

    /// Whether it makes something with an id of its own, so that sending it twice makes two.
    pub fn makes(&self, plan: &Plan) -> bool {
        let created = |slot: &Slot| slot.origin == Origin::Created(self.id.clone());
        self.fault.is_none() && self.captures.iter().any(|capture| plan.slots.get(&capture.slot).is_some_and(created))
    }

    /// Whether an answer means that the server accepted this valid request: any success, also with another code than the
    /// contract names, and a redirect that the contract allows.
    pub fn is_accepted_by(&self, status: Status) -> bool {
        self.fault.is_none() && (status.is_success() || (self.allows(status) && !status.is_refusal()))
    }

    /// Whether the contract allows this status here, by its code or by a range.
    pub fn allows(&self, status: Status) -> bool {
        self.allowed.iter().any(|allowed| allowed.covers(status))
    }
}

/// What a probe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Aimed at a cell.
    Probe,
    /// Makes what other probes need, and is aimed at no cell of its own.
    Fixture,
    /// Removes what the run made.
    Cleanup,
}

/// The one deliberate change in an otherwise valid request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What was changed.
    pub place: Place,
    /// In words: `type is "probity-wrong-type"`.
    pub words: String,
}

/// A value to take from an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// Where it goes.
    pub slot: SlotId,
    /// Runtime expression (OpenAPI, Link Object). An index in it stands for any item of the array.
    pub expression: String,
    /// A part that the item must have; null when any will do.
    pub like: Value,
    /// Which of the items that fit, counted from zero.
    pub nth: usize,
    /// States that the item had better be in, where it shows one; absent when any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ResourceStates>,
}

/// The states that something may be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceStates {
    /// JSON Pointer from the resource to its state.
    pub at: String,
    /// The states.
    pub any: Vec<String>,
}

/// How often a probe is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// Once.
    Once,
    /// Until the state at a JSON Pointer is one of `finished`, or one of `failed`.
    Poll {
        /// JSON Pointer into the answer.
        at: String,
        /// States that end it well.
        finished: Vec<String>,
        /// States that end it badly.
        failed: Vec<String>,
    },
    /// Until the aimed status comes, at most so many times.
    Burst {
        /// Upper bound of requests.
        most: u32,
    },
    /// A list, page by page, for as long as a next page is named.
    Pages {
        /// Query parameter with the number of resources on a page.
        limit: String,
        /// The smallest number that the contract allows, in resources.
        smallest: u64,
        /// The largest one, in resources.
        largest: u64,
        /// Upper bound of pages.
        most: u32,
    },
    /// Fetches the `Location` of this probe's answer instead of the path.
    Follow(ProbeId),
}
