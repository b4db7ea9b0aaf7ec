//! Counts the records of a capture by signal, those that were read and those that were skipped.

use serde::Serialize;

/// The records of one OTLP signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Traces.
    Spans,
    /// Logs.
    Logs,
    /// Metrics, counted by their data points.
    Points,
    /// Profiles.
    Profiles,
}

impl RecordKind {
    /// Every kind, in the order of summaries.
    pub const ALL: [Self; 4] = [Self::Spans, Self::Logs, Self::Points, Self::Profiles];

    /// What one record is called.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Spans => "span",
            Self::Logs => "log record",
            Self::Points => "data point",
            Self::Profiles => "profile",
        }
    }

    /// The signal in the name of a file, such as `logs` in `agent-logs.pb`; none if the name has two signals.
    #[must_use]
    pub fn of_name(stem: &str) -> Option<Self> {
        let mut found = None;
        for word in stem.split(|c: char| !c.is_ascii_alphabetic()) {
            let kind = match word.to_ascii_lowercase().as_str() {
                "trace" | "traces" | "span" | "spans" => Self::Spans,
                "log" | "logs" => Self::Logs,
                "metric" | "metrics" => Self::Points,
                "profile" | "profiles" => Self::Profiles,
                _ => continue,
            };
            if found.is_some_and(|before| before != kind) {
                return None;
            }
            found = Some(kind);
        }
        found
    }
}

/// How many records of a signal were read and how many were not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Records that were judged.
    pub read: u64,
    /// Records that were not judged, or only in part. The verdict is then inconclusive.
    pub skipped: u64,
}

impl Tally {
    /// Counts one record.
    pub(super) fn add(&mut self, is_read: bool) {
        *(if is_read { &mut self.read } else { &mut self.skipped }) += 1;
    }
}

/// How much a capture holds, retries included.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Spans. Those without usable ids are skipped.
    pub spans: Tally,
    /// Log records, whether they name a trace or not.
    pub logs: Tally,
    /// Data points of metrics, whether they have exemplars or not.
    pub points: Tally,
    /// Profiles, whether they have samples or not.
    pub profiles: Tally,
    /// Skipped records of an unknown signal, or in fields that OTLP 1.10 does not define.
    pub unknown: u64,
    /// Exemplars that name a trace.
    pub exemplars: u64,
    /// Traces that profiles name.
    pub profile_links: u64,
    /// Ids that are not 16 or 8 bytes, and zero ids of spans.
    pub bad_ids: u64,
    /// Attributes, events and links that SDKs dropped from spans.
    pub dropped: u64,
}

impl Counts {
    /// The records of one signal.
    #[must_use]
    pub fn of(&self, kind: RecordKind) -> Tally {
        match kind {
            RecordKind::Spans => self.spans,
            RecordKind::Logs => self.logs,
            RecordKind::Points => self.points,
            RecordKind::Profiles => self.profiles,
        }
    }

    /// How many records of all signals were skipped.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        RecordKind::ALL.iter().map(|kind| self.of(*kind).skipped).sum::<u64>() + self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::RecordKind::{self, Logs, Points, Profiles, Spans};

    #[test]
    fn a_file_name_tells_one_signal_or_none() {
        for (name, kind) in [
            ("logs", Some(Logs)),
            ("agent-Traces.2", Some(Spans)),
            ("otlp_metrics", Some(Points)),
            ("profiles", Some(Profiles)),
            ("span-logs", None),
            ("catalog", None),
            ("blogs", None),
            ("capture", None),
        ] {
            assert_eq!(RecordKind::of_name(name), kind, "{name}");
        }
    }
}
