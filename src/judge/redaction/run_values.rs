//! Collects the values that the run has sent itself and the ids that it knows, which stay readable.

use std::collections::{BTreeMap, HashMap, HashSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::contract::expressions::captured;
use crate::model::exchange::{Answer, Exchange, Outcomes, SentRequest};
use crate::model::ids;
use crate::model::plan::{Body, Origin, Plan, Probe, Purpose, RequestTemplate, SlotId, XmlBody};
use crate::model::text::unquoted_text;

/// What a run has sent itself, and the ids that it knows; each as text.
#[derive(Debug, Default)]
pub struct RunValues {
    marks: Vec<String>,
    values: HashSet<String>,
    ids: HashSet<String>,
    /// Ids of what the run has made.
    made: HashSet<String>,
    /// Slots that name what the run makes.
    created: HashSet<SlotId>,
    slots: BTreeMap<SlotId, Value>,
}

impl RunValues {
    /// What runs know of their plans and of what came of them; each plan before any answer.
    pub fn of(runs: &[(&Plan, &Outcomes)]) -> Self {
        let mut values = Self::default();
        for (plan, _) in runs {
            values.learn_plan(plan);
        }
        for (plan, outcomes) in runs {
            let planned: HashMap<&str, &Probe> = plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
            for outcome in &outcomes.outcomes {
                let probe = planned.get(outcome.probe.as_str()).copied();
                for Exchange { request, answer } in &outcome.exchanges {
                    values.add_exchange(probe, request, answer.as_ref());
                }
            }
        }
        values
    }

    /// Learns what a plan sends by itself. What tidies up may write back what was there before the run, and teaches nothing.
    pub fn learn_plan(&mut self, plan: &Plan) {
        if !plan.mark.is_empty() && !self.marks.contains(&plan.mark) {
            self.marks.push(plan.mark.clone());
        }
        let spare = plan.finders.values().flatten();
        for probe in plan.probes.iter().chain(spare) {
            self.learn_probe(probe);
        }
        plan.removers.values().for_each(|remover| self.learn_request(&remover.request, false));
        for (id, slot) in &plan.slots {
            self.add_texts(&slot.like);
            match &slot.origin {
                Origin::Given(given) => {
                    self.ids.insert(given.clone());
                    self.slots.insert(id.clone(), Value::from(given.as_str()));
                }
                Origin::Created(_) => drop(self.created.insert(id.clone())),
                Origin::Borrowed(_) => {}
            }
        }
        for drawn in plan.drawn.values() {
            self.add_texts(&serde_json::to_value(drawn).unwrap_or_default());
        }
    }

    /// Learns what one request sends by itself.
    pub fn learn_probe(&mut self, probe: &Probe) {
        self.learn_request(&probe.request, probe.purpose != Purpose::Cleanup);
        probe.captures.iter().for_each(|capture| self.add_texts(&capture.like));
    }

    fn learn_request(&mut self, request: &RequestTemplate, with_body: bool) {
        self.ids.extend(request.path_values.values().cloned());
        self.values.extend(request.query.iter().chain(&request.headers).map(|(_, value)| value.clone()));
        match &request.body {
            Body::Json(body) | Body::CutJson(body) | Body::Spelled(body, _) if with_body => self.add_texts(body),
            Body::Xml(XmlBody { value, .. }) if with_body => self.add_texts(value),
            Body::Multipart(parts) if with_body => parts.iter().for_each(|part| self.add_texts(&part.content)),
            _ => {}
        }
    }

    /// Learns from what was sent and what came: names of the run's own making, and ids.
    pub fn add_exchange(&mut self, probe: Option<&Probe>, request: &SentRequest, answer: Option<&Answer>) {
        let path = request.url.split(['?', '#']).next().unwrap_or_default();
        self.ids.extend(path.split('/').skip(3).map(decoded));
        if let Some(body) = request.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok()) {
            let mut marked = Vec::new();
            leaves(&body, &mut |leaf| marked.extend(Some(unquoted_text(leaf)).filter(|_| self.is_marked(leaf))));
            self.values.extend(marked);
        }
        let (Some(probe), Some(answer)) = (probe, answer) else { return };
        for capture in &probe.captures {
            if let Some(value) = captured(capture, answer, probe, &self.slots) {
                // What is made once more has a slot that is named after the first one.
                if self.created.contains(ids::plan_id(&capture.slot)) {
                    self.made.insert(unquoted_text(&value));
                }
                self.ids.insert(unquoted_text(&value));
                self.slots.insert(capture.slot.clone(), value);
            }
        }
    }

    fn add_texts(&mut self, value: &Value) {
        leaves(value, &mut |leaf| {
            self.values.insert(unquoted_text(leaf));
        });
    }

    /// Whether the run has sent it as a value of its own.
    pub fn has_sent(&self, text: &str) -> bool {
        self.values.contains(text)
    }

    /// Whether a text carries the mark of the run.
    pub fn is_marked(&self, leaf: &Value) -> bool {
        leaf.as_str().is_some_and(|text| self.marks.iter().any(|mark| text.contains(mark.as_str())))
    }

    /// Whether the run has made the thing that an object shows; `None` where the object shows no thing of its own.
    pub fn has_made(&self, object: &Map<String, Value>) -> Option<bool> {
        match object.get("id").filter(|id| id.is_string() || id.is_number()) {
            Some(id) => {
                let mut marked = self.made.contains(&unquoted_text(id));
                object.values().for_each(|member| leaves(member, &mut |leaf| marked |= self.is_marked(leaf)));
                Some(marked)
            }
            None => object.values().any(|member| self.is_marked(member)).then_some(true),
        }
    }

    /// Whether it is an id that the run knows.
    pub fn is_id(&self, text: &str) -> bool {
        self.ids.contains(text)
    }
}

/// Calls back for everything in a value that has no members.
pub(in crate::judge) fn leaves(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(members) => members.values().for_each(|member| leaves(member, visit)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, visit)),
        leaf => visit(leaf),
    }
}

/// A part of a URL as it is meant (RFC 3986, section 2.1).
pub(in crate::judge) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
