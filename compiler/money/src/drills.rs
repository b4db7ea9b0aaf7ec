//! Times of drills: how much sooner incidents ended with traces and profiles than without, as drilled and on production
//! windows.
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
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
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
}

/// The fields of a drill's record that are needed here; other fields are ignored.
#[derive(Debug, Clone, Deserialize)]
struct Record {
    id: String,
    method: String,
    time_scale: u32,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    seed: u64,
    fault: Broken,
    search: Option<Search>,
    #[serde(default)]
    attempts: Vec<Attempt>,
    recovered: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Broken {
    name: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Search {
    began: f64,
    ended: f64,
    seconds: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Attempt {
    began: f64,
    ended: f64,
    #[serde(default)]
    watched: Option<Watched>,
}

/// How long a rollback that did not help was watched: in the drill, and on production windows.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Watched {
    drilled: f64,
    full: f64,
}

impl Record {
    /// MTTR on production windows, in seconds; `None` if the objective did not recover.
    fn full(&self) -> Option<f64> {
        let recovered = self.recovered?;
        let factor = f64::from(self.time_scale.max(1));
        // The parts that are not compressed; all other time was spent waiting for windows.
        let own_search =
            self.search.map_or(0.0, |search| search.seconds.clamp(0.0, (search.ended - search.began).max(0.0)));
        let own =
            own_search + self.attempts.iter().map(|attempt| (attempt.ended - attempt.began).max(0.0)).sum::<f64>();
        let own = own.min(recovered.max(0.0));
        // The record has the length of an unsuccessful watch for both time scales.
        let watches = || self.attempts.iter().filter_map(|attempt| attempt.watched);
        let watched = watches().map(|watched| watched.drilled.max(0.0)).sum::<f64>().min(recovered - own);
        Some(own + watches().map(|watched| watched.full).sum::<f64>() + (recovered - own - watched) * factor)
    }

    /// The key that two drills of the same fault share.
    fn twin(&self) -> (u64, &str, &str) {
        (self.seed, &self.fault.name, self.id.rsplit('-').next().unwrap_or_default())
    }
}

/// The part of a series' summary that is needed here.
#[derive(Debug, Deserialize)]
struct Summary {
    time_scale: Vec<u32>,
    difference: Option<Difference>,
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Difference {
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

fn of_records(records: &[Record]) -> Option<Saved> {
    let quick: Vec<&Record> = records.iter().filter(|it| it.method == "walk" && it.without.is_empty()).collect();
    let slow: Vec<&Record> = records.iter().filter(|it| !it.without.is_empty()).collect();
    let recovered = |of: &[&Record]| of.iter().filter(|record| record.recovered.is_some()).count();
    let (with, without) = (recovered(&quick), recovered(&slow));
    if with == 0 || without == 0 {
        return None;
    }
    let differences = |pick: fn(&Record) -> Option<f64>, pairs: bool| -> Vec<f64> {
        let all = slow.iter().flat_map(|long| quick.iter().map(move |short| (long, short)));
        let wanted = all.filter(|(long, short)| !pairs || long.twin() == short.twin());
        wanted.filter_map(|(long, short)| Some(pick(long)? - pick(short)?)).collect()
    };
    let drilled: fn(&Record) -> Option<f64> = |record| record.recovered;
    // With fewer pairs, comparing all drills with all others says more.
    let paired = differences(drilled, true).len() >= 4;
    let times = |of: &[&Record]| quartiles(of.iter().filter_map(|record| record.full()).collect())[1];
    let mut lacking: Vec<&str> = slow.iter().flat_map(|record| record.without.iter().map(String::as_str)).collect();
    lacking.sort_unstable();
    lacking.dedup();
    let mut scales: Vec<u32> = quick.iter().chain(&slow).map(|record| record.time_scale).collect();
    scales.sort_unstable();
    scales.dedup();
    Some(Saved {
        with,
        without,
        lacking: lacking.join(" and "),
        left_out: quick.len() + slow.len() - with - without,
        paired,
        time_scale: scales,
        drilled: quartiles(differences(drilled, paired)),
        full: quartiles(differences(Record::full, paired)),
        mttr: [times(&quick), times(&slow)],
        scaled: true,
    })
}

/// A summary lacks the parts, so nothing is scaled: the real difference is at least the drilled one.
fn of_summary(summary: &Summary) -> Option<Saved> {
    let difference = summary.difference.as_ref()?;
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
    })
}

/// Quartiles; zeros without values.
fn quartiles(values: Vec<f64>) -> [f64; 3] {
    let spread = series::Spread::of(values);
    [spread.lower, spread.median, spread.upper]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    /// A drill: an alert after `page` s, a search that computes for `own` s, rollbacks of 8 s each, and recovery 6 s
    /// later.
    fn record(id: &str, without: &str, page: f64, own: f64, waits: f64, rollbacks: u32) -> serde_json::Value {
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
    fn only_what_waits_for_windows_is_longer_in_full_length() {
        // 20 s to the alert, 4 s of walking, one rollback of 8 s, 6 s until recovery shows.
        let read: Record = serde_json::from_value(record("walk-001", "", 20.0, 4.0, 0.0, 1)).unwrap();
        assert_eq!(read.recovered, Some(38.0));
        assert_eq!(read.full(), Some(20.0 * 15.0 + 4.0 + 8.0 + 6.0 * 15.0));
        // Waits for telemetry are compressed as well.
        let read: Record = serde_json::from_value(record("walk-001", "", 20.0, 4.0, 2.0, 1)).unwrap();
        assert_eq!(read.full(), Some(22.0 * 15.0 + 4.0 + 8.0 + 6.0 * 15.0));
        // An unsuccessful rollback is watched as long as its record says, rather than fifteen times as long.
        let mut watched = record("trial-001", "traces", 20.0, 4.0, 0.0, 2);
        watched["attempts"][0]["watched"] = serde_json::json!({"drilled": 6.0, "full": 40.0});
        let read: Record = serde_json::from_value(watched).unwrap();
        assert_eq!(read.full(), Some(20.0 * 15.0 + 4.0 + 8.0 + 40.0 + 8.0 + 6.0 * 15.0));
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
            "difference": {"slow": "trial-without-traces-profiles", "quick": "walk", "of_means": 99.0,
                           "interval": [80.0, 120.0], "of_medians": 100.0, "paired": spread(98.0)},
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
