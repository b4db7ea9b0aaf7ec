//! A small shop in source code and specs. The tests make its commits and faults.

use std::path::Path;
use std::process::Command;

use emberline_core::plan::Plan;
use emberline_core::source::Sources;
use tempfile::TempDir;

/// The shop's objectives. Windows are those of a drill, 15 times shorter.
pub(crate) fn plan() -> Plan {
    let mut sources = Sources::default();
    for (path, text) in [
        ("slos/policy.yaml", "version: emberline/v1\nscrape_interval: 15s\nevaluation_interval: 30s\ntime_scale: 15\n"),
        ("slos/frontend.yaml", SPECS[0]),
        ("slos/checkout.yaml", SPECS[1]),
        ("slos/payments.yaml", SPECS[2]),
    ] {
        sources.add(path, text);
    }
    let analysis = emberline_core::analyse(&sources, None);
    analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings))
}

const SPECS: [&str; 3] = [
    "version: emberline/v1
service: frontend
owner: team-web
rollback: kubectl rollout undo deployment/frontend
calls: [{service: checkout, kind: sync, routes: ['/buy']}]
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli: {events: {total: 'http_requests_total{service_name=\"frontend\"}', bad: 'http_requests_total{service_name=\"frontend\",code=~\"5..\"}'}}
",
    "version: emberline/v1
service: checkout
owner: team-payments
rollback: kubectl rollout undo deployment/checkout
calls: [{service: payments, kind: sync, routes: ['/checkout']}]
metrics:
  http.server.request.duration:
    {type: histogram, unit: s, buckets: [0.1, 0.3, 1], labels: {http.route: {values: ['/checkout']}}}
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli: {events: {total: 'http_requests_total{service_name=\"checkout\"}', bad: 'http_requests_total{service_name=\"checkout\",code=~\"5..\"}'}}
  - name: latency
    objective: 99%
    window: 30d
    sli: {latency: {metric: http.server.request.duration, threshold: 300ms, selector: '{http_route=\"/checkout\"}'}}
",
    "version: emberline/v1
service: payments
owner: team-ledger
rollback: kubectl rollout undo deployment/payments
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli: {events: {total: 'rpc_total{service_name=\"payments\"}', bad: 'rpc_total{service_name=\"payments\",code=\"failed\"}'}}
    data: {absent: page}
",
];

/// The shop's source code before any fault.
const FILES: [(&str, &str); 9] = [
    ("services/checkout/Cargo.toml", "[package]\nname = \"checkout\"\n"),
    ("services/payments/Cargo.toml", "[package]\nname = \"payments\"\n"),
    ("services/telemetry/Cargo.toml", "[package]\nname = \"telemetry\"\n"),
    ("services/checkout/src/pricing.rs", PRICING),
    ("services/checkout/src/handler.rs", HANDLER),
    ("services/checkout/src/payment.rs", PAYMENT),
    ("services/checkout/src/warehouse.rs", WAREHOUSE),
    ("services/payments/src/rpc.rs", RPC),
    ("services/payments/src/ledger.rs", LEDGER),
];

const PRICING: &str = "//! What a basket costs.

const MOST: usize = 40;

/// Prices a basket.
pub(crate) fn price(catalogue: &Catalogue, basket: &[Line]) -> Total {
    let span = tracing::info_span!(\"price\");
    let _inside = span.enter();
    let bundle = cheapest_bundle(catalogue, basket);
    Total { net: net(basket) - bundle }
}

/// Looks for a bundle.
fn cheapest_bundle(catalogue: &Catalogue, lines: &[Line]) -> i64 {
    let mut best = 0;
    for first in catalogue.products().iter().take(MOST) {
        best = best.max(saved(first, lines));
    }
    best
}

fn saved(first: &Product, lines: &[Line]) -> i64 {
    first.cents % 97 - lines.len() as i64
}

fn net(basket: &[Line]) -> i64 {
    basket.iter().map(|line| line.cents).sum()
}
";

const HANDLER: &str = "//! Takes orders.

pub(crate) async fn take(checkout: &Checkout, order: Order) -> Answer {
    let total = pricing::price(&checkout.catalogue, &order.basket);
    let stock = checkout.warehouse.look(&order.basket).await;
    tracing::info!(\"order taken\");
    match payment::pay(&checkout.payments, &order, total.gross()).await {
        Ok(()) => ok(stock),
        Err(answer) => answer,
    }
}
";

const PAYMENT: &str = "//! Has an order paid.

const ATTEMPTS: u32 = 2;
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn pay(payments: &Client, order: &Order, cents: i64) -> Result<(), Answer> {
    let span = tracing::info_span!(\"pay\");
    let call = message(order, cents);
    match charge(payments, &call).instrument(span).await {
        Ok(answer) if answer.is_good() => Ok(()),
        Ok(answer) => Err(failed!(\"PaymentFailed\", answer.said)),
        Err(error) => Err(failed!(\"PaymentsUnreachable\", error)),
    }
}

async fn charge(payments: &Client, call: &Value) -> Result<http::Answer> {
    let mut attempt = 0;
    loop {
        match payments.send(call).await {
            Err(error) if attempt + 1 < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn message(order: &Order, cents: i64) -> Value {
    json(order.id, cents)
}
";

const WAREHOUSE: &str = "//! What the warehouse has.

impl Warehouse {
    /// What there is for a basket.
    pub(crate) async fn look(&self, basket: &[Line]) -> Stock {
        let numbers: Vec<usize> = shelf(basket);
        let pieces = self.pieces(&numbers).await;
        Stock::of(basket, &pieces)
    }

    /// How many pieces there are, in one query.
    async fn pieces(&self, numbers: &[usize]) -> Pieces {
        let span = statement(\"SELECT number, pieces FROM stock WHERE number = ANY ($1)\");
        self.pool.query(numbers).instrument(span).await
    }
}
";

const RPC: &str = "//! JSON-RPC.

pub(crate) async fn handle(payments: &Payments, request: Request) -> Response {
    match charge(payments, request.params).await {
        Ok(result) => good(result),
        Err(error) => bad(error),
    }
}

async fn charge(payments: &Payments, params: Charge) -> Result<Value, Failure> {
    tracing::info!(\"charging\");
    let amount = smallest_units(&params.currency, params.cents)?;
    if amount <= 0 {
        return Err(Failure::Declined);
    }
    let booked = payments.ledger.book(&params.order, amount);
    booked.map_err(|error| unbooked(error))
}

fn smallest_units(currency: &str, cents: i64) -> Result<i64, Failure> {
    let units = match currency {
        \"JPY\" => (cents + 50) / 100,
        _ => cents,
    };
    Ok(units)
}

fn unbooked(error: Error) -> Failure {
    tracing::error!(exception.r#type = \"Database\", \"the ledger could not book\");
    Failure::Ledger
}
";

const LEDGER: &str = "//! The ledger.

impl Ledger {
    fn database(&self) -> Guard {
        self.0.lock()
    }

    /// Books a payment.
    pub(crate) fn book(&self, order: &str, amount: i64) -> Result<bool> {
        let span = statement(\"INSERT INTO payments\");
        let _inside = span.enter();
        let receipt = receipt(order);
        let rows = self.database().execute(\"INSERT INTO payments VALUES (?1, ?2)\", (order, amount));
        self.archive(&receipt);
        rows.context(\"booking a payment\")
    }

    /// Takes a payment back.
    pub(crate) fn refund(&self, order: &str) -> Result<bool> {
        let rows = self.database().execute(\"DELETE FROM payments WHERE order_id = ?1\", order);
        rows.context(\"refunding a payment\")
    }

    fn archive(&self, receipt: &str) {
        self.files.write(receipt);
    }
}

fn receipt(order: &str) -> String {
    format(order)
}
";

/// The shop's repository.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    /// A repository with one commit of the shop before any fault.
    pub(crate) fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in FILES {
            repository.write(path, text);
        }
        repository.commit("The shop");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A. Author", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
        command
            .args(["-c", "core.autocrlf=false"])
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.args(arguments).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits all changes, and returns the id. All commits have the same dates, so their ids are the same on every
    /// machine.
    pub(crate) fn commit(&self, subject: &str) -> String {
        self.git(&["add", "--all"]);
        let mut command = Command::new("git");
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            command.env(name, "2026-01-01T00:00:00Z");
        }
        command.args(["-c", "user.name=A. Author", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["commit", "--quiet", "--allow-empty", "-m", subject]).current_dir(self.path());
        assert!(command.status().unwrap().success());
        self.head()
    }

    pub(crate) fn tag(&self, name: &str, commit: &str) {
        self.git(&["tag", name, commit]);
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Replaces a text that occurs once in a file, and commits.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str, subject: &str) -> String {
        let text = std::fs::read_to_string(self.path().join(path)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replacen(from, to, 1));
        self.commit(subject)
    }

    /// The line where a text begins, from 1.
    pub(crate) fn line(&self, path: &str, of: &str) -> usize {
        let text = std::fs::read_to_string(self.path().join(path)).unwrap();
        let at = text.find(of).unwrap_or_else(|| panic!("`{of}` in {path}"));
        text[..at].matches('\n').count() + 1
    }

    /// A harmless commit in the shop's files, which the walk should not suspect.
    pub(crate) fn honest(&self, at: usize) -> String {
        match at {
            0 => self.edit(
                "services/checkout/src/pricing.rs",
                "/// Looks for a bundle.",
                "/// Looks for the bundle that saves most, among a few.",
                "Say what the bundle is for",
            ),
            1 => self.edit(
                "services/payments/src/ledger.rs",
                "/// Takes a payment back.",
                "/// Takes a payment back; says whether there was one.",
                "Document refunds",
            ),
            2 => self.edit(
                "services/checkout/src/handler.rs",
                "tracing::info!(\"order taken\")",
                "tracing::info!(order.id = order.id, \"order taken\")",
                "Log which order was taken",
            ),
            3 => self.edit(
                "services/checkout/src/pricing.rs",
                "fn net(basket: &[Line]) -> i64 {\n    basket.iter().map(|line| line.cents).sum()",
                "fn net(basket: &[Line]) -> i64 {\n    basket.iter().map(|entry| entry.cents).sum()",
                "Call entries entries",
            ),
            _ => {
                self.write("README.md", "# The shop\n");
                self.commit("Say what this is")
            }
        }
    }
}
