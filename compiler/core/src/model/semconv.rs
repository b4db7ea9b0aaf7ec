//! Attributes whose values OpenTelemetry's semantic conventions enumerate: domains that nobody need type again.
//!
//! Source: the registry of `open-telemetry/semantic-conventions` (`model/*/registry.yaml`), read at commits 0325d15e
//! (http), 0ca7c439 (network) and 00a969c1 (messaging); `rpc.grpc.status_code` are the codes of gRPC itself. Attributes
//! without a closed list (`http.route`, `http.response.status_code`, `error.type`) are not here: the conventions do not
//! bound them, so a spec must.

/// Name of the attribute and every value that it can have.
const ENUMERATED: &[(&str, &[&str])] = &[
    ("http.connection.state", &["active", "idle"]),
    (
        "http.request.method",
        &["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "_OTHER"],
    ),
    ("messaging.operation.type", &["create", "send", "receive", "process", "settle", "deliver", "publish"]),
    (
        "network.connection.state",
        &[
            "closed",
            "close_wait",
            "closing",
            "established",
            "fin_wait_1",
            "fin_wait_2",
            "last_ack",
            "listen",
            "syn_received",
            "syn_sent",
            "time_wait",
        ],
    ),
    ("network.connection.type", &["wifi", "wired", "cell", "unavailable", "unknown"]),
    ("network.io.direction", &["transmit", "receive"]),
    ("network.transport", &["tcp", "udp", "pipe", "unix", "quic"]),
    ("network.type", &["ipv4", "ipv6"]),
    (
        "rpc.grpc.status_code",
        &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"],
    ),
];

/// Every value of an attribute that the conventions enumerate.
#[must_use]
pub fn values(attribute: &str) -> Option<&'static [&'static str]> {
    ENUMERATED.iter().find(|(name, _)| *name == attribute).map(|(_, values)| *values)
}

/// The attributes that the conventions enumerate.
pub fn attributes() -> impl Iterator<Item = &'static str> {
    ENUMERATED.iter().map(|(name, _)| *name)
}
