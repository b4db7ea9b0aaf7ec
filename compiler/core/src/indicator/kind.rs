//! What a kind of indicator must say of itself, and the only questions that other stages may ask.

use std::fmt::Debug;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::cast::{Cast, Part, Played};
use super::facts::{Essential, Measured, Reading, Threshold, Unit};
use super::query::Query;
use super::ratio::Ratio;
use super::rules::{Base, Record, base_of_rate};
use super::setting::Setting;
use crate::oracle::{Role, Sampled};
use crate::promql::Selector;
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::{Sources, Span, Spanned};

/// The record of one kind of indicator.
pub(super) trait Kind {
    /// The labels to keep apart.
    fn group_by(&self) -> Option<&[Spanned<String>]>;

    /// The indicator that the record at `at` describes; `None` once it is reported why there is none.
    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>>;
}

/// An indicator, resolved: what it asks of Prometheus, and what Prometheus must make of it.
pub trait Indicator: Debug + Send + Sync {
    /// What it counts, for arithmetic and for people.
    fn unit(&self) -> &'static Unit;

    /// The metrics that it reads, that of all events first.
    fn readings(&self) -> Vec<Reading<'_>>;

    /// The raw series without which there is no data.
    fn presence(&self) -> &Selector;

    /// The sides that it compares with one another, each with its selectors and the fields that hold them: their groups must
    /// agree. The default is the two sides of a ratio.
    fn compared(&self) -> Vec<Vec<(&'static str, &Query)>> {
        self.ratio().map(|ratio| vec![ratio.total.named(), ratio.side.counters().named()]).unwrap_or_default()
    }

    /// All such series, where several selectors make them up: data is absent once all of them are.
    fn presences(&self) -> Vec<&Selector> {
        vec![self.presence()]
    }

    /// Its counters, where it divides one by another.
    fn ratio(&self) -> Option<&Ratio> {
        None
    }

    /// The greatest good measurement, where events above it are the bad ones.
    fn threshold(&self) -> Option<&Threshold> {
        None
    }

    /// The histogram of its measurements, where its events are that histogram's observations.
    fn measured(&self) -> Option<Measured> {
        None
    }

    /// The sides that cannot be absent in health while events are recorded. The default is none: without an error, a counter
    /// of errors may well be absent, and an indicator of one metric has the alert on absent data.
    ///
    /// Without such a side, nothing may be recorded in the base series that [`Essential::hides`] names: never fill that one.
    fn essential(&self) -> Vec<Essential<'_>> {
        Vec::new()
    }

    /// What a bad event is, as pages and alerts say it: completes "Bad is …". `None` where the unit says it all.
    fn bad_is(&self) -> Option<String> {
        None
    }

    /// The matcher that its selectors got beyond what their author wrote, as text.
    fn added(&self) -> Option<String> {
        None
    }

    /// The range b that its base rules read, for samples every `scrape`. The default is that of `rate`.
    fn base(&self, scrape: Duration) -> Duration {
        base_of_rate(scrape)
    }

    /// How long its base series have a value after the last raw sample, for base rules over `base`, samples every `scrape`
    /// and steps of `step`. The default is that of `rate`, which needs two samples in its range.
    fn outlives(&self, base: Duration, scrape: Duration, _step: Duration) -> Duration {
        base - scrape
    }

    /// Records its two base series: events, then bad events.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record);

    /// Whether the compiler knows what it means, so that a generated proof can hold its rules against an oracle.
    fn is_proven(&self) -> bool {
        true
    }

    /// Where a query of its author's loses a label to group by, if no series of the result can have it.
    fn loses(&self, _label: &str, _sources: &Sources) -> Option<Span> {
        None
    }

    /// The raw series of one group for its proof; `None` where no label sets tell its selectors apart.
    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>>;

    /// The same two base series, worked out from samples for the oracle.
    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled>;

    /// The numbers that decide its oracle, names apart: equal shapes give equal proofs. Begins with the kind.
    fn shape(&self) -> (&'static str, Vec<Decimal>);

    /// The series that may be missing while all is well (`Role::Bad`), and those whose absence is an outage (`Role::Good`).
    fn missing(&self) -> Vec<Role> {
        Vec::new()
    }
}

impl dyn Indicator {
    /// Every selector that somebody wrote.
    #[must_use]
    pub fn queries(&self) -> Vec<&Query> {
        self.readings().iter().filter_map(Reading::query).collect()
    }
}
