//! Credentials that requests obtain are renewed when they end; where they cannot be, everything that waits says so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::credentials::program::{cell, command, everything, folder, run};
use crate::support::server::{Asked, Reply, Served};
use crate::support::text;

/// As many operations as there are requests that a token has to live through.
fn contract(security: &str) -> String {
    let path = |number: usize| {
        format!(
            "  /things{number}: {{get: {{operationId: things{number}.list, responses: {{'200': {{description: all}}, '401': {{description: who}}}}}}}}\n"
        )
    };
    let paths: String = (0..6).map(path).collect();
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}security: [{{token: []}}]\ncomponents: {{securitySchemes: {{token: {security}}}}}\n"
    )
}

const BEARER: &str = "{type: http, scheme: bearer}";

const LOG_IN: &str = "accounts: {full: {token: {log-in: {url: /sessions, json: {user: '${ME_USER}', password: '${ME_PASSWORD}'}, token: /data/token, lifetime: /data/seconds}}}}\n";

const VARIABLES: [(&str, &str); 4] =
    [("ME_USER", "somebody-here"), ("ME_PASSWORD", "pass-0123456789"), ("CLIENT", "client-abcdef01"), ("CLIENT_SECRET", "secret-abcdef0123")];

/// Every secret of the tests begins with one of these.
fn holds_no_secret(told: &str) {
    for secret in ["pass-0123456789", "secret-abcdef0123", "tok-secret-", "refresh-secret-", "sid-secret-"] {
        let at = told.find(secret).map(|at| &told[at.saturating_sub(300)..(at + 60).min(told.len())]);
        assert_eq!(at, None, "{secret}");
    }
}

fn who() -> Reply {
    Reply::json(401, &Value::Null).with("www-authenticate", "Bearer")
}

fn count(server: &Served, path: &str) -> usize {
    server.requests().iter().filter(|asked| asked.path == path).count()
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed() {
    let (tokens, uses) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = Served::start(move |asked: &Asked| {
        if asked.path == "/sessions" {
            let right = serde_json::from_str::<Value>(&asked.text).ok() == Some(json!({"user": "somebody-here", "password": "pass-0123456789"}));
            let number = tokens.fetch_add(1, Ordering::Relaxed) + 1;
            uses.store(0, Ordering::Relaxed);
            return if right {
                Reply::json(200, &json!({"data": {"token": format!("tok-secret-{number:08}")}}))
            } else {
                Reply::json(400, &Value::Null)
            };
        }
        let current = format!("Bearer tok-secret-{:08}", tokens.load(Ordering::Relaxed));
        // Each token is good for three requests, and nobody is told.
        if asked.header("authorization") == current && uses.fetch_add(1, Ordering::Relaxed) < 3 { Reply::json(200, &Value::Null) } else { who() }
    });
    let folder = folder("ends", &contract(BEARER), LOG_IN);
    let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
    for number in 0..6 {
        for status in [200, 401] {
            assert_eq!(cell(&folder, &format!("things{number}.list"), status)["verdict"], "conforms", "{number} {status} {}", text(&output));
        }
    }
    assert!((2..=3).contains(&count(&server, "/sessions")), "{:?}", count(&server, "/sessions"));
    let told = everything(&folder, &output);
    holds_no_secret(&told);
    assert!(told.contains(r#""log-in":{"at""#) && told.contains("log-in for token of the full account: POST /sessions"), "the journal marks it");
    assert!(told.contains(r#"-H 'Authorization: Bearer '"${OBTAINED_TOKEN}""#) || !told.contains("again:"));
    let plan = text(&command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url], &[]));
    assert!(plan.contains("Log-in for token of the full account") && plan.contains("POST /sessions"), "{plan}");
}

#[test]
fn a_token_that_comes_back_is_a_finding_and_is_written_nowhere() {
    let server = Served::start(|asked: &Asked| match asked.path.as_str() {
        "/sessions" => Reply::json(200, &json!({"data": {"token": "tok-secret-1234"}})),
        _ if asked.header("authorization") == "Bearer tok-secret-1234" => Reply::json(200, &json!({"you": asked.header("authorization")})),
        _ => who(),
    });
    let folder = folder("echo", &contract(BEARER), LOG_IN);
    let output = run(&folder, &server, &[], &VARIABLES);
    holds_no_secret(&everything(&folder, &output));
    assert!(cell(&folder, "things2.list", 200)["findings"].to_string().contains("credentials"), "{}", text(&output));
}

#[test]
fn a_lifetime_is_kept_and_a_budget_counts_log_ins() {
    let server = Served::start(|asked: &Asked| match asked.path.as_str() {
        "/sessions" => Reply::json(200, &json!({"data": {"token": "tok-secret-1", "seconds": 0}})),
        _ if asked.header("authorization") == "Bearer tok-secret-1" => Reply::json(200, &Value::Null),
        _ => who(),
    });
    let folder = folder("lifetime", &contract(BEARER), LOG_IN);
    let output = run(&folder, &server, &["--jobs", "1", "--status", "200"], &VARIABLES);
    let asked = server.requests().len() - count(&server, "/sessions");
    assert_eq!(count(&server, "/sessions"), asked, "a token that has ended before it is used is asked for each time: {}", text(&output));
    let before = server.requests().len();
    let output = run(&folder, &server, &["--budget", "5", "--fresh"], &VARIABLES);
    assert!(server.requests().len() - before <= 5, "{} {}", server.requests().len() - before, text(&output));
    holds_no_secret(&everything(&folder, &output));
}

#[test]
fn a_log_in_that_is_refused_is_asked_for_once_and_what_waits_for_it_says_so() {
    for (status, header, wanted, most) in [
        (403, ("x-a", "b"), "log-in for token of the full account: POST /sessions was answered 403", 1),
        (429, ("retry-after", "1"), "log-in for token of the full account: POST /sessions is rate-limited", 4),
        (200, ("x-a", "b"), "its answer 200 has no token at /data/token", 1),
    ] {
        let server = Served::start(
            move |asked: &Asked| if asked.path == "/sessions" { Reply::json(status, &json!({})).with(header.0, header.1) } else { who() },
        );
        let folder = folder(&format!("refused-{status}"), &contract(BEARER), LOG_IN);
        let output = run(&folder, &server, &[], &VARIABLES);
        assert_eq!(count(&server, "/sessions"), most, "{}", text(&output));
        assert!(text(&output).contains(wanted), "{}", text(&output));
        let cell = cell(&folder, "things3.list", 200);
        assert!(cell["verdict"] == "blocked" && cell["reason"].to_string().contains(wanted), "{cell}");
        // Nothing is sent as if there were credentials.
        assert!(server.requests().iter().all(|asked| asked.path == "/sessions" || !asked.header("authorization").contains("tok")));
        holds_no_secret(&everything(&folder, &output));
    }
}

#[test]
fn a_rate_limited_log_in_waits() {
    let first = AtomicUsize::new(0);
    let server = Served::start(move |asked: &Asked| match asked.path.as_str() {
        "/sessions" if first.fetch_add(1, Ordering::Relaxed) == 0 => Reply::json(429, &Value::Null).with("retry-after", "1"),
        "/sessions" => Reply::json(200, &json!({"data": {"token": "tok-secret-1"}})),
        _ if asked.header("authorization") == "Bearer tok-secret-1" => Reply::json(200, &Value::Null),
        _ => who(),
    });
    let folder = folder("waits", &contract(BEARER), LOG_IN);
    let output = run(&folder, &server, &[], &VARIABLES);
    assert_eq!((count(&server, "/sessions"), output.status.code()), (2, Some(0)), "{}", text(&output));
}

const OAUTH: &str = "accounts: {full: {token: {oauth: {client-id: CLIENT, client-secret: CLIENT_SECRET, scope: 'a b'}}}}\n";

#[test]
fn a_token_of_oauth_is_refreshed_and_a_refused_refresh_is_said() {
    let grants: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    let server = Served::start(move |asked: &Asked| {
        if asked.path == "/token" {
            let mut grants = grants.lock().expect("nobody panics");
            grants.push(asked.text.clone());
            let right = asked.header("authorization") == "Basic Y2xpZW50LWFiY2RlZjAxOnNlY3JldC1hYmNkZWYwMTIz";
            let refused = asked.text.contains("refresh-secret-2");
            let number = grants.len();
            let token = json!({"access_token": format!("tok-secret-{number}"), "expires_in": 0, "refresh_token": format!("refresh-secret-{number}")});
            return if right && !refused {
                Reply::json(200, &token)
            } else {
                Reply::json(400, &json!({"error": "invalid_grant", "why": "secret-abcdef0123"}))
            };
        }
        if asked.header("authorization").starts_with("Bearer tok-secret-") { Reply::json(200, &Value::Null) } else { who() }
    });
    let folder = folder("oauth", &contract("{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}"), OAUTH);
    let output = run(&folder, &server, &["--jobs", "1", "--status", "200"], &VARIABLES);
    let grants = grants.lock().expect("nobody panics").clone();
    assert_eq!(
        grants[..4],
        [
            "grant_type=client_credentials&scope=a+b",
            "grant_type=refresh_token&refresh_token=refresh-secret-1&scope=a+b",
            "grant_type=refresh_token&refresh_token=refresh-secret-2&scope=a+b",
            "grant_type=client_credentials&scope=a+b",
        ]
    );
    assert!(text(&output).contains("POST /token: the refresh token was refused (400)"), "{}", text(&output));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    holds_no_secret(&everything(&folder, &output));
}

#[test]
fn credentials_go_to_another_server_only_if_the_suite_names_it() {
    let tokens = Served::start(|_| Reply::json(200, &json!({"access_token": "tok-secret-1"})));
    let server = Served::start(|asked| if asked.header("authorization") == "Bearer tok-secret-1" { Reply::json(200, &Value::Null) } else { who() });
    let contract = contract(&format!("{{type: oauth2, flows: {{clientCredentials: {{tokenUrl: '{}/token', scopes: {{}}}}}}}}", tokens.url));
    let folder = folder("elsewhere", &contract, OAUTH);
    let output = run(&folder, &server, &[], &VARIABLES);
    assert!(tokens.requests().is_empty(), "{:?}", tokens.requests());
    assert!(cell(&folder, "things1.list", 200)["reason"].to_string().contains("write the address in the suite"), "{}", text(&output));
    let suite = OAUTH.replace("scope: 'a b'", &format!("token-url: '{}/token', in-body: true", tokens.url));
    let folder = crate::credentials::program::folder("elsewhere-named", &contract, &suite);
    let output = run(&folder, &server, &[], &VARIABLES);
    assert_eq!((tokens.requests().len(), output.status.code()), (1, Some(0)), "{}", text(&output));
    assert!(tokens.requests()[0].text.ends_with("client_id=client-abcdef01&client_secret=secret-abcdef0123"));
}

#[test]
fn a_cookie_that_changes_goes_on_and_the_limited_account_has_its_own() {
    let number = AtomicUsize::new(0);
    let server = Served::start(move |asked: &Asked| {
        let set = |name: &str| Reply::json(204, &Value::Null).with("set-cookie", &format!("sid={name}; Path=/; HttpOnly"));
        if asked.path == "/sessions" {
            return if asked.text == "user=limited-user" {
                set("sid-secret-limited")
            } else {
                set(&format!("sid-secret-{:04}", number.load(Ordering::Relaxed)))
            };
        }
        let now = number.load(Ordering::Relaxed);
        if asked.header("cookie") == format!("sid=sid-secret-{now:04}") {
            number.fetch_add(1, Ordering::Relaxed);
            return Reply { status: 200, ..set(&format!("sid-secret-{:04}", now + 1)) };
        }
        if asked.header("cookie") == "sid=sid-secret-limited" { Reply::json(403, &Value::Null) } else { who() }
    });
    let account = |user: &str| format!("{{token: {{log-in: {{url: /sessions, form: {{user: '{user}'}}, cookie: sid}}}}}}");
    let suite = format!("accounts: {{full: {}, limited: {}}}\n", account("${ME_USER}"), account("limited-user"));
    let contract =
        contract("{type: apiKey, in: cookie, name: sid}").replace("'401': {description: who}", "'401': {description: who}, '403': {description: no}");
    let folder = folder("cookie", &contract, &suite);
    let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
    for status in [200, 401, 403] {
        assert_eq!(cell(&folder, "things4.list", status)["verdict"], "conforms", "{status} {}", text(&output));
    }
    assert_eq!(count(&server, "/sessions"), 2, "{}", text(&output));
    holds_no_secret(&everything(&folder, &output));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let server = Served::start(|_| Reply::json(200, &Value::Null));
    for (suite, wanted) in [
        (LOG_IN.replace("token: /data/token, ", ""), "say where the token is"),
        (LOG_IN.replace("token: /data/token", "token: /t, form: {a: b}"), "it has one body"),
        (LOG_IN.replace("${ME_USER}", "${ME USER}"), "no name of an environment variable"),
        (OAUTH.to_owned(), "nothing says where tokens for token are obtained"),
    ] {
        let folder = folder("meant", &contract(BEARER), &suite);
        let output = run(&folder, &server, &[], &VARIABLES);
        assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{}", text(&output));
    }
    let folder = folder("unset", &contract(BEARER), LOG_IN);
    let told = text(&run(&folder, &server, &[], &[]));
    assert!(told.contains("set ME_PASSWORD (log-in of token), ME_USER (log-in of token)"), "{told}");
    assert!(server.requests().is_empty());
}
