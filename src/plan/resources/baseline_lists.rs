//! Plans the lists that are read before anything is made, to know what was there before.

use std::collections::BTreeSet;

use super::other_lists::fitness;
use crate::model::effect::Effect;
use crate::model::plan::{Probe, ProbeId, Purpose, Repeat, Stage};
use crate::model::trigger_name::TriggerName;
use crate::plan::resolver::Resolver;

/// The trigger of such a request.
pub const BEFORE: TriggerName = TriggerName::new("list-before");

impl Resolver<'_> {
    /// Reads a list of each kind before the first request that makes one, where one can be read without anything else. On a
    /// target that ends with the run nothing has to be known.
    pub(in crate::plan) fn list_before(&mut self) {
        if self.context.options.permission.disposable {
            return;
        }
        let makes = |probe: &&Probe| probe.request.method.is_post() && probe.effect == Effect::Own;
        let mut kinds: BTreeSet<String> = BTreeSet::new();
        for probe in self.builder.plan().probes.iter().filter(makes) {
            let made = self.context.feeds_by(&probe.operation).filter(|id_source| id_source.makes);
            kinds.extend(made.map(|id_source| id_source.kind.clone()));
        }
        for kind in kinds {
            let mut feeds: Vec<_> = self.context.feeds_of(&kind).filter(|id_source| !id_source.makes).cloned().collect();
            feeds.sort_by_key(|id_source| fitness(self.context, id_source));
            let Some(list) =
                feeds.iter().find_map(|id_source| self.lister(id_source).filter(|list| list.needs.is_empty() && list.request.method.is_safe()))
            else {
                continue;
            };
            // What is looked into to find something is read early in any case.
            if !list.captures.is_empty() && list.after.is_empty() && list.repeat == Repeat::Once && self.builder.plan().probe(&list.id).is_some() {
                self.wait_for(&kind, &list.id);
                continue;
            }
            let id = ProbeId::for_action(&list.operation, BEFORE);
            let planned = list.id.clone();
            let before = Probe {
                id,
                trigger: BEFORE,
                purpose: Purpose::Fixture,
                stage: Stage::Find,
                repeat: Repeat::Once,
                captures: Vec::new(),
                after: Vec::new(),
                control: None,
                ..list
            };
            let Ok(id) = self.builder.push(before) else { continue };
            // It shows what the list shows, only earlier.
            self.builder.aim_at_same_cells(&planned, &id);
            self.wait_for(&kind, &id);
        }
    }

    /// Lets everything that makes things of a kind wait for a request.
    fn wait_for(&mut self, kind: &str, list: &ProbeId) {
        let context = self.context;
        let makers: BTreeSet<&str> =
            context.feeds_of(kind).filter(|id_source| id_source.makes).map(|id_source| id_source.operation.as_str()).collect();
        for probe in self.builder.probes_mut().iter_mut().filter(|probe| probe.request.method.is_post() && makers.contains(probe.operation.as_str()))
        {
            probe.after.push(list.clone());
        }
    }
}
