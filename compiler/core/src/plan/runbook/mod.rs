//! What stands on a runbook page: decided here, rendered by `emberline-pages`.
//!
//! The reader was just woken. A page says what is wrong in users' terms, how long the budget lasts, and then numbered steps
//! whose queries can be pasted as they stand, whom to call, and how to roll back.

mod arithmetic;
mod plot;
mod steps;
mod watch;

pub use plot::{Curve, Plot};
pub use steps::{Ask, Language, Step, TRACE};
pub use watch::watch_pages;

use super::alert::{BurnAlert, State, StateAlert};
use super::identity::Alert;
use super::{Plan, ServicePlan, SloPlan, links, names, queries};
use crate::labels::ALERT_NAME;
use crate::model::BudgetStep;
use crate::oracle::Recorded;
use crate::promql::{Aggregator, Expr, Matcher, Op, Select};
use crate::quantity::Bound;

/// The page of an alert.
#[derive(Debug)]
pub struct AlertPage {
    /// Its file's name, without an ending: what `runbook_url` ends with.
    pub page: String,
    /// `alertname`.
    pub alert: String,
    /// The severity.
    pub severity: String,
    /// What is wrong, in a line.
    pub title: String,
    /// The labels that tell it from any other alert, `alertname` among them.
    pub labels: Vec<(&'static str, String)>,
    /// How bad it is, in a sentence.
    pub bad: String,
    /// Whether the alert fires, and since when.
    pub state: Ask,
    /// How to roll back, and when not to.
    pub rollback: Rollback,
    /// What that means for users, a paragraph each.
    pub meaning: Vec<String>,
    /// Budget and times: what, and how much.
    pub arithmetic: Vec<(&'static str, String)>,
    /// The walk.
    pub steps: Vec<Step>,
    /// Known ways in which this alert comes about, or misleads.
    pub failure_modes: Vec<String>,
    /// Who is told first.
    pub receiver: Option<String>,
    /// Whom to call when nobody answers, in order.
    pub escalation: Vec<String>,
}

/// How the last deployment is rolled back.
#[derive(Debug)]
pub struct Rollback {
    /// The command, or where to read about it; `None` where the spec does not say.
    pub how: Option<Ask>,
    /// When not to, a sentence each.
    pub not_when: Vec<String>,
}

/// What can be opened from the pages of an objective.
#[derive(Debug)]
pub struct Places {
    /// The service's dashboard.
    pub dashboard: Option<String>,
    /// Its spec, at the objective's line.
    pub source: Option<String>,
    /// The same as people say it: `slos/checkout.yaml:40`.
    pub spec: String,
}

/// The pages of an objective's alerts, in the order of the alerts.
#[must_use]
pub fn pages(plan: &Plan, service: &ServicePlan, slo: &SloPlan) -> Vec<AlertPage> {
    let page = |alert| match alert {
        Alert::Burn(alert) => burn(plan, service, slo, alert),
        Alert::State(alert) => state(plan, service, slo, alert),
    };
    slo.alerts().map(page).collect()
}

/// A page by its heading.
#[derive(Debug)]
pub struct Heading {
    /// Its file's name, without an ending.
    pub page: String,
    /// `alertname`.
    pub alert: String,
    /// The severity.
    pub severity: String,
    /// What is wrong, without the names.
    pub what: String,
}

/// The headings of [`pages`], without what stands below them.
#[must_use]
pub fn headings(slo: &SloPlan) -> Vec<Heading> {
    let heading = |alert: Alert<'_>| Heading {
        page: alert.slug(),
        alert: alert.name().to_owned(),
        severity: alert.severity().to_owned(),
        what: match alert {
            Alert::Burn(alert) => format!("{}, {}/{}", pace(alert), alert.long.nominal, alert.short.nominal),
            Alert::State(alert) => named(alert.state).to_owned(),
        },
    };
    slo.alerts().map(heading).collect()
}

fn pace(alert: &BurnAlert) -> String {
    match alert.burn == rust_decimal::Decimal::ONE {
        true => "error budget burns too fast".to_owned(),
        false => format!("error budget burns {}× too fast", alert.burn),
    }
}

/// What is wrong in a state of missing data.
fn named(state: State) -> &'static str {
    match state {
        State::Absent => "no data",
        State::Broken(_) => "a side of the indicator is missing",
        State::GroupGone => "a group is gone",
        State::NoTraffic => "no events arrive",
    }
}

/// Where an objective's pages lead.
#[must_use]
pub fn places(plan: &Plan, slo: &SloPlan) -> Places {
    let place = &slo.about.place;
    Places {
        dashboard: links::dashboard_url(&plan.console, &slo.service),
        source: links::source(&plan.console, place),
        spec: format!("{}:{}", place.path, place.line),
    }
}

/// An objective, its budget in minutes and requests.
#[must_use]
pub fn promise(slo: &SloPlan) -> Vec<(&'static str, String)> {
    arithmetic::promise(slo)
}

/// From when on a step of an error-budget policy applies, such as `50% spent`.
#[must_use]
pub fn spent(step: &BudgetStep) -> String {
    format!("{}% spent", arithmetic::percent(step.spent))
}

/// How soon each alert fires, by the share of bad events, against how long the budget lasts.
#[must_use]
pub fn plot(slo: &SloPlan) -> Plot {
    Plot::of(slo)
}

/// Queries that show an objective at a glance, with what each shows.
#[must_use]
pub fn glance(plan: &Plan, slo: &SloPlan) -> Vec<Ask> {
    let shortest = slo.windows.first().map(|window| window.nominal);
    let burn =
        shortest.map(|window| (queries::burn_rate(slo, window), "Burn rate: a multiple of the sustainable rate"));
    let left = (queries::budget_left(slo), "Error budget left, as a share of the whole");
    let asks = [Some(left), burn].into_iter().flatten();
    asks.map(|(text, shows)| Ask::new(plan, Language::PromQl, text, shows)).collect()
}

fn whole(service: &ServicePlan, slo: &SloPlan) -> String {
    let promised = slo.about.description.clone();
    let promised = promised.or_else(|| service.about.description.clone());
    promised.unwrap_or_else(|| format!("{} works.", service.name))
}

fn labels(slo: &SloPlan, alert: Alert<'_>) -> Vec<(&'static str, String)> {
    std::iter::once((ALERT_NAME, alert.name().to_owned())).chain(alert.labels(slo)).collect()
}

/// Whether an alert fires, as one number: for how long its condition has held, 0 where it does not.
fn fires(plan: &Plan, slo: &SloPlan, alert: Alert<'_>) -> Ask {
    let labels = labels(slo, alert);
    let own: Vec<Matcher<'_>> = labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    let slices: [&[_]; 1] = [&own];
    let began = Expr::Select(Select::new("ALERTS_FOR_STATE", &slices));
    let now = Expr::Call("time", &[]);
    let held = Expr::binary(&now, Op::Sub, &began);
    let longest = Expr::aggregate(Aggregator::Max, &[], &held);
    let nothing = Expr::Vector(rust_decimal::Decimal::ZERO);
    let text = Expr::binary(&longest, Op::Or, &nothing).to_string();
    Ask::new(plan, Language::PromQl, text, "Seconds for which its condition has held; 0 while it does not")
}

fn rollback(plan: &Plan, service: &ServicePlan) -> Rollback {
    let command = service.about.rollback.clone();
    let how = command.map(|text| Ask::new(plan, Language::Shell, text, "Rolls back the last deployment"));
    Rollback { how, not_when: service.about.no_rollback.clone() }
}

fn burn(plan: &Plan, service: &ServicePlan, slo: &SloPlan, alert: &BurnAlert) -> AlertPage {
    let (long, short) = (alert.long.nominal, alert.short.nominal);
    let percent = arithmetic::percent(alert.threshold);
    let events = slo.sli.unit().requests;
    let fault = match slo.about.threshold {
        Some(Bound::Number(limit)) => format!("above {limit}"),
        Some(size @ Bound::Size(_)) => format!("larger than {size}"),
        Some(time @ Bound::Time(_)) => format!("slower than {time}"),
        None => "bad".to_owned(),
    };
    let bad = format!(
        "More than {percent}% of {events} were {fault} over the last {long}, and still are over the last {short}. The \
         objective allows {}% over {}.",
        arithmetic::percent(slo.budget),
        slo.window
    );
    let meaning = vec![whole(service, slo)];
    AlertPage {
        page: Alert::Burn(alert).slug(),
        alert: alert.name.clone(),
        severity: alert.severity.clone(),
        title: format!("{} {}: {}", slo.service, slo.name, pace(alert)),
        bad,
        labels: labels(slo, Alert::Burn(alert)),
        state: fires(plan, slo, Alert::Burn(alert)),
        rollback: rollback(plan, service),
        meaning,
        arithmetic: arithmetic::burn(slo, alert),
        steps: steps::burn(plan, service, slo, alert),
        failure_modes: burn_modes(service, slo, alert),
        receiver: receiver(plan, slo, &alert.severity),
        escalation: escalation(slo, &alert.severity),
    }
}

fn state(plan: &Plan, service: &ServicePlan, slo: &SloPlan, alert: &StateAlert) -> AlertPage {
    let what = named(alert.state);
    let bad = match alert.state {
        State::Absent => {
            "No time series of this objective has a recent sample, so nobody knows whether the objective is met. Either \
             nothing is scraped, or the process that exports the metrics is down. Treat it as an outage until you know \
             better."
                .to_owned()
        }
        State::Broken(hidden) => format!(
            "The objective counts {}, but no time series shows {}, which a healthy service always has. {}",
            slo.sli.unit().requests,
            slo.essential_sides(),
            match hidden {
                Recorded::Bad => {
                    "Nobody knows whether the objective is met, and burn-rate alerts are blind. The service itself may be \
                     well."
                }
                Recorded::Good => {
                    "All requests count as bad meanwhile, so burn-rate alerts fire as well. Either every request fails, or \
                     the good ones are counted under another name."
                }
            }
        ),
        State::GroupGone => {
            "A group that had events within a day has had no time series for half an hour. Its users may see an outage, \
             or the group was taken out of service."
                .to_owned()
        }
        State::NoTraffic => "The service gets no requests. Callers may not get through.".to_owned(),
    };
    AlertPage {
        page: Alert::State(alert).slug(),
        alert: alert.name.clone(),
        severity: alert.severity.clone(),
        title: format!("{} {}: {what}", slo.service, slo.name),
        bad,
        labels: labels(slo, Alert::State(alert)),
        state: fires(plan, slo, Alert::State(alert)),
        rollback: rollback(plan, service),
        meaning: vec![whole(service, slo)],
        arithmetic: arithmetic::promise(slo),
        steps: steps::state(plan, service, slo, alert),
        failure_modes: state_modes(slo, alert.state),
        receiver: receiver(plan, slo, &alert.severity),
        escalation: escalation(slo, &alert.severity),
    }
}

/// Who Alertmanager tells: an owner's route goes before a severity's.
fn receiver(plan: &Plan, slo: &SloPlan, severity: &str) -> Option<String> {
    let fits = |route: &&super::Route| {
        route.severity == severity
            && (route.owner.is_none() || route.owner == slo.owner)
            && route.services.has(&slo.service)
    };
    plan.alertmanager.routes.iter().find(fits).map(|route| route.receiver.clone())
}

fn escalation(slo: &SloPlan, severity: &str) -> Vec<String> {
    slo.policy.severities.get(severity).map(|severity| severity.escalation.clone()).unwrap_or_default()
}

fn burn_modes(service: &ServicePlan, slo: &SloPlan, alert: &BurnAlert) -> Vec<String> {
    let mut modes = Vec::new();
    for called in service.about.calls.iter().filter(|call| call.is_known) {
        modes.push(format!(
            "{} is slow or fails. Its own objectives burn as well, and the errors here are on calls to it.",
            called.service
        ));
    }
    for called in service.about.calls.iter().filter(|call| !call.is_known) {
        modes.push(format!("{} is slow or fails. It has no objective here, so only traces show it.", called.service));
    }
    modes.push("A new version. The burn begins within minutes of a deployment.".to_owned());
    modes.push("Overload. The request rate rises before errors and durations do.".to_owned());
    if alert.statement.one_failure_below >= 1.0 {
        modes.push(format!(
            "Low traffic. Below {:.0} requests an hour, one failed request is enough for the long window.",
            alert.statement.one_failure_below
        ));
    }
    if let Some(broken) = slo.states.iter().find(|alert| alert.state == State::Broken(Recorded::Good)) {
        modes.push(format!(
            "The good requests are counted under another name, so that all seem bad. `{}` fires too: look at its page \
             first.",
            broken.name
        ));
    }
    if !slo.group_by.is_empty() {
        modes.push(format!("A single group. The objective counts separately by {}.", slo.group_by.join(", ")));
    }
    modes
}

fn state_modes(slo: &SloPlan, state: State) -> Vec<String> {
    let added = slo.about.added.as_ref().filter(|_| state == State::Absent).map(|added| {
        format!(
            "The series lack the label of {added}, which the compiler added to the selector because this service declares \
             the metric: the policy's `service_label` says which label that is."
        )
    });
    let modes: &[&str] = match state {
        State::Absent => &[
            "The process died, or did not start after a deployment. Its metrics went with it.",
            "Nothing is scraped. The collector is down, or its address changed.",
            "A change renamed the metric, or a label that the objective selects by. `emberline check` finds that in the change.",
        ],
        State::Broken(Recorded::Bad) => &[
            "A change moved the bucket boundaries, and the threshold is none of them any more.",
            "The metric is in another unit than the objective takes it for: milliseconds instead of seconds.",
            "A library now exports the histogram in another form, such as a native one beside the count.",
            "A relabelling rule or a collector drops this side to save time series.",
        ],
        State::Broken(Recorded::Good) => &[
            "Every request has failed since the process started, so no good one was ever counted. The burn-rate alert is right.",
            "A change renamed the metric of good requests, or a label that the objective selects by.",
            "A relabelling rule or a collector drops this side to save time series.",
        ],
        State::GroupGone => &[
            "A region, a currency or a route was switched off on purpose. The alert resolves a day after its last event.",
            "A deployment lost a part of the configuration.",
        ],
        State::NoTraffic => &[
            "A caller stopped calling. Look at its own objectives.",
            "A load balancer, a DNS name or a certificate in front of the service broke.",
            "Nobody uses the service at this hour. Set `data: {no_traffic: ignore}` for this objective.",
        ],
    };
    modes.iter().map(|mode| (*mode).to_owned()).chain(added).collect()
}

/// A service's file name.
#[must_use]
pub fn stem(service: &str) -> String {
    names::stem(service)
}
