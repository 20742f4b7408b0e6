//! Chooses the Accept header: the media types that answers are asked for in.

use super::valid_body::is_json;
use crate::model::contract::{Operation, Response};

/// What the answers of an operation are made of: `Accept` holds for errors as well (RFC 9110, section 12.5.1), and a server
/// that honours it writes them in another form where theirs is left out. Those of successes come first; where these have
/// none, any form is taken. Of a response in several forms JSON is preferred, by weight (section 12.4.2) and by order,
/// because servers go by either: it can be looked into for ids.
pub fn accept(operation: &Operation) -> String {
    let (mut preferred, mut taken) = (Vec::new(), Vec::new());
    operation.successes().for_each(|response| ask_for(response, &mut preferred, &mut taken));
    if preferred.is_empty() {
        return "*/*".to_owned();
    }
    let fallbacks = operation.fallbacks.iter().map(|fallback| &fallback.response);
    operation.responses.iter().chain(fallbacks).for_each(|response| ask_for(response, &mut preferred, &mut taken));
    let others = taken.iter().filter(|name| !preferred.contains(name)).map(|name| format!("{name};q=0.5"));
    preferred.iter().map(|name| (*name).to_owned()).chain(others).collect::<Vec<_>>().join(", ")
}

/// Adds the forms of a response: what it is best written in, and what will do.
fn ask_for<'a>(response: &'a Response, preferred: &mut Vec<&'a str>, taken: &mut Vec<&'a str>) {
    let readable = response.content.iter().any(|media| is_json(&media.name));
    for media in &response.content {
        let best = !readable || is_json(&media.name);
        if !best && is_alike(&media.name) {
            continue;
        }
        let names = if best { &mut *preferred } else { &mut *taken };
        if !names.contains(&media.name.as_str()) {
            names.push(&media.name);
        }
    }
}

/// Whether a media type is another way to write what JSON writes.
fn is_alike(name: &str) -> bool {
    name.contains("xml") || name.contains("yaml")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};

    /// What `GET /things` asks for when it has these responses.
    fn asked(responses: &Value) -> String {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"get": {"responses": responses}}}});
        accept(&read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap().operations[0])
    }

    fn of(names: &[&str]) -> Value {
        let content: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({"description": "d", "content": content})
    }

    #[test]
    fn the_forms_of_all_answers_are_asked_for_those_of_successes_first() {
        let json = "application/json";
        let problem = "application/problem+json";
        assert_eq!(asked(&json!({"400": of(&[problem]), "200": of(&[json])})), "application/json, application/problem+json");
        assert_eq!(asked(&json!({"200": of(&[json, "application/xml"]), "404": of(&[json])})), json);
        assert_eq!(
            asked(&json!({"200": of(&["text/csv"]), "5XX": of(&["text/plain"]), "default": of(&[problem])})),
            "text/csv, text/plain, application/problem+json"
        );
    }

    #[test]
    fn of_several_forms_json_comes_first_and_is_preferred() {
        let (json, problem) = ("application/json", "application/problem+json");
        assert_eq!(
            asked(&json!({"200": of(&["text/csv", json, "application/pdf"]), "404": of(&[problem])})),
            "application/json, application/problem+json, text/csv;q=0.5, application/pdf;q=0.5"
        );
        assert_eq!(asked(&json!({"200": of(&["image/png"]), "400": of(&["text/html", json])})), "image/png, application/json, text/html;q=0.5");
        assert_eq!(asked(&json!({"200": of(&["text/csv"]), "206": of(&["text/csv", json])})), "text/csv, application/json");
    }

    #[test]
    fn where_a_success_has_no_form_any_is_taken() {
        assert_eq!(asked(&json!({"204": of(&[]), "404": of(&["application/problem+json"])})), "*/*");
    }
}
