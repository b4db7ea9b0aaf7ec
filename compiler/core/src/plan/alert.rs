//! Alerts: thresholds, guards and times. What they tell people is in [`super::words`].

use rust_decimal::Decimal;

use super::guard::Guard;
use super::lag::Lag;
use super::statement::{Statement, oracle_pair};
use super::terms::Terms;
use super::timing::{Scale, Window};
use crate::model::{Pair, Response, Slo, Strength};
use crate::oracle::{self, Recorded};
use crate::quantity::{Duration, Period};

/// A group counts as known when it had events within this long.
pub(super) const GONE_KNOWN: Duration = Duration::from_days(1);
/// A known group counts as gone, and a silent one as idle, after this long.
pub(super) const GONE_RECENT: Duration = Duration::from_minutes(30);

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
    /// How much later it sees windows of other rule groups.
    pub(super) lag: Lag,
    /// Where the pair was written.
    pub span: Option<crate::source::Span>,
}

impl BurnAlert {
    /// The share of bad events that both windows must exceed if the target left another budget, such as 0.01.
    #[must_use]
    pub fn threshold_of(&self, budget: Decimal) -> Decimal {
        threshold(self.burn, budget)
    }

    /// The pair of windows as the oracle takes it.
    pub(crate) fn to_oracle(&self) -> oracle::Pair {
        oracle_pair(&self.long, &self.short, self.threshold, self.guard)
    }
}

/// A state of missing data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// No series at all.
    Absent,
    /// Events, but not this base series: a side of the indicator is missing that cannot be absent in health.
    Broken(Recorded),
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
pub(super) fn burn(pair: &Pair, slo: &Slo, terms: &Terms, lag: Lag) -> BurnAlert {
    let burn = burn_rate(pair, terms.window);
    let threshold = threshold(burn, terms.budget);
    let guard = Guard::of(slo, terms);
    let long = Window::of(pair.long, terms.scale);
    let short = Window::of(pair.short, terms.scale);
    let statement = Statement::of(terms, &oracle_pair(&long, &short, threshold, guard), burn, guard, lag);
    BurnAlert {
        name: slo.alerting.names.burn.clone(),
        long,
        short,
        burn,
        threshold,
        guard,
        severity: pair.severity.clone(),
        statement,
        lag,
        span: pair.span,
    }
}

/// The share of bad events above which a burn rate spends a budget.
pub(super) fn threshold(burn: Decimal, budget: Decimal) -> Decimal {
    rounded(burn * budget)
}

/// The pair's burn rate, never below 1: at 1 the budget lasts exactly as long as it should.
fn burn_rate(pair: &Pair, window: Period) -> Decimal {
    let burn = match pair.strength {
        Strength::Burn(burn) => burn,
        Strength::Budget(share) => rounded(window.burn_rate(share.share(), pair.long)),
    };
    burn.max(Decimal::ONE).normalize()
}

/// 12 significant digits: far more than any counter holds, and short enough to read.
fn rounded(value: Decimal) -> Decimal {
    value.round_sf(12).unwrap_or(value).normalize()
}

/// The alerts on missing data that the objective asks for.
pub(super) fn states(slo: &Slo, scale: Scale) -> Vec<StateAlert> {
    let names = &slo.alerting.names;
    let hidden = slo.sli.essential().first().map(|side| side.hides);
    let broken = hidden.map(|hidden| (State::Broken(hidden), &slo.data.broken, &names.broken, 5));
    let rest = [
        (State::GroupGone, &slo.data.group_gone, &names.group_gone, 0),
        (State::NoTraffic, &slo.data.no_traffic, &names.no_traffic, 5),
    ];
    let mut alerts: Vec<StateAlert> = [(State::Absent, &slo.data.absent, &names.absent, 2)]
        .into_iter()
        .chain(broken)
        .chain(rest)
        .filter_map(|(state, response, name, minutes)| {
            let Response::Alert(severity) = response else { return None };
            Some(StateAlert {
                state,
                name: name.clone(),
                hold: scale.real(Duration::from_minutes(minutes)),
                reach: scale.real(Duration::from_minutes(5)),
                known: Window::of(GONE_KNOWN, scale),
                recent: Window::of(GONE_RECENT, scale),
                severity: severity.clone(),
            })
        })
        .collect();
    // Most objectives have one.
    alerts.shrink_to_fit();
    alerts
}
