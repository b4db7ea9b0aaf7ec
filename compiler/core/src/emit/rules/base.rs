//! The base rules of an objective: its indicator says what they read.

use super::{Rules, Side, own};
use crate::indicator::{Base, Record};
use crate::plan::names;
use crate::promql::Expr;

/// Records them; events first and bad events last, since the bad side reads the others at the same instant.
pub(super) fn record(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let matchers = rules.own;
    let series = names::series(Side::Events, names::BASE);
    let good = names::good_events();
    let slices: [&[_]; 1] = [&matchers];
    let groups: Vec<&str> = slo.group_by.iter().map(String::as_str).collect();
    let base = Base {
        window: slo.timing.base.millis(),
        rated: rules.reads.rated.millis(),
        native: rules.reads.native,
        step: slo.timing.step.millis(),
        delay: rules.reads.late.millis(),
        replicas: slo.replica_label.as_deref(),
        groups: &groups,
        events: Expr::Recorded(own(&series, &slices)),
        good: Expr::Recorded(own(&good, &slices)),
    };
    slo.sli.record(&base, rules);
}

impl Record for Rules<'_> {
    fn events(&mut self, expr: &Expr<'_>) {
        self.record_raw(names::series(Side::Events, names::BASE), expr);
    }

    fn good(&mut self, expr: &Expr<'_>) {
        self.record_raw(names::good_events(), expr);
    }

    fn bad(&mut self, expr: &Expr<'_>) {
        self.record_raw(names::series(Side::Bad, names::BASE), expr);
    }
}
