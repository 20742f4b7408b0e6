//! Trigger: a header that the security requirement asks for is left out.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::SecurityScheme;
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MISSING_HEADER,
    about: "a required header beside the credentials is left out",
    needs: "security requirement without exceptions",
    source: "OpenAPI, Security Requirement Object: all schemes of a requirement must be satisfied",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let Some(requirement) = trigger_context.operation.security.first().filter(|requirement| requirement.len() > 1) else { return Vec::new() };
    let headers = requirement.iter().filter_map(|scheme| match trigger_context.contract.security_schemes.get(scheme) {
        Some(SecurityScheme::Header(name)) => Some((scheme, name)),
        _ => None,
    });
    headers
        .map(|(scheme, name)| {
            let mut request = trigger_context.base.request.clone();
            request.credentials = Credentials::Without(scheme.clone());
            Mutation::fault(request, Place::Header(name.clone()), format!("the header {name} is left out"))
        })
        .collect()
}
