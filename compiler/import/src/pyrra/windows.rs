//! Pyrra's pairs of windows, as the compiler counts them.

use emberline_core::quantity::Duration;
use emberline_core::source::Spanned;
use emberline_core::spec::PairSpec;
use rust_decimal::Decimal;

use crate::alerts::pair;
use crate::report::Rows;

const MINUTE: u64 = 60_000;
/// Four scrapes a minute apart; fewer are noise.
const LEAST: u64 = 4 * MINUTE;
/// Parts of the window: the long one and the short one, then the burn rate and our severity. Those of 28 days are 1h/5m,
/// 6h/30m, 1d/2h and 4d/6h.
const PARTS: [(u64, u64, i64, &str); 4] = [
    (28 * 24, 28 * 24 * 12, 14, "page"),
    (28 * 4, 28 * 24 * 2, 7, "page"),
    (28, 28 * 12, 2, "ticket"),
    (7, 28 * 4, 1, "ticket"),
];

/// The pairs for a window: each in proportion to it, as Pyrra rounds it, and then as the compiler can count it. What
/// differs from Pyrra's is said with the numbers of both.
pub(super) fn scaled(window: Spanned<Duration>, rows: &mut Rows) -> Vec<PairSpec> {
    let mut found: Vec<PairSpec> = Vec::new();
    let mut names: Vec<(u64, u64)> = Vec::new();
    for (long, short, burn, severity) in PARTS {
        let part = |of: u64| rounded(window.value.millis() / of, MINUTE);
        let theirs = (part(long), part(short));
        let ours = counted(theirs);
        let shown =
            |(long, short): (u64, u64)| format!("{}/{}", Duration::from_millis(long), Duration::from_millis(short));
        let what = format!("the {severity} at {burn}× over {}", shown(theirs));
        if names.contains(&ours) {
            let why = format!("rounded to what can be counted, another pair has its windows, {}", shown(ours));
            rows.changes(window.span, format!("{what} is left out"), why, "alerting");
            continue;
        }
        if ours != theirs {
            let why = "windows of a day and more are counted in steps of 5m, and each holds at least four scrapes";
            rows.changes(window.span, format!("{what} is over {}", shown(ours)), why, "alerting");
        }
        names.push(ours);
        let (long, short) = (Duration::from_millis(ours.0), Duration::from_millis(ours.1));
        found.push(pair(long, short, Decimal::from(burn), severity));
    }
    found
}

/// To the nearest multiple, and up from the middle.
const fn rounded(millis: u64, step: u64) -> u64 {
    (millis + step / 2) / step * step
}

/// The nearest windows that the compiler takes; the long one stays at least twice as long as the short one.
fn counted((long, short): (u64, u64)) -> (u64, u64) {
    let near = |millis: u64| if millis >= 24 * 60 * MINUTE { rounded(millis, 5 * MINUTE) } else { millis };
    let short = near(short).max(LEAST);
    (near(long.max(2 * short)), short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_core::source::{Sources, Span};

    fn shown(window: &str) -> (Vec<String>, Vec<String>) {
        let at = Span::new(Sources::default().add("slo.yaml", window), 0..0);
        let mut rows = Rows::default();
        let pairs = scaled(Spanned::new(Duration::parse(window).unwrap(), at), &mut rows);
        let text = |pair: &PairSpec| format!("{}/{}", pair.long.0.unwrap().value, pair.short.0.unwrap().value);
        (pairs.iter().map(text).collect(), rows.all.into_iter().map(|row| row.what).collect())
    }

    #[test]
    fn pairs_scale_with_the_window() {
        assert_eq!(shown("4w"), (["1h/5m", "6h/30m", "1d/2h", "4d/6h"].map(str::to_owned).to_vec(), Vec::new()));
    }

    #[test]
    fn what_is_rounded_is_said_with_both_numbers() {
        let (pairs, changes) = shown("30d");
        assert_eq!(pairs, ["1h4m/5m", "6h26m/32m", "1d1h45m/2h9m", "4d6h50m/6h26m"]);
        assert_eq!(
            changes,
            [
                "the ticket at 2× over 1d1h43m/2h9m is over 1d1h45m/2h9m",
                "the ticket at 1× over 4d6h51m/6h26m is over 4d6h50m/6h26m"
            ]
        );
        let (pairs, changes) = shown("7d");
        assert_eq!(pairs, ["15m/4m", "1h30m/8m", "6h/30m", "1d/1h30m"]);
        assert_eq!(changes, ["the page at 14× over 15m/1m is over 15m/4m"]);
        // Pyrra rounds a short window of a day to nothing, and Prometheus refuses such a range.
        let (pairs, changes) = shown("1d");
        assert_eq!(pairs, ["8m/4m", "13m/4m", "51m/4m", "3h26m/13m"]);
        assert_eq!(changes.len(), 2);
        let (pairs, changes) = shown("1h");
        assert_eq!(pairs, ["8m/4m", "9m/4m"]);
        assert_eq!(changes.last().unwrap(), "the ticket at 1× over 9m/1m is over 9m/4m");
    }
}
