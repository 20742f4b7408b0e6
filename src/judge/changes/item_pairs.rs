//! Pairs the items of two lists that are one and the same thing.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::run_pair::RunPair;
use crate::judge::redaction::leaves;
use crate::model::text::unquoted_text;

/// How the items of two lists belong together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ItemPairs<'a> {
    /// What both runs have made, each with its counterpart.
    pub own: Vec<(&'a Value, &'a Value)>,
    /// What was there before both runs, by type and id.
    pub others: Vec<(&'a Value, &'a Value)>,
    /// Whether some item has a counterpart; where none has, only the shapes can be compared.
    pub is_keyed: bool,
}

/// The type and the id of an item.
fn key(item: &Value) -> Option<(String, String)> {
    let members = item.as_object()?;
    let id = members.get("id").filter(|id| id.is_string() || id.is_number())?;
    Some((members.get("type").map(unquoted_text).unwrap_or_default(), unquoted_text(id)))
}

/// Pairs two lists. A key that stands in a list twice tells nothing.
pub(super) fn pair_by_key<'a>(runs: &RunPair<'_>, old: &'a [Value], new: &'a [Value]) -> ItemPairs<'a> {
    let keys =
        |items: &'a [Value]| items.iter().map(key).collect::<Option<Vec<_>>>().filter(|keys| keys.iter().collect::<HashSet<_>>().len() == keys.len());
    let (Some(before), Some(after)) = (keys(old), keys(new)) else { return ItemPairs::default() };
    let made = |item: &Value, new: bool| item.as_object().is_some_and(|members| is_made(runs, members, new));
    let mut found = ItemPairs::default();
    for (item, (kind, id)) in old.iter().zip(&before) {
        let own = made(item, false);
        let names = if own { texts_with_mark(runs, item, false) } else { Vec::new() };
        let by_key = |other: &str| if own { runs.volatile.is_one_thing(kind, id, other) } else { id == other };
        // Servers number what is made: the same id may be of another thing in another run, names that are marked are not.
        let alike_names = |at: usize| {
            let others = if names.is_empty() { Vec::new() } else { texts_with_mark(runs, &new[at], true) };
            names.iter().filter(|old| others.iter().any(|new| runs.volatile.is_pair(old, new))).count()
        };
        let candidates = after.iter().enumerate().filter(|(at, (other, _))| kind == other && made(&new[*at], true) == own);
        let ranked = candidates.map(|(at, (_, other))| (alike_names(at), by_key(other), at));
        let fitting = ranked.filter(|(alike_names, by_key, _)| if names.is_empty() { *by_key } else { *alike_names > 0 });
        let best: Vec<(usize, bool, usize)> = fitting.fold(Vec::new(), |mut best, one| {
            match best.first().map(|first| (one.0, one.1).cmp(&(first.0, first.1))) {
                None | Some(Ordering::Equal) => best.push(one),
                Some(Ordering::Greater) => best = vec![one],
                Some(Ordering::Less) => {}
            }
            best
        });
        // Of several that fit as well none is known to be the one.
        if let [(.., at)] = best.as_slice() {
            if own { &mut found.own } else { &mut found.others }.push((item, &new[*at]));
        }
    }
    found.is_keyed = !(found.own.is_empty() && found.others.is_empty());
    found
}

/// The texts of an item that carry the mark of its run.
fn texts_with_mark(runs: &RunPair<'_>, item: &Value, new: bool) -> Vec<String> {
    let values = if new { &runs.new_values } else { &runs.old_values };
    let mut found = Vec::new();
    leaves(item, &mut |leaf| found.extend(leaf.as_str().filter(|_| values.is_marked(leaf)).map(str::to_owned)));
    found
}

/// Whether a run has made what an object shows.
pub(super) fn is_made(runs: &RunPair<'_>, members: &Map<String, Value>, new: bool) -> bool {
    let values = if new { &runs.new_values } else { &runs.old_values };
    values.has_made(members) == Some(true)
}

/// Whether a thing that both runs have made holds other values than before, and each run has sent what only its own holds: of
/// several writes that are under way at once any may be the last.
pub(super) fn is_raced(runs: &RunPair<'_>, old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let all = |members: &Map<String, Value>| {
        let mut found: Vec<Value> = Vec::new();
        members.values().for_each(|member| leaves(member, &mut |leaf| found.push(leaf.clone())));
        found
    };
    let (before, after) = (all(old), all(new));
    let lost = before.iter().filter(|old| after.iter().all(|new| !runs.volatile.is_equivalent(old, new)));
    let gained = after.iter().filter(|new| before.iter().all(|old| !runs.volatile.is_equivalent(old, new)));
    let sent = |values: &crate::judge::redaction::RunValues, leaf: &Value| values.has_sent(&unquoted_text(leaf));
    lost.into_iter().any(|leaf| sent(&runs.old_values, leaf)) && gained.into_iter().any(|leaf| sent(&runs.new_values, leaf))
}
