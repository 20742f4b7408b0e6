//! Keeps a run within the rate limits of a target, on our side of the wire.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::domain::contract::RateLimit;

/// Lets requests through so that no window ever holds more than it may.
#[derive(Debug)]
pub struct Limiter {
    windows: Vec<RateLimit>,
    sent: Mutex<VecDeque<Instant>>,
}

impl Limiter {
    /// A limiter for these windows; none lets everything through.
    pub fn new(windows: Vec<RateLimit>) -> Self {
        Self { windows, sent: Mutex::default() }
    }

    /// How long the next request has to wait.
    async fn wait(&self) -> Option<Duration> {
        let longest = self.windows.iter().map(|window| u64::from(window.seconds)).max()?;
        let mut sent = self.sent.lock().await;
        let now = Instant::now();
        while sent.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(longest)) {
            sent.pop_front();
        }
        let waits = self.windows.iter().filter_map(|window| {
            let length = Duration::from_secs(u64::from(window.seconds));
            let oldest = sent.len().checked_sub(window.requests as usize).and_then(|index| sent.get(index))?;
            length.checked_sub(now.duration_since(*oldest))
        });
        let wait = waits.max().filter(|wait| !wait.is_zero());
        if wait.is_none() {
            sent.push_back(now);
        }
        wait
    }

    /// Waits until one more request fits every window, and counts it. `waiting` is told before each wait.
    pub async fn pass(&self, waiting: impl Fn(Duration)) {
        while let Some(wait) = self.wait().await {
            waiting(wait);
            tokio::time::sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_window_ever_holds_more_than_it_may() {
        let limiter = Limiter::new(vec![RateLimit { requests: 3, seconds: 10 }, RateLimit { requests: 5, seconds: 60 }]);
        let start = Instant::now();
        let mut passed = Vec::new();
        for _ in 0..6 {
            limiter.pass(|_| {}).await;
            passed.push(start.elapsed().as_secs());
        }
        assert_eq!(passed, [0, 0, 0, 10, 10, 60]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_windows_nothing_waits() {
        let limiter = Limiter::new(Vec::new());
        let start = Instant::now();
        for _ in 0..1000 {
            limiter.pass(|_| {}).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
