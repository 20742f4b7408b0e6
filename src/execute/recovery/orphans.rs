//! Cleans up after an interrupted run: what its journal names, and what it may have made without an answer.
//! The latter is looked for by its name.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde_json::Value;
use url::Url;

use crate::contract::Schemas;
use crate::contract::expressions::captured;
use crate::contract::paging::{NextPageLocation, next_page};
use crate::execute::{Run, SendQueue};
use crate::model::contract::{Method, Status};
use crate::model::exchange::Answer;
use crate::model::ids::ProbeId;
use crate::model::journal::{JournalHistory, RequestFate};
use crate::model::plan::{Binding, Capture, Fault, Origin, Place, Probe, Purpose, Slot, SlotId, Stage};
use crate::model::report::Leftover;
use crate::model::text::unquoted_text;
use crate::plan::values::{carries, valid};
use crate::plan::{IdSource, KnownResources, linked_id_sources, made_captures, names, removal, removals};

/// How many pages of a list are looked through.
const MOST_PAGES: usize = 200;

/// Whether a server that takes a faulty request all the same may have made something without the name that it holds.
fn may_be_nameless(probe: &Probe) -> bool {
    let is_unread = |fault: &Fault| match &fault.place {
        Place::Header(name) => name.eq_ignore_ascii_case("content-type"),
        Place::Body(_) => true,
        Place::Method | Place::Path(_) | Place::Query(_) | Place::Credentials | Place::State => false,
    };
    probe.fault.as_ref().is_some_and(is_unread)
}

/// What came of cleaning up.
#[derive(Debug, Clone, Default)]
pub struct CleanUpResult {
    /// Requests that took something away.
    pub removed: usize,
    /// Requests in all.
    pub sent: u64,
    /// What is left.
    pub left: Vec<Leftover>,
    /// What may be there and cannot be looked for, each as its kind and name.
    pub unknown: Vec<(String, String)>,
}

impl<'a> Run<'a> {
    /// Removes what a journal tells of and what it may have forgotten.
    pub async fn remove_orphans(mut self, schemas: &Schemas, journal_history: &JournalHistory) -> CleanUpResult {
        self.progress.known = KnownResources::from_journal(Some(self.contract), journal_history);
        let queue = SendQueue::new(self.settings, self.accounts, self.contract, self.progress.known.ownership().clone());
        let lost = self.unanswered_creates(journal_history);
        let unknown = self.find(schemas, &lost, &queue).await;
        self.note_earlier(journal_history);
        self.sweep(&queue).await;
        self.progress.added.extend(journal_history.added.iter().cloned());
        let mut left = self.inventory().1;
        // What has no id cannot be removed.
        left.iter_mut().filter(|one| one.id.is_empty()).for_each(|one| one.removable = false);
        CleanUpResult { removed: self.progress.swept, sent: queue.sent.load(Ordering::Relaxed), left, unknown }
    }

    /// Looks for what a run that was cut off may have made without knowing, and removes it: what it refers to could not be
    /// removed otherwise.
    pub(in crate::execute) async fn forestall(&mut self, queue: &SendQueue<'a>) {
        let Some((revival, journal_history)) = self.revival.and_then(|revival| Some((revival, revival.journal_history?))) else { return };
        // The send queue asks the same.
        self.progress.known.ownership().replay(self.contract, journal_history);
        let journalled = KnownResources::from_journal(None, journal_history);
        let given = self.progress.known.clone();
        self.progress.known.borrow_ids(&journalled);
        let lost = self.unanswered_creates(journal_history);
        self.find(revival.schemas, &lost, queue).await;
        let known = &self.progress.known;
        let is_found = |slot: &SlotId| known.ids().contains_key(slot) && !journalled.ids().contains_key(slot);
        for mut probe in removals(&known.extended(self.plan), is_found) {
            (probe.wave, probe.stage) = (0, Stage::Find);
            self.take_away(probe, queue).await;
        }
        queue.block_slots(std::mem::take(&mut self.progress.held));
        self.progress.known.forget_ids_except(&given);
    }

    /// Looks for what requests of this very run may have made to which no answer came, or one that says that the server failed.
    pub(in crate::execute) async fn find_unanswered(&mut self, queue: &SendQueue<'a>) {
        let Some(revival) = self.revival else { return };
        let mut lost = Vec::new();
        for (number, outcome) in self.progress.ended.iter().enumerate() {
            let Some(probe) = self.plan.probe(&outcome.probe) else { continue };
            for exchange in outcome.exchanges.iter().filter(|exchange| exchange.answer.as_ref().is_none_or(says_it_failed)) {
                let failed = exchange.answer.is_some();
                lost.push(UnansweredCreate { probe: probe.clone(), number: number as u64, body: exchange.request.body.clone(), failed });
            }
        }
        lost.retain(|lost| self.may_make(&lost.probe));
        self.find(revival.schemas, &lost, queue).await;
    }

    /// Requests of a run that was cut off to which no answer came, or one that says that the server failed.
    fn unanswered_creates(&self, journal_history: &JournalHistory) -> Vec<UnansweredCreate> {
        let mut lost = Vec::new();
        for (id, past) in &journal_history.past {
            let Some(probe) = self.plan.probe(id).or_else(|| journal_history.probe(id)) else { continue };
            for past in past.iter().filter(|_| self.may_make(probe)) {
                let failed = match &past.fate {
                    RequestFate::Answered(answer) if says_it_failed(answer) => true,
                    RequestFate::Answered(_) => continue,
                    RequestFate::Silent(_) | RequestFate::Lost => false,
                };
                lost.push(UnansweredCreate { probe: probe.clone(), number: past.number, body: past.request.body.clone(), failed });
            }
        }
        lost
    }

    fn may_make(&self, probe: &Probe) -> bool {
        !probe.request.method.is_safe() && !made_captures(self.plan, probe).is_empty()
    }

    /// Adopts everything that may have been made without knowing; what cannot be looked for, each as its kind and name.
    async fn find(&mut self, schemas: &Schemas, lost: &[UnansweredCreate], queue: &SendQueue<'a>) -> Vec<(String, String)> {
        let (mut unknown, mut lists) = (Vec::new(), ReadLists::new());
        for UnansweredCreate { probe, number, body, failed } in lost {
            // A server that fails on what it cannot read has most often made nothing of it.
            let is_told = !failed || probe.fault.is_none();
            let wanted = names(self.contract, schemas, probe, body.as_deref());
            let refers = self.references(probe);
            for (capture, _) in made_captures(self.plan, probe) {
                let twin = capture.slot.plan_id();
                let Some(slot) = self.plan.slots.get(&twin).cloned() else { continue };
                let key = key_of(&capture, probe, body.as_deref(), &self.plan.mark);
                let mut tell = |name: String| {
                    if is_told {
                        unknown.push((slot.kind.clone(), name));
                    }
                };
                if removal(self.plan, &capture.slot).is_none() {
                    tell(key.unwrap_or_else(|| wanted.join(", ")));
                } else if let Some(key) = &key {
                    self.adopt_key(&slot, &capture.slot, key);
                } else {
                    let search = OrphanSearch { slot: &twin, like: &slot, number: *number, wanted: &wanted, refers: &refers, maker: probe };
                    let known = self.progress.known.unplanned().len();
                    if !Box::pin(self.search(schemas, queue, &search, &mut lists)).await {
                        self.progress.held.extend(probe.needs.iter().filter(|_| is_told).cloned());
                        tell(wanted.join(", "));
                    } else if self.progress.known.unplanned().len() == known && may_be_nameless(probe) {
                        tell(wanted.join(", "));
                    }
                }
            }
        }
        unknown.dedup();
        self.progress.unfound.extend(unknown.iter().map(|(kind, _)| kind.clone()));
        unknown
    }

    /// What was made at a key of the run's choice is known by the key.
    fn adopt_key(&mut self, slot: &Slot, name: &SlotId, key: &str) {
        let id = name.found_in_list(key);
        self.progress.known.ownership().lock().add_own(&slot.kind, &Value::from(key));
        self.progress.known.add_made(id, Slot { origin: Origin::Created(ProbeId::default()), ..slot.clone() }, Value::from(key), None);
    }

    /// Looks through every list of a kind for things with one of these names; `false` when there is no list. Nothing is made in the
    /// meantime, so each list is read once.
    async fn search(&mut self, schemas: &Schemas, queue: &SendQueue<'a>, search: &OrphanSearch<'_>, lists: &mut ReadLists) -> bool {
        let mut looked = false;
        for id_source in linked_id_sources(self.contract).iter().filter(|id_source| !id_source.makes && id_source.kind == search.like.kind) {
            if search.wanted.is_empty() && search.refers.is_empty() {
                break;
            }
            let Some(probe) = self.lister(schemas, id_source, search.maker) else { continue };
            let parents: Vec<&SlotId> = probe.request.fillings.iter().map(|binding| &binding.slot).collect();
            let key = (id_source.operation.clone(), parents.into_iter().cloned().collect());
            if !lists.contains_key(&key) {
                let pages = self.pages(queue, id_source, probe.clone(), search.number).await;
                lists.insert(key.clone(), pages);
            }
            for answer in lists.get(&key).into_iter().flatten() {
                looked = true;
                for id in search.ids_of_matching_items(id_source, answer, &probe) {
                    self.add_found(search, id);
                }
            }
        }
        looked
    }

    /// The pages of a list, as far as they are answered.
    async fn pages(&mut self, queue: &SendQueue<'a>, id_source: &IdSource, mut probe: Probe, number: u64) -> Vec<Answer> {
        let mut pages = Vec::new();
        for page in 0..MOST_PAGES {
            probe.id = ProbeId::for_cell(&id_source.operation, format_args!("search::{number}"), page);
            let outcome = self.sender(queue).probe(&probe, self.progress.known.ids(), None).await;
            let Some(answer) = outcome.answer().filter(|answer| answer.status.is_success()).cloned() else { break };
            let next = following(&answer, &self.settings.base);
            pages.push(answer);
            self.end(&probe, outcome);
            self.progress.added.push(probe.clone());
            let Some(next) = next else { break };
            probe.request.query = next;
            probe.request.styled.retain(|styled| !matches!(styled.place, Place::Query(_)));
        }
        pages
    }

    /// Where a request names things that the run made itself, as pointers into an item of a list: whatever refers to these is of
    /// its making, too, even without a name.
    fn references(&self, maker: &Probe) -> Vec<OutgoingReferences> {
        let fillings = maker.request.fillings.iter().filter(|binding| self.plan.is_made(&binding.slot));
        // Of several that are made at once, each has its own.
        let mut items: BTreeMap<String, OutgoingReferences> = BTreeMap::new();
        for binding in fillings {
            if let (Place::Body(at), Some(value)) = (&binding.place, self.progress.known.ids().get(&binding.slot)) {
                let (item, inner) = item_pointer(at);
                items.entry(item).or_default().push((inner, unquoted_text(value)));
            }
        }
        items.into_values().collect()
    }

    /// The request that lists things of a kind, below what their maker names.
    fn lister(&self, schemas: &Schemas, id_source: &IdSource, maker: &Probe) -> Option<Probe> {
        let operation = self.contract.operation(&id_source.operation).filter(|operation| operation.method == Method::GET)?;
        let base = valid(self.contract, schemas, operation, false).ok()?;
        let mut request = base.request;
        for need in &base.needs {
            let of_kind = |slot: &&SlotId| self.plan.slots.get(*slot).is_some_and(|slot| slot.kind == need.resource.kind);
            let slot = maker.needs.iter().filter(of_kind).find(|slot| self.progress.known.ids().contains_key(*slot))?;
            request.fillings.push(Binding { place: need.place.clone(), slot: slot.clone() });
        }
        Some(Probe::valid_request(ProbeId::default(), &operation.id, Purpose::Cleanup, Stage::Find, request))
    }

    /// Takes something that was found for what the run made, unless it knows it already.
    fn add_found(&mut self, search: &OrphanSearch<'_>, id: Value) {
        let known = self.progress.known.ids().iter().any(|(slot, value)| {
            let kind = self.plan.slots.get(slot).or_else(|| self.progress.known.unplanned().get(slot)).map(|slot| &slot.kind);
            unquoted_text(value) == unquoted_text(&id) && kind == Some(&search.like.kind)
        });
        if !known {
            let slot = search.slot.found_in_list(unquoted_text(&id));
            // It carries a name that only this run gives, or refers to what only this run knows.
            self.progress.known.ownership().lock().add_own(&search.like.kind, &id);
            self.progress.known.add_made(slot, Slot { origin: Origin::Created(ProbeId::default()), ..search.like.clone() }, id, None);
        }
    }
}

/// The key that a request itself gives to what it makes: in its path, or as a name in its body that only this run gives.
fn key_of(capture: &Capture, probe: &Probe, body: Option<&str>, mark: &str) -> Option<String> {
    if let Some(name) = capture.expression.strip_prefix("$request.path.") {
        return probe.request.path_values.get(name).cloned();
    }
    let sent: Value = serde_json::from_str(body?).ok()?;
    sent.pointer(capture.expression.strip_prefix("$request.body#")?)?.as_str().filter(|name| carries(name, mark)).map(str::to_owned)
}

/// The pages of lists that were read, by the operation and the slots that it names.
type ReadLists = BTreeMap<(String, Vec<SlotId>), Vec<Answer>>;

/// Whether an answer says that the server failed, so that nothing is known of what was done (RFC 9110, section 15.6). What it has
/// not implemented it has not done.
pub(in crate::execute) fn says_it_failed(answer: &Answer) -> bool {
    answer.status.is_server_error() && answer.status != Status(501)
}

/// A request to which no answer came, or none that can be relied on, and that may have made something.
struct UnansweredCreate {
    probe: Probe,
    /// Tells it from others.
    number: u64,
    /// The body that was sent.
    body: Option<String>,
    /// Whether the server said that it failed.
    failed: bool,
}

/// What is looked for.
struct OrphanSearch<'s> {
    /// The slot that it would have filled.
    slot: &'s SlotId,
    /// That slot.
    like: &'s Slot,
    /// The number of the request that may have made it.
    number: u64,
    /// Its names.
    wanted: &'s [String],
    /// What it refers to, as pointers and ids.
    refers: &'s [OutgoingReferences],
    /// The probe that may have made it.
    maker: &'s Probe,
}

impl OrphanSearch<'_> {
    /// The ids of the items of an answer that are what is looked for.
    fn ids_of_matching_items(&self, id_source: &IdSource, answer: &Answer, probe: &Probe) -> Vec<Value> {
        let Some((at, body)) = id_source.expression.strip_prefix("$response.body#").zip(answer.body.value()) else { return Vec::new() };
        let tokens: Vec<&str> = at.split('/').collect();
        let Some(index) = tokens.iter().position(|token| token.parse::<usize>().is_ok()) else { return Vec::new() };
        let items = body.pointer(&tokens[..index].join("/")).and_then(Value::as_array).map(Vec::len).unwrap_or_default();
        let mut found = Vec::new();
        for nth in 0..items {
            let item = body.pointer(&format!("{}/{nth}", tokens[..index].join("/")));
            let capture = Capture { slot: SlotId::default(), expression: id_source.expression.clone(), like: Value::Null, nth, state: None };
            let id = captured(&capture, answer, probe, &BTreeMap::new());
            found.extend(id.filter(|_| item.is_some_and(|item| self.is(item))));
        }
        found
    }

    fn is(&self, item: &Value) -> bool {
        let refers = |(at, id): &(String, String)| item.pointer(at).is_some_and(|value| unquoted_text(value) == *id);
        let referring = self.refers.iter().any(|all| all.iter().all(refers));
        self.wanted.iter().any(|name| item_has_text(item, name)) || (self.wanted.is_empty() && referring)
    }
}

/// Things that one item refers to: pointers into it, and ids.
type OutgoingReferences = Vec<(String, String)>;

/// Which item of a request a pointer leads into, and where in the item.
fn item_pointer(at: &str) -> (String, String) {
    let inner = at.strip_prefix("/data").filter(|rest| rest.starts_with('/')).unwrap_or(at);
    let (first, rest) = inner.trim_start_matches('/').split_once('/').unwrap_or_default();
    if first.parse::<usize>().is_ok() { (first.to_owned(), format!("/{rest}")) } else { (String::new(), inner.to_owned()) }
}

fn item_has_text(item: &Value, name: &str) -> bool {
    match item {
        Value::String(text) => text == name,
        Value::Array(items) => items.iter().any(|item| item_has_text(item, name)),
        Value::Object(members) => members.values().any(|member| item_has_text(member, name)),
        _ => false,
    }
}

/// The query of the next page.
fn following(answer: &Answer, base: &str) -> Option<Vec<(String, String)>> {
    let NextPageLocation::Address(next) = next_page(answer.body.value()?)? else { return None };
    let url = Url::parse(base).ok()?.join(next).ok()?;
    Some(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}
