//! A bare TCP server that reads a request and leaves everything else to a behaviour.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a server answers on the bad path. What it writes may fail: the program hangs up when it has had enough.
pub type Answer = fn(&mut Talk) -> std::io::Result<()>;

/// One request and the way back.
pub struct Talk {
    /// The first line and the header fields of the request.
    pub head: String,
    /// The connection.
    pub stream: TcpStream,
    /// Where the server is.
    pub url: String,
    /// How many connections there were before.
    pub number: usize,
    ended: Arc<AtomicBool>,
}

impl Talk {
    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    /// Writes an answer with a body and its length, and closes.
    pub fn reply(&mut self, line: &str, fields: &str, body: impl AsRef<[u8]>) -> std::io::Result<()> {
        let body = body.as_ref();
        self.raw(format!("HTTP/1.1 {line}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n", body.len()))?;
        self.raw(body)
    }

    /// Writes JSON as it should be.
    pub fn json(&mut self, body: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.reply("200 OK", "content-type: application/json\r\n", body)
    }

    /// Says nothing more until the program hangs up or the test is over.
    pub fn hold(&self) {
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(100)));
        let mut byte = [0];
        while !self.ended.load(Ordering::Relaxed) {
            match std::io::Read::read(&mut &self.stream, &mut byte) {
                Ok(0) => return,
                Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => return,
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// Writes the same bytes again and again, with a pause, for as long as anybody listens.
    pub fn again(&mut self, bytes: impl AsRef<[u8]>, pause: Duration) -> std::io::Result<()> {
        while !self.ended.load(Ordering::Relaxed) {
            self.raw(bytes.as_ref())?;
            std::thread::sleep(pause);
        }
        Ok(())
    }
}

/// A server in threads of its own; they end with it.
pub struct Server {
    url: String,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let url = format!("http://{address}");
        let ended = Arc::new(AtomicBool::new(false));
        let (stop, base) = (Arc::clone(&ended), url.clone());
        listener.set_nonblocking(true).expect("a listener that does not wait");
        std::thread::spawn(move || {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                };
                let _ = stream.set_nonblocking(false);
                let talk = Talk { head: String::new(), stream, url: base.clone(), number, ended: Arc::clone(&stop) };
                number += 1;
                std::thread::spawn(move || serve(talk, answer));
            }
        });
        Self { url, ended }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn serve(mut talk: Talk, answer: Answer) {
    let _ = talk.stream.set_write_timeout(Some(Duration::from_secs(5)));
    let Ok(stream) = talk.stream.try_clone() else { return };
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        match lines.read_line(&mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line == "\r\n" => break,
            Ok(_) => talk.head.push_str(&line),
        }
    }
    // Whatever cannot be written is the business of nobody any more.
    let _ = if talk.head.starts_with("GET /good") { talk.json(br#"{"id":1}"#) } else { answer(&mut talk) };
}
