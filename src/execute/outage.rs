//! Notices that a server has become unreachable in the middle of a run.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::model::reason::NotSent;

/// After so many requests in a row without the beginning of an answer nothing more is sent: each of them waits as long as
/// it may, and a run has many.
const ENOUGH: u32 = 10;

/// How many of the last requests in a row got no answer.
#[derive(Debug, Default)]
pub struct UnansweredRequests(AtomicU32);

impl UnansweredRequests {
    /// Learns whether a request was met with silence.
    pub fn record_silence(&self, silent: bool) {
        if silent {
            self.0.fetch_add(1, Ordering::Relaxed);
        } else {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    /// Why nothing more is sent; `None` while the server answers.
    pub fn reason(&self) -> Option<NotSent> {
        let enough = self.0.load(Ordering::Relaxed) >= ENOUGH;
        enough.then_some(NotSent::Outage(ENOUGH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_is_enough_to_go_on() {
        let quiet = UnansweredRequests::default();
        for _ in 1..ENOUGH {
            quiet.record_silence(true);
        }
        quiet.record_silence(false);
        quiet.record_silence(true);
        assert!(quiet.reason().is_none());
        for _ in 1..ENOUGH {
            quiet.record_silence(true);
        }
        assert!(quiet.reason().is_some());
    }
}
