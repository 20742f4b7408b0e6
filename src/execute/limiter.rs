//! Keeps a run within the rate limits of a target; what the server says goes before what is configured.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::model::contract::RateLimit;

/// The longest sleep at a stretch: how soon a run that waits notices that it is to end.
const NAP: Duration = Duration::from_millis(200);

/// What is added to a window, as requests do not all take the same time to arrive: a hundredth of it, within these bounds.
const SPARE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Lets requests through so that no window ever holds more than it may.
#[derive(Debug)]
pub struct Limiter {
    windows: Vec<RateLimit>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    sent: VecDeque<Instant>,
    /// The server does not want to be asked before this moment.
    held: Option<Instant>,
}

/// How long a window is taken to be.
fn length(window: RateLimit) -> Duration {
    let plain = Duration::from_secs(u64::from(window.seconds));
    plain + (plain / 100).clamp(SPARE.0, SPARE.1)
}

impl Limiter {
    /// A limiter for these windows; none lets everything through.
    pub fn new(windows: Vec<RateLimit>) -> Self {
        Self { windows, inner: Mutex::default() }
    }

    /// The same, where requests were sent before, each so long ago.
    pub fn with_ages(windows: Vec<RateLimit>, mut ages: Vec<Duration>) -> Self {
        ages.sort_unstable_by(|one, other| other.cmp(one));
        let now = Instant::now();
        let sent = ages.into_iter().filter_map(|age| now.checked_sub(age)).collect();
        Self { windows, inner: Mutex::new(Inner { sent, held: None }) }
    }

    /// How long the next request has to wait; when it has not, it is counted.
    async fn time_to_next(&self) -> Option<Duration> {
        let mut inner = self.inner.lock().await;
        let now = Instant::now();
        inner.drop_old(&self.windows, now);
        let waits = self.windows.iter().filter_map(|window| inner.until_room(*window, now));
        let held = inner.held.and_then(|until| until.checked_duration_since(now));
        let wait = waits.chain(held).max().filter(|wait| !wait.is_zero());
        if wait.is_none() && !self.windows.is_empty() {
            inner.sent.push_back(now);
        }
        wait
    }

    /// Waits until one more request fits every window, and counts it; `false` when it is not wanted any more. `waiting` is
    /// told how long it takes before each wait.
    pub async fn wait_and_count(&self, waiting: impl Fn(Duration), unwanted: impl Fn() -> bool) -> bool {
        while let Some(wait) = self.time_to_next().await {
            waiting(wait);
            let until = Instant::now() + wait;
            while let Some(rest) = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
                if unwanted() {
                    return false;
                }
                tokio::time::sleep(rest.min(NAP)).await;
            }
        }
        true
    }

    /// Counts a request that was not asked whether it fits.
    pub async fn count(&self) {
        self.inner.lock().await.sent.push_back(Instant::now());
    }

    /// The last request has been answered: only now is it certain that it has arrived, and counts on the other side.
    pub async fn record_answered(&self) {
        if let Some(last) = self.inner.lock().await.sent.back_mut() {
            *last = Instant::now();
        }
    }

    /// Lets nothing through for a while: the server said so.
    pub async fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut inner = self.inner.lock().await;
        inner.held = inner.held.max(Some(until));
    }

    /// Whether one more request would be one more than a window allows.
    pub async fn is_full(&self) -> bool {
        let inner = self.inner.lock().await;
        let now = Instant::now();
        let exact = |window: &RateLimit| Duration::from_secs(u64::from(window.seconds));
        self.windows.iter().any(|window| {
            let recent = inner.sent.iter().filter(|sent| now.duration_since(**sent) < exact(window)).count();
            recent >= window.requests as usize
        })
    }
}

impl Inner {
    fn drop_old(&mut self, windows: &[RateLimit], now: Instant) {
        let longest = windows.iter().map(|window| length(*window)).max().unwrap_or_default();
        while self.sent.front().is_some_and(|first| now.duration_since(*first) >= longest) {
            self.sent.pop_front();
        }
    }

    fn until_room(&self, window: RateLimit, now: Instant) -> Option<Duration> {
        let oldest = self.sent.len().checked_sub(window.requests as usize).and_then(|index| self.sent.get(index))?;
        length(window).checked_sub(now.duration_since(*oldest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows() -> Vec<RateLimit> {
        vec![RateLimit { requests: 3, seconds: 10 }, RateLimit { requests: 5, seconds: 60 }]
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_ever_holds_more_than_it_may() {
        let limiter = Limiter::new(windows());
        let start = Instant::now();
        let mut passed = Vec::new();
        for _ in 0..6 {
            assert!(limiter.wait_and_count(|_| {}, || false).await);
            passed.push(start.elapsed().as_secs());
        }
        assert_eq!(passed, [0, 0, 0, 10, 10, 60]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_earlier_run_sent_counts() {
        let start = Instant::now();
        tokio::time::advance(Duration::from_secs(100)).await;
        let limiter = Limiter::with_ages(windows(), vec![Duration::from_secs(4), Duration::from_secs(9), Duration::from_secs(2)]);
        assert!(limiter.is_full().await);
        assert!(limiter.wait_and_count(|_| {}, || false).await);
        assert_eq!(start.elapsed().as_secs(), 101);
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_has_the_last_word() {
        let limiter = Limiter::new(Vec::new());
        let start = Instant::now();
        limiter.pause(Duration::from_secs(33)).await;
        limiter.pause(Duration::from_secs(3)).await;
        assert!(limiter.wait_and_count(|_| {}, || false).await);
        assert_eq!(start.elapsed().as_secs(), 33);
        limiter.pause(Duration::from_secs(33)).await;
        assert!(!limiter.wait_and_count(|_| {}, || true).await, "who waits can be called off");
    }

    #[tokio::test(start_paused = true)]
    async fn without_windows_nothing_waits() {
        let limiter = Limiter::new(Vec::new());
        let start = Instant::now();
        for _ in 0..1000 {
            limiter.wait_and_count(|_| {}, || false).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
