//! Evidence with gaps, and incidents that no commit caused. The walk says so, and never names a wrong commit as
//! certain.

use emberline_walk::source::{Git, Point, Series};
use emberline_walk::{Cause, Deployment, Verdict, human};

use crate::certain::{fault, quadratic};
use crate::shop::Repository;
use crate::world::{NOW, ONSET, Shape, World, labels};

#[test]
fn nothing_burns() {
    let world = World::new();
    let walk = world.walk(None);
    assert_eq!(walk.verdict, Verdict::Healthy);
    assert!(
        walk.headline.starts_with("No error budget burns")
            && walk.headline.contains("0.4× over 1h, of checkout/latency"),
        "{}",
        walk.headline
    );
    assert!(walk.suspects.is_empty() && walk.trace_id.is_none() && walk.unreachable.is_none());
}

#[test]
fn an_alert_that_was_not_asked_for_is_named_all_the_same() {
    let mut world = World::new();
    world.fires("checkout", "latency");
    let walk = world.walk_for(Some("payments/availability"), None);
    assert_eq!(walk.verdict, Verdict::Healthy);
    assert!(walk.headline.contains("Firing: checkout/latency"), "{}", walk.headline);
    let walk = world.walk_for(Some("BudgetBurn"), None);
    assert_eq!(walk.objective.unwrap().firing.slo, "latency");
}

#[test]
fn prometheus_is_away() {
    let mut world = World::new();
    world.is_away = true;
    let walk = world.walk(None);
    assert_eq!(walk.unreachable.as_deref(), Some("Prometheus cannot be reached"));
    assert_eq!(walk.verdict, Verdict::NotCertain);
}

#[test]
fn a_dependency_that_is_down_is_no_commit() {
    let repository = Repository::new();
    let good = repository.head();
    repository.honest(0);
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.alert(
        "ErrorBudgetDataAbsent",
        &[("service", "payments"), ("slo", "availability"), ("severity", "page")],
        ONSET + 60.0,
    );
    world.traffic(&good, &good, &Shape { is_down: true, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    assert_eq!(walk.trace.as_ref().unwrap().breaks[0].cause, Cause::PeerDown);
    assert_eq!(walk.service.as_deref(), Some("payments"));
    assert!(walk.headline.contains("payments is down"), "{}", walk.headline);
    assert!(walk.actions[1].what.starts_with("Restore payments"), "{:?}", walk.actions);
    assert!(walk.suspects.is_empty());
}

#[test]
fn a_deployment_a_while_before_an_outage_is_not_accused_of_it() {
    let fault = fault(
        "services/checkout/src/payment.rs",
        "    let call = message(order, cents);\n",
        "    let call = message(order, cents + 0);\n",
    );
    let is_down = Shape { is_down: true, ..Shape::default() };
    let walked = |seen: f64, served: Option<&str>| {
        let mut world = World::new();
        world.fires("checkout", "availability");
        world.traffic(&fault.good, &fault.head, &is_down);
        if let Some(revision) = served {
            world.request(ONSET - 45.0, revision, &Shape::default());
        }
        let info = |revision: &str, from: f64, to: f64| {
            let points = [from, to].map(|time| Point { time, value: 1.0 }).to_vec();
            Series { labels: labels(&[("service_name", "checkout"), ("vcs_ref_head_revision", revision)]), points }
        };
        world.info = vec![info(&fault.good, ONSET - 500.0, seen), info(&fault.head, seen, NOW)];
        world.walk_in(&fault.repository)
    };
    let walk = walked(ONSET - 400.0, None);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    // The alert's long window of 240 s still has this deployment, and nothing proves it.
    let walk = walked(ONSET - 60.0, None);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.suspects[0].confidence < 0.5, "{}", human(&walk));
    assert!(walk.actions[1].what.starts_with("Roll back"), "{:?}", walk.actions);
    let walk = walked(ONSET - 60.0, Some(&fault.head));
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    let walk = walked(ONSET - 1.0, None);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.headline.contains("checkout was deployed at the onset"), "{}", walk.headline);
    // Answers to the previous revision do not clear the current one. Answers to the current revision do.
    let walk = walked(ONSET - 1.0, Some(&fault.good));
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    let walk = walked(ONSET - 1.0, Some(&fault.head));
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    assert!(human(&walk).contains("deployed before, and none is suspected"), "{}", human(&walk));
    let words = &walk.trace.as_ref().unwrap().breaks[0].words;
    assert!(words.contains("The same revision of checkout was last answered at"), "{words}");
}

/// The onset is uncertain by some seconds, and the peer may still have answered within them.
#[test]
fn a_peer_that_answered_until_it_fell_is_down_all_the_same() {
    let repository = Repository::new();
    let good = repository.head();
    let mut world = World::new();
    world.fires("checkout", "availability");
    world.traffic(&good, &good, &Shape { is_down: true, ..Shape::default() });
    world.request(ONSET + 1.0, &good, &Shape::default());
    let walk = world.walk_in(&repository);
    assert_eq!(walk.trace.as_ref().unwrap().breaks[0].cause, Cause::PeerDown, "{}", human(&walk));
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    // The peer answers other callers while these calls fail, so the peer is not down.
    world.request(ONSET + 99.0, &good, &Shape::default());
    let walk = world.walk_in(&repository);
    assert_eq!(walk.trace.as_ref().unwrap().breaks[0].cause, Cause::Unknown, "{}", human(&walk));
}

#[test]
fn the_same_revision_served_well_before() {
    let repository = Repository::new();
    let good = repository.head();
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&good, &good, &Shape { price: 500, ..Shape::default() });
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    assert_eq!(walk.code.unwrap().deployment, Deployment::Unchanged);
}

#[test]
fn without_traces_it_does_not_guess() {
    let (mut world, fault) = quadratic();
    world.has_traces = false;
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.missing.iter().any(|missing| missing.contains("No source of traces")), "{:?}", walk.missing);
    // Revisions in metrics are enough to list the deployed commits.
    let point = |time: f64| Point { time, value: 1.0 };
    let info = |revision: &str, points: Vec<Point>| Series {
        labels: labels(&[("service_name", "checkout"), ("vcs_ref_head_revision", revision)]),
        points,
    };
    world.info = vec![
        info(&fault.good, vec![point(ONSET - 500.0), point(ONSET - 100.0)]),
        info(&fault.head, vec![point(ONSET - 5.0), point(NOW)]),
    ];
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    let code = walk.code.as_ref().unwrap();
    assert_eq!((code.deployment, code.commits), (Deployment::Changed, 6));
    assert_eq!(code.revisions[0].first_seen, Some(ONSET - 5.0));
    assert!(walk.actions[1].command.as_deref().unwrap().contains("deployment/checkout"));
}

#[test]
fn without_profiles_the_span_still_says_where() {
    let (mut world, fault) = quadratic();
    world.has_profiles = false;
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.suspects[0].commit.id, fault.commit, "{}", human(&walk));
    assert!(walk.missing.iter().any(|missing| missing.contains("profiles")), "{:?}", walk.missing);
    let (with, _) = (quadratic().0.walk_in(&fault.repository), ());
    assert!(walk.suspects[0].confidence < with.suspects[0].confidence);
}

#[test]
fn without_history_the_place_is_named() {
    let (world, _) = quadratic();
    let walk = world.walk(None);
    assert_eq!(walk.verdict, Verdict::NotCertain);
    assert!(walk.function.as_ref().unwrap().function.ends_with("cheapest_bundle"), "{:?}", walk.function);
    let folder = tempfile::tempdir().unwrap();
    let walk = world.walk(Some(&Git::new(folder.path())));
    assert!(walk.missing.iter().any(|missing| missing.contains("cannot be read")), "{:?}", walk.missing);
    let other = Repository::new();
    let walk = world.walk_in(&other);
    assert!(
        walk.missing.iter().any(|missing| missing.contains("does not have the deployed revision")),
        "{:?}",
        walk.missing
    );
}

#[test]
fn two_commits_that_are_as_near_are_told_as_two() {
    let fault = fault(
        "services/checkout/src/pricing.rs",
        "        best = best.max(saved(first, lines));\n",
        "        for second in catalogue.products() {\n            best = best.max(saved(second, lines));\n        }\n",
    );
    let twin = fault.repository.edit(
        "services/checkout/src/pricing.rs",
        "    let mut best = 0;\n",
        "    let mut best = 0;\n    for third in catalogue.products() {\n        best = best.min(saved(third, lines));\n    }\n",
        "Look further",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &twin, &Shape { price: 480, ..Shape::default() });
    let path = "services/checkout/src/pricing.rs";
    for text in ["best = best.max(saved(second", "best = best.min(saved(third"] {
        let line = fault.repository.line(path, text);
        world.computes("checkout", "price", 22, &[("checkout::pricing::cheapest_bundle", path, line)]);
    }
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    let first: Vec<&str> = walk.suspects.iter().take(2).map(|suspect| suspect.commit.id.as_str()).collect();
    assert!(first.contains(&twin.as_str()) && first.contains(&fault.commit.as_str()), "{}", human(&walk));
    assert!(walk.headline.contains("fit the evidence equally well"), "{}", walk.headline);
}

#[test]
fn a_fault_in_code_that_nobody_changed_accuses_nobody() {
    // None of the deployed commits changes the faulty code.
    let repository = Repository::new();
    let good = repository.head();
    for at in 0..5 {
        repository.honest(at);
    }
    let head = repository.head();
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&good, &head, &Shape { book: 500, ..Shape::default() });
    world.usually("payments", 20, "payments::ledger::Ledger::book", "services/payments/src/ledger.rs", 15);
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
}
