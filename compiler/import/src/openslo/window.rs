//! Windows: rolling ones are taken over, calendars are refused.

use emberline_core::quantity::Duration;

use crate::report::Rows;
use crate::tree::{Fields, items};

/// The rolling window of an SLO.
pub(super) fn read(fields: &mut Fields<'_>, rows: &mut Rows) -> Option<Duration> {
    let (one, several) = (fields.get("timeWindow"), fields.get("timeWindows"));
    let [node] = items(one.or(several)) else {
        rows.cannot(fields.at, "an SLO without exactly one time window", "nothing says how long its budget lasts");
        return None;
    };
    let mut window = Fields::of(node);
    let is_rolling = window.is("isRolling");
    let calendar = window.get("calendar");
    if calendar.is_some() || (is_rolling == Some(false) && one.is_some()) {
        let why = "budgets roll here, and do not begin anew with a calendar; write `isRolling: true`";
        rows.cannot(calendar.map_or(window.at, |node| node.span), "a calendar-aligned window", why);
        return None;
    }
    let (text, at) = match (window.text("duration"), window.text("count"), window.text("unit")) {
        (Some((text, at)), ..) => (text.to_owned(), at),
        (None, Some((count, at)), Some((unit, _))) => {
            let letter = match unit.to_ascii_lowercase().trim_end_matches('s') {
                "day" => "d",
                "week" => "w",
                "hour" => "h",
                "minute" => "m",
                _ => unit,
            };
            (format!("{count}{letter}"), at)
        }
        _ => {
            rows.cannot(window.at, "a time window without a length", "write `duration: 30d`");
            return None;
        }
    };
    if let Ok(window) = Duration::parse(&text) {
        rows.maps(at, format!("the window of {text}"), "window");
        return Some(window);
    }
    let why = "expected a number of days or weeks; months, quarters and years differ in length";
    rows.cannot(at, format!("the window `{text}`"), why);
    None
}
