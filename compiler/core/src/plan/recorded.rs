//! Queries for the error budgets that a server has recorded, for all wanted objectives of a service at once.

use super::names;
use super::slo::SloPlan;
use crate::labels::SLO;
use crate::oracle::Side;
use crate::promql::{Expr, MatchOp, Matcher, Select};
use crate::quantity::Duration;

/// How far back a server is asked when it last recorded a budget.
pub const SEEN: Duration = Duration::from_days(1);
/// The distance of the instants at which it is asked for that. An instant read finds what is up to five minutes old.
const SEEN_STEP: Duration = Duration::from_minutes(2);
/// At how many instants, at the most, a server is asked whether events were counted then.
const INSTANTS: u64 = 1_000;
/// The start of the names of burn rates, with the separator behind which the window stands.
const BURN_RATES: &str = "slo:burn_rate:.+";

/// What is asked about objectives of one service.
#[derive(Debug)]
pub struct BudgetQueries<'p> {
    own: Vec<Matcher<'p>>,
}

impl<'p> BudgetQueries<'p> {
    /// For these objectives of one service; `None` if there are none. A query for several objectives asks for the whole
    /// service, so answers may be about others as well.
    #[must_use]
    pub fn of(slos: &[&'p SloPlan]) -> Option<Self> {
        let first = slos.first()?;
        let is_one = slos.len() == 1;
        let labels = first.labels.iter().filter(|(name, _)| is_one || name != SLO);
        let mut own: Vec<Matcher<'p>> = labels.map(|(name, value)| Matcher::eq(name, value)).collect();
        if !is_one {
            own.push(Matcher::ne(SLO, ""));
        }
        Some(Self { own })
    }

    /// Everything that is recorded about budgets now: what is left, counts over the window, burn rates, and for which
    /// objective and window.
    #[must_use]
    pub fn now(&self) -> String {
        let counts = [Side::Events, Side::Bad].map(|side| names::series(side, names::COUNT_WINDOW));
        let [all, bad] = &counts;
        let wanted = [names::BUDGET_REMAINING, all, bad, names::OBJECTIVE, names::WINDOW, BURN_RATES].join("|");
        let name = [Matcher { label: "__name__", op: MatchOp::Re, value: &wanted }];
        let slices: [&[_]; 2] = [&name, &self.own];
        Expr::Select(Select { metric: None, matchers: &slices }).to_string()
    }

    /// When what is left was recorded, in seconds since 1970.
    #[must_use]
    pub fn recorded(&self) -> String {
        let slices: [&[_]; 1] = [&self.own];
        let left = [Expr::Select(Select::new(names::BUDGET_REMAINING, &slices))];
        Expr::Call("timestamp", &left).to_string()
    }

    /// When what is left was recorded last, within [`SEEN`], in seconds since 1970.
    #[must_use]
    pub fn seen(&self) -> String {
        let slices: [&[_]; 1] = [&self.own];
        let left = [Expr::Select(Select::new(names::BUDGET_REMAINING, &slices))];
        let at = Expr::Call("timestamp", &left);
        let over = [Expr::subquery(&at, SEEN.millis(), SEEN_STEP.millis())];
        Expr::Call("max_over_time", &over).to_string()
    }

    /// At how many instants of an objective's window events were counted, out of [`instants`].
    #[must_use]
    pub fn counted(&self, slo: &SloPlan) -> String {
        let slices: [&[_]; 1] = [&self.own];
        let counts = names::series(Side::Events, names::COUNT);
        let counts = Expr::Select(Select::new(&counts, &slices));
        let over = [Expr::subquery(&counts, slo.window_real.reach().millis(), step(slo))];
        Expr::Call("count_over_time", &over).to_string()
    }
}

/// How many instants of the objective's window [`BudgetQueries::counted`] asks for.
#[must_use]
pub fn instants(slo: &SloPlan) -> u64 {
    slo.window_real.reach().millis() / step(slo)
}

/// The distance of these instants in milliseconds: a multiple of the distance at which counts are added up.
fn step(slo: &SloPlan) -> u64 {
    let count = slo.timing.count_step.millis().max(1);
    count * slo.window_real.reach().millis().div_ceil(count * INSTANTS).max(1)
}
