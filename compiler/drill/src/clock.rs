//! The clock of a drill, behind a trait so that tests do not wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use emberline_walk::source::{Answer, Trouble};

/// Tells the time, and waits.
pub trait Clock {
    /// Now, in unix seconds.
    fn now(&self) -> f64;
    /// Waits `seconds`.
    ///
    /// # Errors
    /// When the drill is interrupted.
    fn sleep(&self, seconds: f64) -> Answer<()>;
}

/// The system clock. A wait ends early once `ended` is set.
#[derive(Debug, Clone, Copy)]
pub struct Wall<'w> {
    /// Set on an interrupt.
    pub ended: &'w AtomicBool,
}

impl Clock for Wall<'_> {
    fn now(&self) -> f64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
    }

    fn sleep(&self, seconds: f64) -> Answer<()> {
        let until = Instant::now() + Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::ZERO);
        loop {
            if self.ended.load(Ordering::Relaxed) {
                return Err(interrupted());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}

/// The error of an interrupted drill.
#[must_use]
pub fn interrupted() -> Trouble {
    Trouble("the drill was interrupted".to_owned())
}
