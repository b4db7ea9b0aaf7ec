//! The month: what happens to a service, in stories with quiet days between them.

use std::time::Duration;

use emberline_proofs::random::Random;

/// Midnight, and a multiple of every step in the rules, in milliseconds since the epoch.
pub const START: i64 = 1_767_225_600_000;
/// How long it is.
pub const DAYS: i64 = 30;
/// Between two samples.
pub const SCRAPE: Duration = Duration::from_secs(30);
/// Between two evaluations.
pub const EVALUATION: Duration = Duration::from_secs(30);

/// A minute, in milliseconds.
pub const MINUTE: i64 = 60_000;
/// An hour, in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;

/// What a service does for a while. Rates are multiples of the error budget.
#[derive(Clone, Copy)]
pub enum Does {
    /// It burns its budget at this rate.
    Burns(f64),
    /// Its burn rate rises to this one in a straight line.
    Rises(f64),
    /// It burns at this rate for two minutes of every twenty, and not at all in between.
    Flaps(f64),
    /// All its events are bad.
    Fails,
    /// Nobody asks it for anything.
    Idle,
    /// Nothing is scraped, while it burns at this rate.
    Unseen(f64),
    /// It restarts every twenty minutes, and burns at this rate.
    Restarts(f64),
    /// Another instance takes its place, and burns at this rate.
    Replaced(f64),
}

/// A story: when it begins, in hours since the month did, and how many minutes it does what.
pub struct Story {
    /// Its name.
    pub name: &'static str,
    begins: i64,
    steps: &'static [(i64, Does)],
}

/// Between stories, and after the first day.
const QUIET: f64 = 0.05;

/// The stories. The four burns are a little above the rates of Sloth's four pairs of windows.
pub const STORIES: &[Story] = &[
    // The first failure makes the series of failures, and no window is full yet.
    Story { name: "young service", begins: 6, steps: &[(60, Does::Burns(20.0))] },
    Story { name: "short blip", begins: 36, steps: &[(2, Does::Fails)] },
    Story { name: "total outage", begins: 78, steps: &[(30, Does::Fails)] },
    Story { name: "burn at 16x", begins: 168, steps: &[(90, Does::Burns(16.0))] },
    Story { name: "burn at 7x", begins: 216, steps: &[(480, Does::Burns(7.0))] },
    Story { name: "burn at 3.5x", begins: 300, steps: &[(1_800, Does::Burns(3.5))] },
    Story { name: "burn at 1.2x", begins: 396, steps: &[(5_040, Does::Burns(1.2))] },
    Story { name: "intermittent", begins: 504, steps: &[(360, Does::Flaps(100.0))] },
    Story { name: "no traffic", begins: 528, steps: &[(240, Does::Idle), (30, Does::Burns(20.0))] },
    Story {
        name: "lost scrapes",
        begins: 552,
        steps: &[(20, Does::Burns(20.0)), (30, Does::Unseen(20.0)), (20, Does::Burns(20.0))],
    },
    Story { name: "restarts", begins: 576, steps: &[(480, Does::Restarts(QUIET)), (240, Does::Restarts(10.0))] },
    Story { name: "rollout", begins: 600, steps: &[(60, Does::Replaced(20.0))] },
    Story { name: "rising", begins: 624, steps: &[(480, Does::Rises(20.0))] },
    Story {
        name: "half recovered",
        begins: 660,
        steps: &[(30, Does::Burns(50.0)), (60, Does::Burns(2.0)), (600, Does::Burns(0.5))],
    },
    Story { name: "twice", begins: 690, steps: &[(10, Does::Fails), (40, Does::Burns(QUIET)), (10, Does::Fails)] },
];

/// The story that is told at a moment, or that was told last.
pub fn story(at: i64) -> &'static str {
    let told = STORIES.iter().take_while(|story| START + story.begins * HOUR <= at);
    told.last().map_or("before all stories", |story| story.name)
}

/// What happens between two scrapes.
#[derive(Clone, Copy)]
pub struct Interval {
    /// Events, and how many of them are bad.
    pub events: f64,
    pub bad: f64,
    /// The burn rate that is meant; infinite in a total outage. `bad` has the noise.
    pub burn: f64,
    /// The process begins anew, and its counters at zero.
    pub restarted: bool,
    /// Which instance serves.
    pub instance: u32,
    /// Whether the scrape at the end reaches Prometheus.
    pub seen: bool,
}

/// What a service does at a moment, and how far a story's step has come, from 0 to 1.
fn does(at: i64) -> (Does, f64) {
    for story in STORIES {
        let mut begins = START + story.begins * HOUR;
        for (minutes, does) in story.steps {
            let ends = begins + minutes * MINUTE;
            if (begins..ends).contains(&at) {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a month stay below 2^53")]
                return (*does, (at - begins) as f64 / (ends - begins) as f64);
            }
            begins = ends;
        }
    }
    // Failures begin with the first story.
    let is_over = STORIES.first().is_some_and(|first| START + first.begins * HOUR < at);
    (Does::Burns(if is_over { QUIET } else { 0.0 }), 0.0)
}

/// The month of a service with this error budget, as a share, that is asked so often a second at noon.
pub fn intervals(budget: f64, rate: f64, seed: u64) -> Vec<Interval> {
    let mut random = Random(seed);
    let (mut instance, mut was_replaced) = (1, false);
    // Parts of events that are still to come.
    let (mut events_left, mut bad_left) = (0.0, 0.0);
    let step = i64::try_from(SCRAPE.as_millis()).unwrap_or(i64::MAX);
    let count = DAYS * 24 * HOUR / step;
    let interval = |place: i64| {
        let at = START + place * step;
        let (does, progress) = does(at);
        let minute = at / MINUTE;
        let (burn, seen) = match does {
            Does::Burns(burn) | Does::Restarts(burn) | Does::Replaced(burn) => (burn, true),
            Does::Rises(burn) => (burn * progress, true),
            Does::Flaps(burn) => (if minute % 20 < 2 { burn } else { 0.0 }, true),
            Does::Fails => (f64::INFINITY, true),
            Does::Idle => (0.0, true),
            Does::Unseen(burn) => (burn, false),
        };
        let is_replaced = matches!(does, Does::Replaced(_));
        instance += u32::from(is_replaced && !was_replaced);
        was_replaced = is_replaced;
        let share = (burn * budget).min(1.0);
        // A night has a third of the traffic of noon.
        #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
        let hour = (minute % 1_440) as f64 / 60.0;
        let day = 0.67 - 0.33 * (hour / 24.0 * std::f64::consts::TAU).cos();
        let is_idle = matches!(does, Does::Idle);
        events_left += if is_idle { 0.0 } else { rate * day * SCRAPE.as_secs_f64() * random.real(0.8, 1.2) };
        let events = events_left.floor();
        events_left -= events;
        // Failures come by chance, too; a total outage leaves nothing to chance.
        bad_left += events * share * if share < 1.0 { random.real(0.5, 1.5) } else { 1.0 };
        let bad = bad_left.floor().clamp(0.0, events);
        bad_left = (bad_left - bad).min(events);
        let restarted = matches!(does, Does::Restarts(_)) && at % (20 * MINUTE) == 0;
        Interval { events, bad, burn, restarted, instance, seen }
    };
    (0..count).map(interval).collect()
}
