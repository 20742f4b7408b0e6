//! Checks the log-in requests of a suite and says in a plan which ones there are.

use serde::Serialize;
use serde_json::Value;

use crate::contract::append;
use crate::model::contract::{Contract, SecurityScheme};
use crate::model::effect::Effect;
use crate::model::log_in::Lifetime;
use crate::model::plan::{Credentials, Plan};
use crate::model::suite::{AccountName, Credential, Suite};

/// Checks how credentials are obtained, and looks up where the contract says that tokens are.
///
/// # Errors
/// A log-in that cannot be meant, or a token without a way to obtain it.
pub fn prepare_log_ins(suite: &mut Suite, contract: &Contract) -> Result<(), String> {
    let schemes = suite.security.schemes.clone();
    for (name, credential) in suite.accounts.all_mut().into_iter().flat_map(|(_, account)| account) {
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

/// A credential that a run obtains by requests beside those of its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedLogIn {
    /// The account.
    pub account: AccountName,
    /// The security scheme that it is for.
    pub scheme: String,
    /// Its method.
    pub method: String,
    /// Where it goes, as suite or contract write it.
    pub url: String,
    /// Its class at the gate.
    pub effect: Effect,
    /// How many requests it takes: one, and one more whenever it ends.
    pub requests_at_least: u64,
    /// How many seconds it lives, where the suite says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<u64>,
}

/// The credentials that the requests of a plan need and that have to be obtained.
pub fn planned_log_ins(suite: &Suite, contract: &Contract, plan: &Plan) -> Vec<PlannedLogIn> {
    let all = suite.accounts.all().into_iter().flat_map(|(account, all)| all.iter().map(move |(name, credential)| (account, name, credential)));
    let asks = |account: AccountName, scheme: &String| {
        plan.probes.iter().any(|probe| {
            let credentials = &probe.request.credentials;
            let by_whom = *credentials != Credentials::WrongSecret && credentials.account() == Some(account);
            by_whom && contract.operation(&probe.operation).is_some_and(|operation| operation.security.iter().flatten().any(|name| name == scheme))
        })
    };
    let needed = all.filter(|(account, name, _)| asks(*account, name));
    let planned = needed.filter_map(|(account, scheme, credential)| {
        let (method, url, lifetime) = match credential {
            Credential::LogIn(log_in) => {
                let seconds = if let Some(Lifetime::Seconds(seconds)) = log_in.lifetime { Some(seconds) } else { None };
                (log_in.method.as_str(), log_in.url.as_str(), seconds)
            }
            Credential::Oauth(oauth) => ("POST", oauth.token_url.as_deref().or(oauth.of_contract.as_deref()).unwrap_or_default(), None),
            _ => return None,
        };
        let (method, url) = (method.to_owned(), url.to_owned());
        Some(PlannedLogIn { account, scheme: scheme.clone(), method, url, effect: Effect::Session, requests_at_least: 1, lifetime })
    });
    planned.collect()
}
