//! Two queries, or one that divides them, as indicators: by selectors where that is exact, else as they are.

use std::ops::Range;

use emberline_core::RESERVED_LABELS;
use emberline_core::promql::query::{Counters, Window};
use emberline_core::promql::{Fault, PromqlQuery};
use emberline_core::source::{Sources, Span, Spanned};
use emberline_core::spec::{AvailabilitySpec, EventsSpec, ExprSpec, Expression, Promql, Selectors, SliSpec};
use emberline_core::yaml::{Node, locate};

use crate::histogram::{group_by, latency};
use crate::report::Rows;

/// A query as a peer's file has it.
#[derive(Debug, Clone)]
pub(crate) struct Query<'n> {
    node: &'n Node,
    text: String,
}

/// What the part of two queries counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Bad events.
    Bad,
    /// Good events.
    Good,
}

impl<'n> Query<'n> {
    /// The query of a scalar; `None` for anything else.
    pub(crate) fn of(node: &'n Node) -> Option<Self> {
        let text = crate::tree::text(node)?.trim_end().to_owned();
        Some(Self { node, text })
    }

    /// A query that stands for a field, such as that of a plugin.
    pub(crate) fn made(node: &'n Node, text: String) -> Self {
        Self { node, text }
    }

    /// Another text at the same place.
    pub(crate) fn with(self, text: String) -> Self {
        Self { text, ..self }
    }

    /// Where it stands.
    pub(crate) fn at(&self) -> Span {
        self.node.span
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The place of a part of it.
    pub(crate) fn place(&self, sources: &Sources, range: Range<usize>) -> Span {
        match self.node.scalar() {
            Some(scalar) if scalar.text.starts_with(&self.text) => {
                locate(&sources.get(self.node.span.source).text, self.node.span, scalar, range)
            }
            _ => self.node.span,
        }
    }

    /// The query read; why it cannot be is reported at its place.
    pub(crate) fn parse(&self, sources: &Sources, rows: &mut Rows) -> Option<PromqlQuery> {
        match PromqlQuery::parse(&self.text) {
            Ok(query) => Some(query),
            Err(faults) => {
                for Fault { range, message, hint, .. } in faults {
                    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                    rows.cannot(self.place(sources, range), "this PromQL is refused", format!("{message}{hint}"));
                }
                None
            }
        }
    }
}

/// The indicators of a part of all events, the best first; none if a query is refused.
pub(crate) fn parts(
    sources: &Sources,
    total: &Query<'_>,
    part: &Query<'_>,
    side: Side,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let (all, of) = (total.parse(sources, rows), part.parse(sources, rows));
    let (Some(all), Some(of)) = (all, of) else { return Vec::new() };
    let mut found: Vec<SliSpec> = Vec::new();
    if let Some(total) = all.counters() {
        let rest = (side == Side::Bad).then(|| remainder(&part.text, &total)).flatten();
        let (counted, side) = match rest {
            Some(good) => (Some(good), Side::Good),
            None => (of.counters(), side),
        };
        let is_same = |of: &Counters| of.by == total.by && of.is_increase == total.is_increase;
        if let Some(counted) = counted.filter(is_same) {
            fixed(part.at(), [&total, &counted], rows);
            found.extend(selected(&total, &counted, side));
        }
    }
    let by = all.kept().zip(of.kept()).filter(|(all, of)| all == of).map(|(all, _)| all);
    if by.is_none() && found.is_empty() {
        let why = "our objectives are summed unless `group_by` names labels; name those that you want to keep apart";
        rows.changes(part.at(), "the labels of the series that this query gives", why, "sli");
    }
    found.push(expr(part.at(), &total.text, &part.text, side, &by.unwrap_or_default(), rows));
    found
}

/// The indicators of a ratio of bad events.
pub(crate) fn ratio(sources: &Sources, query: &Query<'_>, rows: &mut Rows) -> Vec<SliSpec> {
    let Some(read) = query.parse(sources, rows) else { return Vec::new() };
    // Groups without a value have no bad events here, so a fallback says nothing new.
    let text = match read.fallback() {
        Some(or) => query.text.get(..or.start).unwrap_or_default(),
        None => &query.text,
    };
    if let Some((side, total, part)) = divided(text) {
        if let Some(up) = averaged(&total, &part) {
            return vec![up];
        }
        let (total, part) = (Query::made(query.node, total), Query::made(query.node, part));
        return parts(sources, &total, &part, side, rows);
    }
    let why = "each moment counts as one event, and is bad by this ratio";
    rows.changes(query.at(), "a ratio that is no quotient of counts", why, "sli");
    let by = PromqlQuery::parse(text).ok().and_then(|read| read.kept()).unwrap_or_default();
    vec![expr(query.at(), &format!("({text}) * 0 + 1"), text, Side::Bad, &by, rows)]
}

/// `part / total`, or `1 - part / total`: what the part counts, the total and the part.
fn divided(text: &str) -> Option<(Side, String, String)> {
    let (op, left, right) = halves(text)?;
    match op {
        "/" => Some((Side::Bad, right, left)),
        "-" if left.trim() == "1" => {
            let (op, left, right) = halves(&right)?;
            (op == "/").then_some((Side::Good, right, left))
        }
        _ => None,
    }
}

/// Both sides of the operator of the whole, without the parentheses around it.
fn halves(text: &str) -> Option<(&'static str, String, String)> {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && PromqlQuery::parse(inner).is_ok()
    {
        text = inner.trim();
    }
    let (op, at) = PromqlQuery::parse(text).ok()?.operator()?;
    let left = text.get(..at.start)?.trim().to_owned();
    let right = text.get(at.end..)?.trim().to_owned();
    Some((op, left, right))
}

/// The good events of `total - good`.
fn remainder(text: &str, total: &Counters) -> Option<Counters> {
    let (op, left, right) = halves(text)?;
    let all = PromqlQuery::parse(&left).ok()?.counters()?;
    let good = PromqlQuery::parse(&right).ok()?.counters()?;
    (op == "-" && all.of == total.of && all.by == total.by).then_some(good)
}

/// The average over time and series of a gauge between 0 and 1.
fn averaged(total: &str, part: &str) -> Option<SliSpec> {
    let all = PromqlQuery::parse(total).ok()?.over_time("sum", "count_over_time")?;
    let sum = PromqlQuery::parse(part).ok()?.over_time("sum", "sum_over_time")?;
    (all == sum).then(|| up(&all.0, &all.1))
}

/// The share of series at 1.
pub(crate) fn up(selector: &str, by: &[String]) -> SliSpec {
    let availability = AvailabilitySpec {
        up: Some(Spanned::made(Promql::made(selector))),
        gauge: None,
        max: None,
        min: None,
        group_by: group_by(by),
        flawed: Default::default(),
    };
    SliSpec { availability: Some(Spanned::made(availability)), ..SliSpec::default() }
}

/// Says that ranges which a peer fixes are the compiler's here.
fn fixed(at: Span, counted: [&Counters; 2], rows: &mut Rows) {
    let mut windows = counted.into_iter().flat_map(|counted| &counted.windows);
    if let Some(Window::Fixed(length)) = windows.find(|window| **window != Window::Open) {
        let why = "the compiler adds the range that counts each event once";
        rows.changes(at, format!("the range `[{length}]`"), why, "sli");
    }
}

/// Indicators by selectors alone.
fn selected(total: &Counters, part: &Counters, side: Side) -> Vec<SliSpec> {
    let mut found = Vec::new();
    if let ([all], [good], Side::Good) = (total.of.as_slice(), part.of.as_slice(), side) {
        found.extend(latency(all, good, &total.by));
    }
    found.push(events(&total.of, &part.of, side, &total.by));
    found
}

/// Counters of all events and of a part of them.
pub(crate) fn events(total: &[String], part: &[String], side: Side, by: &[String]) -> SliSpec {
    let all = |of: &[String]| Spanned::made(Selectors(of.iter().map(|it| Spanned::made(Promql::made(it))).collect()));
    let events = EventsSpec {
        total: Some(all(total)),
        bad: (side == Side::Bad).then(|| all(part)),
        good: (side == Side::Good).then(|| all(part)),
        group_by: group_by(by),
        ..EventsSpec::default()
    };
    SliSpec { events: Some(Spanned::made(events)), ..SliSpec::default() }
}

/// Expressions, as they are. A label that our rules set themselves gets another name.
pub(crate) fn expr(at: Span, total: &str, part: &str, side: Side, by: &[String], rows: &mut Rows) -> SliSpec {
    let (mut total, mut part, mut by) = (total.to_owned(), part.to_owned(), by.to_vec());
    for label in by.iter_mut().filter(|label| is_reserved(label)) {
        // The name that Prometheus gives to a label of a target's own.
        let ours = format!("exported_{label}");
        for text in [&mut total, &mut part] {
            *text = format!("label_replace({text}, \"{ours}\", \"$1\", \"{label}\", \"(.*)\")");
        }
        let why = format!("our rules set `{label}` themselves");
        rows.changes(at, format!("series are told apart by `{ours}`, not by `{label}`"), why, "sli");
        *label = ours;
    }
    let made = |text: &str| Spanned::made(Expression(Promql::made(text)));
    let expr = ExprSpec {
        total: Expression(Promql::made(&total)).into(),
        bad: (side == Side::Bad).then(|| made(&part)),
        good: (side == Side::Good).then(|| made(&part)),
        group_by: group_by(&by),
        ..ExprSpec::default()
    };
    SliSpec { expr: Some(Spanned::made(expr)), ..SliSpec::default() }
}

/// Whether our rules set a label themselves, so that no series can be told apart by it.
pub(crate) fn is_reserved(label: &str) -> bool {
    RESERVED_LABELS.contains(&label)
}
