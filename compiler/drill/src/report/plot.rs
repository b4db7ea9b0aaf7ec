//! Charts of a drill: time series, with the moments of the timeline.

use emberline_prose::number::offset;
use emberline_prose::svg::{self, Attributes, Svg};
use emberline_walk::source::Series;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 240.0;
/// Left, right, top and bottom of the plane.
const EDGES: (f64, f64, f64, f64) = (56.0, 744.0, 34.0, 206.0);
/// Colours for readers with any colour vision, dark enough for paper.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// A line.
pub(super) struct Line<'l> {
    /// The name of the line.
    pub(super) name: String,
    /// The points of the line.
    pub(super) series: &'l [Series],
}

/// A drawing.
pub(super) struct Chart<'c> {
    /// The title of the drawing.
    pub(super) title: &'c str,
    /// T+0, in unix seconds.
    pub(super) zero: f64,
    /// Lines.
    pub(super) lines: Vec<Line<'c>>,
    /// Moments, in seconds from T+0.
    pub(super) marks: Vec<(f64, &'c str)>,
    /// Thresholds.
    pub(super) levels: Vec<(f64, String)>,
}

impl Chart<'_> {
    /// The chart as a self-contained SVG.
    pub(super) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| line.series).flat_map(|series| &series.points);
        let times = || points().map(|point| point.time - self.zero).chain(self.marks.iter().map(|(at, _)| *at));
        let first = times().fold(f64::MAX, f64::min).min(0.0);
        let last = times().fold(f64::MIN, f64::max).max(first + 1.0);
        let level = self.levels.iter().map(|(value, _)| *value);
        let most = points().map(|point| point.value).chain(level).fold(0.0, f64::max);
        let step = step(most / 2.0);
        let most = 2.0 * step;
        let (left, right, top, bottom) = EDGES;
        let x = |at: f64| left + (at - first) / (last - first) * (right - left);
        let y = |value: f64| bottom - value / most * (bottom - top);
        let mut svg = Svg::file((WIDTH, HEIGHT), self.title);
        svg.style("text{font:11px sans-serif}");
        svg.element("rect", &[("width", &WIDTH), ("height", &HEIGHT), ("fill", &"#ffffff")]);
        let title: Attributes<'_> = &[("x", &left), ("y", &16), ("style", &"font-size:13px"), ("fill", &"#1a1a1a")];
        svg.text(title, self.title);
        for value in [0.0, step, most] {
            let across = format!("M{left} {:.1}H{right}", y(value));
            svg.element("path", &[("d", &across), ("stroke", &"#dddddd")]);
            let (x, y) = (left - 6.0, format_args!("{:.1}", y(value) + 4.0));
            svg.text(&[("x", &x), ("y", &y), ("text-anchor", &"end"), ("fill", &"#555555")], &short(value));
        }
        for (place, (at, what)) in self.marks.iter().enumerate() {
            // Names of close moments alternate between two lines.
            let y = bottom + 14.0 + 11.0 * (place % 2) as f64;
            let anchor = if x(*at) > right - 90.0 { "end" } else { "start" };
            let down = format!("M{:.1} {top}V{bottom}", x(*at));
            svg.element("path", &[("d", &down), ("stroke", &"#888888"), ("stroke-dasharray", &"2 3")]);
            let x = format_args!("{:.1}", x(*at));
            let words = format!("{} {what}", offset(*at));
            svg.text(&[("x", &x), ("y", &y), ("text-anchor", &anchor), ("fill", &"#333333")], &words);
        }
        for (place, line) in self.lines.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            for series in line.series {
                let points = series.points.iter().map(|point| (x(point.time - self.zero), y(point.value)));
                let path = svg::line(points);
                svg.element("path", &[("d", &path), ("fill", &"none"), ("stroke", &colour), ("stroke-width", &1.6)]);
            }
            let across = left + 8.0 + 170.0 * place as f64;
            let key = format!("M{across} 26h16");
            svg.element("path", &[("d", &key), ("stroke", &colour), ("stroke-width", &3)]);
            svg.text(&[("x", &(across + 22.0)), ("y", &30), ("fill", &"#1a1a1a")], &line.name);
        }
        // Labels of thresholds are at the left, where the lines are below every threshold.
        for (value, name) in &self.levels {
            let across = format!("M{left} {:.1}H{right}", y(*value));
            svg.element("path", &[("d", &across), ("stroke", &"#b00020"), ("stroke-dasharray", &"5 4")]);
            let (x, y) = (left + 4.0, format_args!("{:.1}", y(*value) - 4.0));
            let halo: Attributes<'_> = &[
                ("x", &x),
                ("y", &y),
                ("fill", &"#b00020"),
                ("stroke", &"#ffffff"),
                ("stroke-width", &3),
                ("paint-order", &"stroke"),
            ];
            svg.text(halo, name);
        }
        svg.finish()
    }
}

/// The smallest round number of at least `least`; 1 for no value.
fn step(least: f64) -> f64 {
    if least <= 0.0 || !least.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|of| of * power).find(|step| *step >= least).unwrap_or(10.0 * power)
}

fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        100.0.. => format!("{value:.0}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_walk::source::{Labels, Point};

    #[test]
    fn lines_stay_within_the_plane_and_names_are_text() {
        let points = (0..50).map(|at| Point { time: 990.0 + f64::from(at), value: f64::from(at % 7) }).collect();
        let series = [Series { labels: Labels::new(), points }];
        let chart = Chart {
            title: "a <b>",
            zero: 1_000.0,
            lines: vec![Line { name: "x & y".to_owned(), series: &series }],
            marks: vec![(0.0, "deployed"), (20.0, "page")],
            levels: vec![(14.4, "burn 14.4".to_owned())],
        };
        let svg = chart.svg();
        assert!(svg.contains("a &lt;b&gt;") && svg.contains("x &amp; y") && svg.contains("T+20s page"), "{svg}");
        let line = svg.lines().find(|line| line.contains("stroke-width=\"1.6\"")).unwrap_or_default();
        let path = line.split('"').nth(1).unwrap_or_default().trim_start_matches('M');
        for point in path.split('L') {
            let numbers: Vec<f64> = point.split(' ').filter_map(|number| number.parse().ok()).collect();
            assert!((EDGES.0..=EDGES.1).contains(&numbers[0]) && (EDGES.2..=EDGES.3).contains(&numbers[1]), "{point}");
        }
    }

    #[test]
    fn axes_have_round_numbers() {
        let found = [401.0, 3.408, 1.0, 0.9, 0.06, 0.0, f64::NAN].map(|most| short(2.0 * step(most / 2.0)));
        assert_eq!(found, ["500", "4", "1", "1", "0.1", "2", "2"]);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let chart = Chart { title: "t", zero: 0.0, lines: Vec::new(), marks: Vec::new(), levels: Vec::new() };
        assert!(!chart.svg().contains("NaN") && !chart.svg().contains("inf"));
    }
}
