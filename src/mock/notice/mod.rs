//! Detects what is wrong with a request, in the order in which the mock checks.

mod access;
mod body;
mod media;
mod negotiation;
mod path_ids;
mod query;
mod references;
mod resource_state;

use crate::model::contract::{Condition, Status};
use crate::model::trigger_name::TriggerName;

use super::routed_request::RoutedRequest;
use super::state::MockState;
use super::variants::BehaviourChoice;

pub(crate) use access::access;

/// A value that only some servers know; no contract has a trigger for it.
const SERVER_DATA: TriggerName = TriggerName::new("server-data");

/// A part of the API that the account does not have; no contract has a trigger for it.
const NO_FEATURE: TriggerName = TriggerName::new("no-feature");

/// Where a request is wrong; the members of `source` in a JSON:API error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErrorSource {
    /// Nowhere in particular.
    Nowhere,
    /// JSON Pointer into the body.
    Pointer(String),
    /// Name of a query or path parameter.
    Parameter(String),
    /// Name of a header field.
    Header(String),
}

/// Something wrong with a request, or with the moment at which it comes.
#[derive(Debug, Clone)]
pub(crate) struct Noticed {
    /// The triggers that it may count as, the most fitting first.
    pub triggers: Vec<TriggerName>,
    /// The kind of the id that is wrong.
    pub kind: Option<String>,
    /// The operation that made what stands in the way.
    pub by: Option<String>,
    /// JSON Pointer into the body, or the name of a parameter.
    pub at: Option<String>,
    /// The status where the contract is silent; without it the mock looks the other way.
    pub insist: Option<u16>,
    pub detail: String,
    pub source: ErrorSource,
}

impl Noticed {
    pub(crate) fn new(trigger: TriggerName, detail: impl Into<String>) -> Self {
        Self { triggers: vec![trigger], kind: None, by: None, at: None, insist: None, detail: detail.into(), source: ErrorSource::Nowhere }
    }

    pub(crate) fn or(mut self, trigger: TriggerName) -> Self {
        self.triggers.push(trigger);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.insist = Some(status);
        self
    }

    pub(crate) fn of_kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    pub(crate) fn by(mut self, operation: &str) -> Self {
        self.by = Some(operation.to_owned());
        self
    }

    pub(crate) fn at_pointer(mut self, pointer: &str) -> Self {
        self.at = Some(pointer.to_owned());
        self.source = ErrorSource::Pointer(pointer.to_owned());
        self
    }

    pub(crate) fn at_parameter(mut self, name: &str) -> Self {
        self.at = Some(name.to_owned());
        self.source = ErrorSource::Parameter(name.to_owned());
        self
    }

    pub(crate) fn at_header(mut self, name: &str) -> Self {
        self.at = Some(name.to_owned());
        self.source = ErrorSource::Header(name.to_owned());
        self
    }

    /// Whether a condition of the contract speaks of this, seen as the trigger.
    pub(crate) fn is_meant_by(&self, trigger: &TriggerName, condition: &Condition) -> bool {
        let same = |named: &Option<String>, noticed: &Option<String>| named.is_none() || named == noticed;
        let place = condition.at.as_deref().is_none_or(|named| self.at.as_deref().is_some_and(|noticed| same_place(named, noticed)));
        condition.trigger == *trigger && same(&condition.kind, &self.kind) && same(&condition.by, &self.by) && place
    }

    /// The trigger that this counts as and the statuses the contract demands for it, the highest first.
    pub(crate) fn statuses(&self, routed: &RoutedRequest<'_>) -> Option<(TriggerName, Vec<Status>)> {
        self.triggers.iter().find_map(|trigger| {
            let statuses = routed.demanded_statuses(|condition| self.is_meant_by(trigger, condition));
            (!statuses.is_empty()).then_some((trigger.clone(), statuses))
        })
    }
}

/// Whether two places are the same, whichever item of an array they are in.
fn same_place(named: &str, noticed: &str) -> bool {
    let index = |token: &str| token.parse::<usize>().is_ok();
    let (named, noticed): (Vec<&str>, Vec<&str>) = (named.split('/').collect(), noticed.split('/').collect());
    named.len() == noticed.len() && named.iter().zip(&noticed).all(|(named, noticed)| named == noticed || (index(named) && index(noticed)))
}

/// A look at one side of a request, whatever the mock holds.
type MessageRule = fn(&RoutedRequest<'_>, &mut Vec<Noticed>);

/// A look at what a request is about.
type StateRule = fn(&RoutedRequest<'_>, &MockState, &mut Vec<Noticed>);

/// The looks, in order: at the message, at ids in its path, at its body, at what they name. Access comes before them.
const MESSAGE: &[MessageRule] = &[media::detect, negotiation::form, negotiation::version, query::detect];
const AFTER_BODY: &[StateRule] = &[references::detect, resource_state::duplicate, resource_state::in_use, resource_state::wrong_state];

/// What can be noticed of a request without knowing what the mock holds.
pub(crate) struct MessageLooks {
    before: Vec<Noticed>,
    body: Vec<Noticed>,
}

impl MessageLooks {
    /// Looks at a request.
    pub(crate) fn new(routed: &RoutedRequest<'_>) -> Self {
        let mut looks = Self { before: Vec::new(), body: Vec::new() };
        for look in MESSAGE {
            look(routed, &mut looks.before);
        }
        body::detect(routed, &mut looks.body);
        looks
    }
}

/// Everything that can be noticed of a request, in order.
pub(crate) fn detect(routed: &RoutedRequest<'_>, state: &MockState, message: MessageLooks) -> Vec<Noticed> {
    let mut noticed = message.before;
    path_ids::detect(routed, state, &mut noticed);
    noticed.extend(message.body);
    for look in AFTER_BODY {
        look(routed, state, &mut noticed);
    }
    if noticed.len() > 1 && routed.core.variants.has(BehaviourChoice::LooksReversed) {
        noticed.reverse();
    }
    noticed
}
