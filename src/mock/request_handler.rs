//! Answers a request: detects faults, finds the status that the contract gives them, or does what is asked.

use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;

use super::accounts::{self, Caller};
use super::answer_headers;
use super::answer_headers::HeaderContext;
use super::behaviours::{self, AcceptedRequest, AnswerOutline};
use super::draft_answer::{DraftAnswer, concrete_media_type, declared, preferred};
use super::faults::{AnswerScope, StateFault};
use super::notice::{self, ErrorSource, Noticed};
use super::operation_profile::media_example;
use super::refusal::{RefusalReason, refuse};
use super::request::{DecodedRequest, Payload};
use super::route::RoutedPath;
use super::routed_request::{MockCore, RoutedRequest};
use super::state::{LockedState, MockState};
use super::validators;
use super::variants::BehaviourChoice;
use crate::contract::{code_for_range, is_within, remove};
use crate::model::contract::{Operation, RateLimit, Response, Status};
use crate::model::media_range::is_xml;
use crate::model::trigger_name::TriggerName;

/// Answers a request.
pub(crate) fn answer(core: &MockCore, windows: &[RateLimit], state: &Mutex<MockState>, call: &DecodedRequest, number: u64) -> DraftAnswer {
    let route = RoutedPath::find(&core.contract, call);
    let operation = route.as_ref().and_then(|route| route.operation(&core.contract, &core.schemas, call));
    let methods = route.as_ref().map(RoutedPath::methods).unwrap_or_default();
    let knows = |operation: &&&Operation| accounts::caller(&core.contract, &core.accounts, operation, call).is_known();
    let nearest = operation.or_else(|| {
        let operations = &route.as_ref()?.operations;
        // One that says itself what such a refusal looks like.
        let telling = || operations.iter().find(|operation| operation.response(Status(405)).is_some());
        operations
            .iter()
            .find(|operation| knows(operation) && operation.response(Status(405)).is_some())
            .or_else(|| operations.iter().find(knows))
            .or_else(telling)
            .or(operations.first())
            .copied()
    });
    let Some(guard) = nearest.or(core.contract.operations.first()) else { return DraftAnswer::new(404) };
    let caller = accounts::caller(&core.contract, &core.accounts, guard, call);
    let circumstances = HeaderContext { operation: nearest, methods: &methods, ..HeaderContext::default() };
    let mut draft = if let Some(status) = core.faults.replacement_status(nearest, number).or_else(|| core.faults.failure_status(nearest, call)) {
        let circumstances = HeaderContext { wait: Some(1), ..circumstances };
        refuse(core, status, &RefusalReason { detail: "This request was not looked at.", source: &ErrorSource::Nowhere }, &circumstances)
    } else if let Some(refusal) = limited(core, windows, state, &caller, &circumstances) {
        refusal
    } else if let Some(operation) = operation {
        RequestHandler { core, routed: RoutedRequest::new(core, call, operation), methods: &methods }.answer(state, &caller)
    } else {
        refuse_unrouted(core, &RoutedRequest::new(core, call, guard), &caller, &circumstances)
    };
    validators::apply_validators(core, call, &mut draft, &HeaderContext { operation: nearest, methods: &methods, ..HeaderContext::default() });
    let response = declared(&core.contract, nearest, Status(draft.status));
    let media = response.and_then(|response| response.content.iter().find(|media| Some(concrete_media_type(&media.name)) == draft.media));
    let schema = media.and_then(|media| media.schema.as_ref());
    if draft.media.as_deref().is_some_and(is_xml) {
        draft.write_as_xml(&core.contract.document, schema.map(|schema| schema.0.as_str()).unwrap_or_default());
    }
    core.variants.finish(&mut draft, &AnswerScope { contract: &core.contract, schemas: &core.schemas, call, operation: nearest, schema });
    core.faults.finish(&mut draft, &AnswerScope { contract: &core.contract, schemas: &core.schemas, call, operation: nearest, schema });
    draft
}

/// The refusal of a request that is one too many.
fn limited(
    core: &MockCore,
    windows: &[RateLimit],
    state: &Mutex<MockState>,
    caller: &Caller,
    circumstances: &HeaderContext<'_>,
) -> Option<DraftAnswer> {
    if !caller.is_known() || core.faults.is_overlooked(circumstances.operation, &TriggerName::BURST) {
        return None;
    }
    let wait = LockedState::of(state).admit(windows, Instant::now()).err()?;
    let detail = "Too many requests; wait before the next one.".to_owned();
    let circumstances = HeaderContext { wait: Some(wait), operation: circumstances.operation, methods: circumstances.methods, location: None };
    let status = core.faults.status(circumstances.operation, 429);
    Some(refuse(core, status, &RefusalReason { detail: &detail, source: &ErrorSource::Nowhere }, &circumstances))
}

/// The refusal of a request that leads to no operation.
fn refuse_unrouted(core: &MockCore, guard: &RoutedRequest<'_>, caller: &Caller, circumstances: &HeaderContext<'_>) -> DraftAnswer {
    let stranger = notice::access(guard, caller).into_iter().find(|noticed| noticed.insist == Some(401));
    let overlooked = |noticed: &Noticed| noticed.triggers.iter().any(|trigger| core.faults.is_overlooked(circumstances.operation, trigger));
    if let Some(noticed) = stranger.filter(|noticed| !overlooked(noticed)) {
        let status = core.faults.status(circumstances.operation, 401);
        return refuse(core, status, &RefusalReason { detail: &noticed.detail, source: &noticed.source }, circumstances);
    }
    let call = guard.call;
    let (trigger, status, detail) = match circumstances.operation {
        None => (None, 404, format!("There is nothing at {}.", call.path)),
        Some(operation) if operation.optional && core.variants.has(BehaviourChoice::FeaturesHidden) => {
            (None, 404, "There is nothing here.".to_owned())
        }
        Some(_) => (Some(TriggerName::UNSUPPORTED_METHOD), 405, format!("{} is not supported here.", call.method)),
    };
    if call.method == "OPTIONS" && status == 405 && core.variants.has(BehaviourChoice::HeadAndOptions) {
        let mut draft = DraftAnswer::new(204);
        draft.set("Allow", circumstances.methods.join(", "));
        return draft;
    }
    if trigger.is_some_and(|trigger| core.faults.is_overlooked(circumstances.operation, &trigger)) {
        return DraftAnswer::new(200);
    }
    let status = core.faults.status(circumstances.operation, status);
    refuse(core, status, &RefusalReason { detail: &detail, source: &ErrorSource::Nowhere }, circumstances)
}

/// A request that has found its operation.
struct RequestHandler<'a> {
    core: &'a MockCore,
    routed: RoutedRequest<'a>,
    methods: &'a [String],
}

impl<'a> RequestHandler<'a> {
    fn answer(&self, state: &Mutex<MockState>, caller: &Caller) -> DraftAnswer {
        let mut noticed = notice::access(&self.routed, caller);
        // What takes the longest for a large body is done before other requests have to wait.
        let message = notice::MessageLooks::new(&self.routed);
        let mut state = LockedState::of(state);
        let seen = notice::detect(&self.routed, &state, message);
        let place = if !noticed.is_empty() && self.core.variants.has(BehaviourChoice::AccessLast) { 0 } else { noticed.len() };
        noticed.splice(place..place, seen);
        self.count(&mut state, &noticed);
        for noticed in noticed {
            let found = noticed.statuses(&self.routed);
            let Some((trigger, statuses)) = found.or_else(|| Some((noticed.triggers.first()?.clone(), vec![Status(noticed.insist?)]))) else {
                continue;
            };
            if self.core.faults.is_overlooked(Some(self.routed.operation), &trigger) {
                continue;
            }
            let key = format!("{} {trigger}", self.routed.operation.id);
            let Some(status) = state.next_status(key, &statuses) else { continue };
            return self.rule(state, status, &trigger, &noticed);
        }
        self.answer_success(state, None)
    }

    /// Keeps count of requests with more than one thing wrong, which servers may refuse for any of them. What is wrong in
    /// several ways at one place is one thing, and so is what is wrong in the same way at several.
    fn count(&self, state: &mut MockState, noticed: &[Noticed]) {
        let refused = noticed.iter().filter(|noticed| noticed.insist.is_some() || noticed.statuses(&self.routed).is_some());
        let refused: Vec<(&str, &TriggerName)> =
            refused.filter_map(|noticed| Some((noticed.at.as_deref().unwrap_or_default(), noticed.triggers.first()?))).collect();
        let Some((first, trigger)) = refused.first() else { return };
        // Two that differ in what is wrong and in the place; what has no place is apart from all.
        let varied = refused.iter().any(|(_, other)| other != trigger);
        if varied && (first.is_empty() || refused.iter().any(|(at, _)| at != first)) {
            let words: Vec<String> = refused.iter().map(|(at, trigger)| format!("{trigger} {at}").trim().to_owned()).collect();
            state.crowded.push(format!("{} {}: {}", self.routed.operation.id, self.routed.call.path, words.join(", ")));
        }
    }

    /// Answers what was noticed with the status that the contract has for it.
    fn rule(&self, state: LockedState<'_>, status: Status, trigger: &TriggerName, noticed: &Noticed) -> DraftAnswer {
        if !status.is_refusal() {
            return if *trigger == TriggerName::UNFINISHED { self.show_job(state, status) } else { self.answer_success(state, Some(status)) };
        }
        if !self.routed.operation.method.is_safe() && self.core.faults.has(self.routed.operation, StateFault::WriteRefused) {
            self.answer_success(state, None);
        } else if let Some(right) = self.without_the_wrong_one(&noticed.source) {
            right.answer_success(state, None);
        }
        let sent = self.core.faults.status(Some(self.routed.operation), code_for_range(status, trigger).0);
        refuse(self.core, sent, &RefusalReason { detail: &noticed.detail, source: &noticed.source }, &self.circumstances(None))
    }

    /// The same request with only those of its resources that are right, for a mock that writes them.
    fn without_the_wrong_one(&self, wrong: &ErrorSource) -> Option<Self> {
        let operation = self.routed.operation;
        let writes = if operation.atomic {
            self.core.faults.has(operation, StateFault::WritePart)
        } else {
            self.core.variants.has(BehaviourChoice::WriteInPart)
        };
        let ErrorSource::Pointer(wrong) = wrong else { return None };
        let items = self.routed.items();
        let (at, _) = items.iter().find(|(at, _)| is_within(wrong, at)).filter(|_| writes && items.len() > 1)?;
        let mut body = self.routed.payload.value()?.clone();
        remove(&mut body, at);
        let routed = RoutedRequest { payload: Payload::Value(body), ..RoutedRequest::new(self.core, self.routed.call, operation) };
        Some(Self { core: self.core, routed, methods: self.methods })
    }

    fn circumstances(&self, location: Option<String>) -> HeaderContext<'_> {
        HeaderContext { operation: Some(self.routed.operation), methods: self.methods, wait: None, location }
    }

    /// Does what is asked and says so.
    fn answer_success(&self, mut state: LockedState<'_>, status: Option<Status>) -> DraftAnswer {
        let status = status.unwrap_or_else(|| self.success(&mut state));
        let operation: &'a Operation = self.routed.operation;
        let response = operation.response(status).or_else(|| operation.successes().find(|response| response.status == status));
        let media = response.and_then(|response| preferred(response, self.routed.call.header("accept")));
        let example = media.and_then(|media| media_example(media, operation));
        let outline = AnswerOutline { routed: &self.routed, response, media, example };
        let mut outcome = behaviours::perform(&mut AcceptedRequest { outline: &outline, state: &mut state });
        let others = state.release();
        if let (Some(before), Some(shown)) = (behaviours::fit_to_schema(&outline, &mut outcome), &outcome.body) {
            behaviours::keep_repaired(&outline, &mut LockedState::of(others), &before, shown);
        }
        let status = self.chosen(status, media.is_some());
        let sent = self.core.faults.status(Some(operation), status.0);
        let mut draft = DraftAnswer::new(sent);
        let elsewhere = (status.0 / 100 == 3).then(|| "/".to_owned());
        let location = outcome.location.or(elsewhere).map(|location| self.location_as_declared(response, location));
        // What was made and is not shown could not be found otherwise (RFC 9110, section 15.3.2).
        let mut expressions = response.into_iter().flat_map(|response| &response.links).flat_map(|link| link.parameters.values());
        let asked_for = media.is_none() || expressions.any(|expression| expression.starts_with("$response.header."));
        if status.0 / 100 == 3 && media.is_none() && self.core.variants.has(BehaviourChoice::BodyWithRedirect) && outcome.body.is_some() {
            let success = operation.successes().flat_map(|response| &response.content).next();
            draft.media = success.map(|media| concrete_media_type(&media.name));
            draft.body = outcome.body.clone();
        }
        if let Some(location) = location.as_ref().filter(|_| status.0 == 201 && asked_for) {
            draft.set("Location", location.as_str());
        }
        answer_headers::add(self.core, &mut draft, response, &self.circumstances(location));
        if operation.successes().next().is_none() && operation.method.is_get() {
            draft.body = outcome.body;
            draft.media = draft.body.as_ref().map(|_| "application/json".to_owned());
        } else if let Some(media) = media.filter(|_| !matches!(status.0, 204 | 205 | 304)) {
            draft.media = Some(concrete_media_type(&media.name));
            draft.body = Some(outcome.body.unwrap_or(Value::Null));
        }
        draft
    }

    /// The code that is sent where the contract names only a range.
    fn chosen(&self, status: Status, has_body: bool) -> Status {
        match code_for_range(status, &TriggerName::SUCCESS) {
            Status(200) if status.is_range() && !has_body && !self.routed.operation.method.is_safe() => Status(204),
            code if status.is_range() => code,
            _ => status,
        }
    }

    /// A location as its header takes it: with the name of the host where a path does not fit the schema.
    fn location_as_declared(&self, response: Option<&Response>, location: String) -> String {
        let rule = response.and_then(|response| response.headers.iter().find(|rule| rule.name.eq_ignore_ascii_case("location")));
        let fits = |text: &str| {
            let schema = rule.and_then(|rule| rule.schema.as_ref());
            schema.is_none_or(|schema| self.core.schemas.fits(schema, &Value::from(text)))
        };
        let absolute = format!("http://{}{location}", self.routed.call.header("host").unwrap_or("localhost"));
        if !fits(&location) && fits(&absolute) { absolute } else { location }
    }

    /// The success status whose turn it is.
    fn success(&self, state: &mut MockState) -> Status {
        let finished = self.routed.demanded_statuses(|condition| condition.trigger == TriggerName::FINISHED);
        let statuses = self.routed.demanded_statuses(|condition| condition.trigger == TriggerName::SUCCESS);
        let (trigger, statuses) = if finished.is_empty() { (TriggerName::SUCCESS, statuses) } else { (TriggerName::FINISHED, finished) };
        let mut statuses: Vec<Status> = statuses.into_iter().filter(|status| !status.is_refusal()).collect();
        self.choose_contradicted_status(&mut statuses);
        if let Some(done) = self.routed.operation.done.as_ref().filter(|done| statuses.iter().any(|status| done.status.contains(status))) {
            let at_end = !self.core.variants.has(BehaviourChoice::NoRedirect) && self.finishes(state);
            statuses.retain(|status| done.status.contains(status) == at_end);
        }
        if self.routed.profile.creates {
            // What was made is shown first, or it would not be seen.
            statuses.sort_by_key(|status| self.routed.operation.response(*status).is_none_or(|response| response.content.is_empty()));
        }
        let some = |class: u16| statuses.iter().any(|status| status.class() == class);
        if some(2) && some(3) && self.core.variants.has(BehaviourChoice::NoRedirect) {
            statuses.retain(|status| status.is_success());
        }
        // Each job starts with the first of the statuses, so that following the address it gives leads to the next.
        let about = if trigger == TriggerName::FINISHED { self.routed.owner().map_or("", |(_, id)| id) } else { "" };
        let key = format!("{} {trigger} {about}", self.routed.operation.id);
        let declared = || self.routed.operation.successes().next().map(|response| response.status);
        let usual = if self.routed.operation.method.is_safe() { Status(200) } else { Status(204) };
        state.next_status(key, &statuses).or_else(declared).unwrap_or(usual)
    }

    /// Leaves one of two statuses where the documents differ: the first that they name, or the other side.
    fn choose_contradicted_status(&self, statuses: &mut Vec<Status>) {
        let operation = self.routed.operation;
        let main = |status: &Status| operation.response(*status).and_then(|response| response.alternative_to);
        let sides: Vec<(Status, Status)> = statuses.iter().filter_map(|status| Some((*status, main(status)?))).collect();
        if sides.is_empty() {
            return;
        }
        let other = self.core.variants.has(BehaviourChoice::OtherSide);
        // A job that has not finished has no other side.
        let still = |status: &Status| operation.done.as_ref().is_some_and(|done| !done.status.is_empty() && !done.status.contains(status));
        statuses.retain(|status| {
            let (own, named) = (sides.iter().any(|(side, _)| side == status), sides.iter().any(|(_, main)| main == status));
            if other { !named || still(status) } else { !own }
        });
    }

    /// Whether the job that is read will have finished by this read.
    fn finishes(&self, state: &MockState) -> bool {
        let Some((kind, id)) = self.routed.owner() else { return false };
        let lasts = self.core.faults.has(self.routed.operation, StateFault::NeverFinish);
        !lasts
            && state
                .store
                .get(kind, id)
                .is_some_and(|job| super::job::finishes(&self.core.contract, kind, job, super::job::reads(&self.core.variants)))
    }

    /// Answers with the job itself, where the contract has no refusal for a job that has not finished.
    fn show_job(&self, state: LockedState<'_>, status: Status) -> DraftAnswer {
        let job = self.routed.owner().and_then(|(kind, id)| {
            let body = state.store.get(kind, id)?.body.clone();
            let (reader, _) = super::job::reader(&self.core.contract, kind)?;
            let mut document = super::operation_profile::success_example(reader)?;
            super::resource_place::Place::guess(&document, "/id", &self.routed.profile.kind)?.replace_items(&mut document, vec![body]);
            Some(document)
        });
        let media = self.routed.operation.response(status).and_then(|response| response.content.first());
        let (Some(job), Some(media)) = (job, media) else { return self.answer_success(state, Some(status)) };
        let fits = media.schema.as_ref().is_none_or(|schema| self.core.schemas.fits(schema, &job));
        if !fits {
            return self.answer_success(state, Some(status));
        }
        DraftAnswer { media: Some(concrete_media_type(&media.name)), body: Some(job), ..DraftAnswer::new(status.0) }
    }
}
