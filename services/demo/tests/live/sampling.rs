//! Tail sampling: every error and every slow trace is kept whole, a share of the rest, and counts are of all.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use demo::ask;
use demo::system::Addresses;
use serde_json::Value;

use crate::capture::{Capture, Span};
use crate::judge::Judge;

/// The declared share of ordinary traces (slos/policy.yaml), and how far it may be off.
const BASELINE: f64 = 0.05;
const OFF: f64 = 0.2;
/// The objectives' thresholds in milliseconds, by service (slos/*.yaml).
const THRESHOLDS: [(&str, f64); 3] = [("frontend", 500.0), ("checkout", 300.0), ("payments", 250.0)];
const SERVER: u64 = 2;

/// A request as the load knows it.
pub(crate) struct Request {
    pub(crate) trace_id: String,
    pub(crate) scenario: String,
}

/// Requests that were counted at the frontend.
pub(crate) fn red(at: &Addresses) -> Result<f64> {
    let query = "sum(traces_span_metrics_calls_total{service_name=\"frontend\",span_kind=\"SPAN_KIND_SERVER\",\
                 http_route=\"/buy\"} or traces_span_metrics_calls_total{service_name=\"frontend\",\
                 span_kind=\"SPAN_KIND_SERVER\",span_name=\"POST /buy\"})";
    let answer = ask::json(&format!("http://{}/api/v1/query", at.prometheus), &[("query", query)])?;
    let value = answer["data"]["result"][0]["value"][1].as_str().context("no span was counted")?;
    Ok(value.parse()?)
}

pub(crate) fn requests(log: &Path) -> Result<Vec<Request>> {
    let text = fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line)?;
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            Ok(Request { trace_id: text("trace_id"), scenario: text("scenario") })
        })
        .collect()
}

fn late(span: &Span) -> bool {
    span.kind == SERVER && THRESHOLDS.iter().any(|(service, limit)| span.service == *service && span.millis > *limit)
}

pub(crate) fn check(requests: &[Request], raw: &Capture, kept: &Capture, red: f64, judge: &mut Judge) {
    let ids = |spans: Option<&Vec<Span>>| {
        spans.into_iter().flatten().map(|span| span.id.clone()).collect::<BTreeSet<String>>()
    };
    let (mut errors, mut slow, mut only_payments, mut ordinary, mut baseline) = (0, 0, 0, 0, 0);
    let mut lost = Vec::new();
    for request in requests {
        let before = raw.traces.get(&request.trace_id);
        let after = kept.traces.get(&request.trace_id);
        let late: Vec<&Span> = before.into_iter().flatten().filter(|span| late(span)).collect();
        let is_error = request.scenario.starts_with("error-");
        let is_slow = !late.is_empty();
        errors += usize::from(is_error);
        slow += usize::from(is_slow);
        only_payments += usize::from(is_slow && late.iter().all(|span| span.service == "payments"));
        if is_error || is_slow {
            if ids(before) != ids(after) || before.is_none() {
                lost.push(format!("{} ({})", request.trace_id, request.scenario));
            }
        } else if before.is_some_and(|spans| spans.iter().all(|span| span.millis < 500.0)) {
            ordinary += 1;
            baseline += usize::from(after.is_some());
        }
    }
    let share = f64::from(u32::try_from(baseline).unwrap_or(0)) / f64::from(u32::try_from(ordinary).unwrap_or(1));
    println!(
        "sampling: {} requests: {errors} failed and {slow} slow ({only_payments} in payments alone), {} of them not kept \
         whole; {baseline} of {ordinary} others kept ({:.2}%); RED counted {red:.0}",
        requests.len(),
        lost.len(),
        share * 100.0
    );
    judge.holds(lost.is_empty(), || format!("not kept whole: {lost:?}"));
    judge.holds(errors >= requests.len() / 50, || format!("{errors} errors are too few to judge"));
    judge.holds(slow >= requests.len() / 50, || format!("{slow} slow requests are too few to judge"));
    judge.holds(only_payments > 0, || "no trace was slow in payments alone".to_owned());
    judge.holds((share / BASELINE - 1.0).abs() <= OFF, || format!("a baseline of {:.2}%", share * 100.0));
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let sent = requests.len() as f64;
    judge.holds(red == sent, || format!("RED counted {red} of {sent} requests"));
}
