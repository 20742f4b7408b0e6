//! A bare TCP server that reads a request and leaves everything else to a behaviour.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::raw_server::{Connection, RawServer, answer as whole, head};

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
        self.raw(whole(line, fields, body))
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
pub struct Server(RawServer);

impl Server {
    pub fn start(answer: Answer) -> Self {
        Self(RawServer::start(move |connection| serve(connection, answer)))
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }
}

fn serve(connection: Connection, answer: Answer) {
    let Connection { stream, number, ended } = connection;
    let _ = stream.set_write_timeout(Some(Duration::from_secs(5)));
    let url = stream.local_addr().map(|address| format!("http://{address}")).unwrap_or_default();
    let Some(head) = stream.try_clone().ok().and_then(|stream| head(&mut BufReader::new(stream))) else { return };
    let mut talk = Talk { head, stream, url, number, ended };
    // Whatever cannot be written is the business of nobody any more.
    let _ = if talk.head.starts_with("GET /good") { talk.json(br#"{"id":1}"#) } else { answer(&mut talk) };
}
