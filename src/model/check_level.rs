//! Says how much findings of a check count: not at all, as a warning, or as an error.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::verdict::{Finding, Severity};

/// How much the findings of a check count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Level of a check"))]
#[serde(rename_all = "lowercase")]
pub enum CheckLevel {
    /// Nothing is found. A cell that conforms says that the check was off.
    Off,
    /// Findings are warnings.
    Warn,
    /// Findings break the contract.
    Error,
}

impl CheckLevel {
    /// Its name in suites and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// A check and its level, as `NAME=LEVEL` on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLevel {
    /// The check.
    pub name: String,
    /// Its level.
    pub level: CheckLevel,
}

impl FromStr for NamedLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, word) = text.split_once('=').ok_or("a check has a level: NAME=off, NAME=warn or NAME=error")?;
        let level = [CheckLevel::Off, CheckLevel::Warn, CheckLevel::Error].into_iter().find(|level| level.as_str() == word);
        Ok(Self { name: name.to_owned(), level: level.ok_or_else(|| format!("{word} is no level; levels are off, warn and error"))? })
    }
}

/// The levels of checks that differ from what the checks themselves say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Levels of checks"))]
#[serde(transparent)]
pub struct CheckLevels(BTreeMap<String, CheckLevel>);

impl CheckLevels {
    /// Whether every check has the level that it says itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The checks that are named, with their levels.
    pub fn entries(&self) -> impl Iterator<Item = (&str, CheckLevel)> {
        self.0.iter().map(|(name, level)| (name.as_str(), *level))
    }

    /// Lets these go before what is there.
    pub fn extend(&mut self, more: &[NamedLevel]) {
        self.0.extend(more.iter().map(|one| (one.name.clone(), one.level)));
    }

    /// A finding as it counts; `None` where its check is off.
    pub fn apply(&self, finding: Finding) -> Option<Finding> {
        match self.0.get(&finding.check) {
            None => Some(finding),
            Some(CheckLevel::Off) => None,
            Some(CheckLevel::Warn) => Some(Finding { severity: Severity::Should, ..finding }),
            Some(CheckLevel::Error) => Some(Finding { severity: Severity::Must, ..finding }),
        }
    }

    /// The same for several.
    pub fn apply_all(&self, findings: &mut Vec<Finding>) {
        if !self.is_empty() {
            *findings = std::mem::take(findings).into_iter().filter_map(|finding| self.apply(finding)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn a_level_is_read_with_its_check() {
        let read = |text: &str| text.parse::<NamedLevel>();
        assert_eq!(read("headers=warn"), Ok(NamedLevel { name: "headers".to_owned(), level: CheckLevel::Warn }));
        assert!(read("headers").is_err_and(|reason| reason.contains("NAME=off")));
        assert!(read("headers=loud").is_err_and(|reason| reason.contains("off, warn and error")));
    }

    #[test]
    fn a_level_counts_for_its_check_alone_and_the_later_one_goes_first() {
        let finding = sample().cells.into_iter().flat_map(|cell| cell.findings).find(|finding| finding.severity == Severity::Must).unwrap();
        let mut levels = CheckLevels::default();
        assert_eq!(levels.apply(finding.clone()), Some(finding.clone()));
        for (text, severity) in [("off", None), ("warn", Some(Severity::Should)), ("error", Some(Severity::Must))] {
            levels.extend(&[format!("{}={text}", finding.check).parse().unwrap(), "another=off".parse().unwrap()]);
            assert_eq!(levels.apply(finding.clone()).map(|finding| finding.severity), severity, "{text}");
        }
    }
}
