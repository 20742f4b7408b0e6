//! One request with everything that is known of it apart from the state of the mock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::accounts::{self, Caller, MockAccounts};
use super::faults::Faults;
use super::form_bodies;
use super::operation_profile::{OperationProfile, OperationProfiles, media_example};
use super::request::{DecodedRequest, Payload};
use super::request_body;
use super::resource_place;
use super::resource_place::Place;
use super::route;
use super::variants::{BehaviourChoice, Variants};
use crate::contract::Schemas;
use crate::model::contract::{Condition, Contract, MediaType, Operation, Status};
use crate::model::trigger_name::TriggerName;

/// What does not change while the mock runs.
#[derive(Debug)]
pub(crate) struct MockCore {
    pub contract: Arc<Contract>,
    pub schemas: Arc<Schemas>,
    pub profiles: Arc<OperationProfiles>,
    pub accounts: MockAccounts,
    pub faults: Faults,
    pub variants: Variants,
    /// How long jobs of each kind last.
    pub lifetimes: BTreeMap<String, Duration>,
}

/// A request that has found its operation.
pub(crate) struct RoutedRequest<'a> {
    pub core: &'a MockCore,
    pub call: &'a DecodedRequest,
    pub operation: &'a Operation,
    pub profile: OperationProfile,
    /// Values of the path parameters, by name.
    pub path_values: Vec<(String, String)>,
    /// Whether the account asks that owns other things.
    pub by_other: bool,
    /// The media type of the contract that the body is read as.
    pub media: Option<&'a MediaType>,
    pub payload: Payload,
}

impl<'a> RoutedRequest<'a> {
    pub(crate) fn new(core: &'a MockCore, call: &'a DecodedRequest, operation: &'a Operation) -> Self {
        let media = request_body::media(operation, call);
        Self {
            core,
            call,
            operation,
            profile: core.profiles.of(operation),
            by_other: !core.accounts.other.is_empty() && accounts::caller(&core.contract, &core.accounts, operation, call) == Caller::Other,
            path_values: route::path_values(operation, &core.contract, &core.schemas, &call.segments),
            media,
            payload: form_bodies::typed((&core.contract, &core.schemas), media, call, request_body::payload(media, call)),
        }
    }

    /// The id in the path that the operation is about, and its kind.
    pub(crate) fn owner(&self) -> Option<(&str, &str)> {
        let (name, kind) = self.profile.owner.as_ref()?;
        Some((kind.as_str(), self.path_value(name)?))
    }

    /// The value of a path parameter.
    pub(crate) fn path_value(&self, name: &str) -> Option<&str> {
        self.path_values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, if one was sent that can be read.
    pub(crate) fn body(&self) -> Option<&Value> {
        self.payload.value()
    }

    /// What the body writes, each with its JSON Pointer.
    pub(crate) fn items(&self) -> Vec<(String, &Value)> {
        let Some(body) = self.body() else { return Vec::new() };
        let place = resource_place::of_request(body);
        let items = place.items(body).into_iter().enumerate();
        items.map(|(index, item)| (if place.many { format!("{}/{index}", place.at) } else { place.at.clone() }, item)).collect()
    }

    /// The request of the contract's example, and where it holds what it writes.
    pub(crate) fn sample(&self) -> Option<(Value, Place)> {
        let example = media_example(self.media?, self.operation)?;
        let place = resource_place::of_request(&example);
        Some((example, place))
    }

    /// Statuses that the contract demands under a condition, the highest first; what it merely tolerates is not among them.
    pub(crate) fn demanded_statuses(&self, matches: impl Fn(&Condition) -> bool) -> Vec<Status> {
        let responses = self.operation.responses.iter().rev();
        let meant = responses.filter_map(|response| Some((response.status, response.conditions.iter().find(|condition| matches(condition))?)));
        let meant: Vec<(Status, &Condition)> = meant.collect();
        let mut statuses: Vec<Status> = meant.iter().map(|(status, _)| *status).collect();
        // Of two that are right, the one comes first that the other names beside itself.
        let names_another = |condition: &Condition| condition.or.iter().any(|other| meant.iter().any(|(status, _)| status == other));
        statuses.sort_by_key(|status| meant.iter().any(|(own, condition)| own == status && names_another(condition)));
        if statuses.len() > 1 && self.core.variants.has(BehaviourChoice::LowestFirst) {
            statuses.reverse();
        }
        statuses
    }

    /// Conditions of this trigger that the operation lists, with the status that each demands.
    pub(crate) fn listed<'s>(&'s self, trigger: TriggerName) -> impl Iterator<Item = &'a Condition> + 's {
        let operation = self.operation;
        operation.responses.iter().flat_map(|response| &response.conditions).filter(move |condition| condition.trigger == trigger)
    }
}
