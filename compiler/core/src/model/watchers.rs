//! What watches the ruler and Alertmanager, with its defaults.

use std::collections::BTreeMap;

use super::labels::labels;
use super::receiver::Receiver;
use super::routing;
use super::severity::Known;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{Name, PolicySpec, RulerWord};

/// Severities of the built-in alerts, as the SRE Workbook has them.
const DEFAULT: [&str; 2] = ["page", "ticket"];

/// Alerts on what evaluates the rules and sends the alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watchers {
    /// What evaluates the rules.
    pub ruler: RulerWord,
    /// Labels that select the ruler's own metrics.
    pub ruler_labels: BTreeMap<String, String>,
    /// Labels that select Alertmanager's own metrics.
    pub alertmanager_labels: BTreeMap<String, String>,
    /// The severity of what leaves objectives without alerts.
    pub severity: String,
    /// The severity of what leaves a part of them, or soon will.
    pub low_severity: String,
    /// Who gets the alert that always fires.
    pub dead_man: Option<String>,
}

impl Watchers {
    /// Those of a policy; `None` where it asks for none, or a severity of theirs is at fault.
    pub(super) fn resolve(
        spec: Option<&PolicySpec>,
        known: Known<'_>,
        receivers: &BTreeMap<String, Receiver>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let said = spec?.watchers.as_ref()?;
        let asked = &said.value;
        let mut severity = |field: &Option<Spanned<Name>>, default: &str| match field {
            Some(name) => known.named(name, &[], scope),
            None => known.named(&Spanned::new(Name(default.to_owned()), said.span), &[], scope),
        };
        let high = severity(&asked.severity, DEFAULT[0]);
        let low = severity(&asked.low_severity, DEFAULT[1]);
        let dead_man = asked.dead_man.as_ref().filter(|said| routing::known(said, receivers, "receiver", scope));
        Some(Self {
            ruler: asked.ruler.map_or(RulerWord::Prometheus, |ruler| ruler.value),
            ruler_labels: labels(asked.ruler_labels.as_ref(), scope),
            alertmanager_labels: labels(asked.alertmanager_labels.as_ref(), scope),
            severity: high?,
            low_severity: low?,
            dead_man: dead_man.map(|receiver| receiver.value.clone()),
        })
    }
}
