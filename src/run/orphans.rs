//! Cleans up after a run that was cut off: what its journal tells of, and what it may have made without knowing, which is
//! looked for by its name.

use serde_json::Value;
use url::Url;

use super::{Lane, Limiter, Run};
use crate::contract::Schemas;
use crate::domain::contract::{Method, Status};
use crate::domain::exchange::Answer;
use crate::domain::journal::{Chronicle, Fate};
use crate::domain::plan::{Capture, Filling, Origin, Probe, Purpose, Repeat, Slot, SlotId, Stage};
use crate::generate::{captured, valid};
use crate::plan::{Feed, Held, feeds, names};
use crate::transport::Censor;

/// How many pages of a list are looked through.
const MOST_PAGES: usize = 200;

/// What came of cleaning up.
#[derive(Debug, Clone, Default)]
pub struct Cleaned {
    /// Requests that took something away.
    pub removed: usize,
    /// What could not be removed, each as its kind and id.
    pub left: Vec<(String, String)>,
    /// What may be there and cannot be looked for, each as its kind and name.
    pub unknown: Vec<(String, String)>,
}

impl<'a> Run<'a> {
    /// Removes what a journal tells of and what it may have forgotten.
    pub async fn clean(mut self, schemas: &Schemas, chronicle: &Chronicle) -> Cleaned {
        let limiter = Limiter::after(self.settings.windows.clone(), self.settings.before.clone());
        let lane = Lane {
            limiter,
            bursts: super::Bursts::default(),
            censor: Censor::new(self.accounts, self.contract),
            silence: super::quiet::Quiet::default(),
        };
        let held = Held::of(chronicle);
        self.progress.slots = held.values;
        self.progress.accepted = held.accepted;
        self.progress.made = held.slots;
        self.progress.lost = held.gone.into_iter().map(|slot| (slot, "it was removed".to_owned())).collect();
        let mut unknown = Vec::new();
        for (id, past) in &chronicle.past {
            let Some(probe) = self.plan.probe(id).or_else(|| chronicle.added.iter().find(|added| added.id == *id)).cloned() else { continue };
            for past in past.iter().filter(|past| matches!(past.fate, Fate::Lost | Fate::Silent(_))) {
                let wanted = names(self.contract, schemas, &probe, past.request.body.as_deref());
                for capture in probe.captures.iter().filter(|_| probe.fault.is_none() && !probe.request.method.is_safe()) {
                    let found = self.search(schemas, &lane, &probe, capture, &wanted).await;
                    if !found {
                        let kind = self.plan.slots.get(&capture.slot).map(|slot| slot.kind.clone()).unwrap_or_default();
                        unknown.push((kind, wanted.join(", ")));
                    }
                }
            }
        }
        self.sweep(&lane).await;
        unknown.dedup();
        let left = self.progress.left.iter().map(|slot| (slot.clone(), self.progress.slots.get(slot).map(text).unwrap_or_default()));
        Cleaned { removed: self.progress.swept, left: left.collect(), unknown }
    }

    /// Looks through every list of a kind for things with one of these names; `false` when there is no list.
    async fn search(&mut self, schemas: &Schemas, lane: &Lane<'a>, maker: &Probe, capture: &Capture, wanted: &[String]) -> bool {
        let Some(slot) = self.plan.slots.get(&capture.slot).cloned() else { return true };
        let all = feeds(self.contract);
        let mut looked = wanted.is_empty();
        for feed in all.iter().filter(|feed| !feed.makes && feed.kind == slot.kind) {
            let Some(mut probe) = self.lister(schemas, feed, maker) else { continue };
            for page in 0..MOST_PAGES {
                probe.id = format!("{}::search::{}::{page}", feed.operation, capture.slot);
                let outcome = self.sender(lane).probe(&probe, &self.progress.slots, None).await;
                let Some(answer) = outcome.answer().filter(|answer| answer.status.is_success()) else { break };
                looked = true;
                for id in named(feed, answer, &probe, wanted) {
                    self.adopt(&capture.slot, &slot, id);
                }
                let Some(next) = next_page(answer, &self.settings.base) else { break };
                probe.request.query = next;
            }
        }
        looked
    }

    /// The request that lists things of a kind, below what their maker names.
    fn lister(&self, schemas: &Schemas, feed: &Feed, maker: &Probe) -> Option<Probe> {
        let operation = self.contract.operation(&feed.operation).filter(|operation| operation.method == Method("GET".to_owned()))?;
        let base = valid(self.contract, schemas, operation, false).ok()?;
        let mut request = base.request;
        for need in &base.needs {
            let of_kind = |slot: &&SlotId| self.plan.slots.get(*slot).is_some_and(|slot| slot.kind == need.resource.kind);
            let slot = maker.needs.iter().filter(of_kind).find(|slot| self.progress.slots.contains_key(*slot))?;
            request.fillings.push(Filling { place: need.place.clone(), slot: slot.clone() });
        }
        Some(Probe {
            id: String::new(),
            operation: operation.id.clone(),
            trigger: "success".to_owned(),
            status: Status(200),
            purpose: Purpose::Cleanup,
            request,
            fault: None,
            allowed: Vec::new(),
            control: None,
            needs: Vec::new(),
            consumes: Vec::new(),
            captures: Vec::new(),
            after: Vec::new(),
            wave: u32::MAX,
            stage: Stage::Cleanup,
            repeat: Repeat::Once,
            also: Vec::new(),
            assumed: None,
        })
    }

    /// Takes something that was found for what the run made, unless it knows it already.
    fn adopt(&mut self, twin: &str, like: &Slot, id: Value) {
        let known = self.progress.slots.iter().any(|(slot, value)| {
            let kind = self.plan.slots.get(slot).or_else(|| self.progress.made.get(slot)).map(|slot| &slot.kind);
            text(value) == text(&id) && kind == Some(&like.kind)
        });
        if !known {
            let slot = format!("{twin}~found-{}", text(&id));
            self.progress.slots.insert(slot.clone(), id);
            self.progress.made.insert(slot, Slot { origin: Origin::Created(String::new()), ..like.clone() });
        }
    }
}

/// The ids of the items of an answer that carry one of these names.
fn named(feed: &Feed, answer: &Answer, probe: &Probe, wanted: &[String]) -> Vec<Value> {
    let Some((at, body)) = feed.expression.strip_prefix("$response.body#").zip(answer.body.json()) else { return Vec::new() };
    let tokens: Vec<&str> = at.split('/').collect();
    let Some(index) = tokens.iter().position(|token| token.parse::<usize>().is_ok()) else { return Vec::new() };
    let items = body.pointer(&tokens[..index].join("/")).and_then(Value::as_array).map(Vec::len).unwrap_or_default();
    let mut found = Vec::new();
    for nth in 0..items {
        let item = body.pointer(&format!("{}/{nth}", tokens[..index].join("/")));
        let carries = item.is_some_and(|item| wanted.iter().any(|name| holds(item, name)));
        let capture = Capture { slot: String::new(), expression: feed.expression.clone(), like: Value::Null, nth, state: None };
        found.extend(captured(&capture, answer, probe, &std::collections::BTreeMap::new()).filter(|_| carries));
    }
    found
}

fn holds(item: &Value, name: &str) -> bool {
    match item {
        Value::String(text) => text == name,
        Value::Array(items) => items.iter().any(|item| holds(item, name)),
        Value::Object(members) => members.values().any(|member| holds(member, name)),
        _ => false,
    }
}

/// The query of the next page (JSON:API, section 6.4.1: `links.next`).
fn next_page(answer: &Answer, base: &str) -> Option<Vec<(String, String)>> {
    let next = answer.body.json()?.pointer("/links/next")?;
    let next = next.as_str().or_else(|| next.get("href")?.as_str()).filter(|next| !next.is_empty())?;
    let url = Url::parse(base).ok()?.join(next).ok()?;
    Some(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
