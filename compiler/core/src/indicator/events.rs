//! `events`: counters of all events and of a part of them.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::cast::{Cast, Part, Played};
use super::facts::{Essential, Reading, Unit};
use super::kind::{Indicator, Kind, Setting};
use super::ratio::{Fields, Ratio, Sides};
use super::rules::{Base, Record};
use crate::oracle::{Role, Sampled};
use crate::promql::{Expr, Op, Selector};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Needed;
use crate::spec::leaf::Promql;
use crate::spec::record::record;

record! {
    #[derive(Default)]
    #[schemars(extend("oneOf" = [{"required": ["bad"]}, {"required": ["good"]}]))]
    /// Events counted by counters. Selectors are bare: the compiler adds `rate` and its range.
    pub struct EventsSpec {
        /// Selects the counters of all events.
        total: Needed<Spanned<Promql>>,
        /// Selects the counters of bad events, a part of `total`. Give this or `good`.
        bad: Option<Spanned<Promql>>,
        /// Selects the counters of good events, a part of `total`. Give this or `bad`.
        good: Option<Spanned<Promql>>,
        /// Labels to group by: each combination of their values has a budget and alerts of its own.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

impl Kind for EventsSpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, _: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let Self { total, bad, good, flawed, .. } = self;
        let fields = Fields { at, total: total.0.as_ref(), bad: bad.as_ref(), good: good.as_ref(), flawed };
        Some(Arc::new(Events(Ratio::resolve(&fields, scope)?)))
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
        &self.0.total.selector
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
        let part = &self.0.side.query().selector;
        if self.0.side.is_good() {
            base.recorded_good(part, all, record, |good, record| {
                record.bad(&Expr::binary_on(all, Op::Sub, base.groups, good));
            });
        } else {
            base.filled(part, all, |bad| record.bad(bad));
        }
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        self.0.cast(cast)
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Sides::played(&self.0, played))
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        (if self.0.side.is_good() { "good events" } else { "bad events" }, Vec::new())
    }

    fn missing(&self) -> Option<Role> {
        Some(self.0.missing())
    }
}
