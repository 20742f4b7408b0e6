//! What a suite calls private is asked for as an account that owns other things, and only what the run itself has made.

use std::collections::BTreeMap;
use std::process::Output;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::credentials::program::{cell, command, everything, folder, run};
use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, text};

/// Things that belong to whoever makes them, behind a scheme called `who`.
fn contract(scheme: &str, of_one: &str) -> String {
    let thing = "content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}";
    let refusals = format!("'401': {{description: who}}, {of_one}");
    format!(
        "openapi: 3.1.0
info: {{title: Things, version: '1'}}
security: [{{who: []}}]
components:
  securitySchemes: {{who: {scheme}}}
  schemas: {{Thing: {{type: object, required: [name], properties: {{id: {{type: string, readOnly: true}}, name: {{type: string}}}}}}}}
paths:
  /things:
    get: {{operationId: things.list, responses: {{'200': {{description: all, content: {{application/json: {{schema: {{type: array, items: {{$ref: '#/components/schemas/Thing'}}}}}}}}}}}}}}
    post: {{operationId: things.create, requestBody: {{required: true, {thing}}}, responses: {{'201': {{description: made, {thing}}}}}}}
  /things/{{thing_id}}:
    parameters: [{{name: thing_id, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: things.get, responses: {{'200': {{description: one, {thing}}}, {refusals}}}}}
    patch: {{operationId: things.update, requestBody: {{required: true, {thing}}}, responses: {{'200': {{description: changed, {thing}}}, {refusals}}}}}
    delete: {{operationId: things.delete, responses: {{'204': {{description: gone}}, {refusals}}}}}
"
    )
}

const BEARER: &str = "{type: http, scheme: bearer}";
const HIDDEN: &str = "'404': {description: none}";
const PRIVATE: &str = "private: [things.*]\n";
const ACCOUNTS: &str = "accounts: {full: {who: {bearer: {token: MINE}}}, other: {who: {bearer: {token: THEIRS}}}}\n";
const MINE: &str = "mine-secret-0123456789";
const THEIRS: &str = "theirs-secret-0123456789";
const VARIABLES: [(&str, &str); 2] = [("MINE", MINE), ("THEIRS", THEIRS)];

/// The things of a server, each with its owner, and how many were made.
type Things = (usize, BTreeMap<String, (&'static str, Value)>);

/// What a server shows to those whom a thing does not belong to.
type Careless = fn(&str) -> bool;

/// A server that knows two users, by what their requests carry; one thing is there before. `refusal` is for the things of others.
fn server_for(
    refusal: impl Fn(&str) -> u16 + Send + Sync + 'static,
    careless: Careless,
    whose: impl Fn(&Asked) -> Option<&'static str> + Send + Sync + 'static,
) -> Served {
    let before = BTreeMap::from([("t-old".to_owned(), ("mine", json!({"id": "t-old", "name": "old"})))]);
    let things: Mutex<Things> = Mutex::new((0, before));
    Served::start(move |asked: &Asked| {
        let (count, things) = &mut *things.lock().expect("nobody panics");
        if let Some(reply) = log_in(asked) {
            return reply;
        }
        let Some(who) = whose(asked) else { return Reply::json(401, &Value::Null).with("www-authenticate", "Bearer") };
        let id = asked.path.strip_prefix("/things/").unwrap_or_default().to_owned();
        if !id.is_empty() {
            match things.get(&id) {
                None => return Reply::json(404, &Value::Null),
                Some((owner, _)) if *owner != who && !careless(&asked.method) => return Reply::json(refusal(&asked.method), &Value::Null),
                Some(_) => {}
            }
        }
        match asked.method.as_str() {
            "GET" if id.is_empty() => {
                Reply::json(200, &things.values().filter(|(owner, _)| *owner == who).map(|(_, thing)| thing.clone()).collect::<Value>())
            }
            "POST" => {
                *count += 1;
                let id = format!("t{count}");
                let thing = json!({"id": id, "name": asked.body.clone().unwrap_or_default()["name"]});
                things.insert(id, (who, thing.clone()));
                Reply::json(201, &thing)
            }
            "DELETE" => {
                things.remove(&id);
                Reply::json(204, &Value::Null)
            }
            _ => {
                let (_, thing) = things.get_mut(&id).expect("it is there");
                if asked.method == "PATCH" {
                    thing["name"] = asked.body.clone().unwrap_or_default()["name"].clone();
                }
                Reply::json(200, thing)
            }
        }
    })
}

/// Tokens for those who log in, by a request of the API's own or by OAuth.
fn log_in(asked: &Asked) -> Option<Reply> {
    let given = |who: &str| {
        Reply::json(200, &json!({"token": format!("tok-secret-{who}"), "access_token": format!("tok-secret-{who}"), "token_type": "bearer"}))
    };
    (asked.path == "/login").then(|| {
        let said = format!("{}{}", asked.text, asked.header("authorization"));
        // `id:secret` of the clients, in base64.
        let is = |text: &str, encoded: &str| said.contains(text) || said.contains(encoded);
        if is(THEIRS, "dGhlaXJzOnRoZWlycy1zZWNyZXQtMDEyMzQ1Njc4OQ") {
            given("theirs").with("set-cookie", "sid=tok-secret-theirs")
        } else if is(MINE, "bWluZTptaW5lLXNlY3JldC0wMTIzNDU2Nzg5") {
            given("mine").with("set-cookie", "sid=tok-secret-mine")
        } else {
            Reply::json(400, &Value::Null)
        }
    })
}

fn by_bearer(asked: &Asked) -> Option<&'static str> {
    match asked.header("authorization").strip_prefix("Bearer ")? {
        MINE => Some("mine"),
        THEIRS => Some("theirs"),
        _ => None,
    }
}

/// What was asked for by the other user, each once.
fn by_other(server: &Served, whose: impl Fn(&Asked) -> Option<&'static str>) -> Vec<String> {
    let mut asked: Vec<String> =
        server.requests().iter().filter(|asked| whose(asked) == Some("theirs")).map(|asked| format!("{} {}", asked.method, asked.path)).collect();
    asked.sort();
    asked
}

fn verdict(folder: &Folder, operation: &str, status: u16) -> String {
    cell(folder, operation, status)["verdict"].as_str().unwrap_or_default().to_owned()
}

fn holds_no_secret(folder: &Folder, output: &Output) {
    let told = everything(folder, output);
    for secret in [MINE, THEIRS, "tok-secret-"] {
        assert!(!told.contains(secret), "{secret}: {}", text(output));
    }
}

#[test]
fn a_server_that_hides_or_forbids_what_is_private_conforms() {
    for (refusal, of_one) in [
        (404, HIDDEN),
        (403, "'403': {description: no}"),
        (403, "'404': {description: none}, '403': {description: no}"),
        (404, "'403': {description: no}"),
    ] {
        let server = server_for(move |_| refusal, |_| false, by_bearer);
        let folder = folder("other-right", &contract(BEARER, of_one), &format!("{ACCOUNTS}{PRIVATE}"));
        let plan = text(&command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url], &VARIABLES));
        assert!(server.requests().is_empty() && plan.matches("[the resource belongs to another account]").count() == 3, "{plan}");
        let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
        let asked = by_other(&server, by_bearer);
        assert_eq!(
            asked.iter().map(|asked| asked.split(' ').next().unwrap_or_default()).collect::<Vec<_>>(),
            ["DELETE", "GET", "PATCH"],
            "{asked:?}"
        );
        assert!(!asked.iter().any(|asked| asked.ends_with("t-old")), "what was there before is nobody's to ask for: {asked:?}");
        assert!(!text(&output).contains("violates") && output.status.code() != Some(1), "{refusal} {of_one} {}", text(&output));
        let status = if of_one.contains("404") { 404 } else { 403 };
        for operation in ["things.get", "things.update", "things.delete"] {
            let (shown, aimed) = (cell(&folder, operation, status), format!("{operation}::{status}::other-owner"));
            assert!(shown["probes"].to_string().contains(&aimed), "{shown}");
            if refusal == status || of_one.contains("404") {
                assert_eq!(shown["verdict"], "conforms", "{operation} {status} {}", text(&output));
            }
        }
        // It is one request more for each, which the run counts.
        assert_eq!(folder.report()["totals"]["requests"], server.requests().len(), "{}", text(&output));
        assert_eq!(folder.report()["left"], Value::Null, "{}", text(&output));
        holds_no_secret(&folder, &output);
    }
}

#[test]
fn a_server_that_shows_changes_or_removes_it_for_others_violates_the_contract() {
    let cases: [(Careless, &str, &str); 3] = [
        (|method| method == "GET", "things.get", "200"),
        (|method| method == "PATCH", "things.update", "200"),
        (|method| method == "DELETE", "things.delete", "204"),
    ];
    for (careless, operation, status) in cases {
        let server = server_for(|_| 404, careless, by_bearer);
        let folder = folder("other-careless", &contract(BEARER, HIDDEN), &format!("{ACCOUNTS}{PRIVATE}"));
        let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
        for one in ["things.get", "things.update", "things.delete"] {
            assert_eq!(verdict(&folder, one, 404) == "violates", one == operation, "{one} {}", text(&output));
        }
        let said = text(&output);
        let wanted = format!("a request in which the resource belongs to another account is answered {status} instead of 404");
        assert!(output.status.code() == Some(1) && said.contains(&wanted), "{said}");
        assert!(said.contains(r#"-H 'Authorization: Bearer '"${THEIRS}""#), "the finding shows whose credentials were sent: {said}");
        assert_eq!(folder.report()["left"], Value::Null, "{said}");
        holds_no_secret(&folder, &output);
    }
}

#[test]
fn nobody_is_accused_of_what_no_suite_calls_private() {
    let server = server_for(|_| 404, |_| true, by_bearer);
    for (suite, variables) in [(ACCOUNTS.to_owned(), &VARIABLES[..]), (format!("{ACCOUNTS}{PRIVATE}"), &VARIABLES[..1])] {
        let folder = folder("other-silent", &contract(BEARER, HIDDEN), &suite);
        let output = run(&folder, &server, &[], variables);
        assert_eq!(by_other(&server, by_bearer), [""; 0], "{suite}");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        // Where a variable is missing, it is said before anything else.
        let told = text(&output).contains("3 operations are private and are not asked for as another account: there are no credentials of an account that owns other things; set THEIRS");
        assert_eq!(told, suite.contains("private"), "{}", text(&output));
        let plan = text(&command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url], variables));
        assert_eq!(plan.contains("set THEIRS"), suite.contains("private"), "{plan}");
    }
}

#[test]
fn it_is_only_asked_where_it_is_selected_and_where_the_run_has_things_of_its_own() {
    let server = server_for(|_| 404, |_| false, by_bearer);
    let folder = folder("other-selected", &contract(BEARER, HIDDEN), &format!("{ACCOUNTS}private: [things.get, things.delete]\n"));
    for (more, wanted) in [
        (&["--only", "things.get"][..], &["GET"][..]),
        (&["--only", "things.update"], &[]),
        (&["--status", "200"], &[]),
        (&["--status", "404"], &["DELETE", "GET"]),
        (&["--exclude", "things.delete"], &["GET"]),
        // Nothing is made, and of what is there nothing is asked for in the name of another user.
        (&["--live"], &[]),
    ] {
        let before = by_other(&server, by_bearer);
        let output = run(&folder, &server, &[&["--fresh", "--jobs", "1"], more].concat(), &VARIABLES);
        let mut asked = by_other(&server, by_bearer);
        for one in &before {
            asked.remove(asked.iter().position(|other| other == one).expect("it was asked before"));
        }
        let methods: Vec<&str> = asked.iter().map(|asked| asked.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(methods, wanted, "{more:?} {}", text(&output));
    }
}

#[test]
fn what_cannot_be_meant_is_refused_and_what_is_not_documented_is_told() {
    let server = server_for(|_| 404, |_| false, by_bearer);
    let only_mine = "accounts: {full: {who: {bearer: {token: MINE}}}}\n";
    for (suite, wanted) in [
        (format!("{ACCOUNTS}private: [thinks.*]\n"), "private: no operation is called thinks.*"),
        (format!("{only_mine}{PRIVATE}"), "private: `accounts` names no account `other`"),
        (ACCOUNTS.replace("who: {bearer: {token: THEIRS}}", "whom: {bearer: {token: THEIRS}}"), "has credentials for whom"),
    ] {
        let folder = folder("other-wrong", &contract(BEARER, HIDDEN), &suite);
        let output = run(&folder, &server, &[], &VARIABLES);
        assert!(output.status.code() == Some(2) && text(&output).contains(wanted), "{}", text(&output));
    }
    assert!(server.requests().is_empty());
    let folder = folder("other-undocumented", &contract(BEARER, "'400': {description: wrong}"), &format!("{ACCOUNTS}{PRIVATE}"));
    let output = run(&folder, &server, &[], &VARIABLES);
    assert!(
        text(&output).contains("things.get is private, and documents neither 403 nor 404: as another account it is not asked."),
        "{}",
        text(&output)
    );
    assert_eq!(by_other(&server, by_bearer), [""; 0]);
}

/// How a server finds out who asks.
type Whose = fn(&Asked) -> Option<&'static str>;

fn named(value: &str) -> Option<&'static str> {
    match value {
        MINE | "tok-secret-mine" => Some("mine"),
        THEIRS | "tok-secret-theirs" => Some("theirs"),
        _ => None,
    }
}

#[test]
fn its_credentials_come_by_the_same_means_as_those_of_the_others() {
    let both =
        |one: &str| format!("accounts: {{full: {{who: {one}}}, other: {{who: {}}}}}\n", one.replace("MINE", "THEIRS").replace("MY_ID", "THEIR_ID"));
    let in_basic: Whose = |asked| match asked.header("authorization") {
        "Basic bWluZTptaW5lLXNlY3JldC0wMTIzNDU2Nzg5" => Some("mine"),
        "Basic dGhlaXJzOnRoZWlycy1zZWNyZXQtMDEyMzQ1Njc4OQ==" => Some("theirs"),
        _ => None,
    };
    let in_bearer: Whose = |asked| named(asked.header("authorization").strip_prefix("Bearer ")?);
    let cases: [(&str, String, Whose); 7] = [
        ("{type: http, scheme: basic}", both("{basic: {username: MY_ID, password: MINE}}"), in_basic),
        ("{type: apiKey, in: header, name: X-Key}", both("{value: {env: MINE}}"), |asked| named(asked.header("x-key"))),
        ("{type: apiKey, in: query, name: key}", both("{value: {env: MINE}}"), |asked| named(asked.target.rsplit_once("key=")?.1)),
        ("{type: apiKey, in: cookie, name: sid}", both("{value: {env: MINE}}"), |asked| named(asked.header("cookie").strip_prefix("sid=")?)),
        (BEARER, both("{log-in: {url: /login, json: {secret: '${MINE}'}, token: /token}}"), in_bearer),
        (BEARER, both("{oauth: {client-id: MY_ID, client-secret: MINE, token-url: /login}}"), in_bearer),
        ("{type: apiKey, in: cookie, name: sid}", both("{log-in: {url: /login, json: {secret: '${MINE}'}, cookie: sid}}"), |asked| {
            named(asked.header("cookie").strip_prefix("sid=")?)
        }),
    ];
    let variables = [("MINE", MINE), ("THEIRS", THEIRS), ("MY_ID", "mine"), ("THEIR_ID", "theirs")];
    for (scheme, accounts, whose) in cases {
        let server = server_for(|_| 404, |_| false, whose);
        let accounts = accounts.replace("url: /login", &format!("url: '{}/login'", server.url));
        let folder = folder("other-means", &contract(scheme, HIDDEN), &format!("{accounts}{PRIVATE}"));
        let output = run(&folder, &server, &["--jobs", "1"], &variables);
        let asked = by_other(&server, whose);
        assert_eq!(
            asked.iter().map(|asked| asked.split(' ').next().unwrap_or_default()).collect::<Vec<_>>(),
            ["DELETE", "GET", "PATCH"],
            "{accounts} {}",
            text(&output)
        );
        assert_eq!(verdict(&folder, "things.get", 404), "conforms", "{accounts} {}", text(&output));
        assert_eq!(output.status.code(), Some(0), "{accounts} {}", text(&output));
        if accounts.contains("/login") {
            let plan = command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url, "--format", "json"], &variables);
            let plan: Value = serde_json::from_slice(&plan.stdout).expect("a plan");
            let whose: Vec<&Value> = plan["log_ins"].as_array().into_iter().flatten().map(|one| &one["account"]).collect();
            assert_eq!(whose, ["full", "other"]);
        }
        holds_no_secret(&folder, &output);
    }
}

#[test]
fn the_mock_keeps_things_apart_and_a_fault_of_it_is_found() {
    let folder = folder("other-mock", &contract(BEARER, HIDDEN), &format!("{ACCOUNTS}{PRIVATE}"));
    let output = command(&folder, &["run", "--suite", "suite.yaml", "--target", "mock"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    for operation in ["things.get", "things.update", "things.delete"] {
        let shown = cell(&folder, operation, 404);
        let answered =
            shown["probes"].as_array().into_iter().flatten().find(|probe| probe["trigger"] == "other-owner").map(|probe| probe["status"].clone());
        assert_eq!((shown["verdict"].as_str(), answered), (Some("conforms"), Some(json!(404))), "{shown}");
    }
    let output = command(&folder, &["run", "--suite", "suite.yaml", "--target", "mock", "--fault", "other-owner-accepted"], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    for operation in ["things.get", "things.update", "things.delete"] {
        assert_eq!(verdict(&folder, operation, 404), "violates", "{operation} {}", text(&output));
    }
}

/// That an account is not known is no answer about whose a thing is, unless the server has known it before.
#[test]
fn a_server_that_does_not_know_the_other_account_proves_nothing_and_one_that_does_owes_the_refusal() {
    for (known, wanted) in [(false, "blocked"), (true, "violates")] {
        let server = server_for(move |method| if known && method != "DELETE" { 403 } else { 401 }, |_| false, by_bearer);
        let folder = folder("other-unknown", &contract(BEARER, "'403': {description: no}"), &format!("{ACCOUNTS}{PRIVATE}"));
        let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
        assert_eq!(verdict(&folder, "things.delete", 403), wanted, "{}", text(&output));
        assert_eq!(verdict(&folder, "things.get", 403), if known { "conforms" } else { "blocked" }, "{}", text(&output));
    }
}

#[test]
fn what_the_other_account_shows_is_a_secret_as_well() {
    let server = Served::start(|asked: &Asked| match (by_bearer(asked), asked.method.as_str()) {
        (None, _) => Reply::json(401, &Value::Null).with("www-authenticate", "Bearer"),
        (Some("theirs"), _) => Reply::json(404, &json!({"you": asked.header("authorization")})),
        (_, "POST") => Reply::json(201, &json!({"id": "t1", "name": asked.body.clone().unwrap_or_default()["name"]})),
        (_, "DELETE") => Reply::json(204, &Value::Null),
        _ if asked.path == "/things" => Reply::json(200, &json!([])),
        _ => Reply::json(200, &json!({"id": "t1", "name": "a"})),
    });
    let folder = folder("other-echo", &contract(BEARER, HIDDEN), &format!("{ACCOUNTS}{PRIVATE}"));
    let output = run(&folder, &server, &["--jobs", "1"], &VARIABLES);
    holds_no_secret(&folder, &output);
    assert!(cell(&folder, "things.update", 404)["findings"].to_string().contains("credentials"), "{}", text(&output));
}
