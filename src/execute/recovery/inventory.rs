//! Lists what the run has made, and what of it is left.

use std::collections::BTreeSet;

use serde_json::Value;

use super::orphans::says_it_failed;
use crate::contract::expressions::captured;
use crate::execute::Run;
use crate::model::contract::{Operation, Status};
use crate::model::effect::Effect;
use crate::model::exchange::{Answer, Ending, Exchange, Outcome};
use crate::model::ids::{self, ProbeId};
use crate::model::journal::JournalHistory;
use crate::model::plan::{Capture, Origin, Plan, Probe, Slot, SlotId};
use crate::model::report::{CauseLink, Leftover, Made};
use crate::model::text::unquoted_text;
use crate::plan::{kind_below, made_captures, remover, unlisted_captures_in};

impl Run<'_> {
    /// Takes note of what a create has made whose answer holds an id where the contract has none.
    pub(in crate::execute) fn note_unlisted(&mut self, probe: &Probe, outcome: &Outcome) {
        if self.permit.is_unlimited() {
            return;
        }
        for answer in outcome.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref()) {
            let told =
                made_captures(self.plan, probe).iter().any(|(capture, _)| captured(capture, answer, probe, self.progress.known.ids()).is_some());
            for (capture, kind) in unlisted_captures_in(self.contract, probe, answer).into_iter().filter(|_| !told) {
                let Some(id) = captured(&capture, answer, probe, self.progress.known.ids()) else { continue };
                if self.progress.known.ownership().lock().is_own(&kind, &id) {
                    self.adopt_unlisted(probe, &kind, id);
                }
            }
        }
    }

    /// Takes note of what the creates of a journal have made where the contract does not say where the id stands, and of what
    /// nothing tells of.
    pub(in crate::execute) fn note_earlier(&mut self, journal_history: &JournalHistory) {
        for (probe, past) in journal_history.ended_probes() {
            let answered = past.iter().filter_map(|past| Some(Exchange { request: past.request.clone(), answer: Some(past.fate.answer()?.clone()) }));
            let outcome = Outcome { probe: probe.id.clone(), exchanges: answered.collect(), ending: Ending::Answered };
            self.note_unlisted(probe, &outcome);
            self.progress.ended.push(outcome);
        }
    }

    fn adopt_unlisted(&mut self, probe: &Probe, kind: &str, id: Value) {
        let slot = SlotId::shown_in_answer(kind, &probe.id, &unquoted_text(&id));
        // A run that was cut off may have removed it already.
        if self.progress.known.removal(&slot).is_some() {
            return;
        }
        let remover = remover(self.contract, kind, &probe.request, &slot);
        self.progress.known.add_made(slot, Slot::any(kind, Origin::Created(probe.id.clone())), id, remover);
    }

    /// Everything that the run has made, each once.
    pub(in crate::execute) fn inventory(&self) -> (Vec<Made>, Vec<Leftover>) {
        let mut made: Vec<Made> = Vec::new();
        let mut left: Vec<Leftover> = Vec::new();
        if self.permit.is_unlimited() && !self.settings.sweep {
            return (made, left);
        }
        for (slot, known) in self.plan.slots.iter().chain(self.progress.unplanned_slots()) {
            let (Some(maker), Some(value)) = (known.maker(), self.progress.known.ids().get(slot)) else { continue };
            let id = unquoted_text(value);
            if ids::is_looked_for(slot) || made.iter().any(|one| one.kind == known.kind && one.id == id) {
                continue;
            }
            let removed = self.is_gone(slot, maker, &id);
            let own = self.progress.known.ownership().lock().is_own(&known.kind, value);
            if !own && !removed {
                // It is told below, as a thing of unknown owner.
                continue;
            }
            made.push(Made { kind: known.kind.clone(), id: id.clone(), probe: maker.clone(), removed });
            if !removed {
                left.push(self.leftover(slot, known, maker, id));
            }
        }
        left.extend(self.unproven(&left));
        left.extend(self.creates_of_unknown_things());
        (made, left)
    }

    /// Whether a thing is gone: it was removed, or the same thing under another kind, or what it hung below.
    fn is_gone(&self, slot: &SlotId, maker: &str, id: &str) -> bool {
        if self.progress.absence(slot).is_some() {
            return true;
        }
        let twin = |(other, known): (&SlotId, &Slot)| {
            let same = known.maker().is_some_and(|by| by == maker) && self.progress.known.ids().get(other).map(unquoted_text).as_deref() == Some(id);
            same && self.progress.absence(other).is_some()
        };
        let above = self.plan.probe(maker).map(|probe| probe.request.slots_in_path()).unwrap_or_default();
        let below = above
            .into_iter()
            .any(|parent| self.plan.is_made(parent) && self.progress.absence(parent).is_some() && self.progress.known.ids().contains_key(parent));
        below || self.plan.slots.iter().chain(self.progress.unplanned_slots()).any(twin)
    }

    fn leftover(&self, slot: &SlotId, known: &Slot, maker: &ProbeId, id: String) -> Leftover {
        let tried = self.progress.ended.iter().rev().find_map(|outcome| {
            let probe = self.plan.probe(&outcome.probe).or_else(|| self.progress.added.iter().find(|added| added.id == outcome.probe))?;
            (probe.fault.is_none() && probe.consumes.contains(slot)).then_some((probe, outcome))
        });
        let twin = ids::plan_id(slot);
        let remover = self.plan.removers.get(twin).or_else(|| self.progress.known.removers().get(slot)).map(|remover| remover.operation.clone());
        let (reason, status) = match tried {
            Some((probe, outcome)) => (leftover_reason(probe, outcome), outcome.answer().map(|answer| answer.status)),
            None if remover.is_some() => ("nothing was sent to remove it".to_owned(), None),
            None => ("no operation of the contract removes it, or it is left because it expires by itself".to_owned(), None),
        };
        let removable = remover.is_some() || tried.is_some();
        let operation = tried.map(|(probe, _)| probe.operation.clone()).or(remover).unwrap_or_default();
        let because = Some(CauseLink { cell: None, probe: tried.map_or(maker, |(probe, _)| &probe.id).clone(), status });
        let address = tried.map(|(_, outcome)| address(outcome)).filter(|address| !address.is_empty()).unwrap_or_else(|| self.address_of(maker));
        Leftover { kind: known.kind.clone(), id, address, operation, reason, removable, because }
    }

    /// The address that a probe asked last.
    fn address_of(&self, probe: &str) -> String {
        self.progress.ended.iter().rev().find(|outcome| outcome.probe == probe).map(address).unwrap_or_default()
    }

    /// What came back from writes and is not proven to be the run's own: it was not touched.
    fn unproven(&self, left: &[Leftover]) -> Vec<Leftover> {
        let ownership = self.progress.known.ownership().lock();
        let mut seen: BTreeSet<String> = left.iter().map(|one| one.id.clone()).collect();
        let new = ownership.unproven().iter().filter(|one| seen.insert(one.id.clone()));
        new.map(|one| Leftover {
            kind: one.kind.clone(),
            id: one.id.clone(),
            address: self.address_of(&one.probe),
            operation: String::new(),
            reason: format!(
                "{} was answered with it, and nothing proves that this run made it: {}; it was not touched",
                one.probe,
                one.doubt.describe()
            ),
            removable: false,
            because: Some(CauseLink { cell: None, probe: one.probe.clone(), status: None }),
        })
        .collect()
    }

    /// Creates that were accepted, or may have been, of which it is not known what they made.
    fn creates_of_unknown_things(&self) -> Vec<Leftover> {
        let mut found: Vec<Leftover> = Vec::new();
        for outcome in &self.progress.ended {
            let Some(probe) = self.plan.probe(&outcome.probe).or_else(|| self.progress.added.iter().find(|added| added.id == outcome.probe)) else {
                continue;
            };
            let key = made_captures(self.plan, probe)
                .iter()
                .find_map(|(capture, _)| probe.request.path_values.get(capture.expression.strip_prefix("$request.path.")?).cloned());
            let creates = (probe.request.method.is_post() || key.is_some()) && matches!(probe.effect, Effect::Own | Effect::Leftovers);
            let same = |operation: &&Operation| creates && operation.method == probe.request.method;
            let Some(operation) = self.contract.operation(&probe.operation).filter(same) else { continue };
            // What is made below a thing of the run's own goes with it.
            let below_own = probe.request.slots_in_path().into_iter().any(|slot| self.plan.is_made(slot));
            let below_item = key.is_none() && (below_own || operation.path.trim_end_matches('/').ends_with('}') || !self.makes_things(probe));
            for exchange in outcome.exchanges.iter().filter(|_| !below_item) {
                let told = |answer: &Answer| {
                    let listed = made_captures(self.plan, probe)
                        .iter()
                        .any(|(capture, _)| captured(capture, answer, probe, self.progress.known.ids()).is_some());
                    let found = unlisted_captures_in(self.contract, probe, answer);
                    listed || found.iter().any(|(capture, _)| captured(capture, answer, probe, self.progress.known.ids()).is_some())
                };
                let reason = match &exchange.answer {
                    Some(answer) if says_it_failed(answer) && probe.fault.is_none() && self.cannot_be_found(probe) => {
                        format!("{} was answered {}, so it may be there", probe.id, answer.status)
                    }
                    Some(answer) if !answer.status.is_success() || answer.status == Status(204) || told(answer) => continue,
                    Some(answer) => format!("{} was answered {}, which does not tell its id", probe.id, answer.status),
                    // What can be looked for was looked for.
                    None if !self.made_something_unknown(probe) => continue,
                    None => format!("the answer to {} was lost, so it may be there", probe.id),
                };
                let kind = if key.is_some() { path_kind_of(self.plan, probe) } else { kind_below(self.contract, operation) };
                let removable = self
                    .plan
                    .removers
                    .values()
                    .any(|remover| self.plan.slots.values().any(|slot| slot.kind == kind) && !remover.operation.is_empty());
                let status = exchange.answer.as_ref().map(|answer| answer.status);
                let because = Some(CauseLink { cell: None, probe: probe.id.clone(), status });
                let id = exchange
                    .answer
                    .as_ref()
                    .and_then(|answer| odd_id(&made_captures(self.plan, probe), answer))
                    .or_else(|| key.as_ref().and_then(|_| last_segment(&exchange.request.url)))
                    .unwrap_or_default();
                let address = plain_address(&exchange.request.url);
                found.push(Leftover { kind, id, address, operation: String::new(), reason, removable, because });
            }
        }
        found
    }

    fn made_something_unknown(&self, probe: &Probe) -> bool {
        made_captures(self.plan, probe).is_empty() || self.cannot_be_found(probe)
    }

    /// Whether what a request may have made was to be looked for and cannot be.
    fn cannot_be_found(&self, probe: &Probe) -> bool {
        made_captures(self.plan, probe).iter().any(|(_, kind)| self.progress.unfound.contains(kind))
    }

    fn makes_things(&self, probe: &Probe) -> bool {
        let operation = self.contract.operation(&probe.operation);
        let created = operation.is_some_and(|operation| operation.response(Status(201)).is_some());
        created || !made_captures(self.plan, probe).is_empty()
    }
}

/// The address that the last request of a probe asked.
fn address(outcome: &Outcome) -> String {
    outcome.exchanges.last().map(|exchange| plain_address(&exchange.request.url)).unwrap_or_default()
}

/// A URL without its query.
fn plain_address(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The last segment of the path of a URL, decoded.
fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.trim_end_matches('/');
    Some(percent_encoding::percent_decode_str(path.rsplit('/').next()?).decode_utf8_lossy().into_owned())
}

/// The kind of what a request makes.
fn path_kind_of(plan: &Plan, probe: &Probe) -> String {
    made_captures(plan, probe).into_iter().next().map(|(_, kind)| kind).unwrap_or_default()
}

/// An id that cannot be put into a path, as an answer has it.
fn odd_id(made: &[(Capture, String)], answer: &Answer) -> Option<String> {
    let body = answer.body.value()?;
    made.iter().find_map(|(capture, _)| body.pointer(capture.expression.strip_prefix("$response.body#")?)).map(unquoted_text)
}

fn leftover_reason(probe: &Probe, outcome: &Outcome) -> String {
    match (&outcome.ending, outcome.answer()) {
        (Ending::Answered, Some(answer)) => format!("{} was answered {}", probe.operation, answer.status),
        (Ending::Silent(reason) | Ending::Withheld(reason), _) => reason.to_string(),
        (Ending::Answered, None) => "no answer came".to_owned(),
    }
}
