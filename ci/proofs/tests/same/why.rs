//! Why an alert of ours fires or resolves at another time than theirs, with the numbers.
//!
//! Four reasons follow from how the tools count. A few differences follow from one example: [`KNOWN`] has them.

use emberline_proofs::replay::milliseconds;

use crate::compare::{KEEP, Row, moment, tolerance};
use crate::firing::Alerts;
use crate::month::{HOUR, story};

/// How much later ours fires at most, while windows hold the half hour without scrapes.
const GAP: i64 = 2 * HOUR;

/// Stories whose windows hold that half hour.
const AFTER_A_GAP: [&str; 4] = ["lost scrapes", "restarts", "rollout", "rising"];

/// Cases whose fastest page has a short window below four minutes, which four scrapes a minute apart need.
const SHORTER: [(&str, &str); 3] =
    [("grpc-latency", " page 15m"), ("operator-ratio", " page 30m"), ("apiserver-write-response-errors", " page 30m")];

/// An expression that counts samples of gauges, and not increments of counters: its base window of 150 s holds five samples,
/// of which steps of a minute see some three times and some twice. Among few bad ones that is noise.
const SAMPLES: (&str, &str) = ("home-wifi", "/risk-wifi-client-satisfaction ");

/// How far such noise moves a firing at most.
const NOISE: i64 = 2 * HOUR;

/// A difference of one example: of which alerts (a part of the name), and in which story.
struct Known {
    of: &'static str,
    alert: &'static str,
    story: &'static str,
    why: &'static str,
}

const WEEK: &str = "getting-started, 7d, low traffic";
const BELOW_ONE: &str = "below 1: their slow ticket fires at 0.98x over 3d, ours at 1x";

const KNOWN: &[Known] = &[
    Known {
        of: WEEK,
        alert: " page",
        story: "burn at 3.5x",
        why: "grazing: their slow page asks for 3.5x, so noise of single failures decides",
    },
    Known { of: WEEK, alert: " ticket", story: "burn at 1.2x", why: BELOW_ONE },
    Known { of: WEEK, alert: " ticket", story: "intermittent", why: BELOW_ONE },
    Known { of: WEEK, alert: " ticket", story: "no traffic", why: BELOW_ONE },
];

fn known(row: &Row, of: &str) -> Option<String> {
    let is_it = |known: &&Known| known.of == of && row.alert.contains(known.alert) && known.story == row.story;
    KNOWN.iter().find(is_it).map(|known| known.why.to_owned())
}

fn is_noise(row: &Row, of: &str, later: i64) -> bool {
    of == SAMPLES.0 && row.alert.contains(SAMPLES.1) && later.abs() <= NOISE
}

/// Why ours fires at another time. `held` says when conditions of alerts with `for` held.
pub fn fires(row: &Row, held: Option<&Alerts>, of: &str) -> Option<String> {
    if let Some(why) = known(row, of) {
        return Some(why);
    }
    if row.fires_within_steps() {
        let later = row.later()? / 1_000;
        return Some(format!("steps: windows of a day and more move every 300 s, ours fires {later} s later"));
    }
    let is_after_gap = AFTER_A_GAP.contains(&row.story);
    if let (Some(held), Some(ours)) = (held, row.ours) {
        let all = held.get(&row.alert)?.iter().filter(|holds| story(holds.0) == row.story);
        let limit = row.with_steps() + if is_after_gap { GAP } else { 0 };
        let later = all.map(|holds| (ours.first - holds.0, holds));
        let near = later.filter(|(later, _)| (-tolerance()..=limit).contains(later));
        let (later, holds) = near.min_by_key(|(later, _)| later.abs())?;
        let gap = if later > row.with_steps() { ", after the gap in scrapes" } else { "" };
        let [begin, end] = [holds.0, holds.1].map(moment);
        return Some(format!(
            "for: theirs held from {begin} to {end}, ours fires {:+} s after that{gap}",
            later / 1_000
        ));
    }
    if let Some(later) = row.later().filter(|later| is_noise(row, of, *later)) {
        return Some(format!("weights: samples count 0.8 to 1.2 each, and few are bad, {:+} s", later / 1_000));
    }
    let is_later = row.ours.is_none() || row.later().is_some_and(|later| (0..=GAP).contains(&later));
    (is_after_gap && is_later).then(|| {
        let later = row.later().map_or("never fires".to_owned(), |later| format!("fires {} s later", later / 1_000));
        format!("gap: their long windows count what counters gained in half an hour without scrapes, ours {later}")
    })
}

/// Why ours resolves at another time, where both fire.
pub fn resolves(row: &Row, held: Option<&Alerts>, of: &str) -> Option<String> {
    if let Some(why) = known(row, of) {
        return Some(why);
    }
    let later = row.resolves_later()?;
    if later.abs() <= row.with_steps() {
        return Some(format!("steps: ours resolves {:+} s later", later / 1_000));
    }
    if is_noise(row, of, later) {
        return Some(format!("weights: samples count 0.8 to 1.2 each, and few are bad, {:+} s", later / 1_000));
    }
    if SHORTER.iter().any(|(case, alert)| *case == of && row.alert.contains(alert)) {
        return Some(format!("short: their short window of 1m or 3m is one of 4m here, {:+} s", later / 1_000));
    }
    if AFTER_A_GAP.contains(&row.story) && later < 0 {
        return Some(format!(
            "gap: what the counters gained without scrapes is not in our windows, {:+} s",
            later / 1_000
        ));
    }
    let ours = row.ours?.end - milliseconds(KEEP);
    let all = held?.get(&row.alert)?.iter().filter(|holds| story(holds.0) == row.story);
    let near = all.map(|holds| (ours - holds.1, holds)).filter(|(later, _)| later.abs() <= row.with_steps());
    let (later, holds) = near.min_by_key(|(later, _)| later.abs())?;
    Some(format!("for: theirs held until {} and did not fire again, {:+} s", moment(holds.1), later / 1_000))
}
