//! What was written for a backfill, for people.

use serde::Serialize;

use crate::backfill::Filled;
use crate::moment::{self, shown};
use crate::outcome::Outcome;

/// The file of a backfill. Times are milliseconds since 1970, and are written in RFC 3339.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Its path.
    pub file: String,
    /// How many samples it has.
    pub samples: usize,
    /// How many bytes.
    pub bytes: u64,
    /// No sample is later.
    #[serde(serialize_with = "moment::write")]
    pub end: i64,
    /// The end of the replay.
    #[serde(serialize_with = "moment::write")]
    pub until: i64,
}

impl Written {
    /// What there is to say, a sentence each.
    pub(crate) fn lines(&self, outcomes: &[Outcome]) -> Vec<String> {
        let Self { file, samples, bytes, end, until } = self;
        let mut lines = vec![
            format!("{} samples in {}, {:.1} MB", whole(*samples as f64), file, *bytes as f64 / 1e6),
            format!("make blocks of them: promtool tsdb create-blocks-from openmetrics {file} DATA_FOLDER"),
        ];
        if end < until {
            let end = shown(end + 1);
            lines.push(format!("nothing is written from {end} on, which may lie in the head block of Prometheus"));
            let mut all = outcomes.iter().flat_map(|outcome| outcome.filled.iter().flatten());
            if all.any(|filled| filled.samples > 0 && filled.recorded_since.is_none()) {
                lines.push(format!(
                    "some rules have recorded nothing yet: the time from {end} to their first evaluation stays empty"
                ));
            }
        }
        lines
    }
}

/// What there is of a record.
pub(crate) fn of_record(filled: &Filled) -> String {
    let Filled { record, from, until, series, samples, recorded_since, read_from } = filled;
    let (Some(from), Some(until)) = (from, until) else {
        return match recorded_since {
            Some(since) => format!("nothing of {record}, which the server has since {}", shown(*since)),
            None => format!("nothing of {record}, of which there is no sample to write since {}", shown(*read_from)),
        };
    };
    let mut text = format!(
        "{record} from {} to {}, {} samples of {series} series",
        shown(*from),
        shown(*until),
        whole(*samples as f64)
    );
    if let Some(since) = recorded_since {
        text.push_str(&format!("; the server has it since {}", shown(*since)));
    }
    // A base window and a step may lie between the first raw sample and the first record.
    if *from > read_from.saturating_add(600_000) {
        text.push_str(&format!("; rules read it from {} on", shown(*read_from)));
    }
    text
}

/// A number of events with blanks between thousands.
pub(crate) fn whole(count: f64) -> String {
    let digits = format!("{:.0}", count.max(0.0));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_its_span_and_what_it_lacks() {
        const DAY: i64 = 86_400_000;
        let filled = Filled {
            record: "slo:events:count5m".to_owned(),
            from: Some(10 * DAY),
            until: Some(29 * DAY),
            series: 2,
            samples: 10_944,
            recorded_since: Some(29 * DAY + 60_000),
            read_from: 0,
        };
        assert_eq!(
            of_record(&filled),
            "slo:events:count5m from 1970-01-11T00:00:00Z to 1970-01-30T00:00:00Z, 10 944 samples of 2 series; the server \
             has it since 1970-01-30T00:01:00Z; rules read it from 1970-01-01T00:00:00Z on"
        );
        let none = Filled { from: None, until: None, ..filled };
        assert_eq!(of_record(&none), "nothing of slo:events:count5m, which the server has since 1970-01-30T00:01:00Z");
        let never = Filled { recorded_since: None, ..none };
        assert!(of_record(&never).ends_with("no sample to write since 1970-01-01T00:00:00Z"));
    }
}
