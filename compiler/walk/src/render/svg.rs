//! The walk's pictures, readable in light and dark themes.

use emberline_prose::svg::{self, Svg};

/// Colours are named by their meaning, because the reader's dark theme replaces them.
const STYLE: &str = "\
svg{font:12px system-ui,sans-serif;background:var(--ground);--ground:#fff;--ink:#1b1f24;--faint:#6a737d;--line:#d7dce1;--usual:#7c93ad;--bad:#c2341f;--mark:#b35c00;--own:#2f6f4f}\
@media(prefers-color-scheme:dark){svg{--ground:#14171a;--ink:#e6e9ec;--faint:#9aa4ae;--line:#343a40;--usual:#6f8aa8;--bad:#ff7a63;--mark:#f0a04b;--own:#6cc497}}\
text{fill:var(--ink)}.faint{fill:var(--faint)}.line{stroke:var(--line);fill:none}.usual{fill:var(--usual)}.bad{fill:var(--bad)}.own{fill:var(--own)}\
.curve{stroke:var(--bad);fill:none;stroke-width:1.5}.mark{stroke:var(--mark);fill:none;stroke-dasharray:4 3}.marked{fill:var(--mark)}\
.edge{stroke:var(--ink);fill:none}.mono{font-family:ui-monospace,monospace;white-space:pre}";

/// A picture while it is drawn.
pub(super) struct Picture(Svg);

impl Picture {
    /// An empty picture; `label` describes it to readers who cannot see it.
    pub(super) fn new(width: f64, height: f64, label: &str) -> Self {
        let mut svg = Svg::file((width, height), label);
        svg.style(STYLE);
        Self(svg)
    }

    /// A text; `class` may hold several words, `anchor` is `start`, `middle` or `end`.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let (x, y) = (format_args!("{x:.1}"), format_args!("{y:.1}"));
        self.0.text(&[("x", &x), ("y", &y), ("class", &class), ("text-anchor", &anchor)], text);
    }

    /// A box whose title shows when the pointer rests on it.
    pub(super) fn bar(&mut self, x: f64, y: f64, (width, height): (f64, f64), class: &str, title: &str) {
        let (x, y, width, height) = (
            format_args!("{x:.1}"),
            format_args!("{y:.1}"),
            format_args!("{:.1}", width.max(0.5)),
            format_args!("{height:.1}"),
        );
        self.0.titled(
            "rect",
            &[("x", &x), ("y", &y), ("width", &width), ("height", &height), ("class", &class)],
            title,
        );
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], class: &str) {
        self.0.element("path", &[("d", &svg::line(points.iter().copied())), ("class", &class)]);
    }

    /// The picture as SVG.
    pub(super) fn finish(self) -> String {
        self.0.finish()
    }
}
