//! Records from every answer whether a resource is the run's own, and looks it up where the answer leaves it open.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use serde_json::Value;

use super::send::Sender;
use crate::contract::expressions::captured;
use crate::model::effect::{Effect, Provenance};
use crate::model::exchange::{Answer, Outcome};
use crate::model::ids;
use crate::model::ids::ProbeId;
use crate::model::journal::Entry;
use crate::model::plan::{Origin, Probe, Purpose, RequestTemplate, Slot, SlotId};
use crate::model::reason::{NotSent, Reason};
use crate::model::text::unquoted_text;
use crate::plan::values::is_unknown;
use crate::plan::{ClassifiedRequest, Ownership, OwnershipAnswer, Remake, made_captures_in, provenance, reader};

impl Sender<'_, '_> {
    pub(super) fn ownership(&self) -> MutexGuard<'_, Ownership> {
        self.ownership.lock()
    }

    /// How the values of slots are known.
    pub(super) fn provenance(&self, slot: &SlotId, values: &BTreeMap<SlotId, Value>) -> Provenance {
        let twin = ids::plan_id(slot);
        let known = self.plan.slots.get(slot).or_else(|| self.plan.slots.get(twin));
        let kind = known.map_or_else(|| ids::kind_of(slot), |known| known.kind.as_str());
        let Some(value) = values.get(slot) else { return Provenance::Example };
        let origin = known.map_or(Provenance::Own, Slot::provenance);
        provenance(origin, self.ownership().is_own(kind, value), is_unknown(value, &self.plan.mark))
    }

    /// Why a request is not sent that changes what is not proven to be the run's own.
    pub(super) fn with_doubt(&self, reason: Reason, filled: &RequestTemplate, values: &BTreeMap<SlotId, Value>) -> Reason {
        let doubt = filled.fillings.iter().find_map(|binding| {
            let kind = ids::kind_of(&binding.slot);
            let value = values.get(&binding.slot)?;
            let doubt = self.ownership().doubt(kind, value)?.describe();
            Some((kind.to_owned(), unquoted_text(value), doubt))
        });
        match doubt {
            Some((kind, id, doubt)) => NotSent::Unproven { kind, id, doubt, because: Box::new(reason) }.into(),
            None => reason,
        }
    }

    /// What a request would change as it is filled in.
    pub(super) fn effect(&self, probe: &Probe, filled: &RequestTemplate, values: &BTreeMap<SlotId, Value>) -> Effect {
        let Some(operation) = self.contract.operation(&probe.operation) else { return Effect::Sweeping };
        let known = |slot: &SlotId| self.provenance(slot, values);
        self.permit.effect(&ClassifiedRequest { operation, request: filled, fault: probe.fault.as_ref(), known: &known, mark: &self.plan.mark })
    }

    /// Learns from an answer which things are the run's own.
    pub(super) fn learn_ownership(&self, probe: &Probe, (path_values, began): (&BTreeMap<String, String>, u64), body: Option<&str>, answer: &Answer) {
        if self.permit.is_unlimited() {
            return;
        }
        self.ownership.learn_ownership(self.contract, self.plan, &OwnershipAnswer { probe, path_values, body, answer, began });
    }

    /// Reads what a create has made, once, where its answer does not show whose it is.
    pub(super) async fn prove_ownership(&self, probe: &Probe, outcome: &Outcome, values: &mut BTreeMap<SlotId, Value>) -> Vec<(Remake, Outcome)> {
        let mut looked = Vec::new();
        let Some(answer) = outcome.answer().filter(|answer| answer.status.is_success() && !self.permit.is_unlimited()) else { return looked };
        for (number, (capture, kind)) in made_captures_in(self.contract, self.plan, probe, answer).into_iter().enumerate() {
            let Some(id) = captured(&capture, answer, probe, values) else { continue };
            let open = self.ownership().may_be_proved_by_read(&kind, &id);
            let slot = SlotId::found_by_lookup(&kind, &probe.id, number);
            let Some(read) = reader(self.contract, &kind, &probe.request, &slot).filter(|_| open) else {
                if open {
                    self.ownership().own_by_status(&kind, &id);
                }
                continue;
            };
            values.insert(slot.clone(), id.clone());
            let mut look = Probe::valid_request(
                ProbeId::for_action(&read.operation, format_args!("look::{}", unquoted_text(&id))),
                &read.operation,
                Purpose::Fixture,
                probe.stage,
                read.request,
            );
            look.wave = probe.wave;
            if let Some(journal) = self.journal {
                let _ = journal.write(&Entry::Added(Box::new(look.clone())), true);
            }
            let seen = self.probe(&look, values, None).await;
            let known = Slot::any(&kind, Origin::Created(probe.id.clone()));
            looked.push((Remake { probe: look, beside: vec![(slot, known)] }, seen));
        }
        looked
    }
}
