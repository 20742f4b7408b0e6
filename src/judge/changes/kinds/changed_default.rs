//! `default`: a member that the run did not send has another value in what the run made.

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::{PlacePair, ValueOwner};
use crate::model::change::ChangeClass;
use crate::model::text::unquoted_text;

pub(super) const KIND: PlaceKind = PlaceKind { name: "default", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (old, new) = place.values().filter(|_| place.whose == ValueOwner::Run)?;
    let is_leaf = !(old.is_object() || old.is_array() || new.is_object() || new.is_array());
    let sent = place.answers.runs.old_values.has_sent(&unquoted_text(old));
    if !is_leaf || sent || place.is_alike() || place.is_state() || old.is_null() {
        return None;
    }
    let reason = format!("`{}` has another value in what the run made and sent none for", place.name);
    Some(Sighting::new(ChangeClass::Breaking, place.scoped(), reason).between(place.before(), place.value_after()))
}
