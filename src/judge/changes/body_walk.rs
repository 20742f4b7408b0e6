//! Walks through two bodies side by side and asks each kind of change about each place.

use serde_json::{Map, Value};

use super::answer_pair::AnswerPair;
use super::difference::{Seen, place_of};
use super::item_pairs::{is_made, is_raced, pair_by_key};
use super::kinds;
use super::place_pair::{PlacePair, PlaceValues, ValueOwner};
use super::run_pair::BodyKept;
use crate::contract::append;
use crate::contract::schema::{AppliedSchema, applied, of_items, of_member};

/// How many values of a place are asked which schemas apply to them.
const MOST_ASKED: usize = 3;

/// A walk through two bodies.
pub(super) struct BodyWalk<'a, 'w> {
    answers: &'w AnswerPair<'a>,
    found: Vec<Seen>,
}

/// A place on the way, for what stands below it.
#[derive(Clone)]
struct Spot {
    at: String,
    name: String,
    resource: String,
    schemas: Vec<String>,
    whose: ValueOwner,
    same: bool,
    paired: bool,
    raced: bool,
}

impl<'a, 'w> BodyWalk<'a, 'w> {
    /// Everything that differs between the bodies of two answers.
    pub(super) fn of(answers: &'w AnswerPair<'a>) -> Vec<Seen> {
        let (Some(old), Some(new)) = (answers.old.body.json(), answers.new.body.json()) else { return kinds::of_other_bodies(answers) };
        if answers.runs.kept == BodyKept::Nothing {
            return Vec::new();
        }
        // What comes under another media type is held against what was promised for the old one.
        let content = [answers.new, answers.old].into_iter().find_map(|answer| {
            let media = answer.media_type().unwrap_or_default();
            answers.response()?.content.iter().find(|one| one.name.split(';').next() == Some(media.as_str()))
        });
        let schemas = content.and_then(|content| content.schema.as_ref()).map(|schema| schema.0.clone());
        let spot = Spot {
            at: String::new(),
            name: String::new(),
            resource: String::new(),
            schemas: schemas.into_iter().collect(),
            whose: ValueOwner::Answer,
            same: true,
            paired: true,
            raced: false,
        };
        let mut walk = Self { answers, found: Vec::new() };
        let one = |value| PlaceValues { holders: 1, values: vec![value] };
        walk.place(&spot, &[], one(old), one(new));
        walk.found
    }

    /// One place: the first kind that sees something takes it; where none does, what is within is compared.
    fn place(&mut self, spot: &Spot, holders: &[AppliedSchema<'a>], old: PlaceValues<'a>, new: PlaceValues<'a>) {
        let pair = PlacePair {
            answers: self.answers,
            at: &spot.at,
            name: &spot.name,
            resource: &spot.resource,
            holders,
            schemas: &spot.schemas,
            whose: spot.whose,
            same: spot.same,
            paired: spot.paired,
            raced: spot.raced,
            old,
            new,
        };
        if kinds::is_page_link(&pair) {
            return;
        }
        let seen = kinds::OF_PLACES.iter().find_map(|kind| Some((kind.name, (kind.see)(&pair)?)));
        if let Some((kind, sighting)) = seen {
            self.found.push((kind, place_of(&spot.at), sighting));
            return;
        }
        let (old, new) = (pair.old.values, pair.new.values);
        let objects = |values: &[&'a Value]| values.iter().filter_map(|value| value.as_object()).collect::<Vec<_>>();
        let lists = |values: &[&'a Value]| values.iter().filter_map(|value| value.as_array()).collect::<Vec<_>>();
        let (before, after) = (objects(&old), objects(&new));
        if !before.is_empty() && !after.is_empty() {
            let schemas = self.applied(&spot.schemas, &old, &new);
            self.members(spot, &schemas, &before, &after);
        }
        let (before, after) = (lists(&old), lists(&new));
        if !before.is_empty() && !after.is_empty() {
            let schemas = self.applied(&spot.schemas, &old, &new);
            self.items(spot, &schemas, &before, &after);
        }
    }

    /// What the contract says of these values.
    fn applied(&self, schemas: &[String], old: &[&'a Value], new: &[&'a Value]) -> Vec<AppliedSchema<'a>> {
        let Some(contract) = self.answers.runs.input.contract.filter(|_| !schemas.is_empty()) else { return Vec::new() };
        let mut found: Vec<AppliedSchema<'a>> = Vec::new();
        for value in old.iter().take(MOST_ASKED).chain(new.iter().take(MOST_ASKED)) {
            for one in applied(&contract.document, schemas, value) {
                if found.iter().all(|(at, _)| *at != one.0) {
                    found.push(one);
                }
            }
        }
        found
    }

    fn members(&mut self, spot: &Spot, schemas: &[AppliedSchema<'a>], old: &[&'a Map<String, Value>], new: &[&'a Map<String, Value>]) {
        let spot = &self.place_of_objects(spot, old, new);
        let mut names: Vec<&String> = Vec::new();
        for name in old.iter().chain(new).flat_map(|members| members.keys()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let first = self.found.len();
        for name in names {
            let values = |objects: &[&'a Map<String, Value>]| PlaceValues {
                holders: objects.len(),
                values: objects.iter().filter_map(|members| members.get(name)).collect(),
            };
            let below = Spot { at: append(&spot.at, name), name: name.clone(), schemas: of_member(schemas, name), ..spot.clone() };
            self.place(&below, schemas, values(old), values(new));
        }
        kinds::rename(&mut self.found, first, &place_of(&spot.at), |old_name, new_name| {
            let of = |objects: &[&'a Map<String, Value>], name: &str| objects.first().and_then(|members| members.get(name));
            of(old, old_name).zip(of(new, new_name)).is_some_and(|(old, new)| self.answers.runs.volatile.is_equivalent(old, new))
        });
    }

    /// Whose the members of an object are, and of what type the thing is.
    fn place_of_objects(&self, spot: &Spot, old: &[&'a Map<String, Value>], new: &[&'a Map<String, Value>]) -> Spot {
        let named = old.first().and_then(|members| members.get("type")).and_then(Value::as_str);
        let resource = named.filter(|_| !self.answers.refuses()).map_or_else(|| spot.resource.clone(), str::to_owned);
        let mut raced = spot.raced;
        let whose = match (old, new) {
            _ if self.answers.refuses() => ValueOwner::Answer,
            ([old], [new]) if is_thing(old) || is_thing(new) => {
                let own = is_made(self.answers.runs, old, false) && is_made(self.answers.runs, new, true);
                raced = own && is_raced(self.answers.runs, old, new);
                if own { ValueOwner::Run } else { ValueOwner::Others }
            }
            _ => spot.whose,
        };
        Spot { resource, whose, raced, ..spot.clone() }
    }

    fn items(&mut self, spot: &Spot, schemas: &[AppliedSchema<'a>], old: &[&'a Vec<Value>], new: &[&'a Vec<Value>]) {
        let below = Spot { at: append(&spot.at, "*"), name: "*".to_owned(), schemas: of_items(schemas), ..spot.clone() };
        if let ([old], [new]) = (old, new)
            && spot.same
        {
            self.found.extend(kinds::of_lists(self.answers, spot.whose, &spot.at, old, new));
            let objects = old.iter().chain(new.iter()).all(Value::is_object);
            if objects && (self.answers.refuses() || (spot.whose == ValueOwner::Run && old.len() == new.len())) {
                // What comes first on one side comes first on the other, in a refusal of one request and in a thing of the run.
                for (old, new) in old.iter().zip(new.iter()) {
                    self.compare_items(&below, old, new);
                }
                return;
            }
            let pairs = pair_by_key(self.answers.runs, old, new);
            for (old, new) in &pairs.own {
                self.compare_items(&below, old, new);
            }
            let (before, after): (Vec<_>, Vec<_>) = pairs.others.iter().copied().unzip();
            if pairs.is_keyed {
                self.all_of(&Spot { whose: ValueOwner::Others, same: false, ..below }, before, after);
                return;
            }
        }
        let flat = |lists: &[&'a Vec<Value>]| lists.iter().flat_map(|list| list.iter()).collect::<Vec<&'a Value>>();
        self.all_of(&Spot { same: false, paired: false, ..below }, flat(old), flat(new));
    }

    /// Two items that are one thing.
    fn compare_items(&mut self, spot: &Spot, old: &'a Value, new: &'a Value) {
        let one = |value| PlaceValues { holders: 1, values: vec![value] };
        self.place(spot, &[], one(old), one(new));
    }

    /// Items of which only the shapes are compared.
    fn all_of(&mut self, spot: &Spot, old: Vec<&'a Value>, new: Vec<&'a Value>) {
        if !old.is_empty() && !new.is_empty() {
            self.place(spot, &[], PlaceValues { holders: old.len(), values: old }, PlaceValues { holders: new.len(), values: new });
        }
    }
}

/// Whether an object is a thing of its own.
fn is_thing(members: &Map<String, Value>) -> bool {
    members.get("id").is_some_and(|id| id.is_string() || id.is_number())
}
