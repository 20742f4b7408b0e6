//! A condition of the contract under which a status is demanded (`x-probity-when`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http::Status;
use super::trigger_name::TriggerName;

/// A condition under which a status is demanded (`x-probity-when`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Name of the trigger.
    pub trigger: TriggerName,
    /// Only for ids of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The operation that makes what stands in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// JSON Pointer into the request body, or the name of a parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The value to put there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Other statuses that are as right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or: Vec<Status>,
    /// Whether it is a rule of its own, which is tried also where another condition has shown the status.
    #[serde(skip)]
    pub each: bool,
}

impl Condition {
    /// A condition that is nothing but a trigger.
    pub fn of_trigger(trigger: TriggerName) -> Self {
        Self { trigger, kind: None, by: None, at: None, value: None, or: Vec::new(), each: false }
    }
}
