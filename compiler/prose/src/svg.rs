//! Drawings as SVG. Every attribute and every text is escaped on the way, so a drawing cannot become markup.

use std::fmt::{Display, Write as _};

use crate::escape::{xml, xml_attribute};

/// Attributes of an element, in the order written.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// A drawing, while it is made.
#[derive(Debug)]
pub struct Svg {
    out: String,
    /// What ends an element: a line end in a file, nothing within a page.
    end: &'static str,
}

impl Svg {
    /// A drawing that is a file of its own, `size` in pixels. `label` is for readers who do not see it.
    #[must_use]
    pub fn file(size: (f64, f64), label: &str) -> Self {
        let mut svg = Self { out: String::new(), end: "\n" };
        svg.frame(&[("xmlns", &"http://www.w3.org/2000/svg"), ("role", &"img")], size, label);
        svg
    }

    /// A drawing within a page, which styles it by `class`. `role` is `img`, or `group` where it holds links.
    #[must_use]
    pub fn inline(class: &str, role: &str, size: (f64, f64), label: &str) -> Self {
        let mut svg = Self { out: String::new(), end: "" };
        svg.frame(&[("class", &class), ("role", &role)], size, label);
        svg
    }

    fn frame(&mut self, own: Attributes<'_>, (width, height): (f64, f64), label: &str) {
        self.out.push_str("<svg");
        let view = format!("0 0 {width} {height}");
        self.attributes(own);
        self.attributes(&[("viewBox", &view), ("width", &width), ("height", &height), ("aria-label", &label)]);
        self.out.push('>');
        self.out.push_str(self.end);
    }

    fn attributes(&mut self, attributes: Attributes<'_>) {
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"{}\"", xml_attribute(&value.to_string()));
        }
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        let _ = write!(self.out, "<{name}");
        self.attributes(attributes);
    }

    /// An element without content.
    pub fn element(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        let _ = write!(self.out, "/>{}", self.end);
    }

    /// An element that shows `title` where a pointer rests.
    pub fn titled(&mut self, name: &str, attributes: Attributes<'_>, title: &str) {
        self.start(name, attributes);
        let _ = write!(self.out, "><title>{}</title></{name}>{}", xml(title), self.end);
    }

    /// A text.
    pub fn text(&mut self, attributes: Attributes<'_>, text: &str) {
        self.start("text", attributes);
        let _ = write!(self.out, ">{}</text>{}", xml(text), self.end);
    }

    /// An element around those that `inner` draws.
    pub fn within(&mut self, name: &str, attributes: Attributes<'_>, inner: impl FnOnce(&mut Self)) {
        self.start(name, attributes);
        self.out.push('>');
        inner(self);
        let _ = write!(self.out, "</{name}>{}", self.end);
    }

    /// The title of the element around it.
    pub fn title(&mut self, title: &str) {
        let _ = write!(self.out, "<title>{}</title>", xml(title));
    }

    /// A style sheet. It is the program's own text, since CSS has escapes of its own.
    pub fn style(&mut self, css: &'static str) {
        let _ = write!(self.out, "<style>{css}</style>{}", self.end);
    }

    /// The drawing.
    #[must_use]
    pub fn finish(mut self) -> String {
        let _ = write!(self.out, "</svg>{}", self.end);
        self.out
    }
}

/// The `d` of a path through points, each to a tenth of a pixel.
#[must_use]
pub fn line(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (at, (x, y)) in points.into_iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    path
}

/// At most so many characters of a text, with an ellipsis for the rest.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_escapes_all_that_it_is_given() {
        let hostile = "\"><script>&\u{0}\n";
        let mut svg = Svg::inline(hostile, "img", (10.0, 5.5), hostile);
        svg.within("a", &[("href", &hostile)], |svg| svg.titled("rect", &[("x", &1.5)], hostile));
        svg.text(&[("x", &2)], hostile);
        let made = svg.finish();
        assert!(!made.contains("<script") && !made.contains('\u{0}'), "{made}");
        assert!(made.contains("viewBox=\"0 0 10 5.5\"") && made.ends_with("</svg>"), "{made}");
        assert_eq!(made.matches('<').count(), 8 + 2, "{made}");
        assert_eq!(line([(0.0, 1.0), (2.0, 3.25)]), "M0.0 1.0L2.0 3.2");
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".into(), "ab…".into()));
    }
}
