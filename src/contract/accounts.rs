//! The accounts that a contract asks for, where no suite says where their credentials come from.

use crate::domain::contract::{Contract, SecurityScheme};
use crate::domain::suite::{Account, Accounts, Credential};

/// Accounts with credentials for every scheme that can be satisfied. Scheme `apiKey` is taken from `PROBITY_API_KEY`, for
/// the account without permissions from `PROBITY_LIMITED_API_KEY`; user name and password have endings of their own.
pub fn accounts_for(contract: &Contract) -> Accounts {
    Accounts { full: account(contract, "PROBITY_"), limited: account(contract, "PROBITY_LIMITED_") }
}

fn account(contract: &Contract, prefix: &str) -> Account {
    let credential = |name: &str, scheme: &SecurityScheme| {
        let variable = format!("{prefix}{}", constant_case(name));
        Some(match scheme {
            SecurityScheme::Basic => Credential::Basic { username: format!("{variable}_USERNAME"), password: format!("{variable}_PASSWORD") },
            SecurityScheme::Bearer => Credential::Bearer { token: variable },
            SecurityScheme::Header(_) | SecurityScheme::Query(_) | SecurityScheme::Cookie(_) => Credential::Value { env: variable },
            SecurityScheme::Other(_) => return None,
        })
    };
    contract.security_schemes.iter().filter_map(|(name, scheme)| Some((name.clone(), credential(name, scheme)?))).collect()
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
    use super::*;

    #[test]
    fn names_are_written_as_environment_variables_are() {
        let names: Vec<String> = ["apiKey", "api_key", "OAuth2", "X-Key", "bearerAuth"].iter().map(|name| constant_case(name)).collect();
        assert_eq!(names, ["API_KEY", "API_KEY", "OAUTH2", "X_KEY", "BEARER_AUTH"]);
    }
}
