//! Alerts on what evaluates the rules and sends the alerts, as the policy asks for them.

use super::decode::Named;
use super::leaf::{Name, Text};
use super::record::{record, words};
use crate::source::Spanned;

record! {
    /// Alerts on what evaluates the rules and sends the alerts.
    pub struct WatchersSpec {
        /// What evaluates the rules, by which its own metrics are known. Default: `prometheus`.
        ruler: Option<Spanned<RulerWord>>,
        /// Labels of the ruler's own metrics, such as `job: prometheus`. Default: none, any ruler whose metrics are there.
        ruler_labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// Labels of Alertmanager's own metrics, such as `job: alertmanager`. Default: none.
        alertmanager_labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// The severity of what leaves objectives without alerts. Default: `page`.
        severity: Option<Spanned<Name>>,
        /// The severity of what is about to, or leaves a part. Default: `ticket`.
        low_severity: Option<Spanned<Name>>,
        /// Who gets the alert that always fires, one of `receivers`: something outside that calls somebody when it stops.
        /// Default: there is no such alert.
        dead_man: Option<Spanned<String>>,
    }
}

words! {
    /// What evaluates rules.
    pub enum RulerWord {
        /// Prometheus, also as the Prometheus Operator runs it.
        Prometheus = "prometheus",
        /// Thanos Ruler.
        Thanos = "thanos",
        /// The ruler of Mimir or Cortex.
        Mimir = "mimir",
        /// VictoriaMetrics' vmalert.
        Vmalert = "vmalert",
    }
}
