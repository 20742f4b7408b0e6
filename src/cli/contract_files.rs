//! The arguments that say which contract and suite are meant, and how what is not on this machine is reached.

use std::path::PathBuf;

use clap::Args;

/// Which contract and suite.
#[derive(Debug, Clone, Args)]
pub struct Files {
    /// Document of OpenAPI 3.0, 3.1 or 3.2, or of Swagger 2.0, which a suite names itself: a file, or an https address (http on this
    /// machine), which is fetched without credentials and kept nowhere.
    #[arg(long, value_name = "PATH|URL")]
    pub contract: Option<PathBuf>,
    /// Suite: accounts, effects and resources of one API. Bundled suites go by their path, for example suites/NAME.yaml. Where none
    /// is named, the probity.yaml or probity.yml in the folder you are in is used.
    #[arg(long, value_name = "PATH")]
    pub suite: Option<PathBuf>,
    /// Log-ins in the form of Web Fuzzing Commons (`auth.yaml` or `auth.toml` of `EvoMaster`), a file to which only its owner has
    /// access. It goes before the one that the suite names (`auth`).
    #[arg(long, value_name = "FILE")]
    pub auth: Option<PathBuf>,
    /// Refuse a document that is broken in part, instead of using its sound parts.
    #[arg(long)]
    pub strict_document: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub route: Route,
}

/// The way to a target, and to a contract at an address.
#[derive(Debug, Clone, Default, Args)]
pub struct Route {
    /// Trust the authorities in this file (PEM), too, for a target and for a contract at an address. Certificates are verified in
    /// any case.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Send every request by way of this proxy, those for a contract at an address as well. Proxies that the environment names
    /// are never used.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
}
