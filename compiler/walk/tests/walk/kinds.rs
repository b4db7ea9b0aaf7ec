//! Kinds of evidence that once misled the walk: elimination, code as before, other values, plateaus, merges, and
//! code that no span names.

use emberline_walk::source::{SpanKind, Trace};
use emberline_walk::{Verdict, Walk, human};

use crate::shop::Repository;
use crate::world::{ONSET, Shape, World};

const PRICING: &str = "services/checkout/src/pricing.rs";
const PAYMENT: &str = "services/checkout/src/payment.rs";
const WAREHOUSE: &str = "services/checkout/src/warehouse.rs";
const RPC: &str = "services/payments/src/rpc.rs";
const LEDGER: &str = "services/payments/src/ledger.rs";

/// Where a commit stands among the suspects, from 1.
pub(crate) fn rank(walk: &Walk, commit: &str) -> usize {
    let at = walk.suspects.iter().position(|suspect| suspect.commit.id == commit);
    at.unwrap_or_else(|| panic!("no {commit}: {}", human(walk))) + 1
}

/// A world in which a latency objective burns.
fn slow(good: &str, head: &str, shape: &Shape) -> World {
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(good, head, shape);
    world.usually("checkout", 20, "checkout::pricing::net", PRICING, 27);
    world.usually("payments", 20, "payments::ledger::Ledger::book", LEDGER, 15);
    world
}

fn is_bad(trace: &Trace) -> bool {
    trace.spans[0].start as f64 / 1e9 >= ONSET
}

#[test]
fn elimination_alone_is_not_certain() {
    let repository = Repository::new();
    let good = repository.head();
    repository.honest(0);
    let only = repository.edit(
        PAYMENT,
        "    json(order.id, cents)\n",
        "    json(order.id, cents.max(0))\n",
        "Never pay less than nothing",
    );
    for at in [2, 3, 4] {
        repository.honest(at);
    }
    // The price rule takes the time, and no commit changes it.
    let world = slow(&good, &repository.head(), &Shape { price: 480, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert_eq!(rank(&walk, &only), 1, "{}", human(&walk));
    assert!(walk.suspects[0].confidence < 0.4, "{}", human(&walk));
    assert!(walk.actions[1].what.starts_with("Roll back"), "{:?}", walk.actions);
}

#[test]
fn a_log_line_that_calls_a_function_is_more_than_a_log_line() {
    let repository = Repository::new();
    let good = repository.head();
    repository.honest(0);
    let commit = repository.edit(
        PRICING,
        "    let bundle = cheapest_bundle(catalogue, basket);\n",
        "    let bundle = cheapest_bundle(catalogue, basket);\n    tracing::info!(audit = audit(catalogue, basket), \"priced\");\n",
        "Log an audit",
    );
    repository.honest(2);
    let head = repository.head();
    let world = slow(&good, &head, &Shape { price: 480, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    assert!(walk.suspects[0].score > 0.3, "{}", human(&walk));
    assert!(!walk.suspects[0].reasons.iter().any(|it| it.starts_with("against it")), "{}", human(&walk));
}

#[test]
fn code_as_before_loses_suspicion() {
    let repository = Repository::new();
    for _ in 0..4 {
        repository.commit("Nothing");
    }
    let good = repository.head();
    let edit = |path: &str, from: &str, to: &str| repository.edit(path, from, to, "Change it");
    // Changed logic whose spans and counts are as before.
    let innocent = [
        edit(PAYMENT, "    json(order.id, cents)\n", "    json(order.id, cents.max(0))\n"),
        edit(PAYMENT, "    let call = message(order, cents);\n", "    let call = message(order, cents.max(0));\n"),
        edit(WAREHOUSE, "self.pool.query(numbers)", "self.pool.query(sorted(numbers))"),
        edit(PRICING, "first.cents % 97 -", "first.cents % 89 -"),
        edit(PRICING, "net(basket) - bundle", "net(basket).max(0) - bundle"),
        edit(WAREHOUSE, "let numbers: Vec<usize> = shelf(basket);", "let numbers = shelf(basket).unique();"),
    ];
    let commit = edit(LEDGER, "    format(order)\n", "    format(order.reversed())\n");
    let head = repository.head();
    let world = slow(&good, &head, &Shape { book: 420, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    for innocent in &innocent {
        let suspect = &walk.suspects[rank(&walk, innocent) - 1];
        assert!(suspect.score < 0.035, "{} {:?}\n{}", suspect.score, suspect.reasons, human(&walk));
    }
    // Without healthy traces nothing was observed to be as before.
    let mut world = world;
    world.traces.retain(is_bad);
    let walk = world.walk_in(&repository);
    let scores: Vec<f64> = innocent.iter().map(|it| walk.suspects[rank(&walk, it) - 1].score).collect();
    assert!(scores.iter().all(|score| *score >= 0.05), "{scores:?}");
}

#[test]
fn values_that_no_healthy_trace_has_lead_to_the_commit_that_wrote_them() {
    let repository = Repository::new();
    let good = repository.head();
    let rival = repository.edit(
        WAREHOUSE,
        "        let numbers: Vec<usize> = shelf(basket);\n",
        "        let mut numbers: Vec<usize> = Vec::new();\n        for line in basket {\n            numbers.extend(shelf(&[line]));\n        }\n",
        "Look at one shelf after the other",
    );
    let commit = repository.edit(WAREHOUSE, "WHERE number = ANY ($1)", "WHERE name LIKE ANY ($1)", "Look by name");
    let mut world = slow(&good, &repository.head(), &Shape { stock: 480, ..Shape::default() });
    for trace in &mut world.traces {
        let bad = is_bad(trace);
        for span in trace.spans.iter_mut().filter(|span| span.name == "stock") {
            let column = if bad { "name LIKE" } else { "number =" };
            let statement = format!("SELECT number, pieces FROM stock WHERE {column} ANY ($1)");
            span.attributes.insert("db.statement".into(), statement);
        }
    }
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    assert!(rank(&walk, &rival) > 1);
    assert!(walk.suspects[0].reasons.iter().any(|it| it.contains("`db.statement`")), "{:?}", walk.suspects[0].reasons);
}

/// A limit in a file that no span names, and an innocent change of logic where the time passes.
fn plateau(path: &str, before: &str, from: &str, to: &str) {
    let repository = Repository::new();
    repository.write(path, before);
    let good = repository.commit("Where it begins");
    repository.edit(
        RPC,
        "    match charge(payments, request.params).await {\n",
        "    match charge(payments, request.checked().params).await {\n",
        "Check requests",
    );
    let commit = repository.edit(path, from, to, "Ask less often");
    repository.honest(1);
    let world = slow(&good, &repository.head(), &Shape { charge: 350, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    let reasons = &walk.suspects[0].reasons;
    assert!(reasons.iter().any(|it| it.contains("`350") || it.contains("`0.35")), "{reasons:?}");
}

#[test]
fn durations_that_cluster_at_an_added_number() {
    let main = "fn main() {\n    let limiter = Limiter::new(Duration::from_millis(5));\n    serve(limiter)\n}\n";
    plateau("services/payments/src/main.rs", main, "from_millis(5)", "from_millis(350)");
    plateau("services/payments/config.yaml", "limiter:\n  pause: 0.005\n", "0.005", "0.35");
}

#[test]
fn shared_code_is_as_near_as_the_services_own() {
    let repository = Repository::new();
    let manifest = "[package]\nname = \"checkout\"\n\n[dependencies]\ntelemetry = { path = \"../telemetry\" }\n";
    repository.write("services/checkout/Cargo.toml", manifest);
    let pool = "services/telemetry/src/pool.rs";
    repository.write(pool, "pub fn size(cores: usize) -> usize {\n    cores * 4\n}\n");
    repository.write("services/unrelated/Cargo.toml", "[package]\nname = \"unrelated\"\n");
    let other = "services/unrelated/src/pool.rs";
    repository.write(other, "pub fn size(cores: usize) -> usize {\n    cores * 4\n}\n");
    let good = repository.commit("A pool");
    let unrelated = repository.edit(other, "cores * 4", "cores.min(1)", "A smaller pool");
    let shared = repository.edit(pool, "cores * 4", "cores.min(1)", "A smaller pool of checkout");
    let world = slow(&good, &repository.head(), &Shape { price: 480, ..Shape::default() });
    let walk = world.walk_in(&repository);
    let score = |commit: &str| walk.suspects[rank(&walk, commit) - 1].score;
    assert!(score(&shared) >= 0.05 && score(&unrelated) < 0.03, "{} {}", score(&shared), score(&unrelated));
}

#[test]
fn a_caller_whose_request_is_refused_is_a_suspect() {
    let repository = Repository::new();
    let good = repository.head();
    let innocent = repository.edit(
        LEDGER,
        "        let rows = self.database().execute(\"DELETE FROM payments WHERE order_id = ?1\", order);\n",
        "        let rows = self.database().execute(\"DELETE FROM payments WHERE order_id = ?1\", order.trimmed());\n",
        "Trim orders",
    );
    let commit = repository.edit(PAYMENT, "    json(order.id, cents)\n", "    json(order.id, cents * 100)\n", "Cents");
    let error = Some(("Rejected", "invalid amount", "payments::rpc::charge", RPC, 12));
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.traffic(&good, &repository.head(), &Shape { error, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    let score = |commit: &str| walk.suspects[rank(&walk, commit) - 1].score;
    assert!(score(&commit) > 2.0 * score(&innocent), "{} {}", score(&commit), score(&innocent));
}

/// Traffic in which payments answers with another status since the fault, and checkout fails therefore.
fn refused(good: &str, bad: &str, status: &str) -> World {
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.traffic(good, bad, &Shape::default());
    for trace in &mut world.traces {
        #[expect(clippy::cast_precision_loss, reason = "a time, to the second")]
        let is_bad = trace.spans[0].start as f64 / 1e9 >= ONSET;
        for span in &mut trace.spans {
            let has_status = matches!(span.kind, SpanKind::Server | SpanKind::Client);
            let is_theirs = span.service == "payments" && span.kind == SpanKind::Server;
            if is_theirs {
                span.attributes.insert("http.route".into(), "/rpc".into());
            }
            if has_status && !span.attributes.contains_key("db.system.name") {
                let now = if is_theirs { status } else { "500" };
                let status = if is_bad { now } else { "200" };
                span.attributes.insert("http.response.status_code".into(), status.into());
                span.failed = is_bad && !is_theirs;
            }
        }
    }
    world
}

#[test]
fn a_callee_that_asks_for_more_than_it_is_sent_is_a_suspect() {
    let main = "fn routes() -> Router {\n    Router::new().route(\"/rpc\", post(rpc::handle))\n}\n";
    let record = "#[derive(Deserialize)]\nstruct Request {\n    id: Value,\n    method: String,\n}\n\n";
    let walked = |field: &str, status: &str| {
        let repository = Repository::new();
        repository.write("services/payments/src/main.rs", main);
        let text = std::fs::read_to_string(repository.path().join(RPC)).unwrap();
        repository.write(RPC, &format!("{record}{text}"));
        let good = repository.commit("Read requests into a record");
        let innocent =
            repository.edit(PAYMENT, "    json(order.id, cents)\n", "    json(order.id, cents.max(0))\n", "Max");
        let asks = format!("    id: Value,\n{field}");
        let commit = repository.edit(RPC, "    id: Value,\n", &asks, "Read the version");
        let walk = refused(&good, &repository.head(), status).walk_in(&repository);
        let score = |commit: &str| walk.suspects[rank(&walk, commit) - 1].score;
        (score(&commit), score(&innocent), walk)
    };
    let (commit, innocent, walk) = walked("    json_rpc: String,\n", "422");
    assert!(commit > 0.5 && commit > 2.0 * innocent, "{commit} {innocent} {}", human(&walk));
    assert!(walk.suspects[0].reasons.iter().any(|it| it.contains("the form of what is read")), "{}", human(&walk));
    // A field that may be absent refuses nobody, and neither does the form of a record explain another refusal.
    let (optional, ..) = walked("    #[serde(default)]\n    json_rpc: String,\n", "422");
    let (forbidden, ..) = walked("    json_rpc: String,\n", "403");
    assert!(optional < commit - 0.1 && forbidden < commit - 0.1, "{commit} {optional} {forbidden}");
}

#[test]
fn a_constructor_of_the_type_that_waits_is_near() {
    let repository = Repository::new();
    let text = std::fs::read_to_string(repository.path().join(WAREHOUSE)).unwrap();
    let with = text.replace(
        "impl Warehouse {\n",
        "impl Warehouse {\n    pub(crate) fn new(pool: Pool) -> Self {\n        Self { pool }\n    }\n\n",
    );
    repository.write(WAREHOUSE, &with);
    let net = "services/checkout/src/net.rs";
    repository.write(net, "impl Net {\n    pub(crate) fn new(pool: Pool) -> Self {\n        Self { pool }\n    }\n}\n");
    let good = repository.commit("Constructors");
    let constructor = repository.edit(WAREHOUSE, "Self { pool }", "Self { pool: pool.limited() }", "Limit the pool");
    let other = repository.edit(net, "Self { pool }", "Self { pool: pool.limited() }", "Limit another pool");
    let world = slow(&good, &repository.head(), &Shape { stock: 480, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &constructor), 1, "{}", human(&walk));
    let score = |commit: &str| walk.suspects[rank(&walk, commit) - 1].score;
    assert!(score(&constructor) > 0.2 && score(&other) < 0.1, "{} {}", score(&constructor), score(&other));
}

#[test]
fn a_merge_that_changes_code_by_itself_is_a_suspect() {
    let repository = Repository::new();
    let good = repository.head();
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.honest(1);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.honest(0);
    repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    let merge = repository.edit(
        PRICING,
        "        best = best.max(saved(first, lines));\n",
        "        for second in catalogue.products() {\n            best = best.max(saved(second, lines));\n        }\n",
        "Merge the side",
    );
    repository.honest(2);
    let mut world = slow(&good, &repository.head(), &Shape { price: 480, ..Shape::default() });
    let line = repository.line(PRICING, "best = best.max(saved(second");
    world.computes("checkout", "price", 44, &[("checkout::pricing::cheapest_bundle", PRICING, line)]);
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::Commit, "{}", human(&walk));
    assert_eq!(walk.suspects[0].commit.id, merge, "{}", human(&walk));
    assert!(walk.suspects[0].diff.iter().any(|line| line.contains("for second")), "{:?}", walk.suspects[0].diff);
}

#[test]
fn a_new_version_of_a_library_on_the_stack_is_a_suspect() {
    let lock = |version: &str| {
        format!(
            "[[package]]\nname = \"anyhow\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"regex\"\nversion = \"{version}\"\n"
        )
    };
    let repository = Repository::new();
    repository.write("Cargo.lock", &lock("1.10.0"));
    let good = repository.commit("Locked");
    repository.edit(PAYMENT, "    json(order.id, cents)\n", "    json(order.id, cents.max(0))\n", "Never less");
    repository.write("Cargo.lock", &lock("1.11.0"));
    let commit = repository.commit("Update what we use");
    repository.honest(0);
    let mut world = slow(&good, &repository.head(), &Shape { price: 480, ..Shape::default() });
    let library = ("regex::exec::find", "/registry/src/index/regex-1.11.0/src/exec.rs", 90);
    let price = ("checkout::pricing::price", PRICING, 10);
    world.computes("checkout", "price", 44, &[library, price]);
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    assert!(walk.suspects[0].reasons.iter().any(|it| it.contains("`regex`")), "{:?}", walk.suspects[0].reasons);
}

#[test]
fn an_index_that_is_gone_is_a_suspect() {
    let schema = "services/checkout/schema.sql";
    let repository = Repository::new();
    repository
        .write(schema, "CREATE TABLE stock (number INT, pieces INT);\nCREATE INDEX by_number ON stock (number);\n");
    let good = repository.commit("A schema");
    let rival = repository.edit(
        WAREHOUSE,
        "        let numbers: Vec<usize> = shelf(basket);\n",
        "        let numbers: Vec<usize> = shelf(basket).sorted();\n",
        "Look in order",
    );
    let commit = repository.edit(schema, "CREATE INDEX by_number ON stock (number);\n", "", "Save space");
    let mut world = slow(&good, &repository.head(), &Shape { stock: 480, ..Shape::default() });
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans).filter(|span| span.name == "stock") {
        span.attributes.insert("db.query.text".into(), "SELECT pieces FROM stock WHERE number = ANY ($1)".into());
    }
    let walk = world.walk_in(&repository);
    assert_eq!(rank(&walk, &commit), 1, "{}", human(&walk));
    assert!(
        walk.suspects[0].reasons.iter().any(|it| it.contains("index of `stock`")),
        "{:?}",
        walk.suspects[0].reasons
    );
    assert_eq!(rank(&walk, &rival), 2);
}
