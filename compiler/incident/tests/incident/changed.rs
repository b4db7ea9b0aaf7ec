//! Synthetic incidents that a commit causes, with decoys. The author of the walk wrote them: weaker evidence.

use crate::build::Case;

/// A refactoring that keeps what a handler does.
const TIDY: &str = "@@ handler.go: func (h *Handler) Serve(w http.ResponseWriter, r *http.Request) {\n-\tvar req Req\n-\tif err := json.NewDecoder(r.Body).Decode(&req); err != nil {\n-\t\thttp.Error(w, err.Error(), 400)\n-\t\treturn\n-\t}\n+\treq, err := decode[Req](r)\n+\tif err != nil {\n+\t\twriteError(w, http.StatusBadRequest, err)\n+\t\treturn\n+\t}\n";
const HELPER: &str = "@@ def total(items):\n-    result = 0\n-    for item in items:\n-        result += item.price * item.count\n-    return result\n+    return sum(item.price * item.count for item in items)\n";
const BUMP: &str = "@@ go.mod @@\n-\tgithub.com/gorilla/mux v1.8.0\n+\tgithub.com/gorilla/mux v1.8.1";
const STYLE: &str = "@@ app.css @@\n-.a { color: red; }\n+.a { color: blue; }";

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("cache-ttl", "ttl", "catalog").alert("catalog", "http_request_duration_p95_ms", 52)
            .step("catalog", "http_request_duration_p95_ms", 40.0, 420.0, 46).step("catalog", "cache_hit_ratio", 0.94, 0.21, 45)
            .step("postgres", "db_queries_per_sec", 300.0, 2900.0, 46).flat("catalog", "requests_per_sec", 800.0)
            .usual("catalog", "served product page").logs("catalog", "WARN", "slow response for product page: # ms, loaded from origin", 46, 20, 30)
            .deployed("ttl", "catalog", 44, &["services/catalog/config/cache.yaml"], "@@ services/catalog/config/cache.yaml @@\n redis:\n-  ttl: 10m\n+  ttl: 10s\n   pool: 32")
            .deployed("tidy1", "catalog", 45, &["services/catalog/handler.go"], TIDY)
            .deployed("style1", "web", 44, &["web/app.css"], STYLE).flag("new_badges", "catalog", "off->on", 40),
        Case::new("connection-leak", "leak", "orders").alert("orders", "error_ratio", 66)
            .step("orders", "error_ratio", 0.002, 0.4, 60).ramp("orders", "hikaricp_active_connections", (6.0, 30.0), (31, 60))
            .step("shop", "error_ratio", 0.002, 0.22, 61).usual("orders", "order # stored")
            .logs("orders", "ERROR", "HikariPool-1 - Connection is not available, request timed out after 30000ms", 60, 15, 40)
            .logs("shop", "ERROR", "orders answered 500", 61, 30, 15)
            .deployed("leak", "orders", 30, &["orders/src/main/java/OrderDao.java"], "@@ OrderDao.java @@ List<Order> recent(String user) {\n-    try (Connection c = ds.getConnection(); PreparedStatement s = c.prepareStatement(SQL)) {\n-        return read(s, user);\n-    }\n+    Connection c = ds.getConnection();\n+    PreparedStatement s = c.prepareStatement(SQL);\n+    return read(s, user);\n }")
            .deployed("help2", "orders", 58, &["orders/tools/total.py"], HELPER)
            .trace(10, &[("shop", "POST /order", 80.0, ""), ("orders", "store", 30.0, "")])
            .trace(64, &[("shop", "POST /order", 30100.0, "x"), ("orders", "store", 30050.0, "SQLTransientConnectionException")]),
        Case::new("retry-storm", "retries", "gateway").alert("gateway", "http_5xx_ratio", 55)
            .step("gateway", "http_5xx_ratio", 0.003, 0.35, 50).step("pricing", "requests_per_sec", 200.0, 1700.0, 50)
            .flat("gateway", "requests_per_sec", 210.0).step("pricing", "cpu_usage_ratio", 0.35, 0.98, 50)
            .usual("gateway", "handled request").logs("gateway", "WARN", "pricing quote failed, retrying (attempt 7 of 8)", 50, 10, 50)
            .logs("pricing", "ERROR", "request dropped: server busy", 50, 20, 30)
            .trace(10, &[("gateway", "GET /cart", 60.0, ""), ("pricing", "Quote", 30.0, "")])
            .deployed("retries", "gateway", 48, &["gateway/src/pricingClient.js"], "@@ gateway/src/pricingClient.js @@\n-  retries: 1,\n-  retryDelay: axiosRetry.exponentialDelay,\n+  retries: 8,\n+  retryDelay: () => 0,\n")
            .deployed("bump3", "pricing", 49, &["go.mod"], BUMP).deployed("tidy3", "pricing", 20, &["pricing/handler.go"], TIDY),
        Case::new("memory-leak", "map", "profile").alert("profile", "http_5xx_ratio", 75)
            .ramp("profile", "process_resident_memory_mb", (310.0, 980.0), (22, 70)).step("profile", "http_5xx_ratio", 0.001, 0.12, 70)
            .step("profile", "container_restarts_total", 0.0, 4.0, 70).flat("profile", "requests_per_sec", 90.0)
            .usual("profile", "profile rendered").logs("kubelet", "WARN", "container profile OOMKilled, exit code 137", 70, 200, 4)
            .deployed("map", "profile", 20, &["profile/src/session.ts"], "@@ profile/src/session.ts @@\n+const seen = new Map<string, Session>();\n export function open(req: Req): Session {\n-  return load(req.id);\n+  const session = load(req.id);\n+  seen.set(req.traceId, session);\n+  return session;\n }")
            .deployed("tidy4", "profile", 68, &["profile/handler.go"], TIDY).deployed("style4", "web", 69, &["web/app.css"], STYLE),
        Case::new("slow-pattern", "pattern", "search-api").alert("search-api", "request_latency_p99", 50)
            .step("search-api", "request_latency_p99", 90.0, 2600.0, 44).step("search-api", "cpu_utilization", 0.3, 0.99, 44).flat("search-api", "rps", 120.0)
            .usual("search-api", "query parsed").logs("search-api", "WARN", "query parse took # ms", 44, 15, 40)
            .deployed("pattern", "search-api", 43, &["search/parser.py"], "@@ search/parser.py @@\n-TERM = re.compile(r\"[A-Za-z0-9_]+\")\n+TERM = re.compile(r\"^(([A-Za-z0-9_]+\\s?)+)+$\")\n")
            .deployed("cfg5", "search-api", 41, &["search/config/cache.yaml"], "@@ search/config/cache.yaml @@\n-  entries: 5000\n+  entries: 6000").flag("suggestions", "search-api", "off->on", 38),
        Case::new("token-audience", "aud", "accounts").alert("accounts", "http_4xx_ratio", 40)
            .step("accounts", "http_4xx_ratio", 0.01, 0.88, 36).step("mobile-bff", "error_ratio", 0.004, 0.7, 36)
            .usual("accounts", "token accepted").logs("accounts", "ERROR", "401 unauthorized: jwt audience mismatch, got account-clients", 36, 6, 60)
            .logs("mobile-bff", "ERROR", "accounts returned 401", 36, 20, 20)
            .deployed("aud", "accounts", 35, &["accounts/internal/auth/verify.go"], "@@ func Verify(raw string) (*Claims, error) {\n-\treturn parse(raw, WithAudience(\"account-clients\"))\n+\treturn parse(raw, WithAudience(\"accounts\"))\n }")
            .deployed("tidy6", "accounts", 36, &["accounts/handler.go"], TIDY).deployed("bump6", "mobile-bff", 30, &["go.mod"], BUMP),
        Case::new("variable-renamed", "var", "billing").alert("billing", "availability_errors", 48)
            .step("billing", "availability_errors", 0.1, 30.0, 45).step("billing", "pod_restarts", 0.0, 6.0, 45)
            .usual("billing", "invoice # written").logs("billing", "FATAL", "KeyError: 'INVOICE_BUCKET'; worker cannot start", 45, 30, 12)
            .deployed("var", "billing", 44, &["billing/settings.py"], "@@ billing/settings.py @@\n-BUCKET = os.environ[\"BILLING_BUCKET\"]\n+BUCKET = os.environ[\"INVOICE_BUCKET\"]\n")
            .deployed("help7", "billing", 42, &["billing/total.py"], HELPER),
        Case::new("memory-limit", "limit", "thumbnailer").alert("thumbnailer", "job_failures", 50)
            .step("thumbnailer", "job_failures", 0.1, 12.0, 46).step("thumbnailer", "container_oom_events", 0.0, 5.0, 46)
            .flat("thumbnailer", "jobs_requests_per_sec", 15.0).step("thumbnailer", "container_memory_working_set_mb", 610.0, 250.0, 45)
            .usual("thumbnailer", "image scaled").logs("thumbnailer", "ERROR", "worker killed: out of memory (limit 256Mi)", 46, 30, 14)
            .deployed("limit", "thumbnailer", 44, &["charts/thumbnailer/values.yaml"], "@@ charts/thumbnailer/values.yaml @@\n resources:\n   limits:\n-    memory: 1Gi\n+    memory: 256Mi\n     cpu: 500m")
            .deployed("help8", "thumbnailer", 45, &["thumbnailer/sum.py"], HELPER).deployed("tidy8", "uploads", 45, &["uploads/handler.go"], TIDY),
        Case::new("lock-order", "order", "ledger").alert("ledger", "transaction_errors_per_sec", 42)
            .step("ledger", "transaction_errors_per_sec", 0.2, 22.0, 38).step("ledger", "db_lock_wait_seconds", 0.01, 4.0, 38).step("ledger", "http_p99_latency_ms", 50.0, 3100.0, 38)
            .usual("ledger", "transfer done").logs("ledger", "ERROR", "ERROR: deadlock detected (SQLSTATE 40P01) in transfer", 38, 12, 40)
            .deployed("order", "ledger", 37, &["ledger/transfer.go"], "@@ func (s *Service) Transfer(ctx context.Context, from, to string) error {\n-\tfirst, second := ordered(from, to)\n-\ts.lock(ctx, first)\n-\ts.lock(ctx, second)\n+\ts.lock(ctx, from)\n+\ts.lock(ctx, to)\n")
            .deployed("tidy9", "ledger", 38, &["ledger/handler.go"], TIDY),
        Case::new("expiry-unit", "unit", "sessions").alert("sessions", "auth_failures_ratio", 47)
            .step("sessions", "auth_failures_ratio", 0.01, 0.8, 43).usual("sessions", "session renewed")
            .logs("sessions", "ERROR", "session token is expired: issued # ms ago", 43, 8, 40)
            .deployed("unit", "sessions", 42, &["sessions/src/issue.ts"], "@@ sessions/src/issue.ts @@\n export function issue(user: User): Token {\n-  return sign({ sub: user.id, exp: Date.now() + ttlSeconds * 1000 });\n+  return sign({ sub: user.id, exp: Date.now() + ttlSeconds });\n }")
            .deployed("style10", "web", 42, &["web/app.css"], STYLE).deployed("bump10", "sessions", 30, &["go.mod"], BUMP),
        Case::new("message-form", "enum", "shipping").alert("shipping", "consumer_errors_per_min", 51)
            .step("shipping", "consumer_errors_per_min", 0.3, 80.0, 47).ramp("shipping", "consumer_lag", (20.0, 9000.0), (47, 80)).usual("shipping", "parcel booked")
            .logs("shipping", "ERROR", "cannot deserialize OrderPlaced: unknown field \"amount_minor\" at offset #", 47, 9, 50)
            .deployed("enum", "checkout", 46, &["checkout/events/order_placed.go"], "@@ checkout/events/order_placed.go: type OrderPlaced struct {\n-\tAmount int64 `json:\"amount\"`\n+\tAmount int64 `json:\"amount_minor\"`\n")
            .deployed("tidy11", "shipping", 47, &["shipping/handler.go"], TIDY),
        Case::new("index-dropped", "index", "reports").alert("reports", "query_duration_p95_ms", 49)
            .step("reports", "query_duration_p95_ms", 35.0, 5200.0, 45).step("reports", "rows_scanned_per_query", 120.0, 810000.0, 45).step("reports", "db_cpu", 20.0, 97.0, 45)
            .usual("reports", "report built").logs("reports", "WARN", "slow query on invoices_by_month: # ms, seq scan", 45, 20, 30)
            .deployed("index", "reports", 44, &["db/migrations/0042_cleanup.sql"], "@@ db/migrations/0042_cleanup.sql @@\n+DROP INDEX invoices_month_idx;\n+ANALYZE invoices;")
            .deployed("help12", "reports", 45, &["reports/total.py"], HELPER),
        Case::new("rebalances", "poll", "indexer").alert("indexer", "consumer_lag", 58)
            .ramp("indexer", "consumer_lag", (40.0, 60000.0), (47, 85)).step("indexer", "consumer_rebalances", 0.0, 7.0, 46).flat("indexer", "messages_in_per_sec", 300.0)
            .usual("indexer", "documents indexed").logs("indexer", "WARN", "consumer left the group: max.poll.interval.ms exceeded, partitions revoked", 46, 25, 30)
            .deployed("poll", "indexer", 45, &["indexer/consumer.properties"], "@@ indexer/consumer.properties @@\n-max.poll.interval.ms=300000\n+max.poll.interval.ms=5000\n max.poll.records=500")
            .deployed("tidy13", "indexer", 46, &["indexer/handler.go"], TIDY),
        Case::new("wrong-host", "host", "notifier").alert("notifier", "send_failures_ratio", 44)
            .step("notifier", "send_failures_ratio", 0.01, 1.0, 40).usual("notifier", "mail sent")
            .logs("notifier", "ERROR", "dial tcp: lookup smtp-relay.internal: no such host", 40, 10, 40)
            .deployed("host", "notifier", 39, &["deploy/notifier/prod.yaml"], "@@ deploy/notifier/prod.yaml @@\n smtp:\n-  host: smtp.mail.internal\n+  host: smtp-relay.internal\n   port: 587")
            .deployed("help14", "notifier", 40, &["notifier/total.py"], HELPER).flag("digest", "notifier", "off->on", 39),
        Case::new("fewer-workers", "workers", "encoder").alert("encoder", "queue_wait_seconds", 60)
            .ramp("encoder", "job_queue_depth", (4.0, 900.0), (46, 85)).step("encoder", "queue_wait_seconds", 1.0, 80.0, 50).flat("encoder", "requests_per_sec", 40.0).flat("encoder", "cpu_utilization", 0.3)
            .usual("encoder", "clip encoded").logs("encoder", "WARN", "queue capacity reached, job waits", 50, 20, 30)
            .deployed("workers", "encoder", 45, &["encoder/src/main/resources/application.yml"], "@@ application.yml @@\n encoder:\n-  workers: 32\n+  workers: 4\n   codec: h264")
            .deployed("tidy15", "encoder", 47, &["encoder/handler.go"], TIDY),
        Case::new("page-of-all", "page", "admin-api").alert("admin-api", "http_5xx_ratio", 60)
            .step("admin-api", "http_5xx_ratio", 0.002, 0.3, 55).step("admin-api", "response_size_bytes_p95", 40000.0, 9000000.0, 50).ramp("admin-api", "heap_used_mb", (200.0, 1500.0), (50, 70))
            .usual("admin-api", "listed tenants").logs("admin-api", "ERROR", "java.lang.OutOfMemoryError: Java heap space in TenantController.list", 55, 30, 15)
            .deployed("page", "admin-api", 49, &["admin/TenantController.java"], "@@ TenantController.java @@ public List<Tenant> list(int page) {\n-    return tenants.findAll(PageRequest.of(page, 50)).getContent();\n+    return tenants.findAll();\n }")
            .deployed("tidy16", "admin-api", 53, &["admin/handler.go"], TIDY),
    ]
}
