//! A suite: everything about one API that a contract has no place for, in one YAML file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a suite file holds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Short name; trials and reports carry it.
    pub name: String,
    /// The contract, a path relative to this file.
    pub contract: String,
    /// Accounts that requests are sent with.
    #[serde(default)]
    pub accounts: Accounts,
    /// Ids of resources that come from outside, by kind: what no operation can create or find.
    #[serde(default)]
    pub given: BTreeMap<String, Vec<Given>>,
    /// Operations with an effect beyond their own resource, by effect: `notify` tells people something, `cost` costs
    /// something, `borrowed` touches what Probity did not make. On a target elsewhere they are off until allowed.
    #[serde(default)]
    pub effects: BTreeMap<String, Vec<String>>,
    /// Operations that are never called, with the reason.
    #[serde(default)]
    pub skip: BTreeMap<String, String>,
    /// What the embedded mock holds before the first request.
    #[serde(default)]
    pub mock: MockSeed,
}

/// The two accounts of a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// The account that may do everything the contract describes.
    #[serde(default)]
    pub full: Account,
    /// An account that is known to the server and may do nothing; for 403.
    #[serde(default)]
    pub limited: Account,
}

/// Credentials by the name of the security scheme in the contract.
pub type Account = BTreeMap<String, Credential>;

/// Where a credential comes from: always the environment, never the suite.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Credential {
    /// For `http` with scheme `basic`.
    Basic {
        /// Environment variable with the user name or key.
        username: String,
        /// Environment variable with the password or secret.
        password: String,
    },
    /// For `http` with scheme `bearer`.
    Bearer {
        /// Environment variable with the token.
        token: String,
    },
    /// For `apiKey`.
    Value {
        /// Environment variable with the key.
        env: String,
    },
}

/// A resource that exists before the run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Environment variable with its id.
    #[serde(default)]
    pub env: Option<String>,
    /// The id itself, where every account has it.
    #[serde(default)]
    pub id: Option<String>,
    /// The state it is in, for example `expired`; without it the resource is an ordinary one.
    #[serde(default)]
    pub state: Option<String>,
}

/// What the embedded mock starts with.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MockSeed {
    /// Resources by kind, in the form the contract gives them.
    #[serde(default)]
    pub resources: BTreeMap<String, Vec<Value>>,
    /// Faults that can break no promise of this contract, by name, with the reason; for `probity self-test`.
    #[serde(default)]
    pub inapplicable: BTreeMap<String, String>,
}
