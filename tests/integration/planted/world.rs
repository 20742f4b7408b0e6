//! The state behind a server: its shapes, its data, and which request changed what.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::planted::asked::{Asked, Call};
use crate::planted::shape::Shape;
use crate::planted::shapes::OWN;
use crate::planted::store::{Answer, Store};

/// Something planted that a request has changed.
#[derive(Debug, Clone)]
pub struct Harm {
    /// The shape whose data it is.
    pub shape: &'static str,
    /// The request, the place, and what became of it.
    pub words: String,
}

/// Something that a request has made and that is still there.
pub struct Made {
    /// The shape whose route made it.
    pub shape: &'static Shape,
    /// Its collection.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// The request.
    pub by: String,
}

impl Made {
    /// What it is one of: the last segment of its collection.
    pub fn kind(&self) -> &str {
        self.collection.rsplit('/').next().unwrap_or_default()
    }
}

/// Shapes and what they hold.
pub struct World {
    shapes: Vec<&'static Shape>,
    store: Store,
    owners: BTreeMap<String, &'static str>,
    makers: BTreeMap<String, (&'static Shape, String)>,
    harms: Vec<Harm>,
    log: Vec<String>,
}

impl World {
    /// Everything that the shapes plant.
    pub fn new(shapes: &[&'static Shape]) -> Self {
        let (mut store, mut owners) = (Store::default(), BTreeMap::new());
        for shape in shapes {
            for (place, json) in shape.planted {
                store.plant(place, json);
                assert!(owners.insert((*place).to_owned(), shape.name).is_none(), "{place} is planted twice");
            }
        }
        Self { shapes: shapes.to_vec(), store, owners, makers: BTreeMap::new(), harms: Vec::new(), log: Vec::new() }
    }

    /// Answers a request, and notes what it did.
    pub fn answer(&mut self, asked: &Asked) -> Answer {
        let before = self.store.changed();
        let (shape, answer) = self.carry_out(asked);
        self.log.push(format!("{} -> {}", asked.line, answer.0));
        for (place, now) in self.store.changed() {
            if before.get(&place) != Some(&now) {
                let now = now.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
                let was = before.get(&place).cloned().flatten().or_else(|| self.store.planted(&place).cloned()).unwrap_or(Value::Null);
                let words = format!("{} made {now} of {place}, which was {was}", asked.line);
                self.harms.push(Harm { shape: self.owners[&place], words });
            }
        }
        for (place, _) in self.store.made() {
            self.makers.entry(place.clone()).or_insert_with(|| (shape, asked.line.clone()));
        }
        answer
    }

    fn carry_out(&mut self, asked: &Asked) -> (&'static Shape, Answer) {
        let mut on_path = false;
        for shape in self.shapes.clone() {
            for route in shape.routes {
                let Some(found) = route.matches(&asked.path) else { continue };
                on_path = true;
                if route.method != asked.method {
                    continue;
                }
                let answer = Call::new(shape, asked, route.path, &found).map(|call| (route.act)(&mut self.store, &call));
                return (shape, answer.unwrap_or((404, Value::Null)));
            }
        }
        (&OWN, (if on_path { 405 } else { 404 }, Value::Null))
    }

    /// What was done to what was planted, request by request.
    pub fn harms(&self) -> &[Harm] {
        &self.harms
    }

    /// Somebody makes something while a run is going on.
    pub fn plant(&mut self, shape: &'static Shape, place: &str, json: &str) {
        self.store.plant(place, json);
        self.owners.insert(place.to_owned(), shape.name);
    }

    /// Puts everything back that was planted, and forgets what was done to it by permission.
    pub fn replant(&mut self) {
        self.harms.clear();
        self.store.replant();
    }

    /// What is not as it was planted, with the shape that it is of.
    pub fn changed(&self) -> Vec<(&'static str, String)> {
        self.store.changed().into_keys().map(|place| (self.owners[&place], place)).collect()
    }

    /// What a run has made and not removed.
    pub fn left(&self) -> Vec<Made> {
        let left = self.store.made().map(|(place, value)| {
            let (collection, last) = place.rsplit_once('/').unwrap_or_default();
            let id = ["id", "key"].iter().find_map(|name| value.get(*name));
            let id = id.map_or_else(|| last.to_owned(), |id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
            let (shape, by) = &self.makers[place];
            Made { shape, collection: collection.to_owned(), id, by: by.clone() }
        });
        left.collect()
    }

    /// Every request so far.
    pub fn log(&self) -> &[String] {
        &self.log
    }
}
