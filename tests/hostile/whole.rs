//! Servers that misbehave as a whole.

use std::net::TcpListener;
use std::time::Duration;

use crate::server::Server;
use crate::watch::{self, Folder};
use crate::{MOST_MEMORY, complaints};

#[test]
fn a_server_that_never_accepts_has_no_report() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let folder = Folder::new("never-accepts");
    let seen = watch::run(&folder, &url, &[]);
    assert_eq!((seen.code, complaints(&seen)), (Some(3), Vec::new()), "{}", seen.shown);
    assert!(seen.shown.contains("did not answer: no answer within 2 s") && !folder.0.join("reports").exists(), "{}", seen.shown);
}

/// One answer that is as long as it may be is no harm; a hundred of them would be.
#[test]
fn many_long_answers_take_no_more_than_one_run_may() {
    let folder = Folder::new("floods");
    let mut contract = "openapi: 3.1.0\ninfo: {title: Flood, version: '1'}\npaths:\n".to_owned();
    for number in 0..100 {
        let response = "{description: d, content: {application/json: {schema: {type: object}}}}";
        contract += &format!("  /flood{number}: {{get: {{operationId: flood{number}, responses: {{'200': {response}}}}}}}\n");
    }
    std::fs::write(folder.0.join("hostile.yaml"), contract).expect("a contract");
    let server = Server::start(|talk| talk.json(format!("{{\"text\":\"{}\",\"more\":[{}0]}}", "a".repeat(3_000_000), "0,".repeat(20_000))));
    let seen = watch::run(&folder, &server.url(), &["--jobs", "8"]);
    let inconclusive = (0..100).filter(|number| seen.verdict(&format!("flood{number}")) == "inconclusive").count();
    assert!(seen.memory < MOST_MEMORY && seen.time < Duration::from_secs(60), "{} KiB, {:?}", seen.memory, seen.time);
    assert_eq!(seen.code, Some(3), "{}", seen.shown);
    assert!((50..100).contains(&inconclusive), "{inconclusive}: {}", seen.shown);
}
