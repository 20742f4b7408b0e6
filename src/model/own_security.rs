//! Security schemes that a suite adds to a contract.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
#[cfg(test)]
use serde_json::json;

/// Security schemes of your own, and which operations need them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, schemars(title = "Security of your own"))]
pub struct OwnSecurity {
    /// Security schemes by name, in the form that OpenAPI gives them. One of a name that the contract has takes its place.
    #[cfg_attr(test, schemars(example = json!({"token": {"type": "http", "scheme": "bearer"}})))]
    pub schemes: BTreeMap<String, Value>,
    /// Which operations need them. Where the contract asks for something, that stays as it is. Several entries for one operation
    /// are alternatives.
    #[cfg_attr(test, schemars(example = json!([{"schemes": ["token"], "exclude": ["health.get"]}])))]
    pub needs: Vec<SchemeGroup>,
}

impl OwnSecurity {
    /// Whether it adds nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Schemes that some operations need together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "SchemeGroup"))]
pub struct SchemeGroup {
    /// Names of security schemes.
    #[cfg_attr(test, schemars(example = json!(["token"])))]
    pub schemes: Vec<String>,
    /// Ids of the operations that need them; `*` stands for any text. Without any: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["loans.*"])))]
    pub only: Vec<String>,
    /// Ids of operations that do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["health.get"])))]
    pub exclude: Vec<String>,
}
