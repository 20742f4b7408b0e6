//! Header fields of a user's own are sent, shown as they are written, and never in the way of a fault.

use serde_json::json;

use crate::credentials::program::{cell, command, everything, folder, run};
use crate::support::server::{Reply, Served};
use crate::support::text;

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    get:
      operationId: things.list
      security: [{key: [], firm: []}]
      responses:
        '200': {description: all, content: {application/json: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}}
        '401': {description: who}
  /parts:
    get:
      operationId: parts.list
      parameters: [{name: X-Shelf, in: header, required: true, schema: {type: integer}, example: 1}]
      responses: {'200': {description: all}}
components:
  securitySchemes:
    key: {type: http, scheme: bearer}
    firm: {type: apiKey, in: header, name: X-Firm}
";

const ACCOUNTS: &str = "accounts: {full: {key: {bearer: {token: KEY}}, firm: {value: {env: FIRM}}}}\n";

const VARIABLES: [(&str, &str); 3] = [("KEY", "key-0123456789"), ("FIRM", "firm-1"), ("MY_TENANT", "tenant-9f8e7d6c5b")];

#[test]
fn headers_are_sent_to_whom_they_are_for_and_shown_as_they_are_written() {
    let server = Served::start(|asked| match asked.path.as_str() {
        "/things" if asked.header("authorization") != "Bearer key-0123456789" || asked.header("x-firm") != "firm-1" => {
            Reply::json(401, &json!(null)).with("www-authenticate", "Bearer")
        }
        "/things" if asked.header("x-tenant") == "t tenant-9f8e7d6c5b" => Reply::json(200, &json!({"n": "wrong"})),
        "/parts" if asked.header("x-shelf") == "77" => Reply::json(200, &json!(null)),
        _ => Reply::json(500, &json!(null)),
    });
    let suite = format!("{ACCOUNTS}headers: [{{name: X-Shelf, value: '77', only: ['parts.*']}}, {{name: X-Tenant, value: of the suite}}]\n");
    let folder = folder("sent", CONTRACT, &suite);
    let output = run(&folder, &server, &["--header", "x-tenant: t ${MY_TENANT}"], &VARIABLES);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    // What names nobody and is set on purpose is sent wherever it is for, also without credentials.
    let seen = server.requests();
    assert!(seen.iter().all(|asked| asked.header("x-tenant") == "t tenant-9f8e7d6c5b"), "{seen:?}");
    assert!(seen.iter().filter(|asked| asked.path == "/things").all(|asked| asked.header("x-shelf").is_empty()), "{seen:?}");
    assert!(seen.iter().all(|asked| asked.method == "GET" && asked.text.is_empty()), "{seen:?}");
    assert!(seen.iter().any(|asked| asked.path == "/parts" && asked.header("x-shelf") == "77"), "{seen:?}");
    assert_eq!(cell(&folder, "parts.list", 200)["verdict"], "conforms", "{}", text(&output));
    assert_eq!(cell(&folder, "things.list", 401)["verdict"], "conforms", "{}", text(&output));
    assert!(seen.iter().any(|asked| asked.path == "/things" && asked.header("x-firm").is_empty() && !asked.header("authorization").is_empty()));
    // What is shown names the variable, and nothing holds its value.
    let everything = everything(&folder, &output);
    assert!(everything.contains(r#"-H 'x-tenant: t '"${MY_TENANT}""#), "{everything}");
    assert!(!everything.contains("tenant-9f8e7d6c5b"), "the value is written somewhere");
}

#[test]
fn a_value_that_comes_back_is_taken_out_and_nobody_is_accused() {
    let server = Served::start(|asked| match asked.path.as_str() {
        "/things" if asked.header("authorization") == "Bearer key-0123456789" && asked.header("x-firm") == "firm-1" => {
            Reply::json(200, &json!({"n": 1, "tenant": asked.header("x-tenant"), "secret": asked.header("x-secret")}))
                .with("x-seen", asked.header("x-tenant"))
        }
        "/things" => Reply::json(401, &json!(null)).with("www-authenticate", "Bearer"),
        _ => Reply::json(200, &json!(null)),
    });
    let folder = folder("echoed", CONTRACT, ACCOUNTS);
    let output = run(&folder, &server, &["--header", "X-Tenant: ${MY_TENANT}", "--only", "things.*"], &VARIABLES);
    assert!(!everything(&folder, &output).contains("tenant-9f8e7d6c5b"));
    let told = cell(&folder, "things.list", 200);
    assert!(told["findings"].as_array().is_none_or(Vec::is_empty) && told["verdict"] != "conforms", "{told}");
    assert!(told.to_string().contains("repeats the value of a header field"), "{told}");
    // What is a secret by its name is one.
    let variables = [&VARIABLES[..2], &[("MY_SECRET", "s-ab12cd34ef56")]].concat();
    let output = run(&folder, &server, &["--header", "X-Secret: ${MY_SECRET}", "--only", "things.*", "--fresh"], &variables);
    assert!(!everything(&folder, &output).contains("ab12cd34ef56"));
    assert!(cell(&folder, "things.list", 200)["findings"].to_string().contains("credentials"), "{}", text(&output));
}

#[test]
fn what_must_not_be_set_is_refused_before_anything_is_sent() {
    let server = Served::start(|_| Reply::json(200, &json!(null)));
    let folder = folder("refused", CONTRACT, ACCOUNTS);
    for (header, wanted) in [
        ("Host: s3cret", "--header: Host says how a request is sent"),
        ("transfer-encoding: s3cret", "transfer-encoding says how a request is sent"),
        ("X-HTTP-Method-Override: DELETE", "makes another request"),
        ("s3cret", "write 'Name: value'"),
        ("X-A: ${s3cret", "has no }"),
        ("Authorization: s3cret", "belongs to the security scheme key, which some requests leave out on purpose; set KEY (token of key"),
        ("x-firm: s3cret", "belongs to the security scheme firm"),
        ("X-A: ${NOBODY_SETS} ${NOR_THIS}", "set NOBODY_SETS (header X-A), NOR_THIS (header X-A)"),
    ] {
        let output = run(&folder, &server, &["--header", header], &VARIABLES);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(wanted) && !told.contains(": s3cret"), "{header}: {told}");
    }
    let output = run(&folder, &server, &["--header", "X-A: ${NOBODY_SETS}"], &[]);
    let wanted = "credentials are missing: set FIRM (header X-Firm), KEY (token of key, without the word Bearer), NOBODY_SETS (header X-A)";
    assert!(text(&output).contains(wanted), "{}", text(&output));
    assert!(server.requests().is_empty());
    let output = command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url, "--header", "X-A: ${B}"], &[]);
    assert!(text(&output).contains("Header of your own, on all requests: X-A: ${B}"), "{}", text(&output));
}

#[test]
fn no_header_goes_to_another_server() {
    let other = Served::start(|_| Reply::json(200, &json!({})));
    let address = format!("{}/elsewhere", other.url);
    let server =
        Served::start(
            move |asked| if asked.path == "/a" { Reply::json(303, &json!(null)).with("location", &address) } else { Reply::json(200, &json!({})) },
        );
    let contract = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a.get\n      responses:\n        '303': {description: there, headers: {Location: {schema: {type: string}}}, x-probity-when: [success]}\n        '200': {description: found, x-probity-when: [success]}\n";
    let folder = folder("elsewhere", contract, "");
    let output = run(&folder, &server, &["--header", "X-Tenant: ${MY_TENANT}"], &VARIABLES);
    assert!(server.requests().iter().all(|asked| asked.header("x-tenant") == "tenant-9f8e7d6c5b"), "{}", text(&output));
    assert!(
        !other.requests().is_empty() && other.requests().iter().all(|asked| asked.header("x-tenant").is_empty()),
        "{:?} {}",
        other.requests(),
        text(&output)
    );
}
