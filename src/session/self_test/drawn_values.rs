//! Self-test with drawn values, on some operations that make resources and some that read one.

use std::collections::BTreeSet;

use super::{Stop, TrialResult, TrialSetup, VariantRow};
use crate::model::contract::Contract;
use crate::model::filter::Filter;
use crate::plan::{PlanningOptions, linked_id_sources};

/// Requests with drawn values for each operation: enough for each sort of value to occur.
const CASES: u32 = 24;

/// How many operations of each sort are asked.
const MOST: usize = 8;

impl<'a> TrialSetup<'a> {
    /// The same with values drawn by chance.
    pub(super) fn with_cases(&self) -> Result<TrialSetup<'a>, Stop> {
        let only = sampled(&self.specification.contract);
        let options = PlanningOptions {
            filter: Filter { only, ..Filter::default() },
            thorough: false,
            burst: 0,
            cases: CASES,
            seed: self.seed,
            ..self.options.clone()
        };
        let whole = self.specification.plan(&options)?;
        Ok(TrialSetup {
            specification: self.specification,
            embedded: self.embedded.with(&[], &[])?,
            accounts: self.accounts.clone(),
            hints: self.hints.clone(),
            options,
            plain: whole.clone(),
            whole,
            seed: self.seed,
        })
    }
}

impl VariantRow {
    /// The faultless mock, asked with drawn values.
    pub(super) fn with_drawn_values(shown: &TrialResult) -> Self {
        Self { name: "(drawn values)", note: "the mock as it usually is, asked with drawn values".to_owned(), ..Self::without_faults(shown) }
    }
}

/// Operations that make something and operations that read one thing, from all over the contract.
fn sampled(contract: &Contract) -> Vec<String> {
    let makers: BTreeSet<String> = linked_id_sources(contract).into_iter().filter(|feed| feed.makes).map(|feed| feed.operation).collect();
    let makers: Vec<String> = contract.operations.iter().map(|operation| operation.id.clone()).filter(|id| makers.contains(id)).collect();
    let readers =
        contract.operations.iter().filter(|operation| operation.method.is_get() && operation.done.is_none() && operation.path.contains('{'));
    let readers: Vec<String> = readers.map(|operation| operation.id.clone()).collect();
    evenly_spaced(&makers).chain(evenly_spaced(&readers)).cloned().collect()
}

/// Some of many, at equal distances.
fn evenly_spaced<T>(items: &[T]) -> impl Iterator<Item = &T> {
    items.iter().step_by(items.len().div_ceil(MOST).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_taken_from_everywhere() {
        let items: Vec<usize> = (0..100).collect();
        let some: Vec<usize> = evenly_spaced(&items).copied().collect();
        assert!(some.len() <= MOST && some[0] == 0 && some[some.len() - 1] > 80, "{some:?}");
        assert_eq!(evenly_spaced(&items[..3]).count(), 3);
    }
}
