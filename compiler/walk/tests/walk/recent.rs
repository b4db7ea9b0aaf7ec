//! Faults that come and go, and revisions that are too new to be acquitted.

use emberline_walk::source::{Point, Series};
use emberline_walk::{Deployment, Verdict, human};

use crate::kinds::rank;
use crate::shop::Repository;
use crate::world::{NOW, ONSET, Shape, World, labels};

const PRICING: &str = "services/checkout/src/pricing.rs";
const LEDGER: &str = "services/payments/src/ledger.rs";

/// When `target_info` saw each revision of a service.
pub(crate) fn seen(service: &str, revision: &str, from: f64, to: f64) -> Series {
    let mut points = Vec::new();
    let mut time = from;
    while time <= to {
        points.push(Point { time, value: 1.0 });
        time += 1.0;
    }
    Series { labels: labels(&[("service_name", service), ("vcs_ref_head_revision", revision)]), points }
}

/// Bad for ten seconds, good for twenty, since the release. Of late, it stays bad.
fn on_and_off(after: f64) -> f64 {
    if after >= 90.0 || (after >= 0.0 && after % 30.0 < 10.0) { 0.6 } else { 0.002 }
}

#[test]
fn an_intermittent_fault_does_not_begin_at_its_last_dip() {
    let repository = Repository::new();
    let good = repository.head();
    let commit = repository.edit(PRICING, "best = best.max(saved", "best = best.max(slowly) + (saved", "Save more");
    let head = repository.head();
    let mut world = World::new();
    world.ratio = Some(on_and_off);
    let pairs = [
        ("service", "checkout"),
        ("slo", "latency"),
        ("severity", "page"),
        ("long_window", "1h"),
        ("short_window", "5m"),
    ];
    world.alert("ErrorBudgetBurn", &pairs, ONSET + 95.0);
    for at in 0..12_u32 {
        world.request(ONSET - 200.0 + f64::from(at) * 15.0, &good, &Shape::default());
    }
    for at in 0..60_u32 {
        let after = f64::from(at) * 2.0;
        let price = if on_and_off(after) > 0.5 { 480 } else { 2 };
        world.request(ONSET + after, &head, &Shape { price, ..Shape::default() });
    }
    let walk = world.walk_in(&repository);
    assert_ne!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    let onset = &walk.objective.as_ref().unwrap().onset;
    assert!((onset.time - ONSET).abs() <= onset.plus_minus + 3.0, "{onset:?}");
    assert_eq!(walk.code.as_ref().unwrap().deployment, Deployment::Changed, "{}", human(&walk));
    assert_eq!(rank(&walk, &commit), 1);
}

/// An incident that ended two minutes before the next one began.
fn twice(after: f64) -> f64 {
    if after >= 0.0 || (-180.0..-130.0).contains(&after) { 0.6 } else { 0.002 }
}

#[test]
fn an_incident_soon_after_a_release_is_not_the_one_before() {
    let walked = |release: f64| {
        let repository = Repository::new();
        let good = repository.head();
        let commit = repository.edit(PRICING, "best = best.max(saved", "best = best.max(slowly) + (saved", "Save more");
        let head = repository.head();
        let mut world = World::new();
        world.ratio = Some(twice);
        world.fires("checkout", "latency");
        for at in 0..80_u32 {
            let after = f64::from(at) * 5.0 - 300.0;
            // Payments was slow in the incident before.
            let of_then = Shape { charge: 480, ..Shape::default() };
            let shape = match twice(after) > 0.5 {
                false => Shape::default(),
                true if after < 0.0 => of_then,
                true => Shape { price: 480, ..Shape::default() },
            };
            world.request(ONSET + after, if after < release { &good } else { &head }, &shape);
        }
        world.info = vec![
            seen("checkout", &good, ONSET - 900.0, ONSET + release),
            seen("checkout", &head, ONSET + release, NOW),
        ];
        (world.walk_in(&repository), commit)
    };
    let (walk, commit) = walked(-8.0);
    let objective = walk.objective.as_ref().unwrap();
    assert!((objective.onset.time - ONSET).abs() <= objective.onset.plus_minus + 3.0, "{:?}", objective.onset);
    assert!(objective.conclusion.contains("An earlier incident began at"), "{}", objective.conclusion);
    assert_eq!((walk.verdict, rank(&walk, &commit)), (Verdict::Commit, 1), "{}", human(&walk));
    // A release in the middle of the quiet time proves nothing, so all bad events count.
    let (walk, _) = walked(-70.0);
    let onset = &walk.objective.as_ref().unwrap().onset;
    assert!((onset.time - (ONSET - 180.0)).abs() <= onset.plus_minus + 3.0, "{onset:?}");
}

#[test]
fn bad_requests_after_a_rollback_clear_the_release() {
    let walked = |old: f64, after: u32, lead: f64| {
        let repository = Repository::new();
        let good = repository.head();
        repository.edit(PRICING, "best = best.max(saved", "best = best.max(slowly) + (saved", "Save more");
        let head = repository.head();
        let mut world = World::new();
        world.fires("checkout", "latency");
        for at in 0..50_u32 {
            let time = ONSET - 300.0 + f64::from(at) * 6.0;
            world.request(time, if time < ONSET - lead { &good } else { &head }, &Shape::default());
        }
        let slow = Shape { price: 480, ..Shape::default() };
        for at in 0..12_u32 {
            world.request(ONSET + 5.0 + f64::from(at) * 5.0, &head, &slow);
        }
        // The release was rolled back after a minute, and requests stay slow.
        for at in 0..after {
            world.request(ONSET + 70.0 + f64::from(at) * 4.0, &good, &slow);
        }
        world.info = ["frontend", "checkout", "payments"]
            .into_iter()
            .flat_map(|it| {
                let first = seen(it, &good, ONSET - old, ONSET - lead);
                [first, seen(it, &head, ONSET - lead, ONSET + 66.0), seen(it, &good, ONSET + 66.0, NOW)]
            })
            .collect();
        world.walk_in(&repository)
    };
    let walk = walked(1_500.0, 3, 20.0);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    assert!(walk.headline.contains("builds without the last release"), "{}", walk.headline);
    assert_eq!(walked(1_500.0, 12, 20.0).verdict, Verdict::NoCodeChange);
    // The release had served well for so long that all healthy requests are its own.
    assert_eq!(walked(1_500.0, 12, 250.0).verdict, Verdict::NoCodeChange);
    // A release before the last one may be the cause.
    assert_eq!(walked(150.0, 3, 20.0).verdict, Verdict::NotCertain);
    // Two requests after a restart prove nothing.
    assert_ne!(walked(1_500.0, 2, 20.0).verdict, Verdict::NoCodeChange);
}

#[test]
fn a_revision_that_a_rollback_brought_back_is_as_old_as_before() {
    let walked = |is_old: bool| {
        let repository = Repository::new();
        let good = repository.head();
        let other = repository.honest(0);
        repository.edit(PRICING, "best = best.max(saved", "best = best.max(slowly) + (saved", "Save more");
        let head = repository.head();
        let mut world = World::new();
        world.fires("checkout", "latency");
        for at in 0..50_u32 {
            let time = ONSET - 300.0 + f64::from(at) * 6.0;
            let revision = [(-150.0, &other), (-20.0, &good), (0.0, &head)];
            let (_, revision) = revision.into_iter().find(|(until, _)| time < ONSET + until).unwrap();
            world.request(time, revision, &Shape::default());
        }
        for at in 0..12_u32 {
            let slow = Shape { price: 480, ..Shape::default() };
            world.request(ONSET + 70.0 + f64::from(at) * 4.0, &good, &slow);
        }
        // Another release came and went, then the faulty one did.
        let runs = [
            (&good, -2_000.0, -700.0),
            (&other, -700.0, -150.0),
            (&good, -150.0, -20.0),
            (&head, -20.0, 66.0),
            (&good, 66.0, NOW - ONSET),
        ];
        for service in ["frontend", "checkout", "payments"] {
            let known = runs.iter().skip(usize::from(!is_old));
            world.info.extend(known.map(|(revision, from, to)| seen(service, revision, ONSET + from, ONSET + to)));
        }
        world.walk_in(&repository)
    };
    let walk = walked(true);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    // Nothing tells that it ran before the alert's long window.
    assert_eq!(walked(false).verdict, Verdict::NotCertain);
}

#[test]
fn a_revision_of_the_alerts_long_window_is_not_acquitted_by_its_healthy_requests() {
    let walked = |release: f64| {
        let repository = Repository::new();
        let good = repository.head();
        repository.edit(PRICING, "best = best.max(saved", "best = best.max(slowly) + (saved", "Save more");
        let head = repository.head();
        let mut world = World::new();
        world.fires("checkout", "latency");
        for at in 0..60_u32 {
            let time = ONSET - 300.0 + f64::from(at) * 5.0;
            world.request(time, if time < ONSET + release { &good } else { &head }, &Shape::default());
        }
        for at in 0..10_u32 {
            let shape = Shape { price: 480, ..Shape::default() };
            world.request(ONSET + 10.0 + f64::from(at) * 10.0, &head, &shape);
        }
        world.info = vec![
            seen("checkout", &good, ONSET - 900.0, ONSET + release),
            seen("checkout", &head, ONSET + release, NOW),
        ];
        (world.walk_in(&repository), good)
    };
    // The long window has 240 s. A leak shows some time after its release.
    let (walk, good) = walked(-100.0);
    assert_ne!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    assert_eq!(walk.code.as_ref().unwrap().good.as_deref(), Some(good.as_str()), "{}", human(&walk));
    assert!(walk.actions[1].what.starts_with("Roll back"), "{:?}", walk.actions);
    let (walk, _) = walked(-800.0);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
}

#[test]
fn a_recent_revision_stays_suspect_although_nothing_tells_the_one_before() {
    let repository = Repository::new();
    let head = repository.head();
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&head, &head, &Shape { price: 480, ..Shape::default() });
    world.info = vec![seen("checkout", &head, ONSET - 100.0, NOW)];
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.headline.contains("the alert still counts that time"), "{}", walk.headline);
    assert!(walk.actions[1].what.starts_with("Roll back the last deployment of checkout"), "{:?}", walk.actions);
    // Events were as bad before the release.
    world.ratio = Some(|_| 0.5);
    world.info = vec![seen("checkout", &head, ONSET - 100.0, NOW)];
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
}

#[test]
fn a_peer_may_be_down_by_its_own_release() {
    let walked = |path: &str, from: &str, to: &str| {
        let repository = Repository::new();
        let good = repository.head();
        repository.edit(path, from, to, "Change it");
        let head = repository.head();
        let mut world = World::new();
        world.fires("checkout", "availability");
        world.traffic(&good, &head, &Shape { is_down: true, ..Shape::default() });
        // The caller's new revision was answered.
        world.request(ONSET - 45.0, &head, &Shape::default());
        for service in ["checkout", "payments"] {
            world.info.push(seen(service, &good, ONSET - 900.0, ONSET - 60.0));
            world.info.push(seen(service, &head, ONSET - 60.0, NOW));
        }
        world.walk_in(&repository)
    };
    let walk = walked(LEDGER, "    format(order)\n", "    format(order).leaked()\n");
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.headline.contains("payments does not answer checkout, and payments runs"), "{}", walk.headline);
    // The release changes nothing of the peer.
    let walk = walked(PRICING, "net(basket) - bundle", "net(basket).max(0) - bundle");
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
}
