//! What promtool plays to prove these alerts: time series of a healthy ruler and Alertmanager, and the same with one fault.
//!
//! Every fault has one course, in which its alert is silent until the condition has lasted and fires then. In the healthy
//! course no alert fires but the one that always does.

use std::collections::BTreeMap;

use super::exprs::Condition;
use super::metrics::{ATTEMPTED, FAILED, Pulse, RELOADED, RulerMetrics, of};
use super::times::Times;
use super::watched::Watched;
use crate::model::Watchers;
use crate::promql::{Expr, Matcher, Select};
use crate::quantity::Duration;

/// A course of events, and which alerts fire in it.
#[derive(Debug)]
pub struct Course {
    /// What happens.
    pub name: String,
    /// Between two samples, real.
    pub interval: Duration,
    /// Between two evaluations, real.
    pub evaluation: Duration,
    /// When it starts, in seconds since 1970.
    pub start: u64,
    /// Time series and their samples in promtool's notation.
    pub inputs: Vec<(String, String)>,
    /// What is looked at, in order.
    pub moments: Vec<Moment>,
}

/// What fires at a moment.
#[derive(Debug)]
pub struct Moment {
    /// Since the start.
    pub at: Duration,
    /// The alert; `None` for any but the one that always fires.
    pub watched: Option<Watched>,
    /// The snapshot that it is about.
    pub snapshot: Option<String>,
    /// Whether it fires.
    pub fires: bool,
}

impl Moment {
    const fn of(watched: Watched, at: Duration, fires: bool) -> Self {
        Self { at, watched: Some(watched), snapshot: None, fires }
    }
}

/// A name and labels of a series, by which a fault replaces its samples.
type Series = (String, BTreeMap<String, String>);

/// The courses of all alerts: of health, of each fault, and of the days on which snapshots become old.
pub(super) fn courses(conditions: &[Condition], watchers: &Watchers, times: Times) -> Vec<Course> {
    let always = conditions.iter().any(|condition| condition.watched == Watched::Itself);
    let faults = conditions.iter().filter(|it| !matches!(it.watched, Watched::Itself | Watched::SnapshotOld));
    let faults = faults.map(|condition| faulty(condition.watched, watchers, times, condition.hold));
    let mut courses: Vec<Course> = std::iter::once(healthy(watchers, times, always)).chain(faults).collect();
    let ends: Vec<(&str, u64)> = conditions
        .iter()
        .filter_map(|condition| condition.snapshot.as_ref())
        .filter_map(|(name, end)| Some((name.as_str(), u64::try_from(*end).ok()?)))
        .collect();
    courses.extend((!ends.is_empty()).then(|| dated(&ends)));
    courses
}

/// The last day on which each snapshot is young enough, and the first on which it is not.
fn dated(ends: &[(&str, u64)]) -> Course {
    const DAY: u64 = 86_400;
    let start = ends.iter().map(|(_, end)| *end).min().unwrap_or_default().saturating_sub(2 * DAY);
    let moment = |name: &str, at: u64, fires| Moment {
        at: Duration::from_secs(at.saturating_sub(start)),
        watched: Some(Watched::SnapshotOld),
        snapshot: Some(name.to_owned()),
        fires,
    };
    let of = |(name, end): &(&str, u64)| [moment(name, end.saturating_sub(DAY), false), moment(name, *end, true)];
    let day = Duration::from_secs(DAY);
    let moments = ends.iter().flat_map(of).collect();
    Course { name: "snapshots become old".to_owned(), interval: day, evaluation: day, start, inputs: vec![], moments }
}

/// How many samples are healthy before a fault: enough to fill its range.
fn before(range: Duration, times: Times) -> u64 {
    range.millis().div_ceil(times.scrape.millis()) + 2
}

/// How many samples follow: the range, the hold, and some.
fn after(range: Duration, times: Times, hold: Duration) -> u64 {
    (range.millis() + hold.millis()).div_ceil(times.scrape.millis()) + 6
}

fn healthy(watchers: &Watchers, times: Times, always: bool) -> Course {
    let count = before(times.long, times) + 2;
    let inputs = world(watchers).into_iter().map(|(series, well)| (written(&series), well.samples(times, count)));
    let at = Duration::from_millis(times.scrape.millis() * (count - 1));
    let switch = always.then(|| Moment::of(Watched::Itself, at, true));
    let silence = Moment { at, watched: None, snapshot: None, fires: false };
    Course {
        name: "all is well".to_owned(),
        interval: times.scrape,
        evaluation: times.pace(),
        start: 0,
        inputs: inputs.collect(),
        moments: switch.into_iter().chain([silence]).collect(),
    }
}

fn faulty(watched: Watched, watchers: &Watchers, times: Times, hold: Duration) -> Course {
    let range = match watched {
        Watched::NotificationsFail | Watched::RulerLags | Watched::RulesMissed => times.long,
        Watched::AlertsRefused => times.resends,
        _ => times.window,
    };
    let (before, after) = (before(range, times), after(range, times, hold));
    let ruler = of(watchers.ruler);
    let inputs = world(watchers).into_iter().map(|(series, well)| {
        let samples = match fault(watched, &series, &ruler) {
            None => well.samples(times, before + after),
            Some(ill) => format!("{} {}", well.samples(times, before), ill.after(well, times, before, after)),
        };
        (written(&series), samples)
    });
    let at = |sample: u64| times.scrape.millis() * sample;
    // The condition cannot have held before the fault, and holds for sure once every range is full of it.
    let silent = (at(before) + hold.millis()).saturating_sub(times.evaluation.millis());
    let firing = at(before + after - 1);
    Course {
        name: format!("{} fires", watched.name()),
        interval: times.scrape,
        evaluation: times.pace(),
        start: 0,
        inputs: inputs.collect(),
        moments: [(silent, false), (firing, true)]
            .map(|(at, fires)| Moment::of(watched, Duration::from_millis(at), fires))
            .into(),
    }
}

impl Times {
    /// How often a course is evaluated: nothing changes between two samples.
    fn pace(self) -> Duration {
        self.evaluation.max(self.scrape)
    }
}

/// How a series of a healthy system goes.
#[derive(Debug, Clone, Copy)]
enum Well {
    /// Stays.
    At(f64),
    /// Rises by so much a sample.
    Rises(f64),
    /// Is the time of its sample, in seconds.
    Clock,
}

/// How it goes from the fault on.
#[derive(Debug, Clone, Copy)]
enum Ill {
    /// Has no sample.
    Gone,
    /// Stays at what it was.
    Stuck,
    /// Is another number.
    Becomes(f64),
    /// Rises by so much a sample.
    Rises(f64),
}

impl Well {
    fn samples(self, times: Times, count: u64) -> String {
        // `a+bxN` is N + 1 samples.
        let more = count.saturating_sub(1);
        match self {
            Self::At(value) => format!("{value}+0x{more}"),
            Self::Rises(step) => format!("0+{step}x{more}"),
            Self::Clock => format!("0+{}x{more}", times.scrape.seconds()),
        }
    }

    /// Its last of so many samples.
    fn last(self, times: Times, count: u64) -> f64 {
        // Courses have thousands of samples at most, which a float counts exactly.
        let steps = count.saturating_sub(1) as f64;
        match self {
            Self::At(value) => value,
            Self::Rises(step) => step * steps,
            Self::Clock => times.scrape.seconds() * steps,
        }
    }
}

impl Ill {
    fn after(self, well: Well, times: Times, before: u64, count: u64) -> String {
        let more = count.saturating_sub(1);
        let last = well.last(times, before);
        match self {
            Self::Gone => format!("_x{count}"),
            Self::Stuck => format!("{last}+0x{more}"),
            Self::Becomes(value) => format!("{value}+0x{more}"),
            Self::Rises(step) => format!("{}+{step}x{more}", last + step),
        }
    }
}

/// What a fault does to a series; `None` for nothing.
fn fault(watched: Watched, (name, labels): &Series, ruler: &RulerMetrics) -> Option<Ill> {
    let is = |metric: &str| name == metric;
    let pulse = ruler.pulse.metric();
    // One of two groups, one of two rulers' targets: the alert must not wait for all of them.
    let is_first = labels.get(ruler.group).is_some_and(|group| group.ends_with(FIRST));
    let ill = match watched {
        Watched::RulerUnseen if is(pulse) => Ill::Gone,
        Watched::RulesFail if ruler.failures.first().is_some_and(|it| is(it)) && is_first => Ill::Rises(1.0),
        Watched::RulerLags if is(pulse) && is_first => Ill::Stuck,
        Watched::RulesMissed if is(ruler.missed) && is_first => Ill::Rises(1.0),
        Watched::RulesSlow if is(ruler.took) && is_first => Ill::Becomes(INTERVAL * 0.6),
        Watched::NobodyToTell if ruler.known.is_some_and(is) => Ill::Becomes(0.0),
        Watched::AlertsRefused if is(ruler.refused) => Ill::Rises(1.0),
        Watched::AlertmanagerUnseen if is(ATTEMPTED) => Ill::Gone,
        // One of two integrations.
        Watched::NotificationsFail if is(FAILED) && labels.values().any(|it| it == WEBHOOK) => Ill::Rises(1.0),
        Watched::NotReloaded if is(RELOADED) => Ill::Becomes(0.0),
        _ => return None,
    };
    Some(ill)
}

/// The names of two groups, as ours are made.
const FIRST: &str = "shop/buy";
const SECOND: &str = "shop/search";
/// An integration of Alertmanager.
const WEBHOOK: &str = "webhook";
/// The interval of both, in seconds.
const INTERVAL: f64 = 30.0;

/// The series of a healthy ruler and Alertmanager.
fn world(watchers: &Watchers) -> Vec<(Series, Well)> {
    let ruler = of(watchers.ruler);
    let mut world = Vec::new();
    for group in [FIRST, SECOND] {
        let name = if ruler.group == "group" { group.to_owned() } else { format!("/etc/rules/shop.yaml;{group}") };
        let mut labels = watchers.ruler_labels.clone();
        labels.insert(ruler.group.to_owned(), name);
        let mut add = |metric: &str, more: Option<(&str, &str)>, well| {
            let mut labels = labels.clone();
            labels.extend(more.map(|(label, value)| (label.to_owned(), value.to_owned())));
            world.push(((metric.to_owned(), labels), well));
        };
        for failures in ruler.failures {
            add(failures, None, Well::At(0.0));
        }
        add(ruler.missed, None, Well::At(0.0));
        add(ruler.took, ruler.quantile.map(|quantile| ("quantile", quantile)), Well::At(0.01));
        add(ruler.interval, None, Well::At(INTERVAL));
        match ruler.pulse {
            Pulse::Time(metric) => add(metric, None, Well::Clock),
            Pulse::Count(metric) => add(metric, None, Well::Rises(1.0)),
        }
    }
    for target in ["one", "two"] {
        let mut labels = watchers.ruler_labels.clone();
        labels.insert(ruler.to.to_owned(), target.to_owned());
        world.push(((ruler.sent.to_owned(), labels.clone()), Well::Rises(1.0)));
        world.push(((ruler.refused.to_owned(), labels), Well::At(0.0)));
    }
    for (metric, value) in [(ruler.known, 2.0), (ruler.reloaded, 1.0)] {
        world.extend(metric.map(|metric| ((metric.to_owned(), watchers.ruler_labels.clone()), Well::At(value))));
    }
    for integration in [WEBHOOK, "pagerduty"] {
        let mut labels = watchers.alertmanager_labels.clone();
        labels.insert("integration".to_owned(), integration.to_owned());
        world.push(((ATTEMPTED.to_owned(), labels.clone()), Well::Rises(1.0)));
        labels.insert("reason".to_owned(), "serverError".to_owned());
        world.push(((FAILED.to_owned(), labels), Well::At(0.0)));
    }
    world.push(((RELOADED.to_owned(), watchers.alertmanager_labels.clone()), Well::At(1.0)));
    world
}

fn written((name, labels): &Series) -> String {
    let matchers: Vec<Matcher<'_>> = labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    Expr::Select(Select::new(name, &[&matchers])).to_string()
}
