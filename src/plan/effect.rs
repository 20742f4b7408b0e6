//! Classes each request by what it would change if the server accepted it, faults included.
//!
//! This is the only place that decides about methods and paths. A faulty request is of the highest class that a lenient
//! server may make of it: as it is sent, without its body, without the broken member, without the broken parameter, with the
//! method override that it carries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::acting_reads::acts;
use super::resources::id_sources::linked_id_sources;
use super::resources::unmarked_ids::is_id;
use crate::contract::annotations::resource_needs;
use crate::contract::is_within;
use crate::contract::schema::follow_references;
use crate::model::contract::{Contract, Location, Method, Operation, Status};
use crate::model::effect::{Effect, Permission, Provenance};
use crate::model::plan::{Body, Fault, Place, RequestTemplate, SlotId};
use crate::model::reason::{Reason, UserChoice};
use crate::model::suite::Suite;
use crate::plan::operation_effects::{path_kind, removes};
use crate::plan::values::{carries, is_unknown};

/// Header fields and parameters that are called like ids and name the request itself.
const NOT_THINGS: [&str; 5] = ["x-request-id", "x-correlation-id", "request-id", "x-trace-id", "correlation-id"];

/// Header fields with which some frameworks let a request take another method.
const OVERRIDES: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];

/// What the classes of all requests follow from, read off contract and suite once.
#[derive(Debug, Clone)]
pub struct EffectRules<'a> {
    contract: &'a Contract,
    suite: &'a Suite,
    /// Kinds that an operation makes.
    makes: BTreeMap<String, BTreeSet<String>>,
    /// The same by method and path, for the first operation there: what one form of a route makes, the others make as well.
    made_at: BTreeMap<(Method, String), BTreeSet<String>>,
    /// Kinds of which an operation removes one.
    removable: BTreeSet<String>,
    /// Kinds that some operation makes, changes or removes.
    written: BTreeSet<String>,
    /// Operations that only read although their method may write.
    reads: BTreeSet<String>,
}

/// A request, and what is known of the ids in it.
#[derive(Clone, Copy)]
pub struct ClassifiedRequest<'r> {
    /// The operation that it is for; its method may be another one.
    pub operation: &'r Operation,
    /// The request, with or without the values of its slots.
    pub request: &'r RequestTemplate,
    /// What is wrong with it.
    pub fault: Option<&'r Fault>,
    /// How the value of a slot is known.
    pub known: &'r dyn Fn(&SlotId) -> Provenance,
    /// The mark of the run, from which ids that name nothing are drawn.
    pub mark: &'r str,
}

impl<'a> EffectRules<'a> {
    /// Reads the rules off a contract and its suite. Where nothing may be written, a contract alone is not believed that a POST reads.
    pub fn new(contract: &'a Contract, suite: &'a Suite, permission: &Permission) -> Self {
        let mut makes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for id_source in linked_id_sources(contract).into_iter().filter(|id_source| id_source.makes) {
            makes.entry(id_source.operation).or_default().insert(id_source.kind);
        }
        let mut made_at = BTreeMap::new();
        for (operation, kinds) in makes.iter().filter_map(|(id, kinds)| Some((contract.operation(id)?, kinds))) {
            made_at.entry((operation.method.clone(), operation.path.clone())).or_insert_with(|| kinds.clone());
        }
        let callable = |operation: &&Operation| !suite.skip.contains_key(&operation.id);
        let removers = contract.operations.iter().filter(callable).filter(|operation| removes(operation) && operation.item_parameter().is_some());
        let removable = removers.filter_map(path_kind).map(str::to_owned).collect();
        let writers = contract.operations.iter().filter(|operation| !operation.method.is_safe() && !operation.reads);
        let written = writers.filter_map(path_kind).map(str::to_owned).chain(makes.values().flatten().cloned()).collect();
        let reading = contract.operations.iter().filter(|operation| !operation.method.is_safe() && reads(operation, suite, permission));
        Self { contract, suite, makes, made_at, removable, written, reads: reading.map(|operation| operation.id.clone()).collect() }
    }

    /// Whether things of a kind are only referred to: the suite or the contract names them as a catalogue, or no operation
    /// writes them.
    pub fn is_catalogue(&self, kind: &str) -> bool {
        self.suite.catalogues.iter().chain(&self.contract.catalogues).any(|known| known == kind) || !self.written.contains(kind)
    }

    /// What a request would change if it were accepted.
    pub fn of(&self, asked: &ClassifiedRequest<'_>) -> Effect {
        let ClassifiedRequest { operation, request, .. } = asked;
        let own_method = request.method == operation.method;
        if own_method && self.suite.session.contains(&operation.id) {
            return Effect::Session;
        }
        let named = self.suite.effects.iter().filter(|(_, operations)| operations.contains(&operation.id));
        let named = named.filter_map(|(name, _)| Effect::from_word(name)).max().unwrap_or_default();
        let classed = methods(request).iter().map(|method| self.with_method(asked, method)).max().unwrap_or_default();
        // What the suite says of an operation, it says of requests that may reach something.
        if own_method && (classed != Effect::Nothing || operation.method.is_safe()) { classed.max(named) } else { classed }
    }

    fn with_method(&self, asked: &ClassifiedRequest<'_>, method: &Method) -> Effect {
        let ClassifiedRequest { operation, request, .. } = asked;
        let own_method = *method == operation.method;
        if method.is_safe() || method.is_trace() {
            return if self.acts(operation) { Effect::Sweeping } else { Effect::Nothing };
        }
        if own_method && self.reads.contains(&operation.id) {
            return Effect::Nothing;
        }
        // The whole effect of a PATCH is in its body (RFC 5789, section 2).
        if method.is_patch() && request.body == Body::Empty && !has_content_type(request) {
            return Effect::Nothing;
        }
        match self.last_in_path(asked) {
            Some(Provenance::Own) => Effect::Own.max(self.referred(asked)),
            Some(Provenance::Invented) if method.is_put() => self.put_at_new_key(asked),
            Some(Provenance::Invented) => Effect::Nothing,
            Some(Provenance::Found | Provenance::Given | Provenance::Example) => Effect::Borrowed,
            None if method.is_post() => self.post(asked, own_method),
            None if self.names_only_own(asked, method) => Effect::Own.max(self.referred(asked)),
            None => Effect::Sweeping,
        }
    }

    /// A GET that changes something: the suite says so, or its name does.
    fn acts(&self, operation: &Operation) -> bool {
        acts(operation) && !self.suite.reads.contains(&operation.id) && !operation.reads
    }

    /// PUT at a key of the run's choice makes something, below what its path names (RFC 9110, section 9.3.4).
    fn put_at_new_key(&self, asked: &ClassifiedRequest<'_>) -> Effect {
        let kind = path_kind(asked.operation).unwrap_or_default();
        let above = asked.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
        let above = above.filter(|parameter| !self.is_fixed(asked.operation, &parameter.name)).map(|parameter| in_path(asked, &parameter.name));
        if above.into_iter().any(|known| !matches!(known, Provenance::Own | Provenance::Invented)) {
            return Effect::Borrowed;
        }
        let made = if self.removable.contains(kind) { Effect::Own } else { Effect::Leftovers };
        made.max(self.referred(asked))
    }

    /// Whether a parameter of a path is one of a few words that the contract lists, and names no resource.
    fn is_fixed(&self, operation: &Operation, name: &str) -> bool {
        let parameter = operation.parameter(Location::Path, name).filter(|parameter| parameter.resource.is_none());
        let schema =
            parameter.and_then(|parameter| follow_references(&self.contract.document, &parameter.schema.as_ref()?.0)).map(|(_, schema)| schema);
        schema.is_some_and(|schema| schema.get("enum").is_some() || schema.get("const").is_some())
    }

    /// A POST to a collection makes something; any other is an action of unknown extent.
    fn post(&self, asked: &ClassifiedRequest<'_>, own_method: bool) -> Effect {
        let operation = asked.operation;
        let of_form = || self.made_at.get(&(operation.method.clone(), operation.path.clone()));
        let made = self.makes.get(&operation.id).or_else(of_form).filter(|_| own_method);
        let effect = match made {
            Some(kinds) if kinds.iter().any(|kind| self.removable.contains(kind)) => Effect::Own,
            Some(_) => Effect::Leftovers,
            None if own_method && operation.response(Status(201)).is_some() => Effect::Leftovers,
            None => return Effect::Sweeping,
        };
        effect.max(self.referred(asked))
    }

    /// How the last parameter of the path is known.
    fn last_in_path(&self, asked: &ClassifiedRequest<'_>) -> Option<Provenance> {
        let path = asked.request.path.trim_end_matches('/');
        let names: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let ends = |name: &str| path.ends_with(&format!("{{{name}}}"));
        let mut found = None;
        for name in names.into_iter().rev().filter(|name| ends(name) || !self.is_fixed(asked.operation, name)) {
            match in_path(asked, name) {
                // What is no id of anything, such as a day, says nothing by itself: it belongs to what stands before it.
                Provenance::Example if asked.operation.parameter(Location::Path, name).is_some_and(|known| known.resource.is_none()) => {
                    found = Some(Provenance::Example);
                }
                known => return Some(known),
            }
        }
        found
    }

    /// Whether a request on a collection says in every reading what it is about, and names the run's own things only.
    fn names_only_own(&self, asked: &ClassifiedRequest<'_>, method: &Method) -> bool {
        let request = asked.request;
        let removing = method.is_delete();
        // An id beside the members to be written may be one of them: some servers then write to everything that is there.
        if !removing && !self.contract.inferred.annotated {
            return false;
        }
        let broken = asked.fault.map(|fault| &fault.place);
        // Without its body, where a server may not read it.
        let unread = match broken {
            Some(Place::Header(_) | Place::Method) => true,
            Some(Place::Body(at)) => at.is_empty(),
            _ => !matches!(request.body, Body::Json(_) | Body::Multipart(_)),
        };
        let named = request.fillings.iter().filter(|binding| match &binding.place {
            Place::Body(at) => !unread && (removing || is_primary(at)) && !is_lost(broken, &binding.place),
            Place::Query(_) => removing && !is_lost(broken, &binding.place),
            _ => false,
        });
        let mut known = named.map(|binding| (asked.known)(&binding.slot)).peekable();
        known.peek().is_some() && known.all(|known| known == Provenance::Own) && (unread || self.foreign_ids(asked).is_empty())
    }

    /// What a write does to what it refers to: nothing, where that is the run's own, drawn as nothing, or only referred to.
    fn referred(&self, asked: &ClassifiedRequest<'_>) -> Effect {
        let filled = asked.request.fillings.iter().filter(|binding| !matches!(binding.place, Place::Path(_)));
        let foreign = filled.filter(|binding| !matches!((asked.known)(&binding.slot), Provenance::Own | Provenance::Invented));
        let mut written = foreign.filter(|binding| {
            let kind = self.kind_at(asked, &binding.place);
            let own_id = matches!(&binding.place, Place::Body(at) if is_primary(at)) && kind.as_deref() == path_kind(asked.operation);
            own_id || kind.is_none_or(|kind| !self.is_catalogue(&kind))
        });
        let borrowed = written.next().is_some() || !self.foreign_ids(asked).is_empty() || !self.foreign_parameters(asked).is_empty();
        if borrowed { Effect::Borrowed } else { Effect::Nothing }
    }

    /// The kind of resource that a place of a request names.
    fn kind_at(&self, asked: &ClassifiedRequest<'_>, place: &Place) -> Option<String> {
        let parameter = |location, name: &str| asked.operation.parameter(location, name)?.resource.as_ref().map(|need| need.kind.clone());
        match place {
            Place::Query(name) => parameter(Location::Query, name),
            Place::Header(name) => parameter(Location::Header, name),
            Place::Body(at) => self.ids_in_body(asked).into_iter().find(|(known, ..)| known == at).map(|(_, kind, _)| kind),
            _ => None,
        }
    }

    /// Places in a body that name a resource, with the kind and the value.
    fn ids_in_body(&self, asked: &ClassifiedRequest<'_>) -> Vec<(String, String, Value)> {
        let Some(body) = crate::plan::values::document(&asked.request.body) else { return Vec::new() };
        let media = asked.operation.request_body.iter().flat_map(|body| &body.content);
        let needs = media.flat_map(|media| resource_needs(self.contract, media, &body));
        needs.map(|need| (need.at, need.what.kind, need.value)).collect()
    }

    /// Ids in a body that no slot fills and that were not drawn as nothing: they may belong to another user.
    pub(super) fn foreign_ids(&self, asked: &ClassifiedRequest<'_>) -> Vec<String> {
        let filled = |at: &str| asked.request.fillings.iter().any(|binding| binding.place == Place::Body(at.to_owned()));
        let invented = |value: &Value| value.is_null() || is_new_key(value, asked.mark);
        let broken = |at: &str| asked.fault.is_some_and(|fault| fault.place == Place::Body(at.to_owned()));
        let mut foreign: Vec<String> = Vec::new();
        for (at, kind, value) in self.ids_in_body(asked) {
            let own_id = is_primary(&at) && Some(kind.as_str()) == path_kind(asked.operation);
            if !filled(&at) && !invented(&value) && !broken(&at) && (own_id || !self.is_catalogue(&kind)) {
                foreign.push(at);
            }
        }
        // An author who marks resources has marked all of them.
        if !self.contract.inferred.annotated
            && let Some(body) = crate::plan::values::document(&asked.request.body)
        {
            let unmarked = super::resources::unmarked_ids::unmarked_ids(&body);
            foreign.extend(unmarked.into_iter().filter(|(at, value)| !filled(at) && !invented(value) && !broken(at)).map(|(at, _)| at));
        }
        foreign
    }

    /// Parameters of a query or header that are called like ids and that no slot fills.
    pub(super) fn foreign_parameters(&self, asked: &ClassifiedRequest<'_>) -> Vec<Place> {
        if self.contract.inferred.annotated {
            return Vec::new();
        }
        let queries = asked.request.query.iter().map(|(name, value)| (Place::Query(name.clone()), name, value));
        let headers = asked.request.headers.iter().map(|(name, value)| (Place::Header(name.clone()), name, value));
        let open = queries.chain(headers).filter(|(place, name, value)| {
            let filled = asked.request.fillings.iter().any(|binding| binding.place == *place);
            let broken = asked.fault.is_some_and(|fault| fault.place == *place);
            is_id(name)
                && !NOT_THINGS.contains(&name.to_ascii_lowercase().as_str())
                && !filled
                && !broken
                && !is_new_key(&Value::from(value.as_str()), asked.mark)
        });
        open.map(|(place, ..)| place).collect()
    }
}

/// Whether an operation reads by its method or by what is said of it. Where nothing may be written, only the suite is
/// believed that a POST reads.
pub fn reads(operation: &Operation, suite: &Suite, permission: &Permission) -> bool {
    operation.method.is_safe() || (permission.writes && operation.reads) || suite.reads.contains(&operation.id)
}

/// Whether a key of the run's choice was drawn for this run: from nothing, or from its mark.
pub fn is_new_key(key: &Value, mark: &str) -> bool {
    is_unknown(key, mark) || key.as_str().is_some_and(|text| carries(text, mark))
}

/// How a parameter of the path is known.
fn in_path(asked: &ClassifiedRequest<'_>, name: &str) -> Provenance {
    let place = Place::Path(name.to_owned());
    if let Some(binding) = asked.request.fillings.iter().find(|binding| binding.place == place) {
        return (asked.known)(&binding.slot);
    }
    let drawn = asked.request.path_values.get(name).is_some_and(|value| is_new_key(&Value::from(value.as_str()), asked.mark));
    if drawn { Provenance::Invented } else { Provenance::Example }
}

/// The methods that a server may take a request for.
fn methods(request: &RequestTemplate) -> Vec<Method> {
    let overrides = request.headers.iter().filter(|(name, _)| OVERRIDES.iter().any(|known| name.eq_ignore_ascii_case(known)));
    let parameters = request.query.iter().filter(|(name, _)| name == "_method");
    let others = overrides.chain(parameters).map(|(_, value)| Method::new(value.trim().to_ascii_uppercase()));
    std::iter::once(request.method.clone()).chain(others).collect()
}

fn has_content_type(request: &RequestTemplate) -> bool {
    request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
}

/// Whether what names a resource is gone in the reading without the broken part.
fn is_lost(broken: Option<&Place>, place: &Place) -> bool {
    match (broken, place) {
        (Some(Place::Body(at)), Place::Body(named)) => is_within(named, at),
        (Some(broken), place) => broken == place,
        (None, _) => false,
    }
}

/// Whether a place in a body is the id of something that the body is about: of a primary resource (JSON:API, Resource
/// Objects), of a plain object, of an item of a list or of a list that the body wraps.
fn is_primary(at: &str) -> bool {
    let rest = at.strip_prefix("/data").filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(at);
    let tokens: Vec<&str> = rest.split('/').skip(1).collect();
    let is_index = |token: &str| token.parse::<usize>().is_ok();
    match tokens.as_slice() {
        ["id"] => true,
        [index] | [index, "id"] => is_index(index),
        [list, index] | [list, index, "id"] => !is_index(list) && is_index(index),
        _ => false,
    }
}

/// Why a request of an effect is not sent.
pub fn not_allowed(effect: Effect, faulty: bool) -> Reason {
    UserChoice::Effect { effect, faulty }.into()
}
