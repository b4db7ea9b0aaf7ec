//! Faults of every kind, each among harmless commits. The walk names the commit and the function.

use emberline_walk::{Cause, Verdict, Walk};

use crate::shop::Repository;
use crate::world::{Shape, World};

const PRICING: &str = "services/checkout/src/pricing.rs";
const PAYMENT: &str = "services/checkout/src/payment.rs";
const WAREHOUSE: &str = "services/checkout/src/warehouse.rs";
const RPC: &str = "services/payments/src/rpc.rs";
const LEDGER: &str = "services/payments/src/ledger.rs";

/// A repository with a fault.
pub(crate) struct Fault {
    pub(crate) repository: Repository,
    pub(crate) good: String,
    pub(crate) commit: String,
    pub(crate) head: String,
}

/// A fault between harmless commits.
pub(crate) fn fault(path: &str, from: &str, to: &str) -> Fault {
    let repository = Repository::new();
    let good = repository.head();
    for at in [0, 1] {
        repository.honest(at);
    }
    let commit = repository.edit(path, from, to, "Tidy up");
    for at in [2, 3, 4] {
        repository.honest(at);
    }
    let head = repository.head();
    Fault { repository, good, commit, head }
}

pub(crate) fn names(walk: &Walk, commit: &str, function: &str) {
    let told = || format!("{}\n{:#?}", emberline_walk::human(walk), walk.suspects);
    assert_eq!(walk.verdict, Verdict::Commit, "{}", told());
    assert_eq!(walk.suspects[0].commit.id, commit, "{}", told());
    let named = walk.function.as_ref().map(|place| place.function.as_str()).unwrap_or_default();
    assert!(named.ends_with(function), "{named}: {}", told());
    assert!(walk.suspects[1..].iter().all(|suspect| suspect.confidence < 0.25), "{}", told());
    assert!(!walk.claim.as_ref().unwrap().is_by_elimination, "{}", told());
}

/// A price rule of quadratic cost, which compares every product with every other.
pub(crate) fn quadratic() -> (World, Fault) {
    let fault = fault(
        PRICING,
        "        best = best.max(saved(first, lines));\n",
        "        for second in catalogue.products() {\n            best = best.max(saved(first, lines).max(saved(second, lines)));\n        }\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { price: 480, ..Shape::default() });
    let at = |text: &str| fault.repository.line(PRICING, text);
    let (inner, outer) = (at("best = best.max(saved(first, lines).max"), at("cheapest_bundle(catalogue, basket)"));
    let library = ("core::iter::fold", "library/core/src/iter/fold.rs", 90);
    let bundle = ("checkout::pricing::cheapest_bundle", PRICING, inner);
    let price = ("checkout::pricing::price", PRICING, outer);
    world.computes("checkout", "price", 44, &[library, bundle, price]);
    world.computes(
        "checkout",
        "price",
        2,
        &[("checkout::pricing::saved", PRICING, at("first.cents % 97")), bundle, price],
    );
    world.usually("checkout", 30, "checkout::pricing::net", PRICING, at("basket.iter()"));
    world.usually("checkout", 10, "checkout::pricing::cheapest_bundle", PRICING, inner);
    (world, fault)
}

#[test]
fn a_price_rule_that_computes_too_much() {
    let (world, fault) = quadratic();
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "cheapest_bundle");
    assert!(
        walk.profile.as_ref().unwrap().conclusion.starts_with("The service computes"),
        "{}",
        walk.profile.unwrap().conclusion
    );
    assert!(walk.trace_id.is_some());
}

#[test]
fn a_lock_that_is_held_while_files_are_written() {
    let fault = fault(
        LEDGER,
        "        let rows = self.database().execute(\"INSERT INTO payments VALUES (?1, ?2)\", (order, amount));\n        self.archive(&receipt);\n",
        "        let database = self.database();\n        let rows = database.execute(\"INSERT INTO payments VALUES (?1, ?2)\", (order, amount));\n        self.archive(&receipt);\n        drop(database);\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { book: 420, ..Shape::default() });
    world.computes("payments", "ledger", 1, &[("payments::ledger::Ledger::book", LEDGER, 15)]);
    world.usually("payments", 20, "payments::ledger::Ledger::book", LEDGER, 15);
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "book");
    assert!(
        walk.profile.as_ref().unwrap().conclusion.starts_with("The service waits"),
        "{}",
        walk.profile.unwrap().conclusion
    );
    assert_eq!(walk.service.as_deref(), Some("payments"));
}

#[test]
fn a_dependency_that_is_slow_is_found_between_two_signs_of_life() {
    let fault = fault(
        RPC,
        "    let booked = payments.ledger.book(&params.order, amount);\n",
        "    payments.fraud.ask(&params.order).await;\n    let booked = payments.ledger.book(&params.order, amount);\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { charge: 500, ..Shape::default() });
    world.usually("payments", 20, "payments::ledger::Ledger::book", LEDGER, 15);
    names(&world.walk_in(&fault.repository), &fault.commit, "charge");
}

#[test]
fn a_query_for_each_of_many() {
    let fault = fault(
        WAREHOUSE,
        "        let pieces = self.pieces(&numbers).await;\n",
        "        let mut pieces = Pieces::new();\n        for number in &numbers {\n            pieces.extend(self.pieces(&[*number]).await);\n        }\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { stocks: 45, ..Shape::default() });
    world.usually("checkout", 20, "checkout::pricing::net", PRICING, 27);
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "look");
    assert!(walk.trace.as_ref().unwrap().conclusion.contains("45 times"), "{}", walk.trace.unwrap().conclusion);
}

#[test]
fn retries_without_end() {
    let fault = fault(
        PAYMENT,
        "            Err(error) if attempt + 1 < ATTEMPTS => attempt += 1,\n",
        "            Err(error) if error.is_passing() => attempt += 1,\n            Ok(answer) if answer.is_busy() => attempt += 1,\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { charges: 30, retries: true, ..Shape::default() });
    world.usually("checkout", 20, "checkout::pricing::net", PRICING, 27);
    names(&world.walk_in(&fault.repository), &fault.commit, "charge");
}

/// A walk for errors whose telemetry names their place.
fn errors(fault: &Fault, kind: &'static str, message: &'static str, function: &'static str, line: usize) -> Walk {
    let mut world = World::new();
    world.fires("payments", "availability");
    world.fires("checkout", "availability");
    world.fires("frontend", "availability");
    let error = Some((kind, message, function, RPC, line));
    world.traffic(&fault.good, &fault.head, &Shape { error, ..Shape::default() });
    world.walk_in(&fault.repository)
}

#[test]
fn a_currency_that_fails() {
    let fault = fault(
        RPC,
        "        \"JPY\" => (cents + 50) / 100,\n",
        "        \"JPY\" if cents % 100 != 0 => return Err(refused(\"FractionOfYen\", \"yen have no parts\")),\n        \"JPY\" => cents / 100,\n",
    );
    let line = fault.repository.line(RPC, "FractionOfYen");
    let walk = errors(&fault, "FractionOfYen", "yen have no parts", "payments::rpc::smallest_units", line);
    names(&walk, &fault.commit, "smallest_units");
    assert_eq!(walk.service.as_deref(), Some("payments"));
    assert_eq!(walk.objective.as_ref().unwrap().firing.service, "payments", "the deepest of those that fire");
    assert_eq!(walk.objective.as_ref().unwrap().others.len(), 2);
}

#[test]
fn a_guard_that_is_gone() {
    let fault = fault(RPC, "    if amount <= 0 {\n        return Err(Failure::Declined);\n    }\n", "");
    let line = fault.repository.line(RPC, "exception.r#type");
    let walk = errors(&fault, "Database", "the ledger could not book", "payments::rpc::unbooked", line);
    names(&walk, &fault.commit, "charge");
    assert!(
        walk.suspects[0].reasons.iter().any(|reason| reason.contains("takes out a check")),
        "{:?}",
        walk.suspects[0]
    );
    assert!(walk.suspects[0].diff.iter().all(|line| line.starts_with('-')), "{:?}", walk.suspects[0].diff);
}

#[test]
fn a_fault_behind_a_broken_propagation() {
    let fault = fault(
        LEDGER,
        "        self.archive(&receipt);\n",
        "        self.archive(&receipt);\n        self.archive_again(&receipt).wait();\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    let broken = Shape { is_broken: true, ..Shape::default() };
    for at in 0..8_u32 {
        world.request(crate::world::ONSET - 600.0 + 50.0 * f64::from(at), &fault.good, &broken);
    }
    for at in 0..8_u32 {
        world.request(
            crate::world::ONSET + 10.0 + 10.0 * f64::from(at),
            &fault.head,
            &Shape { book: 600, ..broken.clone() },
        );
    }
    world.usually("payments", 20, "payments::ledger::Ledger::book", LEDGER, 15);
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "book");
    let breaks = &walk.trace.as_ref().unwrap().breaks;
    assert!(breaks[0].words.contains("is lost between checkout and payments"), "{breaks:?}");
    assert!(walk.missing.iter().any(|missing| missing.contains("trace context is lost")));
    assert_eq!(walk.trace.as_ref().unwrap().service, "payments");
}

#[test]
fn a_fault_behind_a_call_that_went_astray() {
    let fault = fault(
        LEDGER,
        "        self.archive(&receipt);\n",
        "        self.archive(&receipt);\n        self.archive_again(&receipt).wait();\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { book: 600, is_astray: true, ..Shape::default() });
    world.usually("payments", 20, "payments::ledger::Ledger::book", LEDGER, 15);
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "book");
    let trace = walk.trace.as_ref().unwrap();
    assert_eq!((trace.breaks[0].cause, trace.service.as_str()), (Cause::ContextLost, "payments"), "{:?}", trace.breaks);
}

#[test]
fn a_request_that_fails_before_it_calls_anybody_has_lost_nothing() {
    let fault = fault(
        "services/checkout/src/handler.rs",
        "    let stock =",
        "    if order.is_odd() {\n        return failed!(\"OddOrder\", \"no\");\n    }\n    let stock =",
    );
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.traffic(&fault.good, &fault.head, &Shape::default());
    for trace in world.traces.iter_mut().filter(|trace| trace.spans[0].start as f64 / 1e9 >= crate::world::ONSET) {
        trace.spans.retain(|span| span.service != "payments" && span.name != "POST /rpc" && span.name != "pay");
        for span in trace.spans.iter_mut().filter(|span| span.kind != emberline_walk::source::SpanKind::Internal) {
            span.failed = span.name != "stock";
        }
        let said =
            crate::world::labels(&[("exception.type", "OddOrder"), ("code.function.name", "checkout::handler::take")]);
        let server = trace.spans.iter_mut().find(|span| span.service == "checkout").unwrap();
        server.events.push(emberline_walk::source::Event {
            time: server.start,
            name: "failed".into(),
            attributes: said,
        });
    }
    let walk = world.walk_in(&fault.repository);
    names(&walk, &fault.commit, "take");
    assert!(walk.trace.as_ref().unwrap().breaks.is_empty(), "{:?}", walk.trace.as_ref().unwrap().breaks);
}

#[test]
fn a_caller_that_gives_up_too_soon() {
    let main = "services/checkout/src/main.rs";
    let repository = Repository::new();
    repository.write(
        main,
        "fn main() {\n    let payments = Client::connect(at, Duration::from_secs(5));\n    serve(payments)\n}\n",
    );
    let good = repository.commit("Where it begins");
    repository.honest(0);
    // A harmless commit changes the callee at the place where the caller cut it off.
    repository.edit(
        RPC,
        "        return Err(Failure::Declined);\n",
        "        return Err(Failure::NothingToPay);\n",
        "Say why",
    );
    let commit = repository.edit(main, "Duration::from_secs(5)", "Duration::from_millis(5)", "A limit in milliseconds");
    repository.honest(1);
    let head = repository.head();
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.traffic(&good, &head, &Shape::default());
    for trace in world.traces.iter_mut().filter(|trace| trace.spans[0].start as f64 / 1e9 >= crate::world::ONSET) {
        let said = [
            ("exception.type", "PaymentsUnreachable"),
            ("exception.message", "calling /rpc: operation timed out"),
            ("code.function.name", "checkout::payment::pay"),
        ];
        for span in &mut trace.spans {
            if span.service == "payments" {
                span.end = span.start + 4_000_000;
            } else {
                span.failed = !matches!(span.name.as_str(), "stock" | "price");
            }
            if span.name == "pay" {
                let attributes = crate::world::labels(&said);
                span.events.push(emberline_walk::source::Event { time: span.end, name: "failed".into(), attributes });
            }
        }
    }
    let walk = world.walk_in(&repository);
    assert_eq!(walk.suspects[0].commit.id, commit, "{}", emberline_walk::human(&walk));
    assert_eq!(walk.service.as_deref(), Some("checkout"));
    assert_ne!(walk.verdict, Verdict::NoCodeChange);
}

#[test]
fn comments_and_names_in_the_same_function_do_not_win() {
    let (mut world, fault) = quadratic();
    // After the fault, another commit rewrites every line of the function: names, comments, a log line.
    let repository = &fault.repository;
    let text = std::fs::read_to_string(repository.path().join(PRICING)).unwrap();
    let renamed = text.replace("first", "one").replace("second", "other").replace("best", "most");
    repository.write(PRICING, &renamed);
    let rename = repository.commit("Better names");
    repository.edit(
        PRICING,
        "    let mut most = 0;\n",
        "    // Nothing is saved yet.\n    tracing::debug!(\"looking\");\n    let mut most = 0;\n",
        "Say that we look",
    );
    let head = repository.head();
    let is_bad = |trace: &&mut emberline_walk::source::Trace| trace.spans[0].start as f64 / 1e9 >= crate::world::ONSET;
    for span in world.traces.iter_mut().filter(is_bad).flat_map(|trace| &mut trace.spans) {
        span.resource.insert("vcs.ref.head.revision".into(), head.clone());
    }
    let line = repository.line(PRICING, "most = most.max(saved(one, lines).max");
    for sample in world.samples.values_mut().flatten() {
        sample.frames.iter_mut().filter(|frame| frame.function.ends_with("bundle")).for_each(|frame| frame.line = line);
    }
    let walk = world.walk_in(repository);
    names(&walk, &fault.commit, "cheapest_bundle");
    let rename = walk.suspects.iter().find(|suspect| suspect.commit.id == rename).unwrap();
    assert!(rename.reasons[0].contains("against it: changes names only"), "{:?}", rename.reasons);
}
