//! The `probity` command: arguments in, files and exit code out.

pub(crate) mod args;
mod bundle;
mod diff;
pub mod exit;
mod list;
mod output;
mod plan;
pub(crate) mod progress;
mod report;
pub(crate) mod selection;
mod values;

use std::process::ExitCode;

use clap::Parser;

pub use crate::session::conclude::assemble;
pub use crate::session::run::record;
pub use crate::session::specification::Subject;
pub use crate::session::stop::Stop;
pub use args::RunArgs;

use args::{Cli, Command};

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
            code_of(&stop)
        }
    };
    output::to_the_end(command, &mut std::io::stdout())
}

fn code_of(stop: &Stop) -> u8 {
    match stop {
        Stop::Unusable(_) => exit::UNUSABLE,
        Stop::Inconclusive(_) => exit::INCONCLUSIVE,
        Stop::Nothing(_) => exit::NOTHING,
    }
}

fn carried_out(cli: Cli) -> Result<u8, Stop> {
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => crate::session::run::run(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Mock(args) => crate::session::embedded_mock::mock(&args),
        Command::List(args) => list::list(&args),
        Command::Bundle(args) => bundle::bundle(&args),
        Command::Judge(args) => crate::session::conclude::judge(&args),
        Command::Report(args) => report::report(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Replay(args) => crate::session::replay::replay(&args),
        Command::Clean(args) => crate::session::clean::clean(&args),
        Command::SelfTest(args) => crate::session::self_test::self_test(&args),
    }
}
