//! How a credential is obtained by a request: a log-in of the API's own, or a token of OAuth 2.0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
#[cfg(test)]
use serde_json::json;

use super::environment::{text_pieces, variables};

/// A log-in request of the API's own, and what its answer holds. `${NAME}` in its values stands for an environment variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Log-in"))]
pub struct LogIn {
    /// Where it goes: a path below the base URL of the target, or a whole URL. Only what is written here may be another server.
    #[cfg_attr(test, schemars(example = &"/sessions", example = &"https://login.example.com/token"))]
    pub url: String,
    /// Its method; POST without it.
    #[serde(default = "post")]
    #[cfg_attr(test, schemars(example = &"POST"))]
    pub method: String,
    /// Its header fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"X-Client": "${LIBRARY_CLIENT}"})))]
    pub headers: BTreeMap<String, String>,
    /// Its body in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!({"user": "${LIBRARY_USER}", "password": "${LIBRARY_PASSWORD}"})))]
    pub json: Option<Value>,
    /// Its body as a form, where it is none in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!({"user": "${LIBRARY_USER}"})))]
    pub form: Option<BTreeMap<String, String>>,
    /// Where the token stands in the answer: a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"/data/token"))]
    pub token: Option<String>,
    /// The cookie of the answer that holds it instead. Whenever an answer sets that cookie again, the new value goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"sid"))]
    pub cookie: Option<String>,
    /// What stands before the token where it is sent. A bearer token has its word without this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"Token "))]
    pub prefix: Option<String>,
    /// How long it lives: seconds, or where they stand in the answer. Without it, it lives until it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &3600, example = &"/data/expires_in"))]
    pub lifetime: Option<Lifetime>,
}

/// How long a token lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
#[cfg_attr(test, schemars(title = "Lifetime of a token"))]
pub enum Lifetime {
    /// Seconds.
    Seconds(u64),
    /// Where the seconds stand in the answer: a JSON Pointer.
    At(String),
}

/// A token of OAuth 2.0 by client credentials (RFC 6749, section 4.4), renewed by a refresh token where there is one (section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(title = "OAuth 2.0"))]
pub struct OAuth {
    /// Environment variable with the id of the client.
    #[cfg_attr(test, schemars(example = &"LIBRARY_CLIENT_ID"))]
    pub client_id: String,
    /// Environment variable with the secret of the client.
    #[cfg_attr(test, schemars(example = &"LIBRARY_CLIENT_SECRET"))]
    pub client_secret: String,
    /// Environment variable with a refresh token to begin with, in place of client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"LIBRARY_REFRESH_TOKEN"))]
    pub refresh_token: Option<String>,
    /// Where tokens are obtained: a path below the base URL of the target, or a whole URL. Without it: that of the scheme in the
    /// contract, if it is on the target. Only what is written here may be another server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"https://login.example.com/token"))]
    pub token_url: Option<String>,
    /// Scopes that are asked for, separated by blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"loans:read loans:write"))]
    pub scope: Option<String>,
    /// Whether the client shows its id and secret in the body and not in `Authorization` (section 2.3.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, schemars(example = &true))]
    pub in_body: bool,
    /// Where the contract says that tokens are obtained.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(skip))]
    pub of_contract: Option<String>,
}

fn post() -> String {
    "POST".to_owned()
}

impl LogIn {
    /// Every text of it in which variables may stand.
    fn texts(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = self.headers.values().chain(self.form.iter().flat_map(BTreeMap::values)).map(String::as_str).collect();
        if let Some(json) = &self.json {
            text_leaves(json, &mut texts);
        }
        texts
    }

    /// The environment variables in it, each once.
    pub fn variables(&self) -> Vec<String> {
        let mut all: Vec<String> = self.texts().into_iter().flat_map(variables).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// Why.
    pub fn check(&self) -> Result<(), String> {
        if self.token.is_some() == self.cookie.is_some() {
            return Err("say where the token is: `token` or `cookie`, and not both".to_owned());
        }
        if self.json.is_some() && self.form.is_some() {
            return Err("it has one body: `json` or `form`".to_owned());
        }
        self.texts().into_iter().try_for_each(|text| text_pieces(text).map(|_| ()))
    }
}

impl OAuth {
    /// The environment variables that it is taken from.
    pub fn variables(&self) -> Vec<&str> {
        let refresh = self.refresh_token.as_deref();
        [self.client_id.as_str(), self.client_secret.as_str()].into_iter().chain(refresh).collect()
    }
}

fn text_leaves<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| text_leaves(item, texts)),
        Value::Object(members) => members.values().for_each(|member| text_leaves(member, texts)),
        _ => {}
    }
}
