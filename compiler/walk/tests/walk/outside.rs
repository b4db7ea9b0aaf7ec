//! Incidents that something outside of the code caused, shortly after a release of harmless commits.

use emberline_walk::source::{Event, Labels};
use emberline_walk::{Outside, Verdict, Walk, human};

use crate::recent::seen;
use crate::shop::Repository;
use crate::world::{NOW, ONSET, Shape, World, labels};

const RPC: &str = "services/payments/src/rpc.rs";

/// Requests of the release from `since` the onset on, good until then and of a shape from then on.
fn released(since: f64, slo: &str, shape: &Shape) -> (World, Repository) {
    let repository = Repository::new();
    let good = repository.head();
    repository.edit(RPC, "(cents + 50) / 100", "(cents + 49) / 100", "Round");
    let head = repository.head();
    let mut world = World::new();
    world.fires("checkout", slo);
    for at in 0..60_u32 {
        let time = ONSET - 300.0 + f64::from(at) * 5.0;
        world.request(time, if time < ONSET + since { &good } else { &head }, &Shape::default());
    }
    for at in 0..10_u32 {
        world.request(ONSET + 10.0 + f64::from(at) * 10.0, &head, shape);
    }
    world.info = ["checkout", "payments"]
        .into_iter()
        .flat_map(|it| [seen(it, &good, ONSET - 1_500.0, ONSET + since), seen(it, &head, ONSET + since, NOW)])
        .collect();
    (world, repository)
}

/// Has each request of payments evaluate a flag: `on` if `is_on` says so of its time since the onset.
fn evaluate(world: &mut World, is_on: fn(f64) -> bool) {
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans).filter(|it| it.name == "POST /rpc") {
        let variant = if is_on(span.start as f64 / 1e9 - ONSET) { "on" } else { "off" };
        let attributes: Labels = labels(&[("feature_flag.key", "screening"), ("feature_flag.result.variant", variant)]);
        if span.service == "payments" {
            span.events.push(Event { time: span.start, name: "feature_flag.evaluation".into(), attributes });
        }
    }
}

fn certain(walk: &Walk) -> &Outside {
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", human(walk));
    walk.outside.as_ref().unwrap()
}

/// A charge that takes too long.
fn slow() -> Shape {
    Shape { charge: 400, ..Shape::default() }
}

#[test]
fn a_flag_that_was_turned_is_no_code_change() {
    let (mut world, repository) = released(-100.0, "latency", &slow());
    let walk = world.walk_in(&repository);
    assert_ne!(walk.verdict, Verdict::NoCodeChange, "{}", human(&walk));
    evaluate(&mut world, |since| since >= 0.0);
    let walk = world.walk_in(&repository);
    let Outside::Flag { service, flag, before, now, .. } = certain(&walk) else { panic!("{}", human(&walk)) };
    assert_eq!([service, flag, before, now], ["payments", "screening", "off", "on"]);
    assert!(walk.actions[1].what.starts_with("Turn the flag `screening` of payments back to `off`."));
}

#[test]
fn a_flag_that_came_with_the_release_or_alternates_acquits_nobody() {
    // The default of the flag may be what the release changed.
    let (mut world, repository) = released(0.0, "latency", &slow());
    evaluate(&mut world, |since| since >= 0.0);
    let walk = world.walk_in(&repository);
    assert!(walk.outside.is_none() && walk.verdict != Verdict::NoCodeChange, "{}", human(&walk));
    // An experiment of each other request.
    let (mut world, repository) = released(-100.0, "latency", &slow());
    evaluate(&mut world, |since| since.rem_euclid(20.0) < 10.0);
    let walk = world.walk_in(&repository);
    assert!(walk.outside.is_none(), "{}", human(&walk));
}

#[test]
fn a_full_disk_is_no_code_change_if_the_release_is_old() {
    let said = "keeping an order: database or disk is full";
    let error = Some(("Database", said, "payments::ledger::Ledger::book", "services/payments/src/ledger.rs", 10));
    let shape = Shape { error, ..Shape::default() };
    let (world, repository) = released(-900.0, "availability", &shape);
    let walk = world.walk_in(&repository);
    assert!(matches!(certain(&walk), Outside::Full { service, .. } if service == "payments"), "{}", human(&walk));
    // A new release may be what fills the disk.
    let (world, repository) = released(-100.0, "availability", &shape);
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NotCertain, "{}", human(&walk));
    assert!(walk.headline.contains("takes no more data"), "{}", walk.headline);
    let (world, repository) = released(0.0, "availability", &shape);
    let walk = world.walk_in(&repository);
    assert!(walk.outside.is_none(), "{}", human(&walk));
}

#[test]
fn a_surge_of_traffic_is_no_code_change() {
    let (mut world, repository) = released(-900.0, "latency", &slow());
    let head = repository.head();
    for at in 0..600_u32 {
        world.request(ONSET + 12.0 + f64::from(at) * 0.17, &head, &slow());
    }
    let walk = world.walk_in(&repository);
    assert!(matches!(certain(&walk), Outside::Surge { service, .. } if service == "frontend"), "{}", human(&walk));
}
