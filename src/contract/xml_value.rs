//! Reads an XML document as the value that its schema describes, where that is certain.

use serde_json::{Map, Value};

use super::pointer::append;
use super::schema::follow_references;
use super::xml::{about, called};
use super::xml_document::{Element, UnreadXml, parse};
use super::xml_scalar::scalar;

/// Keywords that leave open which elements stand for which members.
const OPEN: [&str; 7] = ["anyOf", "oneOf", "not", "if", "$dynamicRef", "dependentSchemas", "patternProperties"];

/// Keywords that demand something of a content.
const DEMANDS: [&str; 9] = ["required", "minProperties", "minItems", "minLength", "format", "pattern", "enum", "const", "contains"];

/// How many schemas are followed for what is said of one value.
const MOST_PARTS: usize = 16;

/// The value that an XML document stands for, by the members `xml` of a schema (OpenAPI, XML Object). What a document defines itself
/// is never expanded.
///
/// # Errors
/// The document is not well-formed, or it is not certain what it stands for.
pub fn xml_value(document: &Value, schema: &str, text: &str) -> Result<Value, UnreadXml> {
    let root = parse(text)?;
    SchemaReader { document, is_partial: false }.value(schema, &root).map_err(UnreadXml::Uncertain)
}

/// The same without the members of which it is not certain what they stand for.
pub fn xml_parts(document: &Value, schema: &str, text: &str) -> Option<Value> {
    SchemaReader { document, is_partial: true }.value(schema, &parse(text).ok()?).ok()
}

/// What a schema says of a value, with all branches of `allOf`.
struct Described<'d> {
    /// The schema and its branches, each with its place.
    parts: Vec<(String, &'d Value)>,
    /// The one type beside null.
    kind: &'d str,
    nullable: bool,
}

impl<'d> Described<'d> {
    fn new(document: &'d Value, schema: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut open = vec![schema.to_owned()];
        while let Some(next) = open.pop() {
            let (at, found) = follow_references(document, &next).ok_or("whose schema leads nowhere")?;
            if parts.len() == MOST_PARTS || OPEN.iter().any(|keyword| found.get(*keyword).is_some()) {
                return Err("whose schema leaves open which element is which member");
            }
            let branches = found.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..branches).rev().map(|index| format!("{at}/allOf/{index}")));
            parts.push((at, found));
        }
        if about(document, schema).contains_key("nodeType") {
            return Err("whose schema leaves open which element is which member");
        }
        let mut said = parts.iter().filter(|(_, part)| part.get("type").is_some()).map(|(_, part)| type_of(part));
        let untold = "whose schema does not say of which type each element is";
        let (kind, mut nullable) = said.next().flatten().ok_or(untold)?;
        for other in said {
            let (_, too) = other.filter(|(name, _)| *name == kind).ok_or(untold)?;
            nullable &= too;
        }
        Ok(Self { parts, kind, nullable })
    }

    fn is_list(&self) -> bool {
        self.kind == "array"
    }

    /// Where the schema of the items of a list stands.
    fn items(&self) -> String {
        let (at, _) = self.parts.iter().find(|(_, part)| part.get("items").is_some()).unwrap_or(&self.parts[0]);
        format!("{at}/items")
    }

    /// The members of an object, each with the place of its schema.
    fn members(&self) -> Vec<(&'d str, String)> {
        let mut members: Vec<(&str, String)> = Vec::new();
        for (at, part) in &self.parts {
            for name in part.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                if members.iter().all(|(known, _)| known != name) {
                    members.push((name, append(&format!("{at}/properties"), name)));
                }
            }
        }
        members
    }

    fn requires(&self, member: &str) -> bool {
        let mut lists = self.parts.iter().filter_map(|(_, part)| part.get("required")?.as_array());
        lists.any(|names| names.iter().any(|name| name == member))
    }

    /// Whether a member is required that is not described.
    fn requires_more_than(&self, members: &[(&str, String)]) -> bool {
        let mut names = self.parts.iter().filter_map(|(_, part)| part.get("required")?.as_array()).flatten().filter_map(Value::as_str);
        names.any(|name| members.iter().all(|(known, _)| *known != name))
    }

    /// Whether other members may be wrong.
    fn is_closed(&self) -> bool {
        self.parts.iter().any(|(_, part)| {
            part.get("additionalProperties").is_some_and(|more| *more != Value::Bool(true)) || part.get("unevaluatedProperties").is_some()
        })
    }
}

/// Reads elements as values by their schemas.
#[derive(Clone, Copy)]
struct SchemaReader<'d> {
    document: &'d Value,
    /// Whether members of which it is not certain what they stand for are left out.
    is_partial: bool,
}

impl SchemaReader<'_> {
    /// The value of an element.
    fn value(self, schema: &str, element: &Element) -> Result<Value, &'static str> {
        let described = Described::new(self.document, schema)?;
        if element.nil || is_empty(element) && described.nullable {
            return Ok(Value::Null);
        }
        match described.kind {
            "object" => self.members(&described, element),
            "array" => self.items(&described.items(), element),
            _ if !element.children.is_empty() => Err("in which an element holds others and is to hold a plain value"),
            kind => scalar(kind, &element.text),
        }
    }

    /// The value of an element within another. An empty one may be the way in which a writer says that there is nothing, so that what a
    /// schema demands of its content is not certain to be broken.
    fn inner_value(self, schema: &str, element: &Element) -> Result<Value, &'static str> {
        if is_empty(element) && !element.nil {
            let described = Described::new(self.document, schema)?;
            let is_demanding = described.parts.iter().any(|(_, part)| DEMANDS.iter().any(|keyword| part.get(*keyword).is_some()));
            if !described.nullable && is_demanding {
                return Err("in which an empty element may stand for nothing");
            }
        }
        self.value(schema, element)
    }

    /// All elements in an element, as the items of a list.
    fn items(self, below: &str, element: &Element) -> Result<Value, &'static str> {
        let alike = element.children.windows(2).all(|pair| pair[0].name == pair[1].name);
        if !alike || !element.text.trim().is_empty() {
            return Err("in which the items of a list are not alike");
        }
        self.list(below, element.children.iter())
    }

    fn members(self, described: &Described<'_>, element: &Element) -> Result<Value, &'static str> {
        let members = described.members();
        if members.is_empty() && !is_empty(element) {
            return Err("whose schema does not name its elements");
        }
        if !element.text.trim().is_empty() {
            return Err("in which an element holds both text and members");
        }
        // What is required and not described may be there under any name.
        let (mut found, mut known, mut absent) = (Map::new(), 0, described.requires_more_than(&members));
        for (name, place) in members {
            let (count, value) = match self.member((name, &place), described.requires(name), element) {
                Err(_) if self.is_partial => continue,
                member => member?,
            };
            known += count;
            absent |= count == 0;
            found.extend(value.map(|value| (name.to_owned(), value)));
        }
        // What goes by another name may be what is missing.
        let strange = known != element.children.len() + element.attributes.len();
        if strange && (absent || described.is_closed()) && !self.is_partial {
            return Err("whose elements are not called as the schema says");
        }
        Ok(Value::Object(found))
    }

    /// The value of a member, and how many elements or attributes it is written in.
    fn member(self, (name, place): (&str, &str), is_required: bool, element: &Element) -> Result<(usize, Option<Value>), &'static str> {
        let about = about(self.document, place);
        let own = local(&called(&about, name));
        let target = Described::new(self.document, place);
        if about.get("attribute") == Some(&Value::Bool(true)) {
            let Some((_, text)) = element.attributes.iter().find(|(attribute, _)| *attribute == own) else { return Ok((0, None)) };
            return Ok((1, Some(scalar(target?.kind, text)?)));
        }
        let list = target.as_ref().ok().filter(|target| target.is_list() && about.get("wrapped") != Some(&Value::Bool(true)));
        let called = list.map_or(own, |list| local(&called(&self::about(self.document, &list.items()), name)));
        let named: Vec<&Element> = element.children.iter().filter(|child| child.name == called).collect();
        let value = match (named.as_slice(), list) {
            // An empty list has no element of its own.
            ([], Some(_)) if is_required => Some(Value::Array(Vec::new())),
            ([], _) if is_required && target.is_err() => return Err("whose schema leaves open whether what is missing may be an empty list"),
            ([], _) => None,
            ([one], Some(_)) if is_empty(one) && !one.nil => return Err("in which an empty element may stand for an empty list"),
            (several, Some(list)) => Some(self.list(&list.items(), several.iter().copied())?),
            ([one], None) => Some(self.inner_value(place, one)?),
            _ => return Err("in which an element is there several times and is to be there once"),
        };
        Ok((named.len(), value))
    }

    /// The items of a list. Where one may be left out, null holds its place.
    fn list<'e>(self, below: &str, items: impl Iterator<Item = &'e Element>) -> Result<Value, &'static str> {
        let read = |item| match self.inner_value(below, item) {
            Err(_) if self.is_partial => Ok(Value::Null),
            value => value,
        };
        items.map(read).collect()
    }
}

fn is_empty(element: &Element) -> bool {
    element.children.is_empty() && element.attributes.is_empty() && element.text.trim().is_empty()
}

/// The one type of a schema beside null, and whether null is one.
fn type_of(schema: &Value) -> Option<(&str, bool)> {
    match schema.get("type")? {
        Value::String(name) => Some((name, false)),
        Value::Array(names) => {
            let mut others = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            let one = others.next().filter(|_| others.next().is_none())?;
            Some((one, names.iter().any(|name| name == "null")))
        }
        _ => None,
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::xml;
    use super::*;

    fn document() -> Value {
        let pet = json!({"type": "object", "required": ["id", "tags"], "xml": {"name": "pet", "namespace": "urn:p", "prefix": "p"}, "properties": {
            "id": {"type": "integer", "xml": {"attribute": true}}, "name": {"type": "string", "xml": {"prefix": "x"}}, "tame": {"type": "boolean"},
            "weight": {"type": ["number", "null"]}, "tags": {"type": "array", "xml": {"wrapped": true}, "items": {"type": "string", "xml": {"name": "tag"}}},
            "of": {"type": "array", "items": {"$ref": "#/components/schemas/Owner"}}}});
        let owner = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Owner"}});
        let open = json!({"type": "object", "oneOf": [{}], "properties": {"n": {"type": "integer"}}});
        let unclear = json!({"type": "object", "required": ["all"], "properties": {"all": {"anyOf": [list]}}});
        let more = json!({"type": "object", "required": ["tag"], "properties": {"tag": {"type": "array", "items": {"type": "string"}}}});
        let whole = json!({"allOf": [{"$ref": "#/components/schemas/Owner"}, more], "xml": {"name": "whole"}});
        let circle = json!({"allOf": [{"$ref": "#/components/schemas/Circle"}]});
        let inner = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
        let full = json!({"type": "array", "minItems": 1, "xml": {"wrapped": true}, "items": {"type": "string", "minLength": 1}});
        let nested = json!({"type": "object", "properties": {"inner": inner, "day": {"type": "string", "format": "date"}, "list": full, "free": {"type": "object"}}});
        let number = json!({"n": {"type": "integer"}});
        let flag = json!({"type": "object", "properties": {"on": {"type": "boolean"}}});
        let closed = json!({"type": "object", "properties": number, "additionalProperties": false});
        let node = json!({"type": "object", "properties": {"n": {"type": "integer", "xml": {"nodeType": "text"}}}});
        let mixed = json!({"type": ["object", "null"], "properties": number, "allOf": [{"type": "object"}]});
        let twice = json!({"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "integer"}}, "allOf": [{"properties": number}]});
        let sparse = json!({"type": "object", "required": ["n", "more"], "properties": number});
        let two = json!({"type": "object", "allOf": [{"type": "array"}]});
        json!({"components": {"schemas": {"Pet": pet, "Owner": owner, "List": list, "Open": open, "Unclear": unclear, "Whole": whole, "Circle": circle, "Two": two, "Nested": nested, "Flag": flag, "Closed": closed, "Node": node, "Mixed": mixed, "Sparse": sparse, "Twice": twice}}})
    }

    /// What is certain of a document.
    fn part(name: &str, text: &str) -> Option<Value> {
        xml_parts(&document(), &format!("/components/schemas/{name}"), text)
    }

    fn read(name: &str, text: &str) -> Result<Value, UnreadXml> {
        xml_value(&document(), &format!("/components/schemas/{name}"), text)
    }

    #[test]
    fn what_is_written_by_a_schema_is_read_by_it() {
        let pet = json!({"id": 7, "name": "a < b & \"c\" é", "tame": true, "weight": 1.5, "tags": ["p", "q"], "of": [{"n": 1}, {"n": 2}]});
        for pet in [pet, json!({"id": 7, "name": "", "weight": null, "tags": []}), json!({"id": 7, "tags": ["only"], "of": [{"n": 1}]})] {
            assert_eq!(read("Pet", &xml(&document(), "/components/schemas/Pet", &pet)), Ok(pet));
        }
        assert_eq!(read("List", "<owners><o><n>1</n></o><o><n>2</n></o></owners>"), Ok(json!([{"n": 1}, {"n": 2}])));
        let whole = "\u{feff}<?xml version='1.0'?>\n<!-- c --><Owner xmlns:xsi='urn:i' xsi:type='o'>\n <n><![CDATA[ 3 ]]></n><more/>\n</Owner>\n";
        assert_eq!(read("Owner", whole), Ok(json!({"n": 3})));
        assert_eq!(read("Whole", "<whole><n>1</n><tag>p</tag><tag>q</tag></whole>"), Ok(json!({"n": 1, "tag": ["p", "q"]})));
        assert_eq!(read("Whole", "<whole/>"), Ok(json!({"tag": []})));
        assert_eq!(
            read("Owner", "<Owner xmlns='urn:o' xmlns:p='urn:p' xml:lang='en' xsi:schemaLocation='a b'/>"),
            Ok(json!({})),
            "these are no members"
        );
        assert_eq!(read("Owner", "<Owner><n>&#49;2</n></Owner>"), Ok(json!({"n": 12})));
        assert_eq!(read("Owner", "<Owner xmlns:xsi='urn:i'><n xsi:nil='true'/></Owner>"), Ok(json!({"n": null})));
    }

    #[test]
    fn what_is_none_of_its_type_stays_a_text() {
        assert_eq!(read("Owner", "<Owner><n>one</n></Owner>"), Ok(json!({"n": "one"})));
        assert_eq!(read("Pet", "<pet id='x'><name>a</name><tame>maybe</tame><weight>2</weight><tags/><of><n>1</n></of></pet>").unwrap()["id"], "x");
        for (written, value) in [("0", false), ("false", false), ("1", true), ("true", true)] {
            assert_eq!(read("Flag", &format!("<f><on> {written} </on></f>")), Ok(json!({"on": value})));
        }
        assert_eq!(read("Closed", "<c><n>1</n></c>"), Ok(json!({"n": 1})));
        assert_eq!(read("Owner", "<Owner><n>1</n><more><deep/></more></Owner>"), Ok(json!({"n": 1})), "what is not described is left out");
        assert_eq!(read("Twice", "<t><n>1</n></t>"), Ok(json!({"n": 1})), "what two branches describe is one member");
        assert_eq!(read("Sparse", "<Sparse><n>1</n></Sparse>"), Ok(json!({"n": 1})), "what is required is certainly not there");
        assert_eq!(read("Mixed", "<m></m>"), Ok(json!({})), "only what all branches allow may be null");
        assert_eq!(read("Nested", "<Nested><free/></Nested>"), Ok(json!({"free": {}})));
        assert_eq!(read("Pet", "<pet><tags/></pet>"), Ok(json!({"tags": []})), "what is missing is missing");
    }

    #[test]
    fn what_is_not_certain_is_not_read() {
        for (name, text) in [
            ("Open", "<Open><n>1</n></Open>"),
            ("Unclear", "<Unclear/>"),
            ("Circle", "<Circle/>"),
            ("Two", "<Two/>"),
            ("Sparse", "<Sparse><n>1</n><more>2</more></Sparse>"),
            ("Pet", "<pet id='1'><tags/><of/></pet>"),
            ("Nested", "<Nested><inner/></Nested>"),
            ("Nested", "<Nested><day></day></Nested>"),
            ("Nested", "<Nested><list/></Nested>"),
            ("Nested", "<Nested><list><item/></list></Nested>"),
            ("Owner", "<Owner><number>1</number></Owner>"),
            ("Owner", "<Owner><n>1</n><n>2</n></Owner>"),
            ("Owner", "<Owner>text<n>1</n></Owner>"),
            ("Owner", "<Owner><n/></Owner>"),
            ("Owner", "<Owner><n><a/></n></Owner>"),
            ("Pet", "<pet id='1'><tags/><name>a<b/></name></pet>"),
            ("List", "<list><a/><b/></list>"),
            ("Pet", "<pet id='1'><tags/><tame>TRUE</tame></pet>"),
            ("Pet", "<pet id='1'><tags/><name> padded </name></pet>"),
            ("Closed", "<c><n>1</n><more/></c>"),
            ("Closed", "<c more='1'><n>1</n></c>"),
            ("Node", "<Node><n>1</n></Node>"),
            ("Pet", "<pet id='1'><tags/><weight>NaN</weight></pet>"),
            ("Pet", "<pet id='1'><tags/><weight>1e300</weight></pet>"),
            ("Nested", "<Nested><free><a/></free></Nested>"),
            ("Gone", "<a/>"),
        ] {
            assert!(read(name, text).is_err(), "{text}: {:?}", read(name, text));
        }
    }

    #[test]
    fn what_is_certain_of_a_document_is_read_without_the_rest() {
        assert_eq!(part("Pet", "<pet id='1'><tags/><name> padded </name><more/></pet>"), Some(json!({"id": 1, "tags": []})));
        assert_eq!(part("Pet", "<pet id='1'><tame>TRUE</tame><of><n>1</n></of><of><n/></of></pet>"), Some(json!({"id": 1, "of": [{"n": 1}, {}]})));
        assert_eq!(part("Owner", "<Owner><n>1</n><n>2</n></Owner>"), Some(json!({})));
        assert_eq!(part("List", "<list><o><n>1</n></o><o>text</o><o><n>3</n></o></list>"), Some(json!([{"n": 1}, null, {"n": 3}])));
        for (name, text) in
            [("Owner", "<Owner>text<n>1</n></Owner>"), ("Owner", "<Owner><n>1</Owner>"), ("Open", "<Open><n>1</n></Open>"), ("Gone", "<a/>")]
        {
            assert_eq!(part(name, text), None, "{text}");
        }
    }

    #[test]
    fn hostile_documents_are_not_read() {
        let deep = format!("{}1{}", "<n>".repeat(200_000), "</n>".repeat(200_000));
        for text in [
            "",
            "text",
            "<Owner><n>1</Owner>",
            "<Owner><n>1</n>",
            "<Owner/><Owner/>",
            "<Owner/>x",
            "<Owner a='1' a='2'/>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><Owner><n>&b;</n></Owner>",
            "<Owner><n>&b;</n></Owner>",
            deep.as_str(),
        ] {
            assert!(read("Owner", text).is_err(), "{text:.60}: {:?}", read("Owner", text));
        }
    }
}
