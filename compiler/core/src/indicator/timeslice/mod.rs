//! `timeslice`: each minute is good or bad as a whole, by a gauge that crosses its bound, by a timestamp that grows old, or
//! by a ratio of counters within the minute.

mod bounded;
mod freshness;
mod ratio;
mod share;

use std::sync::Arc;

use rust_decimal::Decimal;

use self::bounded::Bounded;
use self::freshness::Freshness;
use self::ratio::SliceRatio;
use self::share::Share;
use super::bound::{UP, Written};
use super::forms::{Form, Forms};
use super::gauge::Gauge;
use super::kind::{Indicator, Kind};
use super::level::{Gauges, Level};
use super::ratio::{Fields, Ratio};
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::quantity::{Duration, Percent};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::leaf::{Promql, Selectors};
use crate::spec::record::{record, words};

record! {
    #[derive(Default)]
    #[schemars(extend("oneOf" = FORMS.schema()))]
    /// Each minute is good or bad as a whole. Give `up`; or `gauge` with `max` or `min`; or `timestamp` with `max_age`; or
    /// `total` with `bad` or `good` and `max_error_ratio`.
    pub struct TimesliceSpec {
        /// Selects gauges that are 1 while all is well; a minute in which one fell below 1 is bad.
        up: Option<Spanned<Promql>>,
        /// Selects gauges that must keep a bound, such as a lag or the depth of a queue; a minute in which one crossed it is
        /// bad. A list of two holds the sum of the first against the sum of the second; nothing of the second is good.
        gauge: Option<Spanned<Gauges>>,
        /// The largest good value of `gauge`, in its unit; or a share, such as `5%`.
        max: Option<Spanned<Level>>,
        /// The smallest good value of `gauge`, in its unit; or a share, such as `95%`.
        min: Option<Spanned<Level>>,
        /// Which of several series of `gauge` counts. Default: `worst`.
        across: Option<Spanned<Across>>,
        /// Selects gauges that hold the time of the last success, from 1970 on; the oldest one counts.
        timestamp: Option<Spanned<Promql>>,
        /// A minute at whose end `timestamp` is longer ago is bad.
        max_age: Option<Spanned<Duration>>,
        /// Selects the counters of all events.
        total: Option<Spanned<Selectors>>,
        /// Selects the counters of bad events.
        bad: Option<Spanned<Selectors>>,
        /// Selects the counters of good events.
        good: Option<Spanned<Selectors>>,
        /// A minute with a larger share of bad events is bad.
        max_error_ratio: Option<Spanned<Percent>>,
        /// How a minute without events counts. Default: `good`.
        idle: Option<Spanned<Idle>>,
        /// Labels to group by: each combination of their values has a budget and alerts of its own.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

words! {
    /// How a minute without events counts.
    pub enum Idle {
        /// As a good minute.
        Good = "good",
        /// As no minute: the total leaves it out.
        Skip = "skip",
    }
}

words! {
    /// Which of several series counts.
    pub enum Across {
        /// The one that is furthest beyond the bound, at any time of the minute.
        Worst = "worst",
        /// The average of all series over the minute.
        Average = "average",
    }
}

/// The forms of a time slice.
const FORMS: Forms<4> = Forms([
    Form { field: "up", needs: &[&[]], may: &[] },
    Form { field: "gauge", needs: &[&["max"], &["min"]], may: &["across"] },
    Form { field: "timestamp", needs: &[&["max_age"]], may: &[] },
    Form { field: "total", needs: &[&["bad", "max_error_ratio"], &["good", "max_error_ratio"]], may: &["idle"] },
]);

impl Kind for TimesliceSpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        FORMS.only_one(at, &self.written(), &self.flawed, "a time slice", scope)?;
        if let Some(up) = &self.up {
            let gauge = Gauge::named("up", up, setting, scope)?.query;
            return Some(Arc::new(Bounded { gauge, bound: UP, across: Across::Worst }));
        }
        if let Some(gauges) = &self.gauge {
            return self.by_gauge(at, &gauges.value, setting, scope);
        }
        if let Some(timestamp) = &self.timestamp {
            return self.by_age(at, timestamp, setting, scope);
        }
        self.by_ratio(at, self.total.as_ref()?, setting, scope)
    }
}

impl TimesliceSpec {
    /// The fields that belong to a form, in the order of the record, with their places.
    fn written(&self) -> Vec<(&'static str, Option<Span>)> {
        vec![
            ("up", self.up.as_ref().map(|it| it.span)),
            ("gauge", self.gauge.as_ref().map(|it| it.span)),
            ("max", self.max.as_ref().map(|it| it.span)),
            ("min", self.min.as_ref().map(|it| it.span)),
            ("across", self.across.as_ref().map(|it| it.span)),
            ("timestamp", self.timestamp.as_ref().map(|it| it.span)),
            ("max_age", self.max_age.as_ref().map(|it| it.span)),
            ("total", self.total.as_ref().map(|it| it.span)),
            ("bad", self.bad.as_ref().map(|it| it.span)),
            ("good", self.good.as_ref().map(|it| it.span)),
            ("max_error_ratio", self.max_error_ratio.as_ref().map(|it| it.span)),
            ("idle", self.idle.as_ref().map(|it| it.span)),
        ]
    }

    fn by_gauge(
        &self,
        at: Span,
        gauges: &Gauges,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Arc<dyn Indicator>> {
        let bound = Written { record: at, max: self.max, min: self.min, flawed: &self.flawed };
        match gauges {
            Gauges::One(gauge) => {
                let gauge = Gauge::named("gauge", gauge, setting, scope)?;
                let bound = bound.of(&gauge, scope)?;
                let across = self.across.map_or(Across::Worst, |across| across.value);
                Some(Arc::new(Bounded { gauge: gauge.query, bound, across }))
            }
            Gauges::Share(both) => {
                let [part, whole] = both.each_ref().map(|gauge| Gauge::named("gauge", gauge, setting, scope));
                if let Some(across) = self.across {
                    scope.report(
                        Finding::new(&code::INVALID_VALUE, across.span, "`across` does not go with two gauges")
                            .label("the sum of the first is held against the sum of the second")
                            .hint("remove this"),
                    );
                }
                let bound = bound.of_share(scope)?;
                Some(Arc::new(Share { part: part?.query, whole: whole?.query, bound }))
            }
        }
    }

    fn by_age(
        &self,
        at: Span,
        timestamp: &Spanned<Promql>,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Arc<dyn Indicator>> {
        let timestamp = Gauge::named("timestamp", timestamp, setting, scope);
        let per_second = timestamp.as_ref().and_then(|timestamp| freshness::per_second(timestamp, scope));
        let max_age = self.needed(self.max_age, "max_age", at, "add `max_age:`, such as `26h`", scope)?;
        let is_long_enough = freshness::is_long_enough(max_age, scope);
        let (timestamp, per_second) = (timestamp?.query, per_second?);
        is_long_enough.then(|| Arc::new(Freshness { timestamp, max_age: max_age.value, per_second }) as _)
    }

    fn by_ratio(
        &self,
        at: Span,
        total: &Spanned<Selectors>,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Arc<dyn Indicator>> {
        let Self { bad, good, flawed, .. } = self;
        let hint = "give counters as `total:` and `bad:` with `max_error_ratio: 5%`";
        let limit = self.needed(self.max_error_ratio, "max_error_ratio", at, hint, scope)?;
        let fields = Fields { at, total: Some(total), bad: bad.as_ref(), good: good.as_ref(), flawed };
        let ratio = Ratio::resolve(&fields, setting, scope);
        if limit.value.share() <= Decimal::ZERO || limit.value.share() >= Decimal::ONE {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    limit.span,
                    format!("expected a share between 0% and 100%, found `{}`", limit.value),
                )
                .hint("a minute with a larger share of bad events is bad: `5%`"),
            );
            return None;
        }
        let idle_counts = self.idle.is_none_or(|idle| idle.value == Idle::Good);
        Some(Arc::new(SliceRatio { ratio: ratio?, limit: limit.value.share(), idle_counts }))
    }

    /// A field that a form needs; `None` once it is reported that it is missing.
    fn needed<T>(
        &self,
        field: Option<Spanned<T>>,
        name: &'static str,
        at: Span,
        hint: &str,
        scope: &mut Scope<'_>,
    ) -> Option<Spanned<T>> {
        if field.is_none() && !self.flawed.any(&[name]) {
            let message = format!("a time slice needs `{name}`");
            scope.report(Finding::new(&code::MISSING_FIELD, at, message).hint(hint));
        }
        field
    }
}
