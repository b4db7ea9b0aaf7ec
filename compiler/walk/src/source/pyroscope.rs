//! Pyroscope: CPU time by stack.
//!
//! Documented at grafana.com/docs/pyroscope/latest/reference-server-api:
//! - `GET /pyroscope/render` with `query`, `from`, `until` and `format=json` answers with a flame graph of a
//!   service. What its `levels` mean is documented only where that page points to, in Pyroscope's `flamebearer.go`.
//! - `POST /querier.v1.QuerierService/SelectMergeSpanProfile` with `spanSelector` answers with one of given spans.
//!   The page calls it deprecated, though kept, for `SelectMergeStacktraces`, which newer releases give a
//!   `spanSelector` and a `traceIdSelector`. But the protocol passes over fields that it does not know: an older
//!   release would answer there with the whole service as if it were the trace. So the call is used that cannot be
//!   misunderstood. `render` takes no span.
//!
//! Not documented: that a span profile is kept under the id in the span's attribute `pyroscope.profile.id`, which
//! clients set; it is asked for beside the spans' own ids.
//!
//! Pyroscope tells time by function and knows neither files nor lines here, nor numbers of samples.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::queries::{CPU_PROFILE, profiles};
use serde_json::{Value, json};

use super::http::Http;
use super::reading::{items, span_id};
use super::store::most_frequent_first;
use super::{Answer, Frame, Profiles, Sample, Trace};

/// A profile is kept under the time at which its collection began, which is up to a minute before.
const AROUND: f64 = 60.0;
/// Stacks hold at most this many frames in sum: a short answer may repeat a long stack often.
const MOST_FRAMES: usize = 4_000_000;
/// Nanoseconds of a sample: profilers for Pyroscope sample a hundred times a second.
const SAMPLE: u64 = 10_000_000;

/// A Pyroscope.
#[derive(Debug)]
pub struct Pyroscope {
    http: Http,
}

impl Pyroscope {
    /// `address` is what `/pyroscope` and `/querier.v1.QuerierService` are appended to.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self { http: Http::new("Pyroscope", address) }
    }

    fn samples(&self, service: &str, span: &str, graph: &Value) -> Answer<Vec<Sample>> {
        samples(service, span, graph).map_err(|why| {
            self.http.trouble(&format!("sent an answer that its documentation does not describe: {why}"))
        })
    }
}

impl Profiles for Pyroscope {
    fn name(&self) -> String {
        self.http.name()
    }

    fn of_trace(&self, trace: &Trace) -> Answer<Vec<Sample>> {
        let mut services: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for span in &trace.spans {
            let spans = services.entry(&span.service).or_default();
            spans.insert(span.id.clone());
            spans.extend(span.attributes.get("pyroscope.profile.id").and_then(|id| span_id(id)));
        }
        #[expect(clippy::cast_precision_loss, reason = "rounded to milliseconds anyway")]
        let seconds = |time: Option<u64>| time.unwrap_or_default() as f64 / 1e9;
        let start = seconds(trace.spans.iter().map(|span| span.start).min()) - AROUND;
        let end = seconds(trace.spans.iter().map(|span| span.end).max()) + AROUND;
        let mut all = Vec::new();
        for (service, spans) in services {
            let wanted = json!({
                "profileTypeID": CPU_PROFILE,
                "labelSelector": profiles(service),
                "spanSelector": spans,
                "start": millis(start),
                "end": millis(end),
            });
            let answer: Value = self.http.post("/querier.v1.QuerierService/SelectMergeSpanProfile", &wanted)?;
            let span = if spans.len() == 1 { spans.first().map_or("", String::as_str) } else { "" };
            all.extend(self.samples(service, span, &answer["flamegraph"])?);
        }
        Ok(most_frequent_first(all))
    }

    fn of_service(&self, service: &str, start: f64, end: f64) -> Answer<Vec<Sample>> {
        let query = format!("{CPU_PROFILE}{}", profiles(service));
        let (from, until) = (millis(start), millis(end));
        let query = [("query", query.as_str()), ("from", &from), ("until", &until), ("format", "json")];
        let answer: Value = self.http.get("/pyroscope/render", &query)?;
        self.samples(service, "", &answer["flamebearer"])
    }
}

/// Unix milliseconds, which both APIs read; protobuf's JSON has 64 bits as text.
fn millis(seconds: f64) -> String {
    (seconds * 1e3).round().max(0.0).to_string()
}

/// A box of a flame graph.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Where it begins, from the left.
    left: i64,
    total: i64,
    own: i64,
    name: usize,
}

/// The stacks of a flame graph that have time of their own, the most frequent first. `render` has a level as a list
/// of numbers, the other API as an object with numbers in texts. Four make a box: how far it begins after the end of
/// the box before, its time, its own time, and its function's name. A box stands on the one below that spans its
/// place. The lowest level is the sum of all.
pub(super) fn samples(service: &str, span: &str, graph: &Value) -> Result<Vec<Sample>, String> {
    let names = items(&graph["names"]);
    let levels = items(&graph["levels"])
        .iter()
        .map(|level| nodes(if level.is_array() { level } else { &level["values"] }, names.len()))
        .collect::<Result<Vec<_>, _>>()?;
    let (mut samples, mut frames) = (Vec::new(), 0);
    for (depth, level) in levels.iter().enumerate().skip(1) {
        for node in level.iter().filter(|node| node.own > 0) {
            frames += depth;
            if frames > MOST_FRAMES {
                return Err("stacks that never end".to_owned());
            }
            let cpu_nanos = node.own.unsigned_abs();
            samples.push(Sample {
                service: service.to_owned(),
                span_id: span.to_owned(),
                count: cpu_nanos.div_ceil(SAMPLE),
                cpu_nanos,
                frames: stack(&levels[1..=depth], *node, names)?,
            });
        }
    }
    Ok(most_frequent_first(samples))
}

fn nodes(level: &Value, names: usize) -> Result<Vec<Node>, String> {
    let numbers: Option<Vec<i64>> = items(level)
        .iter()
        .map(|value| value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok())))
        .collect();
    let numbers = numbers.ok_or("a level with a value that is no number")?;
    let mut end = 0_i64;
    let node = |four: &[i64]| {
        let &[after, total, own, name] = four else { return None };
        let left = end.checked_add(after)?;
        end = left.checked_add(total)?;
        let name = usize::try_from(name).ok().filter(|name| *name < names)?;
        (after >= 0 && total >= 0 && own >= 0).then_some(Node { left, total, own, name })
    };
    numbers.chunks(4).map(node).collect::<Option<_>>().ok_or_else(|| "a level with impossible boxes".to_owned())
}

/// The frames from a box down to the level above the lowest, by the places of boxes, which rise within a level.
fn stack(levels: &[Vec<Node>], top: Node, names: &[Value]) -> Result<Vec<Frame>, String> {
    let mut frames = Vec::with_capacity(levels.len());
    for level in levels.iter().rev() {
        let place = level.partition_point(|node| node.left <= top.left);
        let below = place.checked_sub(1).and_then(|place| level.get(place));
        let below =
            below.filter(|node| top.left < node.left.saturating_add(node.total)).ok_or("a box without a parent")?;
        let function = names.get(below.name).and_then(Value::as_str).unwrap_or_default();
        frames.push(Frame { function: function.to_owned(), file: String::new(), line: 0 });
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stacks(levels: Value) -> Result<Vec<String>, String> {
        let graph = json!({"names": ["total", "main", "a", "b"], "levels": levels});
        let shown = |sample: &Sample| {
            let frames: Vec<&str> = sample.frames.iter().map(|frame| frame.function.as_str()).collect();
            format!("{} {}", frames.join("<"), sample.cpu_nanos)
        };
        Ok(samples("s", "", &graph)?.iter().map(shown).collect())
    }

    #[test]
    fn boxes_stand_on_what_is_below_them() {
        // main takes 2 itself and calls b for 5, which calls a for 3; a takes 4 beside it and calls b for 1.
        let levels = json!([[0, 11, 0, 0], [0, 7, 2, 1, 0, 4, 3, 2], [2, 5, 2, 3, 3, 1, 1, 3], [4, 3, 3, 2]]);
        assert_eq!(stacks(levels).unwrap(), ["a 3", "a<b<main 3", "main 2", "b<main 2", "b<a 1"]);
        assert_eq!(stacks(json!([])).unwrap(), [""; 0]);
        assert_eq!(
            stacks(json!([{"values": ["0", "1", "0", "0"]}, {"values": ["0", "1", "1", "1"]}])).unwrap(),
            ["main 1"]
        );
    }

    #[test]
    fn graphs_that_cannot_be_are_told() {
        for (levels, why) in [
            (json!([[0, 1, 0, 0], [0, 1, 1, 9]]), "impossible"),
            (json!([[0, 1, 0, 0], [0, 1, 1, -1]]), "impossible"),
            (json!([[0, 1, 0, 0], [0, 1, 1]]), "impossible"),
            (json!([[0, 1, 0, 0], [-4, 1, 1, 1]]), "impossible"),
            (json!([[0, i64::MAX, 0, 0, 1, i64::MAX, 0, 0]]), "impossible"),
            (json!([[0, 1, 0, 0], [0, 1, "x", 1]]), "no number"),
            (json!([[0, 1, 0, 0], [0, 1, 0, 1], [5, 1, 1, 2]]), "without a parent"),
            (json!([[0, 1, 0, 0], [], [0, 1, 1, 2]]), "without a parent"),
        ] {
            let told = stacks(levels.clone()).unwrap_err();
            assert!(told.contains(why), "{levels}: {told}");
        }
        let deep: Value = (0..4_000).map(|_| json!([0, 9, 1, 1])).collect();
        assert!(stacks(deep).unwrap_err().contains("never end"));
    }
}
