//! The budget's group: counts over the objective's window, what is left, and what dashboards read.

use rust_decimal::Decimal;

use super::{Rules, Side, own};
use crate::plan::names;
use crate::promql::{Compare, Expr, Op};

/// Records the window's counts, the remaining budget, and the objective itself.
pub(super) fn record(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    for side in Side::BOTH {
        let count = names::series(side, names::COUNT);
        let inner = Expr::Select(own(&count, &slices));
        let over = [Expr::subquery(&inner, slo.window_real.reach().millis(), slo.timing.count_step.millis())];
        rules.record(names::series(side, names::COUNT_WINDOW), &Expr::Call("sum_over_time", &over));
    }
    let (bad, all) = (names::series(Side::Bad, names::COUNT_WINDOW), names::series(Side::Events, names::COUNT_WINDOW));
    let bad = Expr::Select(own(&bad, &slices));
    let all = Expr::Select(own(&all, &slices));
    let nothing = Expr::Number(Decimal::ZERO);
    let some = Expr::binary(&all, Op::Filter(Compare::Gt), &nothing);
    let ratio = Expr::binary(&bad, Op::Div, &some);
    let budget = Expr::Number(slo.budget);
    let spent = Expr::binary(&ratio, Op::Div, &budget);
    let one = Expr::Number(Decimal::ONE);
    rules.record(names::BUDGET_REMAINING.to_owned(), &Expr::binary(&one, Op::Sub, &spent));
    rules.record(names::OBJECTIVE.to_owned(), &Expr::Vector(slo.objective));
    rules.record(names::WINDOW.to_owned(), &Expr::Vector(slo.window_seconds()));
    rules.record_with(names::INFO.to_owned(), &Expr::Vector(Decimal::ONE), &slo.info);
}
