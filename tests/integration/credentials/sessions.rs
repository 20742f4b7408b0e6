//! Requests about the run's own token are a class of their own: in plan, totals, journal and when a run goes on.

use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::credentials::program::{cell, command, everything, folder, run};
use crate::support::server::{Asked, Reply, Served};
use crate::support::text;

/// Six lists, and the session itself as an operation of the contract.
fn contract() -> String {
    let path = |number: usize| {
        format!(
            "  /things{number}: {{get: {{operationId: things{number}.list, responses: {{'200': {{description: all}}, '401': {{description: who}}}}}}}}\n"
        )
    };
    let paths: String = (0..6).map(path).collect();
    let body = "requestBody: {required: true, content: {application/json: {schema: {type: object, required: [secret], properties: {secret: {type: string, const: shown-0123456789}}}}}}";
    let answer = "responses: {'200': {description: made, content: {application/json: {schema: {type: object, required: [token], properties: {token: {type: string}}}}}}}";
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}  /sessions: {{post: {{operationId: sessions.create, security: [], {body}, {answer}}}}}\nsecurity: [{{token: []}}]\ncomponents: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}\n"
    )
}

const SUITE: &str = "session: [sessions.create]\naccounts: {full: {token: {log-in: {url: /sessions, json: {secret: '${ME_PASSWORD}'}, token: /token, lifetime: 3600}}}}\n";

const VARIABLES: [(&str, &str); 1] = [("ME_PASSWORD", "pass-0123456789")];

fn who() -> Reply {
    Reply::json(401, &Value::Null).with("www-authenticate", "Bearer")
}

#[test]
fn a_plan_has_the_price_of_log_ins_and_totals_count_them_apart() {
    let tokens = AtomicUsize::new(0);
    let server = Served::start(move |asked: &Asked| match asked.path.as_str() {
        "/sessions" if asked.body == Some(json!({"secret": "pass-0123456789"})) => {
            Reply::json(200, &json!({"token": format!("tok-secret-{}", tokens.fetch_add(1, Ordering::Relaxed))}))
        }
        "/sessions" => Reply::json(200, &json!({"token": "tok-secret-of-a-probe"})).with("set-cookie", "sid=tok-secret-cookie"),
        _ if asked.header("authorization").starts_with("Bearer tok-secret-") => Reply::json(200, &Value::Null),
        _ => who(),
    });
    let folder = folder("price", &contract(), SUITE);
    let plan = command(&folder, &["plan", "--suite", "suite.yaml", "--target", &server.url, "--format", "json"], &VARIABLES);
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&plan)));
    let planned = json!([{"account": "full", "scheme": "token", "method": "POST", "url": "/sessions", "effect": "session", "requests_at_least": 1, "lifetime": 3600}]);
    assert_eq!(plan["log_ins"], planned);
    let of_session = plan["probes"].as_array().expect("probes").iter().filter(|probe| probe["effect"] == "session").count();
    assert!(
        of_session > 0
            && plan["probes"]
                .as_array()
                .expect("probes")
                .iter()
                .all(|probe| (probe["operation"] == "sessions.create") == (probe["effect"] == "session"))
    );
    // What asks nobody to log in has no price.
    let words = ["plan", "--suite", "suite.yaml", "--target", &server.url, "--format", "json", "--only", "sessions.create"];
    let free: Value = serde_json::from_slice(&command(&folder, &words, &VARIABLES).stdout).expect("a plan");
    assert_eq!(free["log_ins"], Value::Null);
    assert!(server.requests().is_empty());
    let output = run(&folder, &server, &["--jobs", "1", "--profile", "full"], &VARIABLES);
    assert_eq!(cell(&folder, "sessions.create", 200)["verdict"], "conforms", "{}", text(&output));
    let asked = server.requests();
    let own = asked.iter().filter(|asked| asked.path == "/sessions" && asked.text.contains("pass-")).count();
    let totals = folder.report()["totals"].clone();
    assert_eq!((totals["log_in_requests"].as_u64(), own), (Some(1), 1), "{totals}");
    assert_eq!(totals["requests"].as_u64(), Some((asked.len() - own) as u64), "{totals}");
    assert!(text(&output).contains("beside them 1 request to log in"), "{}", text(&output));
    // Of what is about the token of the run no body is kept, whoever asked for it.
    let told = everything(&folder, &output);
    for secret in ["tok-secret-", "pass-0123456789"] {
        let at = told.find(secret).map(|at| &told[at.saturating_sub(300)..(at + 60).min(told.len())]);
        assert_eq!(at, None, "{secret}");
    }
    assert!(told.contains("it belongs to the run's own session"), "it is said in the place of the body");
}

/// Each token is good for so many requests, and nobody is told.
const USES: usize = 3;

#[test]
fn a_run_that_is_cut_off_around_a_renewal_goes_on_and_sends_nothing_twice() {
    // Cut off while the token is asked for again, while what was refused is sent again, and when that has been answered.
    for held_at in ["the renewal", "what was refused", "the one after it"] {
        let (holds, released) = (&*Box::leak(Box::new(AtomicBool::new(false))), &*Box::leak(Box::new(AtomicBool::new(false))));
        let state: &'static Mutex<(usize, usize, usize)> = Box::leak(Box::default());
        let answered: &'static Mutex<Vec<String>> = Box::leak(Box::default());
        let server = Served::start(move |asked: &Asked| {
            let hold = || {
                if !released.load(Ordering::Relaxed) {
                    holds.store(true, Ordering::Relaxed);
                    while !released.load(Ordering::Relaxed) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            };
            if asked.path == "/sessions" {
                let number = {
                    let mut state = state.lock().expect("nobody panics");
                    state.0 += 1;
                    state.1 = 0;
                    state.0
                };
                if number == 2 && held_at == "the renewal" {
                    hold();
                }
                return Reply::json(200, &json!({"token": format!("tok-secret-{number:04}")}));
            }
            let good = {
                let mut state = state.lock().expect("nobody panics");
                let good = asked.header("authorization") == format!("Bearer tok-secret-{:04}", state.0) && state.1 < USES;
                state.1 += usize::from(good);
                state.2 += usize::from(good);
                good.then_some(state.2)
            };
            let Some(number) = good else { return who() };
            if (number == USES + 1 && held_at == "what was refused") || (number == USES + 2 && held_at == "the one after it") {
                hold();
            }
            answered.lock().expect("nobody panics").push(asked.path.clone());
            Reply::json(200, &Value::Null)
        });
        let folder = folder("renewed", &contract(), SUITE);
        let words =
            ["run", "--suite", "suite.yaml", "--target", &server.url, "--state", "state", "--retries", "0", "--jobs", "1", "--exclude", "sessions.*"];
        let mut child = folder.command(&words).envs(VARIABLES).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
        let ends = Instant::now() + Duration::from_secs(30);
        while !holds.load(Ordering::Relaxed) && Instant::now() < ends {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(holds.load(Ordering::Relaxed), "{held_at}: {:?}", server.seen());
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
        let before = server.requests().len();
        // What was being answered came to nothing.
        let lost = usize::from(held_at != "the renewal");
        released.store(true, Ordering::Relaxed);
        let ends = Instant::now() + Duration::from_secs(5);
        while answered.lock().expect("nobody panics").len() < USES + lost && Instant::now() < ends {
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = folder.command(&words).envs(VARIABLES).output().expect("the command runs");
        assert!(text(&output).contains("Continuing the run of"), "{held_at}: {}", text(&output));
        for number in 0..6 {
            for status in [200, 401] {
                assert_eq!(
                    cell(&folder, &format!("things{number}.list"), status)["verdict"],
                    "conforms",
                    "{held_at} {number} {status} {}",
                    text(&output)
                );
            }
        }
        let again = server.requests()[before..].to_vec();
        assert!(again.iter().any(|asked| asked.path == "/sessions"), "{held_at}: the token is asked for again");
        // Only what was under way when the run was cut off is sent again; every other list was answered once.
        let answered = answered.lock().expect("nobody panics").clone();
        for number in 0..6 {
            let times = answered.iter().filter(|path| **path == format!("/things{number}")).count();
            assert!((1..=1 + lost).contains(&times), "{held_at}: {answered:?}");
        }
        assert_eq!(answered.len(), 6 + lost, "{held_at}: {answered:?}");
        let log_ins = server.requests().iter().filter(|asked| asked.path == "/sessions").count() as u64;
        assert_eq!(folder.report()["totals"]["log_in_requests"], log_ins, "{held_at}: those of both parts of the run");
        assert!(!everything(&folder, &output).contains("tok-secret-"), "{held_at}");
    }
}
