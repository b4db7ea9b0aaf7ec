//! Spans that name no revision: versions of builds, of Kubernetes and of deployments lead to commits, each by its name.

use std::io::Write as _;

use emberline_walk::source::{DeploymentLog, Git, Point, Repositories, Series};
use emberline_walk::{Deployment, Verdict, Walk, human};

use crate::certain::{Fault, fault, names};
use crate::shop::Repository;
use crate::world::{NOW, ONSET, Shape, World, labels};

/// A price rule of quadratic cost in a shop whose spans name no revision.
fn unnamed() -> (World, Fault) {
    let (mut world, fault) = crate::certain::quadratic();
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans) {
        span.resource.remove("vcs.ref.head.revision");
    }
    (world, fault)
}

/// Time series of the version before the onset, and of the one since shortly before.
fn series(of: &dyn Fn(&str) -> Vec<(&'static str, String)>, before: &str, now: &str) -> Vec<Series> {
    let one = |version: &str, times: [f64; 2]| {
        let pairs = of(version);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Series { labels: labels(&pairs), points: times.map(|time| Point { time, value: 1.0 }).to_vec() }
    };
    vec![one(before, [ONSET - 500.0, ONSET - 100.0]), one(now, [ONSET - 5.0, NOW])]
}

fn revisions(walk: &Walk) -> (&str, &str, &str) {
    let of = walk.code.as_ref().unwrap().revisions.iter().find(|it| it.service == "checkout").unwrap();
    (of.before.as_deref().unwrap_or_default(), of.now.as_deref().unwrap_or_default(), &of.known_by)
}

/// A source of versions: a part of its query, its labels, and how it names a commit's tag and id.
type Source = (&'static str, fn(&str) -> Vec<(&'static str, String)>, fn(&str, &str) -> String);

/// Every source and every form of a version.
const SOURCES: [Source; 10] = [
    (
        "build_info",
        |it| vec![("__name__", "checkout_build_info".into()), ("job", "shop/checkout".into()), ("revision", it.into())],
        |_, id| id.into(),
    ),
    (
        "build_info",
        |it| vec![("__name__", "app_build_info".into()), ("service", "checkout".into()), ("commit", it.into())],
        |_, id| id[..8].into(),
    ),
    (
        "build_info",
        |it| vec![("__name__", "app_build_info".into()), ("app", "checkout".into()), ("version", it.into())],
        |tag, _| tag.into(),
    ),
    (
        "build_info",
        |it| vec![("__name__", "app_build_info".into()), ("job", "checkout".into()), ("version", it.into())],
        |tag, id| format!("v{tag}+g{}-dirty", &id[..10]),
    ),
    (
        "build_info",
        |it| vec![("__name__", "app_build_info".into()), ("job", "checkout".into()), ("version", it.into())],
        |_, id| format!("v0.1.0-7-g{}", &id[..7]),
    ),
    (
        "kube_pod_labels",
        |it| vec![("label_app_kubernetes_io_name", "checkout".into()), ("label_app_kubernetes_io_version", it.into())],
        |tag, _| format!("v{tag}"),
    ),
    (
        "kube_deployment_labels",
        |it| vec![("deployment", "checkout".into()), ("label_version", it.into())],
        |tag, _| tag.into(),
    ),
    (
        "kube_deployment_annotations",
        |it| vec![("deployment", "checkout".into()), ("annotation_shop_example_git_commit", it.into())],
        |_, id| id.into(),
    ),
    (
        "kube_pod_container_info",
        |it| {
            vec![("container", "checkout".into()), ("image_spec", format!("registry.example:5000/shop/checkout:{it}"))]
        },
        |tag, _| tag.into(),
    ),
    (
        "kube_pod_container_info",
        |it| vec![("container", "checkout".into()), ("image", format!("registry.example/checkout:{it}@sha256:00"))],
        |_, id| format!("main-{}-20260101", &id[..9]),
    ),
];

#[test]
fn every_source_of_versions_leads_to_the_commit() {
    for (at, (query, of, named)) in SOURCES.into_iter().enumerate() {
        let (mut world, fault) = unnamed();
        fault.repository.tag("checkout/v1.1.0", &fault.good);
        fault.repository.tag("checkout/v1.2.0", &fault.head);
        // Another service's release of the same name.
        fault.repository.tag("payments/v1.2.0", &fault.good);
        let (before, now) = (named("1.1.0", &fault.good), named("1.2.0", &fault.head));
        world.told = vec![(query, series(&of, &before, &now))];
        let walk = world.walk_in(&fault.repository);
        let told = revisions(&walk);
        assert_eq!((told.0, told.1), (fault.good.as_str(), fault.head.as_str()), "{at}: {told:?}\n{}", human(&walk));
        assert!(told.2.contains(query), "{at}: {told:?}");
        names(&walk, &fault.commit, "cheapest_bundle");
    }
}

#[test]
fn a_log_of_deployments_leads_to_the_commit() {
    let (world, fault) = unnamed();
    fault.repository.tag("v1.2.0", &fault.head);
    let mut log = tempfile::NamedTempFile::new().unwrap();
    writeln!(log, r#"{{"time":{},"service":"checkout","revision":"{}"}}"#, ONSET - 86_400.0, fault.good).unwrap();
    writeln!(log, r#"{{"time":{},"service":"payments","version":"9"}}"#, ONSET - 50.0).unwrap();
    writeln!(log, r#"{{"time":{},"service":"checkout","version":"1.2.0"}}"#, ONSET - 5.0).unwrap();
    let source = DeploymentLog::new(log.path());
    let git = Git::new(fault.repository.path());
    let walk = world.walk_from(None, Some(&git), None, Some(&source));
    names(&walk, &fault.commit, "cheapest_bundle");
    assert_eq!(walk.code.as_ref().unwrap().revisions[0].first_seen, Some(ONSET - 5.0));
    // A log that cannot be read is told, and the walk goes on.
    let missing = DeploymentLog::new(std::path::Path::new("/no/such/log"));
    let walk = world.walk_from(None, Some(&git), None, Some(&missing));
    assert!(walk.missing.iter().any(|it| it.contains("/no/such/log cannot be read")), "{:?}", walk.missing);
}

#[test]
fn what_a_version_means_is_not_guessed() {
    let (mut world, fault) = unnamed();
    fault.repository.tag("mobile/v1.2.0", &fault.head);
    fault.repository.tag("web/v1.2.0", &fault.good);
    let of = |it: &str| vec![("__name__", "app_build_info".into()), ("job", "checkout".into()), ("version", it.into())];
    world.told = vec![("build_info", series(&of, "1.1.0", "1.2.0"))];
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.verdict, Verdict::NotCertain);
    let told = walk.missing.join("\n");
    assert!(told.contains("`1.2.0` of checkout may be mobile/v1.2.0 (") && told.contains(" or "), "{told}");
    // Two builds of one service that contradict each other count for nothing.
    let other =
        |it: &str| vec![("__name__", "lib_build_info".into()), ("job", "checkout".into()), ("version", it.into())];
    world.told.push(("build_info", series(&other, "3", "4")));
    let walk = world.walk_in(&fault.repository);
    assert!(walk.missing.iter().any(|it| it.contains("tell different versions of checkout")), "{:?}", walk.missing);
    // A number of a build is no beginning of a commit's id.
    let digits: String = fault.head.chars().take(5).collect();
    world.told = vec![("build_info", series(&of, "1", &digits))];
    let walk = world.walk_in(&fault.repository);
    assert_eq!(revisions(&walk).1, digits, "{}", human(&walk));
}

#[test]
fn a_rollout_without_a_version_is_told() {
    let (mut world, fault) = unnamed();
    let point = |time: f64, value: f64| Point { time, value };
    let rollout = Series {
        labels: labels(&[("deployment", "checkout")]),
        points: vec![point(ONSET - 300.0, 4.0), point(ONSET - 10.0, 5.0), point(NOW, 5.0)],
    };
    world.told = vec![("observed_generation", vec![rollout])];
    let walk = world.walk_in(&fault.repository);
    assert_eq!(walk.verdict, Verdict::NotCertain);
    assert!(walk.missing.iter().any(|it| it.contains("Kubernetes rolled checkout out at")), "{:?}", walk.missing);
}

#[test]
fn each_service_may_have_a_repository_of_its_own() {
    // The fault is in payments, and its repository has no other service's code.
    let fault = fault(
        "services/payments/src/ledger.rs",
        "        self.archive(&receipt);\n",
        "        self.archive(&receipt);\n        std::thread::sleep(PAUSE);\n",
    );
    let elsewhere = Repository::new();
    let mut world = World::new();
    world.fires("checkout", "latency");
    world.traffic(&fault.good, &fault.head, &Shape { book: 500, ..Shape::default() });
    // Checkout runs what it ran before, from another repository.
    for span in world.traces.iter_mut().flat_map(|trace| &mut trace.spans).filter(|span| span.service != "payments") {
        span.resource.insert("vcs.ref.head.revision".into(), elsewhere.head());
    }
    let path = "services/payments/src/ledger.rs";
    let line = fault.repository.line(path, "std::thread::sleep");
    world.computes("payments", "ledger", 2, &[("payments::ledger::Ledger::book", path, line)]);
    world.usually("payments", 20, "payments::ledger::Ledger::book", path, 15);
    let git = Git::new(elsewhere.path());
    let mut own = Repositories::new();
    own.insert("payments".into(), Box::new(Git::new(fault.repository.path())));
    let walk = world.walk_from(None, Some(&git), Some(&own), None);
    assert_eq!(walk.code.as_ref().unwrap().service, "payments", "{}", human(&walk));
    assert_eq!(walk.code.as_ref().unwrap().deployment, Deployment::Changed);
    assert_eq!(walk.suspects[0].commit.id, fault.commit, "{}", human(&walk));
    // Without that repository, nothing of payments can be read.
    let walk = world.walk_from(None, Some(&git), None, None);
    assert!(walk.missing.iter().any(|it| it.contains("does not have the deployed revision")), "{:?}", walk.missing);
}
