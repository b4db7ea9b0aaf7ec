//! Waits for events in a drill's Prometheus: an alert fires, an objective recovers, an alert resolves.

use emberline_core::plan::{self, BurnAlert, Plan, SloPlan, queries};

use super::clock::Clock;
use emberline_walk::source::{Alert, Answer, Labels, Metrics, Series, Trouble};

/// How often in a row a busy Prometheus may fail to answer.
const PATIENCE: usize = 20;

/// Looks at a Prometheus until something has happened.
#[derive(Clone, Copy)]
pub struct Watch<'w> {
    /// The plan behind the rules.
    pub plan: &'w Plan,
    /// The Prometheus.
    pub metrics: &'w dyn Metrics,
    /// The clock.
    pub clock: &'w dyn Clock,
}

/// The last evaluation of an objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sli {
    /// Events per second.
    pub events: f64,
    /// Bad events per second.
    pub bad: f64,
}

impl<'w> Watch<'w> {
    /// Calls `look` until it has an answer; `None` after `limit` seconds.
    ///
    /// # Errors
    /// When the Prometheus repeatedly fails to answer, or the drill is interrupted.
    pub fn until<T>(&self, limit: f64, mut look: impl FnMut(f64) -> Answer<Option<T>>) -> Answer<Option<T>> {
        let began = self.clock.now();
        let mut failures = 0;
        loop {
            let now = self.clock.now();
            match look(now) {
                Ok(Some(seen)) => return Ok(Some(seen)),
                Ok(None) => failures = 0,
                Err(trouble) => {
                    failures += 1;
                    if failures > PATIENCE {
                        return Err(trouble);
                    }
                }
            }
            if now - began >= limit {
                return Ok(None);
            }
            self.clock.sleep(self.pace())?;
        }
    }

    /// Waits at most `limit` seconds for an alert of a severity. Of several, returns the one that has fired longest.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn page(&self, severity: &str, limit: f64) -> Answer<Option<Alert>> {
        self.until(limit, |_| Ok(self.firing(severity)?.into_iter().next()))
    }

    /// Firing alerts of a severity, the longest firing first.
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn firing(&self, severity: &str) -> Answer<Vec<Alert>> {
        let mut alerts = self.metrics.alerts()?;
        alerts.retain(|alert| alert.fires && alert.labels.get("severity").is_some_and(|it| it == severity));
        alerts.sort_by(|a, b| a.since.total_cmp(&b.since).then_with(|| a.labels.cmp(&b.labels)));
        Ok(alerts)
    }

    /// Waits until no alert of a severity fires; `false` after `limit` seconds.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn quiet(&self, severity: &str, limit: f64) -> Answer<bool> {
        let quiet = self.until(limit, |_| Ok(self.firing(severity)?.is_empty().then_some(())))?;
        Ok(quiet.is_some())
    }

    /// Waits until an objective counts events, since a system without traffic cannot fail; `false` after `limit`
    /// seconds.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn sees_events(&self, limit: f64) -> Answer<bool> {
        let seen = self.until(limit, |now| {
            for slo in self.plan.slos().filter(|slo| !slo.sli.unit().is_paced) {
                let events = self.metrics.instant(&queries::events(slo), now)?;
                if events.iter().filter_map(Series::last).any(|rate| rate > 0.0) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })?;
        Ok(seen.is_some())
    }

    /// Waits until an alert resolves; returns when that was seen, in unix seconds.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn cleared(&self, alert: &Alert, limit: f64) -> Answer<Option<f64>> {
        self.until(limit, |now| {
            let alerts = self.metrics.alerts()?;
            let fires = alerts.iter().any(|it| it.fires && it.labels == alert.labels);
            Ok((!fires).then_some(now))
        })
    }

    /// Waits until an objective is met in two evaluations in a row; returns when the second was seen, in unix
    /// seconds.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn recovered(&self, slo: &SloPlan, alert: &Labels, limit: f64) -> Answer<Option<f64>> {
        let evaluation = slo.timing.evaluation.seconds();
        let mut since: Option<f64> = None;
        self.until(limit, |now| match self.is_kept(slo, alert, now)? {
            true => {
                let first = *since.get_or_insert(now);
                Ok((now - first >= evaluation).then_some(now))
            }
            false => {
                since = None;
                Ok(None)
            }
        })
    }

    /// Waits until an objective is missed in two evaluations in a row; `false` if it was met for `limit` seconds.
    ///
    /// # Errors
    /// When the Prometheus does not answer, or the drill is interrupted.
    pub fn fails(&self, slo: &SloPlan, alert: &Labels, limit: f64) -> Answer<bool> {
        let evaluation = slo.timing.evaluation.seconds();
        let mut since: Option<f64> = None;
        let missed = self.until(limit, |now| match self.is_kept(slo, alert, now)? {
            false => {
                let first = *since.get_or_insert(now);
                Ok((now - first >= evaluation).then_some(()))
            }
            true => {
                since = None;
                Ok(None)
            }
        })?;
        Ok(missed.is_some())
    }

    /// Whether an objective's last evaluation is within its budget, in every group of an alert. It is not if there
    /// are no events.
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn is_kept(&self, slo: &SloPlan, alert: &Labels, at: f64) -> Answer<bool> {
        let budget = share(slo.budget);
        let groups = self.sli(slo, alert, at)?;
        let total: f64 = groups.iter().map(|sli| sli.events).sum();
        Ok(total > 0.0 && groups.iter().all(|sli| sli.bad <= budget * sli.events))
    }

    /// An objective's last evaluation in each group of an alert.
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn sli(&self, slo: &SloPlan, alert: &Labels, at: f64) -> Answer<Vec<Sli>> {
        let events = self.metrics.instant(&queries::events(slo), at)?;
        let bad = self.metrics.instant(&queries::bad_events(slo), at)?;
        let groups = events.iter().filter(|series| is_of(slo, series, alert)).filter_map(|series| {
            let bad = bad.iter().find(|other| same_group(slo, series, other));
            Some(Sli { events: series.last()?, bad: bad.and_then(Series::last)? })
        });
        Ok(groups.collect())
    }

    /// Events and bad events of an objective between two times, in the groups of an alert.
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn counted(&self, slo: &SloPlan, alert: &Labels, start: f64, end: f64) -> Answer<Sli> {
        let step = slo.timing.evaluation.seconds().max(0.5);
        let sum = |query: String| -> Answer<f64> {
            let series = self.metrics.range(&query, start, end, step)?;
            let of = series.iter().filter(|series| is_of(slo, series, alert));
            Ok(of.flat_map(|series| &series.points).map(|point| point.value * step).sum())
        };
        Ok(Sli { events: sum(queries::events(slo))?, bad: sum(queries::bad_events(slo))? })
    }

    /// The objective that an alert is about.
    ///
    /// # Errors
    /// When no spec has that objective.
    pub fn slo_of(&self, alert: &Alert) -> Answer<&'w SloPlan> {
        self.plan.slo(&alert.labels).ok_or_else(|| {
            let label = |name: &str| alert.labels.get(name).map_or("", String::as_str);
            let (service, slo) = (label("service"), label("slo"));
            Trouble(format!("the alert {} is about `{service}/{slo}`, which no spec has", alert.name))
        })
    }

    /// The burn-rate rule behind an alert of an objective; `None` for an alert on missing data.
    #[must_use]
    pub fn burn_of<'p>(&self, slo: &'p SloPlan, alert: &Alert) -> Option<&'p BurnAlert> {
        slo.alert(&alert.labels)?.burn()
    }

    /// The highest burn rate over a long window now: earlier errors that it still holds.
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn burning(&self, severity: &str, at: f64) -> Answer<Option<f64>> {
        let mut highest: Option<f64> = None;
        for slo in self.plan.slos() {
            for burn in slo.burns.iter().filter(|burn| burn.severity == severity) {
                let series = self.metrics.instant(&queries::burn_rate(slo, burn.long.nominal), at)?;
                let rates = series.iter().filter_map(Series::last);
                highest = rates.chain(highest).max_by(f64::total_cmp);
            }
        }
        Ok(highest)
    }

    /// The pause between two queries in seconds: a quarter of an evaluation interval.
    fn pace(&self) -> f64 {
        let evaluations = self.plan.slos();
        let shortest = evaluations.map(|slo| slo.timing.evaluation.seconds()).min_by(f64::total_cmp);
        (shortest.unwrap_or(4.0) / 4.0).clamp(0.25, 2.0)
    }
}

/// From the start of errors until an alert fires, in seconds, at a measured share of errors.
#[must_use]
pub fn fires_after(slo: &SloPlan, burn: &BurnAlert, error_ratio: f64) -> Option<f64> {
    plan::expected(slo, burn, error_ratio).0.map(|at| at.seconds)
}

/// From the end of errors until an alert resolves, in seconds, at a measured share of errors.
#[must_use]
pub fn clears_after(slo: &SloPlan, burn: &BurnAlert, error_ratio: f64) -> Option<f64> {
    plan::expected(slo, burn, error_ratio).1.map(|at| at.seconds + slo.keep_firing_for.seconds())
}

/// An exact share as a float.
#[must_use]
pub fn share(decimal: impl std::fmt::Display) -> f64 {
    decimal.to_string().parse().unwrap_or_default()
}

/// Whether a series belongs to the group of an alert; an alert without groups covers all.
fn is_of(slo: &SloPlan, series: &Series, alert: &Labels) -> bool {
    slo.group_by.iter().all(|group| {
        let name = emberline_core::model::label_name(group);
        alert.get(&name).is_none_or(|value| series.label(&name) == value)
    })
}

fn same_group(slo: &SloPlan, one: &Series, other: &Series) -> bool {
    slo.group_by.iter().all(|group| {
        let name = emberline_core::model::label_name(group);
        one.label(&name) == other.label(&name)
    })
}
