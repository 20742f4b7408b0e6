//! Arguments that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::contract_files::Files;
use super::selection::Selection;
use super::values::window;
use crate::model::check_level::NamedLevel;
use crate::model::contract::RateLimit;

/// What a run is about, planned or sent.
#[derive(Debug, Clone, Args)]
pub struct Scope {
    /// `mock` for the embedded mock, or the base URL of a server. Without --contract and --suite: the embedded mock.
    #[arg(long, value_name = "mock|URL")]
    pub target: Option<String>,
    /// Treat the target as a server elsewhere, whatever its address: for tunnels (`ssh -L`, `kubectl port-forward`) to what is
    /// in use. A suite says the same with `live: true`.
    #[arg(long)]
    pub live: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub files: Files,
    /// Run no command of the suite (`hooks`, and `command` of what is given); what is missing then is said.
    #[arg(long)]
    pub no_hooks: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub selection: Selection,
    /// Send at most so many requests, fixtures and clean-up among them. What does not fit is left to the next run, which
    /// begins with what was never asked for and goes on with what was asked for longest ago.
    #[arg(long, value_name = "N")]
    pub budget: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pace: Pace,
}

/// How fast requests follow one another, and where it is written down when they were sent.
#[derive(Debug, Clone, Args)]
pub struct Pace {
    /// Folder for what runs remember: which cell was shown when, and a journal of everything that was sent.
    #[arg(long, value_name = "DIR", default_value = ".probity")]
    pub state: PathBuf,
    /// Keep within so many requests in so many seconds. May be repeated. Default: the contract's limits, and none for a
    /// target on this machine.
    #[arg(long, value_name = "N/SECONDS", value_parser = window)]
    pub window: Vec<RateLimit>,
}

/// What the mock does otherwise than it usually does.
#[derive(Debug, Clone, Args)]
pub struct MockChangeArgs {
    /// Break one promise in the mock: NAME, or NAME@OPERATION. May be repeated; `probity mock --fault help` lists all names.
    #[arg(long, value_name = "NAME")]
    pub fault: Vec<String>,
    /// Let the mock differ in a way that the contract leaves open. May be repeated; `probity mock --variant help` lists all
    /// names.
    #[arg(long, value_name = "NAME")]
    pub variant: Vec<String>,
}

/// Where reports go, and what breaks a run.
#[derive(Debug, Clone, Args)]
pub struct Reports {
    /// Folder for the reports.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Warnings break the run as well.
    #[arg(long)]
    pub strict: bool,
    /// How much findings of a check count: off, warn or error. May be repeated; docs/checks.md explains each check.
    #[arg(long, value_name = "NAME=LEVEL")]
    pub check: Vec<NamedLevel>,
}

/// How changes weigh.
#[derive(Debug, Clone, Args)]
pub struct ChangeWeights {
    /// What clients are like: `strict` ones take no more than their types say, `tolerant` ones ignore what they do not know.
    #[arg(long, value_enum, default_value = "tolerant")]
    pub clients: ClientSort,
    /// End with exit code 1 when a change of this class is there, else with 3 when less was seen than before. With --baseline:
    /// `breaking` by default.
    #[arg(long, value_enum)]
    pub fail_on: Option<FailClass>,
}

/// What clients are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClientSort {
    /// They take no more than their types say.
    Strict,
    /// They ignore what they do not know.
    Tolerant,
}

/// From which class on changes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailClass {
    /// Clients that were right before may fail.
    Breaking,
    /// Clients that go by what is not promised may fail, too.
    Risky,
    /// Every change.
    Any,
}

/// Text or JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// For people.
    Text,
    /// For programs.
    Json,
}
