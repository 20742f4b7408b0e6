//! Whether a media type is JSON, and whether a declared media type or range covers it.

use super::contract::{JSON_API, MediaType};

/// Whether a declared media type or range covers one that came; parameters do not count (RFC 9110, section 8.3.1, and
/// the Media Type Object of OpenAPI, which allows ranges).
pub fn matches(declared: &str, came: &str) -> bool {
    let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match declared.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => came.split('/').next() == Some(family),
        None => declared == came,
    }
}

/// Whether bodies of this media type are JSON (RFC 6839, section 3.1, for the suffix).
pub fn is_json(name: &str) -> bool {
    let essence = name.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether this is the media type of JSON:API.
pub fn is_json_api(media: &MediaType) -> bool {
    matches(&media.name, JSON_API) && is_json(&media.name)
}
