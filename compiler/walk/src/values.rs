//! Values of spans' attributes that bad traces have and no healthy trace has: another statement, another status,
//! another peer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::kind::Kind;
use super::middle::number;
use crate::source::Trace;

/// A value that is new in bad traces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Value {
    /// The spans.
    pub span: Kind,
    /// The attribute's name.
    pub key: String,
    /// The values in healthy traces, sorted.
    pub before: Vec<String>,
    /// The new value.
    pub now: String,
    /// The share of bad traces with the new value, among those with such a span.
    pub share: f64,
}

/// An attribute with more values than this in healthy traces identifies requests, so a new value is nothing new.
const STEADY: usize = 2;
/// The fewest healthy traces that show which values are usual.
const ENOUGH: usize = 3;
/// The most new values that are told.
const MOST: usize = 12;
/// The longest value that is told, in characters.
const LONGEST: usize = 400;

/// Prefixes of attributes that move with every release or request: places in the code, addresses, threads.
const MOVING: [&str; 9] =
    ["code.", "thread.", "client.", "network.", "net.sock", "user_agent", "telemetry.", "process.", "exception."];

type Seen = BTreeMap<(Kind, String), BTreeMap<String, BTreeSet<usize>>>;

/// For each kind of span and each attribute, the values, each with the traces that have it.
fn seen(traces: &[Trace]) -> Seen {
    let mut seen = Seen::new();
    for (at, trace) in traces.iter().enumerate() {
        for span in &trace.spans {
            for (key, value) in span.attributes.iter().filter(|(key, _)| !is_moving(key)) {
                let values = seen.entry((nameless(Kind::of(span)), key.clone())).or_default();
                values.entry(value.chars().take(LONGEST).collect()).or_default().insert(at);
            }
        }
    }
    seen
}

/// Spans of one function are the same, whatever a deployment calls them.
fn nameless(kind: Kind) -> Kind {
    if kind.function.is_empty() { kind } else { Kind { name: String::new(), ..kind } }
}

fn is_moving(key: &str) -> bool {
    MOVING.iter().any(|prefix| key.starts_with(prefix)) || key.ends_with("port") || key.ends_with(".id")
}

/// The values that most bad traces have and no healthy trace has, the most frequent first.
pub(super) fn new(bad: &[Trace], healthy: &[Trace]) -> Vec<Value> {
    if healthy.len() < ENOUGH {
        return Vec::new();
    }
    let (now, before) = (seen(bad), seen(healthy));
    let names: BTreeMap<Kind, Kind> =
        bad.iter().flat_map(|trace| &trace.spans).map(|span| (nameless(Kind::of(span)), Kind::of(span))).collect();
    let mut new = Vec::new();
    for ((kind, key), values) in &now {
        let usual = before.get(&(kind.clone(), key.clone()));
        // An attribute that healthy spans never have is new as such. It says as much as a new value.
        let is_steady = usual.is_none_or(|usual| usual.len() <= STEADY);
        let is_known = before.keys().any(|(other, _)| other == kind);
        if !is_steady || !is_known {
            continue;
        }
        let traces: BTreeSet<usize> = values.values().flatten().copied().collect();
        for (value, with) in values {
            let share = number(with.len()) / number(traces.len().max(1));
            let is_new = usual.is_none_or(|usual| !usual.contains_key(value));
            if is_new && share >= 0.5 && with.len() >= 2 {
                let span = names.get(kind).unwrap_or(kind).clone();
                let before = usual.map(|usual| usual.keys().cloned().collect()).unwrap_or_default();
                new.push(Value { span, key: key.clone(), before, now: value.clone(), share });
            }
        }
    }
    new.sort_by(|a, b| b.share.total_cmp(&a.share).then(weight(&a.key).cmp(&weight(&b.key))));
    new.truncate(MOST);
    new
}

/// Statuses come before other values, because they say what the callee thought of the request.
fn weight(key: &str) -> usize {
    usize::from(!is_status(key))
}

/// Whether an attribute tells how a request ended.
pub(super) fn is_status(key: &str) -> bool {
    key.contains("status") || key.starts_with("error.") || key == "rpc.grpc.status_code" || key.ends_with("error_code")
}

impl Value {
    /// Whether the value says that a callee refuses the requests it gets.
    pub(super) fn is_refusal(&self) -> bool {
        self.span.kind == "server" && is_status(&self.key) && self.now.starts_with('4')
    }

    /// Whether the value says that a callee cannot read the requests it gets: they lack what it expects.
    pub(super) fn is_unread(&self) -> bool {
        self.is_refusal() && ["400", "415", "422"].contains(&self.now.as_str())
    }

    /// The new value in words.
    #[must_use]
    pub fn words(&self) -> String {
        let before = match self.before.as_slice() {
            [] => "never set before".to_owned(),
            [one] => format!("before `{}`", short(one)),
            several => format!(
                "before {}",
                several.iter().map(|it| format!("`{}`", short(it))).collect::<Vec<_>>().join(" or ")
            ),
        };
        format!("`{}` of {} is `{}`, {before}", self.key, self.span.words(), short(&self.now))
    }
}

/// The beginning of a long value.
fn short(value: &str) -> String {
    if value.chars().count() <= 60 { value.to_owned() } else { value.chars().take(57).chain("...".chars()).collect() }
}
