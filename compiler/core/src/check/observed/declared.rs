//! Declared metrics against what is exported: type, unit, buckets, labels and their domains.

use rust_decimal::Decimal;

use super::gone;
use super::view::{View, bounds};
use crate::check::Context;
use crate::check::listed::listed;
use crate::check::unit_mismatch;
use crate::code;
use crate::finding::Finding;
use crate::indicator::Side;
use crate::metric::{MetricType, unit_of_word, unit_words};
use crate::model::{Domain, Label, Metric, Seen};
use crate::quantity::decimal;
use crate::spec::SeenType;

/// Judges every declared metric. Gives the names of those whose numbers are read in the wrong way, so that nothing more
/// may be said of them.
pub(super) fn run<'m>(context: &Context<'m>, view: &View<'_>, findings: &mut Vec<Finding>) -> Vec<&'m str> {
    let mut misread = Vec::new();
    for metric in context.service.metrics.values() {
        let seen = view.metric(&metric.prometheus);
        let Some(first) = seen.first() else {
            if !counts_failures(context, metric) {
                findings.extend(gone::metric(view, &metric.prometheus, metric.span()));
            }
            continue;
        };
        let before = findings.len();
        findings.extend(kind(metric, first));
        findings.extend(unit(metric, first));
        if findings.len() > before {
            misread.push(metric.prometheus.as_str());
            continue;
        }
        findings.extend(buckets(metric, &seen));
        labels(context, metric, &seen, findings);
    }
    misread
}

/// Whether an objective counts its bad events with a metric, which may be missing until something fails.
fn counts_failures(context: &Context<'_>, metric: &Metric) -> bool {
    let sides = context.slos().filter_map(|(slo, _)| slo.sli.ratio().map(|ratio| &ratio.side));
    sides.into_iter().any(|side| match side {
        Side::Bad(bad) => bad.iter().filter_map(|counter| counter.metric()).any(|name| metric.has_series(name)),
        Side::Good(_) => false,
    })
}

/// A declared type that is not the real one.
fn kind(metric: &Metric, seen: &Seen) -> Option<Finding> {
    let has_classic = !seen.bounds.is_empty();
    let real = match (metric.kind, seen.kind) {
        (_, SeenType::Unknown) if !seen.is_delta => return None,
        (MetricType::Counter, SeenType::Counter) if seen.is_delta => "a counter of differences (delta temporality)",
        (MetricType::Histogram | MetricType::ExponentialHistogram, SeenType::Histogram) if seen.is_delta => {
            "a histogram of differences (delta temporality)"
        }
        (MetricType::Counter, SeenType::Counter) | (MetricType::Gauge | MetricType::UpDownCounter, SeenType::Gauge) => {
            return None;
        }
        (MetricType::Histogram, SeenType::Histogram) if has_classic || !seen.is_native => return None,
        (MetricType::ExponentialHistogram, SeenType::Histogram) if seen.is_native => return None,
        (_, SeenType::Histogram) if seen.is_native && !has_classic => "a native histogram",
        (_, SeenType::Histogram) => "a classic histogram",
        (_, SeenType::Counter) => "a counter",
        (_, SeenType::Gauge) => "a gauge",
        (_, SeenType::Summary) => "a summary",
        (_, SeenType::Unknown) => return None,
    };
    let hint = match (seen.is_delta, seen.kind) {
        (true, _) => "let the SDK export cumulative values: Prometheus does not take differences".to_owned(),
        (_, SeenType::Counter) => "declare `type: counter`".to_owned(),
        (_, SeenType::Gauge) => "declare `type: gauge`".to_owned(),
        (_, SeenType::Histogram) if has_classic => "declare `type: histogram`".to_owned(),
        (_, SeenType::Histogram) => "declare `type: exponential_histogram`".to_owned(),
        _ => format!("declare its count, a counter: `prometheus_name: {}_count`", metric.prometheus),
    };
    let message = format!("`{}` is declared as `{}` and exported as {real}", metric.name.value, metric.kind.word());
    Some(Finding::new(&code::TYPE_MISMATCH, metric.span(), message).label("of another type").hint(hint))
}

/// A declared unit that is not the one that the source names. What the name says is held against it without a source.
fn unit(metric: &Metric, seen: &Seen) -> Option<Finding> {
    // One slip is one finding.
    let declared = metric.unit.as_deref().filter(|_| !unit_mismatch::is_doubtful(metric))?;
    let word = unit_words(declared).0;
    let real = seen.unit.as_deref().filter(|unit| !unit.is_empty())?;
    let real_word = unit_words(real).0.unwrap_or_default();
    let is_same = real == declared
        || word.as_deref().unwrap_or_default() == real
        || word.unwrap_or_default() == real_word
        // A share has no unit of its own in Prometheus.
        || declared == "1" && real == "ratio";
    if is_same {
        return None;
    }
    let message = format!("`{}` is declared in `{declared}` and exported in `{real}`", metric.name.value);
    Some(
        Finding::new(&code::UNIT_MISMATCH, metric.span(), message)
            .label("in another unit")
            .note("thresholds and buckets are read in the declared unit")
            .hint(format!("declare `unit: {}`", unit_of_word(real).unwrap_or(real))),
    )
}

/// A declared boundary that the histogram does not have.
fn buckets(metric: &Metric, seen: &[&Seen]) -> Option<Finding> {
    let declared = metric.buckets.as_ref()?;
    let mut real: Vec<Decimal> = bounds(seen).into_iter().filter_map(decimal).collect();
    real.dedup();
    let strange: Vec<String> =
        declared.value.iter().filter(|bound| !real.contains(bound)).map(Decimal::to_string).collect();
    if real.is_empty() || strange.is_empty() {
        return None;
    }
    let message = format!("`{}` is exported without {}", metric.name.value, listed("the buckets", &strange));
    let real: Vec<String> = real.iter().map(Decimal::to_string).collect();
    Some(
        Finding::new(&code::BUCKET_NOT_FOUND, declared.span, message)
            .label("not what is exported")
            .hint(format!("declare what is exported: `buckets: [{}]`", real.join(", "))),
    )
}

/// Labels beyond the declaration, and values beyond their domain.
fn labels(context: &Context<'_>, metric: &Metric, seen: &[&Seen], findings: &mut Vec<Finding>) {
    for seen in seen {
        for (name, values) in &seen.labels {
            match metric.label(name) {
                None if context.policy.is_ambient(name) => {}
                None => findings.push(
                    Finding::new(
                        &code::UNDECLARED_LABEL,
                        metric.span(),
                        format!("`{}` is exported with the undeclared label `{name}`", metric.name.value),
                    )
                    .note(format!("it has {}", counted(values.count)))
                    .hint(format!("declare `{name}` with its values, or stop recording it")),
                ),
                Some(label) => findings.extend(domain(metric, label, values.count, values.listed.as_deref())),
            }
        }
    }
}

fn counted(count: u32) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

fn domain(metric: &Metric, label: &Label, count: u32, listed: Option<&[String]>) -> Option<Finding> {
    let (name, of) = (&label.name.value, &metric.name.value);
    let message = match (&label.domain, listed) {
        (Some(Domain::Values(known)), Some(values)) => {
            let strange: Vec<&str> = values.iter().filter(|value| !known.contains(value)).map(String::as_str).collect();
            match strange.as_slice() {
                [] => return None,
                [one] => format!("`{name}` of `{of}` has the undeclared value `{one}`"),
                [one, rest @ ..] => {
                    format!("`{name}` of `{of}` has the undeclared value `{one}` and {} more", rest.len())
                }
            }
        }
        (Some(Domain::Values(known)), None) if count as usize > known.len() => {
            format!("`{name}` of `{of}` has {count} values, but its spec declares {}", known.len())
        }
        (Some(Domain::Count(most)), _) if count > *most => {
            format!("`{name}` of `{of}` has {count} values, but its spec declares at most {most}")
        }
        _ => return None,
    };
    Some(
        Finding::new(&code::UNDECLARED_VALUE, label.name.span, message)
            .note("the bound on the metric's time series does not hold with undeclared values")
            .hint("declare the missing values of the label, or record bounded values only"),
    )
}
