//! Writes a value as XML, by the members `xml` of its schema.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Value};

use super::schema::{follow_references, property};
use crate::model::text::unquoted_text;

/// How many schemas are followed for what is said of one element.
const MOST_BRANCHES: usize = 8;

/// A value as an XML document (OpenAPI, XML Object). The element is called as the schema says, or like the schema itself.
pub fn xml(document: &Value, schema: &str, value: &Value) -> String {
    let mut writer = Writer::new(Vec::new());
    let followed = follow_references(document, schema).map(|(at, _)| at).unwrap_or_default();
    let own = followed.strip_prefix("/components/schemas/").filter(|name| !name.contains('/')).map(super::unescape);
    element(&mut writer, document, schema, &own.unwrap_or_else(|| "root".to_owned()), value);
    String::from_utf8(writer.into_inner()).unwrap_or_default()
}

/// What `xml` says of the value of a schema: by the schema itself before what it refers to, and the branches of `allOf`.
pub(super) fn about(document: &Value, schema: &str) -> Map<String, Value> {
    let mut sum = Map::new();
    let mut open = vec![schema.to_owned()];
    for _ in 0..MOST_BRANCHES {
        let Some(at) = open.pop() else { break };
        let Some(found) = document.pointer(&at) else { continue };
        for (name, value) in found.get("xml").and_then(Value::as_object).into_iter().flatten() {
            sum.entry(name.clone()).or_insert_with(|| value.clone());
        }
        open.extend(follow_references(document, &at).map(|(behind, _)| behind).filter(|behind| *behind != at));
        let branches = found.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        open.extend((0..branches).map(|index| format!("{at}/allOf/{index}")));
    }
    sum
}

/// The name of an element or attribute, with its prefix; `usual` where the schema has none.
pub(super) fn called(about: &Map<String, Value>, usual: &str) -> String {
    let said = |name: &str| about.get(name).and_then(Value::as_str);
    let name = said("name").unwrap_or(usual);
    let name = said("prefix").map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':');
    let name: String = name.chars().map(|letter| if is_part(letter) { letter } else { '_' }).collect();
    // A name begins with a letter (XML 1.0, section 2.3).
    if name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') { name } else { format!("_{name}") }
}

fn element(writer: &mut Writer<Vec<u8>>, document: &Value, schema: &str, usual: &str, value: &Value) {
    let about = about(document, schema);
    let mut start = BytesStart::new(called(&about, usual));
    if let Some(namespace) = about.get("namespace").and_then(Value::as_str) {
        let prefix = about.get("prefix").and_then(Value::as_str);
        start.push_attribute((prefix.map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{prefix}")).as_str(), namespace));
    }
    let end = start.to_end().into_owned();
    let members: Vec<(&String, &Value, String)> =
        value.as_object().into_iter().flatten().map(|(name, member)| (name, member, property(document, schema, name).unwrap_or_default())).collect();
    let is_attribute = |at: &str| self::about(document, at).get("attribute") == Some(&Value::Bool(true));
    let (attributes, children): (Vec<_>, Vec<_>) = members.into_iter().partition(|(_, member, at)| !member.is_object() && is_attribute(at));
    for (name, member, at) in attributes {
        start.push_attribute((called(&self::about(document, &at), name).as_str(), unquoted_text(member).as_str()));
    }
    write(writer, Event::Start(start));
    match value {
        Value::Object(_) => children.into_iter().for_each(|(name, member, at)| child(writer, document, &at, name, member)),
        Value::Array(items) => items.iter().for_each(|item| element(writer, document, &items_of(document, schema), usual, item)),
        Value::Null => {}
        value => write(writer, Event::Text(BytesText::new(&unquoted_text(value)))),
    }
    write(writer, Event::End(end));
}

/// One member of an object: an element, or where it is an array one for each item, with one around them if the schema wants that.
fn child(writer: &mut Writer<Vec<u8>>, document: &Value, schema: &str, name: &str, value: &Value) {
    let Value::Array(items) = value else { return element(writer, document, schema, name, value) };
    let about = about(document, schema);
    let wrapped = about.get("wrapped") == Some(&Value::Bool(true));
    let around = called(&about, name);
    if wrapped {
        write(writer, Event::Start(BytesStart::new(around.clone())));
    }
    let below = items_of(document, schema);
    for item in items {
        element(writer, document, &below, name, item);
    }
    if wrapped {
        write(writer, Event::End(BytesEnd::new(around)));
    }
}

fn items_of(document: &Value, schema: &str) -> String {
    follow_references(document, schema).map(|(at, _)| format!("{at}/items")).unwrap_or_default()
}

/// Writing to memory does not fail.
fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    let _ = writer.write_event(event);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_written_as_its_schema_says() {
        let book = json!({"xml": {"name": "book", "namespace": "urn:b"}, "properties": {
            "id": {"type": "integer", "xml": {"attribute": true}}, "title": {"type": "string", "xml": {"prefix": "x"}},
            "tags": {"type": "array", "xml": {"wrapped": true, "name": "all"}, "items": {"xml": {"name": "tag"}}}, "of": {"items": {"type": "string"}}}});
        let document = json!({"components": {"schemas": {"Book": book, "More": {"allOf": [{"$ref": "#/components/schemas/Book"}]}, "Empty": {}}}});
        let value = json!({"id": 7, "title": "a < b & \"c\"", "tags": ["p", "q"], "of": ["r", "s"], "un known": null});
        let text = r#"<book xmlns="urn:b" id="7"><x:title>a &lt; b &amp; &quot;c&quot;</x:title><all><tag>p</tag><tag>q</tag></all><of>r</of><of>s</of><un_known></un_known></book>"#;
        assert_eq!(xml(&document, "/components/schemas/Book", &value), text);
        assert_eq!(xml(&document, "/components/schemas/More", &json!({"id": 7})), r#"<book xmlns="urn:b" id="7"></book>"#);
        assert_eq!(xml(&document, "/components/schemas/Empty", &json!({})), "<Empty></Empty>");
        assert_eq!(xml(&document, "", &json!({"1": 2})), "<root><_1>2</_1></root>");
    }
}
