//! The resources that the mock holds, by kind, in the order in which they came.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

use serde_json::{Value, json};

/// A resource.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub id: String,
    /// In the form in which answers carry it.
    pub body: Value,
    /// What requests said of it, in the form in which they said it.
    pub sent: Value,
    /// The operation that created it; `None` for what was there before.
    pub created_by: Option<String>,
    /// Whether the account made it that owns other things.
    pub of_other: bool,
    /// What its creation referred to, as kind and id.
    pub references: Vec<(String, String)>,
    /// What stood in the path when it was created, as kind and id.
    pub parents: Vec<(String, String)>,
    /// Operations that were accepted on it, in order.
    pub accepted: Vec<String>,
    /// The content of an uploaded file.
    pub content: Option<String>,
    /// How often it was read.
    pub reads: u32,
    /// When it was made.
    pub made: Instant,
    /// Its time is over.
    pub expired: bool,
}

impl Resource {
    pub(crate) fn new(id: impl Into<String>, body: Value) -> Self {
        Self {
            id: id.into(),
            body,
            sent: Value::Null,
            created_by: None,
            of_other: false,
            references: Vec::new(),
            parents: Vec::new(),
            accepted: Vec::new(),
            content: None,
            reads: 0,
            made: Instant::now(),
            expired: false,
        }
    }
}

/// Resources of one kind.
#[derive(Debug, Default)]
struct ResourceCollection {
    resources: Vec<Resource>,
    /// Where each resource stood when it came; those that left since moved it towards the front.
    places: HashMap<String, usize>,
    deleted: BTreeSet<String>,
}

impl ResourceCollection {
    fn position(&self, id: &str) -> Option<usize> {
        let mut place = (*self.places.get(id)?).min(self.resources.len().checked_sub(1)?);
        while self.resources.get(place).is_some_and(|resource| resource.id != id) {
            place = place.checked_sub(1)?;
        }
        Some(place)
    }
}

/// All resources.
#[derive(Debug, Default)]
pub(crate) struct ResourceStore {
    shelves: BTreeMap<String, ResourceCollection>,
}

impl ResourceStore {
    /// Whether resources of this kind were ever held here.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        self.shelves.contains_key(kind)
    }

    /// Makes a kind known before there is a resource of it.
    pub(crate) fn add_kind(&mut self, kind: &str) {
        self.shelves.entry(kind.to_owned()).or_default();
    }

    pub(crate) fn get(&self, kind: &str, id: &str) -> Option<&Resource> {
        let held = self.shelves.get(kind)?;
        held.resources.get(held.position(id)?)
    }

    pub(crate) fn get_mut(&mut self, kind: &str, id: &str) -> Option<&mut Resource> {
        let held = self.shelves.get_mut(kind)?;
        let place = held.position(id)?;
        held.resources.get_mut(place)
    }

    /// Resources of a kind, to be changed.
    pub(crate) fn of_mut(&mut self, kind: &str) -> impl Iterator<Item = &mut Resource> {
        self.shelves.get_mut(kind).into_iter().flat_map(|shelf| &mut shelf.resources)
    }

    /// Resources of a kind, the oldest first.
    pub(crate) fn of(&self, kind: &str) -> &[Resource] {
        self.shelves.get(kind).map_or(&[], |shelf| &shelf.resources)
    }

    /// Puts a resource in, over one of the same id.
    pub(crate) fn insert_resource(&mut self, kind: &str, resource: Resource) {
        let held = self.shelves.entry(kind.to_owned()).or_default();
        held.deleted.remove(&resource.id);
        if let Some(place) = held.position(&resource.id) {
            held.resources[place] = resource;
        } else {
            held.places.insert(resource.id.clone(), held.resources.len());
            held.resources.push(resource);
        }
    }

    /// Puts a resource in unless there is one of the same id.
    pub(crate) fn put_new(&mut self, kind: &str, resource: Resource) {
        if self.get(kind, &resource.id).is_none() {
            self.insert_resource(kind, resource);
        }
    }

    /// Puts a resource in the place of another one, which was never there.
    pub(crate) fn replace(&mut self, kind: &str, id: &str, resource: Resource) {
        let Some(held) = self.shelves.get_mut(kind) else { return };
        let Some(place) = held.position(id) else { return };
        held.places.remove(id);
        held.places.insert(resource.id.clone(), place);
        held.resources[place] = resource;
    }

    /// Takes resources out, also of every list of related resources, and remembers that they were there.
    pub(crate) fn delete(&mut self, kind: &str, ids: &HashSet<String>) -> Vec<Resource> {
        let Some(held) = self.shelves.get_mut(kind) else { return Vec::new() };
        let (gone, kept): (Vec<Resource>, Vec<Resource>) = match ids.iter().next().filter(|_| ids.len() == 1).map(|only| held.position(only)) {
            Some(None) => return Vec::new(),
            Some(Some(place)) => (vec![held.resources.remove(place)], std::mem::take(&mut held.resources)),
            None => std::mem::take(&mut held.resources).into_iter().partition(|resource| ids.contains(&resource.id)),
        };
        held.resources = kept;
        for resource in &gone {
            held.places.remove(&resource.id);
            held.deleted.insert(resource.id.clone());
        }
        if gone.len() > 1 {
            held.places = held.resources.iter().enumerate().map(|(place, resource)| (resource.id.clone(), place)).collect();
        }
        self.unlink(kind, &gone.iter().map(|resource| resource.id.clone()).collect());
        gone
    }

    fn unlink(&mut self, kind: &str, ids: &HashSet<String>) {
        let is_named = |identifier: &Value| {
            identifier.get("type").and_then(Value::as_str) == Some(kind) && identifier.get("id").and_then(id_text).is_some_and(|id| ids.contains(&id))
        };
        for resource in self.shelves.values_mut().flat_map(|shelf| &mut shelf.resources) {
            let relationships = resource.body.get_mut("relationships").and_then(Value::as_object_mut);
            for relationship in relationships.into_iter().flat_map(|all| all.values_mut()) {
                if let Some(Value::Array(linkage)) = relationship.get_mut("data") {
                    linkage.retain(|identifier| !is_named(identifier));
                }
            }
        }
    }

    /// Whether a resource of this id was deleted and not made again.
    pub(crate) fn was_deleted(&self, kind: &str, id: &str) -> bool {
        self.shelves.get(kind).is_some_and(|shelf| shelf.deleted.contains(id))
    }

    /// Everything that requests have left behind, for comparison.
    pub(crate) fn snapshot(&self) -> Value {
        let shelves = self.shelves.iter().filter(|(_, shelf)| !shelf.resources.is_empty() || !shelf.deleted.is_empty()).map(|(kind, shelf)| {
            let resources = shelf.resources.iter().map(|resource| {
                let Resource { id, body, accepted, content, expired, .. } = resource;
                json!({"id": id, "body": body, "accepted": accepted, "content": content, "expired": expired})
            });
            (kind.clone(), json!({"resources": resources.collect::<Vec<_>>(), "deleted": shelf.deleted}))
        });
        Value::Object(shelves.collect())
    }
}

/// An id as text, whether JSON writes it as a string or as a number.
pub(crate) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
