//! Recorded series as OpenMetrics text, which `promtool tsdb create-blocks-from openmetrics` makes blocks of.
//!
//! All series of a metric stand together below its description, and `# EOF` ends the text:
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>. A moment is a number of seconds.

use std::fmt::Write as _;

use emberline_core::plan::names;

use crate::backfill::Recorded;

/// The last line of a text. A text without it is not whole, and readers refuse it.
pub const END: &str = "# EOF\n";

/// The description of a metric. Every record is a gauge: events a second, or the events of a window, fall as well as rise.
#[must_use]
pub fn head(name: &str) -> String {
    let side = match name.split(':').nth(1) {
        Some("events") => "All events",
        Some("bad_events") => "Bad events",
        Some("good_events") => "Good events",
        _ => "A record",
    };
    let what = match name.rsplit(':').next() {
        Some(names::BASE) => "a second over the base window",
        Some(names::COUNT) => "of five minutes",
        _ => "of an objective",
    };
    format!("# HELP {name} {side} {what}, as a recording rule of emberline gives it.\n# TYPE {name} gauge\n")
}

/// The samples of a series, one a line.
pub fn lines(text: &mut String, series: &Recorded) {
    let mut start = series.name.clone();
    for (place, (label, value)) in series.labels.iter().enumerate() {
        start.push(if place == 0 { '{' } else { ',' });
        start.push_str(label);
        start.push_str("=\"");
        for c in value.chars() {
            match c {
                '\\' => start.push_str("\\\\"),
                '"' => start.push_str("\\\""),
                '\n' => start.push_str("\\n"),
                other => start.push(other),
            }
        }
        start.push('"');
    }
    if !series.labels.is_empty() {
        start.push('}');
    }
    for (at, value) in &series.samples {
        text.push_str(&start);
        text.push(' ');
        number(text, *value);
        text.push(' ');
        moment(text, *at);
        text.push('\n');
    }
}

fn number(text: &mut String, value: f64) {
    // Writing to a String cannot fail.
    let _ = match value {
        value if value.is_nan() => write!(text, "NaN"),
        value if value.is_infinite() => write!(text, "{}", if value > 0.0 { "+Inf" } else { "-Inf" }),
        // The shortest digits that read back as the same number, with an exponent only where zeros would be many.
        value => write!(text, "{value:?}"),
    };
}

/// Seconds. Prometheus and VictoriaMetrics multiply them by 1,000 as a float and cut off what is behind the point, so a
/// product just below the millisecond would lose it.
fn moment(text: &mut String, millis: i64) {
    let (seconds, rest) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
    let _ = match rest {
        0 => write!(text, "{seconds}"),
        rest => write!(text, "{seconds}.{rest:03}5"),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::grid::Labels;

    #[test]
    fn a_text_of_series() {
        let labels = [("service", "a\"b\\c\nd"), ("topic", "Zürich")];
        let labels: Labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
        let name = "slo:bad_events:count5m".to_owned();
        let samples = vec![(1_795_773_600_000, 0.0), (1_795_773_630_007, 1e-20), (1_795_773_660_000, f64::INFINITY)];
        let mut text = head(&name);
        lines(&mut text, &Recorded { name, labels, samples });
        lines(
            &mut text,
            &Recorded { name: "x".to_owned(), labels: Labels::new(), samples: vec![(0, f64::NAN), (1_000, 12.5)] },
        );
        assert_eq!(
            text,
            "# HELP slo:bad_events:count5m Bad events of five minutes, as a recording rule of emberline gives it.\n\
             # TYPE slo:bad_events:count5m gauge\n\
             slo:bad_events:count5m{service=\"a\\\"b\\\\c\\nd\",topic=\"Zürich\"} 0.0 1795773600\n\
             slo:bad_events:count5m{service=\"a\\\"b\\\\c\\nd\",topic=\"Zürich\"} 1e-20 1795773630.0075\n\
             slo:bad_events:count5m{service=\"a\\\"b\\\\c\\nd\",topic=\"Zürich\"} +Inf 1795773660\n\
             x NaN 0\nx 12.5 1\n"
        );
    }

    proptest! {
        #[test]
        fn moments_and_numbers_read_back(millis in 0_i64..4_000_000_000_000, value in proptest::num::f64::NORMAL) {
            let mut text = String::new();
            moment(&mut text, millis);
            prop_assert_eq!((text.parse::<f64>().unwrap() * 1_000.0) as i64, millis);
            text.clear();
            number(&mut text, value);
            prop_assert_eq!(text.parse::<f64>().unwrap(), value);
        }
    }
}
