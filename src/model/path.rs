//! Path templates: their segments, and the parameters that these name (OpenAPI, Paths Object).

/// The segments of a template; a slash at its end makes no segment.
pub fn segments(template: &str) -> impl DoubleEndedIterator<Item = &str> {
    template.trim_matches('/').split('/')
}

/// The parameter that is the whole of a segment; `None` where the segment has a text of its own.
pub fn parameter_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The parameter that a template ends with, which names one item of a collection.
pub fn last_parameter(template: &str) -> Option<&str> {
    parameter_of(segments(template).next_back()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_ends_with_a_parameter_or_with_a_text() {
        assert_eq!(last_parameter("/things/{id}"), Some("id"));
        assert_eq!(last_parameter("/things/{id}/"), Some("id"));
        for template in ["/things", "/things/{id}/parts", "/things/{id}.json", "/", ""] {
            assert_eq!(last_parameter(template), None, "{template}");
        }
    }
}
