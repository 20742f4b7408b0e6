//! A selection of operations: by id, tag, path and method.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::json;
use wildmatch::WildMatch;

use super::contract::Operation;

/// Patterns by which operations are chosen; `*` stands for any text. Of several patterns of one sort any will do, of several
/// sorts each has to match. A sort without patterns chooses all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, schemars(title = "Selection of operations"))]
pub struct Filter {
    /// Ids of operations.
    #[cfg_attr(test, schemars(example = json!(["loans.*"])))]
    pub only: Vec<String>,
    /// Tags of operations.
    #[cfg_attr(test, schemars(example = json!(["Loans"])))]
    pub tags: Vec<String>,
    /// Path templates.
    #[cfg_attr(test, schemars(example = json!(["/loans*"])))]
    pub paths: Vec<String>,
    /// Methods.
    #[cfg_attr(test, schemars(example = json!(["GET"])))]
    pub methods: Vec<String>,
    /// Ids of operations that are left out and never called, not even to make what others need.
    #[cfg_attr(test, schemars(example = json!(["loans.remind"])))]
    pub exclude: Vec<String>,
}

impl Filter {
    /// Whether cells of an operation are wanted.
    pub fn selects(&self, operation: &Operation) -> bool {
        let tags: &[String] = if operation.tags.is_empty() { std::slice::from_ref(&operation.api) } else { &operation.tags };
        matches(&self.only, &operation.id)
            && (self.tags.is_empty() || tags.iter().any(|tag| matches(&self.tags, tag)))
            && matches(&self.paths, &operation.path)
            && (self.methods.is_empty() || self.methods.iter().any(|method| method.eq_ignore_ascii_case(operation.method.as_str())))
            && !self.excludes(&operation.id)
    }

    /// Whether an operation is left out and never called.
    pub fn excludes(&self, id: &str) -> bool {
        !self.exclude.is_empty() && matches(&self.exclude, id)
    }

    /// Whether it chooses all.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The same with the patterns of another one for each sort that has none here.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let pick = |own: &[String], other: &[String]| if own.is_empty() { other.to_vec() } else { own.to_vec() };
        Self {
            only: pick(&self.only, &other.only),
            tags: pick(&self.tags, &other.tags),
            paths: pick(&self.paths, &other.paths),
            methods: pick(&self.methods, &other.methods),
            exclude: pick(&self.exclude, &other.exclude),
        }
    }

    /// Its patterns, as the flags of the command line.
    pub fn flags_text(&self) -> String {
        let sorts = [("only", &self.only), ("tag", &self.tags), ("path", &self.paths), ("method", &self.methods), ("exclude", &self.exclude)];
        let flags = sorts.iter().flat_map(|(flag, patterns)| patterns.iter().map(move |pattern| format!("--{flag} {pattern}")));
        flags.collect::<Vec<_>>().join(" ")
    }
}

fn matches(patterns: &[String], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| WildMatch::new(pattern).matches(text))
}
