//! Two counters: all events, and the bad or the good among them. Events and time slices are both made of them.

use rust_decimal::Decimal;

use super::cast::{Cast, Part, Played};
use super::facts::{Essential, Reading};
use super::one_metric;
use super::query::Query;
use super::rules::Base;
use crate::code;
use crate::finding::Finding;
use crate::oracle::{Base as Numbers, RawSeries, Reader, Recorded, Role, Sampled, filled, subtracted};
use crate::promql::{Compare, Expr, Op};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Flawed;
use crate::spec::leaf::Promql;

/// The part of the total that is counted beside it.
#[derive(Debug, Clone)]
pub enum Side {
    /// Bad events.
    Bad(Query),
    /// Good events; the bad are the rest.
    Good(Query),
}

impl Side {
    /// The selector of either side.
    #[must_use]
    pub fn query(&self) -> &Query {
        match self {
            Self::Bad(query) | Self::Good(query) => query,
        }
    }

    /// The field that holds it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bad(_) => "bad",
            Self::Good(_) => "good",
        }
    }

    /// Whether the part is the good events.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good(_))
    }
}

/// All events and a part of them.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// All events.
    pub total: Query,
    /// The bad or the good among them.
    pub side: Side,
}

/// The fields of a ratio as written.
pub(super) struct Fields<'s> {
    /// The record's place.
    pub(super) at: Span,
    pub(super) total: Option<&'s Spanned<Promql>>,
    pub(super) bad: Option<&'s Spanned<Promql>>,
    pub(super) good: Option<&'s Spanned<Promql>>,
    pub(super) flawed: &'s Flawed,
}

impl Ratio {
    /// Resolves the fields; `None` once it is reported what they lack.
    pub(super) fn resolve(fields: &Fields<'_>, scope: &mut Scope<'_>) -> Option<Self> {
        let total = fields.total.and_then(|total| one_metric::named(total, scope));
        let side = match (fields.bad, fields.good) {
            (Some(bad), None) => one_metric::named(bad, scope).map(Side::Bad),
            (None, Some(good)) => one_metric::named(good, scope).map(Side::Good),
            (None, None) if fields.flawed.any(&["bad", "good"]) => None,
            (None, None) => {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, fields.at, "the bad events are not selected")
                        .label("needs `bad` or `good`")
                        .hint("add `bad:` with a selector of the failed events, such as `…{code=~\"5..\"}`"),
                );
                None
            }
            (Some(_), Some(good)) => {
                scope.report(
                    Finding::new(&code::INVALID_VALUE, good.span, "`bad` and `good` cannot both be given")
                        .label("the other is already selected")
                        .hint("keep the one that your metrics count; the other is the rest of `total`"),
                );
                None
            }
        };
        Some(Self { total: total?, side: side? })
    }

    pub(super) fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.total), Reading::Selected(self.side.query())]
    }

    /// Hands the rate of all events to `then`. Bad events of a group that no total counts are events as well: a group
    /// that only ever failed, or a label that just one of two metrics has, burns instead of being left out.
    pub(super) fn all_events(&self, base: &Base<'_>, then: impl FnOnce(&Expr<'_>)) {
        let (total, part) = (&self.total.selector, &self.side.query().selector);
        let has_two_metrics = total.metric_name() != part.metric_name();
        base.sum_rate(total, |all| {
            if base.groups.is_empty() || self.side.is_good() || !has_two_metrics {
                return then(all);
            }
            base.sum_rate(part, |bad| {
                // Only while there are any: the total's absence must stay visible.
                let some = Expr::binary(bad, Op::Filter(Compare::Gt), &Expr::Number(Decimal::ZERO));
                then(&Expr::binary_on(all, Op::Or, base.groups, &some));
            });
        });
    }

    /// The series of the proof: good and bad of one metric side by side, or all and the part where they are two metrics.
    pub(super) fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let (total, part) = (&self.total.selector, &self.side.query().selector);
        let (inside, outside) = if self.side.is_good() { (Role::Good, Role::Bad) } else { (Role::Bad, Role::Good) };
        if total.metric_name() == part.metric_name() {
            let within = cast.find(&[total, part], &[])?;
            let rest = cast.beside(&within, total, &[part])?;
            return Some(vec![Part::of(total, rest, outside), Part::of(part, within, inside)]);
        }
        let all = cast.find(&[total], &[])?;
        let within = cast.beside(&all, part, &[])?;
        Some(vec![Part::of(total, all, Role::Total), Part::of(part, within, inside)])
    }

    /// Good events: whoever has events has good ones, or a total outage, which pages as well. Errors may never have happened.
    pub(super) fn essential(&self) -> Vec<Essential<'_>> {
        match &self.side {
            Side::Bad(_) => Vec::new(),
            Side::Good(query) => vec![Essential {
                what: "the good events",
                selector: &query.selector,
                role: Role::Good,
                hides: Recorded::Good,
            }],
        }
    }

    /// The side that may be missing: of bad events while there are none; of good ones, it is an outage.
    pub(super) fn missing(&self) -> Role {
        if self.side.is_good() { Role::Good } else { Role::Bad }
    }
}

/// The samples of both sides. A part without any series counts as zero: errors may never have happened. The good side is
/// filled with zero and then subtracted, since filling bad would turn a total outage into none.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// All events.
    pub total: Vec<RawSeries>,
    /// The bad or the good among them.
    pub part: Vec<RawSeries>,
    /// Whether the part is the good events.
    pub is_good: bool,
}

impl Sides {
    /// All events with the bad ones.
    #[must_use]
    pub fn bad(total: Vec<RawSeries>, bad: Vec<RawSeries>) -> Self {
        Self { total, part: bad, is_good: false }
    }

    /// All events with the good ones.
    #[must_use]
    pub fn good(total: Vec<RawSeries>, good: Vec<RawSeries>) -> Self {
        Self { total, part: good, is_good: true }
    }

    /// The samples of a scenario, for the side that is missing or not.
    pub(super) fn played(ratio: &Ratio, played: &Played<'_>) -> Self {
        let role = ratio.missing();
        Self { total: played.total(), part: vec![played.raw(role)], is_good: ratio.side.is_good() }
    }
}

impl Sampled for Sides {
    fn series(&self) -> Vec<&RawSeries> {
        self.total.iter().chain(&self.part).collect()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let events = reader.rates(&self.total);
        let part = reader.rates(&self.part);
        let whole = filled(part.clone(), &events);
        match self.is_good {
            true => {
                let bad = subtracted(&events, whole);
                Numbers::sure(events, bad).and_good(part)
            }
            false => Numbers::sure(events, whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{line, timing};
    use crate::oracle::Reader;

    #[test]
    fn a_missing_bad_side_is_zero_and_a_missing_good_side_is_an_outage() {
        let total = vec![line(100.0, 15.0, 41)];
        let timing = timing();
        let reader = Reader::new(&timing, 21);
        let base = Sides::bad(total.clone(), vec![]).base(&reader);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 0.0));
        let base = Sides::good(total, vec![]).base(&reader);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 1.0));
    }
}
