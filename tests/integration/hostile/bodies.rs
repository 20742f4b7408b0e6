//! Hostile bodies of answers.

use std::io::{Result, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::hostile::Behaviour;
use crate::hostile::Verdict::{Conforms, Inconclusive, Violates};
use crate::hostile::behaviour;
use crate::hostile::server::Talk;

const OPEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

pub const BEHAVIOURS: &[Behaviour] = &[
    behaviour("endless-body", Inconclusive, "it has more than 8388608 bytes", |talk| {
        talk.raw(format!("{OPEN}\r\n"))?;
        talk.again(vec![b' '; 64 * 1024], Duration::ZERO)
    }),
    behaviour("endless-length", Inconclusive, "it has more than 8388608 bytes", |talk| {
        talk.raw(format!("{OPEN}content-length: 1000000000000\r\n\r\n"))?;
        talk.again(vec![b'['; 64 * 1024], Duration::ZERO)
    }),
    behaviour("endless-chunks", Inconclusive, "it has more than 8388608 bytes", |talk| {
        talk.raw(CHUNKED)?;
        talk.again(format!("8000\r\n{}\r\n", " ".repeat(0x8000)), Duration::ZERO)
    }),
    behaviour("endless-crumbs", Inconclusive, "the answer 200", |talk| {
        talk.raw(CHUNKED)?;
        talk.again("1\r\n \r\n".repeat(1000), Duration::ZERO)
    }),
    behaviour("endless-extension", Inconclusive, "the answer 200 broke off", |talk| {
        talk.raw(CHUNKED)?;
        talk.raw("1;")?;
        talk.again("x=y;".repeat(1000), Duration::ZERO)
    }),
    behaviour("endless-trailers", Inconclusive, "the answer 200 broke off", |talk| {
        talk.raw(CHUNKED)?;
        talk.raw("8\r\n{\"id\":1}\r\n0\r\n")?;
        talk.again("x-more: again\r\n".repeat(100), Duration::ZERO)
    }),
    behaviour("chunk-size-of-letters", Inconclusive, "the answer 200 broke off", |talk| {
        talk.raw(format!("{CHUNKED}zz\r\n{{\"id\":1}}\r\n0\r\n\r\n"))
    }),
    behaviour("chunk-size-beyond-all", Inconclusive, "the answer 200 broke off", |talk| {
        talk.raw(format!("{CHUNKED}ffffffffffffffffffff\r\n{{\"id\":1}}\r\n0\r\n\r\n"))
    }),
    behaviour("chunk-size-negative", Inconclusive, "the answer 200 broke off", |talk| talk.raw(format!("{CHUNKED}-8\r\n{{\"id\":1}}\r\n0\r\n\r\n"))),
    behaviour("last-chunk-missing", Inconclusive, "the answer 200 broke off", |talk| talk.raw(format!("{CHUNKED}8\r\n{{\"id\":1}}\r\n"))),
    behaviour("chunk-too-long", Inconclusive, "the answer 200 broke off", |talk| talk.raw(format!("{CHUNKED}4\r\n{{\"id\":1}}\r\n0\r\n\r\n"))),
    behaviour("empty", Violates, "the body is missing", |talk| talk.json("")),
    behaviour("invalid-utf-8", Violates, "the body is not JSON", |talk| talk.json(b"{\"id\":1,\"name\":\"\xff\xfe\"}")),
    // RFC 8259, section 8.1: it must not be added.
    behaviour("byte-order-mark", Violates, "the body is not JSON", |talk| talk.json("\u{feff}{\"id\":1}")),
    behaviour("raw-nul", Violates, "the body is not JSON", |talk| talk.json("{\"id\":1,\"name\":\"a\0b\"}")),
    behaviour("escaped-nul", Conforms, "", |talk| talk.json(r#"{"id":1,"name":"a\u0000b"}"#)),
    // RFC 8259, section 8.2: the grammar allows it.
    behaviour("lone-surrogate", Conforms, "", |talk| talk.json(r#"{"id":1,"name":"\ud800"}"#)),
    behaviour("not-a-number", Violates, "the body is not JSON", |talk| talk.json(r#"{"id":NaN}"#)),
    behaviour("two-documents", Violates, "the body is not JSON", |talk| talk.json(r#"{"id":1}{"id":2}"#)),
    behaviour("same-name-often", Conforms, "", |talk| talk.json(format!("{{{}\"id\":1}}", "\"id\":1,".repeat(50_000)))),
    behaviour("deep-arrays", Inconclusive, "100000 levels deep", |talk| talk.json("[".repeat(100_000) + &"]".repeat(100_000))),
    behaviour("deep-objects", Inconclusive, "100000 levels deep", |talk| talk.json(format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)))),
    behaviour("open-brackets", Inconclusive, "levels deep", |talk| talk.json("[".repeat(1_000_000))),
    behaviour("number-beyond-all", Inconclusive, "too large to be read", |talk| talk.json(r#"{"id":1e999}"#)),
    behaviour("number-of-many-digits", Inconclusive, "too large to be read", |talk| talk.json(format!("{{\"id\":{}}}", "9".repeat(100_000)))),
    behaviour("many-values", Inconclusive, "as much memory as they may", |talk| {
        talk.json(format!("{{\"id\":1,\"more\":[{}0]}}", "[],".repeat(2_000_000)))
    }),
    behaviour("many-objects", Inconclusive, "as much memory as they may", |talk| {
        talk.json(format!("{{\"id\":1,\"more\":[{}0]}}", "{\"\":0},".repeat(900_000)))
    }),
    behaviour("some-wrong-values", Violates, "in 14901 more places", |talk| talk.json(format!("{{\"id\":1,\"more\":[{}0]}}", "0,".repeat(15_000)))),
    behaviour("many-wrong-values", Violates, "/more/0", |talk| talk.json(format!("{{\"id\":1,\"more\":[{}0]}}", "0,".repeat(280_000)))),
    behaviour("long-wrong-text", Violates, "id", |talk| talk.json(format!("{{\"id\":\"{}\"}}", "a".repeat(4_000_000)))),
    behaviour("page-of-html", Violates, "the body is not JSON", |talk| talk.json("<!doctype html><title>Maintenance</title>")),
    behaviour("json-called-html", Violates, "text/html", |talk| talk.reply("200 OK", "content-type: text/html\r\n", r#"{"id":1}"#)),
    behaviour("type-of-garbage", Violates, "content-type", |talk| talk.reply("200 OK", "content-type: ;;;/\r\n", r#"{"id":1}"#)),
    behaviour("gzip-as-asked", Conforms, "", |talk| gzipped(talk, br#"{"id":1}"#, "gzip")),
    behaviour("gzip-bomb", Inconclusive, "it has more than 8388608 bytes", |talk| gzipped(talk, &vec![b' '; 32 * 1024 * 1024], "gzip")),
    behaviour("gzip-in-gzip", Inconclusive, "content coding is gzip, gzip", |talk| {
        let inner = packed(br#"{"id":1}"#)?;
        gzipped(talk, &inner, "gzip, gzip")
    }),
    behaviour("gzip-cut-off", Violates, "bytes that are no text", |talk| {
        let whole = packed(br#"{"id":1}"#)?;
        talk.reply("200 OK", "content-type: application/json\r\ncontent-encoding: gzip\r\n", &whole[..whole.len() / 2])
    }),
    behaviour("gzip-that-is-none", Violates, "bytes that are no text", |talk| {
        talk.reply("200 OK", "content-type: application/json\r\ncontent-encoding: gzip\r\n", r#"{"id":1}"#)
    }),
    behaviour("another-coding", Inconclusive, "content coding is br", |talk| {
        talk.reply("200 OK", "content-type: application/json\r\ncontent-encoding: br\r\n", [0x0b, 0x03, 0x80, 0x7b, 0x7d, 0x03])
    }),
    behaviour("identity-by-name", Conforms, "", |talk| {
        talk.reply("200 OK", "content-type: application/json\r\ncontent-encoding: identity\r\n", r#"{"id":1}"#)
    }),
    behaviour("next-page-is-this-page", Conforms, "", |talk| talk.json(r#"{"id":1,"links":{"next":"/bad"},"next":"/bad"}"#)),
];

fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn gzipped(talk: &mut Talk, bytes: &[u8], coding: &str) -> Result<()> {
    let packed = packed(bytes)?;
    talk.reply("200 OK", &format!("content-type: application/json\r\ncontent-encoding: {coding}\r\n"), packed)
}
