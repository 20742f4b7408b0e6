//! What a request would change if the server accepted it, and what a run may change.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a request would change if the server accepted it, faults included; the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing: it reads (RFC 9110, section 9.2.1), or names what is sure not to exist.
    #[default]
    Nothing,
    /// The run's own token and nothing else; the suite names such operations (`session`).
    Session,
    /// It makes something that the run can name and remove afterwards, or changes or removes such a thing.
    Own,
    /// It makes something that no operation removes.
    Leftovers,
    /// It changes or removes one thing that the run has not made.
    Borrowed,
    /// It changes things that it does not name, or whose extent the contract does not tell.
    Sweeping,
}

impl Effect {
    /// The effects that `--allow` opens, the least first.
    pub const ALLOWABLE: [Self; 3] = [Self::Leftovers, Self::Borrowed, Self::Sweeping];

    /// The word for it in plans, reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Session => "session",
            Self::Own => "own",
            Self::Leftovers => "leftovers",
            Self::Borrowed => "borrowed",
            Self::Sweeping => "sweeping",
        }
    }

    /// The effect with this word, among those that `--allow` opens.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALLOWABLE.into_iter().find(|effect| effect.as_str() == word)
    }

    /// The option of the command line that allows it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Nothing | Self::Session => "",
            Self::Own => "--allow-writes",
            Self::Leftovers => "--allow leftovers",
            Self::Borrowed => "--allow borrowed",
            Self::Sweeping => "--allow sweeping",
        }
    }

    /// What several operations of this effect do.
    pub fn they_do(self) -> &'static str {
        match self {
            Self::Nothing => "change nothing",
            Self::Session => "change the run's own token",
            Self::Own => "change something",
            Self::Leftovers => "make something that no operation removes",
            Self::Borrowed => "change what this run has not made",
            Self::Sweeping => "change things that they do not name",
        }
    }

    /// What a request of this effect does, as the end of the sentence "it …".
    pub fn verb_phrase(self) -> &'static str {
        match self {
            Self::Nothing => "changes nothing",
            Self::Session => "changes the run's own token",
            Self::Own => "changes something",
            Self::Leftovers => "makes something that no operation removes",
            Self::Borrowed => "changes what this run has not made",
            Self::Sweeping => "changes things that it does not name",
        }
    }
}

/// How an id in a request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// It is proven that the run made the thing.
    Own,
    /// Drawn at random from a space in which nothing is.
    Invented,
    /// Found in an answer.
    Found,
    /// Named by the suite.
    Given,
    /// The contract's example, or made from a schema: it may name anything.
    Example,
}

/// What a run may change on its target.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permission {
    /// Whether the run may write at all.
    pub writes: bool,
    /// Names of allowed effects, those of the suite among them; `None` for all of them.
    pub effects: Option<BTreeSet<String>>,
    /// Whether the target ends with the run, so that nothing on it has to be proven to be the run's own, or removed.
    #[serde(default)]
    pub disposable: bool,
}

impl Permission {
    /// Everything: for the embedded mock, which ends with its run.
    pub fn everything() -> Self {
        Self { writes: true, effects: None, disposable: true }
    }

    /// Whether requests of this effect may be sent.
    pub fn allows(&self, effect: Effect) -> bool {
        match effect {
            Effect::Nothing | Effect::Session => true,
            Effect::Own => self.writes,
            Effect::Leftovers | Effect::Borrowed | Effect::Sweeping => self.writes && self.allows_named(effect.as_str()),
        }
    }

    /// Whether an effect that the suite names is allowed.
    pub fn allows_named(&self, name: &str) -> bool {
        self.effects.as_ref().is_none_or(|effects| effects.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_writes_only_reads_are_allowed() {
        let permission = Permission { writes: false, ..Permission::everything() };
        let allowed = |effect| permission.allows(effect);
        assert!(allowed(Effect::Nothing) && allowed(Effect::Session));
        assert!(![Effect::Own, Effect::Leftovers, Effect::Borrowed, Effect::Sweeping].into_iter().any(allowed));
    }

    #[test]
    fn each_effect_above_own_is_allowed_by_its_own_name() {
        for named in Effect::ALLOWABLE {
            let permission = Permission { effects: Some(BTreeSet::from([named.as_str().to_owned()])), ..Permission::everything() };
            assert!(permission.allows(Effect::Own));
            for other in Effect::ALLOWABLE {
                assert_eq!(permission.allows(other), other == named, "{named:?} {other:?}");
            }
        }
    }
}
