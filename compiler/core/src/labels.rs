//! Names of the labels that the rules set themselves.

/// The label of series and alerts that names the service.
pub(crate) const SERVICE: &str = "service";
/// The label of series and alerts that names the objective.
pub(crate) const SLO: &str = "slo";
/// The label of alerts that names the severity.
pub(crate) const SEVERITY: &str = "severity";
/// The label of burn-rate alerts that names the long window.
pub(crate) const LONG_WINDOW: &str = "long_window";
/// The label of burn-rate alerts that names the short window.
pub(crate) const SHORT_WINDOW: &str = "short_window";
/// The label that Prometheus makes of an alert's name.
pub(crate) const ALERT_NAME: &str = "alertname";

/// Labels that the rules set themselves; nobody else may.
pub const RESERVED_LABELS: [&str; 6] = [SLO, SERVICE, SEVERITY, LONG_WINDOW, SHORT_WINDOW, ALERT_NAME];
