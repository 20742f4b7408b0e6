//! Sends a probe: once, until a job has finished, or until the rate limit is reached.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures::FutureExt;
use serde_json::Value;
use url::Url;

use super::admission::PendingRequest;
use super::backoff::wait_to_keep;
use super::{EarlierExchanges, ExecutionSettings, RemakeContext, Run, RunEvent, SendQueue, next_page, overload, redirect};
use crate::contract::expressions::fill;
use crate::contract::read_xml;
use crate::execute::http::{Accounts, Client, Permit, PermittedRequest, unsigned_request};
use crate::execute::journal::Journal;
use crate::model::contract::{Contract, Operation, Status};
use crate::model::effect::Effect;
use crate::model::exchange::{Answer, Ending, Exchange, Outcome};
use crate::model::job::is_among;
use crate::model::journal::RequestFate;
use crate::model::plan::{Credentials, Place, Plan, Probe, Purpose, Repeat, SlotId};
use crate::model::reason::{Address, NoAnswer, NotSent, Reason};
use crate::plan::{ClassifiedRequest, SharedOwnership};

/// How often a probe is sent again because the server asked to wait.
const MOST_WAITS: usize = 4;
/// The longest pause between two looks at a job.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What sending needs, detached from the run so that several can be under way.
#[derive(Clone, Copy)]
pub(super) struct Sender<'b, 'a> {
    pub contract: &'a Contract,
    pub client: &'a Client,
    pub accounts: &'a Accounts,
    pub settings: &'a ExecutionSettings,
    pub watch: &'a (dyn Fn(RunEvent<'_>) + Sync),
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    pub journal: Option<&'a Journal>,
    pub pasts: Option<&'a EarlierExchanges>,
    pub revival: Option<&'a RemakeContext<'a>>,
    pub plan: &'a Plan,
    pub permit: &'a Permit<'a>,
    pub ownership: &'b SharedOwnership,
    pub queue: &'b SendQueue<'a>,
}

impl<'a> Run<'a> {
    /// A probe with its values as something that can be waited for.
    pub(super) fn task<'b>(
        &self,
        probe: &'a Probe,
        queue: &'b SendQueue<'a>,
        slots: BTreeMap<SlotId, Value>,
        told: Option<String>,
    ) -> PendingRequest<'b, 'a>
    where
        'a: 'b,
    {
        let sender = self.sender(queue);
        async move {
            let mut slots = slots;
            let changes = sender.remember(probe, &slots).await;
            let outcome = sender.probe(probe, &slots, told.as_deref()).await;
            if changes {
                sender.note_change(probe, &slots, &outcome).await;
            }
            let looked = sender.prove_ownership(probe, &outcome, &mut slots).await;
            let mut ended = sender.made_sure(probe, outcome, slots).await;
            ended.before.splice(0..0, looked);
            sender.queue.no_longer_waits(&probe.id);
            ended
        }
        .boxed()
    }

    /// Everything that sending needs.
    pub(super) fn sender<'b>(&self, queue: &'b SendQueue<'a>) -> Sender<'b, 'a> {
        let Self { contract, plan, client, accounts, settings, watch, stopped, journal, pasts, revival, permit, .. } = *self;
        Sender { contract, plan, client, accounts, settings, watch, stopped, journal, pasts, revival, permit, ownership: &queue.ownership, queue }
    }
}

impl Sender<'_, '_> {
    /// Sends a probe as often as it asks for.
    pub(super) async fn probe(&self, probe: &Probe, slots: &BTreeMap<SlotId, Value>, told: Option<&str>) -> Outcome {
        let mut outcome = Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Answered };
        let Some(operation) = self.contract.operation(&probe.operation) else {
            outcome.ending = Ending::Withheld(NotSent::NoOperation.into());
            return outcome;
        };
        let request = match self.before_made(probe, self.request(probe, slots, told)).await {
            Ok(request) => request,
            Err(reason) => {
                outcome.ending = Ending::Withheld(reason);
                return outcome;
            }
        };
        match &probe.repeat {
            Repeat::Once | Repeat::Follow(_) => self.send_once(probe, operation, &request, &mut outcome).await,
            Repeat::Pages { most, .. } => self.pages(probe, operation, request, *most, &mut outcome).await,
            Repeat::Burst { most } => self.burst(probe, operation, &request, *most, &mut outcome).await,
            Repeat::Poll { at, finished, failed } => {
                let over = |answer: &Answer| {
                    let state = answer.body.value().and_then(|body| body.pointer(at)).and_then(Value::as_str);
                    !answer.status.is_success() || state.is_none_or(|state| is_among(finished, state) || is_among(failed, state))
                };
                self.poll(probe, operation, &request, over, &mut outcome).await;
            }
        }
        outcome
    }

    /// The request with its values, and with what an earlier answer has told: where to go, or how long a page is to be.
    fn request(&self, probe: &Probe, slots: &BTreeMap<SlotId, Value>, told: Option<&str>) -> Result<PreparedRequest, Reason> {
        let operation = self.contract.operation(&probe.operation).ok_or(NotSent::NoOperation)?;
        let mut filled = fill(&probe.request, slots);
        if let (Repeat::Pages { limit, .. }, Some(length)) = (&probe.repeat, told) {
            for (_, value) in filled.query.iter_mut().filter(|(name, _)| name == limit) {
                length.clone_into(value);
            }
        }
        let location = told.filter(|_| matches!(probe.repeat, Repeat::Follow(_)));
        let path_values = filled.path_values.clone();
        if let Some(location) = location {
            let mut request = unsigned_request(&self.settings.base, &self.contract.document, &filled);
            let mut credentials = filled.credentials;
            let asked = Url::parse(&request.url).map_err(|error| NotSent::NoUrl(request.url.clone(), error.to_string()))?;
            let elsewhere = self.redirect_target(&asked, location)?;
            if elsewhere.foreign {
                credentials = Credentials::None;
            }
            elsewhere.apply_to(&mut request);
            return Ok(PreparedRequest { permitted: self.permit.check_reading(request, credentials)?, path_values });
        }
        self.require_unknown_id(probe, &path_values)?;
        let known = |slot: &SlotId| self.provenance(slot, slots);
        let asked = ClassifiedRequest { operation, request: &filled, fault: probe.fault.as_ref(), known: &known, mark: &self.plan.mark };
        // Whatever is allowed: what is tidied up is the run's own.
        if probe.purpose == Purpose::Cleanup
            && probe.request.method.is_delete()
            && self.permit.effect(&asked) > Effect::Leftovers
            && !self.permit.is_unlimited()
        {
            return Err(self.with_doubt(NotSent::NotOwn.into(), &filled, slots));
        }
        let permitted = self.permit.check(&asked).map_err(|reason| self.with_doubt(reason, &filled, slots))?;
        Ok(PreparedRequest { permitted, path_values })
    }

    /// One exchange; waits and sends again when the server asks for it and the probe does not.
    async fn send_once(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, outcome: &mut Outcome) {
        let mut beside = false;
        for attempt in 0..=MOST_WAITS {
            let turn = self.queue.pace.wait_for_turn().await;
            let request = self.queue.pace.begin();
            self.exchange(probe, operation, prepared, outcome).await;
            beside |= self.queue.pace.end(&request);
            let Some(answer) = outcome.answer() else { return };
            if self.queue.pace.again(probe, answer, beside, attempt + 1) {
                if !self.can_afford(probe) {
                    return;
                }
                if !self.has_more(probe) {
                    let asked = wait_to_keep(answer, self.settings).unwrap_or(overload::PAUSE);
                    tokio::time::sleep(asked).await;
                }
                continue;
            }
            drop(turn);
            if answer.status != Status(429) || probe.allows(answer.status) || attempt == MOST_WAITS {
                return;
            }
            if self.has_more(probe) {
                continue;
            }
            let Some(wait) = wait_to_keep(answer, self.settings).filter(|_| self.can_afford(probe)) else { return };
            self.queue.limiter.pause(wait).await;
        }
    }

    /// Whether the budget has one more request for a probe that has been sent already; what removes or puts back has its own reserve.
    fn can_afford(&self, probe: &Probe) -> bool {
        self.has_more(probe)
            || probe.purpose == Purpose::Cleanup
            || self.settings.budget.is_none_or(|budget| self.queue.requests_sent_and_needed() < budget)
    }

    /// What shows a rate limit is one more than it allows, on purpose, so it waits for nothing.
    async fn burst(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, most: u32, outcome: &mut Outcome) {
        if let Err(reason) = self.obtain_credentials(probe, operation, prepared).await {
            outcome.ending = Ending::Withheld(reason);
            return;
        }
        for time in 0..most {
            if time > 0 && !self.can_afford(probe) {
                return;
            }
            if !self.take_recorded(probe, outcome) {
                self.queue.limiter.count().await;
                self.transmit(probe, operation, prepared, outcome).await;
            }
            if outcome.answer().is_none_or(|answer| answer.status == probe.status || answer.status.is_server_error()) {
                return;
            }
        }
    }

    async fn poll(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, over: impl Fn(&Answer) -> bool, outcome: &mut Outcome) {
        let started = Instant::now();
        let mut pause = self.settings.poll;
        loop {
            self.send_once(probe, operation, prepared, outcome).await;
            if outcome.answer().is_none_or(&over) || started.elapsed() + pause > self.settings.patience || !self.can_afford(probe) {
                return;
            }
            if self.has_more(probe) {
                continue;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Follows the links to the next page, on the same server, until there is none or one leads back.
    async fn pages(&self, probe: &Probe, operation: &Operation, mut prepared: PreparedRequest, most: u32, outcome: &mut Outcome) {
        let mut request = prepared.permitted.unsigned_request().clone();
        let Ok(first) = Url::parse(&request.url) else { return };
        let mut seen = vec![request.url.clone()];
        for _ in 0..most {
            self.send_once(probe, operation, &prepared, outcome).await;
            let next = outcome.answer().and_then(|answer| next_page::next(self.contract, operation, &request.url, answer));
            let next = next.and_then(|next| self.redirect_target(&first, &next).ok());
            let Some(next) = next.filter(|next| !next.foreign) else { return };
            next.apply_to(&mut request);
            if seen.contains(&request.url) || !self.can_afford(probe) {
                return;
            }
            seen.push(request.url.clone());
            let Ok(permitted) = self.permit.check_reading(request.clone(), probe.request.credentials.clone()) else { return };
            prepared.permitted = permitted;
        }
    }

    /// An id that is to name nothing must not have been seen.
    fn require_unknown_id(&self, probe: &Probe, path_values: &BTreeMap<String, String>) -> Result<(), Reason> {
        let Some(Place::Path(name)) = probe.fault.as_ref().map(|fault| &fault.place) else { return Ok(()) };
        // What was sent already has been answered, perhaps with the very id.
        match path_values.get(name).filter(|value| !self.has_more(probe) && self.ownership().has_seen(value)) {
            Some(value) => Err(NotSent::Known(name.clone(), value.clone()).into()),
            None => Ok(()),
        }
    }

    /// Where an address in an answer leads.
    fn redirect_target(&self, asked: &Url, location: &str) -> Result<redirect::RedirectTarget, Address> {
        let known = |path: &str| self.contract.operations.iter().any(|operation| first_segment(&operation.path) == first_segment(path));
        redirect::resolve_location(&self.settings.base, asked, location, &known)
    }

    /// Whether a run that was cut off has an answer for the next request already.
    pub(super) fn has_more(&self, probe: &Probe) -> bool {
        self.pasts.is_some_and(|pasts| pasts.has_more(&probe.id))
    }

    /// The next exchange of a probe: one of the past where there is one, else a new one as soon as the rate limit allows it.
    async fn exchange(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, outcome: &mut Outcome) {
        if self.take_recorded(probe, outcome) && !self.is_open_for_renewal(probe, operation, prepared, outcome) {
            return;
        }
        let signed = match self.obtain_credentials(probe, operation, prepared).await {
            Ok(signed) => signed,
            Err(reason) => {
                outcome.ending = Ending::Withheld(reason);
                return;
            }
        };
        if !self.wait_for_limit(probe).await {
            outcome.ending = Ending::Withheld(NotSent::Interrupted.into());
            return;
        }
        self.transmit(probe, operation, prepared, outcome).await;
        if self.has_ended(probe, operation, prepared, &signed, outcome) && self.obtain_credentials(probe, operation, prepared).await.is_ok() {
            // Who was refused for lack of a token that had ended has asked for nothing yet.
            outcome.exchanges.pop();
            self.queue.resent.fetch_add(1, Ordering::Relaxed);
            self.transmit(probe, operation, prepared, outcome).await;
        }
    }

    /// Takes the next exchange of a probe from the past; `false` where none is left that ended.
    pub(super) fn take_recorded(&self, probe: &Probe, outcome: &mut Outcome) -> bool {
        while let Some(past) = self.pasts.and_then(|pasts| pasts.next(&probe.id)) {
            // Silence is never replayed.
            let lost = !matches!(past.fate, RequestFate::Answered(_));
            let (answer, ending) = match past.fate {
                RequestFate::Answered(answer) => (Some(answer), Ending::Answered),
                RequestFate::Silent(reason) => (None, Ending::Silent(NoAnswer::Failed(reason).into())),
                RequestFate::Lost => (None, Ending::Silent(NoAnswer::CutOff.into())),
            };
            outcome.exchanges.push(Exchange { request: past.request, answer });
            outcome.ending = ending;
            if !lost {
                return true;
            }
        }
        false
    }

    /// Waits for the rate limit; `false` when the run is to end.
    async fn wait_for_limit(&self, probe: &Probe) -> bool {
        if self.queue.limiter.is_full().await {
            self.fire().await;
        }
        let unwanted = || (self.stopped)() && probe.purpose != Purpose::Cleanup;
        self.queue.limiter.wait_and_count(|wait| (self.watch)(RunEvent::Waiting(wait)), unwanted).await
    }

    /// A window is full: what shows the rate limit is sent now.
    async fn fire(&self) {
        for (probe, slots) in self.queue.bursts.take_ready() {
            let mut outcome = Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Answered };
            if let (Some(operation), Ok(prepared), Repeat::Burst { most }) =
                (self.contract.operation(&probe.operation), self.request(probe, &slots, None), &probe.repeat)
            {
                self.burst(probe, operation, &prepared, *most, &mut outcome).await;
            }
            let limited = outcome.answer().filter(|answer| answer.status == Status(429));
            if let Some(wait) = limited.and_then(|answer| wait_to_keep(answer, self.settings)) {
                self.queue.limiter.pause(wait).await;
            }
            self.queue.bursts.record_sent(probe, outcome);
        }
    }

    async fn transmit(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, outcome: &mut Outcome) {
        if let Some(reason) = self.queue.silence.reason().filter(|_| probe.purpose != Purpose::Cleanup) {
            outcome.ending = Ending::Withheld(reason.into());
            return;
        }
        let signed = prepared.permitted.sign(self.accounts, operation, self.contract);
        let shown = signed.without_secrets().clone();
        let number = match self.journal.map(|journal| journal.sent(probe, &Self::journal_request(probe, &shown))).transpose() {
            Ok(number) => number,
            // What takes something away is better sent than written down.
            Err(_) if probe.purpose == Purpose::Cleanup => None,
            Err(error) => {
                outcome.ending = Ending::Withheld(NotSent::Journal(error.to_string()).into());
                return;
            }
        };
        (self.watch)(RunEvent::Sent);
        self.queue.no_longer_waits(&probe.id);
        self.queue.sent.fetch_add(1, Ordering::Relaxed);
        let began = self.ownership().begin();
        let answer = self.client.send(&signed).await;
        self.queue.silence.record_silence(answer.as_ref().is_err_and(|silence| !silence.began));
        let answer = match answer {
            Ok(mut answer) => {
                self.note_answer(operation, prepared, &mut answer);
                self.queue.censor.answer(&mut answer);
                read_xml(self.contract, operation, &mut answer);
                self.learn_ownership(probe, (&prepared.path_values, began), shown.body.as_deref(), &answer);
                Ok(answer)
            }
            Err(silence) => Err(self.queue.censor.reason(silence.reason)),
        };
        self.queue.limiter.record_answered().await;
        if let (Some(journal), Some(number)) = (self.journal, number) {
            // Without this line the next run takes the request for lost, which is safe.
            let _ = journal.ended(number, Self::kept_answer(probe, &answer).as_deref().map_err(|reason| reason.as_str()));
        }
        let (answer, ending) = match answer {
            Ok(answer) => (Some(answer), Ending::Answered),
            Err(reason) => (None, Ending::Silent(NoAnswer::Failed(reason).into())),
        };
        outcome.exchanges.push(Exchange { request: shown, answer });
        outcome.ending = ending;
    }
}

/// A request with the credentials it is to be signed with.
pub(super) struct PreparedRequest {
    pub permitted: PermittedRequest,
    /// The values of its path.
    path_values: BTreeMap<String, String>,
}

fn first_segment(path: &str) -> &str {
    path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default()
}
