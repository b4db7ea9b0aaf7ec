//! `unit-mismatch`: the unit of a name, of a declaration and of a threshold are one unit.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::indicator::Threshold;
use crate::metric::measure::{self, Dimension};
use crate::model::Metric;
use crate::quantity::Bound;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(context.service.metrics.values().filter_map(|metric| declared(metric)));
    for (slo, _) in context.slos() {
        findings.extend(slo.sli.threshold().and_then(threshold));
    }
}

/// Whether a metric's own declaration leaves its unit in doubt.
pub(super) fn is_doubtful(metric: &Metric) -> bool {
    declared(metric).is_some()
}

/// A metric whose name ends with another unit than the one it is declared with.
fn declared(metric: &Metric) -> Option<Finding> {
    let unit = measure::canonical(metric.unit.as_deref()?);
    let names = [metric.name.value.as_str(), metric.prometheus.as_str()];
    let (name, said) =
        names.into_iter().find_map(|name| Some((name, measure::of_name(name)?)).filter(|it| it.1 != unit))?;
    Some(
        Finding::new(
            &code::UNIT_MISMATCH,
            metric.span(),
            format!("`{name}` is declared in {}, and its name says {}", measure::words(unit), measure::words(said)),
        )
        .label(format!("named in {}", measure::words(said)))
        .note("thresholds and bucket boundaries are read in the declared unit")
        .hint(format!("write `unit: {said}` if the values are in {}, else rename the metric", measure::words(said))),
    )
}

/// A threshold that is no measurement of its metric.
fn threshold(threshold: &Threshold) -> Option<Finding> {
    let unit = threshold.unit.as_deref()?;
    let written = threshold.longest.value;
    if measure::fits(Some(unit), written) {
        return None;
    }
    let (metric, in_words) = (&threshold.metric.value, measure::words(unit));
    let (what, hint) = match written {
        Bound::Number(number) => ("has no unit", format!("write `{}`", measure::bound(Some(unit), number))),
        Bound::Time(_) => ("is a length of time", instead(unit)),
        Bound::Size(_) => ("is a size", instead(unit)),
    };
    Some(
        Finding::new(
            &code::UNIT_MISMATCH,
            threshold.longest.span,
            format!("`{written}` {what}, and `{metric}` measures {in_words}"),
        )
        .label(format!("not in {in_words}"))
        .hint(hint),
    )
}

/// A threshold as this unit asks for it.
fn instead(unit: &str) -> String {
    match measure::dimension(unit) {
        Dimension::Time(_) => "write a length of time, such as `300ms`".to_owned(),
        Dimension::Size(_) => "write a size, such as `1MiB`, or a plain number in the metric's unit".to_owned(),
        Dimension::Other => "write a plain number in the metric's unit, such as `1000`".to_owned(),
    }
}
