//! `renamed`: a member is gone and another one of the same value is there.

use super::{lost_member, new_member};
use crate::judge::changes::difference::{Seen, Sighting};
use crate::model::change::ChangeClass;

/// The name of the kind.
pub(super) const NAME: &str = "renamed";

/// Makes one difference of a lost and a new member of one object that mean the same.
pub(in crate::judge::changes) fn rename(found: &mut Vec<Seen>, first: usize, holder: &str, alike: impl Fn(&str, &str) -> bool) {
    let name = |at: &str| at.strip_prefix(holder).map(|rest| rest.trim_start_matches([' ', '/']).to_owned()).filter(|rest| !rest.contains('/'));
    let of = |kind: &str| -> Vec<(usize, String)> {
        let within = found.iter().enumerate().skip(first).filter(|(_, seen)| seen.0 == kind);
        within.filter_map(|(index, seen)| Some((index, name(&seen.1)?))).collect()
    };
    let mut pairs = Vec::new();
    let mut new = of(new_member::NAME);
    for (lost, old_name) in of(lost_member::NAME) {
        if let Some(at) = new.iter().position(|(_, new_name)| alike(&old_name, new_name)) {
            pairs.push((lost, old_name, new.remove(at)));
        }
    }
    let mut dropped = Vec::new();
    for (lost, old_name, (gained, new_name)) in pairs {
        let reason = format!("`{old_name}` is gone, and `{new_name}` has its value");
        let sighting = Sighting::new(ChangeClass::Breaking, format!("{old_name} -> {new_name}"), reason);
        found[lost].0 = NAME;
        found[lost].2 = sighting.between(Some(old_name), Some(new_name));
        dropped.push(gained);
    }
    dropped.sort_unstable();
    dropped.into_iter().rev().for_each(|index| drop(found.remove(index)));
}
