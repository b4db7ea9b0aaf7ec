//! A Prometheus rule file as Prometheus sees it: groups of rules in the order of their evaluation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A rule file and where it stands.
pub struct RuleFile {
    /// The file, for Prometheus to load.
    pub path: PathBuf,
    /// Its groups, top to bottom.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated one after the other at the same instant.
pub struct Group {
    /// The group's name.
    pub name: String,
    /// How often it is evaluated.
    pub interval: Duration,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
}

/// A recording or an alerting rule: one of the two names is there.
#[derive(Clone, Deserialize)]
pub struct Rule {
    /// The series that it records.
    pub record: Option<String>,
    /// The alert that it fires.
    pub alert: Option<String>,
    /// What it evaluates, never looked into but for the names of other records.
    pub expr: String,
    /// Labels put on whatever it yields.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// How long an alert's expression must hold before it fires.
    #[serde(default, rename = "for")]
    pub wait: Option<String>,
    /// How long an alert stays once its expression is silent.
    #[serde(default)]
    pub keep_firing_for: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    groups: Vec<RawGroup>,
}

#[derive(Deserialize)]
struct RawGroup {
    name: String,
    interval: Option<String>,
    rules: Vec<Rule>,
}

/// Prometheus's own setting where a group names no interval; the proofs configure the same.
pub const EVALUATION: Duration = Duration::from_secs(30);

impl RuleFile {
    /// Reads a rule file.
    ///
    /// # Errors
    /// When it cannot be read, is not a rule file, or holds a rule that is recorded after it is read: see [`Group`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        Self::parse(path, &text).with_context(|| format!("in the rule file {}", path.display()))
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let document: Document = serde_yaml::from_str(text)?;
        let mut groups = Vec::new();
        for raw in document.groups {
            let interval = raw.interval.as_deref().map(seconds).transpose()?.unwrap_or(EVALUATION);
            let group = Group { name: raw.name, interval, rules: raw.rules };
            group.read_after_written()?;
            groups.push(group);
        }
        Ok(Self { path: path.to_owned(), groups })
    }

    /// The records that `targets` are computed from, themselves included.
    #[must_use]
    pub fn needed_for(&self, targets: &[&str]) -> BTreeSet<String> {
        let mut needed: BTreeSet<String> = targets.iter().map(|name| (*name).to_owned()).collect();
        loop {
            let before = needed.len();
            for rule in self.groups.iter().flat_map(|group| &group.rules) {
                if rule.record.as_ref().is_some_and(|record| needed.contains(record)) {
                    needed.extend(records_read(&rule.expr).map(str::to_owned));
                }
            }
            if needed.len() == before {
                return needed;
            }
        }
    }
}

impl Group {
    /// A rule that reads a record of its own group must come after it: else it sees the tick before, so that a page is
    /// an evaluation late, and a replay (which computes record by record) would not be what Prometheus does.
    fn read_after_written(&self) -> Result<()> {
        for (place, rule) in self.rules.iter().enumerate() {
            for name in records_read(&rule.expr) {
                let later = self.rules[place..].iter().any(|other| other.record.as_deref() == Some(name));
                let earlier = self.rules[..place].iter().any(|other| other.record.as_deref() == Some(name));
                if later && !earlier {
                    bail!("group {}: rule {place} reads {name} before the group records it", self.name);
                }
            }
        }
        Ok(())
    }
}

/// Names with the `slo:` prefix that an expression holds.
pub(crate) fn records_read(expr: &str) -> impl Iterator<Item = &str> {
    expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).filter(|word| word.starts_with("slo:"))
}

/// A Prometheus duration such as `5m` or `1h30m`.
///
/// # Errors
/// When it is none.
pub fn seconds(text: &str) -> Result<Duration> {
    let mut total = Duration::ZERO;
    let mut digits = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let count: u64 = digits.parse().with_context(|| format!("`{text}` is no duration"))?;
        digits.clear();
        total += match c {
            'm' if rest.next_if_eq(&'s').is_some() => Duration::from_millis(count),
            's' => Duration::from_secs(count),
            'm' => Duration::from_secs(60 * count),
            'h' => Duration::from_secs(3_600 * count),
            'd' => Duration::from_secs(86_400 * count),
            'w' => Duration::from_secs(7 * 86_400 * count),
            'y' => Duration::from_secs(365 * 86_400 * count),
            _ => bail!("`{text}` is no duration"),
        };
    }
    if !digits.is_empty() {
        bail!("`{text}` is a duration without its unit");
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_their_units() {
        assert_eq!(seconds("1h30m").ok(), Some(Duration::from_secs(5_400)));
        assert_eq!(seconds("250ms").ok(), Some(Duration::from_millis(250)));
        assert!(seconds("30").is_err(), "a number without a unit is no duration");
    }

    #[test]
    fn a_record_read_before_it_is_written_is_refused() {
        let backwards =
            "groups: [{name: g, rules: [{record: 'slo:b', expr: 'slo:a * 2'}, {record: 'slo:a', expr: up}]}]";
        let error = RuleFile::parse(Path::new("x"), backwards).err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| text.contains("reads slo:a before")), "the order must be refused");
    }

    #[test]
    fn needs_are_followed_through_every_group() {
        let file = "groups: [{name: g, rules: [{record: 'slo:a', expr: up}, {record: 'slo:x', expr: up}]},
                    {name: h, rules: [{record: 'slo:b', expr: 'sum_over_time(slo:a{slo=\"y\"}[5m])'}]}]";
        let needed = RuleFile::parse(Path::new("x"), file).map(|file| file.needed_for(&["slo:b"])).unwrap_or_default();
        assert_eq!(needed, ["slo:a", "slo:b"].map(str::to_owned).into());
    }
}
