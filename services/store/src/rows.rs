//! What one request writes: OTLP messages taken apart into rows, checked, with digests that make a retry harmless.

use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, profiles::v1development::ExportProfilesServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use prost::Message;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

use crate::profiles;

/// The first half of a SHA-256: equal digests are taken for equal content.
pub type Hash = [u8; 16];

/// A resource or a scope, stored once however many records name it.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Digest of `body`.
    pub hash: Hash,
    /// `service.name`; empty for scopes.
    pub service: String,
    /// The protobuf message (`ResourceSpans`, `ScopeSpans`, … without what they contain).
    pub body: Vec<u8>,
}

impl Shared {
    fn new(service: String, body: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { hash: digest(&[&body]), service, body })
    }
}

/// A span, as it came.
#[derive(Debug)]
pub struct SpanRow {
    /// Sixteen bytes, not all zero.
    pub trace_id: Vec<u8>,
    /// Eight bytes, not all zero.
    pub span_id: Vec<u8>,
    /// Has no parent.
    pub root: bool,
    /// Unix nanoseconds.
    pub start: i64,
    /// Unix nanoseconds, never before `start`.
    pub end: i64,
    /// Its status is an error.
    pub error: bool,
    /// Its name.
    pub name: String,
    /// Digest over resource, scope and span.
    pub hash: Hash,
    /// Where it came from.
    pub resource: Arc<Shared>,
    /// What made it.
    pub scope: Arc<Shared>,
    /// The protobuf `Span`.
    pub body: Vec<u8>,
}

/// A log record, as it came.
#[derive(Debug)]
pub struct LogRow {
    /// Sixteen bytes, or none where the record has no valid trace id.
    pub trace_id: Option<Vec<u8>>,
    /// The resource attribute `retention.tier`; empty if absent.
    pub tier: String,
    /// Unix nanoseconds.
    pub time: i64,
    /// Digest over resource, scope, record and its occurrence within the request.
    pub hash: Hash,
    /// Where it came from.
    pub resource: Arc<Shared>,
    /// What made it.
    pub scope: Arc<Shared>,
    /// The protobuf `LogRecord`.
    pub body: Vec<u8>,
}

/// All that one request writes, in one transaction or not at all.
#[derive(Debug, Default)]
pub struct Batch {
    /// Spans.
    pub spans: Vec<SpanRow>,
    /// Log records.
    pub logs: Vec<LogRow>,
    /// Profile samples.
    pub samples: Vec<profiles::SampleRow>,
    /// Digest of a whole request of profiles, which a retry repeats.
    pub request: Option<Hash>,
    /// Records refused, for the partial success.
    pub rejected: i64,
    /// Why, for the first of them.
    pub reason: String,
    /// Bytes of the request, for the limit on what is queued.
    pub bytes: usize,
}

/// Hashes parts with their lengths, so that moving a byte from one part to the next changes the digest.
pub fn digest(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut hash = [0; 16];
    hash.copy_from_slice(&hasher.finalize()[..16]);
    hash
}

/// Whether an id has its length and is not all zero.
pub fn valid_id(id: &[u8], length: usize) -> bool {
    id.len() == length && id.iter().any(|byte| *byte != 0)
}

/// SQLite's integers are signed; times beyond 2262 are cut to it.
pub fn signed(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// A string attribute by its key; empty if absent.
pub fn text_attribute(attributes: &[KeyValue], key: &str) -> String {
    attributes
        .iter()
        .find(|pair| pair.key == key)
        .and_then(|pair| match &pair.value {
            Some(AnyValue { value: Some(Value::StringValue(text)) }) => Some(text.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

pub(crate) fn resource_attribute(resource: &Option<Resource>, key: &str) -> String {
    resource.as_ref().map(|found| text_attribute(&found.attributes, key)).unwrap_or_default()
}

/// Takes spans apart. Those with an invalid id are refused, the others kept.
pub fn of_traces(request: ExportTraceServiceRequest, bytes: usize) -> Batch {
    let mut batch = Batch { bytes, ..Batch::default() };
    for of_resource in request.resource_spans {
        let service = resource_attribute(&of_resource.resource, "service.name");
        let head = ResourceSpans { scope_spans: Vec::new(), ..of_resource.clone_head() };
        let resource = Shared::new(service, head.encode_to_vec());
        for of_scope in of_resource.scope_spans {
            let head = ScopeSpans { scope: of_scope.scope, spans: Vec::new(), schema_url: of_scope.schema_url };
            let scope = Shared::new(String::new(), head.encode_to_vec());
            for span in of_scope.spans {
                if !valid_id(&span.trace_id, 16) || !valid_id(&span.span_id, 8) {
                    batch.rejected += 1;
                    if batch.reason.is_empty() {
                        batch.reason = "a span has a trace id that is not 16 bytes, or a span id that is not 8 bytes, or one of zeros: send valid ids".into();
                    }
                    continue;
                }
                let body = span.encode_to_vec();
                let start = signed(span.start_time_unix_nano);
                batch.spans.push(SpanRow {
                    hash: digest(&[&resource.hash, &scope.hash, &body]),
                    root: span.parent_span_id.is_empty(),
                    start,
                    end: signed(span.end_time_unix_nano).max(start),
                    // 2 is STATUS_CODE_ERROR.
                    error: span.status.as_ref().is_some_and(|status| status.code == 2),
                    trace_id: span.trace_id,
                    span_id: span.span_id,
                    name: span.name,
                    resource: resource.clone(),
                    scope: scope.clone(),
                    body,
                });
            }
        }
    }
    batch
}

/// The part of a message that its records share.
trait CloneHead {
    fn clone_head(&self) -> Self;
}

impl CloneHead for ResourceSpans {
    fn clone_head(&self) -> Self {
        Self { resource: self.resource.clone(), scope_spans: Vec::new(), schema_url: self.schema_url.clone() }
    }
}

/// Takes log records apart. An invalid trace id counts as none, as OTLP asks.
pub fn of_logs(request: ExportLogsServiceRequest, bytes: usize) -> Batch {
    let mut batch = Batch { bytes, ..Batch::default() };
    // Two equal records in one request are two; the same request sent again repeats their numbers.
    let mut seen: HashMap<Hash, u64> = HashMap::new();
    for of_resource in request.resource_logs {
        let service = resource_attribute(&of_resource.resource, "service.name");
        let tier = resource_attribute(&of_resource.resource, "retention.tier");
        let head =
            ResourceLogs { resource: of_resource.resource, scope_logs: Vec::new(), schema_url: of_resource.schema_url };
        let resource = Shared::new(service, head.encode_to_vec());
        for of_scope in of_resource.scope_logs {
            let head = ScopeLogs { scope: of_scope.scope, log_records: Vec::new(), schema_url: of_scope.schema_url };
            let scope = Shared::new(String::new(), head.encode_to_vec());
            for record in of_scope.log_records {
                let body = record.encode_to_vec();
                let content = digest(&[&resource.hash, &scope.hash, &body]);
                let occurrence = seen.entry(content).or_default();
                *occurrence += 1;
                let time =
                    if record.time_unix_nano == 0 { record.observed_time_unix_nano } else { record.time_unix_nano };
                batch.logs.push(LogRow {
                    hash: digest(&[&content, &occurrence.to_le_bytes()]),
                    trace_id: valid_id(&record.trace_id, 16).then_some(record.trace_id),
                    tier: tier.clone(),
                    time: signed(time),
                    resource: resource.clone(),
                    scope: scope.clone(),
                    body,
                });
            }
        }
    }
    batch
}

/// Takes profiles apart into samples; see [`profiles::samples`].
pub fn of_profiles(request: ExportProfilesServiceRequest, bytes: usize) -> Batch {
    let hash = digest(&[&request.encode_to_vec()]);
    let (samples, rejected, reason) = profiles::samples(&request);
    Batch { samples, rejected, reason, request: Some(hash), bytes, ..Batch::default() }
}
