//! Servers that cannot handle parallel requests are asked one at a time, and not accused.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server};

fn contract() -> String {
    let get = |name: &str| format!("  /{name}: {{get: {{operationId: {name}, responses: {{'200': {{description: all}}}}}}}}\n");
    let paths: String = (0..12).map(|index| get(&format!("list{index}"))).collect();
    format!("openapi: 3.1.0\ninfo: {{title: Lists, version: '1'}}\npaths:\n{paths}")
}

fn verdicts(report: &Value) -> Vec<String> {
    report["cells"].as_array().expect("cells").iter().map(|cell| cell["verdict"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_one_request_at_a_time_gets_is_what_counts() {
    let under_way = AtomicUsize::new(0);
    let server = Server::start("overloaded", &contract(), move |_: &Asked| {
        let others = under_way.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        under_way.fetch_sub(1, Ordering::SeqCst);
        if others > 0 { (503, json!({"error": "too many at once"})) } else { (200, json!([])) }
    });
    let report = server.whole(&[]);
    assert!(verdicts(&report).iter().all(|verdict| verdict == "conforms"), "{:?}", verdicts(&report));
    assert!(server.seen().len() > 12, "nothing was too much for it");
    assert!(server.seen().len() <= 12 + 8, "{} requests", server.seen().len());
}

/// What was too much for it keeps it busy for a while, in which it refuses the only request as well.
#[test]
fn a_server_that_was_asked_too_much_is_given_time() {
    let (under_way, busy) = (AtomicUsize::new(0), Mutex::new(None));
    let server = Server::start("busy", &contract(), move |_: &Asked| {
        let others = under_way.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        under_way.fetch_sub(1, Ordering::SeqCst);
        let mut busy = busy.lock().expect("nobody panics");
        if others > 0 && busy.is_none() {
            *busy = Some(Instant::now());
        }
        let is_busy = busy.is_some_and(|since: Instant| since.elapsed() < Duration::from_millis(800));
        if is_busy { (503, json!({"error": "busy"})) } else { (200, json!([])) }
    });
    let report = server.whole(&[]);
    assert!(verdicts(&report).iter().all(|verdict| verdict == "conforms"), "{:?}", verdicts(&report));
    assert!(server.seen().len() > 12, "nothing was too much for it");
}

#[test]
fn a_server_that_always_fails_is_told_at_once() {
    let server = Server::start(
        "failing",
        &contract(),
        |asked: &Asked| {
            if asked.path == "/list0" { (200, json!([])) } else { (503, json!({"error": "closed"})) }
        },
    );
    let report = server.whole(&[]);
    assert_eq!(verdicts(&report).iter().filter(|verdict| *verdict == "violates").count(), 11);
    assert!(server.seen().len() <= 12 + 8 + 8, "{} requests", server.seen().len());
}
