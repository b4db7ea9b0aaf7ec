//! What a service sends beside the metrics that its objectives read: traces, logs, profiles, and metrics made of its spans.
//!
//! Declared by the service, else by the policy's data sources; what a snapshot shows counts more than a guess. Pages and
//! dashboards ask for nothing else.

use super::queries;
use crate::model::{Observed, Policy, Service};
use crate::spec::SignalWord;
use crate::target::Target;

/// What a service sends beside metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signals {
    /// Traces.
    pub traces: bool,
    /// Log records.
    pub logs: bool,
    /// Profiles.
    pub profiles: bool,
    /// Metrics made of its spans by a collector, with exemplars.
    pub span_metrics: bool,
}

impl Signals {
    pub(super) fn of(service: &Service, policy: &Policy, observed: &[Observed]) -> Self {
        let console = &policy.console;
        let sends = |word: SignalWord, is_declared: bool| {
            service.signals.as_ref().map_or(is_declared, |all| all.contains(&word))
        };
        let traces = sends(SignalWord::Traces, console.tempo.is_declared);
        Self {
            traces,
            logs: sends(SignalWord::Logs, console.loki.is_declared),
            profiles: sends(SignalWord::Profiles, console.pyroscope.is_declared),
            span_metrics: traces && has_span_metrics(&service.name.value, policy, observed),
        }
    }
}

/// Whether a collector counts the service's spans: a snapshot shows it, else the generated collector does.
fn has_span_metrics(service: &str, policy: &Policy, observed: &[Observed]) -> bool {
    let seen = observed.iter().filter(|one| one.concerns(service));
    let mut seen = seen.filter_map(|one| one.metrics.get(queries::CALLS)).peekable();
    if seen.peek().is_none() {
        return policy.targets.contains(&Target::Collector);
    }
    seen.any(|calls| match calls.labels.get("service_name").and_then(|values| values.listed.as_ref()) {
        Some(listed) => listed.iter().any(|name| name == service),
        None => true,
    })
}
