//! More synthetic incidents: the culprit is often behind another service, and decoys are of the same kind of file.
//!
//! The author of the walk wrote them before changing it. They are weaker evidence than blind cases.

use crate::build::Case;

const NAMES: &str = "@@ render.ts @@\n-const n = items.length;\n+const count = items.length;";
const COMMENT: &str = "@@ config.yaml @@\n+# owned by the platform team\n replicas: 4";
const PATCH: &str = "@@ package.json @@\n-    \"zod\": \"3.22.1\",\n+    \"zod\": \"3.22.2\",";
const TYPES: &str = "@@ store.py @@\n-def load(self, key):\n+def load(self, key: str) -> Row:";
const METER: &str = "@@ metrics.go @@\n+\tservedTotal.Inc()\n \treturn res, nil";

/// A request from an edge service to one behind it, before and during the incident.
fn chain(case: Case, edge: &str, behind: &str, usual: f64, now: f64, error: &str) -> Case {
    let above = if error.is_empty() { "" } else { "upstream failed" };
    case.trace(8, &[(edge, "GET /", usual + 9.0, ""), (behind, "handle", usual, "")])
        .trace(70, &[(edge, "GET /", now + 9.0, above), (behind, "handle", now, error)])
        .usual(edge, "request done")
        .usual(behind, "handled")
}

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    let mut all = code();
    all.extend(data());
    all.extend(settings());
    all.extend(nothing());
    all
}

/// Locks, queries, retries, timeouts and patterns.
#[rustfmt::skip]
fn code() -> Vec<Case> {
    vec![
        chain(Case::new("lock-over-call", "loc1", "rates"), "quote-web", "rates", 20.0, 2400.0, "")
            .alert("quote-web", "http_p95_ms", 52).step("quote-web", "http_p95_ms", 60.0, 2500.0, 47).step("rates", "refresh_p95_ms", 30.0, 2300.0, 46).flat("rates", "cpu_ratio", 0.2).flat("rates", "requests_per_sec", 90.0)
            .logs("rates", "WARN", "quote waited # ms for table", 46, 20, 30).logs("quote-web", "ERROR", "rates: response took too long", 48, 20, 30)
            .deployed("loc1", "rates", 44, &["rates/src/table.rs"], "@@ rates/src/table.rs @@\n pub async fn refresh(&self) -> Result<()> {\n-    let fresh = self.client.fetch().await?;\n-    *self.table.lock().await = fresh;\n+    let mut table = self.table.lock().await;\n+    *table = self.client.fetch().await?;\n     Ok(())\n }")
            .deployed("loc1a", "rates", 30, &["rates/src/names.rs"], "@@ rates/src/names.rs @@\n-    let names = self.names.lock().await.clone();\n+    let names = { self.names.lock().await.clone() };").deployed("loc1b", "quote-web", 46, &["quote-web/render.ts"], NAMES),
        chain(Case::new("synchronized-send", "loc2", "audit"), "admin", "audit", 5.0, 1900.0, "")
            .alert("admin", "latency_p99_ms", 48).step("admin", "latency_p99_ms", 50.0, 2000.0, 43).step("audit", "jvm_threads_blocked", 0.4, 60.0, 42).flat("audit", "cpu_ratio", 0.1)
            .logs("admin", "WARN", "slow: audit append # ms", 43, 20, 25)
            .deployed("loc2", "audit", 41, &["audit/src/Appender.java"], "@@ audit/src/Appender.java @@\n-    public void append(Entry e) {\n+    public synchronized void append(Entry e) {\n         queue.add(e);\n-        executor.submit(() -> sink.post(e));\n+        sink.post(e);\n     }")
            .deployed("loc2a", "admin", 42, &["admin/package.json"], PATCH).deployed("loc2b", "audit", 25, &["audit/src/Entry.java"], "@@ audit/src/Entry.java @@\n-    private final String who;\n+    private final String actor;"),
        chain(Case::new("lazy-property", "laz", "catalogue"), "shopfront", "catalogue", 30.0, 1700.0, "")
            .alert("shopfront", "page_p95_ms", 50).step("shopfront", "page_p95_ms", 90.0, 1900.0, 44).step("catalogue", "list_p95_ms", 30.0, 1700.0, 44).step("catalogue-db", "statements_per_sec", 200.0, 5200.0, 44).flat("shopfront", "requests_per_sec", 80.0)
            .logs("catalogue", "WARN", "slow view products.list # ms, 212 statements", 44, 20, 30)
            .deployed("laz", "catalogue", 43, &["catalogue/serializers.py"], "@@ catalogue/serializers.py @@\n         \"title\": product.title,\n+        \"brand\": product.brand.name,\n+        \"country\": product.brand.origin.country,")
            .deployed("laz1", "catalogue", 35, &["catalogue/serializers.py"], "@@ catalogue/serializers.py @@\n-        \"price\": product.price,\n+        \"price\": str(product.price),").deployed("laz2", "shopfront", 43, &["shopfront/render.ts"], NAMES),
        chain(Case::new("eager-load-gone", "eag", "rosters"), "mobile-api", "rosters", 25.0, 900.0, "")
            .alert("mobile-api", "request_p99_ms", 46).step("mobile-api", "request_p99_ms", 60.0, 1000.0, 40).step("rosters", "sql_queries_per_request", 3.0, 140.0, 40)
            .logs("rosters", "WARN", "request used # queries", 40, 20, 30)
            .deployed("eag", "rosters", 39, &["rosters/app/models/shift.rb"], "@@ rosters/app/models/shift.rb @@\n-    Shift.includes(:worker, :site).where(day: day)\n+    Shift.where(day: day).order(:starts_at)")
            .deployed("eag1", "rosters", 30, &["rosters/app/models/site.rb"], "@@ rosters/app/models/site.rb @@\n-    Site.where(open: true)\n+    Site.where(open: true).order(:name)").deployed("eag2", "mobile-api", 41, &["package.json"], PATCH),
        chain(Case::new("reconnect-storm", "rec", "feed-hub"), "app-gateway", "feed-hub", 12.0, 40.0, "server busy")
            .alert("feed-hub", "rejected_per_sec", 50).step("feed-hub", "rejected_per_sec", 0.1, 400.0, 44).step("feed-hub", "connects_per_sec", 20.0, 2600.0, 44).flat("app-gateway", "sessions_open", 5000.0)
            .logs("feed-hub", "ERROR", "server busy: connect refused by limiter", 44, 10, 50).logs("app-gateway", "WARN", "feed connect failed, attempt #", 44, 10, 50)
            .deployed("rec", "app-gateway", 42, &["app-gateway/feed/connect.go"], "@@ app-gateway/feed/connect.go @@\n \tfor attempt := 0; ; attempt++ {\n-\t\ttime.Sleep(backoff(attempt))\n+\t\ttime.Sleep(20 * time.Millisecond)\n \t\tif c.connect(ctx) == nil {")
            .deployed("rec1", "feed-hub", 43, &["feed-hub/metrics.go"], METER).deployed("rec2", "app-gateway", 20, &["app-gateway/feed/names.go"], "@@ app-gateway/feed/names.go @@\n-\tname := \"feed\"\n+\tname := feedName"),
        chain(Case::new("deadline-below-usual", "dea", "tax-client"), "basket", "tax", 340.0, 360.0, "")
            .alert("basket", "error_ratio", 46).step("basket", "error_ratio", 0.002, 0.61, 41).flat("tax", "latency_p50_ms", 340.0).flat("tax", "requests_per_sec", 40.0)
            .logs("basket", "ERROR", "tax.Quote: gave up after 250 ms", 41, 10, 60)
            .deployed("dea", "basket", 40, &["basket/conf/clients.toml"], "@@ basket/conf/clients.toml @@\n [tax]\n-give_up_ms = 1500\n+give_up_ms = 250")
            .deployed("dea1", "basket", 36, &["basket/conf/clients.toml"], "@@ basket/conf/clients.toml @@\n [stock]\n-give_up_ms = 900\n+give_up_ms = 1000").deployed("dea2", "tax", 38, &["tax/metrics.go"], METER),
        chain(Case::new("waf-pattern", "waf", "edge-filter"), "edge-filter", "site", 8.0, 8.0, "")
            .alert("site", "synthetic_check_ms", 47).step("site", "synthetic_check_ms", 120.0, 6100.0, 42).step("edge-filter", "cpu_busy_pct", 22.0, 99.0, 41).flat("site", "cpu_busy_pct", 20.0)
            .logs("edge-filter", "WARN", "rule 4417 took # ms", 41, 20, 30)
            .deployed("waf", "edge-filter", 40, &["edge-filter/rules/4417.conf"], "@@ edge-filter/rules/4417.conf @@\n-match  \"script=[a-z]+\"\n+match  \"(?:.*)*script(?:.*)*=(?:.*)\"")
            .deployed("waf1", "edge-filter", 30, &["edge-filter/rules/2210.conf"], "@@ edge-filter/rules/2210.conf @@\n-match  \"union\\s+select\"\n+match  \"union\\s{1,4}select\"").deployed("waf2", "site", 41, &["site/render.ts"], NAMES),
        chain(Case::new("gather-gone", "gat", "profile-agg"), "home", "profile-agg", 45.0, 610.0, "")
            .alert("home", "p95_ms", 46).step("home", "p95_ms", 70.0, 700.0, 41).step("profile-agg", "handle_p95_ms", 45.0, 610.0, 40).flat("profile-agg", "cpu_ratio", 0.15)
            .logs("home", "WARN", "profile-agg slow # ms", 41, 20, 30)
            .deployed("gat", "profile-agg", 39, &["profile-agg/load.py"], "@@ profile-agg/load.py @@\n-    badges, friends, posts = await asyncio.gather(self.badges(u), self.friends(u), self.posts(u))\n+    badges = await self.badges(u)\n+    friends = await self.friends(u)\n+    posts = await self.posts(u)")
            .deployed("gat1", "profile-agg", 28, &["profile-agg/store.py"], TYPES).deployed("gat2", "home", 40, &["home/package.json"], PATCH),
    ]
}

/// Values, contracts, caches, schemas.
#[rustfmt::skip]
fn data() -> Vec<Case> {
    vec![
        Case::new("naive-now", "now", "settlement").alert("reporting", "rows_missing_total", 60)
            .step("reporting", "rows_missing_total", 0.0, 420.0, 54).step("settlement", "entries_written_per_min", 200.0, 0.0, 53).flat("settlement", "requests_per_sec", 30.0)
            .usual("settlement", "window closed").usual("reporting", "report built").logs("reporting", "WARN", "no entries for day 2026-03-02", 54, 30, 25).logs("settlement", "WARN", "window 2026-03-01 skipped: not yet over", 53, 30, 25)
            .deployed("now", "settlement", 30, &["settlement/window.py"], "@@ settlement/window.py @@\n-    today = datetime.now(timezone.utc).date()\n+    today = datetime.now().date()")
            .deployed("now1", "reporting", 52, &["reporting/store.py"], TYPES).deployed("now2", "settlement", 20, &["settlement/store.py"], TYPES),
        Case::new("local-date", "dat", "bookings").alert("bookings", "double_booked_total", 50)
            .step("bookings", "double_booked_total", 0.0, 30.0, 45).flat("bookings", "requests_per_sec", 12.0)
            .usual("bookings", "slot booked").logs("bookings", "ERROR", "slot 2026-03-02 taken twice in Europe/Lisbon", 45, 20, 30)
            .deployed("dat", "bookings", 41, &["bookings/src/Slots.kt"], "@@ bookings/src/Slots.kt @@\n-    val day = at.atZone(site.zone).toLocalDate()\n+    val day = at.atZone(ZoneOffset.UTC).toLocalDate()")
            .deployed("dat1", "bookings", 44, &["bookings/src/Names.kt"], "@@ bookings/src/Names.kt @@\n-    val label = site.name\n+    val label = site.title"),
        Case::new("new-variant", "var1", "dispatcher").alert("dispatcher", "handled_per_min", 50)
            .step("dispatcher", "handled_per_min", 90.0, 11.0, 45).step("dispatcher", "parked_messages", 0.0, 900.0, 45).flat("orders", "requests_per_sec", 40.0)
            .usual("dispatcher", "handled order event").usual("orders", "order saved").logs("dispatcher", "ERROR", "no case for status PARTIALLY_SHIPPED", 45, 10, 50)
            .deployed("var1", "orders", 42, &["orders/status.go"], "@@ orders/status.go @@\n \tShipped Status = \"SHIPPED\"\n+\tPartiallyShipped Status = \"PARTIALLY_SHIPPED\"")
            .deployed("var1a", "dispatcher", 44, &["dispatcher/loop.go"], METER).deployed("var1b", "orders", 25, &["orders/status.go"], "@@ orders/status.go @@\n+// Status of an order, as events carry it."),
        Case::new("field-renamed", "fie", "labels").alert("labels", "failed_jobs_total", 47)
            .step("labels", "failed_jobs_total", 0.0, 60.0, 42).flat("addresses", "requests_per_sec", 40.0)
            .usual("labels", "label printed").usual("addresses", "address read").logs("labels", "ERROR", "KeyError: 'postal_code' in address from addresses", 42, 10, 50)
            .deployed("fie", "addresses", 41, &["addresses/api/view.ts"], "@@ addresses/api/view.ts @@\n-    postal_code: row.zip,\n+    postcode: row.zip,")
            .deployed("fie1", "labels", 40, &["labels/store.py"], TYPES).deployed("fie2", "addresses", 25, &["addresses/api/view.ts"], "@@ addresses/api/view.ts @@\n+    floor: row.floor,"),
        Case::new("key-with-time", "key", "pricing").alert("basket", "latency_p95_ms", 48)
            .step("basket", "latency_p95_ms", 60.0, 800.0, 43).step("pricing", "cache_hit_ratio", 0.93, 0.02, 42).step("pricing", "latency_p95_ms", 8.0, 700.0, 42).flat("basket", "requests_per_sec", 60.0)
            .usual("basket", "priced").usual("pricing", "price read").logs("basket", "WARN", "pricing took # ms", 43, 20, 30)
            .deployed("key", "pricing", 41, &["pricing/lookup.ts"], "@@ pricing/lookup.ts @@\n-  const key = `price:${sku}:${currency}`;\n+  const key = `price:${sku}:${currency}:${at.toISOString()}`;\n   const hit = await cache.get(key);")
            .deployed("key1", "basket", 42, &["basket/render.ts"], NAMES).deployed("key2", "pricing", 20, &["pricing/keys.ts"], "@@ pricing/keys.ts @@\n-const sep = ':';\n+export const sep = ':';"),
        Case::new("no-invalidation", "inv", "permissions").alert("documents", "access_mismatch_total", 52)
            .step("documents", "access_mismatch_total", 0.0, 22.0, 46).step("permissions", "cache_hit_ratio", 0.8, 0.99, 45).flat("documents", "requests_per_sec", 60.0)
            .usual("documents", "document opened").usual("permissions", "grant stored").logs("documents", "ERROR", "grant revision 7 is older than document revision 9, stale grant", 46, 20, 30)
            .deployed("inv", "permissions", 44, &["permissions/grants.py"], "@@ permissions/grants.py @@\n     self.db.update(grant)\n-    self.cache.delete(grant.document)\n     return grant")
            .deployed("inv1", "documents", 45, &["documents/store.py"], TYPES),
        Case::new("ttl-unit", "ttu", "sessions").alert("portal", "logins_per_min", 48)
            .step("portal", "logins_per_min", 40.0, 1900.0, 43).step("sessions", "not_found_ratio", 0.01, 0.9, 42).flat("portal", "visitors", 900.0)
            .usual("portal", "page shown").usual("sessions", "session read").logs("portal", "WARN", "session gone after 1.8 s, login again", 43, 10, 50)
            .deployed("ttu", "sessions", 41, &["sessions/put.rb"], "@@ sessions/put.rb @@\n-    redis.set(id, blob, ex: 1800)\n+    redis.set(id, blob, px: 1800)")
            .deployed("ttu1", "portal", 42, &["portal/package.json"], PATCH),
        Case::new("narrow-id", "wid", "receipts").alert("till", "failed_sales_per_min", 47)
            .step("till", "failed_sales_per_min", 0.1, 30.0, 42).step("receipts", "http_5xx_ratio", 0.001, 0.4, 42).flat("till", "sales_per_min", 100.0)
            .usual("till", "sale done").usual("receipts", "receipt stored").logs("receipts", "ERROR", "sequence 2147483650 does not fit", 42, 10, 50).logs("till", "ERROR", "receipts answered 500", 42, 20, 20)
            .deployed("wid", "receipts", 38, &["receipts/store.go"], "@@ receipts/store.go @@\n-\tseq := row.Int64(\"sequence\")\n+\tseq := int32(row.Int64(\"sequence\"))")
            .deployed("wid1", "till", 41, &["till/render.ts"], NAMES).deployed("wid2", "receipts", 20, &["receipts/metrics.go"], METER),
        Case::new("page-grown", "pag", "ledger-api").alert("backoffice", "list_p95_ms", 46)
            .step("backoffice", "list_p95_ms", 120.0, 6100.0, 41).step("ledger-api", "response_bytes_avg", 9000.0, 880000.0, 40).step("ledger-api", "heap_used_mb", 300.0, 1500.0, 40)
            .usual("backoffice", "list shown").usual("ledger-api", "page sent").logs("backoffice", "WARN", "ledger page of 5000 entries took # ms", 41, 20, 30)
            .deployed("pag", "ledger-api", 39, &["ledger-api/Page.cs"], "@@ ledger-api/Page.cs @@\n-    const int PageSize = 50;\n+    const int PageSize = 5000;")
            .deployed("pag1", "backoffice", 40, &["backoffice/render.ts"], NAMES),
        Case::new("not-null", "nul", "members").alert("signup", "failed_signups_per_min", 46)
            .step("signup", "failed_signups_per_min", 0.1, 30.0, 41).step("members", "http_5xx_ratio", 0.001, 0.5, 41)
            .usual("signup", "form shown").usual("members", "member stored").logs("members", "ERROR", "null value in column \"referral_code\" violates not-null constraint", 41, 10, 50).logs("signup", "ERROR", "members answered 500", 41, 20, 20)
            .deployed("nul", "members-db", 40, &["members/migrations/0031_referral.sql"], "@@ members/migrations/0031_referral.sql @@\n+ALTER TABLE member ADD COLUMN referral_code text NOT NULL;")
            .deployed("nul1", "members", 38, &["members/store.py"], TYPES).deployed("nul2", "members-db", 20, &["members/migrations/0030_idx.sql"], "@@ members/migrations/0030_idx.sql @@\n+CREATE INDEX CONCURRENTLY member_email_idx ON member (email);"),
    ]
}

/// Configuration, infrastructure, dependencies.
#[rustfmt::skip]
fn settings() -> Vec<Case> {
    vec![
        chain(Case::new("helm-pool", "hel", "orders-api"), "store-web", "orders-api", 30.0, 5000.0, "timed out")
            .alert("store-web", "http_5xx_ratio", 47).step("store-web", "http_5xx_ratio", 0.002, 0.3, 42).step("orders-api", "db_pool_wait_ms", 1.0, 4900.0, 41).flat("store-web", "requests_per_sec", 90.0)
            .logs("orders-api", "ERROR", "could not check out a session in 5000 ms (4 of 4 in use)", 41, 10, 40).logs("store-web", "ERROR", "orders-api: 504", 42, 20, 20)
            .deployed("hel", "orders-api", 40, &["charts/orders-api/values.yaml"], "@@ charts/orders-api/values.yaml @@\n database:\n-  sessions: 40\n+  sessions: 4")
            .deployed("hel1", "orders-api", 36, &["charts/orders-api/values.yaml"], "@@ charts/orders-api/values.yaml @@\n-  tag: 1.8.0\n+  tag: 1.8.1").deployed("hel2", "store-web", 41, &["charts/store-web/config.yaml"], COMMENT),
        chain(Case::new("iam-action", "iam", "exports"), "console", "exports", 90.0, 95.0, "AccessDenied")
            .alert("console", "export_failures", 47).step("console", "export_failures", 0.0, 12.0, 42).step("exports", "failed_jobs", 0.0, 12.0, 41)
            .logs("exports", "ERROR", "AccessDenied: not authorized to perform s3:PutObject on export-bucket", 41, 10, 40)
            .deployed("iam", "exports", 40, &["infra/exports.tf"], "@@ infra/exports.tf @@\n-  actions = [\"s3:GetObject\", \"s3:PutObject\"]\n+  actions = [\"s3:GetObject\"]")
            .deployed("iam1", "console", 41, &["infra/console.tf"], "@@ infra/console.tf @@\n-  desired_count = 3\n+  desired_count = 4"),
        chain(Case::new("service-renamed", "dns", "recs"), "home-api", "recs", 25.0, 3.0, "getaddrinfo ENOTFOUND profiles-v1")
            .alert("home-api", "empty_rail_ratio", 47).step("home-api", "empty_rail_ratio", 0.01, 0.99, 42).step("recs", "error_ratio", 0.001, 0.9, 41)
            .logs("recs", "ERROR", "getaddrinfo ENOTFOUND profiles-v1.core.svc", 41, 10, 40)
            .deployed("dns", "recs", 40, &["charts/recs/values.yaml"], "@@ charts/recs/values.yaml @@\n-  profiles: profiles.core.svc:80\n+  profiles: profiles-v1.core.svc:80")
            .deployed("dns1", "home-api", 41, &["home-api/render.ts"], NAMES).deployed("dns2", "recs", 22, &["charts/recs/config.yaml"], COMMENT),
        chain(Case::new("tls-minimum", "tls", "partner-gw"), "invoices", "partner-gw", 60.0, 4.0, "tls: protocol version not supported")
            .alert("invoices", "unsent_total", 48).step("invoices", "unsent_total", 0.0, 70.0, 43).step("partner-gw", "handshake_failures", 0.0, 60.0, 42)
            .logs("partner-gw", "ERROR", "tls: protocol version not supported by peer", 42, 10, 40)
            .deployed("tls", "partner-gw", 41, &["partner-gw/listen.go"], "@@ partner-gw/listen.go @@\n-\tcfg.MinVersion = tls.VersionTLS12\n+\tcfg.MinVersion = tls.VersionTLS13")
            .deployed("tls1", "invoices", 42, &["invoices/package.json"], PATCH),
        Case::new("compaction-at-noon", "cro", "events-db").alert("timeline", "p95_ms", 50)
            .step("timeline", "p95_ms", 80.0, 2900.0, 45).step("events-db", "disk_read_mb_per_sec", 12.0, 800.0, 45).flat("timeline", "requests_per_sec", 90.0)
            .usual("timeline", "timeline read").logs("events-db", "INFO", "compaction started by schedule", 45, 600, 3).logs("timeline", "WARN", "events-db slow # ms", 45, 20, 30)
            .deployed("cro", "events-db", 20, &["ops/compaction.yaml"], "@@ ops/compaction.yaml @@\n-schedule: \"45 3 * * *\"\n+schedule: \"45 8 * * *\"")
            .deployed("cro1", "timeline", 44, &["timeline/render.ts"], NAMES).deployed("cro2", "events-db", 40, &["ops/config.yaml"], COMMENT),
        Case::new("new-group", "grp", "mailer").alert("mailer", "duplicate_mails_total", 46)
            .step("mailer", "duplicate_mails_total", 0.0, 700.0, 41).step("mailer", "consumer_lag", 40.0, 90000.0, 41)
            .usual("mailer", "mail sent").logs("mailer", "WARN", "mail for event already sent", 41, 10, 50).logs("mailer", "INFO", "group mailer-v2 has no committed offset, starting from earliest", 40, 30, 3)
            .deployed("grp", "mailer", 40, &["mailer/application.yml"], "@@ mailer/application.yml @@\n-  group: mailer\n+  group: mailer-v2")
            .deployed("grp1", "mailer", 37, &["mailer/store.py"], TYPES),
        chain(Case::new("limit-cut", "mem", "resizer"), "gallery", "resizer", 80.0, 2.0, "connection refused")
            .alert("gallery", "broken_images_ratio", 47).step("gallery", "broken_images_ratio", 0.001, 0.4, 42).step("resizer", "restarts_total", 0.0, 9.0, 42)
            .logs("resizer", "WARN", "process killed, exit code 137", 42, 60, 9)
            .deployed("mem", "resizer", 40, &["deploy/resizer.yaml"], "@@ deploy/resizer.yaml @@\n   resources:\n     limits:\n-      memory: 1Gi\n+      memory: 256Mi")
            .deployed("mem1", "gallery", 41, &["deploy/gallery.yaml"], "@@ deploy/gallery.yaml @@\n   resources:\n     limits:\n-      memory: 512Mi\n+      memory: 640Mi"),
        chain(Case::new("client-library", "lib", "search-bff"), "site", "search-bff", 30.0, 900.0, "")
            .alert("site", "search_p95_ms", 47).step("site", "search_p95_ms", 70.0, 1000.0, 42).step("search-bff", "open_sockets", 40.0, 2400.0, 41).step("search-bff", "search_p95_ms", 30.0, 900.0, 41)
            .logs("search-bff", "WARN", "undici: new socket for search-engine, keep-alive off", 41, 20, 40)
            .deployed("lib", "search-bff", 40, &["search-bff/package.json"], "@@ search-bff/package.json @@\n-    \"undici\": \"^5.28.0\",\n+    \"undici\": \"^6.2.0\",")
            .deployed("lib1", "site", 41, &["site/package.json"], PATCH).deployed("lib2", "search-bff", 30, &["search-bff/render.ts"], NAMES),
        chain(Case::new("default-turned", "def", "quotes"), "broker-web", "quotes", 15.0, 15.0, "strict mode: rounding remainder")
            .alert("broker-web", "failed_quotes_ratio", 47).step("broker-web", "failed_quotes_ratio", 0.002, 0.5, 42).step("quotes", "error_ratio", 0.001, 0.5, 42)
            .logs("quotes", "ERROR", "strict_rounding: remainder 0.004 refused", 42, 10, 40)
            .deployed("def", "quotes", 40, &["quotes/options.go"], "@@ quotes/options.go @@\n-\tstrict := env.Bool(\"STRICT_ROUNDING\", false)\n+\tstrict := env.Bool(\"STRICT_ROUNDING\", true)")
            .deployed("def1", "broker-web", 41, &["broker-web/render.ts"], NAMES).deployed("def2", "quotes", 24, &["quotes/options.go"], "@@ quotes/options.go @@\n+\ttrace := env.Bool(\"TRACE\", false)"),
        chain(Case::new("egress-closed", "sec", "geo"), "delivery", "geo", 35.0, 3000.0, "dial tcp: i/o timeout")
            .alert("delivery", "eta_missing_ratio", 47).step("delivery", "eta_missing_ratio", 0.001, 0.8, 42).step("geo", "upstream_failures", 0.0, 50.0, 41)
            .logs("geo", "ERROR", "dial tcp 10.8.4.4:5432: i/o timeout", 41, 10, 40)
            .deployed("sec", "geo", 40, &["infra/geo.tf"], "@@ infra/geo.tf @@\n   egress {\n-    from_port = 5432\n-    to_port   = 5432\n+    from_port = 443\n+    to_port   = 443")
            .deployed("sec1", "delivery", 41, &["infra/delivery.tf"], "@@ infra/delivery.tf @@\n-  desired_count = 3\n+  desired_count = 4"),
    ]
}

/// No commit caused these; commits of a kind that might have are deployed nearby.
#[rustfmt::skip]
fn nothing() -> Vec<Case> {
    vec![
        Case::new("surge-with-pool", "none", "tickets").alert("tickets", "p99_ms", 50)
            .step("tickets", "p99_ms", 80.0, 4000.0, 46).step("tickets", "requests_per_sec", 200.0, 2600.0, 45).step("tickets-web", "requests_per_sec", 220.0, 2900.0, 45).step("tickets", "pool_wait_ms", 1.0, 900.0, 46)
            .usual("tickets", "ticket held").usual("tickets-web", "page shown").logs("tickets", "WARN", "waiting for a session, # queued", 46, 10, 50)
            .deployed("sup", "tickets", 38, &["charts/tickets/values.yaml"], "@@ charts/tickets/values.yaml @@\n-  sessions: 40\n+  sessions: 48").deployed("sup1", "tickets-web", 44, &["tickets-web/render.ts"], NAMES),
        Case::new("disk-of-broker", "none", "broker").alert("collector", "send_failures_total", 71)
            .ramp("broker", "disk_used_pct", (71.0, 100.0), (5, 66)).step("collector", "send_failures_total", 0.0, 40.0, 67).flat("collector", "requests_per_sec", 90.0)
            .usual("collector", "batch sent").logs("broker", "ERROR", "append to segment: no space left on device", 66, 10, 40).logs("collector", "ERROR", "broker: not leader or storage error", 67, 20, 20)
            .deployed("dsk", "collector", 60, &["collector/conf/send.toml"], "@@ collector/conf/send.toml @@\n-batch_max = 500\n+batch_max = 520").deployed("dsk1", "broker", 58, &["broker/config.yaml"], COMMENT),
        Case::new("certificate-with-tls-commit", "none", "ldap-proxy").alert("intranet", "login_failures_per_min", 64)
            .step("intranet", "login_failures_per_min", 1.0, 90.0, 60).step("ldap-proxy", "handshake_failures", 0.0, 90.0, 60)
            .usual("intranet", "login ok").logs("ldap-proxy", "ERROR", "x509: certificate has expired: notAfter 2026-03-02T09:00:00Z", 60, 10, 40).logs("intranet", "ERROR", "ldap-proxy: bind failed", 60, 20, 20)
            .deployed("cer", "ldap-proxy", 40, &["ldap-proxy/tls.go"], "@@ ldap-proxy/tls.go @@\n-\tcfg := &tls.Config{MinVersion: tls.VersionTLS12}\n+\tcfg := baseConfig()\n+\tcfg.MinVersion = tls.VersionTLS12").deployed("cer1", "intranet", 57, &["intranet/render.ts"], NAMES),
        Case::new("bank-down", "none", "payouts").alert("payouts", "failed_ratio", 50)
            .step("payouts", "failed_ratio", 0.004, 0.9, 45).step("payouts", "bank_call_p95_ms", 300.0, 15000.0, 45).flat("payouts", "requests_per_sec", 12.0)
            .usual("payouts", "payout sent").logs("payouts", "ERROR", "bank api returned 503 (external provider): scheduled maintenance", 45, 10, 40)
            .deployed("ban", "payouts", 41, &["payouts/bank.go"], "@@ payouts/bank.go @@\n-\tres, err := b.client.Post(ctx, path, body)\n+\tres, err := b.client.Post(ctx, b.path(path), body)").deployed("ban1", "payouts", 30, &["payouts/metrics.go"], METER),
        Case::new("replica-behind", "none", "stock-db").alert("stock", "oversold_total", 50)
            .step("stock-db", "replication_lag_seconds", 0.2, 190.0, 43).step("stock", "oversold_total", 0.0, 20.0, 45)
            .usual("stock", "stock read").logs("stock", "WARN", "read is stale: replica lag 190 s", 45, 20, 30).logs("stock-db", "WARN", "replication lag above 60 s", 43, 60, 10)
            .deployed("rep", "stock", 40, &["stock/store.py"], TYPES).deployed("rep1", "stock-db", 35, &["ops/config.yaml"], COMMENT),
        Case::new("neighbour", "none", "scoring").alert("scoring", "p99_ms", 50)
            .step("scoring", "p99_ms", 40.0, 900.0, 45).step("node-7", "cpu_steal_pct", 0.5, 48.0, 44).flat("scoring", "requests_per_sec", 70.0)
            .usual("scoring", "scored").logs("scoring", "WARN", "score took # ms", 45, 20, 30).logs("kubelet", "WARN", "node-7: cpu contended by batch-export-9", 44, 60, 5)
            .deployed("nei", "scoring", 41, &["scoring/loop.py"], "@@ scoring/loop.py @@\n-    for f in features:\n-        total += f.weight\n+    total = sum(f.weight for f in features)").deployed("nei1", "scoring", 25, &["scoring/store.py"], TYPES),
        Case::new("upstream-flag", "none", "checkout").alert("checkout", "error_ratio", 47)
            .step("checkout", "error_ratio", 0.002, 0.4, 42).flat("checkout", "requests_per_sec", 50.0)
            .usual("checkout", "paid").logs("checkout", "ERROR", "split_shipments: no carrier for part 2", 42, 10, 40)
            .flag("split_shipments", "checkout", "off->on", 41).deployed("fla", "checkout", 36, &["checkout/metrics.go"], METER).deployed("fla1", "checkout", 20, &["checkout/render.ts"], NAMES),
    ]
}
