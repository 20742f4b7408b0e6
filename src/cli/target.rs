//! What a run is about: contract, suite and target, put together from the arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};
use wildmatch::WildMatch;

use super::Stop;
use super::args::{Files, Profile, Scope, Selection};
use super::ledger::Ledger;
use crate::checks::CredentialHint;
use crate::contract::{Schemas, accounts_for};
use crate::domain::contract::{Contract, RateLimit, SecurityScheme, Status};
use crate::domain::exchange::Outcomes;
use crate::domain::plan::Plan;
use crate::domain::suite::{Account, Credential, Suite};
use crate::judge::{Case, Hints};
use crate::load::{self, Source};
use crate::plan::{Known, Options, PlanError, plan};
use crate::run::{FULL_BURST, MOST_BURST};
use crate::transport::Accounts;

/// Contract and suite, ready to use.
pub struct Subject {
    /// The contract.
    pub contract: Arc<Contract>,
    /// The suite.
    pub suite: Arc<Suite>,
    /// The schemas of the contract.
    pub schemas: Schemas,
    /// Whether the suite names accounts of its own, and not those that the contract itself asks for.
    pub names_accounts: bool,
}

impl Subject {
    /// Reads what the arguments name: a suite and its contract, a contract alone, or the bundled ones.
    ///
    /// # Errors
    /// A file is not readable, or not what it should be; the place in it.
    pub fn load(files: &Files) -> Result<Self, Stop> {
        let (mut suite, source) = sources(files)?;
        let contract = load::contract(&source)?;
        if files.strict_document && !contract.issues.is_empty() {
            let lines: Vec<String> = contract.issues.iter().map(ToString::to_string).collect();
            let count = if lines.len() == 1 { "an issue".to_owned() } else { format!("{} issues", lines.len()) };
            return Err(Stop::Unusable(format!("the document has {count}, and --strict-document takes none:\n{}", lines.join("\n"))));
        }
        check_suite(&suite, &contract)?;
        let names_accounts = !suite.accounts.full.is_empty();
        if !names_accounts {
            suite.accounts = accounts_for(&contract);
        }
        let contract = Arc::new(contract);
        let schemas = Schemas::later(Arc::clone(&contract));
        Ok(Self { contract, suite: Arc::new(suite), schemas, names_accounts })
    }

    /// What is sent under these options.
    ///
    /// # Errors
    /// As [`plan`].
    pub fn plan(&self, options: &Options) -> Result<Plan, PlanError> {
        plan(&self.contract, &self.schemas, &self.suite, options)
    }

    /// A plan and what came of it, to be judged.
    pub fn case<'a>(&'a self, plan: &'a Plan, outcomes: &'a Outcomes, hints: &'a Hints) -> Case<'a> {
        Case { contract: &self.contract, schemas: &self.schemas, plan, outcomes, hints }
    }
}

/// The suite, and where its contract is.
pub fn sources(files: &Files) -> Result<(Suite, Source), Stop> {
    Ok(match (&files.suite, &files.contract) {
        (Some(path), Some(contract)) => (load::suite(&Source::named(path))?.0, Source::named(contract)),
        (Some(path), None) => {
            let (suite, contract) = load::suite(&Source::named(path))?;
            if contract.is_missing() {
                let hint = "the path in the suite is relative to the suite; mend it, or name another with --contract";
                return Err(Stop::Unusable(format!("{}: contract: there is no file {}; {hint}", path.display(), contract.name())));
            }
            (suite, contract)
        }
        (None, Some(contract)) => (load::suite_for(contract), Source::named(contract)),
        (None, None) => load::suite(&Source::default_suite())?,
    })
}

/// The credentials of a run, from where `lookup` finds them: all that the suite names; or what there is, where it names
/// none. To have none at all is only right where none are asked for.
pub fn accounts(subject: &Subject, selection: &Selection, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Accounts, Stop> {
    let strict = Accounts::from_environment(&subject.suite, lookup);
    if subject.names_accounts {
        return strict.map_err(|missing| {
            Stop::Unusable(format!("{missing} (the suite {} takes them from the environment or from --credentials FILE)", subject.suite.name))
        });
    }
    let available = Accounts::available(&subject.suite, lookup);
    let selected = |id: &str| selection.only.is_empty() || selection.only.iter().any(|pattern| WildMatch::new(pattern).matches(id));
    let asked_for = subject.contract.operations.iter().any(|operation| operation.needs_credentials() && selected(&operation.id));
    match strict {
        Err(missing) if available.full.is_empty() && asked_for => {
            let words = if missing.variables.len() > 1 { "what you have of " } else { "" };
            let variables = missing.variables.join(", ");
            Err(Stop::Unusable(format!("credentials are missing: set {words}{variables}, or name a --suite that says where they come from")))
        }
        _ => Ok(available),
    }
}

/// A name in a suite that the contract does not know is most likely misspelt.
fn check_suite(suite: &Suite, contract: &Contract) -> Result<(), Stop> {
    let named = suite.effects.values().flatten().chain(suite.skip.keys());
    for name in named {
        if contract.operation(name).is_none() {
            return Err(Stop::Unusable(format!(
                "the suite {} names the operation {name}, which its contract does not have; `probity list` shows all",
                suite.name
            )));
        }
    }
    for scheme in suite.accounts.full.keys().chain(suite.accounts.limited.keys()) {
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

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The embedded mock.
    Mock,
    /// A server; its base URL without a slash at the end.
    Server {
        /// Base URL.
        base: String,
        /// Whether it is on this machine.
        local: bool,
    },
}

impl Target {
    /// Reads the argument.
    pub fn parse(text: &str) -> Result<Self, Stop> {
        if text == "mock" {
            return Ok(Self::Mock);
        }
        let hint = "give `mock` or a base URL such as https://api.example.com or http://127.0.0.1:8080";
        let url = Url::parse(text).map_err(|error| Stop::Unusable(format!("--target {text:?} is no URL ({error}); {hint}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Stop::Unusable(format!("--target {text:?} is no http or https URL; {hint}")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Stop::Unusable("--target holds credentials; put them into the environment variables that the suite names".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Stop::Unusable(format!("--target {text:?} has a query or fragment; {hint}")));
        }
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        };
        Ok(Self::Server { base: url.as_str().trim_end_matches('/').to_owned(), local })
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Mock | Self::Server { local: true, .. })
    }

    /// For reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Mock => "mock",
            Self::Server { base, .. } => base,
        }
    }
}

/// What may be done on a target, in one word.
pub fn profile(selection: &Selection, target: &Target) -> &'static str {
    if may_write(selection, target) { "full" } else { "read-only" }
}

fn may_write(selection: &Selection, target: &Target) -> bool {
    match selection.profile {
        Some(Profile::ReadOnly) => false,
        Some(Profile::Full) | None => target.is_local() || selection.allow_writes,
    }
}

/// What a plan may do.
pub fn options(
    selection: &Selection,
    target: &Target,
    suite: &Suite,
    given: BTreeMap<String, Vec<Known>>,
    (full, limited): (BTreeSet<String>, BTreeSet<String>),
    mark: String,
) -> Result<Options, Stop> {
    let mut known: BTreeSet<&str> = suite.effects.keys().map(String::as_str).collect();
    known.extend(["borrowed", "all"]);
    if let Some(unknown) = selection.allow.iter().find(|effect| !known.contains(effect.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Stop::Unusable(format!("--allow {unknown}: the effects are {}", known.join(", "))));
    }
    let everything = target.is_local() || selection.allow.iter().any(|effect| effect == "all");
    Ok(Options {
        only: selection.only.clone(),
        statuses: selection.status.iter().map(|status| Status(*status)).collect(),
        writes: may_write(selection, target),
        effects: (!everything).then(|| selection.allow.iter().cloned().collect()),
        full: Some(full),
        limited,
        given,
        mark,
        thorough: selection.thorough,
        cases: selection.cases,
        seed: selection.seed,
        ..Options::default()
    })
}

/// The same within the rate limits and the budget, and with what is known of earlier runs.
pub fn within(options: Options, scope: &Scope, target: &Target, subject: &Subject, ledger: &Ledger) -> Options {
    let windows = windows(&scope.pace.window, target, &subject.contract);
    Options { keep: *target != Target::Mock, burst: burst(&windows, target), windows, budget: scope.budget, asked: ledger.memory.known(), ..options }
}

/// The rate limits that a run keeps: those that are written out, else the contract's for a server elsewhere.
pub fn windows(written: &[RateLimit], target: &Target, contract: &Contract) -> Vec<RateLimit> {
    match (written, target.is_local()) {
        ([], true) => Vec::new(),
        ([], false) => contract.rate_limits.clone(),
        (written, _) => written.to_vec(),
    }
}

/// The most requests to the embedded mock, whose limit lets the whole plan through: those that came to nothing are made up
/// for before it is met.
const EMBEDDED_BURST: u32 = 1_000;

/// How many requests may be sent to show the rate limit: where windows are kept, one that is known to be full is met at once;
/// a server elsewhere is not driven to its limit otherwise.
fn burst(windows: &[RateLimit], target: &Target) -> u32 {
    match (windows, target.is_local()) {
        ([], true) if *target == Target::Mock => EMBEDDED_BURST,
        ([], true) => MOST_BURST,
        ([], false) => 0,
        _ => FULL_BURST,
    }
}

/// Resources that the environment names for a suite.
pub fn given(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Vec<Known>> {
    let mut known: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for (kind, entries) in &suite.given {
        for entry in entries {
            let id = entry.env.as_deref().and_then(lookup).filter(|id| !id.is_empty()).or_else(|| entry.id.clone());
            if let Some(id) = id {
                known.entry(kind.clone()).or_default().push(Known { id, state: entry.state.clone(), left: None });
            }
        }
    }
    known
}

/// The environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where the credentials of a suite come from, for the commands that show findings again.
pub fn hints(suite: &Suite, contract: &Contract) -> Hints {
    let of = |account: &Account| account.iter().filter_map(|(scheme, credential)| hint(contract.security_schemes.get(scheme)?, credential)).collect();
    Hints { full: of(&suite.accounts.full), limited: of(&suite.accounts.limited) }
}

fn hint(scheme: &SecurityScheme, credential: &Credential) -> Option<CredentialHint> {
    Some(match (scheme, credential) {
        (SecurityScheme::Basic, Credential::Basic { username, password }) => {
            CredentialHint::Basic { username_env: username.clone(), password_env: password.clone() }
        }
        (SecurityScheme::Bearer, Credential::Bearer { token }) => CredentialHint::Bearer { env: token.clone() },
        (SecurityScheme::Header(name), Credential::Value { env }) => CredentialHint::Header { name: name.clone(), env: env.clone() },
        (SecurityScheme::Query(name), Credential::Value { env }) => CredentialHint::Query { name: name.clone(), env: env.clone() },
        (SecurityScheme::Cookie(name), Credential::Value { env }) => CredentialHint::Cookie { name: name.clone(), env: env.clone() },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_on_this_machine() {
        let local = |text| Target::parse(text).map(|target| target.is_local()).ok();
        assert_eq!(local("http://127.0.0.1:8080"), Some(true));
        assert_eq!(local("http://[::1]:8080/api/"), Some(true));
        assert_eq!(local("http://localhost"), Some(true));
        assert_eq!(local("https://api.example.com"), Some(false));
        assert_eq!(local("http://localhost.example.com"), Some(false));
        assert_eq!(local("http://10.0.0.1"), Some(false));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["api.example.com", "ftp://example.com", "http://", "https://key:secret@example.com", "http://example.com/?a=b"] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
        assert_eq!(Target::parse("http://h/api/").map(|target| target.name().to_owned()).ok(), Some("http://h/api".to_owned()));
    }
}
