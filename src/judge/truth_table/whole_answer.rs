//! Decides whether an answer with the right status shows it, given what is known of its header fields and body.

use super::Ruling;
use crate::model::reason::NotJudged;

/// What is known of the header fields and the body of an answer. The first row that fits decides.
///
/// | what is known                                   | ruling       |
/// |-------------------------------------------------|--------------|
/// | the declared body was not read                  | inconclusive |
/// | a rule is broken                                | shows, and the finding breaks the cell |
/// | it is not as `default` says                     | inconclusive |
/// | it is not as it is inferred to look             | unreached    |
/// | a part was not judged, and no suite accepts it  | inconclusive |
/// |                                                 | shows        |
#[derive(Debug, Clone, Default)]
pub struct BodyFacts {
    /// Why the declared body was not read.
    pub unread: Option<NotJudged>,
    /// Whether a rule is broken that must hold.
    pub broken: bool,
    /// How it differs from what `default` says, where nothing else documents the status.
    pub unlike_default: Option<NotJudged>,
    /// How it differs from what is only inferred.
    pub unlike_inferred: Option<NotJudged>,
    /// The first part that was not judged, and that the suite does not accept.
    pub unjudged: Option<NotJudged>,
}

/// Rules on an answer whose status is allowed.
pub fn rule_on_body(body: &BodyFacts) -> Ruling {
    if let Some(reason) = &body.unread {
        return Ruling::Inconclusive(reason.clone().into());
    }
    if body.broken {
        return Ruling::Shows;
    }
    if let Some(reason) = &body.unlike_default {
        return Ruling::Inconclusive(reason.clone().into());
    }
    if let Some(reason) = &body.unlike_inferred {
        return Ruling::Unreached(reason.clone().into());
    }
    body.unjudged.as_ref().map_or(Ruling::Shows, |reason| Ruling::Inconclusive(reason.clone().into()))
}
