//! `constant`: a value that was the same in every answer is another one.

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: NAME, see };

/// The name of the kind.
pub(super) const NAME: &str = "constant";

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    // What refusals say is a matter of its own.
    let (old, new) = place.values().filter(|_| !place.answers.refuses())?;
    let is_leaf = !(old.is_object() || old.is_array() || new.is_object() || new.is_array());
    if !is_leaf || place.is_alike() || place.is_sent_by_both() || place.is_state() {
        return None;
    }
    let reason = format!("`{}` has another value, and none that the run or the moment explains", place.name);
    Some(Sighting::new(ChangeClass::Risky, place.scoped(), reason).between(place.before(), place.value_after()))
}
