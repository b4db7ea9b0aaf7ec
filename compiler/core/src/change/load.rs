//! Time series, the work of the ruler, and what both cost.

use std::collections::BTreeMap;

use super::record::{Change, Kind, differs};
use crate::model::Prices;
use crate::plan::Plan;
use crate::plan::bounds::{ServiceBound, total};

/// Below this share, a change of an estimate is no news.
const NOISE: f64 = 0.005;

/// Series, and how many objectives have more that nothing bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Bounded {
    series: u64,
    without: usize,
}

impl Bounded {
    fn of(bounds: &[ServiceBound]) -> Self {
        let unbounded = bounds.iter().flat_map(|bound| &bound.slos).filter(|slo| slo.series.is_none());
        Self { series: total(bounds), without: unbounded.count() }
    }

    fn text(&self) -> String {
        match self.without {
            0 => self.series.to_string(),
            1 => format!("{}, without an objective that nothing bounds", self.series),
            many => format!("{}, without {many} objectives that nothing bounds", self.series),
        }
    }
}

pub(super) fn compare(
    bounds: [&[ServiceBound]; 2],
    prices: [Option<&Prices>; 2],
    plans: [&Plan; 2],
    changes: &mut Vec<Change>,
) {
    let series = bounds.map(|bounds| -> BTreeMap<&str, Bounded> {
        bounds.iter().map(|bound| (bound.service.as_str(), Bounded::of(std::slice::from_ref(bound)))).collect()
    });
    let [old, new] = &series;
    for service in old.keys().chain(new.keys().filter(|service| !old.contains_key(*service))) {
        let sides = [old, new].map(|side| side.get(service).copied().unwrap_or_default());
        differs(changes, Change::new(Kind::Load, *service, "time series, at most"), sides, Bounded::text);
    }
    if old.len().max(new.len()) > 1 {
        let sides = bounds.map(Bounded::of);
        differs(changes, Change::new(Kind::Load, "all services", "time series, at most"), sides, Bounded::text);
    }
    let totals = bounds.map(total);
    let seconds = plans.map(|plan| {
        let costs = plan.slos().flat_map(|slo| &slo.costs);
        costs.map(|cost| cost.seconds * 60.0 / cost.interval.seconds().max(0.001)).sum::<f64>()
    });
    if (seconds[0] - seconds[1]).abs() > NOISE * seconds[0].max(seconds[1]) {
        let [old, new] = seconds.map(|it| format!("{:.1} ms a minute", it * 1_000.0));
        changes.push(Change::new(Kind::Load, "the ruler", "evaluation, estimated").from(old).to(new));
    }
    let money = |prices: Option<&Prices>, series: u64| {
        let prices = prices?;
        Some(format!("{:.2} {} a month", prices.of_series(series)?, prices.currency))
    };
    let [old, new] = [money(prices[0], totals[0]), money(prices[1], totals[1])];
    if old != new {
        let change = Change::new(Kind::Cost, "all services", "time series, at most");
        changes.push(Change { before: old, after: new, ..change });
    }
}
