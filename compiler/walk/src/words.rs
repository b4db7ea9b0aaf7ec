//! Numbers and times as people read them.

/// A time of day, UTC.
pub(super) fn clock(unix: f64) -> String {
    if !unix.is_finite() || unix < 0.0 {
        return "?".to_owned();
    }
    let seconds = unix.round() as u64 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A length of time.
pub(super) fn length(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => "?".to_owned(),
        s if s.abs() < 0.000_5 => format!("{:.0} µs", s * 1e6),
        s if s.abs() < 0.01 => format!("{:.1} ms", s * 1e3),
        s if s.abs() < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s.abs() < 10.0 => format!("{s:.2} s"),
        s if s.abs() < 120.0 => format!("{s:.0} s"),
        s if s.abs() < 7_200.0 => format!("{:.0} min", s / 60.0),
        s if s.abs() < 172_800.0 => format!("{:.1} h", s / 3_600.0),
        s => format!("{:.1} d", s / 86_400.0),
    }
}

/// A share as percent.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        p if !p.is_finite() => "?".to_owned(),
        0.0 => "0%".to_owned(),
        p if p < 0.1 => format!("{percent:.2}%"),
        p if p < 10.0 => format!("{percent:.1}%"),
        _ => format!("{percent:.0}%"),
    }
}

/// So many of something.
pub(super) fn many(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// A number that is small or large.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "?".to_owned(),
        0.0 => "0".to_owned(),
        v if v < 0.1 => format!("{value:.3}"),
        v if v < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// An id as people quote it.
pub(super) fn short(id: &str) -> &str {
    match id.char_indices().nth(10) {
        Some((at, _)) => &id[..at],
        None => id,
    }
}

/// The middle one of some values; `None` of none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

/// A quantile of some values, without interpolation.
pub(super) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "few values")]
    let at = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(at).copied()
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of spans and samples: far below 2^53")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!((clock(45_296.0), clock(-1.0)), ("12:34:56".into(), "?".into()));
        assert_eq!(
            [0.000_2, 0.004_2, 0.42, 4.2, 42.0, 300.0, 7_300.0].map(length).join(" "),
            "200 µs 4.2 ms 420 ms 4.20 s 42 s 5 min 2.0 h"
        );
        assert_eq!([0.0, 0.000_1, 0.012, 0.62, -1.5].map(percent).join(" "), "0% 0.01% 1.2% 62% -150%");
        assert_eq!(short("0123456789abcdef"), "0123456789");
        assert_eq!((median([3.0, 1.0, 2.0]), median([])), (Some(2.0), None));
    }
}
