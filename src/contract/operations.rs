//! Reads the operations of a bundled document.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::bundle::Bundle;
use super::path_keys::PathKey;
use super::pointer::{append, at_pointer};
use super::schema::follow_references;
use super::unjudged_schemas::{UNREAD, UNREAD_SCHEMA};
use super::version::{self, Version};
use super::{
    ContractError, conditions, contradictions, inferred, json_api_rules, links, malformed_keywords, overlapping_branches, same_routes, security,
};
use super::{status_ranges, swagger, upgrade};
use crate::model::contract::{Condition, Contract, JSON_API, JobDone, Location, Method, Operation, Parameter, RateLimit, Response, Status};
use crate::model::issue::DocumentIssue;
use crate::model::trigger_name::TriggerName;

/// In the order in which operations of one path are listed and tried: what makes before what changes, deleting last.
const METHODS: [&str; 9] = ["get", "head", "options", "query", "post", "put", "patch", "delete", "trace"];

/// Reads a contract. What is wrong with a part of the document becomes an issue, and the other parts are used.
///
/// # Errors
/// The document has no operation, and why; or an extension (`x-probity-...`) does not have the form it should have.
pub fn read(mut bundle: Bundle) -> Result<Contract, ContractError> {
    let version = version::version(&bundle)?;
    bundle.issues.extend(version.issue);
    match version.version {
        Version::V2 => {
            bundle.document = swagger::converted(std::mem::take(&mut bundle.document));
            upgrade::upgrade(&mut bundle.document);
        }
        Version::V30 => upgrade::upgrade(&mut bundle.document),
        Version::V31 => {}
    }
    upgrade::remove_meaningless_members(&mut bundle.document);
    malformed_keywords::repair(&mut bundle);
    contradictions::resolve(&mut bundle);
    overlapping_branches::mark_overlapping(&mut bundle);
    let annotated = inferred::is_annotated(&bundle.document);
    let reader = Reader { bundle: &bundle, document: &bundle.document, annotated, issues: RefCell::default() };
    let general = reader.general_responses()?;
    let (server_responses, general): (Vec<_>, Vec<_>) = general.into_iter().partition(|response| response.status == Status(429));
    let mut operations = reader.operations(&general)?;
    reader.issues.borrow_mut().extend(same_routes::note(reader.document, &mut operations));
    let rate_limits = reader.rate_limits()?;
    let catalogues = reader.texts("/x-probity-catalogues")?;
    let (title, version) = (reader.text("/info/title").unwrap_or_default(), reader.text("/info/version").unwrap_or_default());
    let found = reader.issues.into_inner();
    bundle.issues.extend(found);
    if !bundle.issues.is_empty()
        && let Value::Object(members) = &mut bundle.document
    {
        let why = Map::from_iter([(UNREAD.to_owned(), Value::from("what describes this body leads nowhere"))]);
        members.insert(UNREAD_SCHEMA.trim_start_matches('/').to_owned(), Value::Object(why));
    }
    if operations.is_empty() {
        return Err(version::without_operations(&bundle));
    }
    let mut security_schemes = security::schemes(&bundle.document);
    security::imply_security_requirements(&mut operations, &mut security_schemes);
    let inferred = inferred::infer(&bundle.document, &mut operations);
    links::complete(&bundle.document, &mut operations);
    Ok(Contract {
        title,
        version,
        operations,
        security_schemes,
        rate_limits,
        server_responses: server_responses
            .into_iter()
            .map(|response| with_conditions(response, vec![Condition::of_trigger(TriggerName::BURST)]))
            .collect(),
        catalogues,
        document: bundle.document.into(),
        inferred,
        issues: bundle.issues,
        index: crate::model::contract::OperationIndex::default(),
        routes: crate::model::contract::RouteIndex::default(),
    })
}

fn with_conditions(mut response: Response, conditions: Vec<Condition>) -> Response {
    response.conditions = conditions;
    response
}

pub(super) struct Reader<'a> {
    bundle: &'a Bundle,
    pub(super) document: &'a Value,
    /// Whether the author marks what names resources, and so knows of all conditions.
    annotated: bool,
    issues: RefCell<Vec<DocumentIssue>>,
}

/// An operation as the document has it, before or after one of its forms is laid over it.
pub(super) struct OperationView {
    pub(super) base: String,
    pub(super) form: Option<String>,
}

impl OperationView {
    /// Pointer to a member: the form's own where it has one.
    fn member(&self, document: &Value, name: &str) -> String {
        match &self.form {
            Some(form) if at_pointer(document, &append(form, name)).is_some() => append(form, name),
            _ => append(&self.base, name),
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn error(&self, pointer: &str, message: impl Into<String>) -> ContractError {
        ContractError::new(self.bundle.place(pointer), message)
    }

    /// Notes what is wrong at a place.
    pub(super) fn note_issue(&self, pointer: &str, what: impl Into<String>, meaning: &str) {
        self.issues.borrow_mut().push(DocumentIssue::new(self.bundle.place(pointer), what, meaning));
    }

    pub(super) fn place(&self, pointer: &str) -> String {
        self.bundle.place(pointer)
    }

    pub(super) fn text(&self, pointer: &str) -> Option<String> {
        match at_pointer(self.document, pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The object at a pointer; something else there is an issue.
    pub(super) fn object(&self, pointer: &str) -> Option<&'a Map<String, Value>> {
        match at_pointer(self.document, pointer) {
            None | Some(Value::Null) => None,
            Some(Value::Object(members)) => Some(members),
            Some(_) => {
                self.note_issue(pointer, "this must be an object", "it is left out");
                None
            }
        }
    }

    /// The place a reference leads to, and what stands there; one that leads nowhere is an issue.
    pub(super) fn follow_reference(&self, pointer: &str) -> Option<(String, &'a Value)> {
        let found = follow_references(self.document, pointer);
        if found.is_none() {
            let reference = at_pointer(self.document, pointer).and_then(|value| value.get("$ref")?.as_str()).unwrap_or("here");
            self.note_issue(pointer, format!("the reference {reference} leads nowhere, or in a circle"), "what it stands for is left out");
        }
        found
    }

    fn texts(&self, pointer: &str) -> Result<Vec<String>, ContractError> {
        match at_pointer(self.document, pointer) {
            None => Ok(Vec::new()),
            Some(value) => {
                serde_json::from_value(value.clone()).map_err(|error| self.error(pointer, format!("this must be a list of texts: {error}")))
            }
        }
    }

    fn rate_limits(&self) -> Result<Vec<RateLimit>, ContractError> {
        match self.document.get("x-probity-rate-limits") {
            None => Ok(Vec::new()),
            Some(value) => serde_json::from_value(value.clone())
                .map_err(|error| self.error("/x-probity-rate-limits", format!("this must be a list of {{requests, seconds}}: {error}"))),
        }
    }

    fn operations(&self, general: &[Response]) -> Result<Vec<Operation>, ContractError> {
        let mut operations: Vec<(Operation, bool)> = Vec::new();
        let mut known: HashSet<String> = HashSet::new();
        for key in self.object("/paths").into_iter().flat_map(Map::keys).filter(|key| !key.starts_with("x-")) {
            let own = append("/paths", key);
            let Some((item_at, item)) = self.follow_reference(&own) else { continue };
            let path = PathKey::read(key);
            if let Some((what, meaning)) = path.issue() {
                self.note_issue(&own, what, meaning);
            }
            let further = item.get("additionalOperations").and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let further = further.map(|method| (append(&append(&item_at, "additionalOperations"), method), method.clone()));
            let usual = METHODS.iter().filter(|method| item.get(**method).is_some());
            let usual = usual.map(|method| (append(&item_at, method), method.to_ascii_uppercase()));
            for (base, method) in usual.chain(further) {
                if self.object(&base).is_none() {
                    continue;
                }
                let forms = append(&base, "x-probity-forms");
                let names = self.object(&forms).map_or_else(|| vec![None], |forms| forms.keys().map(Some).collect());
                for name in names {
                    let view = OperationView { base: base.clone(), form: name.map(|name| append(&forms, name)) };
                    let mut operation = self.operation(&view, name, &path, &item_at, &method, general)?;
                    self.rename(&mut operation, &base, &path, &known);
                    known.insert(operation.id.clone());
                    operations.push((operation, path.fragment));
                }
            }
        }
        Ok(self.without_fragment_twins(operations))
    }

    /// The operations without those that nothing but a fragment tells from others: a server never sees it.
    fn without_fragment_twins(&self, operations: Vec<(Operation, bool)>) -> Vec<Operation> {
        if operations.iter().all(|(_, fragment)| !fragment) {
            return operations.into_iter().map(|(operation, _)| operation).collect();
        }
        let at = |operation: &Operation| (operation.method.clone(), operation.path.clone());
        let mut taken: HashMap<_, String> = HashMap::new();
        for (operation, _) in operations.iter().filter(|(_, fragment)| !fragment) {
            taken.entry(at(operation)).or_insert_with(|| operation.id.clone());
        }
        let mut kept = Vec::new();
        for (operation, fragment) in operations {
            if !fragment || self.is_told_apart_by_request(&operation) {
                kept.push(operation);
                continue;
            }
            match taken.get(&at(&operation)) {
                None => {
                    taken.insert(at(&operation), operation.id.clone());
                    kept.push(operation);
                }
                Some(other) => {
                    let what = format!("requests to {} cannot be told from those to {other}", operation.id);
                    self.issues.borrow_mut().push(DocumentIssue::new(operation.place.as_str(), what, "this operation is left out"));
                }
            }
        }
        kept
    }

    /// Whether a request says by a header or the query which operation it means.
    fn is_told_apart_by_request(&self, operation: &Operation) -> bool {
        let named = |parameter: &&Parameter| parameter.required && matches!(parameter.location, Location::Header | Location::Query);
        operation.parameters.iter().filter(named).filter_map(|parameter| parameter.schema.as_ref()).any(|schema| {
            let found = follow_references(self.document, &schema.0).map(|(_, schema)| schema);
            found.is_some_and(|schema| {
                schema.get("const").is_some() || schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() == 1)
            })
        })
    }

    /// Gives an operation another id where its own is taken.
    fn rename(&self, operation: &mut Operation, base: &str, path: &PathKey, known: &HashSet<String>) {
        if !known.contains(&operation.id) {
            return;
        }
        let name = format!("{} {}", operation.method, path.key);
        let numbered = (2..).map(|number: u32| format!("{name} ({number})"));
        let new = std::iter::once(name.clone()).chain(numbered).find(|name| !known.contains(name)).unwrap_or_default();
        let what = format!("there is another operation with the id {:?}", operation.id);
        self.note_issue(&append(base, "operationId"), what, &format!("this one goes by {new:?}"));
        operation.id = new;
    }

    fn tags(&self, pointer: &str) -> Vec<String> {
        let tags = at_pointer(self.document, pointer).and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
    }

    fn operation(
        &self,
        view: &OperationView,
        form: Option<&String>,
        path: &PathKey,
        item: &str,
        method: &str,
        general: &[Response],
    ) -> Result<Operation, ContractError> {
        let member = |name: &str| view.member(self.document, name);
        let api = self.text(&format!("{}/0", member("tags"))).unwrap_or_else(|| first_segment(&path.path));
        let title = self.text("/x-probity-source").or_else(|| self.text("/info/title")).unwrap_or_default();
        let page = || if title.is_empty() { api.clone() } else { format!("{title}, {api}") };
        let source = self.text(&member("x-probity-source")).unwrap_or_else(page);
        let (responses, fallbacks) = self.responses(view, &source)?;
        let id = form.cloned().or_else(|| self.text(&member("operationId"))).filter(|id| !id.is_empty());
        let optional = at_pointer(self.document, &member("x-probity-optional")) == Some(&Value::Bool(true)) || self.is_optional(&api);
        let mut operation = Operation {
            id: id.unwrap_or_else(|| format!("{method} {}", path.key)),
            api,
            tags: self.tags(&member("tags")),
            method: Method::new(method),
            path: path.path.clone(),
            summary: self.text(&member("summary")),
            parameters: self.parameters(path, item, &member("parameters")),
            request_body: self.request_body(&member("requestBody")),
            responses,
            fallbacks,
            security: security::requirement(self.document, &member("security")),
            place: self.bundle.place(view.form.as_ref().unwrap_or(&view.base)),
            done: self.done(&member("x-probity-done"))?,
            result: self.text(&member("x-probity-result")),
            below: at_pointer(self.document, &member("x-probity-below")) == Some(&Value::Bool(true)),
            atomic: at_pointer(self.document, &member("x-probity-atomic")) == Some(&Value::Bool(true)),
            reads: at_pointer(self.document, &member("x-probity-reads")) == Some(&Value::Bool(true)),
            optional,
            same_route: None,
            note: self.text(&member("x-probity-note")),
            own: None,
        };
        for response in general {
            // A body that may be left out may be ignored as well, so nothing is demanded of its media type.
            let applies = response.status != Status(415) || operation.request_body.as_ref().is_some_and(|body| body.required);
            if applies && operation.response(response.status).is_none() {
                operation.responses.push(response.clone());
            }
        }
        if !self.annotated {
            let left_out = json_api_rules::left_out(self.document, &operation);
            operation.responses.extend(left_out);
        }
        status_ranges::add(&mut operation);
        operation.responses.sort_by_key(|response| response.status);
        self.conditions(view, &mut operation)?;
        status_ranges::remove_unprovokable_ranges(&mut operation);
        Ok(operation)
    }

    /// Whether the contract says of a tag that not every account has its operations.
    fn is_optional(&self, tag: &str) -> bool {
        let mut tags = self.document.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.any(|known| known.get("name").and_then(Value::as_str) == Some(tag) && known.get("x-probity-optional") == Some(&Value::Bool(true)))
    }

    fn conditions(&self, view: &OperationView, operation: &mut Operation) -> Result<(), ContractError> {
        let takes_json_api = operation.request_body.iter().flat_map(|body| &body.content).any(|media| media.name == JSON_API);
        let mut lists = Vec::new();
        for pointer in [Some(append(&view.base, "x-probity-when")), view.form.as_ref().map(|form| append(form, "x-probity-when"))] {
            let Some(pointer) = pointer else { continue };
            for (code, list) in self.object(&pointer).into_iter().flatten() {
                let at = append(&pointer, code);
                let list = conditions::read_list(list).map_err(|message| self.error(&at, message))?;
                if operation.responses.iter().all(|response| response.status.to_string() != *code) && view.form.is_none() {
                    return Err(self.error(&at, format!("no response {code} is declared for {}", operation.id)));
                }
                lists.push((code.clone(), list));
            }
        }
        for index in 0..operation.responses.len() {
            let status = operation.responses[index].status;
            let written = lists.iter().rev().find(|(code, _)| *code == status.to_string()).map(|(_, list)| list.clone());
            if let Some(list) = written {
                operation.responses[index].conditions = list;
            } else if operation.responses[index].conditions.is_empty() {
                let usual = if status.is_range() { status_ranges::conditions } else { conditions::defaults };
                let mut usual = usual(self.document, operation, status, takes_json_api);
                if !self.annotated && !status.is_range() {
                    json_api_rules::add_rules(self.document, operation, status, &mut usual);
                }
                operation.responses[index].conditions = usual;
            }
        }
        Ok(())
    }

    /// A member of this project's own, of the type that it must have.
    pub(super) fn extension<T: DeserializeOwned>(&self, at: &str, value: &Value, name: &str, what: &str) -> Result<Option<T>, ContractError> {
        let found = value.get(name).map(|found| serde_json::from_value(found.clone()));
        found.transpose().map_err(|_| self.error(&append(at, name), format!("{name} must be {what}")))
    }
    fn done(&self, pointer: &str) -> Result<Option<JobDone>, ContractError> {
        match at_pointer(self.document, pointer) {
            None => Ok(None),
            Some(value) => serde_json::from_value(value.clone())
                .map(Some)
                .map_err(|error| self.error(pointer, format!("x-probity-done must have `at` and `in`: {error}"))),
        }
    }
}

fn first_segment(path: &str) -> String {
    path.split('/').find(|segment| !segment.is_empty() && !segment.starts_with('{')).unwrap_or("api").to_owned()
}
