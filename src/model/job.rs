//! Jobs: operations that go on in the background, and how an answer says whether they have finished.

use serde::{Deserialize, Serialize};

use super::contract::Status;

/// How a job says that it is done (`x-probity-done`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobDone {
    /// JSON Pointer to the state in the answer.
    pub at: String,
    /// States that mean finished with a result.
    #[serde(rename = "in")]
    pub finished: Vec<String>,
    /// States from which no result will come.
    #[serde(default)]
    pub failed: Vec<String>,
    /// Statuses that mean finished with a result, whatever the answer shows (303: RFC 9110, section 15.4.4).
    #[serde(default)]
    pub status: Vec<Status>,
}

impl JobDone {
    /// Whether this state means finished with a result.
    pub fn is_finished(&self, state: &str) -> bool {
        is_among(&self.finished, state)
    }

    /// Whether this state is one from which nothing more will come.
    pub fn is_final(&self, state: &str) -> bool {
        self.is_finished(state) || is_among(&self.failed, state)
    }
}

/// Whether a state is one of several, as loosely as servers spell them: `ERROR_CANCELLED` is `Error Canceled`.
pub fn is_among(states: &[String], state: &str) -> bool {
    let state = normalized_state(state);
    states.iter().any(|known| normalized_state(known) == state)
}

/// A state without case, blanks, underscores and hyphens, and with one spelling of cancelled.
fn normalized_state(state: &str) -> String {
    let letters = state.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'));
    letters.flat_map(char::to_lowercase).collect::<String>().replace("cancell", "cancel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_the_same_however_it_is_spelled() {
        let states = ["Error Cancelled".to_owned(), "In Progress - Waiting For Capacity".to_owned()];
        for state in ["error_canceled", "ERROR CANCELLED", "ErrorCanceled", "in_progress_waiting_for_capacity"] {
            assert!(is_among(&states, state), "{state}");
        }
        for state in ["Error", "Cancelled", "In Progress", ""] {
            assert!(!is_among(&states, state), "{state}");
        }
    }
}
