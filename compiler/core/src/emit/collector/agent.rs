//! The agent: beside the services, redacts before anything leaves the node.

use serde_json::{Value, json};

use super::redaction;
use super::{Config, durable, env};
use crate::plan::TelemetryPlan;

pub(super) const ABOUT: &str = "\
The agent of a node: it takes OTLP from its services, redacts it, and sends it to one gateway.
Environment: GATEWAY_ENDPOINT (host:port, gRPC), OTLP_GRPC_LISTEN, OTLP_HTTP_LISTEN, QUEUE_DIRECTORY, HEALTH_LISTEN,
SELF_METRICS_HOST, SELF_METRICS_PORT. Start it with --feature-gates=service.profilesSupport.
Attributes of span links pass unchanged, since no component of this release reaches them. So do the tables of profiles
(functions, attributes of samples), and bytes within attributes, maps or lists. Put nothing personal there.";

pub(super) const ABOUT_BALANCED: &str = "\
The agent of a node in front of several gateways. It sends all spans of a trace to one gateway, chosen by trace id, so that
each trace is sampled as a whole. Metrics and logs of a service go to one gateway as well. Profiles go to GATEWAY_ENDPOINT,
since the load-balancing exporter does not carry them.
Environment: GATEWAYS (a list: [gateway-0:4317, gateway-1:4317]), and that of agent.yaml.";

/// Where an agent sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// One gateway.
    Gateway,
    /// Several, by trace id.
    Gateways,
}

pub(super) fn config(plan: &TelemetryPlan, to: To) -> Config {
    let mut config = Config::new("127.0.0.1");
    redaction::add(&mut config, plan);
    config.exporter(
        "otlp_grpc/gateway",
        durable(json!({
            "endpoint": env("GATEWAY_ENDPOINT", "gateway:4317"),
            "tls": {"insecure": env("GATEWAY_INSECURE", "true")},
        })),
    );
    let (traces, others) = match to {
        To::Gateway => ("otlp_grpc/gateway", "otlp_grpc/gateway"),
        To::Gateways => {
            config.exporter("load_balancing/traces", balanced("traceID"));
            config.exporter("load_balancing/services", balanced("service"));
            ("load_balancing/traces", "load_balancing/services")
        }
    };
    config.pipeline("traces", &["otlp"], &redaction::TRACES, &[traces]);
    config.pipeline("metrics", &["otlp"], &redaction::METRICS, &[others]);
    // Logs have no series to keep together; their trace's gateway is as good as any.
    config.pipeline("logs", &["otlp"], &redaction::LOGS, &[traces]);
    config.pipeline("profiles", &["otlp"], &redaction::PROFILES, &["otlp_grpc/gateway"]);
    config
}

fn balanced(routing_key: &str) -> Value {
    durable(json!({
        "routing_key": routing_key,
        "protocol": {"otlp": {"tls": {"insecure": env("GATEWAY_INSECURE", "true")}}},
        "resolver": {"static": {"hostnames": env("GATEWAYS", "[gateway-0:4317, gateway-1:4317]")}},
    }))
}
