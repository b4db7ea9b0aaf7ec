//! The same outages for every engine: what happens to a service, the objectives that notice it, and its series.

use std::fmt::Write as _;
use std::time::Duration;

use crate::remote_write::Labels;

/// What a service does for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It serves, with this share of bad events.
    Bad(f64),
    /// Its series are there, and nobody asks it for anything.
    Idle,
    /// Its series are gone.
    Gone,
}

/// A story: states and how many minutes each lasts.
pub struct Outage {
    /// Its name, and the service's.
    pub name: &'static str,
    /// The states, in order. The last one stays.
    pub states: &'static [(u32, State)],
}

/// Minutes before anything happens.
const HEALTHY: (u32, State) = (10, State::Bad(0.0));

/// The outages. Shares are of objectives of 99.9%, whose first page asks for 1.44% and whose second asks for 0.6%.
pub const OUTAGES: &[Outage] = &[
    Outage { name: "full-outage", states: &[HEALTHY, (40, State::Bad(1.0)), (0, State::Bad(0.0))] },
    Outage { name: "short-outage", states: &[HEALTHY, (7, State::Bad(0.3)), (0, State::Bad(0.0))] },
    Outage { name: "fast-burn", states: &[HEALTHY, (40, State::Bad(0.0288)), (0, State::Bad(0.0))] },
    Outage { name: "slow-burn", states: &[HEALTHY, (60, State::Bad(0.008)), (0, State::Bad(0.0))] },
    Outage { name: "missing-data", states: &[HEALTHY, (40, State::Gone), (0, State::Bad(0.0))] },
    Outage { name: "no-traffic", states: &[HEALTHY, (60, State::Idle), (0, State::Bad(0.0))] },
    Outage {
        name: "flapping",
        states: &[
            HEALTHY,
            (10, State::Bad(0.5)),
            (10, State::Bad(0.0)),
            (10, State::Bad(0.5)),
            (20, State::Gone),
            (10, State::Bad(0.5)),
            (0, State::Bad(0.0)),
        ],
    },
];

/// Between two samples, before any scale.
pub const SCRAPE: Duration = Duration::from_secs(15);
/// Between two evaluations, before any scale.
pub const EVALUATION: Duration = Duration::from_secs(30);

/// The policy, its lengths of time divided by `scale`.
#[must_use]
pub fn policy(scale: u32) -> String {
    let scale = if scale == 1 { String::new() } else { format!("time_scale: {scale}\n") };
    format!(
        "version: emberline/v1\nscrape_interval: 15s\nevaluation_interval: 30s\n{scale}data: {{no_traffic: ticket}}\n"
    )
}

/// How a series follows the state.
#[derive(Clone, Copy)]
enum Follows {
    /// Counts this many events a second of those that the share leaves, or of all.
    Events,
    Good,
    Bad,
    /// A healthy neighbour's events.
    Steady,
    /// The share of targets that are up; nothing tells idle from healthy.
    Share,
    /// 1 while all is well.
    Well,
}

/// A series: its metric without the service's prefix, its labels, and how it follows the state.
type Followed = (&'static str, &'static [(&'static str, &'static str)], Follows);

/// The kinds of objectives: a name, the indicator, and its series.
const KINDS: &[(&str, &str, &[Followed])] = &[
    (
        "bad",
        "events: {total: a_total, bad: 'a_total{code=\"500\"}'}",
        &[("a_total", &[("code", "200")], Follows::Good), ("a_total", &[("code", "500")], Follows::Bad)],
    ),
    (
        "good",
        "events: {total: b_total, good: b_ok_total}",
        &[("b_total", &[], Follows::Events), ("b_ok_total", &[], Follows::Good)],
    ),
    (
        "grouped",
        "events: {total: c_total, bad: c_failed_total, group_by: [topic]}",
        &[
            ("c_total", &[("topic", "a")], Follows::Events),
            ("c_failed_total", &[("topic", "a")], Follows::Bad),
            ("c_total", &[("topic", "b")], Follows::Steady),
        ],
    ),
    (
        "latency",
        "latency: {metric: d_seconds, threshold: 300ms}",
        &[("d_seconds_count", &[], Follows::Events), ("d_seconds_bucket", &[("le", "0.3")], Follows::Good)],
    ),
    (
        "slices",
        "timeslice: {total: e_total, bad: e_failed_total, max_error_ratio: 5%}",
        &[("e_total", &[], Follows::Events), ("e_failed_total", &[], Follows::Bad)],
    ),
    (
        "targets",
        "availability: {up: f_up}",
        &[("f_up", &[("instance", "1")], Follows::Share), ("f_up", &[("instance", "2")], Follows::Share)],
    ),
    ("minutes", "timeslice: {up: g_up}", &[("g_up", &[], Follows::Well)]),
];

/// The names of the objectives, which are the same in every story.
pub fn objectives() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.0)
}

impl Outage {
    /// Minutes until the last state begins.
    #[must_use]
    pub fn over(&self) -> u32 {
        self.states.iter().map(|state| state.0).sum()
    }

    /// How many minutes the story is watched after it is over. Pages clear within the shorter time; the first ticket,
    /// over 2h, clears after the full outage alone, and the second, over 6h, is still firing.
    #[must_use]
    pub fn after(&self) -> u32 {
        if self.name == "full-outage" { 150 } else { 45 }
    }

    /// The spec: an objective of each kind, over series of this service alone.
    #[must_use]
    pub fn spec(&self) -> String {
        let mut text = format!("version: emberline/v1\nservice: {}\nslos:\n", self.name);
        for (name, sli, _) in KINDS {
            let sli = self.own(sli);
            let _ = write!(text, "  - name: {name}\n    objective: 99.9%\n    traffic: 100/s\n    sli: {{{sli}}}\n");
        }
        text
    }

    /// The metrics are this service's by their names, since all services load into one ruler.
    fn own(&self, text: &str) -> String {
        let prefix = self.name.replace('-', "_");
        let mut own = text.to_owned();
        for letter in ["a", "b", "c", "d", "e", "f", "g"] {
            own = own.replace(&format!(" {letter}_"), &format!(" {prefix}_{letter}_"));
            own = own.replace(&format!("'{letter}_"), &format!("'{prefix}_{letter}_"));
        }
        own
    }

    fn state(&self, minute: f64) -> State {
        let mut end = 0.0;
        for (minutes, state) in self.states {
            end += f64::from(*minutes);
            if minute < end {
                return *state;
            }
        }
        self.states.last().map_or(State::Gone, |last| last.1)
    }

    /// Every series of the story with its value at each scrape, and nothing at a scrape that does not find it.
    #[must_use]
    pub fn series(&self, scrapes: u32) -> Vec<Scraped> {
        let prefix = self.name.replace('-', "_");
        let all = KINDS.iter().flat_map(|kind| kind.2.iter());
        all.map(|(name, labels, follows)| {
            let mut named: Labels =
                labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            named.insert("__name__".to_owned(), format!("{prefix}_{name}"));
            (named, self.values(*follows, scrapes))
        })
        .collect()
    }

    fn values(&self, follows: Follows, scrapes: u32) -> Vec<Option<f64>> {
        /// Events between two scrapes.
        const EVENTS: f64 = 1_500.0;
        let mut count = 0.0;
        let value = |scrape: u32| {
            // What a scrape finds was counted in the interval before it.
            let state = self.state((f64::from(scrape) - 0.5) * SCRAPE.as_secs_f64() / 60.0);
            let state = if matches!(follows, Follows::Steady) { State::Bad(0.0) } else { state };
            let share = match state {
                State::Gone => return None,
                State::Bad(share) => share,
                State::Idle => 0.0,
            };
            let events = if state == State::Idle { 0.0 } else { EVENTS };
            count += match follows {
                Follows::Events | Follows::Steady => events,
                Follows::Good => (events * (1.0 - share)).round(),
                Follows::Bad => (events * share).round(),
                Follows::Share => return Some(1.0 - share),
                Follows::Well => return Some(if share > 0.05 { 0.0 } else { 1.0 }),
            };
            Some(count)
        };
        (0..scrapes).map(value).collect()
    }

    /// The series in the notation of promtool's unit tests, which vmalert-tool shares.
    #[must_use]
    pub fn input_series(&self, scrapes: u32) -> String {
        notation(&self.series(scrapes))
    }
}

/// A series with its value at each scrape, and nothing at a scrape that does not find it.
pub type Scraped = (Labels, Vec<Option<f64>>);

/// Series in the notation of promtool's unit tests.
#[must_use]
pub fn notation(series: &[Scraped]) -> String {
    let mut text = String::new();
    for (labels, values) in series {
        let name = labels.get("__name__").map_or("", String::as_str);
        let pairs: Vec<_> = labels.iter().filter(|(key, _)| *key != "__name__").collect();
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let mut was_there = true;
        let notation = values.iter().map(|value| match value {
            Some(value) => {
                was_there = true;
                value.to_string()
            }
            // The scraper's marker, once.
            None if std::mem::take(&mut was_there) => "stale".to_owned(),
            None => "_".to_owned(),
        });
        let notation = notation.collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "  - {{series: '{name}{{{}}}', values: '{notation}'}}", pairs.join(","));
    }
    text
}
