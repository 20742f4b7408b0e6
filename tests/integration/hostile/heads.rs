//! Hostile status lines and header fields.

use std::time::Duration;

use crate::hostile::Behaviour;
use crate::hostile::Verdict::{Blocked, Conforms, Inconclusive, Violates};
use crate::hostile::behaviour;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";

pub const BEHAVIOURS: &[Behaviour] = &[
    behaviour("endless-head", Inconclusive, "", |talk| {
        talk.raw("HTTP/1.1 200 OK\r\n")?;
        talk.again("x-more: again\r\n".repeat(100), Duration::ZERO)
    }),
    behaviour("endless-line", Inconclusive, "", |talk| {
        talk.raw("HTTP/1.1 200 OK\r\nx: ")?;
        (0..1024).try_for_each(|_| talk.raw(vec![b'a'; 1024 * 1024]))
    }),
    behaviour("endless-reason", Inconclusive, "", |talk| {
        talk.raw("HTTP/1.1 200 ")?;
        talk.again("O".repeat(4096), Duration::ZERO)
    }),
    behaviour("many-fields", Inconclusive, "", |talk| {
        let fields = (0..100_000).map(|number| format!("x-{number}: {number}\r\n")).collect::<Vec<_>>().concat();
        talk.reply("200 OK", &fields, "{\"id\":1}")
    }),
    behaviour("long-field", Inconclusive, "a header of more than 65536 bytes", |talk| {
        talk.reply("200 OK", &format!("x-long: {}\r\n", "a".repeat(100_000)), "{\"id\":1}")
    }),
    behaviour("many-cookies", Conforms, "", |talk| {
        let cookies = (0..80).map(|number| format!("set-cookie: c{number}={}; Path=/\r\n", "v".repeat(200))).collect::<Vec<_>>().concat();
        talk.reply("200 OK", &format!("content-type: application/json\r\n{cookies}"), "{\"id\":1}")
    }),
    behaviour("field-without-colon", Inconclusive, "", |talk| talk.reply("200 OK", "no colon here\r\n", "{\"id\":1}")),
    behaviour("field-with-space", Inconclusive, "", |talk| talk.reply("200 OK", "bad name: x\r\n", "{\"id\":1}")),
    behaviour("field-without-name", Inconclusive, "", |talk| talk.reply("200 OK", ": x\r\n", "{\"id\":1}")),
    behaviour("field-with-nul", Inconclusive, "", |talk| talk.reply("200 OK", "x-nul: a\0b\r\n", "{\"id\":1}")),
    behaviour("folded-field", Inconclusive, "", |talk| talk.reply("200 OK", "x-long: a\r\n b\r\n", "{\"id\":1}")),
    // RFC 9110, section 5.5: obs-text is allowed, and has no meaning.
    behaviour("field-of-bytes", Conforms, "", |talk| {
        talk.raw(OK)?;
        talk.raw(b"x-bytes: \xff\xfe\xe9\r\ncontent-length: 8\r\n\r\n{\"id\":1}")
    }),
    behaviour("status-000", Inconclusive, "", |talk| talk.reply("000 Nothing", "", "")),
    behaviour("status-20", Inconclusive, "", |talk| talk.reply("20 OK", "", "")),
    behaviour("status-2000", Inconclusive, "", |talk| talk.reply("2000 OK", "", "")),
    behaviour("status-letters", Inconclusive, "", |talk| talk.reply("OK OK", "", "")),
    behaviour("status-999", Violates, "999", |talk| talk.reply("999 Too Good", "", "")),
    behaviour("status-101", Violates, "101", |talk| talk.raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")),
    behaviour("endless-100", Inconclusive, "no answer within 2 s", |talk| talk.again("HTTP/1.1 100 Continue\r\n\r\n", Duration::ZERO)),
    behaviour("endless-103", Inconclusive, "no answer within 2 s", |talk| {
        talk.again("HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n", Duration::from_millis(1))
    }),
    behaviour("two-lengths", Inconclusive, "", |talk| talk.raw(format!("{OK}content-length: 8\r\ncontent-length: 9\r\n\r\n{{\"id\":1}} "))),
    behaviour("negative-length", Inconclusive, "", |talk| talk.raw(format!("{OK}content-length: -8\r\n\r\n{{\"id\":1}}"))),
    behaviour("length-of-letters", Inconclusive, "", |talk| talk.raw(format!("{OK}content-length: eight\r\n\r\n{{\"id\":1}}"))),
    behaviour("length-beyond-all", Inconclusive, "", |talk| talk.raw(format!("{OK}content-length: 99999999999999999999999\r\n\r\n{{\"id\":1}}"))),
    behaviour("length-too-long", Inconclusive, "the answer 200 broke off", |talk| talk.raw(format!("{OK}content-length: 80\r\n\r\n{{\"id\":1}}"))),
    behaviour("length-too-short", Violates, "not JSON", |talk| talk.raw(format!("{OK}content-length: 3\r\n\r\n{{\"id\":1}}"))),
    // RFC 9112, section 6.3: chunks win.
    behaviour("length-and-chunks", Conforms, "", |talk| {
        talk.raw(format!("{OK}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{{\"id\":1}}\r\n0\r\n\r\n"))
    }),
    behaviour("redirects-to-itself", Violates, "302", |talk| {
        let location = format!("location: {}/bad\r\n", talk.url);
        talk.reply("302 Found", &location, "")
    }),
    behaviour("redirects-to-a-file", Violates, "302", |talk| talk.reply("302 Found", "location: file:///etc/passwd\r\n", "")),
    behaviour("redirects-elsewhere", Violates, "307", |talk| talk.reply("307 Temporary Redirect", "location: http://203.0.113.1/x\r\n", "")),
    behaviour("asks-to-wait-a-year", Blocked, "429", |talk| talk.reply("429 Too Many Requests", "retry-after: 31536000\r\n", "")),
    behaviour("asks-to-wait-a-negative-time", Blocked, "429", |talk| talk.reply("429 Too Many Requests", "retry-after: -5\r\n", "")),
    behaviour("asks-to-wait-beyond-all", Blocked, "429", |talk| {
        talk.reply("429 Too Many Requests", "retry-after: 99999999999999999999999999\r\n", "")
    }),
    behaviour("asks-to-wait-without-words", Blocked, "429", |talk| talk.reply("429 Too Many Requests", "", "")),
];
