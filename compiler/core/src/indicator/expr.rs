//! `expr`: any PromQL that gives events a second, where no other kind says what an objective counts.
//!
//! The compiler reads it and checks its grammar, types, labels and metrics, but cannot know what its numbers mean. There is
//! no oracle and no generated proof, and everything that is made of it says so.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::cast::{Cast, Part, Played};
use super::facts::{Essential, Reading, Unit};
use super::kind::{Indicator, Kind};
use super::query::{Query, Written};
use super::ratio::Sides;
use super::rules::{Base, Record, base_of_rate};
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::oracle::Sampled;
use crate::promql::query::Window;
use crate::promql::{Aggregator, Compare, Expr, Op, PromqlQuery, Selector};
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::{Sources, Span, Spanned};
use crate::spec::decode::Needed;
use crate::spec::leaf::Expression;
use crate::spec::record::record;

record! {
    #[derive(Default)]
    #[schemars(extend("oneOf" = [{"required": ["bad"]}, {"required": ["good"]}]))]
    /// Any PromQL that gives events a second, where no other kind fits. Write `{{.window}}` as the range, which the compiler
    /// fills in: only that range counts each event exactly once. Nothing proves such rules, and their alerts say so.
    pub struct ExprSpec {
        /// All events a second, such as `sum(rate(requests_total[{{.window}}]))`.
        total: Needed<Spanned<Expression>>,
        /// Bad events a second. Groups without a value have none. Give this or `good`.
        bad: Option<Spanned<Expression>>,
        /// Good events a second. In groups without a value, every event is bad. Give this or `bad`.
        good: Option<Spanned<Expression>>,
        /// Labels to group by; the expressions must keep them.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

impl Kind for ExprSpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, _: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let Self { total, bad, good, flawed, .. } = self;
        let total = total.0.as_ref().and_then(|total| Operand::read(total, scope));
        let part = bad.as_ref().or(good.as_ref()).and_then(|part| Operand::read(part, scope));
        match (bad, good) {
            (Some(_), Some(good)) => {
                scope.report(
                    Finding::new(&code::INVALID_VALUE, good.span, "`bad` and `good` cannot both be given")
                        .label("the other is already there")
                        .hint("keep the one that your metrics count; the other is the rest of `total`"),
                );
                return None;
            }
            (None, None) if !flawed.any(&["bad", "good"]) => {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, at, "the bad events are not counted")
                        .label("needs `bad` or `good`")
                        .hint("add `bad:` with the rate of the failed events"),
                );
            }
            _ => {}
        }
        let total = total?;
        if total.query.is_never_absent() {
            let place = total.written.place(scope.sources, 0..total.written.text().len());
            scope.report(
                Finding::new(&code::INVALID_PROMQL, place, "this total has a value even if no metric has a sample")
                    .label("never absent")
                    .note("missing data would look like no traffic, and an outage that ends all metrics would raise no alert")
                    .hint("remove the fallback, such as `or vector(0)`, from `total`; `bad` needs none either"),
            );
            return None;
        }
        let presence = total.selectors.first()?.selector.clone();
        Some(Arc::new(Stated { presence, total, part: part?, is_good: good.is_some() }))
    }
}

/// One of the two expressions.
#[derive(Debug)]
struct Operand {
    query: PromqlQuery,
    written: Written,
    /// Its selectors, each at its place.
    selectors: Vec<Query>,
}

impl Operand {
    fn read(text: &Spanned<Expression>, scope: &mut Scope<'_>) -> Option<Self> {
        let written = Written::of(text.span, &text.value.0);
        match PromqlQuery::parse(written.text()) {
            Ok(query) => {
                let selectors = query.selectors().into_iter().map(|it| Query::inside(it.clone(), &written)).collect();
                Some(Self { query, written, selectors })
            }
            Err(faults) => {
                written.report(faults, scope);
                None
            }
        }
    }

    /// The range that its author fixed for all of it.
    fn fixed(&self) -> Option<Duration> {
        let windows = self.query.windows();
        let lengths = windows.iter().map(|window| match window {
            Window::Open => None,
            Window::Fixed(length) => Some(*length),
        });
        lengths.collect::<Option<Vec<Duration>>>()?.into_iter().max()
    }
}

/// What an author states to be all events and a part of them.
#[derive(Debug)]
struct Stated {
    /// The first selector of the total.
    presence: Selector,
    total: Operand,
    part: Operand,
    is_good: bool,
}

impl Indicator for Stated {
    fn unit(&self) -> &'static Unit {
        &Unit::EVENTS
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        self.total.selectors.iter().chain(&self.part.selectors).map(Reading::Selected).collect()
    }

    fn presence(&self) -> &Selector {
        &self.presence
    }

    fn presences(&self) -> Vec<&Selector> {
        self.total.selectors.iter().map(|query| &query.selector).collect()
    }

    /// The good events, by the selectors of their expression.
    fn essential(&self) -> Vec<Essential<'_>> {
        let good = self.part.selectors.iter().filter(|_| self.is_good);
        good.map(|query| Essential::good(&query.selector)).collect()
    }

    /// The range that was left open, or the longest of those that its author fixed: alerts are as late as that.
    fn base(&self, scrape: Duration) -> Duration {
        self.total.fixed().into_iter().chain(self.part.fixed()).max().unwrap_or_else(|| base_of_rate(scrape))
    }

    /// Both are summed by group, so that no label of theirs makes a group by itself. A value that is no number of events, as
    /// after a division by nothing, is left out: one such sample would spread to every window above it.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        let summed = |operand: &Operand, then: &mut dyn FnMut(&Expr<'_>)| {
            let (window, delay) = (Duration::from_millis(base.rated), Duration::from_millis(base.delay));
            let text = operand.query.print(window, delay);
            let literal = Expr::Literal(&text);
            let sum = Expr::aggregate(Aggregator::Sum, base.groups, &literal);
            then(&Expr::binary(&sum, Op::Filter(Compare::Ge), &Expr::Number(Decimal::ZERO)));
        };
        summed(&self.total, &mut |all| record.events(all));
        let all = &base.events;
        // A part of no events is none: a fallback such as `or vector(0)`, or `absent`, has a value where nothing else has.
        let part = |then: &mut dyn FnMut(&Expr<'_>)| {
            summed(&self.part, &mut |part| then(&Expr::binary_on(part, Op::And, base.groups, all)));
        };
        if self.essential().is_empty() {
            return part(&mut |part| {
                base.filled(part, all, |part| match self.is_good {
                    true => record.bad(&Expr::binary_on(all, Op::Sub, base.groups, part)),
                    false => record.bad(part),
                });
            });
        }
        part(&mut |good| record.good(good));
        base.filled(&base.good, all, |good| record.bad(&Expr::binary_on(all, Op::Sub, base.groups, good)));
    }

    fn is_proven(&self) -> bool {
        false
    }

    fn loses(&self, label: &str, sources: &Sources) -> Option<Span> {
        [&self.total, &self.part].into_iter().find_map(|operand| {
            let range = operand.query.loses(label)?;
            Some(operand.written.place(sources, range))
        })
    }

    fn cast(&self, _: &Cast<'_>) -> Option<Vec<Part>> {
        None
    }

    fn sampled(&self, _: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Sides::bad(Vec::new(), Vec::new()))
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("expressions", Vec::new())
    }
}
