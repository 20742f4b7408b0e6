//! Turns a filled request into the bytes and header fields that are sent.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded;

use crate::contract::{replace_or_add, xml};
use crate::model::contract::Method;
use crate::model::exchange::SentRequest;
use crate::model::plan::{Body, Part, Place, RequestTemplate};

/// What a path segment may hold as it is (RFC 3986, section 2.3, unreserved characters).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Separates the parts of a multipart body; long enough not to occur in one.
const BOUNDARY: &str = "probity-part-7b1f0c2e9a4d4f6d";

/// How many of the last bytes a cut-off document lacks: at least its closing brackets.
const CUT_BYTES: usize = 3;

/// A request ready to be sent; credentials are put on it last of all.
#[derive(Clone)]
pub struct UnsignedRequest {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<Vec<u8>>,
}

/// Names only: what stands in header fields and after the question mark may be a credential.
impl std::fmt::Debug for UnsignedRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let url = self.url.split('?').next().unwrap_or_default();
        formatter.debug_struct("Wire").field("method", &self.method.as_str()).field("url", &url).field("headers", &names).finish_non_exhaustive()
    }
}

impl UnsignedRequest {
    /// What a report shows of it.
    pub fn without_secrets(&self) -> SentRequest {
        SentRequest {
            method: self.method.clone(),
            // Dots in a path are resolved before it is sent (URL Standard, section 4.4).
            url: url::Url::parse(&self.url).map_or_else(|_| self.url.clone(), String::from),
            headers: self.headers.clone(),
            body: self.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned()),
            base64: self.body.as_ref().filter(|body| std::str::from_utf8(body).is_err()).map(|body| STANDARD.encode(body)),
            credentials: Vec::new(),
            withheld: None,
            from_environment: Vec::new(),
        }
    }
}

/// Writes a filled request for a server at `base`, an absolute URL without a slash at its end. The document of the contract says how
/// XML is written.
pub fn unsigned_request(base: &str, document: &Value, request: &RequestTemplate) -> UnsignedRequest {
    let mut url = format!("{base}{}", path(request));
    if !request.query.is_empty() {
        url = format!("{url}?{}", query(request));
    }
    let mut headers = request.headers.clone();
    let body = match &request.body {
        Body::Empty => None,
        Body::Json(value) => Some(json_text(value)),
        Body::CutJson(value) => Some(cut_off(&value.to_string())),
        Body::Spelled(value, texts) => Some(write_with_other_notation(value, texts).into_bytes()),
        Body::Xml(body) => {
            let text = xml(document, &body.schema, &body.value);
            Some(if body.is_cut { cut_off(&text) } else { text.into_bytes() })
        }
        Body::Text(text) => Some(text.clone().into_bytes()),
        Body::Multipart(parts) => {
            headers.push(("content-type".to_owned(), format!("multipart/form-data; boundary={BOUNDARY}")));
            Some(multipart(parts))
        }
    };
    UnsignedRequest { method: request.method.clone(), url, headers, body }
}

/// The path with its values. They are encoded first, braces too, so that none is taken for the name of another.
fn path(request: &RequestTemplate) -> String {
    request.path_values.iter().fold(request.path.clone(), |text, (name, value)| {
        let styled = request.styled_at(&Place::Path(name.clone()));
        let value = if styled.is_some_and(|styled| styled.encoded) { value.clone() } else { encoded(value) };
        text.replace(&format!("{{{name}}}"), &format!("{}{value}", styled.map(|styled| styled.before.as_str()).unwrap_or_default()))
    })
}

/// The query, without what begins it.
fn query(request: &RequestTemplate) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = |(name, value): &(String, String)| {
        let encoded = request.styled_at(&Place::Query(name.clone())).is_some_and(|styled| styled.encoded);
        format!("{}={}", encode(name), if encoded { value.clone() } else { encode(value) })
    };
    request.query.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

fn cut_off(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.truncate(bytes.len().saturating_sub(CUT_BYTES).max(1));
    bytes
}

/// A JSON text in which a whole number is written as one, however long it is: with an exponent, many readers take it for another
/// type of number (RFC 8259, section 6, leaves that to them).
fn json_text(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    let written = serde::Serialize::serialize(value, &mut serde_json::Serializer::with_formatter(&mut text, WholeNumbers));
    if written.is_ok() { text } else { value.to_string().into_bytes() }
}

/// Beyond 64 bits, a whole number is a binary fraction here; from here on it is no number to count with.
const LONGEST_WHOLE: std::ops::Range<f64> = 9.2e18..1e40;

struct WholeNumbers;

impl serde_json::ser::Formatter for WholeNumbers {
    fn write_f64<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, value: f64) -> std::io::Result<()> {
        if LONGEST_WHOLE.contains(&value.abs()) { write!(writer, "{value:.0}") } else { serde_json::ser::CompactFormatter.write_f64(writer, value) }
    }
}

/// A document with some of its values written in another way: each stands where a name of our own held its place.
fn write_with_other_notation(value: &Value, texts: &[(String, String)]) -> String {
    let mut document = value.clone();
    let name = |index: usize| format!("{BOUNDARY}:{index}");
    for (index, (at, _)) in texts.iter().enumerate() {
        replace_or_add(&mut document, at, Value::from(name(index)));
    }
    let held = |text: String, (index, (_, written)): (usize, &(String, String))| text.replace(&format!("\"{}\"", name(index)), written);
    texts.iter().enumerate().fold(document.to_string(), held)
}

/// `multipart/form-data` (RFC 7578, section 4).
fn multipart(parts: &[Part]) -> Vec<u8> {
    let mut body = String::new();
    let contents = parts.iter().flat_map(|part| match &part.content {
        Value::Array(items) if part.repeated => items.iter().map(|item| (part, item)).collect::<Vec<_>>(),
        content => vec![(part, content)],
    });
    for (part, content) in contents {
        let _ = write!(body, "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{}\"", part.name);
        if let Some(file_name) = &part.file_name {
            let _ = write!(body, "; filename=\"{file_name}\"");
        }
        body.push_str("\r\n");
        if let Some(media_type) = &part.media_type {
            let _ = write!(body, "content-type: {media_type}\r\n");
        }
        let content = match content {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = write!(body, "\r\n{content}\r\n");
    }
    let _ = write!(body, "--{BOUNDARY}--\r\n");
    body.into_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::contract::malformed_xml;
    use crate::model::plan::{Credentials, Styled, XmlBody};

    fn template(path: &str, body: Body) -> RequestTemplate {
        RequestTemplate {
            method: Method::GET,
            path: path.to_owned(),
            path_values: BTreeMap::from([("id".to_owned(), "a/b ä".to_owned())]),
            query: Vec::new(),
            headers: Vec::new(),
            body,
            credentials: Credentials::None,
            fillings: Vec::new(),
            styled: Vec::new(),
        }
    }

    #[test]
    fn xml_is_written_by_its_schema_and_cut_off_where_it_is_to_be_malformed() {
        let document = json!({"a": {"xml": {"name": "pet"}, "properties": {"id": {"type": "integer", "xml": {"attribute": true}}}}});
        let sent = |is_cut| {
            let body = Body::Xml(XmlBody { value: json!({"id": 7}), schema: "/a".to_owned(), is_cut });
            String::from_utf8(unsigned_request("http://h", &document, &template("/", body)).body.unwrap()).unwrap()
        };
        assert_eq!(sent(false), r#"<pet id="7"></pet>"#);
        assert!(malformed_xml(&sent(true)).is_some(), "{}", sent(true));
    }

    #[test]
    fn a_value_stays_within_its_segment() {
        let sent = unsigned_request("http://h/api", &Value::Null, &template("/v1/x/{id}/y", Body::Empty));
        assert_eq!(sent.url, "http://h/api/v1/x/a%2Fb%20%C3%A4/y");
        assert_eq!(sent.body, None);
    }

    #[test]
    fn values_are_written_as_they_are_spelled() {
        let body = Body::Spelled(json!({"a": 1, "b": "x"}), vec![("/a".to_owned(), "1e2".to_owned()), ("/c".to_owned(), "2,\"c\":3".to_owned())]);
        let sent = unsigned_request("http://h", &Value::Null, &template("/", body));
        assert_eq!(String::from_utf8(sent.body.unwrap()).unwrap(), r#"{"a":1e2,"b":"x","c":2,"c":3}"#);
    }

    #[test]
    fn a_whole_number_is_written_as_one() {
        let value: Value = serde_json::from_str(r#"{"a":18446744073709551616,"b":-1e20,"c":1.5,"d":7,"e":1e300,"f":2.0}"#).unwrap();
        let sent = unsigned_request("http://h", &Value::Null, &template("/", Body::Json(value)));
        let text = String::from_utf8(sent.body.unwrap()).unwrap();
        assert_eq!(text, r#"{"a":18446744073709551616,"b":-100000000000000000000,"c":1.5,"d":7,"e":1e+300,"f":2.0}"#);
    }

    #[test]
    fn what_is_styled_is_encoded_once_and_stands_behind_its_sign() {
        let mut request = template("/x/{id}", Body::Empty);
        let styled = |place: Place, before: &str, encoded: bool| Styled { place, before: before.to_owned(), encoded };
        request.query = vec![("a".to_owned(), "p%2Cq,r".to_owned()), ("b c".to_owned(), "p,q".to_owned())];
        request.styled = vec![styled(Place::Path("id".to_owned()), ";id=", false), styled(Place::Query("a".to_owned()), "", true)];
        assert_eq!(unsigned_request("http://h", &Value::Null, &request).url, "http://h/x/;id=a%2Fb%20%C3%A4?a=p%2Cq,r&b+c=p%2Cq");
    }

    #[test]
    fn each_item_of_a_list_is_a_part_where_it_is_to_be() {
        let part = |repeated: bool| Part { name: "t".to_owned(), media_type: None, file_name: None, content: json!(["a", "b"]), repeated };
        let text = |repeated: bool| {
            String::from_utf8(unsigned_request("http://h", &Value::Null, &template("/", Body::Multipart(vec![part(repeated)]))).body.unwrap())
                .unwrap()
        };
        assert_eq!((text(true).matches("name=\"t\"").count(), text(false).matches("name=\"t\"").count()), (2, 1));
        assert!(text(true).contains("\r\n\r\na\r\n") && text(false).contains(r#"["a","b"]"#));
    }

    #[test]
    fn a_cut_document_is_no_json() {
        let sent = unsigned_request("http://h", &Value::Null, &template("/", Body::CutJson(json!({"data": {"type": "x"}}))));
        assert!(serde_json::from_slice::<Value>(&sent.body.unwrap()).is_err());
        let sent = unsigned_request("http://h", &Value::Null, &template("/", Body::CutJson(json!({}))));
        assert!(serde_json::from_slice::<Value>(&sent.body.unwrap()).is_err());
    }
}
