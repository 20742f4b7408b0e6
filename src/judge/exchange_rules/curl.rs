//! Writes the `curl` command that repeats an exchange, for a POSIX shell.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::environment::{TextPiece, text_pieces};
use crate::model::exchange::{SentCredential, SentRequest};
use crate::model::suite::AccountName;
use crate::model::text::is_invisible;

/// Where a credential of a request comes from, for a command that must not hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialHint {
    /// `http` with scheme `basic` (RFC 7617).
    Basic {
        /// Environment variable with the user name.
        username_env: String,
        /// Environment variable with the password.
        password_env: String,
    },
    /// `http` with scheme `bearer` (RFC 6750).
    Bearer {
        /// Environment variable with the token.
        env: String,
    },
    /// `apiKey` in a header field.
    Header {
        /// Name of the field.
        name: String,
        /// Environment variable with the key.
        env: String,
    },
    /// `apiKey` in the query.
    Query {
        /// Name of the parameter.
        name: String,
        /// Environment variable with the key.
        env: String,
    },
    /// `apiKey` in a cookie.
    Cookie {
        /// Name of the cookie.
        name: String,
        /// Environment variable with the key.
        env: String,
    },
    /// `basic` with the right user name and a secret that is none.
    WrongBasic {
        /// Environment variable with the user name.
        username_env: String,
    },
    /// `bearer` with a token that is none.
    WrongBearer,
    /// `apiKey` in a header field, with a key that is none.
    WrongHeader {
        /// Name of the field.
        name: String,
    },
    /// `apiKey` in the query, with a key that is none.
    WrongQuery {
        /// Name of the parameter.
        name: String,
    },
    /// `apiKey` in a cookie, with a key that is none.
    WrongCookie {
        /// Name of the cookie.
        name: String,
    },
}

/// What stands for a secret that is wrong on purpose.
const WRONG_SECRET: &str = "wrong-secret";

/// Where the credentials of each account come from, by the name of the security scheme.
#[derive(Debug, Clone, Default)]
pub struct CredentialHints {
    /// Of the full account.
    pub full: BTreeMap<String, CredentialHint>,
    /// Of the account without permissions.
    pub limited: BTreeMap<String, CredentialHint>,
    /// Of the account that owns other things.
    pub other: BTreeMap<String, CredentialHint>,
}

impl CredentialHints {
    /// Where those credentials come from that a request was sent with, and no others.
    fn of(&self, request: &SentRequest) -> Vec<CredentialHint> {
        let one = |sent: &SentCredential| {
            let account = match sent.account {
                AccountName::Full => &self.full,
                AccountName::Limited => &self.limited,
                AccountName::Other => &self.other,
            };
            account.get(&sent.scheme).map(|hint| if sent.wrong { hint.wrong() } else { hint.clone() })
        };
        request.credentials.iter().filter_map(one).collect()
    }
}

impl CredentialHint {
    /// The same credential with a secret that is none.
    fn wrong(&self) -> Self {
        match self {
            Self::Basic { username_env, .. } => Self::WrongBasic { username_env: username_env.clone() },
            Self::Bearer { .. } => Self::WrongBearer,
            Self::Header { name, .. } => Self::WrongHeader { name: name.clone() },
            Self::Query { name, .. } => Self::WrongQuery { name: name.clone() },
            Self::Cookie { name, .. } => Self::WrongCookie { name: name.clone() },
            other => other.clone(),
        }
    }

    /// The argument that carries it; cookies all stand in one field.
    fn argument(&self) -> Option<String> {
        Some(match self {
            Self::Basic { username_env, password_env } => format!("-u {}:{}", variable(username_env), variable(password_env)),
            Self::Bearer { env } => format!("-H 'Authorization: Bearer '{}", variable(env)),
            Self::Header { name, env } => format!("-H {}{}", quote(&format!("{name}: ")), variable(env)),
            Self::WrongBasic { username_env } => format!("-u {}:{WRONG_SECRET}", variable(username_env)),
            Self::WrongBearer => format!("-H 'Authorization: Bearer {WRONG_SECRET}'"),
            Self::WrongHeader { name } => format!("-H {}", quote(&format!("{name}: {WRONG_SECRET}"))),
            // The value is encoded as the program encodes it.
            Self::Query { name, env } => format!("--url-query {}{}", quote(&format!("{name}=")), variable(env)),
            Self::WrongQuery { name } => format!("--url-query {}", quote(&format!("{name}={WRONG_SECRET}"))),
            Self::Cookie { .. } | Self::WrongCookie { .. } => return None,
        })
    }

    /// The pair of the `Cookie` field that carries it (RFC 6265, section 5.4).
    fn cookie(&self) -> Option<String> {
        match self {
            Self::Cookie { name, env } => Some(format!("{}{}", quote(&format!("{name}=")), variable(env))),
            Self::WrongCookie { name } => Some(quote(&format!("{name}={WRONG_SECRET}"))),
            _ => None,
        }
    }
}

/// Header fields that curl makes itself, or that would make the answer unreadable.
const LEFT_OUT: [&str; 5] = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding"];

/// The longest body, in bytes, that stands on the command line of a program as one word.
const LONGEST_WORD: usize = 64 * 1024;

/// Bodies from this size on, in bytes, are held back by curl until the server has said that it wants them, unless told
/// otherwise.
const EXPECTED: usize = 1024 * 1024;

/// A line for a POSIX shell that sends the request again: the same method, URL, header fields, credentials and bytes of the body.
/// Secrets stay in the environment. `User-Agent` and `Accept-Encoding` are curl's own.
pub fn curl(request: &SentRequest, hints: &CredentialHints) -> String {
    let credentials = hints.of(request);
    let method = request.method.as_str();
    let body = body_bytes(request);
    let mut words = vec!["curl -i".to_owned()];
    match (method, &body) {
        ("GET", None) => {}
        ("HEAD", None) => words.push("--head".to_owned()),
        _ => words.push(format!("-X {}", shell_word(method))),
    }
    // Brackets of a query are patterns to curl.
    if request.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if request.url.split(['/', '?']).any(|segment| matches!(segment, "." | "..")) {
        words.push("--path-as-is".to_owned());
    }
    words.push(quote(&request.url));
    words.extend(credentials.iter().filter_map(CredentialHint::argument));
    words.extend(fields(request, &credentials));
    if let Some(withheld) = &request.withheld {
        words.push(format!("--data-binary {}", quote(&format!("@{}", withheld.file))));
        // The shell takes the rest of the line for a comment.
        words.extend(withheld.changed.then(|| "# the body that was sent differs from this file; it is confidential".to_owned()));
    }
    let Some(body) = body else { return words.join(" ") };
    // Without this, curl says that the body is a form.
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        words.push("-H 'Content-Type:'".to_owned());
    }
    if body.len() >= EXPECTED {
        words.push("-H 'Expect:'".to_owned());
    }
    match std::str::from_utf8(&body).ok().filter(|text| body.len() <= LONGEST_WORD && text.chars().all(is_printable)) {
        Some(text) => {
            words.push(format!("--data-raw {}", quote(text)));
            words.join(" ")
        }
        None => format!("printf {} | {} --data-binary @-", printf_format(&body), words.join(" ")),
    }
}

/// The bytes of the body. An empty one goes over the wire like none.
fn body_bytes(request: &SentRequest) -> Option<Vec<u8>> {
    let bytes = request.base64.as_ref().and_then(|text| STANDARD.decode(text).ok());
    bytes.or_else(|| request.body.as_ref().map(|text| text.clone().into_bytes())).filter(|bytes| !bytes.is_empty())
}

/// The header fields, those with cookies as one.
fn fields(request: &SentRequest, credentials: &[CredentialHint]) -> Vec<String> {
    let mut words = Vec::new();
    let mut cookies: Vec<String> = Vec::new();
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("cookie") {
            cookies.push(quoted(request, name, value));
        } else if LEFT_OUT.iter().all(|left_out| !name.eq_ignore_ascii_case(left_out)) {
            // curl leaves a field without value out unless it ends in a semicolon.
            let field = if value.is_empty() { quote(&format!("{name};")) } else { quoted(request, name, &format!("{name}: {value}")) };
            words.push(format!("-H {field}"));
        }
    }
    cookies.extend(credentials.iter().filter_map(CredentialHint::cookie));
    if !cookies.is_empty() {
        words.push(format!("-H 'Cookie: '{}", cookies.join("'; '")));
    }
    words
}

/// Text of a header field as one word, in which names of variables stand for what the environment holds.
fn quoted(request: &SentRequest, name: &str, text: &str) -> String {
    if !request.from_environment.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return quote(text);
    }
    let piece = |piece: TextPiece| match piece {
        TextPiece::Text(text) => quote(&text),
        TextPiece::Variable(name) => variable(&name),
    };
    text_pieces(text).map_or_else(|_| quote(text), |pieces| pieces.into_iter().map(piece).collect())
}

/// Whether a letter may stand in a line for a terminal: it neither breaks the line nor is unseen.
fn is_printable(letter: char) -> bool {
    !is_invisible(letter)
}

/// Bytes as the format of `printf` (POSIX, File Format Notation), so that no shell and no terminal changes them.
fn printf_format(bytes: &[u8]) -> String {
    let mut format = String::with_capacity(bytes.len() + 2);
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '%' => format.push_str("%%"),
                '\\' => format.push_str(r"\\"),
                '\n' => format.push_str(r"\n"),
                '\r' => format.push_str(r"\r"),
                '\t' => format.push_str(r"\t"),
                letter if is_printable(letter) => format.push(letter),
                letter => octal(&mut format, letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        octal(&mut format, chunk.invalid());
    }
    // A format that begins like an option is none.
    let lead = if format.starts_with('-') { r"\055" } else { "" };
    quote(&format!("{lead}{}", &format[usize::from(!lead.is_empty())..]))
}

fn octal(format: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(format, "\\{byte:03o}");
    }
}

/// An environment variable, expanded as one word. What is no name of a variable is taken as text: it must not run.
fn variable(name: &str) -> String {
    let valid = !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit());
    if valid && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') { format!("\"${{{name}}}\"") } else { quote(name) }
}

fn shell_word(word: &str) -> String {
    if word.chars().all(|letter| letter.is_ascii_alphanumeric()) { word.to_owned() } else { quote(word) }
}

/// Text as one word that no shell looks into (POSIX, Shell Command Language, section 2.2.2).
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::contract::Method;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> SentRequest {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        SentRequest { method: Method::new(method), url: url.to_owned(), headers, body: body.map(str::to_owned), ..SentRequest::default() }
    }

    fn bare(request: &SentRequest) -> String {
        curl(request, &CredentialHints::default())
    }

    #[test]
    fn a_write_shows_its_fields_and_its_body_as_they_were_sent() {
        let request = request(
            "POST",
            "https://x.example/things?page[limit]=1",
            &[("content-type", "application/json"), ("content-length", "9"), ("x-empty", "")],
            Some("{\"a\":\"it's $HOME\"}"),
        );
        assert_eq!(
            bare(&request),
            r#"curl -i -X POST --globoff 'https://x.example/things?page[limit]=1' -H 'content-type: application/json' -H 'x-empty;' --data-raw '{"a":"it'\''s $HOME"}'"#
        );
    }

    #[test]
    fn a_body_without_media_type_stays_without() {
        assert_eq!(bare(&request("PUT", "http://x/", &[], Some("a"))), "curl -i -X PUT 'http://x/' -H 'Content-Type:' --data-raw 'a'");
        assert_eq!(bare(&request("PUT", "http://x/", &[], Some(""))), "curl -i -X PUT 'http://x/'");
        assert_eq!(bare(&request("PUT", "http://x/", &[], None)), "curl -i -X PUT 'http://x/'");
    }

    #[test]
    fn what_no_line_can_hold_is_printed_into_the_request() {
        let parts = request("PUT", "http://x/", &[("content-type", "multipart/form-data; boundary=b")], Some("--b\r\n'%\\\u{0}é\u{202e}"));
        assert_eq!(
            bare(&parts),
            r"printf '\055-b\r\n'\''%%\\\000é\342\200\256' | curl -i -X PUT 'http://x/' -H 'content-type: multipart/form-data; boundary=b' --data-binary @-"
        );
        let bytes =
            SentRequest { base64: Some(STANDARD.encode(b"a\xff\xc3")), ..request("PUT", "http://x/", &[("content-type", "a/b")], Some("a??")) };
        assert!(bare(&bytes).starts_with(r"printf 'a\377\303' | "), "{}", bare(&bytes));
        let long = request("PUT", "http://x/", &[], Some(&"a".repeat(200_000)));
        assert!(bare(&long).starts_with("printf 'aaa"));
    }

    #[test]
    fn a_header_of_a_users_own_names_its_variables() {
        let mut sent = request("GET", "http://x/", &[("X-T", "a ${TENANT}'b"), ("x-t2", "${TENANT}"), ("cookie", "c=1"), ("Cookie", "s=${S}")], None);
        sent.from_environment = vec!["x-t".to_owned()];
        assert_eq!(bare(&sent), r#"curl -i 'http://x/' -H 'X-T: a '"${TENANT}"''\''b' -H 'x-t2: ${TENANT}' -H 'Cookie: ''c=1''; ''s=${S}'"#);
    }

    fn sent(scheme: &str, account: AccountName, wrong: bool) -> SentCredential {
        SentCredential { scheme: scheme.to_owned(), account, wrong }
    }

    #[test]
    fn credentials_are_names_of_the_environment_and_those_that_were_sent() {
        let hints = CredentialHints {
            full: BTreeMap::from([
                ("basic".to_owned(), CredentialHint::Basic { username_env: "KEY".to_owned(), password_env: "SECRET".to_owned() }),
                ("firm".to_owned(), CredentialHint::Header { name: "X-Firm".to_owned(), env: "FIRM".to_owned() }),
                ("query".to_owned(), CredentialHint::Query { name: "k".to_owned(), env: "a; rm".to_owned() }),
                ("cookie".to_owned(), CredentialHint::Cookie { name: "c".to_owned(), env: "C".to_owned() }),
            ]),
            limited: BTreeMap::from([("basic".to_owned(), CredentialHint::Basic { username_env: "K2".to_owned(), password_env: "S2".to_owned() })]),
            other: BTreeMap::from([("basic".to_owned(), CredentialHint::Basic { username_env: "K3".to_owned(), password_env: "S3".to_owned() })]),
        };
        let with =
            |credentials: Vec<SentCredential>| curl(&SentRequest { credentials, ..request("HEAD", "http://x/", &[("cookie", "a=1")], None) }, &hints);
        assert_eq!(with(vec![]), "curl -i --head 'http://x/' -H 'Cookie: ''a=1'");
        assert_eq!(
            with(vec![sent("basic", AccountName::Full, false), sent("firm", AccountName::Full, false)]),
            r#"curl -i --head 'http://x/' -u "${KEY}":"${SECRET}" -H 'X-Firm: '"${FIRM}" -H 'Cookie: ''a=1'"#
        );
        assert_eq!(with(vec![sent("query", AccountName::Full, false)]), "curl -i --head 'http://x/' --url-query 'k=''a; rm' -H 'Cookie: ''a=1'");
        assert_eq!(with(vec![sent("cookie", AccountName::Full, false)]), r#"curl -i --head 'http://x/' -H 'Cookie: ''a=1''; ''c='"${C}""#);
        assert_eq!(with(vec![sent("basic", AccountName::Limited, false)]), r#"curl -i --head 'http://x/' -u "${K2}":"${S2}" -H 'Cookie: ''a=1'"#);
        assert_eq!(with(vec![sent("basic", AccountName::Other, false)]), r#"curl -i --head 'http://x/' -u "${K3}":"${S3}" -H 'Cookie: ''a=1'"#);
        assert_eq!(with(vec![sent("basic", AccountName::Full, true)]), r#"curl -i --head 'http://x/' -u "${KEY}":wrong-secret -H 'Cookie: ''a=1'"#);
        assert_eq!(with(vec![sent("firm", AccountName::Full, true)]), "curl -i --head 'http://x/' -H 'X-Firm: wrong-secret' -H 'Cookie: ''a=1'");
    }
}
