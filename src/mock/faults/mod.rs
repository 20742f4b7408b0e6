//! Faults: each makes the mock break exactly one promise, so that checks can prove that they see it.

mod answers;
mod effects;
mod statuses;

use super::draft::Draft;
use crate::domain::contract::Operation;

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

/// Where a fault takes hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// These triggers are treated as if nothing were wrong.
    Overlook(&'static [&'static str]),
    /// A status becomes another one; told with the trigger that caused it, if one did.
    Status(fn(Option<&str>, u16) -> u16),
    /// The answer is changed before it is written out.
    Answer(fn(&mut Draft, &Scope<'_>)),
    /// The state goes another way than the answer says.
    Effect(Effect),
}

/// How the state goes another way than the answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Changes are answered and forgotten.
    ForgetChange,
    /// Deleted resources stay.
    KeepDeleted,
    /// Refused writes are made all the same.
    WriteRefused,
    /// Lists leave their last resource out.
    LoseItem,
    /// Related resources are not the related ones.
    MixUpRelated,
}

/// What an answer was made for.
pub(crate) struct Scope<'a> {
    pub operation: Option<&'a Operation>,
    /// Which request of the run it answers, from 1.
    pub number: u64,
}

/// The catalogue, class by class.
const CLASSES: &[&[Fault]] = &[statuses::FAULTS, answers::FAULTS, effects::FAULTS];

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
}

impl Faults {
    /// Faults that are not in the catalogue are left out.
    pub(crate) fn new(settings: &[FaultSetting]) -> Self {
        let active = settings.iter().filter_map(|setting| Some((fault(&setting.name)?, setting.operation.clone())));
        Self { active: active.collect() }
    }

    fn on(&self, operation: Option<&Operation>) -> impl Iterator<Item = Hook> {
        let id = operation.map(|operation| operation.id.as_str());
        self.active.iter().filter(move |(_, only)| only.is_none() || only.as_deref() == id).map(|(fault, _)| fault.hook)
    }

    /// Whether what was noticed is overlooked.
    pub(crate) fn overlook(&self, operation: Option<&Operation>, triggers: &[&'static str]) -> bool {
        self.on(operation).any(|hook| matches!(hook, Hook::Overlook(names) if names.iter().any(|name| triggers.contains(name))))
    }

    /// The status that is really sent.
    pub(crate) fn status(&self, operation: Option<&Operation>, trigger: Option<&str>, status: u16) -> u16 {
        self.on(operation).fold(status, |status, hook| if let Hook::Status(change) = hook { change(trigger, status) } else { status })
    }

    /// Changes an answer.
    pub(crate) fn finish(&self, draft: &mut Draft, scope: &Scope<'_>) {
        for hook in self.on(scope.operation) {
            if let Hook::Answer(change) = hook {
                change(draft, scope);
            }
        }
    }

    /// Whether the state goes another way.
    pub(crate) fn has(&self, operation: &Operation, effect: Effect) -> bool {
        self.on(Some(operation)).any(|hook| matches!(hook, Hook::Effect(other) if other == effect))
    }
}

/// How many letters two names differ by (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
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
