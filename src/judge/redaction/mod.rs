//! Reduces what is kept after a run: recordings, reports and journals without other people's values.
//!
//! A value stays readable where it names what it is (an id, a type, an address without its query), where the run has sent it
//! itself, and where a refusal says why; everything else is masked or left out, in sentences too.

mod foreign_values;
mod mask;
mod masked_bodies;
mod run_values;
#[cfg(test)]
mod tests;

pub use mask::Mask;

use std::collections::HashSet;

use serde_json::Value;

use self::foreign_values::ForeignValues;
use self::masked_bodies::ValuePlace;
pub(super) use self::run_values::{RunValues, decoded, leaves};
use crate::judge::exchange_rules::excerpt;
use crate::judge::{Recording, RepeatRound};
use crate::model::contract::Contract;
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, Outcomes, SentRequest};
use crate::model::journal::{Entry, JournalHistory, RequestFate};
use crate::model::keep::Keep;
use crate::model::plan::{Plan, Probe, Purpose};
use crate::model::reason::Reason;
use crate::model::report::Report;
use crate::model::text::unquoted_text;
use crate::model::verdict::Finding;

/// Members of a report that hold sentences.
const SENTENCES: &[&str] = &["actual", "curl", "expected", "in_part", "message", "reason", "request", "shrunk"];

/// Takes out of what a run has left what is not to be kept of it.
#[derive(Debug)]
pub struct Redactor<'a> {
    keep: Keep,
    mask: &'a Mask,
    own: RunValues,
    foreign: ForeignValues,
    /// Names of header fields that the contract declares, in lower case.
    declared: HashSet<String>,
    /// Words of the contract: whoever reads them in a sentence learns nothing of anybody.
    public: HashSet<String>,
}

impl<'a> Redactor<'a> {
    /// One that knows a contract and no run.
    fn new(keep: Keep, mask: &'a Mask, contract: &Contract) -> Self {
        let responses = contract.operations.iter().flat_map(|operation| &operation.responses).chain(&contract.server_responses);
        let declared = responses.flat_map(|response| &response.headers).map(|header| header.name.to_ascii_lowercase()).collect();
        let mut public = HashSet::new();
        texts_of_document(&contract.document, &mut public);
        Self { keep, mask, own: RunValues::default(), foreign: ForeignValues::default(), declared, public }
    }

    /// For a run and what was sent again after it.
    pub fn of_recording(keep: Keep, mask: &'a Mask, contract: &Contract, recording: &Recording) -> Self {
        let mut redactor = Self::new(keep, mask, contract);
        let rounds = recording.again.iter().map(|round| (&round.plan, &round.outcomes));
        let all: Vec<(&Plan, &Outcomes)> = std::iter::once((&recording.plan, &recording.outcomes)).chain(rounds).collect();
        redactor.own = RunValues::of(&all);
        let exchanges = {
            all.iter().flat_map(|(plan, outcomes)| {
                outcomes.outcomes.iter().flat_map(move |outcome| outcome.exchanges.iter().map(move |exchange| (plan.probe(&outcome.probe), exchange)))
            })
        };
        exchanges.for_each(|(probe, Exchange { request, answer })| redactor.note_foreign_values(probe, request, answer.as_ref()));
        redactor
    }

    /// For what a journal tells.
    pub fn of_journal(keep: Keep, mask: &'a Mask, contract: &Contract, journal_history: &JournalHistory) -> Self {
        let mut redactor = Self::new(keep, mask, contract);
        let plan = &journal_history.start.plan;
        redactor.own.learn_plan(plan);
        journal_history.added.iter().for_each(|probe| redactor.own.learn_probe(probe));
        let known = |id: &str| plan.probe(id).or_else(|| journal_history.added.iter().find(|added| added.id == id));
        let mut all: Vec<_> = journal_history.past.iter().flat_map(|(id, past)| past.iter().map(move |past| (known(id), past))).collect();
        all.sort_by_key(|(_, past)| past.number);
        let answer = |fate| if let RequestFate::Answered(answer) = fate { Some(answer) } else { None };
        let told: Vec<_> = all.into_iter().map(|(probe, past)| (probe, &past.request, answer(past.fate.clone()))).collect();
        for (probe, request, answer) in &told {
            redactor.own.add_exchange(*probe, request, answer.as_ref());
        }
        for (probe, request, answer) in &told {
            redactor.note_foreign_values(*probe, request, answer.as_ref());
        }
        redactor
    }

    /// Notices what is another user's, to find it in sentences again.
    fn note_foreign_values(&mut self, probe: Option<&Probe>, request: &SentRequest, answer: Option<&Answer>) {
        let mut found: Vec<(Value, String)> = vec![(Value::from(request.url.as_str()), self.link(&request.url))];
        if let Some(answer) = answer {
            match &answer.body {
                AnswerContent::Json(body) => {
                    self.foreign_in(body, ValuePlace::in_body_of(answer), &mut |leaf, kept| found.push((leaf.clone(), kept)));
                }
                AnswerContent::Xml { text, value, .. } => {
                    found.push((Value::from(text.as_str()), self.masked_value(&Value::from(text.as_str()))));
                    self.foreign_in(value, ValuePlace::in_body_of(answer), &mut |leaf, kept| {
                        // As requests in XML hold it.
                        let written = quick_xml::escape::escape(unquoted_text(leaf).as_str()).into_owned();
                        found.push((Value::from(written), kept.clone()));
                        found.push((leaf.clone(), kept));
                    });
                }
                AnswerContent::Text(text) => found.push((Value::from(text.as_str()), self.masked_value(&Value::from(text.as_str())))),
                _ => {}
            }
            for (name, value) in &answer.headers {
                let kept = self.field(name, value).unwrap_or_else(|| self.masked_value(&Value::from(value.as_str())));
                found.push((Value::from(value.as_str()), kept));
            }
        }
        if probe.is_some_and(|probe| probe.purpose == Purpose::Cleanup)
            && let Some(body) = request.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok())
        {
            self.foreign_in(&body, ValuePlace::in_request(), &mut |leaf, kept| found.push((leaf.clone(), kept)));
        }
        let nobodys = |text: &str| self.public.contains(text) || self.own.has_sent(text);
        found.retain(|(value, kept)| {
            let text = unquoted_text(value);
            (value.is_string() || value.is_number()) && text != *kept && !nobodys(&text)
        });
        for (value, kept) in &found {
            self.foreign.add(value, kept);
        }
    }

    /// A sentence without what is another user's.
    pub fn text(&self, text: &str) -> String {
        self.foreign.scrub(text)
    }

    /// What is kept of a recording.
    pub fn recording(&self, recording: &Recording) -> Recording {
        let again = recording.again.iter().map(|round| RepeatRound {
            about: round.about.clone(),
            plan: self.plan(&round.plan),
            outcomes: self.outcomes(&round.outcomes),
        });
        let mut kept = Recording {
            keep: self.keep,
            plan: self.plan(&recording.plan),
            outcomes: self.outcomes(&recording.outcomes),
            again: again.collect(),
            ..recording.clone()
        };
        for left in &mut kept.traces.left {
            left.reason = self.text(&left.reason);
        }
        for changed in &mut kept.traces.changed {
            changed.reason = changed.reason.as_deref().map(|reason| self.text(reason));
        }
        kept
    }

    fn plan(&self, plan: &Plan) -> Plan {
        Plan { probes: plan.probes.iter().map(|probe| self.probe(probe)).collect(), ..plan.clone() }
    }

    /// A planned request. Only what is written back holds what was there before.
    fn probe(&self, probe: &Probe) -> Probe {
        let mut kept = probe.clone();
        if let Some(body) = kept.request.body.value_mut() {
            *body = self.value(body, ValuePlace::in_request());
        }
        kept
    }

    /// What is kept of what became of a plan.
    pub fn outcomes(&self, outcomes: &Outcomes) -> Outcomes {
        Outcomes { outcomes: outcomes.outcomes.iter().map(|outcome| self.outcome(outcome)).collect() }
    }

    fn outcome(&self, outcome: &Outcome) -> Outcome {
        let reason = |reason: &Reason| reason.map_words(|words| self.text(words));
        Outcome {
            probe: outcome.probe.clone(),
            exchanges: outcome.exchanges.iter().map(|exchange| self.exchange(exchange)).collect(),
            ending: match &outcome.ending {
                Ending::Answered => Ending::Answered,
                Ending::Silent(why) => Ending::Silent(reason(why)),
                Ending::Withheld(why) => Ending::Withheld(reason(why)),
            },
        }
    }

    fn exchange(&self, exchange: &Exchange) -> Exchange {
        Exchange { request: self.request(&exchange.request), answer: exchange.answer.as_ref().map(|answer| self.answer(answer)) }
    }

    /// What is kept of a line of a journal.
    pub fn redacted_entry(&self, entry: Entry) -> Entry {
        match entry {
            Entry::Added(probe) => Entry::Added(Box::new(self.probe(&probe))),
            Entry::Sent { number, at, probe, request } => Entry::Sent { number, at, probe, request: self.request(&request) },
            Entry::Answered { number, answer } => Entry::Answered { number, answer: self.answer(&answer) },
            Entry::Silent { number, reason } => Entry::Silent { number, reason: self.text(&reason) },
            Entry::Started(_) | Entry::LogIn { .. } | Entry::Interrupted | Entry::Finished | Entry::Cleaned | Entry::Reduced(_) => entry,
        }
    }

    /// A report on a recording with what is kept of it: places and rules as they are, and of what came only as much as the
    /// recording keeps.
    pub fn report(&self, report: &Report, recording: &Recording) -> Report {
        let mut kept = Report { keep: self.keep, ..report.clone() };
        let cells = kept.cells.iter_mut().filter(|cell| cell.remembered.is_none()).flat_map(|cell| &mut cell.findings);
        cells.chain(&mut kept.findings).for_each(|finding| self.finding(finding, recording));
        let empty = |report: &Report| Report { cells: Vec::new(), findings: Vec::new(), ..report.clone() };
        // What was a report is one again: only its sentences are others.
        let scrubbed = serde_json::to_value(&kept).map(|value| self.sentences(value, false)).and_then(serde_json::from_value);
        scrubbed.unwrap_or_else(|_| empty(report))
    }

    fn sentences(&self, value: Value, sentence: bool) -> Value {
        match value {
            Value::String(text) if sentence => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.sentences(item, sentence)).collect(),
            Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, member)| {
                        let sentence = SENTENCES.contains(&name.as_str());
                        (name, self.sentences(member, sentence))
                    })
                    .collect(),
            ),
            other => other,
        }
    }

    /// Shows what is kept in the place of what came.
    fn finding(&self, finding: &mut Finding, recording: &Recording) {
        let all = std::iter::once(&recording.outcomes).chain(recording.again.iter().map(|round| &round.outcomes));
        let outcomes = all.filter_map(|outcomes| outcomes.of(&finding.probe));
        let mut answers = outcomes.flat_map(|outcome| outcome.exchanges.iter().rev().filter_map(|exchange| exchange.answer.as_ref()));
        let shown = finding.sightings.excerpt.take();
        let Some(answer) = answers.find(|answer| excerpt(answer, &finding.answer) == shown) else { return };
        let kept = self.answer(answer);
        if shown.is_some() {
            finding.sightings.excerpt = excerpt(&kept, &finding.answer);
        }
        let Some(at) = finding.answer.strip_prefix("body").map(str::trim) else { return };
        let value = |answer: &Answer| answer.body.value().and_then(|body| body.pointer(at)).cloned();
        let is_shown = |came: &Value| [crate::judge::exchange_rules::show(came), came.to_string()].contains(&finding.actual);
        if let Some(came) = value(answer).filter(is_shown) {
            let spot = ValuePlace::in_body_of(answer);
            let reduced = value(&kept).unwrap_or_else(|| self.value(&came, spot));
            finding.actual = crate::judge::exchange_rules::show(&reduced);
        }
    }
}

/// Every text and number of a document, and the names of its members.
fn texts_of_document(document: &Value, public: &mut HashSet<String>) {
    leaves(document, &mut |leaf| {
        public.insert(unquoted_text(leaf));
    });
    names(document, public);
}

fn names(value: &Value, public: &mut HashSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            public.insert(name.clone());
            names(member, public);
        }),
        Value::Array(items) => items.iter().for_each(|item| names(item, public)),
        _ => {}
    }
}
