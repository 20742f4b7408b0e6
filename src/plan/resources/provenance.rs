//! Records where each id comes from: made by the run, or only seen in an answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::answer_contents::{carries_any, items, names_itself, note_ids, other_name, shows};
use super::id_sources::{IdSource, linked_id_sources};
use crate::contract::expressions::captured;
use crate::model::contract::{Contract, Status};
use crate::model::exchange::{Answer, AnswerContent};
use crate::model::ids::ProbeId;
use crate::model::plan::{Capture, Place, Probe, SlotId};
use crate::model::text::unquoted_text;
use crate::plan::effect::is_new_key;
use crate::plan::values::carries;

/// How many items of a list are read.
const MOST_ITEMS: usize = 1_000;

/// Why it is not proven that the run made a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnershipDoubt {
    /// The answer shows another name than the one that was sent.
    OtherName(String),
    /// An earlier answer held the id.
    KnownBefore,
    /// Neither the mark of the run nor a 201 says that it is new; the status.
    NotShown(Status),
    /// The request itself named it, and not as something new.
    Named,
}

impl OwnershipDoubt {
    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Self::OtherName(name) => format!("the answer calls it {name:?}, which is not the name that was sent"),
            Self::KnownBefore => "an earlier answer held its id".to_owned(),
            Self::NotShown(status) => format!("the answer {status} does not show what was sent"),
            Self::Named => "the request itself named it".to_owned(),
        }
    }
}

/// A thing that an answer to a write held and that is not proven to be the run's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnprovenResource {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The probe that was answered with it.
    pub probe: ProbeId,
    /// Why it is not proven.
    pub doubt: OwnershipDoubt,
    /// The member that holds the id.
    member: String,
    /// What was sent, as far as it is JSON.
    sent: Value,
    /// Whether it was created (201) with an id that no answer had held.
    new: bool,
}

/// What is known of ids so far.
#[derive(Debug, Default, PartialEq)]
pub struct Ownership {
    mark: String,
    finders: Vec<IdSource>,
    own: BTreeSet<(String, String)>,
    unproven: Vec<UnprovenResource>,
    /// Ids that answers have held, by kind as far as it is told, each with the moment at which the first one came.
    seen: BTreeMap<(String, String), u64>,
    moment: u64,
    /// Kinds of which a list was read.
    listed: BTreeSet<String>,
}

/// What an answer is learnt from.
#[derive(Clone, Copy)]
pub struct OwnershipAnswer<'r> {
    /// The probe.
    pub probe: &'r Probe,
    /// The values of its path, as they were sent.
    pub path_values: &'r BTreeMap<String, String>,
    /// The body that was sent.
    pub body: Option<&'r str>,
    /// The answer.
    pub answer: &'r Answer,
    /// The moment at which the request was sent.
    pub began: u64,
}

impl OwnershipAnswer<'_> {
    /// The value that was sent. Of XML it is the planned one, which holds every name that the run gives.
    fn sent(&self) -> Value {
        let in_json = self.body.and_then(|body| serde_json::from_str(body).ok());
        in_json.or_else(|| self.probe.request.body.value().filter(|_| self.body.is_some()).cloned()).unwrap_or_default()
    }
}

impl Ownership {
    /// Nothing is known yet.
    pub fn new(contract: &Contract, mark: &str) -> Self {
        Self {
            mark: mark.to_owned(),
            finders: linked_id_sources(contract).into_iter().filter(|id_source| !id_source.makes).collect(),
            ..Self::default()
        }
    }

    /// Whether the run is proven to have made a thing.
    pub fn is_own(&self, kind: &str, id: &Value) -> bool {
        self.own.contains(&(kind.to_owned(), unquoted_text(id)))
    }

    /// The lists of things of a kind.
    pub fn lists_of_kind(&self, kind: &str) -> Vec<IdSource> {
        self.finders.iter().filter(|id_source| id_source.kind == kind).cloned().collect()
    }

    /// Whether an answer has held an id.
    pub fn has_seen(&self, id: &str) -> bool {
        self.seen.keys().any(|(_, known)| known == id)
    }

    /// A request is sent: what answers tell from now on may be of its making.
    pub fn begin(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    fn was_seen(&self, kind: &str, id: &str, began: u64) -> bool {
        self.seen.get(&(kind.to_owned(), id.to_owned())).is_some_and(|first| *first < began)
    }

    /// Whether one look at a thing may show whose it is: what was sent carries the mark, or the thing may be new.
    pub fn may_be_proved_by_read(&self, kind: &str, id: &Value) -> bool {
        let id = unquoted_text(id);
        let open = |one: &&UnprovenResource| {
            matches!(one.doubt, OwnershipDoubt::NotShown(_) | OwnershipDoubt::KnownBefore) && (one.new || carries_any(&one.sent, &self.mark))
        };
        self.unproven.iter().filter(|one| one.kind == kind && one.id == id).any(|one| open(&one))
    }

    /// Why a thing is not proven to be the run's own.
    pub fn doubt(&self, kind: &str, id: &Value) -> Option<&OwnershipDoubt> {
        let id = unquoted_text(id);
        self.unproven.iter().find(|one| one.kind == kind && one.id == id).map(|one| &one.doubt)
    }

    /// Takes a thing that cannot be looked at for the run's own, where a valid create was answered 201 with an id that was not
    /// there before.
    pub fn own_by_status(&mut self, kind: &str, id: &Value) {
        if self
            .unproven
            .iter()
            .any(|one| one.kind == kind && one.id == unquoted_text(id) && one.new && matches!(one.doubt, OwnershipDoubt::NotShown(_)))
        {
            self.add_own(kind, id);
        }
    }

    /// Everything that came back from a write and is not proven to be the run's own.
    pub fn unproven(&self) -> &[UnprovenResource] {
        &self.unproven
    }

    /// Takes a thing for the run's own that is known to be so in another way, for example because it was found by its mark.
    pub fn add_own(&mut self, kind: &str, id: &Value) {
        let own = (kind.to_owned(), unquoted_text(id));
        self.unproven.retain(|one| (&one.kind, &one.id) != (&own.0, &own.1));
        self.own.insert(own);
    }

    /// Learns from an answer: what `made` captures may be new, everything else was there before.
    pub fn record_answer(&mut self, heard: &OwnershipAnswer<'_>, made: &[(Capture, String)]) {
        let OwnershipAnswer { probe, answer, .. } = *heard;
        let mut found: BTreeSet<(String, String)> = BTreeSet::new();
        if answer.status.is_success() {
            for (capture, kind) in made {
                if let Some(id) = id_of(capture, heard) {
                    self.judge(heard, capture, kind, &id);
                    found.insert((kind.clone(), unquoted_text(&id)));
                }
            }
            self.recognise_mark(heard);
            for id_source in self.finders.iter().filter(|id_source| id_source.operation == probe.operation) {
                // A list that is not read shows nothing of what was there.
                if matches!(answer.body, AnswerContent::Empty) || answer.body.whole_value().is_some() {
                    self.listed.insert(id_source.kind.clone());
                }
                let nth = |nth| Capture { slot: SlotId::default(), expression: id_source.expression.clone(), like: Value::Null, nth, state: None };
                let ids = (0..MOST_ITEMS).map_while(|index| captured(&nth(index), answer, probe, &BTreeMap::new()));
                found.extend(ids.map(|id| (id_source.kind.clone(), unquoted_text(&id))));
            }
        }
        if let Some(body) = answer.body.value() {
            note_ids(body, None, &mut found);
        }
        let now = self.begin();
        for id in found {
            self.seen.entry(id).or_insert(now);
        }
    }

    /// Whether a thing that an answer held is the run's own.
    fn judge(&mut self, heard: &OwnershipAnswer<'_>, capture: &Capture, kind: &str, id: &Value) {
        let other = |one: &UnprovenResource| one.kind == kind && one.id == unquoted_text(id) && matches!(one.doubt, OwnershipDoubt::OtherName(_));
        if self.is_own(kind, id) || self.unproven.iter().any(other) {
            return;
        }
        // A job that is accepted (202) is made as well, where a list shows that it was not there.
        let created = match heard.answer.status {
            Status(201) => self.may_be_new(heard, kind),
            Status(202) => self.listed.contains(kind),
            _ => false,
        };
        let new = created && !self.was_seen(kind, &unquoted_text(id), heard.began);
        match self.proof(heard, (capture, kind), id, new) {
            Ok(()) => self.add_own(kind, id),
            Err(doubt) => {
                let member = capture.expression.rsplit('/').next().filter(|_| capture.expression.contains('#')).unwrap_or("id").to_owned();
                let sent = heard.sent();
                let one = UnprovenResource { kind: kind.to_owned(), id: unquoted_text(id), probe: heard.probe.id.clone(), doubt, member, sent, new };
                if !self.unproven.iter().any(|known| known.kind == one.kind && known.id == one.id) {
                    self.unproven.push(one);
                }
            }
        }
    }

    /// Whether nothing speaks against an id being new: a list of its kind was read before, or there is none to read.
    fn may_be_new(&self, heard: &OwnershipAnswer<'_>, kind: &str) -> bool {
        let listed = self.listed.contains(kind) || !self.finders.iter().any(|id_source| id_source.kind == kind);
        // What is made below a thing of the run's own is nowhere else.
        let below_own = heard.probe.request.slots_in_path().into_iter().any(|slot| self.own_slots(slot, heard));
        listed || below_own
    }

    fn own_slots(&self, slot: &str, heard: &OwnershipAnswer<'_>) -> bool {
        let place = heard.probe.request.fillings.iter().find(|binding| binding.slot == *slot).map(|binding| &binding.place);
        let Some(Place::Path(name)) = place else { return false };
        let kind = crate::model::ids::kind_of(slot);
        heard.path_values.get(name).is_some_and(|value| self.is_own(kind, &Value::from(value.as_str())))
    }

    fn proof(&self, heard: &OwnershipAnswer<'_>, (capture, kind): (&Capture, &str), id: &Value, new: bool) -> Result<(), OwnershipDoubt> {
        let OwnershipAnswer { answer, .. } = *heard;
        if capture.expression.starts_with("$request.path.") {
            let marked = id.as_str().is_some_and(|key| carries(key, &self.mark));
            let drawn = is_new_key(id, &self.mark) && (marked || answer.status == Status(201));
            return if drawn { Ok(()) } else { Err(OwnershipDoubt::NotShown(answer.status)) };
        }
        // A name of the run's own is no one else's.
        if capture.expression.starts_with("$request.body#") && id.as_str().is_some_and(|name| carries(name, &self.mark)) {
            return Ok(());
        }
        let sent = heard.sent();
        let listed = new && self.listed.contains(kind);
        if names_itself(&sent, &unquoted_text(id)) && !listed && !is_new_key(id, &self.mark) {
            return Err(OwnershipDoubt::Named);
        }
        let member = capture.expression.rsplit('/').next().unwrap_or("id");
        let items = answer.body.value().map(|body| items(body, member, &unquoted_text(id))).unwrap_or_default();
        match self.what_items_show(&sent, &items, member) {
            ShownResource::Own => Ok(()),
            ShownResource::Other(name) => Err(OwnershipDoubt::OtherName(name)),
            // Nothing can be shown where nothing carries the mark.
            ShownResource::Nothing if new && !items.is_empty() && !carries_any(&sent, &self.mark) => Ok(()),
            ShownResource::Nothing if self.was_seen(kind, &unquoted_text(id), heard.began) => Err(OwnershipDoubt::KnownBefore),
            ShownResource::Nothing => Err(OwnershipDoubt::NotShown(answer.status)),
        }
    }

    /// What items that hold an id show of what was sent.
    fn what_items_show(&self, sent: &Value, items: &[&Value], member: &str) -> ShownResource {
        if let Some(other) = items.iter().find_map(|item| other_name(sent, item, member, &self.mark)) {
            return ShownResource::Other(other);
        }
        if items.iter().any(|item| shows(item, &self.mark, 0)) { ShownResource::Own } else { ShownResource::Nothing }
    }

    /// Takes for the run's own what an answer about its kind shows beside the mark.
    fn recognise_mark(&mut self, heard: &OwnershipAnswer<'_>) {
        let Some(body) = heard.answer.body.value() else { return };
        let about = |one: &UnprovenResource| {
            let listed = self.finders.iter().any(|id_source| id_source.operation == heard.probe.operation && id_source.kind == one.kind);
            listed || heard.probe.request.slots_in_path().last().is_some_and(|slot| crate::model::ids::kind_of(slot) == one.kind)
        };
        let mut proven: Vec<(String, String)> = Vec::new();
        let mut other: Vec<(String, String, String)> = Vec::new();
        for one in self.unproven.iter().filter(|one| matches!(one.doubt, OwnershipDoubt::NotShown(_) | OwnershipDoubt::KnownBefore) && about(one)) {
            let single = heard.path_values.values().any(|value| *value == one.id);
            let found: Vec<&Value> = items(body, &one.member, &one.id).into_iter().filter(|item| single || item.get(&one.member).is_some()).collect();
            match self.what_items_show(&one.sent, &found, &one.member) {
                ShownResource::Own => proven.push((one.kind.clone(), one.id.clone())),
                ShownResource::Other(name) => other.push((one.kind.clone(), one.id.clone(), name)),
                // It is there, created, was not there before, and shows nothing that speaks against it.
                ShownResource::Nothing if one.new && single => proven.push((one.kind.clone(), one.id.clone())),
                ShownResource::Nothing => {}
            }
        }
        for (kind, id) in proven {
            self.add_own(&kind, &Value::from(id));
        }
        for (kind, id, name) in other {
            if let Some(one) = self.unproven.iter_mut().find(|one| one.kind == kind && one.id == id) {
                one.doubt = OwnershipDoubt::OtherName(name);
            }
        }
    }
}

/// What a resource shows of the one that was sent.
enum ShownResource {
    /// The mark of the run.
    Own,
    /// Another name.
    Other(String),
    /// Neither.
    Nothing,
}

/// The id that a capture finds: in the answer, in the path that was asked, or in the body that was sent.
fn id_of(capture: &Capture, heard: &OwnershipAnswer<'_>) -> Option<Value> {
    if let Some(name) = capture.expression.strip_prefix("$request.path.") {
        return heard.path_values.get(name).map(|value| Value::from(value.as_str()));
    }
    if let Some(at) = capture.expression.strip_prefix("$request.body#") {
        return heard.sent().pointer(at).filter(|name| name.is_string()).cloned();
    }
    captured(capture, heard.answer, heard.probe, &BTreeMap::new())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::small_probe;

    /// Whether a thing counts as made by the run whose create in XML is answered 201 with its id alone, after a list that came as this.
    fn is_own(list: AnswerContent, sent: &Value) -> bool {
        let content = |schema: &Value| json!({"200": {"description": "d", "content": {"application/xml": {"schema": schema}}}});
        let thing = json!({"type": "object", "properties": {"id": {"type": "string"}}});
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let paths = json!({"/things": {"get": {"operationId": "list", "responses": content(&json!({"type": "array", "items": thing}))}},
            "/things/{id}": {"get": {"operationId": "read", "parameters": id, "responses": content(&thing)}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let mut ownership = Ownership::new(&contract, "mark");
        let answer = |status, body| Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false };
        let mut learn = |probe: &Probe, answer: &Answer, made: &[(Capture, String)]| {
            let began = ownership.begin();
            ownership.record_answer(&OwnershipAnswer { probe, path_values: &BTreeMap::new(), body: Some("<thing/>"), answer, began }, made);
        };
        learn(&small_probe::probe(&json!({"operation": "list"})), &answer(200, list), &[]);
        let make = json!({"operation": "make", "request": {"method": "POST", "body": {"xml": {"value": sent, "schema": ""}}}});
        let shown = AnswerContent::Xml { text: String::new(), value: json!({"id": "7"}), is_whole: true };
        let expression = "$response.body#/id".to_owned();
        let capture = Capture { slot: SlotId::default(), expression, like: Value::Null, nth: 0, state: None };
        learn(&small_probe::probe(&make), &answer(201, shown), &[(capture, "things".to_owned())]);
        ownership.is_own("things", &json!("7"))
    }

    #[test]
    fn what_was_made_in_xml_is_own_only_where_it_was_not_there_and_shows_no_other_name() {
        let list = |ids: Value, is_whole| AnswerContent::Xml { text: String::new(), value: ids, is_whole };
        let (plain, marked) = (json!({"size": "n"}), json!({"size": "n mark"}));
        assert!(is_own(list(json!([{"id": "1"}]), true), &plain));
        assert!(!is_own(list(json!([{"id": "7"}]), true), &plain), "it was there before");
        assert!(!is_own(list(json!([{"id": "1"}]), true), &marked), "its mark is not shown");
        assert!(!is_own(list(json!([{"id": "1"}]), false), &plain), "something may have been there that was not read");
        assert!(!is_own(AnswerContent::Text("<things/>".to_owned()), &plain), "nothing is known of what was there");
    }
}
