//! Requests with randomly drawn values: a valid request of an operation, and what is changed in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::template::Place;
use super::trigger_name::TriggerName;

/// One request that was drawn. Together with the contract it says all that is needed to send it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drawn {
    /// The operation that is asked.
    pub operation: String,
    /// Which of the operation's cases it is, counted from 1.
    pub number: u32,
    /// The seed that it was drawn with (`--seed`).
    pub seed: u64,
    /// What differs from the contract's own valid request.
    pub changes: Vec<DrawnChange>,
    /// What the contract says of such a request.
    pub expects: Expects,
}

impl Drawn {
    /// The changes in words.
    pub fn describe(&self) -> String {
        let words: Vec<String> = self.changes.iter().map(DrawnChange::describe).collect();
        words.join(", and ")
    }
}

/// What the contract says of a drawn request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Expects {
    /// Its schemas admit every value, and say so: by a limit, a list, a format.
    Success,
    /// Its schemas admit every value for want of any rule; servers may have some.
    Plausible,
    /// It is refused, under the condition with this trigger.
    Refusal(TriggerName),
    /// Nothing: any answer that the contract knows will do, but no failure of the server.
    Open,
}

/// One place of a request and what is put there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DrawnChange {
    /// The place.
    pub place: Place,
    /// What is put there.
    pub put: DrawnValue,
}

/// What is put at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DrawnValue {
    /// A value; an array in a query is one pair for each item.
    Value(Value),
    /// Nothing: what stands there is left out.
    Absent,
    /// JSON text as it is written here, for what a JSON value cannot say: `1e2`, a member that is there twice.
    Spelled(String),
    /// Text in front of the name that marks what a run makes.
    Marked(String),
}

/// How many characters of a value are shown.
const MOST_SHOWN: usize = 60;

impl DrawnChange {
    /// In words: `/data/attributes/name is "x"`.
    pub fn describe(&self) -> String {
        let place = match &self.place {
            Place::Body(at) if at.is_empty() => "the body".to_owned(),
            Place::Body(at) => at.clone(),
            Place::Query(name) => format!("the query parameter {name}"),
            Place::Path(name) => format!("{name} in the path"),
            Place::Header(name) => format!("the header {name}"),
            Place::Method => "the method".to_owned(),
            Place::Credentials => "who asks".to_owned(),
            Place::State => "the state".to_owned(),
        };
        match &self.put {
            DrawnValue::Value(value) => format!("{place} is {}", one_line(&value.to_string())),
            DrawnValue::Absent => format!("{place} is left out"),
            DrawnValue::Spelled(text) => format!("{place} is written {}", one_line(text)),
            DrawnValue::Marked(text) => format!("{place} begins with {}", one_line(&Value::from(text.as_str()).to_string())),
        }
    }
}

/// Text on one line, cut in its middle where it gets long.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let count = line.chars().count();
    if count <= MOST_SHOWN {
        return line;
    }
    let first: String = line.chars().take(MOST_SHOWN * 2 / 3).collect();
    let last: String = line.chars().skip(count - MOST_SHOWN / 3).collect();
    format!("{first}…{last} ({count} characters)")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_reads_as_a_sentence() {
        let words = |put: DrawnValue| DrawnChange { place: Place::Body("/name".to_owned()), put }.describe();
        assert_eq!(words(DrawnValue::Value(json!("Zoë"))), "/name is \"Zoë\"");
        assert_eq!(words(DrawnValue::Absent), "/name is left out");
        assert_eq!(words(DrawnValue::Spelled("1e2".to_owned())), "/name is written 1e2");
        assert_eq!(words(DrawnValue::Marked("é".to_owned())), "/name begins with \"é\"");
        let long = words(DrawnValue::Value(json!("x".repeat(500))));
        assert!(long.ends_with("(502 characters)") && long.chars().count() < 100, "{long}");
    }
}
