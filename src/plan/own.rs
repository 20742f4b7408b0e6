//! What a run knows of ids: which name things that it is proven to have made, and which others answers have held.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::effect::is_new_key;
use super::feeds::{Feed, feeds};
use super::unmarked_ids::is_id;
use crate::domain::contract::{Contract, Status};
use crate::domain::exchange::Answer;
use crate::domain::plan::{Capture, Probe, SlotId};
use crate::domain::text::plain;
use crate::generate::{captured, carries};

/// How deep a resource is looked into for the mark of the run.
const DEEPEST: usize = 3;

/// How many items of a list are read.
const MOST_ITEMS: usize = 1_000;

/// Why it is not proven that the run made a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The answer shows another name than the one that was sent.
    OtherName(String),
    /// An earlier answer held the id.
    KnownBefore,
    /// Neither the mark of the run nor a 201 says that it is new; the status.
    NotShown(Status),
}

impl Doubt {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::OtherName(name) => format!("the answer calls it {name:?}, which is not the name that was sent"),
            Self::KnownBefore => "an earlier answer held its id".to_owned(),
            Self::NotShown(status) => format!("the answer {status} does not show what was sent"),
        }
    }
}

/// A thing that an answer to a write held and that is not proven to be the run's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The probe that was answered with it.
    pub probe: String,
    /// Why it is not proven.
    pub doubt: Doubt,
}

/// What is known of ids so far.
#[derive(Debug, Default)]
pub struct Ownership {
    mark: String,
    finders: Vec<Feed>,
    own: BTreeSet<(String, String)>,
    unproven: Vec<Unproven>,
    seen: BTreeSet<String>,
    /// Kinds of which a list was read.
    listed: BTreeSet<String>,
}

/// What an answer is learnt from.
#[derive(Clone, Copy)]
pub struct Heard<'r> {
    /// The probe.
    pub probe: &'r Probe,
    /// The values of its path, as they were sent.
    pub path_values: &'r BTreeMap<String, String>,
    /// The body that was sent.
    pub body: Option<&'r str>,
    /// The answer.
    pub answer: &'r Answer,
}

impl Ownership {
    /// Nothing is known yet.
    pub fn new(contract: &Contract, mark: &str) -> Self {
        Self { mark: mark.to_owned(), finders: feeds(contract).into_iter().filter(|feed| !feed.makes).collect(), ..Self::default() }
    }

    /// Whether the run is proven to have made a thing.
    pub fn is_own(&self, kind: &str, id: &Value) -> bool {
        self.own.contains(&(kind.to_owned(), plain(id)))
    }

    /// Whether an answer has held an id.
    pub fn has_seen(&self, id: &str) -> bool {
        self.seen.contains(id)
    }

    /// Why a thing is not proven to be the run's own.
    pub fn doubt(&self, kind: &str, id: &Value) -> Option<&Doubt> {
        let id = plain(id);
        self.unproven.iter().find(|one| one.kind == kind && one.id == id).map(|one| &one.doubt)
    }

    /// Everything that came back from a write and is not proven to be the run's own.
    pub fn unproven(&self) -> &[Unproven] {
        &self.unproven
    }

    /// Takes a thing for the run's own that is known to be so in another way, for example because it was found by its mark.
    pub fn take(&mut self, kind: &str, id: &Value) {
        let own = (kind.to_owned(), plain(id));
        self.unproven.retain(|one| (&one.kind, &one.id) != (&own.0, &own.1));
        self.own.insert(own);
    }

    /// Learns from an answer: what `made` captures may be new, everything else was there before.
    pub fn learn(&mut self, heard: &Heard<'_>, made: &[(Capture, String)]) {
        let Heard { probe, answer, .. } = *heard;
        if answer.status.is_success() {
            self.recognise(answer);
            for (capture, kind) in made {
                if let Some(id) = id_of(capture, heard) {
                    self.judge(heard, capture, kind, &id);
                }
            }
            for feed in self.finders.iter().filter(|feed| feed.operation == probe.operation) {
                self.listed.insert(feed.kind.clone());
                let nth = |nth| Capture { slot: SlotId::new(), expression: feed.expression.clone(), like: Value::Null, nth, state: None };
                let ids = (0..MOST_ITEMS).map_while(|index| captured(&nth(index), answer, probe, &BTreeMap::new()));
                self.seen.extend(ids.map(|id| plain(&id)));
            }
        }
        if let Some(body) = answer.body.json() {
            note_ids(body, false, &mut self.seen);
        }
    }

    /// Whether a thing that an answer held is the run's own.
    fn judge(&mut self, heard: &Heard<'_>, capture: &Capture, kind: &str, id: &Value) {
        if self.is_own(kind, id) {
            return;
        }
        match self.proof(heard, capture, kind, id) {
            Ok(()) => self.take(kind, id),
            Err(doubt) => {
                let one = Unproven { kind: kind.to_owned(), id: plain(id), probe: heard.probe.id.clone(), doubt };
                if !self.unproven.iter().any(|known| known.kind == one.kind && known.id == one.id) {
                    self.unproven.push(one);
                }
            }
        }
    }

    fn proof(&self, heard: &Heard<'_>, capture: &Capture, kind: &str, id: &Value) -> Result<(), Doubt> {
        let Heard { probe, answer, .. } = *heard;
        let created = answer.status == Status(201);
        if capture.expression.starts_with("$request.path.") {
            let drawn = is_new_key(id, &self.mark);
            return if drawn && (created || id.as_str().is_some_and(|key| carries(key, &self.mark))) { Ok(()) } else { Err(Doubt::NotShown(answer.status)) };
        }
        let items = answer.body.json().map(|body| items(body, &plain(id))).unwrap_or_default();
        if let Some(other) = items.iter().find_map(|item| other_name(heard.body, item, &self.mark)) {
            return Err(Doubt::OtherName(other));
        }
        if items.iter().any(|item| shows(item, &self.mark, 0)) {
            return Ok(());
        }
        // A valid create that is answered 201 makes something new, unless its id was there before.
        let may_be_known = self.finders.iter().any(|feed| feed.kind == kind) && !self.listed.contains(kind);
        match (created && probe.fault.is_none(), self.has_seen(&plain(id))) {
            (true, false) if !may_be_known => Ok(()),
            (true, true) => Err(Doubt::KnownBefore),
            _ => Err(Doubt::NotShown(answer.status)),
        }
    }

    /// Takes for the run's own what an answer shows beside its mark.
    fn recognise(&mut self, answer: &Answer) {
        let Some(body) = answer.body.json() else { return };
        let shown = |one: &&Unproven| !matches!(one.doubt, Doubt::OtherName(_)) && items(body, &one.id).iter().any(|item| shows(item, &self.mark, 0));
        let proven: Vec<(String, String)> = self.unproven.iter().filter(shown).map(|one| (one.kind.clone(), one.id.clone())).collect();
        for (kind, id) in proven {
            self.take(&kind, &Value::from(id));
        }
    }
}

/// The id that a capture finds, in the answer or in the path that was asked.
fn id_of(capture: &Capture, heard: &Heard<'_>) -> Option<Value> {
    if let Some(name) = capture.expression.strip_prefix("$request.path.") {
        return heard.path_values.get(name).map(|value| Value::from(value.as_str()));
    }
    captured(capture, heard.answer, heard.probe, &BTreeMap::new())
}

/// The objects of a document of which a member is an id; the whole document and its `data`, where none is.
fn items<'v>(body: &'v Value, id: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    holders(body, id, &mut found);
    if found.is_empty() {
        found.extend([Some(body), body.get("data")].into_iter().flatten().filter(|value| value.is_object()));
    }
    found
}

fn holders<'v>(value: &'v Value, id: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            let own = members.values().any(|member| (member.is_string() || member.is_number()) && plain(member) == id);
            if own {
                found.push(value);
            }
            members.values().for_each(|member| holders(member, id, found));
        }
        Value::Array(items) => items.iter().for_each(|item| holders(item, id, found)),
        _ => {}
    }
}

/// Whether a resource shows the mark of the run in one of its own members; what it lists belongs to others.
fn shows(item: &Value, mark: &str, depth: usize) -> bool {
    match item {
        Value::String(text) => carries(text, mark),
        Value::Object(members) if depth < DEEPEST => members.values().any(|member| shows(member, mark, depth + 1)),
        _ => false,
    }
}

/// The name that a resource shows where the request sent another one, which carried the mark of the run.
fn other_name(sent: Option<&str>, item: &Value, mark: &str) -> Option<String> {
    let sent: Value = serde_json::from_str(sent?).ok()?;
    let mut names = BTreeMap::new();
    marked_members(&sent, mark, &mut names);
    let shown = [Some(item), item.get("attributes")].into_iter().flatten();
    let members = shown.filter_map(Value::as_object).flatten();
    let mut other = members.filter(|(name, value)| names.contains_key(*name) && value.as_str().is_some_and(|text| !text.is_empty() && !carries(text, mark)));
    other.next().map(|(_, value)| plain(value))
}

/// Members that carry the mark, by name. A name that also stands somewhere without it tells nothing.
fn marked_members(value: &Value, mark: &str, names: &mut BTreeMap<String, ()>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if member.as_str().is_some_and(|text| carries(text, mark)) {
                    names.insert(name.clone(), ());
                }
                marked_members(member, mark, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| marked_members(item, mark, names)),
        _ => {}
    }
}

/// Notes every value of a document that is called like an id.
fn note_ids(value: &Value, named: bool, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| note_ids(member, is_id(name), seen)),
        Value::Array(items) => items.iter().for_each(|item| note_ids(item, named, seen)),
        Value::String(_) | Value::Number(_) if named => drop(seen.insert(plain(value))),
        _ => {}
    }
}
