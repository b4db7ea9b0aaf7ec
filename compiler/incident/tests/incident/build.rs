//! Builds a case from a short description.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// How many minutes a case lasts, a sample a minute.
const MINUTES: i64 = 90;
/// When it begins: 2026-03-02T08:00:00Z.
const START: i64 = 1_772_438_400;

/// A case that a test describes.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The commit that is guilty, by its name in the description, or `none`.
    pub(crate) truth: &'static str,
    pub(crate) first: &'static str,
    alert: Value,
    rows: Vec<String>,
    lines: Vec<(i64, Value)>,
    patterns: Vec<Value>,
    spans: Vec<Value>,
    commits: Vec<Value>,
    deploys: Vec<Value>,
    flags: Vec<Value>,
}

/// An id that looks like a commit's.
pub(crate) fn sha(name: &str) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut text = String::new();
    while text.len() < 40 {
        for byte in name.bytes().chain([text.len() as u8]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        text += &format!("{state:016x}");
    }
    text.truncate(40);
    text
}

fn clock(seconds: i64) -> String {
    let second = seconds - START + 8 * 3600;
    format!("2026-03-02T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// A number between −1 and 1 that only depends on its seed.
fn noise(seed: &str, at: i64) -> f64 {
    let mut state = at as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for byte in seed.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    }
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (state >> 33);
    (state % 2001) as f64 / 1000.0 - 1.0
}

impl Case {
    /// A case with commits around it that do nothing.
    pub(crate) fn new(name: &'static str, truth: &'static str, first: &'static str) -> Self {
        let mut case = Self {
            name,
            truth,
            first,
            alert: Value::Null,
            rows: Vec::new(),
            lines: Vec::new(),
            patterns: Vec::new(),
            spans: Vec::new(),
            commits: Vec::new(),
            deploys: Vec::new(),
            flags: Vec::new(),
        };
        for (at, file, diff) in [
            (3, "docs/runbook.md", None),
            (
                9,
                "pkg/strutil/trim.go",
                Some(
                    "@@ func Trim(s string) string {\n-\treturn strings.Trim(s, \" \")\n+\treturn strings.TrimSpace(s)\n }",
                ),
            ),
            (17, "web/src/card.css", Some("@@ web/src/card.css @@\n-.card { margin: 4px; }\n+.card { margin: 6px; }")),
            (26, "go.mod", Some("@@ go.mod @@\n-\tgithub.com/google/uuid v1.5.0\n+\tgithub.com/google/uuid v1.5.1")),
            (38, "pkg/clock/clock_test.go", None),
            (
                55,
                "internal/middleware/reqid.go",
                Some(
                    "@@ func RequestID(next http.Handler) http.Handler {\n+\tw.Header().Set(\"X-Request-Id\", id)\n next.ServeHTTP(w, r)",
                ),
            ),
            (70, "README.md", None),
        ] {
            let name = format!("{name}{at}");
            case.commits.push(json!({"sha": sha(&name), "author": "a", "timestamp": clock(START + at * 60),
                "message": "chore", "files_changed": [file], "diff": diff}));
        }
        case
    }

    /// The alert: it fires at a minute on a metric.
    pub(crate) fn alert(mut self, service: &str, metric: &str, minute: i64) -> Self {
        self.alert = json!({"service": service, "metric": metric, "threshold": 0, "observed": 0,
            "fired_at": clock(START + minute * 60), "severity": "critical", "monitor": "m", "summary": format!("{service} {metric} is high")});
        self
    }

    /// A metric that follows a function of the minute, with noise of four percent.
    fn metric(mut self, service: &str, metric: &str, value: impl Fn(i64) -> f64) -> Self {
        for minute in 0..MINUTES {
            let exact = value(minute);
            let value = exact * (1.0 + 0.04 * noise(&format!("{service}{metric}"), minute));
            self.rows.push(format!("{},{service},{metric},{value:.4}", clock(START + minute * 60)));
        }
        self
    }

    pub(crate) fn flat(self, service: &str, metric: &str, value: f64) -> Self {
        self.metric(service, metric, |_| value)
    }

    pub(crate) fn step(self, service: &str, metric: &str, from: f64, to: f64, minute: i64) -> Self {
        self.metric(service, metric, |at| if at < minute { from } else { to })
    }

    /// From a minute on the metric climbs until it is there at another minute.
    pub(crate) fn ramp(self, service: &str, metric: &str, (from, to): (f64, f64), (start, end): (i64, i64)) -> Self {
        self.metric(service, metric, |at| {
            let share = ((at - start) as f64 / (end - start) as f64).clamp(0.0, 1.0);
            from + (to - from) * share
        })
    }

    /// Log lines from a minute on, one every so many seconds. `#` in the text is a number that differs.
    pub(crate) fn logs(
        mut self,
        service: &str,
        severity: &str,
        text: &str,
        minute: i64,
        every: i64,
        count: i64,
    ) -> Self {
        for at in 0..count {
            let text = text.replace('#', &(1200 + at * 37).to_string());
            let time = START + minute * 60 + 7 + at * every;
            self.lines.push((
                time,
                json!({"timestamp": clock(time), "service": service, "severity_text": severity, "msg": text}),
            ));
        }
        if severity != "INFO" {
            self.patterns.push(json!({"signature": text.replace('#', "<N>"), "service": service, "count": count * 9,
                "delta_vs_baseline": format!("+{}", count * 9), "sentiment": "negative"}));
        }
        self
    }

    /// Usual log lines over the whole time.
    pub(crate) fn usual(self, service: &str, text: &str) -> Self {
        self.logs(service, "INFO", text, 0, 240, 21)
    }

    /// Spans of one trace: service, name, milliseconds, and the error if it failed. Each is the child of the one before.
    pub(crate) fn trace(mut self, minute: i64, spans: &[(&str, &str, f64, &str)]) -> Self {
        let trace = sha(&format!("{}{minute}", self.name));
        for (at, (service, name, millis, error)) in spans.iter().enumerate() {
            let parent = at.checked_sub(1).map(|at| format!("s{at}"));
            let mut span = json!({"trace_id": &trace[..32], "span_id": format!("s{at}"), "parent_id": parent, "service": service,
                "name": name, "start": clock(START + minute * 60), "duration_ms": millis, "status": if error.is_empty() { "OK" } else { "ERROR" }});
            if error.len() > 1 {
                span["error"] = json!(error);
            }
            self.spans.push(span);
        }
        self
    }

    /// A commit that is deployed to a service some minutes after.
    pub(crate) fn deployed(mut self, name: &str, service: &str, minute: i64, files: &[&str], diff: &str) -> Self {
        self.deploys.push(json!({"timestamp": clock(START + minute * 60), "service": service, "commit_sha": sha(name), "version": format!("v{minute}")}));
        self.commit(name, minute - 3, files, diff)
    }

    pub(crate) fn commit(mut self, name: &str, minute: i64, files: &[&str], diff: &str) -> Self {
        self.commits.push(
            json!({"sha": sha(name), "author": "b", "timestamp": clock(START + minute * 60), "message": "change",
            "files_changed": files, "diff": diff}),
        );
        self
    }

    pub(crate) fn flag(mut self, name: &str, service: &str, change: &str, minute: i64) -> Self {
        self.flags.push(json!({"timestamp": clock(START + minute * 60), "flag": name, "service": service, "change": change, "actor": "c"}));
        self
    }

    /// The commit's id that should be named.
    pub(crate) fn expected(&self) -> String {
        if self.truth == "none" { "none".to_owned() } else { sha(self.truth) }
    }

    /// The files of the case by their names.
    pub(crate) fn files(&self) -> BTreeMap<&'static str, String> {
        let mut lines = self.lines.clone();
        lines.sort_by_key(|(at, _)| *at);
        let logs = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
        let list = |items: &[Value]| serde_json::to_string_pretty(items).unwrap();
        BTreeMap::from([
            ("alert.json", self.alert.to_string()),
            ("metrics.csv", format!("timestamp,service,metric,value\n{}\n", self.rows.join("\n"))),
            ("logs.ndjson", logs),
            ("patterns.json", list(&self.patterns)),
            ("traces.json", list(&self.spans)),
            ("context/commits.json", list(&self.commits)),
            ("context/deploys.json", list(&self.deploys)),
            ("context/flags.json", list(&self.flags)),
        ])
    }

    /// Writes the case into a folder.
    pub(crate) fn write(&self, folder: &Path) {
        write(folder, &self.files());
    }
}

/// Writes files into a folder.
pub(crate) fn write<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a &'a str, &'a String)>) {
    fs::create_dir_all(folder.join("context")).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// The files of a case.
pub(crate) const FILES: [&str; 8] = [
    "alert.json",
    "metrics.csv",
    "logs.ndjson",
    "patterns.json",
    "traces.json",
    "context/commits.json",
    "context/deploys.json",
    "context/flags.json",
];
