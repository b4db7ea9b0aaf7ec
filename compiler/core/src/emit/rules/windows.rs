//! Windows over the recorded base, and the burn rates that people look at.

use rust_decimal::Decimal;

use super::{Rules, Side, own};
use crate::plan::{Window, WindowKind, names};
use crate::promql::{Compare, Expr, Op};

/// Records the short counts of both sides, which the long windows and the budget are made of.
pub(super) fn counts(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let timing = slo.timing;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    for side in Side::BOTH {
        let base = names::series(side, names::BASE);
        let inner = Expr::Select(own(&base, &slices));
        let over = [Expr::subquery(&inner, timing.count_step.millis(), timing.step.millis())];
        let sum = Expr::Call("sum_over_time", &over);
        let seconds = Expr::Number(slo.step_seconds());
        rules.record(names::series(side, names::COUNT), &Expr::binary(&sum, Op::Mul, &seconds));
    }
}

/// Records a window of both sides: of the base, or of the short counts.
pub(super) fn record(rules: &mut Rules<'_>, window: &Window) {
    let slo = rules.slo;
    let timing = slo.timing;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    let real = window.real.millis();
    for side in Side::BOTH {
        let read = names::series(
            side,
            match window.kind {
                WindowKind::Counted => names::COUNT,
                WindowKind::Mean | WindowKind::Stepped => names::BASE,
            },
        );
        let read = own(&read, &slices);
        let inner = Expr::Select(read);
        let (function, over) = match window.kind {
            WindowKind::Mean => ("avg_over_time", Expr::Range(read, real)),
            WindowKind::Stepped => ("avg_over_time", Expr::subquery(&inner, real, timing.step.millis())),
            WindowKind::Counted => ("sum_over_time", Expr::subquery(&inner, real, timing.count_step.millis())),
        };
        rules.record(names::series(side, &window.suffix), &Expr::Call(function, &[over]));
    }
}

/// Records how many times too fast the budget burns over a window: 1 spends it exactly by the end.
pub(super) fn burn_rate(rules: &mut Rules<'_>, window: &Window) {
    let slo = rules.slo;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    let (bad, all) = (names::series(Side::Bad, &window.suffix), names::series(Side::Events, &window.suffix));
    let bad = Expr::Select(own(&bad, &slices));
    let all = Expr::Select(own(&all, &slices));
    // Without events there is no rate: nothing is recorded rather than NaN.
    let (nothing, budget) = (Expr::Number(Decimal::ZERO), Expr::Number(slo.budget));
    let some = Expr::binary(&all, Op::Filter(Compare::Gt), &nothing);
    let ratio = Expr::binary(&bad, Op::Div, &some);
    rules.record(format!("{}:{}", names::BURN_RATE, window.nominal), &Expr::binary(&ratio, Op::Div, &budget));
}
