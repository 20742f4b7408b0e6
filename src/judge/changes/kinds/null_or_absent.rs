//! `null-absent`: a member without a value is left out, and was null; or the other way round.

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;

pub(super) const KIND: PlaceKind = PlaceKind { name: "null-absent", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (was, is) = match (&place.old, &place.new) {
        (old, new) if old.is_null() && new.is_never() => ("null", "left out"),
        (old, new) if old.is_never() && new.is_null() => ("left out", "null"),
        _ => return None,
    };
    let reason = format!("members without a value are {is}, and were {was}: some clients tell the two apart");
    Some(Sighting::new(ChangeClass::Risky, format!("{was} -> {is}"), reason).between(place.before(), place.value_after()))
}
