//! Log-ins that stand in a file of Web Fuzzing Commons are those of a suite, and what the file holds is written nowhere.

use serde_json::{Value, json};

use crate::credentials::program::{cell, everything, folder, run};
use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, text};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things: {get: {operationId: things.list, responses: {'200': {description: all}, '401': {description: who}, '403': {description: no}}}}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
";

const USERS: &str = r#"configs: {blackBox: "true"}
auth:
  - name: librarian
    loginEndpointAuth: {payloadUserPwd: {username: lib-user, password: pass-0123456789, usernameField: user, passwordField: secret}}
  - name: guest
    loginEndpointAuth: {payloadRaw: "{\"user\": \"guest-user\", \"secret\": \"pass-guest-6789\"}"}
  - name: somebody
    fixedHeaders: [{name: X-A, value: b}]
authTemplate:
  loginEndpointAuth:
    endpoint: /login
    verb: POST
    contentType: application/json
    token: {extractFrom: body, extractSelector: /token/authToken, sendIn: header, sendName: Authorization, sendTemplate: "Bearer {token}"}
"#;

/// The first two of them as those of `EvoMaster` in TOML are written.
const IN_TOML: &str = r#"
[[auth]]
name="librarian"
[auth.loginEndpointAuth]
endpoint="/login"
payloadRaw= """
{"user": "lib-user", "secret": "pass-0123456789"}
"""
verb="POST"
contentType="application/json"
[auth.loginEndpointAuth.token]
sendTemplate="Bearer {token}"
extractSelector = "/token/authToken"
extractFrom ="body"
sendName="Authorization"
sendIn="header"

[[auth]]
name="guest"
[auth.loginEndpointAuth]
endpoint="/login"
payloadRaw= """
user=guest-user&secret=pass-guest-6789
"""
verb="POST"
contentType="application/x-www-form-urlencoded"
[auth.loginEndpointAuth.token]
sendTemplate="Bearer {token}"
extractSelector = "/token/authToken"
extractFrom ="body"
sendName="Authorization"
sendIn="header"
"#;

/// Whoever logs in gets a token; the guest may do nothing.
fn server() -> Served {
    Served::start(|asked: &Asked| {
        let token = |name: &str| Reply::json(200, &json!({"token": {"authToken": name}}));
        let body = asked.body.clone().unwrap_or_default();
        match (asked.path.as_str(), asked.header("authorization")) {
            ("/login", _) if body == json!({"user": "lib-user", "secret": "pass-0123456789"}) => token("tok-secret-full"),
            ("/login", _) if body == json!({"user": "guest-user", "secret": "pass-guest-6789"}) => token("tok-secret-guest"),
            ("/login", _) if asked.text == "secret=pass-guest-6789&user=guest-user" => token("tok-secret-guest"),
            ("/things", "Bearer tok-secret-full") => Reply::json(200, &Value::Null),
            ("/things", "Bearer tok-secret-guest") => Reply::json(403, &Value::Null),
            _ => Reply::json(401, &Value::Null).with("www-authenticate", "Bearer"),
        }
    })
}

fn holds_no_secret(folder: &Folder, output: &std::process::Output) {
    for name in ["auth.yaml", "auth.toml"].map(|name| folder.0.join(name)).iter().filter(|path| path.exists()) {
        std::fs::remove_file(name).expect("the file itself");
    }
    let told = everything(folder, output);
    for secret in ["pass-0123456789", "pass-guest-6789", "tok-secret-"] {
        assert!(!told.contains(secret), "{secret}: {}", text(output));
    }
}

/// What each account is for was seen: an answer, a refusal of whoever is not known, and one of whoever may not.
fn all_accounts_conform(folder: &Folder, output: &std::process::Output) {
    for status in [200, 401, 403] {
        assert_eq!(cell(folder, "things.list", status)["verdict"], "conforms", "{status} {}", text(output));
    }
}

#[test]
fn the_users_of_the_file_are_the_accounts_of_the_run() {
    let server = server();
    let of_suite = folder("auth-file", CONTRACT, "auth: {file: auth.yaml, limited: guest}\n");
    of_suite.write("auth.yaml", USERS);
    let output = run(&of_suite, &server, &[], &[]);
    all_accounts_conform(&of_suite, &output);
    let said = text(&output);
    assert!(said.contains("Left out of the file of log-ins: configs") && said.contains("1 other of its users"), "{said}");
    holds_no_secret(&of_suite, &output);
    // The flag names a file without a suite that says who is limited.
    let by_flag = folder("auth-flag", CONTRACT, "");
    by_flag.write("auth.yaml", USERS);
    let output = run(&by_flag, &server, &["--auth", "auth.yaml"], &[]);
    assert_eq!(cell(&by_flag, "things.list", 200)["verdict"], "conforms", "{}", text(&output));
    assert_eq!(cell(&by_flag, "things.list", 403)["verdict"], "skipped", "only a suite says who is the limited account");
    holds_no_secret(&by_flag, &output);
}

#[test]
fn a_file_in_toml_says_the_same() {
    let server = server();
    let folder = folder("auth-toml", CONTRACT, "auth: {file: auth.toml, limited: guest}\n");
    folder.write("auth.toml", IN_TOML);
    let output = run(&folder, &server, &[], &[]);
    all_accounts_conform(&folder, &output);
    assert!(!text(&output).contains("Left out of the file of log-ins"), "{}", text(&output));
    holds_no_secret(&folder, &output);
    // What is wrong with it is not shown, and the name says which form it has.
    for (name, document) in [("auth.toml", "[[auth]]\nname = \"a\"\npassword = pass-0123456789\n"), ("auth.toml", USERS), ("auth.yaml", IN_TOML)] {
        folder.write(name, document);
        let output = run(&folder, &server, &["--auth", name], &[]);
        let form =
            if name == "auth.toml" { "it is no TOML; what is wrong is not shown" } else { "it is no YAML or JSON; what is wrong is not shown" };
        assert!(output.status.code() == Some(2) && text(&output).contains(form), "{name} {}", text(&output));
        assert!(!text(&output).contains("pass-"), "{}", text(&output));
    }
}

#[test]
fn what_is_wrong_with_the_file_is_said_and_nothing_of_it_is_shown() {
    let server = server();
    for (users, suite, wanted) in [
        ("auth: [{name: a, fixedHeaders: [{name: X, value: pass-0123456789]}", "", "what is wrong is not shown"),
        ("auth: []", "", "no list `auth` with a user"),
        (USERS, "limited: eve", "it has no user eve; its users are librarian, guest, somebody"),
    ] {
        let folder = folder("auth-wrong", CONTRACT, &format!("auth: {{file: auth.yaml, {suite}}}\n"));
        folder.write("auth.yaml", users);
        let output = run(&folder, &server, &[], &[]);
        assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{}", text(&output));
        assert!(!text(&output).contains("pass-0123456789"));
    }
    let folder = folder("auth-open", CONTRACT, "auth: auth.yaml\n");
    let path = folder.write("auth.yaml", USERS);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("its permissions");
    let output = run(&folder, &server, &[], &[]);
    assert!(text(&output).contains("others than its owner have access to it"), "{}", text(&output));
    assert!(server.requests().is_empty());
}
