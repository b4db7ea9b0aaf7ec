//! Texts that the processor `redaction` does not reach: names, status messages, severities, exemplars, profiles, bodies in
//! bytes; and parts of attributes: literals in SQL, queries in URLs.

use serde_json::{Value, json};

use super::{Config, escaped, quoted};
use crate::plan::TelemetryPlan;
use crate::sensitive::names::secrecy;
use crate::sensitive::pattern::TEXTS;

/// The processor that masks them.
pub(super) const ID: &str = "transform/redaction";

/// The processor before `redaction`, which reads no bytes.
pub(super) const BYTES: &str = "transform/bytes";

/// Literals of SQL: quoted texts, then numbers.
const LITERALS: [&str; 2] = [r"'(?:[^']|'')*'", r"\b[0-9]+(?:\.[0-9]+)?\b"];

/// A URL's query and fragment.
const QUERY: &str = r"[?#].*";

/// Severities and names of events that hold nothing: a word, such as `INFO`, or words with dots.
const PLAIN: &str = r"^[A-Za-z]{0,16}[0-9]?$|^[a-z]{1,24}(?:[._][a-z]{1,24}){1,5}$";

pub(super) fn add(config: &mut Config, plan: &TelemetryPlan) {
    config.processor(
        BYTES,
        json!({
            "error_mode": "propagate",
            "log_statements": [{"context": "log", "statements": [decoded("log.body")]}],
        }),
    );
    config.processor(
        ID,
        json!({
            // A payload that cannot be redacted is refused, not passed on.
            "error_mode": "propagate",
            "trace_statements": traces(plan),
            "metric_statements": metrics(plan),
            "log_statements": logs(plan),
            "profile_statements": profiles(plan),
        }),
    );
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

/// Makes a text of bytes. What is no UTF-8 in them becomes U+FFFD.
fn decoded(path: &str) -> String {
    let others = ["Map", "List", "Int", "Double", "Bool"].map(|kind| format!(" and not Is{kind}({path})"));
    format!("set({path}, Decode({path}, \"utf-8\")) where not IsString({path}) and {path} != nil{}", others.concat())
}

/// Cuts a map of attributes down to what is allowed, makes texts of its values, and masks what looks like a secret.
fn cut_down(map: &str, plan: &TelemetryPlan) -> Vec<String> {
    let unmasked = plan.allowed.difference(&plan.masked).filter(|key| secrecy(key.as_bytes()).is_none());
    let allowed: Vec<String> = unmasked.map(|key| quoted(key)).collect();
    let cut = [format!("keep_keys({map}, [{}])", allowed.join(", ")), format!("stringify_all({map})")];
    let scrubbed = TEXTS.iter().map(|it| format!("replace_all_patterns({map}, \"value\", {}, \"****\")", quoted(it)));
    cut.into_iter().chain(scrubbed).map(|statement| escaped(&statement)).collect()
}

fn traces(plan: &TelemetryPlan) -> Value {
    let scrubbed = scrub("span.name").chain(scrub("span.status.message"));
    let spans: Vec<String> = sanitize("span", plan).into_iter().chain(scrubbed).collect();
    let events: Vec<String> = sanitize("spanevent", plan).into_iter().chain(scrub("spanevent.name")).collect();
    json!([{"context": "span", "statements": spans}, {"context": "spanevent", "statements": events}])
}

fn metrics(plan: &TelemetryPlan) -> Value {
    json!([
        {"context": "metric", "statements": cut_down("metric.metadata", plan)},
        {"context": "exemplar", "statements": cut_down("exemplar.filtered_attributes", plan)},
    ])
}

fn logs(plan: &TelemetryPlan) -> Value {
    let mut groups = vec![json!({"context": "log", "statements": sanitize("log", plan)})];
    // Nearly every record has a plain one, and matching all patterns takes time.
    groups.extend(["log.severity_text", "log.event_name"].map(|path| {
        let other = escaped(&format!("not IsMatch({path}, {})", quoted(PLAIN)));
        json!({"context": "log", "conditions": [other], "statements": scrub(path).collect::<Vec<_>>()})
    }));
    json!(groups)
}

/// No component masks values inside profiles: their resources and scopes are cut down.
fn profiles(plan: &TelemetryPlan) -> Value {
    json!([
        {"context": "resource", "statements": cut_down("resource.attributes", plan)},
        {"context": "scope", "statements": cut_down("scope.attributes", plan)},
    ])
}
