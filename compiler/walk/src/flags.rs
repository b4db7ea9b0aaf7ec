//! Evaluations of feature flags, as spans tell them by OpenTelemetry's semantic conventions.

use std::collections::BTreeMap;

use crate::source::{Labels, Span, Trace};

/// Attributes that name a variant, the current name first.
const VARIANT: [&str; 3] = ["feature_flag.result.variant", "feature_flag.variant", "feature_flag.result.value"];

/// A flag of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Flag {
    pub(super) service: String,
    pub(super) key: String,
}

/// A flag that was turned: all evaluations before had one variant, and all since have another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turned {
    pub(super) flag: Flag,
    pub(super) before: String,
    pub(super) now: String,
    /// The first evaluation with the new variant, unix nanoseconds.
    pub(super) time: u64,
}

/// The flags that spans evaluated, each with its variants over time.
pub(super) fn evaluated<'t>(traces: impl Iterator<Item = &'t Trace>) -> BTreeMap<Flag, Vec<(u64, String)>> {
    let mut all: BTreeMap<Flag, Vec<(u64, String)>> = BTreeMap::new();
    for span in traces.flat_map(|trace| &trace.spans) {
        let events = span.events.iter().map(|event| (event.time, &event.attributes));
        for (time, labels) in events.chain([(span.start, &span.attributes)]) {
            if let Some((flag, variant)) = evaluation(span, labels) {
                all.entry(flag).or_default().push((time, variant));
            }
        }
    }
    all.values_mut().for_each(|values| values.sort());
    all
}

fn evaluation(span: &Span, labels: &Labels) -> Option<(Flag, String)> {
    let key = labels.get("feature_flag.key")?.clone();
    let variant = VARIANT.iter().find_map(|name| labels.get(*name))?.clone();
    Some((Flag { service: span.service.clone(), key }, variant))
}

/// The flags that were turned once. A flag whose variants alternate depends on the request, and tells nothing.
pub(super) fn turned<'t>(traces: impl Iterator<Item = &'t Trace>) -> Vec<Turned> {
    let of = |(flag, values): (Flag, Vec<(u64, String)>)| {
        let before = values.first()?.1.clone();
        let at = values.iter().position(|(_, variant)| *variant != before)?;
        let (time, now) = values.get(at)?.clone();
        let is_once = values.iter().skip(at).all(|(_, variant)| *variant == now);
        is_once.then_some(Turned { flag, before, now, time })
    };
    evaluated(traces).into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Event, SpanKind};

    fn trace(time: u64, variant: &str, by: &str) -> Trace {
        let pairs = [("feature_flag.key", "screening"), (by, variant)];
        let attributes: Labels = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let span = Span {
            id: "1".to_owned(),
            parent: String::new(),
            service: "payments".to_owned(),
            name: "POST".to_owned(),
            kind: SpanKind::Server,
            start: time,
            end: time + 1,
            failed: false,
            attributes: Labels::new(),
            resource: Labels::new(),
            events: vec![Event { time, name: "feature_flag.evaluation".to_owned(), attributes }],
            links: Vec::new(),
        };
        Trace { id: time.to_string(), spans: vec![span] }
    }

    #[test]
    fn a_flag_is_turned_if_no_variant_comes_back() {
        let [new, old, value] = VARIANT;
        let traces = [trace(30, "on", old), trace(10, "off", new), trace(20, "off", value)];
        let found = turned(traces.iter());
        let told: Vec<_> = found.iter().map(|it| (it.before.as_str(), it.now.as_str(), it.time)).collect();
        assert_eq!(told, [("off", "on", 30)]);
        // An experiment has both variants all the time.
        let more = [trace(40, "off", new)];
        assert_eq!(turned(traces.iter().chain(&more)), []);
        assert_eq!(turned(traces.iter().skip(1)), []);
    }
}
