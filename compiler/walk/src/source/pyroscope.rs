//! Pyroscope: CPU time by stack.
//!
//! Documented at grafana.com/docs/pyroscope/latest/reference-server-api:
//! - `GET /pyroscope/render` with `query`, `from`, `until` and `format=json` answers with the flame graph of a service.
//!   Only Pyroscope's `flamebearer.go`, which that page links to, documents the `levels`. `render` has no parameter for
//!   spans.
//! - `POST /querier.v1.QuerierService/SelectMergeSpanProfile` with `spanSelector` answers with the flame graph of the
//!   given spans. The page deprecates the call in favour of `SelectMergeStacktraces`, but keeps it.
//!
//! Newer releases accept `spanSelector` and `traceIdSelector` in `SelectMergeStacktraces`. The protocol ignores unknown
//! fields, so an older release would answer with the whole service as if it were the trace. `SelectMergeSpanProfile`
//! cannot be misunderstood this way, so the client uses it.
//!
//! One fact is not documented: Pyroscope stores a span profile under the id in the span's attribute
//! `pyroscope.profile.id`. Its clients set the attribute. The request names that id beside the ids of the spans.
//!
//! Pyroscope's answers give CPU time by function. The answers contain no files, no lines and no numbers of samples.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::queries::{CPU_PROFILE, profiles};
use emberline_observe::http::{Access, Client};
use serde_json::{Value, json};

use super::reading::{items, span_id};
use super::store::most_frequent_first;
use super::{Answer, Frame, Profiles, Sample, Trace};

/// Seconds that are searched before and after a trace. Pyroscope stores a profile under the start of its collection, up
/// to a minute earlier.
const AROUND: f64 = 60.0;
/// The most frames that all stacks of an answer hold together. A short answer may repeat a long stack often.
const MOST_FRAMES: usize = 4_000_000;
/// Nanoseconds per sample: profilers for Pyroscope sample 100 times a second.
const SAMPLE: u64 = 10_000_000;

/// A Pyroscope server.
#[derive(Debug)]
pub struct Pyroscope {
    http: Client,
}

impl Pyroscope {
    /// `address` is the URL before `/pyroscope` and `/querier.v1.QuerierService`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Pyroscope", address, access) }
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

/// Unix milliseconds, which both APIs read. The result is a text, because protobuf's JSON writes 64-bit numbers as
/// texts.
fn millis(seconds: f64) -> String {
    (seconds * 1e3).round().max(0.0).to_string()
}

/// A box of a flame graph.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Where the box begins, from the left.
    left: i64,
    total: i64,
    own: i64,
    name: usize,
}

/// The stacks of a flame graph that have time of their own, the most frequent first.
///
/// `render` writes a level as a list of numbers. The other API writes an object with numbers in texts. Four numbers
/// make a box: the gap after the box before, its total time, its own time, and the index of its function's name. The
/// parent of a box is the box that spans its place in the level below. The lowest level is the sum of all boxes.
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

/// The frames from a box down to the level above the lowest. Positions rise within a level, so a binary search finds
/// the parent.
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
        // `main` takes 2 itself and calls `b` for 5. This `b` calls `a` for 3. Another `a` takes 4 and calls `b` for 1.
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
