//! When alerts fired in one engine, held against when they fired in another.

use std::collections::BTreeMap;

use crate::remote_write::Labels;

/// When an alert fired, in seconds since the story began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fired {
    /// When it was first seen firing.
    pub first: f64,
    /// When it was last seen firing.
    pub last: f64,
    /// How long it fired in between, all told.
    pub total: f64,
    /// How often it began to fire.
    pub episodes: f64,
}

/// The alerts that fired, by [`name`].
pub type Times = BTreeMap<String, Fired>;

/// An alert's name by the labels that tell it from all others. Rulers add labels of their own.
#[must_use]
pub fn name(labels: &Labels) -> String {
    let label = |name: &str| labels.get(name).map_or("", String::as_str);
    let mut text = format!("{}/{} {}", label("service"), label("slo"), label("alertname"));
    for more in ["long_window", "short_window", "topic"] {
        if !label(more).is_empty() {
            text = format!("{text} {}", label(more));
        }
    }
    text
}

/// The step at which the windows of an alert read what they sum up, in seconds: `[6h:1m]`, `[1d:5m]`. The moment at which a
/// threshold is crossed moves by a whole step when a sample comes a moment earlier or later.
#[must_use]
pub fn step(name: &str) -> f64 {
    match name {
        name if name.contains(" 1d ") || name.contains(" 3d ") => 300.0,
        name if name.contains(" 6h ") => 60.0,
        _ => 0.0,
    }
}

/// How an engine did.
pub struct Compared {
    /// Alerts that fired in either engine.
    pub all: usize,
    /// Those that fired and cleared within the tolerance.
    pub agreed: usize,
    /// A line for each of the others, by name.
    pub others: BTreeMap<String, String>,
    /// The most seconds between two firsts or two lasts of the others; infinite if one never fires.
    pub worst: f64,
}

impl Compared {
    /// The share of alerts that agreed; nothing is no agreement.
    #[must_use]
    pub fn share(&self) -> f64 {
        let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        if self.all == 0 { 0.0 } else { count(self.agreed) / count(self.all) }
    }
}

/// Holds the times of `engine` against those of Prometheus, each alert to within so many seconds.
#[must_use]
pub fn compare(prometheus: &Times, engine: &Times, within: impl Fn(&str) -> f64) -> Compared {
    let mut names: Vec<&String> = prometheus.keys().chain(engine.keys()).collect();
    names.sort();
    names.dedup();
    let (mut others, mut worst) = (BTreeMap::new(), 0.0_f64);
    let mut differs = |name: &str, how: String| others.insert(name.to_owned(), format!("{name}: {how}"));
    for name in &names {
        match (prometheus.get(*name), engine.get(*name)) {
            (Some(here), Some(there)) => {
                let off = [there.first - here.first, there.last - here.last, there.total - here.total];
                let within = within(name);
                // The time between is off by what both ends of each episode are.
                let ends = 2.0 * within * here.episodes;
                let same = (here.episodes - there.episodes).abs() < 0.5;
                if off[0].abs() > within || off[1].abs() > within || off[2].abs() > ends || !same {
                    worst = worst.max(off[0].abs()).max(off[1].abs());
                    differs(
                        name,
                        format!(
                            "fires {:+.0} s, clears {:+.0} s, firing for {:+.0} s, {} times (in Prometheus {} times, \
                             {:.0} to {:.0} s)",
                            off[0], off[1], off[2], there.episodes, here.episodes, here.first, here.last
                        ),
                    );
                }
            }
            (Some(here), None) => {
                worst = f64::INFINITY;
                differs(name, format!("never fires (in Prometheus {:.0} s)", here.first));
            }
            (None, there) => {
                worst = f64::INFINITY;
                differs(name, format!("fires in this engine alone ({there:?})"));
            }
        }
    }
    Compared { all: names.len(), agreed: names.len() - others.len(), others, worst }
}

/// Holds the times of `engine` against those of several Prometheus that differ in the phases of their groups: an alert
/// agrees if it agrees in one of them. Lines are those of the first.
#[must_use]
pub fn compare_any(prometheus: &[&Times], engine: &Times, within: impl Fn(&str) -> f64) -> Compared {
    let mut all = prometheus.iter().map(|one| compare(one, engine, &within));
    let Some(mut compared) = all.next() else { return compare(&Times::new(), engine, within) };
    for other in all {
        compared.others.retain(|name, _| other.others.contains_key(name));
    }
    compared.agreed = compared.all - compared.others.len();
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_alerts_within_the_tolerance_agree() {
        let fired = |first, last| Fired { first, last, total: last - first, episodes: 1.0 };
        let times = |rows: &[(&str, Fired)]| rows.iter().map(|(name, fired)| ((*name).to_owned(), *fired)).collect();
        let here: Times = times(&[("a", fired(0.0, 90.0)), ("b", fired(0.0, 90.0)), ("c", fired(0.0, 90.0))]);
        let there = times(&[("a", fired(30.0, 120.0)), ("b", fired(60.0, 90.0)), ("d", fired(0.0, 90.0))]);
        let compared = compare(&here, &there, |_| 30.0);
        assert_eq!((compared.all, compared.agreed, compared.others.len()), (4, 1, 3), "a agrees; b, c and d do not");
        let second = times(&[("a", fired(0.0, 90.0)), ("b", fired(40.0, 90.0)), ("c", fired(0.0, 90.0))]);
        let compared = compare_any(&[&here, &second], &there, |_| 30.0);
        assert_eq!((compared.all, compared.agreed), (4, 2), "b agrees with the second: {:?}", compared.others);
    }
}
