//! `member-missing`: a member that was always there is gone.

use super::{PlaceKind, family};
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: NAME, see };

/// The name of the kind.
pub(in crate::judge::changes) const NAME: &str = "member-missing";

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    if !(place.old.is_always() && place.new.is_never() && place.has_enough_samples()) {
        return None;
    }
    let name = place.name;
    let (class, why) = match () {
        () if place.new.holders < place.old.holders => (ChangeClass::Unclear, "too few items are there to tell"),
        () if place.is_required() => (ChangeClass::Breaking, "the contract requires it"),
        () => (ChangeClass::Risky, "it is not promised, but was there"),
    };
    let reason = format!("`{name}` is gone: {why}");
    Some(Sighting::new(class, format!("{}{name}", family(place)), reason).between(place.before(), None))
}
