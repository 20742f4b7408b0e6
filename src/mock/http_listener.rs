//! A connection that can send what HTTP forbids: a body after an answer that must have none.
//!
//! hyper takes such bodies away, rightly. A mock that is told to break this rule hides the body in a header field, and
//! the connection puts it where it does not belong.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::serve::Listener;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The header field that carries a length and a body in base64; it never leaves the connection.
pub(super) const HIDDEN: &str = "x-probity-hidden-body";

/// How heads of answers are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct WireStyle {
    /// Names of fields in upper case (RFC 9110, section 5.1: they are case-insensitive).
    pub upper: bool,
    /// No reason in the status line (RFC 9112, section 4: it is optional).
    pub bare: bool,
}

/// A listener whose connections send hidden bodies, and heads in the style of the mock.
pub(super) struct HttpListener {
    pub listener: TcpListener,
    pub style: WireStyle,
}

impl Listener for HttpListener {
    type Io = HttpConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (HttpConnection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (HttpConnection { stream, style: self.style, waiting: Vec::new() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(super) struct HttpConnection {
    stream: TcpStream,
    style: WireStyle,
    /// Bytes that took the place of others and are not sent yet.
    waiting: Vec<u8>,
}

impl HttpConnection {
    fn write_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.waiting))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

/// The head of an answer with a length in place of the hidden field, followed by the body that the field carried.
fn with_content_length(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (before, rest) = text.split_once(&format!("{HIDDEN}: "))?;
    let (hidden, after) = rest.split_once("\r\n")?;
    let (length, body) = hidden.split_once(' ')?;
    let length = format!("content-length: {length}\r\n");
    Some([before.as_bytes(), length.as_bytes(), after.as_bytes(), &STANDARD.decode(body).ok()?].concat())
}

/// The head of an answer in another style, with whatever follows it; `None` when there is no head or nothing to change.
fn restyle_head(bytes: &[u8], style: WireStyle) -> Option<Vec<u8>> {
    if !(style.upper || style.bare) || !bytes.starts_with(b"HTTP/1.1 ") {
        return None;
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&bytes[..end]).ok()?.split("\r\n");
    let first = lines.next()?;
    // The space before the reason stays.
    let first = if style.bare { first.get(..13).unwrap_or(first) } else { first };
    let rest = lines.map(|line| match line.split_once(':') {
        Some((name, value)) if style.upper => format!("\r\n{}:{value}", name.to_ascii_uppercase()),
        _ => format!("\r\n{line}"),
    });
    let head = rest.fold(first.to_owned(), |head, line| head + &line);
    Some([head.as_bytes(), &bytes[end..]].concat())
}

impl AsyncWrite for HttpConnection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_pending(context))?;
        match with_content_length(bytes).or_else(|| restyle_head(bytes, self.style)) {
            Some(instead) => {
                self.waiting = instead;
                Poll::Ready(Ok(bytes.len()))
            }
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for HttpConnection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}
