//! Turns the text of an OpenAPI document into a [`crate::model::contract::Contract`], without reading any file.

pub mod annotations;
#[cfg(test)]
mod any_schema_excerpts;
mod applied_schemas;
mod bundle;
mod conditions;
mod contradictions;
mod derived_accounts;
mod document_walk;
mod dynamic_anchors;
pub mod expressions;
mod inferred;
mod json_api_rules;
mod keywords;
mod links;
mod malformed_keywords;
mod member_search;
mod operations;
mod overlapping_branches;
mod own_requests;
mod own_security;
pub mod paging;
mod parameters;
mod path_keys;
mod pointer;
mod private_resources;
mod reference_graph;
mod request_and_answer_schemas;
mod resource_identifiers;
mod resource_kinds;
mod responses;
mod same_routes;
pub mod samples;
pub mod schema;
mod schema_excerpt;
mod security;
mod shared_responses;
mod status_ranges;
mod swagger;
mod unjudged_schemas;
mod unusable;
mod upgrade;
mod validate;
mod validation_result;
mod value_parts;
mod version;
mod xml;
mod xml_answer;
mod xml_document;
mod xml_scalar;
mod xml_value;

pub use samples::sample;

pub use bundle::{Bundle, bundle, bundle_files, file_references};
pub use conditions::defaults as usual;
pub use derived_accounts::accounts_for;
pub use inferred::asks_by_name;
pub use links::makes;
pub use member_search::{has_member_named_like, structured_form, wrapped_members};
pub use operations::read;
pub use own_requests::use_own_requests;
pub use own_security::use_own_security;
pub use pointer::{append, escape, get_mut, is_within, remove, replace_or_add, unescape};
pub use private_resources::use_private;
pub use request_and_answer_schemas::{is_marked, read_only};
pub use shared_responses::spread_general_responses;
pub use status_ranges::code_for_range;
pub use unjudged_schemas::{UNREAD, UNREAD_SCHEMA};
pub use upgrade::write_as_integer;
pub use validate::Schemas;
pub use validation_result::{SchemaViolation, Unjudged, ValidationResult};
pub use xml::xml;
pub use xml_answer::read_xml;
pub use xml_document::{UnreadXml, malformed_xml};
pub use xml_value::{xml_parts, xml_value};

use thiserror::Error;

/// Something in a contract that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct ContractError {
    /// File and JSON Pointer.
    pub place: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl ContractError {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}
