//! Parses parameter values in the serialization that the contract gives (OpenAPI, `style` and `explode`).

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::contract::Schemas;
use crate::contract::schema::{follow_references, property};
use crate::model::contract::{Contract, Location, Operation, Parameter, SchemaRef};
use crate::model::serialization::{Serialization, Style};

/// What describes a value, and how it is written.
#[derive(Clone, Copy)]
pub(crate) struct StyledReader<'a> {
    pub contract: &'a Contract,
    pub schemas: &'a Schemas,
    pub schema: Option<&'a SchemaRef>,
    pub serialization: Serialization,
}

/// A name, decoded, and a value that still is percent-encoded.
pub(crate) type RawPair = (String, String);

/// The pairs of a query or an urlencoded form (URL Standard, section 5.1).
pub(crate) fn raw_pairs(text: &str) -> Vec<RawPair> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), value.to_owned())).collect()
}

/// A part of a query or an urlencoded form.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// What reads the values of a parameter.
pub(crate) fn reader<'a>(contract: &'a Contract, schemas: &'a Schemas, parameter: &'a Parameter) -> StyledReader<'a> {
    StyledReader { contract, schemas, schema: parameter.schema.as_ref(), serialization: parameter.serialization }
}

/// The pairs that may belong to a parameter of the query: an object of free names is not read from what others are called.
pub(crate) fn pairs_of(operation: &Operation, parameter: &Parameter, pairs: &[RawPair]) -> Vec<RawPair> {
    let others = || operation.parameters.iter().filter(|other| other.location == Location::Query && other.name != parameter.name);
    pairs.iter().filter(|(name, _)| others().all(|other| other.name != *name)).cloned().collect()
}

/// Whether a limit is broken, and what is wrong, when a value does not fit the schema of its parameter.
pub(crate) fn query_breach(contract: &Contract, schemas: &Schemas, parameter: &Parameter, pairs: &[RawPair]) -> Option<(bool, String)> {
    let schema = parameter.schema.as_ref()?;
    let sent = reader(contract, schemas, parameter).values_of_pairs(&parameter.name, pairs);
    let breach = sent.iter().find_map(|value| schemas.violations(schema, value).ok()?.into_iter().next())?;
    Some((matches!(breach.keyword.as_str(), "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems"), breach.message))
}

/// The text of a parameter as the JSON value that fits its schema, else as the nearest.
pub(crate) fn read(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, text: &str) -> Value {
    let plain = Value::String(text.to_owned());
    if contract.schema(schema).is_none() || schemas.fits(schema, &plain) {
        return plain;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => plain,
    }
}

impl StyledReader<'_> {
    /// What stands under a name in pairs: a list or an object once, anything else as often as it is there.
    pub(crate) fn values_of_pairs(&self, name: &str, pairs: &[RawPair]) -> Vec<Value> {
        let own = || pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if self.serialization.style == Style::Json {
            return own().map(|text| from_json(&decoded(text))).collect();
        }
        if self.is_a("object") {
            return self.object(name, pairs).map(Value::Object).into_iter().collect();
        }
        if own().next().is_none() {
            return Vec::new();
        }
        if self.is_a("array") {
            let exploded = self.serialization.explode;
            let texts: Vec<String> = own().flat_map(|text| if exploded { vec![decoded(text)] } else { self.decoded_parts(text) }).collect();
            return vec![self.items(texts.iter().filter(|text| !text.is_empty()))];
        }
        own().map(|text| self.typed(self.schema, &decoded(text))).collect()
    }

    /// What a segment of the path says, without what its style puts before it.
    pub(crate) fn in_segment(&self, name: &str, text: &str) -> Value {
        let bare = self.without_prefix(name, text);
        if self.is_a("array") {
            let delimiter = match (self.serialization.style, self.serialization.explode) {
                (Style::Label, true) => ".".to_owned(),
                (Style::Matrix, true) => format!(";{name}="),
                _ => ",".to_owned(),
            };
            return self.items(bare.split(&delimiter).map(str::to_owned).collect::<Vec<_>>().iter());
        }
        if self.is_a("object") {
            let parts: Vec<&str> = bare.split([',', '.', ';', '=']).collect();
            return Value::Object(parts.chunks(2).filter_map(|pair| Some(self.member(pair.first()?, pair.get(1)?))).collect());
        }
        self.typed(self.schema, bare)
    }

    /// The text of a segment behind what its style puts before it.
    pub(crate) fn without_prefix<'t>(&self, name: &str, text: &'t str) -> &'t str {
        let before = match self.serialization.style {
            Style::Label => ".".to_owned(),
            Style::Matrix if self.serialization.explode && self.is_a("object") => ";".to_owned(),
            Style::Matrix => format!(";{name}="),
            _ => return text,
        };
        text.strip_prefix(&before).unwrap_or(text)
    }

    /// Whether the schema is of a type, among others.
    pub(crate) fn is_a(&self, name: &str) -> bool {
        let schema = self.schema.and_then(|schema| follow_references(&self.contract.document, &schema.0)).map(|(_, schema)| schema);
        schema
            .and_then(|schema| schema.get("type"))
            .is_some_and(|types| types == name || types.as_array().is_some_and(|types| types.contains(&name.into())))
    }

    fn object(&self, name: &str, pairs: &[RawPair]) -> Option<Map<String, Value>> {
        let at = self.schema.map(|schema| schema.0.as_str()).unwrap_or_default();
        let own = pairs.iter().find(|(known, _)| known == name).map(|(_, value)| self.decoded_parts(value));
        let members: Map<String, Value> = match self.serialization.style {
            Style::DeepObject => return self.deep(name, pairs),
            _ if self.serialization.explode => {
                // Where no member is described, each may be one.
                let described = follow_references(&self.contract.document, at).is_some_and(|(_, schema)| schema.get("properties").is_some());
                let known = pairs.iter().filter(|(known, _)| !described || property(&self.contract.document, at, known).is_some());
                known.map(|(known, value)| self.member(known, &decoded(value))).collect()
            }
            _ => own?.chunks(2).filter_map(|pair| Some(self.member(pair.first()?, pair.get(1)?))).collect(),
        };
        (!members.is_empty()).then_some(members)
    }

    /// Members that are named in brackets; what is deeper than one schema tells is read as JSON would be.
    fn deep(&self, name: &str, pairs: &[RawPair]) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        for (known, value) in pairs {
            let Some(path) = known.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']')) else { continue };
            let (own, deeper) = path.split_once("][").map_or((path, None), |(own, deeper)| (own, Some(deeper)));
            let text = decoded(value);
            let at = self.schema.and_then(|schema| property(&self.contract.document, &schema.0, own)).map(SchemaRef);
            let reader = StyledReader { schema: at.as_ref(), ..*self };
            let value = match deeper {
                Some(deeper) => deeper.split("][").collect::<Vec<_>>().into_iter().rev().fold(from_json(&text), |value, part| json!({part: value})),
                None if reader.is_a("array") => reader.items([text].iter()),
                None => reader.typed(at.as_ref(), &text),
            };
            match (members.get_mut(own), value) {
                (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (_, value) => {
                    members.insert(own.to_owned(), value);
                }
            }
        }
        (!members.is_empty()).then_some(members)
    }

    fn member(&self, name: &str, text: &str) -> (String, Value) {
        let at = self.schema.and_then(|schema| property(&self.contract.document, &schema.0, name)).map(SchemaRef);
        (name.to_owned(), self.typed(at.as_ref(), text))
    }

    fn items<'t>(&self, texts: impl Iterator<Item = &'t String>) -> Value {
        let at = self.schema.and_then(|schema| follow_references(&self.contract.document, &schema.0)).map(|(at, _)| SchemaRef(format!("{at}/items")));
        texts.map(|text| self.typed(at.as_ref(), text)).collect()
    }

    /// A text as the value that the schema describes.
    pub(crate) fn value_of_text(&self, text: &str) -> Value {
        self.typed(self.schema, text)
    }

    /// A text as an item of the list that the schema describes.
    pub(crate) fn item(&self, text: &str) -> Value {
        match self.items([text.to_owned()].iter()) {
            Value::Array(mut items) => items.pop().unwrap_or_default(),
            other => other,
        }
    }

    fn typed(&self, schema: Option<&SchemaRef>, text: &str) -> Value {
        schema.map_or_else(|| Value::from(text), |schema| read(self.contract, self.schemas, schema, text))
    }

    /// The parts of a value that is one pair, each decoded after it was split off.
    fn decoded_parts(&self, text: &str) -> Vec<String> {
        let text = match self.serialization.style {
            Style::SpaceDelimited => text.replace("%20", ",").replace('+', ","),
            Style::PipeDelimited => text.replace("%7C", ",").replace("%7c", ",").replace('|', ","),
            _ => text.to_owned(),
        };
        text.split(',').map(decoded).collect()
    }
}

fn from_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}
