//! The only two rules that touch raw series: all events and bad events, each counted once.

use rust_decimal::Decimal;

use super::{Rules, Side, own};
use crate::plan::{Counters, Sli, names};
use crate::promql::{Aggregator, Compare, Expr, Op, Select, Selector};

/// Records both; events first, since the bad side reads them at the same instant.
pub(super) fn record(rules: &mut Rules<'_>) {
    let slo = rules.slo;
    let (base, step) = (slo.timing.base.millis(), slo.timing.step.millis());
    match &slo.sli {
        Sli::Counters(counters) => events(rules, counters, base),
        Sli::Classic { count, bucket } => {
            sum_rate(rules, count, base, |rules, all| rules.record(Side::Events.series(names::BASE), all));
            sum_rate(rules, bucket, base, classic_bad);
        }
        Sli::Native { histogram, limit } => native(rules, histogram, *limit, base),
        Sli::SliceUp { gauge } => slice_up(rules, gauge, step),
        Sli::SliceRatio { counters, limit, idle_counts } => slice_ratio(rules, counters, *limit, *idle_counts, base),
    }
}

/// Hands `sum by (groups) (rate(selector[base]))` to `then`.
fn sum_rate(rules: &mut Rules<'_>, selector: &Selector, base: u64, then: impl FnOnce(&mut Rules<'_>, &Expr<'_>)) {
    let matchers = selector.borrowed();
    let groups = groups(rules);
    let range = [Expr::Range(Select { metric: selector.metric_name(), matchers: &[&matchers] }, base)];
    then(rules, &Expr::aggregate(Aggregator::Sum, &groups, &Expr::Call("rate", &range)));
}

fn groups<'p>(rules: &Rules<'p>) -> Vec<&'p str> {
    rules.slo.group_by.iter().map(String::as_str).collect()
}

/// Hands the part's rate, with nothing where a group of `all` lacks it, to `then`.
///
/// `on (groups)` fills exactly the missing groups; without it both sides would end as the same series, an error.
fn filled(
    rules: &mut Rules<'_>,
    part: &Selector,
    base: u64,
    all: &Expr<'_>,
    then: impl FnOnce(&mut Rules<'_>, &Expr<'_>),
) {
    sum_rate(rules, part, base, |rules, rate| {
        let groups = groups(rules);
        let nothing = Expr::binary(all, Op::Mul, &Expr::Number(Decimal::ZERO));
        then(rules, &Expr::binary_on(rate, Op::Or, &groups, &nothing));
    });
}

/// Hands the rate of all events to `then`. Bad events of a group that no total counts are events as well: a group
/// that only ever failed, or a label that just one of two metrics has, burns instead of being left out.
fn all_events(rules: &mut Rules<'_>, counters: &Counters, base: u64, then: impl FnOnce(&mut Rules<'_>, &Expr<'_>)) {
    let has_two_metrics = counters.total.metric_name() != counters.part.metric_name();
    sum_rate(rules, &counters.total, base, |rules, all| {
        let groups = groups(rules);
        if groups.is_empty() || counters.part_is_good || !has_two_metrics {
            return then(rules, all);
        }
        sum_rate(rules, &counters.part, base, |rules, bad| {
            // Only while there are any: the total's absence must stay visible.
            let some = Expr::binary(bad, Op::Filter(Compare::Gt), &Expr::Number(Decimal::ZERO));
            then(rules, &Expr::binary_on(all, Op::Or, &groups, &some));
        });
    });
}

fn events(rules: &mut Rules<'_>, counters: &Counters, base: u64) {
    all_events(rules, counters, base, |rules, all| rules.record(Side::Events.series(names::BASE), all));
    let matchers = rules.own;
    let series = Side::Events.series(names::BASE);
    let slices: [&[_]; 1] = [&matchers];
    let all = Expr::Select(own(&series, &slices));
    filled(rules, &counters.part, base, &all, |rules, part| {
        let bad = Side::Bad.series(names::BASE);
        if counters.part_is_good {
            // The good side is filled, not the bad: with no good series at all, everything is bad.
            let groups = groups(rules);
            rules.record(bad, &Expr::binary_on(&all, Op::Sub, &groups, part));
        } else {
            rules.record(bad, part);
        }
    });
}

/// Count − bucket. Never filled: events without the bucket are a broken indicator, not an outage.
fn classic_bad(rules: &mut Rules<'_>, fast_enough: &Expr<'_>) {
    let matchers = rules.own;
    let groups = groups(rules);
    let series = Side::Events.series(names::BASE);
    let slices: [&[_]; 1] = [&matchers];
    let all = Expr::Select(own(&series, &slices));
    rules.record(Side::Bad.series(names::BASE), &Expr::binary_on(&all, Op::Sub, &groups, fast_enough));
}

/// Events × the share above the threshold; the fraction of an idle histogram is NaN, which one sample of would spread
/// to every window above it, so `>= 0` drops it and the idle group is filled with nothing.
fn native(rules: &mut Rules<'_>, histogram: &Selector, limit: Decimal, base: u64) {
    sum_rate(rules, histogram, base, |rules, rate| {
        rules.record(Side::Events.series(names::BASE), &Expr::Call("histogram_count", &[*rate]));
        let matchers = rules.own;
        let groups = groups(rules);
        let series = Side::Events.series(names::BASE);
        let slices: [&[_]; 1] = [&matchers];
        let all = Expr::Select(own(&series, &slices));
        let fraction = [Expr::Number(Decimal::ZERO), Expr::Number(limit), *rate];
        let fraction = Expr::Call("histogram_fraction", &fraction);
        let good = Expr::binary_on(&all, Op::Mul, &groups, &fraction);
        let bad = Expr::binary_on(&all, Op::Sub, &groups, &good);
        let known = Expr::binary(&bad, Op::Filter(Compare::Ge), &Expr::Number(Decimal::ZERO));
        let nothing = Expr::binary(&all, Op::Mul, &Expr::Number(Decimal::ZERO));
        rules.record(Side::Bad.series(names::BASE), &Expr::binary_on(&known, Op::Or, &groups, &nothing));
    });
}

/// A minute exists when the gauge had a sample in it, and is bad when one of them was below 1.
fn slice_up(rules: &mut Rules<'_>, gauge: &Selector, slice: u64) {
    let matchers = gauge.borrowed();
    let groups = groups(rules);
    let range = [Expr::Range(Select { metric: gauge.metric_name(), matchers: &[&matchers] }, slice)];
    let last = Expr::Call("last_over_time", &range);
    let seen = Expr::aggregate(Aggregator::Group, &groups, &last);
    rules.record(Side::Events.series(names::BASE), &seen);
    let least = Expr::Call("min_over_time", &range);
    let one = Expr::Number(Decimal::ONE);
    let fell = Expr::binary(&least, Op::Test(Compare::Lt), &one);
    rules.record(Side::Bad.series(names::BASE), &Expr::aggregate(Aggregator::Max, &groups, &fell));
}

/// A minute is bad when more than `limit` of its events were.
fn slice_ratio(rules: &mut Rules<'_>, counters: &Counters, limit: Decimal, idle_counts: bool, base: u64) {
    all_events(rules, counters, base, |rules, all| {
        // Any rate is above −1: an idle minute counts. Only one with events is above 0.
        let floor = Expr::Number(if idle_counts { Decimal::NEGATIVE_ONE } else { Decimal::ZERO });
        let exists = Expr::binary(all, Op::Test(Compare::Gt), &floor);
        rules.record(Side::Events.series(names::BASE), &exists);
        filled(rules, &counters.part, base, all, |rules, part| {
            let groups = groups(rules);
            let rest = Expr::binary_on(all, Op::Sub, &groups, part);
            let bad = if counters.part_is_good { &rest } else { part };
            let limit = Expr::Number(limit);
            let most = &Expr::binary(&limit, Op::Mul, all);
            rules.record(
                Side::Bad.series(names::BASE),
                &Expr::Binary {
                    lhs: bad,
                    op: Op::Test(Compare::Gt),
                    matching: crate::promql::Matching::On(&groups),
                    rhs: most,
                },
            );
        });
    });
}
