//! A series of drills: which are missing, how they went, and how much time the walk saved against trying commits.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::record::{Method, Mitigation, Outcome, Record};
use emberline_walk::source::{Answer, Trouble};

/// Bootstrap resamples for the confidence interval of a difference.
const RESAMPLES: usize = 4_000;

/// What drills have in common that are compared with others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Who searched.
    pub method: Method,
    /// What was rolled back first.
    pub mitigation: Mitigation,
    /// Whether the faults came from a sealed file.
    pub sealed: bool,
    /// Signals that were left out.
    pub without: Vec<String>,
}

impl Kind {
    /// The kind of a recorded drill.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        Self {
            method: record.method,
            mitigation: record.mitigation,
            sealed: record.fault.sealed.is_some(),
            without: record.without.clone(),
        }
    }

    /// The word in names of records, such as `trial-release-without-traces`.
    #[must_use]
    pub fn word(&self) -> String {
        let mut parts = vec![self.method.word()];
        // Drills of before releases were rolled back first are named without a word for it.
        parts.extend((self.mitigation == Mitigation::Release).then_some("release"));
        parts.extend(self.sealed.then_some("sealed"));
        if !self.without.is_empty() {
            parts.push("without");
            parts.extend(self.without.iter().map(String::as_str));
        }
        parts.join("-")
    }

    /// The kind in words, for tables.
    #[must_use]
    pub fn title(&self) -> String {
        let signals = match (self.method, self.without.is_empty()) {
            (Method::Person, _) => "a person".to_owned(),
            (Method::Trial, _) if ["profiles", "traces"].iter().all(|it| self.without.iter().any(|has| has == it)) => {
                "metrics alone".to_owned()
            }
            (_, true) => "all signals".to_owned(),
            (_, false) => format!("without {}", self.without.join(" and ")),
        };
        let first = match self.mitigation {
            Mitigation::Release => "the release rolled back first",
            Mitigation::OneCommit => "one commit at a time",
        };
        let sealed = if self.sealed { ", sealed faults" } else { "" };
        format!("{signals}, {first}{sealed}")
    }

    /// The name of a drill of a series; `index` from 0.
    #[must_use]
    pub fn id(&self, index: usize) -> String {
        format!("{}-{:03}", self.word(), index + 1)
    }
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
pub fn missing(folder: &Path, kind: &Kind, wanted: usize) -> Vec<usize> {
    (0..wanted).filter(|index| !folder.join(file(&kind.id(*index))).is_file()).collect()
}

/// A recorded drill of this kind that another program walked; series never mix walks.
#[must_use]
pub fn walked_by_another<'r>(records: &'r [Record], kind: &Kind, program: Option<&str>) -> Option<&'r Record> {
    records.iter().find(|record| Kind::of(record) == *kind && record.program.as_deref() != program)
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
    /// `walk-release`, `trial-without-traces-profiles`, …
    pub kind: String,
    /// The kind in words.
    #[serde(default)]
    pub title: String,
    /// How many drills.
    pub drills: usize,
    /// Drills in which no alert fired in time.
    pub undetected: usize,
    /// Drills with the right answer: the faulty commit first, or for an outage "no code change".
    pub right_first: usize,
    /// Of these, drills in which the search was certain.
    #[serde(default)]
    pub right_certain: usize,
    /// Walks of a healthy system with a harmless release: those that found an incident, and all.
    #[serde(default)]
    pub accused: (usize, usize),
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
    /// From T+0 until the cause was known, in drills that found the right one.
    #[serde(default)]
    pub cause: Spread,
    /// Drills that found a right cause, and drills whose record says how it was looked for.
    #[serde(default)]
    pub causes: (usize, usize),
    /// Drills in which rolling back the last release did not help.
    #[serde(default)]
    pub not_by_last: usize,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Time to recover (MTTR).
    Recovered,
    /// Time until the cause was known.
    Cause,
}

impl Figure {
    /// The figure of a drill, in seconds from T+0.
    #[must_use]
    pub fn of(self, record: &Record) -> Option<f64> {
        match self {
            Self::Recovered => record.recovered,
            Self::Cause => record.cause.as_ref().filter(|cause| cause.right)?.found,
        }
    }
}

/// The time that one kind of drills took longer than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// What is compared.
    pub figure: Figure,
    /// The kind that took longer, or was expected to.
    pub slow: String,
    /// The kind that it is compared with.
    pub quick: String,
    /// Both kinds in words: slow, quick.
    pub titles: (String, String),
    /// The difference of means, in seconds.
    pub of_means: f64,
    /// The 90% bootstrap interval of the difference of means, in seconds: lower and upper end.
    pub interval: (f64, f64),
    /// The difference of medians, in seconds.
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
    /// The time that the walk saved against each kind without it; none if the folder lacks either.
    pub differences: Vec<Difference>,
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
    let mut kinds: Vec<Kind> = records.iter().map(Kind::of).collect();
    kinds.sort();
    kinds.dedup();
    let groups: Vec<Group> = kinds.iter().map(|kind| group(kind, &of_kind(records, kind))).collect();
    Summary {
        time_scale: scales.into_iter().filter_map(|scale| u32::try_from(scale).ok()).collect(),
        seeds: sorted(records.iter().map(|record| record.seed).collect()),
        groups,
        differences: differences(records, &kinds),
        broken_off,
    }
}

fn of_kind<'r>(records: &'r [Record], wanted: &Kind) -> Vec<&'r Record> {
    records.iter().filter(|record| Kind::of(record) == *wanted).collect()
}

/// The walk against each kind without it. Where drills of the walk rolled the release back first, these are meant.
fn differences(records: &[Record], kinds: &[Kind]) -> Vec<Difference> {
    let mut all = Vec::new();
    for sealed in [false, true] {
        let of = |method: Method| kinds.iter().filter(move |kind| kind.method == method && kind.sealed == sealed);
        // Kinds are sorted, and those that roll the release back come first.
        let Some(quick) = of(Method::Walk).find(|kind| kind.without.is_empty()) else { continue };
        for figure in [Figure::Recovered, Figure::Cause] {
            all.extend(of(Method::Trial).filter_map(|slow| difference(records, (quick, slow), figure)));
        }
    }
    all
}

fn group(kind: &Kind, records: &[&Record]) -> Group {
    let count = |is: &dyn Fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
    let searches = || records.iter().filter_map(|record| record.search.as_ref());
    let met = |pick: &dyn Fn(&Record) -> Option<bool>| {
        let known: Vec<bool> = records.iter().filter_map(|record| pick(record)).collect();
        (known.iter().filter(|met| **met).count(), known.len())
    };
    let named: Vec<bool> = searches().filter_map(|search| search.names_function).collect();
    Group {
        kind: kind.word(),
        title: kind.title(),
        drills: records.len(),
        undetected: count(&|record| record.outcome == Outcome::Undetected),
        right_first: count(&Record::is_right),
        right_certain: count(&|record| record.is_right() && !record.is_not_certain()),
        accused: records
            .iter()
            .filter_map(|record| record.release.healthy)
            .fold((0, 0), |(accused, walks), it| (accused + it.accused, walks + it.walks)),
        not_certain: count(&|record| record.is_not_certain()),
        confident_and_wrong: searches().filter(|search| search.confident_and_wrong).count(),
        functions: (named.iter().filter(|named| **named).count(), named.len()),
        fired_in_time: met(&|record| record.fires.met),
        cleared_in_time: met(&|record| record.clears.met),
        detected: Spread::of(records.iter().filter_map(|record| record.detected)),
        recovered: Spread::of(records.iter().filter_map(|record| record.recovered)),
        search: Spread::of(searches().map(|search| search.seconds)),
        page_to_recovery: Spread::of(records.iter().filter_map(|record| Some(record.recovered? - record.detected?))),
        cause: Spread::of(records.iter().filter_map(|record| Figure::Cause.of(record))),
        causes: met(&|record| record.cause.as_ref().map(|cause| cause.right)),
        not_by_last: count(&|record| matches!(record.outcome, Outcome::OlderRelease | Outcome::NoRelease)),
    }
}

/// How much longer drills of one kind took than those of another; `None` if a kind has no such figure.
fn difference(records: &[Record], (quick, slow): (&Kind, &Kind), figure: Figure) -> Option<Difference> {
    let times = |kind: &Kind| -> Vec<f64> {
        let mut times: Vec<f64> = of_kind(records, kind).into_iter().filter_map(|it| figure.of(it)).collect();
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
        Some(figure.of(other)? - figure.of(quick_ones.iter().find(same)?)?)
    });
    Some(Difference {
        figure,
        slow: slow.word(),
        quick: quick.word(),
        titles: (slow.title(), quick.title()),
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
    use super::super::cause::{Cause, How};
    use super::super::record::Verdict;
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
        assert_eq!((group.not_certain, group.right_certain, group.confident_and_wrong), (1, 1, 1));
        assert_eq!((group.recovered.count, group.recovered.median), (3, 90.0));
        assert!(summary.differences.is_empty());
    }

    #[test]
    fn the_difference_has_a_spread_and_is_the_same_each_time() {
        let mut records = Vec::new();
        for index in 0..10_u32 {
            records.push(record(&format!("walk-{index:03}"), Method::Walk, 60.0 + f64::from(index)));
            let slow = 160.0 + 3.0 * f64::from(index);
            records.push(record(&format!("trial-without-traces-{index:03}"), Method::Trial, slow));
        }
        let differences = summary(&records, Vec::new()).differences;
        // Nobody looked for the cause in drills of before.
        assert_eq!(differences.len(), 1);
        let difference = differences[0].clone();
        assert_eq!(difference.of_means, 109.0);
        assert!(difference.interval.0 < 109.0 && 109.0 < difference.interval.1 && difference.interval.0 > 90.0);
        assert_eq!((difference.paired.count, difference.paired.least, difference.paired.most), (10, 100.0, 118.0));
        assert_eq!(summary(&records, Vec::new()).differences, [difference]);
    }

    #[test]
    fn the_walk_is_held_against_both_ways_without_it() {
        let mut records = Vec::new();
        for index in 0..4_u32 {
            let mut each = |method, mitigation, recovered: f64, found: f64| {
                let mut record = record("x", method, recovered + f64::from(index));
                record.mitigation = mitigation;
                record.id = Kind::of(&record).id(index as usize);
                record.cause = Some(Cause {
                    found: Some(found),
                    how: How::Bisect,
                    commits: vec!["ba".repeat(20)],
                    right: true,
                    all: true,
                    probes: Vec::new(),
                });
                records.push(record);
            };
            each(Method::Walk, Mitigation::Release, 50.0, 25.0);
            each(Method::Trial, Mitigation::Release, 50.0, 130.0);
            each(Method::Trial, Mitigation::OneCommit, 150.0, 150.0);
        }
        let summary = summary(&records, Vec::new());
        let told: Vec<(Figure, &str, f64)> =
            summary.differences.iter().map(|it| (it.figure, it.slow.as_str(), it.paired.median)).collect();
        let (fast, one) = ("trial-release-without-traces", "trial-without-traces");
        // Where both roll the release back at once, the difference is nothing, and that is said.
        let expected = [
            (Figure::Recovered, fast, 0.0),
            (Figure::Recovered, one, 100.0),
            (Figure::Cause, fast, 105.0),
            (Figure::Cause, one, 125.0),
        ];
        assert_eq!(told, expected);
        assert!(summary.differences.iter().all(|it| it.quick == "walk-release"));
        assert_eq!(summary.groups[0].title, "all signals, the release rolled back first");
        assert_eq!(summary.groups[0].causes, (4, 4));
    }

    #[test]
    fn a_series_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let done = record("walk-002", Method::Walk, 60.0);
        let text = serde_json::to_string_pretty(&done).unwrap();
        std::fs::write(folder.path().join(file(&done.id)), text).unwrap();
        std::fs::write(folder.path().join("series.json"), "{}").unwrap();
        let mut kind = Kind::of(&done);
        assert_eq!(missing(folder.path(), &kind, 3), [0, 2]);
        // A series of before is not continued by drills that roll the release back first.
        kind.mitigation = Mitigation::Release;
        assert_eq!((missing(folder.path(), &kind, 2), kind.id(0)), (vec![0, 1], "walk-release-001".to_owned()));
        let by = |program| walked_by_another(std::slice::from_ref(&done), &Kind::of(&done), program).is_some();
        assert!(!by(None) && by(Some("0123456789abcdef")));
        assert_eq!(read(folder.path()).unwrap(), [done]);
        std::fs::write(folder.path().join(file("walk-001")), "{\"half\": ").unwrap();
        assert!(read(folder.path()).unwrap_err().0.contains("walk-001"));
    }
}
