//! What alerts tell people and routers: labels and annotations.
//!
//! They are more text than all the rest of a plan, so they are made when an alert is emitted and not before: checking
//! needs none of them, and ten thousand objectives would hold fifty megabytes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::alert::{BurnAlert, GONE_KNOWN, GONE_RECENT, State, StateAlert};
use super::links;
use super::slo::SloPlan;
use crate::quantity::Duration;

/// Labels and annotations of an alert, as Prometheus's templates read them.
#[derive(Debug)]
pub struct Words {
    /// Labels by name.
    pub labels: Vec<(String, String)>,
    /// Annotations by name.
    pub annotations: Vec<(String, String)>,
}

impl SloPlan {
    /// The words of a burn-rate alert.
    #[must_use]
    pub fn burn_words(&self, alert: &BurnAlert) -> Words {
        let (long, short) = (alert.long.nominal, alert.short.nominal);
        let mut labels = self.alert_labels(&alert.severity);
        labels.insert("long_window".to_owned(), long.to_string());
        labels.insert("short_window".to_owned(), short.to_string());
        let pace = match alert.burn == Decimal::ONE {
            true => "faster than it may".to_owned(),
            false => format!("more than {} times too fast", alert.burn),
        };
        let summary =
            format!("{} {}: the error budget burns {pace}, over {long} and over {short}", self.service, self.name);
        let description = alert.statement.text(&self.terms(), long, alert.threshold);
        self.words(labels, &summary, &description, &format!("burn-{long}-{short}"))
    }

    /// The words of an alert on missing data.
    #[must_use]
    pub fn state_words(&self, alert: &StateAlert) -> Words {
        let (page, what, description) = match alert.state {
            State::Absent => (
                "absent",
                "its data is gone",
                format!(
                    "No series of this objective has been recorded for 5m. Either nothing is scraped, or what exports \
                     the metrics is down: an outage that kills the process ends here. Fires about {} after the last \
                     sample.",
                    // Five minutes until the base is out of reach, two of waiting, and half a minute until the last
                    // sample has left the base's range (field/arithmetic.md §6).
                    Duration::from_secs(450)
                ),
            ),
            State::GroupGone => (
                "group-gone",
                "one of its groups is gone",
                format!(
                    "A group that had events within {GONE_KNOWN} has had no series for {GONE_RECENT}. Ends by itself a \
                     day after the group's last event."
                ),
            ),
            State::NoTraffic => (
                "no-traffic",
                "no events arrive",
                format!(
                    "The series are there, and nothing has been counted for {GONE_RECENT}: callers may not get through."
                ),
            ),
        };
        let summary = format!("{} {}: {what}", self.service, self.name);
        self.words(self.alert_labels(&alert.severity), &summary, &description, page)
    }

    /// Labels of any alert: who, how grave, the severity's routing labels, and those of the objective over them.
    fn alert_labels(&self, severity: &str) -> BTreeMap<String, String> {
        let mut labels: BTreeMap<String, String> =
            self.labels.iter().map(|(name, value)| (name.clone(), literal(value))).collect();
        labels.extend(self.owner.iter().map(|owner| ("owner".to_owned(), literal(owner))));
        if let Some(routing) = self.policy.severities.get(severity) {
            labels.extend(routing.labels.clone());
        }
        labels.extend(self.alerting.labels.clone());
        labels.insert("severity".to_owned(), literal(severity));
        labels
    }

    fn words(&self, labels: BTreeMap<String, String>, summary: &str, description: &str, page: &str) -> Words {
        let mut annotations: BTreeMap<String, String> =
            [("summary".to_owned(), literal(summary)), ("description".to_owned(), literal(description))].into();
        if let Some(base) = &self.policy.console.runbooks {
            let url = format!("{base}/{}", links::alert_page(self, page));
            annotations.insert("runbook_url".to_owned(), literal(&url));
        }
        if let Some(base) = &self.policy.console.grafana {
            let url = format!("{base}/d/{}", links::dashboard_uid(&self.service));
            annotations.insert("dashboard_url".to_owned(), literal(&url));
        }
        annotations.extend(self.alerting.annotations.clone());
        Words { labels: labels.into_iter().collect(), annotations: annotations.into_iter().collect() }
    }
}

/// A text that Prometheus's templates leave as it is. What people write under `alerting` is not passed through here: it
/// may use templates.
fn literal(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}
