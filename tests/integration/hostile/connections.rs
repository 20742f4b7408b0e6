//! Hostile connections: silent, slow, closed or reset at any point.

use std::io::Result;
use std::time::Duration;

use socket2::SockRef;

use crate::hostile::Behaviour;
use crate::hostile::Verdict::{Conforms, Inconclusive};
use crate::hostile::behaviour;
use crate::hostile::server::Talk;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n";

pub const BEHAVIOURS: &[Behaviour] = &[
    behaviour("says-nothing", Inconclusive, "no answer within 2 s", |talk| {
        talk.hold();
        Ok(())
    }),
    behaviour("answers-too-late", Inconclusive, "no answer within 2 s", |talk| {
        std::thread::sleep(Duration::from_secs(4));
        talk.json(br#"{"id":1}"#)
    }),
    behaviour("closes-at-once", Inconclusive, "closed", |_| Ok(())),
    behaviour("closes-in-the-status", Inconclusive, "closed", |talk| talk.raw("HTTP/1.1 2")),
    behaviour("closes-in-the-head", Inconclusive, "closed", |talk| talk.raw(HEAD)),
    behaviour("closes-in-the-body", Inconclusive, "the answer 200 broke off", |talk| talk.raw(format!("{HEAD}\r\n{{\"id\""))),
    behaviour("resets-at-once", Inconclusive, "reset", reset),
    behaviour("resets-in-the-head", Inconclusive, "", |talk| {
        talk.raw(HEAD)?;
        reset(talk)
    }),
    behaviour("resets-in-the-body", Inconclusive, "", |talk| {
        talk.raw(format!("{HEAD}\r\n{{"))?;
        reset(talk)
    }),
    behaviour("trickles-the-head", Inconclusive, "no answer within 2 s", |talk| {
        talk.raw("HTTP/1.1 200 OK\r\nx: ")?;
        talk.again("a", Duration::from_millis(300))
    }),
    behaviour("trickles-the-body", Inconclusive, "the answer 200 did not end within 2 s", |talk| {
        talk.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")?;
        talk.again(" ", Duration::from_millis(300))
    }),
    behaviour("trickles-chunks", Inconclusive, "the answer 200 did not end within 2 s", |talk| {
        talk.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")?;
        talk.again("1\r\n \r\n", Duration::from_millis(300))
    }),
    behaviour("never-closes", Inconclusive, "the answer 200 did not end within 2 s", |talk| {
        // Neither a length nor chunks: only the end of the connection is the end of the body.
        talk.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"id\":1}")?;
        talk.hold();
        Ok(())
    }),
    // The second answer belongs to nobody, and least of all to the next request.
    behaviour("answers-twice", Conforms, "", |talk| {
        talk.raw(format!("{HEAD}\r\n{{\"id\":1}}{}\r\n{{\"i\":\"2\"}}", HEAD.replace('8', "9")))?;
        talk.hold();
        Ok(())
    }),
    behaviour("answers-again-later", Conforms, "", |talk| {
        talk.raw(format!("{HEAD}\r\n{{\"id\":1}}"))?;
        std::thread::sleep(Duration::from_millis(20));
        talk.raw("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n")?;
        talk.hold();
        Ok(())
    }),
    behaviour("garbage", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw([0x00, 0x9f, 0x92, 0x96, 0x0a, 0x0d, 0xff, 0x0a])),
    behaviour("http-0.9", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw("<html>Hello</html>\r\n")),
    behaviour("http-2", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    behaviour("http-2-frames", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100])),
    behaviour("tls", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])),
    behaviour("another-protocol", Inconclusive, "no answer in HTTP/1.1", |talk| talk.raw("220 mail.example.com ESMTP\r\n")),
];

/// Ends the connection without a farewell (RST).
fn reset(talk: &mut Talk) -> Result<()> {
    SockRef::from(&talk.stream).set_linger(Some(Duration::ZERO))
}
