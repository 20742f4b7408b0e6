//! A proxy is used when it is asked for, and never because the environment names one.

use crate::rim::origin::{Origin, json};
use crate::rim::place::ONE;
use crate::support::{Folder, text};

#[test]
fn the_environment_names_no_proxy() {
    let folder = Folder::with_contract("proxy-environment", ONE);
    let (origin, proxy) = (Origin::start(|_, _| json("{}")), Origin::start(|_, _| json("{}")));
    let mut command = folder.command(&["run", "--contract", "contract.yaml", "--target", &origin.url]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, &proxy.url);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(proxy.seen().is_empty() && !origin.seen().is_empty());
}

#[test]
fn a_proxy_that_is_named_gets_every_request() {
    let folder = Folder::with_contract("proxy-named", ONE);
    let proxy = Origin::start(|_, _| json("{}"));
    let output = folder.against("http://api.example.com", &["--proxy", &proxy.url]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let seen = proxy.seen();
    assert!(!seen.is_empty() && seen.iter().all(|head| head.starts_with("GET http://api.example.com/thing ")), "{seen:?}");
}

#[test]
fn what_is_no_proxy_is_refused_and_its_password_not_repeated() {
    let folder = Folder::with_contract("proxy-refused", ONE);
    for (proxy, words) in [("nowhere", "--proxy is no URL"), ("socks5://h:1", "no http or https URL"), ("http://me:s3cret-word@h", "credentials")] {
        let output = folder.against("http://127.0.0.1:1", &["--proxy", proxy]);
        assert!(output.status.code() == Some(2) && text(&output).contains(words), "{proxy}: {}", text(&output));
        assert!(!text(&output).contains("s3cret"), "{}", text(&output));
    }
}

#[test]
fn a_contract_at_an_address_is_fetched_by_way_of_the_proxy() {
    let folder = Folder::new("proxy-contract");
    let proxy = Origin::start(|_, _| crate::rim::origin::answer("502 Bad Gateway", "", ""));
    let output = folder.run(&["list", "--contract", "https://api.example.com/openapi.yaml", "--proxy", &proxy.url]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(proxy.seen().iter().any(|head| head.starts_with("CONNECT api.example.com:443 ")), "{:?}", proxy.seen());
    let seen = proxy.seen().len();
    // What comes by way of a proxy can be changed there.
    let output = folder.run(&["list", "--contract", "http://127.0.0.1:1/openapi.yaml", "--proxy", &proxy.url]);
    assert!(output.status.code() == Some(2) && text(&output).contains("http is read only from this machine"), "{}", text(&output));
    assert_eq!(proxy.seen().len(), seen);
}

#[test]
fn a_plan_by_way_of_a_proxy_is_that_of_a_server_elsewhere() {
    let things = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/things: {post: {responses: {'201': {description: made}}}}}\n";
    let folder = Folder::with_contract("proxy-plan", things);
    let planned = |more: &[&str]| text(&folder.run(&[&["plan", "--contract", "contract.yaml", "--target", "http://127.0.0.1:1"], more].concat()));
    assert!(planned(&[]).contains("POST   /things"), "{}", planned(&[]));
    let told = planned(&["--proxy", "http://127.0.0.1:1"]);
    assert!(!told.contains("POST   /things") && told.contains("--allow"), "{told}");
}
