//! A run that outlives its tokens many times: each is renewed, each renewal is counted, and nothing is blocked.

use std::collections::BTreeMap;
use std::process::Output;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::credentials::program::{cell, everything, folder, run};
use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, text};

const OPERATIONS: usize = 60;

fn contract() -> String {
    let path = |number: usize| {
        format!(
            "  /things{number}: {{get: {{operationId: things{number}.list, responses: {{'200': {{description: all}}, '403': {{description: no}}}}}}}}\n"
        )
    };
    let paths: String = (0..OPERATIONS).map(path).collect();
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}security: [{{token: []}}]\ncomponents: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}\n"
    )
}

/// Both accounts; the token of neither says when it ends.
const LOG_IN: &str = "{token: {log-in: {url: /sessions, json: {user: USER}, token: /token}}}";

/// The same by OAuth, with a life that is over at once.
const OAUTH: &str = "accounts: {full: {token: {oauth: {client-id: CLIENT, client-secret: CLIENT_SECRET, token-url: /sessions}}}}\n";

const VARIABLES: [(&str, &str); 2] = [("CLIENT", "client-abcdef01"), ("CLIENT_SECRET", "secret-abcdef0123")];

/// The token of each user, by its number, and how often it was shown.
type Tokens = BTreeMap<String, (usize, usize)>;

/// A server whose tokens are good for so many requests, each for its user; the refresh token changes each time.
fn server(uses: usize) -> Served {
    let tokens: Mutex<Tokens> = Mutex::default();
    Served::start(move |asked: &Asked| {
        let mut tokens = tokens.lock().expect("nobody panics");
        if asked.path == "/sessions" {
            let who = asked.body.as_ref().and_then(|body| body["user"].as_str()).unwrap_or("full").to_owned();
            let (number, _) = tokens.get(&who).copied().unwrap_or_default();
            let refresh = format!("refresh-secret-{number}");
            if asked.text.contains("refresh_token=") && !asked.text.contains(&format!("refresh_token={refresh}")) {
                return Reply::json(400, &json!({"error": "invalid_grant"}));
            }
            tokens.insert(who.clone(), (number + 1, 0));
            let token = format!("tok-secret-{who}-{}", number + 1);
            return Reply::json(
                200,
                &json!({"token": token, "access_token": token, "expires_in": 0, "refresh_token": format!("refresh-secret-{}", number + 1)}),
            );
        }
        let shown = asked.header("authorization").to_owned();
        for (user, (number, used)) in tokens.iter_mut() {
            if shown == format!("Bearer tok-secret-{user}-{number}") && *used < uses {
                *used += 1;
                return Reply::json(if user == "limited" { 403 } else { 200 }, &Value::Null);
            }
        }
        Reply::json(401, &Value::Null).with("www-authenticate", "Bearer")
    })
}

fn log_ins(server: &Served) -> usize {
    server.requests().iter().filter(|asked| asked.path == "/sessions").count()
}

/// What was said, on one line.
fn unwrapped(output: &Output) -> String {
    text(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything is proved, and every log-in is counted.
fn is_whole(folder: &Folder, server: &Served, output: &Output, statuses: &[u16]) {
    for number in 0..OPERATIONS {
        for status in statuses {
            let shown = cell(folder, &format!("things{number}.list"), *status);
            assert_eq!(shown["verdict"], "conforms", "{number} {status} {shown} {}", text(output));
        }
    }
    assert_eq!(output.status.code(), Some(0), "{}", text(output));
    let totals = folder.report()["totals"].clone();
    assert_eq!(totals["log_in_requests"], log_ins(server), "{totals}");
    // What was refused for an ended token was sent once more, and is counted apart.
    let resent = totals["resent_requests"].as_u64().unwrap_or_default();
    assert_eq!(totals["requests"].as_u64(), Some((server.requests().len() - log_ins(server)) as u64 - resent), "{totals}");
    let said = format!("; beside them {} requests to log in", log_ins(server));
    assert!(unwrapped(output).contains(&said), "{}", text(output));
    let told = everything(folder, output);
    assert_eq!(told.matches(r#""log-in":{"at""#).count(), log_ins(server), "the journal has a line for each");
    for secret in ["tok-secret-", "refresh-secret-", "secret-abcdef0123"] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[test]
fn tokens_that_end_unannounced_are_renewed_over_and_over_for_each_account() {
    let server = server(2);
    let account = |user: &str| LOG_IN.replace("USER", user);
    let suite = format!("accounts: {{full: {}, limited: {}}}\n", account("full"), account("limited"));
    let folder = folder("renewals", &contract(), &suite);
    let output = run(&folder, &server, &["--jobs", "1"], &[]);
    is_whole(&folder, &server, &output, &[200, 403]);
    assert!(log_ins(&server) >= OPERATIONS - 2, "each account needs {} tokens: {}", OPERATIONS / 2, log_ins(&server));
    // The first token of each account is the only one that no refusal asks for.
    assert_eq!(folder.report()["totals"]["resent_requests"], log_ins(&server) - 2);
    assert!(unwrapped(&output).contains(" requests with a token that had ended"), "{}", text(&output));
}

#[test]
fn tokens_that_are_over_at_once_are_refreshed_before_each_request_within_the_budget() {
    let server = server(1);
    let folder = folder("refreshes", &contract(), OAUTH);
    let output = run(&folder, &server, &["--jobs", "1", "--status", "200"], &VARIABLES);
    is_whole(&folder, &server, &output, &[200]);
    assert_eq!(log_ins(&server), OPERATIONS, "{}", text(&output));
    let refreshed = server.requests().iter().filter(|asked| asked.text.contains("grant_type=refresh_token")).count();
    assert_eq!(refreshed, OPERATIONS - 1);
    // Half of what a budget pays for is spent on tokens.
    let before = server.requests().len();
    let output = run(&folder, &server, &["--jobs", "1", "--status", "200", "--budget", "50", "--fresh"], &VARIABLES);
    let (sent, totals) = (server.requests().len() - before, folder.report()["totals"].clone());
    assert!(sent <= 50 && totals["log_in_requests"].as_u64().is_some_and(|count| count > 20), "{sent} {totals} {}", text(&output));
    assert_eq!(totals["requests"].as_u64().zip(totals["log_in_requests"].as_u64()).map(|(own, more)| own + more), Some(sent as u64), "{totals}");
}

#[test]
fn what_waits_for_a_renewal_that_is_refused_is_blocked_by_it_and_nothing_is_accused() {
    let tokens: Mutex<Vec<usize>> = Mutex::default();
    let server = Served::start(move |asked: &Asked| {
        let mut tokens = tokens.lock().expect("nobody panics");
        if asked.path == "/sessions" {
            tokens.push(0);
            // The account is locked once it has asked for a second token.
            return if tokens.len() == 1 { Reply::json(200, &json!({"token": "tok-secret-1"})) } else { Reply::json(403, &Value::Null) };
        }
        let used = tokens.last_mut().filter(|used| asked.header("authorization") == "Bearer tok-secret-1" && **used < 3);
        match used {
            Some(used) => {
                *used += 1;
                Reply::json(200, &Value::Null)
            }
            None => Reply::json(401, &Value::Null).with("www-authenticate", "Bearer"),
        }
    });
    let suite = format!("accounts: {{full: {}}}\n", LOG_IN.replace("USER", "full"));
    let folder = folder("renewal-refused", &contract(), &suite);
    let output = run(&folder, &server, &["--jobs", "1", "--status", "200"], &[]);
    let verdicts: Vec<Value> = (0..OPERATIONS).map(|number| cell(&folder, &format!("things{number}.list"), 200)["verdict"].clone()).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "conforms").count(), 3, "{}", text(&output));
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "blocked").count(), OPERATIONS - 3, "{}", text(&output));
    let last = cell(&folder, &format!("things{}.list", OPERATIONS - 1), 200)["reason"].to_string();
    assert!(last.contains("log-in for token of the full account: POST /sessions was answered 403"), "{last}");
    assert_eq!((output.status.code(), log_ins(&server)), (Some(3), 2), "a log-in that is refused is not tried again: {}", text(&output));
    // Nothing more is sent with the token that has ended.
    assert_eq!(server.requests().len(), 2 + 3 + 1);
}
