//! The form of a case file: a contract, a canned server, and what a run against it has to say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use probity::model::verdict::{Severity, Verdict};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A false alarm or a missed fault, as a situation that is run again with every test.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// One sentence: what went wrong, or would, if this case failed.
    pub why: String,
    /// The `OpenAPI` document.
    pub contract: Map<String, Value>,
    /// What the server holds before the run, by address (`/notes/1`).
    #[serde(default)]
    pub things: BTreeMap<String, Value>,
    /// What the server does: the first rule that applies gives the answer. Where none applies it is 404 without a body.
    pub rules: Vec<Rule>,
    /// The arguments of `probity run`, but for `--target`, `--contract`, `--state` and `--credentials`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// The variables of the file for `--credentials`.
    #[serde(default)]
    pub credentials: BTreeMap<String, String>,
    /// What the run has to say.
    pub expect: Expected,
    /// The same situation with a difference, by what the difference is. At least one expects something else.
    pub variants: BTreeMap<String, Variant>,
}

/// What is different in a variant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Changes of the contract, as a JSON merge patch (RFC 7396): null takes a member out.
    #[serde(default)]
    pub contract: Map<String, Value>,
    /// What the server holds before the run, in place of `things` of the case.
    pub things: Option<BTreeMap<String, Value>>,
    /// Rules that go before those of the case.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The arguments, in place of `flags` of the case.
    pub flags: Option<Vec<String>>,
    /// What the run has to say; without it, the same as in the case.
    pub expect: Option<Expected>,
}

/// A rule of the server. In `given`, `then` and `answer`, texts may hold names: `$id` of a path with `{id}`, `$path`, `$body` and
/// its members (`$body.name`), `$new` (the next number, from 101), `$thing` and `$all` (the things one step below the path). A
/// text that is one name alone stands for its value, whatever its type.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Method and path. A part of the path in braces takes any one segment; `*` is any method.
    #[schemars(example = &"GET /notes/{id}")]
    pub request: Line,
    /// Parts of the request that have to be there and fit these JSON Schemas. Header fields and pairs of the query are objects, with
    /// the names of fields in lower case; `text` is the body as it came and `target` is path and query.
    #[serde(default)]
    pub when: BTreeMap<Part, Value>,
    /// The address of a thing that has to be there. It becomes `$thing`.
    #[schemars(example = &"$path")]
    pub given: Option<String>,
    /// What becomes of the things.
    pub then: Option<Change>,
    /// The answer.
    pub answer: Answer,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The body, where it is JSON.
    Body,
    /// The header fields.
    Headers,
    /// The query.
    Query,
    /// Path and query.
    Target,
    /// The body as it came.
    Text,
}

/// A change of what the server holds.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Change {
    /// The body of the request becomes a thing.
    Add(Written),
    /// The given thing is changed, or moved.
    #[serde(rename = "change")]
    Alter(Written),
    /// The given thing is gone.
    Remove,
    /// Everything below an address is gone.
    Clear(String),
}

/// A thing as it is written.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Its address from now on.
    #[schemars(example = &"/notes/$new")]
    pub at: String,
    /// What is different from the body, or from the given thing, as a JSON merge patch; a text for `$body` alone.
    #[serde(default)]
    pub with: Value,
}

/// What the server answers.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields; a body is `application/json` where they do not say it.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; null for none.
    #[serde(default)]
    pub body: Value,
    /// The body as text, in place of `body`.
    pub text: Option<String>,
}

/// What a run has to say.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Verdicts of cells. Others may have any.
    #[serde(default)]
    pub cells: Vec<ExpectedCell>,
    /// Everything that is found, warnings too: what is not here must not be found.
    #[serde(default)]
    pub findings: Vec<ExpectedFinding>,
    /// How often requests were sent.
    #[serde(default)]
    pub requests: Vec<Count>,
    /// The operations for which the run found another valid request than that of the contract.
    pub found_requests: Option<Vec<String>>,
    /// Everything that the server holds after the run.
    pub things: Option<BTreeMap<String, Value>>,
}

/// The verdict of a cell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedCell {
    /// Operation and status.
    #[schemars(example = &"notes.get 404")]
    pub cell: String,
    /// What is said of it.
    #[schemars(with = "VerdictOfReport")]
    pub verdict: Verdict,
    /// A part of the reason.
    #[serde(default)]
    pub reason: String,
}

/// Something that is found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// The check.
    #[schemars(example = &"body-schema")]
    pub check: String,
    /// Operation and status of the cell; empty for what belongs to no single cell.
    pub cell: String,
    /// A part of the place in the answer (`status`, `header NAME`, `body` with a JSON Pointer).
    #[serde(default)]
    pub place: String,
    /// How binding the rule is; any where it is not said.
    #[schemars(with = "Option<SeverityOfReport>")]
    pub severity: Option<Severity>,
    /// A part of the message.
    #[serde(default)]
    pub message: String,
}

/// How often requests were sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Method and path; `*` stands for anything.
    #[schemars(example = &"DELETE /notes/*")]
    pub request: String,
    /// At least this often.
    #[serde(default)]
    pub least: usize,
    /// At most this often.
    pub most: Option<usize>,
}

/// Method and path of a rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Line {
    pub method: String,
    pub path: String,
}

impl TryFrom<String> for Line {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once(' ').filter(|(method, path)| !method.is_empty() && path.starts_with('/') && !path.contains(' '));
        let (method, path) = parts.ok_or_else(|| format!("`{text}` is no method and path, such as `GET /notes/{{id}}`"))?;
        Ok(Self { method: method.to_owned(), path: path.to_owned() })
    }
}

/// What the schema of `report.json` says of a type of the program, which itself carries no schema.
fn of_report(name: &str) -> Schema {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/report.schema.json")).expect("a schema");
    schema["$defs"][name].clone().try_into().expect("the schema of the type")
}

/// Stands for [`Verdict`] in the schema of cases.
enum VerdictOfReport {}

impl JsonSchema for VerdictOfReport {
    fn schema_name() -> Cow<'static, str> {
        "Verdict".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        of_report("Verdict")
    }
}

/// Stands for [`Severity`] in the schema of cases.
enum SeverityOfReport {}

impl JsonSchema for SeverityOfReport {
    fn schema_name() -> Cow<'static, str> {
        "Severity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        of_report("Severity")
    }
}
