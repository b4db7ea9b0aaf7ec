use std::cell::RefCell;

use emberline_core::plan::{Plan, SloPlan};
use emberline_core::source::Sources;
use emberline_core::{Order, compile};
use rust_decimal::Decimal;

use super::{Instants, Standing, sort, standings};
use crate::grid::Labels;

const SPEC: &str = "\
version: emberline/v1
service: shop
owner: team-shop
slos:
  - {name: availability, objective: 99.9%, sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}', group_by: [route]}}}
  - {name: minutes, objective: 99%, window: 7d, sli: {timeslice: {up: up}}}
";
/// An instant.
const AT: i64 = 1_795_773_600_000;

fn plan(policy: &str) -> Plan {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\n{policy}"));
    let analysis = compile(&sources, Order::default());
    analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings))
}

/// A series: `name route=/pay`, and its value.
fn series(text: &str, slo: &str, value: f64) -> (Labels, f64) {
    let mut words = text.split(' ');
    let mut labels: Labels = words
        .clone()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    labels.insert("service".to_owned(), "shop".to_owned());
    labels.insert("slo".to_owned(), slo.to_owned());
    if let Some(name) = words.next().filter(|word| word.contains(':')) {
        labels.insert("__name__".to_owned(), name.to_owned());
    }
    (labels, value)
}

/// A server: what its four kinds of queries give.
#[derive(Default)]
struct Told {
    now: Vec<(Labels, f64)>,
    recorded: Vec<(Labels, f64)>,
    seen: Vec<(Labels, f64)>,
    counted: Vec<(Labels, f64)>,
    asked: RefCell<Vec<String>>,
}

impl Instants for Told {
    fn instant(&self, expr: &str, time: i64) -> Result<Vec<(Labels, f64)>, String> {
        assert_eq!(time, AT, "everything is asked at one instant");
        self.asked.borrow_mut().push(expr.to_owned());
        Ok(match expr.split('(').next() {
            Some("timestamp") => self.recorded.clone(),
            Some("max_over_time") => self.seen.clone(),
            Some("count_over_time") => self.counted.clone(),
            _ => self.now.clone(),
        })
    }
}

impl Told {
    /// What is left of an objective's group, recorded so many seconds ago.
    fn left(mut self, slo: &str, group: &str, left: f64, age: i64) -> Self {
        self.now.push(series(&format!("slo:error_budget_remaining:ratio {group}"), slo, left));
        self.recorded.push(series(group, slo, (AT / 1_000 - age) as f64));
        self.seen.push(series(group, slo, (AT / 1_000 - age) as f64));
        self
    }

    /// Another recorded value.
    fn and(mut self, slo: &str, name: &str, value: f64) -> Self {
        self.now.push(series(name, slo, value));
        self
    }

    fn of(&self, plan: &Plan, slo: &str) -> Standing {
        let slos: Vec<&SloPlan> = plan.slos().collect();
        let mut all = standings(&slos, self, AT).unwrap();
        let place = all.iter().position(|standing| standing.slo == slo).unwrap();
        all.swap_remove(place)
    }
}

fn whys(standing: &Standing) -> Vec<&str> {
    standing.unknown.iter().map(|unknown| unknown.why.as_str()).collect()
}

#[test]
fn the_worst_group_is_first_with_its_minutes_and_events() {
    let told = Told::default()
        .left("availability", "route=/", 0.75, 30)
        .left("availability", "route=/pay", -0.5, 60)
        .and("availability", "slo:events:count_window route=/pay", 10_000.0)
        .and("availability", "slo:bad_events:count_window route=/pay", 15.0)
        .and("availability", "slo:burn_rate:1h route=/pay", 3.0)
        .and("availability", "slo:burn_rate:5m route=/pay", 30.0)
        .and("availability", "slo:burn_rate:6h route=/pay", f64::NAN)
        .and("availability", "slo:objective:ratio", 0.999)
        .and("availability", "slo:window:seconds", 2_592_000.0);
    let standing = told.of(&plan(""), "availability");
    assert_eq!((standing.left, standing.unknown.len(), standing.groups.len()), (Some(-0.5), 0, 2));
    let worst = &standing.groups[0];
    assert_eq!(worst.group, Labels::from([("route".to_owned(), "/pay".to_owned())]));
    assert_eq!(worst.recorded, AT - 60_000);
    // A thousandth of 30 days is 2592 s, and of 10,000 events it is 10.
    assert!((worst.budget_seconds - 2_592.0).abs() < 1e-6 && (worst.left_seconds + 1_296.0).abs() < 1e-6);
    assert!((worst.left_events.unwrap() + 5.0).abs() < 1e-9, "{worst:?}");
    let burns: Vec<_> = worst.burn_rates.iter().map(|burn| (burn.window.as_str(), burn.rate)).collect();
    assert_eq!(burns, [("5m", 30.0), ("1h", 3.0)]);
    assert_eq!(worst.burn.as_ref().map(|burn| burn.window.as_str()), Some("1h"));
    assert_eq!(standing.groups[1].events, None);
    assert_eq!(standing.below(Decimal::ZERO).count(), 1);
    assert_eq!(standing.below(Decimal::new(8, 1)).count(), 2);
}

/// The rules record a second of a bad minute as an event.
#[test]
fn minutes_are_told_as_minutes() {
    let told = Told::default().left("minutes", "", 0.9, 0).and("minutes", "slo:events:count_window", 604_800.0).and(
        "minutes",
        "slo:bad_events:count_window",
        600.0,
    );
    let standing = told.of(&plan(""), "minutes");
    let group = &standing.groups[0];
    assert_eq!((standing.unit, group.events, group.bad_events), ("minutes", Some(10_080.0), Some(10.0)));
    assert!(group.left_events.is_some_and(|left| (left - 90.8).abs() < 1e-9), "{group:?}");
}

#[test]
fn a_threshold_that_is_met_exactly_is_met() {
    let plan = plan("");
    for (left, is_below) in [(0.1, false), (0.099_999_999_999_999_98, false), (0.099_99, true), (0.100_01, false)] {
        let standing = Told::default().left("minutes", "", left, 0).of(&plan, "minutes");
        assert_eq!(standing.below(Decimal::new(1, 1)).count(), usize::from(is_below), "{left}");
    }
}

#[test]
fn what_is_not_recorded_is_unknown_and_never_full() {
    let plan = plan("");
    let standing = Told::default().of(&plan, "minutes");
    assert_eq!(
        (standing.left, whys(&standing)),
        (None, vec!["no time series: its rules are not loaded there, or were never evaluated"])
    );
    // The rules run, and there is nothing to count.
    let idle =
        Told::default().and("minutes", "slo:objective:ratio", 0.99).and("minutes", "slo:window:seconds", 604_800.0);
    assert_eq!(whys(&idle.of(&plan, "minutes")), ["no minutes were counted over 7d"]);
    // The rules ran until three hours ago.
    let mut gone = Told::default();
    gone.seen.push(series("", "minutes", (AT / 1_000 - 10_800) as f64));
    let gone = gone.of(&plan, "minutes");
    assert_eq!(whys(&gone), ["its rules are evaluated no more, or their records arrive no more"]);
    assert_eq!(gone.unknown[0].last, Some(AT - 10_800_000));
    // A server that looks back further than Prometheus.
    let stale = Told::default().left("minutes", "", 1.0, 301).and("minutes", "slo:objective:ratio", 0.99);
    assert_eq!(whys(&stale.of(&plan, "minutes")), ["the recorded budget is stale"]);
    let strange = Told::default().left("minutes", "", f64::NAN, 0);
    assert_eq!(whys(&strange.of(&plan, "minutes")), ["the recorded budget is no number"]);
}

#[test]
fn rules_of_another_target_or_window_say_nothing() {
    let plan = plan("");
    let told = |objective, window| {
        let told = Told::default().left("minutes", "", 0.9, 0).and("minutes", "slo:objective:ratio", objective);
        told.and("minutes", "slo:window:seconds", window).of(&plan, "minutes")
    };
    assert_eq!(told(0.99, 604_800.0).left, Some(0.9));
    assert_eq!(whys(&told(0.995, 604_800.0)), ["its rules there are for 99.5%, and the specs say 99%"]);
    assert_eq!(whys(&told(0.99, 2_592_000.0)), ["its rules there are for a window of 2592000 s, and the specs say 7d"]);
    assert_eq!(told(0.995, 604_800.0).left, None);
}

#[test]
fn a_cluster_that_records_no_more_is_unknown_beside_the_others() {
    let mut told = Told::default().left("availability", "route=/ cluster=eu", 0.5, 0).and(
        "availability",
        "slo:objective:ratio cluster=eu",
        0.999,
    );
    // A group of the living cluster whose last event left the window, and all groups of the other one.
    for (group, age) in [("route=/old cluster=eu", 7_200), ("route=/ cluster=us", 600), ("route=/pay cluster=us", 660)]
    {
        told.seen.push(series(group, "availability", (AT / 1_000 - age) as f64));
    }
    let standing = told.of(&plan(""), "availability");
    assert_eq!((standing.left, standing.unknown.len()), (Some(0.5), 1), "{standing:?}");
    let unknown = &standing.unknown[0];
    assert_eq!(unknown.group, Labels::from([("cluster".to_owned(), "us".to_owned())]));
    assert_eq!(unknown.last, Some(AT - 600_000));
}

#[test]
fn replicas_are_one_and_labels_of_others_do_not_count() {
    let plan = plan("labels: {cluster: eu}\nreplica_label: replica\n");
    let told = Told::default()
        .left("minutes", "cluster=eu replica=a", 0.5, 0)
        .left("minutes", "cluster=eu replica=b", 0.4, 0)
        .left("minutes", "cluster=us replica=a", 0.1, 0);
    let standing = told.of(&plan, "minutes");
    assert_eq!((standing.left, standing.groups.len()), (Some(0.4), 1), "{standing:?}");
    assert!(told.asked.borrow().iter().all(|expr| expr.contains("cluster=\"eu\"")), "{:?}", told.asked);
}

#[test]
fn the_part_of_the_window_that_was_counted_is_told() {
    let plan = plan("");
    let mut told = Told::default().left("minutes", "", 1.0, 0);
    told.counted.push(series("", "minutes", 100.0));
    let standing = told.of(&plan, "minutes");
    // A thousand instants are the most, and their distance is a multiple of five minutes: a week has 672.
    assert!(told.asked.borrow().iter().any(|expr| expr.ends_with("[1w:15m])")), "{:?}", told.asked);
    assert!(standing.groups[0].counted.is_some_and(|counted| (counted - 100.0 / 672.0).abs() < 1e-9), "{standing:?}");
}

#[test]
fn the_least_is_first_and_the_unknown_last() {
    let plan = plan("");
    let slos: Vec<&SloPlan> = plan.slos().collect();
    let told = Told::default().left("minutes", "", 0.9, 0);
    let mut all = standings(&slos, &told, AT).unwrap();
    sort(&mut all);
    assert_eq!(all.iter().map(|it| it.slo.as_str()).collect::<Vec<_>>(), ["minutes", "availability"]);
    let told = told.left("availability", "route=/", 0.2, 0);
    let mut all = standings(&slos, &told, AT).unwrap();
    sort(&mut all);
    assert_eq!(all[0].slo, "availability");
    assert_eq!(standings(&[], &told, AT).unwrap().len(), 0);
}
