//! What changed from one run to another, by causes: one thing that is different in many answers is one.
//! Its JSON form is `schemas/changes.schema.json`.

use serde::{Deserialize, Serialize};

use super::contract::Status;
use super::report::{ContractName, Tool};

/// Version of the form of what is written of changes.
pub const SCHEMA_VERSION: u32 = 1;

/// What a change means for those who use the API, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// A client that was right before may fail.
    Breaking,
    /// A client that goes by what is not promised may fail.
    Risky,
    /// Less was seen than before: it is not known.
    Unclear,
    /// No client is hurt.
    Harmless,
}

impl ChangeClass {
    /// Every class, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Risky, Self::Unclear, Self::Harmless];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Risky => "risky",
            Self::Unclear => "unclear",
            Self::Harmless => "harmless",
        }
    }
}

/// What the clients of an API are like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clients {
    /// They take no more than their types say: generated and closed.
    Strict,
    /// They ignore what they do not know.
    #[default]
    Tolerant,
}

/// Everything that changed from one run to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Changes"))]
pub struct ChangeReport {
    /// Version of this form.
    pub schema_version: u32,
    /// The older run.
    pub old: ComparedRun,
    /// The newer run.
    pub new: ComparedRun,
    /// What was compared. Where that is nothing, no change is not known.
    pub compared: ComparedCounts,
    /// How many causes there are of each class.
    pub totals: ChangeTotals,
    /// What the changes come from, the worst first.
    pub causes: Vec<ChangeCause>,
    /// Every change, in the order of its causes.
    pub changes: Vec<Change>,
}

impl ChangeReport {
    /// Whether a class has a cause.
    pub fn has(&self, class: ChangeClass) -> bool {
        self.totals.of(class) > 0
    }

    /// Whether anything was compared at all.
    pub fn is_founded(&self) -> bool {
        self.compared.answers > 0 || self.compared.cells > 0
    }
}

/// A run that is compared with another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparedRun {
    /// The file that was named.
    pub file: String,
    /// The contract; absent where only a recording is there that does not name it.
    pub contract: Option<ContractName>,
    /// The program that judged it; absent where there is no report.
    pub tool: Option<Tool>,
    /// What was asked.
    pub target: String,
    /// When it started (RFC 3339, UTC).
    pub started_at: String,
    /// Seed of everything that was drawn by chance.
    pub seed: u64,
}

/// How much was compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparedCounts {
    /// Answers to equal requests.
    pub answers: u64,
    /// Verdicts on equal cells.
    pub cells: u64,
    /// What was not compared, each in a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// How many causes there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangeTotals {
    /// A client that was right before may fail.
    pub breaking: u64,
    /// A client that goes by what is not promised may fail.
    pub risky: u64,
    /// No client is hurt.
    pub harmless: u64,
    /// Less was seen than before.
    pub unclear: u64,
}

impl ChangeTotals {
    /// How many causes are of a class.
    pub fn of(&self, class: ChangeClass) -> u64 {
        match class {
            ChangeClass::Breaking => self.breaking,
            ChangeClass::Risky => self.risky,
            ChangeClass::Harmless => self.harmless,
            ChangeClass::Unclear => self.unclear,
        }
    }

    /// The sums of these causes.
    pub fn totals_of(causes: &[ChangeCause]) -> Self {
        let count = |class| causes.iter().filter(|cause| cause.class == class).count() as u64;
        Self {
            breaking: count(ChangeClass::Breaking),
            risky: count(ChangeClass::Risky),
            harmless: count(ChangeClass::Harmless),
            unclear: count(ChangeClass::Unclear),
        }
    }
}

/// What one or more changes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangeCause {
    /// A fingerprint that is the same from run to run, whatever ids, values, seeds and hosts are.
    pub id: String,
    /// The worst class of its changes.
    pub class: ChangeClass,
    /// What sort of change it is.
    pub kind: String,
    /// How many operations show it.
    pub operations: u64,
    /// How many answers show it.
    pub answers: u64,
    /// What it is and why it is of its class, in a sentence.
    pub reason: String,
    /// How many answers were not seen, or are different as well, because of it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub echoes: u64,
    /// A command that shows the newer answer of the first of its changes; credentials are names of environment variables.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub curl: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One place at which two answers to the same request differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    /// The cause that it belongs to.
    pub cause: String,
    /// What it means.
    pub class: ChangeClass,
    /// What sort of change it is.
    pub kind: String,
    /// The operation that was asked.
    pub operation: String,
    /// The status of the newer answer; absent when none came.
    pub status: Option<Status>,
    /// The probe whose answers differ; absent where a cell differs that none was sent for.
    pub probe: Option<String>,
    /// `status`, `header NAME`, `body` with a JSON Pointer in which `*` stands for any item, or `cell`.
    pub at: String,
    /// What was there before; null where there was nothing.
    pub before: Option<String>,
    /// What is there now; null where there is nothing.
    pub after: Option<String>,
}

/// A small comparison with a cause of each class.
#[cfg(test)]
pub(crate) mod small {
    use super::*;

    fn cause(id: &str, class: ChangeClass, kind: &str, reason: &str) -> ChangeCause {
        let curl = "curl -i 'http://127.0.0.1:8080/things/7'".to_owned();
        ChangeCause { id: id.to_owned(), class, kind: kind.to_owned(), operations: 1, answers: 2, reason: reason.to_owned(), echoes: 0, curl }
    }

    fn change(cause: &ChangeCause, operation: &str, at: &str, values: (Option<&str>, Option<&str>)) -> Change {
        let text = |value: Option<&str>| value.map(str::to_owned);
        Change {
            cause: cause.id.clone(),
            class: cause.class,
            kind: cause.kind.clone(),
            operation: operation.to_owned(),
            status: Some(Status(200)),
            probe: Some(format!("{operation}::200::success")),
            at: at.to_owned(),
            before: text(values.0),
            after: text(values.1),
        }
    }

    pub fn sample() -> ChangeReport {
        let run = |file: &str| ComparedRun {
            file: file.to_owned(),
            contract: Some(ContractName { title: "Things".to_owned(), version: "1".to_owned() }),
            tool: Some(Tool { name: "probity".to_owned(), version: "0.0.0".to_owned() }),
            target: "mock".to_owned(),
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            seed: 7,
        };
        let causes = vec![
            cause("v1:c000000000001", ChangeClass::Breaking, "member-missing", "`email` is gone: the contract requires it"),
            cause("v1:c000000000002", ChangeClass::Risky, "form", "path is written where absolute URL was"),
            cause("v1:c000000000003", ChangeClass::Unclear, "less-seen", "less was seen: no answer within 70 s"),
            cause("v1:c000000000004", ChangeClass::Harmless, "member-new", "`colour` is new: clients ignore members that they do not know"),
        ];
        let changes = vec![
            change(&causes[0], "things.get", "body /data/attributes/email", (Some("\"a@b.example\""), None)),
            change(&causes[0], "things.get", "body /data/attributes/email", (Some("\"`c`@d.example\""), None)),
            change(&causes[1], "things.list", "body /data/*/links/self", (Some("absolute URL"), Some("path"))),
            change(&causes[2], "things.create", "status", (Some("answered"), None)),
            change(&causes[3], "things.list", "body /data/*/attributes/colour", (None, Some("text"))),
        ];
        let compared = ComparedCounts { answers: 12, cells: 7, left_out: vec!["values of bodies: a recording keeps shapes only".to_owned()] };
        ChangeReport {
            schema_version: SCHEMA_VERSION,
            old: run("old.json"),
            new: run("new.json"),
            compared,
            totals: ChangeTotals::totals_of(&causes),
            causes,
            changes,
        }
    }
}
