//! What metrics tell of revisions: `target_info`, `*_build_info`, and what kube-state-metrics exports.
//!
//! Labels of pods and deployments are exported only where kube-state-metrics is allowed to, by
//! `--metric-labels-allowlist` and `--metric-annotations-allowlist`.

use std::collections::BTreeMap;

use emberline_core::plan::queries::quoted;

use super::super::ask::{Asked, Log, ask};
use super::super::case::Case;
use super::known::Known;
use crate::source::{Point, Series};
use emberline_prose::number::many;

/// The label of the revision in `target_info`.
const LABEL: &str = "vcs_ref_head_revision";
/// Labels of a build's revision, the most exact first; each also ends the name of a label or annotation of Kubernetes.
const REVISIONS: [&str; 10] = [
    LABEL,
    "revision",
    "git_revision",
    "commit",
    "git_commit",
    "commit_hash",
    "git_sha",
    "commit_sha",
    "sha",
    "gitcommit",
];
/// Labels of a build's version.
const VERSIONS: [&str; 5] = ["version", "git_version", "app_version", "service_version", "tag"];
/// Labels of a service, the most exact first.
const SERVICES: [&str; 7] =
    ["service_name", "label_app_kubernetes_io_name", "label_app", "container", "deployment", "service", "job"];
/// Names that move from commit to commit, or that say nothing.
const MOVING: [&str; 16] = [
    "",
    "unknown",
    "none",
    "dev",
    "devel",
    "(devel)",
    "latest",
    "main",
    "master",
    "stable",
    "edge",
    "nightly",
    "prod",
    "production",
    "HEAD",
    "trunk",
];

/// Whether a version says more than that there is one.
pub(super) fn is_telling(version: &str) -> bool {
    !MOVING.contains(&version)
}

/// The tag of a container's image; `None` if there is none, or if it moves.
pub(super) fn of_image(image: &str) -> Option<String> {
    let named = image.split('@').next().unwrap_or(image);
    let last = named.rsplit('/').next().unwrap_or(named);
    let (_, tag) = last.split_once(':')?;
    is_telling(tag).then(|| tag.to_owned())
}

/// When a range of metrics begins and ends, and its step, in seconds.
fn range(case: &Case<'_>) -> (f64, f64, f64) {
    let first = case.slo.burns.first().map_or(3_600.0, |burn| burn.long.real.seconds());
    // A revision of the alert's long window counts as recent, so its beginning has to be in range.
    let long = first.max(case.long + 2.0 * case.base);
    let (start, end) = (case.before() - long, case.now);
    (start, end, case.slo.timing.scrape.seconds().max((end - start) / 500.0))
}

fn asked(case: &Case<'_>, query: &str) -> Asked<Vec<Series>> {
    let (start, end, step) = range(case);
    let metrics = case.sources.metrics;
    let answer = metrics.range(query, start, end, step);
    let (series, log) = ask(metrics.name(), query, answer, |series| match series.len() {
        0 => "no revisions".to_owned(),
        some => many(some, "revision of services", "revisions of services"),
    })
    .apart();
    log.with(series.unwrap_or_default())
}

/// The revisions that `target_info` names, by service.
pub(super) fn target_info(case: &Case<'_>) -> Asked<BTreeMap<String, Known>> {
    // The query groups by instance, because the collector keeps time series of ended processes for a while.
    let query = format!("group by (service_name, job, instance, {LABEL}) ({})", info());
    let (series, log) = asked(case, &query).apart();
    let mut known = BTreeMap::new();
    for one in &series {
        Seen::of(case).add(known.entry(named(one).to_owned()).or_default(), one, one.label(LABEL));
    }
    log.with(finished(known, "target_info"))
}

/// What names a revision in `target_info`.
fn info() -> String {
    format!("target_info{{{LABEL}!={}}}", quoted(""))
}

/// The service of a series of `target_info`.
fn named(series: &Series) -> &str {
    match series.label("service_name") {
        "" => series.label("job").rsplit('/').next().unwrap_or_default(),
        name => name,
    }
}

/// How many lengths of the range are looked at before it.
const LENGTHS: f64 = 24.0;

/// Adds to what `target_info` names the revisions that ran before the range. After a rollback, the revision of the range
/// may be as old as that.
pub(super) fn add_older(case: &Case<'_>, known: &mut BTreeMap<String, Known>) -> Asked<()> {
    if known.values().all(|it| it.first_seen.is_empty()) {
        return Asked::default();
    }
    let (start, end, _) = range(case);
    let back = ((end - start) * LENGTHS).ceil();
    let query = format!("group by (service_name, job, {LABEL}) (last_over_time({}[{back}s]))", info());
    let metrics = case.sources.metrics;
    let words = |series: &Vec<Series>| many(series.len(), "earlier revision", "earlier revisions");
    let (series, log) = ask(metrics.name(), query.as_str(), metrics.instant(&query, start), words).apart();
    for one in series.iter().flatten() {
        if let Some(known) = known.get_mut(named(one)) {
            known.older.insert(one.label(LABEL).to_owned());
        }
    }
    log.with(())
}

/// The revisions that a build tells of itself, by service. Libraries have such metrics too: one that bears the
/// service's name comes first, then one with a revision.
pub(super) fn build_info(
    case: &Case<'_>,
    services: &[String],
    said: &mut Vec<String>,
) -> Asked<BTreeMap<String, Known>> {
    let named = alternatives(services);
    let by = ["service_name", "job", "app", "service"].map(|label| {
        format!("{{__name__=~{},{label}=~{}}}", quoted(".+_build_info"), quoted(&format!("(?:.+/)?(?:{named})")))
    });
    let (series, log) = asked(case, &by.join(" or ")).apart();
    // By service and by metric: what it tells, and its rank.
    let mut found: BTreeMap<String, BTreeMap<String, (u8, Building)>> = BTreeMap::new();
    for one in &series {
        let Some(service) = service_of(one, services) else { continue };
        let Some((revision, is_exact)) = revision_of(one, "") else { continue };
        let metric = one.label("__name__").to_owned();
        let own = metric.contains(&service.replace(['-', '.'], "_"));
        let rank = match (own, is_exact, metric.as_str()) {
            (true, true, _) => 0,
            (true, false, _) => 1,
            (false, _, "go_build_info" | "python_build_info") => 4,
            (false, true, _) => 2,
            (false, false, _) => 3,
        };
        let of = found.entry(service.to_owned()).or_default().entry(metric).or_insert((rank, Building::default()));
        of.0 = of.0.min(rank);
        Seen::of(case).add(&mut of.1, one, &revision);
    }
    let mut known = BTreeMap::new();
    for (service, metrics) in found {
        let best = metrics.values().map(|(rank, _)| *rank).min().unwrap_or_default();
        let mut first = metrics.into_iter().filter(|(_, (rank, _))| *rank == best).map(|(name, (_, it))| (name, it));
        let Some((name, one)) = first.next() else { continue };
        if let Some((other, _)) = first.find(|(_, other)| other.known.now != one.known.now) {
            said.push(format!("`{name}` and `{other}` tell different versions of {service}; neither counts."));
            continue;
        }
        known.insert(service, one.told(&format!("`{name}`")));
    }
    log.with(known)
}

/// The versions that kube-state-metrics tells, by service: labels and annotations, then tags of images.
pub(super) fn kubernetes(case: &Case<'_>, services: &[String]) -> Asked<BTreeMap<String, Known>> {
    let mut log = Log::default();
    let named = quoted(&alternatives(services));
    // Each pod and each scrape has labels of its own, and none of them matters.
    let each = "group without (pod, uid, instance, endpoint, node, host_ip, pod_ip, container_id, image_id)";
    let of = |metric: &str, label: &str| format!("{each} ({metric}{{{label}=~{named}}})");
    let mut all = BTreeMap::new();
    for (by, query, prefix) in [
        (
            "`kube_pod_labels`",
            [of("kube_pod_labels", "label_app_kubernetes_io_name"), of("kube_pod_labels", "label_app")].join(" or "),
            "label_",
        ),
        ("`kube_deployment_labels`", of("kube_deployment_labels", "deployment"), "label_"),
        ("`kube_deployment_annotations`", of("kube_deployment_annotations", "deployment"), "annotation_"),
        ("the image in `kube_pod_container_info`", of("kube_pod_container_info", "container"), ""),
    ] {
        let mut found = BTreeMap::new();
        for one in &log.keep(asked(case, &query)) {
            let Some(service) = service_of(one, services) else { continue };
            let image = ["image_spec", "image"].iter().find_map(|label| of_image(one.label(label)));
            let Some(revision) = revision_of(one, prefix).map(|(revision, _)| revision).or(image) else { continue };
            Seen::of(case).add(found.entry(service.to_owned()).or_default(), one, &revision);
        }
        for (service, known) in finished(found, by) {
            all.entry(service).or_insert(known);
        }
    }
    log.with(all)
}

/// When Kubernetes last rolled each service out before now, in unix seconds: a new replica set, or a new generation of
/// the deployment that its controller has seen. A rollback uses an old replica set again.
pub(super) fn rollouts(case: &Case<'_>, services: &[String]) -> Asked<BTreeMap<String, f64>> {
    let mut log = Log::default();
    let named = alternatives(services);
    let sets = quoted(&format!("(?:{named})-[a-z0-9]{{5,10}}"));
    let query = format!("max by (replicaset) (kube_replicaset_created{{replicaset=~{sets}}})");
    let mut times: BTreeMap<String, f64> = BTreeMap::new();
    let mut later = |service: &str, time: f64| {
        let known = times.entry(service.to_owned()).or_insert(time);
        *known = known.max(time);
    };
    for one in &log.keep(asked(case, &query)) {
        let Some((service, _)) = one.label("replicaset").rsplit_once('-') else { continue };
        if let Some(time) = one.last().filter(|time| *time <= case.now && services.iter().any(|it| it == service)) {
            later(service, time);
        }
    }
    let query =
        format!("max by (deployment) (kube_deployment_status_observed_generation{{deployment=~{}}})", quoted(&named));
    for one in &log.keep(asked(case, &query)) {
        let steps = one.points.windows(2).rev();
        #[expect(clippy::float_cmp, reason = "generations are whole numbers")]
        let changed = steps.filter(|pair| pair[0].value != pair[1].value).map(|pair| pair[1].time).next();
        if let Some(time) = changed.filter(|_| services.iter().any(|it| it == one.label("deployment"))) {
            later(one.label("deployment"), time);
        }
    }
    log.with(times)
}

/// The service that a series belongs to, if it is one of these.
fn service_of<'s>(series: &Series, services: &'s [String]) -> Option<&'s str> {
    SERVICES.iter().chain(&["app"]).find_map(|label| {
        let named = series.label(label);
        // A job may have a namespace in front.
        let named = if *label == "job" { named.rsplit('/').next().unwrap_or(named) } else { named };
        services.iter().find(|service| *service == named).map(String::as_str)
    })
}

/// The revision that labels with this prefix tell, else the version, and whether it is a revision.
fn revision_of(series: &Series, prefix: &str) -> Option<(String, bool)> {
    let of = |stem: &&str| {
        let is_own = |name: &str| match name.strip_prefix(prefix) {
            Some(rest) if prefix.is_empty() => rest == *stem,
            // `label_app_kubernetes_io_version`: the domain in front is anybody's.
            Some(rest) => rest == *stem || rest.strip_suffix(*stem).is_some_and(|domain| domain.ends_with('_')),
            None => false,
        };
        series.labels.iter().find(|(name, value)| is_own(name) && is_telling(value)).map(|(_, value)| value.clone())
    };
    let exact = REVISIONS.iter().find_map(of).map(|found| (found, true));
    exact.or_else(|| VERSIONS.iter().find_map(of).map(|found| (found, false)))
}

/// Names of services as a regular expression.
fn alternatives(services: &[String]) -> String {
    let escaped = |service: &String| -> String {
        service
            .chars()
            .flat_map(|c| (!c.is_alphanumeric() && c != '-' && c != '_').then_some('\\').into_iter().chain([c]))
            .collect()
    };
    services.iter().map(escaped).collect::<Vec<_>>().join("|")
}

/// A time series without samples for more than so many steps had ended, and began again.
const GAP: f64 = 3.5;

/// What the time series of a service told so far.
#[derive(Debug, Default)]
struct Building {
    known: Known,
    newest: f64,
    /// When the last process before the onset was seen, and when it began.
    last_before: (f64, f64),
    /// Each process with its revision, and when it began, unix seconds. A revision begins again after a rollback to it.
    runs: Vec<(String, f64)>,
}

impl Building {
    /// What the time series told, with the revision that each one replaced.
    fn told(self, by: &str) -> Known {
        let mut runs = self.runs;
        runs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut previous = BTreeMap::new();
        for (at, (revision, _)) in runs.iter().enumerate() {
            let other = runs.iter().take(at).rev().map(|(other, _)| other).find(|other| *other != revision);
            if let Some(other) = other {
                previous.insert(revision.clone(), other.clone());
            }
        }
        Known { by: by.to_owned(), previous, ..self.known }
    }
}

fn finished(found: BTreeMap<String, Building>, by: &str) -> BTreeMap<String, Known> {
    found.into_iter().map(|(service, it)| (service, it.told(by))).collect()
}

/// The times by which a time series is read, in unix seconds.
struct Seen {
    start: f64,
    end: f64,
    step: f64,
    before: f64,
}

impl Seen {
    fn of(case: &Case<'_>) -> Self {
        let (start, end, step) = range(case);
        Self { start, end, step, before: case.before() }
    }

    /// Adds the time series of one revision.
    fn add(&self, building: &mut Building, series: &Series, revision: &str) {
        // A label such as an address stays when a process is replaced, so that one series may hold several.
        let is_run = |one: &Point, next: &Point| next.time - one.time <= GAP * self.step;
        for run in series.points.chunk_by(is_run) {
            self.add_run(building, run, revision);
        }
    }

    /// Adds a time without gaps in which a revision ran.
    fn add_run(&self, building: &mut Building, points: &[Point], revision: &str) {
        let (Some(first), Some(until)) = (points.first(), points.last()) else { return };
        building.runs.push((revision.to_owned(), first.time));
        let known = &mut building.known;
        // A time series that starts with the range may be much older.
        if first.time > self.start + self.step {
            let seen = known.first_seen.entry(revision.to_owned()).or_insert(first.time);
            *seen = seen.min(first.time);
        } else {
            known.older.insert(revision.to_owned());
        }
        // The current revision is the one that started last and still has samples.
        if until.time >= self.end - 2.0 * self.step && first.time >= building.newest {
            building.newest = first.time;
            known.now = Some(revision.to_owned());
        }
        // Of several that ran until then, the one that began last had replaced the others, or was about to.
        let before = points.iter().rev().find(|point| point.time <= self.before).map(|point| (point.time, first.time));
        if let Some(before) = before.filter(|times| *times >= building.last_before) {
            building.last_before = before;
            known.before = Some(revision.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(labels: &[(&str, &str)]) -> Series {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Series { labels, points: Vec::new() }
    }

    /// What is told at 200 s of runs from and to a time, where the onset is at 190 s.
    fn told(runs: &[(&str, f64, f64)], is_one_address: bool) -> Known {
        let seen = Seen { start: 0.0, end: 200.0, step: 1.0, before: 180.0 };
        let mut building = Building::default();
        let mut series: BTreeMap<(String, usize), Vec<Point>> = BTreeMap::new();
        for (at, (revision, from, to)) in runs.iter().enumerate() {
            let points = series.entry(((*revision).to_owned(), if is_one_address { 0 } else { at })).or_default();
            let mut time = *from;
            while time <= *to {
                points.push(Point { time, value: 1.0 });
                time += 1.0;
            }
        }
        for ((revision, _), points) in series {
            seen.add(&mut building, &Series { labels: BTreeMap::new(), points }, &revision);
        }
        building.told("x")
    }

    #[test]
    fn the_replaced_revision_is_the_one_that_began_last() {
        // c1, then c9, back to c1, then c2. An exporter still tells the first process of c1.
        let runs = [("c1", 0.0, 200.0), ("c9", 50.0, 80.0), ("c1", 80.0, 160.0), ("c2", 160.0, 200.0)];
        let known = told(&runs, false);
        assert_eq!((known.now.as_deref(), known.replaced().map(String::as_str)), (Some("c2"), Some("c1")));
        assert!(known.older.contains("c1") && known.first_seen["c2"] == 160.0);
        assert_eq!(known.before.as_deref(), Some("c2"));
        let runs = [("c1", 0.0, 50.0), ("c9", 50.0, 75.0), ("c1", 80.0, 155.0), ("c2", 160.0, 200.0)];
        let known = told(&runs, true);
        assert_eq!((known.now.as_deref(), known.replaced().map(String::as_str)), (Some("c2"), Some("c1")));
        // After a rollback to c1.
        let known = told(&[("c1", 0.0, 150.0), ("c2", 150.0, 190.0), ("c1", 195.0, 200.0)], true);
        assert_eq!((known.now.as_deref(), known.replaced().map(String::as_str)), (Some("c1"), Some("c2")));
    }

    #[test]
    fn tags_of_images() {
        for (image, tag) in [
            ("registry.example:5000/shop/checkout:1.4.2", Some("1.4.2")),
            ("checkout:main-1a2b3c4@sha256:00", Some("main-1a2b3c4")),
            ("registry.example:5000/checkout", None),
            ("checkout:latest", None),
            ("checkout@sha256:00", None),
            ("", None),
        ] {
            assert_eq!(of_image(image).as_deref(), tag, "{image}");
        }
    }

    #[test]
    fn a_revision_counts_more_than_a_version() {
        let of = |labels: &[(&str, &str)], prefix: &str| revision_of(&series(labels), prefix);
        let both = [("version", "1.4"), ("revision", "c0ffee1")];
        assert_eq!(of(&both, ""), Some(("c0ffee1".to_owned(), true)));
        assert_eq!(of(&[("version", "1.4"), ("revision", "unknown")], ""), Some(("1.4".to_owned(), false)));
        assert_eq!(of(&[("goversion", "go1.26"), ("version", "(devel)")], ""), None);
        let kube = [("label_app_kubernetes_io_version", "1.4"), ("version", "ksm")];
        assert_eq!(of(&kube, "label_"), Some(("1.4".to_owned(), false)));
        assert_eq!(of(&[("annotation_shop_example_git_commit", "c0ffee1")], "annotation_").unwrap().0, "c0ffee1");
    }

    #[test]
    fn services_are_named_in_many_labels() {
        let services = ["checkout".to_owned(), "a.b".to_owned()];
        for labels in [[("job", "shop/checkout")], [("label_app", "checkout")], [("container", "checkout")]] {
            assert_eq!(service_of(&series(&labels), &services), Some("checkout"));
        }
        assert_eq!(service_of(&series(&[("job", "other")]), &services), None);
        assert_eq!(alternatives(&services), "checkout|a\\.b");
    }
}
