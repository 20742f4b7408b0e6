//! Reads operations, their forms and their responses out of a bundled document.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::bundle::Bundle;
use super::pointer::append;
use super::schema::follow;
use super::{ContractError, conditions, inferred, links, security, upgrade};
use crate::domain::contract::{
    Condition, Contract, Done, Example, Fallback, HeaderRule, JSON_API, Link, MediaType, Method, Operation, RateLimit, RequestBody, Response,
    SchemaRef, Status,
};

/// In the order in which operations of one path are listed and tried: what makes before what changes, deleting last.
const METHODS: [&str; 8] = ["get", "head", "options", "post", "put", "patch", "delete", "trace"];
/// Reads a contract.
///
/// # Errors
/// The first thing that is missing or of the wrong form, with its place in the contract's files.
pub fn read(mut bundle: Bundle) -> Result<Contract, ContractError> {
    let version = bundle.document.get("openapi").and_then(Value::as_str).unwrap_or_default().to_owned();
    match version.get(..3) {
        Some("3.0") => upgrade::upgrade(&mut bundle.document),
        Some("3.1") => {}
        _ => return Err(ContractError::new(bundle.place("/openapi"), not_read(&bundle.document, &version))),
    }
    upgrade::tidy(&mut bundle.document);
    let reader = Reader { bundle: &bundle, document: &bundle.document };
    let general = reader.general_responses()?;
    let (server_responses, general): (Vec<_>, Vec<_>) = general.into_iter().partition(|response| response.status == Status(429));
    let mut operations = reader.operations(&general)?;
    if operations.is_empty() {
        return Err(ContractError::new(bundle.place("/paths"), "there is no operation in this contract"));
    }
    let mut security_schemes = security::schemes(&bundle.document);
    security::imply(&mut operations, &mut security_schemes);
    let inferred = inferred::infer(&bundle.document, &mut operations);
    links::complete(&bundle.document, &mut operations);
    Ok(Contract {
        title: reader.text("/info/title").unwrap_or_default(),
        version: reader.text("/info/version").unwrap_or_default(),
        operations,
        security_schemes,
        rate_limits: reader.rate_limits()?,
        server_responses: server_responses.into_iter().map(|response| with_conditions(response, vec![Condition::named("burst")])).collect(),
        document: bundle.document.clone(),
        inferred,
    })
}

/// Why a document of this version is not read.
fn not_read(document: &Value, version: &str) -> String {
    match (version, document.get("swagger")) {
        ("", Some(_)) => "this is a Swagger 2.0 document; convert it to OpenAPI 3 first".to_owned(),
        ("", None) => "there is no `openapi` with a version; Probity reads OpenAPI 3.0 and 3.1 documents".to_owned(),
        _ => format!("openapi is {version:?}; Probity reads OpenAPI 3.0 and 3.1 documents"),
    }
}

fn with_conditions(mut response: Response, conditions: Vec<Condition>) -> Response {
    response.conditions = conditions;
    response
}

pub(super) struct Reader<'a> {
    bundle: &'a Bundle,
    pub(super) document: &'a Value,
}

/// An operation as the document has it, before or after one of its forms is laid over it.
struct View {
    base: String,
    form: Option<String>,
}

impl View {
    /// Pointer to a member: the form's own where it has one.
    fn member(&self, document: &Value, name: &str) -> String {
        match &self.form {
            Some(form) if document.pointer(&append(form, name)).is_some() => append(form, name),
            _ => append(&self.base, name),
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn error(&self, pointer: &str, message: impl Into<String>) -> ContractError {
        ContractError::new(self.bundle.place(pointer), message)
    }

    fn text(&self, pointer: &str) -> Option<String> {
        self.document.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
    }

    fn object(&self, pointer: &str) -> Result<Option<&'a Map<String, Value>>, ContractError> {
        match self.document.pointer(pointer) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.error(pointer, "this must be an object")),
        }
    }

    /// The place a reference leads to, and what stands there.
    pub(super) fn resolved(&self, pointer: &str) -> Result<(String, &'a Value), ContractError> {
        follow(self.document, pointer).ok_or_else(|| self.error(pointer, "the reference here leads nowhere, or in a circle"))
    }

    fn rate_limits(&self) -> Result<Vec<RateLimit>, ContractError> {
        match self.document.get("x-probity-rate-limits") {
            None => Ok(Vec::new()),
            Some(value) => serde_json::from_value(value.clone())
                .map_err(|error| self.error("/x-probity-rate-limits", format!("this must be a list of {{requests, seconds}}: {error}"))),
        }
    }

    fn general_responses(&self) -> Result<Vec<Response>, ContractError> {
        let pointer = "/x-probity-general-responses";
        let source = self.text("/x-probity-source").or_else(|| self.text("/info/title")).unwrap_or_default();
        let mut responses = Vec::new();
        for code in self.object(pointer)?.into_iter().flat_map(Map::keys) {
            if let Some(status) = self.status(&append(pointer, code), code)? {
                let mut response = self.response(&append(pointer, code), status, &source)?;
                response.general = true;
                responses.push(response);
            }
        }
        Ok(responses)
    }

    /// The status of a key in `responses`; `None` for `default` and ranges, which name no single status.
    fn status(&self, pointer: &str, code: &str) -> Result<Option<Status>, ContractError> {
        if code.starts_with("x-") || span(code).is_some() {
            return Ok(None);
        }
        match code.parse::<u16>() {
            Ok(number) if (100..600).contains(&number) => Ok(Some(Status(number))),
            _ => Err(self.error(pointer, format!("{code:?} is no HTTP status; write three digits, 4XX or default"))),
        }
    }

    fn operations(&self, general: &[Response]) -> Result<Vec<Operation>, ContractError> {
        let mut operations: Vec<Operation> = Vec::new();
        for path in self.object("/paths")?.into_iter().flat_map(Map::keys).filter(|path| path.starts_with('/')) {
            let (item_at, item) = self.resolved(&append("/paths", path))?;
            for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
                let base = append(&item_at, method);
                let forms = append(&base, "x-probity-forms");
                let names = self.object(&forms)?.map_or_else(|| vec![None], |forms| forms.keys().map(Some).collect());
                for name in names {
                    let view = View { base: base.clone(), form: name.map(|name| append(&forms, name)) };
                    let operation = self.operation(&view, name, path, &item_at, method, general)?;
                    if operations.iter().any(|known| known.id == operation.id) {
                        return Err(self.error(&base, format!("there are two operations with the id {:?}", operation.id)));
                    }
                    operations.push(operation);
                }
            }
        }
        Ok(operations)
    }

    fn operation(
        &self,
        view: &View,
        form: Option<&String>,
        path: &str,
        item: &str,
        method: &str,
        general: &[Response],
    ) -> Result<Operation, ContractError> {
        let member = |name: &str| view.member(self.document, name);
        let api = self.text(&format!("{}/0", member("tags"))).unwrap_or_else(|| first_segment(path));
        let title = self.text("/x-probity-source").or_else(|| self.text("/info/title")).unwrap_or_default();
        let page = || if title.is_empty() { api.clone() } else { format!("{title}, {api}") };
        let source = self.text(&member("x-probity-source")).unwrap_or_else(page);
        let method_name = method.to_ascii_uppercase();
        let (responses, fallbacks) = self.responses(view, &source)?;
        let id = form.cloned().or_else(|| self.text(&member("operationId"))).unwrap_or_else(|| format!("{method_name} {path}"));
        let mut operation = Operation {
            id,
            api,
            method: Method(method_name),
            path: path.to_owned(),
            summary: self.text(&member("summary")),
            parameters: self.parameters(path, item, &member("parameters"))?,
            request_body: self.request_body(&member("requestBody"))?,
            responses,
            fallbacks,
            security: security::requirement(self.document, &member("security")),
            place: self.bundle.place(view.form.as_ref().unwrap_or(&view.base)),
            done: self.done(&member("x-probity-done"))?,
            result: self.text(&member("x-probity-result")),
            below: self.document.pointer(&member("x-probity-below")) == Some(&Value::Bool(true)),
            atomic: self.document.pointer(&member("x-probity-atomic")) == Some(&Value::Bool(true)),
            note: self.text(&member("x-probity-note")),
        };
        for response in general {
            // A body that may be left out may be ignored as well, so nothing is demanded of its media type.
            let applies = response.status != Status(415) || operation.request_body.as_ref().is_some_and(|body| body.required);
            if applies && operation.response(response.status).is_none() {
                operation.responses.push(response.clone());
            }
        }
        operation.responses.sort_by_key(|response| response.status);
        self.conditions(view, &mut operation)?;
        Ok(operation)
    }

    fn conditions(&self, view: &View, operation: &mut Operation) -> Result<(), ContractError> {
        let json_api = operation.request_body.iter().flat_map(|body| &body.content).any(|media| media.name == JSON_API);
        let mut lists = Vec::new();
        for pointer in [Some(append(&view.base, "x-probity-when")), view.form.as_ref().map(|form| append(form, "x-probity-when"))] {
            let Some(pointer) = pointer else { continue };
            for (code, list) in self.object(&pointer)?.into_iter().flatten() {
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
                operation.responses[index].conditions = conditions::defaults(self.document, operation, status, json_api);
            }
        }
        Ok(())
    }

    fn request_body(&self, pointer: &str) -> Result<Option<RequestBody>, ContractError> {
        if self.document.pointer(pointer).is_none_or(Value::is_null) {
            return Ok(None);
        }
        let (at, value) = self.resolved(pointer)?;
        Ok(Some(RequestBody { required: value.get("required") == Some(&Value::Bool(true)), content: self.content(&append(&at, "content"))? }))
    }

    fn content(&self, pointer: &str) -> Result<Vec<MediaType>, ContractError> {
        let mut content = Vec::new();
        for name in self.object(pointer)?.into_iter().flat_map(Map::keys) {
            let (at, value) = self.resolved(&append(pointer, name))?;
            let mut examples = Vec::new();
            if let Some(value) = value.get("example") {
                examples.push(Example { name: String::new(), value: value.clone() });
            }
            for key in self.object(&append(&at, "examples"))?.into_iter().flat_map(Map::keys) {
                let (_, example) = self.resolved(&append(&append(&at, "examples"), key))?;
                if let Some(value) = example.get("value") {
                    examples.push(Example { name: key.clone(), value: value.clone() });
                }
            }
            let schema = value.get("schema").map(|_| SchemaRef(append(&at, "schema")));
            let described = schema.as_ref().filter(|_| examples.is_empty()).and_then(|schema| follow(self.document, &schema.0));
            if let Some(value) = described.and_then(|(_, schema)| schema.get("example").or_else(|| schema.get("examples")?.get(0))) {
                examples.push(Example { name: String::new(), value: value.clone() });
            }
            content.push(MediaType { name: name.to_ascii_lowercase(), schema, examples });
        }
        Ok(content)
    }

    fn responses(&self, view: &View, source: &str) -> Result<(Vec<Response>, Vec<Fallback>), ContractError> {
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        for owner in [Some(&view.base), view.form.as_ref()].into_iter().flatten() {
            let pointer = append(owner, "responses");
            for (code, value) in self.object(&pointer)?.into_iter().flatten() {
                if value.is_null() {
                    places.remove(code);
                } else {
                    places.insert(code.clone(), append(&pointer, code));
                }
            }
        }
        let mut responses = Vec::new();
        let mut fallbacks = Vec::new();
        for (code, pointer) in places {
            if let Some(status) = self.status(&pointer, &code)? {
                responses.push(self.response(&pointer, status, source)?);
            } else if let Some(span) = span(&code) {
                let class = match span {
                    Span::Rest => None,
                    Span::Class(digit) => Some(digit),
                };
                let lowest = Status(class.unwrap_or(1) * 100);
                fallbacks.push(Fallback { class, response: self.response(&pointer, lowest, source)? });
            }
        }
        Ok((responses, fallbacks))
    }

    fn response(&self, pointer: &str, status: Status, source: &str) -> Result<Response, ContractError> {
        let (at, value) = self.resolved(pointer)?;
        let written = self.document.pointer(pointer).and_then(|own| own.get("description")).or_else(|| value.get("description"));
        let mut headers = Vec::new();
        for name in self.object(&append(&at, "headers"))?.into_iter().flat_map(Map::keys) {
            let (header_at, header) = self.resolved(&append(&append(&at, "headers"), name))?;
            let schema = header.get("schema").map(|_| SchemaRef(append(&header_at, "schema")));
            let or = self.member(&header_at, header, "x-probity-or", "a list of names of header fields")?.unwrap_or_default();
            headers.push(HeaderRule { name: name.clone(), required: header.get("required") == Some(&Value::Bool(true)), schema, or });
        }
        let mut links = Vec::new();
        for name in self.object(&append(&at, "links"))?.into_iter().flat_map(Map::keys) {
            let (_, link) = self.resolved(&append(&append(&at, "links"), name))?;
            let parameters = link.get("parameters").and_then(Value::as_object).into_iter().flatten();
            let parameters = parameters.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            if let Some(target) = link.get("operationId").or_else(|| link.get("operationRef")).and_then(Value::as_str) {
                links.push(Link { operation: target.to_owned(), parameters: parameters.collect() });
            }
        }
        let conditions = match value.get("x-probity-when") {
            Some(list) => conditions::read_list(list).map_err(|message| self.error(&append(&at, "x-probity-when"), message))?,
            None => Vec::new(),
        };
        Ok(Response {
            status,
            description: written.and_then(Value::as_str).unwrap_or_default().to_owned(),
            headers,
            content: self.content(&append(&at, "content"))?,
            conditions,
            links,
            source: value.get("x-probity-source").and_then(Value::as_str).unwrap_or(source).to_owned(),
            place: self.bundle.place(pointer),
            general: false,
            certainty: self.member(&at, value, "x-probity-certainty", "documented, contradicted, seen or inferred")?.unwrap_or_default(),
            alternative_to: self.member(&at, value, "x-probity-alternative-to", "the status of another response")?,
        })
    }

    /// A member of this project's own, of the type that it must have.
    fn member<T: DeserializeOwned>(&self, at: &str, value: &Value, name: &str, what: &str) -> Result<Option<T>, ContractError> {
        let found = value.get(name).map(|found| serde_json::from_value(found.clone()));
        found.transpose().map_err(|_| self.error(&append(at, name), format!("{name} must be {what}")))
    }

    fn done(&self, pointer: &str) -> Result<Option<Done>, ContractError> {
        match self.document.pointer(pointer) {
            None => Ok(None),
            Some(value) => serde_json::from_value(value.clone())
                .map(Some)
                .map_err(|error| self.error(pointer, format!("x-probity-done must have `at` and `in`: {error}"))),
        }
    }
}

/// The statuses that a key of `responses` stands for when it is none itself.
enum Span {
    /// `default`: whatever has no key of its own.
    Rest,
    /// A range such as `4XX`, by its first digit.
    Class(u16),
}

fn span(code: &str) -> Option<Span> {
    if code == "default" {
        return Some(Span::Rest);
    }
    let digit = code.strip_suffix("XX").or_else(|| code.strip_suffix("xx"))?.parse().ok()?;
    (1..=5).contains(&digit).then_some(Span::Class(digit))
}

fn first_segment(path: &str) -> String {
    path.split('/').find(|segment| !segment.is_empty() && !segment.starts_with('{')).unwrap_or("api").to_owned()
}
