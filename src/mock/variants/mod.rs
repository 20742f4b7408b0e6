//! Variants: each lets the mock behave in another way that the contract and the standards leave open.
//! A conforming server may be any of them, so none may raise a finding.

mod absent_features;
mod bodies;
mod errors;
mod fields;
mod open_behaviour;
mod wire;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::draft_answer::DraftAnswer;
use super::faults::{AnswerScope, distance};

/// One legal difference between servers.
#[derive(Debug)]
pub struct Variant {
    /// Name, for `--variant`.
    pub name: &'static str,
    /// What sort of difference it is.
    pub class: &'static str,
    /// What is different, in words.
    pub differs: &'static str,
    pub(crate) hook: Hook,
}

impl Variant {
    /// Whether the server lacks something that cells need, so that they stay open.
    pub fn lacks_feature(&self) -> bool {
        self.class == absent_features::CLASS
    }

    /// The variant of this name.
    ///
    /// # Errors
    /// The name is not in the catalogue; names that are near.
    pub fn parse(name: &str) -> Result<&'static Self, String> {
        if let Some(known) = all().find(|variant| variant.name == name) {
            return Ok(known);
        }
        let mut near: Vec<(usize, &str)> = all().map(|variant| (distance(name, variant.name), variant.name)).collect();
        near.sort_unstable();
        let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
        Err(format!("there is no variant {name:?}; near are {}", near.join(", ")))
    }
}

/// Where a variant takes hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// The answer is changed before it is written out.
    Answer(fn(&mut DraftAnswer, &AnswerScope<'_>)),
    /// The mock goes about something in another way.
    Habit(BehaviourChoice),
}

/// Ways to go about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BehaviourChoice {
    /// Permissions are looked at after everything else.
    AccessLast,
    /// What is looked at last is looked at first.
    LooksReversed,
    /// Of several statuses the lowest comes first.
    LowestFirst,
    /// Data that examples name and other servers may not have is not there.
    OtherData,
    /// The values of such data that the contract shows are not there; others are taken.
    OtherTypes,
    /// What is only listed has other ids than in the examples.
    OtherKeys,
    /// Optional APIs refuse everything.
    FeaturesRefused,
    /// Optional APIs are not there.
    FeaturesHidden,
    /// Data of the server that a path names needs a licence.
    Unlicensed,
    /// Where the documents differ, the other side of what is documented first.
    OtherSide,
    /// What leads elsewhere shows something as well.
    BodyWithRedirect,
    /// Outcomes are served where others lead to them.
    NoRedirect,
    /// Ids are UUIDs.
    UuidIds,
    /// Ids are large numbers.
    LargeIds,
    /// Ids are numbers of JSON.
    NumberIds,
    /// Pages are small.
    SmallPages,
    /// Pages are turned by a parameter that the contract does not name.
    OtherCursor,
    /// Jobs take a while.
    SlowJobs,
    /// Jobs are done when they are first asked for.
    QuickJobs,
    /// Of several resources the right ones are written although one is refused.
    WriteInPart,
    /// HEAD and OPTIONS are answered.
    HeadAndOptions,
    /// Answers take a moment.
    SlowAnswers,
    /// Each connection is for one answer.
    CloseConnections,
    /// Bodies come in chunks.
    Chunks,
    /// Bodies are compressed for who takes that.
    Compress,
    /// Field names are in upper case.
    UpperCaseNames,
    /// Status lines have no reason.
    NoReason,
}

/// The catalogue, class by class.
const CLASSES: &[&[Variant]] =
    &[errors::VARIANTS, bodies::VARIANTS, fields::VARIANTS, open_behaviour::VARIANTS, absent_features::VARIANTS, wire::VARIANTS];

/// Every variant.
pub fn all() -> impl Iterator<Item = &'static Variant> {
    CLASSES.iter().flat_map(|class| class.iter())
}

/// The variants that a mock was told to be.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    active: Vec<&'static Variant>,
    taken: Mutex<BTreeSet<&'static str>>,
}

impl Variants {
    pub(crate) fn new(active: &[&'static Variant]) -> Self {
        Self { active: active.to_vec(), taken: Mutex::default() }
    }

    /// Whether the mock has this habit; asked where the habit makes a difference.
    pub(crate) fn has(&self, habit: BehaviourChoice) -> bool {
        let found = self.active.iter().find(|variant| matches!(variant.hook, Hook::Habit(known) if known == habit));
        if let Some(variant) = found {
            self.note(variant);
        }
        found.is_some()
    }

    /// Changes an answer.
    pub(crate) fn finish(&self, draft: &mut DraftAnswer, scope: &AnswerScope<'_>) {
        for variant in &self.active {
            if let Hook::Answer(change) = variant.hook {
                let before = draft.clone();
                change(draft, scope);
                // Objects are equal in any order, texts are not.
                if *draft != before || draft.written() != before.written() {
                    self.note(variant);
                }
            }
        }
    }

    /// Names of the variants that have made a difference.
    pub(crate) fn effective_variants(&self) -> BTreeSet<&'static str> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, variant: &'static Variant) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(variant.name);
    }
}

/// Makes a change to a body of JSON, and takes it back where the declared schema does not allow it. Where the contract
/// declares none there is nothing to hold it against, and it stays as it was.
fn if_allowed(draft: &mut DraftAnswer, scope: &AnswerScope<'_>, change: impl FnOnce(&mut Value)) {
    let (true, Some(schema), Some(body)) = (draft.is_json(), scope.schema, &mut draft.body) else { return };
    let mut changed = body.clone();
    change(&mut changed);
    if changed != *body && scope.schemas.fits(schema, &changed) {
        *body = changed;
    }
}

/// Calls for every object in a document, from the outside inwards.
fn each_object(value: &mut Value, act: &mut dyn FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            act(members);
            members.values_mut().for_each(|member| each_object(member, act));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, act)),
        _ => {}
    }
}

/// The URL of the server, from the request.
fn origin(scope: &AnswerScope<'_>) -> Option<String> {
    scope.call.header("host").map(|host| format!("http://{host}"))
}
