//! A response that stands for a class of statuses, or for all that have none of their own.

use serde::{Deserialize, Serialize};

use super::contract::Response;

/// A response that stands for many statuses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fallback {
    /// First digit of the statuses it stands for; absent for `default`.
    pub class: Option<u16>,
    /// The response; its status is the lowest of them.
    pub response: Response,
}

impl Fallback {
    /// The key in `responses`.
    pub fn key(&self) -> String {
        self.class.map_or_else(|| "default".to_owned(), |class| format!("{class}XX"))
    }
}
