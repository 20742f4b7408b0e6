//! What a faulty request might do to what the run has not made, were it taken after all.

use super::draft::Draft;
use crate::domain::plan::{Body, Place};
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
        if allowed || method.is_safe() || self.names_only_own(variation) {
            return None;
        }
        if takes_anything(variation) {
            return Some(format!(
                "a server that takes {method} without the ids might remove what the run has not made; --allow {BORROWED} allows it"
            ));
        }
        let might = other_method && method.0 != HARMLESS;
        might.then(|| format!("a server that takes {method} might change what the run has not made; --allow {BORROWED} allows it"))
    }

    /// Whether everything that the path names is made by the run.
    fn names_only_own(&self, variation: &Variation) -> bool {
        let request = &variation.request;
        let made = |name: &String| {
            let filling = request.fillings.iter().find(|filling| filling.place == Place::Path(name.clone()));
            filling.is_some_and(|filling| self.plan.is_made(&filling.slot))
        };
        !request.path_values.is_empty() && request.path_values.keys().all(made)
    }
}

/// Whether a removal has lost what says what is to be removed: a server that reads nothing into it might remove everything.
fn takes_anything(variation: &Variation) -> bool {
    let request = &variation.request;
    let names_some = request.fillings.iter().any(|filling| matches!(filling.place, Place::Body(_)));
    let in_body = variation.fault.as_ref().is_some_and(|fault| matches!(fault.place, Place::Body(_)));
    request.method.0 == "DELETE" && in_body && (!names_some || !matches!(request.body, Body::Json(_)))
}
