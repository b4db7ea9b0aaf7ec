//! What the numbers of an objective's alerts are worked out from.

use rust_decimal::Decimal;

use super::timing::{Scale, Timing};
use crate::indicator::Unit;
use crate::quantity::{Duration, Period};

/// An objective's numbers, without its names: alerts are planned from these.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// The share of events that may be bad.
    pub(super) budget: Decimal,
    /// The objective's window, nominal.
    pub(super) window: Period,
    /// The objective's window, real.
    pub(super) window_real: Period,
    /// Intervals and steps.
    pub(super) timing: Timing,
    /// How lengths are compressed.
    pub(super) scale: Scale,
    /// What is counted.
    pub(super) unit: &'static Unit,
    /// How long burn-rate alerts keep firing, real.
    pub(super) keep_firing_for: Duration,
}
