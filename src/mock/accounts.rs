//! The accounts that the mock knows, and which of them a request belongs to.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request::DecodedRequest;
use crate::model::contract::{Contract, Operation, SecurityScheme};
use crate::model::suite::{Account, Accounts, Credential, Suite};

/// The secret of one security scheme; it may be a real one, and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub enum MockSecret {
    /// For `http` with scheme `basic` (RFC 7617).
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: String,
    },
    /// For `http` with scheme `bearer` (RFC 6750).
    Bearer(String),
    /// For `apiKey`.
    Value(String),
}

impl std::fmt::Debug for MockSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

/// The accounts, by the name of the security scheme in the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockAccounts {
    /// May do everything.
    pub full: BTreeMap<String, MockSecret>,
    /// Is known and may do nothing.
    pub limited: BTreeMap<String, MockSecret>,
    /// Owns other things.
    pub other: BTreeMap<String, MockSecret>,
}

impl MockAccounts {
    /// Fixed and harmless secrets for every scheme that the accounts of the suite name. The accounts share the value of an
    /// API key that goes with another credential, as users of one firm do; a key that stands alone tells them apart.
    pub fn invented(contract: &Contract, suite: &Suite) -> Self {
        let tells = |scheme: &String| suite.accounts.full.get(scheme).is_some_and(|credential| !matches!(credential, Credential::Value { .. }));
        let mut beside: BTreeMap<&String, bool> = BTreeMap::new();
        let held = |alternative: &&Vec<String>| alternative.iter().all(|scheme| suite.accounts.full.contains_key(scheme));
        for alternative in contract.operations.iter().flat_map(|operation| &operation.security).filter(held) {
            let told = alternative.iter().any(tells);
            for scheme in alternative {
                *beside.entry(scheme).or_insert(true) &= told;
            }
        }
        let shared = |scheme: &String| beside.get(scheme) == Some(&true);
        let invent = |account: &Account, name: &str| {
            let secrets = account.iter().filter(|(scheme, _)| contract.security_schemes.contains_key(*scheme));
            let bearer = |scheme: &String| contract.security_schemes.get(scheme) == Some(&SecurityScheme::Bearer);
            let secrets = secrets.map(|(scheme, credential)| (scheme.clone(), invent(credential, name, (shared(scheme), bearer(scheme)))));
            secrets.collect()
        };
        let Accounts { full, limited, other } = &suite.accounts;
        Self { full: invent(full, "full"), limited: invent(limited, "limited"), other: invent(other, "other") }
    }
}

fn invent(credential: &Credential, account: &str, (shared, bearer): (bool, bool)) -> MockSecret {
    match credential {
        Credential::Basic { .. } => MockSecret::Basic { username: format!("probity-{account}"), password: format!("probity-secret-{account}") },
        Credential::Bearer { .. } => MockSecret::Bearer(format!("probity-token-{account}")),
        // The mock is asked for none: what would be obtained is known to both sides.
        Credential::LogIn(_) | Credential::Oauth(_) if bearer => MockSecret::Bearer(format!("probity-token-{account}")),
        Credential::LogIn(_) | Credential::Oauth(_) => MockSecret::Value(format!("probity-session-{account}")),
        Credential::Value { .. } if shared || account == "full" => MockSecret::Value("1".to_owned()),
        Credential::Value { .. } if account == "limited" => MockSecret::Value("2".to_owned()),
        Credential::Value { .. } => MockSecret::Value("3".to_owned()),
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account that may do everything, or anybody where the contract asks for nothing.
    Full,
    /// The account that may do nothing.
    Limited,
    /// The account that owns other things.
    Other,
    /// No credential was sent.
    Anonymous,
    /// Some credentials were sent and this scheme was left out.
    Incomplete(String),
    /// A credential of this scheme is wrong.
    Wrong(String),
}

impl Caller {
    /// Whether requests of this caller count against the rate limit.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Self::Full | Self::Limited | Self::Other)
    }
}

/// Whose credentials a call carries, as the operation demands them.
pub(crate) fn caller(contract: &Contract, accounts: &MockAccounts, operation: &Operation, call: &DecodedRequest) -> Caller {
    let possible: Vec<&Vec<String>> =
        operation.security.iter().filter(|schemes| schemes.iter().all(|scheme| accounts.full.contains_key(scheme))).collect();
    if operation.security.is_empty() || possible.is_empty() {
        return Caller::Full;
    }
    for (account, caller) in [(&accounts.full, Caller::Full), (&accounts.limited, Caller::Limited), (&accounts.other, Caller::Other)] {
        let holds = |scheme: &String| {
            account.get(scheme).is_some_and(|secret| {
                contract.security_schemes.get(scheme).is_some_and(|kind| carried(kind, secret, call) == CarriedCredential::Right)
            })
        };
        if possible.iter().any(|schemes| !schemes.is_empty() && schemes.iter().all(holds)) {
            return caller;
        }
    }
    if possible.iter().any(|schemes| schemes.is_empty()) {
        return Caller::Full;
    }
    refused(contract, accounts, &possible, call)
}

fn refused(contract: &Contract, accounts: &MockAccounts, possible: &[&Vec<String>], call: &DecodedRequest) -> Caller {
    let (mut wrong, mut absent, mut sent) = (None, None, false);
    for scheme in possible.iter().flat_map(|schemes| schemes.iter()) {
        let Some(kind) = contract.security_schemes.get(scheme) else { continue };
        let states: Vec<CarriedCredential> = [&accounts.full, &accounts.limited, &accounts.other]
            .into_iter()
            .filter_map(|account| account.get(scheme))
            .map(|secret| carried(kind, secret, call))
            .collect();
        if states.iter().all(|state| *state == CarriedCredential::Absent) {
            absent = absent.or(Some(scheme.clone()));
        } else {
            sent = true;
            if !states.contains(&CarriedCredential::Right) {
                wrong = wrong.or(Some(scheme.clone()));
            }
        }
    }
    match (sent, absent, wrong) {
        (false, ..) => Caller::Anonymous,
        (true, Some(scheme), _) => Caller::Incomplete(scheme),
        (true, None, wrong) => Caller::Wrong(wrong.or_else(|| possible.first()?.first().cloned()).unwrap_or_default()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CarriedCredential {
    Right,
    Wrong,
    Absent,
}

fn carried(scheme: &SecurityScheme, secret: &MockSecret, call: &DecodedRequest) -> CarriedCredential {
    let (sent, expected) = match (scheme, secret) {
        (SecurityScheme::Basic, MockSecret::Basic { username, password }) => {
            (authorization(call, "basic"), STANDARD.encode(format!("{username}:{password}")))
        }
        (SecurityScheme::Bearer, MockSecret::Bearer(token)) => (authorization(call, "bearer"), token.clone()),
        (SecurityScheme::Header(name), MockSecret::Value(value)) => (call.header(name).map(str::to_owned), value.clone()),
        (SecurityScheme::Query(name), MockSecret::Value(value)) => (call.query_value(name).map(str::to_owned), value.clone()),
        (SecurityScheme::Cookie(name), MockSecret::Value(value)) => (call.cookie(name).map(str::to_owned), value.clone()),
        _ => return CarriedCredential::Wrong,
    };
    match sent {
        None => CarriedCredential::Absent,
        Some(sent) if sent == expected => CarriedCredential::Right,
        Some(_) => CarriedCredential::Wrong,
    }
}

/// What follows the scheme in `Authorization`; the scheme is compared without regard to case (RFC 9110, section 11.1).
fn authorization(call: &DecodedRequest, scheme: &str) -> Option<String> {
    let (sent, rest) = call.header("authorization")?.trim().split_once(' ')?;
    sent.eq_ignore_ascii_case(scheme).then(|| rest.trim().to_owned())
}

/// A challenge for the schemes of the operation (RFC 9110, section 11.6.1).
pub(crate) fn challenge(contract: &Contract, operation: Option<&Operation>) -> String {
    let named = operation.into_iter().flat_map(|operation| &operation.security).flatten();
    let schemes = named.filter_map(|name| contract.security_schemes.get(name)).chain(contract.security_schemes.values());
    for scheme in schemes {
        match scheme {
            SecurityScheme::Basic => return "Basic realm=\"mock\", charset=\"UTF-8\"".to_owned(),
            SecurityScheme::Bearer => return "Bearer realm=\"mock\"".to_owned(),
            _ => {}
        }
    }
    "ApiKey realm=\"mock\"".to_owned()
}
