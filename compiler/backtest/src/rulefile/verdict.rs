//! What an alert can do, whatever its history: whether it can fire, and how long it takes in a total outage.

use serde::Serialize;

use crate::promql::{Compare, Is, Node, Op};

use super::share::{Reader, Share, constant};

/// What an alert does in a total outage, by its expression alone. Traffic is even, and a share of bad events is 0 before the
/// outage and 1 in it. Lengths are in seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Why it cannot fire, in a sentence without a full stop.
    pub cannot_fire: Option<String>,
    /// Why it does not clear by itself.
    pub never_clears: Option<String>,
    /// Why it fires at the first bad event, whatever its limit.
    pub fires_at_once: Option<String>,
    /// How long after the beginning it fires; `None` if that is not told by the expression.
    pub fires_after_s: Option<f64>,
    /// How long after the end of an outage that filled every window it is over; `None` if that is not told.
    pub clears_after_s: Option<f64>,
    /// The longest time over which a share of it is taken: before so long a history, it fires sooner than told.
    pub window_s: Option<f64>,
    /// Whether the alert has conditions beside its shares, such as one on traffic, which are taken to hold.
    pub has_more: bool,
}

/// A condition in a total outage.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Cannot(String),
    /// Holds already without an outage.
    Always(String),
    /// Holds while there is any bad event.
    AtOnce(String),
    /// Milliseconds after the beginning, and after the end; and of the window.
    Turns(f64, f64, f64),
    Unknown,
}

/// How close to a limit a share counts as equal: thresholds are products such as `14.4 * 0.001`.
const CLOSE: f64 = 1e-9;

/// Judges an expression that holds for so long before the alert fires, and keeps it firing for so long, in milliseconds.
pub(super) fn judge(reader: &Reader<'_>, node: &Node, hold: f64, keep: f64) -> Verdict {
    let mut alternatives = Vec::new();
    split(node, &mut alternatives);
    let judged: Vec<Vec<Part>> =
        alternatives.iter().map(|parts| parts.iter().map(|part| of_part(reader, part)).collect()).collect();
    let cannot = |parts: &Vec<Part>| {
        parts.iter().find_map(|part| match part {
            Part::Cannot(why) => Some(why.clone()),
            _ => None,
        })
    };
    let impossible: Vec<Option<String>> = judged.iter().map(cannot).collect();
    if let (true, Some(why)) = (impossible.iter().all(Option::is_some), impossible.first()) {
        return Verdict { cannot_fire: why.clone(), ..Verdict::default() };
    }
    let mut verdict = Verdict::default();
    for parts in judged.iter().zip(&impossible).filter(|(_, why)| why.is_none()).map(|(parts, _)| parts) {
        verdict.has_more |= parts.contains(&Part::Unknown);
        let turns = || {
            parts.iter().filter_map(|part| match part {
                Part::Turns(fires, clears, window) => Some((*fires, *clears, *window)),
                _ => None,
            })
        };
        let fires = turns().map(|(fires, ..)| fires).reduce(f64::max);
        let clears = turns().map(|(_, clears, _)| clears).reduce(f64::min);
        let window = turns().map(|(.., window)| window / 1_000.0).reduce(f64::max);
        verdict.window_s = [verdict.window_s, window].into_iter().flatten().reduce(f64::max);
        if let (Some(fires), Some(clears)) = (fires, clears) {
            let (fires, clears) = ((fires + hold) / 1_000.0, (clears + keep) / 1_000.0);
            verdict.fires_after_s = Some(verdict.fires_after_s.map_or(fires, |known| known.min(fires)));
            verdict.clears_after_s = Some(verdict.clears_after_s.map_or(clears, |known| known.max(clears)));
        }
        let at_once = parts.iter().find_map(|part| match part {
            Part::AtOnce(why) => Some(why.clone()),
            _ => None,
        });
        if parts.iter().all(|part| matches!(part, Part::AtOnce(_) | Part::Always(_))) {
            verdict.fires_at_once = verdict.fires_at_once.or(at_once);
        }
        let always = parts.iter().find_map(|part| match part {
            Part::Always(why) => Some(why.clone()),
            _ => None,
        });
        if parts.iter().all(|part| matches!(part, Part::Always(_))) {
            verdict.never_clears = verdict.never_clears.or(always);
        }
    }
    verdict
}

/// The alternatives of `or`, each with the conditions of `and`.
fn split<'n>(node: &'n Node, alternatives: &mut Vec<Vec<&'n Node>>) {
    match &node.is {
        Is::Binary { op: Op::Or, sides, .. } => sides.iter().for_each(|side| split(side, alternatives)),
        _ => {
            let mut parts = Vec::new();
            conditions(node, &mut parts);
            alternatives.push(parts);
        }
    }
}

fn conditions<'n>(node: &'n Node, parts: &mut Vec<&'n Node>) {
    match &node.is {
        Is::Binary { op: Op::And, sides, .. } => sides.iter().for_each(|side| conditions(side, parts)),
        Is::Aggregate { arguments, .. } if arguments.len() == 1 => conditions(&arguments[0], parts),
        _ => parts.push(node),
    }
}

fn of_part<'r>(reader: &Reader<'r>, node: &'r Node) -> Part {
    let Is::Binary { op: Op::Compare(op), is_bool: false, sides, .. } = &node.is else { return Part::Unknown };
    if let Some((share, op, limit)) = reader.tested(*op, sides) {
        return turns(share, op, limit);
    }
    let [left, right] = &**sides;
    match (&left.is, constant(right), op) {
        (Is::Select { name: Some(name), range: None, .. }, Some(limit), Compare::Gt | Compare::Ge)
            if name.ends_with("_total") && !reader.records(name) && limit >= 0.0 =>
        {
            Part::Always(format!("`{name}` is a counter, which only grows until its process restarts"))
        }
        _ => Part::Unknown,
    }
}

/// When a share that rises from 0 to 1 over its window passes a limit, and when it is back behind it.
fn turns(share: Share, op: Compare, limit: f64) -> Part {
    let at = (limit - share.base) / share.slope;
    if !at.is_finite() || share.window == 0 {
        return Part::Unknown;
    }
    let (is_above, is_strict) = match op {
        Compare::Gt => (true, true),
        Compare::Ge => (true, false),
        Compare::Lt => (false, true),
        Compare::Le => (false, false),
        Compare::Eq | Compare::Ne => return Part::Unknown,
    };
    // A falling value that must be below the limit is a share that must be above it.
    let is_above = is_above == (share.slope > 0.0);
    if share.is_of_itself && share.base == 0.0 && (0.0..1.0).contains(&at) {
        return Part::AtOnce(
            "both sides of its division keep all labels, so each series is divided by itself, and one bad event is 100%"
                .to_owned(),
        );
    }
    // Seen from the calm side: 0 where a high share is bad, 1 where a low one is.
    let way = if is_above { at } else { 1.0 - at };
    if way > 1.0 + CLOSE || (is_strict && way > 1.0 - CLOSE) {
        let limit = number(limit);
        return if share.is_part {
            Part::Cannot(format!("its limit of {limit} is not passed even if all events are bad"))
        } else {
            Part::Cannot(format!("its limit of {limit} is passed only if more than all events are bad"))
        };
    }
    if way < -CLOSE || (!is_strict && way < CLOSE) {
        return Part::Always(format!("its limit of {} is passed already if no event is bad", number(limit)));
    }
    let window = share.window as f64;
    let lag = share.lag as f64;
    // What lies within the window reaches back by twice its mean delay.
    Part::Turns(way * window + lag, (1.0 - way) * window + lag, window + 2.0 * lag)
}

/// A limit as people write it: products of decimals have a long tail in binary.
fn number(limit: f64) -> String {
    let rounded = (limit * 1e9).round() / 1e9;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::parse;
    use crate::rulefile::share::Records;

    const BAD: &str = "sum(rate(h_total{code=~\"5..\"}[1h])) / sum(rate(h_total[1h]))";

    fn judged(expr: &str, hold: f64, records: &[(&str, &str)]) -> Verdict {
        let nodes: Vec<(&str, Node)> = records.iter().map(|(name, expr)| (*name, parse(expr).unwrap())).collect();
        let mut map = Records::new();
        nodes.iter().for_each(|(name, node)| map.entry(name).or_default().push(node));
        let node = parse(expr).unwrap();
        judge(&Reader::new(&map), &node, hold, 0.0)
    }

    fn times(expr: &str, records: &[(&str, &str)]) -> Option<(f64, f64)> {
        let verdict = judged(expr, 0.0, records);
        assert_eq!((&verdict.cannot_fire, &verdict.never_clears), (&None, &None), "{expr}");
        let round = |seconds: f64| (seconds * 1_000.0).round() / 1_000.0;
        verdict.fires_after_s.zip(verdict.clears_after_s).map(|(fires, clears)| (round(fires), round(clears)))
    }

    #[test]
    fn shares_in_every_notation() {
        let short = BAD.replace("1h", "5m");
        for (expr, expected) in [
            (format!("{BAD} > 14.4 * 0.001"), Some((51.84, 3548.16))),
            (format!("(14.4 * 0.001) < {BAD}"), Some((51.84, 3548.16))),
            (format!("{BAD} > 0.5 and {short} > 0.5"), Some((1800.0, 150.0))),
            (format!("100 * ({BAD}) > 5"), Some((180.0, 3420.0))),
            (format!("1 - ({}) > 0.1", BAD.replace("=~", "!~")), Some((360.0, 3240.0))),
            (format!("{} < 0.9", BAD.replace("=~", "!~")), Some((360.0, 3240.0))),
            ("sum(rate(e_total[10m])) > 0.25 * sum(rate(h_total[10m]))".to_owned(), Some((150.0, 450.0))),
            ("sum(increase(e[10m])) / sum(increase(h[10m])) >= 1".to_owned(), Some((600.0, 0.0))),
            ("(sum(rate(h[10m])) - sum(rate(g[10m]))) / sum(rate(h[10m])) > 0.1".to_owned(), Some((60.0, 540.0))),
            ("(sum(rate(e[10m])) or vector(0)) / (sum(rate(h[10m])) > 0) > 0.1".to_owned(), Some((60.0, 540.0))),
            ("avg_over_time(up[10m]) < 0.9".to_owned(), Some((60.0, 540.0))),
            ("1 - sum(sum_over_time(ok[10m])) / sum(count_over_time(ok[10m])) > 0.1".to_owned(), Some((60.0, 540.0))),
            (
                "(sum(increase(h_bucket{le=\"+Inf\"}[10m])) - sum(increase(h_bucket{le=\"1\"}[10m]))) / sum(increase(r[10m])) \
                 > 0.1"
                    .to_owned(),
                Some((60.0, 540.0)),
            ),
            ("rate(l_sum[5m]) / rate(l_count[5m]) > 0.3".to_owned(), None),
            ("sum(rate(e[5m])) / sum(rate(h[1h])) > 0.3".to_owned(), None),
            ("sum(rate(e[5m])) > 1".to_owned(), None),
            ("(sum(rate(slow[5m])) + sum(rate(failed[5m]))) / sum(rate(h[5m])) > 0.1".to_owned(), None),
            (
                "(sum(rate(e{c=\"1\"}[5m])) + sum(rate(e{c=\"2\"}[5m]))) / sum(rate(h[5m])) > 0.1".to_owned(),
                Some((30.0, 270.0)),
            ),
            (format!("{BAD} > 0.1 or {short} > 0.5"), Some((150.0, 3240.0))),
        ] {
            assert_eq!(times(&expr, &[]), expected, "{expr}");
        }
        let held = judged(&format!("{BAD} > 0.1"), 600_000.0, &[]);
        assert_eq!((held.fires_after_s, held.window_s), (Some(960.0), Some(3_600.0)));
        assert!(judged(&format!("{BAD} > 0.1 and sum(rate(h_total[1h])) > 1"), 0.0, &[]).has_more);
    }

    #[test]
    fn records_are_seen_through() {
        let records = [
            ("e:rate5m", "sum by (job) (rate(h_total{code=~\"5..\"}[5m]))"),
            ("h:rate5m", "sum by (job) (rate(h_total[5m]))"),
            ("r:ratio5m", "e:rate5m / h:rate5m"),
            ("two", "sum(rate(a[5m])) / sum(rate(b[5m]))"),
            ("two", "sum(rate(a[1h])) / sum(rate(b[1h]))"),
            ("loop", "loop"),
        ];
        for (expr, expected) in [
            ("r:ratio5m{job=\"a\"} > 0.1", Some((30.0, 270.0))),
            ("max by (job) (r:ratio5m) > 0.1", Some((30.0, 270.0))),
            ("avg_over_time(r:ratio5m[1h]) > 0.1", Some((510.0, 3390.0))),
            ("sum_over_time(e:rate5m[1h]) / sum_over_time(h:rate5m[1h]) > 0.1", Some((510.0, 3390.0))),
            ("avg_over_time((r:ratio5m)[1h:1m]) > 0.1", Some((510.0, 3390.0))),
            ("two > 0.1", None),
            ("loop > 0.1", None),
        ] {
            assert_eq!(times(expr, &records), expected, "{expr}");
        }
    }

    #[test]
    fn what_cannot_fire_and_what_never_clears() {
        for (expr, cannot, never) in [
            (format!("{BAD} > 14.4 * 0.1"), Some("1.44 is not passed even"), None),
            (format!("{BAD} > 1"), Some("1 is not passed"), None),
            (format!("{BAD} * 100 > 144"), Some("144 is not"), None),
            ("sum(rate(e[5m])) / sum(rate(h[5m])) > 1.2".to_owned(), Some("more than all events"), None),
            (format!("{} < 0", BAD.replace("=~", "!~")), Some("0 is not"), None),
            (format!("{BAD} > 2 and sum(rate(h_total[1h])) > 1"), Some("2 is not"), None),
            (format!("{BAD} > 2 or {BAD} > 0.1"), None, None),
            (format!("{BAD} >= 0"), None, Some("already if no event")),
            ("errors_total > 0".to_owned(), None, Some("`errors_total` is a counter")),
            ("errors_total > 0 and up == 1".to_owned(), None, None),
            ("rate(h_total{code=\"500\"}[5m]) / rate(h_total[5m]) > 2".to_owned(), Some("2 is not"), None),
        ] {
            let verdict = judged(&expr, 0.0, &[]);
            for (told, expected) in [(&verdict.cannot_fire, cannot), (&verdict.never_clears, never)] {
                assert_eq!(told.is_some(), expected.is_some(), "{expr}: {told:?}");
                assert!(told.as_deref().unwrap_or_default().contains(expected.unwrap_or_default()), "{expr}: {told:?}");
            }
        }
    }
    #[test]
    fn a_series_that_is_divided_by_itself() {
        for (expr, is_one) in [
            ("rate(h_total{code=\"500\"}[5m]) / rate(h_total[5m]) > 0.1", true),
            ("rate(h_total{code=\"500\"}[5m]) / ignoring (code) rate(h_total[5m]) > 0.1", false),
            ("sum(rate(h_total{code=\"500\"}[5m])) / sum(rate(h_total[5m])) > 0.1", false),
            ("rate(h_bucket{le=\"1\"}[5m]) / rate(h_count[5m]) < 0.9", false),
        ] {
            let verdict = judged(expr, 0.0, &[]);
            assert_eq!(verdict.fires_at_once.is_some(), is_one, "{expr}");
            assert_eq!(verdict.fires_after_s.is_some(), !is_one, "{expr}");
        }
    }
}
