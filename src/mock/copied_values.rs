//! Copies as much of an answer into a schema-valid value as fits there.

use serde_json::Value;

use crate::contract::{append, remove, replace_or_add};

/// How many parts are tried at most: each try holds the whole against its schema.
const MOST_TRIES: usize = 400;

/// `fitting` with every part of `body` that it can hold and still fit.
pub(crate) fn copy_fitting_parts(fitting: Value, body: &Value, fits: &dyn Fn(&Value) -> bool) -> Value {
    let mut grafter = Grafter { whole: fitting, fits, tries: 0 };
    grafter.object_or_list("", body);
    grafter.whole
}

struct Grafter<'a> {
    whole: Value,
    fits: &'a dyn Fn(&Value) -> bool,
    tries: usize,
}

impl Grafter<'_> {
    fn object_or_list(&mut self, at: &str, body: &Value) {
        match (self.whole.pointer(at), body) {
            (Some(Value::Object(_)), Value::Object(members)) => {
                for (name, value) in members {
                    self.part(&append(at, name), value);
                }
            }
            (Some(Value::Array(items)), Value::Array(wanted)) => {
                let template = items.first().cloned();
                let mut held = 0;
                for item in wanted {
                    let place = format!("{at}/{held}");
                    if !self.push(at, held, item.clone()) {
                        let Some(template) = template.clone().filter(|template| self.push(at, held, template.clone())) else { continue };
                        drop(template);
                        self.object_or_list(&place, item);
                    }
                    held += 1;
                }
            }
            _ => {}
        }
    }

    /// Puts an item behind the first ones of a list, whatever stood there; false where it does not fit.
    fn push(&mut self, at: &str, held: usize, item: Value) -> bool {
        let Some(Value::Array(items)) = self.whole.pointer(at) else { return false };
        let before = items.clone();
        let mut list: Vec<Value> = before.iter().take(held).cloned().collect();
        list.push(item);
        self.tried(at, Value::Array(list), Some(Value::Array(before)))
    }

    fn part(&mut self, at: &str, value: &Value) {
        let before = self.whole.pointer(at).cloned();
        if before.as_ref() != Some(value) && !self.tried(at, value.clone(), before) {
            self.object_or_list(at, value);
        }
    }

    /// Puts a value at a place, and takes it back where the whole does not fit with it.
    fn tried(&mut self, at: &str, value: Value, before: Option<Value>) -> bool {
        self.tries += 1;
        if self.tries > MOST_TRIES {
            return false;
        }
        replace_or_add(&mut self.whole, at, value);
        let fits = (self.fits)(&self.whole);
        if !fits {
            match before {
                Some(before) => {
                    replace_or_add(&mut self.whole, at, before);
                }
                None => {
                    remove(&mut self.whole, at);
                }
            }
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_taken_over_and_the_rest_stays() {
        let fits = |value: &Value| {
            let right = |item: &Value| item["n"].is_number() && item["id"].is_string();
            right(&value["a"]) && value["l"].as_array().is_some_and(|items| items.iter().all(right))
        };
        let fitting = json!({"a": {"n": 1, "id": "x"}, "l": [{"n": 1, "id": "x"}]});
        let body = json!({"a": {"n": "wrong", "id": "own"}, "b": 3, "l": [{"n": 7, "id": "one"}, {"n": "wrong", "id": "two"}]});
        let expected = json!({"a": {"n": 1, "id": "own"}, "l": [{"n": 7, "id": "one"}, {"n": 1, "id": "two"}], "b": 3});
        assert_eq!(copy_fitting_parts(fitting, &body, &fits), expected);
    }
}
