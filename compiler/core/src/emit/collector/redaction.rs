//! What must not leave the node: undeclared attributes, declared personal data, and whatever looks like a secret.
//!
//! Two processors share the work. `redaction` knows keys and values of every attribute (resource, scope, span, span
//! event, log record, data point) and of log bodies. `transform` does what it cannot: names, status messages, literals
//! in SQL, queries in URLs, and profiles.
//!
//! Attributes of span links are out of reach: no processor of this release can change or remove them (`redaction` passes
//! links over; OTTL reads `span.links` as a whole, and `set(span.links, nil)` does nothing). Instrumentation has to leave
//! them empty, and evidence is checked for it.
//!
//! SQL sanitizers of `redaction` are for spans alone: without a database's name they would rewrite every log body.

use serde_json::{Value, json};

use super::{Config, escaped, guard, quoted};
use crate::plan::TelemetryPlan;
use crate::sensitive::names::secrecy;
use crate::sensitive::pattern::{CLASSES, KEYS, TEXTS};

/// Literals of SQL: quoted texts, then numbers.
const LITERALS: [&str; 2] = [r"'(?:[^']|'')*'", r"\b[0-9]+(?:\.[0-9]+)?\b"];

/// A URL's query and fragment.
const QUERY: &str = r"[?#].*";

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
    config.processor(
        "transform/redaction",
        json!({
            // A payload that cannot be redacted is refused, not passed on.
            "error_mode": "propagate",
            "trace_statements": traces(plan),
            "log_statements": logs(plan),
            "profile_statements": profiles(plan),
        }),
    );
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
pub(super) const TRACES: [&str; 3] = ["memory_limiter", "redaction/spans", "transform/redaction"];
pub(super) const LOGS: [&str; 3] = ["memory_limiter", "redaction", "transform/redaction"];
/// An attribute that redaction drops would leave several values of one series: they are added up before.
pub(super) const METRICS: [&str; 3] = ["memory_limiter", guard::ID, "redaction"];
pub(super) const PROFILES: [&str; 2] = ["memory_limiter", "transform/redaction"];

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

fn replace(path: &str, pattern: &str, with: &str) -> String {
    escaped(&format!("replace_pattern({path}, {}, {})", quoted(pattern), quoted(with)))
}

/// Masks everything that looks like a secret in a text that is no attribute.
fn scrub(path: &str) -> impl Iterator<Item = String> {
    TEXTS.iter().map(move |pattern| replace(path, pattern, "****"))
}

/// Takes literals out of SQL and queries out of URLs in the attributes of `context`.
fn sanitize(context: &str, plan: &TelemetryPlan) -> Vec<String> {
    let attribute = |key: &String| format!("{context}.attributes[{}]", quoted(key));
    let sql = plan.sql.iter().flat_map(|key| LITERALS.map(|literal| replace(&attribute(key), literal, "?")));
    let urls = plan.urls.iter().map(|key| replace(&attribute(key), QUERY, ""));
    sql.chain(urls).collect()
}

fn traces(plan: &TelemetryPlan) -> Value {
    let scrubbed = scrub("span.name").chain(scrub("span.status.message"));
    let spans: Vec<String> = sanitize("span", plan).into_iter().chain(scrubbed).collect();
    let events: Vec<String> = sanitize("spanevent", plan).into_iter().chain(scrub("spanevent.name")).collect();
    json!([{"context": "span", "statements": spans}, {"context": "spanevent", "statements": events}])
}

fn logs(plan: &TelemetryPlan) -> Value {
    json!([{"context": "log", "statements": sanitize("log", plan)}])
}

/// No component masks values inside profiles; their resources are cut down to what is allowed, and scrubbed.
fn profiles(plan: &TelemetryPlan) -> Value {
    let allowed: Vec<String> = plan.allowed.difference(&plan.masked).map(|key| quoted(key)).collect();
    let mut statements = vec![escaped(&format!("keep_keys(resource.attributes, [{}])", allowed.join(", ")))];
    let scrub = TEXTS.iter().map(|pattern| {
        escaped(&format!("replace_all_patterns(resource.attributes, \"value\", {}, \"****\")", quoted(pattern)))
    });
    statements.extend(scrub);
    json!([{"context": "resource", "statements": statements}])
}
