//! Folds what is there only because of something else into its cause.

use std::collections::{HashMap, HashSet};

use super::difference::Difference;
use super::kinds;

/// How many steps are followed from a request that was not sent to the one that is the reason.
const MOST_STEPS: usize = 16;

/// The differences without those that others explain: what was not sent because another request was answered otherwise.
pub(super) fn folded(found: Vec<Difference<'_>>) -> Vec<Difference<'_>> {
    let found = merge_echoes(found);
    let mut because: HashMap<&str, &str> = HashMap::new();
    let mut other: HashMap<&str, usize> = HashMap::new();
    for (index, one) in found.iter().enumerate() {
        match (one.kind, one.probe) {
            (kinds::LESS_SEEN, Some(probe)) => drop(one.because.as_deref().and_then(|prior| because.insert(probe, prior))),
            ("status", Some(probe)) => drop(other.insert(probe, index)),
            _ => {}
        }
    }
    let mut echoes: HashMap<usize, u64> = HashMap::new();
    let mut kept = vec![true; found.len()];
    for (index, one) in found.iter().enumerate().filter(|(_, one)| one.kind == kinds::LESS_SEEN) {
        let mut prior = one.because.as_deref();
        for _ in 0..MOST_STEPS {
            let Some(probe) = prior else { break };
            if let Some(cause) = other.get(probe) {
                *echoes.entry(*cause).or_default() += 1 + one.echoes;
                kept[index] = false;
                break;
            }
            prior = because.get(probe).copied();
        }
    }
    let folded = found.into_iter().enumerate().filter(|(index, _)| kept[*index]);
    folded.map(|(index, one)| Difference { echoes: one.echoes + echoes.get(&index).copied().unwrap_or_default(), ..one }).collect()
}

/// A member of one name that is new here and known to the contract there is one thing.
fn merge_echoes(mut found: Vec<Difference<'_>>) -> Vec<Difference<'_>> {
    let shown: HashSet<String> = found.iter().filter(|one| one.kind == kinds::DEFAULT_SHOWN).map(|one| one.sighting.key.clone()).collect();
    for one in found.iter_mut().filter(|one| one.kind == kinds::MEMBER_NEW && shown.contains(&one.sighting.key)) {
        one.kind = kinds::DEFAULT_SHOWN;
    }
    found
}
