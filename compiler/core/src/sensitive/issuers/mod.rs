//! Who issues keys, in which forms. Each table is one trade; each row names a page that gives the form.

mod ai;
mod cloud;
mod code;
mod money;
mod talk;
mod watch;

use std::sync::LazyLock;

use super::form::Form;
use super::issuer::Issuer;

/// Every issuer.
pub fn all() -> impl Iterator<Item = &'static Issuer> {
    [ai::ISSUERS, cloud::ISSUERS, code::ISSUERS, money::ISSUERS, talk::ISSUERS, watch::ISSUERS].into_iter().flatten()
}

/// A form with its issuer.
pub type Entry = (Form, &'static Issuer);

/// Forms by the way in which their keys begin.
struct Index {
    /// For each two bytes, the place of their group in `groups`.
    heads: Vec<u16>,
    /// Forms that begin with the same two bytes. The first group is empty.
    groups: Vec<Vec<Entry>>,
    /// Forms that begin with a run, or with a text of one byte.
    open: Vec<Entry>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { heads: vec![0; 1 << 16], groups: vec![Vec::new()], open: Vec::new() };
    for issuer in all() {
        for form in issuer.read() {
            let Some(head) = form.prefix().as_bytes().first_chunk() else {
                index.open.push((form, issuer));
                continue;
            };
            let place = &mut index.heads[usize::from(u16::from_be_bytes(*head))];
            if *place == 0 {
                *place = u16::try_from(index.groups.len()).unwrap_or_default();
                index.groups.push(Vec::new());
            }
            index.groups[usize::from(*place)].push((form, issuer));
        }
    }
    index
});

/// The forms that begin with the two bytes that a text begins with.
#[must_use]
pub fn starting(text: &[u8]) -> &'static [Entry] {
    let [first, second, ..] = *text else { return &[] };
    let index = &*INDEX;
    &index.groups[usize::from(index.heads[usize::from(u16::from_be_bytes([first, second]))])]
}

/// The forms that no two bytes tell: a run of some length comes first.
#[must_use]
pub fn open() -> &'static [Entry] {
    &INDEX.open
}

#[cfg(test)]
mod tests {
    use super::super::form::Part;
    use super::super::issuer::{BETTERLEAKS, Basis, GITLEAKS, TRUFFLEHOG};
    use super::*;

    #[test]
    fn every_row_says_what_it_is_and_where_that_stands() {
        for issuer in all() {
            assert!(issuer.words.starts_with("a ") || issuer.words.starts_with("an "), "{}", issuer.words);
            assert!(issuer.source.contains('.') && !issuer.forms.is_empty(), "{}", issuer.words);
            let by_scanners = [BETTERLEAKS, GITLEAKS, TRUFFLEHOG].contains(&issuer.source);
            assert_eq!(by_scanners, issuer.basis == Basis::Scanners, "{}", issuer.words);
            for text in issuer.forms {
                let form = Form::read(text);
                // Every key holds at least eight characters that nobody can guess.
                let secret: usize =
                    form.parts().iter().map(|part| if let Part::Run { least, .. } = part { *least } else { 0 }).sum();
                assert!(secret >= 8, "{text}");
            }
        }
        assert!(all().count() >= 100, "{}", all().count());
    }
}
