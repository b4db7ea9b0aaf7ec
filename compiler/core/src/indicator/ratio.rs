//! Two sums of counters: all events, and the bad or the good among them. Events and time slices are both made of them.

use rust_decimal::Decimal;

use super::cast::{Cast, Labels, Part, Played, Share};
use super::counters::{Counter, Counters};
use super::facts::{Essential, Reading};
use super::rules::{Base, Record};
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::oracle::{Base as Numbers, RawSeries, Reader, Role, Sampled, filled, subtracted};
use crate::promql::{Compare, Expr, Op, Selector};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Flawed;
use crate::spec::leaf::Selectors;

/// The part of the total that is counted beside it.
#[derive(Debug, Clone)]
pub enum Side {
    /// Bad events.
    Bad(Counters),
    /// Good events; the bad are the rest.
    Good(Counters),
}

impl Side {
    /// The counters of either side.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        match self {
            Self::Bad(counters) | Self::Good(counters) => counters,
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
    pub total: Counters,
    /// The bad or the good among them.
    pub side: Side,
}

/// The fields of a ratio as written.
pub(super) struct Fields<'s> {
    /// The record's place.
    pub(super) at: Span,
    pub(super) total: Option<&'s Spanned<Selectors>>,
    pub(super) bad: Option<&'s Spanned<Selectors>>,
    pub(super) good: Option<&'s Spanned<Selectors>>,
    pub(super) flawed: &'s Flawed,
}

impl Ratio {
    /// Resolves the fields; `None` once it is reported what they lack. Good and bad events without a total are the total.
    pub(super) fn resolve(fields: &Fields<'_>, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Self> {
        let read = |field, written: Option<&Spanned<Selectors>>, scope: &mut Scope<'_>| {
            written.and_then(|written| Counters::resolve(field, written, setting, scope))
        };
        let total = read("total", fields.total, scope);
        let bad = read("bad", fields.bad, scope);
        let good = read("good", fields.good, scope);
        if fields.flawed.any(&["total", "bad", "good"]) {
            return None;
        }
        match (fields.total, fields.bad, fields.good) {
            (Some(_), Some(_), None) => Some(Self { total: total?, side: Side::Bad(bad?) }),
            (Some(_), None, Some(_)) => Some(Self { total: total?, side: Side::Good(good?) }),
            (None, Some(_), Some(_)) => {
                let (bad, good) = (bad?, good?);
                Some(Self { total: good.with(&bad, scope)?, side: Side::Bad(bad) })
            }
            (Some(total), Some(_), Some(_)) => {
                scope.report(
                    Finding::new(&code::INVALID_VALUE, total.span, "`total`, `bad` and `good` are one too many")
                        .label("two of them say what the third is")
                        .hint("remove `total` if it is the sum of the two, else keep the one that your metrics count"),
                );
                None
            }
            (None, _, _) => {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, fields.at, "missing field `total`")
                        .label("this mapping needs `total`")
                        .hint("add `total:`, or `good:` and `bad:`, whose sum it is"),
                );
                None
            }
            (Some(_), None, None) => {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, fields.at, "the bad events are not selected")
                        .label("needs `bad` or `good`")
                        .hint("add `bad:` with a selector of the failed events, such as `…{code=~\"5..\"}`"),
                );
                None
            }
        }
    }

    /// Every counter as written, those of all events first.
    pub fn counters(&self) -> impl Iterator<Item = &Counter> {
        let is_repeated = |part: &&Counter| self.total.iter().any(|all| all.query.span == part.query.span);
        self.total.iter().chain(self.side.counters().iter().filter(move |part| !is_repeated(part)))
    }

    pub(super) fn readings(&self) -> Vec<Reading<'_>> {
        self.counters().map(|counter| Reading::Selected(&counter.query)).collect()
    }

    /// The raw series of all events.
    pub(super) fn presences(&self) -> Vec<&Selector> {
        self.total.iter().map(|counter| &counter.query.selector).collect()
    }

    /// Hands the rate of all events to `then`. Bad events of a group that no total counts are events as well: a group
    /// that only ever failed, or a label that just one of two metrics has, burns instead of being left out.
    pub(super) fn all_events(&self, base: &Base<'_>, mut then: impl FnMut(&Expr<'_>)) {
        let part = self.side.counters();
        base.sum_rates(&self.total, &mut |all| {
            if base.groups.is_empty() || self.side.is_good() || self.within() == part.iter().count() {
                return then(all);
            }
            base.sum_rates(part, &mut |bad| {
                // Only while there are any: the total's absence must stay visible.
                let some = Expr::binary(bad, Op::Filter(Compare::Gt), &Expr::Number(Decimal::ZERO));
                then(&Expr::binary_on(all, Op::Or, base.groups, &some));
            });
        });
    }

    /// Hands the part's rate, with nothing where a group of `all` lacks it, to `then`.
    pub(super) fn filled_part(&self, base: &Base<'_>, all: &Expr<'_>, mut then: impl FnMut(&Expr<'_>)) {
        base.sum_rates(self.side.counters(), &mut |part| base.filled(part, all, &mut then));
    }

    /// Records the good events, and hands them, with nothing where a group of `all` lacks them, to `then`.
    ///
    /// The good side is filled, not the bad: with no good series at all, everything is bad.
    pub(super) fn recorded_good(
        &self,
        base: &Base<'_>,
        all: &Expr<'_>,
        record: &mut dyn Record,
        then: impl FnOnce(&Expr<'_>, &mut dyn Record),
    ) {
        base.sum_rates(self.side.counters(), &mut |rate| record.good(rate));
        base.filled(&base.good, all, |good| then(good, record));
    }

    /// Good events: whoever has events has good ones, or a total outage, which pages as well. Errors may never have happened.
    pub(super) fn essential(&self) -> Vec<Essential<'_>> {
        match &self.side {
            Side::Bad(_) => Vec::new(),
            Side::Good(counters) => counters.iter().map(|it| Essential::good(&it.query.selector)).collect(),
        }
    }

    /// How many counters of the part are of a metric of the total.
    fn within(&self) -> usize {
        self.side.counters().iter().filter(|part| self.is_within(part)).count()
    }

    fn is_within(&self, part: &Counter) -> bool {
        part.metric().is_some_and(|metric| self.total.has_metric(metric))
    }

    /// The series of the proof. Where the total counts the part, the part's series stand beside the others of each counter;
    /// else each side has series of its own. The series of a list share its events.
    pub(super) fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let (inside, outside) = if self.side.is_good() { (Role::Good, Role::Bad) } else { (Role::Bad, Role::Good) };
        let parts: Vec<&Counter> = self.side.counters().iter().collect();
        let is_whole = self.within() < parts.len();
        let mut first: Option<Labels> = None;
        let mut find = |must: &[&Selector], must_not: &[&Selector]| {
            let found = match &first {
                None => cast.find(must, must_not),
                Some(first) => cast.beside(first, must, must_not),
            }?;
            first.get_or_insert_with(|| found.clone());
            Some(found)
        };
        let all: Vec<(&Counter, Option<Labels>)> = match is_whole {
            true => self.total.iter().map(|all| (all, find(&[&all.query.selector], &[]))).collect(),
            false => Vec::new(),
        };
        let mut within = Vec::new();
        for (nth, part) in parts.iter().enumerate() {
            let total = self.total.iter().find(|all| all.metric() == part.metric() && !apart(all, part));
            let must: Vec<&Selector> = total.into_iter().chain([*part]).map(|it| &it.query.selector).collect();
            let share = Share { nth: nth as u64, of: parts.len() as u64 };
            within.push(Part::counted(part, find(&must, &[])?, inside).shared(share));
        }
        let rest = match is_whole {
            true => all,
            false => self
                .total
                .iter()
                .map(|all| {
                    let same = parts.iter().filter(|part| part.metric() == all.metric());
                    let must_not: Vec<&Selector> = same.map(|part| &part.query.selector).collect();
                    (all, find(&[&all.query.selector], &must_not))
                })
                // A counter that the part has as a whole leaves nothing.
                .filter(|(_, labels)| labels.is_some())
                .collect(),
        };
        let (of, role) = (rest.len() as u64, if is_whole { Role::Total } else { outside });
        let mut cells = rest
            .into_iter()
            .enumerate()
            .map(|(nth, (all, labels))| Some(Part::counted(all, labels?, role).shared(Share { nth: nth as u64, of })))
            .collect::<Option<Vec<Part>>>()?;
        if cells.is_empty() {
            return None;
        }
        cells.append(&mut within);
        Some(cells)
    }

    /// The series that may be missing: of bad events while there are none; of good ones, it is an outage. A sum has its
    /// events even where only the failed ones have series.
    pub(super) fn missing(&self) -> Vec<Role> {
        match &self.side {
            Side::Good(_) => vec![Role::Good],
            Side::Bad(bad) if self.total.is_list() && self.within() == bad.iter().count() => {
                vec![Role::Bad, Role::Good]
            }
            Side::Bad(_) => vec![Role::Bad],
        }
    }

    /// What tells apart how the oracle adds up its series: how many of the part belong to the total as well.
    pub(super) fn shape(&self) -> Decimal {
        Decimal::from(self.within())
    }
}

fn apart(one: &Counter, other: &Counter) -> bool {
    crate::promql::witness::disjoint(&one.query.selector, &other.query.selector)
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
        let is_good = ratio.side.is_good();
        let role = if is_good { Role::Good } else { Role::Bad };
        let of = |counters: &Counters, is_counted: &dyn Fn(&Part) -> bool| {
            let own = played.parts.iter().filter(|part| counters.has_metric(&part.metric) && is_counted(part));
            own.map(|part| played.series(part)).collect()
        };
        let part = of(ratio.side.counters(), &|part| part.role() == Some(role));
        Self { total: of(&ratio.total, &|_| true), part, is_good }
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
