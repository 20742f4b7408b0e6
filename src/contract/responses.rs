//! Reads request bodies and responses: their media types, headers and links.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::operations::{OperationView, Reader};
use super::pointer::{append, at_pointer};
use super::schema::{follow_references, is_of_type};
use super::unjudged_schemas::{UNREAD, UNREAD_SCHEMA};
use super::{ContractError, conditions};
use crate::model::contract::{
    Certainty, Encoding, Example, Fallback, HeaderRule, Link, Location, MediaType, RequestBody, Response, SchemaRef, Status,
};
use crate::model::serialization::Serialization;

/// What stands under a key of `responses`.
enum ResponseKey {
    Status(Status),
    /// `default`, or a range such as `4XX` by its first digit.
    Span(Option<u16>),
}

impl ResponseKey {
    fn read(code: &str) -> Option<Self> {
        if code == "default" {
            return Some(Self::Span(None));
        }
        let range = code.strip_suffix("XX").or_else(|| code.strip_suffix("xx")).and_then(|digit| digit.parse().ok());
        match range.or_else(|| code.trim().parse::<u16>().ok())? {
            digit @ 1..=5 if code.len() == 3 => Some(Self::Span(Some(digit))),
            number @ 100..=599 => Some(Self::Status(Status(number))),
            _ => None,
        }
    }
}

impl Reader<'_> {
    pub(super) fn request_body(&self, pointer: &str) -> Option<RequestBody> {
        if at_pointer(self.document, pointer).is_none_or(Value::is_null) {
            return None;
        }
        let (at, value) = self.follow_reference(pointer)?;
        let mut content = self.content(&append(&at, "content"));
        // Whatever is taken, JSON is.
        if let [only] = content.as_mut_slice()
            && only.name == "*/*"
        {
            "application/json".clone_into(&mut only.name);
        }
        Some(RequestBody { required: value.get("required") == Some(&Value::Bool(true)), content })
    }

    fn content(&self, pointer: &str) -> Vec<MediaType> {
        let mut content = Vec::new();
        for name in self.object(pointer).into_iter().flat_map(Map::keys) {
            let own = append(pointer, name);
            let Some(name) = self.media_name(&own, name) else { continue };
            let Some((at, value)) = self.follow_reference(&own) else { continue };
            let schema = value.get("schema").filter(|schema| schema.is_object() || schema.is_boolean()).map(|_| SchemaRef(append(&at, "schema")));
            let described = schema.as_ref().and_then(|schema| follow_references(self.document, &schema.0)).map(|(_, schema)| schema);
            let mut examples = Vec::new();
            if let Some(value) = value.get("example") {
                examples.push(Example { name: String::new(), value: read(&name, described, value) });
            }
            for key in self.object(&append(&at, "examples")).into_iter().flat_map(Map::keys) {
                let Some((_, example)) = self.follow_reference(&append(&append(&at, "examples"), key)) else { continue };
                if let Some(value) = example.get("value").or_else(|| example.get("dataValue")) {
                    examples.push(Example { name: key.clone(), value: read(&name, described, value) });
                }
            }
            let shown = described.filter(|_| examples.is_empty());
            if let Some(value) = shown.and_then(|schema| schema.get("example").or_else(|| schema.get("examples")?.get(0))) {
                examples.push(Example { name: String::new(), value: read(&name, described, value) });
            }
            content.push(MediaType { encoding: encoding(value), name, schema, examples });
        }
        content
    }

    /// The name of a media type in lower case; one that is none is an issue.
    fn media_name(&self, pointer: &str, name: &str) -> Option<String> {
        let lower = name.trim().to_ascii_lowercase();
        if lower.contains('/') {
            return Some(lower);
        }
        let json = lower.contains("json");
        let meaning = if json { "it is read as application/json" } else { "it is left out" };
        self.note_issue(pointer, format!("{name:?} is no media type (RFC 9110, section 8.3.1)"), meaning);
        json.then(|| "application/json".to_owned())
    }

    pub(super) fn responses(&self, view: &OperationView, source: &str) -> Result<(Vec<Response>, Vec<Fallback>), ContractError> {
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        for owner in [Some(&view.base), view.form.as_ref()].into_iter().flatten() {
            let pointer = append(owner, "responses");
            for (code, value) in self.object(&pointer).into_iter().flatten().filter(|(code, _)| !code.starts_with("x-")) {
                if value.is_null() {
                    places.remove(code);
                } else {
                    places.insert(code.clone(), append(&pointer, code));
                }
            }
        }
        let (mut responses, mut fallbacks) = (Vec::new(), Vec::new());
        for (code, pointer) in places {
            match ResponseKey::read(&code) {
                Some(ResponseKey::Status(status)) => responses.push(self.response(&pointer, status, source)?),
                Some(ResponseKey::Span(class)) => {
                    let lowest = Status(class.unwrap_or(1) * 100);
                    fallbacks.push(Fallback { class, response: self.response(&pointer, lowest, source)? });
                }
                None => self.note_issue(
                    &pointer,
                    format!("{code:?} is no HTTP status; it has to be three digits, a range such as 4XX, or default"),
                    "this response is left out",
                ),
            }
        }
        Ok((responses, fallbacks))
    }

    pub(super) fn general_responses(&self) -> Result<Vec<Response>, ContractError> {
        let pointer = "/x-probity-general-responses";
        let source = self.text("/x-probity-source").or_else(|| self.text("/info/title")).unwrap_or_default();
        let mut responses = Vec::new();
        for code in self.object(pointer).into_iter().flat_map(Map::keys) {
            let at = append(pointer, code);
            let Some(ResponseKey::Status(status)) = ResponseKey::read(code) else {
                return Err(self.error(&at, format!("{code:?} is no HTTP status; write three digits")));
            };
            let mut response = self.response(&at, status, &source)?;
            response.general = true;
            responses.push(response);
        }
        Ok(responses)
    }

    fn response(&self, pointer: &str, status: Status, source: &str) -> Result<Response, ContractError> {
        let Some((at, value)) = self.follow_reference(pointer).filter(|(_, value)| value.get(UNREAD).is_none()) else {
            return Ok(self.unread(pointer, status, source));
        };
        let written = at_pointer(self.document, pointer).and_then(|own| own.get("description")).or_else(|| value.get("description"));
        let conditions = match value.get("x-probity-when") {
            Some(list) => conditions::read_list(list).map_err(|message| self.error(&append(&at, "x-probity-when"), message))?,
            None => Vec::new(),
        };
        Ok(Response {
            status,
            description: written.and_then(Value::as_str).unwrap_or_default().to_owned(),
            headers: self.headers(&at)?,
            content: self.content(&append(&at, "content")),
            conditions,
            links: self.links(&at),
            source: value.get("x-probity-source").and_then(Value::as_str).unwrap_or(source).to_owned(),
            place: self.place(pointer),
            general: false,
            certainty: self.extension(&at, value, "x-probity-certainty", "documented, contradicted, seen or inferred")?.unwrap_or_default(),
            alternative_to: self.extension(&at, value, "x-probity-alternative-to", "the status of another response")?,
        })
    }

    /// A response of which nothing is known but its status.
    fn unread(&self, pointer: &str, status: Status, source: &str) -> Response {
        let content = vec![MediaType {
            name: "*/*".to_owned(),
            schema: Some(SchemaRef(UNREAD_SCHEMA.to_owned())),
            examples: Vec::new(),
            encoding: BTreeMap::new(),
        }];
        let (headers, conditions, links) = (Vec::new(), Vec::new(), Vec::new());
        let (source, place) = (source.to_owned(), self.place(pointer));
        let (certainty, alternative_to) = (Certainty::default(), None);
        Response { status, description: String::new(), headers, content, conditions, links, source, place, general: false, certainty, alternative_to }
    }

    fn headers(&self, at: &str) -> Result<Vec<HeaderRule>, ContractError> {
        let at = append(at, "headers");
        let mut headers = Vec::new();
        for name in self.object(&at).into_iter().flat_map(Map::keys) {
            let Some((header_at, header)) = self.follow_reference(&append(&at, name)) else { continue };
            let schema = header.get("schema").map(|_| SchemaRef(append(&header_at, "schema")));
            let or = self.extension(&header_at, header, "x-probity-or", "a list of names of header fields")?.unwrap_or_default();
            headers.push(HeaderRule { name: name.clone(), required: header.get("required") == Some(&Value::Bool(true)), schema, or });
        }
        Ok(headers)
    }

    fn links(&self, at: &str) -> Vec<Link> {
        let at = append(at, "links");
        let mut links = Vec::new();
        for name in self.object(&at).into_iter().flat_map(Map::keys) {
            let Some((_, link)) = self.follow_reference(&append(&at, name)) else { continue };
            let parameters = link.get("parameters").and_then(Value::as_object).into_iter().flatten();
            let parameters = parameters.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            if let Some(target) = link.get("operationId").or_else(|| link.get("operationRef")).and_then(Value::as_str) {
                links.push(Link { operation: target.to_owned(), parameters: parameters.collect() });
            }
        }
        links
    }
}

/// An example as a value: some authors write JSON as a text where the schema asks for something else.
fn read(media: &str, schema: Option<&Value>, example: &Value) -> Value {
    let takes_text = schema.is_none_or(|schema| match schema.get("type") {
        Some(Value::String(name)) => is_of_type(example, name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(example, name)),
        _ => schema.get("properties").is_none() && schema.get("allOf").is_none(),
    });
    match example {
        Value::String(text) if media.contains("json") && !takes_text => {
            serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array()).unwrap_or_else(|| example.clone())
        }
        example => example.clone(),
    }
}

/// `encoding` of a media type. Where none of `style`, `explode` and `allowReserved` is there, the type of a member decides
/// (OpenAPI, Encoding Object).
fn encoding(media: &Value) -> BTreeMap<String, Encoding> {
    let members = media.get("encoding").and_then(Value::as_object).into_iter().flatten();
    let one = |(name, described): (&String, &Value)| {
        let styled = ["style", "explode", "allowReserved"].iter().any(|keyword| described.get(*keyword).is_some());
        let content_type = described.get("contentType").and_then(Value::as_str).and_then(|types| types.split(',').next());
        let encoding = Encoding {
            content_type: content_type.map(|name| name.trim().to_ascii_lowercase()),
            serialization: styled.then(|| Serialization::read(described, Serialization::default_style(Location::Query))),
        };
        (name.clone(), encoding)
    };
    members.map(one).collect()
}
