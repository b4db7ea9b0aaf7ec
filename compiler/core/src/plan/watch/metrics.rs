//! The metrics that rulers and Alertmanager export of themselves, by name.
//!
//! Sources, read on 2026-11-26: Prometheus 3 `rules/group.go` and `notifier/metric.go`; Thanos 0.42 `pkg/alert/alert.go` (its
//! groups are Prometheus's own); Cortex 1.21 `pkg/ruler/manager_metrics.go`, which Mimir shares; vmalert 1.151
//! `app/vmalert/rule/group.go` and `notifier/alertmanager.go`; Alertmanager 0.31 `notify/notify.go`.

use crate::spec::RulerWord;

/// What a ruler exports of itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct RulerMetrics {
    /// The label that names a rule group.
    pub(super) group: &'static str,
    /// The values of that label that are groups of ours, as a regex: they alone have a slash in their names.
    pub(super) ours: &'static str,
    /// Labels that tell the groups and rules of one ruler apart.
    pub(super) within: &'static [&'static str],
    /// Counters of failed evaluations.
    pub(super) failures: &'static [&'static str],
    /// A counter of evaluations that did not begin in time.
    pub(super) missed: &'static str,
    /// How long the last evaluation of a group took, in seconds.
    pub(super) took: &'static str,
    /// The quantile of the same, where it is a summary.
    pub(super) quantile: Option<&'static str>,
    /// How often a group is evaluated, in seconds.
    pub(super) interval: &'static str,
    /// How to see whether a group is evaluated at all.
    pub(super) pulse: Pulse,
    /// Alerts that were sent to an Alertmanager.
    pub(super) sent: &'static str,
    /// Alerts that an Alertmanager did not take.
    pub(super) refused: &'static str,
    /// The label of both that names the Alertmanager.
    pub(super) to: &'static str,
    /// How many Alertmanagers are known.
    pub(super) known: Option<&'static str>,
    /// Whether the last reload of the configuration worked.
    pub(super) reloaded: Option<&'static str>,
}

/// What moves while a group is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    /// The time of the last evaluation.
    Time(&'static str),
    /// The number of evaluations.
    Count(&'static str),
}

impl Pulse {
    /// The metric.
    pub(super) fn metric(self) -> &'static str {
        match self {
            Self::Time(metric) | Self::Count(metric) => metric,
        }
    }
}

/// Notifications that Alertmanager tried to send.
pub(super) const ATTEMPTED: &str = "alertmanager_notifications_total";
/// Notifications that nobody got.
pub(super) const FAILED: &str = "alertmanager_notifications_failed_total";
/// Whether Alertmanager's last reload worked.
pub(super) const RELOADED: &str = "alertmanager_config_last_reload_successful";

/// The metrics of a ruler.
pub(super) const fn of(ruler: RulerWord) -> RulerMetrics {
    match ruler {
        RulerWord::Prometheus => PROMETHEUS,
        RulerWord::Thanos => RulerMetrics {
            sent: "thanos_alert_sender_alerts_sent_total",
            refused: "thanos_alert_sender_errors_total",
            known: None,
            reloaded: Some("thanos_rule_config_last_reload_successful"),
            ..PROMETHEUS
        },
        RulerWord::Mimir => RulerMetrics {
            failures: &["cortex_prometheus_rule_evaluation_failures_total"],
            missed: "cortex_prometheus_rule_group_iterations_missed_total",
            took: "cortex_prometheus_rule_group_last_duration_seconds",
            interval: "cortex_prometheus_rule_group_interval_seconds",
            pulse: Pulse::Time("cortex_prometheus_rule_group_last_evaluation_timestamp_seconds"),
            sent: "cortex_prometheus_notifications_sent_total",
            refused: "cortex_prometheus_notifications_errors_total",
            known: Some("cortex_prometheus_notifications_alertmanagers_discovered"),
            reloaded: None,
            ..PROMETHEUS
        },
        RulerWord::Vmalert => RulerMetrics {
            group: "group",
            ours: ".+/.+",
            within: &["group", "file", "alertname", "recording", "id"],
            failures: &["vmalert_alerting_rules_errors_total", "vmalert_recording_rules_errors_total"],
            missed: "vmalert_iteration_missed_total",
            took: "vmalert_iteration_duration_seconds",
            quantile: Some("0.99"),
            interval: "vmalert_iteration_interval_seconds",
            pulse: Pulse::Count("vmalert_iteration_total"),
            sent: "vmalert_alerts_sent_total",
            refused: "vmalert_alerts_send_errors_total",
            to: "addr",
            known: None,
            reloaded: Some("vmalert_config_last_reload_successful"),
        },
    }
}

const PROMETHEUS: RulerMetrics = RulerMetrics {
    group: "rule_group",
    // The name of the rule file, a semicolon, and the group's own. Without character classes, which Prometheus matches slowly.
    ours: ".*;.+/.+",
    within: &["rule_group"],
    failures: &["prometheus_rule_evaluation_failures_total"],
    missed: "prometheus_rule_group_iterations_missed_total",
    took: "prometheus_rule_group_last_duration_seconds",
    quantile: None,
    interval: "prometheus_rule_group_interval_seconds",
    pulse: Pulse::Time("prometheus_rule_group_last_evaluation_timestamp_seconds"),
    sent: "prometheus_notifications_sent_total",
    refused: "prometheus_notifications_errors_total",
    to: "alertmanager",
    known: Some("prometheus_notifications_alertmanagers_discovered"),
    reloaded: Some("prometheus_config_last_reload_successful"),
};
