//! Alerts: thresholds, labels, and what they tell people.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::names;
use super::slo::SloPlan;
use super::statement::Statement;
use super::timing::Window;
use crate::model::{Pair, Policy, Response, Service, Slo, Strength};
use crate::quantity::Duration;

/// A group counts as known when it had events within this long.
pub(super) const GONE_KNOWN: Duration = Duration::from_days(1);
/// A known group counts as gone, and a silent one as idle, after this long.
pub(super) const GONE_RECENT: Duration = Duration::from_minutes(30);
/// Below so many events an hour, a burn alert waits for [`FEW_BAD_EVENTS`]: at 10 an hour that removed every false page
/// of 30 days and still found outages in 16 minutes (field/arithmetic.md §6).
const LOW_TRAFFIC_PER_HOUR: u32 = 300;
/// See [`LOW_TRAFFIC_PER_HOUR`].
const FEW_BAD_EVENTS: u32 = 3;

/// A burn-rate alert.
#[derive(Debug)]
pub struct BurnAlert {
    /// `alertname`.
    pub name: String,
    /// The long window.
    pub long: Window,
    /// The short window.
    pub short: Window,
    /// The burn rate that both windows must exceed; never below 1.
    pub burn: Decimal,
    /// Burn rate × budget: the share of bad events that both windows must exceed. Exact for the usual windows, else
    /// rounded to 12 significant digits.
    pub threshold: Decimal,
    /// What the long window must hold besides; `None` for no guard.
    pub guard: Option<Guard>,
    /// Severity's name.
    pub severity: String,
    /// Labels of the alert, as Prometheus's templates read them.
    pub labels: Vec<(String, String)>,
    /// Annotations, likewise.
    pub annotations: Vec<(String, String)>,
    /// When it fires and clears.
    pub statement: Statement,
    /// Where the pair was written.
    pub span: Option<crate::source::Span>,
}

/// The least number of bad events that may fire an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guard {
    /// As people say it.
    pub events: u32,
    /// What the recorded count must reach: half an event less, since a rate does not count in whole events; for time
    /// slices in seconds.
    pub count: Decimal,
}

/// A state of missing data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// No series at all.
    Absent,
    /// One group gone.
    GroupGone,
    /// Series, but no events.
    NoTraffic,
}

/// An alert on missing data.
#[derive(Debug)]
pub struct StateAlert {
    /// Which state.
    pub state: State,
    /// `alertname`.
    pub name: String,
    /// How long the state must last, real.
    pub hold: Duration,
    /// How far `absent_over_time` looks back, real.
    pub reach: Duration,
    /// The window within which a group must have had events to be missed.
    pub known: Window,
    /// The window in which it would still be seen.
    pub recent: Window,
    /// Severity's name.
    pub severity: String,
    /// Labels of the alert, as Prometheus's templates read them.
    pub labels: Vec<(String, String)>,
    /// Annotations, likewise.
    pub annotations: Vec<(String, String)>,
}

/// The burn-rate alert of a pair.
pub(super) fn burn(pair: &Pair, slo: &Slo, plan: &SloPlan, service: &Service, policy: &Policy) -> BurnAlert {
    let burn = burn_rate(pair, plan.window);
    let threshold = rounded(burn * plan.budget);
    let guard = guard(slo, plan);
    let long = Window::of(pair.long, plan.scale);
    let short = Window::of(pair.short, plan.scale);
    let statement = Statement::of(plan, &long, &short, burn, threshold, guard);
    let mut labels = alert_labels(&pair.severity, slo, plan, service, policy);
    labels.push(("long_window".to_owned(), pair.long.to_string()));
    labels.push(("short_window".to_owned(), pair.short.to_string()));
    labels.sort();
    let page = format!("burn-{}-{}", pair.long, pair.short);
    let pace = match burn == Decimal::ONE {
        true => "faster than it may".to_owned(),
        false => format!("more than {burn} times too fast"),
    };
    let (service_name, slo_name) = (&plan.service, &plan.name);
    let summary =
        format!("{service_name} {slo_name}: the error budget burns {pace}, over {} and over {}", pair.long, pair.short);
    let annotations = annotations(summary, statement.text(plan, pair.long, threshold), &page, slo, plan, policy);
    BurnAlert {
        name: slo.alerting.names.burn.clone(),
        long,
        short,
        burn,
        threshold,
        guard,
        severity: pair.severity.clone(),
        labels,
        annotations,
        statement,
        span: pair.span,
    }
}

/// burn = share of budget × window ÷ long window, never below 1: at 1 the budget lasts exactly as long as it should.
fn burn_rate(pair: &Pair, window: Duration) -> Decimal {
    let burn = match pair.strength {
        Strength::Burn(burn) => burn,
        Strength::Budget(share) => {
            rounded(share.share() * Decimal::from(window.millis()) / Decimal::from(pair.long.millis().max(1)))
        }
    };
    burn.max(Decimal::ONE).normalize()
}

/// 12 significant digits: far more than any counter holds, and short enough to read.
fn rounded(value: Decimal) -> Decimal {
    value.round_sf(12).unwrap_or(value).normalize()
}

fn guard(slo: &Slo, plan: &SloPlan) -> Option<Guard> {
    // Slices come at a fixed pace, so only a declared guard applies to them.
    let few = !plan.sli.is_slices()
        && slo.traffic.is_some_and(|traffic| traffic.value.per_hour() < Decimal::from(LOW_TRAFFIC_PER_HOUR));
    let events = slo.alerting.min_bad_events.unwrap_or(if few { FEW_BAD_EVENTS } else { 0 });
    let unit = if plan.sli.is_slices() { plan.step_seconds() } else { Decimal::ONE };
    (events > 0).then(|| Guard { events, count: (Decimal::from(events) - Decimal::new(5, 1)) * unit })
}

/// The alerts on missing data that the objective asks for.
pub(super) fn states(slo: &Slo, plan: &SloPlan, service: &Service, policy: &Policy) -> Vec<StateAlert> {
    let alert_names = &slo.alerting.names;
    let who = format!("{} {}", plan.service, plan.name);
    let all = [
        (
            State::Absent,
            &slo.data.absent,
            &alert_names.absent,
            "absent",
            2,
            format!("{who}: its data is gone"),
            format!(
                "No series of this objective has been recorded for 5m. Either nothing is scraped, or what exports the metrics is down: an outage that kills the process ends here. Fires about {} after the last sample.",
                Duration::from_secs(450)
            ),
        ),
        (
            State::GroupGone,
            &slo.data.group_gone,
            &alert_names.group_gone,
            "group-gone",
            0,
            format!("{who}: one of its groups is gone"),
            format!(
                "A group that had events within {GONE_KNOWN} has had no series for {GONE_RECENT}. Ends by itself a day after the group's last event."
            ),
        ),
        (
            State::NoTraffic,
            &slo.data.no_traffic,
            &alert_names.no_traffic,
            "no-traffic",
            5,
            format!("{who}: no events arrive"),
            format!(
                "The series are there, and nothing has been counted for {GONE_RECENT}: callers may not get through."
            ),
        ),
    ];
    let mut alerts: Vec<StateAlert> = all
        .into_iter()
        .filter_map(|(state, response, name, page, minutes, summary, description)| {
            let Response::Alert(severity) = response else { return None };
            let mut labels = alert_labels(severity, slo, plan, service, policy);
            labels.sort();
            Some(StateAlert {
                state,
                name: name.clone(),
                hold: plan.scale.real(Duration::from_minutes(minutes)),
                reach: plan.scale.real(Duration::from_minutes(5)),
                known: Window::of(GONE_KNOWN, plan.scale),
                recent: Window::of(GONE_RECENT, plan.scale),
                severity: severity.clone(),
                labels,
                annotations: annotations(summary, description, page, slo, plan, policy),
            })
        })
        .collect();
    // Most objectives have one.
    alerts.shrink_to_fit();
    alerts
}

/// A text that Prometheus's templates leave as it is. What people write under `alerting` is not passed through here: it
/// may use templates.
fn literal(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

/// Labels of any alert: who, how grave, the severity's routing labels, and those of the objective over them.
fn alert_labels(
    severity: &str,
    slo: &Slo,
    plan: &SloPlan,
    service: &Service,
    policy: &Policy,
) -> Vec<(String, String)> {
    let mut labels: BTreeMap<String, String> =
        plan.labels.iter().map(|(name, value)| (name.clone(), literal(value))).collect();
    labels.extend(service.owner.iter().map(|owner| ("owner".to_owned(), literal(owner))));
    if let Some(routing) = policy.severities.get(severity) {
        labels.extend(routing.labels.clone());
    }
    labels.extend(slo.alerting.labels.clone());
    labels.insert("severity".to_owned(), literal(severity));
    labels.into_iter().collect()
}

fn annotations(
    summary: String,
    description: String,
    page: &str,
    slo: &Slo,
    plan: &SloPlan,
    policy: &Policy,
) -> Vec<(String, String)> {
    let mut annotations: BTreeMap<String, String> =
        [("summary".to_owned(), literal(&summary)), ("description".to_owned(), literal(&description))].into();
    if let Some(base) = &policy.runbook_url {
        let url = format!("{base}/{}/{}/{page}.html", names::stem(&plan.service), plan.stem);
        annotations.insert("runbook_url".to_owned(), literal(&url));
    }
    annotations.extend(slo.alerting.annotations.clone());
    annotations.into_iter().collect()
}
