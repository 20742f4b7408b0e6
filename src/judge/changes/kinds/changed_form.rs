//! `form`: a text that programs read is written in another form.

use serde_json::Value;

use super::PlaceKind;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::judge::changes::value_forms::TextForm;
use crate::model::change::ChangeClass;
use crate::model::text::without_separators;

pub(super) const KIND: PlaceKind = PlaceKind { name: "form", see };

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    see_form(place).or_else(|| see_spelling(place))
}

/// The same word in other capitals or with other separators.
fn see_spelling(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (Value::String(old), Value::String(new)) = place.values().filter(|_| !place.answers.refuses())? else { return None };
    if without_separators(old) != without_separators(new) || without_separators(old).is_empty() || place.is_alike() {
        return None;
    }
    let reason = format!("`{}` is spelled in another way", place.name);
    Some(Sighting::new(class(place), format!("{} spelled", place.name), reason).between(place.before(), place.value_after()))
}

fn class(place: &PlacePair<'_, '_>) -> ChangeClass {
    if place.answers.is_strict() { ChangeClass::Breaking } else { ChangeClass::Risky }
}

fn see_form(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (old, new) = (place.old.form()?, place.new.form()?);
    // Anything may be a word of digits by chance, so digits tell only where another known form takes their place.
    let known = |form| !matches!(form, TextForm::Digits | TextForm::Hex | TextForm::Free);
    let told = known(old) || (matches!(old, TextForm::Digits | TextForm::Hex) && known(new));
    if old == new || !told || place.answers.refuses() {
        return None;
    }
    let (was, is) = (old.as_str(), new.as_str());
    let reason = format!("{is} is written where {was} was");
    Some(Sighting::new(class(place), format!("{was} -> {is}"), reason).between(place.before(), place.value_after()))
}
