//! Reads contracts and suites from files, or from what the binary carries.

mod bundled;
mod credentials;
mod document;
mod file_places;
mod files;
mod texts;
mod tree;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;
use url::Url;

pub use credentials::{credentials, read_private_file};
pub use files::{bytes, text};
pub use texts::ContractTexts;

use crate::contract::{self, Bundle, ContractError};
use crate::model::contract::Contract;
use crate::model::issue::DocumentIssue;
use crate::model::suite::{Accounts, Suite};

/// The longest file that is read, in bytes: many times what the largest published contracts have.
pub const LONGEST: u64 = 64 * 1024 * 1024;

/// Something that cannot be read.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file that is not there or not readable.
    #[error("{path} cannot be read: {reason}{hint}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A file that is not what it should be.
    #[error("{path} is not a valid {what}:\n{reason}")]
    Invalid {
        /// The file.
        path: String,
        /// What it should be.
        what: &'static str,
        /// The place in it and what is wrong there.
        reason: String,
    },
    /// A contract that cannot be used.
    #[error("the contract cannot be used: {0}")]
    Contract(#[from] ContractError),
}

/// Fetches what is at an address, from whatever server it is on or from that server alone: where it is in the end, and its
/// text; or why it cannot be had.
type Fetching = dyn Fn(&str, Servers) -> Result<(Url, String), String> + Send + Sync;

/// What fetches documents.
#[derive(Clone)]
pub struct Fetch(Arc<Fetching>);

impl Fetch {
    /// One that does this.
    pub fn new(fetch: impl Fn(&str, Servers) -> Result<(Url, String), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fetch))
    }
}

impl std::fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Fetch")
    }
}

/// Which servers may be asked for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    /// Also one that the first one sends to.
    Any,
    /// None but the first.
    Same,
}

/// How many files beside its first one are fetched for a contract.
const MOST_FETCHED: usize = 200;

/// How long all files of a contract that are fetched may be together, in bytes.
const LONGEST_FETCHED: usize = 128 * 1024 * 1024;

/// Where a suite or a contract comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Carried in the binary; the path below the project.
    Bundled(String),
    /// A file.
    File(PathBuf),
    /// An address, and what fetches from it.
    Web(String, Fetch),
}

impl Source {
    /// The suite that runs when none is named: the first one that the binary carries.
    pub fn default_suite() -> Self {
        Self::Bundled(bundled::first_suite())
    }

    /// What a path means: the file, or when there is none, what the binary carries under that path.
    pub fn from_path(path: &Path) -> Self {
        match path.to_str() {
            Some(text) if !path.exists() && bundled::text(text).is_some() => Self::Bundled(text.to_owned()),
            _ => Self::File(path.to_owned()),
        }
    }

    /// Whether it is a file that is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::File(path) if !path.exists())
    }

    fn sibling(&self, relative: &str) -> Self {
        match self {
            Self::Bundled(path) => Self::Bundled(normalized(&Path::new(path).parent().unwrap_or(Path::new("")).join(relative))),
            Self::File(path) => Self::File(path.parent().unwrap_or(Path::new("")).join(relative)),
            Self::Web(address, fetch) => {
                let joined = Url::parse(address).and_then(|base| base.join(relative));
                Self::Web(joined.map_or_else(|_| relative.to_owned(), String::from), fetch.clone())
            }
        }
    }

    fn read(&self) -> Result<String, LoadError> {
        match self {
            Self::Bundled(path) => bundled::text(path).map(str::to_owned).ok_or_else(|| unreadable(path, "the binary does not carry it")),
            Self::File(path) => files::text(path, LONGEST),
            Self::Web(address, Fetch(fetch)) => fetch(address, Servers::Same).map(|(_, text)| text).map_err(|reason| unfetched(&self.name(), reason)),
        }
    }

    /// Reads the first file of a contract, and says where the others are to be looked for.
    fn read_first(&self) -> Result<(Self, String), LoadError> {
        let Self::Web(address, found) = self else { return self.read().map(|text| (self.clone(), text)) };
        let (url, text) = (found.0)(address, Servers::Any).map_err(|reason| unfetched(&self.name(), reason))?;
        Ok((Self::Web(url.into(), found.clone()), text))
    }

    /// The same of a file that another file has named: one that is no file of its own, such as a pipe or a device, may never end.
    fn read_plain(&self) -> Result<String, LoadError> {
        match self {
            Self::File(path) if std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) => {
                Err(unreadable(&self.name(), "it is a pipe or a device, and no file"))
            }
            other => other.read(),
        }
    }

    /// Whether it is in the folder of another one, or below, wherever links lead.
    fn is_below(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(path), Self::File(other)) => {
                let folder = other.canonicalize().ok().and_then(|other| other.parent().map(Path::to_owned));
                folder.is_some_and(|folder| path.canonicalize().is_ok_and(|path| path.starts_with(folder)))
            }
            (Self::Web(..), Self::Web(..)) => self.is_of(other),
            _ => true,
        }
    }

    /// Whether one more file may be fetched for a contract.
    fn check_file_limits(&self, first: &Self, files: usize, left: usize) -> Result<(), LoadError> {
        let reason = match self {
            Self::Web(..) if !self.is_of(first) => "it is on another server than the contract, which is not asked for it".to_owned(),
            Self::Web(..) if files > MOST_FETCHED => format!("no more than {MOST_FETCHED} files are fetched for a contract"),
            Self::Web(..) if left == 0 => format!("no more than {LONGEST_FETCHED} bytes are fetched for a contract"),
            _ => return Ok(()),
        };
        Err(unfetched(&self.name(), reason))
    }

    /// Whether the server of another one has it.
    fn is_of(&self, other: &Self) -> bool {
        let origin = |source: &Self| if let Self::Web(address, _) = source { Url::parse(address).ok().map(|url| url.origin()) } else { None };
        origin(self) == origin(other)
    }

    /// The path, for people; of an address what is no secret.
    pub fn name(&self) -> String {
        match self {
            Self::Bundled(path) => path.clone(),
            Self::File(path) => path.display().to_string(),
            Self::Web(address, _) => Url::parse(address)
                .map_or_else(|_| "the address of the contract".to_owned(), |url| format!("{}{}", url.origin().ascii_serialization(), url.path())),
        }
    }
}

fn unfetched(name: &str, reason: String) -> LoadError {
    LoadError::Unreadable { path: name.to_owned(), reason, hint: String::new() }
}

fn unreadable(path: &str, reason: &str) -> LoadError {
    let hint = "; check the path, which is relative to the folder you are in".to_owned();
    LoadError::Unreadable { path: path.to_owned(), reason: reason.to_owned(), hint }
}

fn invalid(source: &Source, what: &'static str, reason: &str) -> LoadError {
    let path = source.name();
    let reason = reason.trim_start_matches("error: ").replace("<input>", &path);
    LoadError::Invalid { reason, path, what }
}

/// `a/b/../c` as `a/c`.
fn normalized(path: &Path) -> String {
    let mut segments: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            std::path::Component::ParentDir => {
                segments.pop();
            }
            std::path::Component::Normal(segment) => segments.push(segment.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    segments.join("/")
}

/// Reads a suite and tells where its contract is.
///
/// # Errors
/// The file is not readable or not a suite; the place in it.
pub fn suite(source: &Source) -> Result<(Suite, Source), LoadError> {
    let text = source.read()?;
    let mut suite: Suite = yaml::parse(&text).map_err(|reason| invalid(source, "suite", &reason))?;
    for (operation, request) in &suite.requests {
        let Some(file) = request.parts().body else { continue };
        let at = source.sibling(&file);
        let body = at.read_plain()?;
        let body = serde_json::from_str(&body).map_err(|error| invalid(&at, "body in JSON", &error.to_string()))?;
        suite.bodies.insert(operation.clone(), body);
    }
    let contract = source.sibling(&suite.contract);
    Ok((suite, contract))
}

/// Reads a file of log-ins. What is wrong with it is not shown, because it holds credentials.
///
/// # Errors
/// The file is not readable, readable by others than its owner (on Unix), or not what the end of its name says: TOML for `.toml`,
/// else YAML or JSON.
pub fn auth_document(path: &Path) -> Result<Value, LoadError> {
    let text = String::from_utf8(read_private_file(path, LONGEST)?).ok();
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let document = text.and_then(|text| if is_toml { toml::from_str(&text).ok() } else { yaml::parse(&text).ok() });
    let form = if is_toml { "TOML" } else { "YAML or JSON" };
    let reason = format!("it is no {form}; what is wrong is not shown, because it holds credentials");
    document.ok_or_else(|| LoadError::Invalid { path: path.display().to_string(), what: "file of log-ins", reason })
}

/// A suite for a contract that has none: no accounts, no effects.
pub fn suite_for(contract: &Path) -> Suite {
    Suite {
        checks: crate::model::check_level::CheckLevels::default(),
        keep: None,
        name: name_for(contract),
        contract: contract.display().to_string(),
        accounts: Accounts::default(),
        auth: None,
        allow: Vec::new(),
        headers: Vec::new(),
        security: crate::model::own_security::OwnSecurity::default(),
        given: BTreeMap::new(),
        hooks: crate::model::own_command::Hooks::default(),
        effects: BTreeMap::new(),
        reads: Vec::new(),
        session: Vec::new(),
        catalogues: Vec::new(),
        private: Vec::new(),
        live: false,
        select: crate::model::filter::Filter::default(),
        requests: BTreeMap::new(),
        bodies: BTreeMap::new(),
        target: None,
        skip: BTreeMap::new(),
        accept_unjudged: Vec::new(),
        mock: crate::model::suite::MockSeed::default(),
    }
}

/// The name of a suite that has none: that of the file of its contract.
pub fn name_for(contract: &Path) -> String {
    contract.file_stem().map_or_else(|| "contract".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Reads a contract with every file it refers to, bundled but not interpreted.
///
/// # Errors
/// The file is not readable, or not YAML or JSON.
pub fn bundle(source: &Source) -> Result<Bundle, LoadError> {
    gather(source).map(|(bundle, _)| bundle)
}

/// The bundle, and what its texts can be had from once more.
fn gather(source: &Source) -> Result<(Bundle, ContractTexts), LoadError> {
    let name = source.name();
    let root = name.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
    let mut gathered = ContractFiles::default();
    let (source, text) = &source.read_first()?;
    let mut left = LONGEST_FETCHED.saturating_sub(text.len());
    gathered.add(&root, source, text, true)?;
    while let Some((file, _)) = gathered.open.pop() {
        if gathered.files.contains_key(&file) || gathered.absent.contains_key(&file) {
            continue;
        }
        // What is not there, or not readable, is left out of the contract and told as an issue of it.
        let at = source.sibling(&file);
        let read = at.check_file_limits(source, gathered.files.len(), left).and_then(|()| at.read_plain());
        left = left.saturating_sub(read.as_ref().map_or(0, String::len));
        if let Err(error) = read.and_then(|text| gathered.add(&file, &at, &text, at.is_below(source))) {
            gathered.absent.insert(file, error.to_string());
        }
    }
    let mut bundle = contract::bundle_files(&root, gathered.files, &gathered.absent)?;
    bundle.issues.splice(0..0, gathered.issues);
    Ok((bundle, gathered.texts))
}

/// The files of a contract.
#[derive(Default)]
struct ContractFiles {
    files: BTreeMap<String, Value>,
    /// Files that are referred to and cannot be used, with the reason.
    absent: BTreeMap<String, String>,
    /// Files to be read, each with the first place that refers to it.
    open: Vec<(String, String)>,
    issues: Vec<DocumentIssue>,
    texts: ContractTexts,
}

impl ContractFiles {
    /// Takes the text of one file and notes what it refers to.
    fn add(&mut self, file: &str, at: &Source, text: &str, shown: bool) -> Result<(), LoadError> {
        let document = document::parse(text, file).map_err(|reason| {
            // What stands in files of others is no business of whoever reads the message.
            let hidden = "it is no YAML or JSON; it is outside of the folder of the contract, and not shown";
            invalid(at, "OpenAPI document", if shown { &reason } else { hidden })
        })?;
        let twice = document.twice.iter().map(|pointer| {
            DocumentIssue::new(format!("{file}#{pointer}"), "this key is there twice in one object", "the last one is used, the others are left out")
        });
        self.issues.extend(twice);
        self.open.extend(contract::file_references(file, &document.value));
        self.texts.add(file, at, text);
        self.files.insert(file.to_owned(), document.value);
        Ok(())
    }
}

/// Reads a contract.
///
/// # Errors
/// As [`bundle`], and when the document is no usable OpenAPI document.
pub fn contract(source: &Source) -> Result<Contract, LoadError> {
    contract_and_texts(source).map(|(contract, _)| contract)
}

/// Reads a contract, and says what its texts can be had from once more.
///
/// # Errors
/// As [`contract`].
pub fn contract_and_texts(source: &Source) -> Result<(Contract, ContractTexts), LoadError> {
    let (bundle, texts) = gather(source)?;
    Ok((contract::read(bundle)?, texts))
}
