//! Detects bodies of a media type that the operation does not take, and bodies that cannot be parsed.

use super::{Noticed, RoutedRequest};
use crate::mock::request::{Payload, in_range};
use crate::model::contract::JSON_API;
use crate::model::trigger_name::TriggerName;

/// Parameters that media types define themselves: RFC 7578 (`boundary`), RFC 2046 (`charset` of text), JSON:API (`ext`,
/// `profile`).
fn is_known_parameter(essence: &str, name: &str) -> bool {
    match name {
        "boundary" => essence.starts_with("multipart/"),
        "charset" => essence.starts_with("text/") || essence == "application/x-www-form-urlencoded",
        "ext" | "profile" => essence == JSON_API,
        _ => false,
    }
}

/// Looks at `Content-Type` and at the text of the body.
pub(super) fn detect(routed: &RoutedRequest<'_>, noticed: &mut Vec<Noticed>) {
    let Some(taken) = routed.operation.request_body.as_ref().filter(|_| !routed.call.body.is_empty()) else { return };
    match routed.call.content_type() {
        None => noticed
            .push(Noticed::new(TriggerName::MISSING_CONTENT_TYPE, "The body does not say of which media type it is.").at_header("Content-Type")),
        Some(sent) => {
            if !taken.content.iter().any(|media| in_range(&media.name, &sent.essence)) {
                let names: Vec<&str> = taken.content.iter().map(|media| media.name.as_str()).collect();
                let detail = format!("{} is not taken here; send {}.", sent.essence, names.join(" or "));
                noticed.push(Noticed::new(TriggerName::WRONG_CONTENT_TYPE, detail).at_header("Content-Type"));
            }
            if let Some((name, _)) = sent.parameters.iter().find(|(name, _)| !is_known_parameter(&sent.essence, name)) {
                let detail = format!("{} has no parameter {name}.", sent.essence);
                noticed.push(Noticed::new(TriggerName::MEDIA_TYPE_PARAMETER, detail).at_header("Content-Type"));
            }
        }
    }
    if let Payload::Malformed(why) = &routed.payload {
        noticed.push(Noticed::new(TriggerName::MALFORMED_JSON, why.as_str()).at_pointer(""));
    }
}
