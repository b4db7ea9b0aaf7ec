//! Whether two regexes can match one value.
//!
//! Each becomes a few shapes that hold at least what it matches: a class of characters for each place, and whether
//! anything may follow. Two shapes part ways where a place has no character in common, or where one must end and the
//! other must go on. Status codes, routes and words are all of this kind; whatever is not counts as possible.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// More shapes than this are no pattern of status codes.
const MOST_SHAPES: usize = 64;
/// Repetitions that are written out; any more may be anything.
const MOST_REPEATED: u32 = 8;

/// Values by their first characters.
#[derive(Debug, Clone, Default)]
struct Shape {
    places: Vec<ClassUnicode>,
    /// Whether anything may follow.
    is_open: bool,
}

/// Whether it is certain that no value matches both.
pub(super) fn part_ways(one: &Hir, other: &Hir) -> bool {
    let (some, others) = (shapes(one), shapes(other));
    some.iter().all(|a| others.iter().all(|b| a.parts_from(b)))
}

impl Shape {
    fn open() -> Self {
        Self { places: Vec::new(), is_open: true }
    }

    fn parts_from(&self, other: &Self) -> bool {
        let apart = |(a, b): (&ClassUnicode, &ClassUnicode)| {
            let mut common = a.clone();
            common.intersect(b);
            common.ranges().is_empty()
        };
        let (mine, theirs) = (self.places.len(), other.places.len());
        let ends_early = (mine < theirs && !self.is_open) || (theirs < mine && !other.is_open);
        ends_early || self.places.iter().zip(&other.places).any(apart)
    }

    fn then(&self, next: &Self) -> Self {
        if self.is_open {
            return self.clone();
        }
        let places = self.places.iter().chain(&next.places).cloned().collect();
        Self { places, is_open: next.is_open }
    }
}

/// Shapes that together hold every value of a regex.
fn shapes(hir: &Hir) -> Vec<Shape> {
    let found = match hir.kind() {
        // A place to look at takes no character; without it more values match, which errs on the safe side.
        HirKind::Empty | HirKind::Look(_) => vec![Shape::default()],
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => vec![Shape { places: text.chars().map(only).collect(), is_open: false }],
            Err(_) => vec![Shape::open()],
        },
        HirKind::Class(Class::Unicode(class)) => vec![Shape { places: vec![class.clone()], is_open: false }],
        HirKind::Class(Class::Bytes(_)) => vec![Shape::open()],
        HirKind::Capture(capture) => shapes(&capture.sub),
        HirKind::Repetition(repetition) => repeated(&shapes(&repetition.sub), repetition.min, repetition.max),
        HirKind::Concat(parts) => {
            parts.iter().fold(vec![Shape::default()], |before, part| product(&before, &shapes(part)))
        }
        HirKind::Alternation(parts) => parts.iter().flat_map(shapes).collect(),
    };
    if found.len() > MOST_SHAPES { vec![Shape::open()] } else { found }
}

fn only(c: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(c, c)])
}

fn repeated(once: &[Shape], min: u32, max: Option<u32>) -> Vec<Shape> {
    let mut all = Vec::new();
    let mut so_far = vec![Shape::default()];
    for count in 0..=max.unwrap_or(min).min(MOST_REPEATED) {
        if count >= min {
            all.extend(so_far.iter().cloned());
        }
        if max == Some(count) || all.len() > MOST_SHAPES {
            return all;
        }
        if count == min && max.is_none() {
            break;
        }
        so_far = product(&so_far, once);
    }
    // It goes on for longer than is written out here.
    product(&so_far, &[Shape::open()])
}

fn product(before: &[Shape], after: &[Shape]) -> Vec<Shape> {
    if before.len() * after.len() > MOST_SHAPES {
        return before.iter().map(|shape| shape.then(&Shape::open())).collect();
    }
    before.iter().flat_map(|shape| after.iter().map(|next| shape.then(next))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use crate::promql::regex::Pattern;

    fn disjoint(one: &str, other: &str) -> bool {
        Pattern::new(one).unwrap().is_disjoint(&Pattern::new(other).unwrap())
    }

    #[test]
    fn classes_of_status_codes_part_ways() {
        for (one, other) in [
            ("2..|3..|4..", "5.."),
            ("[1-4]..", "5.."),
            ("5..", "50"),
            ("a.*", "b.*"),
            ("5[0-9]{2}", "2[0-9]+"),
            ("ok|fine", "(bad|worse).*"),
            (".+", ""),
        ] {
            assert!(disjoint(one, other) && disjoint(other, one), "{one} {other}");
        }
        for (one, other) in [("5..", "50."), (".*", "5.."), ("a.*", "ab"), ("5.?", "5"), ("a{2,20}", "a{12}")] {
            assert!(!disjoint(one, other) && !disjoint(other, one), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_common_value_is_never_denied(one in "[a-c.?*|()\\[\\]{}0-9]{0,8}", other in "[a-c.?*|()]{0,8}") {
            let (Ok(one), Ok(other)) = (Pattern::new(&one), Pattern::new(&other)) else { return Ok(()) };
            let common = one.samples(20).into_iter().chain(other.samples(20)).any(|it| one.matches(&it) && other.matches(&it));
            prop_assert!(!(common && one.is_disjoint(&other)));
        }
    }
}
