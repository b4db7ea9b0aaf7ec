//! `timeslice`: each minute is good or bad as a whole, by a gauge that falls or by a ratio within the minute.

mod ratio;
mod up;

use std::sync::Arc;

use rust_decimal::Decimal;

use self::ratio::SliceRatio;
use self::up::SliceUp;
use super::kind::{Indicator, Kind, Setting};
use super::ratio::{Fields, Ratio};
use super::{gauge, one_metric};
use crate::code;
use crate::finding::Finding;
use crate::quantity::Percent;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::leaf::{Promql, Selectors};
use crate::spec::record::{record, words};

record! {
    #[schemars(extend("oneOf" = [
        {
            "required": ["up"],
            "properties": {"total": false, "bad": false, "good": false, "max_error_ratio": false, "idle": false}
        },
        {"required": ["total", "bad", "max_error_ratio"], "properties": {"up": false, "good": false}},
        {"required": ["total", "good", "max_error_ratio"], "properties": {"up": false, "bad": false}}
    ]))]
    /// Each minute is good or bad as a whole. Give `up`, or `total` with `bad` or `good` and `max_error_ratio`.
    pub struct TimesliceSpec {
        /// Selects gauges that are 1 while all is well; a minute in which one fell below 1 is bad.
        up: Option<Spanned<Promql>>,
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

impl Kind for TimesliceSpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let Self { up, total, max_error_ratio, flawed, .. } = self;
        match (up, total, max_error_ratio) {
            (Some(up), ..) => self.by_gauge(up, setting, scope),
            (None, Some(total), Some(limit)) => self.by_ratio(at, total, *limit, setting, scope),
            _ if flawed.any(&["up", "total", "max_error_ratio"]) => None,
            (None, total, _) => {
                let missing =
                    if total.is_some() { "`max_error_ratio`" } else { "`up`, or `total` with `max_error_ratio`" };
                scope.report(
                    Finding::new(&code::MISSING_FIELD, at, format!("a time slice needs {missing}"))
                        .hint("give a gauge as `up:`, or counters as `total:` and `bad:` with `max_error_ratio: 5%`"),
                );
                None
            }
        }
    }
}

impl TimesliceSpec {
    fn by_gauge(
        &self,
        up: &Spanned<Promql>,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Arc<dyn Indicator>> {
        let others = [
            self.total.as_ref().map(|field| field.span),
            self.bad.as_ref().map(|field| field.span),
            self.good.as_ref().map(|field| field.span),
            self.max_error_ratio.as_ref().map(|field| field.span),
            self.idle.as_ref().map(|field| field.span),
        ];
        if let Some(other) = others.into_iter().flatten().next() {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    other,
                    "`up` stands alone: the gauge already says which minutes are bad",
                )
                .hint("remove this, or `up`"),
            );
            return None;
        }
        Some(Arc::new(SliceUp(gauge::checked(one_metric::named(up, scope)?, setting, scope)?)))
    }

    fn by_ratio(
        &self,
        at: Span,
        total: &Spanned<Selectors>,
        limit: Spanned<Percent>,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Arc<dyn Indicator>> {
        let Self { bad, good, flawed, .. } = self;
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
}
