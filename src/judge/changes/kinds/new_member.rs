//! `member-new`: a member that was never there and that the contract does not know.

use super::{PlaceKind, family};
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: NAME, see };

/// The name of the kind.
pub(in crate::judge::changes) const NAME: &str = "member-new";

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    if !(place.old.is_never() && !place.new.values.is_empty() && place.has_enough_samples()) || place.is_documented() {
        return None;
    }
    let (class, why) = match () {
        () if place.is_closed() => (ChangeClass::Breaking, "the contract closes the object to others"),
        () if place.answers.is_strict() => (ChangeClass::Risky, "clients with closed types refuse it"),
        () => (ChangeClass::Harmless, "clients ignore members that they do not know"),
    };
    let reason = format!("`{}` is new: {why}", place.name);
    Some(Sighting::new(class, format!("{}{}", family(place), place.name), reason).between(None, place.value_after()))
}
