//! Shows on the terminal what a command tells while it works.

use std::io::IsTerminal;
use std::path::Path;

use super::progress::{Progress, interruption};
use crate::model::contract::RateLimit;
use crate::model::plan::Plan;
use crate::model::report::Report;
use crate::report::{FORMATS, MatrixDetail, matrix, matrix_in};
use crate::session::observer::{Interruption, Observer, SendingObserver, TrialObserver};

/// Columns where the width of the terminal is not known.
const WIDTH: usize = 80;

/// The terminal, or what stands in its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// How much of the matrix is printed; `None` for as much as can be read.
    pub detail: Option<MatrixDetail>,
}

impl Observer for Terminal {
    fn result(&self, text: &str) {
        anstream::print!("{text}");
    }

    fn note(&self, line: &str) {
        anstream::eprintln!("{line}");
    }

    fn sending(&self, planned: &Plan, windows: &[RateLimit]) -> Box<dyn SendingObserver> {
        Box::new(Progress::start(planned, windows))
    }

    fn interruption(&self, journalled: bool) -> Interruption {
        Box::new(interruption(journalled))
    }

    fn trials(&self, count: usize) -> Box<dyn TrialObserver> {
        let bar = indicatif::ProgressBar::new(count as u64);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} mocks  {elapsed}") {
            bar.set_style(style);
        }
        Box::new(SelfTestProgress(bar))
    }

    fn reported(&self, report: &Report, folder: &Path) {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let shown = self.detail.map_or_else(|| matrix(report, WIDTH, colour), |detail| matrix_in(report, detail, WIDTH, colour));
        anstream::print!("{shown}");
        let names: Vec<&str> = FORMATS.iter().filter_map(|format| format.file_name).collect();
        anstream::println!("Reports: {} in {}", names.join(", "), folder.display());
    }
}

/// The bar of a self-test.
struct SelfTestProgress(indicatif::ProgressBar);

impl TrialObserver for SelfTestProgress {
    fn ended(&self) {
        self.0.inc(1);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
