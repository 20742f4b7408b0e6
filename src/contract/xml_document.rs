//! Parses an XML document into elements, within bounds, and tells what is certainly not well-formed.

use std::fmt;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// How deep elements may be nested.
const DEEPEST: usize = 100;

/// How many elements a document may have: each takes some hundred bytes of memory.
const MOST_ELEMENTS: usize = 50_000;

/// How many attributes an element may have: each is held against all before it.
const MOST_ATTRIBUTES: usize = 500;

/// Character encodings in which the text that came is the text that is meant.
const READ_ENCODINGS: [&str; 3] = ["utf-8", "utf8", "us-ascii"];

/// An element with what it holds. Prefixes of names are left out: which one stands for a namespace is up to the writer.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
    /// `xsi:nil` (XML Schema, section 2.6.2).
    pub nil: bool,
}

/// Why a document in XML is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadXml {
    /// It is not well-formed (XML 1.0, section 2.1), whatever its schema says; what is wrong, and where.
    Malformed(String),
    /// It is not certain what it stands for; why.
    Uncertain(&'static str),
}

impl fmt::Display for UnreadXml {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(formatter, "which is not well-formed: {what}"),
            Self::Uncertain(why) => formatter.write_str(why),
        }
    }
}

/// What of a text is certainly not well-formed XML, and where; `None` also where that is not certain.
pub fn malformed_xml(text: &str) -> Option<String> {
    match parse(text) {
        Err(UnreadXml::Malformed(what)) => Some(what),
        _ => None,
    }
}

/// The root element of a document. What a document type declaration defines is not read, and never expanded.
pub(super) fn parse(text: &str) -> Result<Element, UnreadXml> {
    if text.as_bytes().windows(9).any(|part| part.eq_ignore_ascii_case(b"<!doctype")) {
        return Err(UnreadXml::Uncertain("which has a document type declaration"));
    }
    parse_text(text).map_err(|why| match why {
        // What is wrong may be what another encoding makes of it.
        UnreadXml::Malformed(_) if text.contains('\0') || !is_read_encoding(text) => UnreadXml::Uncertain("whose character encoding is not read"),
        why => why,
    })
}

fn parse_text(text: &str) -> Result<Element, UnreadXml> {
    let mut parser = Parser { text, reader: Reader::from_str(text), open: vec![Element::default()], begun: 0, elements: 0 };
    while parser.step()? {}
    parser.root()
}

/// Whether the XML declaration names no encoding, or one that is read here.
fn is_read_encoding(text: &str) -> bool {
    let declaration =
        text.trim_start_matches('\u{feff}').trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()).unwrap_or_default();
    let named = declaration.split("encoding").nth(1).map(|rest| rest.trim_start_matches([' ', '\t', '\r', '\n', '=', '\'', '"']));
    let named = named.map(|rest| rest.split(['\'', '"']).next().unwrap_or_default().to_ascii_lowercase());
    named.is_none_or(|named| READ_ENCODINGS.contains(&named.as_str()))
}

/// A document that is being parsed.
struct Parser<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    /// The elements that are open, the document itself first.
    open: Vec<Element>,
    /// Where what is read at the moment begins, in bytes.
    begun: u64,
    elements: usize,
}

impl Parser<'_> {
    /// Reads what comes next; whether there is more.
    fn step(&mut self) -> Result<bool, UnreadXml> {
        self.begun = self.reader.buffer_position();
        let event = self.reader.read_event().map_err(|error| malformed(self.text, self.reader.error_position(), &error.to_string()))?;
        match event {
            Event::Start(start) => {
                let element = self.element(&start)?;
                if self.open.len() > DEEPEST {
                    return Err(UnreadXml::Uncertain("whose elements are nested too deep"));
                }
                self.open.push(element);
            }
            Event::Empty(start) => {
                let element = self.element(&start)?;
                self.last()?.children.push(element);
            }
            Event::End(_) => {
                let done = self.open.pop().unwrap_or_default();
                self.last()?.children.push(done);
            }
            Event::Text(part) => self.add_text(&part.decode().map_err(|error| self.wrong(&error.to_string()))?)?,
            Event::CData(part) => {
                let part = part.decode().map_err(|error| self.wrong(&error.to_string()))?;
                self.add_text(&part)?;
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| self.wrong(&error.to_string()))?;
                let letter = reference.resolve_char_ref().map_err(|error| self.wrong(&error.to_string()))?.map(String::from);
                let known = letter.or_else(|| resolve_predefined_entity(&name).map(str::to_owned));
                // Without a document type declaration there are no others (XML 1.0, section 4.1).
                let known = known.ok_or_else(|| self.wrong(&format!("the entity `{name}` is not defined")))?;
                self.add_text(&known)?;
            }
            Event::DocType(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    /// The root element, when all is read.
    fn root(mut self) -> Result<Element, UnreadXml> {
        if self.open.len() > 1 {
            let open = self.open.pop().unwrap_or_default();
            return Err(self.wrong(&format!("the element `{}` does not end", open.name)));
        }
        let root = self.open.pop().and_then(|mut document| document.children.pop());
        root.ok_or_else(|| self.wrong("there is no element"))
    }

    /// An element without what it holds.
    fn element(&mut self, start: &BytesStart<'_>) -> Result<Element, UnreadXml> {
        if self.open.len() == 1 && !self.open[0].children.is_empty() {
            return Err(self.wrong("there is a second root element"));
        }
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(UnreadXml::Uncertain("which has too many elements to be read"));
        }
        let mut found = Element { name: local(start.local_name().as_ref()), ..Element::default() };
        for (index, attribute) in start.attributes().enumerate() {
            if index == MOST_ATTRIBUTES {
                return Err(UnreadXml::Uncertain("in which an element has too many attributes to be read"));
            }
            let attribute = attribute.map_err(|error| self.wrong(&error.to_string()))?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| self.wrong(&error.to_string()))?;
            let (whole, name) = (local(attribute.key.as_ref()), local(attribute.key.local_name().as_ref()));
            if whole == "xmlns" || whole.starts_with("xmlns:") || whole.starts_with("xml:") {
                continue;
            }
            if name == "nil" && whole != name {
                found.nil = value == "true" || value == "1";
            } else if !whole.starts_with("xsi:") {
                found.attributes.push((name, value.into_owned()));
            }
        }
        Ok(found)
    }

    /// Adds text to the innermost element that is open. Outside of the root there is none but white space.
    fn add_text(&mut self, text: &str) -> Result<(), UnreadXml> {
        if self.open.len() == 1 && !text.trim().is_empty() {
            return Err(self.wrong("there is text outside of the root element"));
        }
        self.last()?.text.push_str(text);
        Ok(())
    }

    fn last(&mut self) -> Result<&mut Element, UnreadXml> {
        let Self { text, open, begun, .. } = self;
        open.last_mut().ok_or_else(|| malformed(text, *begun, "an element ends that has not begun"))
    }

    fn wrong(&self, what: &str) -> UnreadXml {
        malformed(self.text, self.begun, what)
    }
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// What is wrong, with its line and column.
fn malformed(text: &str, offset: u64, what: &str) -> UnreadXml {
    let before = text.as_bytes().get(..usize::try_from(offset).unwrap_or(usize::MAX)).unwrap_or(text.as_bytes());
    let before = String::from_utf8_lossy(before);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    UnreadXml::Malformed(format!("{what}, line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_well_formed_is_told_with_its_place() {
        for (text, place) in [
            ("", "there is no element, line 1, column 1"),
            ("text", "there is text outside of the root element, line 1, column 1"),
            ("<a>\n  <b>1</a>", "line 2, column 7"),
            ("<a>\n<b>1</b>", "the element `a` does not end, line 2"),
            ("<a/><a/>", "there is a second root element, line 1, column 5"),
            ("<a/>\nx", "there is text outside of the root element, line 1, column 5"),
            ("<a b='1' b='2'/>", "line 1, column 1"),
            ("<a b=1/>", "line 1"),
            ("<a b/>", "line 1"),
            ("<a>x &amp y</a>", "line 1"),
            ("<a>&nbsp;</a>", "the entity `nbsp` is not defined, line 1, column 4"),
            ("<a b='&nbsp;'/>", "line 1"),
            ("<a>&#0;</a>", "line 1"),
            ("<a>é</a", "line 1"),
            ("</a>", "line 1"),
            ("{\"a\": 1}", "outside of the root element"),
            ("<a><![CDATA[x</a>", "line 1"),
            ("<a><!-- x</a>", "line 1"),
        ] {
            let found = malformed_xml(text);
            assert!(found.as_deref().is_some_and(|found| found.contains(place)), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_well_formed_or_not_certain_is_not_accused() {
        let utf_16: String = "<a>x</a".chars().flat_map(|letter| [letter, '\0']).collect();
        for text in [
            "<a/>",
            "\u{feff}<a/>",
            "\u{feff}<?xml version='1.0' encoding='latin1'?><a>",
            " \r\n<a />\n",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes'?><?style x='1'?><!-- <b> & --><a>1</a><!-- c -->\n<?end?>",
            "<?xml version='1.1' encoding='utf-8'?><a/>",
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>x</b>",
            "<?xml version = '1.0' encoding = 'utf-16'?><a",
            utf_16.as_str(),
            "<!DOCTYPE a [<!ENTITY b 'c'><!ELEMENT a (#PCDATA)>]><a>&b;</a>",
            "<!doctype html><br>",
            "<p:a xmlns:p='urn:p' p:b=\"1\" xml:lang='en' xsi:nil='true'><p:c/></p:a >",
            "<unbound:a other:b='1'/>",
            "<a><![CDATA[ <b> & ]] > ]]></a>",
            "<a>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;</a>",
            "<a b='x > y' c=\"it's\" d='&#10;&lt;'>]] ></a>",
            "<a>\n<b\n c='1'\n/>\n</a\n>",
            "<élan nön='ß'>日本</élan>",
            "<a-b.c_d:e1/>",
            "<a b=''></a>",
        ] {
            assert_eq!(malformed_xml(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_read_whatever_encoding_is_named_where_its_text_can_be() {
        for encoding in ["utf-16", "ISO-8859-1", "UTF-8"] {
            assert_eq!(parse(&format!("<?xml version='1.0' encoding='{encoding}'?><a>x</a>")).unwrap().text, "x");
        }
    }

    #[test]
    fn hostile_documents_are_read_no_further_than_they_may_take() {
        let deep = format!("{}1{}", "<n>".repeat(200_000), "</n>".repeat(200_000));
        let wide = format!("<a>{}</a>", "<b/>".repeat(2_000_000));
        let attributes = (0..400_000).map(|number| format!(" a{number}=''")).collect::<Vec<_>>().concat();
        let laughs = (1..60).map(|number| format!("<!ENTITY l{number} '&l{};&l{};'>", number - 1, number - 1)).collect::<Vec<_>>().concat();
        let laughs = format!("<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]><a>&l59;</a>");
        let open = "<a>".repeat(90) + &"&lt;".repeat(1_000_000);
        for (text, why) in [
            (deep, "nested too deep"),
            (wide, "too many elements"),
            (format!("<a{attributes}/>"), "too many attributes"),
            (laughs, "document type declaration"),
            (open, "does not end"),
            ("<".repeat(2_000_000), "line 1"),
            ("<a b='".to_owned() + &"&amp;".repeat(1_000_000), "line 1"),
        ] {
            let found = parse(&text).unwrap_err().to_string();
            assert!(found.contains(why), "{text:.40}: {found:.200}");
        }
    }
}
