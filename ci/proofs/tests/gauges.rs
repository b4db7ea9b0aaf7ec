//! What indicators over gauges record in promtool, and that their generated proofs pass.

use anyhow::Result;
use emberline_proofs::given::{Given, examples};

/// No number, 40 times: promtool's notation repeats numbers only.
const NAN: &str = "NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN \
                   NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN";

#[test]
fn the_guides_gauges_count_what_they_say() -> Result<()> {
    let series = [
        // One of two partitions lags behind.
        ("kafka_consumergroup_lag{topic=\"orders\",consumergroup=\"mail\",partition=\"0\"}", "10000x40"),
        ("kafka_consumergroup_lag{topic=\"orders\",consumergroup=\"mail\",partition=\"1\"}", "10001x40"),
        ("kafka_consumergroup_lag{topic=\"orders\",consumergroup=\"bill\",partition=\"0\"}", "10000x40"),
        // Of 40 replicas two may be unavailable; nothing is desired of `idle`, and `lost` has no other side.
        ("kube_deployment_status_replicas_unavailable{namespace=\"n\",deployment=\"web\",instance=\"a\"}", "2x40"),
        ("kube_deployment_spec_replicas{namespace=\"n\",deployment=\"web\",instance=\"a\"}", "40x40"),
        ("kube_deployment_status_replicas_unavailable{namespace=\"n\",deployment=\"api\",instance=\"a\"}", "3x40"),
        ("kube_deployment_spec_replicas{namespace=\"n\",deployment=\"api\",instance=\"a\"}", "40x40"),
        ("kube_deployment_status_replicas_unavailable{namespace=\"n\",deployment=\"idle\",instance=\"a\"}", "1x40"),
        ("kube_deployment_spec_replicas{namespace=\"n\",deployment=\"idle\",instance=\"a\"}", "0x40"),
        ("kube_deployment_status_replicas_unavailable{namespace=\"n\",deployment=\"lost\",instance=\"a\"}", "1x40"),
        // 26 hours and a minute before the test began.
        ("backup_last_success_timestamp_seconds{host=\"a\"}", "-93660x40"),
        ("backup_last_success_timestamp_seconds{host=\"b\"}", "0x40"),
        // One probe of four fails, and one half of the time.
        ("probe_success{job=\"blackbox\",instance=\"a\"}", "1x40"),
        ("probe_success{job=\"blackbox\",instance=\"b\"}", "0x40"),
        ("probe_success{job=\"blackbox\",instance=\"c\"}", "0.5x40"),
        ("probe_success{job=\"blackbox\",instance=\"d\"}", NAN),
        // 90% and 70%: 80% on average.
        ("instance_cpu_usage_ratio{instance=\"a\"}", "0.9x40"),
        ("instance_cpu_usage_ratio{instance=\"b\"}", "0.69x40"),
        ("instance_memory_usage_ratio{instance=\"a\"}", "0.9x40"),
        ("instance_memory_usage_ratio{instance=\"b\"}", "0.91x40"),
    ];
    let expected = [
        ("sum(slo:bad_events:rate_base{slo=\"example-1\",consumergroup=\"mail\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"example-1\",consumergroup=\"bill\"})", "9m", "0"),
        ("sum(slo:events:rate_base{slo=\"example-1\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"example-2\",deployment=\"web\"})", "9m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"example-2\",deployment=\"api\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"example-2\",deployment=\"idle\"})", "9m", "0"),
        ("count(slo:bad_events:rate_base{slo=\"example-2\",deployment=\"lost\"})", "9m", ""),
        ("sum(slo:events:rate_base{slo=\"example-2\"})", "9m", "4"),
        ("sum(slo:bad_events:rate_base{slo=\"example-3\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"example-4\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{slo=\"example-4\"})", "9m", "1.5"),
        ("sum(slo:events:rate_base{slo=\"example-5\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"example-5\"})", "9m", "0"),
        ("sum(slo:events:rate_base{slo=\"example-6\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"example-6\"})", "9m", "1"),
        ("count(slo:events:rate_base{slo=\"example-7\"})", "9m", ""),
    ];
    let spec = examples(&["timeslice:", "availability:"])?;
    Given { policy: "", spec: &spec, interval: "15s", series: &series, expected: &expected }.holds()
}

const EACH: &str = "slos:
  - {name: worst, objective: 99%, sli: {timeslice: {gauge: level, max: 5}}}
  - {name: average, objective: 99%, sli: {timeslice: {gauge: level, max: 5, across: average}}}
  - {name: up, objective: 99%, sli: {timeslice: {up: level}}}
  - {name: share, objective: 99%, sli: {timeslice: {gauge: [level, whole], max: 5%}}}
  - {name: age, objective: 99%, sli: {timeslice: {timestamp: level, max_age: 1h}}}
  - {name: targets, objective: 99%, sli: {availability: {up: level}}}
  - {name: within, objective: 99%, sli: {availability: {gauge: level, max: 5}}}
";

#[test]
fn what_is_no_number_is_no_data() -> Result<()> {
    let expected = [
        ("count(slo:events:rate_base)", "9m", ""),
        ("count(ALERTS{alertname=\"SliAbsent\",alertstate=\"firing\"})", "9m", "7"),
    ];
    let series = [("level", NAN), ("whole", NAN)];
    Given { policy: "", spec: EACH, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn two_replicas_are_one_series_of_a_gauge() -> Result<()> {
    let series = [
        ("level{instance=\"x\",replica=\"a\"}", "8x40"),
        ("level{instance=\"x\",replica=\"b\"}", "8x40"),
        ("level{instance=\"y\",replica=\"a\"}", "0x40"),
        ("whole{replica=\"a\"}", "100x40"),
    ];
    let expected = [
        ("sum(slo:events:rate_base{slo=\"targets\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"targets\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"within\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"within\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"worst\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"average\"})", "9m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"share\"})", "9m", "1"),
    ];
    let policy = "replica_label: replica\n";
    Given { policy, spec: EACH, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn a_timestamp_that_is_read_late_is_as_old_as_it_was() -> Result<()> {
    let spec = "slos:\n  - {name: age, objective: 99%, delay: 10m, sli: {timeslice: {timestamp: done_timestamp_seconds, max_age: 5m}}}\n";
    let expected = [
        ("sum(slo:bad_events:rate_base)", "30m", "0"),
        // Bad from five minutes after the last success at 30m on, ten minutes later.
        ("sum(slo:bad_events:rate_base)", "45m", "0"),
        ("sum(slo:bad_events:rate_base)", "46m", "1"),
    ];
    let series = [("done_timestamp_seconds", "0+15x120 1800x200")];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn timestamps_of_a_job_that_never_ran_or_in_another_unit_are_bad() -> Result<()> {
    let spec = "slos:\n  - {name: age, objective: 99%, sli: {timeslice: {timestamp: done_timestamp_seconds, max_age: 1h, group_by: [job]}}}\n";
    let series = [
        ("done_timestamp_seconds{job=\"fresh\"}", "0+60x150"),
        ("done_timestamp_seconds{job=\"never\"}", "0x150"),
        ("done_timestamp_seconds{job=\"milliseconds\"}", "0+60000x150"),
    ];
    let expected = [
        ("sum(slo:bad_events:rate_base{job=\"fresh\"})", "2h", "0"),
        ("sum(slo:bad_events:rate_base{job=\"never\"})", "2h", "1"),
        ("sum(slo:bad_events:rate_base{job=\"milliseconds\"})", "2h", "1"),
    ];
    let policy = "scrape_interval: 1m\n";
    Given { policy, spec, interval: "1m", series: &series, expected: &expected }.holds()
}
