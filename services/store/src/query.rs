//! What the file is asked.

use crate::db::MINUTE;
use crate::profiles::Frame;
use crate::rows::text_attribute;
use anyhow::Context;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message;
use rusqlite::{Connection, params};
use serde::Serialize;

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A trace id from its 32 hexadecimal digits.
pub fn trace_id(text: &str) -> Option<Vec<u8>> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..16).map(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()).collect()
}

/// Consecutive records of one resource and scope share their heads, as they came.
type Raw = (i64, i64, Vec<u8>, Vec<u8>, Vec<u8>);

fn raw(connection: &Connection, table: &str, order: &str, trace: &[u8]) -> anyhow::Result<Vec<Raw>> {
    let sql = format!(
        "SELECT t.resource, t.scope, r.body, s.body, t.body FROM {table} t JOIN resources r ON r.id = t.resource JOIN resources s ON s.id = t.scope
         WHERE t.trace_id = ? ORDER BY {order}"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map([trace], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All spans of a trace as they came, by resource and scope.
///
/// # Errors
/// The disk refused.
pub fn trace(connection: &Connection, trace: &[u8]) -> anyhow::Result<TracesData> {
    let mut data = TracesData::default();
    let mut last = (0, 0);
    for (resource, scope, resource_body, scope_body, body) in
        raw(connection, "spans", "t.resource, t.scope, t.start", trace)?
    {
        if resource != last.0 || data.resource_spans.is_empty() {
            data.resource_spans.push(ResourceSpans::decode(&resource_body[..])?);
            last = (resource, 0);
        }
        let of_resource = data.resource_spans.last_mut().context("a resource was just added")?;
        if scope != last.1 || of_resource.scope_spans.is_empty() {
            of_resource.scope_spans.push(ScopeSpans::decode(&scope_body[..])?);
            last.1 = scope;
        }
        of_resource.scope_spans.last_mut().context("a scope was just added")?.spans.push(Span::decode(&body[..])?);
    }
    Ok(data)
}

/// All log records of a trace as they came.
///
/// # Errors
/// The disk refused.
pub fn logs(connection: &Connection, trace: &[u8]) -> anyhow::Result<LogsData> {
    let mut data = LogsData::default();
    let mut last = (0, 0);
    for (resource, scope, resource_body, scope_body, body) in
        raw(connection, "logs", "t.resource, t.scope, t.time, t.id", trace)?
    {
        if resource != last.0 || data.resource_logs.is_empty() {
            data.resource_logs.push(ResourceLogs::decode(&resource_body[..])?);
            last = (resource, 0);
        }
        let of_resource = data.resource_logs.last_mut().context("a resource was just added")?;
        if scope != last.1 || of_resource.scope_logs.is_empty() {
            of_resource.scope_logs.push(ScopeLogs::decode(&scope_body[..])?);
            last.1 = scope;
        }
        of_resource
            .scope_logs
            .last_mut()
            .context("a scope was just added")?
            .log_records
            .push(LogRecord::decode(&body[..])?);
    }
    Ok(data)
}

/// A span with the service it is of.
#[derive(Debug)]
pub struct Owned<T> {
    /// `service.name`.
    pub service: String,
    /// The span or record.
    pub item: T,
}

/// Spans with their services, earliest first.
pub fn flat_spans(data: TracesData) -> Vec<Owned<Span>> {
    let mut all = Vec::new();
    for of_resource in data.resource_spans {
        let service =
            of_resource.resource.map(|found| text_attribute(&found.attributes, "service.name")).unwrap_or_default();
        all.extend(
            of_resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans)
                .map(|item| Owned { service: service.clone(), item }),
        );
    }
    all.sort_by_key(|span| span.item.start_time_unix_nano);
    all
}

/// Log records with their services, earliest first.
pub fn flat_logs(data: LogsData) -> Vec<Owned<LogRecord>> {
    let mut all = Vec::new();
    for of_resource in data.resource_logs {
        let service =
            of_resource.resource.map(|found| text_attribute(&found.attributes, "service.name")).unwrap_or_default();
        all.extend(
            of_resource
                .scope_logs
                .into_iter()
                .flat_map(|scope| scope.log_records)
                .map(|item| Owned { service: service.clone(), item }),
        );
    }
    all.sort_by_key(|record| record.item.time_unix_nano.max(record.item.observed_time_unix_nano));
    all
}

/// Samples at one stack.
#[derive(Debug, Clone, Serialize)]
pub struct Stacked {
    /// `service.name`.
    pub service: String,
    /// The span's id; empty in sums over traces.
    pub span_id: String,
    /// The innermost first.
    pub frames: Vec<Frame>,
    /// How many samples.
    pub count: i64,
    /// CPU time, nanoseconds.
    pub cpu_nanos: i64,
    /// Of the earliest sample, unix nanoseconds.
    pub time: i64,
}

fn stacked(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, Vec<u8>, String, f64, f64, i64)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn of_rows(
    rows: impl Iterator<Item = rusqlite::Result<(String, Vec<u8>, String, f64, f64, i64)>>,
) -> anyhow::Result<Vec<Stacked>> {
    rows.map(|row| {
        let (service, span, frames, count, cpu, time) = row?;
        // Casts of floats stop at the ends of the integer's range. `total` does not fail where `sum` overflows.
        Ok(Stacked {
            service,
            span_id: hex(&span),
            frames: serde_json::from_str(&frames)?,
            count: count as i64,
            cpu_nanos: cpu as i64,
            time,
        })
    })
    .collect()
}

/// The samples of a trace, summed by service, span and stack.
///
/// # Errors
/// The disk refused.
pub fn profile(connection: &Connection, trace: &[u8]) -> anyhow::Result<Vec<Stacked>> {
    let mut query = connection.prepare_cached(
        "SELECT s.service, s.span_id, k.frames, total(s.count), total(s.cpu), min(s.time) FROM samples s JOIN stacks k ON k.id = s.stack WHERE s.trace_id = ?
         GROUP BY s.service, s.span_id, s.stack ORDER BY 4 DESC",
    )?;
    of_rows(query.query_map([trace], stacked)?)
}

/// The samples of a service (all if empty) within a range of unix nanoseconds, summed by stack. `kept`: those of traces that
/// the store has, or only the others; those without a trace have the grain of a minute.
///
/// # Errors
/// The disk refused.
pub fn aggregate(
    connection: &Connection,
    service: &str,
    start: i64,
    end: i64,
    kept: Option<bool>,
) -> anyhow::Result<Vec<Stacked>> {
    let mut query = connection.prepare_cached(
        "SELECT a.service, x'', k.frames, total(a.count), total(a.cpu), min(a.time) FROM (
           SELECT service, stack, count, cpu, time FROM samples s WHERE ?5 <> 0 AND (?1 = '' OR service = ?1) AND time >= ?2 AND time < ?3
             AND (?5 = 2 OR EXISTS(SELECT 1 FROM traces t WHERE t.trace_id = s.trace_id))
           UNION ALL SELECT service, stack, count, cpu, minute FROM minutes WHERE ?5 <> 1 AND (?1 = '' OR service = ?1) AND minute >= ?4 AND minute < ?3
         ) a JOIN stacks k ON k.id = a.stack GROUP BY a.service, a.stack ORDER BY 4 DESC",
    )?;
    let which = match kept {
        Some(false) => 0,
        Some(true) => 1,
        None => 2,
    };
    of_rows(query.query_map(params![service, start, end, start / MINUTE * MINUTE, which], stacked)?)
}

/// What is searched for.
#[derive(Debug, Default)]
pub struct Search {
    /// Takes part in the trace.
    pub service: Option<String>,
    /// Unix nanoseconds.
    pub start: i64,
    /// Unix nanoseconds.
    pub end: i64,
    /// Nanoseconds.
    pub min_duration: i64,
    /// Whether a span failed.
    pub error: Option<bool>,
    /// How many at most.
    pub limit: i64,
}

/// A trace in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// 32 hexadecimal digits.
    #[serde(rename = "traceID")]
    pub trace_id: String,
    /// Of the root span; empty until it is there.
    pub root_service_name: String,
    /// Of the root span; empty until it is there.
    pub root_trace_name: String,
    /// Unix nanoseconds, as text.
    pub start_time_unix_nano: String,
    /// From the first start to the last end.
    pub duration_nanos: i64,
    /// A span failed.
    pub error: bool,
    /// How many spans.
    pub spans: i64,
}

/// The latest traces that match.
///
/// # Errors
/// The disk refused.
pub fn search(connection: &Connection, wanted: &Search) -> anyhow::Result<Vec<Found>> {
    let mut query = connection.prepare_cached(
        "SELECT trace_id, coalesce(service, ''), coalesce(name, ''), start, finish, error, spans FROM traces t WHERE start >= ?1 AND start <= ?2 AND finish - start >= ?3
         AND (?4 IS NULL OR error = ?4) AND (?5 IS NULL OR EXISTS(SELECT 1 FROM trace_services s WHERE s.trace_id = t.trace_id AND s.service = ?5))
         ORDER BY start DESC LIMIT ?6",
    )?;
    let rows = query.query_map(
        params![wanted.start, wanted.end, wanted.min_duration, wanted.error, wanted.service, wanted.limit],
        |row| {
            let (start, finish): (i64, i64) = (row.get(3)?, row.get(4)?);
            Ok(Found {
                trace_id: hex(&row.get::<_, Vec<u8>>(0)?),
                root_service_name: row.get(1)?,
                root_trace_name: row.get(2)?,
                start_time_unix_nano: start.to_string(),
                duration_nanos: finish.saturating_sub(start),
                error: row.get(5)?,
                spans: row.get(6)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Rows and bytes of a signal, by tier where it has tiers.
#[derive(Debug, Serialize)]
pub struct Stat {
    /// `traces`, `spans`, `logs`, `samples`, `minutes`, `resources`, `stacks`.
    pub signal: String,
    /// `retention.tier` of logs.
    pub tier: Option<String>,
    /// How many rows.
    pub rows: i64,
    /// Bytes of their messages, without indexes.
    pub bytes: i64,
}

/// What the file holds.
///
/// # Errors
/// The disk refused.
pub fn stats(connection: &Connection) -> anyhow::Result<(Vec<Stat>, i64)> {
    let mut query = connection.prepare_cached(
        "SELECT 'traces', NULL, count(*), 0 FROM traces UNION ALL SELECT 'spans', NULL, coalesce(sum(spans), 0), coalesce(sum(bytes), 0) FROM traces
         UNION ALL SELECT 'logs', tier, count(*), sum(length(body)) FROM logs GROUP BY tier UNION ALL SELECT 'samples', NULL, count(*), 0 FROM samples
         UNION ALL SELECT 'minutes', NULL, count(*), 0 FROM minutes UNION ALL SELECT 'resources', NULL, count(*), coalesce(sum(length(body)), 0) FROM resources
         UNION ALL SELECT 'stacks', NULL, count(*), coalesce(sum(length(frames)), 0) FROM stacks",
    )?;
    let rows = query.query_map([], |row| {
        Ok(Stat { signal: row.get(0)?, tier: row.get(1)?, rows: row.get(2)?, bytes: row.get(3)? })
    })?;
    let stats = rows.collect::<Result<_, _>>()?;
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let size: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    Ok((stats, pages * size))
}
