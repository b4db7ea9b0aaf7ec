//! The fourth layer of a slow request: whether it computes or waits. CPU time is compared with the usual profile by
//! function.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::Ask;
use super::ask::{Log, ask};
use super::case::Case;
use super::gather::Gathered;
use super::place::Place;
use super::spot;
use crate::source::{Frame, Sample};
use emberline_prose::number::{length, many, percent};

/// A function that uses CPU time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hot {
    /// The function, with its hottest line.
    pub place: Place,
    /// The share of bad requests' samples in which the function is the innermost one of the repository.
    pub now: f64,
    /// The function's share in the service's profile before the onset; `None` without such a profile.
    pub before: Option<f64>,
    /// Lines with their share of the function's samples, the hottest first.
    pub lines: Vec<(usize, f64)>,
    /// The function's callers in the repository, with their shares of its samples.
    pub callers: Vec<(Place, f64)>,
}

/// The evidence of profiles: how much CPU time the spans use, and in which functions.
#[derive(Debug, Clone, Serialize)]
pub struct Profiled {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// The service whose spans take the time.
    pub service: String,
    /// The own time of these spans in all bad traces, in seconds.
    pub own: f64,
    /// The CPU time of these spans, in seconds.
    pub cpu: f64,
    /// The number of samples of these spans.
    pub samples: u64,
    /// The trace with the most samples.
    pub richest: Option<String>,
    /// Functions of the repository, the hottest first.
    pub functions: Vec<Hot>,
    /// Libraries on the stacks, the most frequent first.
    pub libraries: Vec<Library>,
}

/// A library on the stacks of bad requests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Library {
    /// The library's name.
    pub name: String,
    /// The share of bad requests' samples with the library on the stack.
    pub now: f64,
    /// The share in the service's profile before the onset; `None` without such a profile.
    pub before: Option<f64>,
}

/// How a span spends its own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spends {
    /// The span computes.
    Computing,
    /// The span waits.
    Waiting,
    /// Unknown: there are no profiles, or the time is too short for a sample.
    Unknown,
}

impl Profiled {
    /// How the spans spend their time. Profilers usually sample every 10 ms of CPU time, so less than 0.1 s
    /// is not enough data.
    pub(super) fn spends(&self) -> Spends {
        if self.own < 0.1 || (self.samples == 0 && self.functions.is_empty() && self.asked.len() < 2) {
            return Spends::Unknown;
        }
        match self.cpu / self.own {
            share if share >= 0.4 => Spends::Computing,
            share if share < 0.2 => Spends::Waiting,
            _ => Spends::Unknown,
        }
    }
}

/// The spans whose own time is examined: their ids and their own time in seconds.
pub(super) struct Spans {
    pub(super) service: String,
    pub(super) ids: std::collections::BTreeSet<String>,
    pub(super) own: f64,
}

/// Looks at profiles; `is_ours` recognizes files of the repository. `None` if there is no source of profiles.
pub(super) fn look(
    case: &Case<'_>,
    gathered: &Gathered,
    spans: &Spans,
    is_ours: &dyn Fn(&str) -> bool,
) -> Option<Profiled> {
    let profiles = case.sources.profiles?;
    let mut log = Log::default();
    let mut samples: Vec<Sample> = Vec::new();
    let mut richest: Option<(u64, String)> = None;
    let mut trouble = None;
    for trace in &gathered.bad {
        match profiles.of_trace(trace) {
            Ok(found) => {
                let count = found.iter().map(|sample| sample.count).sum();
                if count > richest.as_ref().map_or(0, |(most, _)| *most) {
                    richest = Some((count, trace.id.clone()));
                }
                samples.extend(found);
            }
            Err(error) => {
                trouble = Some(error);
                break;
            }
        }
    }
    let all: u64 = samples.iter().map(|sample| sample.count).sum();
    let query = format!("samples of {}", many(gathered.bad.len(), "bad trace", "bad traces"));
    let answer = trouble.map_or(Ok(()), Err);
    log.keep(ask(profiles.name(), query, answer, |()| format!("{all} samples")));
    samples.retain(|sample| sample.service == spans.service || sample.service.is_empty());
    let names_spans = samples.iter().any(|sample| !sample.span_id.is_empty());
    let within = |sample: &&Sample| !names_spans || spans.ids.contains(&sample.span_id);
    let own: Vec<&Sample> = samples.iter().filter(within).collect();
    #[expect(clippy::cast_precision_loss, reason = "processor time of a few requests")]
    let cpu = own.iter().map(|sample| sample.cpu_nanos as f64 / 1e9).fold(0.0, |all, it| all + it);
    let (start, end) = (case.before() - 3_600.0, case.before());
    let answer = profiles.of_service(&spans.service, start, end);
    let query = format!("profile of {} in the hour before {}", spans.service, emberline_prose::number::clock(end));
    let before = log.keep(ask(profiles.name(), query, answer, |samples| {
        format!("{} samples", samples.iter().map(|sample| sample.count).sum::<u64>())
    }));
    let before = before.filter(|samples| !samples.is_empty());
    let functions = hot(&own, before.as_deref(), is_ours);
    let mut profiled = Profiled {
        asked: log.asks(),
        conclusion: String::new(),
        service: spans.service.clone(),
        own: spans.own,
        cpu,
        samples: own.iter().map(|sample| sample.count).sum(),
        richest: richest.map(|(_, id)| id),
        functions,
        libraries: libraries(&own, before.as_deref()),
    };
    // If no sample exists at all, the service has no profiler, and the query for the usual profile adds nothing.
    if all == 0 && before.is_none() {
        profiled.asked.truncate(1);
    }
    profiled.conclusion = conclusion(&profiled);
    Some(profiled)
}

#[derive(Default)]
struct Sum {
    count: u64,
    lines: BTreeMap<usize, u64>,
    callers: BTreeMap<(String, String), (u64, usize)>,
}

fn name(frame: &Frame) -> (String, String) {
    (spot::plain(&frame.function), frame.file.clone())
}

/// Sums samples by their innermost function of the repository.
fn sums(samples: &[&Sample], is_ours: &dyn Fn(&str) -> bool) -> (u64, BTreeMap<(String, String), Sum>) {
    let (mut all, mut sums) = (0, BTreeMap::<_, Sum>::new());
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    for sample in samples {
        all += sample.count;
        let mut ours =
            sample.frames.iter().filter(|frame| *known.entry(&frame.file).or_insert_with(|| is_ours(&frame.file)));
        let Some(innermost) = ours.next() else { continue };
        let own = name(innermost);
        let sum = sums.entry(own.clone()).or_default();
        sum.count += sample.count;
        *sum.lines.entry(innermost.line).or_default() += sample.count;
        // A recursive function is not its own caller.
        let mut seen = std::collections::BTreeSet::from([own]);
        for frame in ours {
            if seen.insert(name(frame)) {
                let caller = sum.callers.entry(name(frame)).or_insert((0, frame.line));
                caller.0 += sample.count;
            }
        }
    }
    (all, sums)
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn hot(samples: &[&Sample], before: Option<&[Sample]>, is_ours: &dyn Fn(&str) -> bool) -> Vec<Hot> {
    let (all, now) = sums(samples, is_ours);
    let before: Option<Vec<&Sample>> = before.map(|samples| samples.iter().collect());
    let usual = before.map(|samples| sums(&samples, is_ours));
    let share = |part: u64, of: u64| part as f64 / of.max(1) as f64;
    let mut functions: Vec<Hot> = now
        .into_iter()
        .map(|((function, file), sum)| {
            let mut lines: Vec<(usize, f64)> =
                sum.lines.iter().map(|(line, count)| (*line, share(*count, sum.count))).collect();
            lines.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let before = usual.as_ref().map(|(all, usual)| {
                share(usual.get(&(function.clone(), file.clone())).map_or(0, |sum| sum.count), *all)
            });
            let mut callers: Vec<(Place, f64)> = sum
                .callers
                .into_iter()
                .map(|((function, file), (count, line))| (Place { function, file, line }, share(count, sum.count)))
                .collect();
            callers.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.function.cmp(&b.0.function)));
            callers.truncate(8);
            let line = lines.first().map_or(0, |(line, _)| *line);
            Hot { place: Place { function, file, line }, now: share(sum.count, all), before, lines, callers }
        })
        .collect();
    functions.sort_by(|a, b| b.now.total_cmp(&a.now).then(a.place.function.cmp(&b.place.function)));
    functions.truncate(12);
    functions
}

/// The most libraries that are kept.
const LIBRARIES: usize = 40;

/// The libraries on stacks, with their shares.
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn libraries(samples: &[&Sample], before: Option<&[Sample]>) -> Vec<Library> {
    let shares = |samples: &mut dyn Iterator<Item = &Sample>| {
        let (mut all, mut counts) = (0, BTreeMap::<String, u64>::new());
        for sample in samples {
            all += sample.count;
            let names: std::collections::BTreeSet<String> = sample.frames.iter().filter_map(library).collect();
            for name in names {
                *counts.entry(name).or_default() += sample.count;
            }
        }
        let share = |count: u64| count as f64 / u64::max(all, 1) as f64;
        counts.into_iter().map(|(name, count)| (name, share(count))).collect::<BTreeMap<String, f64>>()
    };
    let usual = before.map(|samples| shares(&mut samples.iter()));
    let mut found: Vec<Library> = shares(&mut samples.iter().copied())
        .into_iter()
        .map(|(name, now)| {
            let before = usual.as_ref().map(|usual| usual.get(&name).copied().unwrap_or(0.0));
            Library { name, now, before }
        })
        .collect();
    found.sort_by(|a, b| b.now.total_cmp(&a.now).then(a.name.cmp(&b.name)));
    found.truncate(LIBRARIES);
    found
}

/// The library of a frame: the folder of a package registry in its file, such as `regex-1.11.0` or `log@v1.2.0`.
fn library(frame: &Frame) -> Option<String> {
    frame.file.split(['/', '\\']).rev().find_map(|part| {
        let (name, version) = part.split_once("@v").or_else(|| part.rsplit_once('-'))?;
        let is_version = version.contains('.') && version.starts_with(|c: char| c.is_ascii_digit());
        is_version.then(|| name.to_owned())
    })
}

fn conclusion(profiled: &Profiled) -> String {
    let service = &profiled.service;
    if profiled.samples == 0 && profiled.functions.is_empty() && profiled.asked.len() < 2 {
        return format!("No profile of {service} was found: whether it computes or waits is unknown.");
    }
    let times = format!("{} of CPU time in {} of {service}'s own time", length(profiled.cpu), length(profiled.own));
    match (profiled.spends(), profiled.functions.first()) {
        (Spends::Waiting, _) => format!("The service waits: only {times}."),
        (spends, Some(hot)) => {
            let before = hot.before.map_or_else(String::new, |before| format!(", {} before", percent(before)));
            let says = if spends == Spends::Computing {
                "The service computes"
            } else {
                "The service computes part of the time"
            };
            format!("{says}: {times}. {} of the samples are in {}{before}.", percent(hot.now), hot.place.words())
        }
        (_, None) => format!("{times}, none of it in the repository's functions."),
    }
}
