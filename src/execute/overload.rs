//! Slows down to one request at a time when a server cannot handle several, and sends again what failed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
pub struct Pace {
    alone: AtomicBool,
    turn: Mutex<()>,
    under_way: AtomicUsize,
}

impl Pace {
    /// How many requests may be under way of so many that are wanted.
    pub fn jobs(&self, wanted: usize) -> usize {
        if self.alone.load(Ordering::Relaxed) { 1 } else { wanted }
    }

    /// Waits until nothing else is under way, where one request at a time is all that the server can do.
    pub async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.alone.load(Ordering::Relaxed) { Some(self.turn.lock().await) } else { None }
    }

    /// A request begins; whether others are under way.
    pub fn begin(&self) -> bool {
        self.under_way.fetch_add(1, Ordering::Relaxed) > 0
    }

    /// A request ends; whether others are under way.
    pub fn end(&self) -> bool {
        self.under_way.fetch_sub(1, Ordering::Relaxed) > 1
    }

    /// Whether a request is sent again that was answered so, sent beside others or alone, and for the which time. A server that
    /// is asked one at a time and says no word of when to come back means what it says.
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
