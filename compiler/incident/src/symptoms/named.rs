//! What the incident's texts name: identifiers, numbers and stack frames that a diff may name too.

use std::collections::{BTreeMap, BTreeSet};

use super::metrics::Moved;
use super::seen::Named;
use super::texts::Text;
use crate::read::Case;
use crate::words;

/// Words that say nothing about which code fails.
const COMMON: &[&str] = &[
    "error",
    "errors",
    "failed",
    "failure",
    "request",
    "requests",
    "response",
    "service",
    "services",
    "handler",
    "with",
    "from",
    "after",
    "before",
    "returned",
    "return",
    "code",
    "desc",
    "call",
    "calls",
    "the",
    "and",
    "for",
    "not",
    "was",
    "get",
    "set",
    "post",
    "put",
    "new",
    "this",
    "that",
    "null",
    "none",
    "true",
    "false",
    "info",
    "warn",
    "debug",
    "fatal",
    "exception",
    "runtime",
    "invalid",
    "unknown",
    "missing",
    "found",
    "upstream",
    "downstream",
    "http",
    "https",
    "grpc",
    "rpc",
    "context",
    "exceeded",
    "timeout",
    "status",
    "message",
    "data",
    "value",
    "field",
    "name",
    "type",
    "count",
    "user",
    "client",
    "server",
    "api",
    "line",
    "file",
    "time",
    "query",
    "select",
    "where",
    "order",
    "table",
    "does",
    "exist",
    "while",
    "main",
    "string",
    "list",
    "item",
    "items",
    "result",
    "results",
    "key",
    "keys",
    "path",
    "id",
    "log",
    "logger",
    "msg",
    "err",
    "ctx",
    "func",
    "function",
    "class",
    "public",
    "private",
    "static",
    "void",
    "const",
    "var",
    "let",
    "def",
    "async",
    "await",
    "import",
    "package",
    "into",
    "over",
    "per",
    "pool",
    "level",
    "operation",
    "connection",
    "memory",
    "record",
    "records",
    "event",
    "events",
    "process",
    "processing",
    "start",
    "starting",
    "begin",
    "end",
    "stop",
    "is",
    "in",
    "on",
    "of",
    "to",
    "at",
    "by",
    "no",
    "be",
    "as",
    "or",
    "an",
    "are",
    "been",
    "has",
    "its",
    "out",
    "version",
    "node",
    "pod",
    "host",
    "internal",
    "external",
    "default",
    "config",
    "using",
    "write",
    "read",
    "update",
    "updated",
    "create",
    "delete",
    "rendering",
    "slow",
    "high",
    "low",
    "max",
    "min",
    "total",
    "rate",
    "ratio",
    "src",
    "lib",
    "app",
    "thread",
    "worker",
    "load",
    "handle",
];

/// Files of source code, by their extensions.
const CODE: &[&str] = &[
    "go", "py", "js", "ts", "tsx", "jsx", "java", "kt", "rs", "rb", "cs", "php", "scala", "cpp", "cc", "c", "h",
    "swift", "ex", "erl", "sql", "mjs",
];

/// Names and numbers of what is new.
pub(super) fn named(case: &Case, moved: &[Moved<'_>], fresh: &[Text], start: Option<i64>) -> Named {
    let mut named = Named::default();
    // Names of services say where, not which change. Their parts say nothing at all.
    let mut services: BTreeSet<String> = BTreeSet::new();
    for service in case
        .series
        .iter()
        .map(|series| &series.service)
        .chain(case.lines.iter().map(|line| &line.service))
        .chain(case.spans.iter().map(|span| &span.service))
        .chain(case.deploys.iter().map(|deploy| &deploy.service))
        .chain([&case.alert.service])
    {
        services.insert(service.to_lowercase());
        services.extend(words::parts(service));
    }
    let start = start.unwrap_or(i64::MIN).saturating_sub(120_000);
    let usual: BTreeSet<&str> = case
        .lines
        .iter()
        .filter(|line| line.at < start)
        .flat_map(|line| words::identifiers(&line.text, &['-']))
        .collect();
    let mut add = |text: &str, weight: f64| {
        for word in words::identifiers(text, &['-']).into_iter().chain(words::identifiers(text, &[])) {
            let lower = word.to_lowercase();
            let dull = word.len() < 3 || COMMON.contains(&&*lower) || services.contains(&lower);
            let weight = if usual.contains(word) { weight * 0.3 } else { weight };
            if !dull {
                raise(&mut named.whole, word, weight);
            }
            for part in words::parts(word) {
                let dull = part.len() < 3 || COMMON.contains(&&*part) || services.contains(&part);
                if !dull && !part.chars().all(|letter| letter.is_ascii_digit()) {
                    raise(&mut named.parts, &part, weight);
                }
            }
        }
        for word in text.split(|letter: char| letter.is_whitespace() || "(),;\"'".contains(letter)) {
            let file = word.split(':').next().unwrap_or_default();
            if let Some((stem, extension)) = file.rsplit_once('.')
                && CODE.contains(&extension)
                && !stem.is_empty()
            {
                named.frames.insert(file.trim_start_matches("./").to_owned());
            }
        }
    };
    for text in fresh.iter().filter(|text| text.severity > 0) {
        add(&text.text, 1.0);
        for (field, value) in &text.fields {
            if !field.starts_with("http.") {
                add(value, 0.8);
            }
        }
    }
    for text in fresh.iter().filter(|text| text.severity == 0) {
        add(&text.text, 0.5);
    }
    for span in case.spans.iter().filter(|span| span.at >= start && span.failed) {
        add(&span.name, 0.4);
        span.fields.values().for_each(|value| add(value, 0.8));
    }
    // What a metric or an attribute measures is named after the code that it measures, but in few words.
    for moved in moved {
        add(&moved.series.metric, 0.25);
    }
    add(&case.alert.summary, 0.3);
    let bad = fresh.iter().filter(|text| text.severity > 0);
    named.texts = bad.flat_map(|text| std::iter::once(&text.text).chain(text.fields.values())).cloned().collect();
    let known: Vec<&String> = case.lines.iter().filter(|line| line.at < start).map(|line| &line.text).collect();
    named.texts.retain(|text| !known.contains(&text));
    numbers(case, moved, fresh, start, &mut named);
    named
}

fn raise(weights: &mut BTreeMap<String, f64>, word: &str, weight: f64) {
    let known = weights.entry(word.to_owned()).or_default();
    *known = known.max(weight);
}

fn numbers(case: &Case, moved: &[Moved<'_>], fresh: &[Text], start: i64, named: &mut Named) {
    for text in fresh.iter().filter(|text| text.severity > 0) {
        named.numbers.extend(words::numbers(&text.text).iter().map(|number| number.value));
        let settings = text.fields.iter().filter(|(name, _)| setting(name));
        named.numbers.extend(settings.filter_map(|(_, value)| value.parse::<f64>().ok()));
    }
    for span in &case.spans {
        for (_, value) in span.fields.iter().filter(|(name, _)| setting(name)) {
            let Ok(number) = value.parse::<f64>() else { continue };
            if span.at >= start { named.numbers.push(number) } else { named.usual.push(number) }
        }
    }
    // A series that stays at one level may show a limit of the code or of its configuration.
    for moved in moved.iter().filter(|moved| !moved.change.ramp || moved.change.until.is_none()) {
        named.numbers.push(moved.change.peak);
        named.usual.push(moved.change.before);
    }
}

/// Whether an attribute is a setting: its number is chosen by code, not measured.
fn setting(name: &str) -> bool {
    let parts = words::parts(name);
    ["deadline", "timeout", "limit", "max", "size", "capacity", "ttl", "attempts", "pool", "interval", "batch"]
        .iter()
        .any(|word| parts.iter().any(|part| part == word))
}
