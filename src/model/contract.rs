//! A contract: the operations of an OpenAPI document with every status they declare.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::certainty::Certainty;
pub use super::condition::Condition;
use super::contract_document::Document;
pub use super::extensions::RateLimit;
pub use super::http::{Method, Status};
pub use super::index::{OperationIndex, RouteIndex};
use super::issue::DocumentIssue;
pub use super::job::JobDone;
use super::own_request::OwnValues;
pub use super::parameter_location::Location;
use super::path;
pub use super::security::SecurityScheme;
use super::serialization::Serialization;

/// The operation id that stands for the server as a whole, for statuses that belong to no single operation.
pub const WHOLE_SERVER: &str = "*";

/// The media type of JSON:API (JSON:API, Content Negotiation).
pub const JSON_API: &str = "application/vnd.api+json";

/// A contract, ready to plan from: one OpenAPI document with all its files bundled into one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contract {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The bundled document; every [`SchemaRef`] points into it.
    pub document: Document,
    /// Operations in the order of the document, each form of a shared route on its own.
    pub operations: Vec<Operation>,
    /// `components.securitySchemes`.
    pub security_schemes: BTreeMap<String, SecurityScheme>,
    /// `x-probity-rate-limits`, the tightest first as written.
    pub rate_limits: Vec<RateLimit>,
    /// Responses that the server gives as a whole (429), declared once.
    pub server_responses: Vec<Response>,
    /// What the author leaves to be understood.
    #[serde(default)]
    pub inferred: Inferred,
    /// Kinds of resources that are only referred to and that a reference does not change (`x-probity-catalogues`).
    #[serde(default)]
    pub catalogues: Vec<String>,
    /// What is wrong with the document itself; the sound parts are used all the same.
    #[serde(default)]
    pub issues: Vec<DocumentIssue>,
    /// Where operations stand by their ids.
    #[serde(skip)]
    pub index: OperationIndex,
    /// Where they stand by their paths.
    #[serde(skip)]
    pub routes: RouteIndex,
}

/// What is read between the lines of a contract that marks nothing itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Inferred {
    /// Whether what is made is named by members that are called like names.
    pub marks: bool,
    /// Kind of the resource that a member names, by its name in lower case and without separators.
    pub references: BTreeMap<String, String>,
    /// Names of members that name a resource of one kind or another, in the same form.
    #[serde(default)]
    pub ambiguous: BTreeSet<String>,
    /// Kind of the resources of each type of JSON:API.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Whether the author marks which members name resources (`x-probity-resource`), and so has marked all of them.
    #[serde(default)]
    pub annotated: bool,
}

impl Contract {
    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.index.find(&self.operations, id, |operation| &operation.id)
    }

    /// The operations on a path, in the order of the contract.
    pub fn operations_on(&self, path: &str) -> impl Iterator<Item = &Operation> {
        self.routes.on(self.operations.iter().map(|operation| operation.path.as_str()), path).iter().map(|place| &self.operations[*place])
    }

    /// The operations about single items of a collection ([`Operation::is_in`]), in the order of the contract.
    pub fn items_in(&self, collection: &str) -> impl Iterator<Item = &Operation> {
        self.routes
            .items_of_collection(self.operations.iter().map(|operation| operation.path.as_str()), collection)
            .iter()
            .map(|place| &self.operations[*place])
    }

    /// The value a schema reference points at, not following a `$ref` that stands there.
    pub fn schema(&self, schema: &SchemaRef) -> Option<&Value> {
        self.document.pointer(&schema.0)
    }
}

/// One operation: a method on a route, or one form of it where several share the route (`x-probity-forms`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of its own in the contract")]
pub struct Operation {
    /// `operationId`, or method and path where there is none.
    pub id: String,
    /// The first tag, or the first path segment.
    pub api: String,
    /// All tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// HTTP method (RFC 9110, section 9).
    pub method: Method,
    /// Path template, for example `/pets/{pet_id}`.
    pub path: String,
    /// One line on what it does.
    pub summary: Option<String>,
    /// Parameters of operation and path item together.
    pub parameters: Vec<Parameter>,
    /// `requestBody`.
    pub request_body: Option<RequestBody>,
    /// Declared responses, ordered by status, the general ones among them, and of the ranges those that make a cell.
    pub responses: Vec<Response>,
    /// Responses declared for a class of statuses (`4XX`) or for all others (`default`).
    #[serde(default)]
    pub fallbacks: Vec<Fallback>,
    /// Alternatives of security requirements; each names schemes that are needed together.
    pub security: Vec<Vec<String>>,
    /// Where it stands in the contract's files.
    pub place: String,
    /// How an asynchronous job says that it is done (`x-probity-done`).
    pub done: Option<JobDone>,
    /// The operation that fetches what came of the job that this one reads (`x-probity-result`).
    #[serde(default)]
    pub result: Option<String>,
    /// Whether it is about what hangs below the resource that its path ends with, and not about the resource
    /// (`x-probity-below`).
    #[serde(default)]
    pub below: bool,
    /// Whether it writes all of several resources or none (`x-probity-atomic`).
    #[serde(default)]
    pub atomic: bool,
    /// Whether it only reads although its method may write (`x-probity-reads`).
    #[serde(default)]
    pub reads: bool,
    /// Whether not every account has it (`x-probity-optional` of the operation or of its tag): a server may refuse it with 403,
    /// or hide it behind 404.
    #[serde(default)]
    pub optional: bool,
    /// The operation before it that no request tells from it: their paths differ in nothing but the names of parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_route: Option<String>,
    /// A decision the author took (`x-probity-note`).
    pub note: Option<String>,
    /// The valid request that a person has named for it, in place of what the contract shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnValues>,
}

impl Operation {
    /// The declared response with this status.
    pub fn response(&self, status: Status) -> Option<&Response> {
        self.responses.iter().find(|response| response.status == status)
    }

    /// The response declared for the class of a status, or for all that have none of their own (OpenAPI, Responses
    /// Object: a status of its own goes before its class, a class before `default`).
    pub fn fallback(&self, status: Status) -> Option<&Response> {
        let of = |class: Option<u16>| self.fallbacks.iter().find(|fallback| fallback.class == class);
        of(Some(status.0 / 100)).or_else(|| of(None)).map(|fallback| &fallback.response)
    }

    /// The response that speaks of a code: its own, else the one of its class.
    pub fn documents(&self, code: Status) -> Option<&Response> {
        let class = || self.fallbacks.iter().find(|fallback| fallback.class == Some(code.class())).map(|fallback| &fallback.response);
        self.response(code).or_else(class)
    }

    /// Whether a code that came is one that a declared status stands for; a response of its own goes before a range.
    pub fn covers_code(&self, declared: Status, code: Status) -> bool {
        declared == code || (declared.covers(code) && self.response(code).is_none())
    }

    /// Whether every request needs credentials; an empty alternative lets any client ask (OpenAPI, Security Requirement Object).
    pub fn needs_credentials(&self) -> bool {
        !self.security.is_empty() && self.security.iter().all(|alternative| !alternative.is_empty())
    }

    /// Segments of the path template; a slash at its end makes no segment.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        path::segments(&self.path)
    }

    /// The parameter that the path ends with, when it is the whole of the last segment and names what the operation is about.
    pub fn item_parameter(&self) -> Option<&Parameter> {
        if self.below {
            return None;
        }
        self.parameter(Location::Path, path::last_parameter(&self.path)?)
    }

    /// Declared responses of the 2xx class, else the one that stands for all of them.
    pub fn successes(&self) -> impl Iterator<Item = &Response> {
        self.responses.iter().filter(|response| response.status.is_success())
    }

    /// The parameter of this name and location.
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.location == location && parameter.name == name)
    }

    /// The statuses that the contract allows under a condition, in ascending order, with those a condition tolerates
    /// (`or`) at the end.
    pub fn statuses_for(&self, matches: impl Fn(&Condition) -> bool) -> Vec<Status> {
        let mut demanded = Vec::new();
        let mut tolerated = Vec::new();
        for response in &self.responses {
            for condition in response.conditions.iter().filter(|condition| matches(condition)) {
                demanded.push(response.status);
                tolerated.extend(condition.or.iter().copied());
            }
        }
        demanded.extend(tolerated);
        let mut seen = Vec::new();
        demanded.retain(|status| {
            let new = !seen.contains(status);
            seen.push(*status);
            new
        });
        demanded
    }
}

/// A JSON Pointer (RFC 6901) to a schema in [`Contract::document`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SchemaRef(pub String);

/// A parameter of a request (`parameters`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parameter {
    /// `name`.
    pub name: String,
    /// `in`.
    pub location: Location,
    /// `required`.
    pub required: bool,
    /// `schema`.
    pub schema: Option<SchemaRef>,
    /// `example`, or the first of `examples`.
    pub example: Option<Value>,
    /// The kind of resource whose id the value is.
    pub resource: Option<ResourceNeed>,
    /// How its value is written (`style`, `explode`, `allowReserved`, `content`).
    pub serialization: Serialization,
    /// Sent although it is optional (`x-probity-send`).
    pub sent: bool,
}

/// A response that stands for many statuses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fallback {
    /// First digit of the statuses it stands for; absent for `default`.
    pub class: Option<u16>,
    /// The response; its status is the lowest of them.
    pub response: Response,
}

impl Fallback {
    /// The key in `responses`.
    pub fn key(&self) -> String {
        self.class.map_or_else(|| "default".to_owned(), |class| format!("{class}XX"))
    }
}

/// A resource that a request needs: its kind, and what it must look like (`x-probity-resource`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceNeed {
    /// Kind of resource, for example `books`.
    pub kind: String,
    /// A part that the resource must have; null when any will do.
    #[serde(default, rename = "where")]
    pub like: Value,
    /// The contract's example, where it is sent if nothing is found: the schema says that it is data of the server
    /// (`x-probity-server-data`), so that its refusal only blocks.
    #[serde(skip)]
    pub fallback: Option<Value>,
}

impl ResourceNeed {
    /// Any resource of a kind.
    pub fn any(kind: &str) -> Self {
        Self { kind: kind.to_owned(), like: Value::Null, fallback: None }
    }
}

/// `requestBody`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestBody {
    /// `required`.
    pub required: bool,
    /// `content`, in document order.
    pub content: Vec<MediaType>,
}

/// One media type of a request or response (`content`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MediaType {
    /// Media type or range as the contract writes it.
    pub name: String,
    /// `schema`.
    pub schema: Option<SchemaRef>,
    /// `example` or `examples`, in document order.
    pub examples: Vec<Example>,
    /// `encoding`, by the name of the member.
    #[serde(default)]
    pub encoding: BTreeMap<String, Encoding>,
}

/// How one member of a form is written (Encoding Object).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Encoding {
    /// `contentType`, the first where there are several.
    pub content_type: Option<String>,
    /// `style`, `explode` and `allowReserved`, where one of them is there.
    pub serialization: Option<Serialization>,
}

/// A named example; the name is empty for a plain `example`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Example {
    /// Key in `examples`.
    pub name: String,
    /// `value`.
    pub value: Value,
}

/// A declared response.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Response {
    /// The status it is declared for.
    pub status: Status,
    /// `description`: the contract's own reason.
    pub description: String,
    /// `headers`.
    pub headers: Vec<HeaderRule>,
    /// `content`; empty when no body is declared.
    pub content: Vec<MediaType>,
    /// When the contract demands this status.
    pub conditions: Vec<Condition>,
    /// `links`.
    pub links: Vec<Link>,
    /// The document that says so.
    pub source: String,
    /// Where it stands in the contract's files.
    pub place: String,
    /// Declared once for every operation (`x-probity-general-responses`), not by the operation itself.
    pub general: bool,
    /// How sure it is that the server gives it (`x-probity-certainty`).
    #[serde(default)]
    pub certainty: Certainty,
    /// The response that it is the other side of: the documents differ, either is right, and a server takes one of the two
    /// (`x-probity-alternative-to`).
    #[serde(default)]
    pub alternative_to: Option<Status>,
}

/// A header that a response declares.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeaderRule {
    /// Field name.
    pub name: String,
    /// `required`.
    pub required: bool,
    /// `schema`.
    pub schema: Option<SchemaRef>,
    /// Other fields of which any may stand in its place (`x-probity-or`).
    #[serde(default)]
    pub or: Vec<String>,
}

/// `links`: where an answer holds what another operation needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// `operationId` of the operation that is fed.
    pub operation: String,
    /// Parameter name to runtime expression (`$response.body#/data/id`, `$response.header.Location`).
    pub parameters: BTreeMap<String, String>,
}
