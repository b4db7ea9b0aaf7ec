//! What alerts tell people and routers: labels and annotations.
//!
//! They are more text than all the rest of a plan, so they are made when an alert is emitted and not before: checking
//! needs none of them, and ten thousand objectives would hold fifty megabytes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::alert::{BurnAlert, GONE_KNOWN, GONE_RECENT, State, StateAlert};
use super::identity::Alert;
use super::links;
use super::slo::SloPlan;
use super::statement;
use crate::gotemplate::literal;
use crate::oracle::Recorded;
use crate::quantity::Duration;

/// What the alerts of an objective say whose queries are its author's own.
const UNPROVEN: &str = " No generated test proves what it counts: the objective's expressions are its author's own.";

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
    pub(crate) fn burn_words(&self, alert: &BurnAlert) -> Words {
        let (long, short) = (alert.long.nominal, alert.short.nominal);
        let pace = match alert.burn == Decimal::ONE {
            true => "faster than it may".to_owned(),
            false => format!("more than {}× too fast", alert.burn),
        };
        let summary =
            format!("{} {}: the error budget burns {pace}, over {long} and over {short}", self.service, self.name);
        let mut description = alert.statement.text(&self.terms(), long, alert.threshold);
        if let Some(bad) = self.sli.bad_is() {
            description.push_str(&format!(" Bad is {bad}."));
        }
        self.words(Alert::Burn(alert), &summary, &description)
    }

    /// The words of an alert on missing data.
    #[must_use]
    pub(crate) fn state_words(&self, alert: &StateAlert) -> Words {
        let (what, description) = match alert.state {
            State::Absent => (
                "there is no data",
                format!(
                    "No time series of this objective has a sample of the last {}. Either nothing is scraped, or the \
                     process that exports the metrics is down. This alert fires about {} after the last sample.",
                    alert.reach,
                    statement::absent(&self.timing, self.outlives(), alert.reach, alert.hold),
                ),
            ),
            State::Broken(hidden) => (
                "a side of the indicator is missing",
                format!(
                    "The objective counts {}, but no time series shows {}. {} This alert fires about {} after the last \
                     sample of that side.",
                    self.sli.unit().events,
                    self.essential_sides(),
                    match hidden {
                        Recorded::Bad =>
                            "Until it is back nobody knows which were bad, and burn-rate alerts are blind.",
                        Recorded::Good =>
                            "All of them count as bad until it is back, so burn-rate alerts fire as well.",
                    },
                    statement::broken(&self.timing, self.outlives(), alert.hold),
                ),
            ),
            State::GroupGone => (
                "a group is gone",
                format!(
                    "A group that had events within {GONE_KNOWN} has had no time series for {GONE_RECENT}. The alert \
                     resolves by itself {GONE_KNOWN} after the group's last event."
                ),
            ),
            State::NoTraffic => (
                "no events arrive",
                format!(
                    "The time series are there, but no event was counted for {GONE_RECENT}. Callers may not get through."
                ),
            ),
        };
        let summary = format!("{} {}: {what}", self.service, self.name);
        self.words(Alert::State(alert), &summary, &description)
    }

    /// The address of its runbook page, if the policy says where pages are served.
    #[must_use]
    pub fn page_url(&self) -> Option<String> {
        links::slo_url(&self.policy.console, self)
    }

    /// How long after the last sample an alert on missing data fires; `None` where events decide that rather than samples.
    #[must_use]
    pub(crate) fn missed_after(&self, alert: &StateAlert) -> Option<Duration> {
        match alert.state {
            State::Absent => Some(statement::absent(&self.timing, self.outlives(), alert.reach, alert.hold)),
            State::Broken(_) => Some(statement::broken(&self.timing, self.outlives(), alert.hold)),
            State::GroupGone | State::NoTraffic => None,
        }
    }

    /// How long its base series have a value after the last raw sample, real.
    fn outlives(&self) -> Duration {
        self.sli.outlives(self.timing.base, self.timing.scrape, self.timing.step)
    }

    /// The sides that cannot be absent in health, as people call them.
    pub(super) fn essential_sides(&self) -> String {
        let mut sides: Vec<&str> = self.sli.essential().iter().map(|side| side.what).collect();
        sides.dedup();
        sides.join(" or ")
    }

    /// Labels of any alert: who, the severity's routing labels, those of the objective over them, and over all what tells the
    /// alert from others.
    pub(crate) fn alert_labels(&self, alert: Alert<'_>) -> BTreeMap<String, String> {
        let mut labels: BTreeMap<String, String> =
            self.labels.iter().map(|(name, value)| (name.clone(), literal(value))).collect();
        labels.extend(self.owner.iter().map(|owner| ("owner".to_owned(), literal(owner))));
        if let Some(routing) = self.policy.severities.get(alert.severity()) {
            labels.extend(routing.labels.clone());
        }
        labels.extend(self.alerting.labels.clone());
        labels.extend(alert.labels(self).into_iter().map(|(name, value)| (name.to_owned(), literal(&value))));
        labels
    }

    fn words(&self, alert: Alert<'_>, summary: &str, description: &str) -> Words {
        let unproven = if self.sli.is_proven() { "" } else { UNPROVEN };
        let description = format!("{description}{unproven}");
        let mut annotations: BTreeMap<String, String> =
            [("summary".to_owned(), literal(summary)), ("description".to_owned(), literal(&description))].into();
        let console = &self.policy.console;
        let urls = [
            ("runbook_url", links::alert_url(console, self, alert)),
            ("dashboard_url", links::dashboard_url(console, &self.service)),
        ];
        for (name, url) in urls {
            annotations.extend(url.map(|url| (name.to_owned(), literal(&url))));
        }
        // What people write may use templates.
        annotations.extend(self.alerting.annotations.clone());
        Words { labels: self.alert_labels(alert).into_iter().collect(), annotations: annotations.into_iter().collect() }
    }
}
