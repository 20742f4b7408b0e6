//! Trigger: the body, in JSON or in XML, is cut off before its end.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Body, Place, XmlBody};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MALFORMED_JSON,
    about: "the body, in JSON or in XML, is cut off before its end",
    needs: "body in JSON or in XML",
    source: "RFC 9110, section 15.5.1; RFC 8259, section 2; XML 1.0, section 2.1",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let mut request = trigger_context.base.request.clone();
    let (cut, language) = match request.body {
        Body::Json(value) => (Body::CutJson(value), "JSON"),
        Body::Xml(body) => (Body::Xml(XmlBody { is_cut: true, ..body }), "XML"),
        _ => return Vec::new(),
    };
    request.body = cut;
    vec![Mutation::fault(request, Place::Body(String::new()), format!("the {language} body is cut off before its end"))]
}
