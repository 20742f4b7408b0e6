//! Credentials: taken from the environment, kept secret, put on requests.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::Wire;
use crate::domain::contract::{Operation, SecurityScheme};
use crate::domain::exchange::SentCredential;
use crate::domain::plan::Credentials;
use crate::domain::suite::{Account, Credential, Suite};

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
}

/// Credentials by the name of the security scheme.
pub type Secrets = BTreeMap<String, Secret>;

/// A credential that the environment does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("credentials are missing: set {}", variables.join(", "))]
pub struct MissingCredential {
    /// The environment variables.
    pub variables: Vec<String>,
}

/// The accounts of a run.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// May do everything.
    pub full: Secrets,
    /// May do nothing; absent when the environment has none.
    pub limited: Option<Secrets>,
}

impl Accounts {
    /// Takes the accounts of a suite from an environment. Schemes that a contract asks for are looked up by `lookup`.
    ///
    /// # Errors
    /// Variables of the full account that are not set.
    pub fn from_environment(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, MissingCredential> {
        let full = secrets(&suite.accounts.full, lookup).map_err(|variables| MissingCredential { variables })?;
        let limited = if suite.accounts.limited.is_empty() { None } else { secrets(&suite.accounts.limited, lookup).ok() };
        Ok(Self { full, limited })
    }

    /// Takes from an environment what it has of the accounts of a suite.
    pub fn available(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let of = |account: &Account| {
            let one = |(scheme, credential): (&String, &Credential)| secrets(&Account::from([(scheme.clone(), credential.clone())]), lookup).ok();
            account.iter().filter_map(one).flatten().collect::<Secrets>()
        };
        let limited = of(&suite.accounts.limited);
        Self { full: of(&suite.accounts.full), limited: (!limited.is_empty()).then_some(limited) }
    }

    /// The security schemes of both accounts.
    pub fn schemes(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let of = |secrets: &Secrets| secrets.keys().cloned().collect();
        (of(&self.full), self.limited.as_ref().map(of).unwrap_or_default())
    }

    /// Puts credentials on a request: those of the first alternative of the operation's security requirements that the
    /// account can satisfy (OpenAPI, Security Requirement Object). Returns which were put.
    pub fn sign(
        &self,
        operation: &Operation,
        schemes: &BTreeMap<String, SecurityScheme>,
        credentials: &Credentials,
        request: &mut Wire,
    ) -> Vec<SentCredential> {
        let mut sent = Vec::new();
        let account = match credentials {
            Credentials::None => return sent,
            Credentials::Limited => self.limited.as_ref(),
            Credentials::Full | Credentials::WrongSecret | Credentials::Without(_) => Some(&self.full),
        };
        let Some(account) = account else { return sent };
        // Where anybody may ask, whoever has credentials shows them all the same.
        let named = operation.security.iter().filter(|alternative| !alternative.is_empty());
        let satisfied = named.into_iter().find(|alternative| alternative.iter().all(|scheme| account.contains_key(scheme)));
        let Some(alternative) = satisfied else { return sent };
        let proves = alternative.iter().any(|scheme| matches!(account.get(scheme), Some(Secret::Basic { .. } | Secret::Bearer(_))));
        for scheme in alternative {
            if matches!(credentials, Credentials::Without(left_out) if left_out == scheme) {
                continue;
            }
            if let (Some(secret), Some(kind)) = (account.get(scheme), schemes.get(scheme)) {
                let wrong = *credentials == Credentials::WrongSecret && (!proves || !matches!(secret, Secret::Value(_)));
                put(request, kind, secret, wrong);
                sent.push(SentCredential { scheme: scheme.clone(), limited: *credentials == Credentials::Limited, wrong });
            }
        }
        sent
    }
}

fn secrets(account: &Account, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Secrets, Vec<String>> {
    let mut missing = Vec::new();
    let mut get = |variable: &String| {
        let value = lookup(variable).filter(|value| !value.is_empty());
        if value.is_none() && !missing.contains(variable) {
            missing.push(variable.clone());
        }
        SecretString::from(value.unwrap_or_default())
    };
    let secrets: Secrets = account
        .iter()
        .map(|(scheme, credential)| {
            let secret = match credential {
                Credential::Basic { username, password } => Secret::Basic { username: get(username), password: get(password) },
                Credential::Bearer { token } => Secret::Bearer(get(token)),
                Credential::Value { env } => Secret::Value(get(env)),
            };
            (scheme.clone(), secret)
        })
        .collect();
    if missing.is_empty() { Ok(secrets) } else { Err(missing) }
}

fn put(request: &mut Wire, kind: &SecurityScheme, secret: &Secret, wrong: bool) {
    let expose = |text: &SecretString| if wrong { WRONG_SECRET.to_owned() } else { text.expose_secret().to_owned() };
    match (kind, secret) {
        (SecurityScheme::Basic, Secret::Basic { username, password }) => {
            let pair = STANDARD.encode(format!("{}:{}", username.expose_secret(), expose(password)));
            request.headers.push(("authorization".to_owned(), format!("Basic {pair}")));
        }
        (SecurityScheme::Bearer, Secret::Bearer(token)) => request.headers.push(("authorization".to_owned(), format!("Bearer {}", expose(token)))),
        (SecurityScheme::Header(name), Secret::Value(value)) => request.headers.push((name.clone(), expose(value))),
        (SecurityScheme::Query(name), Secret::Value(value)) => {
            let pair = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, &expose(value)).finish();
            let separator = if request.url.contains('?') { '&' } else { '?' };
            request.url = format!("{}{separator}{pair}", request.url);
        }
        (SecurityScheme::Cookie(name), Secret::Value(value)) => {
            let pair = format!("{name}={}", expose(value));
            // One field for all cookies (RFC 6265, section 5.4).
            match request.headers.iter_mut().find(|(field, _)| field.eq_ignore_ascii_case("cookie")) {
                Some((_, cookies)) => *cookies = format!("{cookies}; {pair}"),
                None => request.headers.push(("cookie".to_owned(), pair)),
            }
        }
        _ => {}
    }
}
