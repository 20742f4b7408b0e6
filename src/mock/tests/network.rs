//! The mock behind a socket.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::library::asker;

#[test]
fn an_answer_comes_over_the_network() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asker = asker(&[]);
        let authorization = asker.request("GET", "/", &Value::Null).headers.into_iter().find(|(name, _)| name == "Authorization").unwrap().1;
        let server = tokio::spawn(super::super::serve(listener, Arc::new(asker.mock)));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /books?page%5Blimit%5D=1 HTTP/1.1\r\nHost: mock\r\nX-Tenant: 1\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        server.abort();
        text
    });
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.to_ascii_lowercase().contains("content-type: application/vnd.api+json\r\n"), "{text}");
    assert!(text.ends_with("{\"data\":[],\"links\":{\"next\":null}}"), "{text}");
}
