//! Turns a plan and the exchanges of a run into a verdict for each cell.

mod allowed_answers;
mod alternatives;
mod by_default;
mod cell;
mod cell_findings;
pub mod changes;
mod check_names;
mod drawn_answers;
pub mod exchange_rules;
mod finished_jobs;
mod inferred_cells;
mod job_states;
mod lost_permissions;
mod missing_features;
mod own_requests;
mod partly_judged;
mod rate_limit;
mod recording;
pub mod redaction;
mod refusal_words;
mod refused_requests;
mod repeats;
mod reset_server;
pub mod resource_rules;
mod seen_ids;
mod server_errors;
mod session_bodies;
#[cfg(test)]
mod small_cases;
mod state_findings;
mod swept_resources;
mod truth_table;
mod undocumented_members;
mod undocumented_statuses;
mod unplanned_429;
mod unread_body;

pub use crate::judge::exchange_rules::CredentialHints;
pub use alternatives::alternatives;
pub use check_names::{checks, decides_verdict};
pub use own_requests::{own_requests, withhold};
pub use recording::{Recording, sent};
pub use refused_requests::{ValidRequestOutcome, accepted_alternatives, outcomes_of_valid_requests};
pub use repeats::{RepeatCause, RepeatRound, count_tries, drawn_for, is_same};
pub use session_bodies::withhold_session_bodies;
pub use truth_table::{BodyFacts, ControlOutcome, Excuses, Ruling, RulingInput, ServerError, rule};
pub use undocumented_members::undocumented_members;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::contract::Schemas;
use crate::contract::expressions::captured;
use crate::contract::paging::{NextPageLocation, next_page};
use crate::judge::exchange_rules::{ExchangeContext, UnjudgedParts, findings, gaps};
use crate::judge::resource_rules::{Contradiction, contradictions};
use crate::model::check_level::CheckLevels;
use crate::model::contract::{Contract, Operation, Response, Status};
use crate::model::exchange::{Ending, Outcome, Outcomes};
use crate::model::plan::{Credentials, Origin, Place, Plan, Probe, ProbeId, Repeat, SlotId};
use crate::model::reason::{NotSent, Prior, Reason};
use crate::model::report::{Cell, CellProbe};
use crate::model::suite::AccountName;
use crate::model::verdict::{Finding, Severity};
use lost_permissions::LostPermissions;

/// Everything that judging takes.
#[derive(Debug, Clone, Copy)]
pub struct JudgeInput<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas.
    pub schemas: &'a Schemas,
    /// What was planned.
    pub plan: &'a Plan,
    /// What became of it.
    pub outcomes: &'a Outcomes,
    /// Where credentials come from, for the commands that show findings again.
    pub hints: &'a CredentialHints,
    /// How much the findings of each check count, where that is not what the check says itself.
    pub levels: &'a CheckLevels,
}

/// What is said of the cells, and of what belongs to none.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The matrix, in the order of the plan.
    pub cells: Vec<Cell>,
    /// What belongs to no single cell.
    pub findings: Vec<Finding>,
}

impl Judgement {
    /// Everything that was found, in the cells and beside them.
    pub fn into_findings(self) -> impl Iterator<Item = Finding> {
        self.cells.into_iter().flat_map(|cell| cell.findings).chain(self.findings)
    }
}

/// What is said of one probe.
#[derive(Debug, Clone)]
pub(crate) struct ProbeResult<'a> {
    /// The probe.
    pub probe: &'a Probe,
    /// What became of it.
    pub outcome: Option<&'a Outcome>,
    /// The ruling.
    pub ruling: Ruling,
    /// What the checks found in the answer that counts.
    pub findings: Vec<Finding>,
    /// What of the answer was not judged although its status shows something; `None` where everything was.
    pub in_part: Option<String>,
}

impl ProbeResult<'_> {
    /// The status of the answer that counts.
    pub fn status(&self) -> Option<Status> {
        self.outcome.and_then(Outcome::answer).map(|answer| answer.status)
    }

    /// Whether a rule is broken that must hold.
    pub fn breaks(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Must)
    }
}

/// Judges every cell of a plan.
pub fn judge(input: &JudgeInput<'_>) -> Judgement {
    let answered: HashMap<&str, &Outcome> = input.outcomes.outcomes.iter().map(|outcome| (outcome.probe.as_str(), outcome)).collect();
    let accepted = accepted(input, &answered);
    let known = known_accounts(input, &answered);
    let alive = accepted.values().any(|accepted| *accepted);
    let features = missing_features::Features::new(input, alive);
    let contradictions = swept_resources::unexplained(input, contradictions(input.contract, input.schemas, input.plan, input.outcomes));
    let lost = LostPermissions::new(input, &accepted);
    let heard = RunFacts { accepted: &accepted, features: &features, lost, contradictions: &contradictions, known, alive };
    let planned = input.plan.probes.iter().filter(|probe| !input.plan.drawn.contains_key(&probe.id));
    let mut opinions: Vec<ProbeResult<'_>> =
        planned.map(|probe| probe_result(input, &heard, (probe, answered.get(probe.id.as_str()).copied()))).collect();
    let earlier = job_states::earlier_states(input);
    let looks = earlier.iter().filter_map(|outcome| Some((input.plan.probe(&outcome.probe)?, Some(outcome))));
    opinions.extend(looks.map(|look| probe_result(input, &heard, look)));
    let (mut placed, contradicted) = state_findings::placed(input, &contradictions);
    let (drawn, about_drawn) = drawn_answers::findings_by_cell(input, &|id| accepted.get(id) == Some(&true));
    placed.extend(drawn);
    let about_failing = server_errors::place_errors_without_cell(input, &opinions, &mut placed);
    let placed = cell_findings::at_levels(placed, input.levels);
    let view = cell::CellInputs::new(input, &opinions, alive);
    let beside = cell_findings::by_cell(input.plan.cells.len(), placed);
    let mut cells: Vec<Cell> = input.plan.cells.iter().zip(beside).map(|(cell, beside)| cell::cell(&view, cell, beside)).collect();
    features.name(input, &mut cells);
    let mut findings = undocumented_statuses::findings(input, &opinions, &features);
    findings.extend(server_errors::undocumented(input, &opinions, &accepted));
    findings.extend(rate_limit::ignored(input));
    findings.extend(rate_limit::too_short_wait(input));
    findings.extend(unplanned_429::findings(input));
    findings.extend(contradicted.into_iter().chain(about_drawn).chain(about_failing));
    input.levels.apply_all(&mut findings);
    Judgement { cells, findings }
}

/// The accounts beside the full one that the server knows: it has refused them something for want of permission, or let them in.
fn known_accounts(input: &JudgeInput<'_>, answered: &HashMap<&str, &Outcome>) -> Vec<AccountName> {
    let known = |account: &AccountName| {
        let own = input.plan.probes.iter().filter(|probe| probe.request.credentials.account() == Some(*account));
        let mut answers = own.filter_map(|probe| answered.get(probe.id.as_str()).and_then(|outcome| outcome.answer()));
        answers.any(|answer| answer.status == Status(403) || answer.status.0 < 400)
    };
    [AccountName::Limited, AccountName::Other].into_iter().filter(known).collect()
}

/// Which valid requests were accepted.
fn accepted(input: &JudgeInput<'_>, answered: &HashMap<&str, &Outcome>) -> BTreeMap<ProbeId, bool> {
    let valid = input.plan.probes.iter().filter(|probe| probe.fault.is_none());
    valid
        .map(|probe| {
            let answer = answered.get(probe.id.as_str()).and_then(|outcome| outcome.answer());
            let accepted = answer.is_some_and(|answer| probe.is_accepted_by(answer.status));
            (probe.id.clone(), accepted)
        })
        .collect()
}

/// What all answers together say.
struct RunFacts<'h> {
    /// Which valid requests were accepted.
    accepted: &'h BTreeMap<ProbeId, bool>,
    /// APIs that the account does not seem to have.
    features: &'h missing_features::Features,
    /// Whether the account has lost its permissions.
    lost: LostPermissions,
    /// What rules over several answers have found.
    contradictions: &'h [Contradiction],
    /// Whether the server knows the account without permissions.
    known: Vec<AccountName>,
    /// Whether it accepted anything at all.
    alive: bool,
}

/// Everything that decides about one probe, and what the checks found in the answer that counts.
struct ProbeFacts {
    /// What decides.
    facts: RulingInput,
    /// What the checks found.
    findings: Vec<Finding>,
    /// What they do not judge.
    gaps: UnjudgedParts,
}

fn probe_result<'a>(input: &JudgeInput<'a>, heard: &RunFacts<'_>, (probe, outcome): (&'a Probe, Option<&'a Outcome>)) -> ProbeResult<'a> {
    let ProbeFacts { facts, mut findings, gaps } = judge_probe(input, heard, probe, outcome);
    let ruling = rule(&facts);
    if !matches!(ruling, Ruling::Shows | Ruling::Breaks) {
        findings.clear();
    }
    // Where the contract does not say how a request is answered, that it fails is what is wrong.
    let failed = facts.status.is_some_and(Status::is_server_error);
    if failed && ruling == Ruling::Breaks && !facts.body.broken {
        let exchange = outcome.and_then(|outcome| outcome.exchanges.last());
        let place = input.contract.operation(&probe.operation).map_or("", |operation| &operation.place);
        findings.extend(exchange.and_then(|exchange| server_errors::finding(input, probe, exchange, "an answer below 500", place)));
    }
    let in_part = partly_judged::accepted(&gaps, input.levels).filter(|_| ruling == Ruling::Shows && !facts.body.broken);
    ProbeResult { probe, outcome, ruling, findings, in_part }
}

fn judge_probe(input: &JudgeInput<'_>, heard: &RunFacts<'_>, probe: &Probe, outcome: Option<&Outcome>) -> ProbeFacts {
    let mut facts = facts(input, heard, probe, outcome);
    let (mut findings, mut gaps) = check(input, probe, outcome);
    if facts.is_allowed() {
        let unlike_default = by_default::differences_from_default(input, probe, outcome, (&findings, &mut gaps));
        let unlike_inferred = inferred_cells::difference_from_inferred(input, probe, outcome, &mut findings);
        let (unread, unjudged) = (unread_body::unread(input, probe, outcome), partly_judged::open(&gaps));
        facts.body = BodyFacts { unread, broken: false, unlike_default, unlike_inferred, unjudged };
    } else {
        facts.excuses = excuses(input, heard, probe, outcome);
    }
    facts.body.broken = findings.iter().any(|finding| finding.severity == Severity::Must);
    ProbeFacts { facts, findings, gaps }
}

/// What decides by the status, the request and the control.
fn facts(input: &JudgeInput<'_>, heard: &RunFacts<'_>, probe: &Probe, outcome: Option<&Outcome>) -> RulingInput {
    let answer = outcome.and_then(Outcome::answer);
    let status = answer.map(|answer| answer.status);
    let control = match &probe.control {
        None => ControlOutcome::NotNeeded,
        Some(control) if heard.accepted.get(control) == Some(&true) => ControlOutcome::Accepted,
        Some(control) => ControlOutcome::Refused(why_refused(input, control)),
    };
    RulingInput {
        ending: outcome.map_or(Ending::Withheld(NotSent::RunEnded.into()), |outcome| outcome.ending.clone()),
        status,
        allowed: probe.allowed.clone(),
        faulty: probe.fault.is_some(),
        unauthenticated: probe.fault.as_ref().is_some_and(|fault| matches!(fault.place, Place::Credentials | Place::Header(_)))
            && !matches!(probe.request.credentials, Credentials::Limited | Credentials::Other)
            && probe.allows(Status(401)),
        forbids: allowed_answers::forbids(input, probe),
        recognised: probe.request.credentials.account().is_some_and(|account| heard.known.contains(&account)),
        exhausting: matches!(probe.repeat, Repeat::Burst { .. }),
        // Where the server itself has named the next page, no other confirmation is needed.
        assumed: probe.assumed.clone().filter(|_| !has_followed_page_link(probe, outcome)),
        failure: server_errors::meaning_of_error(input.contract.operation(&probe.operation), status, heard.alive),
        control,
        none_of: missing(input, heard.accepted, probe),
        refusal: answer.filter(|answer| probe.fault.is_none() && answer.status.0 / 100 == 4).and_then(refusal_words::of),
        excuses: Excuses::default(),
        body: BodyFacts::default(),
    }
}

/// What explains an answer that the contract does not allow.
fn excuses(input: &JudgeInput<'_>, heard: &RunFacts<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Excuses {
    Excuses {
        absent: heard.features.why_unavailable(input, probe, outcome),
        shut_out: heard.lost.explain(input, probe, outcome),
        as_right: allowed_answers::why_answer_is_acceptable(input, probe, outcome),
        inferred: inferred_cells::expected(input, probe),
        swept_by: swept_resources::swept_by(input, probe, outcome),
        job: finished_jobs::finished(input, probe, outcome),
        forgotten: reset_server::why_unconfirmed(input, probe, outcome),
        marked: state_findings::is_marked(heard.contradictions, probe),
    }
}

/// A probe and what became of it, for the cell that it says something of.
fn entry(probe: &Probe, outcome: Option<&Outcome>) -> CellProbe {
    CellProbe {
        id: probe.id.clone(),
        trigger: probe.trigger.clone(),
        status: outcome.and_then(Outcome::answer).map(|answer| answer.status),
        fault: probe.fault.as_ref().map(|fault| fault.words.clone()),
        effect: probe.effect,
        requests: outcome.map_or(0, |outcome| outcome.exchanges.len() as u64),
    }
}

/// Whether a walk through pages has followed a link; a cursor has to be put into a parameter, which no document names.
fn has_followed_page_link(probe: &Probe, outcome: Option<&Outcome>) -> bool {
    let first = outcome.filter(|outcome| matches!(probe.repeat, Repeat::Pages { .. }) && outcome.exchanges.len() > 1);
    let page = first.and_then(|outcome| outcome.exchanges.first()?.answer.as_ref()?.body.whole_value());
    page.is_some_and(|page| matches!(next_page(page), Some(NextPageLocation::Address(_))))
}

/// The kind of which the server has nothing and the run could make nothing, where a request or its control was not sent for want
/// of it: that is no failure.
fn missing(input: &JudgeInput<'_>, accepted: &BTreeMap<ProbeId, bool>, probe: &Probe) -> Option<String> {
    let withheld = |probe: &Probe| input.outcomes.of(&probe.id).is_some_and(|outcome| matches!(outcome.ending, Ending::Withheld(_)));
    let control = probe.control.as_ref().and_then(|control| input.plan.probe(control));
    let empty = |slot: &&SlotId| match input.plan.slots.get(*slot).map(|slot| &slot.origin) {
        Some(Origin::Borrowed(finder)) => accepted.get(finder) == Some(&true) && !has_found(input, finder, slot),
        _ => false,
    };
    let needs = [Some(probe), control].into_iter().flatten().filter(|probe| withheld(probe)).flat_map(|probe| &probe.needs);
    let kind = &input.plan.slots.get(needs.into_iter().find(empty)?)?.kind;
    withheld(probe).then(|| kind.clone())
}

/// Whether the answer to a list holds what a slot stands for.
fn has_found(input: &JudgeInput<'_>, finder: &str, slot: &SlotId) -> bool {
    let (Some(probe), Some(answer)) = (input.plan.probe(finder), input.outcomes.of(finder).and_then(Outcome::answer)) else { return false };
    let mut captures = probe.captures.iter().filter(|capture| capture.slot == *slot);
    captures.any(|capture| captured(capture, answer, probe, &BTreeMap::new()).is_some())
}

fn why_refused(input: &JudgeInput<'_>, control: &ProbeId) -> Reason {
    let what = match input.outcomes.of(control).map(|outcome| (&outcome.ending, outcome.answer())) {
        None => Prior::NotSent,
        Some((Ending::Withheld(reason), _)) => return reason.clone(),
        Some((Ending::Silent(reason), _)) => Prior::Silent(Some(Box::new(reason.clone()))),
        Some((_, Some(answer))) => Prior::Answered(answer.status),
        Some((_, None)) => Prior::Silent(None),
    };
    Reason::Prior(control.clone(), what)
}

/// What the checks find in the answer that counts, and what they do not judge of it.
fn check(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> (Vec<Finding>, UnjudgedParts) {
    check_as(input, probe, outcome, &|operation, status| declared(input.contract, operation, status))
}

/// The same with another idea of which response the contract declares.
fn check_as<'a>(
    input: &JudgeInput<'a>,
    probe: &Probe,
    outcome: Option<&Outcome>,
    declared: &dyn Fn(Option<&'a Operation>, Status) -> Option<Cow<'a, Response>>,
) -> (Vec<Finding>, UnjudgedParts) {
    let exchange = outcome.and_then(|outcome| outcome.exchanges.last());
    let Some((exchange, answer)) = exchange.and_then(|exchange| Some((exchange, exchange.answer.as_ref()?))) else { return Default::default() };
    let whole_server = probe.id.is_about_whole_server();
    let operation = input.contract.operation(&probe.operation).filter(|_| !whole_server);
    let declared = declared(operation, answer.status);
    let context = ExchangeContext {
        contract: input.contract,
        schemas: input.schemas,
        operation,
        probe,
        exchange,
        answer,
        declared: declared.as_deref(),
        hints: input.hints,
    };
    let mut found = findings(&context);
    input.levels.apply_all(&mut found);
    (found, gaps(&context))
}

/// What the contract declares for a status. `default` is what authors write for errors: it says nothing of a success.
fn declared<'a>(contract: &'a Contract, operation: Option<&'a Operation>, status: Status) -> Option<Cow<'a, Response>> {
    let own = operation.and_then(|operation| operation.response(status));
    let exact = own.or_else(|| contract.server_responses.iter().find(|response| response.status == status));
    let class = || {
        let silent = status.0 < 400 && operation?.fallbacks.iter().all(|fallback| fallback.class != Some(status.0 / 100));
        let response = operation?.fallback(status).filter(|_| !silent)?;
        Some(Cow::Owned(Response { status, ..response.clone() }))
    };
    exact.map(Cow::Borrowed).or_else(class)
}
