//! Reads keys of `paths` that carry a query or a fragment, for which OpenAPI has no place.

/// A key of `paths`, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PathKey {
    /// As it is written.
    pub key: String,
    /// The path template: what a request is sent to.
    pub path: String,
    /// Pairs of a query, each with the text after `=`.
    pub query: Vec<(String, String)>,
    /// Names of an expression such as `{?limit,offset}` (RFC 6570, section 3.2.8): parameters of the query.
    pub names: Vec<String>,
    /// Whether there was a fragment, which is never sent (RFC 9110, section 7.1).
    pub fragment: bool,
}

impl PathKey {
    /// Takes a key apart.
    pub(super) fn read(key: &str) -> Self {
        let mut found = Self { key: key.to_owned(), ..Self::default() };
        let mut rest = found.without_expressions(key);
        if let Some((before, _)) = rest.split_once('#') {
            found.fragment = true;
            rest = String::from(before);
        }
        if let Some((before, query)) = rest.split_once('?') {
            let pairs = query.split('&').filter(|pair| !pair.is_empty());
            found.query =
                pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            rest = String::from(before);
        }
        found.path = if rest.starts_with('/') { rest } else { format!("/{rest}") };
        found
    }

    /// The key without expressions of the query; `{+name}` is a name like any other.
    fn without_expressions(&mut self, key: &str) -> String {
        let mut kept = String::new();
        let mut rest = key;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((expression, behind)) = after.split_once('}') else { break };
            kept.push_str(before);
            if let Some(names) = expression.strip_prefix(['?', '&']) {
                self.names.extend(names.split(',').map(|name| name.trim_end_matches('*').to_owned()));
            } else {
                kept.extend(["{", expression.trim_start_matches('+'), "}"]);
            }
            rest = behind;
        }
        kept + rest
    }

    /// The names in the path, of which a segment may hold several (`{kind}:{number}`; OpenAPI, Path Templating).
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        names(&self.path)
    }

    /// What is wrong with the key, and what it means.
    pub(super) fn issue(&self) -> Option<(String, &'static str)> {
        let key = &self.key;
        if self.fragment {
            return Some((format!("the path {key} has a fragment, which is never sent"), "requests go to the path before it"));
        }
        if !self.query.is_empty() {
            return Some((format!("the path {key} has a query, which OpenAPI has parameters for"), "it is sent as parameters of the query"));
        }
        if !self.names.is_empty() {
            return Some((format!("the path {key} has an expression for the query, which OpenAPI has parameters for"), "it is no part of the path"));
        }
        (!key.starts_with('/')).then(|| (format!("the path {key} does not begin with a slash"), "requests go to it with one"))
    }
}

/// The names in a template.
pub(super) fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).filter(|name| !name.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_path_query_and_fragment() {
        let read = |key: &str| {
            let key = PathKey::read(key);
            let query: Vec<String> = key.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {} {} {}", key.path, query.join("&"), key.names.join(","), key.fragment)
        };
        assert_eq!(read("/a/{b}"), "/a/{b}   false");
        assert_eq!(read("/a?term={term}&x=1"), "/a term={term}&x=1  false");
        assert_eq!(read("/a/{id}#shared"), "/a/{id}   true");
        assert_eq!(read("/#X-Target=Service.Do?x"), "/   true");
        assert_eq!(read("/a{?limit,offset*}"), "/a  limit,offset false");
        assert_eq!(read("a/{+rest}"), "/a/{rest}   false");
    }

    #[test]
    fn only_what_is_odd_is_an_issue() {
        let odd = |key: &str| PathKey::read(key).issue().is_some();
        assert!(!odd("/a/{b}.{c}") && odd("/a?b=1") && odd("/a#b") && odd("/a{?b}") && odd("a"));
    }
}
