//! Trigger: the request has a body and no Content-Type.

use super::{Ground, Trigger, Variation};
use crate::model::plan::Place;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-content-type",
    about: "Content-Type is left out",
    needs: "body with a Content-Type",
    source: "RFC 9110, sections 8.3 and 15.5.16",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let mut request = ground.base.request.clone();
    let before = request.headers.len();
    request.headers.retain(|(name, _)| name != "content-type");
    if request.headers.len() == before {
        return Vec::new();
    }
    vec![Variation::fault(request, Place::Header("Content-Type".to_owned()), "Content-Type is left out")]
}
