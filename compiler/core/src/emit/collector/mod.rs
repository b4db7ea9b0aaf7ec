//! Configurations of the OpenTelemetry Collector (v0.158), and the manifest of the smallest collector that runs them.
//!
//! ```text
//! agent     otlp ─▶ memory_limiter ─▶ guard ─▶ redaction ─▶ transform ─▶ queue on disk ─▶ gateway
//! gateway   otlp ─▶ span_metrics/red (all spans) ──────────────────────────────▶ prometheus
//!             └───▶ tail_sampling ─▶ forward/kept ─▶ span_metrics/exemplars ───▶ prometheus
//!                                         └────────▶ queue on disk ────────────▶ store
//! ```
//!
//! What differs between deployments (addresses, folders) comes from the environment, with a default in the file.

mod agent;
mod builder;
mod gateway;
mod guard;
mod redaction;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Artefact, HEADER, Target};
use crate::plan::TelemetryPlan;
use crate::quantity::Duration;

/// A configuration: components by kind and id, and the pipelines that connect them.
#[derive(Debug, Default, Serialize)]
struct Config {
    extensions: Map<String, Value>,
    receivers: Map<String, Value>,
    processors: Map<String, Value>,
    connectors: Map<String, Value>,
    exporters: Map<String, Value>,
    service: Service,
}

#[derive(Debug, Default, Serialize)]
struct Service {
    extensions: Vec<&'static str>,
    telemetry: Value,
    pipelines: Map<String, Value>,
}

impl Config {
    /// Receivers of OTLP, health, queues and the collector's metrics of itself: the same everywhere. `host` is what
    /// the default addresses listen on.
    fn new(host: &str) -> Self {
        let mut config = Self::default();
        config.extension("health_check", json!({"endpoint": env("HEALTH_LISTEN", "127.0.0.1:13133")}));
        config.extension(
            "file_storage",
            json!({"directory": env("QUEUE_DIRECTORY", "/var/lib/otelcol/queue"), "create_directory": true}),
        );
        config.receivers.insert(
            "otlp".to_owned(),
            json!({"protocols": {
                "grpc": {"endpoint": env("OTLP_GRPC_LISTEN", &format!("{host}:4317"))},
                "http": {"endpoint": env("OTLP_HTTP_LISTEN", &format!("{host}:4318"))},
            }}),
        );
        config.processor(
            "memory_limiter",
            json!({"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 15}),
        );
        config.service.telemetry = json!({"metrics": {"readers": [{"pull": {"exporter": {"prometheus": {
            "host": env("SELF_METRICS_HOST", "127.0.0.1"),
            "port": env("SELF_METRICS_PORT", "8888"),
        }}}}]}});
        config
    }

    fn extension(&mut self, id: &'static str, body: Value) {
        self.extensions.insert(id.to_owned(), body);
        self.service.extensions.push(id);
    }

    fn processor(&mut self, id: &str, body: Value) {
        self.processors.insert(id.to_owned(), body);
    }

    fn connector(&mut self, id: &str, body: Value) {
        self.connectors.insert(id.to_owned(), body);
    }

    fn exporter(&mut self, id: &str, body: Value) {
        self.exporters.insert(id.to_owned(), body);
    }

    fn pipeline<T: AsRef<str>>(&mut self, id: &str, receivers: &[T], processors: &[&str], exporters: &[&str]) {
        let receivers: Vec<&str> = receivers.iter().map(AsRef::as_ref).collect();
        let pipeline = json!({"receivers": receivers, "processors": processors, "exporters": exporters});
        self.service.pipelines.insert(id.to_owned(), pipeline);
    }

    fn artefact(&self, name: &str, about: &str) -> Artefact {
        let mut text = format!("{HEADER}#\n");
        for line in about.lines() {
            text.push_str(if line.is_empty() { "#" } else { "# " });
            text.push_str(line);
            text.push('\n');
        }
        super::write(&mut text, self);
        Artefact { path: format!("{}/{name}.yaml", Target::Collector.folder()), text }
    }
}

/// A value that the environment gives, with what holds where it does not.
fn env(name: &str, default: &str) -> String {
    format!("${{env:{name}:-{default}}}")
}

/// What an exporter does with what it cannot send yet: keeps it on disk, and never gives up.
fn durable(body: Value) -> Value {
    gathering(body, SOON)
}

/// How long an exporter waits for more to send along.
const SOON: Duration = Duration::from_millis(200);

/// The same for an exporter that waits so long for more to send along.
fn gathering(mut body: Value, wait: Duration) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(
            "sending_queue".to_owned(),
            json!({
                "storage": "file_storage",
                "queue_size": 10_000,
                "batch": {"flush_timeout": wait.to_string(), "min_size": 512, "max_size": 4_096, "sizer": "items"},
            }),
        );
        fields.insert("retry_on_failure".to_owned(), json!({"enabled": true, "max_elapsed_time": "0s"}));
    }
    body
}

/// A `$` in what the collector reads would begin a reference to the environment.
fn escaped(text: &str) -> String {
    text.replace('$', "$$")
}

/// A text of OTTL.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Every configuration, and the manifest that lists their components.
pub(super) fn emit(plan: &TelemetryPlan) -> Vec<Artefact> {
    let configs = [
        ("agent", agent::config(plan, agent::To::Gateway), agent::ABOUT),
        ("agent-balanced", agent::config(plan, agent::To::Gateways), agent::ABOUT_BALANCED),
        ("gateway", gateway::config(plan), gateway::ABOUT),
        ("single", gateway::single(plan), gateway::ABOUT_SINGLE),
    ];
    let mut artefacts: Vec<_> = configs.iter().map(|(name, config, about)| config.artefact(name, about)).collect();
    artefacts.push(builder::manifest(configs.iter().map(|(_, config, _)| config)));
    artefacts
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::source::Sources;

    /// What somebody may call a service, a route or an attribute must not end a string, nor reach for the environment.
    const HOSTILE: &str = r#"
version: emberline/v1
service: 'say "${env:HOME}" \ now'
traffic: 1000/s
metrics:
  duration: {type: histogram, unit: s, buckets: [0.1, 0.3], labels: {http.route: {values: ['/a"b', '/$x']}}}
attributes:
  'a"${env:SECRET}\': {pii: email}
  'q"$y': {pii: sql}
slos:
  - {name: 'l${env:X}', objective: 99%, sli: {latency: {metric: duration, threshold: 300ms, selector: '{http_route="/$x"}'}}}
"#;

    #[test]
    fn hostile_names_stay_inside_their_strings() {
        let mut sources = Sources::default();
        sources.add("hostile.yaml", HOSTILE);
        let analysis = crate::analyse(&sources, None);
        let plan = analysis.plan.unwrap();
        for artefact in super::emit(&plan.telemetry) {
            let config: serde_yaml::Value = serde_yaml::from_str(&artefact.text).unwrap();
            let mut texts = Vec::new();
            gather(&config, &mut texts);
            for text in texts {
                // The environment is asked for addresses only; any other `$` is doubled.
                let rest = text.replace("$$", "");
                let asks = rest.starts_with("${env:") && rest.matches("${").count() == rest.matches(":-").count();
                assert!(!rest.contains('$') || asks, "{}: {text}", artefact.path);
            }
        }
        let gateway = super::gateway::config(&plan.telemetry);
        let policies = gateway.processors["tail_sampling"]["policies"].to_string();
        assert!(policies.contains(r#"== \"say \\\"$${env:HOME}\\\" \\\\ now\""#), "{policies}");
        assert!(policies.contains(r#"[\"http.route\"] == \"/$$x\""#), "{policies}");
        // A thousand traces a second that wait ten seconds, four times over.
        assert_eq!(gateway.processors["tail_sampling"]["num_traces"], 40_000);
    }

    fn gather<'v>(value: &'v serde_yaml::Value, texts: &mut Vec<&'v str>) {
        match value {
            serde_yaml::Value::String(text) => texts.push(text),
            serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| gather(item, texts)),
            serde_yaml::Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
                gather(key, texts);
                gather(value, texts);
            }),
            _ => {}
        }
    }
}
