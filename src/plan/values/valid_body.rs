//! Builds the body of a valid request: its media type, its value and its encoding.

use serde_json::{Map, Value, json};

use crate::contract::annotations::possible_references;
use crate::contract::samples::{samples, smallest_sample};
use crate::contract::schema::{follow_references, property};
use crate::contract::{Schemas, malformed_xml, read_only, remove};
use crate::model::assumption::Assumption;
use crate::model::contract::{Contract, Example, MediaType, SchemaRef};
use crate::model::media_range::{is_json_api, is_xml};
use crate::model::plan::{Body, Part, XmlBody};
use crate::model::reason::NoRequest;
use crate::model::serialization::{Pair, Serialization};
use crate::model::text::unquoted_text;

/// The media type that the body is sent as: JSON where there is one, else the first that can be written.
pub fn chosen<'a>(contract: &Contract, content: &'a [MediaType]) -> Result<(usize, &'a MediaType), NoRequest> {
    let writable = |media: &MediaType| {
        let name = concrete_media_type(contract, media);
        let text =
            media.examples.first().map_or_else(|| kind(contract, media).is_none_or(|kind| kind == "string"), |example| example.value.is_string());
        text || is_json(&name) || is_parts(&name) || is_form(&name) || (is_xml(&name) && media.schema.is_some())
    };
    let position = content.iter().position(|media| is_json(&media.name)).or_else(|| content.iter().position(writable));
    position
        .and_then(|index| Some((index, content.get(index)?)))
        .ok_or_else(|| NoRequest::NoMediaType(content.iter().map(|media| media.name.clone()).collect()))
}

/// The `type` of the whole body.
fn kind<'a>(contract: &'a Contract, media: &MediaType) -> Option<&'a str> {
    follow_references(&contract.document, &media.schema.as_ref()?.0)?.1.get("type")?.as_str()
}

/// The media type that a body says it is: a range (RFC 9110, section 12.5.1) is none, so one of those that it stands for.
pub fn concrete_media_type(contract: &Contract, media: &MediaType) -> String {
    let (range, parameters) = media.name.split_once(';').unwrap_or((&media.name, ""));
    let Some((family, suffix)) = range.trim().split_once("/*") else { return media.name.clone() };
    let described = media.schema.as_ref().and_then(|schema| follow_references(&contract.document, &schema.0)).map(|(_, schema)| schema);
    let is_binary = described.is_some_and(|schema| schema.get("format") == Some(&Value::from("binary")) || schema.get("contentMediaType").is_some());
    let is_text = kind(contract, media) == Some("string") || media.examples.first().is_some_and(|example| example.value.is_string());
    let name = match family {
        "text" => "text/plain".to_owned(),
        "multipart" => "multipart/form-data".to_owned(),
        "image" => "image/png".to_owned(),
        "audio" => "audio/mpeg".to_owned(),
        "video" => "video/mp4".to_owned(),
        _ if !suffix.is_empty() => format!("application/vnd.probity{suffix}"),
        "*" | "application" if is_binary => "application/octet-stream".to_owned(),
        "*" if is_text => "text/plain".to_owned(),
        "*" | "application" => "application/json".to_owned(),
        other => format!("{other}/vnd.probity"),
    };
    if parameters.is_empty() { name } else { format!("{name};{parameters}") }
}

/// Whether bodies of a media type are JSON texts (RFC 6839, section 3.1).
pub fn is_json(name: &str) -> bool {
    name.contains("json")
}

/// Whether a body is a form of several parts (RFC 7578).
pub fn is_parts(name: &str) -> bool {
    name.starts_with("multipart/form-data")
}

fn is_form(name: &str) -> bool {
    name.starts_with("application/x-www-form-urlencoded")
}

/// The first example that fits its schema, else a value made from the schema; and why it is not certain.
///
/// # Errors
/// There is no example, and no value could be made that fits: what a server says to another tells nothing.
pub fn body_value(contract: &Contract, schemas: &Schemas, media: &MediaType, name: &str) -> Result<(Value, Option<Assumption>), NoRequest> {
    let readable = is_json(name) || is_parts(name) || is_form(name);
    // An example of XML is most often the text itself; what is not even XML is none.
    let is_shown = |example: &&Example| !is_xml(name) || example.value.as_str().is_none_or(|text| malformed_xml(text).is_none());
    let as_value = is_xml(name) && !media.examples.iter().filter(is_shown).any(|example| example.value.is_string());
    let schema = media.schema.as_ref().filter(|_| readable || as_value);
    let fits = |value: &Value| schema.is_none_or(|schema| is_valid(schemas, schema, value));
    let shown = || media.examples.iter().filter(is_shown).map(|example| &example.value);
    let sent = || shown().map(|example| schema.map_or_else(|| example.clone(), |schema| without_read_only(contract, schema, example)));
    if let Some(example) = sent().chain(shown().cloned()).find(&fits) {
        return Ok((example, None));
    }
    let made = media.schema.as_ref().and_then(|schema| {
        // Many operations of a large document share the schema of their bodies. Whether a value can be sent as it is decides
        // about it only where the media type is one that can be read.
        let refers_only = contract.schema(schema).and_then(Value::as_object).filter(|members| members.len() == 1);
        let shared = refers_only.and_then(|members| members.get("$ref")?.as_str()).unwrap_or(&schema.0);
        contract.document.value_of(&format!("{shared} {}", readable || as_value), || {
            let mut ways = samples(&contract.document, &schema.0).map(|made| without_read_only(contract, schema, &made)).peekable();
            let first = ways.peek().cloned();
            let most_fitting = schemas.most_fitting(schema, ways).or(first);
            most_fitting.map(|made| with_attributes(contract, media, without_added_needs(contract, media, &made, fits), fits))
        })
    });
    let made = made.unwrap_or_default();
    match sent().next() {
        Some(_) if fits(&made) => Ok((made, Some(Assumption::MadeBody(true)))),
        Some(example) => Ok((example, Some(Assumption::UnfitExample))),
        None if fits(&made) => Ok((made, Some(Assumption::MadeBody(false)))),
        None => Err(NoRequest::NoBodyFits),
    }
}

/// A made value without the optional members that are there only because an author shows them and that name other resources:
/// what is there to be named is not known, and no request asks for it.
fn without_added_needs(contract: &Contract, media: &MediaType, made: &Value, fits: impl Fn(&Value) -> bool) -> Value {
    let Some(schema) = &media.schema else { return made.clone() };
    let plain = possible_references(contract, media, &smallest_sample(&contract.document, &schema.0));
    let added = possible_references(contract, media, made).into_iter().filter(|at| !plain.contains(at));
    let mut left = made.clone();
    for at in added.collect::<Vec<_>>().iter().rev() {
        let mut fewer = left.clone();
        if remove(&mut fewer, at) && fits(&fewer) {
            left = fewer;
        }
    }
    left
}

/// A made resource of JSON:API with attributes, where it would have none: a request that says nothing of a resource hides most
/// faults, and makes what bears no name.
fn with_attributes(contract: &Contract, media: &MediaType, made: Value, fits: impl Fn(&Value) -> bool) -> Value {
    let known = |data: &Map<String, Value>| data.get("type").and_then(Value::as_str).is_some_and(|name| contract.inferred.types.contains_key(name));
    let data = made.get("data").and_then(Value::as_object).filter(|data| is_json_api(media) || known(data));
    let says_nothing = |data: &Map<String, Value>| data.iter().all(|(name, value)| matches!(name.as_str(), "type" | "id") || value == &json!({}));
    let place = || property(&contract.document, &property(&contract.document, &media.schema.as_ref()?.0, "data")?, "attributes");
    let Some(place) = data.filter(|data| says_nothing(data)).and_then(|_| place()) else { return made };
    let with = |attributes: Value| {
        let mut whole = made.clone();
        whole["data"]["attributes"] = attributes;
        let sent = media.schema.as_ref().map_or_else(|| whole.clone(), |schema| without_read_only(contract, schema, &whole));
        without_added_needs(contract, media, &sent, &fits)
    };
    let says_something = |attributes: &Value| attributes.as_object().is_some_and(|members| !members.is_empty());
    samples(&contract.document, &place).filter(says_something).map(with).find(&fits).unwrap_or_else(|| made.clone())
}

/// An example without what only answers hold.
fn without_read_only(contract: &Contract, schema: &SchemaRef, example: &Value) -> Value {
    let mut sent = example.clone();
    for at in read_only(contract, schema, example).iter().rev() {
        remove(&mut sent, at);
    }
    sent
}

/// Whether a value breaks no rule; a schema that cannot be compiled has none.
pub fn is_valid(schemas: &Schemas, schema: &SchemaRef, value: &Value) -> bool {
    schemas.violations(schema, value).map_or(true, |breaches| breaches.is_empty())
}

/// The body that holds a value in this media type.
pub fn body_of(contract: &Contract, media: &MediaType, name: &str, value: Value) -> Body {
    if is_parts(name) {
        return Body::Multipart(parts(contract, media, &value));
    }
    if is_json(name) {
        return Body::Json(value);
    }
    match &value {
        value if is_xml(name) && !value.is_string() => {
            let schema = media.schema.as_ref().map(|schema| schema.0.clone()).unwrap_or_default();
            Body::Xml(XmlBody { value: value.clone(), schema, is_cut: false })
        }
        Value::Object(members) if is_form(name) => {
            let pairs = members.iter().flat_map(|(name, value)| pairs(media, name, value));
            Body::Text(pairs.map(|pair| urlencoded(&pair)).collect::<Vec<_>>().join("&"))
        }
        Value::Array(_) | Value::Object(_) => Body::Text(value.to_string()),
        Value::Null => Body::Text(String::new()),
        _ => Body::Text(unquoted_text(&value)),
    }
}

/// The pairs of one member of a form (OpenAPI, Encoding Object): where it says nothing, each item of an array is one, and an
/// object is JSON text.
fn pairs(media: &MediaType, name: &str, value: &Value) -> Vec<Pair> {
    let encoding = media.encoding.get(name).cloned().unwrap_or_default();
    let usual = Serialization::default_style(crate::model::contract::Location::Query);
    let whole = |value: &Value| usual.pairs(name, &Value::String(text(value)));
    match (encoding.serialization, value) {
        (Some(serialization), _) => serialization.pairs(name, value),
        (None, Value::Array(items)) if !encoding.content_type.as_deref().is_some_and(is_json) => items.iter().flat_map(whole).collect(),
        (None, value) => whole(value),
    }
}

fn text(value: &Value) -> String {
    if value.is_null() { String::new() } else { unquoted_text(value) }
}

/// A pair as a form holds it (URL Standard, section 5.2).
fn urlencoded(pair: &Pair) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("{}={}", encode(&pair.name), if pair.encoded { pair.value.clone() } else { encode(&pair.value) })
}

/// The parts of a form. Each item of an array is one of its own, of the type that an item has; an object is JSON text, and
/// what else is no file is plain text (OpenAPI, Special Considerations for `multipart` Content).
fn parts(contract: &Contract, media: &MediaType, value: &Value) -> Vec<Part> {
    let members = value.as_object().into_iter().flatten();
    let at = media.schema.as_ref().map(|schema| schema.0.as_str()).unwrap_or_default();
    let part = |(name, content): (&String, &Value)| {
        let encoding = media.encoding.get(name).cloned().unwrap_or_default();
        // An array of which each item is a pair is an array of parts all the same.
        let joined = |serialization: &Serialization| content.is_object() || (content.is_array() && !serialization.explode);
        if let Some(serialization) = encoding.serialization.filter(joined) {
            let pairs = serialization.pairs(name, content).into_iter();
            let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            return pairs.map(|pair| plain_part(pair.name, if pair.encoded { decoded(&pair.value) } else { pair.value })).collect::<Vec<_>>();
        }
        let repeated = content.is_array();
        let own = property(&contract.document, at, name).unwrap_or_default();
        let own = if repeated { follow_references(&contract.document, &own).map(|(own, _)| format!("{own}/items")).unwrap_or_default() } else { own };
        let schema = follow_references(&contract.document, &own).map(|(_, schema)| schema);
        let said = |key: &str| schema.and_then(|schema| schema.get(key)).and_then(Value::as_str);
        let is_file = said("contentMediaType").is_some() || said("format") == Some("binary");
        let item = if repeated { content.get(0).unwrap_or(&Value::Null) } else { content };
        let json = || (item.is_object() || item.is_array()).then(|| "application/json".to_owned());
        let named = encoding.content_type.filter(|name| !name.contains('*')).or_else(|| said("contentMediaType").map(str::to_owned));
        let file_name = is_file.then(|| "probity.txt".to_owned());
        vec![Part { name: name.clone(), media_type: named.or_else(json), file_name, content: content.clone(), repeated }]
    };
    members.flat_map(part).collect()
}

fn plain_part(name: String, text: String) -> Part {
    Part { name, media_type: None, file_name: None, content: Value::String(text), repeated: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::contract::JSON_API;
    use crate::plan::values::valid;

    /// The body of `PATCH` with this schema of its primary data and this media type.
    fn body(media: &str, data: &Value) -> Value {
        let content = json!({media: {"schema": {"type": "object", "required": ["data"], "properties": {"data": data}}}});
        let patch = json!({"requestBody": {"required": true, "content": content}, "responses": {"200": {"description": ""}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/book": {"patch": patch}}});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        match valid(&contract, &Schemas::new(&contract), &contract.operations[0], false).unwrap().request.body {
            Body::Json(value) => value,
            other => panic!("no JSON: {other:?}"),
        }
    }

    #[test]
    fn a_resource_of_json_api_is_changed_in_its_attributes() {
        let attributes = json!({"type": "object", "properties": {"title": {"type": "string"}, "made": {"type": "string", "readOnly": true}}});
        let mut data = json!({"type": "object", "required": ["type"], "properties": {"type": {"const": "books"}, "attributes": attributes}});
        let sent = body(JSON_API, &data);
        assert!(sent["data"]["attributes"]["title"].is_string() && sent["data"]["attributes"].get("made").is_none(), "{sent}");
        assert_eq!(body("application/json", &data), json!({"data": {"type": "books"}}), "what another media type means by it is not known");
        data["properties"]["attributes"]["maxProperties"] = json!(0);
        assert_eq!(body(JSON_API, &data)["data"].get("attributes"), None, "what does not fit is not sent");
    }

    /// The body that is sent where XML is taken with this example.
    fn sent(example: &Value) -> Body {
        let schema = json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "enum": [5]}}});
        let content = json!({"application/xml": {"schema": schema, "example": example}});
        let post = json!({"requestBody": {"required": true, "content": content}, "responses": {"204": {"description": "d"}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"post": post}}});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let media = &contract.operations[0].request_body.as_ref().unwrap().content[0];
        let (value, _) = body_value(&contract, &Schemas::new(&contract), media, &media.name).unwrap();
        body_of(&contract, media, &media.name, value)
    }

    #[test]
    fn an_example_of_xml_is_sent_as_it_is_only_where_it_is_xml() {
        assert_eq!(sent(&json!("<a><n>7</n></a>")), Body::Text("<a><n>7</n></a>".to_owned()));
        for example in [json!("{\"n\": 5}"), json!("<a><n>5</a>"), json!({"n": 5})] {
            assert_eq!(sent(&example).value(), Some(&json!({"n": 5})), "{example}");
        }
    }
}
