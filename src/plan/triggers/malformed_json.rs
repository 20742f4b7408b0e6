//! Trigger: the JSON body is cut off before its end.

use super::{Ground, Trigger, Variation};
use crate::model::plan::{Body, Place};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "malformed-json",
    about: "the JSON body is cut off before its end",
    needs: "JSON body",
    source: "RFC 9110, section 15.5.1; RFC 8259, section 2",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let Some(body) = ground.json() else { return Vec::new() };
    let mut request = ground.base.request.clone();
    request.body = Body::CutJson(body.clone());
    vec![Variation::fault(request, Place::Body(String::new()), "the JSON body is cut off before its end")]
}
