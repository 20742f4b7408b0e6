//! Explains why no answer came, and what to do about it.

use std::error::Error;

/// What TLS libraries say, in their words, and what it means.
const TEACHING: &[(&str, &str)] = &[
    (
        "UnknownIssuer",
        "the certificate of the server is not signed by an authority that this machine trusts; --ca FILE names an authority of your own",
    ),
    ("CaUsedAsEndEntity", "the server shows the certificate of an authority as its own; it needs one that the authority has signed"),
    ("NotValidForName", "the certificate of the server is for another name; check --target"),
    ("Expired", "the certificate of the server has expired"),
    ("NotValidYet", "the certificate of the server is not valid yet; check the clock of this machine"),
    ("invalidHTTPversion", "what came is no answer in HTTP/1.1; check --target"),
    ("BadSignature", "an authority of that name is trusted, but it is not the one that has signed the certificate of the server; see --ca FILE"),
    ("tlshandshakeeof", "the server ended the TLS handshake; check whether --target should begin with http://"),
    ("InvalidContentType", "the server does not speak TLS there; check whether --target should begin with http://"),
];

/// The innermost cause, which says more than the layers around it. It holds no URL, which may hold a key.
pub fn of(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() { "no connection in time".to_owned() } else { "no answer in time".to_owned() };
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // The outermost error is the only one that names the URL.
    let words = if error.source().is_none() { "the request cannot be sent".to_owned() } else { cause.to_string() };
    explain_tls(&words)
}

fn explain_tls(words: &str) -> String {
    let compact: String = words.chars().filter(|letter| !letter.is_whitespace()).collect();
    let known = TEACHING.iter().find(|(word, _)| compact.contains(word) || words.to_ascii_lowercase().contains(&split_camel_case(word)));
    known.map_or_else(|| words.to_owned(), |(_, meaning)| format!("{meaning} ({words})"))
}

/// `UnknownIssuer` as `unknown issuer`.
fn split_camel_case(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tls_says_is_explained_and_kept() {
        let told = explain_tls("invalid peer certificate: UnknownIssuer");
        assert!(told.contains("--ca FILE") && told.contains("invalid peer certificate: UnknownIssuer"), "{told}");
        assert_eq!(explain_tls("connection reset"), "connection reset");
    }
}
