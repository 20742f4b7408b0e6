//! How much of the answers is kept once a run has ended: by its arguments, its suite, and where its target is.

use std::path::Path;

use super::Stop;
use super::args::RunArgs;
use super::target::{Subject, Target};
use crate::domain::contract::Contract;
use crate::domain::journal::Chronicle;
use crate::domain::keep::Keep;
use crate::journal::masking_key;
use crate::judge::Recording;
use crate::report::{Mask, Redactor};

/// A level, and what masks values.
#[derive(Debug)]
pub struct Keeping {
    /// How much is kept.
    pub level: Keep,
    /// Absent where nothing is taken out.
    mask: Option<Mask>,
}

impl Keeping {
    /// What a run keeps: the flag goes before the suite.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn of_run(args: &RunArgs, subject: &Subject, target: &Target) -> Result<Self, Stop> {
        Self::of_target(args.keep, &args.scope.pace.state, subject, target)
    }

    /// What is kept of a target: without a word on it everything where that is this machine, else nothing in clear text that is
    /// not the run's own.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn of_target(flag: Option<Keep>, state: &Path, subject: &Subject, target: &Target) -> Result<Self, Stop> {
        let usual = if target.is_local() { Keep::All } else { Keep::Masked };
        let level = flag.or(subject.suite.keep).unwrap_or(usual);
        // What is left on the target is masked and not less, so that it can be removed.
        let mask = if level.is_all() { None } else { Some(Mask::new(&masking_key(state)?)) };
        Ok(Self { level, mask })
    }

    /// What takes out of a recording, and of the report on it, what is not kept; `None` where everything is.
    pub fn redactor(&self, contract: &Contract, recording: &Recording) -> Option<Redactor<'_>> {
        self.mask.as_ref().map(|mask| Redactor::of_recording(self.level, mask, contract, recording))
    }

    /// The same for a journal, at a level of its own.
    pub fn journal_redactor(&self, level: Keep, contract: &Contract, chronicle: &Chronicle) -> Option<Redactor<'_>> {
        self.mask.as_ref().map(|mask| Redactor::of_journal(level, mask, contract, chronicle))
    }
}
