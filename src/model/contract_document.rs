//! The document of a contract, with what is looked up in it for every value that is made from its schemas.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where the schemas that others extend stand.
const SCHEMAS: &str = "/components/schemas";

/// A bundled document. It is read as the value that it holds. A copy is the same one, until it is changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(Arc<Contents>);

/// What a document holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Contents {
    value: Value,
    #[serde(skip)]
    remembered: Remembered,
}

/// What was found out of a document. The document alone decides all of it.
#[derive(Debug, Default)]
struct Remembered {
    /// The schemas that extend each schema, by its place, made when they are first asked for: a large document has
    /// thousands, and each value that is made asks many times.
    extending: OnceLock<HashMap<String, Vec<String>>>,
    /// Values that were made from schemas, by the name that each was made for: many operations of a large document share a
    /// schema.
    values: Mutex<HashMap<String, Option<Value>>>,
    /// Parts of values, by the name that each was made for.
    parts: Mutex<HashMap<String, Arc<MadePart>>>,
    /// Facts of schemas, by the place of the schema and a number that belongs to the question.
    facts: Mutex<HashMap<(String, usize), bool>>,
}

/// A copy is made to be changed, and finds out its own.
impl Clone for Remembered {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// A value of a schema as a part of greater ones.
#[derive(Debug)]
pub struct MadePart {
    /// `None` where no such value comes to an end.
    pub value: Option<Value>,
    /// How many schemas it was made from.
    pub schemas: usize,
    /// The places of those that were referred to, in order.
    pub places: Vec<Arc<str>>,
}

/// How many such values are kept.
const MOST_MADE: usize = 8192;

/// How many parts of such values are kept.
const MOST_PARTS: usize = 32_768;

impl Document {
    /// The places of the schemas that extend the one at this place (`allOf` with a reference to it), in the order of the
    /// document.
    pub fn extending(&self, place: &str) -> &[String] {
        self.0.remembered.extending.get_or_init(|| self.extensions()).get(place).map_or(&[], Vec::as_slice)
    }

    /// The value of a name, made when it is first asked for; the document alone decides which it is.
    pub fn value_of(&self, name: &str, make: impl FnOnce() -> Option<Value>) -> Option<Value> {
        let known = || self.0.remembered.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known().get(name) {
            return made.clone();
        }
        let value = make();
        let mut known = known();
        if known.len() < MOST_MADE {
            known.insert(name.to_owned(), value.clone());
        }
        value
    }

    /// The part that was made for a name.
    pub fn made_part(&self, name: &str) -> Option<Arc<MadePart>> {
        self.0.remembered.parts.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Keeps what was made for a name; the document alone decides which it is.
    pub fn keep_part(&self, name: String, part: MadePart) {
        let mut known = self.0.remembered.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_PARTS {
            known.insert(name, Arc::new(part));
        }
    }

    /// Whether something holds for a schema, found out when it is first asked for; the document alone decides it.
    pub fn fact_of(&self, place: &str, number: usize, find: impl FnOnce() -> bool) -> bool {
        let known = || self.0.remembered.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (place.to_owned(), number);
        if let Some(fact) = known().get(&key) {
            return *fact;
        }
        let fact = find();
        known().insert(key, fact);
        fact
    }

    fn extensions(&self) -> HashMap<String, Vec<String>> {
        let mut extending: HashMap<String, Vec<String>> = HashMap::new();
        for (name, schema) in self.0.value.pointer(SCHEMAS).and_then(Value::as_object).into_iter().flatten() {
            let place = format!("{SCHEMAS}/{}", name.replace('~', "~0").replace('/', "~1"));
            let branches = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            for target in branches.filter_map(|branch| branch.get("$ref")?.as_str()?.strip_prefix('#')) {
                let known = extending.entry(target.to_owned()).or_default();
                // A schema may name another twice.
                if known.last() != Some(&place) {
                    known.push(place.clone());
                }
            }
        }
        extending
    }
}

impl From<Value> for Document {
    fn from(value: Value) -> Self {
        Self(Arc::new(Contents { value, ..Contents::default() }))
    }
}

impl Deref for Document {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl DerefMut for Document {
    fn deref_mut(&mut self) -> &mut Value {
        let contents = Arc::make_mut(&mut self.0);
        contents.remembered = Remembered::default();
        &mut contents.value
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_extends_a_schema_is_known_by_its_place_and_after_a_change_again() {
        let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let schemas = json!({"a": {}, "b/c": {"allOf": [refers("a"), {}, refers("a")]}, "d": {"allOf": [refers("b~1c"), refers("a")]}});
        let mut document = Document::from(json!({"components": {"schemas": schemas}}));
        assert_eq!(document.extending("/components/schemas/a"), ["/components/schemas/b~1c", "/components/schemas/d"]);
        assert_eq!(document.extending("/components/schemas/b~1c"), ["/components/schemas/d"]);
        assert!(document.extending("/components/schemas/d").is_empty());
        document["components"]["schemas"]["e"] = json!({"allOf": [refers("d")]});
        assert_eq!(document.extending("/components/schemas/d"), ["/components/schemas/e"]);
        assert_eq!((document.value_of("a", || Some(json!(1))), document.value_of("a", || None)), (Some(json!(1)), Some(json!(1))));
        assert_eq!(document.value_of("b", || None), None);
        document.keep_part("p".to_owned(), MadePart { value: None, schemas: 1, places: Vec::new() });
        assert!(document.made_part("p").is_some() && document.fact_of("f", 0, || true) && document.fact_of("f", 0, || false));
        document["a"] = json!({});
        assert!(document.made_part("p").is_none() && !document.fact_of("f", 0, || false), "it may be another one");
        assert_eq!(document.value_of("a", || Some(json!(2))), Some(json!(2)), "it may be another one");
        assert_eq!(serde_json::to_value(&document).unwrap(), *document);
        let same = document.clone();
        document["b"] = json!({});
        assert!(same.get("b").is_none() && same.value_of("a", || None) == Some(json!(2)), "a copy stays as it was");
    }
}
