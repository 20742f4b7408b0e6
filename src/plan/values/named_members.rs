//! Finds the members of the request that a refusal names, in the notations that servers use.

use serde_json::Value;

use crate::contract::append;

/// Members whose value is the place of what is wrong, in one text.
const PLACES: [&str; 9] = ["pointer", "field", "param", "parameter", "path", "property", "propertyPath", "attribute", "instancePath"];

/// Members that list places by name.
const LISTS: [&str; 7] = ["errors", "detail", "details", "fieldErrors", "field_errors", "validationErrors", "invalid_params"];

/// Members that say in words what is wrong.
const WORDS: [&str; 7] = ["msg", "message", "detail", "title", "reason", "description", "error"];

/// First parts of a place that say where in a request it is.
const PARTS: [&str; 6] = ["body", "query", "path", "header", "formData", "json"];

/// The depth to which an answer is looked through.
const DEPTH: usize = 6;

/// The shortest text that is taken for quoted, in letters: shorter ones are quoted for many reasons.
const SHORTEST: usize = 3;

/// The longest words that are kept, in letters.
const LONGEST: usize = 400;

/// A member that a refusal names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMember {
    /// Names and indices that lead to it, from the whole.
    pub tokens: Vec<String>,
    /// What is said of it.
    pub words: String,
}

/// Every member that a refusal names, each once.
pub fn named_members(answer: &Value) -> Vec<NamedMember> {
    let mut found = Vec::new();
    collect_named(answer, "", 0, &mut found);
    let mut once: Vec<NamedMember> = Vec::new();
    for named in found {
        if !named.tokens.is_empty() && once.iter().all(|known| known.tokens != named.tokens) {
            once.push(named);
        }
    }
    once
}

/// The members of a body that a refusal is about: those that it names, and those whose text it quotes.
pub fn named_of(answer: &Value, body: &Value) -> Vec<NamedMember> {
    let mut texts = Vec::new();
    every_text(answer, "", &mut texts);
    let mut sent = Vec::new();
    every_text(body, "", &mut sent);
    let mut found = named_members(answer);
    for (at, value) in sent.iter().filter(|(_, value)| value.chars().count() >= SHORTEST) {
        let quotes = |text: &&str| ['"', '\'', '`'].iter().any(|quote| text.contains(&format!("{quote}{value}{quote}")));
        if let Some(said) = texts.iter().map(|(_, text)| *text).find(quotes) {
            found.push(NamedMember { tokens: place_tokens(at), words: said.chars().take(LONGEST).collect() });
        }
    }
    found
}

/// Whether a refusal names or quotes something that stands in a body.
pub fn names_or_quotes(answer: &Value, body: &Value) -> bool {
    let is_there = |named: &NamedMember| {
        let at = named.tokens.iter().fold(String::new(), |at, token| append(&at, token));
        body.pointer(&at).is_some()
    };
    named_of(answer, body).iter().any(is_there)
}

/// Every text of a value with its place (JSON Pointer).
fn every_text<'v>(value: &'v Value, at: &str, found: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => found.push((at.to_owned(), text)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| every_text(item, &append(at, &index.to_string()), found)),
        Value::Object(members) => members.iter().for_each(|(name, member)| every_text(member, &append(at, name), found)),
        _ => {}
    }
}

fn collect_named(value: &Value, words: &str, depth: usize, found: &mut Vec<NamedMember>) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_named(item, words, depth + 1, found)),
        Value::Object(members) => {
            let said = WORDS.iter().filter_map(|name| members.get(*name)?.as_str()).collect::<Vec<_>>().join("; ");
            let said: String = if said.is_empty() { words.to_owned() } else { said.chars().take(LONGEST).collect() };
            // FastAPI and pydantic: loc is a list of names and indices.
            if let Some(Value::Array(tokens)) = members.get("loc") {
                found.push(NamedMember { tokens: without_part(tokens.iter().map(text).collect()), words: said.clone() });
            }
            for place in PLACES.iter().filter_map(|name| members.get(*name)?.as_str()) {
                found.push(NamedMember { tokens: place_tokens(place), words: said.clone() });
            }
            for (name, member) in members {
                let by_name = LISTS.contains(&name.as_str()).then(|| member.as_object()).flatten();
                for (named, what) in by_name.into_iter().flatten().filter(|(named, _)| !WORDS.contains(&named.as_str())) {
                    found.push(NamedMember { tokens: place_tokens(named), words: what.to_string().chars().take(LONGEST).collect() });
                }
                collect_named(member, &said, depth + 1, found);
            }
            quoted(&said, found);
        }
        Value::String(said) => quoted(said, found),
        _ => {}
    }
}

/// Names that stand in quotes, or before words such as "is required", in what is said.
fn quoted(said: &str, found: &mut Vec<NamedMember>) {
    for quote in ['"', '\'', '`'] {
        let inner = said.split(quote).skip(1).step_by(2).filter(|inner| is_name(inner));
        found.extend(inner.map(|inner| NamedMember { tokens: place_tokens(inner), words: said.to_owned() }));
    }
    for end in [" is required", " must ", " should ", " is missing", " is not ", " cannot ", " can't ", " has to "] {
        let before = said.split(end).next().filter(|before| before.len() < said.len());
        let name = before.and_then(|before| before.split_whitespace().next_back()).filter(|name| is_name(name));
        found.extend(name.map(|name| NamedMember { tokens: place_tokens(name), words: said.to_owned() }));
    }
}

fn is_name(text: &str) -> bool {
    (2..=64).contains(&text.len()) && text.chars().all(|letter| letter.is_alphanumeric() || "_-.[]/".contains(letter))
}

fn text(token: &Value) -> String {
    token.as_str().map_or_else(|| token.to_string(), str::to_owned)
}

/// The tokens of a place: a JSON Pointer (RFC 6901), or names with dots and brackets.
fn place_tokens(place: &str) -> Vec<String> {
    let place = place.trim_start_matches('#');
    let tokens: Vec<String> = if place.starts_with('/') {
        place.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
    } else {
        place.trim_start_matches('$').split(['.', '[', ']', '/']).filter(|token| !token.is_empty()).map(str::to_owned).collect()
    };
    without_part(tokens)
}

fn without_part(mut tokens: Vec<String>) -> Vec<String> {
    if tokens.len() > 1 && PARTS.contains(&tokens[0].as_str()) {
        tokens.remove(0);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(answer: &Value) -> Vec<String> {
        named_members(answer).into_iter().map(|named| named.tokens.join("/")).collect()
    }

    #[test]
    fn the_member_is_found_in_the_forms_that_servers_write() {
        for (answer, place) in [
            (json!({"detail": [{"loc": ["body", "title"], "msg": "field required", "type": "missing"}]}), "title"),
            (json!({"errors": [{"source": {"pointer": "/data/attributes/name"}, "detail": "too short"}]}), "data/attributes/name"),
            (json!({"errors": {"email": ["is invalid"]}}), "email"),
            (json!({"message": "Validation failed", "fieldErrors": [{"field": "address.zip", "message": "bad"}]}), "address/zip"),
            (json!({"error": "\"title\" is required"}), "title"),
            (json!({"message": "amount must be positive"}), "amount"),
            (json!({"invalid-params": [{"name": "x"}], "errors": [{"instancePath": "/items/0/size"}]}), "items/0/size"),
        ] {
            assert!(places(&answer).contains(&place.to_owned()), "{answer}: {:?}", places(&answer));
        }
        assert!(places(&json!({"message": "Not today"})).is_empty());
    }

    #[test]
    fn a_refusal_is_about_the_member_whose_text_it_quotes() {
        let body = json!({"title": "Ann", "pool": {"name": "my-pool"}});
        assert!(names_or_quotes(&json!({"detail": "Pool \"my-pool\" not found."}), &body));
        assert!(names_or_quotes(&json!({"errors": [{"source": {"pointer": "/pool/name"}, "detail": "not allowed"}]}), &body));
        assert!(!names_or_quotes(&json!({"detail": "Pool \"your-pool\" not found."}), &body));
        assert!(!names_or_quotes(&json!({"detail": "not found"}), &body));
        let about = named_of(&json!({"detail": "Pool 'my-pool' not found."}), &body);
        assert!(about.iter().any(|named| named.tokens == ["pool", "name"]), "{about:?}");
    }
}
