//! Indicators: ratios and thresholds, by the way that an SLO budgets.

use emberline_core::promql::parse_selector;
use emberline_core::quantity::{Percent, decimal};
use emberline_core::source::{Sources, Spanned};
use emberline_core::spec::{SliSpec, TimesliceSpec};
use emberline_core::yaml::Node;
use rust_decimal::Decimal;

use super::objects::Objects;
use crate::ratio::{Query, Side, expr, parts, ratio};
use crate::report::Rows;
use crate::tree::{Fields, find, text};

/// How an SLO budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Events.
    Occurrences,
    /// Slices of time, each good or bad.
    Timeslices,
    /// The average of the ratios of slices.
    RatioTimeslices,
}

/// The metrics of an SLO or an objective: inline, by reference, or as v1alpha has them.
pub(super) fn found<'n>(objects: &Objects<'n>, fields: &mut Fields<'n>, rows: &mut Rows) -> Option<&'n Node> {
    let (inline, reference) = (fields.get("indicator"), fields.get("indicatorRef"));
    let ratio = fields.get("ratioMetrics");
    if let Some(reference) = reference {
        return objects.referred("SLI", reference, rows).and_then(|sli| find(sli, "spec"));
    }
    inline.map(|inline| find(inline, "spec").unwrap_or(inline)).or(ratio)
}

/// The indicators of an objective, the best first.
pub(super) fn read(
    sources: &Sources,
    objects: &Objects<'_>,
    node: &Node,
    way: Way,
    objective: &mut Fields<'_>,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let bound = (objective.text("op"), objective.text("value"));
    let least = objective.text("timeSliceTarget");
    if let Some((length, at)) = objective.text("timeSliceWindow")
        && !matches!(length, "1m" | "60s" | "1")
        && way != Way::Occurrences
    {
        rows.cannot(at, format!("`timeSliceWindow: {length}`"), "slices of time last a minute here");
        return Vec::new();
    }
    let mut fields = Fields::of(node);
    fields.get("description");
    let threshold = fields.get("thresholdMetric");
    // In v1alpha the metrics stand where v1 has `ratioMetric`.
    let ratios = fields.get("ratioMetric").or_else(|| find(node, "total").map(|_| node));
    match (threshold, ratios) {
        (Some(threshold), None) => {
            let Some(query) = query(objects, threshold, rows) else { return Vec::new() };
            let (Some((op, _)), Some((value, _))) = bound else {
                rows.cannot(objective.at, "a threshold without `op` and `value`", "nothing says which values are good");
                return Vec::new();
            };
            against(sources, &query, op, value, way, objective, rows)
        }
        (None, Some(ratios)) => of_ratio(sources, objects, ratios, way, least, rows),
        _ => {
            rows.cannot(node.span, "an indicator without `ratioMetric` or `thresholdMetric`", "OpenSLO needs one");
            Vec::new()
        }
    }
}

/// A query held against a value: each moment is an event.
fn against(
    sources: &Sources,
    query: &Query<'_>,
    op: &str,
    value: &str,
    way: Way,
    objective: &Fields<'_>,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let sign = match op {
        "lt" => "<",
        "lte" => "<=",
        "gt" => ">",
        "gte" => ">=",
        _ => {
            rows.cannot(objective.at, format!("`op: {op}`"), "expected `lt`, `lte`, `gt` or `gte`");
            return Vec::new();
        }
    };
    let (Some(value), Some(read)) = (decimal(value), query.parse(sources, rows)) else {
        rows.cannot(objective.at, format!("`value: {value}`"), "the value or its query cannot be read");
        return Vec::new();
    };
    if way == Way::Timeslices {
        rows.changes(query.at(), "slices of a threshold", "each moment counts, and not each minute as a whole", "sli");
    }
    let by = read.kept().unwrap_or_default();
    let text = query.text();
    let (all, good) = (format!("({text}) * 0 + 1"), format!("({text}) {sign} bool {value}"));
    vec![expr(query.at(), &all, &good, Side::Good, &by, rows)]
}

fn of_ratio(
    sources: &Sources,
    objects: &Objects<'_>,
    node: &Node,
    way: Way,
    least: Option<(&str, emberline_core::source::Span)>,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let mut fields = Fields::of(node);
    let is_counter = fields.is("counter") == Some(true) || fields.is("incremental") == Some(true);
    let raw = fields.get("raw");
    let (kind, good, bad) = (fields.text("rawType"), fields.get("good"), fields.get("bad"));
    let total = fields.get("total");
    if let Some(raw) = raw {
        let Some(query) = query(objects, raw, rows) else { return Vec::new() };
        let is_good = kind.map(|(kind, _)| kind) == Some("success");
        let text = if is_good { format!("1 - ({})", query.text()) } else { query.text().to_owned() };
        return ratio(sources, &Query::made(raw, text), rows);
    }
    let (part, side) = match (good, bad) {
        (Some(good), None) => (good, Side::Good),
        (None, Some(bad)) => (bad, Side::Bad),
        _ => {
            rows.cannot(node.span, "a ratio without exactly one of `good` and `bad`", "OpenSLO needs one");
            return Vec::new();
        }
    };
    let Some(total) = total else {
        rows.cannot(node.span, "a ratio without `total`", "nothing says what all events are");
        return Vec::new();
    };
    let (all, of) = (query(objects, total, rows), query(objects, part, rows));
    let (Some(all), Some(of)) = (all, of) else { return Vec::new() };
    let (all, of) = (rated(all, is_counter, rows), rated(of, is_counter, rows));
    match way {
        Way::Occurrences => parts(sources, &all, &of, side, rows),
        Way::Timeslices => slices(parts(sources, &all, &of, side, rows), node, least, rows),
        Way::RatioTimeslices => {
            let why = "each moment weighs the same, whatever happened in it; idle moments do not count";
            rows.changes(node.span, "the average of ratios", why, "sli");
            let share = format!("({}) / ({})", of.text(), all.text());
            let total = format!("(({}) > 0) * 0 + 1", all.text());
            let by = all.parse(sources, rows).and_then(|read| read.kept()).unwrap_or_default();
            vec![expr(node.span, &total, &share, side, &by, rows)]
        }
    }
}

/// Minutes that are bad by a ratio of counters; only selectors can say so.
fn slices(
    indicators: Vec<SliSpec>,
    node: &Node,
    least: Option<(&str, emberline_core::source::Span)>,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let share = least.and_then(|(text, _)| decimal(text)).filter(|it| *it > Decimal::ZERO && *it <= Decimal::ONE);
    let Some(share) = share else {
        rows.cannot(node.span, "time slices without `timeSliceTarget`", "nothing says which slices are good");
        return Vec::new();
    };
    let found: Vec<SliSpec> = indicators
        .into_iter()
        .filter_map(|sli| sli.events)
        .map(|events| events.value)
        .map(|events| {
            let timeslice = TimesliceSpec {
                total: events.total,
                bad: events.bad,
                good: events.good,
                max_error_ratio: Some(Spanned::made(Percent::of_share((Decimal::ONE - share).normalize()))),
                group_by: events.group_by,
                ..TimesliceSpec::default()
            };
            SliSpec { timeslice: Some(Spanned::made(timeslice)), ..SliSpec::default() }
        })
        .collect();
    if found.is_empty() {
        let why = "minutes are judged by selectors; write the queries as `sum(rate(…))`";
        rows.cannot(node.span, "time slices of these queries", why);
    }
    found
}

/// The query of a metric, of Prometheus and its like only.
fn query<'n>(objects: &Objects<'n>, metric: &'n Node, rows: &mut Rows) -> Option<Query<'n>> {
    let (kind, spec) = match find(metric, "metricSource") {
        Some(source) => {
            let kind = match find(source, "metricSourceRef") {
                Some(reference) if find(source, "type").is_none() => {
                    let object = objects.referred("DataSource", reference, rows)?;
                    find(object, "spec").and_then(|spec| find(spec, "type"))
                }
                _ => find(source, "type"),
            };
            (kind, find(source, "spec"))
        }
        None => (find(metric, "source"), Some(metric)),
    };
    let name = kind.and_then(text).unwrap_or_default();
    let known = ["prometheus", "thanos", "cortex", "mimir", "victoriametrics", "amazonprometheus", "gcm-prometheus"];
    if !known.contains(&name.to_ascii_lowercase().as_str()) {
        let why = "only Prometheus and what speaks PromQL can be asked";
        rows.cannot(kind.map_or(metric.span, |kind| kind.span), format!("a source of type `{name}`"), why);
        return None;
    }
    let found = spec.and_then(|spec| find(spec, "query").or_else(|| find(spec, "promql"))).and_then(Query::of);
    if found.is_none() {
        rows.cannot(metric.span, "a metric without `query`", "nothing says what it counts");
    }
    found
}

/// A counter's query with the rate that it lacks.
fn rated<'n>(query: Query<'n>, is_counter: bool, rows: &mut Rows) -> Query<'n> {
    let text = query.text().trim();
    let inner = text.strip_prefix("sum(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    if !is_counter || parse_selector(inner).is_err() {
        return query;
    }
    let why = "it is said to be a counter, whose events are its rate; the compiler adds it";
    rows.changes(query.at(), "a counter without a rate", why, "sli");
    let rated = format!("sum(rate({}[{{{{.window}}}}]))", inner.trim());
    query.with(rated)
}
