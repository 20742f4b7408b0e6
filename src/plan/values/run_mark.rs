//! Marks the values of a create with the run's own mark, so that they are unique and can be recognised.

use serde_json::Value;
use url::form_urlencoded;

use super::pattern_variants::vary_patterns;
use super::valid_request::ValidRequest;
use crate::contract::annotations::marks;
use crate::contract::schema::property;
use crate::contract::{Schemas, append, asks_by_name};
use crate::model::contract::{Contract, MediaType, Operation, SchemaRef};
use crate::model::hash::hashed;
use crate::model::plan::{Body, XmlBody};

/// How many of the last letters and digits of a text are changed where nothing can be added to it.
const MOST_CHANGED: usize = 9;

/// How much of a text is kept, in characters, where the mark leaves no room for more.
const KEPT: [usize; 4] = [24, 8, 3, 0];

/// Puts a mark of its own on every marked value, in the plainest way that leaves a valid body; where none does, the value
/// stays as it is. What was made from a pattern varies with the marks, because it may have to be unique as well.
pub fn put_marks(contract: &Contract, schemas: &Schemas, operation: &Operation, base: &mut ValidRequest, mark: impl FnMut() -> String) {
    let Some(media) = base.media.and_then(|index| operation.request_body.as_ref()?.content.get(index)) else { return };
    // No one of another name is there to be found.
    if asks_by_name(contract, operation) {
        return;
    }
    if let Body::Text(text) = &mut base.request.body
        && media.name.starts_with("application/x-www-form-urlencoded")
    {
        *text = marked_form(contract, schemas, media, text, mark);
        return;
    }
    let Some(mut whole) = document(&base.request.body) else { return };
    mark_all(contract, schemas, media, &mut whole, mark);
    match &mut base.request.body {
        Body::Json(body) | Body::Xml(XmlBody { value: body, .. }) => *body = whole,
        Body::Multipart(parts) => {
            for part in parts {
                if let Some(content) = whole.get_mut(&part.name) {
                    part.content = content.take();
                }
            }
        }
        _ => {}
    }
}

/// A body as one document: the parts of a form are its members.
pub fn document(body: &Body) -> Option<Value> {
    match body {
        Body::Json(body) | Body::Xml(XmlBody { value: body, .. }) => Some(body.clone()),
        Body::Multipart(parts) => Some(Value::Object(parts.iter().map(|part| (part.name.clone(), part.content.clone())).collect())),
        _ => None,
    }
}

fn mark_all(contract: &Contract, schemas: &Schemas, media: &MediaType, body: &mut Value, mut mark: impl FnMut() -> String) {
    let valid = |body: &Value| media.schema.as_ref().is_none_or(|schema| schemas.violations(schema, body).is_ok_and(|breaches| breaches.is_empty()));
    // A body that is not valid to begin with shows no way to stay valid.
    let was_valid = valid(body);
    for found in marks(contract, media, body) {
        let mark = mark();
        let Some(Value::String(text)) = body.pointer(&found.at).cloned() else { continue };
        for candidate in candidates(&text, &mark) {
            if let Some(place) = body.pointer_mut(&found.at) {
                *place = Value::String(candidate);
            }
            if !was_valid || valid(body) {
                break;
            }
            if let Some(place) = body.pointer_mut(&found.at) {
                *place = Value::String(text.clone());
            }
        }
    }
    if was_valid {
        vary_patterns(contract, media, body, valid, &mut mark);
    }
}

/// A form in which every marked value has a mark of its own that its schema allows.
fn marked_form(contract: &Contract, schemas: &Schemas, media: &MediaType, text: &str, mut mark: impl FnMut() -> String) -> String {
    let whole: Value = form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), Value::from(value.as_ref()))).collect();
    let found = marks(contract, media, &whole);
    let mut pair = |written: &str| {
        let (name, value) = form_urlencoded::parse(written.as_bytes()).next()?;
        let at = append("", &name);
        found.iter().find(|place| place.at == at)?;
        let own = property(&contract.document, &media.schema.as_ref()?.0, &name).map(SchemaRef);
        let fits = |text: &String| own.as_ref().is_none_or(|schema| schemas.fits(schema, &Value::from(text.as_str())));
        let marked = candidates(&value, &mark()).into_iter().find(fits)?;
        Some(form_urlencoded::Serializer::new(String::new()).append_pair(&name, &marked).finish())
    };
    text.split('&').map(|written| pair(written).unwrap_or_else(|| written.to_owned())).collect::<Vec<_>>().join("&")
}

/// The texts of a body that carry a mark, with their places (JSON Pointer).
pub fn marked_texts(contract: &Contract, media: &MediaType, body: &Value) -> Vec<(String, String)> {
    let found = marks(contract, media, body).into_iter();
    found.filter_map(|found| Some((found.at.clone(), body.pointer(&found.at)?.as_str()?.to_owned()))).collect()
}

/// Texts that carry a mark, the plainest first.
fn candidates(text: &str, mark: &str) -> Vec<String> {
    let mut candidates = vec![with_mark(text, mark)];
    candidates.extend(KEPT.iter().map(|kept| with_mark(&text.chars().take(*kept).collect::<String>(), mark)));
    candidates.push(with_mark_in_class(text, mark, |letter| letter.is_ascii_digit()));
    candidates.push(changed(text, mark));
    // A text without a digit has none to be drawn.
    candidates.retain(|candidate| candidate != text);
    candidates
}

/// The text with a mark put on it, in the style of the text.
pub fn with_mark(text: &str, mark: &str) -> String {
    if let Some((local, domain)) = text.split_once('@') {
        return format!("{local}.{mark}@{domain}");
    }
    // A file name keeps its extension, by which its kind is told.
    if let Some((stem, extension)) = text.rsplit_once('.')
        && (1..=5).contains(&extension.len())
        && !stem.is_empty()
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let (separator, mark) = match mark_in_style_of(stem, mark) {
            ("", _) => ("_", mark.replace('-', "_")),
            fitting => fitting,
        };
        return format!("{stem}{separator}{mark}.{extension}");
    }
    if text.is_empty() {
        return mark.to_owned();
    }
    let (separator, mark) = mark_in_style_of(text, mark);
    format!("{text}{separator}{mark}")
}

/// A mark as the text is written that it is put behind, and what stands between them: a key of capitals stays one, one of
/// letters holds nothing else, one with hyphens or underscores has no other separator.
fn mark_in_style_of(text: &str, mark: &str) -> (&'static str, String) {
    let has = |class: fn(char) -> bool| text.chars().any(class);
    let (separator, mark) = if has(|letter| letter == ' ') {
        (" ", mark.to_owned())
    } else if has(|letter| letter == '-') {
        ("-", mark.to_owned())
    } else if has(|letter| !letter.is_ascii_alphanumeric()) {
        ("_", mark.replace('-', "_"))
    } else if has(|letter| letter.is_ascii_digit()) {
        ("", mark.replace('-', ""))
    } else {
        ("", mark.replace('-', "").chars().map(digit_as_letter).collect())
    };
    let capitals = has(char::is_uppercase) && !has(char::is_lowercase);
    (separator, if capitals { mark.to_uppercase() } else { mark })
}

/// Whether a text carries a mark, however it is styled: in capitals, with other separators or none, with letters for digits.
pub fn carries(text: &str, mark: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).map(|letter| digit_as_letter(letter.to_ascii_lowercase())).collect::<String>();
    let mark = bare(mark);
    !mark.is_empty() && bare(text).contains(&mark)
}

/// A digit as a letter that no hexadecimal number has, so that marks stay apart.
fn digit_as_letter(letter: char) -> char {
    letter.to_digit(10).and_then(|digit| char::from_digit(digit + 16, 36)).unwrap_or(letter)
}

/// The text with its last letters and digits drawn from the mark, each of the same sort as before.
pub fn changed(text: &str, mark: &str) -> String {
    with_mark_in_class(text, mark, |letter| letter.is_ascii_alphanumeric())
}

/// The text with its last characters of a class drawn from the mark, for numbers and codes of a fixed length.
fn with_mark_in_class(text: &str, mark: &str, class: fn(char) -> bool) -> String {
    let mut number = digest(mark);
    let mut letters: Vec<char> = text.chars().collect();
    for letter in letters.iter_mut().rev().filter(|letter| class(**letter)).take(MOST_CHANGED) {
        let (first, count) = match *letter {
            '0'..='9' => (b'0', 10),
            'a'..='z' => (b'a', 26),
            _ => (b'A', 26),
        };
        *letter = char::from(first + u8::try_from(number % count).unwrap_or_default());
        number /= count;
    }
    letters.into_iter().collect()
}

/// A number that differs from mark to mark.
pub fn digest(mark: &str) -> u64 {
    hashed(0, mark)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};
    use crate::plan::values::valid;

    /// What a POST sends in a form, with a mark.
    fn form(path: &str) -> Body {
        let properties = json!({"name": {"type": "string", "example": "An n"}, "slug": {"type": "string", "maxLength": 6, "example": "abcdef"}, "n": {"type": "integer", "example": 7}});
        let content = json!({"application/x-www-form-urlencoded": {"schema": {"required": ["name", "slug", "n"], "properties": properties}}});
        let paths = json!({path: {"post": {"requestBody": {"content": content}, "responses": {"201": {"description": "d"}}}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let (schemas, operation) = (Schemas::new(&contract), &contract.operations[0]);
        let mut base = valid(&contract, &schemas, operation, true).unwrap();
        put_marks(&contract, &schemas, operation, &mut base, || "probity-1".to_owned());
        base.request.body
    }

    #[test]
    fn names_in_forms_are_marked_and_those_of_what_is_there_are_not() {
        let Body::Text(text) = form("/things") else { panic!("a form is text") };
        let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        assert_eq!((pairs[0].1.as_str(), pairs[2].1.as_str()), ("An n probity-1", "7"));
        assert!(pairs[1].1.len() == 6 && pairs[1].1 != "abcdef", "{pairs:?}");
        assert_eq!(form("/things/search"), Body::Text("name=An+n&slug=abcdef&n=7".to_owned()));
    }

    #[test]
    fn marks_fit_the_text_they_are_put_on() {
        assert_eq!(with_mark("Sample Client", "probity-1"), "Sample Client probity-1");
        assert_eq!(with_mark("some_key", "probity-1"), "some_key_probity_1");
        assert_eq!(with_mark("notes.txt", "probity-1"), "notes_probity_1.txt");
        assert_eq!(with_mark("me@example.com", "probity-1"), "me.probity-1@example.com");
    }

    #[test]
    fn marks_keep_the_style_of_a_key() {
        assert_eq!(with_mark("SOME_KEY", "probity-a1-9"), "SOME_KEY_PROBITY_A1_9");
        assert_eq!(with_mark("some-key", "probity-a1-9"), "some-key-probity-a1-9");
        assert_eq!(with_mark("crm", "probity-a1-9"), "crmprobityahp");
        assert_eq!(with_mark("GBP", "probity-a1-9"), "GBPPROBITYAHP");
        assert_eq!(with_mark("key7", "probity-a1-9"), "key7probitya19");
    }

    #[test]
    fn a_mark_is_known_again_in_every_style() {
        let mark = "probity-3fa9c21b7e";
        for text in ["Sample Client", "some_key", "notes.txt", "me@example.com", "SOME_KEY", "crm", "GBP", "key7", ""] {
            let marked = with_mark(text, &format!("{mark}-12"));
            assert!(carries(&marked, mark), "{marked}");
            assert!(!carries(&marked, "probity-3fa9c21b7f") && !carries(text, mark), "{marked}");
        }
    }

    #[test]
    fn a_code_of_a_fixed_form_keeps_its_form() {
        let code = |mark: &str| with_mark_in_class("9780000000024", mark, |letter| letter.is_ascii_digit());
        assert!(code("probity-1").starts_with("9780") && code("probity-1").len() == 13);
        assert_ne!(code("probity-1"), code("probity-2"));
        let word = changed("ENGM", "probity-1");
        assert!(word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_uppercase()), "{word}");
    }
}
