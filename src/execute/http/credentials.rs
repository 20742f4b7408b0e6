//! Credentials: taken from the environment, kept secret, put on requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::own_headers::add_cookies;
use super::{OwnField, Session, UnsignedRequest};
use crate::model::contract::{Contract, Operation, SecurityScheme};
use crate::model::exchange::SentCredential;
use crate::model::plan::Credentials;
use crate::model::suite::{Account, AccountName, Credential, Suite};

/// The secret that stands for a wrong one.
pub(super) const WRONG_SECRET: &str = "wrong-secret";

/// One credential.
#[derive(Debug, Clone)]
pub enum Secret {
    /// User name and password (RFC 7617).
    Basic {
        /// User name or key.
        username: SecretString,
        /// Password or secret.
        password: SecretString,
    },
    /// Token (RFC 6750).
    Bearer(SecretString),
    /// Key in a header or the query.
    Value(SecretString),
    /// What a request obtains.
    Obtained(Arc<Session>),
}

/// Credentials by the name of the security scheme.
pub type Secrets = BTreeMap<String, Secret>;

/// The security schemes that each account has credentials for.
#[derive(Debug, Clone, Default)]
pub struct KnownSchemes {
    /// Of the account that may do everything.
    pub full: BTreeSet<String>,
    /// Of the account that may do nothing.
    pub limited: BTreeSet<String>,
    /// Of the account that owns other things.
    pub other: BTreeSet<String>,
}

/// The accounts of a run.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// May do everything.
    pub full: Secrets,
    /// May do nothing; absent when the environment has none.
    pub limited: Option<Secrets>,
    /// Owns other things; absent when the environment has none.
    pub other: Option<Secrets>,
    /// Header fields of the user's own, whoever asks.
    pub headers: Vec<OwnField>,
}

impl Accounts {
    /// Takes the accounts of a suite from an environment, each only if all of it is there.
    pub fn complete(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let full = secrets(&suite.accounts.full, lookup).unwrap_or_default();
        let beside = |account: &Account| if account.is_empty() { None } else { secrets(account, lookup) };
        Self { full, limited: beside(&suite.accounts.limited), other: beside(&suite.accounts.other), headers: Vec::new() }
    }

    /// Takes from an environment what it has of the accounts of a suite.
    pub fn available(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let of = |account: &Account| {
            let one = |(scheme, credential): (&String, &Credential)| secrets(&Account::from([(scheme.clone(), credential.clone())]), lookup);
            account.iter().filter_map(one).flatten().collect::<Secrets>()
        };
        let beside = |account: &Account| Some(of(account)).filter(|found| !found.is_empty());
        let (limited, other) = (beside(&suite.accounts.limited), beside(&suite.accounts.other));
        Self { full: of(&suite.accounts.full), limited, other, headers: Vec::new() }
    }

    /// The security schemes of each account.
    pub fn schemes(&self) -> KnownSchemes {
        let of = |secrets: &Secrets| secrets.keys().cloned().collect();
        let beside = |secrets: &Option<Secrets>| secrets.as_ref().map(of).unwrap_or_default();
        KnownSchemes { full: of(&self.full), limited: beside(&self.limited), other: beside(&self.other) }
    }

    /// The credentials of an account.
    fn of(&self, name: AccountName) -> Option<&Secrets> {
        match name {
            AccountName::Full => Some(&self.full),
            AccountName::Limited => self.limited.as_ref(),
            AccountName::Other => self.other.as_ref(),
        }
    }

    /// What all accounts show.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Secret)> {
        [Some(&self.full), self.limited.as_ref(), self.other.as_ref()].into_iter().flatten().flatten()
    }

    /// The account that a request is sent with, and the first alternative of the operation's security requirements that it can
    /// satisfy (OpenAPI, Security Requirement Object).
    fn chosen<'o>(
        &self,
        operation: &'o Operation,
        schemes: &BTreeMap<String, SecurityScheme>,
        credentials: &Credentials,
    ) -> Option<(&Secrets, &'o Vec<String>)> {
        let account = self.of(credentials.account()?)?;
        // Where anybody may ask, whoever has credentials shows them all the same.
        let named = operation.security.iter().filter(|alternative| !alternative.is_empty());
        let satisfied: Vec<&Vec<String>> = named.filter(|alternative| alternative.iter().all(|scheme| account.contains_key(scheme))).collect();
        // Two proofs of who asks have no place in one field (RFC 9110, section 11.6.2), which comes once (section 5.3).
        let authorizes = |scheme: &&String| schemes.get(*scheme).is_some_and(in_authorization);
        let sendable = satisfied.iter().find(|alternative| alternative.iter().filter(authorizes).count() < 2);
        Some((account, *sendable.or(satisfied.first())?))
    }

    /// What a request is signed with that has to be obtained before, by scheme.
    pub fn sessions<'o>(&self, operation: &'o Operation, contract: &Contract, credentials: &Credentials) -> Vec<(&'o str, &Arc<Session>)> {
        let chosen = self.chosen(operation, &contract.security_schemes, credentials).filter(|_| *credentials != Credentials::WrongSecret);
        let Some((account, alternative)) = chosen else { return Vec::new() };
        let left_out = |scheme: &String| matches!(credentials, Credentials::Without(left_out) if left_out == scheme);
        let obtained = alternative.iter().filter(|scheme| !left_out(scheme)).filter_map(|scheme| match account.get(scheme) {
            Some(Secret::Obtained(session)) => Some((scheme.as_str(), session)),
            _ => None,
        });
        obtained.collect()
    }

    /// Puts credentials on a request, and returns which were put.
    pub fn sign(
        &self,
        operation: &Operation,
        schemes: &BTreeMap<String, SecurityScheme>,
        credentials: &Credentials,
        request: &mut UnsignedRequest,
    ) -> Vec<SentCredential> {
        let mut sent = Vec::new();
        let Some((account, alternative)) = self.chosen(operation, schemes, credentials) else { return sent };
        let authorizes = |scheme: &&String| schemes.get(*scheme).is_some_and(in_authorization);
        let proves =
            alternative.iter().any(|scheme| matches!(account.get(scheme), Some(Secret::Basic { .. } | Secret::Bearer(_) | Secret::Obtained(_))));
        for scheme in alternative {
            let is_taken = || request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            if authorizes(&scheme) && is_taken() {
                continue;
            }
            if matches!(credentials, Credentials::Without(left_out) if left_out == scheme) {
                continue;
            }
            if let (Some(secret), Some(kind)) = (account.get(scheme), schemes.get(scheme)) {
                let wrong = *credentials == Credentials::WrongSecret && (!proves || !matches!(secret, Secret::Value(_)));
                apply_credential(request, kind, secret, wrong);
                sent.push(SentCredential { scheme: scheme.clone(), account: credentials.account().unwrap_or_default(), wrong });
            }
        }
        sent
    }
}

/// The secrets of an account; `None` where one of its variables has no value.
fn secrets(account: &Account, lookup: &dyn Fn(&str) -> Option<String>) -> Option<Secrets> {
    let get = |variable: &String| lookup(variable).filter(|value| !value.is_empty()).map(SecretString::from);
    let secret = |credential: &Credential| {
        Some(match credential {
            Credential::Basic { username, password } => Secret::Basic { username: get(username)?, password: get(password)? },
            Credential::Bearer { token } => Secret::Bearer(get(token)?),
            Credential::Value { env } => Secret::Value(get(env)?),
            Credential::LogIn(_) | Credential::Oauth(_) if credential.variables().iter().any(|name| get(name).is_none()) => return None,
            Credential::LogIn(log_in) => Secret::Obtained(Arc::new(Session::log_in(log_in, lookup))),
            Credential::Oauth(oauth) => Secret::Obtained(Arc::new(Session::oauth(oauth, lookup))),
        })
    };
    account.iter().map(|(scheme, credential)| Some((scheme.clone(), secret(credential)?))).collect()
}

/// Whether a scheme is shown in the header field `Authorization`.
fn in_authorization(scheme: &SecurityScheme) -> bool {
    match scheme {
        SecurityScheme::Basic | SecurityScheme::Bearer => true,
        SecurityScheme::Header(name) => name.eq_ignore_ascii_case("authorization"),
        SecurityScheme::Query(_) | SecurityScheme::Cookie(_) | SecurityScheme::Other(_) => false,
    }
}

/// What was obtained, as a credential of its scheme.
fn as_sent(kind: &SecurityScheme, secret: &Secret) -> Option<Secret> {
    let Secret::Obtained(session) = secret else { return None };
    let token = session.token()?;
    Some(if *kind == SecurityScheme::Bearer { Secret::Bearer(token) } else { Secret::Value(token) })
}

fn apply_credential(request: &mut UnsignedRequest, kind: &SecurityScheme, secret: &Secret, wrong: bool) {
    let (obtained, none) = (as_sent(kind, secret), SecretString::from(String::new()));
    let secret = match (secret, &obtained) {
        (Secret::Obtained(_), Some(sent)) => sent,
        // What is wrong on purpose needs no right one.
        (Secret::Obtained(_), None) if wrong && *kind == SecurityScheme::Bearer => &Secret::Bearer(none),
        (Secret::Obtained(_), None) if wrong => &Secret::Value(none),
        (known, _) => known,
    };
    let expose = |text: &SecretString| if wrong { WRONG_SECRET.to_owned() } else { text.expose_secret().to_owned() };
    match (kind, secret) {
        (SecurityScheme::Basic, Secret::Basic { username, password }) => {
            let pair = STANDARD.encode(format!("{}:{}", username.expose_secret(), expose(password)));
            request.headers.push(("authorization".to_owned(), format!("Basic {pair}")));
        }
        (SecurityScheme::Bearer, Secret::Bearer(token)) => request.headers.push(("authorization".to_owned(), format!("Bearer {}", expose(token)))),
        (SecurityScheme::Header(name), Secret::Value(value)) => {
            // An author may name it among the parameters as well.
            request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            request.headers.push((name.clone(), expose(value)));
        }
        (SecurityScheme::Query(name), Secret::Value(value)) => {
            let pair = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, &expose(value)).finish();
            let separator = if request.url.contains('?') { '&' } else { '?' };
            request.url = format!("{}{separator}{pair}", request.url);
        }
        (SecurityScheme::Cookie(name), Secret::Value(value)) => {
            add_cookies(request, &format!("{name}={}", expose(value)));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::contract::Method;

    /// The header fields of a request to an operation with this security, and the schemes that were shown.
    fn signed(security: &Value, headers: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
        let key = |name: &str| json!({"type": "apiKey", "in": "header", "name": name});
        let schemes = json!({"basic": {"type": "http", "scheme": "basic"}, "bearer": {"type": "http", "scheme": "bearer"}, "raw": key("Authorization"), "key": key("X-Key")});
        let paths = json!({"/a": {"get": {"security": security, "responses": {"200": {"description": "d"}}}}});
        let document =
            json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"securitySchemes": schemes}});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let secret = |text: &str| SecretString::from(text.to_owned());
        let full = [
            ("basic", Secret::Basic { username: secret("u"), password: secret("p") }),
            ("bearer", Secret::Bearer(secret("t"))),
            ("raw", Secret::Value(secret("r"))),
            ("key", Secret::Value(secret("k"))),
        ];
        let accounts = Accounts { full: full.into_iter().map(|(name, secret)| (name.to_owned(), secret)).collect(), ..Accounts::default() };
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut unsigned_request = UnsignedRequest { method: Method::GET, url: "http://h/a".to_owned(), headers, body: None };
        let sent = accounts.sign(&contract.operations[0], &contract.security_schemes, &Credentials::Full, &mut unsigned_request);
        (unsigned_request.headers, sent.into_iter().map(|credential| credential.scheme).collect())
    }

    #[test]
    fn who_asks_is_proved_in_one_field_and_once() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let schemes = |security: Value| signed(&security, &[]).1;
        assert_eq!(schemes(json!([{"basic": []}, {"bearer": []}])), ["basic"]);
        assert_eq!(schemes(json!([{"basic": [], "bearer": []}, {"bearer": [], "key": []}])), ["bearer", "key"]);
        assert_eq!(schemes(json!([{"bearer": [], "raw": [], "key": []}])), ["bearer", "key"]);
        assert_eq!(signed(&json!([{"key": []}]), &[("x-key", "an example")]).0, [field("X-Key", "k")]);
    }
}
