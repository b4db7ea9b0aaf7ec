//! Indicators: what an objective measures, one room for each kind.
//!
//! ```text
//! SliSpec ──resolve──▶ dyn Indicator ──▶ rules of the base window · series and samples of the proof · facts for people
//! ```
//!
//! Everything that is special about a kind stands in its own file: its spec record, its meaning, its two base rules, how
//! the oracle works out the same two numbers, and which series its proof needs. Every stage above the base window asks
//! only the trait [`Indicator`], so a new kind is a file here, its field in [`SliSpec`] and its line in `SliSpec::kinds`.
//!
//! A file holds a kind's rules and its oracle side by side, and they must not share arithmetic: the rules are PromQL
//! trees, the oracle is sums over samples, and promtool sets the two against each other.

mod availability;
mod bound;
mod cast;
mod counters;
mod events;
mod expr;
mod facts;
mod forms;
mod gauge;
mod groups;
mod kind;
mod latency;
mod level;
mod one_metric;
mod pasted;
mod query;
mod ratio;
mod rules;
mod setting;
#[cfg(test)]
mod testing;
mod timeslice;

pub use self::availability::AvailabilitySpec;
pub use self::events::EventsSpec;
pub use self::expr::ExprSpec;
pub use self::latency::LatencySpec;
pub use self::level::{Gauges, Level};
pub use self::timeslice::TimesliceSpec;
pub(crate) use cast::{Cast, Counts, Part, Played};
pub use counters::{Counter, Counters};
pub use facts::{Essential, Measured, Reading, Threshold, Unit};
pub(crate) use groups::group_labels;
pub use kind::Indicator;
pub use query::Query;
pub use ratio::{Ratio, Side, Sides};
pub use rules::{Base, NativeForm, Record};
pub(crate) use setting::Setting;

use std::sync::Arc;

use self::kind::Kind;
use crate::code;
use crate::finding::Finding;
use crate::metric::is_legacy;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::record::record;

record! {
    #[derive(Default)]
    #[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
    /// A service-level indicator: exactly one of `events`, `latency`, `timeslice`, `availability` and `expr`.
    pub struct SliSpec {
        /// Counters of events: all of them, and the bad (or the good) among them.
        events: Option<Spanned<events::EventsSpec>>,
        /// Requests slower than a threshold, counted by a histogram.
        latency: Option<Spanned<latency::LatencySpec>>,
        /// Minutes that were bad: by a gauge that crossed a bound, by a timestamp that grew old, or by a ratio within each
        /// minute.
        timeslice: Option<Spanned<timeslice::TimesliceSpec>>,
        /// The share of targets that are up, or of time series that keep a bound.
        availability: Option<Spanned<availability::AvailabilitySpec>>,
        /// Any PromQL that gives events a second, where no other kind fits. Nothing proves such rules.
        expr: Option<Spanned<expr::ExprSpec>>,
    }
}

impl SliSpec {
    /// Every kind by its field, with what was written there.
    fn kinds(&self) -> [(&'static str, Option<Written<'_>>); 5] {
        [
            ("events", self.events.as_ref().map(Written::new)),
            ("latency", self.latency.as_ref().map(Written::new)),
            ("timeslice", self.timeslice.as_ref().map(Written::new)),
            ("availability", self.availability.as_ref().map(Written::new)),
            ("expr", self.expr.as_ref().map(Written::new)),
        ]
    }
}

/// A record and its place.
struct Written<'s> {
    at: Span,
    kind: &'s dyn Kind,
}

impl<'s> Written<'s> {
    fn new<K: Kind>(spec: &'s Spanned<K>) -> Self {
        Self { at: spec.span, kind: &spec.value }
    }
}

/// An indicator and the labels that it is grouped by, sorted.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) indicator: Arc<dyn Indicator>,
    pub(crate) group_by: Vec<Spanned<String>>,
}

/// Resolves an indicator and the labels that it is grouped by.
pub(crate) fn resolve(spec: &Spanned<SliSpec>, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Resolved> {
    let kinds = spec.value.kinds();
    let mut written = kinds.iter().filter_map(|(_, written)| written.as_ref());
    match (written.next(), written.next()) {
        (Some(Written { at, kind }), None) => {
            let indicator = kind.resolve(*at, setting, scope);
            let is_utf8 = indicator.as_deref().is_some_and(is_utf8);
            let group_by = group_labels(kind.group_by(), is_utf8, scope);
            Some(Resolved { indicator: indicator?, group_by })
        }
        (None, _) => {
            // When a kind was written but could not be read, its own fault has been reported.
            let names = kinds.each_ref().map(|(name, _)| *name);
            if !spec.value.flawed.any(&names) {
                let message = format!("an indicator needs {}", listed(&names, "or"));
                scope.report(
                    Finding::new(&code::MISSING_FIELD, spec.span, message)
                        .hint("add `events:` with `total:` and `bad:`"),
                );
            }
            None
        }
        (Some(_), Some(_)) => {
            let names = kinds.each_ref().map(|(name, _)| *name);
            scope.report(
                Finding::new(&code::INVALID_VALUE, spec.span, "an indicator is of exactly one kind")
                    .label(format!("more than one of {}", listed(&names, "and")))
                    .hint("make an objective of each"),
            );
            None
        }
    }
}

/// Whether an indicator reads series whose names Prometheus 3 keeps as OpenTelemetry has them: dots in one name are dots in
/// all.
fn is_utf8(indicator: &dyn Indicator) -> bool {
    indicator.readings().iter().any(|reading| {
        let labels = reading.query().into_iter().flat_map(|query| &query.selector.matchers);
        !reading.prometheus().is_none_or(is_legacy)
            || labels.map(|matcher| &*matcher.label).any(|label| !is_legacy(label))
    })
}

/// Names as a sentence lists them: `a`, `b` or `c`.
fn listed(names: &[&str], joint: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest @ [_, ..])) => format!("{} {joint} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
