//! What the recording rules would have recorded, for a server that has just got them.
//!
//! A live rule computes at once what it reads at an instant. Only what it reads over a range must lie in the past
//! already: the base below an alert's windows, and five-minute counts below the budget. So only those records are
//! taken, and no further back than the longest range over them.
//!
//! OpenMetrics has no staleness markers, so an instant read finds the last sample before a gap for five minutes more. A
//! record that is read only by subqueries of such a step is therefore taken at the instants of these reads alone: there
//! the next read finds nothing, as if the marker stood there. Where reads are closer, a zero begins the gap: both sides of
//! a ratio read no events then, and the ratio is right.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::eval::{LOOKBACK, Record, Source};
use crate::grid::{Grid, Labels, Series, is_absent};
use crate::moment;
use crate::promql::{Is, Node};
use crate::rules::Group;

/// How much of the past Prometheus keeps in its head: it cuts a block of two hours once the head spans three.
const HEAD: i64 = 3 * 3_600_000;
/// The length of Prometheus's blocks.
const BLOCK: i64 = 2 * 3_600_000;

/// The last moment that may be written at `now`, in milliseconds since 1970, where evaluations end at `until`.
///
/// A block that reaches into the head makes Prometheus forget samples: when it starts, it drops whatever its log has from
/// before the end of the newest block. The head begins at a multiple of two hours, at most three hours ago.
#[must_use]
pub fn end(until: i64, now: i64) -> i64 {
    until.min((now - HEAD).div_euclid(BLOCK) * BLOCK - 1)
}

/// How rules read a record over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The longest range over it.
    pub(crate) range: i64,
    /// The reads lie at multiples of this, in milliseconds; `None` if each sample counts.
    pub(crate) step: Option<i64>,
}

/// The records that rules read over a range, by name.
pub(crate) fn reaches(groups: &[Group]) -> BTreeMap<String, Reach> {
    let all = || groups.iter().flat_map(|group| &group.rules);
    let mut found = BTreeMap::new();
    for rule in all() {
        reads(&rule.node, None, &mut found);
    }
    found.retain(|name, _| all().any(|rule| !rule.rule.is_alert && rule.rule.name == *name));
    found
}

/// `around`: the range and the step of the subqueries around a part.
fn reads(node: &Node, around: Option<Reach>, found: &mut BTreeMap<String, Reach>) {
    match &node.is {
        Is::Number(_) | Is::Text | Is::Select { name: None, .. } => {}
        Is::Select { name: Some(name), range, .. } => {
            let read = match (*range, around) {
                (None, None) => return,
                (None, Some(around)) => around,
                (Some(range), around) => {
                    Reach { range: range.saturating_add(around.map_or(0, |it| it.range)), step: None }
                }
            };
            let known = found.entry(name.clone()).or_insert(read);
            let step = known.step.zip(read.step).and_then(|(one, other)| {
                let (less, more) = (one.min(other), one.max(other));
                (less > 0 && more % less == 0).then_some(less)
            });
            *known = Reach { range: known.range.max(read.range), step };
        }
        Is::Subquery { of, range, step, .. } => {
            let range = range.saturating_add(around.map_or(0, |it| it.range));
            reads(of, Some(Reach { range, step: *step }), found);
        }
        Is::Negated(of) | Is::Moved(of) => reads(of, around, found),
        Is::Call { arguments, .. } | Is::Aggregate { arguments, .. } => {
            arguments.iter().for_each(|argument| reads(argument, around, found));
        }
        Is::Binary { sides, .. } => sides.iter().for_each(|side| reads(side, around, found)),
    }
}

/// A recorded series, with samples that the source does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// Its labels, without the name.
    pub labels: Labels,
    /// Milliseconds since 1970, rising, and values.
    pub samples: Vec<(i64, f64)>,
}

/// What a backfill has of one record of an objective. Times are milliseconds since 1970, and are written in RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filled {
    /// The record's name.
    pub record: String,
    /// Its first sample; `None` if there is none.
    #[serde(serialize_with = "moment::write_some")]
    pub from: Option<i64>,
    /// Its last sample.
    #[serde(serialize_with = "moment::write_some")]
    pub until: Option<i64>,
    /// How many series have samples.
    pub series: usize,
    /// How many samples they have.
    pub samples: usize,
    /// Since when rules can read what the source has of the record itself, and nothing is written; the earliest of all
    /// series. `None` if the source has nothing of it.
    #[serde(serialize_with = "moment::write_some")]
    pub recorded_since: Option<i64>,
    /// The earliest moment that rules read at the end of the replay.
    #[serde(serialize_with = "moment::write")]
    pub read_from: i64,
}

/// What is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Nothing earlier.
    pub(crate) from: i64,
    /// When live rules take over: their ranges end there or later.
    pub(crate) until: i64,
    /// Nothing later.
    pub(crate) end: i64,
}

/// Takes what is to be written of a record, and of each series nothing once the source has it; `None` if rules read none of
/// it within the bounds. `selector` finds the record in the source.
///
/// # Errors
/// When the source does not answer.
pub(crate) fn take(
    (name, record): (&str, &Record),
    reach: Reach,
    bounds: Bounds,
    (source, selector): (&dyn Source, &str),
) -> Result<Option<(Filled, Vec<Recorded>)>, String> {
    let read_from = bounds.until.saturating_sub(reach.range);
    let (step, phase) = match reach.step.filter(|step| *step > record.grid.step) {
        Some(step) => (step, 0),
        None => (record.grid.step, record.grid.first.rem_euclid(record.grid.step)),
    };
    // A range does not contain its beginning.
    let instants = Grid::within(bounds.from.max(read_from.saturating_add(1)), bounds.end, step, phase);
    if instants.count == 0 {
        return Ok(None);
    }
    let known = source.range(selector, instants)?;
    let mut filled = Filled {
        record: name.to_owned(),
        from: None,
        until: None,
        series: 0,
        samples: 0,
        recorded_since: None,
        read_from,
    };
    let mut taken = Vec::new();
    for series in &record.series {
        let since = known.iter().filter(|known| is_same(&series.labels, &known.labels)).filter_map(first).min();
        let samples = samples(record.grid, series, instants, since.unwrap_or(instants.count));
        let since = since.map(|place| instants.at(place));
        filled.recorded_since = [filled.recorded_since, since].into_iter().flatten().min();
        if let (Some((from, _)), Some((until, _))) = (samples.first(), samples.last()) {
            filled.from = Some(filled.from.map_or(*from, |known| known.min(*from)));
            filled.until = Some(filled.until.map_or(*until, |known| known.max(*until)));
            filled.series += 1;
            filled.samples += samples.len();
            taken.push(Recorded { name: name.to_owned(), labels: series.labels.clone(), samples });
        }
    }
    Ok(Some((filled, taken)))
}

/// Whether a series of the source is ours, perhaps with more labels, such as those of a global view.
fn is_same(ours: &Labels, theirs: &Labels) -> bool {
    ours.iter().all(|(label, value)| theirs.get(label) == Some(value))
}

fn first(series: &Series) -> Option<usize> {
    series.values.iter().position(|value| !is_absent(*value))
}

/// The samples that reads find at the first `count` of these instants, at the times at which they were recorded. Behind the
/// last one before a gap stands a zero, if a read in the gap would find that one.
fn samples(from: Grid, series: &Series, instants: Grid, count: usize) -> Vec<(i64, f64)> {
    let mut samples: Vec<(i64, f64)> = Vec::new();
    let mut is_gap = true;
    for instant in instants.instants().take(count) {
        let Some(place) = from.until(instant).checked_sub(1) else { continue };
        let (at, value) = (from.at(place), series.values.get(place).copied());
        let last = samples.last().map_or(i64::MIN, |(last, _)| *last);
        match value.filter(|value| !is_absent(*value) && instant - at < LOOKBACK) {
            _ if at <= last => {}
            Some(value) => {
                samples.push((at, value));
                is_gap = false;
            }
            None if !is_gap && instant - last < LOOKBACK => {
                samples.push((at, 0.0));
                is_gap = true;
            }
            None => is_gap = true,
        }
    }
    samples
}

#[cfg(test)]
mod tests;
