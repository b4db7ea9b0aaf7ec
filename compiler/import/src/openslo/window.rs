//! Windows: rolling ones are taken over, and those of a calendar roll over as many days.

use emberline_core::quantity::Duration;

use crate::report::Rows;
use crate::tree::{Fields, items};

/// The window of an SLO, as one that rolls.
pub(super) fn read(fields: &mut Fields<'_>, rows: &mut Rows) -> Option<Duration> {
    let (one, several) = (fields.get("timeWindow"), fields.get("timeWindows"));
    let [node] = items(one.or(several)) else {
        rows.cannot(fields.at, "an SLO without exactly one time window", "nothing says how long its budget lasts");
        return None;
    };
    let mut window = Fields::of(node);
    let is_rolling = window.is("isRolling");
    let calendar = window.get("calendar");
    let is_calendar = calendar.is_some() || (is_rolling == Some(false) && one.is_some());
    let (text, at) = match (window.text("duration"), window.text("count"), window.text("unit")) {
        (Some((text, at)), ..) => (text.to_owned(), at),
        (None, Some((count, at)), Some((unit, _))) => {
            let letter = match unit.to_ascii_lowercase().trim_end_matches('s') {
                "day" => "d",
                "week" => "w",
                "hour" => "h",
                "minute" => "m",
                "month" => "M",
                "quarter" => "Q",
                "year" => "Y",
                _ => unit,
            };
            (format!("{count}{letter}"), at)
        }
        _ => {
            rows.cannot(window.at, "a time window without a length", "write `duration: 30d`");
            return None;
        }
    };
    let exact = Duration::parse(&text).ok();
    let Some(length) = exact.or_else(|| named(&text)) else {
        let why = "expected a length such as `30d`, `4w` or `1M`";
        rows.cannot(at, format!("the window `{text}`"), why);
        return None;
    };
    if is_calendar {
        let why = "budgets do not begin anew with a calendar here, so what was lost counts for as long as it rolls";
        rows.changes(at, format!("the calendar-aligned window of {text} rolls over {length}"), why, "window");
    } else if exact.is_none() {
        let why = "months, quarters and years differ in length, and windows do not";
        rows.changes(at, format!("the window of {text} is {length}"), why, "window");
    } else {
        rows.maps(at, format!("the window of {text}"), "window");
    }
    Some(length)
}

/// Months, quarters and years, in days.
fn named(text: &str) -> Option<Duration> {
    let (days, count) = [(30, 'M'), (90, 'Q'), (365, 'Y')]
        .into_iter()
        .find_map(|(days, letter)| Some((days, text.strip_suffix(letter)?.parse::<u64>().ok()?)))?;
    // No budget lasts for a hundred years.
    (1..=1_200).contains(&count).then(|| Duration::from_days(days * count))
}
