//! A machine behind node_exporter: space, clocks, backups, packets and the exporter's own collectors.

use super::{Fault, LAZY, fault, with};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: node
metrics:
  node_cpu_seconds_total:
    type: counter
    unit: s
    labels:
      cpu: {max_values: 128}
      mode: {values: [idle, iowait, irq, nice, softirq, steal, system, user]}
  node_load1:
    type: gauge
slos:
  - name: up
    objective: 99%
    sli:
      availability: {up: 'up{job="node"}'}
  - name: space
    objective: 99%
    sli:
      timeslice:
        gauge: ['node_filesystem_avail_bytes{mountpoint="/"}', 'node_filesystem_size_bytes{mountpoint="/"}']
        min: 5%
  - name: clock
    objective: 99%
    sli:
      timeslice: {timestamp: 'node_time_seconds{job="node"}', max_age: 2m}
  - name: backup
    objective: 99%
    sli:
      timeslice: {timestamp: 'backup_last_success_timestamp_seconds{backup="orders"}', max_age: 26h}
  - name: backup-told
    objective: 99%
    sli:
      timeslice: {timestamp: 'node_textfile_mtime_seconds{file=~".*/backup.prom"}', max_age: 26h}
  - name: packets
    objective: 99%
    sli:
      events:
        total: 'node_network_receive_packets_total{job="node"}'
        bad: 'node_network_receive_errs_total{job="node"}'
        group_by: [device]
  - name: stolen
    objective: 99%
    sli:
      events:
        total: 'node_cpu_seconds_total{job="node"}'
        bad: 'node_cpu_seconds_total{job="node", mode="steal"}'
  - name: collectors
    objective: 99%
    sli:
      availability: {up: 'node_scrape_collector_success{job="node", collector="filesystem"}'}
  - name: load
    objective: 99%
    sli:
      availability: {gauge: 'node_load1{job="node"}', max: 100000}
"#;

const PACKETS: &str = "node_network_receive_packets_total{job=\"node\"}";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a gauge by its name before version 0.16",
        ("node_filesystem_avail_bytes{", "node_filesystem_avail{"),
        "metric-not-found",
        "node_filesystem_avail",
        "node_filesystem_avail_bytes",
    ),
    fault(
        "a counter by its name before version 0.16",
        (PACKETS, "node_network_receive_packets{job=\"node\"}"),
        "metric-not-found",
        "node_network_receive_packets",
        "node_network_receive_packets_total",
    ),
    fault(
        "a collector's metric that is off by default",
        ("node_time_seconds{job=\"node\"}", "node_ntp_reference_timestamp_seconds{job=\"node\"}"),
        "metric-not-found",
        "node_ntp_reference_timestamp_seconds",
        "",
    ),
    fault(
        "the label of a mount by another name",
        ("node_filesystem_size_bytes{mountpoint=\"/\"}", "node_filesystem_size_bytes{mount=\"/\"}"),
        "label-not-found",
        "mount",
        "mountpoint",
    ),
    fault(
        "a disk that this machine does not have",
        ("node_filesystem_avail_bytes{mountpoint=\"/\"}", "node_filesystem_avail_bytes{mountpoint=\"/data\"}"),
        "value-not-found",
        "/data",
        "one of its values",
    ),
    fault(
        "a collector by another name",
        ("collector=\"filesystem\"", "collector=\"filesystems\""),
        "value-not-found",
        "filesystems",
        "did you mean `filesystem`?",
    ),
    fault(
        "a file of yesterday",
        (".*/backup.prom", ".*/backups.prom"),
        "value-not-found",
        "backups.prom",
        "one of its values",
    ),
    fault(
        "each node apart, by a label that only relabelling adds",
        ("group_by: [device]", "group_by: [node]"),
        "label-not-found",
        "node",
        "one of its labels",
    ),
    fault(
        "a queue's length as packets",
        (PACKETS, "node_network_transmit_queue_length{job=\"node\"}"),
        "type-mismatch",
        "node_network_transmit_queue_length",
        "counter",
    ),
    fault(
        "a summary as events",
        (PACKETS, "go_gc_duration_seconds{job=\"node\"}"),
        "type-mismatch",
        "go_gc_duration_seconds",
        "_count",
    ),
    fault(
        "a load declared as a counter",
        ("  node_load1:\n    type: gauge", "  node_load1:\n    type: counter\n    prometheus_name: node_load1"),
        "type-mismatch",
        "node_load1",
        "type: gauge",
    ),
    fault(
        "errors of a device that is not there",
        ("node_network_receive_errs_total{job=\"node\"}", "node_network_receive_errs_total{device=\"bond9\"}"),
        "never-bad",
        "bond9",
        "on purpose",
    ),
    fault(
        "bytes against packets",
        ("node_network_receive_errs_total{job=\"node\"}", "node_network_receive_bytes_total{job=\"node\"}"),
        "bad-exceeds-total",
        "node_network_receive_bytes_total",
        "narrow `bad`",
    ),
    fault(
        "a mode of the processor that nobody declared",
        ("softirq, steal, system", "steal, system"),
        "undeclared-value",
        "mode",
        "declare",
    ),
    fault(
        "processors that nobody declared",
        ("      cpu: {max_values: 128}\n", ""),
        "undeclared-label",
        "node_cpu_seconds_total",
        "declare `cpu`",
    ),
    with(
        fault(
            "a policy that assumes node_exporter's usual interval",
            ("name: up", "name: up"),
            "scrape-interval-mismatch",
            "15s",
            "scrape_interval: 1s",
        ),
        LAZY,
    ),
];
