//! `number-range`: a number needs more room than any before, or is written in another way.

use serde_json::Value;

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;
use crate::model::text::unquoted_text;

pub(super) const KIND: PlaceKind = PlaceKind { name: "number-range", see };

/// The bounds that programs keep to: 32 bits with a sign, and what a number of JSON holds exactly (RFC 8259, section 6).
const BOUNDS: [(f64, &str); 2] = [(9_007_199_254_740_992.0, "2^53"), (2_147_483_648.0, "2^31")];

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    // Of others only ids tell: their other values may be anything.
    let is_id = place.name == "id" || place.name.ends_with("_id") || place.name.ends_with("Id");
    if !is_id && place.values().is_none() {
        return None;
    }
    let (old, new) = (largest(&place.old.values)?, largest(&place.new.values)?);
    let (key, what) = match BOUNDS.iter().find(|(bound, _)| old < *bound && new >= *bound) {
        Some((_, bound)) => (format!("beyond {bound}"), format!("numbers are beyond {bound} for the first time")),
        None if is_respelled(place) => ("written".to_owned(), "the same number is written in another way".to_owned()),
        None => return None,
    };
    let name = if is_id { "id" } else { place.name };
    Some(Sighting::new(ChangeClass::Risky, format!("{name} {key}"), what).between(place.before(), place.value_after()))
}

/// The largest of these numbers, or of texts of digits; none where one is something else.
fn largest(values: &[&Value]) -> Option<f64> {
    let numbers = values.iter().map(|value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    });
    numbers.collect::<Option<Vec<f64>>>()?.into_iter().map(f64::abs).reduce(f64::max)
}

/// Whether one value is the same number and written with other signs, as 1 and 1.0.
fn is_respelled(place: &PlacePair<'_, '_>) -> bool {
    let Some((Value::Number(old), Value::Number(new))) = place.values() else { return false };
    let same = old.as_f64().zip(new.as_f64()).is_some_and(|(old, new)| (old - new).abs() < f64::EPSILON);
    same && unquoted_text(&Value::Number(old.clone())) != unquoted_text(&Value::Number(new.clone()))
}
