//! What is scraped of a month: counters, histograms and gauges, each as its exporter has it.

use std::collections::BTreeMap;

use emberline_proofs::random::Random;
use emberline_proofs::remote_write::{Labels, Series, labels, stale_marker};

use crate::month::{Interval, SCRAPE, START};

/// Labels of a metric: a name, and pairs.
pub type Named = (&'static str, &'static [(&'static str, &'static str)]);

/// How a metric follows the events.
#[derive(Clone, Copy)]
pub enum Follows {
    /// A counter of all events.
    All,
    /// A counter of good events.
    Good,
    /// A counter of bad events. It is not there before the first one of an instance.
    Bad,
}

/// What an exporter shows.
pub enum Exported {
    /// Counters.
    Counters(&'static [(Named, Follows)]),
    /// So many gauges of clients. Chance decides which of them are bad by two objectives, whose error budgets follow.
    Below(&'static str, u32, [f64; 2]),
    /// So many gauges between 0 and 1, whose mean is the share of good events, with the error budget.
    Share(&'static str, u32, f64),
    /// So many targets that are up or not, by chance, with the error budget.
    Up(&'static str, u32, f64),
}

/// A series with its value at each scrape, and nothing at a scrape that does not find it.
pub type Values = BTreeMap<Labels, Vec<Option<f64>>>;

/// The value of one series at one scrape.
fn put(values: &mut Values, labels: Labels, place: usize, of: usize, value: f64) {
    let row = values.entry(labels).or_insert_with(|| vec![None; of]);
    if let Some(slot) = row.get_mut(place) {
        *slot = Some(value);
    }
}

fn named((name, pairs): Named, instance: u32) -> Labels {
    let mut labels: Labels = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    labels.insert("__name__".to_owned(), name.to_owned());
    labels.insert("instance".to_owned(), instance.to_string());
    labels
}

/// Every series with its value at each scrape.
pub fn values(exported: &Exported, month: &[Interval]) -> Values {
    let mut values = Values::new();
    match exported {
        Exported::Counters(counters) => {
            for (name, follows) in *counters {
                count(&mut values, *name, *follows, month);
            }
        }
        Exported::Below(name, gauges, [strict, lenient]) => {
            gauge(&mut values, name, *gauges, month, |interval, chance| match chance {
                _ if chance < interval.burn * strict => 0.3,
                _ if chance < interval.burn * lenient => 0.6,
                _ => 0.9,
            })
        }
        Exported::Up(name, gauges, budget) => gauge(&mut values, name, *gauges, month, |interval, chance| {
            f64::from(u8::from(chance >= interval.burn * budget))
        }),
        Exported::Share(name, gauges, budget) => gauge(&mut values, name, *gauges, month, |interval, chance| {
            1.0 - (interval.burn * budget * (0.5 + chance)).min(1.0)
        }),
    }
    values
}

/// Gauges whose values follow from the interval and from chance, a number between 0 and 1. Without events nobody is there.
fn gauge(values: &mut Values, name: &str, gauges: u32, month: &[Interval], value: impl Fn(&Interval, f64) -> f64) {
    let mut random = Random(7);
    for (place, interval) in month.iter().enumerate() {
        for client in 0..gauges {
            let chance = random.real(0.0, 0.999) + random.real(0.0, 0.001);
            if interval.seen && interval.events > 0.0 {
                let client = client.to_string();
                let mut labels = labels([("__name__", name), ("client", &client)]);
                labels.insert("instance".to_owned(), interval.instance.to_string());
                put(values, labels, place, month.len(), value(interval, chance));
            }
        }
    }
}

fn count(values: &mut Values, name: Named, follows: Follows, month: &[Interval]) {
    let (mut count, mut instance) = (0.0, 1);
    for (place, interval) in month.iter().enumerate() {
        if interval.restarted || interval.instance != instance {
            count = 0.0;
        }
        // A restarted process has no series of failures either; the series of its predecessor goes on where it was.
        instance = interval.instance;
        count += match follows {
            Follows::All => interval.events,
            Follows::Good => interval.events - interval.bad,
            Follows::Bad => interval.bad,
        };
        let is_there = interval.seen && (count > 0.0 || !matches!(follows, Follows::Bad));
        if is_there {
            put(values, named(name, instance), place, month.len(), count);
        }
    }
}

/// Series as a Prometheus keeps them that scrapes at this phase, in milliseconds after each interval's end.
pub fn scraped(values: &Values, phase: i64) -> Vec<Series> {
    let step = i64::try_from(SCRAPE.as_millis()).unwrap_or(i64::MAX);
    let one = |(labels, values): (&Labels, &Vec<Option<f64>>)| {
        let mut was_there = false;
        let mut samples = Vec::new();
        for (at, value) in (0..).map(|scrape| START + phase + scrape * step).zip(values) {
            samples.extend(value.or(was_there.then(stale_marker)).map(|value| (at, value)));
            was_there = value.is_some();
        }
        Series { labels: labels.clone(), samples }
    };
    values.iter().map(one).collect()
}
