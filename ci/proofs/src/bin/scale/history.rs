//! The recorded history that windows read, in the order of time, as the rules would have recorded it.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use emberline_proofs::remote_write::{self, Series, labels};
use emberline_proofs::rules::RuleFile;

use super::Plan;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// Between two evaluations.
const EVERY: i64 = 30 * SECOND;
/// Between two samples of the old part: the step of the subqueries over it.
const SPARSE: i64 = 300 * SECOND;
/// How much is written of one series before the next: a head of two hours takes nothing older than its newest hour.
const SLICE: i64 = 50 * 60 * SECOND;
/// The longest window over the base series.
const BASE: i64 = 6 * HOUR + SLICE;
/// Samples of a request.
const BATCH: usize = 50_000;

/// The objectives of a folder of rule files: service and name.
pub(super) fn objectives(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let file = RuleFile::read(&entry?.path())?;
        let names = file.groups.iter().filter_map(|group| group.name.strip_suffix("/budget")?.split_once('/'));
        all.extend(names.map(|(service, slo)| (service.to_owned(), slo.to_owned())));
    }
    all.sort();
    Ok(all)
}

/// Writes the history up to now; gives the number of samples.
pub(super) fn write(url: &str, objectives: &[(String, String)], plan: &Plan) -> Result<u64> {
    let receiver = format!("{url}/api/v1/write");
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())? / EVERY * EVERY - EVERY;
    let days = |days: u64| i64::try_from(days).unwrap_or(i64::MAX / DAY) * DAY;
    let dense = now - days(plan.dense_days);
    let (mut from, mut wrote) = ((now - days(plan.days)) / SLICE * SLICE, 0);
    while from < now {
        let to = (from + SLICE).min(now);
        let mut batch: Vec<Series> = Vec::new();
        let mut held = 0;
        for (number, (service, slo)) in objectives.iter().enumerate() {
            for (name, mean) in RECORDED {
                let is_base = name.ends_with("rate_base");
                if is_base && to <= now - BASE {
                    continue;
                }
                let step = if is_base || from >= dense { EVERY } else { SPARSE };
                let samples = steps(from, to, step).map(|at| (at, mean * noise(number, at))).collect::<Vec<_>>();
                held += samples.len();
                let labels = labels([("__name__", name), ("service", service.as_str()), ("slo", slo.as_str())]);
                batch.push(Series { labels, samples });
            }
            if held >= BATCH || number + 1 == objectives.len() {
                remote_write::write_at_once(&receiver, &batch)?;
                wrote += u64::try_from(held)?;
                (batch, held) = (Vec::new(), 0);
            }
        }
        from = to;
    }
    Ok(wrote)
}

/// The series that windows read, with their means: 40 requests a second, one in five thousand of them bad.
const RECORDED: [(&str, f64); 4] = [
    ("slo:events:rate_base", 40.0),
    ("slo:bad_events:rate_base", 0.008),
    ("slo:events:count5m", 12_000.0),
    ("slo:bad_events:count5m", 2.4),
];

fn steps(from: i64, to: i64, step: i64) -> impl Iterator<Item = i64> {
    (0..).map(move |n| from + n * step).take_while(move |at| *at < to)
}

/// A factor about 1 that differs from sample to sample: what does not change costs a database next to nothing.
fn noise(series: usize, at: i64) -> f64 {
    let mixed =
        (series as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ at.unsigned_abs().wrapping_mul(0xff51_afd7_ed55_8ccd);
    let part = u32::try_from((mixed >> 40) & 0xffff).unwrap_or(0);
    0.75 + f64::from(part) / 131_072.0
}
