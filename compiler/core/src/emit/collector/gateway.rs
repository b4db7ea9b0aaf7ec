//! The gateway: counts every span, samples whole traces, sorts logs into tiers, and hands on to the back ends.

use serde_json::{Value, json};

use super::redaction;
use super::{Config, durable, env, escaped, gathering, quoted};
use crate::plan::{SPAN_STREAMS, Slow, TelemetryPlan};
use crate::promql::MatchOp;
use crate::quantity::Duration;
use crate::spec::SeverityWord;

pub(super) const ABOUT: &str = "\
A gateway: metrics of all spans, tail sampling, tiers of logs. An agent has redacted everything that reaches it.
A killed gateway loses at most the undecided traces of one decision_wait, which wait in memory.
Environment: STORE_ENDPOINT (OTLP over HTTP), METRICS_LISTEN (for Prometheus to scrape, with honor_labels),
OTLP_GRPC_LISTEN, OTLP_HTTP_LISTEN, QUEUE_DIRECTORY, HEALTH_LISTEN, SELF_METRICS_HOST, SELF_METRICS_PORT. Start it with
--feature-gates=service.profilesSupport.";

pub(super) const ABOUT_SINGLE: &str = "\
Agent and gateway in one process, for a single machine: redaction first, then everything that a gateway does.
Environment: that of gateway.yaml.";

/// What reaches a gateway over the network.
const RECEIVED: &str = "otlp";
/// In a single process: what has been redacted.
const REDACTED: &str = "forward/redacted";
/// Sampled traces, for whoever else wants to read them.
const KEPT: &str = "forward/kept";
const STORE: &str = "otlp_http/store";
/// The same store, for profiles.
const PROFILES: &str = "otlp_http/profiles";

pub(super) fn config(plan: &TelemetryPlan) -> Config {
    let mut config = Config::new("0.0.0.0");
    add(&mut config, plan, RECEIVED, &["memory_limiter"]);
    config.pipeline("profiles", &[RECEIVED], &["memory_limiter"], &[PROFILES]);
    config
}

pub(super) fn single(plan: &TelemetryPlan) -> Config {
    let mut config = Config::new("127.0.0.1");
    redaction::add(&mut config, plan);
    config.connector(REDACTED, json!({}));
    config.pipeline("traces/redaction", &[RECEIVED], &redaction::TRACES, &[REDACTED]);
    config.pipeline("metrics/redaction", &[RECEIVED], &redaction::METRICS, &[REDACTED]);
    config.pipeline("logs/redaction", &[RECEIVED], &redaction::LOGS, &[REDACTED]);
    add(&mut config, plan, REDACTED, &[]);
    config.pipeline("profiles", &[RECEIVED], &redaction::PROFILES, &[PROFILES]);
    config
}

/// Everything behind redaction; `first` are the processors that each pipeline begins with.
fn add(config: &mut Config, plan: &TelemetryPlan, input: &str, first: &[&str]) {
    config.processor("tail_sampling", tail_sampling(plan));
    config.processor(
        "transform/metrics",
        json!({"error_mode": "propagate", "metric_statements": [{"context": "datapoint", "statements": [
            "set(datapoint.attributes[\"service.name\"], resource.attributes[\"service.name\"]) \
             where resource.attributes[\"service.name\"] != nil",
        ]}]}),
    );
    // A connector keeps the resource of the first process that it saw of a service, and so would its revision for ever.
    config.processor(
        "transform/spans",
        json!({"error_mode": "propagate", "metric_statements": [{"context": "resource", "statements": [
            "keep_keys(resource.attributes, [\"service.name\", \"service.namespace\"])",
        ]}]}),
    );
    config.connector("span_metrics/red", span_metrics(plan, None));
    config.connector("span_metrics/exemplars", span_metrics(plan, Some("exemplars")));
    config.connector(KEPT, json!({}));
    config.exporter(
        "prometheus",
        json!({
            "endpoint": env("METRICS_LISTEN", "127.0.0.1:9464"),
            "enable_open_metrics": true,
            "without_scope_info": true,
            "metric_expiration": plan.stale_after.to_string(),
        }),
    );
    let store = || json!({"endpoint": env("STORE_ENDPOINT", "http://127.0.0.1:4320")});
    config.exporter(STORE, durable(store()));
    // Most of a profile are the names of functions, which services share: those that are sent together name each once.
    // After half a decision_wait they are still there before their trace is.
    config.exporter(PROFILES, gathering(store(), Duration::from_millis(plan.decision_wait.millis() / 2)));

    let with = |more: &[&'static str]| first.iter().copied().chain(more.iter().copied()).collect::<Vec<&str>>();
    config.pipeline("traces/all", &[input], &with(&[]), &["span_metrics/red"]);
    config.pipeline("traces/sampling", &[input], &with(&["tail_sampling"]), &[KEPT]);
    config.pipeline("traces/kept", &[KEPT], &[], &["span_metrics/exemplars", STORE]);
    config.pipeline("metrics/services", &[input], &with(&["transform/metrics"]), &["prometheus"]);
    let counted = ["span_metrics/red", "span_metrics/exemplars"];
    config.pipeline("metrics/spans", &counted, &["transform/spans"], &["prometheus"]);
    tiers(config, plan, input, first);
}

/// One pipeline a tier of logs; each record passes exactly one filter.
fn tiers(config: &mut Config, plan: &TelemetryPlan, input: &str, first: &[&str]) {
    let mut above: Option<SeverityWord> = None;
    for (at, tier) in plan.logs.iter().enumerate() {
        let mut others = Vec::new();
        if at + 1 < plan.logs.len() {
            others.push(format!("severity_number < {}", number(tier.min_severity)));
        }
        if let Some(above) = above {
            others.push(format!("severity_number >= {}", number(above)));
        }
        let (filter, mark) = (format!("filter/{}", tier.name), format!("transform/{}", tier.name));
        let mut processors = first.to_vec();
        if !others.is_empty() {
            config.processor(&filter, json!({"error_mode": "propagate", "logs": {"log_record": others}}));
            processors.push(&filter);
        }
        let statement = format!("set(resource.attributes[\"retention.tier\"], \"{}\")", tier.name);
        config.processor(
            &mark,
            json!({
                "error_mode": "propagate",
                "log_statements": [{"context": "resource", "statements": [statement]}],
            }),
        );
        processors.push(&mark);
        config.pipeline(&format!("logs/{}", tier.name), &[input], &processors, &[STORE]);
        above = Some(tier.min_severity);
    }
}

/// The lowest number of a range of severities, as OpenTelemetry counts them.
fn number(severity: SeverityWord) -> u32 {
    match severity {
        SeverityWord::Trace => 1,
        SeverityWord::Debug => 5,
        SeverityWord::Info => 9,
        SeverityWord::Warn => 13,
        SeverityWord::Error => 17,
        SeverityWord::Fatal => 21,
    }
}

fn span_metrics(plan: &TelemetryPlan, namespace: Option<&str>) -> Value {
    let mut body = json!({
        "histogram": {
            "unit": "s",
            "explicit": {"buckets": plan.durations.iter().map(|bound| format!("{}ms", bound.millis())).collect::<Vec<_>>()},
        },
        "dimensions": [{"name": "http.route"}, {"name": "rpc.method"}],
        "exemplars": {"enabled": namespace.is_some(), "max_per_data_point": 100},
        "metrics_flush_interval": namespace.map_or(plan.spans_counted_every, |_| plan.exemplars_every).to_string(),
        "aggregation_cardinality_limit": SPAN_STREAMS,
        "resource_metrics_key_attributes": ["service.name"],
    });
    if let (Some(body), Some(namespace)) = (body.as_object_mut(), namespace) {
        body.insert("namespace".to_owned(), json!(namespace));
    }
    body
}

/// Keeps every error, everything slow, and a share of the rest.
fn tail_sampling(plan: &TelemetryPlan) -> Value {
    let mut policies = vec![
        json!({"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}),
        json!({"name": "server-errors", "type": "ottl_condition", "ottl_condition": {
            "error_mode": "ignore",
            "span": ["span.attributes[\"http.response.status_code\"] >= 500"],
        }}),
    ];
    for slow in &plan.slow {
        policies.push(json!({
            "name": escaped(&format!("slow-{}-{}", slow.service, slow.slo)),
            "type": "ottl_condition",
            "ottl_condition": {"error_mode": "ignore", "span": [escaped(&condition(slow))]},
        }));
    }
    // Spans that say nothing of their route or kind still count as a whole.
    if let Some(longest) = plan.slow_trace() {
        policies.push(json!({"name": "slow-trace", "type": "latency", "latency": {"threshold_ms": longest}}));
    }
    policies.push(json!({"name": "baseline", "type": "probabilistic", "probabilistic": {
        "sampling_percentage": float(plan.baseline_percent),
    }}));
    json!({
        "decision_wait": plan.decision_wait.to_string(),
        "num_traces": plan.pending_traces,
        "expected_new_traces_per_sec": plan.traces_per_second,
        "decision_cache": {
            "sampled_cache_size": plan.remembered_traces,
            "non_sampled_cache_size": plan.remembered_traces,
        },
        "policies": policies,
    })
}

/// An OTTL condition: a request of this service that took longer than its objective allows.
fn condition(slow: &Slow) -> String {
    let mut terms = vec![
        format!("resource.attributes[\"service.name\"] == {}", quoted(&slow.service)),
        "span.kind == SPAN_KIND_SERVER".to_owned(),
        format!("span.end_time_unix_nano - span.start_time_unix_nano > {}", slow.threshold),
    ];
    for (key, op, value) in &slow.only {
        let attribute = format!("span.attributes[{}]", quoted(key));
        // Prometheus anchors its regular expressions.
        let matches = format!("IsMatch({attribute}, {})", quoted(&format!("^(?:{value})$")));
        terms.push(match op {
            MatchOp::Eq => format!("{attribute} == {}", quoted(value)),
            MatchOp::Ne => format!("{attribute} != {}", quoted(value)),
            MatchOp::Re => matches,
            MatchOp::Nre => format!("not {matches}"),
        });
    }
    terms.join(" and ")
}

/// A share for a field that takes floats only.
fn float(percent: rust_decimal::Decimal) -> Value {
    use rust_decimal::prelude::ToPrimitive;
    json!(percent.to_f64())
}
