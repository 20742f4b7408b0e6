//! Puts requests that may end the run's own session behind everything else.

use crate::model::effect::Effect;
use crate::model::plan::{Probe, ProbeId, Stage};
use crate::plan::acting_reads::ends_session;
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// Puts what may end the run's own session behind everything else, the valid requests last.
    pub fn end_sessions_last(&mut self) {
        let ending: Vec<ProbeId> =
            self.builder.plan().probes.iter().filter(|probe| self.may_end_session(probe)).map(|probe| probe.id.clone()).collect();
        let faulty: Vec<ProbeId> =
            ending.iter().filter(|id| self.builder.plan().probe(id).is_some_and(|probe| probe.fault.is_some())).cloned().collect();
        for probe in self.builder.probes_mut().iter_mut().filter(|probe| ending.contains(&probe.id)) {
            (probe.stage, probe.wave) = (Stage::End, u32::MAX);
            if probe.fault.is_none() {
                probe.after.extend(faulty.iter().cloned());
            } else {
                probe.after.retain(|before| !ending.contains(before));
            }
        }
    }

    fn may_end_session(&self, probe: &Probe) -> bool {
        let operation = self.context.contract.operation(&probe.operation);
        probe.effect >= Effect::Borrowed && operation.is_some_and(ends_session)
    }
}
