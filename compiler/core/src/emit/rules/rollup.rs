//! The budget of an objective over all clusters, for a ruler that sees what the ruler of each cluster recorded.
//!
//! Counts are added up and then divided once. A mean of the clusters' budgets would give a cluster with ten requests the weight
//! of one with ten million.

use rust_decimal::Decimal;

use super::{Dialect, Group, Rules, Side, own};
use crate::plan::{SloPlan, names};
use crate::promql::{Aggregator, Compare, Expr, Matcher, Op, Select};

/// How long the counts of a cluster stand in for it once its ruler records no more, in milliseconds: an hour without a
/// cluster's ruler does not make its events vanish from the budget.
const KEPT: u64 = 60 * 60 * 1_000;

/// The group of an objective; `cluster` is the external label that tells clusters apart.
pub(crate) fn rollup<'p>(slo: &'p SloPlan, cluster: &str) -> Group<'p> {
    let mut rules = Rules::new(slo, Dialect::Prometheus.reads(slo));
    let somewhere = [Matcher::ne(cluster, "")];
    let own_matchers = rules.own;
    let slices: [&[_]; 2] = [&own_matchers, &somewhere];
    let kept = slo.labels.iter().map(|(name, _)| name).chain(&slo.group_by);
    let by: Vec<&str> = kept.map(String::as_str).filter(|name| *name != cluster).collect();
    for (side, name) in [(Side::Events, names::ROLLUP_EVENTS), (Side::Bad, names::ROLLUP_BAD_EVENTS)] {
        let count = names::series(side, names::COUNT_WINDOW);
        let over = [Expr::Range(Select::new(&count, &slices), KEPT)];
        let last = Expr::Call("last_over_time", &over);
        let add = |rules: &mut Rules<'p>, of: &Expr<'_>| {
            rules.record_over(name.to_owned(), &Expr::aggregate(Aggregator::Sum, &by, of), cluster);
        };
        // Both of a pair recorded the same events.
        match slo.replica_label.as_deref() {
            Some(replica) => add(&mut rules, &Expr::Without { op: Aggregator::Max, labels: &[replica], of: &last }),
            None => add(&mut rules, &last),
        }
    }
    let slices: [&[_]; 1] = [&own_matchers];
    let (bad, all) = (own(names::ROLLUP_BAD_EVENTS, &slices), own(names::ROLLUP_EVENTS, &slices));
    let (bad, all) = (Expr::Select(bad), Expr::Select(all));
    let (nothing, budget, one) = (Expr::Number(Decimal::ZERO), Expr::Number(slo.budget), Expr::Number(Decimal::ONE));
    let some = Expr::binary(&all, Op::Filter(Compare::Gt), &nothing);
    let ratio = Expr::binary(&bad, Op::Div, &some);
    let spent = Expr::binary(&ratio, Op::Div, &budget);
    rules.record_over(names::ROLLUP_REMAINING.to_owned(), &Expr::binary(&one, Op::Sub, &spent), cluster);
    let slices: [&[_]; 2] = [&own_matchers, &somewhere];
    let seen = names::series(Side::Events, names::COUNT_WINDOW);
    let seen = Expr::Select(Select::new(&seen, &slices));
    let by_cluster = [cluster];
    let clusters = Expr::aggregate(Aggregator::Group, &by_cluster, &seen);
    rules.record_over(names::ROLLUP_CLUSTERS.to_owned(), &Expr::aggregate(Aggregator::Count, &[], &clusters), cluster);
    let name = format!("{}/{}/rollup", slo.service, slo.name);
    Dialect::Prometheus.group(slo, name, slo.timing.budget_interval, rules.rules)
}
