//! The body says it is of another media type.

use super::{Ground, Trigger, Variation};
use crate::domain::plan::{Body, Place};

pub(super) const TRIGGER: Trigger =
    Trigger { name: "wrong-content-type", about: "the body says it is text/plain", needs: "body", source: "RFC 9110, section 15.5.16", vary };

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let Some(media) = ground.media() else { return Vec::new() };
    let wrong = ["text/plain", "application/xml"].into_iter().find(|wrong| *wrong != media.name).unwrap_or("application/xml");
    let mut request = ground.base.request.clone();
    request.headers.retain(|(name, _)| name != "content-type");
    request.headers.push(("content-type".to_owned(), wrong.to_owned()));
    // A multipart body brings its own Content-Type, so its content is sent as plain text instead.
    if let Body::Multipart(parts) = &request.body {
        request.body = Body::Text(parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("\n"));
    }
    vec![Variation::fault(request, Place::Header("Content-Type".to_owned()), format!("Content-Type is {wrong}"))]
}
