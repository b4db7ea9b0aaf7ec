//! Drawings of pages, in the page's own colours: what calls what, and when alerts fire.

use std::fmt::Write;

use emberline_core::plan::runbook::{self, Plot};
use emberline_core::plan::{Neighbour, ServicePlan};

/// Rows of neighbours beyond which the rest is only counted.
const MOST: usize = 12;
const BOX: (f64, f64) = (170.0, 34.0);
const GAP: f64 = 14.0;
const ACROSS: f64 = 230.0;

/// A text inside XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text that fits a box; what is cut stands in the title.
fn fitting(text: &str) -> String {
    let most = 20;
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

/// Who calls a service, and whom it calls; `root` leads from the page to the folder of all.
pub(crate) fn graph(service: &ServicePlan, root: &str) -> String {
    let sides = [merged(&service.about.callers), merged(&service.about.calls)];
    let rows = sides.iter().map(Vec::len).max().unwrap_or(0).clamp(1, MOST);
    #[expect(clippy::cast_precision_loss, reason = "a dozen rows")]
    let height = rows as f64 * (BOX.1 + GAP) + GAP;
    let middle = height / 2.0;
    let width = 2.0 * ACROSS + BOX.0 + 2.0;
    let mut svg = String::new();
    let said = format!("{}: called by {}, calls {}", service.name, names(&sides[0]), names(&sides[1]));
    let _ = write!(
        svg,
        "<svg class=\"graph\" role=\"group\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         aria-label=\"{}\">",
        escaped(&said)
    );
    for (side, neighbours) in sides.iter().enumerate() {
        let left = if side == 0 { 1.0 } else { 2.0 * ACROSS + 1.0 };
        for (row, (name, stem)) in neighbours.iter().take(MOST).enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a dozen rows")]
            let y = (row as f64 - (neighbours.len().min(MOST) as f64 - 1.0) / 2.0) * (BOX.1 + GAP) + middle;
            let (from, to) = match side {
                0 => ((left + BOX.0, y), (ACROSS + 1.0, middle)),
                _ => ((ACROSS + BOX.0 + 1.0, middle), (left, y)),
            };
            let half = (to.0 - from.0) / 2.0;
            let _ = write!(
                svg,
                "<path class=\"edge\" d=\"M{} {}C{} {} {} {} {} {}\"/><path class=\"head\" d=\"M{} {}l-8 -4v8z\"/>",
                from.0,
                from.1,
                from.0 + half,
                from.1,
                to.0 - half,
                to.1,
                to.0 - 6.0,
                to.1,
                to.0,
                to.1
            );
            boxed(&mut svg, left, y, name, stem.as_deref().map(|stem| format!("{root}{stem}/index.html")), "");
        }
    }
    boxed(&mut svg, ACROSS + 1.0, middle, &service.name, None, " own");
    svg.push_str("</svg>");
    svg
}

fn boxed(svg: &mut String, x: f64, middle: f64, name: &str, link: Option<String>, class: &str) {
    let y = middle - BOX.1 / 2.0;
    if let Some(link) = &link {
        let _ = write!(svg, "<a href=\"{}\">", escaped(link));
    }
    let _ = write!(
        svg,
        "<g class=\"box{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"4\"/><text x=\"{}\" \
         y=\"{}\">{}</text></g>",
        escaped(name),
        BOX.0,
        BOX.1,
        x + BOX.0 / 2.0,
        middle + 5.0,
        escaped(&fitting(name))
    );
    if link.is_some() {
        svg.push_str("</a>");
    }
}

/// Each neighbour once, with its folder.
fn merged(neighbours: &[Neighbour]) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for neighbour in neighbours {
        if !found.iter().any(|(name, _)| *name == neighbour.service) {
            found.push((neighbour.service.clone(), neighbour.is_known.then(|| runbook::stem(&neighbour.service))));
        }
    }
    found
}

fn names(neighbours: &[(String, Option<String>)]) -> String {
    let names: Vec<&str> = neighbours.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

const PLOT: (f64, f64) = (640.0, 300.0);
const MARGIN: (f64, f64, f64, f64) = (64.0, 24.0, 40.0, 12.0);

/// When each alert fires, and when the budget is gone, by the share of bad events.
pub(crate) fn plot(plot: &Plot) -> String {
    let (left, right, bottom, top) = MARGIN;
    let scaled = |value: f64, (low, high): (f64, f64)| {
        if high <= low { 0.0 } else { ((value / low).ln() / (high / low).ln()).clamp(0.0, 1.0) }
    };
    let x = |share: f64| left + scaled(share, plot.shares) * (PLOT.0 - left - right);
    let y = |time: f64| PLOT.1 - bottom - scaled(time, plot.times) * (PLOT.1 - top - bottom);
    let mut svg = String::new();
    let said = plot
        .alerts
        .iter()
        .filter_map(|curve| Some((curve, curve.points.last()?.1)))
        .map(|(curve, time)| format!("{} fires {} after a total outage begins", curve.name, words(time)))
        .collect::<Vec<_>>()
        .join("; ");
    let _ = write!(
        svg,
        "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" aria-label=\"{}\">",
        PLOT.0,
        PLOT.1,
        PLOT.0,
        PLOT.1,
        escaped(&format!("Time until alerts fire, by the share of bad events. {said}."))
    );
    for time in TIMES.into_iter().filter(|time| (plot.times.0..=plot.times.1).contains(time)) {
        let at = y(time);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{left} {at:.1}H{}\"/><text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            PLOT.0 - right,
            left - 6.0,
            at + 4.0,
            words(time)
        );
    }
    for share in SHARES.into_iter().filter(|share| (plot.shares.0..=plot.shares.1).contains(share)) {
        let at = x(share);
        let percent = share * 100.0;
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{at:.1} {top}V{}\"/><text class=\"tick\" x=\"{at:.1}\" y=\"{}\" \
             text-anchor=\"middle\">{percent}%</text>",
            PLOT.1 - bottom,
            PLOT.1 - bottom + 16.0
        );
    }
    let _ = write!(
        svg,
        "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">share of bad events</text>",
        (PLOT.0 + left) / 2.0,
        PLOT.1 - 6.0
    );
    let line = |points: &[(f64, f64)]| {
        let mut path = String::new();
        for (at, (share, time)) in points.iter().enumerate() {
            let _ = write!(path, "{}{:.1} {:.1}", if at == 0 { 'M' } else { 'L' }, x(*share), y(*time));
        }
        path
    };
    let _ = write!(svg, "<path class=\"gone\" d=\"{}\"/>", line(&plot.budget));
    for (at, curve) in plot.alerts.iter().enumerate() {
        let class = at % 4;
        let _ = write!(svg, "<path class=\"fires c{class}\" d=\"{}\"/>", line(&curve.points));
    }
    svg.push_str("</svg><ul class=\"legend\"><li class=\"gone\">the whole budget is gone</li>");
    for (at, curve) in plot.alerts.iter().enumerate() {
        let _ = write!(svg, "<li class=\"c{}\">{} {}</li>", at % 4, escaped(&curve.severity), escaped(&curve.name));
    }
    svg.push_str("</ul>");
    svg
}

const TIMES: [f64; 9] = [10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 259_200.0, 864_000.0, 2_592_000.0];
const SHARES: [f64; 8] = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0];

/// A time, roughly.
fn words(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 3_600.0 => format!("{:.0} min", s / 60.0),
        s if s < 86_400.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} d", s / 86_400.0),
    }
}
