//! What must not leave the node: undeclared attributes, declared personal data, and whatever looks like a secret.
//!
//! Two processors share the work. `redaction` knows keys and values of every attribute (resource, scope, span, span
//! event, log record, data point) and of log bodies. `transform` does what it cannot: see [`super::texts`].
//!
//! Three places are out of reach of every processor of this release. Attributes of span links: `redaction` passes links
//! over; OTTL reads `span.links` as a whole, and `set(span.links, nil)` does nothing. The tables of profiles: no context
//! has them. Bytes among attributes or within a body: OTTL decodes one value at a time, and names each.
//! Instrumentation has to leave them empty, and evidence is checked for it.
//!
//! SQL sanitizers of `redaction` are for spans alone: without a database's name they would rewrite every log body.

use serde_json::{Value, json};

use super::{Config, escaped, guard, texts};
use crate::plan::TelemetryPlan;
use crate::sensitive::names::secrecy;
use crate::sensitive::pattern::{CLASSES, KEYS, TEXTS};

/// Adds the processors that the lists below name.
pub(super) fn add(config: &mut Config, plan: &TelemetryPlan) {
    let sanitizers = json!({
        "db_sanitizer": {"sql": {"enabled": true, "attributes": plan.sql.iter().map(|key| escaped(key)).collect::<Vec<_>>()}, "sanitize_span_name": false},
    });
    config.processor(guard::ID, guard::body(plan));
    // Where undeclared keys go, those that stay are known here: matching names in the agent would take most of its time.
    let named = if plan.keeps_undeclared { KEYS.to_vec() } else { secret_keys(plan) };
    config.processor("redaction/spans", redaction(plan, &named, Some(sanitizers)));
    // Bodies of log records have keys that no list knows.
    config.processor("redaction", redaction(plan, &KEYS, None));
    texts::add(config, plan);
}

/// What is masked though the gate does not accuse it, as lines of the file's head.
pub(super) fn about() -> String {
    let lines = CLASSES.iter().map(|class| format!("\n- {class}"));
    format!(
        "\nIt masks what the gate accuses. RE2 knows no check digits, so it masks these too:{}",
        lines.collect::<String>()
    )
}

/// The processors of each signal, in order.
pub(super) const TRACES: [&str; 3] = ["memory_limiter", "redaction/spans", texts::ID];
pub(super) const LOGS: [&str; 4] = ["memory_limiter", texts::BYTES, "redaction", texts::ID];
/// An attribute that redaction drops would leave several values of one series: they are added up before.
pub(super) const METRICS: [&str; 4] = ["memory_limiter", guard::ID, "redaction", texts::ID];
pub(super) const PROFILES: [&str; 2] = ["memory_limiter", texts::ID];

/// Expressions for the allowed keys that are names of secrets.
fn secret_keys(plan: &TelemetryPlan) -> Vec<String> {
    let unmasked = plan.allowed.difference(&plan.masked);
    unmasked.filter(|key| secrecy(key.as_bytes()).is_some()).map(|key| whole(key)).collect()
}

/// A redaction processor that masks the values of keys by name, and values by their looks.
fn redaction(plan: &TelemetryPlan, named: &[String], more: Option<Value>) -> Value {
    let masked = plan.masked.iter().map(|key| escaped(&whole(key)));
    let named = named.iter().map(|pattern| escaped(pattern));
    let mut body = json!({
        "allow_all_keys": plan.keeps_undeclared,
        "allowed_keys": plan.allowed.iter().map(|key| escaped(key)).collect::<Vec<_>>(),
        "blocked_key_patterns": masked.chain(named).collect::<Vec<_>>(),
        "blocked_values": TEXTS.iter().map(|pattern| escaped(pattern)).collect::<Vec<_>>(),
        // Numbers and lists can hold a card number too.
        "redact_all_types": true,
        "summary": "silent",
    });
    if let (Some(body), Some(Value::Object(more))) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// A regular expression for one key and no other.
fn whole(key: &str) -> String {
    format!("^{}$", regex::escape(key))
}
