//! The command that shows an exchange again, for a POSIX shell.

use crate::domain::exchange::SentRequest;

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

impl CredentialHint {
    /// The same credentials with another secret. Where a password or token is among them, keys stay as they are: those
    /// name a client more often than they prove one.
    pub fn with_wrong_secret(hints: &[Self]) -> Vec<Self> {
        let secret = hints.iter().any(|hint| matches!(hint, Self::Basic { .. } | Self::Bearer { .. } | Self::WrongBasic { .. } | Self::WrongBearer));
        hints
            .iter()
            .map(|hint| match hint {
                Self::Basic { username_env, .. } => Self::WrongBasic { username_env: username_env.clone() },
                Self::Bearer { .. } => Self::WrongBearer,
                Self::Header { name, .. } if !secret => Self::WrongHeader { name: name.clone() },
                Self::Query { name, .. } if !secret => Self::WrongQuery { name: name.clone() },
                Self::Cookie { name, .. } if !secret => Self::WrongCookie { name: name.clone() },
                other => other.clone(),
            })
            .collect()
    }

    /// The argument that carries it.
    fn argument(&self) -> Option<String> {
        Some(match self {
            Self::Basic { username_env, password_env } => format!("-u {}:{}", variable(username_env), variable(password_env)),
            Self::Bearer { env } => format!("-H 'Authorization: Bearer '{}", variable(env)),
            Self::Header { name, env } => format!("-H {}{}", quote(&format!("{name}: ")), variable(env)),
            Self::WrongBasic { username_env } => format!("-u {}:{WRONG_SECRET}", variable(username_env)),
            Self::WrongBearer => format!("-H 'Authorization: Bearer {WRONG_SECRET}'"),
            Self::WrongHeader { name } => format!("-H {}", quote(&format!("{name}: {WRONG_SECRET}"))),
            Self::Cookie { name, env } => format!("-b {}{}", quote(&format!("{name}=")), variable(env)),
            Self::WrongCookie { name } => format!("-b {}", quote(&format!("{name}={WRONG_SECRET}"))),
            Self::Query { .. } | Self::WrongQuery { .. } => return None,
        })
    }

    /// The pair of the query that carries it.
    fn pair(&self) -> Option<String> {
        match self {
            Self::Query { name, env } => Some(format!("{}{}", quote(&format!("{name}=")), variable(env))),
            Self::WrongQuery { name } => Some(quote(&format!("{name}={WRONG_SECRET}"))),
            _ => None,
        }
    }
}

/// Header fields that curl makes itself, or that would make the answer unreadable.
const LEFT_OUT: [&str; 5] = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding"];

/// A line for a POSIX shell that sends the request again. Secrets stay in the environment.
///
/// A `multipart/form-data` body is sent as the text that was sent.
pub fn curl(request: &SentRequest, credentials: &[CredentialHint]) -> String {
    let mut words = vec!["curl -i".to_owned()];
    let method = request.method.0.as_str();
    match (method, &request.body) {
        ("GET", None) => {}
        ("HEAD", None) => words.push("--head".to_owned()),
        _ => words.push(format!("-X {}", bare_or_quoted(method))),
    }
    // Brackets of a query are patterns to curl.
    if request.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if request.url.contains("/./") || request.url.contains("/../") {
        words.push("--path-as-is".to_owned());
    }
    words.push(address(&request.url, credentials));
    words.extend(credentials.iter().filter_map(CredentialHint::argument));
    for (name, value) in &request.headers {
        if LEFT_OUT.iter().all(|left_out| !name.eq_ignore_ascii_case(left_out)) {
            // curl leaves a field without value out unless it ends in a semicolon.
            let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            words.push(format!("-H {}", quote(&field)));
        }
    }
    if let Some(body) = &request.body {
        let media = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.as_str());
        // Without this, curl says that the body is a form.
        if media.is_none() {
            words.push("-H 'Content-Type:'".to_owned());
        }
        // An @ at the start would name a file; a multipart body starts with its boundary.
        let multipart = media.is_some_and(|media| media.starts_with("multipart/")) && !body.starts_with('@');
        words.push(format!("{} {}", if multipart { "--data-binary" } else { "--data-raw" }, quote(body)));
    }
    words.join(" ")
}

/// The URL with the credentials that stand in its query.
fn address(url: &str, credentials: &[CredentialHint]) -> String {
    let pairs: Vec<String> = credentials.iter().filter_map(CredentialHint::pair).collect();
    let mut address = quote(url);
    for (index, pair) in pairs.iter().enumerate() {
        address.push_str(if index == 0 && !url.contains('?') { "'?'" } else { "'&'" });
        address.push_str(pair);
    }
    address
}

/// An environment variable, expanded as one word. What is no name of a variable is taken as text: it must not run.
fn variable(name: &str) -> String {
    let valid = !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit());
    if valid && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') { format!("\"${{{name}}}\"") } else { quote(name) }
}

fn bare_or_quoted(word: &str) -> String {
    if word.chars().all(|letter| letter.is_ascii_alphanumeric()) { word.to_owned() } else { quote(word) }
}

/// Text as one word that no shell looks into (POSIX, Shell Command Language, section 2.2.2).
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::Method;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> SentRequest {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        SentRequest { method: Method(method.to_owned()), url: url.to_owned(), headers, body: body.map(str::to_owned) }
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
            curl(&request, &[]),
            r#"curl -i -X POST --globoff 'https://x.example/things?page[limit]=1' -H 'content-type: application/json' -H 'x-empty;' --data-raw '{"a":"it'\''s $HOME"}'"#
        );
    }

    #[test]
    fn a_body_without_media_type_stays_without() {
        assert_eq!(curl(&request("PUT", "http://x/", &[], Some("")), &[]), "curl -i -X PUT 'http://x/' -H 'Content-Type:' --data-raw ''");
        let parts = request("PUT", "http://x/", &[("content-type", "multipart/form-data; boundary=b")], Some("--b--"));
        assert!(curl(&parts, &[]).ends_with("--data-binary '--b--'"));
    }

    #[test]
    fn credentials_are_names_of_the_environment() {
        let hints = [
            CredentialHint::Basic { username_env: "KEY".to_owned(), password_env: "SECRET".to_owned() },
            CredentialHint::Header { name: "X-Firm".to_owned(), env: "FIRM".to_owned() },
            CredentialHint::Query { name: "k".to_owned(), env: "a; rm".to_owned() },
        ];
        let request = request("HEAD", "http://x/", &[], None);
        assert_eq!(curl(&request, &hints), r#"curl -i --head 'http://x/''?''k=''a; rm' -u "${KEY}":"${SECRET}" -H 'X-Firm: '"${FIRM}""#);
        let wrong = CredentialHint::with_wrong_secret(&hints[..2]);
        assert_eq!(curl(&request, &wrong), r#"curl -i --head 'http://x/' -u "${KEY}":wrong-secret -H 'X-Firm: '"${FIRM}""#);
        assert_eq!(CredentialHint::with_wrong_secret(&hints[1..2]), [CredentialHint::WrongHeader { name: "X-Firm".to_owned() }]);
        assert_eq!(CredentialHint::with_wrong_secret(&wrong), wrong, "credentials that are wrong already stay as they are");
    }
}
