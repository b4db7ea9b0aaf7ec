//! How much later an alert sees windows that another rule group records.

use super::timing::Timing;
use crate::oracle::closed_form::Estimate;

/// How many half intervals later an alert sees its windows, on average and at most twice that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lag {
    /// The long window.
    pub(super) long: u32,
    /// The short window.
    pub(super) short: u32,
}

impl Lag {
    /// A time that is seen so many half intervals later.
    pub(super) fn late(halves: u32, timing: &Timing, estimate: Estimate) -> Estimate {
        let late = f64::from(halves) * timing.evaluation.seconds() / 2.0;
        Estimate { seconds: estimate.seconds + late, tolerance: estimate.tolerance + late }
    }
}
