//! A series of drills: which are missing, how they went, and how much time the walk saved against trying commits.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::record::{Method, Outcome, Record, Verdict};
use emberline_walk::source::{Answer, Trouble};

/// Bootstrap resamples for the confidence interval of a difference.
const RESAMPLES: usize = 4_000;

/// The name of a drill of a series; `index` from 0.
#[must_use]
pub fn id(method: Method, without: &[String], index: usize) -> String {
    format!("{}-{:03}", kind(method, without), index + 1)
}

/// The kind of a drill: who searched, and which signals were left out.
fn kind(method: Method, without: &[String]) -> String {
    let mut parts = vec![method.word().to_owned()];
    if !without.is_empty() {
        parts.push("without".to_owned());
        parts.extend(without.iter().cloned());
    }
    parts.join("-")
}

/// Every record of a folder, by name.
///
/// # Errors
/// When the folder or a record cannot be read. Files with other endings are skipped.
pub fn read(folder: &Path) -> Answer<Vec<Record>> {
    let failed =
        |path: &Path, cause: &dyn std::fmt::Display| Trouble(format!("cannot read {}: {cause}", path.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| failed(folder, &cause))? {
        let path = entry.map_err(|cause| failed(folder, &cause))?.path();
        if path.to_string_lossy().ends_with(ENDING) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut records = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|cause| failed(&path, &cause))?;
        records.push(serde_json::from_str(&text).map_err(|cause| failed(&path, &cause))?);
    }
    Ok(records)
}

/// The end of a record's file name.
pub const ENDING: &str = ".drill.json";

/// The file name of a drill's record.
#[must_use]
pub fn file(id: &str) -> String {
    format!("{id}{ENDING}")
}

/// Indices below `wanted` whose records a folder lacks. An unfinished drill has no record.
#[must_use]
pub fn missing(folder: &Path, method: Method, without: &[String], wanted: usize) -> Vec<usize> {
    (0..wanted).filter(|index| !folder.join(file(&id(method, without, *index))).is_file()).collect()
}

/// The distribution of times, in seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The number of values.
    pub count: usize,
    /// The mean.
    pub mean: f64,
    /// The minimum.
    pub least: f64,
    /// The lower quartile.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub upper: f64,
    /// The maximum.
    pub most: f64,
}

impl Spread {
    /// The spread of some values; all 0 without values.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (values.first(), values.last()) else { return Self::default() };
        Self {
            count: values.len(),
            mean: mean(&values),
            least: *least,
            lower: quantile(&values, 0.25),
            median: quantile(&values, 0.5),
            upper: quantile(&values, 0.75),
            most: *most,
        }
    }
}

/// The results of the drills of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// `walk`, `trial-without-traces-profiles`, …
    pub kind: String,
    /// How many drills.
    pub drills: usize,
    /// Drills in which no alert fired in time.
    pub undetected: usize,
    /// Drills with the right answer: the faulty commit first, or for an outage "no code change".
    pub right_first: usize,
    /// Drills in which the search was not certain.
    pub not_certain: usize,
    /// Drills in which the search was certain of a wrong answer.
    pub confident_and_wrong: usize,
    /// How often the search named the faulty function, and in how many drills the patch names one.
    pub functions: (usize, usize),
    /// Alerts that fired in time, and alerts with a computed time.
    pub fired_in_time: (usize, usize),
    /// Alerts that resolved in time, and alerts with a computed time.
    pub cleared_in_time: (usize, usize),
    /// MTTD.
    pub detected: Spread,
    /// MTTR.
    pub recovered: Spread,
    /// The search's own time.
    pub search: Spread,
    /// From the page to recovery.
    pub page_to_recovery: Spread,
}

/// The time that the walk saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The kind that took longer.
    pub slow: String,
    /// The kind that it is compared with.
    pub quick: String,
    /// The difference of mean MTTRs, in seconds.
    pub of_means: f64,
    /// The 90% bootstrap interval of the difference of means, in seconds: lower and upper end.
    pub interval: (f64, f64),
    /// The difference of median MTTRs, in seconds.
    pub of_medians: f64,
    /// Differences between drills of both kinds with the same fault and history.
    pub paired: Spread,
}

/// A series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Time scales; several if the folder mixes them.
    pub time_scale: Vec<u32>,
    /// Seeds that drew the faults.
    pub seeds: Vec<u64>,
    /// Kinds of drills.
    pub groups: Vec<Group>,
    /// The time that the walk saved, if the folder holds both kinds.
    pub difference: Option<Difference>,
    /// Drills that broke off, and why.
    pub broken_off: Vec<String>,
}

/// Summarises records.
#[must_use]
pub fn summary(records: &[Record], broken_off: Vec<String>) -> Summary {
    let sorted = |mut values: Vec<u64>| {
        values.sort_unstable();
        values.dedup();
        values
    };
    let scales = sorted(records.iter().map(|record| u64::from(record.time_scale)).collect());
    let mut kinds: Vec<String> = records.iter().map(|record| kind(record.method, &record.without)).collect();
    kinds.sort_by_key(|kind| (!kind.starts_with("walk"), kind.clone()));
    kinds.dedup();
    let groups: Vec<Group> = kinds.iter().map(|kind| group(kind, &of_kind(records, kind))).collect();
    let walk = kinds.iter().find(|kind| *kind == "walk");
    let trial = kinds.iter().find(|kind| kind.starts_with("trial"));
    Summary {
        time_scale: scales.into_iter().filter_map(|scale| u32::try_from(scale).ok()).collect(),
        seeds: sorted(records.iter().map(|record| record.seed).collect()),
        groups,
        difference: walk.zip(trial).and_then(|(quick, slow)| difference(records, quick, slow)),
        broken_off,
    }
}

fn of_kind<'r>(records: &'r [Record], wanted: &str) -> Vec<&'r Record> {
    records.iter().filter(|record| kind(record.method, &record.without) == wanted).collect()
}

fn group(kind: &str, records: &[&Record]) -> Group {
    let count = |is: &dyn Fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
    let searches = || records.iter().filter_map(|record| record.search.as_ref());
    let met = |pick: &dyn Fn(&Record) -> Option<bool>| {
        let known: Vec<bool> = records.iter().filter_map(|record| pick(record)).collect();
        (known.iter().filter(|met| **met).count(), known.len())
    };
    let named: Vec<bool> = searches().filter_map(|search| search.names_function).collect();
    Group {
        kind: kind.to_owned(),
        drills: records.len(),
        undetected: count(&|record| record.outcome == Outcome::Undetected),
        right_first: count(&Record::is_right),
        not_certain: searches().filter(|search| search.verdict == Verdict::NotCertain).count(),
        confident_and_wrong: searches().filter(|search| search.confident_and_wrong).count(),
        functions: (named.iter().filter(|named| **named).count(), named.len()),
        fired_in_time: met(&|record| record.fires.met),
        cleared_in_time: met(&|record| record.clears.met),
        detected: Spread::of(records.iter().filter_map(|record| record.detected)),
        recovered: Spread::of(records.iter().filter_map(|record| record.recovered)),
        search: Spread::of(searches().map(|search| search.seconds)),
        page_to_recovery: Spread::of(records.iter().filter_map(|record| Some(record.recovered? - record.detected?))),
    }
}

/// How much longer drills of one kind took than those of another; `None` if a kind has no drills.
fn difference(records: &[Record], quick: &str, slow: &str) -> Option<Difference> {
    let times = |kind: &str| -> Vec<f64> {
        let mut times: Vec<f64> = of_kind(records, kind).iter().filter_map(|record| record.recovered).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (short, long) = (times(quick), times(slow));
    if short.is_empty() || long.is_empty() {
        return None;
    }
    // A fixed seed: the same drills give the same interval.
    let mut chance = Chance::new(1);
    let mut again = |times: &[f64]| -> f64 {
        let drawn: Vec<f64> = (0..times.len()).map(|_| times[chance.below(times.len())]).collect();
        mean(&drawn)
    };
    let mut differences: Vec<f64> = (0..RESAMPLES).map(|_| again(&long) - again(&short)).collect();
    differences.sort_by(f64::total_cmp);
    let number = |record: &Record| record.id.rsplit('-').next().map(str::to_owned);
    let quick_ones = of_kind(records, quick);
    let paired = of_kind(records, slow).into_iter().filter_map(|other| {
        let same =
            |it: &&&Record| number(it) == number(other) && it.seed == other.seed && it.fault.name == other.fault.name;
        Some(other.recovered? - quick_ones.iter().find(same)?.recovered?)
    });
    Some(Difference {
        slow: slow.to_owned(),
        quick: quick.to_owned(),
        of_means: mean(&long) - mean(&short),
        interval: (quantile(&differences, 0.05), quantile(&differences, 0.95)),
        of_medians: quantile(&long, 0.5) - quantile(&short, 0.5),
        paired: Spread::of(paired),
    })
}

#[expect(clippy::cast_precision_loss, reason = "dozens of drills")]
fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// A quantile of sorted values, with linear interpolation.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indices")]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::super::record::tests::{record, search};
    use super::*;

    #[test]
    fn spreads() {
        let spread = Spread::of([4.0, 1.0, 2.0, 3.0, 5.0]);
        assert_eq!((spread.least, spread.lower, spread.median, spread.upper, spread.most), (1.0, 2.0, 3.0, 4.0, 5.0));
        assert_eq!(Spread::of([7.0]).median, 7.0);
        assert_eq!(Spread::of([]).count, 0);
        assert_eq!(quantile(&[0.0, 10.0], 0.25), 2.5);
    }

    #[test]
    fn shares_are_those_of_the_drills() {
        let right = record("walk-001", Method::Walk, 60.0);
        let mut wrong = record("walk-002", Method::Walk, 90.0);
        wrong.search = Some(search(Verdict::Commit, Some(2)));
        wrong.search.as_mut().unwrap().confident_and_wrong = true;
        let mut unsure = record("walk-003", Method::Walk, 120.0);
        unsure.search = Some(search(Verdict::NotCertain, Some(1)));
        let mut missed = record("walk-004", Method::Walk, 0.0);
        (missed.outcome, missed.search, missed.recovered, missed.detected) = (Outcome::Undetected, None, None, None);
        let summary = summary(&[right, wrong, unsure, missed], Vec::new());
        let group = &summary.groups[0];
        assert_eq!((group.drills, group.undetected, group.right_first), (4, 1, 2));
        assert_eq!((group.not_certain, group.confident_and_wrong), (1, 1));
        assert_eq!((group.recovered.count, group.recovered.median), (3, 90.0));
        assert!(summary.difference.is_none());
    }

    #[test]
    fn the_difference_has_a_spread_and_is_the_same_each_time() {
        let mut records = Vec::new();
        for index in 0..10_u32 {
            records.push(record(&format!("walk-{index:03}"), Method::Walk, 60.0 + f64::from(index)));
            let slow = 160.0 + 3.0 * f64::from(index);
            records.push(record(&format!("trial-without-traces-{index:03}"), Method::Trial, slow));
        }
        let difference = summary(&records, Vec::new()).difference.unwrap();
        assert_eq!(difference.of_means, 109.0);
        assert!(difference.interval.0 < 109.0 && 109.0 < difference.interval.1 && difference.interval.0 > 90.0);
        assert_eq!((difference.paired.count, difference.paired.least, difference.paired.most), (10, 100.0, 118.0));
        assert_eq!(summary(&records, Vec::new()).difference.unwrap(), difference);
    }

    #[test]
    fn a_series_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let done = record("walk-002", Method::Walk, 60.0);
        let text = serde_json::to_string_pretty(&done).unwrap();
        std::fs::write(folder.path().join(file(&done.id)), text).unwrap();
        std::fs::write(folder.path().join("series.json"), "{}").unwrap();
        assert_eq!(missing(folder.path(), Method::Walk, &[], 3), [0, 2]);
        assert_eq!(missing(folder.path(), Method::Trial, &[], 1), [0]);
        assert_eq!(read(folder.path()).unwrap(), [done]);
        std::fs::write(folder.path().join(file("walk-001")), "{\"half\": ").unwrap();
        assert!(read(folder.path()).unwrap_err().0.contains("walk-001"));
    }
}
