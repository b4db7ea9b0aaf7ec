//! What a walk claims, and why to believe it: facts with proofs, what speaks against it, what was not looked at.

use emberline_walk::source::{Point, Series};
use emberline_walk::{Proof, Resource, Verdict, Walk, artefacts, human, markdown};

use crate::certain::{fault, quadratic};
use crate::shop::Repository;
use crate::world::{NOW, ONSET, Shape, World, labels};

/// A runtime metric with one value before the onset and another since. A counter grows by them each second.
fn metric(service: &str, name: &str, before: f64, now: f64) -> Series {
    let mut points = Vec::new();
    let (mut time, mut sum) = (ONSET - 600.0, 0.0);
    while time <= NOW {
        let value = if time < ONSET { before } else { now };
        sum += value * 5.0;
        points.push(Point { time, value: if name.ends_with("_total") { sum } else { value } });
        time += 5.0;
    }
    Series { labels: labels(&[("__name__", name), ("service_name", service), ("instance", "a")]), points }
}

fn all(walk: &Walk) -> String {
    format!("{}\n{}", human(walk), markdown(walk))
}

#[test]
fn a_commit_is_claimed_with_three_facts_and_their_proofs() {
    let (mut world, fault) = quadratic();
    world.pages = "http://store.example";
    let walk = world.walk_in(&fault.repository);
    let claim = walk.claim.as_ref().unwrap();
    assert!(!claim.is_by_elimination && claim.for_.len() == 3, "{claim:#?}");
    assert!(claim.for_.iter().all(|fact| !fact.proofs.is_empty()), "{claim:#?}");
    let proofs = || claim.for_.iter().flat_map(|fact| &fact.proofs);
    assert!(proofs().any(|it| matches!(it, Proof::Commit { id, .. } if *id == fault.commit)), "{claim:#?}");
    let page = format!("http://store.example/trace/{}", walk.trace_id.as_deref().unwrap());
    assert!(proofs().any(|it| matches!(it, Proof::Trace { link: Some(link), .. } if *link == page)), "{claim:#?}");
    assert!(markdown(&walk).contains(&format!("]({page})")), "{}", markdown(&walk));
    assert!(
        claim.would_change.iter().any(|it| it.contains("after the rollback of checkout, frontend and payments to")),
        "{claim:#?}"
    );
    // Each artefact that a fact names is written.
    let files = artefacts(&walk);
    for proof in proofs() {
        if let Proof::Artefact { file, .. } = proof {
            assert!(files.iter().any(|(name, _)| name == file), "{file}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&files.last().unwrap().1).unwrap();
    assert_eq!(json["claim"]["for"].as_array().unwrap().len(), 3);
}

#[test]
fn elimination_is_said_to_be_elimination() {
    // The commit changes what nothing points to, and the others change no behaviour.
    let fault = fault(
        "services/checkout/src/warehouse.rs",
        "        Stock::of(basket, &pieces)\n",
        "        Stock::of(basket, &pieces).sorted()\n",
    );
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { price: 480, ..Shape::default() });
    let walk = world.walk_in(&fault.repository);
    let claim = walk.claim.as_ref().unwrap();
    assert!(claim.is_by_elimination && claim.sentence.contains("by elimination"), "{}", all(&walk));
    assert!(claim.against.as_ref().unwrap().words.contains("look harmless"), "{}", all(&walk));
    assert!(walk.verdict != Verdict::Commit || walk.headline.contains("by elimination"), "{}", all(&walk));
}

#[test]
fn the_evidence_is_saved_before_a_rollback() {
    let (world, fault) = quadratic();
    let certain = world.walk_in(&fault.repository);
    assert_eq!(certain.verdict, Verdict::Commit);
    let mut uncertain = world.walk_in(&fault.repository);
    let mut blind = quadratic().0;
    blind.has_traces = false;
    uncertain.actions = blind.walk_in(&fault.repository).actions;
    for walk in [&certain, &uncertain] {
        let [save, back, ..] = walk.actions.as_slice() else { panic!("{:?}", walk.actions) };
        let command = save.command.as_deref().unwrap();
        assert!(command.contains("--alert checkout/latency") && command.contains("--export"), "{command}");
        assert_eq!(back.command.as_deref(), Some("kubectl rollout undo deployment/checkout"));
    }
    let git = certain.actions.iter().position(|it| it.command.as_deref().is_some_and(|it| it.starts_with("git show")));
    assert_eq!(git, Some(certain.actions.len() - 1), "{:?}", certain.actions);
}

#[test]
fn every_service_of_the_release_is_rolled_back() {
    let (world, fault) = quadratic();
    let walk = world.walk_in(&fault.repository);
    let changed: Vec<&str> = walk.code.as_ref().unwrap().revisions.iter().map(|it| it.service.as_str()).collect();
    assert!(changed.len() >= 3, "all services of the shop run another revision: {changed:?}");
    for service in changed {
        let command = format!("kubectl rollout undo deployment/{service}");
        assert!(walk.actions.iter().any(|it| it.command.as_ref() == Some(&command)), "{service}: {:?}", walk.actions);
    }
}

#[test]
fn what_was_not_looked_at_is_listed() {
    let (mut world, fault) = quadratic();
    world.has_logs = false;
    world.has_profiles = false;
    let claim = world.walk_in(&fault.repository).claim.unwrap();
    for what in ["source of logs", "source of profiles", "log of deployments", "Processor, memory, pools and queues"] {
        let told = claim.unseen.iter().filter(|it| it.contains(what)).count();
        assert_eq!(told, 1, "{what}: {:#?}", claim.unseen);
    }
}

#[test]
fn memory_that_grew_with_the_release_is_a_fact_and_stands_on_the_page() {
    let (mut world, fault) = quadratic();
    world.has_profiles = false;
    world.resources = vec![
        metric("checkout", "process_resident_memory_bytes", 1e8, 7e8),
        metric("checkout", "process_open_fds", 20.0, 21.0),
        metric("payments", "go_goroutines", 9.0, 9.0),
    ];
    let walk = world.walk_in(&fault.repository);
    let runtime = walk.runtime.as_ref().unwrap();
    assert_eq!(runtime.shifts.iter().map(|it| it.resource).collect::<Vec<_>>(), [Resource::Memory]);
    assert_eq!(runtime.series, 3);
    assert!(all(&walk).contains("100 MB") && markdown(&walk).contains("## What else changed"), "{}", all(&walk));
    let asked = world.asked.borrow();
    assert!(asked.iter().filter(|query| query.contains("process_resident_memory_bytes")).count() <= 4);
}

#[test]
fn throttling_without_a_new_revision_speaks_against_code() {
    let repository = Repository::new();
    let good = repository.head();
    repository.honest(0);
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&good, &good, &Shape { price: 480, ..Shape::default() });
    world.resources = vec![metric("checkout", "container_cpu_cfs_throttled_periods_total", 0.0, 9.0)];
    let walk = world.walk_in(&repository);
    assert_eq!(walk.verdict, Verdict::NoCodeChange, "{}", all(&walk));
    let claim = walk.claim.as_ref().unwrap();
    let fact = claim.for_.iter().find(|it| it.words.starts_with("throttling of the processor of checkout"));
    assert!(fact.is_some_and(|it| it.words.contains("its revision did not change")), "{}", all(&walk));
    assert!(claim.against.is_none(), "{}", all(&walk));
}

#[test]
fn a_healthy_system_claims_nothing() {
    let walk = World::new().walk(None);
    assert!(walk.claim.is_none() && walk.actions.is_empty());
}
