//! A proxy is used when it is asked for, and never because the environment names one.

use crate::origin::{Origin, json};
use crate::place::{ONE, Place, shown};

#[test]
fn the_environment_names_no_proxy() {
    let place = Place::new("proxy-environment", ONE);
    let (origin, proxy) = (Origin::start(|_, _| json("{}")), Origin::start(|_, _| json("{}")));
    let mut command = place.command(&["run", "--contract", "contract.yaml", "--target", &origin.url]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, &proxy.url);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(proxy.seen().is_empty() && !origin.seen().is_empty());
}

#[test]
fn a_proxy_that_is_named_gets_every_request() {
    let place = Place::new("proxy-named", ONE);
    let proxy = Origin::start(|_, _| json("{}"));
    let output = place.run("http://api.example.com", &["--proxy", &proxy.url]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let seen = proxy.seen();
    assert!(!seen.is_empty() && seen.iter().all(|head| head.starts_with("GET http://api.example.com/thing ")), "{seen:?}");
}

#[test]
fn what_is_no_proxy_is_refused_and_its_password_not_repeated() {
    let place = Place::new("proxy-refused", ONE);
    for (proxy, words) in [("nowhere", "--proxy is no URL"), ("socks5://h:1", "no http or https URL"), ("http://me:s3cret-word@h", "credentials")] {
        let output = place.run("http://127.0.0.1:1", &["--proxy", proxy]);
        assert!(output.status.code() == Some(2) && shown(&output).contains(words), "{proxy}: {}", shown(&output));
        assert!(!shown(&output).contains("s3cret"), "{}", shown(&output));
    }
}
