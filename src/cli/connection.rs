//! The arguments that say how a target is reached, and where credentials come from.

use std::path::PathBuf;

use clap::Args;

/// How a target is reached.
#[derive(Debug, Clone, Args)]
pub struct Connection {
    /// Seconds to wait for one answer: for its header, and once more for the rest. What takes longer is inconclusive.
    #[arg(long, value_name = "SECONDS", default_value_t = 70, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// The longest answer that is read, in MiB. All answers of a run may take eight times as much memory. What goes beyond
    /// is inconclusive.
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub max_answer: u64,
    /// Show this certificate where the server asks for one (mutual TLS): a PEM file with the certificate, its chain and its key,
    /// which only its owner may have access to. Other servers do not see it.
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub credentials: CredentialFile,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub headers: HeaderArgs,
}

/// Where credentials come from beside the environment.
#[derive(Debug, Clone, Args)]
pub struct CredentialFile {
    /// Take credentials from this file first and then from the environment: NAME=VALUE on each line, with the names of the
    /// suite. Only its owner may have access to it. What is secret is left out of everything that is written, in every
    /// form, if it has at least 8 characters; what is shorter only in its encoded forms.
    #[arg(long = "credentials", value_name = "FILE")]
    pub path: Option<PathBuf>,
}

/// Header fields on the command line.
#[derive(Debug, Clone, Default, Args)]
pub struct HeaderArgs {
    /// Send this header field with every request: 'Name: value'. `${NAME}` in it stands for the value of a variable, from the
    /// environment or --credentials, which is kept secret; whatever else stands here, everybody on this machine can see. May be
    /// repeated. It takes the place of what suite and contract have for it, except in a request whose fault is about it.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub texts: Vec<String>,
}
