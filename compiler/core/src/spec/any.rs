//! Any record of the spec language, for the test that what is written is read back as it was.

use std::sync::LazyLock;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::decode::{Decode, Decoder, Named, Needed};
use super::encode::{Comments, Encode, write};
use super::{
    Expression, Name, Number, ObservedSpec, PolicySpec, PricesSpec, Promql, Selectors, ServiceSpec, Text, Version,
};
use crate::quantity::{Bound, Date, Duration, Percent, Rate};
use crate::source::{Sources, Spanned};
use crate::target::Target;
use crate::yaml;

/// Where choices come from: bytes that proptest makes, then zeros, which choose the smallest of everything.
#[derive(Debug)]
pub(crate) struct Chance<'b>(&'b [u8]);

impl<'b> Chance<'b> {
    /// By these bytes.
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % end
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// A text, often one that YAML could misread.
    fn text(&mut self) -> String {
        const ODD: &[&str] = &[
            "a",
            "true",
            "null",
            "~",
            "0x1f",
            "1e3",
            "yes",
            "2024-01-01",
            "a: b",
            "a #b",
            "- a",
            "#",
            "'",
            "\"",
            "{a}",
            "[a",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "|",
            ">",
            "a\tb",
            "é",
            "日本",
            "{{ x }}",
            "a\\b",
            "=",
            "<<",
            ".inf",
            "0.10",
            "12:30:45",
            "?",
            "? a",
            ":",
            "a:",
            ", a",
            "\u{feff}a",
            "\u{2028}",
            "x{y=\"z\",w=~'5..'}",
        ];
        let mut text = self.one_of(ODD).to_owned();
        if self.below(3) == 1 {
            text.push(' ');
            text.push_str(self.one_of(ODD));
        }
        text
    }
}

/// What any record is made of.
pub(crate) trait Any {
    fn any(chance: &mut Chance<'_>) -> Self;
}

impl<T: Any> Any for Spanned<T> {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::made(T::any(chance))
    }
}

impl<T: Any> Any for Option<T> {
    fn any(chance: &mut Chance<'_>) -> Self {
        (chance.below(2) == 1).then(|| T::any(chance))
    }
}

impl<T: Any> Any for Needed<T> {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self(Some(T::any(chance)))
    }
}

impl<T: Any> Any for Vec<T> {
    fn any(chance: &mut Chance<'_>) -> Self {
        (0..chance.below(4)).map(|_| T::any(chance)).collect()
    }
}

impl<T: Any> Any for Named<T> {
    fn any(chance: &mut Chance<'_>) -> Self {
        // Names stand once each.
        let one = |at: usize, chance: &mut Chance<'_>| {
            let name = format!("{}{}", chance.text(), ["", " 1", " 2"][at]);
            (Spanned::made(name), Some(T::any(chance)))
        };
        let mut entries: Vec<_> = (0..chance.below(4).min(3)).map(|at| one(at, chance)).collect();
        entries.dedup_by(|one, other| one.0.value == other.0.value);
        Self(entries)
    }
}

impl Any for String {
    fn any(chance: &mut Chance<'_>) -> Self {
        chance.text()
    }
}

impl Any for bool {
    fn any(chance: &mut Chance<'_>) -> Self {
        chance.below(2) == 1
    }
}

impl Any for u32 {
    fn any(chance: &mut Chance<'_>) -> Self {
        chance.one_of(&[0, 1, 300, Self::MAX])
    }
}

impl Any for Name {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self(chance.text().replace(char::is_control, " ").trim_start_matches('\u{feff}').to_owned() + "n")
    }
}

impl Any for Text {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self(chance.text())
    }
}

impl Any for Promql {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::made(&chance.text())
    }
}

impl Any for Expression {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self(Promql::any(chance))
    }
}

impl Any for Selectors {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self((0..=chance.below(3)).map(|_| Spanned::any(chance)).collect())
    }
}

impl Any for Version {
    fn any(_: &mut Chance<'_>) -> Self {
        Self
    }
}

impl Any for Target {
    fn any(chance: &mut Chance<'_>) -> Self {
        chance.one_of(Self::ALL)
    }
}

impl Any for Duration {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::from_millis(chance.one_of(&[1, 300, 15_000, 90_000, 3_600_000, 2_592_000_000]))
    }
}

impl Any for Bound {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::parse(chance.one_of(&["300ms", "0.268435456s", "2.5ms", "1MiB", "1000", "0.5"])).unwrap()
    }
}

impl Any for Date {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::of_days_since_1970(chance.one_of(&[0, 20_000, 20_699]))
    }
}

impl Any for Percent {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::of_share(chance.one_of(&[Decimal::ONE, Decimal::new(999, 3), Decimal::new(5, 5)]))
    }
}

impl Any for Rate {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self::parse(chance.one_of(&["40/s", "10/h", "2.5/m", "1000/d"])).unwrap()
    }
}

impl Any for Number {
    fn any(chance: &mut Chance<'_>) -> Self {
        Self(chance.one_of(&[Decimal::ZERO, Decimal::new(5, 3), Decimal::from(25), Decimal::new(-15, 1)]))
    }
}

/// Everything of a record but its places and its styles.
fn bare(record: &impl std::fmt::Debug) -> String {
    static PLACES: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(r"span: Span \{ source: SourceId\([0-9]+\)[^}]*\}|style: [A-Za-z]+").unwrap()
    });
    PLACES.replace_all(&format!("{record:?}"), "").into_owned()
}

fn comes_back<T: Any + Encode + Decode + std::fmt::Debug>(bytes: &[u8]) {
    let record = T::any(&mut Chance(bytes));
    for comments in [Comments::No, Comments::Fields] {
        let text = write(&record, comments);
        let mut sources = Sources::default();
        let id = sources.add("any.yaml", text.clone());
        let parsed = yaml::parse(id, &text);
        assert!(parsed.findings.is_empty(), "{text}\n{:#?}", parsed.findings);
        let mut decoder = Decoder::default();
        let read = parsed.documents.first().and_then(|document| T::decode(document, &mut decoder)).unwrap();
        assert!(decoder.findings.is_empty(), "{text}\n{:#?}", decoder.findings);
        assert_eq!(bare(&read), bare(&record), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_record_that_is_written_is_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        comes_back::<ServiceSpec>(&bytes);
        comes_back::<PolicySpec>(&bytes);
        comes_back::<ObservedSpec>(&bytes);
        comes_back::<PricesSpec>(&bytes);
    }
}

#[test]
fn what_a_record_lacks_would_be_seen() {
    let mut chance = Chance(&[1; 400]);
    let (record, other) = (PolicySpec::any(&mut chance), PolicySpec::any(&mut Chance(&[])));
    assert_ne!(bare(&record), bare(&other));
    assert!(bare(&record).contains("scrape_interval: Some("), "{}", bare(&record));
}
