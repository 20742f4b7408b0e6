//! Answers the requests of an interrupted run from its journal in place of sending them again.
//! A request that was never answered is sent again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::model::exchange::Outcome;
use crate::model::journal::{EarlierRequest, JournalHistory, RequestFate};
use crate::model::plan::ProbeId;

/// What was sent before, by probe.
#[derive(Debug, Default)]
pub struct EarlierExchanges {
    left: Mutex<BTreeMap<ProbeId, VecDeque<EarlierRequest>>>,
    /// How many requests there were for each probe, and the number of the last one where it was the end of the probe.
    ends: BTreeMap<ProbeId, (usize, Option<u64>)>,
}

impl EarlierExchanges {
    /// Everything that a journal tells.
    pub fn new(journal_history: &JournalHistory) -> Self {
        let left = journal_history.past.iter().map(|(probe, past)| (probe.clone(), past.iter().cloned().collect())).collect();
        let end = |past: &Vec<EarlierRequest>| past.last().filter(|last| matches!(last.fate, RequestFate::Answered(_))).map(|last| last.number);
        let ends = journal_history.past.iter().map(|(probe, past)| (probe.clone(), (past.len(), end(past)))).collect();
        Self { left: Mutex::new(left), ends }
    }

    /// The next request that was sent for a probe.
    pub fn next(&self, probe: &str) -> Option<EarlierRequest> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get_mut(probe)?.pop_front()
    }

    /// Whether there is another one that was answered.
    pub fn has_more(&self, probe: &str) -> bool {
        let answered = |past: &EarlierRequest| matches!(past.fate, RequestFate::Answered(_));
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get(probe).is_some_and(|left| left.iter().any(answered))
    }

    /// Whether anything was sent for a probe.
    pub fn knows(&self, probe: &str) -> bool {
        self.ends.contains_key(probe)
    }

    /// Puts outcomes into the order in which the probes really ended: those of the past first.
    pub fn order(&self, outcomes: &mut [Outcome]) {
        outcomes.sort_by_key(|outcome| {
            let end = self.ends.get(&outcome.probe).filter(|(count, _)| *count == outcome.exchanges.len());
            end.and_then(|(_, number)| *number).unwrap_or(u64::MAX)
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    /// What a journal with these lines behind the first one tells.
    fn earlier_answer(lines: &[Value]) -> EarlierExchanges {
        let start = json!({"started": {"started_at": "", "mark": "m", "shape": {}, "plan": crate::model::plan::Plan::default()}});
        let entries = std::iter::once(&start).chain(lines).map(|line| from_value(line.clone()).unwrap());
        EarlierExchanges::new(&JournalHistory::from_entries(entries).unwrap())
    }

    #[test]
    fn what_has_no_answer_is_nothing_more() {
        let request = json!({"method": "GET", "url": "http://a/", "headers": [], "body": null});
        let sent = |number: u64| json!({"sent": {"number": number, "at": 0, "probe": "p", "request": request}});
        let silent = json!({"silent": {"number": 0, "reason": "no answer"}});
        let answered = json!({"answered": {"number": 1, "answer": {"status": 200, "headers": [], "body": "empty", "millis": 1}}});
        let pasts = earlier_answer(&[sent(0), silent.clone(), sent(1)]);
        assert!(!pasts.has_more("p") && pasts.knows("p"));
        let pasts = earlier_answer(&[sent(0), silent, sent(1), answered]);
        assert!(pasts.has_more("p"));
        assert!(matches!(pasts.next("p").map(|past| past.fate), Some(RequestFate::Silent(_))) && pasts.has_more("p"));
        assert!(matches!(pasts.next("p").map(|past| past.fate), Some(RequestFate::Answered(_))) && !pasts.has_more("p"));
    }
}
