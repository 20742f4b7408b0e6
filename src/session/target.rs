//! Works out from the arguments where requests go and what a run may do there.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

use url::{Host, Url};

use super::options::{Profile, RunOptions, Selection};
use super::shown_address::quoted_address;
pub use super::specification::{Specification, sources};
use crate::execute::http::KnownSchemes;
use crate::execute::{FULL_BURST, MOST_BURST};
use crate::judge::CredentialHints;
use crate::judge::exchange_rules::CredentialHint;
use crate::model::contract::{Contract, RateLimit, SecurityScheme};
use crate::model::effect::{Effect, Permission};
use crate::model::suite::{Account, Credential, Suite};
use crate::plan::{GivenResource, PlanningOptions};
use crate::session::stop::Stop;

/// How long a plan waits for the addresses of a name.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The embedded mock.
    Mock,
    /// A server; its base URL without a slash at the end.
    Server {
        /// Base URL.
        base: String,
        /// Whether it counts as on this machine.
        local: bool,
        /// Whether its address is one of this machine, whatever it counts as.
        loopback: bool,
        /// How it is known where it is, as the end of a sentence.
        why: String,
    },
}

impl Target {
    /// Reads the argument.
    ///
    /// # Errors
    /// It is neither `mock` nor an http or https URL that requests can go to.
    pub fn parse(text: &str) -> Result<Self, Stop> {
        if text == "mock" {
            return Ok(Self::Mock);
        }
        let hint = "give `mock` or a base URL such as https://api.example.com or http://127.0.0.1:8080";
        let url = Url::parse(text).map_err(|error| Stop::Unusable(format!("--target {} is no URL ({error}); {hint}", quoted_address(text))))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Stop::Unusable(format!("--target {} is no http or https URL; {hint}", quoted_address(text))));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Stop::Unusable("--target holds credentials; put them into the environment variables that the suite names".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Stop::Unusable(format!("--target {} has a query or fragment; {hint}", quoted_address(text))));
        }
        let (local, why) = match url.host() {
            Some(Host::Ipv4(address)) => by_address(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => by_address(address.to_canonical()),
            Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => (true, format!("{name} is this machine")),
            Some(Host::Domain(name)) => (false, format!("{name} is not known to be this machine")),
            None => (false, "it has no host".to_owned()),
        };
        Ok(Self::Server { base: url.as_str().trim_end_matches('/').to_owned(), local, loopback: local, why })
    }

    /// Reads the argument for a command that sends: what counts is the address that is connected to, not how it is spelt. With
    /// `live`, or by way of a proxy, nothing is on this machine.
    ///
    /// # Errors
    /// It is no base URL.
    pub fn connected(text: &str, live: bool, proxied: bool) -> Result<Self, Stop> {
        Self::located(text, live, proxied, &addresses)
    }

    /// The same with what says which addresses a name has.
    fn located(text: &str, live: bool, proxied: bool, addresses: &dyn Fn(&str, u16) -> Vec<IpAddr>) -> Result<Self, Stop> {
        let Self::Server { base, loopback, why, .. } = Self::parse(text)? else { return Ok(Self::Mock) };
        // What a proxy connects to is not known here.
        let (loopback, why) = match Url::parse(&base).ok().as_ref().map(|url| (url.host(), url.port_or_known_default().unwrap_or(80))) {
            Some((Some(Host::Domain(name)), port)) if !proxied => is_loopback(name, &addresses(name, port)),
            _ => (loopback, why),
        };
        let (local, why) = match (live, proxied) {
            (true, _) => (false, "--live, or the suite, says so".to_owned()),
            (_, true) => (false, "it is reached by way of a proxy".to_owned()),
            _ => (loopback, why),
        };
        Ok(Self::Server { base, local, loopback, why })
    }

    /// The target of a run.
    ///
    /// # Errors
    /// It is no base URL.
    pub fn of_run(args: &RunOptions, specification: &Specification) -> Result<Self, Stop> {
        let text = args.scope.target.as_deref().or(specification.suite.target.as_deref()).unwrap_or("mock");
        Self::connected(text, args.scope.live || specification.suite.live, args.connection.proxy.is_some())
    }

    /// The same for a command that sends nothing. The name is looked up all the same: a plan is that of a run only where it goes by
    /// the same windows and the same memory.
    ///
    /// # Errors
    /// It is no base URL.
    pub fn for_plan(text: &str, live: bool, proxied: bool) -> Result<Self, Stop> {
        Self::located(text, live, proxied, &resolve_quickly)
    }

    /// Where it is, how that is known, and what may be changed there.
    pub fn introduction(&self, permission: &Permission) -> String {
        let Self::Server { base, local, why, .. } = self else {
            return "Target: the embedded mock, which ends with its run; everything may be changed.".to_owned();
        };
        let place = if *local { "on this machine" } else { "not on this machine" };
        let allowed: Vec<&str> = Effect::ALLOWABLE.into_iter().filter(|effect| permission.allows(*effect)).map(Effect::as_str).collect();
        let may = match (permission.writes, allowed.as_slice()) {
            (false, _) => "it is only read".to_owned(),
            (true, []) => "only what this run makes is changed".to_owned(),
            (true, allowed) => format!("changed is what this run makes, and allowed are {}", allowed.join(", ")),
        };
        format!("Target: {base} counts as {place} ({why}); {may}.")
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Mock | Self::Server { local: true, .. })
    }

    /// The same for every spelling of a server on this machine: by it goes what is remembered of rate limits and of runs.
    pub fn key(&self) -> String {
        let Self::Server { base, loopback, .. } = self else { return self.name().to_owned() };
        let Ok(mut url) = Url::parse(base) else { return base.clone() };
        if *loopback {
            let _ = url.set_host(Some("127.0.0.1"));
        }
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// For reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Mock => "mock",
            Self::Server { base, .. } => base,
        }
    }
}

fn by_address(address: IpAddr) -> (bool, String) {
    let local = address.is_loopback();
    (local, format!("{address} is {} loopback address", if local { "a" } else { "no" }))
}

/// Whether every address of a name is this machine; one that cannot be resolved is elsewhere.
fn is_loopback(name: &str, addresses: &[IpAddr]) -> (bool, String) {
    match addresses.iter().find(|address| !address.is_loopback()).or(addresses.first()) {
        Some(address) => {
            let (local, _) = by_address(*address);
            (local, format!("{name} is {address}"))
        }
        None => (false, format!("{name} cannot be resolved")),
    }
}

/// The addresses of a name; none where it is not known.
fn addresses(name: &str, port: u16) -> Vec<IpAddr> {
    (name, port).to_socket_addrs().map(|found| found.map(|one| one.ip().to_canonical()).collect()).unwrap_or_default()
}

/// The same, but none where they are not known soon: names of this machine are, and a plan is made without a network as well.
fn resolve_quickly(name: &str, port: u16) -> Vec<IpAddr> {
    let (told, known) = mpsc::channel();
    let name = name.to_owned();
    std::thread::spawn(move || told.send(addresses(&name, port)));
    known.recv_timeout(LONGEST_LOOK).unwrap_or_default()
}

/// What may be done on a target, in one word.
pub fn permission_profile(selection: &Selection, target: &Target) -> &'static str {
    if may_write(selection, target) { "full" } else { "read-only" }
}

fn may_write(selection: &Selection, target: &Target) -> bool {
    match selection.profile {
        Some(Profile::ReadOnly) => false,
        Some(Profile::Full) | None => target.is_local() || selection.allow_writes,
    }
}

/// What a plan may do.
///
/// # Errors
/// The flags contradict each other, or name what the target does not take.
pub fn options(
    selection: &Selection,
    target: &Target,
    suite: &Suite,
    given: BTreeMap<String, Vec<GivenResource>>,
    KnownSchemes { full, limited, other }: KnownSchemes,
    mark: String,
) -> Result<PlanningOptions, Stop> {
    if selection.profile == Some(Profile::Full) && !may_write(selection, target) {
        return Err(Stop::Unusable("--profile full writes, which a target that is not on this machine needs --allow-writes for".to_owned()));
    }
    let mut known: BTreeSet<&str> = suite.effects.keys().map(String::as_str).collect();
    known.extend(Effect::ALLOWABLE.map(Effect::as_str));
    known.insert("all");
    if let Some(unknown) = selection.allow.iter().find(|effect| !known.contains(effect.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Stop::Unusable(format!("--allow {unknown}: the effects are {}", known.join(", "))));
    }
    let everything = *target == Target::Mock || selection.allow.iter().any(|effect| effect == "all");
    let mut effects: BTreeSet<String> = selection.allow.iter().cloned().collect();
    if target.is_local() {
        // What a suite calls an effect concerns others, and a server on this machine is not meant to have any. What may be lost
        // there is another question, and only a person answers it.
        effects.extend(suite.effects.keys().filter(|name| Effect::from_word(name).is_none()).cloned());
        effects.insert(Effect::Leftovers.as_str().to_owned());
    }
    Ok(PlanningOptions {
        filter: selection.operations.clone().or(&suite.select),
        statuses: selection.status.clone(),
        permission: Permission {
            writes: may_write(selection, target),
            effects: (!everything).then_some(effects),
            disposable: *target == Target::Mock,
        },
        full: Some(full),
        limited,
        other,
        given,
        mark,
        thorough: selection.thorough,
        cases: selection.cases,
        seed: selection.seed,
        ..PlanningOptions::default()
    })
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
pub fn burst(windows: &[RateLimit], target: &Target) -> u32 {
    match (windows, target.is_local()) {
        ([], true) if *target == Target::Mock => EMBEDDED_BURST,
        ([], true) => MOST_BURST,
        ([], false) => 0,
        _ => FULL_BURST,
    }
}

/// Resources that the environment names for a suite.
pub fn given_from_environment(suite: &Suite, lookup: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Vec<GivenResource>> {
    let mut known: BTreeMap<String, Vec<GivenResource>> = BTreeMap::new();
    for (kind, entries) in &suite.given {
        for entry in entries {
            let id = entry.env.as_deref().and_then(lookup).filter(|id| !id.is_empty()).or_else(|| entry.id.clone());
            if let Some(id) = id {
                known.entry(kind.clone()).or_default().push(GivenResource { id, state: entry.state.clone(), left: None });
            }
        }
    }
    known
}

/// Where the credentials of a suite come from, for the commands that show findings again.
pub fn hints(suite: &Suite, contract: &Contract) -> CredentialHints {
    let of = |account: &Account| {
        let one = |(scheme, credential): (&String, &Credential)| {
            Some((scheme.clone(), where_credential_goes(scheme, contract.security_schemes.get(scheme)?, credential)?))
        };
        account.iter().filter_map(one).collect()
    };
    CredentialHints { full: of(&suite.accounts.full), limited: of(&suite.accounts.limited), other: of(&suite.accounts.other) }
}

fn where_credential_goes(name: &str, scheme: &SecurityScheme, credential: &Credential) -> Option<CredentialHint> {
    let obtained = format!("OBTAINED_{}", name.to_ascii_uppercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"));
    Some(match (scheme, credential) {
        (SecurityScheme::Basic, Credential::Basic { username, password }) => {
            CredentialHint::Basic { username_env: username.clone(), password_env: password.clone() }
        }
        (SecurityScheme::Bearer, Credential::Bearer { token }) => CredentialHint::Bearer { env: token.clone() },
        (SecurityScheme::Header(name), Credential::Value { env }) => CredentialHint::Header { name: name.clone(), env: env.clone() },
        (SecurityScheme::Query(name), Credential::Value { env }) => CredentialHint::Query { name: name.clone(), env: env.clone() },
        (SecurityScheme::Cookie(name), Credential::Value { env }) => CredentialHint::Cookie { name: name.clone(), env: env.clone() },
        // What is obtained stands in no variable; whoever sends the request again puts it there.
        (SecurityScheme::Bearer, Credential::LogIn(_) | Credential::Oauth(_)) => CredentialHint::Bearer { env: obtained },
        (SecurityScheme::Header(name), Credential::LogIn(_) | Credential::Oauth(_)) => CredentialHint::Header { name: name.clone(), env: obtained },
        (SecurityScheme::Query(name), Credential::LogIn(_) | Credential::Oauth(_)) => CredentialHint::Query { name: name.clone(), env: obtained },
        (SecurityScheme::Cookie(name), Credential::LogIn(_) | Credential::Oauth(_)) => CredentialHint::Cookie { name: name.clone(), env: obtained },
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
    fn a_server_on_this_machine_has_one_key_whatever_its_name_and_what_it_counts_as() {
        let key = |text, live, proxied| Target::connected(text, live, proxied).map(|target| target.key()).ok();
        let own = Some("http://127.0.0.1:8080/api".to_owned());
        for text in ["http://127.0.0.1:8080/api", "http://localhost:8080/api/", "http://[::1]:8080/api", "http://127.1.2.3:8080/api"] {
            for (live, proxied) in [(false, false), (true, false), (false, true)] {
                assert_eq!(key(text, live, proxied), own, "{text}, live {live}, by way of a proxy {proxied}");
            }
        }
        // Whoever looks names up, those of this machine lead to it, and only if all of their addresses do.
        for (found, expected) in [(&["127.0.1.1", "::1"][..], own.as_deref()), (&["127.0.0.1", "192.0.2.1"], None), (&[], None)] {
            let found: Vec<IpAddr> = found.iter().map(|address| address.parse().unwrap()).collect();
            let target = Target::located("http://name.example:8080/api", false, false, &|_, _| found.clone()).unwrap();
            assert_eq!(target.key(), expected.unwrap_or("http://name.example:8080/api"));
            assert_eq!(target.is_local(), expected.is_some());
        }
        let elsewhere = "http://192.0.2.1:8080/api";
        assert_eq!(key(elsewhere, false, false).as_deref(), Some(elsewhere));
        assert_eq!(Target::connected("http://localhost", true, false).map(|target| target.is_local()).ok(), Some(false));
        assert_eq!(Target::connected("http://localhost", false, true).map(|target| target.is_local()).ok(), Some(false));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["api.example.com", "ftp://example.com", "http://", "https://key:secret@example.com", "http://example.com/?a=b"] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
        assert_eq!(Target::parse("http://h/api/").map(|target| target.name().to_owned()).ok(), Some("http://h/api".to_owned()));
    }
}
