//! A bar for work that takes long enough to be wondered about.

use std::sync::Once;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter work shows no bar: a flicker tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(300);

/// Counts finished pieces of work; shown on standard error if that is a terminal (indicatif sees to it).
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: Once,
    quiet: bool,
}

impl Progress {
    /// A count towards `pieces` of what is done, such as "compiling"; never shown when `quiet`.
    pub(crate) fn new(done: &str, pieces: usize, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(pieces as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(&format!("{done} {{wide_bar}} {{pos}}/{{len}}")) {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), shown: Once::new(), quiet }
    }

    /// One piece is done.
    pub(crate) fn tick(&self) {
        if !self.quiet && self.start.elapsed() > PATIENCE {
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
