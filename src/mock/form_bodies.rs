//! Reads form bodies and XML back into typed values, by their schema (OpenAPI, Encoding Object).

use serde_json::{Map, Value};

use super::request::{DecodedRequest, Payload};
use super::styled_parameters::{RawPair, StyledReader, decoded, raw_pairs};
use crate::contract::schema::property;
use crate::contract::{Schemas, UnreadXml, malformed_xml, xml_value};
use crate::model::contract::{Contract, Location, MediaType, SchemaRef};
use crate::model::media_range::is_xml;
use crate::model::serialization::{Serialization, Style};

/// What was sent, read by its schema where it is a form or XML.
pub(crate) fn typed((contract, schemas): (&Contract, &Schemas), media: Option<&MediaType>, call: &DecodedRequest, payload: Payload) -> Payload {
    if let (Some(media), Payload::Value(Value::String(text))) = (media.filter(|media| is_xml(&media.name)), &payload) {
        return of_xml(contract, media, text).unwrap_or(payload);
    }
    let Some((media, Payload::Value(Value::Object(members)))) = media.filter(|media| media.schema.is_some()).map(|media| (media, &payload)) else {
        return payload;
    };
    let form = FormReader { contract, schemas, media };
    if media.name.starts_with("application/x-www-form-urlencoded") {
        return Payload::Value(Value::Object(form.of_pairs(&raw_pairs(&String::from_utf8_lossy(&call.body)))));
    }
    if media.name.starts_with("multipart/") {
        let members = members.iter().map(|(name, value)| (name.clone(), form.of_part(name, value))).collect();
        return Payload::Value(Value::Object(members));
    }
    payload
}

/// What XML stands for; `None` where that is not certain.
fn of_xml(contract: &Contract, media: &MediaType, text: &str) -> Option<Payload> {
    let read = match &media.schema {
        Some(schema) => xml_value(&contract.document, &schema.0, text),
        None => malformed_xml(text).map_or(Err(UnreadXml::Uncertain("without a schema")), |what| Err(UnreadXml::Malformed(what))),
    };
    match read {
        Ok(value) => Some(Payload::Value(value)),
        Err(UnreadXml::Malformed(what)) => Some(Payload::Malformed(format!("The body is no XML: {what}."))),
        Err(UnreadXml::Uncertain(_)) => None,
    }
}

struct FormReader<'a> {
    contract: &'a Contract,
    schemas: &'a Schemas,
    media: &'a MediaType,
}

impl FormReader<'_> {
    fn schema(&self, name: &str) -> Option<SchemaRef> {
        property(&self.contract.document, &self.media.schema.as_ref()?.0, name).map(SchemaRef)
    }

    /// How a member is written: where nothing is said of it, an object is JSON text.
    fn reader<'s>(&'s self, name: &str, schema: Option<&'s SchemaRef>) -> StyledReader<'s> {
        let usual = Serialization::default_style(Location::Query);
        let encoding = self.media.encoding.get(name);
        let plain = StyledReader { contract: self.contract, schemas: self.schemas, schema, serialization: usual };
        let is_json =
            plain.is_a("object") || encoding.and_then(|encoding| encoding.content_type.as_deref()).is_some_and(|name| name.contains("json"));
        let unsaid = if is_json { Serialization { style: Style::Json, ..usual } } else { usual };
        StyledReader { serialization: encoding.and_then(|encoding| encoding.serialization).unwrap_or(unsaid), ..plain }
    }

    fn of_pairs(&self, pairs: &[RawPair]) -> Map<String, Value> {
        let mut members = Map::new();
        let mut inner: Vec<String> = Vec::new();
        for name in self.media.encoding.keys() {
            let schema = self.schema(name);
            let reader = self.reader(name, schema.as_ref());
            let spread = reader.serialization.style == Style::Form && reader.serialization.explode && reader.is_a("object");
            if let Some(Value::Object(value)) = reader.values_of_pairs(name, pairs).into_iter().next().filter(|_| spread) {
                inner.extend(value.keys().cloned());
                members.insert(name.clone(), Value::Object(value));
            }
        }
        for (name, value) in pairs.iter().filter(|(name, _)| !inner.contains(name)) {
            let own = name.split('[').next().filter(|own| self.schema(own).is_some()).unwrap_or(name);
            if members.contains_key(own) {
                continue;
            }
            let schema = self.schema(own);
            match self.reader(own, schema.as_ref()).values_of_pairs(own, pairs).into_iter().next() {
                Some(value) => members.insert(own.to_owned(), value),
                None => members.insert(name.clone(), Value::String(decoded(value))),
            };
        }
        members
    }

    /// The content of the parts of one name.
    fn of_part(&self, name: &str, content: &Value) -> Value {
        let schema = self.schema(name);
        let reader = self.reader(name, schema.as_ref());
        match content {
            Value::Array(_) | Value::String(_) if reader.is_a("array") => {
                let items = content.as_array().cloned().unwrap_or_else(|| vec![content.clone()]);
                Value::Array(items.iter().map(|item| item.as_str().map_or_else(|| item.clone(), |text| reader.item(text))).collect())
            }
            Value::String(text) if schema.is_some() => reader.value_of_text(text),
            other => other.clone(),
        }
    }
}
