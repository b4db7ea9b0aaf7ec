//! `profiles.json`: stacks with the counts of their samples before the onset and since, and those of bad requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::incident::Incident;
use super::traces::Traces;
use crate::source::{Frame, Sample};

/// The most services whose profiles are written.
const SERVICES: usize = 4;
/// The most stacks of a service.
const STACKS: usize = 400;
/// The most frames of a stack, the innermost ones.
const FRAMES: usize = 64;
/// The most bad requests whose samples are written.
const REQUESTS: usize = 10;
/// The most stacks of a request.
const OF_REQUEST: usize = 200;

/// Fetches profiles. `None` without a source, or without a sample.
pub(super) fn collect(incident: &Incident<'_>, traces: Option<&Traces>, notes: &mut Vec<String>) -> Option<Value> {
    let Some(source) = incident.case.sources.profiles else {
        notes.push("No source of profiles was given: profiles.json is absent.".to_owned());
        return None;
    };
    incident.begin();
    let case = &incident.case;
    let mut trouble = |why: &dyn std::fmt::Display| notes.push(format!("Profiles are incomplete: {why}."));
    let mut services = Vec::new();
    for service in incident.services.iter().take(SERVICES) {
        if incident.is_over() {
            break;
        }
        let before = source.of_service(service, case.before() - 3_600.0, case.before());
        let since = source.of_service(service, case.since(), case.now);
        match (before, since) {
            (Ok(before), Ok(since)) if before.is_empty() && since.is_empty() => {}
            (Ok(before), Ok(since)) => services.push(of_service(service, &before, &since)),
            (Err(why), _) | (_, Err(why)) => {
                trouble(&why);
                break;
            }
        }
    }
    let mut requests = Vec::new();
    for trace in traces.iter().flat_map(|traces| &traces.bad).take(REQUESTS) {
        if incident.is_over() {
            break;
        }
        match source.of_trace(trace) {
            Ok(samples) => requests.extend(samples.iter().take(OF_REQUEST).map(|sample| of_request(&trace.id, sample))),
            Err(why) => {
                trouble(&why);
                break;
            }
        }
    }
    let is_over = incident.tell_if_over("Profiles", notes);
    if services.is_empty() && requests.is_empty() {
        let why = if is_over { "No sample came in time" } else { "No samples of the involved services were found" };
        notes.push(format!("{why}: profiles.json is absent."));
        return None;
    }
    Some(json!({"services": services, "requests": requests}))
}

/// The stacks of a service. Stacks that changed most come first, and the counts of all samples stand beside them.
fn of_service(service: &str, before: &[Sample], since: &[Sample]) -> Value {
    let mut stacks: BTreeMap<&[Frame], (u64, u64)> = BTreeMap::new();
    for (samples, is_before) in [(before, true), (since, false)] {
        for sample in samples {
            let count = stacks.entry(innermost(sample)).or_default();
            *(if is_before { &mut count.0 } else { &mut count.1 }) += sample.count;
        }
    }
    let all = |samples: &[Sample]| samples.iter().map(|sample| sample.count).sum::<u64>();
    let (all_before, all_since) = (all(before), all(since));
    let mut stacks: Vec<(&[Frame], (u64, u64))> = stacks.into_iter().collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    let share = |count: u64, all: u64| count as f64 / all.max(1) as f64;
    let weight = |(before, since): (u64, u64)| {
        let (before, since) = (share(before, all_before), share(since, all_since));
        (since - before).abs() + before.max(since) * 1e-3
    };
    stacks.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then_with(|| a.0.cmp(b.0)));
    stacks.truncate(STACKS);
    let stacks: Vec<Value> = stacks
        .into_iter()
        .map(|(frames, (before, since))| json!({"frames": frames, "before": before, "after": since}))
        .collect();
    json!({"service": service, "before": all_before, "after": all_since, "stacks": stacks})
}

fn of_request(trace: &str, sample: &Sample) -> Value {
    json!({
        "trace_id": trace,
        "span_id": sample.span_id,
        "service": sample.service,
        "count": sample.count,
        "cpu_ms": (sample.cpu_nanos / 1_000) as f64 / 1e3,
        "frames": innermost(sample),
    })
}

fn innermost(sample: &Sample) -> &[Frame] {
    sample.frames.get(..FRAMES).unwrap_or(&sample.frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_have_counts_before_and_after() {
        let sample = |function: &str, count| Sample {
            service: "a".to_owned(),
            span_id: String::new(),
            count,
            cpu_nanos: 0,
            frames: vec![Frame { function: function.to_owned(), file: "x.rs".to_owned(), line: 7 }],
        };
        let told =
            of_service("a", &[sample("f", 9), sample("g", 1)], &[sample("f", 10), sample("g", 40), sample("g", 50)]);
        let stacks: Vec<(Option<&str>, u64, u64)> = told["stacks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                (it["frames"][0]["function"].as_str(), it["before"].as_u64().unwrap(), it["after"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(stacks, [(Some("f"), 9, 10), (Some("g"), 1, 90)]);
        assert_eq!((&told["before"], &told["after"]), (&json!(10), &json!(100)));
    }
}
