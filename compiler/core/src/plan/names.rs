//! Names that the output is known by: series, labels and files. They are decided here and nowhere else.

use crate::oracle::Side;

/// All events, counted once.
pub const EVENTS: &str = "slo:events";
/// Bad events, counted once.
pub const BAD_EVENTS: &str = "slo:bad_events";
/// Good events, of indicators that subtract them from all events.
const GOOD_EVENTS: &str = "slo:good_events";
/// End of the names of the series that touch raw series.
pub const BASE: &str = "rate_base";
/// End of the names of five-minute counts.
pub const COUNT: &str = "count5m";
/// End of the names of counts over the objective's window; the same for every window, so that panels need not know it.
pub const COUNT_WINDOW: &str = "count_window";
/// Start of the names of burn rates; the window follows.
pub const BURN_RATE: &str = "slo:burn_rate";
/// What is left of the error budget, as a share of it; negative once overspent.
pub const BUDGET_REMAINING: &str = "slo:error_budget_remaining:ratio";
/// All events over the objective's window, of all clusters.
pub(crate) const ROLLUP_EVENTS: &str = "slo:rollup_events:count_window";
/// Bad events over the objective's window, of all clusters.
pub(crate) const ROLLUP_BAD_EVENTS: &str = "slo:rollup_bad_events:count_window";
/// What is left of the error budget over all clusters, as a share of it.
pub(crate) const ROLLUP_REMAINING: &str = "slo:rollup_error_budget_remaining:ratio";
/// How many clusters have recorded counts within the last five minutes.
pub(crate) const ROLLUP_CLUSTERS: &str = "slo:rollup_clusters:count";
/// The objective, as a share of events.
pub const OBJECTIVE: &str = "slo:objective:ratio";
/// The objective's window in seconds.
pub const WINDOW: &str = "slo:window:seconds";
/// One series an objective, whose labels say who owns it.
pub const INFO: &str = "slo:info";

/// The name of a side's series with this end.
#[must_use]
pub fn series(side: Side, end: &str) -> String {
    let start = match side {
        Side::Events => EVENTS,
        Side::Bad => BAD_EVENTS,
    };
    format!("{start}:{end}")
}

/// The name of the base series of good events.
pub(crate) fn good_events() -> String {
    format!("{GOOD_EVENTS}:{BASE}")
}

/// A file name for a name: itself where it is plain lower case, else a plain form and a hash that keeps it unique.
#[must_use]
pub fn stem(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c.to_ascii_lowercase() } else { '-' })
        .take(60)
        .collect();
    if plain == name { plain } else { format!("{plain}-{:08x}", fnv1a(name)) }
}

/// A stem as a part of a Kubernetes name, which knows no `_` and ends in a letter or digit; unique as the stem is.
pub(crate) fn kubernetes(stem: &str) -> String {
    let plain = stem.replace('_', "-");
    let plain = plain.trim_end_matches('-');
    if plain == stem { plain.to_owned() } else { format!("{plain}-{:08x}", fnv1a(stem)) }
}

/// FNV-1a, 32 bits: stable between versions and machines, which the standard library's hasher does not promise.
pub(crate) fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::{kubernetes, stem};

    #[test]
    fn kubernetes_names_are_valid_and_unique() {
        assert_eq!(kubernetes("checkout"), "checkout");
        for name in ["a_b", "a-", "a_", "_", "a--"] {
            let made = kubernetes(name);
            assert!(made.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{made}");
            assert!(made.ends_with(|c: char| c.is_ascii_alphanumeric()), "{made}");
        }
        assert_ne!(kubernetes("a_b"), kubernetes("a-b"));
        assert_ne!(kubernetes("a-"), kubernetes("a"));
    }

    #[test]
    fn stems_are_plain_unique_and_never_leave_their_folder() {
        assert_eq!(stem("checkout"), "checkout");
        assert_eq!(stem("check_out-2"), "check_out-2");
        for name in ["Checkout", "../../etc/passwd", "..", ".", "a/b", "a.b", "日本", "{{ x }}", &"x".repeat(100)] {
            let stem = stem(name);
            assert!(stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b)), "{stem}");
            assert!(stem.len() < 75 && stem != name);
        }
        assert_ne!(stem("Checkout"), stem("checkout"));
        assert_ne!(stem("a/b"), stem("a.b"));
    }
}
