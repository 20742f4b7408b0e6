//! Reads security schemes and requirements.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::pointer::append;
use super::schema::follow_references;
use crate::model::contract::{Location, Operation, SecurityScheme};
use crate::model::text::without_separators;

/// `components.securitySchemes`, by name.
pub fn schemes(document: &Value) -> BTreeMap<String, SecurityScheme> {
    let names = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let read = |name: &String| Some((name.clone(), scheme(follow_references(document, &append("/components/securitySchemes", name))?.1)));
    names.into_iter().flat_map(Map::keys).filter_map(read).collect()
}

/// Schemes whose credentials are computed from what the server asks (IANA, HTTP Authentication Scheme Registry).
const BY_CHALLENGE: [&str; 6] = ["digest", "hoba", "mutual", "negotiate", "ntlm", "scram-sha-256"];

/// One scheme, as OpenAPI describes it.
pub fn scheme(scheme: &Value) -> SecurityScheme {
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let field = || text("name").to_owned();
    match (text("type"), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
        ("http", "basic", _) => SecurityScheme::Basic,
        ("http", "bearer", _) | ("oauth2" | "openIdConnect", ..) => SecurityScheme::Bearer,
        // Whatever a scheme of an author's own is, its credentials stand in this field (RFC 9110, section 11.6.2). The value has the
        // name of the scheme in it.
        ("http", other, _) if !other.is_empty() && !BY_CHALLENGE.contains(&other) => SecurityScheme::Header("Authorization".to_owned()),
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

/// Header fields of which OpenAPI says that they are no parameters (Parameter Object), and those that belong to the
/// connection or tell the length of a body (RFC 9110, sections 7 and 8.6), which no author can know.
const IGNORED: [&str; 10] =
    ["accept", "contenttype", "authorization", "contentlength", "transferencoding", "connection", "host", "expect", "te", "upgrade"];

/// Header fields that are credentials wherever they stand.
const KEYS: [&str; 5] = ["authorization", "apikey", "xapikey", "xauthtoken", "xaccesstoken"];

/// Takes credentials that an author writes as parameters of an operation without a security requirement for what they are,
/// and leaves out the parameters that are none.
pub fn imply_security_requirements(operations: &mut [Operation], schemes: &mut BTreeMap<String, SecurityScheme>) {
    for operation in operations {
        let is = |names: &[&str], name: &str| names.contains(&without_separators(name).as_str());
        let mut headers = operation.parameters.iter().filter(|parameter| parameter.location == Location::Header);
        let key =
            headers.find(|parameter| is(&KEYS, &parameter.name) && (parameter.required || without_separators(&parameter.name) == "authorization"));
        let key = key.filter(|_| operation.security.is_empty()).cloned();
        if let Some(key) = &key {
            schemes.entry(key.name.clone()).or_insert_with(|| SecurityScheme::Header(key.name.clone()));
            operation.security.push(vec![key.name.clone()]);
            operation.security.extend((!key.required).then(Vec::new));
        }
        let known = key.map(|key| key.name);
        operation.parameters.retain(|parameter| {
            parameter.location != Location::Header || !(is(&IGNORED, &parameter.name) || known.as_ref() == Some(&parameter.name))
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::contract::{bundle, read};
    use crate::model::contract::SecurityScheme;

    #[test]
    fn an_http_scheme_of_an_authors_own_goes_into_the_field_of_credentials() {
        let of = |name: &str| super::scheme(&json!({"type": "http", "scheme": name}));
        assert_eq!(of("HMAC"), SecurityScheme::Header("Authorization".to_owned()));
        assert_eq!(
            [of("Basic"), of("bearer"), of("Digest")],
            [SecurityScheme::Basic, SecurityScheme::Bearer, SecurityScheme::Other("http".to_owned())]
        );
    }

    #[test]
    fn a_header_that_is_a_credential_is_taken_for_one() {
        let header = |name: &str, required: bool| json!({"name": name, "in": "header", "required": required, "schema": {"type": "string"}});
        let operation = |parameters: serde_json::Value| json!({"parameters": parameters, "responses": {"200": {"description": ""}}});
        let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
            "/a": {"get": operation(json!([header("Authorization", true), header("X-Trace", true), header("Accept", false)]))},
            "/b": {"get": operation(json!([header("authorization", false)]))},
            "/c": {"get": operation(json!([header("X-API-Key", true)]))}
        }});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let security: Vec<_> = contract.operations.iter().map(|operation| operation.security.clone()).collect();
        assert_eq!(
            security,
            [vec![vec!["Authorization".to_owned()]], vec![vec!["authorization".to_owned()], vec![]], vec![vec!["X-API-Key".to_owned()]]]
        );
        let left: Vec<&str> =
            contract.operations.iter().flat_map(|operation| &operation.parameters).map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(left, ["X-Trace"]);
        assert!(contract.security_schemes.contains_key("X-API-Key"));
    }
}
