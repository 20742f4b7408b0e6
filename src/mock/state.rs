//! The state of the mock that changes while it runs.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::store::ResourceStore;
use crate::model::contract::{RateLimit, Status};

/// Everything that changes.
#[derive(Debug, Default)]
pub(crate) struct MockState {
    pub store: ResourceStore,
    /// Requests with more than one thing wrong, in words.
    pub crowded: Vec<String>,
    /// How often each condition was answered, where the contract demands several statuses for it.
    turns: HashMap<String, usize>,
    /// When each window began, and the requests in it.
    seen: Vec<(Instant, u32)>,
}

/// The state while one request has it for itself.
pub(crate) struct LockedState<'a> {
    all: &'a Mutex<MockState>,
    own: MutexGuard<'a, MockState>,
}

impl<'a> LockedState<'a> {
    /// Waits until no other request has it.
    pub(crate) fn of(all: &'a Mutex<MockState>) -> Self {
        Self { all, own: all.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Lets other requests have it.
    pub(crate) fn release(self) -> &'a Mutex<MockState> {
        self.all
    }
}

impl Deref for LockedState<'_> {
    type Target = MockState;

    fn deref(&self) -> &MockState {
        &self.own
    }
}

impl DerefMut for LockedState<'_> {
    fn deref_mut(&mut self) -> &mut MockState {
        &mut self.own
    }
}

impl MockState {
    /// Of several statuses for one condition, the one whose turn it is.
    pub(crate) fn next_status(&mut self, condition: String, statuses: &[Status]) -> Option<Status> {
        let count = self.turns.entry(condition).or_default();
        let status = statuses.get(*count % statuses.len().max(1)).copied();
        *count += 1;
        status
    }

    /// Counts a request, unless it is one more than a window allows; then the seconds until that window ends. A window
    /// begins with the first request after the one before has ended; what is refused does not count.
    pub(crate) fn admit(&mut self, windows: &[RateLimit], now: Instant) -> Result<(), u64> {
        self.seen.resize_with(windows.len(), || (now, 0));
        let mut wait: Option<u64> = None;
        for (window, (start, count)) in windows.iter().zip(&mut self.seen) {
            let length = Duration::from_secs(u64::from(window.seconds));
            if now.duration_since(*start) >= length {
                (*start, *count) = (now, 0);
            }
            if *count >= window.requests {
                let free = (*start + length).duration_since(now);
                wait = wait.max(Some(free.as_secs() + u64::from(free.subsec_nanos() > 0)));
            }
        }
        if let Some(seconds) = wait {
            return Err(seconds.max(1));
        }
        for (_, count) in &mut self.seen {
            *count += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_says_when_it_frees() {
        let mut state = MockState::default();
        let windows = [RateLimit { requests: 2, seconds: 10 }];
        let start = Instant::now();
        assert_eq!(state.admit(&windows, start), Ok(()));
        assert_eq!(state.admit(&windows, start + Duration::from_secs(4)), Ok(()));
        assert_eq!(state.admit(&windows, start + Duration::from_millis(9500)), Err(1));
        assert_eq!(state.admit(&windows, start + Duration::from_secs(10)), Ok(()));
        assert_eq!(state.admit(&windows, start + Duration::from_secs(12)), Ok(()));
        assert_eq!(state.admit(&windows, start + Duration::from_secs(13)), Err(7));
    }
}
