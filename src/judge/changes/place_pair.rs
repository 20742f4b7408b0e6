//! What stands at one place of two bodies: one value each, or those of all items of two lists.

use serde_json::Value;

use super::answer_pair::AnswerPair;
use super::run_pair::BodyKept;
use super::value_forms::{TextForm, type_of};
use crate::contract::schema::{AppliedSchema, applied};
use crate::judge::exchange_rules::show;
use crate::judge::redaction::{RunValues, leaves};
use crate::model::text::{unquoted_text, without_separators};

/// How many items tell what all are like.
pub(super) const ENOUGH: usize = 3;

/// Whose a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueOwner {
    /// The answer's own: it is about the request, or about nothing that anybody makes.
    Answer,
    /// Of a thing that the run has made.
    Run,
    /// Of a thing that others may change.
    Others,
}

/// How often a place is there, and what stands at it.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceValues<'a> {
    /// How many objects could have it.
    pub holders: usize,
    /// What stands there.
    pub values: Vec<&'a Value>,
}

impl PlaceValues<'_> {
    /// Whether every object that could have it has it.
    pub(super) fn is_always(&self) -> bool {
        self.holders > 0 && self.values.len() == self.holders
    }

    /// Whether no object has it, and one could.
    pub(super) fn is_never(&self) -> bool {
        self.holders > 0 && self.values.is_empty()
    }

    /// Whether it is there and null wherever it is.
    pub(super) fn is_null(&self) -> bool {
        self.all(|value| type_of(value) == "null")
    }

    /// Whether it is there and of this sort wherever it is.
    pub(super) fn all(&self, is: impl Fn(&Value) -> bool) -> bool {
        !self.values.is_empty() && self.values.iter().all(|value| is(value))
    }

    /// The types of what stands there, without null.
    pub(super) fn types(&self) -> Vec<&'static str> {
        let mut types: Vec<&str> = self.values.iter().map(|value| type_of(value)).filter(|name| *name != "null").collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// The form of every text, where it is one.
    pub(super) fn form(&self) -> Option<TextForm> {
        let mut forms = self.values.iter().map(|value| value.as_str().map(TextForm::of));
        let first = forms.next()??;
        forms.all(|form| form == Some(first)).then_some(first)
    }
}

/// One place of two bodies.
pub(super) struct PlacePair<'a, 'w> {
    /// The two answers.
    pub answers: &'w AnswerPair<'a>,
    /// JSON Pointer with `*` for items; empty for the whole body.
    pub at: &'w str,
    /// The member; `*` for an item.
    pub name: &'w str,
    /// The type of the resource around it, where it shows one.
    pub resource: &'w str,
    /// The schemas of the object that has it.
    pub holders: &'w [AppliedSchema<'a>],
    /// Pointers to its own schemas.
    pub schemas: &'w [String],
    /// Whose it is.
    pub whose: ValueOwner,
    /// Whether both are of one and the same thing, so that values may be compared.
    pub same: bool,
    /// Whether both are of the same things, one or several.
    pub paired: bool,
    /// Whether the thing of the run is in another state because of writes that were under way at once.
    pub raced: bool,
    /// What was there before.
    pub old: PlaceValues<'a>,
    /// What is there now.
    pub new: PlaceValues<'a>,
}

impl<'a> PlacePair<'a, '_> {
    /// The two values, where they are of one thing and may be compared.
    pub(super) fn values(&self) -> Option<(&'a Value, &'a Value)> {
        let comparable = self.same && self.whose != ValueOwner::Others && self.answers.runs.kept == BodyKept::Everything;
        match (self.old.values.as_slice(), self.new.values.as_slice()) {
            ([old], [new]) if comparable => Some((old, new)),
            _ => None,
        }
    }

    /// Whether both are the same, or would be if the run were the same.
    pub(super) fn is_alike(&self) -> bool {
        match (self.old.values.as_slice(), self.new.values.as_slice()) {
            ([old], [new]) => self.answers.runs.volatile.is_equivalent(old, new),
            _ => false,
        }
    }

    /// Whether each run has sent the value itself: of several writes that are under way at once any may be the last.
    pub(super) fn is_sent_by_both(&self) -> bool {
        let runs = self.answers.runs;
        let sent = |values: &PlaceValues<'_>, own: &RunValues| values.all(|value| own.has_sent(&unquoted_text(value)));
        self.whose == ValueOwner::Run && sent(&self.old, &runs.old_values) && sent(&self.new, &runs.new_values)
    }

    /// Whether it is another state of something that goes on in the background: it depends on the moment.
    pub(super) fn is_state(&self) -> bool {
        let words = |values: &PlaceValues<'_>| values.values.iter().map(|value| without_separators(&unquoted_text(value))).collect::<Vec<_>>();
        if words(&self.old) == words(&self.new) {
            return false;
        }
        let operations = self.answers.runs.input.contract.iter().flat_map(|contract| &contract.operations);
        let mut states = operations.filter_map(|operation| operation.done.as_ref()?.at.rsplit('/').next());
        states.any(|name| name == self.name)
    }

    /// Whether there is enough to tell that a member is gone or new: the same things, or some on either side.
    pub(super) fn has_enough_samples(&self) -> bool {
        (self.paired || (self.old.holders >= ENOUGH && self.new.holders >= ENOUGH)) && !self.is_race()
    }

    /// Whether the thing is in another state because of the run's own writes, and the value is one of theirs.
    fn is_race(&self) -> bool {
        let runs = self.answers.runs;
        let sent = |values: &PlaceValues<'_>, own: &RunValues| values.values.iter().all(|value| is_sent(value, own));
        self.raced && sent(&self.old, &runs.old_values) && sent(&self.new, &runs.new_values)
    }

    /// Whether the contract knows the member, as far as it is known.
    pub(super) fn is_documented(&self) -> bool {
        !self.schemas.is_empty()
    }

    /// Whether the contract requires the member.
    pub(super) fn is_required(&self) -> bool {
        let requires =
            |schema: &Value| schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|name| name == self.name));
        self.holders.iter().any(|(_, schema)| requires(schema))
    }

    /// Whether the contract closes the object to members that it does not name.
    pub(super) fn is_closed(&self) -> bool {
        let closed = |keyword| self.holders.iter().any(|(_, schema)| schema.get(keyword) == Some(&Value::Bool(false)));
        closed("additionalProperties") || closed("unevaluatedProperties")
    }

    /// Everything that the contract says of the value that was there.
    pub(super) fn own_schemas(&self) -> Vec<AppliedSchema<'a>> {
        match (self.answers.runs.input.contract, self.old.values.first()) {
            (Some(contract), Some(value)) => applied(&contract.document, self.schemas, value),
            _ => Vec::new(),
        }
    }

    /// What tells a cause that is about one definition of the contract, else about one type of resource: its last two names.
    pub(super) fn scoped(&self) -> String {
        let shared = self.holders.iter().map(|(at, _)| at.as_str()).find(|at| is_definition(at));
        let scope = shared.unwrap_or(if self.resource.is_empty() { &self.answers.probe.operation } else { self.resource });
        let last: Vec<&str> = self.at.rsplit('/').take(2).collect();
        format!("{scope} {}", last.into_iter().rev().collect::<Vec<_>>().join("/"))
    }

    /// What was there, as far as it may be shown.
    pub(super) fn before(&self) -> Option<String> {
        self.own_value_text(&self.old)
    }

    /// What is there now.
    pub(super) fn value_after(&self) -> Option<String> {
        self.own_value_text(&self.new)
    }

    /// A value of others is not repeated.
    fn own_value_text(&self, values: &PlaceValues<'_>) -> Option<String> {
        let types = || values.types().join(" or ");
        match values.values.as_slice() {
            [] => None,
            _ if values.is_null() => Some("null".to_owned()),
            [value] if self.whose != ValueOwner::Others => Some(show(value)),
            _ => Some(types()),
        }
    }
}

/// Whether everything in a value was sent by the run.
pub(super) fn is_sent(value: &Value, own: &RunValues) -> bool {
    let mut sent = true;
    leaves(value, &mut |leaf| sent &= own.has_sent(&unquoted_text(leaf)));
    sent
}

/// Whether a pointer leads to a definition that several places may refer to.
fn is_definition(at: &str) -> bool {
    at.starts_with("/components/schemas/") || at.starts_with("/definitions/") || at.starts_with("/$defs/")
}
