//! Plain options of each command, as any program can build them.

use std::path::PathBuf;

use crate::model::change::Clients;
use crate::model::check_level::NamedLevel;
use crate::model::contract::{RateLimit, Status};
use crate::model::filter::Filter;
use crate::model::keep::Keep;

/// Which contract and suite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// A file, or the address of the contract.
    pub contract: Option<PathBuf>,
    /// The suite.
    pub suite: Option<PathBuf>,
    /// A file of log-ins in the form of Web Fuzzing Commons; it goes before the suite's.
    pub auth: Option<PathBuf>,
    /// Whether a document that is broken in part is refused.
    pub strict_document: bool,
    /// The way to a contract at an address.
    pub route: Route,
}

/// The way to a server, beside what its address says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// A file of authorities to trust.
    pub ca: Option<PathBuf>,
    /// The address of a proxy.
    pub proxy: Option<String>,
}

/// Which operations may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Every operation that is allowed.
    Full,
    /// Only operations that change nothing.
    ReadOnly,
}

/// Which cells, and what may be done for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Which operations.
    pub operations: Filter,
    /// Which statuses; all where none is named.
    pub status: Vec<Status>,
    /// Whether only what the last run found wrong is asked for.
    pub failed: bool,
    /// What may be sent.
    pub profile: Option<Profile>,
    /// Whether a target elsewhere may be written to.
    pub allow_writes: bool,
    /// Effects that are allowed.
    pub allow: Vec<String>,
    /// Whether each refusal is provoked in every way.
    pub thorough: bool,
    /// Requests with drawn values for each operation.
    pub cases: u32,
    /// The regression file; the one in the state folder where none is named.
    pub regressions: Option<PathBuf>,
    /// Seed of everything that is drawn by chance.
    pub seed: u64,
    /// The mark of everything that a run makes; a new one where none is named.
    pub mark: Option<String>,
}

/// How fast requests follow one another, and where it is written down when they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Folder for what runs remember.
    pub state: PathBuf,
    /// Rate limits that are kept in place of the contract's.
    pub window: Vec<RateLimit>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { state: PathBuf::from(".probity"), window: Vec::new() }
    }
}

/// What a run is about, planned or sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// `mock`, or the base URL of a server.
    pub target: Option<String>,
    /// Whether the target counts as elsewhere, whatever its address.
    pub live: bool,
    /// Which contract and suite.
    pub files: Files,
    /// Whether no command of the suite is run.
    pub no_hooks: bool,
    /// Which cells.
    pub selection: Selection,
    /// The most requests that are sent.
    pub budget: Option<u64>,
    /// How fast.
    pub pace: Pace,
}

/// What the mock does otherwise than it usually does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockChanges {
    /// Faults, as NAME or NAME@OPERATION.
    pub fault: Vec<String>,
    /// Variants.
    pub variant: Vec<String>,
}

/// How a target is reached, and where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionOptions {
    /// Seconds to wait for one answer.
    pub timeout: u64,
    /// The longest answer that is read, in MiB.
    pub max_answer: u64,
    /// A file of authorities to trust.
    pub ca: Option<PathBuf>,
    /// A file with a client certificate and its key.
    pub client_cert: Option<PathBuf>,
    /// The address of a proxy.
    pub proxy: Option<String>,
    /// A file of credentials.
    pub credentials: Option<PathBuf>,
    /// Header fields that are sent with every request, as `Name: value`.
    pub headers: Vec<String>,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self { timeout: 70, max_answer: 8, ca: None, client_cert: None, proxy: None, credentials: None, headers: Vec::new() }
    }
}

/// Where reports go, and what breaks a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reports {
    /// Folder for the reports.
    pub out: PathBuf,
    /// Whether warnings break the run as well.
    pub strict: bool,
    /// How much findings of checks count; they go before the suite's.
    pub checks: Vec<NamedLevel>,
}

impl Default for Reports {
    fn default() -> Self {
        Self { out: PathBuf::from("reports"), strict: false, checks: Vec::new() }
    }
}

/// Options of a run; those that the command line has where no argument is given are the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// What the run is about.
    pub scope: Scope,
    /// Whether it starts over.
    pub fresh: bool,
    /// How often what breaks a rule is sent again.
    pub retries: u32,
    /// Seconds to wait until the server answers at all.
    pub wait: Option<u64>,
    /// Seconds after which the run ends.
    pub max_time: Option<u64>,
    /// What is kept of answers.
    pub keep: Option<Keep>,
    /// Requests under way at once.
    pub jobs: Option<u16>,
    /// Where reports go.
    pub reports: Reports,
    /// An older run that this one is compared with.
    pub baseline: Option<PathBuf>,
    /// What clients are like, for a comparison.
    pub clients: Clients,
    /// Which changes break a run that has a baseline; those that break clients where none are named.
    pub fail_on: Option<FailOn>,
    /// Whether cells without a proof break the run as well.
    pub require_complete: bool,
    /// What the embedded mock does otherwise.
    pub mock: MockChanges,
    /// How the target is reached.
    pub connection: ConnectionOptions,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            fresh: false,
            retries: 4,
            wait: None,
            max_time: None,
            keep: None,
            jobs: None,
            reports: Reports::default(),
            baseline: None,
            clients: Clients::default(),
            fail_on: None,
            require_complete: false,
            mock: MockChanges::default(),
            connection: ConnectionOptions::default(),
        }
    }
}

/// Options of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// What would be sent.
    pub scope: Scope,
    /// A file of credentials.
    pub credentials: Option<PathBuf>,
    /// Header fields that would be sent.
    pub headers: Vec<String>,
    /// Folder with the reports of the last run.
    pub out: PathBuf,
}

/// Options of a clean-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanOptions {
    /// Base URL of the server.
    pub target: String,
    /// Which contract and suite.
    pub files: Files,
    /// How fast.
    pub pace: Pace,
    /// How the target is reached.
    pub connection: ConnectionOptions,
}

/// Options of judging a recording again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgeOptions {
    /// The recording.
    pub recording: PathBuf,
    /// Which contract and suite.
    pub files: Files,
    /// Where reports go.
    pub reports: Reports,
}

/// Which changes break a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Those that break clients.
    Breaking,
    /// Those that may break clients, too.
    Risky,
    /// Every change.
    Any,
}

/// Options of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffOptions {
    /// The older run: a report, a recording, or the folder of both.
    pub old: PathBuf,
    /// The newer one.
    pub new: PathBuf,
    /// The contract of the older run, where it is not the one that its recording names.
    pub files: Files,
    /// What the clients are like.
    pub clients: Clients,
    /// Which changes break it; none where it only tells.
    pub fail_on: Option<FailOn>,
}

/// Options of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayOptions {
    /// The name of the probe.
    pub probe: String,
    /// The recording of the run.
    pub recording: PathBuf,
    /// The options of that run.
    pub run: RunOptions,
}

/// Options of a mock server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MockServerOptions {
    /// Address to listen on.
    pub listen: std::net::SocketAddr,
    /// Which contract and suite.
    pub files: Files,
    /// What the mock does otherwise.
    pub mock: MockChanges,
    /// Rate limits; what one run needs where none is named.
    pub window: Vec<RateLimit>,
}

/// Options of a self-test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelfTestOptions {
    /// Which contract and suite.
    pub files: Files,
    /// Only these faults.
    pub fault: Vec<String>,
    /// Only these variants.
    pub variant: Vec<String>,
    /// Seed of the operations that faults are put on alone.
    pub seed: u64,
}
