//! A small HTTP server for tests that remembers the requests it got.

use std::io::{BufReader, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::raw_server::{Connection, RawServer, answer as whole, head};

/// What an answer is made from: the head of the request, and its body.
pub type Answer = dyn Fn(&str, &str) -> Vec<u8> + Send + Sync;

/// A server that ends with its value.
pub struct Origin {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
    _server: RawServer,
}

impl Origin {
    pub fn start(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        let server = RawServer::start(move |connection| serve(connection, &log, &answer));
        Self { url: server.url.clone(), seen, _server: server }
    }

    /// The head of every request so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(mut connection: Connection, seen: &Mutex<Vec<String>>, answer: &Answer) {
    let Some((head, body)) = connection.stream.try_clone().ok().and_then(|stream| request(BufReader::new(stream))) else { return };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let _ = connection.stream.write_all(&answer(&head, &body));
}

fn request(mut lines: BufReader<std::net::TcpStream>) -> Option<(String, String)> {
    let head = head(&mut lines)?;
    let length = field(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}

/// A header field of a request.
pub fn field(head: &str, name: &str) -> Option<String> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

/// An answer as bytes; the connection ends with it.
pub fn answer(line: &str, fields: &str, body: &str) -> Vec<u8> {
    whole(line, fields, body)
}

/// JSON with 200.
pub fn json(body: &str) -> Vec<u8> {
    answer("200 OK", "content-type: application/json\r\n", body)
}
