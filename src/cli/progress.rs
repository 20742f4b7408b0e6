//! Shows the progress of a run, and ends it on Ctrl-C.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::exit;
use crate::execute::{RunEvent, end_commands};
use crate::model::contract::RateLimit;
use crate::model::plan::Plan;
use crate::model::text::{duration_in_words, one_line};
use crate::plan::wait_of;
use crate::session::observer::SendingObserver;

/// How often a line is written where there is no terminal.
const PERIOD: Duration = Duration::from_mins(1);

/// A bar on a terminal; elsewhere a line a minute.
pub struct Progress {
    bar: indicatif::ProgressBar,
    terminal: bool,
    total: u64,
    windows: Vec<RateLimit>,
    inner: Mutex<Inner>,
}

struct Inner {
    ended: u64,
    sent: u64,
    last: Instant,
}

impl Progress {
    /// Begins.
    pub fn start(planned: &Plan, windows: &[RateLimit]) -> Self {
        let total = planned.probes.len() as u64;
        let bar = indicatif::ProgressBar::new(total);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} probes  {elapsed}  {msg}") {
            bar.set_style(style);
        }
        let inner = Mutex::new(Inner { ended: 0, sent: 0, last: Instant::now() });
        Self { bar, terminal: std::io::stderr().is_terminal(), total, windows: windows.to_vec(), inner }
    }

    fn waiting_text(&self, inner: &Inner, wait: Duration) -> String {
        let rest = self.total.saturating_sub(inner.ended);
        let more = wait_of(rest, &self.windows);
        let until = wait.as_secs().max(1).max(more);
        format!("waiting {} for the rate limit, about {} left", duration_in_words(wait.as_secs().max(1)), duration_in_words(until))
    }
}

impl SendingObserver for Progress {
    fn on_event(&self, event: RunEvent<'_>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = None;
        match event {
            RunEvent::Ended => {
                inner.ended += 1;
                self.bar.inc(1);
                self.bar.set_message("");
            }
            RunEvent::Sent => inner.sent += 1,
            RunEvent::Told(words) => self.bar.suspend(|| anstream::eprintln!("note: {}", one_line(words))),
            RunEvent::Waiting(left) => {
                wait = Some(left);
                self.bar.set_message(self.waiting_text(&inner, left));
            }
        }
        // A long wait is told at once, and then again and again; a short one is not worth a line.
        let due = inner.last.elapsed() >= PERIOD || wait.is_some_and(|wait| wait >= PERIOD && inner.last.elapsed() >= PERIOD / 2);
        if !self.terminal && due {
            inner.last = Instant::now();
            let words = wait.map(|wait| self.waiting_text(&inner, wait)).unwrap_or_default();
            anstream::eprintln!("{} of {} probes, {} requests  {words}", inner.ended, self.total, inner.sent);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Becomes true when the run is asked to end (Ctrl-C, or a polite kill); what it made is still removed. Asked a second time, it
/// ends at once.
pub fn interruption(journalled: bool) -> impl Fn() -> bool + Send + Sync {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    tokio::spawn(async move {
        while asked_to_end().await {
            if raised.swap(true, Ordering::Relaxed) {
                let then = if journalled { "; `probity clean` removes what is left" } else { "" };
                anstream::eprintln!("Ended at once{then}.");
                end_commands();
                std::process::exit(i32::from(exit::INCONCLUSIVE));
            }
            anstream::eprintln!("Ending: what was made is removed first. Ask again to end at once.");
        }
    });
    move || flag.load(Ordering::Relaxed)
}

#[cfg(unix)]
async fn asked_to_end() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminated), Ok(mut hung_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.is_ok(),
        terminated = terminated.recv() => terminated.is_some(),
        // The terminal was closed, or a connection to it was lost.
        hung_up = hung_up.recv() => hung_up.is_some(),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
