//! `member-null`: a member that always had a value is null.

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::judge::changes::value_forms::type_of;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: "member-null", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let had = place.old.is_always() && place.old.all(|value| type_of(value) != "null");
    if !(had && place.new.is_always() && place.new.is_null()) || place.name.is_empty() {
        return None;
    }
    let reason = format!("`{}` is null, and always had a value", place.name);
    let key = format!("{}{}", super::family(place), place.name);
    Some(Sighting::new(ChangeClass::Breaking, key, reason).between(place.before(), place.value_after()))
}
