//! The arguments that choose cells and say what may be done for them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::parse_mark;
use crate::model::contract::Status;
use crate::model::filter::Filter;

/// Which operations.
#[derive(Debug, Clone, Args)]
pub struct OperationArgs {
    /// Only operations whose id matches; `*` stands for any text. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Only operations with a tag that matches. May be repeated, as may --path and --method; what is chosen by each is asked.
    #[arg(long, value_name = "PATTERN")]
    pub tag: Vec<String>,
    /// Only operations whose path template matches.
    #[arg(long, id = "path-template", value_name = "PATTERN")]
    pub path: Vec<String>,
    /// Only operations with this method.
    #[arg(long, value_name = "METHOD")]
    pub method: Vec<String>,
    /// Leave out operations whose id matches, and never call them, not even to make what others need. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
}

impl OperationArgs {
    /// The patterns.
    pub fn filter(&self) -> Filter {
        let Self { only, tag, path, method, exclude } = self.clone();
        Filter { only, tags: tag, paths: path, methods: method, exclude }
    }
}

/// Which cells, and what may be done for them.
#[derive(Debug, Clone, Args)]
pub struct Selection {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub operations: OperationArgs,
    /// Only these statuses: a code such as 404, `default`, or a range such as 4XX, which takes every cell of its class. May be
    /// repeated.
    #[arg(long, value_name = "CODE")]
    pub status: Vec<Status>,
    /// Only what the last run found wrong, by the report in --out. What is not judged again stays wrong for the next time.
    #[arg(long)]
    pub failed: bool,
    /// What may be sent. A target elsewhere is only read unless writes are allowed. On no server is anything changed that the run
    /// has not made, unless --allow names it.
    #[arg(long, value_enum, value_name = "NAME")]
    pub profile: Option<Profile>,
    /// On a target that is not on this machine, too: make things, and change and remove what the run has made.
    #[arg(long)]
    pub allow_writes: bool,
    /// Allow requests with this effect. May be repeated.
    ///
    /// `leftovers` make something that no operation removes (on this machine allowed, and named); `borrowed` change or remove
    /// one thing that the run has not made; `sweeping` change things that they do not name: whole collections, settings, the
    /// own account, actions such as reset, archive or log-out. Other names are those of the suite. `all` allows every effect:
    /// the whole server may be lost.
    #[arg(long, value_name = "EFFECT")]
    pub allow: Vec<String>,
    /// Provoke each refusal in every way that the contract names, not only in the cheapest one. Costs more requests.
    #[arg(long)]
    pub thorough: bool,
    /// Send so many more requests to each operation, with values drawn from its schemas.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub cases: u32,
    /// Drawn requests that failed before; they are sent first. What fails is added. Default: `regressions.json` in the state
    /// folder.
    #[arg(long, value_name = "FILE")]
    pub regressions: Option<PathBuf>,
    /// Seed of everything that is drawn by chance.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// The mark that everything carries which the run makes, for example `probity-0123456789`. Default: a new one for each run.
    #[arg(long, value_name = "TEXT", value_parser = parse_mark)]
    pub mark: Option<String>,
}

/// Which operations may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Every operation that is allowed.
    Full,
    /// Only operations that change nothing.
    ReadOnly,
}
