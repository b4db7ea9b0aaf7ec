//! The parts of one drill's time, and how long each would take on production windows.

use serde::Deserialize;

/// Differences below this many seconds are rounding.
const ROUNDING: f64 = 1e-6;

/// The fields of a drill's record that are needed here; other fields are ignored.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) time_scale: u32,
    #[serde(default)]
    pub(crate) without: Vec<String>,
    #[serde(default)]
    seed: u64,
    fault: Broken,
    search: Option<Search>,
    /// `release`; older records lack it and reverted one commit at a time.
    #[serde(default)]
    mitigation: String,
    #[serde(default)]
    attempts: Vec<Attempt>,
    pub(crate) recovered: Option<f64>,
    #[serde(default)]
    cause: Option<Cause>,
}

#[derive(Debug, Clone, Deserialize)]
struct Broken {
    name: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Search {
    began: f64,
    ended: f64,
    seconds: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Attempt {
    began: f64,
    ended: f64,
    #[serde(default)]
    watched: Option<Watched>,
}

/// How long a rollback that did not help was watched: in the drill, and on production windows.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Watched {
    drilled: f64,
    full: f64,
}

/// How the cause was found.
#[derive(Debug, Clone, Deserialize)]
struct Cause {
    found: Option<f64>,
    right: bool,
    #[serde(default)]
    probes: Vec<Probe>,
}

/// A version that was deployed to find the commit.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Probe {
    deployed: f64,
    watched: Watched,
}

impl Record {
    /// Whether the last release was rolled back at once.
    pub(crate) fn restores(&self) -> bool {
        self.mitigation == "release"
    }

    /// The kind of the drill in words.
    pub(crate) fn title(&self) -> String {
        let signals = match self.without.as_slice() {
            [] => "all signals".to_owned(),
            without => format!("without {}", without.join(" and ")),
        };
        let first = if self.restores() { "the release rolled back first" } else { "one commit at a time" };
        format!("{signals}, {first}")
    }

    /// MTTR on production windows, in seconds; `None` if the objective did not recover.
    pub(crate) fn full(&self) -> Option<f64> {
        Some(self.full_at(self.recovered?))
    }

    /// The time to the right cause on production windows, in seconds; `None` if it was not found.
    pub(crate) fn cause(&self) -> Option<f64> {
        let cause = self.cause.as_ref().filter(|cause| cause.right)?;
        let (found, recovered) = (cause.found?, self.recovered?);
        let after = found - recovered;
        if after <= ROUNDING {
            return Some(self.full_at(found));
        }
        // Versions that were deployed after the answer only show that no other commit is faulty.
        let (mut drilled, mut full) = (0.0, 0.0);
        for probe in &cause.probes {
            let both = probe.deployed + probe.watched.drilled;
            if drilled + both > after + ROUNDING {
                break;
            }
            drilled += both;
            full += probe.deployed + probe.watched.full;
        }
        // The rest is a further search, which is not compressed.
        Some(self.full_at(recovered) + full + (after - drilled))
    }

    /// A moment of the drill, in seconds from T+0, on production windows.
    fn full_at(&self, moment: f64) -> f64 {
        let factor = f64::from(self.time_scale.max(1));
        let is_before = |at: f64| at <= moment + ROUNDING;
        // The parts that are not compressed; all other time was spent waiting for windows.
        let search = self.search.filter(|search| is_before(search.ended));
        let own_search = search.map_or(0.0, |it| it.seconds.clamp(0.0, (it.ended - it.began).max(0.0)));
        let attempts = || self.attempts.iter().filter(|attempt| is_before(attempt.ended));
        let own = own_search + attempts().map(|attempt| (attempt.ended - attempt.began).max(0.0)).sum::<f64>();
        let own = own.min(moment.max(0.0));
        // The record has the length of an unsuccessful watch for both time scales.
        let watches = || {
            attempts()
                .filter_map(|attempt| attempt.watched.filter(|watched| is_before(attempt.ended + watched.drilled)))
        };
        let watched = watches().map(|watched| watched.drilled.max(0.0)).sum::<f64>().min(moment - own);
        own + watches().map(|watched| watched.full).sum::<f64>() + (moment - own - watched) * factor
    }

    /// The key that two drills of the same fault share.
    pub(crate) fn twin(&self) -> (u64, &str, &str) {
        (self.seed, &self.fault.name, self.id.rsplit('-').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::super::drills::tests::record;
    use super::*;

    #[test]
    fn only_what_waits_for_windows_is_longer_in_full_length() {
        // 20 s to the alert, 4 s of walking, one rollback of 8 s, 6 s until recovery shows.
        let read: Record = serde_json::from_value(record("walk-001", "", 20.0, 4.0, 0.0, 1)).unwrap();
        assert_eq!(read.recovered, Some(38.0));
        assert_eq!(read.full(), Some(20.0 * 15.0 + 4.0 + 8.0 + 6.0 * 15.0));
        // Waits for telemetry are compressed as well.
        let read: Record = serde_json::from_value(record("walk-001", "", 20.0, 4.0, 2.0, 1)).unwrap();
        assert_eq!(read.full(), Some(22.0 * 15.0 + 4.0 + 8.0 + 6.0 * 15.0));
        // An unsuccessful rollback is watched as long as its record says, rather than fifteen times as long.
        let mut watched = record("trial-001", "traces", 20.0, 4.0, 0.0, 2);
        watched["attempts"][0]["watched"] = serde_json::json!({"drilled": 6.0, "full": 40.0});
        let read: Record = serde_json::from_value(watched).unwrap();
        assert_eq!(read.full(), Some(20.0 * 15.0 + 4.0 + 8.0 + 40.0 + 8.0 + 6.0 * 15.0));
    }
}
