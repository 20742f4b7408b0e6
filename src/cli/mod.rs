//! The `probity` command: arguments in, files and exit code out.

mod args;
mod argument_groups;
mod bundle;
mod connection;
mod contract_files;
mod diff;
pub mod exit;
mod list;
mod mock;
mod options;
mod output;
mod plan;
mod progress;
mod replay;
mod report;
mod selection;
mod terminal;
mod values;

use std::process::ExitCode;

use clap::Parser;

pub use crate::session::conclude::assemble;
pub use crate::session::specification::Specification;
pub use crate::session::stop::Stop;

use crate::judge::Recording;
use crate::report::MatrixDetail;
use crate::session::options::RunOptions;
use crate::session::{clean, conclude, run, self_test};
use args::{Cli, Command, RunArgs};
use exit::code;
use terminal::Terminal;

/// The options of a run from words as they stand on a command line.
///
/// # Errors
/// What is wrong with them, as the command would print it.
pub fn run_args(words: &[&str]) -> Result<RunOptions, Stop> {
    parsed(words).map(|args| (&args).into())
}

/// Plans and sends, shows how far it is, and returns everything that came of it.
///
/// # Errors
/// As [`run::record`].
pub fn record(options: &RunOptions, specification: &Specification) -> Result<Recording, Stop> {
    run::record(options, specification, &Terminal::default())
}

fn parsed(words: &[&str]) -> Result<RunArgs, Stop> {
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
    let command = || match run_command(cli) {
        Ok(code) => code,
        Err(stop) => {
            let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
            // No text from outside begins a line.
            let words = crate::report::safe_for_terminal(&stop.to_string()).replace('\n', "\n  ");
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

fn run_command(cli: Cli) -> Result<u8, Stop> {
    let terminal = Terminal::default();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => run::run(&(&args).into(), &Terminal { detail: args.full.then_some(MatrixDetail::Full) }).map(code),
        Command::Plan(args) => plan::plan(&args),
        Command::Mock(args) => mock::mock(&args),
        Command::List(args) => list::list(&args),
        Command::Bundle(args) => bundle::bundle(&args),
        Command::Judge(args) => conclude::judge(&(&args).into(), &terminal).map(code),
        Command::Report(args) => report::report(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Clean(args) => clean::clean_up(&(&args).into(), &terminal).map(code),
        Command::SelfTest(args) => self_test::self_test(&(&args).into(), &terminal).map(code),
    }
}
