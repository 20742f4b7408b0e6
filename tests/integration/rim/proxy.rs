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
