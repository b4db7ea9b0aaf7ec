//! Small pictures as SVG: readable in light and dark, every text escaped.

use std::fmt::Write as _;

/// A picture while it is drawn.
pub(super) struct Svg {
    body: String,
    width: f64,
    height: f64,
    label: String,
}

/// Colours by what they stand for; a reader's dark theme turns them.
const STYLE: &str = "\
svg{font:12px system-ui,sans-serif;background:var(--ground);--ground:#fff;--ink:#1b1f24;--faint:#6a737d;--line:#d7dce1;--usual:#7c93ad;--bad:#c2341f;--mark:#b35c00;--own:#2f6f4f}\
@media(prefers-color-scheme:dark){svg{--ground:#14171a;--ink:#e6e9ec;--faint:#9aa4ae;--line:#343a40;--usual:#6f8aa8;--bad:#ff7a63;--mark:#f0a04b;--own:#6cc497}}\
text{fill:var(--ink)}.faint{fill:var(--faint)}.line{stroke:var(--line);fill:none}.usual{fill:var(--usual)}.bad{fill:var(--bad)}.own{fill:var(--own)}\
.curve{stroke:var(--bad);fill:none;stroke-width:1.5}.mark{stroke:var(--mark);fill:none;stroke-dasharray:4 3}.marked{fill:var(--mark)}\
.edge{stroke:var(--ink);fill:none}.mono{font-family:ui-monospace,monospace;white-space:pre}";

impl Svg {
    /// An empty picture; `label` is what those hear who do not see it.
    pub(super) fn new(width: f64, height: f64, label: &str) -> Self {
        Self { body: String::new(), width, height, label: label.to_owned() }
    }

    /// A text; `class` may hold several words, `anchor` is `start`, `middle` or `end`.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    /// A box with a title that shows where a pointer rests.
    pub(super) fn bar(&mut self, x: f64, y: f64, (width, height): (f64, f64), class: &str, title: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" class=\"{class}\"><title>{}</title></rect>",
            width.max(0.5),
            escaped(title)
        );
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = String::new();
        for (at, (x, y)) in points.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
        }
        let _ = writeln!(self.body, "<path d=\"{path}\" class=\"{class}\"/>");
    }

    /// The picture.
    pub(super) fn finish(self) -> String {
        let Self { body, width, height, label } = self;
        let label = escaped(&label);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" role=\"img\" aria-label=\"{label}\">\n<style>{STYLE}</style>\n{body}</svg>\n"
        )
    }
}

/// A text that is no markup; control characters, which XML forbids, are blanks.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// So many characters of a text, with an ellipsis for the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}
