//! Symptoms of metrics: what changed for good, and when.

use super::meter::{Meter, meter};
use super::seen::Seen;
use crate::read::{Case, Series};
use crate::series::{self, Change};
use crate::sign::{Fact, Sign};

/// A series that changed.
#[derive(Debug)]
pub(crate) struct Moved<'a> {
    pub(crate) series: &'a Series,
    pub(crate) meter: Meter,
    /// Whether the alert watches this series.
    pub(crate) alerts: bool,
    pub(crate) change: Change,
    /// The line of the sample where the change begins.
    pub(crate) line: usize,
}

impl Moved<'_> {
    /// Whether users or callers feel this change.
    pub(crate) fn harms(&self) -> bool {
        // The alert watches what hurts, whatever its name says.
        if self.alerts {
            return true;
        }
        let grows = self.change.grows();
        match self.meter {
            Meter::Errors | Meter::Latency | Meter::Timeouts | Meter::Denied | Meter::Quota | Meter::Schema => grows,
            Meter::Lag | Meter::Decode | Meter::Crash | Meter::Disk | Meter::Certificate | Meter::Names => grows,
            Meter::Queue | Meter::Pool | Meter::OutOfMemory | Meter::Restarts | Meter::Provider | Meter::Wrong => grows,
            Meter::Duplicates | Meter::Locks => grows,
            Meter::Yield => !grows,
            _ => false,
        }
    }
}

/// The series that changed, in the order of services and metrics.
pub(super) fn moved(case: &Case) -> Vec<Moved<'_>> {
    let changed = case.series.iter().filter_map(|series| {
        let change = series::change(series)?;
        let line = series.points.iter().find(|point| point.at == change.at)?.line;
        let alerts = series.service == case.alert.service && series.metric == case.alert.metric;
        Some(Moved { series, meter: meter(&series.metric), alerts, change, line })
    });
    changed.collect()
}

/// When the alert's signal changed, and when the first signal did that is still unusual then.
pub(super) fn onsets(case: &Case, moved: &[Moved<'_>], seen: &mut Seen) {
    let mut gaps: Vec<i64> = case
        .series
        .iter()
        .filter_map(|series| Some((series.points.last()?.at - series.points.first()?.at) / series.points.len() as i64))
        .collect();
    gaps.sort_unstable();
    seen.interval = gaps.get(gaps.len() / 2).copied().unwrap_or(60_000).clamp(1_000, 600_000);
    let fired = case.alert.fired.unwrap_or(i64::MAX);
    let alert = moved.iter().find(|moved| {
        moved.series.service == case.alert.service
            && moved.series.metric == case.alert.metric
            && moved.change.at <= fired
    });
    let harm = alert.map(|moved| moved.change.at);
    let others = moved.iter().filter(|moved| moved.harms() && moved.change.at <= fired).map(|moved| moved.change.at);
    seen.harm = harm.or_else(|| others.min());
    let Some(harm) = seen.harm else { return };
    // A signal that was usual again before the harm tells of something else.
    let lasting =
        moved.iter().filter(|moved| moved.change.at <= harm && moved.change.until.is_none_or(|until| until >= harm));
    let lasting: Vec<&Moved<'_>> = lasting.collect();
    let first = lasting.iter().map(|moved| moved.change.at).min().unwrap_or(harm).min(harm);
    seen.first = Some(first);
    seen.ramp = lasting.iter().any(|moved| moved.change.ramp && moved.change.at - first <= seen.interval * 4);
}

/// The facts that changed series are.
pub(super) fn facts(moved: &[Moved<'_>]) -> Vec<Fact> {
    let mut found = Vec::new();
    for moved in moved {
        let Some((sign, trust)) = sign(moved) else { continue };
        let Change { before, after, peak, ramp, at, .. } = moved.change;
        let factor = if moved.change.grows() { moved.change.factor() } else { 1.0 / moved.change.factor().max(1e-3) };
        // A change by a fifth is weak; one by the factor three or more is as strong as it gets.
        let size = (factor.max(1.0).ln() / 3.0_f64.ln()).clamp(0.15, 1.0);
        let how = if ramp { "climbs" } else { "steps" };
        let how = if moved.change.grows() { how } else { "drops" };
        let to = if ramp { peak } else { after };
        found.push(Fact {
            sign,
            strength: size * trust,
            service: moved.series.service.clone(),
            at: Some(at),
            text: format!(
                "{} of {} {how} from {} to {} at {}",
                moved.series.metric,
                moved.series.service,
                short(before),
                short(to),
                crate::clock::shown(at)
            ),
            place: format!("metrics.csv:{}", moved.line),
        });
    }
    found
}

/// Services that answer later while their processor does not do more: they wait for something.
pub(super) fn waiting(case: &Case, moved: &[Moved<'_>]) -> Vec<Fact> {
    let slow =
        moved.iter().filter(|one| one.meter == Meter::Latency && one.change.grows() && one.change.factor() >= 2.0);
    let mut found: Vec<Fact> = Vec::new();
    for one in slow {
        let service = &one.series.service;
        let busy = moved.iter().any(|other| {
            other.series.service == *service
                && matches!(other.meter, Meter::Cpu | Meter::Throttled)
                && other.change.grows()
        });
        let measured =
            case.series.iter().any(|series| series.service == *service && meter(&series.metric) == Meter::Cpu);
        if measured && !busy && !found.iter().any(|fact| fact.service == *service) {
            found.push(Fact {
                sign: Sign::Waiting,
                strength: 0.9,
                service: service.clone(),
                at: Some(one.change.at),
                text: format!("{} of {service} grows while its processor does not do more", one.series.metric),
                place: format!("metrics.csv:{}", one.line),
            });
        }
    }
    found
}

/// The sign of a change, and how much a name of a metric is trusted to say it.
fn sign(moved: &Moved<'_>) -> Option<(Sign, f64)> {
    let grows = moved.change.grows();
    Some(match (moved.meter, grows) {
        (Meter::Errors, true) | (Meter::Yield, false) => (Sign::ErrorsUp, 1.0),
        (Meter::Latency, true) => (Sign::LatencyUp, 1.0),
        (Meter::Latency, false) => (Sign::LatencyDown, 0.8),
        (Meter::Queries, true) => (Sign::QueriesUp, 0.9),
        (Meter::Rows, true) => (Sign::RowsUp, 0.9),
        (Meter::Cpu, true) => (Sign::CpuHot, 0.8),
        (Meter::Throttled, true) => (Sign::CpuThrottled, 1.0),
        (Meter::Memory, true) => (Sign::MemoryUp, 0.9),
        (Meter::OutOfMemory, true) => (Sign::OutOfMemory, 1.0),
        (Meter::Collector, true) => (Sign::Collector, 0.8),
        (Meter::Restarts, true) => (Sign::Restarts, 0.8),
        (Meter::Pool, true) => (Sign::PoolExhausted, 0.7),
        (Meter::Queue, true) => (Sign::QueueUp, 0.8),
        (Meter::Lag, true) => (Sign::LagUp, 0.9),
        (Meter::Disk, true) => (Sign::DiskFull, 0.9),
        (Meter::Logs, true) => (Sign::LogFlood, 0.9),
        (Meter::CacheHits, false) | (Meter::CacheMisses, true) => (Sign::CacheMiss, 1.0),
        (Meter::Retries, true) => (Sign::Retries, 0.9),
        (Meter::Handles, true) => (Sign::HandlesUp, 0.9),
        (Meter::Threads, true) => (Sign::ThreadsUp, 0.9),
        (Meter::Locks, true) => (Sign::LockWait, 0.9),
        (Meter::Quota, true) => (Sign::Quota, 0.9),
        (Meter::Capacity, true) => (Sign::Quota, 0.5),
        (Meter::Denied, true) => (Sign::Denied, 0.8),
        (Meter::Cancelled, true) => (Sign::Cancelled, 0.9),
        (Meter::Timeouts, true) => (Sign::Timeouts, 0.9),
        (Meter::Schema, true) => (Sign::SchemaMissing, 0.8),
        (Meter::Rebalance, true) => (Sign::Rebalance, 1.0),
        (Meter::Probe, _) => (Sign::ProbeFailed, 0.6),
        (Meter::Certificate, true) => (Sign::CertificateBad, 0.7),
        (Meter::Names, true) => (Sign::NameUnresolved, 0.8),
        (Meter::Network, true) => (Sign::NetworkLoss, 0.6),
        (Meter::Provider, true) => (Sign::ProviderDown, 0.7),
        (Meter::Replica, true) => (Sign::Failover, 0.8),
        (Meter::Clock, true) => (Sign::ClockSkew, 0.9),
        (Meter::Payload, true) => (Sign::PayloadUp, 0.7),
        (Meter::Cardinality, true) => (Sign::Cardinality, 0.9),
        (Meter::Decode, true) => (Sign::DecodeFailed, 0.8),
        (Meter::Duplicates, true) => (Sign::Duplicates, 0.9),
        (Meter::Crash, true) => (Sign::Crash, 0.8),
        (Meter::Wrong, true) => (Sign::WrongValues, 0.9),
        (Meter::Other, _) if moved.alerts => (Sign::ErrorsUp, 0.7),
        _ => return None,
    })
}

/// A number with as many digits as a reader needs.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
