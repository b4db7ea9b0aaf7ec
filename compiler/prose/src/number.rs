//! Times, durations, shares and counts as people read them.
//!
//! Values are floats: nothing here is computed with again. Decimals that must stay exact are in [`crate::amount`].

/// A time of day in UTC of unix seconds: `12:34:56`.
#[must_use]
pub fn clock(unix: f64) -> String {
    if !unix.is_finite() || unix < 0.0 {
        return "?".to_owned();
    }
    let seconds = unix.round() as u64 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A duration in seconds: `420 ms`, `4.20 s`, `5 min`, `2.0 h`.
#[must_use]
pub fn length(seconds: f64) -> String {
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

/// A share of 1 in percent: `0.01%`, `1.2%`, `62%`.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        p if !p.is_finite() => "?".to_owned(),
        0.0 => "0%".to_owned(),
        p if p < 0.1 => format!("{percent:.2}%"),
        p if p < 10.0 => format!("{percent:.1}%"),
        _ => format!("{percent:.0}%"),
    }
}

/// A count with its noun: `1 span`, `3 spans`.
#[must_use]
pub fn many(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// A value with about three digits: `0.013`, `4.2`, `130`.
#[must_use]
pub fn figure(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "?".to_owned(),
        0.0 => "0".to_owned(),
        v if v < 0.1 => format!("{value:.3}"),
        v if v < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The first ten characters of an id, as people quote it.
#[must_use]
pub fn short(id: &str) -> &str {
    match id.char_indices().nth(10) {
        Some((at, _)) => &id[..at],
        None => id,
    }
}

/// A duration in seconds, roughly: `90 s`, `12 min`, `3 h`, `2 d`.
#[must_use]
pub fn roughly(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 3_600.0 => format!("{:.0} min", s / 60.0),
        s if s < 86_400.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} d", s / 86_400.0),
    }
}

/// A measured duration in seconds: `4.2 s`, `58 s`, `2m10s`.
#[must_use]
pub fn measured(seconds: f64) -> String {
    let whole = if seconds.abs() < 10.0 { seconds } else { seconds.round() };
    match whole.abs() {
        0.0..10.0 => format!("{seconds:.1} s"),
        10.0..120.0 => format!("{whole:.0} s"),
        _ => offset(seconds).trim_start_matches("T+").to_owned(),
    }
}

/// A time as its distance from T+0 in seconds: `T+1m09s`, `T-20s`.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a drill")]
pub fn offset(at: f64) -> String {
    let sign = if at < -0.5 { '-' } else { '+' };
    let seconds = at.abs().round() as u64;
    match seconds {
        0..60 => format!("T{sign}{seconds}s"),
        60..3_600 => format!("T{sign}{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("T{sign}{}h{:02}m{:02}s", seconds / 3_600, seconds / 60 % 60, seconds % 60),
    }
}

/// A share of 1 in percent, with the three digits that count: `52%`, `1.63%`, `0.00109%`.
#[must_use]
pub fn precise_percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = match percent.abs() {
        100.0.. => 0,
        10.0..100.0 => 1,
        1.0..10.0 => 2,
        0.1..1.0 => 3,
        _ => 5,
    };
    let text = format!("{percent:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
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
        assert_eq!(
            [-20.4, -0.2, 0.0, 59.6, 69.0, 3_725.0].map(offset).join(" "),
            "T-20s T+0s T+0s T+1m00s T+1m09s T+1h02m05s"
        );
        assert_eq!([4.23, 58.4, 69.0, 130.0].map(measured), ["4.2 s", "58 s", "69 s", "2m10s"]);
        assert_eq!([1.0, 0.52, 0.0163, 0.0000109].map(precise_percent), ["100%", "52%", "1.63%", "0.00109%"]);
        assert_eq!([5.0, 600.0, 7_200.0, 172_800.0].map(roughly), ["5 s", "10 min", "2 h", "2 d"]);
    }
}
