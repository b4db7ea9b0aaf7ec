//! Windows over the recorded base, and the burn rates that people look at.

use rust_decimal::Decimal;

use super::{Rules, Side, own};
use crate::plan::{WindowKind, names};
use crate::promql::{Compare, Expr, Op};

/// Records every window of both sides, and the counts that the long ones and the budget are made of.
pub(super) fn record(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let timing = slo.timing;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    // Counted windows read the short count, so it comes before them.
    for side in Side::BOTH {
        let base = side.series(names::BASE);
        let base = own(&base, &slices);
        for window in slo.windows.iter().filter(|window| window.kind != WindowKind::Counted) {
            let real = window.real.millis();
            let inner = Expr::Select(base);
            let over = [match window.kind {
                WindowKind::Mean => Expr::Range(base, real),
                _ => Expr::subquery(&inner, real, timing.step.millis()),
            }];
            rules.record(side.series(&window.suffix), &Expr::Call("avg_over_time", &over));
        }
        let inner = Expr::Select(base);
        let over = [Expr::subquery(&inner, timing.count_step.millis(), timing.step.millis())];
        let sum = Expr::Call("sum_over_time", &over);
        let seconds = Expr::Number(slo.step_seconds());
        rules.record(side.series(names::COUNT), &Expr::binary(&sum, Op::Mul, &seconds));
    }
    for side in Side::BOTH {
        let count = side.series(names::COUNT);
        let count = Expr::Select(own(&count, &slices));
        for window in slo.windows.iter().filter(|window| window.kind == WindowKind::Counted) {
            let over = [Expr::subquery(&count, window.real.millis(), timing.count_step.millis())];
            rules.record(side.series(&window.suffix), &Expr::Call("sum_over_time", &over));
        }
    }
}

/// Records how many times too fast the budget burns over each window: 1 spends it exactly by the end.
pub(super) fn burn_rates(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    for window in &slo.windows {
        let (bad, all) = (Side::Bad.series(&window.suffix), Side::Events.series(&window.suffix));
        let bad = Expr::Select(own(&bad, &slices));
        let all = Expr::Select(own(&all, &slices));
        // Without events there is no rate: nothing is recorded rather than NaN.
        let (nothing, budget) = (Expr::Number(Decimal::ZERO), Expr::Number(slo.budget));
        let some = Expr::binary(&all, Op::Filter(Compare::Gt), &nothing);
        let ratio = Expr::binary(&bad, Op::Div, &some);
        rules.record(format!("{}:{}", names::BURN_RATE, window.nominal), &Expr::binary(&ratio, Op::Div, &budget));
    }
}
