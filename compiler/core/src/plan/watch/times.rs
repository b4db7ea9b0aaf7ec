//! Lengths of time that these alerts look at.

use crate::plan::timing::Scale;
use crate::quantity::Duration;

/// Lengths of time, real.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Between two samples.
    pub(super) scrape: Duration,
    /// Between two evaluations.
    pub(super) evaluation: Duration,
    /// Over which counters are looked at: four samples at least.
    pub(super) window: Duration,
    /// The same for alerts on their way to Alertmanager: a ruler sends each again once a minute.
    pub(super) resends: Duration,
    /// The same for notifications, which Alertmanager tries again for minutes before it gives up.
    pub(super) long: Duration,
    pub(super) scale: Scale,
}
