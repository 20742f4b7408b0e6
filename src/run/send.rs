//! Sends a probe: once, until a job has finished, or until the rate limit is reached.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use serde_json::Value;
use url::Url;

use super::gate::Task;
use super::{Event, Limiter, Run, Settings, redirect};
use crate::domain::contract::{Contract, Operation, Status};
use crate::domain::exchange::{Answer, Ending, Exchange, Outcome};
use crate::domain::plan::{Credentials, Probe, Repeat, SlotId};
use crate::generate::fill;
use crate::transport::{Accounts, Censor, Client, Wire, wire};

/// How often a probe is sent again because the server asked to wait: who has waited as told and is refused again is not
/// going to be served by waiting longer.
const MOST_WAITS: usize = 1;
/// The longest pause between two looks at a job.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What sending needs, detached from the run so that several can be under way.
struct Sender<'a> {
    contract: &'a Contract,
    client: &'a Client,
    accounts: &'a Accounts,
    censor: Arc<Censor>,
    settings: &'a Settings,
    watch: &'a (dyn Fn(Event<'_>) + Sync),
    limiter: &'a Limiter,
}

impl<'a> Run<'a> {
    /// A probe with its values as something that can be waited for.
    pub(super) fn task<'b>(&self, probe: &'b Probe, limiter: &'b Limiter, slots: BTreeMap<SlotId, Value>, location: Option<String>) -> Task<'b>
    where
        'a: 'b,
    {
        let Self { contract, client, accounts, settings, watch, .. } = *self;
        let sender = Sender { contract, client, accounts, censor: Arc::clone(&self.censor), settings, watch, limiter };
        async move { (probe, sender.probe(probe, &slots, location.as_deref()).await) }.boxed()
    }
}

impl Sender<'_> {
    async fn probe(&self, probe: &Probe, slots: &BTreeMap<SlotId, Value>, location: Option<&str>) -> Outcome {
        let mut outcome = Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Answered };
        let Some(operation) = self.contract.operation(&probe.operation) else {
            outcome.ending = Ending::Withheld("the contract has no such operation".to_owned());
            return outcome;
        };
        let request = match self.request(probe, slots, location) {
            Ok(request) => request,
            Err(reason) => {
                outcome.ending = Ending::Withheld(reason);
                return outcome;
            }
        };
        match &probe.repeat {
            Repeat::Once | Repeat::Follow(_) => self.once(probe, operation, &request, &mut outcome).await,
            Repeat::Burst { most } => self.burst(probe, operation, &request, *most, &mut outcome).await,
            Repeat::Poll { at, finished, failed } => {
                let over = |answer: &Answer| {
                    let state = answer.body.json().and_then(|body| body.pointer(at)).and_then(Value::as_str);
                    !answer.status.is_success() || state.is_none_or(|state| finished.iter().chain(failed).any(|word| word == state))
                };
                self.poll(probe, operation, &request, over, &mut outcome).await;
            }
        }
        outcome
    }

    fn request(&self, probe: &Probe, slots: &BTreeMap<SlotId, Value>, location: Option<&str>) -> Result<Prepared, String> {
        let filled = fill(&probe.request, slots);
        let mut request = wire(&self.settings.base, &filled);
        let mut credentials = filled.credentials;
        if let Some(location) = location {
            let asked = Url::parse(&request.url).map_err(|error| format!("{} is no URL: {error}", request.url))?;
            let known = |path: &str| self.contract.operations.iter().any(|operation| first_segment(&operation.path) == first_segment(path));
            let elsewhere = redirect::follow(&self.settings.base, &asked, location, &known)?;
            if elsewhere.foreign {
                credentials = Credentials::None;
            }
            elsewhere.put(&mut request);
        }
        Ok(Prepared { request, credentials })
    }

    /// One exchange; waits and sends again when the server asks for it and the probe does not.
    async fn once(&self, probe: &Probe, operation: &Operation, prepared: &Prepared, outcome: &mut Outcome) {
        for attempt in 0..=MOST_WAITS {
            self.exchange(operation, prepared, outcome).await;
            let Some(answer) = outcome.answer() else { return };
            if answer.status != Status(429) || probe.allowed.contains(&answer.status) || attempt == MOST_WAITS {
                return;
            }
            let Some(wait) = advised_wait(answer).filter(|wait| *wait <= self.settings.longest_wait) else { return };
            (self.watch)(Event::Waiting(wait));
            tokio::time::sleep(wait).await;
        }
    }

    async fn burst(&self, probe: &Probe, operation: &Operation, prepared: &Prepared, most: u32, outcome: &mut Outcome) {
        for _ in 0..most {
            self.exchange(operation, prepared, outcome).await;
            if outcome.answer().is_none_or(|answer| answer.status == probe.status || !answer.status.is_success()) {
                return;
            }
        }
    }

    async fn poll(&self, probe: &Probe, operation: &Operation, prepared: &Prepared, over: impl Fn(&Answer) -> bool, outcome: &mut Outcome) {
        let started = Instant::now();
        let mut pause = self.settings.poll;
        loop {
            self.once(probe, operation, prepared, outcome).await;
            if outcome.answer().is_none_or(&over) || started.elapsed() + pause > self.settings.patience {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn exchange(&self, operation: &Operation, prepared: &Prepared, outcome: &mut Outcome) {
        let mut signed = prepared.request.clone();
        self.accounts.sign(operation, &self.contract.security_schemes, &prepared.credentials, &mut signed);
        self.limiter.pass(|wait| (self.watch)(Event::Waiting(wait))).await;
        let answer = self.client.send(&signed).await;
        let shown = prepared.request.shown();
        let (answer, ending) = match answer {
            Ok(mut answer) => {
                self.censor.answer(&mut answer);
                (Some(answer), Ending::Answered)
            }
            Err(reason) => (None, Ending::Silent(self.censor.reason(reason))),
        };
        outcome.exchanges.push(Exchange { request: shown, answer });
        outcome.ending = ending;
    }
}

/// A request with the credentials it is to be signed with.
struct Prepared {
    request: Wire,
    credentials: Credentials,
}

/// How long an answer 429 asks to wait: any header that ends in `Retry-After` and holds whole seconds (RFC 9110, section
/// 10.2.3).
fn advised_wait(answer: &Answer) -> Option<Duration> {
    let asked = answer.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with("retry-after"));
    asked.filter_map(|(_, value)| value.trim().parse::<u64>().ok()).max().map(Duration::from_secs)
}

fn first_segment(path: &str) -> &str {
    path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default()
}
