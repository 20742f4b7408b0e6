//! Infers what an operation is about from its path, its links and its examples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::resource_place;
use super::resource_place::Place;
use crate::contract::schema::follow_references;
use crate::model::contract::{Contract, Location, MediaType, Operation, Response};
use crate::model::path::parameter_of;

/// An id that an answer yields, told by a link.
#[derive(Debug, Clone)]
pub(crate) struct LinkedId {
    pub kind: String,
    /// JSON Pointer into the answer; a token 0 stands for each item.
    pub at: String,
}

/// What one operation is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct OperationProfile {
    /// Kind of the resources it reads or writes.
    pub kind: String,
    /// The last path parameter that holds an id, and the kind of that id.
    pub owner: Option<(String, String)>,
    /// The path ends with that parameter.
    pub on_item: bool,
    /// What follows that parameter in the path.
    pub tail: Vec<String>,
    pub yields: Vec<LinkedId>,
    /// It makes resources of its kind.
    pub creates: bool,
    /// It looks for resources of its kind through a body.
    pub searches: bool,
}

/// What the contract says between the lines, gathered once.
#[derive(Debug)]
pub(crate) struct OperationProfiles {
    by_operation: BTreeMap<String, OperationProfile>,
    /// Kinds that some operation makes.
    pub created: BTreeSet<String>,
    /// Where the id stands in a resource, for kinds where it is not `/id`.
    ids: BTreeMap<String, String>,
}

impl OperationProfiles {
    pub(crate) fn new(contract: &Contract) -> Self {
        let mut profiles: BTreeMap<String, OperationProfile> =
            contract.operations.iter().map(|operation| (operation.id.clone(), from_response_shapes(contract, operation))).collect();
        for operation in &contract.operations {
            let kind = kind_of(contract, operation, &profiles);
            if let Some(profile) = profiles.get_mut(&operation.id) {
                profile.kind = kind;
            }
        }
        let mut ids = BTreeMap::new();
        for operation in &contract.operations {
            let Some(first) = profiles.get(&operation.id).and_then(|profile| profile.yields.first()) else { continue };
            let place = Place::of_id(&first.at, success_example(operation).as_ref(), &first.kind);
            ids.entry(first.kind.clone()).or_insert(place.id);
        }
        let mut gathered = Self { by_operation: profiles, created: BTreeSet::new(), ids };
        for operation in &contract.operations {
            let (creates, searches) = gathered.makes(contract, operation);
            if let Some(profile) = gathered.by_operation.get_mut(&operation.id) {
                (profile.creates, profile.searches) = (creates, searches);
                if creates {
                    gathered.created.insert(profile.kind.clone());
                }
            }
        }
        gathered
    }

    /// The profile of an operation of the contract.
    pub(crate) fn of(&self, operation: &Operation) -> OperationProfile {
        self.by_operation.get(&operation.id).cloned().unwrap_or_default()
    }

    /// Where the id stands in a resource of this kind.
    pub(crate) fn id_at(&self, kind: &str) -> &str {
        self.ids.get(kind).map_or("/id", String::as_str)
    }

    /// Where a success answer of this operation holds its resources.
    pub(crate) fn answer_place(&self, operation: &Operation, example: &Value) -> Option<Place> {
        let profile = self.by_operation.get(&operation.id)?;
        let own = profile.yields.iter().find(|yielded| yielded.kind == profile.kind);
        match own {
            Some(yielded) => Some(Place::of_id(&yielded.at, Some(example), &yielded.kind)),
            None => Place::guess(example, self.id_at(&profile.kind), &profile.kind),
        }
    }

    /// Whether an operation makes resources, or looks for them through a body.
    fn makes(&self, contract: &Contract, operation: &Operation) -> (bool, bool) {
        let profile = self.of(operation);
        let no = (false, false);
        if operation.method.is_safe() || profile.on_item || profile.tail.first().is_some_and(|tail| tail == "relationships") {
            return no;
        }
        let example = success_example(operation);
        let request = operation.request_body.as_ref().and_then(|body| media_example(body.content.first()?, operation));
        let listed = || {
            let schema = operation.request_body.as_ref()?.content.first()?.schema.as_ref()?;
            Some(follow_references(&contract.document, &schema.0)?.1.get("type")? == "array")
        };
        let asks_many = request.as_ref().map(|request| resource_place::of_request(request).many).or_else(listed).unwrap_or_default();
        let answers_many = example.as_ref().and_then(|example| self.answer_place(operation, example)).is_some_and(|place| place.many);
        let yields_own = profile.yields.iter().any(|yielded| yielded.kind == profile.kind);
        // 201 says that something was made (RFC 9110, section 15.3.2), however many are shown.
        let made = operation.responses.iter().any(|response| response.status.0 == 201 && response.alternative_to.is_none());
        if operation.method.is_post() && answers_many && !asks_many && !made {
            return (false, true);
        }
        let names_own = request.as_ref().is_some_and(|request| {
            let items = resource_place::of_request(request);
            items.items(request).iter().any(|item| item.get("id").is_some())
        });
        if yields_own {
            return (operation.method.is_post() || !names_own, false);
        }
        let has_items = contract.operations.iter().any(|other| child_kind(&operation.path, other).is_some());
        let shows_id = example.as_ref().is_some_and(|example| {
            let items = Place::guess(example, self.id_at(&profile.kind), &profile.kind);
            items.is_some_and(|place| place.items(example).iter().any(|item| item.pointer(&place.id).is_some()))
        });
        let silent = operation.successes().any(|response| response.status.0 == 201 && response.content.is_empty());
        let mut expressions = operation.successes().flat_map(|response| &response.links).flat_map(|link| link.parameters.values());
        let located = expressions.any(|expression| expression.starts_with("$response.header."));
        (operation.method.is_post() && has_items && (shows_id || silent || located), false)
    }
}

fn from_response_shapes(contract: &Contract, operation: &Operation) -> OperationProfile {
    let segments: Vec<&str> = operation.segments().collect();
    let parameter = |segment: &str| {
        let name = parameter_of(segment)?;
        let parameter = operation.parameter(Location::Path, name)?;
        Some((name.to_owned(), parameter.resource.as_ref()?.kind.clone()))
    };
    let owner = segments.iter().enumerate().rev().find_map(|(index, segment)| Some((index, parameter(segment)?)));
    let last = segments.len().saturating_sub(1);
    let mut yields = Vec::new();
    for link in operation.successes().flat_map(|response| &response.links) {
        for (name, expression) in &link.parameters {
            let Some(at) = expression.strip_prefix("$response.body#") else { continue };
            if let Some(kind) = fed_kind(contract, &link.operation, name) {
                yields.push(LinkedId { kind, at: at.to_owned() });
            }
        }
    }
    OperationProfile {
        on_item: !operation.below && owner.as_ref().is_some_and(|(index, _)| *index == last),
        tail: owner.as_ref().map_or_else(Vec::new, |(index, _)| segments[index + 1..].iter().map(|segment| (*segment).to_owned()).collect()),
        owner: owner.map(|(_, owner)| owner),
        yields,
        ..OperationProfile::default()
    }
}

/// The kind of resource whose id a parameter takes; the name may say where the parameter stands (`path.id`).
pub(crate) fn fed_kind(contract: &Contract, operation: &str, name: &str) -> Option<String> {
    let bare = ["path.", "query.", "header."].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let parameter = contract.operation(operation)?.parameters.iter().find(|parameter| parameter.name == bare)?;
    parameter.resource.as_ref().map(|need| need.kind.clone())
}

/// The kind whose items stand one segment below a path, when this operation is on such an item.
fn child_kind(path: &str, other: &Operation) -> Option<String> {
    let name = other.path.trim_end_matches('/').strip_prefix(path.trim_end_matches('/'))?.strip_prefix("/{")?.strip_suffix('}')?;
    Some(other.parameter(Location::Path, name)?.resource.as_ref()?.kind.clone())
}

fn kind_of(contract: &Contract, operation: &Operation, profiles: &BTreeMap<String, OperationProfile>) -> String {
    let profile = profiles.get(&operation.id).cloned().unwrap_or_default();
    if let (true, Some((_, kind))) = (profile.on_item, &profile.owner) {
        return kind.clone();
    }
    let siblings = || contract.operations.iter().filter(|other| other.path == operation.path);
    let yielded = profile.yields.first().cloned();
    let yielded = yielded.or_else(|| siblings().find_map(|other| profiles.get(&other.id)?.yields.first().cloned()));
    let nested = || contract.operations.iter().find_map(|other| child_kind(&operation.path, other));
    if let Some(kind) = yielded.map(|yielded| yielded.kind).or_else(nested) {
        return kind;
    }
    let request = operation.request_body.as_ref().and_then(|body| media_example(body.content.first()?, operation));
    let typed = [request, success_example(operation)].into_iter().flatten().find_map(|example| {
        let place = resource_place::of_request(&example);
        place.items(&example).first()?.get("type")?.as_str().map(str::to_owned)
    });
    let literal = || operation.path.split('/').rfind(|segment| !segment.is_empty() && !segment.starts_with('{')).map(str::to_owned);
    typed.or_else(literal).unwrap_or_else(|| operation.api.clone())
}

/// The example of a media type that belongs to this operation: the one that carries its id, else the first.
pub(crate) fn media_example(media: &MediaType, operation: &Operation) -> Option<Value> {
    let own = media.examples.iter().find(|example| example.name == operation.id);
    own.or_else(|| media.examples.first()).map(|example| example.value.clone())
}

/// The example of a response that belongs to this operation.
fn response_example(response: &Response, operation: &Operation) -> Option<Value> {
    response.content.iter().find_map(|media| media_example(media, operation))
}

/// The example of the first success that has one.
pub(crate) fn success_example(operation: &Operation) -> Option<Value> {
    operation.successes().find_map(|response| response_example(response, operation))
}
