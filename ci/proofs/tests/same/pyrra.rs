//! Pyrra's objectives with the rules that Pyrra's own tests expect for them.
//!
//! The files in `pyrra/` hold what `slo/promql_test.go` and `slo/rules_test.go` of its repository say in Go: each
//! objective in the form of Pyrra's resource, and its rules as a rule file.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::Labels;
use emberline_proofs::rules::RuleFile;
use emberline_proofs::tools::workspace;

use crate::compare::{Row, compare};
use crate::firing::{Alerts, Fired, alerts, ticks};
use crate::imported;
use crate::month::intervals;
use crate::series::{Exported, Follows, Named, Values, scraped, values};
use crate::sloth::PHASE;

/// An objective of Pyrra's tests.
pub struct Case {
    /// Its name in `slo/rules_test.go`, and its folder here.
    pub name: &'static str,
    exported: Exported,
    /// The error budget, as a share.
    budget: f64,
}

const HTTP: &str = "http_requests_total";
const HTTP_OK: Named = (HTTP, &[("job", "thanos-receive-default"), ("handler", "/api"), ("code", "200")]);
const HTTP_FAILED: Named = (HTTP, &[("job", "thanos-receive-default"), ("handler", "/api"), ("code", "500")]);
const HTTP_OTHER: Named = (HTTP, &[("job", "thanos-receive-default"), ("handler", "/static"), ("code", "200")]);
const GRPC: &str = "grpc_server_handled_total";
const GRPC_OK: Named = (
    GRPC,
    &[("job", "api"), ("grpc_service", "conprof.WritableProfileStore"), ("grpc_method", "Write"), ("grpc_code", "OK")],
);
const GRPC_FAILED: Named = (
    GRPC,
    &[
        ("job", "api"),
        ("grpc_service", "conprof.WritableProfileStore"),
        ("grpc_method", "Write"),
        ("grpc_code", "Internal"),
    ],
);
const RECEIVED: Named =
    ("http_request_duration_seconds_count", &[("job", "metrics-service-thanos-receive-default"), ("code", "200")]);
const RECEIVED_SOON: Named = (
    "http_request_duration_seconds_bucket",
    &[("job", "metrics-service-thanos-receive-default"), ("code", "200"), ("le", "1")],
);
const HANDLED: Named = (
    "grpc_server_handling_seconds_count",
    &[("job", "api"), ("grpc_service", "conprof.WritableProfileStore"), ("grpc_method", "Write")],
);
const HANDLED_SOON: Named = (
    "grpc_server_handling_seconds_bucket",
    &[("job", "api"), ("grpc_service", "conprof.WritableProfileStore"), ("grpc_method", "Write"), ("le", "0.6")],
);
const RECONCILED: Named = ("prometheus_operator_reconcile_operations_total", &[]);
const NOT_RECONCILED: Named = ("prometheus_operator_reconcile_errors_total", &[]);
const WRITTEN: Named = ("apiserver_request_total", &[("job", "apiserver"), ("verb", "POST"), ("code", "201")]);
const NOT_WRITTEN: Named = ("apiserver_request_total", &[("job", "apiserver"), ("verb", "POST"), ("code", "503")]);

/// One of each kind of indicator and of each window. Pyrra's tests have more that differ in matchers alone.
pub const CASES: &[Case] = &[
    Case {
        name: "http-ratio-grouping",
        exported: Exported::Counters(&[
            (HTTP_OK, Follows::Good),
            (HTTP_FAILED, Follows::Bad),
            (HTTP_OTHER, Follows::All),
        ]),
        budget: 0.01,
    },
    Case {
        name: "grpc-errors",
        exported: Exported::Counters(&[(GRPC_OK, Follows::Good), (GRPC_FAILED, Follows::Bad)]),
        budget: 0.001,
    },
    Case {
        name: "http-latency",
        exported: Exported::Counters(&[(RECEIVED, Follows::All), (RECEIVED_SOON, Follows::Good)]),
        budget: 0.005,
    },
    Case {
        name: "grpc-latency",
        exported: Exported::Counters(&[(HANDLED, Follows::All), (HANDLED_SOON, Follows::Good)]),
        budget: 0.005,
    },
    Case {
        name: "operator-ratio",
        exported: Exported::Counters(&[(RECONCILED, Follows::All), (NOT_RECONCILED, Follows::Bad)]),
        budget: 0.01,
    },
    Case {
        name: "apiserver-write-response-errors",
        exported: Exported::Counters(&[(WRITTEN, Follows::Good), (NOT_WRITTEN, Follows::Bad)]),
        budget: 0.01,
    },
    Case { name: "prometheus-up-targets", exported: Exported::Up("up", 3, 0.01), budget: 0.01 },
];

/// Events a second at noon.
const RATE: f64 = 50.0;

/// An alert's name by Pyrra's labels.
pub fn theirs(labels: &Labels) -> Option<String> {
    let severity = match labels.get("severity")?.as_str() {
        "critical" => "page",
        _ => "ticket",
    };
    named(labels, severity, labels.get("long")?)
}

/// An alert's name by our labels.
fn ours(labels: &Labels) -> Option<String> {
    named(labels, labels.get("severity")?, labels.get("long_window")?)
}

fn named(labels: &Labels, severity: &str, long: &str) -> Option<String> {
    let handler = labels.get("handler").map_or(String::new(), |handler| format!(" {handler}"));
    Some(format!("{} {severity} {long}{handler}", labels.get("slo")?))
}

impl Case {
    fn folder(&self) -> PathBuf {
        workspace().join("ci/proofs/tests/same/pyrra").join(self.name)
    }

    /// Every series that it reads, with its value at each scrape.
    pub fn values(&self) -> Values {
        values(&self.exported, &intervals(self.budget, RATE, 1))
    }

    /// Pyrra's rules for it.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn rules(&self) -> Result<RuleFile> {
        RuleFile::read(&self.folder().join("rules.yaml"))
    }

    /// The firings of both over the month, or over its first hours.
    ///
    /// # Errors
    /// When a program cannot be had, or refuses something.
    pub fn fires(&self, hours: Option<i64>, phase: i64) -> Result<[Fired; 2]> {
        let folder = tempfile::tempdir()?;
        let prometheus = Prometheus::start(&Config::default())?;
        prometheus.write(&scraped(&self.values(), phase))?;
        let of_pyrra = alerts(&prometheus, &self.rules()?, ticks(hours), theirs)?;
        let mut of_ours = Fired::default();
        for file in imported("pyrra", &[&self.folder().join("slo.yaml")], folder.path())? {
            of_ours.extend(alerts(&prometheus, &file, ticks(hours), ours)?);
        }
        Ok([of_pyrra, of_ours])
    }

    /// Both held against each other, then ours against the conditions of Pyrra's alerts, and when those held.
    ///
    /// # Errors
    /// When a program cannot be had or refuses something, or when neither fires.
    pub fn compared(&self) -> Result<(Vec<Row>, Vec<Row>, Alerts)> {
        let [theirs, ours] = self.fires(None, PHASE)?;
        ensure!(!theirs.fired.is_empty(), "no alert of Pyrra fires for {}", self.name);
        Ok((compare(&theirs.fired, &ours.fired), compare(&theirs.held, &ours.fired), theirs.held))
    }
}
