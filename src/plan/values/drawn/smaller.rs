//! Shrinks the drawn changes of a request to the smallest that still shows a finding.
//!
//! The way is a list of candidates and not the tree of a strategy, so that it can be taken up from the changes alone: from
//! a regression file, or by another run.

use serde_json::{Map, Value};

use crate::model::drawn::{DrawnChange, DrawnValue};

/// Long texts are shortened in a few great steps before single characters are looked at.
const FEW: usize = 8;

/// Every way to make a list of changes smaller, the greatest step first. Each candidate is smaller than the list, so that
/// the way comes to an end whichever of them are taken.
pub fn smaller(changes: &[DrawnChange]) -> Vec<Vec<DrawnChange>> {
    let mut candidates: Vec<Vec<DrawnChange>> = Vec::new();
    if changes.len() > 1 {
        candidates.extend(changes.iter().map(|change| vec![change.clone()]));
        if changes.len() > 2 {
            candidates.extend((0..changes.len()).map(|left_out| without_item(changes, left_out)));
        }
    }
    for (index, change) in changes.iter().enumerate() {
        candidates.extend(puts(&change.put).into_iter().map(|put| {
            let mut smaller = changes.to_vec();
            smaller[index].put = put;
            smaller
        }));
    }
    candidates
}

fn without_item<T: Clone>(items: &[T], left_out: usize) -> Vec<T> {
    items.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, item)| item.clone()).collect()
}

fn puts(put: &DrawnValue) -> Vec<DrawnValue> {
    match put {
        DrawnValue::Value(value) => values(value).into_iter().map(DrawnValue::Value).collect(),
        DrawnValue::Marked(text) => texts(text).into_iter().map(DrawnValue::Marked).collect(),
        DrawnValue::Spelled(text) => nested(text).into_iter().map(DrawnValue::Spelled).collect(),
        DrawnValue::Absent => Vec::new(),
    }
}

fn values(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => texts(text).into_iter().map(Value::from).collect(),
        Value::Number(number) => {
            let towards = |number: i64| vec![Value::from(0), Value::from(number / 2), Value::from(number - number.signum())];
            let mut smaller = match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => towards(number),
                #[allow(clippy::cast_possible_truncation, reason = "what is cut off is what makes it smaller")]
                (None, Some(number)) => vec![Value::from(0), Value::from(number.trunc() as i64)],
                (None, None) => Vec::new(),
            };
            smaller.dedup();
            smaller.retain(|other| size_weight(other) < size_weight(value));
            smaller
        }
        Value::Array(items) => {
            let mut smaller = vec![Value::Array(Vec::new()), Value::from(items[..items.len() / 2].to_vec())];
            smaller.extend((0..items.len()).map(|index| Value::from(without_item(items, index))));
            for (index, item) in items.iter().enumerate() {
                smaller.extend(values(item).into_iter().map(|less| {
                    let mut items = items.clone();
                    items[index] = less;
                    Value::from(items)
                }));
            }
            smaller.dedup();
            smaller.retain(|other| size_weight(other) < size_weight(value));
            smaller
        }
        Value::Object(members) => objects(members),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

fn objects(members: &Map<String, Value>) -> Vec<Value> {
    let less = |left_out: &String| {
        Value::Object(members.iter().filter(|(name, _)| *name != left_out).map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    let mut smaller: Vec<Value> = members.keys().map(less).collect();
    for (name, member) in members {
        smaller.extend(values(member).into_iter().map(|less| {
            let mut members = members.clone();
            members.insert(name.clone(), less);
            Value::Object(members)
        }));
    }
    smaller
}

/// Shorter texts, then plainer ones of the same length.
fn texts(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (count, half) = (letters.len(), letters.len() / 2);
    if count == 0 {
        return Vec::new();
    }
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    let mut smaller = vec![String::new(), part(0, half), part(half, count), part(0, count - count / 8), part(0, count - 1)];
    if count <= FEW {
        smaller.extend((0..count).map(|left_out| without_item(&letters, left_out).into_iter().collect::<String>()));
    }
    if letters.iter().any(|letter| *letter != 'a') {
        smaller.push("a".repeat(count));
        let plain = |index: usize| letters.iter().enumerate().map(|(other, letter)| if other == index { 'a' } else { *letter }).collect::<String>();
        smaller.extend((0..count.min(FEW)).filter(|index| letters[*index] != 'a').map(plain));
    }
    let whole = size_weight(&Value::from(text));
    smaller.retain(|other| size_weight(&Value::from(other.as_str())) < whole);
    let mut seen: Vec<String> = Vec::new();
    smaller.retain(|other| {
        let new = !seen.contains(other);
        seen.push(other.clone());
        new
    });
    smaller
}

/// The same nesting with less depth.
fn nested(text: &str) -> Vec<String> {
    let forms = [("[", "", "]"), ("{\"a\":", "1", "}")];
    let written = |form: &(&str, &str, &str), depth: usize| format!("{}{}{}", form.0.repeat(depth), form.1, form.2.repeat(depth));
    let found = forms.iter().find_map(|form| {
        let depth = text.matches(form.0).count();
        (depth > 1 && text == written(form, depth)).then_some((form, depth))
    });
    let Some((form, depth)) = found else { return Vec::new() };
    let mut depths = vec![1, depth / 2, depth - depth / 8, depth - 1];
    depths.retain(|less| *less < depth);
    depths.dedup();
    depths.into_iter().map(|less| written(form, less)).collect()
}

/// How large a value is: what is longer, deeper or less plain is larger.
fn size_weight(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.unsigned_abs().saturating_mul(2).saturating_add(2),
            None => u64::MAX / 4,
        },
        Value::String(text) => 2 + text.chars().map(|letter| if letter == 'a' { 3 } else { 4 }).sum::<u64>(),
        Value::Array(items) => items.iter().fold(3, |sum: u64, item| sum.saturating_add(1).saturating_add(size_weight(item))),
        Value::Object(members) => members.values().fold(3, |sum: u64, member| sum.saturating_add(1).saturating_add(size_weight(member))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::plan::Place;

    fn change(at: &str, put: DrawnValue) -> DrawnChange {
        DrawnChange { place: Place::Body(at.to_owned()), put }
    }

    /// The smallest list of changes that still fails.
    fn shrunk(mut changes: Vec<DrawnChange>, fails: impl Fn(&[DrawnChange]) -> bool) -> (Vec<DrawnChange>, usize) {
        let mut tries = 0;
        while let Some(less) = smaller(&changes).into_iter().find(|candidate| {
            tries += 1;
            fails(candidate)
        }) {
            changes = less;
        }
        (changes, tries)
    }

    #[test]
    fn what_a_failure_does_not_need_is_taken_away() {
        let drawn = vec![
            change("/a", DrawnValue::Value(json!({"x": [1, 2], "y": "zz"}))),
            change("/b", DrawnValue::Value(json!("x".repeat(300)))),
            change("/c", DrawnValue::Absent),
        ];
        let long = |changes: &[DrawnChange]| {
            changes.iter().any(|change| matches!(&change.put, DrawnValue::Value(Value::String(text)) if text.chars().count() > 200))
        };
        let (least, tries) = shrunk(drawn, long);
        assert_eq!(least, [change("/b", DrawnValue::Value(json!("a".repeat(201))))]);
        assert!(tries < 300, "{tries}");
    }

    #[test]
    fn a_character_that_is_the_cause_stays() {
        let drawn = vec![change("/b", DrawnValue::Marked("Hello Wörld 🦀".to_owned()))];
        let (least, _) = shrunk(drawn, |changes| matches!(&changes[0].put, DrawnValue::Marked(text) if text.contains('🦀')));
        assert_eq!(least, [change("/b", DrawnValue::Marked("🦀".to_owned()))]);
    }

    #[test]
    fn nesting_is_made_less_deep() {
        let deep = |depth: usize| DrawnValue::Spelled(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)));
        let (least, _) =
            shrunk(vec![change("/b", deep(100))], |changes| matches!(&changes[0].put, DrawnValue::Spelled(text) if text.matches('{').count() > 40));
        assert_eq!(least, [change("/b", deep(41))]);
    }

    proptest! {
        #[test]
        fn every_candidate_is_smaller(text in r"\PC{0,20}", number: i32, items in prop::collection::vec(any::<u8>(), 0..5)) {
            for value in [Value::from(text), Value::from(number), Value::from(items.clone()), json!({"a": items, "b": number})] {
                for less in values(&value) {
                    prop_assert!(size_weight(&less) < size_weight(&value), "{less} is not smaller than {value}");
                }
            }
        }
    }
}
