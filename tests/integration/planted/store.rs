//! The data of a server, and what happened to what was planted in it.

use std::collections::BTreeMap;

use serde_json::Value;

/// An answer: status, and body. Null is no body, a text is a `Location` without a body.
pub type Answer = (u16, Value);

/// Everything that a server holds, each thing at its place: `/items/1`, `/settings`.
#[derive(Default)]
pub struct Store {
    entries: BTreeMap<String, Value>,
    planted: BTreeMap<String, Value>,
    last: u64,
}

impl Store {
    /// Puts something there before the run.
    pub fn plant(&mut self, place: &str, json: &str) {
        let value: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{place}: {json}: {error}"));
        self.planted.insert(place.to_owned(), value.clone());
        self.entries.insert(place.to_owned(), value);
    }

    /// What stands at a place.
    pub fn get(&self, place: &str) -> Option<&Value> {
        self.entries.get(place)
    }

    /// Puts something at a place; whether something stood there before.
    pub fn put(&mut self, place: &str, value: Value) -> bool {
        self.entries.insert(place.to_owned(), value).is_some()
    }

    /// Removes what stands at a place; whether there was anything.
    pub fn remove(&mut self, place: &str) -> bool {
        self.entries.remove(place).is_some()
    }

    /// The places right below another.
    pub fn below(&self, base: &str) -> Vec<String> {
        let prefix = format!("{base}/");
        let places = self.entries.keys().filter(|place| place.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/')));
        places.cloned().collect()
    }

    /// A number that no thing has had.
    pub fn fresh(&mut self) -> u64 {
        self.last += 1;
        5000 + self.last
    }

    /// Takes over members of an object into what stands at a place; whether there is anything.
    pub fn merge(&mut self, place: &str, changes: &Value) -> bool {
        let Some(value) = self.entries.get_mut(place) else { return false };
        for (name, member) in changes.as_object().into_iter().flatten().filter(|(name, _)| *name != "id") {
            value[name] = member.clone();
        }
        true
    }

    /// What was planted and is not as it was: its place, and what stands there now.
    pub fn changed(&self) -> BTreeMap<String, Option<Value>> {
        let differ = self.planted.iter().filter(|(place, value)| self.entries.get(*place) != Some(value));
        differ.map(|(place, _)| (place.clone(), self.entries.get(place).cloned())).collect()
    }

    /// Puts everything back that was planted.
    pub fn replant(&mut self) {
        self.entries.extend(self.planted.clone());
    }

    /// What was planted at a place.
    pub fn planted(&self, place: &str) -> Option<&Value> {
        self.planted.get(place)
    }

    /// What was not planted and is there.
    pub fn made(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.entries.iter().filter(|(place, _)| !self.planted.contains_key(*place))
    }
}
