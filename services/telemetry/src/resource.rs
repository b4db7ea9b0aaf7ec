//! Who is speaking: the resource that every signal of a process carries.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use crate::Service;

/// The commit that this was built from.
pub(crate) const COMMIT: &str = env!("EMBERLINE_COMMIT");

/// The attributes of a process.
pub(crate) fn resource(service: Service) -> Resource {
    let pid = std::process::id();
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Resource::builder()
        .with_service_name(service.name)
        .with_attributes([
            KeyValue::new("service.version", service.version),
            KeyValue::new("service.instance.id", format!("{}-{pid}-{:x}", service.name, started.as_micros())),
            KeyValue::new("vcs.ref.head.revision", COMMIT),
            KeyValue::new("process.pid", i64::from(pid)),
            // As sloppy as telemetry is in the wild: redaction has to take this out on the node.
            KeyValue::new("host.owner", "on-call.person@shop.example.net"),
        ])
        .build()
}
