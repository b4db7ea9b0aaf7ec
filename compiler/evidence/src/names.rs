//! Interns names that many spans share.

use std::collections::HashMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The number of a name, from 1, in the order of first use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(NonZeroU32);

/// The first name of every table. Names that no longer fit into the table get this number too.
const OTHER: Name = Name(NonZeroU32::MIN);

/// The most bytes of names that are held. A service that puts an id into each span's name has as many names as spans; names
/// beyond this limit share one number.
const MOST_BYTES: usize = 32 << 20;
/// The cost of a name beside its text, in bytes.
const OVERHEAD: usize = 64;

/// Names by number.
#[derive(Debug)]
pub struct Names {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, Name>,
    bytes: usize,
}

impl Default for Names {
    fn default() -> Self {
        Self { texts: vec!["(one of very many names)".into()], numbers: HashMap::new(), bytes: 0 }
    }
}

impl Names {
    /// The number of a name; a new name gets one.
    pub(crate) fn number(&mut self, text: &str) -> Name {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        self.bytes = self.bytes.saturating_add(2 * text.len() + OVERHEAD);
        let next = u32::try_from(self.texts.len() + 1).ok().and_then(NonZeroU32::new);
        let (Some(number), true) = (next.map(Name), self.bytes <= MOST_BYTES) else { return OTHER };
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a name that has one.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    /// The name of a number.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0.get() as usize - 1).map_or("", AsRef::as_ref)
    }

    /// How many names have a number of their own.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether no name has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Every name with its number, in the order of first use.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        (1..).zip(&self.texts).skip(1).filter_map(|(at, text)| Some((Name(NonZeroU32::new(at)?), &**text)))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Names, OTHER};

    #[test]
    fn names_have_numbers_and_very_many_share_one() {
        let mut names = Names::default();
        let (a, b) = (names.number("a"), names.number("b"));
        assert_eq!(names.number("a"), a);
        assert_eq!((names.text(a), names.text(b), names.len()), ("a", "b", 2));
        assert_eq!(names.iter().collect::<Vec<_>>(), [(a, "a"), (b, "b")]);
        let long = "x".repeat(1 << 20);
        for at in 0..(MOST_BYTES >> 21) + 1 {
            names.number(&format!("{long}{at}"));
        }
        assert_eq!(names.number("c"), OTHER);
        assert_eq!((names.number("b"), names.find("c")), (b, None));
    }
}
