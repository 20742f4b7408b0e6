//! What a run writes down while it goes on, so that a later run can continue it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::exchange::{Answer, SentRequest};
use super::keep::Keep;
use super::plan::{Plan, Probe, ProbeId};

/// One line of a journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// A run begins; the first line.
    Started(Box<Start>),
    /// A request that the plan does not have is about to be sent: something is made again, or taken away.
    Added(Box<Probe>),
    /// A request is about to be sent.
    Sent {
        /// Counts the requests of a journal from zero.
        number: u64,
        /// When, in milliseconds since 1970 (UTC).
        at: i64,
        /// What it is sent for.
        probe: ProbeId,
        /// As it is sent, without credentials.
        request: SentRequest,
    },
    /// It was answered.
    Answered {
        /// The request.
        number: u64,
        /// The answer, without credentials.
        answer: Answer,
    },
    /// It was given up.
    Silent {
        /// The request.
        number: u64,
        /// Why.
        reason: String,
    },
    /// A credential is about to be asked for. Neither the request nor its answer is written down.
    LogIn {
        /// When, in milliseconds since 1970 (UTC).
        at: i64,
        /// Where, and for which scheme of which account.
        about: String,
    },
    /// The run was asked to end, and begins to remove what it made: it cannot be continued.
    Interrupted,
    /// The run has come to its end.
    Finished,
    /// Everything that it left behind was looked for and removed; it cannot be continued any more.
    Cleaned,
    /// From here back, only so much of the answers is left.
    Reduced(Keep),
}

/// How a run began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    /// When (RFC 3339, UTC).
    pub started_at: String,
    /// The mark that everything it makes carries; it names the run.
    pub mark: String,
    /// The title of its contract.
    #[serde(default)]
    pub contract: String,
    /// Everything that decides about its plan, by name: contract, suite, seed, arguments.
    pub shape: BTreeMap<String, String>,
    /// The files that contract and suite came from, with their digests.
    #[serde(default)]
    pub files: Sources,
    /// What it is going to send.
    pub plan: Plan,
}

/// Where contract and suite of a run came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// `--contract`, as an absolute path; absent where the suite names it, or both are the bundled ones.
    #[serde(default)]
    pub contract: Option<String>,
    /// `--suite`.
    #[serde(default)]
    pub suite: Option<String>,
    /// Digest of the contract as it was read, all its files together.
    #[serde(default)]
    pub contract_digest: String,
    /// Digest of the suite.
    #[serde(default)]
    pub suite_digest: String,
}

/// What became of a request of the past.
#[derive(Debug, Clone)]
pub enum RequestFate {
    /// It was answered.
    Answered(Answer),
    /// It was given up; why.
    Silent(String),
    /// The run was cut off before anybody knew.
    Lost,
}

impl RequestFate {
    /// The answer, where one came.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::Silent(_) | Self::Lost => None,
        }
    }
}

/// A request of the past.
#[derive(Debug, Clone)]
pub struct EarlierRequest {
    /// Its number in the journal.
    pub number: u64,
    /// As it was sent.
    pub request: SentRequest,
    /// What became of it.
    pub fate: RequestFate,
    /// The line of the journal that says that it is sent.
    pub sent: usize,
    /// The line that speaks of it last: that of its answer, else the same.
    pub line: usize,
}

/// A journal as it can be retold.
#[derive(Debug, Clone)]
pub struct JournalHistory {
    /// How it began.
    pub start: Start,
    /// Requests that the plan does not have.
    pub added: Vec<Probe>,
    /// Everything that was sent for each probe, in order.
    pub past: BTreeMap<ProbeId, Vec<EarlierRequest>>,
    /// When each request was sent, in milliseconds since 1970 (UTC).
    pub times: Vec<i64>,
    /// How many of them only obtained a credential.
    pub log_ins: u64,
    /// Whether the run was asked to end.
    pub interrupted: bool,
    /// Whether the run came to its end.
    pub finished: bool,
    /// Whether what it left behind was removed.
    pub cleaned: bool,
    /// How much of the answers is left.
    pub keep: Keep,
}

impl JournalHistory {
    /// Retells a journal; `None` when it does not even begin.
    pub fn from_entries(entries: impl IntoIterator<Item = Entry>) -> Option<Self> {
        let mut entries = entries.into_iter();
        let Some(Entry::Started(start)) = entries.next() else { return None };
        let mut journal_history = Self {
            start: *start,
            added: Vec::new(),
            past: BTreeMap::new(),
            times: Vec::new(),
            log_ins: 0,
            interrupted: false,
            finished: false,
            cleaned: false,
            keep: Keep::All,
        };
        let mut owners: BTreeMap<u64, ProbeId> = BTreeMap::new();
        for (line, entry) in entries.enumerate() {
            match entry {
                Entry::Started(_) => {}
                Entry::Added(probe) => {
                    if journal_history.added.iter().all(|known| known.id != probe.id) {
                        journal_history.added.push(*probe);
                    }
                }
                Entry::Sent { number, at, probe, request } => {
                    journal_history.times.push(at);
                    owners.insert(number, probe.clone());
                    journal_history.past.entry(probe).or_default().push(EarlierRequest {
                        number,
                        request,
                        fate: RequestFate::Lost,
                        sent: line,
                        line,
                    });
                }
                Entry::Answered { number, answer } => journal_history.set_fate(&owners, number, line, RequestFate::Answered(answer)),
                Entry::Silent { number, reason } => journal_history.set_fate(&owners, number, line, RequestFate::Silent(reason)),
                Entry::LogIn { at, .. } => {
                    journal_history.times.push(at);
                    journal_history.log_ins += 1;
                }
                Entry::Interrupted => journal_history.interrupted = true,
                Entry::Finished => journal_history.finished = true,
                Entry::Cleaned => journal_history.cleaned = true,
                Entry::Reduced(keep) => journal_history.keep = keep.min(journal_history.keep),
            }
        }
        Some(journal_history)
    }

    /// The same as it would be told when each line were another one.
    #[must_use]
    pub fn map_entries(mut self, line: &dyn Fn(Entry) -> Entry) -> Self {
        for probe in &mut self.added {
            if let Entry::Added(other) = line(Entry::Added(Box::new(probe.clone()))) {
                *probe = *other;
            }
        }
        for past in self.past.values_mut().flatten() {
            if let RequestFate::Answered(answer) = &past.fate
                && let Entry::Answered { answer, .. } = line(Entry::Answered { number: past.number, answer: answer.clone() })
            {
                past.fate = RequestFate::Answered(answer);
            }
        }
        self
    }

    fn set_fate(&mut self, owners: &BTreeMap<u64, ProbeId>, number: u64, line: usize, fate: RequestFate) {
        let past = owners.get(&number).and_then(|probe| self.past.get_mut(probe));
        if let Some(one) = past.and_then(|past| past.iter_mut().find(|one| one.number == number)) {
            (one.fate, one.line) = (fate, line);
        }
    }

    /// The number of the next request.
    pub fn next(&self) -> u64 {
        self.past.values().flatten().map(|past| past.number + 1).max().unwrap_or_default()
    }

    /// A probe of the plan, or one that was sent beside it.
    pub fn probe(&self, id: &str) -> Option<&Probe> {
        self.start.plan.probe(id).or_else(|| self.added.iter().find(|added| added.id == id))
    }

    /// The probes of the plan, and those that were sent beside it.
    pub fn probes(&self) -> impl Iterator<Item = &Probe> {
        self.start.plan.probes.iter().chain(&self.added)
    }

    /// Every probe of which something was sent, with all of it, in the order in which they ended.
    pub fn ended_probes(&self) -> Vec<(&Probe, &[EarlierRequest])> {
        let mut ends: Vec<(&Probe, &[EarlierRequest])> = self.past.iter().filter_map(|(id, past)| Some((self.probe(id)?, past.as_slice()))).collect();
        ends.sort_by_key(|(_, past)| past.last().map(|last| last.line));
        ends
    }
}
