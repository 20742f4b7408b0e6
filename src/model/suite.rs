//! A suite: everything about one API that a contract has no place for, in one YAML file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
#[cfg(test)]
use serde_json::json;

use super::allowance::Allowance;
use super::auth_file::AuthFile;
use super::check_level::CheckLevels;
use super::filter::Filter;
use super::keep::Keep;
use super::log_in::{LogIn, OAuth};
use super::own_command::{Hooks, OwnCommand};
use super::own_header::OwnHeader;
use super::own_request::OwnRequest;
use super::own_security::OwnSecurity;
use super::security::SecurityScheme;
/// What a suite file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Short name; trials and reports carry it. Without it, that of the contract's file.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &"library"))]
    pub name: String,
    /// The contract, a path relative to this file. It may be missing where `--contract` names one.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &"../schemas/library/openapi.yaml"))]
    pub contract: String,
    /// Accounts that requests are sent with.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"full": {"token": {"bearer": {"token": "LIBRARY_TOKEN"}}}})))]
    pub accounts: Accounts,
    /// Log-ins in the form of Web Fuzzing Commons, as `EvoMaster` has them, in YAML, JSON or TOML: a file to which only its owner has
    /// access. Its first user is the account that may do everything; `--auth` names another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!({"file": "auth.yaml", "limited": "guest"})))]
    pub auth: Option<AuthFile>,
    /// Security schemes of your own, where the contract declares none or declares them for some operations only.
    #[serde(default, skip_serializing_if = "OwnSecurity::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"schemes": {"token": {"type": "http", "scheme": "bearer"}}, "needs": [{"schemes": ["token"]}]})))]
    pub security: OwnSecurity,
    /// Header fields of your own, sent beside those of the contract, to all operations or to some; `--header` goes before them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!([{"name": "X-Tenant", "value": "${LIBRARY_TENANT}"}, {"name": "X-Desk", "value": "7", "only": ["loans.*"]}])))]
    pub headers: Vec<OwnHeader>,
    /// Ids of resources that come from outside, by kind: what no operation can create or find.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"exports": [{"env": "LIBRARY_EXPIRED_EXPORT", "state": "expired"}]})))]
    pub given: BTreeMap<String, Vec<Given>>,
    /// Commands before and after the run, and before and after a resource: JSON in, JSON out. docs/commands.md explains them.
    #[serde(default, skip_serializing_if = "Hooks::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"before-run": ["./seed.py"], "after": {"loans": {"run": ["./unshelve.py"], "seconds": 5}}})))]
    pub hooks: Hooks,
    /// Operations with an effect beyond their own resource, by effect. Names of your own (`notify` tells people something, `cost`
    /// costs something) are off on a target elsewhere until `--allow NAME`. `leftovers`, `borrowed` and `sweeping` put an
    /// operation, also a GET, into that class, whatever its method and path say: see the README.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"notify": ["loans.remind"], "cost": ["letters.send"]})))]
    pub effects: BTreeMap<String, Vec<String>>,
    /// Operations that only read although their method may write, such as a query that is sent with POST.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!(["books.search"])))]
    pub reads: Vec<String>,
    /// Operations that only obtain, renew or end the run's own token.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!(["sessions.create", "sessions.delete"])))]
    pub session: Vec<String>,
    /// Kinds of resources that are only referred to, such as types, currencies and groupings: a reference does not change them.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!(["languages"])))]
    pub catalogues: Vec<String>,
    /// Operations on things that belong to whoever made them; `*` stands for any text. With credentials of the account `other`, each
    /// is asked for a thing of this run's first account, and an answer other than 403 or 404 is a violation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["loans.get", "loans.update", "loans.delete"])))]
    pub private: Vec<String>,
    /// Operations that are never called, with the reason.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"catalogue.rebuild": "it takes an hour and stops everybody else"})))]
    pub skip: BTreeMap<String, String>,
    /// What may be changed on one server, where neither `--allow-writes` nor `--allow` says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!([{"target": "https://staging.example.com", "writes": true, "effects": ["leftovers"]}])))]
    pub allow: Vec<Allowance>,
    /// Keywords of schemas that Probity cannot judge, such as a pattern of another dialect, and that need not be judged: a cell
    /// that they are all that is open of conforms in part. The place is the one that the reason of the cell names.
    #[serde(default, rename = "accept-unjudged", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!([{"place": "#/components/schemas/Book/properties/isbn/pattern", "reason": "a pattern of PHP; the publisher checks it"}])))]
    pub accept_unjudged: Vec<AcceptedGap>,
    /// Whether the target counts as a server elsewhere, whatever its address: for tunnels to what is in use.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &true))]
    pub live: bool,
    /// Valid requests of your own, by operation: a query that is known to work on your server is sent in place of the one that
    /// the contract shows. Name a file with the body in JSON, or its parts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"loans.search": "loans-of-may.json"})))]
    pub requests: BTreeMap<String, OwnRequest>,
    /// The bodies that the files of `requests` hold, by operation.
    #[serde(default, skip_deserializing, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(skip))]
    pub bodies: BTreeMap<String, Value>,
    /// Which operations are asked where the command line does not say it.
    #[serde(default, skip_serializing_if = "Filter::is_all")]
    #[cfg_attr(test, schemars(example = json!({"exclude": ["loans.remind"]})))]
    pub select: Filter,
    /// The server that requests go to where no `--target` is given: a base URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"https://library.example.com/api"))]
    pub target: Option<String>,
    /// What is kept of answers once a run has ended, in journal, memory, recording and reports; `--keep` goes before it. Without
    /// both: `all` for the embedded mock and a target on this machine, `masked` elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"masked"))]
    pub keep: Option<Keep>,
    /// How much the findings of checks count: `off`, `warn` or `error`. docs/checks.md explains each check.
    #[serde(default, skip_serializing_if = "CheckLevels::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"headers": "warn"})))]
    pub checks: CheckLevels,
    /// What the embedded mock holds before the first request.
    #[serde(default)]
    pub mock: MockSeed,
}

impl Suite {
    /// Every command, each with its place in the suite.
    pub fn commands(&self) -> Vec<(String, &OwnCommand)> {
        let given = self.given.iter().flat_map(|(kind, all)| all.iter().enumerate().map(move |(index, one)| (kind, index, one)));
        let given = given.filter_map(|(kind, index, one)| Some((format!("given.{kind}[{index}]"), one.command.as_ref()?)));
        given.chain(self.hooks.all()).collect()
    }

    /// Refuses commands that cannot be meant.
    ///
    /// # Errors
    /// The place of the first one, and why.
    pub fn check_commands(&self) -> Result<(), String> {
        for (place, command) in self.commands() {
            command.check().map_err(|reason| format!("{place}: {reason}"))?;
            if place != "hooks.before-run" && !command.parts().sets.is_empty() {
                return Err(format!("{place}: only hooks.before-run gives variables (`sets`)"));
            }
        }
        Ok(())
    }

    /// The places of schemas that need not be judged, each with its reason.
    ///
    /// # Errors
    /// One has no reason.
    pub fn accepted_gaps(&self) -> Result<BTreeMap<String, String>, String> {
        let bare = self.accept_unjudged.iter().find(|one| one.reason.trim().is_empty());
        let all = || self.accept_unjudged.iter().map(|one| (one.place.clone(), one.reason.clone())).collect();
        bare.map_or_else(|| Ok(all()), |bare| Err(format!("accept-unjudged: {} has no reason; say why it need not be judged", bare.place)))
    }
}

/// A keyword that need not be judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Accepted gap"))]
pub struct AcceptedGap {
    /// Where it stands in the contract, as the reason of the cell names it: a JSON Pointer as a URI fragment.
    #[cfg_attr(test, schemars(example = &"#/components/schemas/Book/properties/isbn/pattern"))]
    pub place: String,
    /// Why it need not be judged.
    #[cfg_attr(test, schemars(length(min = 1), example = &"a pattern of PHP; the publisher checks it"))]
    pub reason: String,
}

/// The accounts of a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Accounts"))]
pub struct Accounts {
    /// The account that may do everything the contract describes.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"key": {"basic": {"username": "LIBRARY_KEY", "password": "LIBRARY_SECRET"}}})))]
    pub full: Account,
    /// An account that is known to the server and may do nothing; for 403.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"key": {"basic": {"username": "LIBRARY_LIMITED_KEY", "password": "LIBRARY_LIMITED_SECRET"}}})))]
    pub limited: Account,
    /// An account of another user, who has rights of his own and owns other things: it must not see what `private` names.
    #[serde(default, skip_serializing_if = "Account::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"key": {"basic": {"username": "LIBRARY_OTHER_KEY", "password": "LIBRARY_OTHER_SECRET"}}})))]
    pub other: Account,
}

impl Accounts {
    /// Each with its name.
    pub fn all(&self) -> [(AccountName, &Account); 3] {
        [(AccountName::Full, &self.full), (AccountName::Limited, &self.limited), (AccountName::Other, &self.other)]
    }

    /// The same, to be changed.
    pub fn all_mut(&mut self) -> [(AccountName, &mut Account); 3] {
        [(AccountName::Full, &mut self.full), (AccountName::Limited, &mut self.limited), (AccountName::Other, &mut self.other)]
    }

    /// The environment variables that an account is taken from.
    pub fn variables(&self, name: AccountName) -> Vec<String> {
        let [full, limited, other] = self.all().map(|(_, account)| account);
        let account = match name {
            AccountName::Full => full,
            AccountName::Limited => limited,
            AccountName::Other => other,
        };
        account.values().flat_map(Credential::variables).collect()
    }
}

/// Which account it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountName {
    /// It may do everything.
    #[default]
    Full,
    /// It may do nothing.
    Limited,
    /// It owns other things.
    Other,
}

impl std::fmt::Display for AccountName {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.as_str())
    }
}

impl AccountName {
    /// As a suite writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Limited => "limited",
            Self::Other => "other",
        }
    }

    /// Whether it is the one that a run makes its things with.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// Credentials by the name of the security scheme in the contract.
pub type Account = BTreeMap<String, Credential>;

/// Where a credential comes from: always the environment, never the suite.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(title = "Credential"))]
pub enum Credential {
    /// For `http` with scheme `basic`.
    Basic {
        /// Environment variable with the user name or key.
        #[cfg_attr(test, schemars(example = &"LIBRARY_KEY"))]
        username: String,
        /// Environment variable with the password or secret.
        #[cfg_attr(test, schemars(example = &"LIBRARY_SECRET"))]
        password: String,
    },
    /// For `http` with scheme `bearer`.
    Bearer {
        /// Environment variable with the token.
        #[cfg_attr(test, schemars(example = &"LIBRARY_TOKEN"))]
        token: String,
    },
    /// For `apiKey`.
    Value {
        /// Environment variable with the key.
        #[cfg_attr(test, schemars(example = &"LIBRARY_API_KEY"))]
        env: String,
    },
    /// Obtained by a request of the API's own, before the first request and whenever it ends.
    LogIn(Box<LogIn>),
    /// A token of OAuth 2.0.
    Oauth(Box<OAuth>),
}

impl Credential {
    /// The environment variables that it is taken from.
    pub fn variables(&self) -> Vec<String> {
        match self {
            Self::Basic { username, password } => vec![username.clone(), password.clone()],
            Self::Bearer { token } => vec![token.clone()],
            Self::Value { env } => vec![env.clone()],
            Self::LogIn(log_in) => log_in.variables(),
            Self::Oauth(oauth) => oauth.variables().into_iter().map(str::to_owned).collect(),
        }
    }

    /// The environment variables that it is taken from, each with where its value goes.
    pub fn places(&self, name: &str, scheme: Option<&SecurityScheme>) -> Vec<(String, String)> {
        match self {
            Self::Basic { username, password } => {
                vec![(username.clone(), format!("user name of {name}")), (password.clone(), format!("password of {name}"))]
            }
            Self::Bearer { token } => vec![(token.clone(), format!("token of {name}, without the word Bearer"))],
            Self::Value { env } => vec![(env.clone(), scheme.and_then(place_of_key).unwrap_or_else(|| format!("key of {name}")))],
            Self::LogIn(log_in) => log_in.variables().into_iter().map(|variable| (variable, format!("log-in of {name}"))).collect(),
            Self::Oauth(oauth) => {
                let places = [format!("id of the client of {name}"), format!("secret of the client of {name}"), format!("refresh token of {name}")];
                oauth.variables().into_iter().map(str::to_owned).zip(places).collect()
            }
        }
    }
}

/// Where an `apiKey` goes.
fn place_of_key(scheme: &SecurityScheme) -> Option<String> {
    Some(match scheme {
        SecurityScheme::Header(field) if field.eq_ignore_ascii_case("authorization") => {
            format!("the whole value of the header {field}: a prefix such as `Bearer ` or `Token ` belongs to it")
        }
        SecurityScheme::Header(field) => format!("header {field}"),
        SecurityScheme::Query(name) => format!("query parameter {name}"),
        SecurityScheme::Cookie(name) => format!("cookie {name}"),
        SecurityScheme::Basic | SecurityScheme::Bearer | SecurityScheme::Other(_) => return None,
    })
}

/// A resource that exists before the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Given resource"))]
pub struct Given {
    /// Environment variable with its id.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &"LIBRARY_EXPIRED_EXPORT"))]
    pub env: Option<String>,
    /// The id itself, where every account has it.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &"1"))]
    pub id: Option<String>,
    /// A command that prints its id, as `{"id": "7"}`; `{"id": null}` where there is none. It is run before the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!(["./expired-export.py"])))]
    pub command: Option<OwnCommand>,
    /// The state it is in; without it the resource is an ordinary one.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &"expired"))]
    pub state: Option<String>,
    /// For a job: how many seconds after it was made it is in this state by itself. A run that is given none leaves its own one
    /// and remembers it, so that a later run needs no id from outside.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &86_400))]
    pub after: Option<u32>,
}

/// What the embedded mock starts with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Seed of the mock"))]
pub struct MockSeed {
    /// Resources by kind, in the form the contract gives them.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"books": [{"id": 7, "title": "Emma"}]})))]
    pub resources: BTreeMap<String, Vec<Value>>,
    /// Faults that can break no promise of this contract, by name, with the reason; for `probity self-test`.
    #[serde(default)]
    pub inapplicable: BTreeMap<String, String>,
}
