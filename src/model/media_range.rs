//! Whether a media type is JSON or XML, and whether a declared media type or range covers it.

use super::contract::{JSON_API, MediaType};

/// A media type or range without its parameters (RFC 9110, section 8.3.1).
pub fn essence(name: &str) -> &str {
    name.split(';').next().unwrap_or_default().trim()
}

/// Whether a declared media type or range covers one that came; parameters do not count (RFC 9110, section 8.3.1, and
/// the Media Type Object of OpenAPI, which allows ranges).
pub fn matches(declared: &str, came: &str) -> bool {
    let declared = essence(declared).to_ascii_lowercase();
    match declared.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => came.split('/').next() == Some(family),
        None => declared == came,
    }
}

/// Whether bodies of this media type are JSON (RFC 6839, section 3.1, for the suffix).
pub fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether bodies of this media type are XML (RFC 7303).
pub fn is_xml(name: &str) -> bool {
    let essence = essence(name);
    matches!(essence, "application/xml" | "text/xml") || essence.ends_with("+xml")
}

/// Whether this is the media type of JSON:API.
pub fn is_json_api(media: &MediaType) -> bool {
    matches(&media.name, JSON_API) && is_json(&media.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_end_in_xml_are_xml() {
        assert!(is_xml("text/xml; charset=utf-8") && is_xml("application/atom+xml") && !is_xml("application/json") && !is_xml("text/xmlish"));
    }
}
