//! Serves the mock, for a run or by itself, and works out how many requests it allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::execute::MOST_BURST;
use crate::execute::http::{Accounts, Secret, Secrets};
use crate::mock::{FaultSetting, Mock, MockAccounts, MockOptions, MockSecret, ServedContract, Variant, serve};
use crate::model::contract::{Contract, RateLimit};
use crate::model::effect::{Effect, Permission};
use crate::model::plan::{Credentials, Origin, Place, Plan, Repeat, SlotId};
use crate::model::suite::{Account, Credential};
use crate::plan::{GivenResource, PlanError, PlanningOptions};
use crate::session::connection::environment;
use crate::session::options::MockServerOptions;
use crate::session::specification::Specification;
use crate::session::stop::{Stop, runtime};

/// Seconds in which the mock allows as many requests as a full run needs: long enough for a run on a slow machine, short
/// enough for the next run to wait.
const WINDOW: u32 = 30;

/// How many more requests for each job are allowed to a run against a variant.
const MORE_POLLS: usize = 4;

/// The mock that a run brings along.
pub struct EmbeddedMock {
    served: ServedContract,
    options: MockOptions,
    given: BTreeMap<String, Vec<String>>,
}

impl EmbeddedMock {
    /// Prepares the mock.
    pub fn prepare(specification: &Specification, faults: &[String], variants: &[String]) -> Result<Self, Stop> {
        let options = options(specification, faults, variants)?;
        let served = specification.served_contract().clone();
        let given = Mock::serving(&served, options.clone()).given_ids().clone();
        Ok(Self { served, options, given })
    }

    /// What a plan goes by of the mock: the resources that it knows from before, and its accounts. Only what the suite says
    /// is given takes a mock that is ready, and to make one ready takes longer than to plan.
    pub fn expected(specification: &Specification) -> Result<(BTreeMap<String, Vec<GivenResource>>, Accounts), Stop> {
        if specification.suite.given.is_empty() {
            return Ok((BTreeMap::new(), accounts(&options(specification, &[], &[])?)));
        }
        let prepared = Self::prepare(specification, &[], &[])?;
        Ok((prepared.given_resources(), prepared.accounts()))
    }

    /// Resources that the mock knows from before, as the suite names them.
    pub fn given_resources(&self) -> BTreeMap<String, Vec<GivenResource>> {
        with_given_ids(&self.options, &self.given)
    }

    /// The accounts that the mock knows.
    pub fn accounts(&self) -> Accounts {
        accounts(&self.options)
    }

    /// Serves the mock on a free port of this machine for as long as the run lasts, and tells its base URL. Its rate
    /// limit lets the whole plan through and not much more.
    pub async fn serve(&self, planned: &Plan) -> Result<(String, Arc<Mock>), Stop> {
        // A job that takes longer is asked for more often.
        let polls = planned.probes.iter().filter(|probe| matches!(probe.repeat, Repeat::Poll { .. })).count();
        let spare = if self.options.variant.is_empty() { 0 } else { u32::try_from(polls * MORE_POLLS).unwrap_or_default() };
        self.serve_with(vec![RateLimit { requests: authenticated(planned) + spare + SWEEPS, seconds: 3600 }]).await
    }

    /// Serves the mock without a rate limit, and tells its base URL.
    pub async fn serve_all(&self) -> Result<String, Stop> {
        self.serve_with(Vec::new()).await.map(|(base, _)| base)
    }

    async fn serve_with(&self, windows: Vec<RateLimit>) -> Result<(String, Arc<Mock>), Stop> {
        let mock = Arc::new(Mock::serving(&self.served, MockOptions { windows, ..self.options.clone() }));
        let failed = |error: std::io::Error| Stop::Unusable(format!("the embedded mock cannot listen on this machine: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        tokio::spawn(serve(listener, Arc::clone(&mock)));
        Ok((format!("http://{address}"), mock))
    }

    /// The same mock with other faults and variants.
    ///
    /// # Errors
    /// A name is not in its catalogue.
    pub fn with(&self, faults: &[String], variants: &[String]) -> Result<Self, Stop> {
        let options = MockOptions { fault: settings(faults)?, variant: variants_of(variants)?, ..self.options.clone() };
        Ok(Self { served: self.served.clone(), options, given: self.given.clone() })
    }
}

fn options(specification: &Specification, faults: &[String], variants: &[String]) -> Result<MockOptions, Stop> {
    Ok(MockOptions {
        contract: Arc::clone(&specification.contract),
        suite: Arc::clone(&specification.suite),
        accounts: MockAccounts::invented(&specification.contract, &specification.suite),
        windows: Vec::new(),
        fault: settings(faults)?,
        variant: variants_of(variants)?,
    })
}

fn accounts(options: &MockOptions) -> Accounts {
    let beside = |account: &BTreeMap<String, MockSecret>| Some(secrets(account)).filter(|secrets| !secrets.is_empty());
    let MockAccounts { full, limited, other } = &options.accounts;
    Accounts { full: secrets(full), limited: beside(limited), other: beside(other), headers: Vec::new() }
}

/// A mock that is served.
pub struct ServedMock<'a> {
    /// The contract and suite.
    pub specification: &'a Specification,
    /// What the mock goes by.
    pub options: &'a MockOptions,
    /// Resources that it knows from before.
    pub given: &'a BTreeMap<String, Vec<String>>,
    /// Where it listens.
    pub address: String,
}

/// Serves a mock until it is interrupted; the count of its answers. `introduce` is told where it is.
///
/// # Errors
/// Something must be fixed first, or the address cannot be listened on.
pub fn serve_until_interrupted(args: &MockServerOptions, introduce: &dyn Fn(&ServedMock<'_>)) -> Result<u64, Stop> {
    let specification = Specification::load(&args.files)?;
    let mut options = EmbeddedMock::prepare(&specification, &args.mock.fault, &args.mock.variant)?.options;
    options.accounts = from_environment(&specification, &options.accounts);
    let given = Mock::serving(specification.served_contract(), options.clone()).given_ids().clone();
    options.windows = if args.window.is_empty() { whole_run(&specification, with_given_ids(&options, &given))? } else { args.window.clone() };
    let mock = Arc::new(Mock::serving(specification.served_contract(), options.clone()));
    let runtime = runtime("the mock cannot start")?;
    runtime.block_on(async {
        let failed =
            |error: std::io::Error| Stop::Unusable(format!("the mock cannot listen on {}: {error}; name another address with --listen", args.listen));
        let listener = TcpListener::bind(args.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        introduce(&ServedMock { specification: &specification, options: &options, given: &given, address: address.to_string() });
        tokio::select! {
            ended = serve(listener, Arc::clone(&mock)) => ended.map_err(|error| Stop::Inconclusive(format!("the mock stopped: {error}"))),
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })?;
    Ok(mock.requests())
}

fn variants_of(names: &[String]) -> Result<Vec<&'static Variant>, Stop> {
    let parse =
        |name: &String| Variant::parse(name).map_err(|error| Stop::Unusable(format!("--variant: {error}; `probity mock --variant help` lists all")));
    names.iter().map(parse).collect()
}

fn settings(faults: &[String]) -> Result<Vec<FaultSetting>, Stop> {
    faults
        .iter()
        .map(|fault| FaultSetting::parse(fault).map_err(|error| Stop::Unusable(format!("--fault: {error}; `probity mock --fault help` lists all"))))
        .collect()
}

/// Requests with which a run looks after what may be left; fewer than are sent to reach the limit.
const SWEEPS: u32 = 16;

/// As many requests as one full run sends with credentials, so that one more meets the limit.
fn whole_run(specification: &Specification, given: BTreeMap<String, Vec<GivenResource>>) -> Result<Vec<RateLimit>, Stop> {
    let accounts = &specification.suite.accounts;
    let options = PlanningOptions {
        permission: Permission { writes: true, effects: None, disposable: false },
        full: Some(accounts.full.keys().cloned().collect()),
        limited: accounts.limited.keys().cloned().collect(),
        other: accounts.other.keys().cloned().collect(),
        given,
        mark: "probity".to_owned(),
        burst: MOST_BURST,
        ..PlanningOptions::default()
    };
    let planned = match specification.plan(&options) {
        // A contract in which nothing can be proved can be served all the same.
        Err(PlanError::NothingSelected { .. }) => return Ok(Vec::new()),
        planned => planned?,
    };
    Ok(vec![RateLimit { requests: authenticated(&planned) + requests_for_restoring(&specification.contract, &planned) + SWEEPS, seconds: WINDOW }])
}

/// Requests of a plan that count against a rate limit: those with credentials that are right.
fn authenticated(planned: &Plan) -> u32 {
    let counted = planned.probes.iter().filter(|probe| {
        let unknown = match probe.request.credentials {
            Credentials::Full | Credentials::Limited | Credentials::Other => false,
            // A contract without security has a limit all the same.
            Credentials::None => probe.fault.as_ref().is_some_and(|fault| fault.place == Place::Credentials),
            Credentials::WrongSecret | Credentials::Without(_) => true,
        };
        !unknown && !matches!(probe.repeat, Repeat::Burst { .. })
    });
    let more = counted.clone().map(|probe| match probe.repeat {
        // Two pages hold everything; a list that nothing is in has one.
        Repeat::Poll { .. } | Repeat::Pages { .. } => 1,
        _ => 0,
    });
    let more: usize = more.sum();
    u32::try_from(counted.count() + more).unwrap_or(u32::MAX)
}

/// Requests with which a run reads what it has not made before it changes it, writes it back and reads it again.
fn requests_for_restoring(contract: &Contract, planned: &Plan) -> u32 {
    let made = |slot: &SlotId| matches!(planned.slots.get(slot).map(|slot| &slot.origin), Some(Origin::Created(_)));
    let is_read = |path: &str| contract.operations.iter().any(|operation| operation.path == path && operation.method.is_get());
    let mut written: BTreeMap<(&str, Vec<&str>), u32> = BTreeMap::new();
    for probe in planned.probes.iter().filter(|probe| probe.effect >= Effect::Borrowed && !probe.request.method.is_safe()) {
        let named: Vec<&SlotId> =
            probe.request.fillings.iter().filter(|binding| matches!(binding.place, Place::Path(_))).map(|binding| &binding.slot).collect();
        let makes = probe.request.method.is_post() && !probe.captures.is_empty();
        if !is_read(&probe.request.path) || named.last().is_some_and(|slot| made(slot)) {
            continue;
        }
        let count = written.entry((&probe.request.path, named.iter().map(|slot| &***slot).collect())).or_insert(1);
        if probe.fault.is_none() && !makes {
            *count = 3;
        }
    }
    written.into_values().sum()
}

fn with_given_ids(options: &MockOptions, given: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<GivenResource>> {
    let of = |kind: &String, ids: &Vec<String>| {
        let states = options.suite.given.get(kind).into_iter().flatten().map(|given| given.state.clone());
        ids.iter().zip(states).map(|(id, state)| GivenResource { id: id.clone(), state, left: None }).collect()
    };
    given.iter().map(|(kind, ids)| (kind.clone(), of(kind, ids))).collect()
}

fn secrets(account: &BTreeMap<String, MockSecret>) -> Secrets {
    let secret = |secret: &MockSecret| match secret {
        MockSecret::Basic { username, password } => {
            Secret::Basic { username: SecretString::from(username.clone()), password: SecretString::from(password.clone()) }
        }
        MockSecret::Bearer(token) => Secret::Bearer(SecretString::from(token.clone())),
        MockSecret::Value(value) => Secret::Value(SecretString::from(value.clone())),
    };
    account.iter().map(|(scheme, value)| (scheme.clone(), secret(value))).collect()
}

/// Each credential: the one the environment has, else the invented one.
fn from_environment(specification: &Specification, invented: &MockAccounts) -> MockAccounts {
    let suite = &specification.suite.accounts;
    MockAccounts {
        full: chosen(&suite.full, &invented.full),
        limited: chosen(&suite.limited, &invented.limited),
        other: chosen(&suite.other, &invented.other),
    }
}

fn chosen(account: &Account, invented: &BTreeMap<String, MockSecret>) -> BTreeMap<String, MockSecret> {
    let or = |variable: &str, otherwise: &str| environment(variable).filter(|value| !value.is_empty()).unwrap_or_else(|| otherwise.to_owned());
    invented
        .iter()
        .map(|(scheme, secret)| {
            let secret = match (account.get(scheme), secret) {
                (Some(Credential::Basic { username: user, password: pass }), MockSecret::Basic { username, password }) => {
                    MockSecret::Basic { username: or(user, username), password: or(pass, password) }
                }
                (Some(Credential::Bearer { token: variable }), MockSecret::Bearer(token)) => MockSecret::Bearer(or(variable, token)),
                (Some(Credential::Value { env }), MockSecret::Value(value)) => MockSecret::Value(or(env, value)),
                (_, other) => other.clone(),
            };
            (scheme.clone(), secret)
        })
        .collect()
}
