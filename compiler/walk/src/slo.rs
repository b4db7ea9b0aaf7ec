//! The first layer: which error budget burns, how fast, since when, and how much error budget is left.

use emberline_core::plan::{Plan, SloPlan, Window, names, queries};
use emberline_core::quantity::Bound;
use serde::Serialize;

use super::ask::Ask;
use super::ask::{Asked, Log, ask, instant, line, selector};
use super::case::Question;
use super::graph::Calls;
use super::onset::{self, Onset};
use crate::source::{Alert, Labels, Point, Sources};
use emberline_prose::number::{clock, figure, length, percent};

/// An alert of an objective that fires.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Firing {
    /// The alert's name, from the label `alertname`.
    pub alert: String,
    /// The service.
    pub service: String,
    /// The objective's name.
    pub slo: String,
    /// The severity.
    pub severity: String,
    /// The long and the short window, nominal; `None` if data is missing.
    pub windows: Option<(String, String)>,
    /// When the alert's condition began to hold, unix seconds.
    pub since: f64,
    /// Labels of the alert's group, if the objective has groups.
    pub group: Labels,
}

impl Firing {
    /// The alert in words.
    #[must_use]
    pub fn words(&self) -> String {
        let group: String = self.group.iter().map(|(label, value)| format!(" {label}={value}")).collect();
        match &self.windows {
            Some((long, short)) => format!("{}/{}{group} ({}, {long}/{short})", self.service, self.slo, self.severity),
            None => format!("{}/{}{group} ({}, data is missing)", self.service, self.slo, self.severity),
        }
    }
}

/// How fast the budget burns over a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Burn {
    /// The window, nominal.
    pub window: String,
    /// The window's real length in seconds; drills shorten it.
    pub seconds: f64,
    /// The burn rate: a multiple of the sustainable rate.
    pub rate: f64,
}

/// The evidence of the first layer.
#[derive(Debug, Clone, Serialize)]
pub struct Objective {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// The alert that is walked.
    pub firing: Firing,
    /// Other firing alerts, the gravest first.
    pub others: Vec<Firing>,
    /// The target share of good events.
    pub objective: f64,
    /// The objective's description.
    pub promise: Option<String>,
    /// The threshold of a latency objective, in seconds.
    pub threshold: Option<f64>,
    /// The share of bad events above which the alert fires.
    pub alert_above: Option<f64>,
    /// Burn rates, shortest window first.
    pub burns: Vec<Burn>,
    /// The share of the error budget that is left; negative once overspent.
    pub budget_left: Option<f64>,
    /// The real length of the alert's long window in seconds.
    pub long: f64,
    /// When the incident began.
    pub onset: Onset,
    /// The share of bad events over time.
    pub ratio: Vec<Point>,
}

/// What the first layer found.
pub(super) enum Found<'p> {
    /// An alert fires.
    Burns(Box<Objective>, &'p SloPlan),
    /// No alert fires.
    Quiet { conclusion: String, asked: Vec<Ask> },
    /// Prometheus does not answer.
    Unreachable(String),
}

/// Looks for the alert to walk.
pub(super) fn look<'p>(question: &Question<'p>, calls: &Calls<'_>, sources: &Sources<'_>) -> Found<'p> {
    let mut log = Log::default();
    let answer = sources.metrics.alerts();
    let words =
        |alerts: &Vec<Alert>| format!("{} of {} fire", alerts.iter().filter(|it| it.fires).count(), alerts.len());
    let Some(alerts) = log.keep(ask(sources.metrics.name(), "alerts", answer, words)) else {
        return Found::Unreachable(log.trouble().unwrap_or_default());
    };
    let mut all: Vec<(Firing, &SloPlan)> = alerts.iter().filter_map(|alert| of_plan(alert, question.plan)).collect();
    all.sort_by(|a, b| gravity(b, question.plan, calls).total_cmp(&gravity(a, question.plan, calls)));
    let wanted = all.iter().position(|(firing, _)| question.alert.is_none_or(|asked| is_named(firing, asked)));
    let Some(wanted) = wanted else {
        return quiet(question, &all, log, sources);
    };
    let (firing, slo) = all.remove(wanted);
    let others = all.into_iter().map(|(firing, _)| firing).collect();
    Found::Burns(Box::new(burning(question, firing, others, slo, log, sources)), slo)
}

/// The alert, if it fires and belongs to the plan.
fn of_plan<'p>(alert: &Alert, plan: &'p Plan) -> Option<(Firing, &'p SloPlan)> {
    let planned = plan.slo(&alert.labels)?;
    let label = |name: &str| alert.labels.get(name).cloned();
    let group = planned.group_by.iter().filter_map(|name| Some((name.clone(), label(name)?))).collect();
    let firing = Firing {
        alert: alert.name.clone(),
        service: planned.service.clone(),
        slo: planned.name.clone(),
        severity: label("severity").unwrap_or_default(),
        windows: label("long_window").zip(label("short_window")),
        since: alert.since,
        group,
    };
    alert.fires.then_some((firing, planned))
}

fn is_named(firing: &Firing, asked: &str) -> bool {
    format!("{}/{}", firing.service, firing.slo) == asked || firing.alert.contains(asked)
}

/// The order of alerts. Bad events come before missing data, because missing data has no requests to examine. Next
/// in order are the severity with the highest burn rates, the deepest service, and the highest burn rate. A deeper
/// service may cause the other alerts.
fn gravity((firing, slo): &(Firing, &SloPlan), plan: &Plan, calls: &Calls<'_>) -> f64 {
    let burns = plan.slos().flat_map(|slo| &slo.burns);
    let of_severity = burns.filter(|burn| burn.severity == firing.severity).map(|burn| float(burn.burn));
    let severity = of_severity.fold(0.0, f64::max);
    let own = pair(firing, slo).map_or(0.0, |burn| float(burn.burn));
    let is_burn = if firing.windows.is_some() { 1e9 } else { 0.0 };
    is_burn + severity * 1e5 + super::middle::number(calls.depth(&firing.service)).min(99.0) * 1e3 + own.min(999.0)
}

/// The pair of windows that the alert fires for.
fn pair<'s>(firing: &Firing, slo: &'s SloPlan) -> Option<&'s emberline_core::plan::BurnAlert> {
    let (long, short) = firing.windows.as_ref()?;
    slo.burns.iter().find(|it| it.long.nominal.to_string() == *long && it.short.nominal.to_string() == *short)
}

/// A decimal as a float, for display.
fn float(value: impl ToString) -> f64 {
    value.to_string().parse().unwrap_or(0.0)
}

/// The result if no requested alert fires. It names the highest burn rate.
fn quiet<'p>(question: &Question<'p>, firing: &[(Firing, &SloPlan)], mut log: Log, sources: &Sources<'_>) -> Found<'p> {
    let steepest = format!("topk(1, {{__name__=~\"{}:.+\",slo!=\"\"}})", names::BURN_RATE);
    let series = log.keep(instant(sources.metrics, &steepest, question.now));
    let steepest = series.first().and_then(|series| {
        let window = series.label("__name__").rsplit(':').next().unwrap_or_default().to_owned();
        let burn = series.last()?;
        Some(format!(
            "the highest burn rate is {}× over {window}, of {}/{}",
            figure(burn),
            series.label("service"),
            series.label("slo")
        ))
    });
    let steepest = steepest.unwrap_or_else(|| "no burn rate is recorded: are the rules loaded?".to_owned());
    let conclusion = match (question.alert, firing) {
        (_, []) => format!("No error budget burns: no alert of these objectives fires, and {steepest}."),
        (Some(asked), others) => {
            let others: Vec<String> = others.iter().map(|(firing, _)| firing.words()).collect();
            format!("No alert matches `{asked}`. Firing: {}.", others.join(", "))
        }
        (None, _) => format!("No error budget burns, and {steepest}."),
    };
    Found::Quiet { conclusion, asked: log.asks() }
}

/// The evidence for an alert that fires.
fn burning(
    question: &Question<'_>,
    firing: Firing,
    others: Vec<Firing>,
    slo: &SloPlan,
    mut log: Log,
    sources: &Sources<'_>,
) -> Objective {
    let mut own: Labels =
        [("service", &slo.service), ("slo", &slo.name)].map(|(label, value)| (label.to_owned(), value.clone())).into();
    own.extend(firing.group.clone());
    let (burns, budget_left) = log.keep(burn_rates(question.now, &own, slo, sources));
    let base = slo.timing.base.seconds();
    let long = pair(&firing, slo).map_or(12.0 * base, |burn| burn.long.real.seconds());
    let (ratio, onset) = log.keep(ratio(question.now, &own, &firing, (slo, long), sources));
    let mut objective = Objective {
        asked: log.asks(),
        conclusion: String::new(),
        objective: float(slo.objective),
        promise: slo.about.description.clone(),
        threshold: slo.about.longest().and_then(Bound::seconds).map(float),
        alert_above: pair(&firing, slo).map(|burn| float(burn.threshold)),
        firing,
        others,
        burns,
        budget_left,
        long,
        onset,
        ratio,
    };
    objective.conclusion = conclusion(&objective);
    objective
}

/// The burn rates of all windows and the budget, in one query.
fn burn_rates(now: f64, own: &Labels, slo: &SloPlan, sources: &Sources<'_>) -> Asked<(Vec<Burn>, Option<f64>)> {
    let name = format!("{}:.+|{}", names::BURN_RATE, names::BUDGET_REMAINING);
    let query = selector("", own).replacen('{', &format!("{{__name__=~{},", queries::quoted(&name)), 1);
    let (series, log) = instant(sources.metrics, &query, now).apart();
    let value = |name: &str| -> Vec<f64> {
        series.iter().filter(|it| it.label("__name__") == name).filter_map(|it| it.last()).collect()
    };
    let rate = |window: &Window| {
        let rate = value(&format!("{}:{}", names::BURN_RATE, window.nominal)).into_iter().reduce(f64::max)?;
        Some(Burn { window: window.nominal.to_string(), seconds: window.real.seconds(), rate })
    };
    let burns = slo.windows.iter().filter_map(rate).collect();
    log.with((burns, value(names::BUDGET_REMAINING).into_iter().reduce(f64::min)))
}

/// The most points of a range.
const POINTS: f64 = 1_500.0;

/// The share of bad events over time, and when that share left its usual level.
fn ratio(
    now: f64,
    own: &Labels,
    firing: &Firing,
    (slo, long): (&SloPlan, f64),
    sources: &Sources<'_>,
) -> Asked<(Vec<Point>, Onset)> {
    let base = slo.timing.base.seconds();
    let side = |name: &str| selector(&format!("{name}:{}", names::BASE), own);
    let query = format!("sum({}) / sum({})", side(names::BAD_EVENTS), side(names::EVENTS));
    let start = firing.since - 2.0 * long;
    let step = slo.timing.evaluation.seconds().max((now - start) / POINTS).max(0.001);
    let (points, log) = line(sources.metrics, &query, start, now, step).apart();
    let found = onset::find(&points, firing.since, base.max(step), long);
    let onset = found.unwrap_or(Onset {
        time: firing.since - base,
        plus_minus: base.max(long / 2.0),
        last: firing.since - base,
        usual: 0.0,
        level: points.last().map_or(0.0, |point| point.value),
        is_seen: false,
    });
    log.with((points, onset))
}

impl Objective {
    /// Takes a later onset: what was before it is an incident of its own.
    pub(super) fn begin_at(&mut self, onset: Onset) {
        let earlier = clock(self.onset.time);
        self.onset = onset;
        self.conclusion = format!("{} An earlier incident began at {earlier} and had ended.", conclusion(self));
    }
}

fn conclusion(objective: &Objective) -> String {
    let Objective { firing, onset, .. } = objective;
    let since = format!("{} (± {})", clock(onset.time), length(onset.plus_minus));
    let began = match (onset.is_seen, firing.windows.is_some()) {
        (true, _) if onset.is_intermittent() => {
            format!("Onset: {since}; it comes and goes, last since {}", clock(onset.last))
        }
        (true, _) => format!("Onset: {since}"),
        (false, true) => format!("The onset is not visible; the alert fires since {}", clock(firing.since)),
        (false, false) => format!("Data is missing since about {}", clock(firing.since)),
    };
    let bad = match firing.windows {
        Some(_) => format!(
            "{} of events are bad, usually {}; {}",
            percent(onset.level),
            percent(onset.usual),
            objective.burns.first().map_or_else(
                || "no burn rate is recorded".to_owned(),
                |burn| format!("the error budget burns {}× too fast over {}", figure(burn.rate), burn.window)
            )
        ),
        None => "no events arrive".to_owned(),
    };
    let left = objective.budget_left.map_or_else(String::new, |left| format!("; error budget left: {}", percent(left)));
    let promise = percent_exact(objective.objective);
    let threshold = objective.threshold.map_or_else(String::new, |it| format!(" within {}", length(it)));
    format!("{}, objective {promise}{threshold}: {bad}{left}. {began}.", firing.words())
}

/// An objective's target share, without rounding nines away.
fn percent_exact(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
