//! `error-code`: the code by which programs tell refusals apart is another one, or gone.

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: "error-code", see };

/// Members that hold it (JSON:API, section 11; RFC 9457, section 3.1.1; RFC 6749, section 5.2).
const CODES: &[&str] = &["code", "error", "errorCode", "error_code", "type"];

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let is_leaf = |value: &serde_json::Value| !value.is_object() && !value.is_array() && !value.is_null();
    if !place.answers.refuses() || !CODES.contains(&place.name) || !place.old.all(is_leaf) {
        return None;
    }
    let name = place.name;
    let (key, reason) = if place.new.is_never() {
        (format!("{name} gone"), format!("`{name}` of refusals is gone: programs tell them apart by it"))
    } else if place.new.all(is_leaf) && place.values().is_some() && !place.is_alike() {
        (name.to_owned(), format!("`{name}` of refusals is another one: programs tell them apart by it"))
    } else {
        return None;
    };
    Some(Sighting::new(ChangeClass::Breaking, key, reason).between(place.before(), place.value_after()))
}
