//! Which alert an alert is: the labels that tell it from every other, and the name of its page.
//!
//! One place for both. Rules write these labels, and whoever gets an alert back from Prometheus or Alertmanager finds its plan
//! by them (`Plan::alert`); a rule's `runbook_url` and the page's file have the same name, the [slug](Alert::slug).

use std::collections::BTreeMap;

use super::alert::{BurnAlert, State, StateAlert};
use super::slo::SloPlan;
use crate::labels::{ALERT_NAME, LONG_WINDOW, SERVICE, SEVERITY, SHORT_WINDOW, SLO};

/// One of an objective's alerts.
#[derive(Debug, Clone, Copy)]
pub enum Alert<'p> {
    /// The budget burns too fast.
    Burn(&'p BurnAlert),
    /// Data is missing.
    State(&'p StateAlert),
}

impl<'p> Alert<'p> {
    /// `alertname`.
    #[must_use]
    pub fn name(self) -> &'p str {
        match self {
            Self::Burn(alert) => &alert.name,
            Self::State(alert) => &alert.name,
        }
    }

    /// The severity's name.
    #[must_use]
    pub fn severity(self) -> &'p str {
        match self {
            Self::Burn(alert) => &alert.severity,
            Self::State(alert) => &alert.severity,
        }
    }

    /// Its rule, if it is a burn-rate alert.
    #[must_use]
    pub fn burn(self) -> Option<&'p BurnAlert> {
        match self {
            Self::Burn(alert) => Some(alert),
            Self::State(_) => None,
        }
    }

    /// The name of its page's file without an ending, unique among the objective's alerts: `burn-1h-5m`, `absent`.
    #[must_use]
    pub fn slug(self) -> String {
        match self {
            Self::Burn(alert) => format!("burn-{}-{}", alert.long.nominal, alert.short.nominal),
            Self::State(alert) => match alert.state {
                State::Absent => "absent".to_owned(),
                State::Broken(_) => "broken".to_owned(),
                State::GroupGone => "group-gone".to_owned(),
                State::NoTraffic => "no-traffic".to_owned(),
            },
        }
    }

    /// The labels that tell it from any other alert of `slo`'s plan, `alertname` apart.
    #[must_use]
    pub fn labels(self, slo: &SloPlan) -> BTreeMap<&'static str, String> {
        let mut labels = BTreeMap::from([
            (SERVICE, slo.service.clone()),
            (SLO, slo.name.clone()),
            (SEVERITY, self.severity().to_owned()),
        ]);
        if let Self::Burn(alert) = self {
            labels.insert(LONG_WINDOW, alert.long.nominal.to_string());
            labels.insert(SHORT_WINDOW, alert.short.nominal.to_string());
        }
        labels
    }
}

impl SloPlan {
    /// Its alerts: burn rates in the order of the pairs, then missing data.
    pub fn alerts(&self) -> impl Iterator<Item = Alert<'_>> {
        self.burns.iter().map(Alert::Burn).chain(self.states.iter().map(Alert::State))
    }

    /// Its alert that has these labels, `alertname` among them.
    #[must_use]
    pub fn alert(&self, labels: &BTreeMap<String, String>) -> Option<Alert<'_>> {
        let label = |name: &str| labels.get(name).map(String::as_str);
        self.alerts().find(|alert| {
            label(ALERT_NAME) == Some(alert.name())
                && alert.labels(self).iter().all(|(name, value)| label(name) == Some(value.as_str()))
        })
    }
}
