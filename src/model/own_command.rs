//! Commands that a suite names: hooks around the run and around resources, and what finds a given resource.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::json;

/// How long a command may take where the suite does not say it, in seconds.
const USUAL_SECONDS: u64 = 30;

/// The longest time that a suite may give a command, in seconds.
const MOST_SECONDS: u64 = 3600;

/// A command: a program and its arguments. No shell reads them. It gets JSON on its standard input and writes JSON to its
/// standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a list of a program and its arguments, or `run`, `seconds` and `sets`")]
#[cfg_attr(test, schemars(title = "Command"))]
pub enum OwnCommand {
    /// A program and its arguments. A program with a slash in it is relative to the suite.
    Words(Vec<String>),
    /// The same with a time limit.
    Parts(CommandParts),
}

/// The parts of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Parts of a command"))]
pub struct CommandParts {
    /// A program and its arguments. A program with a slash in it is relative to the suite.
    #[cfg_attr(test, schemars(length(min = 1), example = json!(["./seed.py", "--small"])))]
    pub run: Vec<String>,
    /// How long it may take, in seconds; then it is ended, with everything that it has started.
    #[serde(default = "usual_seconds")]
    #[cfg_attr(test, schemars(range(min = 1, max = 3600), example = &60))]
    pub seconds: u64,
    /// Variables that the command before the run gives values for, in `variables` of its answer. They go before the environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["LIBRARY_TENANT"])))]
    pub sets: Vec<String>,
}

fn usual_seconds() -> u64 {
    USUAL_SECONDS
}

impl OwnCommand {
    /// Its parts.
    pub fn parts(&self) -> CommandParts {
        match self {
            Self::Words(run) => CommandParts { run: run.clone(), seconds: USUAL_SECONDS, sets: Vec::new() },
            Self::Parts(parts) => parts.clone(),
        }
    }

    /// The program and its arguments, as they are written in a plan.
    pub fn command_line(&self) -> String {
        let parts = self.parts();
        format!("{:?}, at most {} s", parts.run, parts.seconds)
    }

    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// Why.
    pub fn check(&self) -> Result<(), String> {
        let CommandParts { run, seconds, .. } = self.parts();
        if run.first().is_none_or(String::is_empty) {
            return Err("it names no program; write a list of the program and its arguments".to_owned());
        }
        if !(1..=MOST_SECONDS).contains(&seconds) {
            return Err(format!("`seconds` is a number from 1 to {MOST_SECONDS}"));
        }
        Ok(())
    }
}

/// Commands around a run. They are run from a suite that is named as a file, and never against the embedded mock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[cfg_attr(test, schemars(title = "Hooks"))]
pub struct Hooks {
    /// Before the run. Where it fails, nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!({"run": ["./seed.py"], "sets": ["LIBRARY_TENANT"]})))]
    pub before_run: Option<OwnCommand>,
    /// After the run, whatever came of it, once the command before it has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = json!(["./unseed.py"])))]
    pub after_run: Option<OwnCommand>,
    /// Before the run makes a resource of this kind. Where it fails, that is not made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"loans": ["./shelve.py"]})))]
    pub before: BTreeMap<String, OwnCommand>,
    /// After the run has removed a resource of this kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, schemars(example = json!({"loans": ["./unshelve.py"]})))]
    pub after: BTreeMap<String, OwnCommand>,
}

impl Hooks {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each with its place in the suite.
    pub fn all(&self) -> Vec<(String, &OwnCommand)> {
        let of_run = [("hooks.before-run", &self.before_run), ("hooks.after-run", &self.after_run)];
        let of_run = of_run.into_iter().filter_map(|(place, command)| Some((place.to_owned(), command.as_ref()?)));
        let of_kinds = |place: &'static str, all| Box::new(BTreeMap::iter(all).map(move |(kind, command)| (format!("{place}.{kind}"), command)));
        of_run.chain(of_kinds("hooks.before", &self.before)).chain(of_kinds("hooks.after", &self.after)).collect()
    }
}
