//! Drawings of pages, in the page's own colours: what calls what, and when alerts fire.

use emberline_core::plan::runbook::{self, Plot};
use emberline_core::plan::{Neighbour, ServicePlan};
use emberline_prose::escape::html;
use emberline_prose::number::roughly;
use emberline_prose::svg::{Attributes, Svg, cut, line};

/// Rows of neighbours beyond which the rest is only counted.
const MOST: usize = 12;
const BOX: (f64, f64) = (170.0, 34.0);
const GAP: f64 = 14.0;
const ACROSS: f64 = 230.0;

/// Characters of a name that fit a box; what is cut stands in the title.
const FITTING: usize = 20;

/// Who calls a service, and whom it calls; `root` leads from the page to the folder of all.
pub(crate) fn graph(service: &ServicePlan, root: &str) -> String {
    let sides = [merged(&service.about.callers), merged(&service.about.calls)];
    let rows = sides.iter().map(Vec::len).max().unwrap_or(0).clamp(1, MOST);
    #[expect(clippy::cast_precision_loss, reason = "a dozen rows")]
    let height = rows as f64 * (BOX.1 + GAP) + GAP;
    let middle = height / 2.0;
    let width = 2.0 * ACROSS + BOX.0 + 2.0;
    let said = format!("{}: called by {}, calls {}", service.name, names(&sides[0]), names(&sides[1]));
    let mut svg = Svg::inline("graph", "group", (width, height), &said);
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
            let (x, y0, end, y1) = (from.0, from.1, to.0 - 6.0, to.1);
            let curve = format!("M{x} {y0}C{} {y0} {} {y1} {end} {y1}", x + half, to.0 - half);
            svg.element("path", &[("class", &"edge"), ("d", &curve)]);
            svg.element("path", &[("class", &"head"), ("d", &format_args!("M{} {y1}l-8 -4v8z", to.0))]);
            boxed(&mut svg, left, y, name, stem.as_deref().map(|stem| format!("{root}{stem}/index.html")), "");
        }
    }
    boxed(&mut svg, ACROSS + 1.0, middle, &service.name, None, " own");
    svg.finish()
}

fn boxed(svg: &mut Svg, x: f64, middle: f64, name: &str, link: Option<String>, class: &str) {
    let y = middle - BOX.1 / 2.0;
    let (across, down) = (x + BOX.0 / 2.0, middle + 5.0);
    let draw = |svg: &mut Svg| {
        svg.within("g", &[("class", &format_args!("box{class}"))], |svg| {
            svg.title(name);
            svg.element("rect", &[("x", &x), ("y", &y), ("width", &BOX.0), ("height", &BOX.1), ("rx", &4)]);
            svg.text(&[("x", &across), ("y", &down)], &cut(name, FITTING));
        });
    };
    match &link {
        Some(link) => svg.within("a", &[("href", link)], draw),
        None => draw(svg),
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
    let said = plot
        .alerts
        .iter()
        .filter_map(|curve| Some((curve, curve.points.last()?.1)))
        .map(|(curve, time)| format!("{} fires {} after a total outage begins", curve.name, roughly(time)))
        .collect::<Vec<_>>()
        .join("; ");
    let said = format!("Time until alerts fire, by the share of bad events. {said}.");
    let mut svg = Svg::inline("plot", "img", PLOT, &said);
    for time in TIMES.into_iter().filter(|time| (plot.times.0..=plot.times.1).contains(time)) {
        let at = y(time);
        svg.element("path", &[("class", &"grid"), ("d", &format_args!("M{left} {at:.1}H{}", PLOT.0 - right))]);
        let (x, y) = (left - 6.0, format_args!("{:.1}", at + 4.0));
        svg.text(&[("class", &"tick"), ("x", &x), ("y", &y), ("text-anchor", &"end")], &roughly(time));
    }
    for share in SHARES.into_iter().filter(|share| (plot.shares.0..=plot.shares.1).contains(share)) {
        let at = x(share);
        let percent = format!("{}%", share * 100.0);
        svg.element("path", &[("class", &"grid"), ("d", &format_args!("M{at:.1} {top}V{}", PLOT.1 - bottom))]);
        let (x, y) = (format_args!("{at:.1}"), PLOT.1 - bottom + 16.0);
        svg.text(&[("class", &"tick"), ("x", &x), ("y", &y), ("text-anchor", &"middle")], &percent);
    }
    let (across, down) = ((PLOT.0 + left) / 2.0, PLOT.1 - 6.0);
    let axis: Attributes<'_> = &[("class", &"tick"), ("x", &across), ("y", &down), ("text-anchor", &"middle")];
    svg.text(axis, "share of bad events");
    let path = |points: &[(f64, f64)]| line(points.iter().map(|(share, time)| (x(*share), y(*time))));
    svg.element("path", &[("class", &"gone"), ("d", &path(&plot.budget))]);
    for (at, curve) in plot.alerts.iter().enumerate() {
        svg.element("path", &[("class", &format_args!("fires c{}", at % 4)), ("d", &path(&curve.points))]);
    }
    let legend =
        plot.alerts.iter().enumerate().map(|(at, curve)| {
            format!("<li class=\"c{}\">{} {}</li>", at % 4, html(&curve.severity), html(&curve.name))
        });
    let legend: String = legend.collect();
    format!("{}<ul class=\"legend\"><li class=\"gone\">the whole budget is gone</li>{legend}</ul>", svg.finish())
}

const TIMES: [f64; 9] = [10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 259_200.0, 864_000.0, 2_592_000.0];
const SHARES: [f64; 8] = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0];
