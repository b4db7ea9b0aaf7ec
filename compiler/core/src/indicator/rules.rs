//! What the base rules of all kinds are made of: the only two rules that touch raw series.

use rust_decimal::Decimal;

use super::counters::{Counter, Counters};
use crate::promql::{Aggregator, Expr, Op, Select, Selector};
use crate::quantity::Duration;

/// The label that tells the selectors of a sum apart while it is made; no series is scraped with such a name.
const MARK: &str = "__selector__";

/// How a store keeps native histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeForm {
    /// As samples that are histograms: Prometheus, Mimir, Thanos.
    Samples,
    /// As counters: `_count`, and `_bucket` with the bounds of a bucket in the label `vmrange`: VictoriaMetrics.
    Buckets,
}

/// What the base rules of one objective read beside raw series.
#[derive(Debug, Clone, Copy)]
pub struct Base<'b> {
    /// The base window b in milliseconds.
    pub window: u64,
    /// The range of `rate` in milliseconds: the base window, or what gives the same number in the ruler's dialect.
    pub rated: u64,
    /// The step of everything above the base in milliseconds: a minute, compressed.
    pub step: u64,
    /// How much later the raw series are read, in milliseconds. Queries of authors are printed with it; whatever else the
    /// rules read of raw series gets it when it is recorded.
    pub delay: u64,
    /// How the ruler's store keeps native histograms.
    pub native: NativeForm,
    /// The label that tells replicas of one series apart, each of which counts every event.
    pub replicas: Option<&'b str>,
    /// Labels kept apart.
    pub groups: &'b [&'b str],
    /// The events that the first of the rules has just recorded.
    pub events: Expr<'b>,
    /// The good events, where the indicator has just recorded them.
    pub good: Expr<'b>,
}

/// Takes the base series in the order in which they are evaluated.
pub trait Record {
    /// All events a second.
    fn events(&mut self, expr: &Expr<'_>);
    /// Good events a second, of an indicator that subtracts them from all: their absence tells a broken indicator from an
    /// outage, and costs no second look at raw series.
    fn good(&mut self, expr: &Expr<'_>);
    /// Bad events a second. The rule may read the events of the same instant.
    fn bad(&mut self, expr: &Expr<'_>);
}

/// b = s + 60 s × ceil(3s ÷ 60 s) for samples every s: the shortest window in which `rate` counts every event exactly
/// once, since b − s is a multiple of every evaluation interval and step.
pub(super) fn base_of_rate(scrape: Duration) -> Duration {
    let minute = Duration::from_minutes(1);
    scrape + minute * (3 * scrape.millis()).div_ceil(minute.millis())
}

impl Base<'_> {
    /// Hands `sum by (groups) (rate(selector[window]))` to `then`.
    pub(super) fn sum_rate<T>(&self, selector: &Selector, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        self.sum_rate_by(selector, self.groups, then)
    }

    /// Hands `sum by (by) (rate(selector[window]))` to `then`.
    pub(super) fn sum_rate_by<T>(&self, selector: &Selector, by: &[&str], then: impl FnOnce(&Expr<'_>) -> T) -> T {
        self.rate(selector, |rate| then(&Expr::aggregate(Aggregator::Sum, by, rate)))
    }

    /// Hands the rate of all events that any of `counters` counts to `then`.
    ///
    /// Each is summed for itself, and the sums are added by one more `sum`: with `+`, a group that only one of them has
    /// would be lost. `or` keeps the left one of two series with the same labels, so each but the first is marked.
    pub(super) fn sum_rates(&self, counters: &Counters, then: &mut dyn FnMut(&Expr<'_>)) {
        if !counters.is_list() {
            return self.counted(&counters.first, then);
        }
        let all: Vec<&Counter> = counters.iter().collect();
        self.united(None, &all, &mut |all| then(&Expr::aggregate(Aggregator::Sum, self.groups, all)));
    }

    /// `before or label_replace(…, "__selector__", "2", "", "") or …`
    fn united(&self, before: Option<(&Expr<'_>, usize)>, rest: &[&Counter], then: &mut dyn FnMut(&Expr<'_>)) {
        let Some((counter, rest)) = rest.split_first() else {
            return before.into_iter().for_each(|(all, _)| then(all));
        };
        self.counted(counter, &mut |rate| match before {
            None => self.united(Some((rate, 1)), rest, then),
            Some((before, count)) => {
                let nth = (count + 1).to_string();
                let mark = [*rate, Expr::Text(MARK), Expr::Text(&nth), Expr::Text(""), Expr::Text("")];
                let marked = Expr::Call("label_replace", &mark);
                self.united(Some((&Expr::binary(before, Op::Or, &marked), count + 1)), rest, then);
            }
        });
    }

    /// The rate of one counter's events, or of a native histogram's observations.
    fn counted(&self, counter: &Counter, then: &mut dyn FnMut(&Expr<'_>)) {
        if counter.is_native && self.native == NativeForm::Buckets {
            let mut count = counter.query.selector.clone();
            if let Some((name, _)) = &mut count.metric {
                name.push_str("_count");
            }
            return self.sum_rate(&count, then);
        }
        self.rate(&counter.query.selector, |rate| match counter.is_native {
            true => then(&Expr::aggregate(Aggregator::Sum, self.groups, &Expr::Call("histogram_count", &[*rate]))),
            false => then(&Expr::aggregate(Aggregator::Sum, self.groups, rate)),
        });
    }

    /// `rate(selector[window])`, once for all replicas of a series.
    ///
    /// Their mean counts each event once. Their maximum would count an event for as long as any of them shows it: two
    /// servers that scrape at different moments show a rare one up to a half longer, and failures are rare. A replica
    /// with a gap is left out of the mean while it has no rate; where a gap begins or ends, both sides read low alike.
    fn rate<T>(&self, selector: &Selector, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        self.over(("rate", Aggregator::Avg), selector, self.rated, then)
    }

    /// Hands `name(selector[range])` to `then`, once for all replicas of a series: `of_replicas` is what counts of theirs.
    /// `range` is in milliseconds.
    pub(super) fn over<T>(
        &self,
        (name, of_replicas): (&str, Aggregator),
        selector: &Selector,
        range: u64,
        then: impl FnOnce(&Expr<'_>) -> T,
    ) -> T {
        let matchers = selector.borrowed();
        let range = [Expr::Range(Select { metric: selector.metric_name(), matchers: &[&matchers] }, range)];
        self.once(of_replicas, &Expr::Call(name, &range), then)
    }

    /// Hands `of` to `then`, with one value for all replicas of a series.
    pub(super) fn once<T>(&self, op: Aggregator, of: &Expr<'_>, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        match self.replicas {
            Some(replicas) => then(&Expr::Without { op, labels: &[replicas], of }),
            None => then(of),
        }
    }

    /// Hands a part's rate, with nothing where a group of `all` lacks it, to `then`.
    ///
    /// `on (groups)` fills exactly the missing groups; without it both sides would end as the same series, an error.
    pub(super) fn filled(&self, part: &Expr<'_>, all: &Expr<'_>, then: impl FnOnce(&Expr<'_>)) {
        let nothing = Expr::binary(all, Op::Mul, &Expr::Number(Decimal::ZERO));
        then(&Expr::binary_on(part, Op::Or, self.groups, &nothing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_window_of_rates() {
        for (scrape, base) in [(15, 75), (30, 150), (60, 240), (5, 65), (1, 61)] {
            let (scrape, base) = (Duration::from_secs(scrape), Duration::from_secs(base));
            assert_eq!(base_of_rate(scrape), base);
            assert!((base - scrape).is_multiple_of(Duration::from_secs(30)));
            assert!((base - scrape).is_multiple_of(Duration::from_minutes(1)));
        }
    }
}
