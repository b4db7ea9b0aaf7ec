//! What one service can read of all that was observed.

use rust_decimal::Decimal;

use crate::check::Context;
use crate::model::{Observed, Row, Seen};
use crate::promql::{SelectorMatcher, Test};
use crate::quantity::decimal;
use crate::spec::SeenType;

/// The sources that a service is held against.
pub(super) struct View<'o> {
    all: Vec<&'o Observed>,
}

/// A series of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The metric itself.
    Whole,
    /// A histogram's or a summary's `_count`.
    Count,
    /// A histogram's or a summary's `_sum`.
    Sum,
    /// A classic histogram's `_bucket`.
    Bucket,
}

/// What series of one name are, in every source that has them.
pub(super) struct Series<'o> {
    pub(super) seen: Vec<&'o Seen>,
    pub(super) part: Part,
}

impl<'o> View<'o> {
    /// The view of the context's service; `None` where nothing was observed that concerns it.
    pub(super) fn of(context: &Context<'o>) -> Option<Self> {
        let service = &context.service.name.value;
        let all: Vec<&Observed> = context.model.observed.iter().filter(|one| one.concerns(service)).collect();
        (!all.is_empty()).then_some(Self { all })
    }

    /// Whether a missing name proves nothing.
    pub(super) fn is_partial(&self) -> bool {
        self.all.iter().any(|one| one.is_partial)
    }

    /// The sources, their days and the time looked at, as a note.
    pub(super) fn by(&self) -> String {
        let one = |observed: &&Observed| {
            let day = observed.day.map_or(String::new(), |(day, _)| format!(" on {day}"));
            let over = observed.over.map_or(String::new(), |over| format!(", over {over}"));
            format!("`{}`{day}{over}", observed.name)
        };
        format!("observed in {}", self.all.iter().map(one).collect::<Vec<_>>().join(" and "))
    }

    /// A metric by its own name.
    pub(super) fn metric(&self, name: &str) -> Vec<&'o Seen> {
        self.all.iter().filter_map(|one| one.metrics.get(name)).collect()
    }

    /// The series of a name; `None` where no source has any.
    pub(super) fn series(&self, name: &str) -> Option<Series<'o>> {
        let whole: Vec<&Seen> = self.metric(name).into_iter().filter(|seen| has(seen, Part::Whole)).collect();
        if !whole.is_empty() {
            return Some(Series { seen: whole, part: Part::Whole });
        }
        ENDS.iter().find_map(|(end, part)| {
            let seen: Vec<&Seen> = self.metric(name.strip_suffix(end)?);
            let seen: Vec<&Seen> = seen.into_iter().filter(|seen| has(seen, *part)).collect();
            (!seen.is_empty()).then_some(Series { seen, part: *part })
        })
    }

    /// Every series name, for suggestions.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, seen) in self.all.iter().flat_map(|one| &one.metrics) {
            names.extend(has(seen, Part::Whole).then(|| name.clone()));
            let parts = ENDS.iter().filter(|(_, part)| has(seen, *part));
            names.extend(parts.map(|(end, _)| format!("{name}{end}")));
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

const ENDS: [(&str, Part); 3] = [("_count", Part::Count), ("_bucket", Part::Bucket), ("_sum", Part::Sum)];

/// Whether a metric has series of that kind.
fn has(seen: &Seen, part: Part) -> bool {
    let is_classic = !seen.bounds.is_empty();
    match (seen.kind, part) {
        // A histogram of which nothing more is known has the classic series.
        (SeenType::Histogram, Part::Whole) => seen.is_native,
        (SeenType::Histogram, Part::Bucket) => is_classic,
        (SeenType::Histogram, _) => is_classic || !seen.is_native,
        (SeenType::Summary, part) => part != Part::Bucket,
        (_, part) => part == Part::Whole,
    }
}

/// A histogram's boundaries in every source, rising, each spelling once.
pub(super) fn bounds<'o>(seen: &[&'o Seen]) -> Vec<&'o str> {
    let all = seen.iter().flat_map(|seen| seen.bounds.iter().map(String::as_str));
    // Infinity is no decimal, and comes last.
    let mut all: Vec<(bool, Option<Decimal>, &str)> =
        all.map(|bound| (decimal(bound).is_none(), decimal(bound), bound)).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|(.., bound)| bound).collect()
}

/// What is known of a label of some series.
pub(super) enum Known<'o> {
    /// No series has it.
    Absent,
    /// These are its values, in every source.
    Listed(Vec<&'o str>),
    /// It exists, and its values are not listed.
    Unlisted,
}

impl<'o> Series<'o> {
    /// What is known of a label.
    pub(super) fn label(&self, name: &str) -> Known<'o> {
        if name == "le" && self.part == Part::Bucket {
            return Known::Listed(bounds(&self.seen));
        }
        if name == "quantile" && self.seen.iter().any(|seen| seen.kind == SeenType::Summary) {
            return Known::Unlisted;
        }
        let labels: Vec<_> = self.seen.iter().filter_map(|seen| seen.labels.get(name)).collect();
        if labels.is_empty() {
            return Known::Absent;
        }
        let mut listed = Vec::new();
        for label in labels {
            match &label.listed {
                Some(values) => listed.extend(values.iter().map(String::as_str)),
                None => return Known::Unlisted,
            }
        }
        listed.sort_unstable();
        listed.dedup();
        Known::Listed(listed)
    }

    /// The names of all labels.
    pub(super) fn labels(&self) -> Vec<&'o str> {
        let mut names: Vec<&str> = self.seen.iter().flat_map(|seen| seen.labels.keys().map(String::as_str)).collect();
        if self.part == Part::Bucket {
            names.push("le");
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The rows that every matcher accepts; `None` where the source has too many to list, or a matcher asks for what rows
    /// do not have.
    pub(super) fn rows(&self, matchers: &[SelectorMatcher]) -> Option<Vec<&'o Row>> {
        let mut found = Vec::new();
        for seen in &self.seen {
            let rows = seen.rows.as_ref()?;
            let listed = |label: &str| seen.labels.get(label).is_none_or(|values| values.listed.is_some());
            let asked = matchers.iter().filter(|matcher| listed(&matcher.label) && !is_of_bucket(&matcher.label));
            let asked: Vec<(&str, Test<'_>)> =
                asked.map(|matcher| (matcher.label.as_str(), Test::new(matcher))).collect();
            let value = |row: &'o Row, label: &str| row.labels.get(label).map_or("", String::as_str);
            found.extend(rows.iter().filter(|row| asked.iter().all(|(label, test)| test.accepts(value(row, label)))));
        }
        Some(found)
    }

    /// Events a second of the series that every matcher accepts; `None` where that is not known for sure.
    pub(super) fn rate(&self, matchers: &[SelectorMatcher]) -> Option<f64> {
        let is_known = |matcher: &SelectorMatcher| !matches!(self.label(&matcher.label), Known::Unlisted);
        if self.part == Part::Bucket || !matchers.iter().all(is_known) {
            return None;
        }
        self.rows(matchers)?.iter().map(|row| row.rate).sum()
    }
}

/// Labels that are not in rows, since each series of a metric has all their values.
fn is_of_bucket(label: &str) -> bool {
    label == "le" || label == "quantile"
}
