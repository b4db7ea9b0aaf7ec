//! A configuration while it is put together, and what all of them have in common.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::{Artefact, HEADER, write};
use crate::quantity::Duration;
use crate::target::Target;

/// A configuration: components by kind and id, and the pipelines that connect them.
#[derive(Debug, Default, Serialize)]
pub(super) struct Config {
    pub(super) extensions: Map<String, Value>,
    pub(super) receivers: Map<String, Value>,
    pub(super) processors: Map<String, Value>,
    pub(super) connectors: Map<String, Value>,
    pub(super) exporters: Map<String, Value>,
    pub(super) service: Service,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Service {
    pub(super) extensions: Vec<&'static str>,
    pub(super) telemetry: Value,
    pub(super) pipelines: Map<String, Value>,
}

impl Config {
    /// Receivers of OTLP, health, queues and the collector's metrics of itself: the same everywhere. `host` is what
    /// the default addresses listen on.
    pub(super) fn new(host: &str) -> Self {
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

    pub(super) fn extension(&mut self, id: &'static str, body: Value) {
        self.extensions.insert(id.to_owned(), body);
        self.service.extensions.push(id);
    }

    pub(super) fn processor(&mut self, id: &str, body: Value) {
        self.processors.insert(id.to_owned(), body);
    }

    pub(super) fn connector(&mut self, id: &str, body: Value) {
        self.connectors.insert(id.to_owned(), body);
    }

    pub(super) fn exporter(&mut self, id: &str, body: Value) {
        self.exporters.insert(id.to_owned(), body);
    }

    pub(super) fn pipeline<T: AsRef<str>>(
        &mut self,
        id: &str,
        receivers: &[T],
        processors: &[&str],
        exporters: &[&str],
    ) {
        let receivers: Vec<&str> = receivers.iter().map(AsRef::as_ref).collect();
        let pipeline = json!({"receivers": receivers, "processors": processors, "exporters": exporters});
        self.service.pipelines.insert(id.to_owned(), pipeline);
    }

    pub(super) fn artefact(&self, name: &str, about: &str) -> Artefact {
        let mut text = format!("{HEADER}#\n");
        for line in about.lines() {
            text.push_str(if line.is_empty() { "#" } else { "# " });
            text.push_str(line);
            text.push('\n');
        }
        write(&mut text, self);
        Artefact { path: format!("{}/{name}.yaml", Target::Collector.folder()), text }
    }
}

/// A value that the environment gives, with what holds where it does not.
pub(super) fn env(name: &str, default: &str) -> String {
    format!("${{env:{name}:-{default}}}")
}

/// What an exporter does with what it cannot send yet: keeps it on disk, and never gives up.
pub(super) fn durable(body: Value) -> Value {
    gathering(body, SOON)
}

/// How long an exporter waits for more to send along.
const SOON: Duration = Duration::from_millis(200);

/// The same for an exporter that waits so long for more to send along.
pub(super) fn gathering(mut body: Value, wait: Duration) -> Value {
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
pub(super) fn escaped(text: &str) -> String {
    text.replace('$', "$$")
}

/// A text of OTTL.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
