//! A first spec from what is exported: the metric that counts requests, and the histogram that measures them.

use emberline_core::model::{Observed, Policy, Seen};
use emberline_core::promql::{Expr, MatchOp, Matcher, Select};
use emberline_core::quantity::{Bound, Duration, Percent};
use emberline_core::source::Spanned;
use emberline_core::spec::{
    EventsSpec, LabelSpec, LatencySpec, MetricSpec, Name, Named, Promql, SeenType, Selectors, ServiceSpec, SliSpec,
    SloSpec, Text, Version,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::draft::{self, number, unit};

/// Labels that hold the outcome of a request, with what a failed one has there.
const OUTCOMES: [(&str, &str); 9] = [
    ("http_response_status_code", "5.."),
    ("http_status_code", "5.."),
    ("status_code", "5.."),
    ("code", "5.."),
    ("status", "5.."),
    ("grpc_code", "Unknown|DeadlineExceeded|Internal|Unavailable|DataLoss"),
    ("rpc_grpc_status_code", "2|4|13|14|15"),
    ("outcome", "(?i:error|failure|failed|SERVER_ERROR)"),
    ("result", "(?i:error|failure|failed)"),
];

/// A metric that counts requests, and how failed ones are told.
struct Requests<'o> {
    series: String,
    name: &'o str,
    label: &'static str,
    failed: &'static str,
}

/// The spec of a service; `None` if nothing that it exports looks like a count of requests.
///
/// `only` are the matchers that narrow every selector down to the service.
#[must_use]
pub fn spec(service: &str, observed: &Observed, only: &[(String, String)], policy: &Policy) -> Option<ServiceSpec> {
    let requests = requests(observed)?;
    let matchers: Vec<Matcher<'_>> = only.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    let select = |name: &str, matchers: &[Matcher<'_>]| {
        Expr::Select(Select { metric: Some(name), matchers: &[matchers] }).to_string()
    };
    let mut failed = matchers.clone();
    failed.push(Matcher { label: requests.label, op: MatchOp::Re, value: requests.failed });
    let mut slos = vec![availability(&select(&requests.series, &matchers), &select(&requests.series, &failed))];
    let mut used = vec![requests.name];
    if let Some((name, threshold)) = durations(observed) {
        let narrowed = Expr::Select(Select { metric: None, matchers: &[&matchers] }).to_string();
        slos.push(latency(name, threshold, Some(narrowed.as_str()).filter(|_| !matchers.is_empty())));
        used.push(name);
    }
    let drafted = draft::draft(observed, policy);
    let metrics = drafted.metrics.into_iter();
    let metrics = metrics.filter(|(name, _)| used.contains(&name.as_str()) || *name == requests.series);
    let metrics = metrics.map(|(name, mut metric)| {
        // Only these two are known to have it, and there may be no policy yet.
        metric.scrape_interval = metric.scrape_interval.or(drafted.interval.map(Spanned::made));
        let seen = observed.metrics.get(&name);
        for (label, spec) in metric.labels.iter_mut().flat_map(|labels| &mut labels.0) {
            let count = seen.and_then(|seen| seen.labels.get(&label.value)).map_or(0, |values| values.count);
            bounded(label.value == requests.label, requests.failed, count, spec.get_or_insert_default());
        }
        (Spanned::made(name), Some(metric))
    });
    Some(whole(service, Named(metrics.collect()), slos))
}

/// A service's spec.
#[must_use]
pub fn whole(service: &str, metrics: Named<MetricSpec>, slos: Vec<SloSpec>) -> ServiceSpec {
    ServiceSpec {
        version: Version.into(),
        service: Name(service.to_owned()).into(),
        owner: Some(Spanned::made(Name(format!("team-{service}")))),
        metrics: Some(metrics),
        slos: slos.into(),
        ..ServiceSpec::default()
    }
}

/// The objective that 99.9% of the events of one selector are not among those of another.
#[must_use]
pub fn availability(total: &str, bad: &str) -> SloSpec {
    let events = EventsSpec {
        total: Some(Spanned::made(Selectors::made(total))),
        bad: Some(Spanned::made(Selectors::made(bad))),
        ..EventsSpec::default()
    };
    let sli = SliSpec { events: Some(Spanned::made(events)), ..SliSpec::default() };
    objective("availability", Decimal::new(999, 3), sli)
}

/// The objective that 99% of the durations of a histogram are within a threshold.
#[must_use]
pub fn latency(metric: &str, threshold: Duration, selector: Option<&str>) -> SloSpec {
    let latency = LatencySpec {
        metric: metric.to_owned().into(),
        threshold: Bound::from(threshold).into(),
        selector: selector.map(|selector| Spanned::made(Promql::made(selector))),
        ..LatencySpec::default()
    };
    let sli = SliSpec { latency: Some(Spanned::made(latency)), ..SliSpec::default() };
    objective("latency", Decimal::new(99, 2), sli)
}

/// Bounds a label: outcomes get the failures that may only not have happened yet, and what is not listed room to grow.
fn bounded(is_outcome: bool, failed: &str, count: u32, label: &mut LabelSpec) {
    let Some(values) = &mut label.values else {
        label.max_values = Some(Spanned::made(count.saturating_mul(2).next_multiple_of(10)));
        return;
    };
    if is_outcome && failed == "5.." && !values.value.iter().any(|value| value.value.0.starts_with('5')) {
        values.value.extend(["500", "503"].map(|code| Spanned::made(Text(code.to_owned()))));
    }
}

fn objective(name: &str, share: Decimal, sli: SliSpec) -> SloSpec {
    SloSpec {
        name: Name(name.to_owned()).into(),
        objective: Percent::of_share(share).into(),
        window: Some(Spanned::made(Duration::from_days(30))),
        sli: sli.into(),
        ..SloSpec::default()
    }
}

/// The likeliest count of requests: by its name, and by a label with their outcome.
fn requests(observed: &Observed) -> Option<Requests<'_>> {
    let candidates = observed.metrics.iter().filter_map(|(name, seen)| {
        let series = match seen.kind {
            SeenType::Counter => name.clone(),
            SeenType::Histogram if !seen.bounds.is_empty() => format!("{name}_count"),
            // Spring Boot without histograms: count, sum and the greatest.
            SeenType::Summary => format!("{name}_count"),
            _ => return None,
        };
        let (label, failed) = OUTCOMES.iter().find(|(label, failed)| fits(seen, label, failed))?;
        Some((likely(name) + u32::from(seen.kind == SeenType::Counter), Requests { series, name, label, failed }))
    });
    let best = candidates.max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.name.cmp(one.name)));
    best.filter(|(points, _)| *points > 1).map(|(_, requests)| requests)
}

/// Whether a label holds outcomes: status codes, where `failed` means codes.
fn fits(seen: &Seen, label: &str, failed: &str) -> bool {
    let Some(values) = seen.labels.get(label).and_then(|values| values.listed.as_ref()) else { return false };
    let is_code = |value: &String| value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit());
    if failed == "5.." { values.iter().any(is_code) } else { !values.is_empty() }
}

/// How much a name sounds like requests that a service answers.
fn likely(name: &str) -> u32 {
    let has = |word: &str| name.contains(word);
    let mut points = 0;
    points += 4 * u32::from(has("request") || has("handled") || has("calls"));
    points += 2 * u32::from(has("http") || has("grpc") || has("rpc"));
    points += u32::from(has("server"));
    // What is under way is no count of what was answered: Spring's `http_server_requests_active_seconds`.
    if has("active") || has("in_flight") || has("inflight") {
        return 0;
    }
    if has("client") || has("outgoing") || has("promhttp") || has("scrape") { points / 4 } else { points }
}

/// The likeliest histogram of durations, and the boundary nearest to 300 ms.
fn durations(observed: &Observed) -> Option<(&str, Duration)> {
    let candidates = observed.metrics.iter().filter_map(|(name, seen)| {
        let millis = match unit(name, seen).as_deref() {
            Some("s") => 1_000.0,
            Some("ms") => 1.0,
            _ => return None,
        };
        if seen.kind != SeenType::Histogram {
            return None;
        }
        let bounds = seen.bounds.iter().filter_map(|bound| Some(number(bound)?.0.to_f64()? * millis));
        let whole = bounds.filter(|bound| *bound >= 1.0 && (bound.round() - bound).abs() < 1e-6);
        let nearest = whole.min_by(|a, b| (a / 300.0).ln().abs().total_cmp(&(b / 300.0).ln().abs()))?;
        (likely(name) > 1).then(|| (likely(name), name.as_str(), Duration::from_millis(nearest.round() as u64)))
    });
    candidates.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1))).map(|(_, name, threshold)| (name, threshold))
}

#[cfg(test)]
mod tests {
    use crate::exposition;
    use crate::gather::{Gather, Limits};
    use emberline_core::source::Sources;
    use emberline_core::spec::{self, Comments};

    fn written(page: &str, only: &[(&str, &str)]) -> Option<String> {
        let mut gather = Gather::default();
        exposition::read(page, &mut gather).unwrap();
        let policy = emberline_core::resolve(&Sources::default()).model.policy;
        let only: Vec<(String, String)> = only.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let spec = super::spec("shop", &gather.finish(Limits::SNAPSHOT), &only, &policy)?;
        Some(spec::write(&spec, Comments::No))
    }

    const PAGE: &str = "\
# TYPE client_requests_total counter
client_requests_total{code=\"500\",job=\"shop\"} 1
# TYPE http_requests_total counter
http_requests_total{code=\"200\",handler=\"/a\",job=\"shop\"} 3
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{service_name=\"shop\",job=\"shop\",le=\"0.25\"} 3
http_request_duration_seconds_bucket{service_name=\"shop\",job=\"shop\",le=\"1\"} 3
http_request_duration_seconds_bucket{service_name=\"shop\",job=\"shop\",le=\"+Inf\"} 3
http_request_duration_seconds_sum{service_name=\"shop\",job=\"shop\"} 1
http_request_duration_seconds_count{service_name=\"shop\",job=\"shop\"} 3
";

    #[test]
    fn requests_that_the_service_answers_are_chosen() {
        let text = written(PAGE, &[("job", "shop")]).unwrap();
        for part in [
            "total: http_requests_total{job=\"shop\"}",
            "bad: http_requests_total{job=\"shop\",code=~\"5..\"}",
            "metric: http_request_duration_seconds",
            "threshold: 250ms",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("client_requests"), "{text}");
    }

    #[test]
    fn the_first_check_is_clean() {
        let text = written(PAGE, &[("job", "shop")]).unwrap();
        let mut sources = Sources::default();
        sources.add("slos/shop.yaml", text.clone());
        let found = emberline_core::analyse(&sources, None).findings;
        assert!(found.is_empty(), "{text}\n{found:#?}");
    }

    #[test]
    fn nothing_is_made_up() {
        assert_eq!(written("up 1\nqueue_depth 3\n", &[]), None);
        assert_eq!(written("# TYPE http_requests_total counter\nhttp_requests_total 3\n", &[]), None);
    }
}
