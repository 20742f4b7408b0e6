//! Decides what may be changed: what the command line says, or else what the suite allows for this very server.

use serde::Serialize;
use url::{Origin, Url};

use super::command_source::CommandSource;
use super::options::Selection;
use super::specification::Specification;
use super::stop::Stop;
use super::target::{Target, permission_profile};
use crate::model::allowance::Allowance;
use crate::model::effect::Effect;
use crate::model::suite::Suite;

/// Who says what may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowedBy {
    /// The arguments.
    CommandLine,
    /// The block of the suite for this server.
    Suite,
    /// What holds where nothing is said.
    Default,
}

/// What may be changed, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// Who says so.
    pub by: AllowedBy,
    /// `full` or `read-only`.
    pub profile: &'static str,
    /// The effects that are allowed beside it.
    pub effects: Vec<String>,
    /// What the suite allows for other servers, which does not hold here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
}

impl Allowed {
    /// The same as a sentence.
    pub fn sentence(&self) -> String {
        let by = match self.by {
            AllowedBy::CommandLine => "the command line",
            AllowedBy::Suite => "the suite, for this server",
            AllowedBy::Default => "what holds where nothing is said",
        };
        let effects = if self.effects.is_empty() { "none".to_owned() } else { self.effects.join(", ") };
        let elsewhere = match self.elsewhere.as_slice() {
            [] => String::new(),
            others => format!("; what the suite allows for {} does not hold here", others.join(", ")),
        };
        format!("Allowed by {by}: profile {}, effects {effects}{elsewhere}", self.profile)
    }
}

/// What may be changed on a target, as the arguments would say it, and who says so. A suite counts that the user has named as a
/// file, and what it allows for the very origin of the target.
///
/// # Errors
/// A block of the suite names no server, or an effect that is not known.
pub fn allowed(selection: &Selection, target: &Target, specification: &Specification) -> Result<(Selection, Allowed), Stop> {
    let suite = &specification.suite;
    check(suite)?;
    let said = selection.allow_writes || !selection.allow.is_empty() || selection.profile.is_some();
    let counts = matches!(specification.commands, CommandSource::Named(_)) && !said;
    let (here, others): (Vec<&Allowance>, Vec<&Allowance>) = suite.allow.iter().partition(|block| is_of(block, target));
    let mut effective = selection.clone();
    for block in here.iter().filter(|_| counts) {
        effective.allow_writes |= block.writes;
        effective.allow.extend(block.effects.iter().cloned());
    }
    let by = match () {
        () if said => AllowedBy::CommandLine,
        () if counts && !here.is_empty() => AllowedBy::Suite,
        () => AllowedBy::Default,
    };
    let elsewhere = others.iter().map(|block| block.target.clone()).collect();
    let allowed = Allowed { by, profile: permission_profile(&effective, target), effects: effective.allow.clone(), elsewhere };
    Ok((effective, allowed))
}

fn check(suite: &Suite) -> Result<(), Stop> {
    let known = |effect: &String| effect == "all" || Effect::from_word(effect).is_some() || suite.effects.contains_key(effect);
    for (index, block) in suite.allow.iter().enumerate() {
        let place = format!("the suite {}: allow[{index}]", suite.name);
        if block.target.contains("${") || !matches!(Target::parse(&block.target), Ok(Target::Server { .. })) {
            return Err(Stop::Unusable(format!("{place}: `target` is the base URL of a server, written out")));
        }
        if let Some(unknown) = block.effects.iter().find(|effect| !known(effect)) {
            let all = Effect::ALLOWABLE.map(Effect::as_str).into_iter().chain(suite.effects.keys().map(String::as_str)).chain(["all"]);
            return Err(Stop::Unusable(format!("{place}: there is no effect {unknown}; the effects are {}", all.collect::<Vec<_>>().join(", "))));
        }
    }
    Ok(())
}

/// Whether a block is about the origin of a target: scheme, host and port.
fn is_of(block: &Allowance, target: &Target) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin()).filter(Origin::is_tuple);
    let Ok(named) = Target::parse(&block.target) else { return false };
    let Target::Server { base, .. } = target else { return false };
    let same = |one: &str, other: &str| origin(one).is_some_and(|one| Some(one) == origin(other));
    same(named.name(), base) || same(&named.key(), &target.key())
}
