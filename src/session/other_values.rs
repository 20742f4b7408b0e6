//! Tries refused valid requests in another way, and then asks for what depended on them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Zoned;
use serde_json::Value;

use super::repeater::Repeater;
use crate::judge::{Recording, RepeatCause, ValidRequestOutcome, count_tries, judge, outcomes_of_valid_requests};
use crate::model::contract::{Contract, Status};
use crate::model::own_request::OwnValues;
use crate::model::plan::{Body, Intent, Plan, ProbeId};
use crate::model::reason::Code;
use crate::model::report::Cell;
use crate::model::trigger_name::TriggerName;
use crate::model::verdict::Verdict;
use crate::plan::values::{RefusedRequest, another, valid};
use crate::plan::{PlanningOptions, closure, downstream, plan};
use crate::session::stop::Stop;

/// How often an operation is tried in another way.
const MOST_TRIES: usize = 3;

/// How many rounds there are: what is made below something that was refused is tried after it.
const MOST_ROUNDS: usize = 10;

/// What is known of the valid request of an operation.
#[derive(Debug, Default)]
struct ValidRequestAttempt {
    /// Bodies that were refused.
    bodies: Vec<Value>,
    /// The form that is tried, or that was taken.
    own: OwnValues,
    tries: usize,
    taken: bool,
    /// What the last refusal said.
    answer: Option<Value>,
}

/// Whether there is anything to be tried.
pub(crate) fn is_due(recording: &Recording) -> bool {
    outcomes_of_valid_requests(&recording.plan, &recording.outcomes).values().any(|taken| *taken != ValidRequestOutcome::Accepted)
}

impl Repeater<'_> {
    /// Tries what was refused in other ways, as long as there is something left to be tried.
    pub(crate) async fn try_other_values(&mut self, recording: &mut Recording) -> Result<(), Stop> {
        let today = Zoned::now().date().to_string();
        let mut attempts: BTreeMap<String, ValidRequestAttempt> = BTreeMap::new();
        record_attempts(&mut attempts, &outcomes_of_valid_requests(&recording.plan, &recording.outcomes));
        for round in 0..MOST_ROUNDS {
            let tried = self.next_tries(&mut attempts, &today);
            if tried.is_empty() {
                return Ok(());
            }
            let contract = with_attempts(&self.specification.contract, &attempts);
            let options = PlanningOptions { mark: format!("{}-o{round}", self.mark()), cases: 0, regressions: Vec::new(), ..self.options() };
            let whole = plan(&contract, &self.specification.schemas, &self.specification.suite, &options)?;
            let Some(part) = self.part(recording, &whole, &tried) else { return Ok(()) };
            if !self.send(RepeatCause::Another(tried.into_iter().collect()), part, 0).await? {
                return Ok(());
            }
            recording.again = std::mem::take(&mut self.rounds);
            if let Some(last) = recording.again.last() {
                record_attempts(&mut attempts, &outcomes_of_valid_requests(&last.plan, &last.outcomes));
            }
            self.rounds.clone_from(&recording.again);
        }
        Ok(())
    }

    /// The operations that are tried next, each with its next form set.
    fn next_tries(&self, attempts: &mut BTreeMap<String, ValidRequestAttempt>, today: &str) -> BTreeSet<String> {
        let contract = &self.specification.contract;
        let mut tried = BTreeSet::new();
        for (name, attempt) in attempts.iter_mut().filter(|(_, attempt)| !attempt.taken && attempt.tries < MOST_TRIES) {
            let Some(operation) = contract.operation(name).filter(|operation| operation.own.is_none()) else { continue };
            if attempt.bodies.is_empty()
                && let Ok(base) = valid(contract, &self.specification.schemas, operation, true)
                && let Body::Json(body) = base.request.body
            {
                attempt.bodies.push(body);
            }
            let refused = RefusedRequest { bodies: &attempt.bodies, parameters: &attempt.own.parameters, answer: attempt.answer.as_ref(), today };
            attempt.tries += 1;
            match another(contract, &self.specification.schemas, operation, &refused) {
                Some(own) => {
                    attempt.bodies.extend(own.body.clone());
                    attempt.own = own;
                    tried.insert(name.clone());
                }
                None => attempt.tries = MOST_TRIES,
            }
        }
        tried
    }

    /// The part of a plan that tries these operations, and asks for what is open because of them; `None` where there are not
    /// enough requests left.
    fn part(&self, recording: &Recording, whole: &Plan, tried: &BTreeSet<String>) -> Option<Plan> {
        let open: BTreeSet<(String, Status)> =
            self.cells(recording).iter().filter(|cell| is_open(cell)).map(|cell| (cell.operation.clone(), cell.status)).collect();
        let reached = downstream(whole, tried);
        let asked = whole.cells.iter().filter(|cell| open.contains(&(cell.operation.clone(), cell.status)));
        let aimed = asked.flat_map(|cell| match &cell.intent {
            Intent::Probes(aimed) => aimed.as_slice(),
            _ => &[],
        });
        let wanted: Vec<ProbeId> = aimed.filter(|id| reached.contains(*id)).cloned().collect();
        let all = closure(whole, &wanted, &[]);
        if !all.probes.is_empty() && all.probes.len() as u64 <= self.requests_left() {
            return Some(all);
        }
        // At least it is found out what is taken.
        let valid =
            whole.probes.iter().filter(|probe| tried.contains(&probe.operation) && probe.fault.is_none() && probe.trigger == TriggerName::SUCCESS);
        let least = closure(whole, &valid.map(|probe| probe.id.clone()).collect::<Vec<_>>(), &[]);
        (!least.probes.is_empty() && least.probes.len() as u64 <= self.requests_left()).then_some(least)
    }

    fn cells(&self, recording: &Recording) -> Vec<Cell> {
        let case = self.specification.case(&recording.plan, &recording.outcomes, self.hints());
        let mut judgement = judge(&case);
        count_tries(&case, &recording.again, &mut judgement);
        judgement.cells
    }
}

fn is_open(cell: &Cell) -> bool {
    matches!(cell.verdict, Verdict::Blocked | Verdict::Unreached) && cell.code != Some(Code::AllowedAsWell)
}

/// The contract with the forms that are tried and those that were taken.
fn with_attempts(contract: &Contract, attempts: &BTreeMap<String, ValidRequestAttempt>) -> Contract {
    let mut contract = contract.clone();
    for operation in &mut contract.operations {
        if let Some(attempt) = attempts.get(&operation.id).filter(|attempt| attempt.tries > 0 && operation.own.is_none()) {
            operation.own = Some(attempt.own.clone());
        }
    }
    contract
}

fn record_attempts(attempts: &mut BTreeMap<String, ValidRequestAttempt>, seen: &BTreeMap<String, ValidRequestOutcome>) {
    for (name, taken) in seen {
        match taken {
            ValidRequestOutcome::Accepted => {
                if let Some(attempt) = attempts.get_mut(name) {
                    attempt.taken = true;
                }
            }
            ValidRequestOutcome::Refused(answer) => {
                let attempt = attempts.entry(name.clone()).or_default();
                attempt.answer.clone_from(answer);
            }
        }
    }
}
