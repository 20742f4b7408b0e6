//! Checks the log-in requests of a suite and says in a plan which ones there are.

use serde_json::Value;

use crate::contract::append;
use crate::model::contract::{Contract, SecurityScheme};
use crate::model::suite::{Credential, Suite};

/// Checks how credentials are obtained, and looks up where the contract says that tokens are.
///
/// # Errors
/// A log-in that cannot be meant, or a token without a way to obtain it.
pub fn prepare_log_ins(suite: &mut Suite, contract: &Contract) -> Result<(), String> {
    let schemes = suite.security.schemes.clone();
    let accounts = [&mut suite.accounts.full, &mut suite.accounts.limited];
    for (name, credential) in accounts.into_iter().flatten() {
        let sent = contract.security_schemes.get(name);
        let obtained = matches!(credential, Credential::LogIn(_) | Credential::Oauth(_));
        if obtained && matches!(sent, Some(SecurityScheme::Basic | SecurityScheme::Other(_)) | None) {
            return Err(format!("accounts: {name} takes no token; what is obtained goes with a bearer scheme or an apiKey"));
        }
        match credential {
            Credential::LogIn(log_in) => log_in.check().map_err(|reason| format!("accounts: {name}: {reason}"))?,
            Credential::Oauth(oauth) if oauth.token_url.is_none() => {
                // What the suite says of a scheme, it names itself.
                oauth.token_url = schemes.get(name).and_then(token_url);
                let at = append("/components/securitySchemes", name);
                oauth.of_contract = contract.document.pointer(&at).and_then(token_url);
                if oauth.token_url.is_none() && oauth.of_contract.is_none() {
                    return Err(format!("accounts: nothing says where tokens for {name} are obtained; add `token-url`"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where tokens are obtained, of an `oauth2` scheme: by client credentials where it knows them.
fn token_url(scheme: &Value) -> Option<String> {
    let flows = scheme.get("flows")?.as_object()?;
    let flow = flows.get("clientCredentials").or_else(|| flows.values().find(|flow| flow.get("tokenUrl").is_some()))?;
    flow.get("tokenUrl")?.as_str().map(str::to_owned)
}

/// What a plan says of requests that only obtain credentials.
pub fn planned_log_ins(suite: &Suite) -> String {
    let accounts = [("full", &suite.accounts.full), ("limited", &suite.accounts.limited)];
    let all = accounts.into_iter().flat_map(|(account, all)| all.iter().map(move |(name, credential)| (account, name, credential)));
    let line = |(account, name, credential): (&str, &String, &Credential)| {
        let (method, url) = match credential {
            Credential::LogIn(log_in) => (log_in.method.as_str(), log_in.url.as_str()),
            Credential::Oauth(oauth) => ("POST", oauth.token_url.as_deref().or(oauth.of_contract.as_deref()).unwrap_or_default()),
            _ => return None,
        };
        Some(format!("Log-in for {name} of the {account} account, beside these requests, when it is needed and whenever it ends: {method} {url}"))
    };
    all.filter_map(line).fold(String::new(), |text, line| text + &line + "\n")
}
