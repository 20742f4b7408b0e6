//! `order`: the items of a list come in another order; and what else is seen by two lists as wholes.

use std::collections::HashSet;

use serde_json::Value;

use super::{LESS_SEEN, ListKind, ListPair, changed_constant};
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::item_pairs::is_made;
use crate::judge::changes::place_pair::ValueOwner;
use crate::judge::changes::run_pair::BodyKept;
use crate::judge::changes::value_forms::type_of;
use crate::model::change::ChangeClass;
use crate::model::text::unquoted_text;

pub(super) const KIND: ListKind = ListKind { name: "order", see };

/// Plain values of a list that are others.
pub(super) const VALUES: ListKind = ListKind { name: changed_constant::NAME, see: see_values };

/// A list that had items and has none.
pub(super) const EMPTY: ListKind = ListKind { name: LESS_SEEN, see: see_empty };

/// The fewest items that show an order.
const FEWEST: usize = 3;

/// Query parameters that ask for an order.
const SORTING: &[&str] = &["order", "order_by", "orderBy", "sort", "sort_by", "sortBy"];

fn see(lists: &ListPair<'_, '_>) -> Option<Sighting> {
    // When the run made what is its own depends on the run.
    let others = |items: &'_ [Value], new| {
        let is_own = |item: &Value| item.as_object().is_some_and(|members| is_made(lists.answers.runs, members, new));
        ids(&items.iter().filter(|item| !is_own(item)).collect::<Vec<_>>())
    };
    let (old, new) = (others(lists.old, false), others(lists.new, true));
    let in_both = |one: &[String], other: &[String]| one.iter().filter(|id| other.contains(id)).cloned().collect::<Vec<_>>();
    let (before, after) = (in_both(&old, &new), in_both(&new, &old));
    if before == after || before.len() != after.len() || before.len() < FEWEST {
        return None;
    }
    let promised = lists.answers.probe.request.query.iter().any(|(name, _)| SORTING.contains(&name.as_str()));
    let class = if promised { ChangeClass::Breaking } else { ChangeClass::Risky };
    let why = if promised { "the request asked for an order" } else { "no order is promised, but there was one" };
    Some(Sighting::new(class, if promised { "asked" } else { "found" }, format!("items come in another order: {why}")))
}

/// The keys of items; empty where one has none or two have the same.
fn ids(items: &[&Value]) -> Vec<String> {
    let keys: Option<Vec<String>> = items
        .iter()
        .map(|item| Some(format!("{} {}", item.get("type").map(unquoted_text).unwrap_or_default(), unquoted_text(item.get("id")?))))
        .collect();
    let keys = keys.unwrap_or_default();
    let distinct: HashSet<&String> = keys.iter().collect();
    if distinct.len() == keys.len() { keys } else { Vec::new() }
}

fn are_scalars(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| !item.is_object() && !item.is_array())
}

fn see_values(lists: &ListPair<'_, '_>) -> Option<Sighting> {
    let runs = lists.answers.runs;
    let comparable = lists.whose != ValueOwner::Others && runs.kept == BodyKept::Everything && are_scalars(lists.old) && are_scalars(lists.new);
    let same = |old: &Value| lists.new.iter().any(|new| runs.volatile.is_equivalent(old, new));
    let types = |items: &[Value]| items.iter().map(type_of).collect::<HashSet<_>>();
    if !comparable || !types(lists.new).is_subset(&types(lists.old)) || (lists.old.len() == lists.new.len() && lists.old.iter().all(same)) {
        return None;
    }
    let name = lists.at.rsplit('/').next().unwrap_or_default();
    let scope = if lists.answers.refuses() { "error" } else { &lists.answers.probe.operation };
    let reason = format!("`{name}` lists other values, and none that the run or the moment explains");
    let words = |items: &[Value]| crate::judge::exchange_rules::show(&Value::Array(items.to_vec()));
    Some(Sighting::new(ChangeClass::Risky, format!("{scope} {name} values"), reason).between(Some(words(lists.old)), Some(words(lists.new))))
}

fn see_empty(lists: &ListPair<'_, '_>) -> Option<Sighting> {
    if lists.old.is_empty() || !lists.new.is_empty() || lists.answers.refuses() {
        return None;
    }
    let reason = "a list that had items has none: what they are like is not known any more";
    Some(Sighting::new(ChangeClass::Unclear, "no items", reason).between(Some(format!("{} items", lists.old.len())), Some("no item".to_owned())))
}
