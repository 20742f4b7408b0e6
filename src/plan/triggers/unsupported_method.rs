//! Trigger: the path is asked with a method that it does not document.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::{Method, Operation};
use crate::model::path::parameter_of;
use crate::model::plan::{Body, Place};
use crate::model::trigger_name::TriggerName;

/// In the order in which they are tried: a method that replaces is the least likely to be supported without being
/// documented. Which of them may be sent to what the run has not made is up to the plan.
const METHODS: [&str; 4] = ["PUT", "PATCH", "POST", "DELETE"];

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNSUPPORTED_METHOD,
    about: "the method is one that the path does not have",
    needs: "method that the path does not have",
    source: "RFC 9110, section 15.5.6",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let on_path: Vec<&Operation> =
        trigger_context.contract.operations.iter().filter(|other| may_match(&other.path, &trigger_context.operation.path)).collect();
    let free = METHODS.iter().filter(|method| on_path.iter().all(|operation| operation.method.as_str() != **method));
    free.map(|method| {
        let mut request = trigger_context.base.request.clone();
        request.method = Method::new(*method);
        request.body = Body::Empty;
        request.headers.retain(|(name, _)| name != "content-type");
        request.fillings.retain(|binding| !matches!(binding.place, Place::Body(_)));
        Mutation::fault(request, Place::Method, format!("the method is {method}"))
    })
    .collect()
}

/// Whether a template matches requests that are made from another one: each of its segments is the same, or takes anything.
fn may_match(template: &str, other: &str) -> bool {
    let (mut template, mut other) = (template.trim_end_matches('/').split('/'), other.trim_end_matches('/').split('/'));
    loop {
        match (template.next(), other.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right || left.contains('{') => {}
            _ => return false,
        }
    }
}

/// Whether two path templates match the same requests (OpenAPI, Paths Object: templates that differ only in the names
/// of their parameters are one route).
pub fn same_route(one: &str, other: &str) -> bool {
    let is_parameter = |segment: &str| parameter_of(segment).is_some();
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right || (is_parameter(left) && is_parameter(right)) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_may_match_what_is_made_from_another() {
        for (template, other) in
            [("/books/{id}", "/books/{key}"), ("/{kind}/all", "/books/all"), ("/books/{id}/", "/books/best"), ("/a/x{id}", "/a/x1")]
        {
            assert!(may_match(template, other), "{template} {other}");
        }
        for (template, other) in [("/books/best", "/books/{id}"), ("/books", "/books/{id}"), ("/books/{id}", "/books"), ("/a/b", "/a/c")] {
            assert!(!may_match(template, other), "{template} {other}");
        }
    }
}
