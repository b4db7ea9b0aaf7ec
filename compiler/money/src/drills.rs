//! Times of drills: how much sooner incidents ended, and their causes were known, with traces and profiles than without.
//! Each time is given as drilled and on production windows.
//!
//! A drill compresses windows, floors, steps and intervals by a factor, and nothing else. So each part of its duration
//! scales differently:
//!
//! ```text
//! until the page        windows: × factor
//! the search's own time walking, or thinking: as it was
//! its waits             for telemetry, whose intervals are compressed: × factor
//! a rollback            building and restarting: as it was
//! a watch in vain       what its record says of full length; else × factor
//! until recovery        windows: × factor
//! a version for a look  deploying: as it was; watching: what its record says
//! ```
//!
//! Drills that roll the last release back at once are compared with such drills. A team that does so recovers without
//! knowing the commit, so the difference may be nothing.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::timing::Record;
use emberline_drill::series;

/// The ending of a record's file name.
const ENDING: &str = ".drill.json";
/// The summary of a series, used if the records are missing.
const SUMMARY: &str = "series.json";

/// How much sooner incidents ended with all signals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saved {
    /// The number of drills with all signals that ended in recovery.
    pub with: usize,
    /// The number of drills without some signals that ended in recovery.
    pub without: usize,
    /// The signals left out in the drills without some, such as `traces, profiles`.
    pub lacking: String,
    /// Drills of either kind that are left out because the objective did not recover.
    pub left_out: usize,
    /// Whether drills of the same fault are compared in pairs; if not, all drills with all others.
    pub paired: bool,
    /// The factors by which durations were compressed.
    pub time_scale: Vec<u32>,
    /// Quartiles of the difference as drilled, in seconds: lower, median, upper.
    pub drilled: [f64; 3],
    /// Quartiles of the difference on production windows, in seconds.
    pub full: [f64; 3],
    /// Median MTTRs on production windows, in seconds: with all signals, without some.
    pub mttr: [f64; 2],
    /// Whether parts were scaled; a summary alone does not hold the parts.
    pub scaled: bool,
    /// Whether the compared drills rolled the last release back at once. Others reverted one commit at a time.
    pub restored: bool,
    /// Quartiles of the difference of times to the cause on production windows, in seconds; `None` if drills of either
    /// kind did not look for it.
    pub cause: Option<[f64; 3]>,
    /// Every kind of drills.
    pub kinds: Vec<OfKind>,
}

/// The times of one kind of drills on production windows, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfKind {
    /// The kind in words.
    pub title: String,
    /// The number of drills that recovered.
    pub drills: usize,
    /// MTTR: least, median, most.
    pub recovered: [f64; 3],
    /// Time to the cause: least, median, most; `None` if no drill found the right one.
    pub cause: Option<[f64; 3]>,
    /// How much longer recovery took than with all signals, over drills of the same fault: least, median, most; `None`
    /// without such pairs.
    pub longer: Option<[f64; 3]>,
}

/// The part of a series' summary that is needed here.
#[derive(Debug, Deserialize)]
struct Summary {
    time_scale: Vec<u32>,
    #[serde(default)]
    differences: Vec<Difference>,
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Difference {
    figure: series::Figure,
    slow: String,
    quick: String,
    paired: Spread,
    interval: (f64, f64),
    of_medians: f64,
}

#[derive(Debug, Deserialize)]
struct Group {
    kind: String,
    recovered: Spread,
}

#[derive(Debug, Deserialize)]
struct Spread {
    count: usize,
    lower: f64,
    median: f64,
    upper: f64,
}

/// Reads the drills of a folder.
///
/// # Errors
/// When the folder does not hold drills of both kinds, or a drill cannot be read.
pub fn read(folder: &Path) -> Result<Saved, Fault> {
    let shown = folder.display();
    let failed = |what: String| Fault::new(what, "`emberline gameday` writes such a folder; `--series` names another");
    let entries =
        std::fs::read_dir(folder).map_err(|cause| failed(format!("cannot read the drills in {shown}: {cause}")))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ENDING));
    paths.sort();
    let mut records = Vec::with_capacity(paths.len());
    for path in &paths {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| failed(format!("cannot read {}: {cause}", path.display())))?;
        let record: Record = serde_json::from_str(&text).map_err(|cause| {
            failed(format!(
                "{}:{}:{} is not a record of a drill: {cause}",
                path.display(),
                cause.line(),
                cause.column()
            ))
        })?;
        records.push(record);
    }
    let none = || failed(format!("{shown} does not hold drills both with and without traces and profiles"));
    if records.is_empty() {
        let path = folder.join(SUMMARY);
        let text = std::fs::read_to_string(&path).map_err(|_| none())?;
        let summary = serde_json::from_str(&text).map_err(|cause| {
            failed(format!("{}:{}:{} is not a series: {cause}", path.display(), cause.line(), cause.column()))
        })?;
        return of_summary(&summary).ok_or_else(none);
    }
    of_records(&records).ok_or_else(none)
}

/// A figure of a drill in seconds, if it has it.
type Figure = fn(&Record) -> Option<f64>;

fn of_records(records: &[Record]) -> Option<Saved> {
    let is_walk = |it: &&Record| it.method == "walk" && it.without.is_empty();
    let recovered = |of: &[&Record]| of.iter().filter(|record| record.recovered.is_some()).count();
    // The newer way first: the release is rolled back at once with all signals, and without some.
    let sides = [(true, true), (true, false), (false, false), (false, true)].into_iter().find_map(|(first, other)| {
        let quick: Vec<&Record> = records.iter().filter(is_walk).filter(|it| it.restores() == first).collect();
        let slow: Vec<&Record> = records.iter().filter(|it| !it.without.is_empty() && it.restores() == other).collect();
        (recovered(&quick) > 0 && recovered(&slow) > 0).then_some((quick, slow, first && other))
    });
    let (quick, slow, restored) = sides?;
    let (with, without) = (recovered(&quick), recovered(&slow));
    let drilled: Figure = |record| record.recovered;
    // With fewer pairs, comparing all drills with all others says more.
    let paired = differences((&quick, &slow), drilled, true).len() >= 4;
    let times = |of: &[&Record]| quartiles(of.iter().filter_map(|record| record.full()).collect())[1];
    let mut lacking: Vec<&str> = slow.iter().flat_map(|record| record.without.iter().map(String::as_str)).collect();
    lacking.sort_unstable();
    lacking.dedup();
    let mut scales: Vec<u32> = quick.iter().chain(&slow).map(|record| record.time_scale).collect();
    scales.sort_unstable();
    scales.dedup();
    let causes = differences((&quick, &slow), Record::cause, paired);
    Some(Saved {
        with,
        without,
        lacking: lacking.join(" and "),
        left_out: quick.len() + slow.len() - with - without,
        paired,
        time_scale: scales,
        drilled: quartiles(differences((&quick, &slow), drilled, paired)),
        full: quartiles(differences((&quick, &slow), Record::full, paired)),
        mttr: [times(&quick), times(&slow)],
        scaled: true,
        restored,
        cause: (!causes.is_empty()).then(|| quartiles(causes)),
        kinds: kinds(records, &quick),
    })
}

/// How much longer the slow drills took than the quick ones, of the same fault alone or each with each.
fn differences((quick, slow): (&[&Record], &[&Record]), pick: Figure, pairs: bool) -> Vec<f64> {
    let all = slow.iter().flat_map(|long| quick.iter().map(move |short| (long, short)));
    let wanted = all.filter(|(long, short)| !pairs || long.twin() == short.twin());
    wanted.filter_map(|(long, short)| Some(pick(long)? - pick(short)?)).collect()
}

/// Every kind of drills, with all signals first.
fn kinds(records: &[Record], quick: &[&Record]) -> Vec<OfKind> {
    let mut titles: Vec<(bool, String)> =
        records.iter().map(|record| (!record.without.is_empty(), record.title())).collect();
    titles.sort();
    titles.dedup();
    let ends = |values: Vec<f64>| {
        let spread = series::Spread::of(values);
        (spread.count > 0).then_some([spread.least, spread.median, spread.most])
    };
    let of_kind = |(_, title): (bool, String)| {
        let own: Vec<&Record> = records.iter().filter(|record| record.title() == title).collect();
        let full: Vec<f64> = own.iter().filter_map(|record| record.full()).collect();
        let is_quick = own.iter().any(|record| quick.iter().any(|it| it.id == record.id));
        let longer = if is_quick { Vec::new() } else { differences((quick, &own), Record::full, true) };
        let causes = own.iter().filter_map(|record| record.cause()).collect();
        Some(OfKind { drills: full.len(), recovered: ends(full)?, cause: ends(causes), longer: ends(longer), title })
    };
    titles.into_iter().filter_map(of_kind).collect()
}

/// A summary lacks the parts, so nothing is scaled: the real difference is at least the drilled one.
fn of_summary(summary: &Summary) -> Option<Saved> {
    let of = |figure| summary.differences.iter().find(move |it: &&Difference| it.figure == figure);
    let difference = of(series::Figure::Recovered)?;
    let group = |kind: &str| summary.groups.iter().find(|group| group.kind == kind);
    let (quick, slow) = (group(&difference.quick)?, group(&difference.slow)?);
    let paired = difference.paired.count >= 4;
    let drilled = match &difference.paired {
        spread if paired => [spread.lower, spread.median, spread.upper],
        _ => [difference.interval.0, difference.of_medians, difference.interval.1],
    };
    let lacking = difference.slow.split_once("without-").map_or("some signals", |(_, signals)| signals);
    Some(Saved {
        with: quick.recovered.count,
        without: slow.recovered.count,
        lacking: lacking.replace('-', " and "),
        left_out: 0,
        paired,
        time_scale: summary.time_scale.clone(),
        drilled,
        full: drilled,
        mttr: [quick.recovered.median, slow.recovered.median],
        scaled: false,
        restored: [&difference.quick, &difference.slow].iter().all(|kind| kind.contains("-release")),
        cause: of(series::Figure::Cause)
            .filter(|it| it.paired.count >= 4)
            .map(|it| [it.paired.lower, it.paired.median, it.paired.upper]),
        kinds: Vec::new(),
    })
}

/// Quartiles; zeros without values.
fn quartiles(values: Vec<f64>) -> [f64; 3] {
    let spread = series::Spread::of(values);
    [spread.lower, spread.median, spread.upper]
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    /// A drill: an alert after `page` s, a search that computes for `own` s, rollbacks of 8 s each, and recovery 6 s
    /// later.
    pub(crate) fn record(
        id: &str,
        without: &str,
        page: f64,
        own: f64,
        waits: f64,
        rollbacks: u32,
    ) -> serde_json::Value {
        let began = page;
        let ended = began + own + waits;
        let mut at = ended;
        let mut attempts = Vec::new();
        for _ in 0..rollbacks {
            attempts.push(
                serde_json::json!({"what": "x", "commit": null, "began": at, "ended": at + 8.0, "helped": false}),
            );
            at += 8.0 + 6.0;
        }
        let without: Vec<&str> = without.split(',').filter(|signal| !signal.is_empty()).collect();
        serde_json::json!({
            "version": 1, "id": id, "time_scale": 15, "method": if without.is_empty() { "walk" } else { "trial" },
            "without": without, "seed": 42, "fault": {"name": "latency", "outage": false, "kind": "latency"},
            "search": {"began": began, "ended": ended, "seconds": own, "rounds": 1},
            "attempts": attempts, "detected": page, "recovered": at, "more": "than is read",
        })
    }

    fn folder(records: &[serde_json::Value]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for record in records {
            let name = format!("{}{ENDING}", record["id"].as_str().unwrap());
            std::fs::write(folder.path().join(name), record.to_string()).unwrap();
        }
        folder
    }

    #[test]
    fn the_same_faults_are_held_against_each_other() {
        let mut records = Vec::new();
        for (index, rollbacks) in [1, 2, 3, 4, 5].into_iter().enumerate() {
            records.push(record(&format!("walk-{index:03}"), "", 20.0, 4.0, 0.0, 1));
            records.push(record(
                &format!("trial-without-traces-profiles-{index:03}"),
                "traces,profiles",
                20.0,
                0.0,
                0.0,
                rollbacks,
            ));
        }
        let mut undetected = record("walk-009", "", 20.0, 4.0, 0.0, 1);
        undetected["recovered"] = serde_json::Value::Null;
        records.push(undetected);
        let saved = read(folder(&records).path()).unwrap();
        assert_eq!((saved.with, saved.without, saved.left_out, saved.paired), (5, 5, 1, true));
        assert_eq!((saved.lacking.as_str(), &saved.time_scale[..]), ("profiles and traces", &[15][..]));
        // Each further rollback is 14 s in the drill: −4, 10, 24, 38, 52.
        assert_eq!(saved.drilled, [10.0, 24.0, 38.0]);
        // On production windows 8 + 6 × 15 = 98 s each.
        assert_eq!(saved.full, [94.0, 192.0, 290.0]);
        assert_eq!(saved.mttr, [402.0, 594.0]);
    }

    #[test]
    fn who_rolls_back_at_once_recovers_as_soon_without_the_commit() {
        let mut records = Vec::new();
        for index in 0..4 {
            let mut each = |id: &str, without: &str, mitigation: &str, rollbacks: u32, found: f64, how: &str| {
                let mut it = record(&format!("{id}-{index:03}"), without, 20.0, 4.0, 0.0, rollbacks);
                it["mitigation"] = mitigation.into();
                it["cause"] = serde_json::json!({"found": found, "how": how, "right": true, "probes": [
                    {"deployed": 10.0, "watched": {"drilled": 20.0, "full": 200.0}},
                    {"deployed": 10.0, "watched": {"drilled": 20.0, "full": 200.0}},
                    {"deployed": 10.0, "watched": {"drilled": 20.0, "full": 200.0}}]});
                records.push(it);
            };
            each("walk-release", "", "release", 1, 24.0, "search");
            // Two of three versions lead to the commit; the third only shows that there is no other.
            each("trial-release-without-traces", "traces", "release", 1, 38.0 + 60.0, "bisect");
            each("trial-without-traces", "traces", "one-commit", 3, 66.0, "one-by-one");
        }
        let saved = read(folder(&records).path()).unwrap();
        assert_eq!((saved.with, saved.without, saved.restored, saved.paired), (4, 4, true, true));
        assert_eq!(saved.drilled, [0.0; 3]);
        assert_eq!(saved.full, [0.0; 3]);
        // Named at 20 s and 4 s of search; without traces known after recovery and two versions.
        let (named, recovered) = (20.0 * 15.0 + 4.0, 20.0 * 15.0 + 4.0 + 8.0 + 6.0 * 15.0);
        assert_eq!(saved.cause, Some([recovered + 420.0 - named; 3]));
        let longer: Vec<_> = saved.kinds.iter().map(|kind| kind.longer.map(|ends| ends[1])).collect();
        assert_eq!(longer, [None, Some(2.0 * 98.0), Some(0.0)]);
        assert!(
            saved.kinds[0].title.starts_with("all signals") && saved.kinds[1].title.contains("one commit at a time")
        );
    }

    #[test]
    fn a_summary_is_enough_and_is_not_scaled() {
        let folder = tempfile::tempdir().unwrap();
        let spread = |median: f64| {
            serde_json::json!({"count": 20, "mean": median, "least": 1.0, "lower": median - 10.0,
            "median": median, "upper": median + 10.0, "most": 200.0})
        };
        let summary = serde_json::json!({
            "time_scale": [15], "seeds": [1], "broken_off": [],
            "groups": [{"kind": "walk", "recovered": spread(60.0)},
                       {"kind": "trial-without-traces-profiles", "recovered": spread(160.0)}],
            "differences": [{"figure": "recovered", "slow": "trial-without-traces-profiles", "quick": "walk", "of_means": 99.0,
                           "interval": [80.0, 120.0], "of_medians": 100.0, "paired": spread(98.0)}],
        });
        std::fs::write(folder.path().join(SUMMARY), summary.to_string()).unwrap();
        let saved = read(folder.path()).unwrap();
        assert_eq!((saved.full, saved.scaled), ([88.0, 98.0, 108.0], false));
        assert_eq!(saved.lacking, "traces and profiles");
    }

    #[test]
    fn what_is_missing_or_broken_is_named() {
        let nowhere = read(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(nowhere.what.contains("/nowhere/at/all"), "{nowhere}");
        let one_kind = read(folder(&[record("walk-001", "", 20.0, 4.0, 0.0, 1)]).path()).unwrap_err();
        assert!(one_kind.what.contains("both with and without"), "{one_kind}");
        let broken = folder(&[]);
        std::fs::write(broken.path().join(format!("walk-001{ENDING}")), "{\n  \"id\": 3}").unwrap();
        let broken = read(broken.path()).unwrap_err();
        assert!(broken.what.contains(&format!("walk-001{ENDING}:2:9 is not a record")), "{broken}");
    }
}
