//! Builds a value from text, and records the keys that an object has twice.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::contract::escape;

/// How many keys that are there twice are noted.
const MOST_NOTED: usize = 100;

/// Where the builder is, and what it has noted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// JSON Pointer to the value that is being built.
    at: RefCell<String>,
    /// JSON Pointers to the members whose key is there twice.
    twice: RefCell<Vec<String>>,
}

impl Notes {
    /// JSON Pointers to the members whose key is there twice.
    pub(super) fn duplicate_keys(self) -> Vec<String> {
        self.twice.into_inner()
    }

    fn child_index(&self, token: &str) -> usize {
        let mut at = self.at.borrow_mut();
        let length = at.len();
        at.push('/');
        if token.contains(['~', '/']) {
            at.push_str(&escape(token));
        } else {
            at.push_str(token);
        }
        length
    }

    fn leave(&self, length: usize) {
        self.at.borrow_mut().truncate(length);
    }
}

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Builder<'a>(pub(super) &'a Notes);

impl<'de> DeserializeSeed<'de> for Builder<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Builder<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let length = self.0.child_index(&list.len().to_string());
            let item = items.next_element_seed(self);
            self.0.leave(length);
            match item? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let length = self.0.child_index(&name);
            let value = entries.next_value_seed(self)?;
            if members.insert(name, value).is_some() {
                let mut twice = self.0.twice.borrow_mut();
                if twice.len() < MOST_NOTED {
                    twice.push(self.0.at.borrow().clone());
                }
            }
            self.0.leave(length);
        }
        Ok(Value::Object(members))
    }
}
