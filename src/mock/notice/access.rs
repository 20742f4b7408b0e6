//! Detects requests without valid credentials or permission.

use super::{Noticed, RoutedRequest};
use crate::mock::accounts::Caller;
use crate::mock::variants::BehaviourChoice;
use crate::model::contract::{Location, SecurityScheme};
use crate::model::trigger_name::TriggerName;

/// What is wrong with the credentials of a call.
pub(crate) fn access(routed: &RoutedRequest<'_>, caller: &Caller) -> Vec<Noticed> {
    let field = |scheme: &str| match routed.core.contract.security_schemes.get(scheme) {
        Some(SecurityScheme::Header(name)) => name.clone(),
        Some(SecurityScheme::Cookie(_)) => "Cookie".to_owned(),
        _ => "Authorization".to_owned(),
    };
    let mut noticed = Vec::new();
    match caller {
        // What it may not see is looked for among what there is.
        Caller::Full | Caller::Other => {}
        Caller::Limited => noticed.push(Noticed::new(TriggerName::LIMITED_CREDENTIALS, "This account has no permission for the operation.")),
        Caller::Anonymous => {
            noticed
                .push(Noticed::new(TriggerName::NO_CREDENTIALS, "The request carries no credentials.").at_header("Authorization").with_status(401));
        }
        Caller::Incomplete(scheme) => {
            let missing = format!("The credential {scheme} is missing.");
            noticed
                .push(Noticed::new(TriggerName::MISSING_HEADER, missing).or(TriggerName::NO_CREDENTIALS).at_header(&field(scheme)).with_status(401));
        }
        Caller::Wrong(scheme) => {
            let wrong = format!("The credential {scheme} is not known.");
            noticed.push(Noticed::new(TriggerName::WRONG_SECRET, wrong).or(TriggerName::NO_CREDENTIALS).at_header(&field(scheme)).with_status(401));
        }
    }
    let required = routed.operation.parameters.iter().filter(|parameter| parameter.required && parameter.location == Location::Header);
    for parameter in required.filter(|parameter| routed.call.header(&parameter.name).is_none()) {
        noticed.push(Noticed::new(TriggerName::MISSING_HEADER, format!("The header {} is missing.", parameter.name)).at_header(&parameter.name));
    }
    noticed.extend(feature(routed));
    noticed
}

/// What is wrong with an operation of an API that this server does not have.
fn feature(routed: &RoutedRequest<'_>) -> Option<Noticed> {
    if !routed.operation.optional {
        return None;
    }
    if routed.core.variants.has(BehaviourChoice::FeaturesHidden) {
        return Some(Noticed::new(super::NO_FEATURE, "There is nothing here.").with_status(404));
    }
    let refused = routed.core.variants.has(BehaviourChoice::FeaturesRefused);
    refused.then(|| Noticed::new(super::NO_FEATURE, format!("{} is not enabled for this account.", routed.operation.api)).with_status(403))
}
