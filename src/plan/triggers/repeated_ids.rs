//! Finds every place of a request that names the same resource, so that a wrong id is wrong in all of them.

use serde_json::Value;

use super::{Mutation, TriggerContext};
use crate::model::plan::Place;
use crate::model::text::unquoted_text;
use crate::plan::values::NeededResource;

/// The same id, written as a number or as text.
pub fn same_id(one: &Value, other: &Value) -> bool {
    unquoted_text(one) == unquoted_text(other)
}

/// Writes an id at every place of the body that names the same resource as one place of the valid request does.
pub fn repeat(trigger_context: &TriggerContext<'_>, own: &NeededResource, id: &Value, mutation: &mut Mutation) {
    let Some(body) = mutation.request.body.value_mut() else { return };
    let again = |need: &&NeededResource| need.place != own.place && need.resource.kind == own.resource.kind && same_id(&need.example, &own.example);
    for need in trigger_context.base.needs.iter().filter(again) {
        let Place::Body(at) = &need.place else { continue };
        if let Some(place) = body.pointer_mut(at) {
            *place = written_like(place, id);
            mutation.request.fillings.retain(|binding| binding.place != need.place);
        }
    }
}

/// Writes an id at every place of the body that is filled with the same thing as one place of the valid request.
pub fn repeat_filled(trigger_context: &TriggerContext<'_>, own: &Place, id: &Value, mutation: &mut Mutation) {
    let fillings = &trigger_context.base.request.fillings;
    let Some(slot) = fillings.iter().find(|binding| binding.place == *own).map(|binding| &binding.slot) else { return };
    let Some(body) = mutation.request.body.value_mut() else { return };
    for binding in fillings.iter().filter(|binding| binding.slot == *slot) {
        let Place::Body(at) = &binding.place else { continue };
        if let Some(place) = body.pointer_mut(at) {
            *place = written_like(place, id);
            mutation.request.fillings.retain(|known| known.place != binding.place);
        }
    }
}

/// An id as the value before it was written: a number stays a number.
fn written_like(before: &Value, id: &Value) -> Value {
    if before.is_number() {
        return unquoted_text(id).parse::<i64>().map_or_else(|_| id.clone(), Value::from);
    }
    Value::String(unquoted_text(id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_the_same_however_it_is_written() {
        assert!(same_id(&json!(60), &json!("60")) && !same_id(&json!(60), &json!("6")));
        assert_eq!(written_like(&json!(60), &json!("7")), json!(7));
        assert_eq!(written_like(&json!("60"), &json!(7)), json!("7"));
    }
}
