//! The clause that a rule comes from, and how binding it is outside JSON:API.

use super::event::HistoryEvent;
use crate::model::contract::JSON_API;
use crate::model::verdict::Severity;

/// The document and section that a rule comes from.
#[derive(Debug, Clone, Copy)]
pub enum Citation {
    /// It holds for every document.
    Any(&'static str),
    /// The first holds for every document; where it is JSON:API, the second says so as well.
    Also(&'static str, &'static str),
    /// Only JSON:API says so. For other documents it is what their form leads one to expect, which binds no server.
    JsonApi {
        /// Where JSON:API says so.
        section: &'static str,
        /// What leads one to expect it of other documents.
        otherwise: &'static str,
    },
}

impl Citation {
    /// The words for a report.
    pub(super) fn section_text(self, json_api: bool) -> String {
        match self {
            Self::Also(any, section) if json_api => format!("{any}; {section}"),
            Self::JsonApi { section, .. } if json_api => section.to_owned(),
            Self::Any(any) | Self::Also(any, _) | Self::JsonApi { otherwise: any, .. } => any.to_owned(),
        }
    }

    /// How binding a rule is at most.
    pub(super) fn severity(self, severity: Severity, json_api: bool) -> Severity {
        if matches!(self, Self::JsonApi { .. }) && !json_api { Severity::Should } else { severity }
    }
}

/// Whether a request is about JSON:API: its answer says so, or the contract does.
pub(super) fn is_json_api(event: &HistoryEvent<'_>) -> bool {
    let came = event.answer.and_then(crate::model::exchange::Answer::media_type);
    let mut declared = event.operation.responses.iter().flat_map(|response| &response.content);
    came.as_deref() == Some(JSON_API) || declared.any(|media| media.name.starts_with(JSON_API))
}
