//! Adds the security schemes of a suite to operations for which the contract declares none.

use super::security::scheme;
use crate::model::contract::{Contract, SecurityScheme};
use crate::model::filter::Filter;
use crate::model::own_security::SchemeGroup;
use crate::model::suite::Suite;

/// Adds the schemes of a suite to a contract, and asks for them where the suite says so and the contract asks for nothing.
///
/// # Errors
/// A scheme that no credential can satisfy, one that is not known, or a pattern that matches no operation.
pub fn use_own_security(contract: &mut Contract, suite: &Suite) -> Result<(), String> {
    for (name, described) in &suite.security.schemes {
        let read = scheme(described);
        let nameless =
            matches!(&read, SecurityScheme::Header(field) | SecurityScheme::Query(field) | SecurityScheme::Cookie(field) if field.is_empty());
        if nameless || matches!(read, SecurityScheme::Other(_)) {
            let hint =
                "write it as OpenAPI does: {type: http, scheme: bearer}, {type: http, scheme: basic} or {type: apiKey, in: header, name: X-Key}";
            return Err(format!("security: {name} is no scheme that can be satisfied; {hint}"));
        }
        contract.security_schemes.insert(name.clone(), read);
    }
    // What asks for nothing in the contract; several needs for one operation are alternatives.
    let open: Vec<bool> = contract.operations.iter().map(|operation| operation.security.is_empty()).collect();
    for need in &suite.security.needs {
        ask(contract, need, &open).map_err(|reason| format!("security: {reason}"))?;
    }
    Ok(())
}

fn ask(contract: &mut Contract, need: &SchemeGroup, open: &[bool]) -> Result<(), String> {
    if let Some(unknown) = need.schemes.iter().find(|name| !contract.security_schemes.contains_key(*name)) {
        return Err(format!("there is no scheme {unknown}; add it to `schemes`"));
    }
    if need.schemes.is_empty() {
        return Err("a need without schemes asks for nothing; name one in `schemes`".to_owned());
    }
    let matched = |pattern: &String| {
        let filter = Filter { only: vec![pattern.clone()], ..Filter::default() };
        contract.operations.iter().any(|operation| filter.selects(operation))
    };
    if let Some(pattern) = need.only.iter().chain(&need.exclude).find(|pattern| !matched(pattern)) {
        return Err(format!("no operation is called {pattern}; `probity list` shows all"));
    }
    let filter = Filter { only: need.only.clone(), exclude: need.exclude.clone(), ..Filter::default() };
    for (operation, open) in contract.operations.iter_mut().zip(open) {
        if *open && filter.selects(operation) {
            operation.security.push(need.schemes.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};

    fn with(security: &Value) -> Result<Contract, String> {
        let operation = |id: &str, own: &Value| {
            let mut operation = json!({"operationId": id, "responses": {"200": {"description": "d"}}});
            if !own.is_null() {
                operation["security"] = own.clone();
            }
            json!({"get": operation})
        };
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "components": {"securitySchemes": {"old": {"type": "http", "scheme": "basic"}}},
            "paths": {"/a": operation("a", &json!(null)), "/b": operation("b", &json!([{"old": []}])), "/c": operation("c", &json!([]))}});
        let mut contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let suite: Suite = serde_json::from_value(json!({"name": "s", "contract": "t.yaml", "security": security})).unwrap();
        use_own_security(&mut contract, &suite).map(|()| contract)
    }

    #[test]
    fn what_the_contract_leaves_open_is_asked_for() {
        let schemes = json!({"token": {"type": "http", "scheme": "bearer"}, "key": {"type": "apiKey", "in": "cookie", "name": "s"}});
        let contract =
            with(&json!({"schemes": schemes, "needs": [{"schemes": ["token", "key"], "exclude": ["c"]}, {"schemes": ["old"], "only": ["a"]}]}))
                .unwrap();
        let security: Vec<String> = contract.operations.iter().map(|operation| format!("{:?}", operation.security)).collect();
        assert_eq!(security, [r#"[["token", "key"], ["old"]]"#, r#"[["old"]]"#, "[]"]);
        assert_eq!(contract.security_schemes["key"], SecurityScheme::Cookie("s".to_owned()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let key = json!({"type": "apiKey", "in": "header"});
        for (security, wanted) in [
            (json!({"schemes": {"key": key}}), "key is no scheme"),
            (json!({"schemes": {"d": {"type": "http", "scheme": "digest"}}}), "d is no scheme"),
            (json!({"needs": [{"schemes": ["tokne"]}]}), "no scheme tokne"),
            (json!({"needs": [{"schemes": []}]}), "asks for nothing"),
            (json!({"needs": [{"schemes": ["old"], "only": ["z*"]}]}), "no operation is called z*"),
        ] {
            let told = with(&security).unwrap_err();
            assert!(told.contains(wanted), "{told}");
        }
    }
}
