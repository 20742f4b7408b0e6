//! Triggers: each provokes a status by one change to a valid request, or by one state of the server.
//!
//! A new trigger is one file and one line in [`TRIGGERS`].

mod bad_enum;
mod bad_query_parameter;
mod bad_value;
mod burst;
mod deleted_resource;
mod duplicate;
mod expired;
mod finished;
mod id_mismatch;
mod in_use;
mod limited_credentials;
mod malformed_id;
mod malformed_json;
mod media_type_parameter;
mod members;
mod missing_attribute;
mod missing_content_type;
mod missing_data;
mod missing_header;
mod missing_query_parameter;
mod no_credentials;
mod not_acceptable;
mod other_owner;
mod over_limit;
mod repeated_ids;
#[cfg(test)]
mod small_contracts;
mod stale_validator;
mod success;
mod undocumented_parameter;
mod unfinished;
mod unknown_id;
mod unknown_reference;
mod unmodified;
mod unsupported_method;
mod wrong_attribute_type;
mod wrong_content_type;
mod wrong_secret;
mod wrong_state;
mod wrong_type;

use std::borrow::Cow;

use serde_json::Value;

pub use unsupported_method::same_route;

use crate::contract::schema::property;
use crate::contract::{Schemas, is_within, xml, xml_value};
use crate::model::contract::{Condition, Contract, Location, MediaType, Operation, Parameter, SchemaRef};
use crate::model::plan::{Body, Credentials, Fault, Place, RequestTemplate, XmlBody};
use crate::model::serialization::{Serialization, Style};
use crate::model::text::unquoted_text;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::ValidRequest;

/// A named way to provoke a status.
#[derive(Debug)]
pub struct Trigger {
    /// Its name in `x-probity-when`, plans and reports.
    pub name: TriggerName,
    /// What it changes, in a few words.
    pub about: &'static str,
    /// What the valid request must have for it, without an article; empty when it takes only a state of the server.
    pub needs: &'static str,
    /// The rule that makes servers refuse it, where it is not only the contract's own.
    pub source: &'static str,
    /// Every way to do it to a valid request, the plainest first; empty when the request offers no place for it.
    pub mutations: fn(&TriggerContext<'_>) -> Vec<Mutation>,
}

/// What a trigger works on.
pub struct TriggerContext<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas, compiled.
    pub schemas: &'a Schemas,
    /// The operation.
    pub operation: &'a Operation,
    /// The condition as the contract words it.
    pub condition: &'a Condition,
    /// The valid request; its body is present also where it is optional.
    pub base: &'a ValidRequest,
    /// The mark of the run, from which ids that name nothing are drawn.
    pub mark: &'a str,
}

impl TriggerContext<'_> {
    /// The valid request as another account sends it; `None` where it is sent as none.
    pub fn as_account(&self, credentials: Credentials, words: &str) -> Option<Mutation> {
        let mut request = self.base.request.clone();
        let own = std::mem::replace(&mut request.credentials, credentials);
        (own != Credentials::None).then(|| Mutation::fault(request, Place::Credentials, words))
    }

    /// The media type of the request body.
    pub fn media(&self) -> Option<&MediaType> {
        self.operation.request_body.as_ref()?.content.get(self.base.media?)
    }

    /// The value of the body of the valid request, in JSON or in XML.
    pub fn body_value(&self) -> Option<&Value> {
        self.base.request.body.value()
    }

    /// The valid request with its body, in JSON or in XML, changed at one place; `None` when `change` finds nothing to change.
    pub fn with_body(&self, at: &str, words: String, change: impl FnOnce(&mut Value) -> bool) -> Option<Mutation> {
        let mut request = self.base.request.clone();
        if !change(request.body.value_mut()?) || !self.tells_a_change(&request.body) {
            return None;
        }
        request.fillings.retain(|binding| !matches!(&binding.place, Place::Body(place) if is_within(place, at)));
        Some(Mutation::fault(request, Place::Body(at.to_owned()), words))
    }

    /// The valid request with the value at one place of its body replaced.
    pub fn with_value(&self, at: &str, value: Value) -> Option<Mutation> {
        let words = format!("{at} is {value}");
        self.with_body(at, words, |body| body.pointer_mut(at).map(|place| *place = value).is_some())
    }

    /// The valid request with another value of a parameter in the path.
    pub fn with_path_value(&self, name: &str, value: &str) -> Option<Mutation> {
        let mut request = self.base.request.clone();
        value.clone_into(request.path_values.get_mut(name)?);
        request.reset_style(&Place::Path(name.to_owned()));
        request.fillings.retain(|binding| binding.place != Place::Path(name.to_owned()));
        Some(Mutation::fault(request, Place::Path(name.to_owned()), format!("{name} in the path is {value:?}")))
    }

    /// Whether a parameter allows a value, however it is written.
    pub fn parameter_allows(&self, parameter: &Parameter, value: &Value) -> bool {
        let text = unquoted_text(value);
        let readings = [Some(Value::from(text.as_str())), serde_json::from_str(&text).ok()];
        parameter.schema.as_ref().is_none_or(|schema| readings.into_iter().flatten().any(|value| self.is_valid(schema, &value)))
    }

    /// What a server reads in a body: in XML a number is a text as well, and what is null is an element that is empty. `None` where
    /// that is not certain.
    fn read<'b>(&self, body: &'b Body) -> Option<Cow<'b, Value>> {
        let Body::Xml(XmlBody { value, schema, .. }) = body else { return body.value().map(Cow::Borrowed) };
        let document = &self.contract.document;
        xml_value(document, schema, &xml(document, schema, value)).ok().map(Cow::Owned)
    }

    /// Whether a server certainly reads something else in a changed body than in the valid one.
    fn tells_a_change(&self, changed: &Body) -> bool {
        !matches!(changed, Body::Xml(_)) || self.read(changed).is_some_and(|value| self.read(&self.base.request.body) != Some(value))
    }

    /// Whether the body of the valid request stays valid with another value at one place.
    pub fn body_allows(&self, at: &str, value: &Value) -> bool {
        let (Some(schema), Some(body)) = (self.media().and_then(|media| media.schema.as_ref()), self.body_value()) else { return true };
        let mut changed = body.clone();
        if let Some(place) = changed.pointer_mut(at) {
            value.clone_into(place);
        }
        self.is_valid(schema, &changed) || !self.is_valid(schema, body)
    }

    /// Those variations of the body that its schema does not admit: another branch may do without what was left out. Of a
    /// place that the contract names, and of a body that does not fit as it is, the schema tells nothing.
    pub fn not_admitted(&self, variations: Vec<Mutation>) -> Vec<Mutation> {
        let schema = self.media().and_then(|media| media.schema.as_ref()).filter(|_| self.condition.at.is_none());
        let (Some(schema), Some(body)) = (schema, self.body_value()) else { return variations };
        let admitted = |mutation: &Mutation| self.read(&mutation.request.body).is_some_and(|body| self.is_valid(schema, &body));
        if variations.is_empty() || !self.is_valid(schema, body) {
            return variations;
        }
        variations.into_iter().filter(|mutation| !admitted(mutation)).collect()
    }

    /// A schema that cannot be compiled allows everything.
    fn is_valid(&self, schema: &SchemaRef, value: &Value) -> bool {
        self.schemas.violations(schema, value).map_or(true, |breaches| breaches.is_empty())
    }

    /// Whether a pair of the query belongs to a parameter: an object is written in pairs of other names (OpenAPI, Parameter
    /// Object, `deepObject`, and `form` with `explode`).
    pub fn is_pair_of(&self, parameter: &Parameter, known: &str) -> bool {
        let Serialization { style, explode, .. } = parameter.serialization;
        let member = || parameter.schema.as_ref().and_then(|schema| property(&self.contract.document, &schema.0, known)).is_some();
        match style {
            _ if known == parameter.name => true,
            Style::DeepObject => known.strip_prefix(&parameter.name).is_some_and(|rest| rest.starts_with('[')),
            Style::Form => explode && member(),
            _ => false,
        }
    }

    /// The valid request with a query parameter set.
    pub fn with_query_value(&self, name: &str, value: &str) -> Mutation {
        let mut request = self.base.request.clone();
        let parameter = self.operation.parameter(Location::Query, name);
        request.query.retain(|(known, _)| known != name && !parameter.is_some_and(|parameter| self.is_pair_of(parameter, known)));
        request.query.push((name.to_owned(), value.to_owned()));
        request.reset_style(&Place::Query(name.to_owned()));
        request.fillings.retain(|binding| binding.place != Place::Query(name.to_owned()));
        Mutation::fault(request, Place::Query(name.to_owned()), format!("the query parameter {name} is {value:?}"))
    }
}

/// One way to provoke a status.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// The request.
    pub request: RequestTemplate,
    /// What is wrong with it; absent when the request is valid and only the state differs.
    pub fault: Option<Fault>,
    /// The kind of resource whose unknown id was put in, for conditions that name a kind.
    pub kind: Option<String>,
    /// What must be so when it is sent.
    pub precondition: Precondition,
}

impl Mutation {
    fn fault(request: RequestTemplate, place: Place, words: impl Into<String>) -> Self {
        Self { request, fault: Some(Fault { place, words: words.into() }), kind: None, precondition: Precondition::Plain }
    }

    fn in_setting(request: RequestTemplate, precondition: Precondition, words: Option<&str>) -> Self {
        let fault = words.map(|words| Fault { place: Place::State, words: words.to_owned() });
        Self { request, fault, kind: None, precondition }
    }
}

/// What must be so when a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing beyond the resources that the request names.
    Plain,
    /// The very same request has been accepted just before; with a pointer, only the member there is the same.
    Again(Option<String>),
    /// The very same request has been accepted just before, and is about the same resource.
    Repeated,
    /// The resource in the path has been deleted.
    Deleted,
    /// The run has made the resource in the path with its first account.
    Own,
    /// The resource is one that something made by this operation refers to.
    Referred(Option<String>),
    /// The job has been made and has not finished.
    Unfinished,
    /// The job has finished.
    Finished,
    /// The resource is in this state since before the run.
    Given(String),
    /// This operation has been accepted on the resource; `None`: nothing has been done to it yet.
    After(Option<String>),
    /// The valid request has been answered, with the field `validator`, whose value goes into the header `condition`.
    Unmodified {
        /// Name of the header of the request, in small letters.
        condition: String,
        /// Name of the field of the answer.
        validator: String,
    },
    /// Every request that the rate limit allows has been sent.
    Exhausted,
}

/// Every trigger.
pub const TRIGGERS: &[Trigger] = &[
    success::TRIGGER,
    malformed_json::TRIGGER,
    missing_data::TRIGGER,
    missing_attribute::TRIGGER,
    wrong_attribute_type::TRIGGER,
    bad_enum::TRIGGER,
    bad_value::TRIGGER,
    bad_query_parameter::TRIGGER,
    missing_query_parameter::TRIGGER,
    undocumented_parameter::TRIGGER,
    over_limit::TRIGGER,
    malformed_id::TRIGGER,
    no_credentials::TRIGGER,
    wrong_secret::TRIGGER,
    missing_header::TRIGGER,
    limited_credentials::TRIGGER,
    other_owner::TRIGGER,
    unknown_id::TRIGGER,
    unknown_reference::TRIGGER,
    deleted_resource::TRIGGER,
    unsupported_method::TRIGGER,
    wrong_type::TRIGGER,
    id_mismatch::TRIGGER,
    duplicate::TRIGGER,
    in_use::TRIGGER,
    wrong_state::TRIGGER,
    unfinished::TRIGGER,
    finished::TRIGGER,
    expired::TRIGGER,
    wrong_content_type::TRIGGER,
    media_type_parameter::TRIGGER,
    missing_content_type::TRIGGER,
    not_acceptable::TRIGGER,
    unmodified::TRIGGER,
    stale_validator::TRIGGER,
    burst::TRIGGER,
];

/// The trigger of this name.
pub fn by_trigger_name(name: &TriggerName) -> Option<&'static Trigger> {
    TRIGGERS.iter().find(|trigger| trigger.name == *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_words_of_the_contract_language() {
        for (index, trigger) in TRIGGERS.iter().enumerate() {
            assert!(TRIGGERS[..index].iter().all(|other| other.name != trigger.name), "{} is there twice", trigger.name);
            assert!(trigger.name.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", trigger.name);
            assert!(!trigger.about.is_empty() && !trigger.source.is_empty(), "{} does not explain itself", trigger.name);
        }
    }

    #[test]
    fn a_body_in_xml_is_wrong_only_in_what_xml_tells() {
        let faults = |members: serde_json::Value, required: serde_json::Value| {
            let schema = serde_json::json!({"type": "object", "properties": members, "required": required});
            let body = serde_json::json!({"required": true, "content": {"application/xml": {"schema": schema, "example": {"a": "x", "b": 1}}}});
            let operation = serde_json::json!({"operationId": "a.make", "requestBody": body, "responses": {"204": {"description": ""}, "422": {"description": "wrong"}}});
            let of = |trigger: &str| small_contracts::faults(trigger, ("/a", "post", 422), &operation, &serde_json::json!({"/a": {}}));
            ["malformed-json", "missing-data", "wrong-attribute-type", "bad-enum"].map(of).concat()
        };
        let text = serde_json::json!({"type": "string"});
        let members = serde_json::json!({"a": text, "b": {"type": "integer"}});
        let cut = "the XML body is cut off before its end";
        assert_eq!(faults(members, serde_json::json!(["a", "b"])), [cut, "a is left out", "b is left out", "/b is \"probity\""]);
        let listed = serde_json::json!({"a": {"type": "string", "enum": ["x"]}});
        assert_eq!(faults(listed, serde_json::json!([])), [cut, "/a is \"PROBITY_NOT_IN_THE_LIST\""]);
        let unclear = serde_json::json!({"a": text, "b": {"anyOf": [{"type": "integer"}]}});
        assert_eq!(faults(unclear, serde_json::json!(["a"])), [cut], "it is not certain what a server reads");
    }

    #[test]
    fn what_another_branch_of_the_schema_does_without_is_no_fault() {
        let faults = |schema: serde_json::Value| {
            let body = serde_json::json!({"required": true, "content": {"application/json": {"schema": schema, "example": {"a": "x", "b": "y"}}}});
            let operation = serde_json::json!({"operationId": "a.make", "requestBody": body, "responses": {"204": {"description": ""}, "422": {"description": "wrong"}}});
            let of = |trigger: &str| small_contracts::faults(trigger, ("/a", "post", 422), &operation, &serde_json::json!({"/a": {}}));
            [of("missing-data"), of("missing-attribute"), of("wrong-attribute-type"), of("bad-enum")].map(|faults| faults.len())
        };
        let members = serde_json::json!({"a": {"type": "string", "enum": ["x"]}, "b": {"type": "string"}});
        assert_eq!(faults(serde_json::json!({"type": "object", "properties": members, "required": ["a"]})), [1, 1, 2, 1]);
        let either = serde_json::json!([{"required": ["a"]}, {"required": ["b"]}]);
        assert_eq!(faults(serde_json::json!({"type": "object", "properties": members, "anyOf": either})), [0, 0, 2, 1]);
        let open = serde_json::json!([{"properties": members, "required": ["a"]}, {"type": "object"}]);
        assert_eq!(faults(serde_json::json!({"anyOf": open})), [0, 0, 0, 0]);
    }
}
