//! Receives the messages and the progress of a command.

use std::path::Path;

use crate::execute::RunEvent;
use crate::model::contract::RateLimit;
use crate::model::plan::Plan;
use crate::model::report::Report;

/// How a command ended that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// Everything that was asked conforms.
    Conforms,
    /// Something is broken.
    Violates,
    /// There is no verdict.
    Inconclusive,
}

/// Asks whether the command is to end.
pub type Interruption = Box<dyn Fn() -> bool + Send + Sync>;

/// Is told what a command does, and says when it is to end.
pub trait Observer: Sync {
    /// A line of the result.
    fn result(&self, line: &str);

    /// A line for people, beside the result.
    fn note(&self, line: &str);

    /// Sending begins.
    fn sending(&self, planned: &Plan, windows: &[RateLimit]) -> Box<dyn SendingObserver>;

    /// Whether the command is to end; asked from now on, within a runtime. With a journal, what is left can be removed later.
    fn interruption(&self, journalled: bool) -> Interruption;

    /// A self-test begins with so many mocks.
    fn trials(&self, count: usize) -> Box<dyn TrialObserver>;

    /// The report stands in this folder.
    fn reported(&self, report: &Report, folder: &Path);
}

/// Is told how far sending is.
pub trait SendingObserver: Sync {
    /// Something happened.
    fn on_event(&self, event: RunEvent<'_>);

    /// Sending has ended.
    fn end(&self);
}

/// Is told how far a self-test is.
pub trait TrialObserver: Sync {
    /// One mock has been tried.
    fn ended(&self);

    /// All have.
    fn end(&self);
}

/// Tells nothing, and never ends early.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentObserver;

impl Observer for SilentObserver {
    fn result(&self, _: &str) {}

    fn note(&self, _: &str) {}

    fn sending(&self, _: &Plan, _: &[RateLimit]) -> Box<dyn SendingObserver> {
        Box::new(Self)
    }

    fn interruption(&self, _: bool) -> Interruption {
        Box::new(|| false)
    }

    fn trials(&self, _: usize) -> Box<dyn TrialObserver> {
        Box::new(Self)
    }

    fn reported(&self, _: &Report, _: &Path) {}
}

impl TrialObserver for SilentObserver {
    fn ended(&self) {}

    fn end(&self) {}
}

impl SendingObserver for SilentObserver {
    fn on_event(&self, _: RunEvent<'_>) {}

    fn end(&self) {}
}
