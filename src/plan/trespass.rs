//! What a method that no operation has would do, were it taken after all.

use super::draft::Draft;
use crate::domain::plan::{Origin, Place};
use crate::triggers::Variation;

/// The method that carries its whole effect in its body, so that without one it has none (RFC 5789, section 2).
const HARMLESS: &str = "PATCH";

/// The effect that allows it.
const BORROWED: &str = "borrowed";

impl Draft<'_> {
    /// Why a request with another method is not sent: on a server that takes it, it would reach what the run has not made.
    /// A DELETE to a list may take away everything in it, and a PUT without a body leave nothing in its place.
    pub(super) fn trespass(&self, variation: &Variation) -> Option<String> {
        let allowed = self.options.effects.as_ref().is_none_or(|effects| effects.contains(BORROWED));
        let other_method = variation.fault.as_ref().is_some_and(|fault| fault.place == Place::Method);
        let method = &variation.request.method;
        if allowed || !other_method || method.is_safe() || method.0 == HARMLESS || self.names_only_own(variation) {
            return None;
        }
        Some(format!("a server that takes {method} might change what the run has not made; --allow {BORROWED} allows it"))
    }

    /// Whether everything that the path names is made by the run.
    fn names_only_own(&self, variation: &Variation) -> bool {
        let request = &variation.request;
        let made = |name: &String| {
            let filling = request.fillings.iter().find(|filling| filling.place == Place::Path(name.clone()));
            let slot = filling.and_then(|filling| self.plan.slots.get(&filling.slot));
            slot.is_some_and(|slot| matches!(slot.origin, Origin::Created(_)))
        };
        !request.path_values.is_empty() && request.path_values.keys().all(made)
    }
}
