//! Tests of the mock behind a socket.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::faults::asker_with;

/// Sends one request over a socket and reads until the mock closes the connection.
fn exchange(faults: &[&str], method: &str, address: &str) -> String {
    varied(faults, &[], method, address, "")
}

/// The same with a mock of a certain variety and further header fields.
fn varied(faults: &[&str], variants: &[&str], method: &str, address: &str, fields: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let asker = asker_with(faults, variants);
        let authorization = asker.request("GET", "/", &Value::Null).headers.into_iter().find(|(name, _)| name == "Authorization").unwrap().1;
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let server = tokio::spawn(super::super::serve(listener, Arc::new(asker.mock)));
        let request = format!(
            "{method} {address} HTTP/1.1\r\nHost: mock\r\nX-Tenant: 1\r\nAuthorization: {authorization}\r\n{fields}Connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        server.abort();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[test]
fn an_answer_comes_over_the_network() {
    let text = exchange(&[], "GET", "/books?page%5Blimit%5D=1");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.to_ascii_lowercase().contains("content-type: application/vnd.api+json\r\n"), "{text}");
    assert!(text.ends_with("{\"data\":[],\"links\":{\"next\":null}}"), "{text}");
}

#[test]
fn no_content_has_no_length_and_no_body() {
    let text = exchange(&["unknown-id-as-ok"], "DELETE", "/books/1").to_ascii_lowercase();
    assert!(text.starts_with("http/1.1 204 no content\r\n") && text.ends_with("\r\n\r\n"), "{text}");
    assert!(!text.contains("content-length") && !text.contains("content-type"), "{text}");
}

#[test]
fn no_content_can_have_a_body_against_all_rules() {
    let text = exchange(&["unknown-id-as-ok", "no-content-with-body"], "DELETE", "/books/1");
    assert!(text.starts_with("HTTP/1.1 204 No Content\r\n"), "{text}");
    assert!(text.to_ascii_lowercase().contains("content-length: 24\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\nThere is nothing to say."), "{text}");
    let text = exchange(&["unknown-id-as-ok", "no-content-with-length"], "DELETE", "/books/1");
    assert!(text.to_ascii_lowercase().contains("content-length: 24\r\n") && text.ends_with("\r\n\r\n"), "{text}");
}

#[test]
fn variants_of_the_wire() {
    let get = |variant: &str, fields: &str| varied(&[], &[variant], "GET", "/books?page%5Blimit%5D=1", fields);
    let text = get("names-in-upper-case", "");
    assert!(text.contains("\r\nCONTENT-TYPE: application/vnd.api+json\r\n"), "{text}");
    assert!(get("no-reason", "").starts_with("HTTP/1.1 200 \r\n"));
    assert!(get("connection-close", "").to_ascii_lowercase().contains("\r\nconnection: close\r\n"));
    let text = get("chunked", "").to_ascii_lowercase();
    assert!(text.contains("transfer-encoding: chunked") && !text.contains("content-length"), "{text}");
    assert!(!get("compressed", "").to_ascii_lowercase().contains("content-encoding"), "it was not asked for");
    assert!(!get("compressed", "Accept-Encoding: gzip;q=0\r\n").to_ascii_lowercase().contains("content-encoding"));
    assert!(get("compressed", "Accept-Encoding: br, gzip\r\n").to_ascii_lowercase().contains("content-encoding: gzip\r\n"));
}

#[test]
fn head_and_options_are_answered_by_who_knows_them() {
    let asked = |method: &str| varied(&[], &["head-and-options"], method, "/books", "").to_ascii_lowercase();
    let text = asked("HEAD");
    assert!(text.starts_with("http/1.1 200 ok\r\n") && text.ends_with("\r\n\r\n"), "{text}");
    let text = asked("OPTIONS");
    assert!(text.starts_with("http/1.1 204 ") && text.contains("\r\nallow: "), "{text}");
    assert!(exchange(&[], "OPTIONS", "/books").starts_with("HTTP/1.1 405 "));
}
