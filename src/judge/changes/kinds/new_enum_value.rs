//! `enum-new`: a value is none of those that the contract of the older run names.

use serde_json::Value;

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: "enum-new", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let schemas = place.own_schemas();
    let mut named: Vec<&Value> = schemas.iter().filter_map(|(_, schema)| schema.get("enum")?.as_array()).flatten().collect();
    named.extend(schemas.iter().filter_map(|(_, schema)| schema.get("const")));
    let other = |values: &[&Value]| values.iter().any(|value| !named.contains(value));
    if named.is_empty() || other(&place.old.values) || !other(&place.new.values) {
        return None;
    }
    let reason = format!("`{}` has a value that the contract does not name", place.name);
    Some(Sighting::new(ChangeClass::Breaking, place.scoped(), reason).between(place.before(), place.value_after()))
}
