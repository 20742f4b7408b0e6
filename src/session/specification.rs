//! Loads the contract and the suite that the arguments of a command name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;

use super::command_source::CommandSource;
use super::fetch;
use super::folder_suite::{FolderFiles, with_folder_suite};
use super::options::Files;
use super::planned_log_ins::prepare_log_ins;
use super::web_fuzzing_log_ins::{ReadAuthFile, read_auth_file};
use crate::contract::{Schemas, accounts_for, use_own_requests, use_own_security, use_private};
use crate::execute::journal::digest;
use crate::judge::{CredentialHints, JudgeInput, checks, decides_verdict};
use crate::mock::ServedContract;
use crate::model::auth_file::AuthFile;
use crate::model::check_level::{CheckLevels, NamedLevel};
use crate::model::contract::Contract;
use crate::model::exchange::Outcomes;
use crate::model::journal::Sources;
use crate::model::plan::Plan;
use crate::model::suite::Suite;
use crate::plan::{PlanError, PlanningOptions, plan};
use crate::session::open;
use crate::session::open::{ContractTexts, Source};
use crate::session::stop::Stop;

/// Contract and suite, ready to use.
pub struct Specification {
    /// The contract.
    pub contract: Arc<Contract>,
    /// The suite.
    pub suite: Arc<Suite>,
    /// The schemas of the contract.
    pub schemas: Schemas,
    /// How much the findings of each check count, where that is not what the check says itself.
    pub levels: CheckLevels,
    /// The values of variables that a file of log-ins holds.
    pub values: BTreeMap<String, SecretString>,
    /// What of that file has no equivalent, a line each.
    pub left_out: Vec<String>,
    /// Whether the commands of the suite may be run, and where.
    pub commands: CommandSource,
    /// The files that it was read from.
    pub files: Files,
    /// What a user is told of it before anything else, a sentence each.
    pub told: Vec<String>,
    /// Whether the suite names accounts of its own, and not those that the contract itself asks for.
    pub names_accounts: bool,
    /// What the texts of the contract's files can be had from once more.
    pub texts: ContractTexts,
    /// The contract as mocks serve it, once one is asked for.
    served: OnceLock<ServedContract>,
}

impl Specification {
    /// Reads what the arguments name: a suite and its contract, or a contract alone. Where they name no suite, the one of the working
    /// folder counts, and without that the bundled ones do.
    ///
    /// # Errors
    /// A file is not readable, or not what it should be; the place in it.
    pub fn load(files: &Files) -> Result<Self, Stop> {
        let FolderFiles { files, told } = with_folder_suite(files)?;
        let mut specification = Self::load_named(&files)?;
        specification.told.splice(0..0, told);
        Ok(specification)
    }

    /// The same without the suite of the working folder.
    fn load_named(files: &Files) -> Result<Self, Stop> {
        let (mut contract, texts, mut suite, log_ins) = contract_and_suite(files)?;
        let ReadAuthFile { values, left_out, .. } = log_ins;
        let names_accounts = !suite.accounts.full.is_empty();
        if !names_accounts {
            suite.accounts = accounts_for(&contract);
        }
        let told = use_private(&mut contract, &suite).map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))?;
        let schemas = accepting(&contract, &suite)?;
        let levels = checked_levels(suite.checks.clone(), &format!("the suite {}: checks", suite.name))?;
        let (contract, suite, commands) = (Arc::new(contract), Arc::new(suite), CommandSource::of(files));
        let (files, served) = (files.clone(), OnceLock::new());
        Ok(Self { contract, suite, schemas, levels, values, left_out, commands, files, told, names_accounts, texts, served })
    }

    /// The same where these levels of checks go before the suite's.
    ///
    /// # Errors
    /// There is no check of a name, or it decides what a cell proves.
    pub fn with_checks(mut self, more: &[NamedLevel]) -> Result<Self, Stop> {
        self.levels.extend(more);
        self.levels = checked_levels(self.levels, "--check")?;
        Ok(self)
    }

    /// The contract as mocks serve it, made ready by whoever asks first.
    pub fn served_contract(&self) -> &ServedContract {
        self.served.get_or_init(|| ServedContract::new(&self.contract))
    }

    /// Where contract and suite came from, as a journal or a recording keeps it.
    pub fn sources(&self) -> Sources {
        let files = &self.files;
        let absolute = |path: &PathBuf| {
            let path = fetch::without_query(path);
            let is_file = path.to_str().is_none_or(|text| !fetch::is_address(text));
            let absolute = std::path::absolute(&path).ok().filter(|_| is_file);
            absolute.unwrap_or(path).display().to_string()
        };
        Sources {
            contract: files.contract.as_ref().map(absolute),
            suite: files.suite.as_ref().map(absolute),
            contract_digest: digest(&self.contract.document.to_string()),
            suite_digest: self.suite_digest(),
        }
    }

    /// What the suite says, as a digest. Where its contract stands does not count: the same file may be named by other paths, and
    /// what it says has a digest of its own.
    pub fn suite_digest(&self) -> String {
        let said = Suite { contract: String::new(), ..(*self.suite).clone() };
        digest(&serde_json::to_string(&said).unwrap_or_default())
    }

    /// Reads what a journal or a recording was made with, unless the arguments name other files.
    ///
    /// # Errors
    /// A file is not what it was then, or cannot be read; the flag that names another.
    pub fn load_again(files: &Files, then: &Sources, of: &str) -> Result<Self, Stop> {
        if files.contract.is_some() || files.suite.is_some() {
            return Self::load(files);
        }
        let (contract, suite) = (then.contract.clone().map(PathBuf::from), then.suite.clone().map(PathBuf::from));
        let named = Files { contract, suite, ..files.clone() };
        let hint = "name the one to go by with --contract or --suite";
        let mut specification = Self::load_named(&named).map_err(|stop| Stop::Unusable(format!("{of} was made with other files: {stop}; {hint}")))?;
        // What runs on this machine is named by its user, and by no file that a run has left.
        specification.commands = CommandSource::Recorded;
        let now = specification.sources();
        let other = |then: &str, now: &str| !then.is_empty() && then != now;
        for (what, changed) in
            [("contract", other(&then.contract_digest, &now.contract_digest)), ("suite", other(&then.suite_digest, &now.suite_digest))]
        {
            if changed {
                return Err(Stop::Unusable(format!("the {what} is not what it was when {of} was made; {hint}")));
            }
        }
        Ok(specification)
    }

    /// What is sent under these options.
    ///
    /// # Errors
    /// As [`plan`].
    pub fn plan(&self, options: &PlanningOptions) -> Result<Plan, PlanError> {
        plan(&self.contract, &self.schemas, &self.suite, options)
    }

    /// A plan and what came of it, to be judged.
    pub fn case<'a>(&'a self, plan: &'a Plan, outcomes: &'a Outcomes, hints: &'a CredentialHints) -> JudgeInput<'a> {
        JudgeInput { contract: &self.contract, schemas: &self.schemas, plan, outcomes, hints, levels: &self.levels }
    }
}

/// A contract with what its suite says of it.
///
/// # Errors
/// As [`Specification::load`].
fn contract_and_suite(files: &Files) -> Result<(Contract, ContractTexts, Suite, ReadAuthFile), Stop> {
    let (mut suite, source) = sources(files)?;
    if suite.name.is_empty() {
        suite.name = open::name_for(Path::new(&source.name()));
    }
    let (mut contract, texts) = open::contract_and_texts(&source)?;
    let log_ins = read_log_ins(files, &mut suite, &contract)?;
    if files.strict_document && !contract.issues.is_empty() {
        let lines: Vec<String> = contract.issues.iter().map(ToString::to_string).collect();
        let count = if lines.len() == 1 { "an issue".to_owned() } else { format!("{} issues", lines.len()) };
        return Err(Stop::Unusable(format!("the document has {count}, and --strict-document takes none:\n{}", lines.join("\n"))));
    }
    use_own_security(&mut contract, &suite).map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))?;
    check_suite(&suite, &contract)?;
    check_hooks(&suite, &contract)?;
    suite.check_commands().map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))?;
    prepare_log_ins(&mut suite, &contract).map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))?;
    use_own_requests(&mut contract, &suite).map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))?;
    Ok((contract, texts, suite, log_ins))
}

/// Takes over the log-ins of a file, where one is named.
fn read_log_ins(files: &Files, suite: &mut Suite, contract: &Contract) -> Result<ReadAuthFile, Stop> {
    let choice = suite.auth.as_ref().map(AuthFile::parts).unwrap_or_default();
    let beside = |file: &String| files.suite.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(file);
    let Some(path) = files.auth.clone().or_else(|| choice.file.as_ref().map(beside)) else { return Ok(ReadAuthFile::default()) };
    let read = read_auth_file(&open::auth_document(&path)?, &contract.security_schemes, &choice);
    let mut read = read.map_err(|reason| Stop::Unusable(format!("{}: {reason}", path.display())))?;
    suite.accounts.full.append(&mut read.accounts.full);
    suite.accounts.limited.append(&mut read.accounts.limited);
    suite.accounts.other.append(&mut read.accounts.other);
    suite.security.schemes.append(&mut read.security.schemes);
    suite.security.needs.append(&mut read.security.needs);
    Ok(read)
}

/// The schemas of a contract, with what its suite accepts.
fn accepting(contract: &Contract, suite: &Suite) -> Result<Schemas, Stop> {
    let schemas = Schemas::new(contract);
    let schemas = suite.accepted_gaps().and_then(|gaps| schemas.accepting(gaps));
    schemas.map_err(|reason| Stop::Unusable(format!("the suite {}: {reason}", suite.name)))
}

/// A contract to be shown: nothing is held against its schemas, and to make those of a large one ready takes longer than to read it.
///
/// # Errors
/// As [`Specification::load`].
pub fn shown_contract(files: &Files) -> Result<Contract, Stop> {
    let files = &with_folder_suite(files)?.files;
    let (contract, _, suite, _) = contract_and_suite(files)?;
    if files.suite.is_some() {
        accepting(&contract, &suite)?;
    }
    Ok(contract)
}

/// The suite, and where its contract is.
///
/// # Errors
/// The suite cannot be read, or names no contract.
pub fn sources(files: &Files) -> Result<(Suite, Source), Stop> {
    Ok(match (&files.suite, &files.contract) {
        (Some(path), Some(contract)) => (open::suite(&Source::from_path(path))?.0, fetch::source(contract, &files.route)?),
        (Some(path), None) => {
            let (suite, contract) = open::suite(&Source::from_path(path))?;
            if suite.contract.is_empty() {
                let hint = "add `contract: FILE`, a path relative to the suite, or name one with --contract";
                return Err(Stop::Unusable(format!("{}: the suite names no contract; {hint}", path.display())));
            }
            if fetch::is_address(&suite.contract) {
                let contract = fetch::source(Path::new(&suite.contract), &files.route)?;
                return Ok((suite, contract));
            }
            if contract.is_missing() {
                let hint = "the path in the suite is relative to the suite; fix it, or name another with --contract";
                return Err(Stop::Unusable(format!("{}: contract: there is no file {}; {hint}", path.display(), contract.name())));
            }
            (suite, contract)
        }
        (None, Some(contract)) => (open::suite_for(&fetch::without_query(contract)), fetch::source(contract, &files.route)?),
        (None, None) => open::suite(&Source::default_suite())?,
    })
}

/// The levels, when each is of a check that can have another one than its own.
fn checked_levels(levels: CheckLevels, from: &str) -> Result<CheckLevels, Stop> {
    for (name, _) in levels.entries() {
        if checks().all(|(known, _)| known != name) {
            let known: Vec<&str> = checks().map(|(known, _)| known).filter(|known| !decides_verdict(known)).collect();
            return Err(Stop::Unusable(format!("{from}: there is no check {name}; checks are {}", known.join(", "))));
        }
        if decides_verdict(name) {
            let hint = "--status, --only and --exclude leave out cells that are not to be judged";
            return Err(Stop::Unusable(format!("{from}: the check {name} decides what a cell proves and has no other level; {hint}")));
        }
    }
    Ok(levels)
}

/// Refuses commands around resources of which the contract names no kind.
fn check_hooks(suite: &Suite, contract: &Contract) -> Result<(), Stop> {
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    let known: BTreeSet<&str> = parameters.filter_map(|parameter| parameter.resource.as_ref()).map(|need| need.kind.as_str()).collect();
    let of = |side: &'static str, all| BTreeMap::keys(all).map(move |kind: &String| (side, kind));
    let mut named = of("before", &suite.hooks.before).chain(of("after", &suite.hooks.after));
    let Some((side, kind)) = named.find(|(_, kind)| !known.contains(kind.as_str())) else { return Ok(()) };
    let (name, known) = (&suite.name, known.into_iter().collect::<Vec<_>>().join(", "));
    Err(Stop::Unusable(format!("the suite {name}: hooks.{side}.{kind}: nothing of this kind is made; the kinds of the contract are {known}")))
}

/// A name in a suite that the contract does not know is most likely misspelt.
fn check_suite(suite: &Suite, contract: &Contract) -> Result<(), Stop> {
    let named = suite.effects.values().flatten().chain(suite.skip.keys()).chain(&suite.reads).chain(&suite.session).chain(suite.requests.keys());
    for name in named {
        if contract.operation(name).is_none() {
            return Err(Stop::Unusable(format!(
                "the suite {} names the operation {name}, which its contract does not have; `probity list` shows all",
                suite.name
            )));
        }
    }
    for scheme in suite.accounts.all().into_iter().flat_map(|(_, account)| account.keys()) {
        if !contract.security_schemes.contains_key(scheme) {
            let known: Vec<&str> = contract.security_schemes.keys().map(String::as_str).collect();
            return Err(Stop::Unusable(format!(
                "the suite {} has credentials for {scheme}; the security schemes of its contract are {}",
                suite.name,
                known.join(", ")
            )));
        }
    }
    Ok(())
}
