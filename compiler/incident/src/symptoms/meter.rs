//! What a metric measures, by the words of its name.

use crate::words;

/// What a metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meter {
    Errors,
    Latency,
    Rate,
    Queries,
    Rows,
    Cpu,
    Throttled,
    Memory,
    OutOfMemory,
    Collector,
    Restarts,
    Pool,
    Queue,
    Lag,
    Disk,
    Io,
    Logs,
    CacheHits,
    CacheMisses,
    Retries,
    Handles,
    Threads,
    Locks,
    Quota,
    Capacity,
    Denied,
    Cancelled,
    Timeouts,
    Schema,
    Rebalance,
    Probe,
    Certificate,
    Names,
    Network,
    Provider,
    Replica,
    Clock,
    Payload,
    Cardinality,
    Decode,
    Duplicates,
    Crash,
    Yield,
    Wrong,
    Other,
}

/// Rows of words: the first row of which every word group is found says what a metric measures.
const TABLE: &[(&[&[&str]], Meter)] = &[
    (&[&["oom", "oomkill", "oomkilled", "oomkills"]], Meter::OutOfMemory),
    (&[&["deadlock", "deadlocks"]], Meter::Locks),
    (&[&["panic", "panics", "crash", "crashes", "segfault", "segfaults"]], Meter::Crash),
    (&[&["restart", "restarts", "crashloop"]], Meter::Restarts),
    (&[&["throttled", "throttling", "cfs"], &["cpu", "cfs"]], Meter::Throttled),
    (
        &[&["throttle", "throttled", "throttles", "throttling", "429", "quota", "ratelimit", "ratelimited"]],
        Meter::Quota,
    ),
    (&[&["rate"], &["limit", "limited", "limiter"]], Meter::Quota),
    (&[&["missing"], &["table", "column", "relation", "schema"]], Meter::Schema),
    (
        &[&["401", "403", "unauthorized", "unauthenticated", "forbidden", "denied", "auth", "authn", "authz", "token"]],
        Meter::Denied,
    ),
    (&[&["cancelled", "canceled", "aborted"]], Meter::Cancelled),
    (&[&["timeout", "timeouts", "deadline"]], Meter::Timeouts),
    (&[&["handshake", "tls", "ssl", "cert", "certificate", "x509"]], Meter::Certificate),
    (&[&["dns", "nxdomain", "servfail", "resolver", "resolution"]], Meter::Names),
    (&[&["packet", "packets", "retransmit", "retransmits", "network", "bandwidth", "tcp"]], Meter::Network),
    (&[&["provider", "vendor", "external", "partner", "thirdparty"]], Meter::Provider),
    (
        &[&["replication", "replica", "failover", "standby"], &["lag", "delay", "behind", "failover", "errors"]],
        Meter::Replica,
    ),
    (&[&["clock", "ntp", "skew", "drift"]], Meter::Clock),
    (&[&["rebalance", "rebalances"]], Meter::Rebalance),
    (
        &[&["cache", "memo", "redis", "cdn"], &["miss", "misses", "evicted", "evictions", "eviction"]],
        Meter::CacheMisses,
    ),
    (&[&["cache", "cdn"], &["hit", "hits", "hitrate"]], Meter::CacheHits),
    (&[&["retry", "retries", "attempts", "retried"]], Meter::Retries),
    (&[&["fd", "fds", "handles", "descriptors", "sockets"]], Meter::Handles),
    (&[&["goroutine", "goroutines", "thread", "threads"]], Meter::Threads),
    (&[&["lock", "locks", "mutex", "contention", "blocked"]], Meter::Locks),
    (&[&["gc", "garbage"]], Meter::Collector),
    (&[&["pool", "pools", "connections", "conns", "conn", "connection"]], Meter::Pool),
    (
        &[
            &["decode", "deserialize", "deserialization", "parse", "unmarshal", "schema"],
            &["error", "errors", "failures", "failed"],
        ],
        Meter::Decode,
    ),
    (&[&["duplicate", "duplicates", "duplicated", "dup", "double", "twice"]], Meter::Duplicates),
    (&[&["lag", "oldest", "age", "staleness", "freshness", "stale"]], Meter::Lag),
    (
        &[&[
            "queue",
            "backlog",
            "pending",
            "inflight",
            "waiting",
            "buffer",
            "depth",
            "parked",
            "stuck",
            "outstanding",
            "unacked",
        ]],
        Meter::Queue,
    ),
    (
        &[
            &["disk", "volume", "io", "block"],
            &["read", "write", "reads", "writes", "iops", "throughput", "await", "busy", "util"],
        ],
        Meter::Io,
    ),
    (&[&["disk", "volume", "filesystem", "inode", "inodes", "storage"]], Meter::Disk),
    (
        &[&["log", "logs"], &["lines", "bytes", "throughput", "lps", "volume", "write", "rate", "ingest", "emitted"]],
        Meter::Logs,
    ),
    (&[&["cardinality", "series"]], Meter::Cardinality),
    (&[&["ready", "unready", "healthy", "unhealthy", "probe", "liveness", "readiness"]], Meter::Probe),
    (
        &[&[
            "error",
            "errors",
            "5xx",
            "4xx",
            "500",
            "503",
            "502",
            "504",
            "failed",
            "failure",
            "failures",
            "exception",
            "exceptions",
            "rejected",
            "faults",
            "dropped",
            "unavailable",
            "dlq",
        ]],
        Meter::Errors,
    ),
    (
        &[&["mismatch", "mismatches", "incorrect", "wrong", "negative", "discrepancy", "overcharge", "anomaly"]],
        Meter::Wrong,
    ),
    (&[&["rows", "documents", "scanned", "tuples"]], Meter::Rows),
    (&[&["latency", "duration", "p99", "p95", "p90", "p50", "elapsed"]], Meter::Latency),
    (&[&["response", "request", "processing", "query", "wait"], &["time", "seconds", "ms", "millis"]], Meter::Latency),
    (&[&["queries", "query", "selects", "statements", "sql", "roundtrips"]], Meter::Queries),
    (&[&["calls", "lookups"], &["request", "db"]], Meter::Queries),
    (&[&["cpu", "processor", "runqueue", "load1", "load5"]], Meter::Cpu),
    (&[&["memory", "heap", "rss", "mem", "working"]], Meter::Memory),
    (&[&["bytes", "payload", "size"]], Meter::Payload),
    (&[&["capacity", "units", "wcu", "rcu", "consumed", "credits"]], Meter::Capacity),
    (&[&["rps", "qps", "rpm", "tps", "requests", "messages", "events"]], Meter::Rate),
    (&[&["request", "throughput", "ingress", "arrival", "traffic"]], Meter::Rate),
    (
        &[&[
            "success",
            "availability",
            "processed",
            "handled",
            "written",
            "planned",
            "consumed",
            "enriched",
            "completed",
            "result",
            "results",
            "conversion",
            "orders",
            "delivered",
            "approved",
            "approval",
            "match",
        ]],
        Meter::Yield,
    ),
];

/// What a metric measures, by its name.
pub(crate) fn meter(metric: &str) -> Meter {
    let mut parts = words::parts(metric);
    // `5xx` and `p99` stay whole; `http5xx` does not name itself so.
    parts.extend(metric.split(['_', '.', '-', ':']).map(str::to_lowercase));
    let has = |group: &&[&str]| group.iter().any(|word| parts.iter().any(|part| part == word));
    TABLE.iter().find(|(groups, _)| groups.iter().all(&has)).map_or(Meter::Other, |(_, meter)| *meter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_metrics_measure() {
        for (metric, expected) in [
            ("http_server_duration_p99_ms", Meter::Latency),
            ("error_rate_5xx_ratio", Meter::Errors),
            ("requests_per_sec", Meter::Rate),
            ("db_rows_examined", Meter::Rows),
            ("db_query_count_per_request", Meter::Queries),
            ("container_cpu_cfs_throttled_seconds", Meter::Throttled),
            ("jvmHeapUsed", Meter::Memory),
            ("hikari_pool_active_connections", Meter::Pool),
            ("consumer_lag", Meter::Lag),
            ("cache_hit_ratio", Meter::CacheHits),
            ("tls_handshake_failures_total", Meter::Certificate),
            ("search_error_rate_pct", Meter::Errors),
        ] {
            assert_eq!(meter(metric), expected, "{metric}");
        }
    }
}
