//! Faults: each makes the mock break exactly one promise, so that checks can prove that they see it.

mod bodies;
mod drawn;
mod effects;
mod errors;
mod fields;
mod overlooked;
mod statuses;
mod whole;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::draft_answer::DraftAnswer;
use super::request::DecodedRequest;
use crate::contract::Schemas;
use crate::model::contract::{Contract, Operation, SchemaRef};
use crate::model::trigger_name::TriggerName;

/// One promise to break, everywhere or on one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSetting {
    /// Name in the catalogue.
    pub name: String,
    /// The only operation that breaks it.
    pub operation: Option<String>,
}

impl FaultSetting {
    /// Reads `NAME` or `NAME@operation`.
    ///
    /// # Errors
    /// The name is not in the catalogue; names that are near.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, operation) = text.split_once('@').map_or((text, None), |(name, operation)| (name, Some(operation.to_owned())));
        if fault(name).is_some() {
            return Ok(Self { name: name.to_owned(), operation });
        }
        let mut near: Vec<(usize, &str)> = all().map(|fault| (distance(name, fault.name), fault.name)).collect();
        near.sort_unstable();
        let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
        Err(format!("there is no fault {name:?}; near are {}", near.join(", ")))
    }
}

/// One way in which the mock can break the contract.
#[derive(Debug)]
pub struct Fault {
    /// Name, for `--fault`.
    pub name: &'static str,
    /// What sort of promise it breaks.
    pub class: &'static str,
    /// What it breaks, in words.
    pub breaks: &'static str,
    pub(crate) hook: Hook,
}

impl Fault {
    /// Whether it takes hold of requests by their number, whatever they ask for.
    pub fn is_sporadic(&self) -> bool {
        matches!(self.hook, Hook::Instead(_))
    }

    /// Whether the state goes another way while answers look right, so that no single answer tells where it takes hold.
    pub fn is_hidden(&self) -> bool {
        matches!(self.hook, Hook::Effect(_))
    }

    /// Whether only a value that was drawn by chance shows it.
    pub fn needs_drawn(&self) -> bool {
        self.class == drawn::CLASS
    }
}

/// Where a fault takes hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// These triggers are treated as if nothing were wrong.
    Overlook(&'static [TriggerName]),
    /// A status becomes another one.
    Status(fn(u16) -> u16),
    /// This is answered before anything is looked at; told with the number of the request, from 1.
    Instead(fn(u64) -> Option<u16>),
    /// This is answered to a request that holds what the mock cannot take, before anything else is looked at.
    Choke(fn(&DecodedRequest) -> Option<u16>),
    /// The answer is changed before it is written out.
    Answer(fn(&mut DraftAnswer, &AnswerScope<'_>)),
    /// The state goes another way than the answer says.
    Effect(StateFault),
}

/// How the state goes another way than the answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateFault {
    /// What was created is not kept.
    ForgetCreation,
    /// What was created is kept twice.
    CreateTwice,
    /// Texts are kept as ASCII.
    MangleText,
    /// An attribute that was sent is not kept.
    DropAttribute,
    /// Changes are answered and forgotten.
    ForgetChange,
    /// A change takes away what it does not name.
    DropOthers,
    /// A change is answered with another id.
    ChangeId,
    /// Deleted resources stay.
    KeepDeleted,
    /// Refused writes are made all the same.
    WriteRefused,
    /// Of several resources the right ones are written although one is wrong.
    WritePart,
    /// Another resource is read.
    ReadOther,
    /// Lists leave their last resource out.
    LoseItem,
    /// Lists show what was not asked for.
    IgnoreFilter,
    IgnoreFields,
    /// Pages hold more than was asked for.
    IgnoreLimit,
    /// Pages overlap.
    OverlapPages,
    /// The next page is the same page.
    LoopPages,
    /// There is always a next page.
    EndlessPages,
    /// Related resources are not the related ones.
    MixUpRelated,
    /// Changes of relationships are answered and forgotten.
    ForgetLinkage,
    /// Relationships hold the same twice.
    RepeatLinkage,
    /// Additions to relationships replace.
    ReplaceLinkage,
    /// Jobs do not finish.
    NeverFinish,
}

/// What an answer was made for.
pub(crate) struct AnswerScope<'a> {
    pub contract: &'a Contract,
    pub schemas: &'a Schemas,
    pub call: &'a DecodedRequest,
    pub operation: Option<&'a Operation>,
    /// The schema that is declared for the body.
    pub schema: Option<&'a SchemaRef>,
}

/// The catalogue, class by class.
const CLASSES: &[&[Fault]] =
    &[statuses::FAULTS, overlooked::FAULTS, errors::FAULTS, fields::FAULTS, bodies::FAULTS, effects::FAULTS, whole::FAULTS, drawn::FAULTS];

/// Every fault.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    CLASSES.iter().flat_map(|class| class.iter())
}

/// The fault of this name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

/// The faults that a mock was told to have.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Vec<(&'static Fault, Option<String>)>,
    /// Operations on which one of them took hold.
    taken: Mutex<BTreeSet<String>>,
}

impl Faults {
    /// Faults that are not in the catalogue are left out.
    pub(crate) fn new(settings: &[FaultSetting]) -> Self {
        let active = settings.iter().filter_map(|setting| Some((fault(&setting.name)?, setting.operation.clone())));
        Self { active: active.collect(), taken: Mutex::default() }
    }

    fn on(&self, operation: Option<&Operation>) -> impl Iterator<Item = Hook> {
        let id = operation.map(|operation| operation.id.as_str());
        self.active.iter().filter(move |(_, only)| only.is_none() || only.as_deref() == id).map(|(fault, _)| fault.hook)
    }

    /// Whether a trigger is overlooked.
    pub(crate) fn is_overlooked(&self, operation: Option<&Operation>, trigger: &TriggerName) -> bool {
        let overlooked = self.on(operation).any(|hook| matches!(hook, Hook::Overlook(triggers) if triggers.contains(trigger)));
        self.note(operation, overlooked)
    }

    /// The status that is really sent.
    pub(crate) fn status(&self, operation: Option<&Operation>, status: u16) -> u16 {
        let sent = self.on(operation).fold(status, |status, hook| if let Hook::Status(change) = hook { change(status) } else { status });
        self.note(operation, sent != status);
        sent
    }

    /// The status that is sent instead of an answer.
    pub(crate) fn replacement_status(&self, operation: Option<&Operation>, number: u64) -> Option<u16> {
        let instead = self.on(operation).find_map(|hook| if let Hook::Instead(status) = hook { status(number) } else { None });
        self.note(operation, instead.is_some());
        instead
    }

    /// The status that is sent instead of an answer to a request with this in it.
    pub(crate) fn failure_status(&self, operation: Option<&Operation>, call: &DecodedRequest) -> Option<u16> {
        let choked = self.on(operation).find_map(|hook| if let Hook::Choke(on) = hook { on(call) } else { None });
        self.note(operation, choked.is_some());
        choked
    }

    /// Changes an answer.
    pub(crate) fn finish(&self, draft: &mut DraftAnswer, scope: &AnswerScope<'_>) {
        for hook in self.on(scope.operation) {
            if let Hook::Answer(change) = hook {
                let before = draft.clone();
                change(draft, scope);
                self.note(scope.operation, *draft != before);
            }
        }
    }

    /// Whether the state goes another way.
    pub(crate) fn has(&self, operation: &Operation, effect: StateFault) -> bool {
        let goes = self.on(Some(operation)).any(|hook| matches!(hook, Hook::Effect(other) if other == effect));
        self.note(Some(operation), goes)
    }

    /// Operations on which one of the faults took hold.
    pub(crate) fn affected_operations(&self) -> BTreeSet<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, operation: Option<&Operation>, taken: bool) -> bool {
        if let Some(operation) = operation.filter(|_| taken) {
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.id.clone());
        }
        taken
    }
}

pub(in crate::mock) use drawn::mangled;

/// How many letters two names differ by (Levenshtein).
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for column in 0..other.len() {
            let replaced = corner + usize::from(other[column] != letter);
            corner = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
