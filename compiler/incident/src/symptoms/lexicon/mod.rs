//! Phrases of errors that mean the same in every language and library.

mod load;
mod reach;
mod row;
mod wrong;

pub(super) use row::Row;

/// All phrases.
pub(super) fn phrases() -> impl Iterator<Item = &'static Row> {
    wrong::PHRASES.iter().chain(reach::PHRASES).chain(load::PHRASES)
}
