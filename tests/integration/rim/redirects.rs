//! A redirect is followed without credentials to another server, and never where it must not lead.

use crate::rim::origin::{Origin, answer, field, json};
use crate::support::{Folder, text};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Redirects, version: '1'}
security: [{token: []}]
paths:
  /v1/export:
    get:
      operationId: export.get
      responses:
        '303':
          description: elsewhere
          headers: {Location: {required: true, schema: {type: string}}}
          x-probity-when: [success]
        '200':
          description: found
          content: {application/json: {schema: {type: object}}}
          x-probity-when: [success]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
";

const TOKEN: &str = "t0ken-of-the-redirect-test";

/// Runs against a server that sends everybody to `location`; the folder, what was printed, and the server.
fn sent_to(name: &str, location: &str) -> (Folder, String, Origin) {
    let folder = Folder::with_contract(name, CONTRACT);
    let location = location.to_owned();
    let origin = Origin::start(move |head, _| {
        if head.starts_with("GET /v1/export ") { answer("303 See Other", &format!("location: {location}\r\n"), "") } else { json("{}") }
    });
    let file = folder.write("credentials", format!("PROBITY_TOKEN={TOKEN}\n"));
    let output = folder.against(&origin.url, &["--credentials", file.to_str().unwrap()]);
    (folder, text(&output), origin)
}

#[test]
fn the_same_server_is_asked_with_credentials() {
    let (folder, shown, origin) = sent_to("redirect-same", "/v1/files/1");
    assert_eq!(folder.cell("export.get", 200).0, "conforms", "{shown}");
    let followed: Vec<String> = origin.seen().into_iter().filter(|head| head.starts_with("GET /v1/files/1 ")).collect();
    assert!(!followed.is_empty() && followed.iter().all(|head| field(head, "authorization") == Some(format!("Bearer {TOKEN}"))), "{followed:?}");
}

#[test]
fn another_server_is_asked_without_credentials() {
    let other = Origin::start(|_, _| json("{}"));
    for (name, location) in [("redirect-other", format!("{}/file", other.url)), ("redirect-bare", other.url.replace("http:", "") + "/file")] {
        let (folder, shown, _) = sent_to(name, &location);
        assert_eq!(folder.cell("export.get", 200).0, "conforms", "{shown}");
    }
    let with_name = other.url.replace("http://", "http://me:pass@") + "/file";
    sent_to("redirect-name", &with_name);
    let seen = other.seen();
    assert_eq!(seen.len(), 3, "{seen:?}");
    for head in seen {
        assert!(field(&head, "authorization").is_none() && !head.contains(TOKEN) && head.starts_with("GET /file "), "{head}");
    }
}

#[test]
fn nowhere_else_is_followed() {
    for (name, location, words) in [
        ("redirect-file", "file:///etc/passwd", "only http and https"),
        ("redirect-data", "data:application/json,1", "only http and https"),
        ("redirect-gopher", "gopher://127.0.0.1:1/x", "only http and https"),
        ("redirect-nothing", "http://", "no URL"),
    ] {
        let (folder, shown, origin) = sent_to(name, location);
        let (verdict, told) = folder.cell("export.get", 200);
        assert!(verdict == "blocked" && told.contains(words), "{name}: {verdict} {told}\n{shown}");
        assert_eq!(folder.cell("export.get", 303).0, if location == "http://" { "violates" } else { "conforms" }, "{name}: {shown}");
        assert!(origin.seen().iter().all(|head| head.starts_with("GET /v1/export ")), "{name}");
    }
}

#[test]
fn a_loop_ends_with_its_first_round() {
    let (folder, shown, origin) = sent_to("redirect-loop", "/v1/export");
    assert_eq!(folder.cell("export.get", 303).0, "conforms", "{shown}");
    assert_ne!(folder.cell("export.get", 200).0, "conforms", "{shown}");
    assert!(origin.seen().len() < 6, "{:?}", origin.seen());
}

#[test]
fn a_location_that_repeats_the_credentials_is_not_followed() {
    let (folder, shown, origin) = sent_to("redirect-echo", &format!("/v1/files/1?token={TOKEN}"));
    let (verdict, told) = folder.cell("export.get", 200);
    assert!(verdict == "blocked" && told.contains("repeats the credentials") && !shown.contains(TOKEN), "{verdict} {told}");
    assert!(origin.seen().iter().all(|head| !head.starts_with("GET /v1/files")));
}
