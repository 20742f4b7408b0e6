//! Shares what is known of owners between all requests under way, and learns it again from a journal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::contract::Contract;
use crate::model::exchange::Answer;
use crate::model::journal::{EarlierRequest, JournalHistory, RequestFate};
use crate::model::path::{parameter_of, segments};
use crate::model::plan::{Place, Plan, Probe, RequestTemplate};
use crate::plan::resources::created_resources::made_captures_in;
use crate::plan::resources::provenance::{Ownership, OwnershipAnswer};

/// Which resources are the run's own, and which may not be.
#[derive(Debug, Clone, Default)]
pub struct SharedOwnership(Arc<Mutex<Ownership>>);

impl PartialEq for SharedOwnership {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.lock() == *other.lock()
    }
}

impl SharedOwnership {
    /// Nothing is known yet.
    pub fn new(contract: &Contract, plan: &Plan) -> Self {
        Self(Arc::new(Mutex::new(Ownership::new(contract, &plan.mark))))
    }

    /// What is known. Other requests wait for it while the guard is held.
    pub fn lock(&self) -> MutexGuard<'_, Ownership> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from an answer.
    pub fn learn_ownership(&self, contract: &Contract, plan: &Plan, heard: &OwnershipAnswer<'_>) {
        let made = made_captures_in(contract, plan, heard.probe, heard.answer);
        self.lock().record_answer(heard, &made);
    }

    /// Learns what a journal tells, in the order in which requests were sent and answered, in place of what was known.
    pub fn replay(&self, contract: &Contract, journal_history: &JournalHistory) {
        let plan = &journal_history.start.plan;
        *self.lock() = Ownership::new(contract, &journal_history.start.mark);
        let mut lines: Vec<(usize, Line<'_>)> = Vec::new();
        for (probe, past) in journal_history.ended_probes() {
            for past in past {
                lines.push((past.sent, Line::Sent(past.number)));
                if let RequestFate::Answered(answer) = &past.fate {
                    lines.push((past.line, Line::Answered(probe, past, answer)));
                }
            }
        }
        lines.sort_by_key(|(line, _)| *line);
        let mut began: BTreeMap<u64, u64> = BTreeMap::new();
        for (_, line) in lines {
            match line {
                Line::Sent(number) => drop(began.insert(number, self.lock().begin())),
                Line::Answered(probe, past, answer) => {
                    let path_values = &sent_path_values(&probe.request, &past.request.url);
                    let began = began.get(&past.number).copied().unwrap_or_default();
                    self.learn_ownership(contract, plan, &OwnershipAnswer { probe, path_values, body: past.request.body.as_deref(), answer, began });
                }
            }
        }
    }
}

/// A line of a journal that tells of owners.
enum Line<'a> {
    Sent(u64),
    Answered(&'a Probe, &'a EarlierRequest, &'a Answer),
}

/// The values of a path as they were sent: those of the template, unless the URL shows others in their place.
fn sent_path_values(request: &RequestTemplate, url: &str) -> BTreeMap<String, String> {
    let mut values = request.path_values.clone();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (template, sent): (Vec<&str>, Vec<&str>) = (segments(&request.path).collect(), segments(path).collect());
    let Some(front) = sent.len().checked_sub(template.len()) else { return values };
    let pairs = || template.iter().zip(&sent[front..]);
    // A Location leads somewhere else.
    if pairs().any(|(known, came)| !known.contains('{') && known != came) {
        return values;
    }
    for (name, came) in pairs().filter_map(|(known, came)| Some((parameter_of(known)?, came))) {
        if request.styled_at(&Place::Path(name.to_owned())).is_none() {
            let value = percent_encoding::percent_decode_str(came).decode_utf8_lossy().into_owned();
            values.insert(name.to_owned(), value);
        }
    }
    values
}
