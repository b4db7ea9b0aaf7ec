//! Which raw series an objective counts, with everything added that its author need not write.

use rust_decimal::Decimal;

use crate::model::{self, LatencyKind, Policy, Side, Slices};
use crate::promql::{MatchOp, Selector, SelectorMatcher};
use crate::spec::Idle;

/// What counts events.
#[derive(Debug, Clone)]
pub enum Sli {
    /// Counters of all events and of a part of them.
    Counters(Counters),
    /// A classic histogram.
    Classic {
        /// Its count.
        count: Selector,
        /// Its bucket at the threshold.
        bucket: Selector,
    },
    /// A native histogram.
    Native {
        /// The histogram.
        histogram: Selector,
        /// The threshold in its unit.
        limit: Decimal,
    },
    /// Minutes in which a gauge stayed at 1.
    SliceUp {
        /// The gauge.
        gauge: Selector,
    },
    /// Minutes with a small enough share of bad events.
    SliceRatio {
        /// The counters.
        counters: Counters,
        /// The largest share that is still good.
        limit: Decimal,
        /// Whether a minute without events is a good one, rather than none.
        idle_counts: bool,
    },
}

/// Counters of all events and of a part of them.
#[derive(Debug, Clone)]
pub struct Counters {
    /// All.
    pub total: Selector,
    /// The part.
    pub part: Selector,
    /// Whether the part is the good events, the bad ones being the rest.
    pub part_is_good: bool,
}

impl Sli {
    /// Whether events are minutes.
    #[must_use]
    pub fn is_slices(&self) -> bool {
        matches!(self, Self::SliceUp { .. } | Self::SliceRatio { .. })
    }

    /// The raw series of an indicator.
    pub(crate) fn of(sli: &model::Sli, policy: &Policy) -> Self {
        match sli {
            model::Sli::Events(ratio) => Self::Counters(Counters::of(ratio)),
            model::Sli::Slices(Slices::Up(query)) => Self::SliceUp { gauge: query.selector.clone() },
            model::Sli::Slices(Slices::Ratio { ratio, limit, idle }) => Self::SliceRatio {
                counters: Counters::of(ratio),
                limit: limit.share(),
                idle_counts: *idle == Idle::Good,
            },
            model::Sli::Latency(latency) => {
                let select = |suffix: &str| {
                    let mut selector = named(format!("{}{suffix}", latency.prometheus));
                    let written = latency.selector.as_ref().map(|query| query.selector.matchers.as_slice());
                    let written = written.unwrap_or_default();
                    if let Some((label, value)) = latency.added(policy) {
                        push(&mut selector, label, MatchOp::Eq, value);
                    }
                    selector.matchers.extend(written.iter().cloned());
                    selector
                };
                match latency.kind {
                    LatencyKind::Native => Self::Native { histogram: select(""), limit: latency.limit },
                    LatencyKind::Classic => {
                        let mut bucket = select("_bucket");
                        let (op, value) = le(latency.limit);
                        push(&mut bucket, "le", op, &value);
                        Self::Classic { count: select("_count"), bucket }
                    }
                }
            }
        }
    }
}

impl Counters {
    fn of(ratio: &model::Ratio) -> Self {
        Self {
            total: ratio.total.selector.clone(),
            part: ratio.side.query().selector.clone(),
            part_is_good: matches!(ratio.side, Side::Good(_)),
        }
    }
}

/// A selector that nobody wrote: its ranges point nowhere.
fn named(metric: String) -> Selector {
    Selector { metric: Some((metric, 0..0)), matchers: Vec::new() }
}

fn push(selector: &mut Selector, label: &str, op: MatchOp, value: &str) {
    selector.matchers.push(SelectorMatcher {
        label: label.to_owned(),
        label_range: 0..0,
        op,
        value: value.to_owned(),
        value_range: 0..0,
    });
}

/// A matcher for a bucket boundary in every spelling that exporters use: a scraped 1 is `1.0`, an OTLP one is `1`, and a
/// scraped million is `1e+06` (field/arithmetic.md §5).
fn le(bound: Decimal) -> (MatchOp, String) {
    let plain = bound.normalize().to_string();
    let mut spellings = vec![plain.clone()];
    if !plain.contains('.') {
        spellings.push(format!("{plain}.0"));
    }
    spellings.extend(exponent(&plain));
    if let [only] = spellings.as_slice() {
        return (MatchOp::Eq, only.clone());
    }
    let escaped: Vec<String> = spellings.iter().map(|text| text.replace('.', "\\.").replace('+', "\\+")).collect();
    (MatchOp::Re, escaped.join("|"))
}

/// Go's `%g` spelling of a plain decimal, where it is not the plain one: with an exponent of 6 or more (text formats
/// print from 1e+06) or below −4.
fn exponent(plain: &str) -> Option<String> {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return None;
    }
    let leading = digits.len() - significant.len();
    let exponent = i64::try_from(whole.len()).ok()? - 1 - i64::try_from(leading).ok()?;
    if (-4..6).contains(&exponent) {
        return None;
    }
    let mantissa = significant.trim_end_matches('0');
    let (first, rest) = mantissa.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{first}{point}{rest}e{sign}{:02}", exponent.abs()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn bucket_boundaries_in_every_spelling() {
        let spelled = |text: &str| le(text.parse().unwrap());
        assert_eq!(spelled("0.3"), (MatchOp::Eq, "0.3".to_owned()));
        assert_eq!(spelled("0.30"), (MatchOp::Eq, "0.3".to_owned()));
        assert_eq!(spelled("1"), (MatchOp::Re, "1|1\\.0".to_owned()));
        assert_eq!(spelled("1000000"), (MatchOp::Re, "1000000|1000000\\.0|1e\\+06".to_owned()));
        assert_eq!(spelled("2500000"), (MatchOp::Re, "2500000|2500000\\.0|2.5e\\+06".replace("2.5", "2\\.5")));
        assert_eq!(spelled("0.00001"), (MatchOp::Re, "0\\.00001|1e-05".to_owned()));
        assert_eq!(spelled("0.0001"), (MatchOp::Eq, "0.0001".to_owned()));
    }
}
