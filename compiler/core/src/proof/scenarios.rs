//! What happens to a service in each proof. Histories are as short as their claim allows: promtool evaluates every rule on
//! every tick of a history, and 75 hours take it 20 s where one takes a fifth of a second. What windows of hours and days
//! hold is proven at single [moments](super::moment).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::indicator::Essential;
use crate::oracle::{Phase, Role, Scenario};
use crate::plan::{SloPlan, State};
use crate::quantity::Duration;

/// Counters start well above zero: a line that would cross zero within its range is extrapolated less far.
const FIRST: u64 = 1_000_000;
/// The most events between two scrapes; larger shares of one are cut off on the safe side.
const MOST: u64 = 100_000;

/// The longest window that a proof at twice the threshold fills; the longer ones are filled by the outage.
const FULL_AT_TWICE: Duration = Duration::from_hours(6);

/// The highest threshold, as a share of events, that the short outage lasts long enough for.
const HIGHEST_SHARE: Decimal = Decimal::from_parts(75, 0, 0, false, 2);
/// Good history that makes a window of its own length, where a proof is not about long ones.
const BRIEF: Duration = Duration::from_minutes(10);

/// A scenario and what it is there to show.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) scenario: Scenario,
    /// Whether a second group goes on undisturbed, where the objective has groups.
    pub(super) neighbour: bool,
    /// A series that is never there, whatever the scenario says of its events.
    pub(super) missing: Option<Role>,
}

impl Case {
    pub(super) fn new(name: impl Into<String>, phases: Vec<Phase>) -> Self {
        Self { name: name.into(), scenario: Scenario::new(FIRST, phases), neighbour: false, missing: None }
    }
}

/// Every scenario of an objective: the short ones, or those whose history fills windows of hours and days.
pub(super) fn all(slo: &SloPlan, long: bool) -> Vec<Case> {
    let scrapes = Scrapes(slo);
    if long {
        return full(&scrapes, slo);
    }
    let mut cases = vec![outage(&scrapes, slo)];
    for burn in &slo.burns {
        if let Some(guard) = burn.guard
            && guard.events > 1
        {
            let pair = format!("{}/{}", burn.long.nominal, burn.short.nominal);
            cases.push(guarded(&scrapes, slo, &pair, u64::from(guard.events)));
        }
    }
    cases.push(no_traffic(&scrapes, slo));
    cases.extend(slo.sli.missing().into_iter().map(|missing| without_series(&scrapes, missing)));
    cases.extend(one_of_four(&scrapes, slo));
    cases.extend(one_sample(&scrapes, slo));
    cases.extend(sides_lost(&scrapes, slo));
    cases.push(vanishes(&scrapes, slo));
    cases
}

/// Histories that fill the longest windows, evaluated as often as Prometheus does.
fn full(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Vec<Case> {
    let mut cases = vec![long_outage(scrapes, slo)];
    for burn in &slo.burns {
        let pair = format!("{}/{}", burn.long.nominal, burn.short.nominal);
        if let Some(events) = Events::of(slo, burn.threshold, Strength::Half) {
            let name = format!("{pair} stays silent at half its threshold");
            cases.push(Case::new(name, vec![events.phase(scrapes.of(BRIEF))]));
        }
        if let Some(events) = Events::of(slo, burn.threshold, Strength::Twice) {
            // With its whole long window of good history the alert fires after half of it. A shorter history is a shorter
            // window: it fires once as much of it is bad as was good.
            let (history, errors, name) = if burn.long.nominal <= FULL_AT_TWICE {
                let name = format!("{pair} fires at twice its threshold after {} of good history", burn.long.nominal);
                (burn.long.nominal, Duration::from_millis(burn.long.nominal.millis() / 2), name)
            } else {
                let short = BRIEF.min(burn.long.nominal);
                (short, short, format!("{pair} fires at twice its threshold"))
            };
            // A window in steps of five minutes may show the crossing that much later, and the base a little more.
            let errors = errors + Duration::from_minutes(12);
            cases.push(Case::new(name, vec![events.good_phase(scrapes.of(history)), events.phase(scrapes.of(errors))]));
        }
    }
    cases
}

/// A total outage after good history, until every pair that can has fired and cleared.
fn outage(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Case {
    let events = Events { good: 100, bad: 0 };
    // A pair fires once its share of all events so far is bad: after ten minutes of history, within five up to a share of a
    // third. Counts are read in steps of five minutes, and the base a little later.
    let highest = slo.burns.iter().map(|burn| burn.threshold).filter(|threshold| *threshold < Decimal::ONE).max();
    let share = highest.unwrap_or_default().min(HIGHEST_SHARE);
    let until = (share / (Decimal::ONE - share) * Decimal::from(BRIEF.millis())).to_u64().unwrap_or(0);
    let errors = Duration::from_millis(until.next_multiple_of(60_000)) + Duration::from_minutes(7);
    let keep = slo.keep_firing_for * u64::from(slo.scale.0);
    // The shortest windows clear at the traffic they fired at. The others reach further back, and let go once enough good
    // events outweigh the bad: a thousandfold rush spares promtool hours of good traffic in every objective.
    let shortest = slo.burns.iter().map(|burn| burn.short.nominal).min().unwrap_or_default();
    let clears = shortest.min(BRIEF) + keep + Duration::from_minutes(3);
    let mut phases = vec![events.phase(scrapes.of(BRIEF)), Phase::new(scrapes.of(errors), 0, events.good)];
    phases.push(events.phase(scrapes.of(clears)));
    if slo.sli.unit().is_paced {
        let slowest = slo.burns.iter().map(|burn| burn.short.nominal).max().unwrap_or_default();
        phases.push(events.phase(scrapes.of(slowest + Duration::from_minutes(10))));
    } else {
        phases.push(Phase::new(scrapes.of(keep + Duration::from_minutes(12)), events.good * 1_000, 0));
    }
    let name = format!("a total outage after {BRIEF} of good history fires and clears every pair");
    Case { neighbour: true, ..Case::new(name, phases) }
}

/// The same after a history that fills the longest window, and at even traffic all the way.
fn long_outage(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Case {
    let events = Events { good: 100, bad: 0 };
    let history = slo.burns.iter().map(|burn| burn.long.nominal).max().unwrap_or_default().max(Duration::from_hours(1));
    let slowest = slo.burns.iter().map(|burn| burn.short.nominal).max().unwrap_or(Duration::from_minutes(5));
    let keep = slo.keep_firing_for * u64::from(slo.scale.0);
    // The slowest pair fires once its share of the longest window is bad.
    let errors = Duration::from_minutes(20);
    let phases = vec![
        events.phase(scrapes.of(history)),
        Phase::new(scrapes.of(errors), 0, events.good),
        events.phase(scrapes.of(slowest + keep + Duration::from_minutes(20))),
    ];
    let name = format!("a total outage after {history} of good history fires and clears every pair");
    Case { neighbour: true, ..Case::new(name, phases) }
}

/// Too few failures to matter, then one more: all events are bad, so the guard alone decides.
fn guarded(scrapes: &Scrapes<'_>, slo: &SloPlan, pair: &str, events: u64) -> Case {
    let quiet = |minutes| Phase::new(scrapes.of(Duration::from_minutes(minutes)), 0, 0);
    let name = format!("{pair} waits for {events} bad events");
    if slo.sli.unit().is_paced {
        // Minutes are bad as a whole; all but one of them, then the last.
        let bad = |minutes| Phase::new(scrapes.of(Duration::from_minutes(minutes)), 0, 10);
        let good = |minutes| Phase::new(scrapes.of(Duration::from_minutes(minutes)), 10, 0);
        return Case::new(name, vec![good(10), bad(events + 3), good(5)]);
    }
    // Counts are read in steps of five minutes: the first failures are seen by all windows before the last one comes.
    Case::new(name, vec![quiet(10), Phase::new(1, 0, events - 1), quiet(11), Phase::new(1, 0, 1), quiet(11)])
}

/// Series that do not move.
fn no_traffic(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Case {
    let what = if slo.states.iter().any(|alert| alert.state == State::NoTraffic) { "is noticed" } else { "is silent" };
    Case::new(format!("no traffic {what}"), vec![Phase::new(scrapes.of(Duration::from_minutes(15)), 0, 0)])
}

/// Traffic, and no series of bad events at all. Of good events, that is a total outage; a histogram has its buckets.
fn without_series(scrapes: &Scrapes<'_>, missing: Role) -> Case {
    let good = missing == Role::Bad;
    let brief = scrapes.of(BRIEF);
    let mut case = match good {
        true => Case::new("no error series reads as no errors", vec![Phase::new(brief, 100, 0)]),
        false => Case::new("no series of good events reads as a total outage", vec![Phase::new(brief, 0, 100)]),
    };
    case.missing = Some(missing);
    case
}

/// A side that cannot be absent in health goes, while the rest is seen as before, and comes back.
fn sides_lost(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Vec<Case> {
    let is_told = slo.states.iter().any(|alert| matches!(alert.state, State::Broken(_)));
    let becomes = if is_told { "is told until it is back" } else { "is ignored, as declared" };
    let lost = |side: &Essential<'_>| {
        let good = Phase::new(scrapes.of(BRIEF), 100, 0);
        let unseen = Phase::new(scrapes.of(Duration::from_minutes(12)), 100, 0).rest();
        let name = format!("a lost side ({}) {becomes}", side.what);
        let mut case = Case { neighbour: true, ..Case::new(name, vec![good, unseen, good]) };
        case.scenario.lost = Some(side.role);
        case
    };
    let mut sides = slo.sli.essential();
    // The selectors of a sum are one side.
    sides.dedup_by_key(|side| side.role);
    sides.iter().map(lost).collect()
}

/// One time series of four is bad: neither all is well nor all is bad.
fn one_of_four(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Option<Case> {
    let unit = slo.sli.unit();
    let good = |minutes| Phase::new(scrapes.of(Duration::from_minutes(minutes)), 4, 0);
    let bad = Phase::new(scrapes.of(Duration::from_minutes(30)), 3, 1);
    let case = Case::new("one time series of four is a quarter of the time bad", vec![good(10), bad, good(15)]);
    (unit.is_paced && !unit.is_whole).then_some(case)
}

/// One bad sample, and good ones before and after it within its minute: whether the worst or the mean of them counts shows.
fn one_sample(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Option<Case> {
    let good = |minutes| Phase::new(scrapes.of(Duration::from_minutes(minutes)), 4, 0);
    let case =
        Case::new("one bad sample in a minute", vec![good(10), Phase::new(1, 4, 0), Phase::new(1, 0, 4), good(10)]);
    slo.sli.unit().is_paced.then_some(case)
}

/// Good traffic, then nothing is scraped any more.
fn vanishes(scrapes: &Scrapes<'_>, slo: &SloPlan) -> Case {
    let declared: Vec<&str> = slo
        .states
        .iter()
        .filter_map(|alert| match alert.state {
            State::Absent => Some("absence"),
            State::GroupGone => Some("a lost group"),
            State::Broken(_) | State::NoTraffic => None,
        })
        .collect();
    // Absence shows within eight minutes, a lost group after half an hour.
    let patience = if slo.states.iter().any(|alert| alert.state == State::GroupGone) { 45 } else { 15 };
    let name = match declared.as_slice() {
        [] => "vanished data is ignored, as declared".to_owned(),
        declared => format!("vanished data is told as {}", declared.join(" and ")),
    };
    Case::new(
        name,
        // With two more scrapes the last sample is seen in the older half of a window, which shows how long that is.
        vec![Phase::new(scrapes.of(BRIEF) + 2, 100, 0), Phase::gone(scrapes.of(Duration::from_minutes(patience)))],
    )
}

/// How errors compare with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Half,
    Twice,
}

/// Good and bad events between two scrapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Events {
    good: u64,
    bad: u64,
}

impl Events {
    /// Events whose share of bad ones is half or twice the threshold. `None` where that is more than all, or where
    /// events come at a fixed pace: too few of them for every share.
    fn of(slo: &SloPlan, threshold: Decimal, strength: Strength) -> Option<Self> {
        if slo.sli.unit().is_paced {
            return None;
        }
        let share = match strength {
            Strength::Half => threshold / Decimal::TWO,
            Strength::Twice => threshold * Decimal::TWO,
        };
        if share >= Decimal::ONE {
            return None;
        }
        // The fewest events that hold the share exactly, as long as they are not too many.
        let mut total = 1_u64;
        while total < MOST && !(share * Decimal::from(total)).fract().is_zero() {
            total *= 10;
        }
        let bad = share * Decimal::from(total);
        let bad = match strength {
            Strength::Half => bad.floor(),
            Strength::Twice => bad.ceil(),
        };
        let bad = bad.to_u64()?;
        Some(Self { good: total - bad.min(total), bad })
    }

    fn phase(self, scrapes: u64) -> Phase {
        Phase::new(scrapes, self.good, self.bad)
    }

    fn good_phase(self, scrapes: u64) -> Phase {
        Phase::new(scrapes, self.good + self.bad, 0)
    }
}

/// Nominal lengths in scrapes.
struct Scrapes<'p>(&'p SloPlan);

impl Scrapes<'_> {
    /// The scrapes of a nominal length, at least one.
    fn of(&self, nominal: Duration) -> u64 {
        (self.0.scale.real(nominal).millis() / self.0.timing.scrape.millis().max(1)).max(1)
    }
}
