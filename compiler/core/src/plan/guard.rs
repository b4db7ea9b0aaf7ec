//! Guards: how many bad events an alert waits for.

use rust_decimal::Decimal;

use super::terms::Terms;
use crate::model::Slo;

/// Below so many events an hour, a burn alert waits for [`FEW_BAD_EVENTS`]: at 10 an hour that removed every false page
/// of 30 days and still found outages in 16 minutes (docs/design/arithmetic.md#low-traffic).
const LOW_TRAFFIC_PER_HOUR: u32 = 300;
/// See [`LOW_TRAFFIC_PER_HOUR`].
const FEW_BAD_EVENTS: u32 = 3;

/// The least number of bad events that may fire an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guard {
    /// As people say it.
    pub events: u32,
    /// What the recorded count must reach: half an event less, since a rate does not count in whole events; for time
    /// slices in seconds.
    pub count: Decimal,
}

impl Guard {
    /// The guard of an objective's burn-rate alerts; `None` for none.
    pub(super) fn of(slo: &Slo, terms: &Terms) -> Option<Self> {
        // Slices come at a fixed pace, so only a declared guard applies to them.
        let few = !terms.unit.is_paced
            && slo.traffic.is_some_and(|traffic| traffic.value.per_hour() < Decimal::from(LOW_TRAFFIC_PER_HOUR));
        let events = slo.alerting.min_bad_events.unwrap_or(if few { FEW_BAD_EVENTS } else { 0 });
        let unit = if terms.unit.is_paced { terms.timing.step.exact_seconds() } else { Decimal::ONE };
        (events > 0).then(|| Self { events, count: (Decimal::from(events) - Decimal::new(5, 1)) * unit })
    }
}
