//! Repeats a deletion whose answer was lost, on a new resource if the first one is gone already.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::expressions::captured;
use crate::execute::admission::Ended;
use crate::execute::send::Sender;
use crate::model::contract::Status;
use crate::model::exchange::{Ending, Outcome};
use crate::model::journal::Entry;
use crate::model::plan::{Probe, Repeat, SlotId};
use crate::model::reason::NoAnswer;
use crate::plan::{Remake, made_for_one_probe, remakes, renamed};

/// How often a thing is made again for one probe.
const MOST_TIMES: usize = 5;

/// Header fields with which a write says which state it expects (RFC 9110, section 13.1).
const PRECONDITIONS: &[&str] = &["if-match", "if-none-match", "if-unmodified-since"];

impl Sender<'_, '_> {
    /// Ends a probe whose request may have been sent by a run that was cut off. Where it takes something away, it is not known
    /// whether an earlier request did, and the answer now is that there is no such thing, the thing is made again and the
    /// probe sent again.
    pub(in crate::execute) async fn made_sure<'p>(&self, probe: &'p Probe, mut outcome: Outcome, mut slots: BTreeMap<SlotId, Value>) -> Ended<'p> {
        let mut before: Vec<(Remake, Outcome)> = Vec::new();
        if was_answered_as_allowed(probe, &outcome) {
            let other = self.revival.filter(|revival| probe.makes(revival.plan));
            let other = other.map(|revival| renamed(revival.contract, revival.schemas, probe, &format!("{}-turn", revival.mark)));
            self.send_again(other.as_ref().unwrap_or(probe), &slots, &mut outcome).await;
        }
        for time in 1..=MOST_TIMES {
            let remakes = self.remakes(probe, &outcome, time);
            if remakes.is_empty() {
                break;
            }
            for remake in remakes {
                let Some(made) = self.recreate(&remake, &mut slots).await else { break };
                before.push((remake, made));
            }
            self.send_again(probe, &slots, &mut outcome).await;
        }
        // Another resource is in another state than the one that a conditional request expects.
        if may_be_refused_because_of_earlier(probe, &outcome) && !is_conditional(probe) {
            before.extend(self.act_elsewhere(probe, &mut outcome, &mut slots).await);
        }
        let held =
            self.queue.may_be_referred_to(&probe.consumes) && probe.fault.is_none() && outcome.answer().is_some_and(|answer| refuses(answer.status));
        if held {
            outcome.ending = Ending::Silent(NoAnswer::MayBeReferredTo.into());
        } else if may_be_refused_because_of_earlier(probe, &outcome) {
            outcome.ending = Ending::Silent(NoAnswer::Unsure.into());
        }
        Ended { probe, outcome, before }
    }

    /// Sends a probe again; what came of it before stands before what comes now.
    async fn send_again(&self, probe: &Probe, slots: &BTreeMap<SlotId, Value>, outcome: &mut Outcome) {
        let first = std::mem::replace(outcome, self.probe(probe, slots, None).await);
        outcome.exchanges.splice(0..0, first.exchanges);
    }

    /// Sends a probe that is refused, perhaps because it was accepted before, for a thing that is made for it alone.
    async fn act_elsewhere(&self, probe: &Probe, outcome: &mut Outcome, slots: &mut BTreeMap<SlotId, Value>) -> Option<(Remake, Outcome)> {
        let revival = self.revival?;
        let (remake, other) = made_for_one_probe(revival.contract, revival.schemas, revival.plan, revival.mark, probe)?;
        let made = self.recreate(&remake, slots).await?;
        // Without an id of its own the request would name what the contract's example names.
        if other.request.fillings.iter().all(|binding| slots.contains_key(&binding.slot)) {
            self.send_again(&other, slots, outcome).await;
        }
        // What it did to the thing that was meant is not told.
        Some((remake, made))
    }

    /// Makes a thing again, and takes its id; `None` where something that it names is not known.
    async fn recreate(&self, remake: &Remake, slots: &mut BTreeMap<SlotId, Value>) -> Option<Outcome> {
        if !remake.probe.needs.iter().all(|slot| slots.contains_key(slot)) {
            return None;
        }
        if let Some(journal) = self.journal {
            journal.write(&Entry::Added(Box::new(remake.probe.clone())), true).ok()?;
        }
        let made = self.probe(&remake.probe, slots, None).await;
        for capture in &remake.probe.captures {
            if let Some(value) = made.answer().and_then(|answer| captured(capture, answer, &remake.probe, slots)) {
                slots.insert(capture.slot.clone(), value);
            }
        }
        Some(made)
    }

    /// What has to be made again for a probe.
    fn remakes(&self, probe: &Probe, outcome: &Outcome, time: usize) -> Vec<Remake> {
        let Some(revival) = self.revival.filter(|_| probe.fault.is_none()) else { return Vec::new() };
        let Some(status) = outcome.answer().filter(|_| outcome.ending == Ending::Answered).map(|answer| answer.status) else { return Vec::new() };
        let gone = matches!(status.0, 404 | 410) && was_lost(outcome);
        // Something that cannot be found may refer to the old one.
        let held = time == 1 && refuses(status) && self.queue.may_be_referred_to(&probe.consumes);
        if !gone && !held {
            return Vec::new();
        }
        remakes(revival.contract, revival.schemas, revival.plan, revival.mark, probe, time)
    }
}

/// Whether a status tells that a thing cannot be removed as it is.
fn refuses(status: Status) -> bool {
    matches!(status.0, 400 | 409 | 422)
}

/// Whether it is not known what the request before the last one did.
fn was_lost(outcome: &Outcome) -> bool {
    outcome.exchanges.split_last().and_then(|(_, earlier)| earlier.last()).is_some_and(|exchange| exchange.answer.is_none())
}

/// Whether a request that can be sent again was answered in another way than it aims at, which the contract allows as well,
/// after one whose answer is not known: a server that takes turns is asked once more.
fn was_answered_as_allowed(probe: &Probe, outcome: &Outcome) -> bool {
    let other = outcome.answer().is_some_and(|answer| answer.status != probe.status && probe.allows(answer.status));
    was_lost(outcome) && other && probe.repeat == Repeat::Once
}

/// Whether a request says which state it expects.
fn is_conditional(probe: &Probe) -> bool {
    probe.request.headers.iter().any(|(name, _)| PRECONDITIONS.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

/// Whether a valid request was refused after one whose answer is not known, and may be refused because that one was accepted.
///
/// Idempotence alone does not decide it: it is about what a request does, not about how it is answered. A second DELETE has the
/// effect of the first (RFC 9110, section 9.2.2) and may be refused because nothing is left to remove. A second PATCH need not
/// even have the same effect (RFC 5789, section 2). PUT sends the whole state, so the second is answered like the first, unless
/// it says which state it expects (RFC 9110, section 13.1).
fn may_be_refused_because_of_earlier(probe: &Probe, outcome: &Outcome) -> bool {
    let answered_alike = probe.request.method.is_safe() || (probe.request.method.is_put() && !is_conditional(probe));
    let refused = outcome.answer().is_some_and(|answer| answer.status.0 / 100 == 4 && !matches!(answer.status.0, 401 | 403 | 429));
    was_lost(outcome) && refused && !answered_alike && probe.fault.is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::may_be_refused_because_of_earlier;
    use crate::model::exchange::{Ending, Outcome};
    use crate::model::small_probe::probe;

    /// Whether it is in doubt what a request did that got no answer, and a refusal when it was sent again.
    fn doubted(method: &str, header: Option<&str>, status: u16) -> bool {
        let headers: Vec<(&str, &str)> = header.map(|name| (name, "\"1\"")).into_iter().collect();
        let request = json!({"method": method, "path": "/things/{id}", "path_values": {"id": "1"}, "headers": headers});
        let probe = probe(&json!({"operation": "things.write", "stage": "change", "request": request}));
        let request = json!({"method": method, "url": "http://a/things/1", "headers": [], "body": null});
        let answer = json!({"status": status, "headers": [], "body": "empty", "millis": 1});
        let exchanges = from_value(json!([{"request": request, "answer": null}, {"request": request, "answer": answer}])).unwrap();
        may_be_refused_because_of_earlier(&probe, &Outcome { probe: probe.id.clone(), exchanges, ending: Ending::Answered })
    }

    #[test]
    fn a_refusal_may_be_due_to_the_request_before() {
        // RFC 5789, section 2, and RFC 9110, section 9.2.2: what is not idempotent, or is answered in another way the second time.
        for method in ["POST", "PATCH", "DELETE"] {
            assert!(doubted(method, None, 409) && doubted(method, None, 404) && !doubted(method, None, 200), "{method}");
            assert!(!doubted(method, None, 401) && !doubted(method, None, 403) && !doubted(method, None, 429), "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS", "PUT"] {
            assert!(!doubted(method, None, 409), "{method}");
        }
        // RFC 9110, section 13.1: the state that it expects is the one before the first.
        assert!(doubted("PUT", Some("If-Match"), 412) && doubted("PUT", Some("if-none-match"), 412) && !doubted("GET", Some("if-match"), 412));
    }
}
