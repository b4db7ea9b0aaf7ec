//! How long each kind of data stays, as `generated/retention/store.yaml` says it.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Ages in nanoseconds after which data goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Traces, as wholes.
    pub traces: i64,
    /// Samples and what they were added up to.
    pub profiles: i64,
    /// By `retention.tier`.
    pub logs: BTreeMap<String, i64>,
}

const DAY: i64 = 86_400_000_000_000;

impl Default for Retention {
    fn default() -> Self {
        Self { traces: 14 * DAY, profiles: 7 * DAY, logs: BTreeMap::new() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    traces: String,
    profiles: String,
    #[serde(default)]
    logs: BTreeMap<String, String>,
}

impl Retention {
    /// How long a tier that is not declared stays: as long as the longest, because deleting cannot be taken back.
    pub fn longest_logs(&self) -> i64 {
        self.logs.values().copied().max().unwrap_or(14 * DAY)
    }

    /// The longest of all.
    pub fn longest(&self) -> i64 {
        self.longest_logs().max(self.traces).max(self.profiles)
    }

    /// Reads the text of `store.yaml`.
    ///
    /// # Errors
    /// Text that is not such a file, and durations that Prometheus would not take.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = serde_yaml::from_str(text)
            .context("expected `traces:`, `profiles:` and `logs:` with a duration for each tier")?;
        let mut logs = BTreeMap::new();
        for (tier, length) in file.logs {
            logs.insert(tier, duration(&length)?);
        }
        Ok(Self { traces: duration(&file.traces)?, profiles: duration(&file.profiles)?, logs })
    }

    /// Reads `store.yaml`.
    ///
    /// # Errors
    /// As [`Retention::parse`], and a file that cannot be read.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the retention file {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in the retention file {}", path.display()))
    }
}

/// A duration as Prometheus writes them (`1h30m`), in nanoseconds.
///
/// # Errors
/// Units out of order or unknown, no digits, zero, and lengths beyond 292 years.
pub fn duration(text: &str) -> anyhow::Result<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 365 * DAY),
        ("w", 7 * DAY),
        ("d", DAY),
        ("h", DAY / 24),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ];
    let (mut rest, mut total, mut next) = (text, 0_i64, 0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let letters = rest[digits..].find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len() - digits);
        let (number, unit) = (&rest[..digits], &rest[digits..digits + letters]);
        let place = UNITS.iter().position(|(name, _)| *name == unit).filter(|place| *place >= next);
        let (Some(place), Ok(number)) = (place, number.parse::<i64>()) else {
            bail!("`{text}` is not a duration: write it like `14d` or `1h30m`");
        };
        total = number
            .checked_mul(UNITS[place].1)
            .and_then(|part| total.checked_add(part))
            .with_context(|| format!("the duration `{text}` is too long"))?;
        next = place + 1;
        rest = &rest[digits + letters..];
    }
    if total == 0 {
        bail!("`{text}` is no length of time: write it like `14d`");
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn durations_are_those_of_prometheus() {
        assert_eq!(duration("14d").unwrap(), 14 * DAY);
        assert_eq!(duration("1h30m").unwrap(), 5_400_000_000_000);
        assert_eq!(duration("5ms").unwrap(), 5_000_000);
        for wrong in ["", "0d", "d", "5", "30m1h", "1h1h", "-1d", "1.5d", "999999y", "3é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn unknown_tiers_stay_as_long_as_the_longest() {
        let read = Retention::parse("traces: 14d\nprofiles: 7d\nlogs:\n  error: 90d\n  debug: 2d\n").unwrap();
        assert_eq!(read.longest_logs(), 90 * DAY);
        assert!(Retention::parse("traces: 14d\n").is_err());
    }
}
