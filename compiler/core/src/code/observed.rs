//! Codes of what a snapshot or a live source shows: specs that do not fit what is really exported.

use super::Severity::{Error, Note, Warning};
use super::{Code, Example};

/// A spec whose only fault is its selector of all events, and a snapshot.
macro_rules! events {
    ($total:literal, $bad:literal) => {
        concat!(
            "\nversion: emberline/v1\nservice: shop\nslos:\n  - name: availability\n    objective: 99.9%\n    sli:\n",
            "      events:\n        total: ",
            $total,
            "\n        bad: ",
            $bad,
            "\n# --- observed/prod.yaml\nversion: emberline/v1\nobserved: 2026-11-24\nmetrics:\n",
            "  http_requests_total:\n    type: counter\n    labels:\n      code: {count: 2, values: [\"200\", \"503\"]}\n",
            "      job: {count: 2, values: [shop, web]}\n    rows:\n      - '{code=\"200\",job=\"shop\"} 40'\n",
            "      - '{code=\"503\",job=\"shop\"} 0.1'\n      - '{code=\"200\",job=\"web\"} 7'\n",
            "  failures_total:\n    type: counter\n    rows: ['{} 20']\n",
        )
    };
}

/// A latency objective with its metric, and a snapshot of that.
macro_rules! latency {
    ($threshold:literal, $declared:literal, $seen:literal) => {
        concat!(
            "\nversion: emberline/v1\nservice: shop\nmetrics:\n  http_duration_seconds:\n",
            $declared,
            "slos:\n  - name: latency\n    objective: 99%\n    sli:\n      latency:\n",
            "        metric: http_duration_seconds\n        threshold: ",
            $threshold,
            "\n# --- policy.yaml\nversion: emberline/v1\nservice_label: job\n",
            "# --- observed/prod.yaml\nversion: emberline/v1\nobserved: 2026-11-24\nmetrics:\n  http_duration_seconds:\n",
            $seen,
        )
    };
}

/// No source exports a metric of that name.
pub(crate) static METRIC_NOT_FOUND: Code = Code {
    id: "metric-not-found",
    severity: Error,
    summary: "a spec names a metric that nothing exports",
    cause: "\
The selector returns nothing, and Prometheus says nothing about it. An objective
without events cannot fail, so an outage raises no alert of its own. The name
was looked for in a snapshot under `observed/`, or in the source of
`check --against`.",
    example: Example::Specs {
        wrong: events!("http_request_total", "http_requests_total{code=~\"5..\"}"),
        right: events!("http_requests_total", "http_requests_total{code=~\"5..\"}"),
    },
    remedy: "\
Correct the name: the finding shows the nearest one that is exported. If the
metric is new, deploy its service first, then take the snapshot again with
`emberline observe SOURCE --snapshot NAME`.",
};

/// No series of a metric has a label.
pub(crate) static LABEL_NOT_FOUND: Code = Code {
    id: "label-not-found",
    severity: Error,
    summary: "a spec names a label that no series of the metric has",
    cause: "\
A matcher on an absent label selects nothing, and a negative one excludes
nothing. A group over an absent label is one group of everything. Relabelling
often renames labels on the way: `instance`, `exported_job` and `pod` are the
usual ones.",
    example: Example::Specs {
        wrong: events!("http_requests_total{service=\"shop\"}", "http_requests_total{service=\"shop\", code=~\"5..\"}"),
        right: events!("http_requests_total{job=\"shop\"}", "http_requests_total{job=\"shop\", code=~\"5..\"}"),
    },
    remedy: "\
Use a label that the metric has; the finding lists them. A negative matcher on
an absent label is a warning, since it may wait for a label to come.",
};

/// No series of a metric has a value that a matcher accepts.
pub(crate) static VALUE_NOT_FOUND: Code = Code {
    id: "value-not-found",
    severity: Error,
    summary: "a matcher accepts none of the values that a label really has",
    cause: "\
The selector returns nothing. Usual causes are a status class `5xx` where the
label holds `503`, another case, or the service's name where the label holds the
job's name. If failed events may only not have happened yet, the
finding is `never-bad` instead.",
    example: Example::Specs {
        wrong: events!("http_requests_total{job=\"store\"}", "http_requests_total{job=\"store\", code=~\"5..\"}"),
        right: events!("http_requests_total{job=\"shop\"}", "http_requests_total{job=\"shop\", code=~\"5..\"}"),
    },
    remedy: "\
Use one of the label's values; the finding lists them.",
};

/// A histogram has no bucket at a threshold.
pub(crate) static BUCKET_NOT_FOUND: Code = Code {
    id: "bucket-not-found",
    severity: Error,
    summary: "a threshold, `le` or declared bucket is no boundary of the real histogram",
    cause: "\
A classic histogram counts events up to its boundaries and to no other number.
Without the bucket the objective records no bad event. `le` is a text: `1` and
`1.0` are the same number, but a selector only finds the one that is exported.",
    example: Example::Specs {
        wrong: latency!(
            "300ms",
            "    type: histogram\n    unit: s\n",
            "    type: histogram\n    buckets: [\"0.25\", \"0.5\", \"+Inf\"]\n    labels:\n      job: {count: 1, values: [shop]}\n"
        ),
        right: latency!(
            "250ms",
            "    type: histogram\n    unit: s\n",
            "    type: histogram\n    buckets: [\"0.25\", \"0.5\", \"+Inf\"]\n    labels:\n      job: {count: 1, values: [shop]}\n"
        ),
    },
    remedy: "\
Take one of the real boundaries, which the finding lists, or add the boundary
where the histogram is made. Then declare what is exported.",
};

/// A metric has another type than its spec says.
pub(crate) static TYPE_MISMATCH: Code = Code {
    id: "type-mismatch",
    severity: Error,
    summary: "a metric is exported with another type than the spec says",
    cause: "\
The rules follow from the type. The `rate` of a gauge is no number of events, a
native histogram has no `_bucket` series, and a counter of differences (delta
temporality) is not taken by Prometheus.",
    example: Example::Specs {
        wrong: latency!(
            "250ms",
            "    type: histogram\n    unit: s\n",
            "    type: histogram\n    native: true\n    labels:\n      job: {count: 1, values: [shop]}\n"
        ),
        right: latency!(
            "250ms",
            "    type: exponential_histogram\n    unit: s\n",
            "    type: histogram\n    native: true\n    labels:\n      job: {count: 1, values: [shop]}\n"
        ),
    },
    remedy: "\
Declare the type that is exported, or change the instrument. For delta values,
set the exporter's temporality to cumulative.",
};

/// Every matcher fits some series, and no series fits all of them.
pub(crate) static SELECTOR_MATCHES_NOTHING: Code = Code {
    id: "selector-matches-nothing",
    severity: Error,
    summary: "each matcher of a selector is right, and no series has all of them",
    cause: "\
Label and value exist for each matcher, but on different series. In the wrong
example, `web` never had a 503. Nothing is counted, and nothing says so.",
    example: Example::Specs {
        wrong: events!("http_requests_total{job=\"web\", code=\"503\"}", "failures_total"),
        right: events!("http_requests_total{job=\"shop\", code=\"200\"}", "failures_total"),
    },
    remedy: "\
Remove the matcher that is wrong, or correct its value.",
};

/// Bad events were never seen while all events were.
pub(crate) static NEVER_BAD: Code = Code {
    id: "never-bad",
    severity: Note,
    summary: "no bad event was seen while all events were counted",
    cause: "\
Either nothing has failed, or the selector of bad events cannot match. Nobody
can tell the two apart by looking: many programs export a label value only once
it has happened. A service that has failed before should show it.",
    example: Example::Specs {
        wrong: events!("http_requests_total{job=\"web\"}", "http_requests_total{job=\"web\", code=~\"5..\"}"),
        right: events!("http_requests_total{job=\"shop\"}", "http_requests_total{job=\"shop\", code=~\"5..\"}"),
    },
    remedy: "\
Make one request fail on purpose, in a test environment if need be, and look
again over a longer time: `--over 30d`.",
};

/// The part counts more events than the whole.
pub(crate) static BAD_EXCEEDS_TOTAL: Code = Code {
    id: "bad-exceeds-total",
    severity: Error,
    summary: "the bad or the good events are more than all events",
    cause: "\
The error ratio is a share only if the total counts every bad event. Two metrics
often count different things: attempts and requests, or the events of two
services.",
    example: Example::Specs {
        wrong: events!("http_requests_total{job=\"web\"}", "failures_total"),
        right: events!("http_requests_total", "failures_total"),
    },
    remedy: "\
Let `total` count what `bad` counts, or narrow `bad` down to the requests that
are in `total`.",
};

/// Samples come at another pace than the rules assume.
pub(crate) static SCRAPE_INTERVAL_MISMATCH: Code = Code {
    id: "scrape-interval-mismatch",
    severity: Error,
    summary: "samples come at another interval than the rules assume",
    cause: "\
The base window follows from the interval between samples. With fewer samples
than assumed, `rate` has gaps, events are lost, and alerts stay silent. With
more samples (a warning) nothing is lost, but alerts fire later than they could.",
    example: Example::Specs {
        wrong: "
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: requests_total
        bad: failures_total
# --- policy.yaml
version: emberline/v1
scrape_interval: 15s
# --- observed/prod.yaml
version: emberline/v1
observed: 2026-11-24
metrics:
  requests_total: {type: counter, scrape_interval: 1m}
  failures_total: {type: counter, scrape_interval: 1m}",
        right: "
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: requests_total
        bad: failures_total
# --- policy.yaml
version: emberline/v1
scrape_interval: 1m
# --- observed/prod.yaml
version: emberline/v1
observed: 2026-11-24
metrics:
  requests_total: {type: counter, scrape_interval: 1m}
  failures_total: {type: counter, scrape_interval: 1m}",
    },
    remedy: "\
Set `scrape_interval` in `policy.yaml` to the measured one. If only one metric
differs, set it at that metric. For services that push, `export_interval` is the
one that counts.",
};

/// Replicas count the same events several times.
pub(crate) static DUPLICATE_SERIES: Code = Code {
    id: "duplicate-series",
    severity: Error,
    summary: "replicas count the same events several times",
    cause: "\
Two Prometheus servers of a pair, or two scrape jobs of one target, give each
series twice. Sums double. The share of bad events stays right, but counts, the
guard of low traffic and the traffic itself do not. If one of the pair stops,
the numbers fall by half.",
    example: Example::Specs {
        wrong: "
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: requests_total
        bad: failures_total
# --- observed/prod.yaml
version: emberline/v1
observed: 2026-11-24
metrics:
  requests_total:
    type: counter
    duplicates: [replica]
    labels:
      replica: {count: 2, values: [a, b]}
  failures_total: {type: counter}",
        right: "
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: requests_total{replica=\"a\"}
        bad: failures_total
# --- observed/prod.yaml
version: emberline/v1
observed: 2026-11-24
metrics:
  requests_total:
    type: counter
    duplicates: [replica]
    labels:
      replica: {count: 2, values: [a, b]}
  failures_total: {type: counter}",
    },
    remedy: "\
Let the querier deduplicate (Thanos and Mimir do, by the replica label), select
one replica, or remove the second scrape job.",
};

/// A snapshot is older than the policy allows.
pub(crate) static STALE_SNAPSHOT: Code = Code {
    id: "stale-snapshot",
    severity: Warning,
    summary: "a snapshot of what is exported is older than the policy allows",
    cause: "\
Specs are judged by the snapshots under `observed/`, so that a pull request
needs no server. An old snapshot shows metrics that may be gone. The limit is
`observed: {max_age: 30d}` in `policy.yaml`, 90 days by default.",
    example: Example::Session {
        wrong: "
emberline init checkout > out
printf 'requests_total 1\\n' > page.txt
emberline observe page.txt --snapshot prod
sed 's/^observed:.*/observed: 2020-01-01/' slos/observed/prod.yaml > old
sed 's/metrics:/partial: true\\nmetrics:/' old > slos/observed/prod.yaml
emberline check --fail-on warning",
        right: "
emberline init checkout > out
printf 'requests_total 1\\n' > page.txt
emberline observe page.txt --snapshot prod
sed 's/metrics:/partial: true\\nmetrics:/' slos/observed/prod.yaml > new
mv new slos/observed/prod.yaml
emberline check",
    },
    remedy: "\
Take it again: `emberline observe SOURCE --snapshot NAME`. A scheduled job that
opens a pull request with the new file keeps it fresh.",
};

pub(super) static CODES: &[&Code] = &[
    &METRIC_NOT_FOUND,
    &LABEL_NOT_FOUND,
    &VALUE_NOT_FOUND,
    &BUCKET_NOT_FOUND,
    &TYPE_MISMATCH,
    &SELECTOR_MATCHES_NOTHING,
    &NEVER_BAD,
    &BAD_EXCEEDS_TOTAL,
    &SCRAPE_INTERVAL_MISMATCH,
    &DUPLICATE_SERIES,
    &STALE_SNAPSHOT,
];
