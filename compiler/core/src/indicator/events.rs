//! `events`: counters of all events and of a part of them, or of good and bad events.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::cast::{Cast, Part, Played};
use super::facts::{Essential, Reading, Unit};
use super::kind::{Indicator, Kind};
use super::ratio::{Fields, Ratio, Sides};
use super::rules::{Base, Record};
use super::setting::Setting;
use crate::oracle::{Role, Sampled};
use crate::promql::{Expr, Op, Selector};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::leaf::Selectors;
use crate::spec::record::record;

record! {
    #[derive(Default)]
    #[schemars(extend("oneOf" = [
        {"required": ["total", "bad"], "properties": {"good": false}},
        {"required": ["total", "good"], "properties": {"bad": false}},
        {"required": ["good", "bad"], "properties": {"total": false}}
    ]))]
    /// Events counted by counters, or by the observations of declared native histograms. Give two of `total`, `bad` and
    /// `good`. Each is a selector, or a list of selectors whose events are added up. Selectors are bare: the compiler adds
    /// `rate` and its range.
    pub struct EventsSpec {
        /// Selects the counters of all events. Default: `good` and `bad` together.
        total: Option<Spanned<Selectors>>,
        /// Selects the counters of bad events, a part of `total`.
        bad: Option<Spanned<Selectors>>,
        /// Selects the counters of good events, a part of `total`.
        good: Option<Spanned<Selectors>>,
        /// Labels to group by: each combination of their values has a budget and alerts of its own.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

impl Kind for EventsSpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let Self { total, bad, good, flawed, .. } = self;
        let fields = Fields { at, total: total.as_ref(), bad: bad.as_ref(), good: good.as_ref(), flawed };
        Some(Arc::new(Events(Ratio::resolve(&fields, setting, scope)?)))
    }
}

/// Counted events.
#[derive(Debug)]
struct Events(Ratio);

impl Indicator for Events {
    fn unit(&self) -> &'static Unit {
        &Unit::EVENTS
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        self.0.readings()
    }

    fn presence(&self) -> &Selector {
        &self.0.total.first.query.selector
    }

    fn presences(&self) -> Vec<&Selector> {
        self.0.presences()
    }

    fn ratio(&self) -> Option<&Ratio> {
        Some(&self.0)
    }

    fn essential(&self) -> Vec<Essential<'_>> {
        self.0.essential()
    }

    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        let all = &base.events;
        self.0.all_events(base, |rate| record.events(rate));
        if self.0.side.is_good() {
            self.0.recorded_good(base, all, record, |good, record| {
                record.bad(&Expr::binary_on(all, Op::Sub, base.groups, good));
            });
        } else {
            self.0.filled_part(base, all, |bad| record.bad(bad));
        }
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        self.0.cast(cast)
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Sides::played(&self.0, played))
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        (if self.0.side.is_good() { "good events" } else { "bad events" }, vec![self.0.shape()])
    }

    fn missing(&self) -> Vec<Role> {
        self.0.missing()
    }
}
