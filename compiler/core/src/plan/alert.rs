//! Alerts: thresholds, guards and times. What they tell people is in [`super::words`].

use rust_decimal::Decimal;

use super::slo::SloPlan;
use super::statement::Statement;
use super::timing::Window;
use crate::model::{Pair, Response, Slo, Strength};
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
}

/// The burn-rate alert of a pair.
pub(super) fn burn(pair: &Pair, slo: &Slo, plan: &SloPlan) -> BurnAlert {
    let burn = burn_rate(pair, plan.window);
    let threshold = rounded(burn * plan.budget);
    let guard = guard(slo, plan);
    let long = Window::of(pair.long, plan.scale);
    let short = Window::of(pair.short, plan.scale);
    let statement = Statement::of(plan, &long, &short, burn, threshold, guard);
    BurnAlert {
        name: slo.alerting.names.burn.clone(),
        long,
        short,
        burn,
        threshold,
        guard,
        severity: pair.severity.clone(),
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
    let few = !plan.sli.unit().is_paced
        && slo.traffic.is_some_and(|traffic| traffic.value.per_hour() < Decimal::from(LOW_TRAFFIC_PER_HOUR));
    let events = slo.alerting.min_bad_events.unwrap_or(if few { FEW_BAD_EVENTS } else { 0 });
    let unit = if plan.sli.unit().is_paced { plan.step_seconds() } else { Decimal::ONE };
    (events > 0).then(|| Guard { events, count: (Decimal::from(events) - Decimal::new(5, 1)) * unit })
}

/// The alerts on missing data that the objective asks for.
pub(super) fn states(slo: &Slo, plan: &SloPlan) -> Vec<StateAlert> {
    let names = &slo.alerting.names;
    let all = [
        (State::Absent, &slo.data.absent, &names.absent, 2),
        (State::GroupGone, &slo.data.group_gone, &names.group_gone, 0),
        (State::NoTraffic, &slo.data.no_traffic, &names.no_traffic, 5),
    ];
    let mut alerts: Vec<StateAlert> = all
        .into_iter()
        .filter_map(|(state, response, name, minutes)| {
            let Response::Alert(severity) = response else { return None };
            Some(StateAlert {
                state,
                name: name.clone(),
                hold: plan.scale.real(Duration::from_minutes(minutes)),
                reach: plan.scale.real(Duration::from_minutes(5)),
                known: Window::of(GONE_KNOWN, plan.scale),
                recent: Window::of(GONE_RECENT, plan.scale),
                severity: severity.clone(),
            })
        })
        .collect();
    // Most objectives have one.
    alerts.shrink_to_fit();
    alerts
}
