//! An issuer of keys: a row of the catalogue.

use super::form::Form;

/// An issuer's keys of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The key in words, with its article: the object of "found".
    pub words: &'static str,
    /// The forms, as [`Form`] reads them.
    pub forms: &'static [&'static str],
    /// The page that gives the form, or its prefix at least.
    pub source: &'static str,
    /// Whose page that is.
    pub basis: Basis,
}

/// Who says what an issuer's keys look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The issuer: its documentation, its announcements or its source code.
    Issuer,
    /// The rules of public scanners, which agree. The issuer documents no form.
    Scanners,
}

impl Issuer {
    /// The forms, read.
    pub fn read(&'static self) -> impl Iterator<Item = Form> {
        self.forms.iter().map(|text| Form::read(text))
    }
}

/// A row whose form, or whose prefix, the issuer publishes.
pub(super) const fn issuer(words: &'static str, forms: &'static [&'static str], source: &'static str) -> Issuer {
    Issuer { words, forms, source, basis: Basis::Issuer }
}

/// A row whose form only scanners publish.
pub(super) const fn observed(words: &'static str, forms: &'static [&'static str], source: &'static str) -> Issuer {
    Issuer { words, forms, source, basis: Basis::Scanners }
}

/// Rules of public scanners. Lengths and alphabets are taken from them, no expressions.
pub(super) const GITLEAKS: &str = "github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml";
/// As above.
pub(super) const TRUFFLEHOG: &str = "github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors";
/// As above.
pub(super) const BETTERLEAKS: &str = "github.com/betterleaks/betterleaks/blob/main/config/betterleaks.toml";
