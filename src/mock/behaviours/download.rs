//! Returns what was uploaded.

use serde_json::Value;

use super::{AcceptedRequest, BehaviourOutcome, example};
use crate::contract::schema::follow_references;
use crate::mock::operation_profile::OperationProfile;
use crate::mock::request::is_json;
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::model::contract::Operation;
use crate::model::media_range::is_xml;

/// Whatever is read below a resource and is neither JSON nor XML that a schema describes.
pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    let mut content = operation.successes().flat_map(|response| &response.content).peekable();
    operation.method.is_get()
        && !profile.tail.is_empty()
        && content.peek().is_some()
        && !content.any(|media| is_json(&media.name) || (is_xml(&media.name) && media.schema.is_some()))
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let content = turn.routed.owner().and_then(|(kind, id)| turn.state.store.get(kind, id)?.content.clone());
    content.map_or_else(|| example::perform(turn), |content| BehaviourOutcome::of(Value::String(content)))
}

/// The file in a multipart body: the part that its schema calls binary (OpenAPI 3.1, Special Considerations for
/// multipart Content; `format: binary` in OpenAPI 3.0).
pub(super) fn uploaded(routed: &RoutedRequest<'_>) -> Option<String> {
    let media = routed.media.filter(|media| media.name.starts_with("multipart/"))?;
    let document = &routed.core.contract.document;
    let (at, _) = follow_references(document, &media.schema.as_ref()?.0)?;
    let parts = routed.body()?.as_object()?.iter();
    let is_file = |name: &str| {
        let part = follow_references(document, &crate::contract::append(&format!("{at}/properties"), name));
        part.is_some_and(|(_, schema)| schema.get("contentMediaType").is_some() || schema.get("format").is_some_and(|format| format == "binary"))
    };
    parts.into_iter().find(|(name, _)| is_file(name)).and_then(|(_, content)| content.as_str().map(str::to_owned))
}
