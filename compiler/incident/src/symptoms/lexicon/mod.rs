//! Phrases of errors that mean the same in every language and library.

mod load;
mod reach;
mod wrong;

use crate::sign::Sign;

/// A sign, how sure its phrases are, and the phrases in lower case. `+` joins words that a text has in any order.
pub(super) type Row = (Sign, f64, &'static [&'static str]);

/// All phrases.
pub(super) fn phrases() -> impl Iterator<Item = &'static Row> {
    wrong::PHRASES.iter().chain(reach::PHRASES).chain(load::PHRASES)
}
