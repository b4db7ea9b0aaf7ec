//! The two base rules of an objective: its indicator says what they read.

use super::{Rules, Side, own};
use crate::indicator::{Base, Record};
use crate::plan::names;
use crate::promql::Expr;

/// Records both; events first, since the bad side reads them at the same instant.
pub(super) fn record(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let matchers = rules.own;
    let series = Side::Events.series(names::BASE);
    let slices: [&[_]; 1] = [&matchers];
    let groups: Vec<&str> = slo.group_by.iter().map(String::as_str).collect();
    let base = Base {
        window: slo.timing.base.millis(),
        step: slo.timing.step.millis(),
        delay: slo.timing.delay.millis(),
        replicas: slo.replica_label.as_deref(),
        groups: &groups,
        events: Expr::Recorded(own(&series, &slices)),
    };
    slo.sli.record(&base, rules);
}

impl Record for Rules<'_> {
    fn events(&mut self, expr: &Expr<'_>) {
        self.record_raw(Side::Events.series(names::BASE), expr);
    }

    fn bad(&mut self, expr: &Expr<'_>) {
        self.record_raw(Side::Bad.series(names::BASE), expr);
    }
}
