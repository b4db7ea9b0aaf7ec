//! Objectives by chance: every kind of indicator, with every grouping and every option, for engines to load.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::random::Random;

/// A kind of indicator: `METRIC` stands for a name of its own, `JOB` for a matcher, `GROUPS` for the grouping.
pub struct Kind {
    /// Its name, which the services of this kind begin with.
    pub name: &'static str,
    /// The indicator, as a YAML flow.
    sli: &'static str,
    /// Whether it counts the observations of native histograms.
    pub is_native: bool,
}

const fn kind(name: &'static str, sli: &'static str) -> Kind {
    Kind { name, sli, is_native: false }
}

const fn native(name: &'static str, sli: &'static str) -> Kind {
    Kind { name, sli, is_native: true }
}

/// Every kind of the reference, in each of its forms.
pub const KINDS: &[Kind] = &[
    kind("bad", "events: {total: 'METRIC_total{JOB}', bad: 'METRIC_total{JOB, code=~\"5..\"}'GROUPS}"),
    kind("bad-elsewhere", "events: {total: 'METRIC_total{JOB}', bad: 'METRIC_failed_total{JOB}'GROUPS}"),
    kind("good", "events: {total: 'METRIC_total{JOB}', good: 'METRIC_total{JOB, code!~\"5..\"}'GROUPS}"),
    kind("good-elsewhere", "events: {total: 'METRIC_total{JOB}', good: 'METRIC_ok_total{JOB}'GROUPS}"),
    kind("good-and-bad", "events: {good: 'METRIC_ok_total{JOB}', bad: 'METRIC_failed_total{JOB}'GROUPS}"),
    kind(
        "sums",
        "events: {total: ['METRIC_sent_total{JOB}', 'METRIC_failed_total{JOB}'], bad: 'METRIC_failed_total{JOB}'GROUPS}",
    ),
    kind(
        "sums-of-good",
        "events: {total: ['METRIC_a_total{JOB}', METRIC_b_total], good: ['METRIC_ok_total{JOB}', METRIC_fine_total]GROUPS}",
    ),
    kind(
        "counts",
        "events: {total: 'METRIC_seconds_count{JOB}', bad: 'METRIC_seconds_count{JOB, code=~\"5..\"}'GROUPS}",
    ),
    native("observations", "events: {total: 'native_seconds{JOB}', bad: 'native_seconds{JOB, code=~\"5..\"}'GROUPS}"),
    kind("dots", "events: {total: '{\"http.METRIC\"}', bad: '{\"http.METRIC\", \"http.status\"=\"500\"}'GROUPS}"),
    kind("latency", "latency: {metric: METRIC_seconds, threshold: 300ms, selector: '{JOB}'GROUPS}"),
    kind("milliseconds", "latency: {metric: METRIC_milliseconds, threshold: 500ms, selector: '{JOB}'GROUPS}"),
    kind("sizes", "latency: {metric: METRIC_bytes, threshold: 1MiB, selector: '{JOB}'GROUPS}"),
    kind("latency-dots", "latency: {metric: '{\"http.METRIC\"}', threshold: 1sGROUPS}"),
    native("latency-native", "latency: {metric: native, threshold: 300ms, selector: '{JOB}'GROUPS}"),
    kind("up", "timeslice: {up: 'METRIC_up{JOB}'GROUPS}"),
    kind("above", "timeslice: {gauge: 'METRIC_lag{JOB}', max: 1000GROUPS}"),
    kind("below", "timeslice: {gauge: 'METRIC_free_ratio{JOB}', min: 10%GROUPS}"),
    kind("average", "timeslice: {gauge: 'METRIC_usage_ratio{JOB}', max: 80%, across: averageGROUPS}"),
    kind("share", "timeslice: {gauge: ['METRIC_missing{JOB}', 'METRIC_wanted{JOB}'], max: 5%GROUPS}"),
    kind("age", "timeslice: {timestamp: 'METRIC_timestamp_seconds{JOB}', max_age: 26hGROUPS}"),
    kind(
        "slices-by-bad",
        "timeslice: {total: 'METRIC_total{JOB}', bad: 'METRIC_failed_total{JOB}', max_error_ratio: 5%, idle: skipGROUPS}",
    ),
    kind(
        "slices-by-good",
        "timeslice: {total: 'METRIC_total{JOB}', good: 'METRIC_ok_total{JOB}', max_error_ratio: 5%GROUPS}",
    ),
    kind("targets", "availability: {up: 'METRIC_up{JOB}'GROUPS}"),
    kind("instances", "availability: {gauge: 'METRIC_usage_ratio{JOB}', max: 90%GROUPS}"),
    kind(
        "stated",
        "expr: {total: 'sum by (topic, zone) (rate(METRIC_total{JOB}[{{.window}}]))', \
         bad: 'sum by (topic, zone) (rate(METRIC_failed_total{JOB}[{{.window}}]) > 0)'GROUPS}",
    ),
    kind(
        "joined",
        "expr: {total: 'sum by (topic, zone) (rate(METRIC_total[{{.window}}]) * on (node) group_left () node_role{JOB})', \
         good: 'sum by (topic, zone) (rate(METRIC_ok_total[{{.window}}]) * on (node) group_left () node_role{JOB})'GROUPS}",
    ),
];

/// The native histogram of the kinds above.
const DECLARED: &str = "metrics:
  native:
    type: exponential_histogram
    unit: s
    labels:
      job: {max_values: 9}
      code: {values: [\"200\", \"500\"]}
      topic: {max_values: 9}
      zone: {max_values: 3}
";

/// Policies that change what every rule looks like. Mimir's limit on the groups of a tenant is for fewer objectives.
pub const POLICIES: &[&str] = &[
    "scrape_interval: 15s\nrulers: {mimir: {max_groups: 0}}\n",
    "scrape_interval: 30s\nrulers: {mimir: {max_groups: 0}}\nevaluation_interval: 60s\nreplica_label: replica\nlabels: {cluster: eu-1}\n\
     data: {absent: page, group_gone: ticket, no_traffic: ticket}\n",
];

/// Writes `count` objectives of each kind under each policy: a folder of specs for each policy, a service for each
/// kind, in `folder/0`, `folder/1` and so on.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, count: usize, random: &mut Random) -> Result<usize> {
    let mut written = 0;
    for (number, policy) in POLICIES.iter().enumerate() {
        let specs = folder.join(number.to_string());
        fs::create_dir_all(&specs).with_context(|| format!("creating {}", specs.display()))?;
        fs::write(specs.join("policy.yaml"), format!("version: emberline/v1\n{policy}"))?;
        for kind in KINDS {
            // A service's name is unlike those under the other policy: all of them load into one ruler.
            let service = format!("{}-{number}", kind.name);
            fs::write(specs.join(format!("{service}.yaml")), spec(kind, &service, count, random))?;
            written += count;
        }
    }
    Ok(written)
}

fn spec(kind: &Kind, service: &str, count: usize, random: &mut Random) -> String {
    let owner = random.pick(&["team-web", "Zoë's team", "a: b # c"]);
    let mut text = format!("version: emberline/v1\nservice: {service}\nowner: \"{owner}\"\n");
    if kind.is_native {
        text.push_str(DECLARED);
    }
    text.push_str("slos:\n");
    for number in 0..count {
        objective(&mut text, kind, number, random);
    }
    text
}

/// Each option is there in some objectives and missing in others, in every combination before long.
fn objective(text: &mut String, kind: &Kind, number: usize, random: &mut Random) {
    let target = random.pick(&["98%", "99%", "99.5%", "99.9%", "99.95%", "99.99%"]);
    let metric = format!("m{number}_{}", kind.name.replace('-', "_"));
    let job =
        *random.pick(&[r#"job="x""#, r#"job=~"x|y.*""#, r#"job!="""#, r#"job="a \"b\" c""#, r#"job=~"[a-z]+\\.eu""#]);
    let groups = *random.pick(&["", ", group_by: [topic]", ", group_by: [topic, zone]"]);
    let sli = kind.sli.replace("METRIC", &metric).replace("JOB", job).replace("GROUPS", groups);
    let _ = write!(text, "  - name: o{number}\n    objective: {target}\n    sli: {{{sli}}}\n");
    if random.once_in(2) {
        let _ = writeln!(text, "    window: {}", random.pick(&["7d", "28d", "30d", "90d"]));
    }
    if random.once_in(4) {
        text.push_str("    delay: 5m\n");
    }
    if random.once_in(3) {
        let _ = writeln!(text, "    traffic: {}", random.pick(&["40/s", "200/h", "5/s"]));
    }
    if random.once_in(3) {
        text.push_str("    description: \"quick: 'fast' \\\"enough\\\" — 50% {braces} #1\"\n");
    }
    if random.once_in(3) {
        text.push_str("    data: {absent: ticket, group_gone: ticket, no_traffic: page}\n");
    }
    alerting(text, random);
}

fn alerting(text: &mut String, random: &mut Random) {
    let pairs = random.pick(&[
        "",
        "drop: [1h/5m], ",
        "pairs: [{long: 2h, short: 10m, burn: 8, severity: page}], ",
        "pairs: [], ",
    ]);
    let events = random.pick(&["", "min_bad_events: 5, "]);
    let keep = random.pick(&["", "keep_firing_for: 0s, ", "keep_firing_for: 15m, "]);
    let annotations =
        random.pick(&["", "annotations: {note: 'at {{ $value | humanizePercentage }} of {{ $labels.slo }}'}, "]);
    let all = [*pairs, *events, *keep, *annotations].concat();
    if !all.is_empty() {
        let _ = writeln!(text, "    alerting: {{{}}}", all.trim_end_matches(", "));
    }
}
