//! A contract at an address is fetched within bounds and without credentials.
//! Nothing of its address is kept but what is public.

use crate::rim::origin::{Origin, answer};
use crate::support::{Folder, text};

const PART: &str = "A: {type: object, required: [x], properties: {x: {type: integer}}}";

/// A contract whose only answer is described elsewhere.
fn contract(reference: &str) -> String {
    let schema = format!("{{application/json: {{schema: {{$ref: '{reference}'}}}}}}");
    format!(
        "openapi: 3.0.0\ninfo: {{title: t, version: '0'}}\npaths:\n  /a: {{get: {{operationId: a, responses: {{'200': {{description: d, content: {schema}}}}}}}}}\n"
    )
}

/// A server that has files at these paths; what is no file of its own sends elsewhere.
fn server(files: Vec<(&'static str, String)>) -> Origin {
    Origin::start(move |head, _| {
        let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let path = path.split('?').next().unwrap_or_default();
        match files.iter().find(|(name, _)| *name == path) {
            Some((_, text)) if text.starts_with("-> ") => answer("302 Found", &format!("Location: {}\r\n", &text[3..]), ""),
            Some((_, text)) => answer("200 OK", "Content-Type: application/yaml\r\n", text),
            None => answer("404 Not Found", "", ""),
        }
    })
}

#[test]
fn a_contract_is_fetched_with_what_it_refers_to_and_without_credentials() {
    let origin = server(vec![
        ("/moved", "-> /docs/root.yaml".to_owned()),
        ("/docs/root.yaml", contract("parts/a.yaml#/A")),
        ("/docs/parts/a.yaml", PART.to_owned()),
    ]);
    let folder = Folder::new("fetched");
    let output = folder
        .command(&["run", "--contract", &format!("{}/moved?key=s3cretkey", origin.url), "--target", "mock"])
        .env("PROBITY_API_KEY", "never-sent")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let seen = origin.seen();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(
        seen.iter().all(|head| head.starts_with("GET ") && !head.to_ascii_lowercase().contains("authorization") && !head.contains("never-sent")),
        "{seen:?}"
    );
    assert!(!folder.text("reports/recording.json").contains("s3cretkey") && !text(&output).contains("s3cretkey"));
}

#[test]
fn what_is_on_another_server_is_an_issue_and_is_not_asked_for() {
    let other = server(vec![("/a.yaml", PART.to_owned())]);
    let away = format!("-> {}/a.yaml", other.url);
    let origin = server(vec![("/root.yaml", contract("../../gone.yaml#/A")), ("/far.yaml", contract("away.yaml#/A")), ("/away.yaml", away)]);
    let folder = Folder::new("fetched-other");
    for (name, issue) in [("root.yaml", "404 came"), ("far.yaml", "another server")] {
        let output = folder.run(&["list", "--contract", &format!("{}/{name}", origin.url)]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(text(&output).contains("Document issues (1)") && text(&output).contains(issue), "{}", text(&output));
    }
    assert_eq!(other.seen(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_had_says_what_to_do() {
    let long = " ".repeat(64 * 1024 * 1024 + 1);
    let origin = server(vec![("/circle", "-> /circle".to_owned()), ("/long", long), ("/inside", "-> ftp://127.0.0.1/x".to_owned())]);
    let folder = Folder::new("fetched-not");
    let named = origin.url.replace("http://", "http://me:s3cret@");
    let plain = "http://api.example.com/openapi.yaml".to_owned();
    let cases = [
        (format!("{}/none", origin.url), "404 came"),
        (format!("{}/circle", origin.url), "more than 5 times"),
        (format!("{}/long", origin.url), "longer than"),
        (format!("{}/inside", origin.url), "only http and https"),
        (format!("{named}/x"), "no credentials are sent"),
        (plain, "http is read only from this machine"),
        (origin.url.replace("http", "https"), "check whether --contract"),
    ];
    for (address, words) in cases {
        let output = folder.run(&["list", "--contract", &address]);
        assert_eq!(output.status.code(), Some(2), "{address}: {}", text(&output));
        assert!(text(&output).contains(words) && text(&output).contains("name the file"), "{address}: {}", text(&output));
        assert!(!text(&output).contains("s3cret"), "{}", text(&output));
    }
}
