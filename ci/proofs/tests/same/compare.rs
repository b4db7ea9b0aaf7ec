//! Firings of one tool's alerts held against ours: in each story, when an alert first fired and when it last resolved.
//!
//! What lies further apart than one evaluation and the base window has a reason in [`crate::why`], or the proof fails.

use std::time::Duration;

use emberline_proofs::replay::milliseconds;
use emberline_proofs::rules::seconds;

use crate::firing::{Alerts, Firings};
use crate::month::{EVALUATION, HOUR, MINUTE, SCRAPE, START, story};

/// How long our alerts keep firing unless a policy says otherwise.
pub const KEEP: Duration = Duration::from_secs(5 * 60);

/// The base window of our rules at this scrape interval, by the guide's arithmetic.
fn base() -> Duration {
    let scrape = SCRAPE.as_secs();
    Duration::from_secs(scrape + 60 * (3 * scrape).div_ceil(60))
}

/// How far firings may lie apart, in milliseconds: one evaluation and the base window.
pub fn tolerance() -> i64 {
    milliseconds(EVALUATION + base())
}

/// Our windows of a day and more are sums of counts of five minutes, at multiples of five minutes.
const STEP: i64 = 5 * MINUTE;

/// How an alert fired in a story.
#[derive(Clone, Copy)]
pub struct Told {
    /// When it first fired, in milliseconds.
    pub first: i64,
    /// When it last resolved.
    pub end: i64,
    /// How often it fired.
    times: usize,
}

/// An alert in a story in which one of both fires, or both do.
pub struct Row {
    pub alert: String,
    pub story: &'static str,
    pub theirs: Option<Told>,
    pub ours: Option<Told>,
}

impl Row {
    /// How much later ours fires, in milliseconds.
    pub fn later(&self) -> Option<i64> {
        Some(self.ours?.first - self.theirs?.first)
    }

    /// How much later ours resolves than theirs and the time that ours keeps firing, in milliseconds.
    pub fn resolves_later(&self) -> Option<i64> {
        Some(self.ours?.end - self.theirs?.end - milliseconds(KEEP))
    }

    pub fn fires_within(&self) -> bool {
        self.later().is_some_and(|later| later.abs() <= tolerance())
    }

    pub fn resolves_within(&self) -> bool {
        self.resolves_later().is_some_and(|later| later.abs() <= tolerance())
    }

    /// Whether its windows are counted in steps of five minutes: tickets of Sloth look at windows of a day and more, and
    /// the names of Pyrra's alerts say how long theirs are.
    pub fn is_counted(&self) -> bool {
        let long = self.alert.split(' ').find_map(|word| seconds(word).ok().filter(|length| !length.is_zero()));
        long.map_or(self.alert.ends_with(" ticket"), |long| milliseconds(long) >= 24 * HOUR)
    }

    /// How far firings may lie apart, the steps of counted windows included.
    pub fn with_steps(&self) -> i64 {
        tolerance() + if self.is_counted() { STEP } else { 0 }
    }

    /// Whether ours fires as soon as the steps of its windows let it.
    pub fn fires_within_steps(&self) -> bool {
        self.later().is_some_and(|later| (-tolerance()..=self.with_steps()).contains(&later))
    }

    /// The row with its numbers.
    pub fn line(&self) -> String {
        let told = |told: Option<Told>| match told {
            Some(told) if told.times > 1 => {
                format!("{} to {}, {} times", moment(told.first), moment(told.end), told.times)
            }
            Some(told) => format!("{} to {}", moment(told.first), moment(told.end)),
            None => "never".to_owned(),
        };
        let seconds = |length: Option<i64>| length.map_or("–".to_owned(), |length| format!("{:+} s", length / 1_000));
        format!(
            "{} | {} | {} | {} | {} | {}",
            self.alert,
            self.story,
            told(self.theirs),
            told(self.ours),
            seconds(self.later()),
            seconds(self.resolves_later())
        )
    }
}

/// A moment of the month: its day, and the time.
pub fn moment(at: i64) -> String {
    let seconds = (at - START) / 1_000;
    let (days, left) = (seconds / 86_400, seconds % 86_400);
    format!("{days}d {:02}:{:02}:{:02}", left / 3_600, left / 60 % 60, left % 60)
}

/// Holds the firings of a month against each other.
pub fn compare(theirs: &Alerts, ours: &Alerts) -> Vec<Row> {
    let mut names: Vec<&String> = theirs.keys().chain(ours.keys()).collect();
    names.sort();
    names.dedup();
    let none = Firings::new();
    let mut rows = Vec::new();
    for name in names {
        let [theirs, ours] = [theirs, ours].map(|alerts| alerts.get(name).unwrap_or(&none));
        let mut stories: Vec<(i64, &str)> =
            theirs.iter().chain(ours).map(|firing| (firing.0, story(firing.0))).collect();
        stories.sort_unstable();
        stories.dedup_by_key(|(_, story)| *story);
        for (_, story) in stories {
            let [theirs, ours] = [theirs, ours].map(|firings| told(firings, story));
            rows.push(Row { alert: name.clone(), story, theirs, ours });
        }
    }
    rows
}

/// The firings that began in a story.
fn told(firings: &Firings, told: &str) -> Option<Told> {
    let of: Vec<_> = firings.iter().filter(|firing| story(firing.0) == told).collect();
    let (first, last) = (of.first()?, of.last()?);
    Some(Told { first: first.0, end: last.1, times: of.len() })
}
