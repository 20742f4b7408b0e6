//! A small HTTP server for tests that remembers the requests it got.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What an answer is made from: the head of the request, and its body.
pub type Answer = dyn Fn(&str, &str) -> Vec<u8> + Send + Sync;

/// A server that ends with its value.
pub struct Origin {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
}

impl Origin {
    pub fn start(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        listener.set_nonblocking(true).expect("a listener that does not wait");
        let (seen, ended, answer): (Arc<Mutex<Vec<String>>>, Arc<AtomicBool>, Arc<Answer>) = (Arc::default(), Arc::default(), Arc::new(answer));
        let origin = Self { url, seen: Arc::clone(&seen), ended: Arc::clone(&ended) };
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(2));
                    continue;
                };
                let _ = stream.set_nonblocking(false);
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &seen, answer.as_ref()));
            }
        });
        origin
    }

    /// The head of every request so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: &Answer) {
    let Some((head, body)) = stream.try_clone().ok().and_then(request) else { return };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let _ = stream.write_all(&answer(&head, &body));
}

fn request(stream: TcpStream) -> Option<(String, String)> {
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
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
    format!("HTTP/1.1 {line}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

/// JSON with 200.
pub fn json(body: &str) -> Vec<u8> {
    answer("200 OK", "content-type: application/json\r\n", body)
}
