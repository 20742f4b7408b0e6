//! A TCP server on this machine that hands each connection to a function, for answers that no HTTP library would send.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A connection: how many there were before, and whether the server is to end.
pub struct Connection {
    pub stream: TcpStream,
    pub number: usize,
    pub ended: Arc<AtomicBool>,
}

/// A server for as long as the value lives, with a thread for each connection.
pub struct RawServer {
    /// Where it is.
    pub url: String,
    ended: Arc<AtomicBool>,
}

impl RawServer {
    /// Serves on a free port.
    pub fn start(serve: impl Fn(Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        listener.set_nonblocking(true).expect("a listener that does not wait");
        let (ended, serve): (Arc<AtomicBool>, _) = (Arc::default(), Arc::new(serve));
        let server = Self { url, ended: Arc::clone(&ended) };
        std::thread::spawn(move || {
            let mut number = 0;
            while !ended.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(2));
                    continue;
                };
                let _ = stream.set_nonblocking(false);
                let (connection, serve) = (Connection { stream, number, ended: Arc::clone(&ended) }, Arc::clone(&serve));
                number += 1;
                std::thread::spawn(move || serve(connection));
            }
        });
        server
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// The first line and the header fields of a request, with the empty line; `None` where the client hangs up before.
pub fn head(lines: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// An answer as bytes; the connection ends with it.
pub fn answer(line: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {line}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
