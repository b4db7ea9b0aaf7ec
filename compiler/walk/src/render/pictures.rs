//! The content of the pictures: the ratio with its onset, requests before and now, the waterfall with its critical
//! path, CPU time, errors, and blamed lines.

use super::svg::Picture;
use crate::code::Code;
use crate::errors::Errors;
use crate::middle::number;
use crate::profile::Profiled;
use crate::requests::{Deviation, Requests};
use crate::slo::Objective;
use crate::trace::Traced;
use emberline_prose::number::{clock, length, percent, short};
use emberline_prose::svg::cut;

const WIDTH: f64 = 760.0;
/// The height of a row.
const ROW: f64 = 20.0;
/// The most rows of a picture.
const MOST: usize = 60;

/// The share of bad events, with the onset, the alert and the threshold.
pub(crate) fn ratio(objective: &Objective) -> String {
    const HEIGHT: f64 = 220.0;
    let (left, right, top, bottom) = (56.0, 16.0, 28.0, 32.0);
    let points = &objective.ratio;
    let label = format!("Share of bad events of {}/{} over time", objective.firing.service, objective.firing.slo);
    let mut svg = Picture::new(WIDTH, HEIGHT, &label);
    svg.text(left, 16.0, "", "start", &label);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        svg.text(WIDTH / 2.0, HEIGHT / 2.0, "faint", "middle", "no samples");
        return svg.finish();
    };
    let most = points.iter().map(|point| point.value).fold(objective.alert_above.unwrap_or(0.0), f64::max) * 1.1;
    let most = if most > 0.0 { most } else { 1.0 };
    let span = (last.time - first.time).max(1.0);
    let x = |time: f64| left + ((time - first.time) / span).clamp(0.0, 1.0) * (WIDTH - left - right);
    let y = |value: f64| HEIGHT - bottom - (value / most).clamp(0.0, 1.0) * (HEIGHT - top - bottom);
    for step in 0..=4 {
        let value = most * f64::from(step) / 4.0;
        svg.path(&[(left, y(value)), (WIDTH - right, y(value))], "line");
        svg.text(left - 6.0, y(value) + 4.0, "faint", "end", &percent(value));
    }
    for (step, anchor) in [(0.0, "start"), (0.5, "middle"), (1.0, "end")] {
        let time = first.time + span * step;
        svg.text(x(time), HEIGHT - 10.0, "faint", anchor, &clock(time));
    }
    let curve: Vec<(f64, f64)> = points.iter().map(|point| (x(point.time), y(point.value))).collect();
    svg.path(&curve, "curve");
    if let Some(above) = objective.alert_above {
        svg.path(&[(left, y(above)), (WIDTH - right, y(above))], "mark");
        svg.text(WIDTH - right, y(above) - 4.0, "marked", "end", &format!("alert above {}", percent(above)));
    }
    let marks = [(objective.onset.time, "began", top + 10.0), (objective.firing.since, "alert", top + 24.0)];
    for (time, what, at) in marks {
        svg.path(&[(x(time), top), (x(time), HEIGHT - bottom)], "mark");
        let right_of_middle = x(time) > WIDTH / 2.0;
        let (offset, anchor) = if right_of_middle { (-4.0, "end") } else { (4.0, "start") };
        svg.text(x(time) + offset, at, "marked", anchor, &format!("{what} {}", clock(time)));
    }
    svg.finish()
}

/// The 99th percentile of durations, or the share of failed requests, before and now.
pub(crate) fn requests(requests: &Requests) -> Option<String> {
    let shown: Vec<_> = requests.operations.iter().take(20).collect();
    if shown.is_empty() {
        return None;
    }
    let is_errors = shown.iter().any(|it| it.deviation == Deviation::Errors);
    let value = |numbers: Option<crate::requests::Numbers>| {
        let numbers = numbers.unwrap_or_default();
        if is_errors { numbers.errors } else { numbers.p99.unwrap_or(0.0) }
    };
    let words = |value: f64| if is_errors { percent(value) } else { length(value) };
    let most = shown.iter().flat_map(|it| [value(it.before), value(it.now)]).fold(0.0, f64::max).max(1e-9);
    let what = if is_errors { "Share of failed requests" } else { "99th percentile of durations" };
    let label = format!("{what}: before (upper bars) and now (lower bars).");
    let mut svg = Picture::new(WIDTH, 34.0 + 30.0 * number(shown.len()), &label);
    svg.text(8.0, 16.0, "", "start", &label);
    for (at, operation) in shown.iter().enumerate() {
        let y = 30.0 + 30.0 * number(at);
        svg.text(8.0, y + 14.0, "", "start", &cut(&format!("{} {}", operation.service, operation.name), 38));
        for (place, (numbers, class)) in [(operation.before, "usual"), (operation.now, "bad")].into_iter().enumerate() {
            let value = value(numbers);
            let class = if operation.deviation == Deviation::Usual { "usual" } else { class };
            let (x, y) = (270.0, y + 11.0 * number(place));
            let width = value / most * (WIDTH - x - 90.0);
            svg.bar(x, y, (width, 9.0), class, &words(value));
            svg.text(x + width + 6.0, y + 9.0, "faint", "start", &words(value));
        }
    }
    Some(svg.finish())
}

/// The trace, with the critical path marked.
pub(crate) fn waterfall(traced: &Traced) -> Option<String> {
    let rows: Vec<_> = traced.spans.iter().take(MOST).collect();
    let end = rows.iter().map(|row| row.start + row.seconds).fold(0.0, f64::max);
    if rows.is_empty() || end <= 0.0 {
        return None;
    }
    let label = format!("One bad request, {}: spans over time, the critical path outlined.", length(end));
    let mut svg = Picture::new(WIDTH, 36.0 + ROW * number(rows.len()), &label);
    svg.text(8.0, 16.0, "", "start", &label);
    let names = 280.0;
    for (at, row) in rows.iter().enumerate() {
        let y = 28.0 + ROW * number(at);
        let indent = 8.0 + 10.0 * number(row.depth.min(12));
        let name = cut(&format!("{} {}", row.service, row.name), 40_usize.saturating_sub(row.depth.min(12)));
        svg.text(indent, y + 13.0, "", "start", &name);
        let scale = (WIDTH - names - 70.0) / end;
        let (x, width) = (names + row.start * scale, row.seconds * scale);
        let title = format!("{} {}: {}, own time {}", row.service, row.name, length(row.seconds), length(row.own));
        svg.bar(x, y + 3.0, (width, ROW - 8.0), if row.failed { "bad" } else { "usual" }, &title);
        // Spans of at least 5% of the request are outlined.
        if row.critical >= end * 0.05 {
            let (low, high) = (y + 3.0, y + ROW - 5.0);
            let right = x + width.max(0.5);
            svg.path(&[(x, low), (right, low), (right, high), (x, high), (x, low)], "edge");
        }
        svg.text((x + width + 4.0).min(WIDTH - 66.0), y + 13.0, "faint", "start", &length(row.seconds));
    }
    Some(svg.finish())
}

/// Shares of CPU time, before and now.
pub(crate) fn profile(profiled: &Profiled) -> Option<String> {
    let shown: Vec<_> = profiled.functions.iter().take(10).collect();
    if shown.is_empty() {
        return None;
    }
    let label = format!("CPU time of {}: before (upper bars) and in bad requests (lower bars).", profiled.service);
    let mut svg = Picture::new(WIDTH, 34.0 + 30.0 * number(shown.len()), &label);
    svg.text(8.0, 16.0, "", "start", &label);
    for (at, hot) in shown.iter().enumerate() {
        let y = 30.0 + 30.0 * number(at);
        svg.text(8.0, y + 14.0, "", "start", &cut(&hot.place.function, 46));
        for (place, (share, class)) in [(hot.before.unwrap_or(0.0), "usual"), (hot.now, "bad")].into_iter().enumerate()
        {
            let (x, y) = (330.0, y + 11.0 * number(place));
            let width = share * (WIDTH - x - 60.0);
            svg.bar(x, y, (width, 9.0), class, &percent(share));
            svg.text(x + width + 6.0, y + 9.0, "faint", "start", &percent(share));
        }
    }
    Some(svg.finish())
}

/// The number of bad requests with an error, by place.
pub(crate) fn errors(errors: &Errors) -> Option<String> {
    let shown: Vec<_> = errors.failures.iter().take(10).collect();
    let most = shown.iter().map(|failure| failure.traces).max()?;
    let label = "Places of errors, by number of bad requests.";
    let mut svg = Picture::new(WIDTH, 34.0 + ROW * number(shown.len()), label);
    svg.text(8.0, 16.0, "", "start", label);
    for (at, failure) in shown.iter().enumerate() {
        let y = 26.0 + ROW * number(at);
        let place = failure.place.as_ref().map_or(failure.span.as_str(), |place| place.function.as_str());
        svg.text(8.0, y + 13.0, "", "start", &cut(&format!("{} {place}", failure.kind), 52));
        let width = number(failure.traces) / number(most.max(1)) * (WIDTH - 430.0);
        svg.bar(370.0, y + 3.0, (width, ROW - 8.0), "bad", &failure.message);
        svg.text(376.0 + width, y + 13.0, "faint", "start", &failure.traces.to_string());
    }
    Some(svg.finish())
}

/// The function's lines with their commits. Lines of candidates, and lines that evidence points to, are marked.
pub(crate) fn code(code: &Code) -> Option<String> {
    let shown: Vec<_> = code.blame.iter().take(MOST).collect();
    let function = code.function.as_ref()?;
    if shown.is_empty() {
        return None;
    }
    let label =
        format!("{}: lines of deployed commits, and lines that evidence points to, are marked.", function.words());
    let mut svg = Picture::new(WIDTH, 34.0 + 16.0 * number(shown.len()), &label);
    svg.text(8.0, 16.0, "", "start", &cut(&label, 110));
    for (at, line) in shown.iter().enumerate() {
        let y = 26.0 + 16.0 * number(at);
        if line.is_candidate {
            svg.bar(4.0, y, (4.0, 15.0), "marked", "written by a commit of this deployment");
        }
        if line.is_pointed_to {
            svg.bar(9.0, y, (4.0, 15.0), "bad", "evidence points to this line");
        }
        let class = if line.is_candidate { "mono" } else { "mono faint" };
        svg.text(16.0, y + 12.0, "mono faint", "start", short(&line.commit));
        svg.text(126.0, y + 12.0, "mono faint", "end", &line.line.to_string());
        svg.text(134.0, y + 12.0, class, "start", &cut(&line.text.replace('\t', "    "), 84));
    }
    Some(svg.finish())
}
