//! Derives the accounts that a contract needs where no suite says where their credentials come from.

use std::collections::BTreeSet;

use crate::model::contract::{Contract, SecurityScheme};
use crate::model::suite::{Account, Accounts, Credential};

/// Accounts with credentials for every scheme that can be satisfied. Scheme `apiKey` is taken from `PROBITY_API_KEY`, for
/// the account without permissions from `PROBITY_LIMITED_API_KEY`, for the one that owns other things from `PROBITY_OTHER_API_KEY`; user name and password have endings of their own. Schemes
/// whose names are written alike (`api-key` beside `apiKey`) are numbered: a key must not go to where another one belongs.
pub fn accounts_for(contract: &Contract) -> Accounts {
    let mut taken = BTreeSet::new();
    let full = account(contract, "PROBITY_", &mut taken);
    let limited = account(contract, "PROBITY_LIMITED_", &mut taken);
    Accounts { full, limited, other: account(contract, "PROBITY_OTHER_", &mut taken) }
}

fn account(contract: &Contract, prefix: &str, taken: &mut BTreeSet<String>) -> Account {
    let mut own = |name: &str, scheme: &SecurityScheme| {
        let plain = format!("{prefix}{}", constant_case(name));
        let numbered = (2_u32..).map(|number| format!("{plain}_{number}"));
        let mut credentials = std::iter::once(plain.clone()).chain(numbered).map(|variable| credential(scheme, variable));
        let free = |credential: &Credential| credential.variables().iter().all(|variable| !taken.contains(variable));
        let found = credentials.find(|credential| credential.as_ref().is_none_or(free))??;
        taken.extend(found.variables());
        Some((name.to_owned(), found))
    };
    contract.security_schemes.iter().filter_map(|(name, scheme)| own(name, scheme)).collect()
}

/// A credential that is taken from a variable; `None` for a scheme that cannot be satisfied.
fn credential(scheme: &SecurityScheme, variable: String) -> Option<Credential> {
    Some(match scheme {
        SecurityScheme::Basic => Credential::Basic { username: format!("{variable}_USERNAME"), password: format!("{variable}_PASSWORD") },
        SecurityScheme::Bearer => Credential::Bearer { token: variable },
        SecurityScheme::Header(_) | SecurityScheme::Query(_) | SecurityScheme::Cookie(_) => Credential::Value { env: variable },
        SecurityScheme::Other(_) => return None,
    })
}

/// A name as environment variables are written: `apiKey` as `API_KEY`.
fn constant_case(name: &str) -> String {
    let mut text = String::new();
    let mut lower = false;
    for letter in name.chars() {
        if lower && letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
        lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    #[test]
    fn each_scheme_has_a_variable_of_its_own() {
        let key = |name: &str| json!({"type": "apiKey", "in": "header", "name": name});
        let schemes = json!({"api-key": key("X-A"), "apiKey": key("X-B"), "limited_apiKey": key("X-C"), "login": {"type": "http", "scheme": "basic"}, "login_password": key("X-D")});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"securitySchemes": schemes},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}});
        let accounts = accounts_for(&read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap());
        let variables = |account: &Account| account.values().flat_map(Credential::variables).collect::<Vec<_>>();
        let full = ["API_KEY", "API_KEY_2", "LIMITED_API_KEY", "LOGIN_USERNAME", "LOGIN_PASSWORD", "LOGIN_PASSWORD_2"];
        assert_eq!(variables(&accounts.full), full.map(|name| format!("PROBITY_{name}")));
        let limited = ["API_KEY_2", "API_KEY_3", "LIMITED_API_KEY", "LOGIN_USERNAME", "LOGIN_PASSWORD", "LOGIN_PASSWORD_2"];
        assert_eq!(variables(&accounts.limited), limited.map(|name| format!("PROBITY_LIMITED_{name}")));
        let other = ["API_KEY", "API_KEY_2", "LIMITED_API_KEY", "LOGIN_USERNAME", "LOGIN_PASSWORD", "LOGIN_PASSWORD_2"];
        assert_eq!(variables(&accounts.other), other.map(|name| format!("PROBITY_OTHER_{name}")));
    }

    #[test]
    fn names_are_written_as_environment_variables_are() {
        let names: Vec<String> = ["apiKey", "api_key", "OAuth2", "X-Key", "bearerAuth"].iter().map(|name| constant_case(name)).collect();
        assert_eq!(names, ["API_KEY", "API_KEY", "OAUTH2", "X_KEY", "BEARER_AUTH"]);
    }
}
