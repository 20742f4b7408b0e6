//! Slows down to one request at a time when a server cannot handle several, and sends again what failed.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::model::contract::Status;
use crate::model::exchange::Answer;
use crate::model::plan::Probe;

/// How long a server is left alone that is overloaded and does not say how long it wants to be.
pub const PAUSE: Duration = Duration::from_millis(500);

/// How often a request is sent again because the server asks for it (RFC 9110, section 15.6.4).
const MOST_TIMES: usize = 2;

/// Whether several requests may be under way at once.
#[derive(Debug, Default)]
pub struct Concurrency {
    alone: AtomicBool,
    turn: Mutex<()>,
    under_way: AtomicUsize,
    /// Requests that have begun in all.
    begun: AtomicU64,
}

/// A request that is under way.
#[derive(Debug)]
pub struct RequestUnderWay {
    /// Whether others were under way when it began.
    beside: bool,
    /// How many had begun by then, it included.
    begun: u64,
}

impl Concurrency {
    /// How many requests may be under way of so many that are wanted.
    pub fn jobs(&self, wanted: usize) -> usize {
        if self.alone.load(Ordering::Relaxed) { 1 } else { wanted }
    }

    /// Waits until nothing else is under way, where one request at a time is all that the server can do.
    pub async fn wait_for_turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.alone.load(Ordering::Relaxed) { Some(self.turn.lock().await) } else { None }
    }

    /// A request begins.
    pub fn begin(&self) -> RequestUnderWay {
        let beside = self.under_way.fetch_add(1, Ordering::SeqCst) > 0;
        RequestUnderWay { beside, begun: self.begun.fetch_add(1, Ordering::SeqCst) + 1 }
    }

    /// A request ends; whether another one was under way at any moment of it, also one that began later and ended earlier.
    pub fn end(&self, request: &RequestUnderWay) -> bool {
        let others = self.under_way.fetch_sub(1, Ordering::SeqCst) > 1;
        others || request.beside || self.begun.load(Ordering::SeqCst) != request.begun
    }

    /// Whether a request is sent again that was answered so, sent beside others (this time or before) or alone, and for the which
    /// time. A server that was only asked one at a time and says no word of when to come back means what it says.
    pub fn again(&self, probe: &Probe, answer: &Answer, beside: bool, time: usize) -> bool {
        if answer.status != Status(503) || probe.allows(answer.status) || time > MOST_TIMES {
            return false;
        }
        if beside {
            self.alone.store(true, Ordering::Relaxed);
        }
        beside || answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_beside_another_that_began_later_and_ended_earlier() {
        let pace = Concurrency::default();
        let alone = pace.begin();
        assert!(!pace.end(&alone), "nothing else was under way");
        let (long, short) = (pace.begin(), pace.begin());
        assert!(pace.end(&short), "the long one was under way all the time");
        assert!(pace.end(&long), "the short one was under way for a while");
        let alone = pace.begin();
        assert!(!pace.end(&alone), "both have ended before");
    }
}
