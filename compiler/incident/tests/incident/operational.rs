//! Synthetic incidents that no commit causes, with decoys. The author of the walk wrote them: weaker evidence.

use crate::build::Case;

const TIDY: &str = "@@ client.go: func (c *Client) Do(ctx context.Context, in In) (*Out, error) {\n-\tbody, err := json.Marshal(in)\n-\tif err != nil {\n-\t\treturn nil, err\n-\t}\n-\treturn c.post(ctx, body)\n+\treturn c.send(ctx, in)\n+}\n+\n+func (c *Client) send(ctx context.Context, in In) (*Out, error) {\n+\tbody, err := json.Marshal(in)\n+\tif err != nil {\n+\t\treturn nil, err\n+\t}\n+\treturn c.post(ctx, body)\n }";
const LOG: &str = "@@ log.go @@\n-\tlog.Printf(\"done %s\", id)\n+\tlogger.Info(\"done\", \"id\", id)";
const BUMP: &str = "@@ package.json @@\n-    \"express\": \"4.18.1\",\n+    \"express\": \"4.18.2\",";
const SIZE: &str = "@@ config/app.yaml @@\n-  cache_entries: 10000\n+  cache_entries: 12000";

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("expired-certificate", "none", "edge").alert("edge", "tls_handshake_failures_per_sec", 63)
            .step("edge", "tls_handshake_failures_per_sec", 0.1, 300.0, 60).step("edge", "error_ratio", 0.002, 0.97, 60)
            .usual("edge", "request proxied").logs("edge", "ERROR", "x509: certificate has expired or is not yet valid: notAfter 2026-03-02T09:00:00Z", 60, 8, 40)
            .deployed("tidy1", "edge", 40, &["edge/client.go"], TIDY).deployed("size1", "edge", 57, &["edge/config/app.yaml"], SIZE),
        Case::new("provider-outage", "none", "payments").alert("payments", "error_ratio", 55)
            .step("payments", "error_ratio", 0.004, 0.6, 50).step("payments", "provider_latency_p99_ms", 300.0, 10000.0, 50).step("shop", "error_ratio", 0.002, 0.4, 50).flat("payments", "requests_per_sec", 60.0)
            .usual("payments", "charge ok").logs("payments", "ERROR", "card provider returned 503 service unavailable; see provider status page", 50, 10, 40).logs("shop", "ERROR", "payments failed", 51, 30, 12)
            .deployed("tidy2", "payments", 47, &["payments/provider/client.go"], TIDY).deployed("bump2", "shop", 44, &["package.json"], BUMP),
        Case::new("names-gone", "none", "feed").alert("feed", "http_5xx_ratio", 48)
            .step("feed", "http_5xx_ratio", 0.002, 0.5, 45).step("coredns", "dns_servfail_total", 0.0, 900.0, 45).step("users", "http_5xx_ratio", 0.002, 0.4, 45)
            .usual("feed", "feed built").usual("users", "user read").logs("feed", "ERROR", "getaddrinfo ENOTFOUND users.svc.cluster.local", 45, 10, 40).logs("users", "ERROR", "lookup db.svc.cluster.local: server misbehaving, SERVFAIL", 45, 12, 30)
            .deployed("tidy3", "feed", 42, &["feed/client.go"], TIDY).deployed("log3", "users", 30, &["users/log.go"], LOG),
        Case::new("node-reclaimed", "none", "recs").alert("recs", "error_ratio", 52)
            .step("recs", "error_ratio", 0.003, 0.3, 48).step("recs", "available_replicas_ready", 6.0, 2.0, 48).flat("recs", "requests_per_sec", 200.0)
            .usual("recs", "list built").logs("kubelet", "WARN", "spot instance reclaim notice: node pool-b-7 terminating, pods evicted", 47, 20, 3).logs("recs", "ERROR", "connection reset by peer", 48, 15, 30)
            .deployed("size4", "recs", 44, &["recs/config/app.yaml"], SIZE).deployed("tidy4", "recs", 30, &["recs/client.go"], TIDY),
        Case::new("primary-failover", "none", "orders").alert("orders", "write_errors_per_sec", 43)
            .step("orders", "write_errors_per_sec", 0.1, 40.0, 40).flat("orders", "requests_per_sec", 150.0)
            .usual("orders", "order stored").logs("orders", "ERROR", "cannot execute INSERT in a read-only transaction", 40, 8, 40).logs("postgres", "WARN", "failover: new primary is pg-2, pg-0 stepped down", 40, 60, 1)
            .deployed("tidy5", "orders", 38, &["orders/client.go"], TIDY).flag("express", "orders", "off->on", 20),
        Case::new("clock-skew", "none", "identity").alert("identity", "auth_failures_ratio", 46)
            .step("identity", "auth_failures_ratio", 0.01, 0.5, 42).step("node-17", "ntp_clock_offset_seconds", 0.002, 190.0, 40)
            .usual("identity", "login ok").logs("identity", "ERROR", "token used before issued: clock skew of 190 s on node-17", 42, 10, 40)
            .deployed("log6", "identity", 39, &["identity/log.go"], LOG).deployed("bump6", "identity", 30, &["package.json"], BUMP),
        Case::new("nightly-job", "none", "warehouse-api").alert("warehouse-api", "query_latency_p99_ms", 36)
            .step("warehouse-api", "query_latency_p99_ms", 60.0, 4000.0, 30).step("warehouse-db", "db_cpu_pct", 25.0, 99.0, 30).step("warehouse-db", "db_lock_wait_seconds", 0.01, 5.0, 30).flat("warehouse-api", "requests_per_sec", 50.0)
            .usual("warehouse-api", "stock read").logs("warehouse-db", "INFO", "nightly batch job stock_backfill started", 30, 60, 1).logs("warehouse-api", "WARN", "slow query, blocked by pid 881 (stock_backfill)", 31, 20, 30)
            .deployed("tidy7", "warehouse-api", 26, &["warehouse/client.go"], TIDY),
        Case::new("disk-fills", "none", "archive").alert("archive", "write_failures_total", 72)
            .ramp("archive", "disk_used_pct", (60.0, 100.0), (20, 70)).step("archive", "write_failures_total", 0.0, 50.0, 70).flat("archive", "requests_per_sec", 10.0)
            .usual("archive", "segment written").logs("archive", "ERROR", "write segment: no space left on device", 70, 10, 40)
            .deployed("tidy8", "archive", 60, &["archive/client.go"], TIDY).deployed("log8", "archive", 66, &["archive/log.go"], LOG),
        Case::new("key-expired", "none", "mailer").alert("mailer", "send_errors_ratio", 41)
            .step("mailer", "send_errors_ratio", 0.01, 1.0, 38).flat("mailer", "messages_per_sec", 30.0)
            .usual("mailer", "mail queued").logs("mailer", "ERROR", "mail api answered 403 forbidden: api key expired on 2026-03-02", 38, 8, 40)
            .deployed("size9", "mailer", 35, &["mailer/config/app.yaml"], SIZE).deployed("tidy9", "mailer", 20, &["mailer/client.go"], TIDY),
        Case::new("zone-partition", "none", "cart").alert("cart", "error_ratio", 45)
            .step("cart", "error_ratio", 0.002, 0.33, 42).step("cart", "tcp_retransmits_per_sec", 2.0, 900.0, 42).step("inventory", "error_ratio", 0.002, 0.35, 42).flat("cart", "requests_per_sec", 70.0)
            .usual("cart", "cart saved").usual("inventory", "stock held").logs("cart", "ERROR", "redis-b: i/o timeout, no route to host in availability zone b", 42, 10, 40).logs("inventory", "ERROR", "kafka-b: network is unreachable", 42, 12, 30)
            .deployed("tidy10", "cart", 39, &["cart/client.go"], TIDY),
        Case::new("flag-turned", "none", "quotes").alert("quotes", "http_5xx_ratio", 44)
            .step("quotes", "http_5xx_ratio", 0.002, 0.45, 41).flat("quotes", "requests_per_sec", 70.0)
            .usual("quotes", "quote made").logs("quotes", "ERROR", "tiered_rates engine: rate table for region is empty", 41, 10, 40)
            .deployed("tidy11", "quotes", 25, &["quotes/client.go"], TIDY).flag("tiered_rates_engine", "quotes", "off->on", 40),
        Case::new("crawler", "none", "listing").alert("listing", "http_request_duration_p99_ms", 50)
            .ramp("listing", "requests_per_sec", (120.0, 1400.0), (44, 50)).step("listing", "http_request_duration_p99_ms", 70.0, 2000.0, 46).step("listing", "cpu_utilization", 0.3, 0.99, 46).ramp("ads", "requests_per_sec", (100.0, 1200.0), (44, 50))
            .usual("listing", "page served").usual("ads", "ads picked").logs("listing", "WARN", "request queued: all workers busy", 46, 10, 40)
            .deployed("size12", "listing", 42, &["listing/config/app.yaml"], SIZE).deployed("tidy12", "listing", 30, &["listing/client.go"], TIDY),
        Case::new("upstream-quota", "none", "geocoder").alert("geocoder", "error_ratio", 47)
            .step("geocoder", "error_ratio", 0.002, 0.8, 44).flat("geocoder", "requests_per_sec", 25.0)
            .usual("geocoder", "address found").logs("geocoder", "ERROR", "maps api answered 429 too many requests: daily quota exceeded", 44, 8, 40)
            .deployed("tidy13", "geocoder", 40, &["geocoder/client.go"], TIDY).deployed("log13", "geocoder", 20, &["geocoder/log.go"], LOG),
    ]
}
