//! Synthetic incidents that the author of the walk wrote after its weights were set, and walked once before mending.
//!
//! Decoys go to the service of the alert, minutes before it fires, and change real logic.

use crate::build::Case;

const SORT: &str = "@@ list.go @@\n-\tsort.Slice(out, func(i, j int) bool { return out[i].At < out[j].At })\n+\tslices.SortFunc(out, byTime)";
const GUARD: &str = "@@ form.ts @@\n-  if (!input.email) return reject('email missing');\n+  if (!input.email || !input.email.includes('@')) return reject('email missing');";
const LIMIT: &str = "@@ deploy.yaml @@\n   limits:\n-    cpu: 500m\n+    cpu: 600m";
const SPLIT: &str =
    "@@ handler.py @@\n-def run(job):\n-    rows = read(job)\n-    send(rows)\n+def run(job):\n+    send(read(job))";

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    let mut all = changed();
    all.extend(unchanged());
    all
}

#[rustfmt::skip]
fn changed() -> Vec<Case> {
    vec![
        Case::new("transaction-around-call", "l1", "wallet").alert("api-edge", "latency_p99_ms", 52)
            .step("api-edge", "latency_p99_ms", 70.0, 3100.0, 47).step("wallet", "db_connections_active", 8.0, 40.0, 46).step("wallet", "transfer_p95_ms", 45.0, 2900.0, 46).flat("wallet", "cpu_ratio", 0.2).flat("api-edge", "requests_per_sec", 70.0)
            .usual("wallet", "transfer booked").usual("api-edge", "routed").logs("wallet", "WARN", "transaction open for # ms", 46, 20, 30).logs("api-edge", "ERROR", "upstream wallet timed out", 47, 20, 30)
            .deployed("l1", "wallet", 44, &["wallet/transfer.ts"], "@@ wallet/transfer.ts @@\n-  const risk = await this.risk.check(t);\n-  await this.db.transaction(async (tx) => { await tx.insert(t); });\n+  await this.db.transaction(async (tx) => {\n+    const risk = await this.risk.check(t);\n+    await tx.insert(t);\n+  });")
            .deployed("l1d", "api-edge", 46, &["api-edge/list.go"], SORT),
        Case::new("resolver-per-row", "l2", "graph").alert("graph", "p95_ms", 50)
            .step("graph", "p95_ms", 80.0, 2200.0, 45).step("author-svc", "requests_per_sec", 40.0, 2100.0, 45).flat("graph", "requests_per_sec", 40.0)
            .usual("graph", "query answered").usual("author-svc", "author read").logs("graph", "WARN", "query feed took # ms", 45, 20, 30)
            .trace(8, &[("graph", "query feed", 70.0, ""), ("author-svc", "GetMany", 12.0, "")])
            .deployed("l2", "graph", 43, &["graph/resolvers/post.ts"], "@@ graph/resolvers/post.ts @@\n-  author: (post, _, { loaders }) => loaders.author.load(post.authorId),\n+  author: (post, _, { authors }) => authors.get(post.authorId),")
            .deployed("l2d", "graph", 44, &["graph/form.ts"], GUARD),
        Case::new("midnight-key", "l3", "limits").alert("limits", "denied_ratio", 60)
            .step("limits", "denied_ratio", 0.01, 0.7, 55).flat("limits", "requests_per_sec", 300.0)
            .usual("limits", "counted").logs("limits", "WARN", "bucket day:2026-03-01 is full", 55, 10, 40)
            .deployed("l3", "limits", 40, &["limits/bucket.rb"], "@@ limits/bucket.rb @@\n-    \"day:#{Time.now.utc.to_date}\"\n+    \"day:#{Date.current}\"")
            .deployed("l3d", "limits", 54, &["limits/handler.py"], SPLIT),
        Case::new("event-kind", "l4", "search-indexer").alert("search", "stale_documents", 56)
            .ramp("search", "stale_documents", (10.0, 4000.0), (48, 60)).step("search-indexer", "skipped_total", 0.0, 300.0, 47).flat("editor", "saves_per_min", 60.0)
            .usual("editor", "saved").usual("search-indexer", "indexed").logs("search-indexer", "ERROR", "ValueError: 'section_moved' is not a valid ChangeKind", 47, 10, 50)
            .deployed("l4", "editor", 45, &["editor/changes.py"], "@@ editor/changes.py @@\n class ChangeKind(str, Enum):\n     SECTION_ADDED = 'section_added'\n+    SECTION_MOVED = 'section_moved'")
            .deployed("l4d", "search", 47, &["search/list.go"], SORT).deployed("l4e", "search-indexer", 44, &["indexer/handler.py"], SPLIT),
        Case::new("optional-now-required", "l5", "intake").alert("intake", "rejected_ratio", 50)
            .step("intake", "rejected_ratio", 0.01, 0.4, 45).flat("intake", "requests_per_sec", 25.0)
            .usual("intake", "accepted").logs("intake", "WARN", "400: consent_version missing", 45, 10, 50)
            .deployed("l5", "intake", 43, &["intake/schema.ts"], "@@ intake/schema.ts @@\n-  consent_version: z.string().optional(),\n+  consent_version: z.string(),")
            .deployed("l5d", "intake", 44, &["intake/list.go"], SORT),
        Case::new("cache-of-errors", "l6", "geo-lookup").alert("storefront", "wrong_country_ratio", 55)
            .step("storefront", "wrong_country_ratio", 0.01, 0.6, 50).step("geo-lookup", "cache_hit_ratio", 0.7, 0.99, 49)
            .usual("storefront", "page shown").usual("geo-lookup", "located").logs("storefront", "WARN", "country unknown, cached 86400 s ago", 50, 20, 30)
            .deployed("l6", "geo-lookup", 46, &["geo-lookup/lookup.go"], "@@ geo-lookup/lookup.go @@\n-\tif err != nil {\n-\t\treturn unknown, err\n-\t}\n-\tc.Set(ip, country, time.Hour)\n+\tc.Set(ip, country, 86400*time.Second)")
            .deployed("l6d", "storefront", 49, &["storefront/form.ts"], GUARD),
        Case::new("idle-connections", "l7", "report-api").alert("report-api", "http_5xx_ratio", 50)
            .step("report-api", "http_5xx_ratio", 0.001, 0.2, 45).flat("report-api", "requests_per_sec", 25.0)
            .usual("report-api", "report sent").logs("report-api", "ERROR", "read tcp: connection reset by peer (idle 310 s)", 45, 10, 40)
            .deployed("l7", "report-api", 41, &["report-api/db.go"], "@@ report-api/db.go @@\n-\tdb.SetConnMaxIdleTime(4 * time.Minute)\n+\tdb.SetConnMaxIdleTime(30 * time.Minute)")
            .deployed("l7d", "report-api", 44, &["report-api/deploy.yaml"], LIMIT),
        Case::new("batch-unbounded", "l8", "sync").alert("sync", "oom_kills_total", 60)
            .step("sync", "oom_kills_total", 0.0, 5.0, 55).ramp("sync", "memory_working_set_mb", (300.0, 2000.0), (46, 55))
            .usual("sync", "synced").logs("sync", "ERROR", "killed: out of memory while loading accounts", 55, 60, 6)
            .deployed("l8", "sync", 45, &["sync/accounts.py"], "@@ sync/accounts.py @@\n-    for account in Account.objects.iterator(chunk_size=500):\n+    for account in list(Account.objects.all()):")
            .deployed("l8d", "sync", 53, &["sync/handler.py"], SPLIT),
        Case::new("header-dropped", "l9", "gateway").alert("accounts", "http_401_ratio", 50)
            .step("accounts", "http_401_ratio", 0.01, 0.95, 45).step("gateway", "error_ratio", 0.002, 0.9, 45)
            .usual("gateway", "proxied").usual("accounts", "read").logs("accounts", "ERROR", "401: x-tenant-token absent", 45, 10, 50)
            .deployed("l9", "gateway", 44, &["gateway/proxy.go"], "@@ gateway/proxy.go @@\n-\tout.Header = in.Header.Clone()\n-\tout.Header.Set(\"X-Tenant-Token\", token)\n+\tout.Header = allowed(in.Header)")
            .deployed("l9d", "accounts", 44, &["accounts/list.go"], SORT),
        Case::new("heap-flag", "l10", "matcher").alert("matcher", "p99_ms", 52)
            .step("matcher", "p99_ms", 60.0, 1800.0, 47).step("matcher", "gc_pause_ms_max", 20.0, 1700.0, 46).flat("matcher", "requests_per_sec", 70.0)
            .usual("matcher", "matched").logs("matcher", "WARN", "Pause Full (Allocation Failure) # ms", 46, 20, 30)
            .deployed("l10", "matcher", 44, &["matcher/Dockerfile"], "@@ matcher/Dockerfile @@\n-ENV JAVA_OPTS=\"-Xmx4g -XX:+UseZGC\"\n+ENV JAVA_OPTS=\"-Xmx1g\"")
            .deployed("l10d", "matcher", 46, &["matcher/form.ts"], GUARD),
        Case::new("topic-renamed", "l11", "invoicer").alert("invoicer", "invoices_per_min", 55)
            .step("invoicer", "invoices_per_min", 80.0, 0.0, 47).flat("orders", "requests_per_sec", 60.0)
            .usual("invoicer", "invoice made").usual("orders", "order stored").logs("invoicer", "WARN", "no events on orders.placed.v1 for # s", 48, 30, 30)
            .deployed("l11", "orders", 45, &["orders/publish.kt"], "@@ orders/publish.kt @@\n-  private val topic = \"orders.placed.v1\"\n+  private val topic = \"orders.placed.v2\"")
            .deployed("l11d", "invoicer", 46, &["invoicer/list.go"], SORT),
        Case::new("ratio-as-percent", "l12", "pricing").alert("checkout", "discount_mismatch_total", 52)
            .step("checkout", "discount_mismatch_total", 0.0, 60.0, 47).flat("pricing", "requests_per_sec", 60.0)
            .usual("checkout", "paid").usual("pricing", "priced").logs("checkout", "ERROR", "discount 1500 is more than the total", 47, 10, 50)
            .deployed("l12", "pricing", 46, &["pricing/discount.py"], "@@ pricing/discount.py @@\n-    return {\"discount\": rate / 100}\n+    return {\"discount\": rate}")
            .deployed("l12d", "checkout", 46, &["checkout/form.ts"], GUARD),
    ]
}

#[rustfmt::skip]
fn unchanged() -> Vec<Case> {
    vec![
        Case::new("push-campaign", "none", "app-api").alert("app-api", "p95_ms", 50)
            .step("app-api", "p95_ms", 60.0, 1500.0, 45).step("app-api", "requests_per_sec", 300.0, 2700.0, 44).step("app-api", "cpu_ratio", 0.3, 0.98, 45).step("feed", "requests_per_sec", 280.0, 2500.0, 44)
            .usual("app-api", "answered").usual("feed", "fed").logs("app-api", "WARN", "worker queue is long: #", 45, 20, 30)
            .deployed("u1", "app-api", 43, &["app-api/handler.py"], SPLIT).deployed("u1d", "feed", 42, &["feed/deploy.yaml"], LIMIT),
        Case::new("inodes", "none", "sessions").alert("login", "error_ratio", 72)
            .ramp("sessions", "inodes_used_pct", (80.0, 100.0), (10, 68)).step("login", "error_ratio", 0.002, 0.5, 69)
            .usual("login", "logged in").logs("sessions", "ERROR", "open /var/sessions: no space left on device", 68, 10, 40).logs("login", "ERROR", "sessions answered 500", 69, 20, 20)
            .deployed("u2", "login", 66, &["login/form.ts"], GUARD).deployed("u2d", "sessions", 50, &["sessions/list.go"], SORT),
        Case::new("chain-expired", "none", "webhooks").alert("webhooks", "delivery_failures_ratio", 62)
            .step("webhooks", "delivery_failures_ratio", 0.01, 0.8, 60)
            .usual("webhooks", "delivered").logs("webhooks", "ERROR", "unable to get local issuer certificate: certificate has expired (CN=R9)", 60, 10, 40)
            .deployed("u3", "webhooks", 57, &["webhooks/client.ts"], "@@ webhooks/client.ts @@\n-  const agent = new https.Agent({ keepAlive: true });\n+  const agent = new https.Agent({ keepAlive: true, maxSockets: 64 });"),
        Case::new("primary-lost", "none", "ledger-db").alert("ledger", "write_failures_per_sec", 48)
            .step("ledger", "write_failures_per_sec", 0.1, 50.0, 44).flat("ledger", "requests_per_sec", 80.0)
            .usual("ledger", "booked").logs("ledger-db", "WARN", "primary pg-1 unreachable, election started", 44, 30, 4).logs("ledger", "ERROR", "cannot execute UPDATE in a read-only transaction", 44, 10, 40)
            .deployed("u4", "ledger", 42, &["ledger/list.go"], SORT),
        Case::new("sms-provider", "none", "otp").alert("otp", "send_failures_ratio", 50)
            .step("otp", "send_failures_ratio", 0.01, 0.95, 45).step("otp", "provider_latency_ms", 200.0, 9000.0, 45)
            .usual("otp", "code sent").logs("otp", "ERROR", "sms vendor answered 503, see their status page", 45, 10, 40)
            .deployed("u5", "otp", 43, &["otp/sender.ts"], "@@ otp/sender.ts @@\n-  await this.http.post(url, { to, text });\n+  await this.http.post(url, { to, text, ref });"),
        Case::new("poison-row", "none", "importer").alert("importer", "lag_records", 55)
            .ramp("importer", "lag_records", (20.0, 60000.0), (46, 70)).step("importer", "processed_per_min", 900.0, 0.0, 46)
            .usual("importer", "row imported").logs("importer", "ERROR", "cannot parse row offset=88120 record_id=77a1: unexpected end of input, retrying", 46, 20, 60)
            .deployed("u6", "importer", 41, &["importer/handler.py"], SPLIT).deployed("u6d", "importer", 30, &["importer/list.go"], SORT),
        Case::new("neighbour-io", "none", "jobs").alert("jobs", "p95_ms", 50)
            .step("jobs", "p95_ms", 40.0, 1500.0, 45).step("node-3", "iowait_pct", 1.0, 70.0, 44)
            .usual("jobs", "job done").logs("kubelet", "WARN", "node-3: io contention, pod backup-2 writes 900 MB/s", 44, 60, 5).logs("jobs", "WARN", "queue-db slow # ms", 45, 20, 30)
            .deployed("u7", "jobs", 43, &["jobs/handler.py"], SPLIT),
        Case::new("quota-of-maps", "none", "routing").alert("routing", "error_ratio", 50)
            .step("routing", "error_ratio", 0.002, 0.7, 45).flat("routing", "requests_per_sec", 30.0)
            .usual("routing", "routed").logs("routing", "ERROR", "maps answered 429: monthly quota exceeded", 45, 10, 40)
            .deployed("u8", "routing", 44, &["routing/form.ts"], GUARD),
    ]
}
