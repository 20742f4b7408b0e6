//! Obtains what a request is signed with, and renews it when it ends.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::RunEvent;
use super::backoff::wait_to_keep;
use super::send::{PreparedRequest, Sender};
use crate::execute::http::Session;
use crate::model::contract::{Operation, Status};
use crate::model::effect::Effect;
use crate::model::exchange::{Answer, Outcome, SentRequest};
use crate::model::journal::Entry;
use crate::model::plan::{Credentials, Place, Probe, Purpose};
use crate::model::reason::{Budget, LogInFailure, NotSent, Reason};
use crate::model::session_exchange::{kept_session_answer, kept_session_request};

/// How often a log-in is sent again because the server asked to wait.
const MOST_WAITS: usize = 3;
/// The wait where the server asks for none; it doubles from then on.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether a request shows other credentials than its account has: that they are refused says nothing of a token.
fn is_about_who_asks(probe: &Probe) -> bool {
    let own = matches!(probe.request.credentials, Credentials::Limited | Credentials::Other);
    !own && probe.fault.as_ref().is_some_and(|fault| fault.place == Place::Credentials)
}

impl Sender<'_, '_> {
    /// Obtains everything that a request is signed with and that is not there; the generations of what is.
    pub(super) async fn obtain_credentials(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest) -> Result<Vec<u64>, Reason> {
        let credentials = prepared.permitted.credentials();
        let sessions = self.accounts.sessions(operation, self.contract, credentials);
        for (scheme, session) in &sessions {
            let account = credentials.account().unwrap_or_default();
            let about = format!("log-in for {scheme} of the {account} account: {} {}", session.method(), session.url);
            self.obtain(session, &about, probe.purpose == Purpose::Cleanup).await?;
        }
        Ok(sessions.iter().map(|(_, session)| session.generation()).collect())
    }

    /// A request as the journal keeps it: of one that is about the token of the run, no body.
    pub(super) fn journal_request<'r>(probe: &Probe, request: &'r SentRequest) -> Cow<'r, SentRequest> {
        if probe.effect == Effect::Session { Cow::Owned(kept_session_request(request)) } else { Cow::Borrowed(request) }
    }

    /// The same for an answer.
    pub(super) fn kept_answer<'r>(probe: &Probe, answer: &'r Result<Answer, String>) -> Result<Cow<'r, Answer>, &'r String> {
        answer.as_ref().map(|answer| if probe.effect == Effect::Session { Cow::Owned(kept_session_answer(answer)) } else { Cow::Borrowed(answer) })
    }

    async fn obtain(&self, session: &Arc<Session>, about: &str, last: bool) -> Result<(), Reason> {
        let _turn = session.turn.lock().await;
        if session.is_valid() {
            return Ok(());
        }
        if let Some(reason) = session.failed() {
            return Err(reason);
        }
        for attempt in 0..=MOST_WAITS {
            let Some(answer) = self.ask(session, about, last).await? else { return self.failed(session, about, LogInFailure::Silent) };
            let status = answer.status;
            if status == Status(429) || status == Status(503) {
                let pause = wait_to_keep(&answer, self.settings).unwrap_or(PAUSE * 2_u32.pow(u32::try_from(attempt).unwrap_or_default()));
                (self.watch)(RunEvent::Waiting(pause));
                self.queue.limiter.pause(pause).await;
                tokio::time::sleep(pause).await;
            } else if status.is_success() || (300..400).contains(&status.0) {
                if let Err(reason) = session.store_from_answer(&answer) {
                    return self.failed(session, about, reason);
                }
                self.queue.censor.learn_session(session);
                return Ok(());
            } else if session.refreshes() {
                let other = session.forget_refresh();
                let refused = LogInFailure::Refresh(status);
                (self.watch)(RunEvent::Told(&NotSent::LogIn(about.to_owned(), refused.clone()).to_string()));
                if !other {
                    return self.failed(session, about, refused);
                }
            } else {
                return self.failed(session, about, LogInFailure::Refused(status));
            }
        }
        self.failed(session, about, LogInFailure::Limited(MOST_WAITS + 1))
    }

    /// Says it once, and asks no more: what is refused again and again may lock an account.
    fn failed(&self, session: &Session, about: &str, failure: LogInFailure) -> Result<(), Reason> {
        let reason = Reason::from(NotSent::LogIn(about.to_owned(), failure));
        (self.watch)(RunEvent::Told(&reason.to_string()));
        session.fail(reason.clone());
        Err(reason)
    }

    /// One request for a credential; no word of it is kept but that it was sent.
    async fn ask(&self, session: &Session, about: &str, last: bool) -> Result<Option<Answer>, Reason> {
        let signed = self.permit.check_log_in(session)?;
        let spent = self.queue.requests_sent();
        if let Some(budget) = self.settings.budget.filter(|budget| !last && spent >= *budget) {
            return Err(Budget::Spent(budget).into());
        }
        if !self.queue.limiter.wait_and_count(|wait| (self.watch)(RunEvent::Waiting(wait)), || (self.stopped)() && !last).await {
            return Err(NotSent::Interrupted.into());
        }
        if let Some(journal) = self.journal {
            let entry = Entry::LogIn { at: Timestamp::now().as_millisecond(), about: about.to_owned() };
            journal.write(&entry, true).map_err(|error| NotSent::Journal(error.to_string()))?;
        }
        (self.watch)(RunEvent::Sent);
        self.queue.sent.fetch_add(1, Ordering::Relaxed);
        self.queue.log_ins.fetch_add(1, Ordering::Relaxed);
        self.queue.censor.learn_session(session);
        let answer = self.client.send(&signed).await;
        self.queue.limiter.record_answered().await;
        Ok(answer.ok())
    }

    /// Learns from an answer whether what a request was signed with is taken, and a cookie that it changes.
    pub(super) fn note_answer(&self, operation: &Operation, prepared: &PreparedRequest, answer: &mut Answer) {
        for (_, session) in self.accounts.sessions(operation, self.contract, prepared.permitted.credentials()) {
            if answer.status != Status(401) {
                session.note_answer(false);
            }
            if session.learn_cookie(answer) {
                self.queue.censor.learn_session(session);
            }
        }
    }

    /// Whether what a run that was cut off was answered is open still: it was refused because the token had ended, and the run was
    /// cut off before it was sent once more with a new one. Takes the answer that counts where there is one.
    pub(super) fn is_open_for_renewal(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, outcome: &mut Outcome) -> bool {
        let refused = outcome.answer().is_some_and(|answer| answer.status == Status(401));
        if !refused || self.accounts.sessions(operation, self.contract, prepared.permitted.credentials()).is_empty() {
            return false;
        }
        if self.has_more(probe) {
            // It was sent once more then, with what was obtained again.
            outcome.exchanges.pop();
            self.queue.resent.fetch_add(1, Ordering::Relaxed);
            return !self.take_recorded(probe, outcome);
        }
        let about_whom = is_about_who_asks(probe);
        // No more can have been cut off than were under way at once; what is refused beyond that has another cause.
        let open = !about_whom && self.queue.renewed_again.fetch_add(1, Ordering::Relaxed) < self.settings.jobs as u64;
        if open {
            outcome.exchanges.pop();
            self.queue.resent.fetch_add(1, Ordering::Relaxed);
        }
        open
    }

    /// Whether a request was refused because what it was signed with had ended, so that it is worth sending once more.
    pub(super) fn has_ended(&self, probe: &Probe, operation: &Operation, prepared: &PreparedRequest, signed: &[u64], outcome: &Outcome) -> bool {
        let about_whom = is_about_who_asks(probe);
        if about_whom || outcome.answer().is_none_or(|answer| answer.status != Status(401)) {
            return false;
        }
        let sessions = self.accounts.sessions(operation, self.contract, prepared.permitted.credentials());
        let mut ended = false;
        for ((_, session), generation) in sessions.iter().zip(signed) {
            if session.generation() != *generation {
                ended = true;
            } else if session.failed().is_none() && session.note_answer(true) {
                session.discard(*generation);
                ended = true;
            }
        }
        ended
    }
}
