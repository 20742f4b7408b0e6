//! Reads security schemes and requirements.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::pointer::append;
use super::schema::follow;
use crate::domain::contract::SecurityScheme;

/// `components.securitySchemes`, by name.
pub fn schemes(document: &Value) -> BTreeMap<String, SecurityScheme> {
    let names = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let read = |name: &String| Some((name.clone(), scheme(follow(document, &append("/components/securitySchemes", name))?.1)));
    names.into_iter().flat_map(Map::keys).filter_map(read).collect()
}

fn scheme(scheme: &Value) -> SecurityScheme {
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let field = || text("name").to_owned();
    match (text("type"), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
        ("http", "basic", _) => SecurityScheme::Basic,
        ("http", "bearer", _) | ("oauth2" | "openIdConnect", ..) => SecurityScheme::Bearer,
        ("apiKey", _, "header") => SecurityScheme::Header(field()),
        ("apiKey", _, "query") => SecurityScheme::Query(field()),
        ("apiKey", _, "cookie") => SecurityScheme::Cookie(field()),
        (other, ..) => SecurityScheme::Other(other.to_owned()),
    }
}

/// The alternatives of the requirement at `own`, else those of the whole document; each names schemes needed together.
pub fn requirement(document: &Value, own: &str) -> Vec<Vec<String>> {
    let value = document.pointer(own).or_else(|| document.get("security"));
    let alternatives = value.and_then(Value::as_array).into_iter().flatten();
    alternatives.map(|requirement| requirement.as_object().into_iter().flat_map(Map::keys).cloned().collect()).collect()
}
