//! Pyrra: `ServiceLevelObjective`, one objective each, whose indicators are bare selectors.

mod windows;

use emberline_core::model::AMBIENT_LABELS;
use emberline_core::promql::{Selector, parse_selector};
use emberline_core::quantity::{Bound, Duration};
use emberline_core::source::{Sources, Span, Spanned};
use emberline_core::spec::{
    AlertNamesSpec, AlertingSpec, LabelSpec, MetricSpec, MetricType, Name, Named, SliSpec, Text,
};
use emberline_core::yaml::{Node, locate};

use crate::histogram;
use crate::objective::{Objective, Texts, percent, put};
use crate::ratio::{Side, events, expr, is_reserved, up};
use crate::report::Rows;
use crate::tree::{Fields, items, pairs, text};

/// What holds for every objective of Pyrra.
pub(crate) const NOTES: &[&str] = &[
    "Pyrra's alerts wait with `for`; ours need none, as both windows must exceed the rate",
    "Pyrra's objectives belong to no service: the label `pyrra.dev/service`, else the namespace, else the name is it",
];

/// The prefix of labels that Pyrra puts on its rules.
const PROPAGATED: &str = "pyrra.dev/";

/// Reads every document; gives how many objectives there are, and those that can be expressed.
pub(crate) fn read(sources: &Sources, documents: &[&Node], rows: &mut Rows) -> (usize, Vec<Objective>) {
    let mut objectives = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        rows.objective = Some(number);
        objectives.extend(objective(sources, document, number, rows));
    }
    rows.objective = None;
    (documents.len(), objectives)
}

fn objective(sources: &Sources, document: &Node, number: usize, rows: &mut Rows) -> Option<Objective> {
    let mut fields = Fields::of(document);
    for (name, known) in [("apiVersion", "pyrra.dev/v1alpha1"), ("kind", "ServiceLevelObjective")] {
        let found = fields.text(name);
        if found.map(|(text, _)| text) != Some(known) {
            let (text, at) = found.unwrap_or(("", fields.at));
            rows.cannot(at, format!("`{name}: {text}`"), format!("only `{known}` is known"));
            return None;
        }
    }
    let mut about = fields.get("metadata").map(Fields::of);
    let name = about.as_mut().and_then(|about| about.text("name"));
    let namespace = about.as_mut().and_then(|about| about.text("namespace"));
    let labels = propagated(about.as_mut().and_then(|about| about.get("labels")), rows);
    let Some((spec, (name, at))) = fields.get("spec").zip(name) else {
        rows.cannot(fields.at, "an objective without `metadata.name` or `spec`", "nothing says what it is");
        return None;
    };
    let service = labels.iter().find(|(name, _)| name == "service").map(|(_, value)| value.as_str());
    let service = service.or(namespace.map(|(namespace, _)| namespace)).unwrap_or(name).to_owned();
    let mut spec = Fields::of(spec);
    let target = percent(spec.text("target"), spec.at, "target", rows);
    let window = window(&mut spec, rows);
    let description = spec.text("description").map(|(text, _)| text.trim().to_owned());
    let mut metrics = Vec::new();
    let indicators = match spec.get("indicator") {
        Some(node) => indicators(sources, node, &mut metrics, rows),
        None => {
            rows.cannot(spec.at, "an objective without `indicator`", "nothing says what it counts");
            Vec::new()
        }
    };
    let (alerting, absent) = alerting(spec.get("alerting"), window, rows);
    for (field, why) in [
        ("performanceOverAccuracy", "budgets are summed from counts of 5 minutes, so they are exact and cheap"),
        ("partial_response_strategy", "the policy has it, under `rulers`"),
        ("ruleOutput", "the policy has labels of objects, under `operator`"),
    ] {
        if let Some(node) = spec.get(field) {
            rows.changes(node.span, format!("`{field}` is left out"), why, "");
        }
    }
    unknown(&spec, rows);
    let own = labels.into_iter().filter(|(name, _)| !emberline_core::RESERVED_LABELS.contains(&name.as_str()));
    let labels: Texts = own.collect();
    let objective = Objective {
        at,
        number,
        service,
        owner: labels.iter().find(|(name, _)| name == "team").map(|(_, team)| team.clone()),
        name: name.to_owned(),
        description: description.filter(|text| !text.is_empty()),
        target: target?,
        window: Some(window?.value),
        indicators,
        alerting,
        labels,
        annotations: Texts::new(),
        absent,
        metrics,
    };
    (!objective.indicators.is_empty()).then_some(objective)
}

fn window(spec: &mut Fields<'_>, rows: &mut Rows) -> Option<Spanned<Duration>> {
    let Some((text, at)) = spec.text("window") else {
        rows.cannot(spec.at, "an objective without `window`", "nothing says how long its budget lasts");
        return None;
    };
    match Duration::parse(text) {
        Ok(window) => {
            rows.maps(at, format!("`window: {text}`"), "window");
            Some(Spanned::new(window, at))
        }
        Err(malformed) => {
            rows.cannot(at, format!("`window: {text}`"), format!("expected {}", malformed.expected));
            None
        }
    }
}

/// Labels of the object that Pyrra's rules carry, without their prefix; others are the object's own.
fn propagated(node: Option<&Node>, rows: &mut Rows) -> Texts {
    let mut labels = Texts::new();
    for (key, value) in pairs(node) {
        match (key.value.text.strip_prefix(PROPAGATED), text(value)) {
            (Some(name), Some(value)) => put(&mut labels, name, value),
            _ => rows.changes(
                key.span,
                format!("label `{}` is left out", key.value.text),
                "it selects the object; the policy has labels of our objects, under `operator`",
                "",
            ),
        }
    }
    labels
}

/// Pyrra refuses unknown fields.
fn unknown(fields: &Fields<'_>, rows: &mut Rows) {
    for key in fields.rest() {
        rows.cannot(key.span, format!("`{}`", key.value.text), "Pyrra has no such field");
    }
}

/// The indicator of an objective; the selectors are Pyrra's own.
fn indicators(
    sources: &Sources,
    node: &Node,
    metrics: &mut Vec<(String, MetricSpec)>,
    rows: &mut Rows,
) -> Vec<SliSpec> {
    let mut kinds = Fields::of(node);
    let found: Vec<(&str, &Node)> = ["ratio", "latency", "latencyNative", "bool_gauge"]
        .into_iter()
        .filter_map(|kind| kinds.get(kind).map(|node| (kind, node)))
        .collect();
    unknown(&kinds, rows);
    let [(kind, node)] = found.as_slice() else {
        rows.cannot(node.span, "an indicator of no or of several kinds", "Pyrra needs exactly one");
        return Vec::new();
    };
    let mut fields = Fields::of(node);
    let by: Vec<String> = items(fields.get("grouping")).iter().filter_map(text).map(str::to_owned).collect();

    let found = match *kind {
        "ratio" => {
            let (total, bad) =
                (metric(sources, &mut fields, "total", rows), metric(sources, &mut fields, "errors", rows));
            total.zip(bad).map(|(total, bad)| counters(node.span, total, bad, Side::Bad, &by, rows))
        }
        "latency" => {
            let (total, good) =
                (metric(sources, &mut fields, "total", rows), metric(sources, &mut fields, "success", rows));
            total.zip(good).map(|(total, good)| {
                let latency = histogram::latency(&total, &good, &by);
                latency.into_iter().chain(counters(node.span, total, good, Side::Good, &by, rows)).collect()
            })
        }
        "latencyNative" => {
            let total = metric(sources, &mut fields, "total", rows);
            let threshold = fields.text("latency");
            total.zip(threshold).and_then(|(total, threshold)| native(&total, threshold, &by, metrics, rows))
        }
        _ => selector(sources, fields.get("metric"), fields.at, rows).map(|of| vec![up(&of, &by)]),
    };
    unknown(&fields, rows);
    found.unwrap_or_default()
}

/// A histogram that is declared to be native, as Pyrra says that it is.
fn native(
    total: &str,
    (threshold, at): (&str, Span),
    by: &[String],
    metrics: &mut Vec<(String, MetricSpec)>,
    rows: &mut Rows,
) -> Option<Vec<SliSpec>> {
    let Ok(bound) = Bound::parse(threshold) else {
        rows.cannot(at, format!("`latency: {threshold}`"), "expected a duration such as `1s`");
        return None;
    };
    let selector = parse_selector(total).ok()?;
    let name = selector.metric_name()?.to_owned();
    rows.maps(at, format!("`latency: {threshold}`"), "sli");
    let spec = MetricSpec {
        r#type: MetricType::ExponentialHistogram.into(),
        unit: Some(Spanned::made(Text("s".to_owned()))),
        labels: labels_of(&selector, by, at, rows),
        ..MetricSpec::default()
    };
    metrics.push((name.clone(), spec));
    let mut found = vec![histogram::sli(&name, bound, histogram::narrowed(&selector), by)];
    if by.iter().any(|label| is_reserved(label)) {
        let rate = format!("rate({total}[{{{{.window}}}}])");
        let count = summed(&format!("histogram_count({rate})"), by);
        let within =
            summed(&format!("histogram_fraction(0, {}, {rate}) * histogram_count({rate})", bound.number()), by);
        found.push(expr(at, &count, &within, Side::Good, by, rows));
    }
    Some(found)
}

/// Declared labels, which a declared metric needs: those that the selector and the groups name, but for ambient ones.
fn labels_of(selector: &Selector, by: &[String], at: Span, rows: &mut Rows) -> Option<Named<LabelSpec>> {
    /// The most values of a label that nobody has counted.
    const MOST: u32 = 100;
    /// The most combinations of labels that an SDK keeps.
    const KEPT: u32 = 2_000;
    let is_ambient = |label: &str| {
        AMBIENT_LABELS.iter().any(|known| match known.strip_suffix('*') {
            Some(prefix) => label.starts_with(prefix),
            None => *known == label,
        })
    };
    let mut labels: Vec<&str> = selector.matchers.iter().map(|matcher| matcher.label.as_str()).collect();
    labels.extend(by.iter().map(String::as_str));
    labels.sort_unstable();
    labels.dedup();
    labels.retain(|label| *label != "__name__" && !is_ambient(label));
    let count = u32::try_from(labels.len()).unwrap_or(u32::MAX);
    let fits = |most: &u32| most.checked_pow(count).is_some_and(|all| all <= KEPT);
    let most = (1..=MOST).rev().find(fits).unwrap_or(1);
    for label in &labels {
        let why = "a declared metric needs its labels, and the number bounds the time series; write yours";
        rows.changes(at, format!("label `{label}` is declared with at most {most} values"), why, "metrics");
    }
    let spec = LabelSpec { max_values: Some(Spanned::made(most)), ..LabelSpec::default() };
    let all: Vec<_> = labels.into_iter().map(|label| (Spanned::made(label.to_owned()), Some(spec.clone()))).collect();
    (!all.is_empty()).then_some(Named(all))
}

/// Counters, and the same as expressions where our rules set a label that is grouped by.
fn counters(at: Span, total: String, part: String, side: Side, by: &[String], rows: &mut Rows) -> Vec<SliSpec> {
    let rated = |of: &str| summed(&format!("rate({of}[{{{{.window}}}}])"), by);
    let written =
        by.iter().any(|label| is_reserved(label)).then(|| expr(at, &rated(&total), &rated(&part), side, by, rows));
    [events(&[total], &[part], side, by)].into_iter().chain(written).collect()
}

fn summed(of: &str, by: &[String]) -> String {
    match by {
        [] => format!("sum({of})"),
        by => format!("sum by ({}) ({of})", by.join(", ")),
    }
}

/// The selector of `total: {metric: …}`.
fn metric(sources: &Sources, fields: &mut Fields<'_>, name: &str, rows: &mut Rows) -> Option<String> {
    let node = fields.get(name);
    let mut inner = node.map(Fields::of);
    let at = node.map_or(fields.at, |node| node.span);
    let found = inner.as_mut().and_then(|inner| inner.get("metric"));
    let selector = selector(sources, found, at, rows);
    if let Some(inner) = inner {
        unknown(&inner, rows);
    }
    selector
}

fn selector(sources: &Sources, node: Option<&Node>, at: Span, rows: &mut Rows) -> Option<String> {
    let Some((node, scalar)) = node.and_then(|node| node.scalar().map(|scalar| (node, scalar))) else {
        rows.cannot(at, "an indicator without `metric`", "nothing says what it counts");
        return None;
    };
    let written = scalar.text.trim_end();
    match parse_selector(written) {
        Ok(_) => Some(written.replace('\n', " ")),
        Err(faults) => {
            for fault in faults {
                let place = locate(&sources.get(node.span.source).text, node.span, scalar, fault.range);
                rows.cannot(place, "this selector is refused", fault.message);
            }
            None
        }
    }
}

/// Pyrra's alerts over a window, and the severity of data that is absent where it is turned off.
fn alerting(
    node: Option<&Node>,
    window: Option<Spanned<Duration>>,
    rows: &mut Rows,
) -> (AlertingSpec, Option<&'static str>) {
    let mut fields = node.map(Fields::of);
    let mut is = |name: &str| fields.as_mut().and_then(|fields| fields.is(name));
    let is_off = is("disabled") == Some(true) || is("burnrates") == Some(false);
    let is_silent = is("disabled") == Some(true) || is("absent") == Some(false);
    let mut spec = AlertingSpec::default();
    let mut names = AlertNamesSpec::default();
    let Some(fields) = fields.as_mut() else {
        spec.pairs = window.map(|window| Spanned::made(windows::scaled(window, rows)));
        return (spec, None);
    };
    let name =
        |fields: &mut Fields<'_>, field: &str| fields.text(field).map(|(text, _)| Spanned::made(Name(text.to_owned())));
    names.burn = name(fields, "name");
    names.absent = name(fields, "absentName");
    if names.burn.is_some() || names.absent.is_some() {
        rows.maps(fields.at, "names of alerts", "alerting");
        spec.names = Some(Spanned::made(names));
    }
    for (key, value) in pairs(fields.get("severities")) {
        let what = format!("`{}: {}`", key.value.text, text(value).unwrap_or_default());
        let why = "critical is `page` and warning is `ticket`; other severities are declared in the policy";
        rows.changes(key.span, what, why, "alerting");
    }
    unknown(fields, rows);
    spec.pairs = match is_off {
        true => Some(Spanned::made(Vec::new())),
        false => window.map(|window| Spanned::made(windows::scaled(window, rows))),
    };
    (spec, is_silent.then_some("ignore"))
}
