//! Who is speaking: the resource that every signal of a process carries.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use crate::Service;

/// The commit that this was built from; who deploys it may name another at run time, where builds are shared between commits.
fn commit() -> String {
    std::env::var("EMBERLINE_COMMIT").unwrap_or_else(|_| env!("EMBERLINE_COMMIT").to_owned())
}

/// The checkout that this was compiled in, which profiles leave out of their paths.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What the profiler is told.
pub(crate) fn profiled(service: Service) -> profiler::Config {
    let attributes = resource(service);
    // Debug information has the path without detours. Checkouts that share a folder of builds share this library as well, so
    // who deploys may say which of them a program is from.
    let sources = std::path::Path::new(SOURCES);
    let root = sources.ancestors().nth(4).unwrap_or(sources).display().to_string();
    profiler::Config {
        frequency_hz: 99,
        source_root: std::env::var("EMBERLINE_SOURCES").unwrap_or(root),
        resource: attributes.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        endpoint: std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or_else(|_| "http://127.0.0.1:4317".to_owned()),
        export_interval: crate::sdk::export_interval(),
    }
}

/// The attributes of a process.
pub(crate) fn resource(service: Service) -> Resource {
    // One process is one instance, however often it is described.
    static STARTED: OnceLock<u128> = OnceLock::new();
    let pid = std::process::id();
    let started = STARTED.get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros());
    Resource::builder()
        .with_service_name(service.name)
        .with_attributes([
            KeyValue::new("service.version", service.version),
            KeyValue::new("service.instance.id", format!("{}-{pid}-{:x}", service.name, started)),
            KeyValue::new("vcs.ref.head.revision", commit()),
            KeyValue::new("process.pid", i64::from(pid)),
            // As sloppy as telemetry is in the wild: redaction has to take this out on the node.
            KeyValue::new("host.owner", "on-call.person@shop.example.net"),
        ])
        .build()
}
