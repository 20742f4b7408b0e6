//! The `probity` command: arguments in, files and exit code out.

mod address;
mod again;
mod args;
mod bundle;
mod clean;
mod connection;
mod diff;
pub mod exit;
mod fetched;
mod identity;
mod judge;
mod keeping;
mod ledger;
mod list;
mod mock;
mod output;
mod plan;
mod progress;
mod reach;
mod read;
mod regressions;
mod replay;
mod report;
mod run;
mod selection;
mod self_test;
mod subject;
mod target;
mod values;
mod write;

use std::process::ExitCode;

use clap::Parser;
use thiserror::Error;

pub use args::RunArgs;
pub use judge::assemble;
pub use run::record;
pub use target::Subject;

use args::{Cli, Command};

/// Something that ends a command early; each has its exit code.
#[derive(Debug, Error)]
pub enum Stop {
    /// The user must fix something.
    #[error("{0}")]
    Unusable(String),
    /// There is no verdict.
    #[error("{0}")]
    Inconclusive(String),
    /// Nothing was selected.
    #[error("{0}")]
    Nothing(String),
}

impl Stop {
    fn code(&self) -> u8 {
        match self {
            Self::Unusable(_) => exit::UNUSABLE,
            Self::Inconclusive(_) => exit::INCONCLUSIVE,
            Self::Nothing(_) => exit::NOTHING,
        }
    }
}

impl From<crate::session::open::LoadError> for Stop {
    fn from(error: crate::session::open::LoadError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<crate::contract::ContractError> for Stop {
    fn from(error: crate::contract::ContractError) -> Self {
        Self::Unusable(format!("the contract cannot be used: {error}"))
    }
}

impl From<crate::report::RenderError> for Stop {
    fn from(error: crate::report::RenderError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<crate::plan::PlanError> for Stop {
    fn from(error: crate::plan::PlanError) -> Self {
        match error {
            crate::plan::PlanError::NothingSelected { .. } => Self::Nothing(error.to_string()),
            crate::plan::PlanError::UnknownTrigger { .. } | crate::plan::PlanError::NotSound { .. } => Self::Unusable(error.to_string()),
        }
    }
}

/// What requests are sent and answered on; without it, `unable` is said.
fn runtime(unable: &str) -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Runtime::new().map_err(|error| Stop::Unusable(format!("{unable}: {error}")))
}

/// The arguments of `run` from words as they stand on a command line.
///
/// # Errors
/// What is wrong with them, as the command would print it.
pub fn run_args(words: &[&str]) -> Result<RunArgs, Stop> {
    let words = std::iter::once("probity").chain(words.iter().copied());
    Cli::try_parse_from(words).map(|cli| cli.run).map_err(|error| Stop::Unusable(error.to_string()))
}

/// Runs the command line and returns its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let shown = error.print();
            return ExitCode::from(if error.use_stderr() || shown.is_err() { exit::UNUSABLE } else { exit::CONFORMS });
        }
    };
    let command = || match carried_out(cli) {
        Ok(code) => code,
        Err(stop) => {
            let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
            // No text from outside begins a line.
            let words = crate::report::legible(&stop.to_string()).replace('\n', "\n  ");
            anstream::eprintln!("{style}error{style:#}: {words}");
            stop.code()
        }
    };
    output::to_the_end(command, &mut std::io::stdout())
}

fn carried_out(cli: Cli) -> Result<u8, Stop> {
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Mock(args) => mock::mock(&args),
        Command::List(args) => list::list(&args),
        Command::Bundle(args) => bundle::bundle(&args),
        Command::Judge(args) => judge::judge(&args),
        Command::Report(args) => report::report(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Clean(args) => clean::clean(&args),
        Command::SelfTest(args) => self_test::self_test(&args),
    }
}
