//! `type`: a value is of another type, or of a second one beside the old.

use serde_json::Value;

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: "type", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (old, new) = (place.old.types(), place.new.types());
    let (was, is) = if !old.is_empty() && new.iter().any(|name| !old.contains(name)) {
        (old.join(" or "), new.join(" or "))
    } else if is_broken_up(place) {
        ("whole number".to_owned(), "fraction".to_owned())
    } else {
        return None;
    };
    // An item is called like its list.
    let name = if place.name == "*" { place.at.trim_end_matches("/*").rsplit('/').next().unwrap_or_default() } else { place.name };
    let reason = format!("`{name}` is {is}, and was {was}");
    Some(Sighting::new(ChangeClass::Breaking, format!("{name} {was} -> {is}"), reason).between(place.before(), place.value_after()))
}

/// Whether a number was whole, by the contract or as far as one value tells, and is not.
fn is_broken_up(place: &PlacePair<'_, '_>) -> bool {
    let whole = |value: &Value| value.is_i64() || value.is_u64();
    let broken = |value: &Value| value.as_f64().is_some_and(|number| number.fract() != 0.0);
    let promised = || place.own_schemas().iter().any(|(_, schema)| schema.get("type").is_some_and(|name| name == "integer"));
    place.old.all(whole) && place.new.values.iter().any(|value| value.is_f64() && broken(value)) && (place.values().is_some() || promised())
}
