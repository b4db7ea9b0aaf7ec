//! An issuer of keys: a row of the catalogue.

use super::form::Form;

/// An issuer's keys of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The key in words, with its article: the object of "found".
    pub words: &'static str,
    /// The forms, as [`Form`] reads them.
    pub forms: &'static [&'static str],
    /// The issuer's page on the form.
    pub source: &'static str,
}

impl Issuer {
    /// The forms, read.
    pub fn read(&'static self) -> impl Iterator<Item = Form> {
        self.forms.iter().map(|text| Form::read(text))
    }
}

/// A row of a table.
pub(super) const fn issuer(words: &'static str, forms: &'static [&'static str], source: &'static str) -> Issuer {
    Issuer { words, forms, source }
}
