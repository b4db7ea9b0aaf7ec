//! `scrape-interval-mismatch`: samples that come less often than the rules assume.

use std::collections::BTreeSet;

use super::view::View;
use crate::check::Context;
use crate::code;
use crate::finding::{Finding, Severity};
use crate::model::Declared;
use crate::quantity::Duration;

/// The measured and the declared interval may differ by this factor: scrapes jitter.
const TOLERANCE: f64 = 1.4;

pub(super) fn run(context: &Context<'_>, view: &View<'_>, findings: &mut Vec<Finding>) {
    let policy = &context.policy;
    if policy.time_scale.value != 1 {
        // In a drill, every interval is shorter than its declaration.
        return;
    }
    let mut told: BTreeSet<(Duration, Duration)> = BTreeSet::new();
    for (slo, _) in context.slos() {
        for reading in slo.sli.readings() {
            let Some(name) =
                reading.query().and_then(|query| query.selector.metric_name()).or(slo.sli.presence().metric_name())
            else {
                continue;
            };
            let Some(series) = view.series(name) else { continue };
            let declared = match reading.declared(&context.service.name.value, &context.model.index) {
                Declared::Metric(metric) => Some(metric),
                Declared::Unclear | Declared::No => None,
            };
            let own = declared.and_then(|metric| metric.scrape_interval.map(|interval| (interval, metric.span())));
            let (assumed, place) = own.unwrap_or((policy.scrape.value, policy.scrape.span));
            let Some(real) = series.seen.iter().filter_map(|seen| seen.interval).max() else { continue };
            let ratio = real.millis() as f64 / assumed.millis().max(1) as f64;
            if (1.0 / TOLERANCE..=TOLERANCE).contains(&ratio) || !told.insert((assumed, real)) {
                continue;
            }
            // Nobody wrote the default, so the objective is the place that needs another.
            let place = if place.start == place.end { slo.name.span } else { place };
            let message = format!("`{name}` gets a sample every {real}, and the rules assume one every {assumed}");
            let mut finding = Finding::new(&code::SCRAPE_INTERVAL_MISMATCH, place, message)
                .label(format!("measured: {real}"))
                .hint(format!(
                    "set `scrape_interval: {real}` in `policy.yaml`, or on the metric if only this one differs"
                ));
            if ratio < 1.0 {
                finding.severity = Severity::Warning;
                finding = finding.note("more samples than assumed do no harm, but alerts fire later than they could");
            } else {
                finding = finding.note("with fewer samples than assumed, `rate` finds gaps and the alerts stay silent");
            }
            findings.push(finding);
        }
    }
}
