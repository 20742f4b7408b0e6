//! What is said of a value that was held against a schema.

/// One rule of a schema that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON Pointer into the value.
    pub at: String,
    /// The keyword that is broken, for example `required`.
    pub keyword: String,
    /// Where the rule stands in the contract's document, as a path of keywords; behind a reference it starts at the top of
    /// the document.
    pub rule: String,
    /// What is wrong, in words that do not repeat the value.
    pub message: String,
}

/// A part of a schema that a value was not held against.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unjudged {
    /// JSON Pointer of the keyword in the contract's document, as a URI fragment (`#/components/…`).
    pub place: String,
    /// Why no rule can be made of it.
    pub reason: String,
    /// Why the suite accepts that; `None` where it does not.
    pub accepted: Option<String>,
}

/// What is said of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationResult {
    /// The rules that it breaks for certain.
    pub breaches: Vec<SchemaViolation>,
    /// How many more it breaks.
    pub more: usize,
    /// What may be broken as well, and was not judged.
    pub unjudged: Vec<Unjudged>,
}
