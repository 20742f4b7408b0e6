//! `default-shown`: an optional member that the contract knows is there now and was never.

use super::{PlaceKind, family};
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: NAME, see };

/// The name of the kind.
pub(in crate::judge::changes) const NAME: &str = "default-shown";

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    if !(place.old.is_never() && place.new.is_always() && place.is_documented() && place.has_enough_samples()) {
        return None;
    }
    let reason = format!("`{}` is there, and was never: the contract knows it", place.name);
    Some(Sighting::new(ChangeClass::Risky, format!("{}{}", family(place), place.name), reason).between(None, place.value_after()))
}
