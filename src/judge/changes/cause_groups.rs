//! Groups differences by their causes, names each cause by a fingerprint, and puts the worst first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::ChangeInput;
use super::difference::Difference;
use super::kinds;
use super::place_pair::ENOUGH;
use crate::judge::exchange_rules::curl;
use crate::model::change::{Change, ChangeCause, ChangeClass};

/// How many bytes of a hash stand in a fingerprint.
const SHOWN: usize = 6;

/// Every cause and every change, the worst cause first and the changes in the order of their causes.
pub(super) fn grouped(input: &ChangeInput<'_>, found: Vec<Difference<'_>>) -> (Vec<ChangeCause>, Vec<Change>) {
    let mut groups: BTreeMap<(&'static str, String), (usize, Vec<Difference<'_>>)> = BTreeMap::new();
    for (index, one) in found.into_iter().enumerate() {
        groups.entry((one.kind, one.sighting.key.clone())).or_insert_with(|| (index, Vec::new())).1.push(one);
    }
    let mut causes: Vec<(CauseRank, ChangeCause, Vec<Change>)> =
        groups.into_iter().map(|((kind, key), (first, group))| cause(input, kind, &key, first, group)).collect();
    causes.sort_by_key(|one| one.0);
    let mut changes = Vec::new();
    let causes = causes.into_iter().map(|(_, cause, own)| {
        changes.extend(own);
        cause
    });
    (causes.collect(), changes)
}

/// What is told first: the worst class, then the one with most operations, then successes, then the order of the contract.
type CauseRank = (ChangeClass, std::cmp::Reverse<u64>, bool, usize);

fn cause(
    input: &ChangeInput<'_>,
    kind: &'static str,
    key: &str,
    first: usize,
    mut group: Vec<Difference<'_>>,
) -> (CauseRank, ChangeCause, Vec<Change>) {
    let answers: BTreeSet<(&str, Option<&str>)> = group.iter().map(|one| (one.operation, one.probe)).collect();
    let operations = group.iter().map(|one| one.operation).collect::<BTreeSet<_>>().len() as u64;
    if kind == kinds::MEMBER_MISSING && answers.len() >= ENOUGH {
        // What so many answers had, each and every one, clients have come to rely on.
        for one in group.iter_mut().filter(|one| one.sighting.class == ChangeClass::Risky) {
            one.sighting.class = ChangeClass::Breaking;
            one.sighting.reason = one.sighting.reason.replace("it is not promised, but was there", "it was in every answer");
        }
    }
    let answers = answers_of(&group);
    let worst = group.iter().min_by_key(|one| one.sighting.class);
    let (class, reason) = worst.map_or((ChangeClass::Unclear, String::new()), |one| (one.sighting.class, one.sighting.reason.clone()));
    let refuses = group.iter().all(|one| one.status.is_some_and(|status| status.0 >= 400));
    let id = fingerprint(kind, key);
    let shown = group.iter().find(|one| one.sighting.class == class);
    let curl = shown.and_then(|one| one.probe).and_then(|probe| request(input, probe)).unwrap_or_default();
    let echoes = group.iter().map(|one| one.echoes).sum();
    let changes = group.into_iter().map(|one| change(&id, one)).collect();
    let cause = ChangeCause { id, class, kind: kind.to_owned(), operations, answers, reason, echoes, curl };
    ((class, std::cmp::Reverse(operations), refuses, first), cause, changes)
}

fn answers_of(group: &[Difference<'_>]) -> u64 {
    group.iter().map(|one| (one.operation, one.probe, one.status)).collect::<BTreeSet<_>>().len() as u64
}

/// The command that shows the newer answer.
fn request(input: &ChangeInput<'_>, probe: &str) -> Option<String> {
    let exchange = input.new.recording?.outcomes.of(probe)?.exchanges.last()?;
    Some(curl(&exchange.request, input.hints))
}

/// A name for a cause that no id, value, order, seed, version or host changes: 12 hexadecimal digits of SHA-256 (FIPS 180-4).
fn fingerprint(kind: &str, key: &str) -> String {
    let hash = Sha256::digest(format!("v1\n{kind}\n{key}").as_bytes());
    hash.iter().take(SHOWN).fold("v1:c".to_owned(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

fn change(cause: &str, one: Difference<'_>) -> Change {
    Change {
        cause: cause.to_owned(),
        class: one.sighting.class,
        kind: one.kind.to_owned(),
        operation: one.operation.to_owned(),
        status: one.status,
        probe: one.probe.map(str::to_owned),
        at: one.at,
        before: one.sighting.before,
        after: one.sighting.after,
    }
}
