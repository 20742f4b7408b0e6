//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use super::argument_groups::{ChangeWeights, ClientSort, FailClass, MockChangeArgs, Pace, Reports, Scope, TextOrJson};
use super::connection::{Connection, CredentialFile, HeaderArgs};
pub use super::contract_files::Files;
use super::exit;
pub use super::selection::{OperationArgs, Profile, Selection};
use super::values::window;
use crate::model::contract::RateLimit;
use crate::model::keep::Keep;

/// Proves, from the outside, that an HTTP API answers every status its contract documents.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, args_conflicts_with_subcommands = true, after_help = exit::HELP, max_term_width = 100)]
pub struct Cli {
    /// What to do; without a command, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send every probe, judge the answers, write the reports.
    ///
    /// Without arguments: against the embedded mock, with the bundled contract and suite, reports in `reports/`.
    #[command(after_help = exit::HELP)]
    Run(RunArgs),
    /// Show what a run would send, without sending anything.
    Plan(PlanArgs),
    /// Serve the contract as a mock server.
    Mock(MockArgs),
    /// List operations and their documented statuses.
    List(ListArgs),
    /// Write the contract as one document.
    Bundle(BundleArgs),
    /// Judge a recording again, offline, against a contract that may be newer.
    Judge(JudgeArgs),
    /// Render a saved report again.
    Report(ReportArgs),
    /// Say what changed from one run to another.
    ///
    /// Exit codes: 2 when a file cannot be used or is about another API; with --fail-on, 1 when such a change is there, 3 when less
    /// was seen than before; else 0.
    Diff(DiffArgs),
    /// Send one probe of the last run again, with what it needs, and show what is sent and what comes.
    #[command(after_help = exit::HELP)]
    Replay(ReplayArgs),
    /// Remove what a run that was killed has left behind.
    Clean(CleanArgs),
    /// Prove that the checks work: each fault of the embedded mock is caught, each variant raises nothing.
    SelfTest(SelfTestArgs),
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub scope: Scope,
    /// Start over: remove what a run that was cut off has left, do not continue it, and forget which cells were shown.
    #[arg(long)]
    pub fresh: bool,
    /// How often what breaks a rule is sent again, to tell what is always wrong from what is wrong now and then.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=20))]
    pub retries: u32,
    /// Wait up to so many seconds until the server answers at all, before anything else is sent.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: Option<u64>,
    /// End after so many seconds, as if interrupted: what was made is removed, the reports are written, exit code 3.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_time: Option<u64>,
    /// What is kept of answers once the run has ended: `all`; `masked` puts a keyed hash in the place of each value that is
    /// neither an id nor the run's own; `shapes` keeps types and names of members; `none` keeps statuses. Goes before the suite.
    /// Default: `all` on this machine, `masked` elsewhere.
    #[arg(long, value_name = "none|shapes|masked|all")]
    pub keep: Option<Keep>,
    /// Requests under way at once. Default: 8 for a target on this machine, 1 elsewhere.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reports: Reports,
    /// Compare with an older run: its report, its recording, or the folder of both. What got worse ends the run with exit code 1,
    /// what was seen less with 3.
    #[arg(long, value_name = "PATH")]
    pub baseline: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: ChangeWeights,
    /// Cells that were not reached or were skipped break the run as well (exit code 3), unless the server has chosen another
    /// status that is as right.
    #[arg(long)]
    pub require_complete: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub mock_changes: MockChangeArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub connection: Connection,
    /// Show every cell of the matrix, however large it is.
    #[arg(long)]
    pub full: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub scope: Scope,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub credentials: CredentialFile,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub headers: HeaderArgs,
    /// Folder with the reports of the last run, for --failed.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Text for people or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
}

/// Arguments of `clean`.
#[derive(Debug, Clone, Args)]
pub struct CleanArgs {
    /// Base URL of the server that the run was sent to.
    #[arg(long, value_name = "URL")]
    pub target: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pace: Pace,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub connection: Connection,
}

/// Arguments of `mock`.
#[derive(Debug, Clone, Args)]
pub struct MockArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub mock_changes: MockChangeArgs,
    /// Allow only so many requests in so many seconds. May be repeated. Default: as many in 30 seconds as one full run
    /// of the contract needs, so that the run ends by showing the limit.
    #[arg(long, value_name = "N/SECONDS", value_parser = window)]
    pub window: Vec<RateLimit>,
}

/// Arguments of `list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub operations: OperationArgs,
    /// Also say under which conditions each status is demanded, and why the contract is as it is.
    #[arg(long)]
    pub verbose: bool,
}

/// Arguments of `bundle`.
#[derive(Debug, Clone, Args)]
pub struct BundleArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    /// File to write; standard output without it.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// Arguments of `judge`.
#[derive(Debug, Clone, Args)]
pub struct JudgeArgs {
    /// The `recording.json` of a run.
    pub recording: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub reports: Reports,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// The `report.json` of a run.
    pub report: PathBuf,
    /// Which form: text, json, junit or markdown.
    #[arg(long, default_value = "text")]
    pub format: String,
}

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// The older run: its `report.json`, its `recording.json`, or the folder of both. With recordings, answers are compared; with
    /// reports alone, verdicts.
    pub old: PathBuf,
    /// The newer run.
    pub new: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    /// Which form: text, json, junit or markdown.
    #[arg(long, default_value = "text")]
    pub format: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: ChangeWeights,
    /// The same as --fail-on breaking.
    #[arg(long, conflicts_with = "fail_on")]
    pub fail: bool,
}

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The name of the probe, as findings carry it.
    pub probe: String,
    /// The recording of the run; its target and its seed are taken from it.
    #[arg(long, value_name = "PATH", default_value = "reports/recording.json")]
    pub recording: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

/// Arguments of `self-test`.
#[derive(Debug, Clone, Args)]
pub struct SelfTestArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    /// Only this fault of the mock. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub fault: Vec<String>,
    /// Only this variant of the mock. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub variant: Vec<String>,
    /// Seed of the operations that faults are put on alone.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_saved_report_is_shown_without_naming_a_form() {
        let cli = Cli::try_parse_from(["probity", "report", "report.json"]).unwrap();
        let Some(Command::Report(args)) = cli.command else { panic!("another command") };
        assert!(crate::report::FORMATS.iter().any(|format| format.name == args.format), "{}", args.format);
    }
}
