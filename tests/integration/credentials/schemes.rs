//! Schemes that a suite adds to a contract that declares none, and what is said where credentials are missing or refused.

use serde_json::json;

use crate::credentials::program::{cell, folder, run};
use crate::support::server::{Reply, Served};
use crate::support::text;

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things: {get: {operationId: things.list, responses: &responses {'200': {description: all}, '401': {description: who}}}}
  /health: {get: {operationId: health.get, responses: {'200': {description: well}}}}
";

const SECURITY: &str = r"security:
  schemes: {token: {type: http, scheme: bearer}, raw: {type: apiKey, in: header, name: Authorization}, firm: {type: apiKey, in: query, name: firm}}
  needs: [{schemes: [SCHEME, firm], exclude: [health.*]}]
";

#[test]
fn a_suite_adds_schemes_to_a_contract_without_any() {
    let server = Served::start(|asked| match asked.path.as_str() {
        "/things" if asked.header("authorization") == "Bearer t-0123456789" && asked.target.ends_with("?firm=7") => Reply::json(200, &json!(null)),
        "/things" => Reply::json(401, &json!(null)).with("www-authenticate", "Bearer"),
        _ if asked.headers.contains_key("authorization") => Reply::json(500, &json!(null)),
        _ => Reply::json(200, &json!(null)),
    });
    let folder = folder("schemes", CONTRACT, &SECURITY.replace("SCHEME", "token"));
    let output = run(&folder, &server, &[], &[("PROBITY_TOKEN", "t-0123456789"), ("PROBITY_FIRM", "7")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    for (operation, status) in [("things.list", 200), ("things.list", 401), ("health.get", 200)] {
        assert_eq!(cell(&folder, operation, status)["verdict"], "conforms", "{operation} {status}: {}", text(&output));
    }
}

/// What the contract asks for stays as it is; of alternatives, one goes with each request.
#[test]
fn a_suite_adds_schemes_to_the_operations_that_declare_none_and_one_alternative_is_chosen() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths:
  /declared: {get: {operationId: declared.get, security: [{token: []}], responses: {'200': {description: all}}}}
  /silent: {get: {operationId: silent.get, responses: {'200': {description: all}}}}
  /open: {get: {operationId: open.get, responses: {'200': {description: all}}}}
";
    let needs = "security:
  schemes: {key: {type: apiKey, in: header, name: X-Key}, firm: {type: apiKey, in: header, name: X-Firm}, other: {type: apiKey, in: header, name: X-Other}}
  needs: [{schemes: [key, firm], only: [silent.*, declared.*]}, {schemes: [other], only: [silent.*]}]
";
    let value = |scheme: &str, variable: &str| format!("{scheme}: {{value: {{env: {variable}}}}}");
    let (key, firm, other) = (value("key", "A_KEY"), value("firm", "A_FIRM"), value("other", "ANOTHER"));
    let variables = [("A_TOKEN", "token-0123456789"), ("A_KEY", "key-0123456789"), ("A_FIRM", "7"), ("ANOTHER", "other-0123456789")];
    for (own, fields) in [([&key, &firm, &other], ["key-0123456789", "7", ""]), ([&firm, &other, &String::new()], ["", "", "other-0123456789"])] {
        let server = Served::start(|_| Reply::json(200, &json!(null)));
        let own = own.map(String::as_str).into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", ");
        let accounts = format!("accounts: {{full: {{token: {{bearer: {{token: A_TOKEN}}}}, {own}}}}}\n");
        let folder = folder("schemes-some", contract, &format!("{needs}{accounts}"));
        let output = run(&folder, &server, &["--status", "200"], &variables);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let shown = |path: &str| {
            let asked = server.requests().into_iter().find(|asked| asked.path == path).expect("it is asked");
            ["authorization", "x-key", "x-firm", "x-other"].map(|name| asked.header(name).to_owned())
        };
        assert_eq!(shown("/declared"), ["Bearer token-0123456789", "", "", ""]);
        assert_eq!(shown("/silent")[1..], fields, "both of one alternative, or the other one: {own}");
        assert_eq!(shown("/open"), [""; 4]);
    }
}

#[test]
fn what_is_missing_is_said_at_once_with_where_it_goes() {
    let server = Served::start(|_| Reply::json(200, &json!(null)));
    let accounts = "accounts: {full: {raw: {value: {env: RAW}}, firm: {value: {env: FIRM}}}}\n";
    let folder = folder("missing", CONTRACT, &format!("{}{accounts}", SECURITY.replace("SCHEME", "raw")));
    let told = text(&run(&folder, &server, &[], &[]));
    let wanted =
        "set FIRM (query parameter firm), RAW (the whole value of the header Authorization: a prefix such as `Bearer ` or `Token ` belongs to it)";
    assert!(told.contains(wanted), "{told}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_server_that_knows_nobody_is_told_with_what_was_shown() {
    let server = Served::start(|_| Reply::json(401, &json!(null)).with("www-authenticate", "Bearer"));
    let folder = folder("unknown", CONTRACT, &SECURITY.replace("SCHEME", "token").replace(", exclude: [health.*]", ""));
    let told = text(&run(&folder, &server, &[], &[("PROBITY_TOKEN", "t-0123456789"), ("PROBITY_FIRM", "7-firm-number-7")]));
    assert!(told.contains("every valid request was answered 401; check the credentials: firm was shown as `?firm=...`"), "{told}");
    assert!(told.contains("token was shown as `Authorization: Bearer ...` (PROBITY_TOKEN is the token of token, without the word Bearer)"), "{told}");
    assert!(!told.contains("t-0123456789") && !told.contains("7-firm-number-7"), "{told}");
    let folder = crate::credentials::program::folder("unknown-none", CONTRACT, "");
    let told = text(&run(&folder, &server, &[], &[]));
    assert!(told.contains("none showed credentials, because neither the contract nor the suite asks for any"), "{told}");
}
