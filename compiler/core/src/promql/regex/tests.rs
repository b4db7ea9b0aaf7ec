//! What Prometheus accepts, and natural values.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Pattern, check};

#[test]
fn samples_are_natural() {
    for (pattern, sample) in [
        ("5..", "500"),
        ("(5..|429)", "500"),
        ("/api.*", "/api"),
        ("GET|POST", "GET"),
        ("[45][0-9]{2}", "400"),
        ("500|503", "500"),
        (".+", "a"),
        ("", ""),
        ("^5..$", "500"),
        ("(?i)get", "GET"),
        ("a{bbb}", "a{bbb}"),
        (r"/users/\d+", "/users/1"),
    ] {
        assert_eq!(Pattern::new(pattern).unwrap().sample().unwrap(), sample, "{pattern}");
    }
    assert_eq!(Pattern::new("5..").unwrap().samples(3), ["500", "510", "520"]);
    assert_eq!(Pattern::new("a$b").unwrap().sample(), None);
}

#[test]
fn short_lists_are_listed() {
    let literals = |pattern: &str| Pattern::new(pattern).unwrap().literals();
    assert_eq!(literals("GET|POST").unwrap(), ["GET", "POST"]);
    assert_eq!(literals("50[03]").unwrap(), ["500", "503"]);
    assert_eq!(literals("(a|b)?c").unwrap(), ["c", "ac", "bc"]);
    assert_eq!(literals("200").unwrap(), ["200"]);
    assert_eq!(literals("5.."), None);
    assert_eq!(literals("a*"), None);
}

#[test]
fn matching_is_that_of_prometheus() {
    for (pattern, value, matches) in [
        ("5..", "500", true),
        ("5..", "5000", false),
        ("a|b", "ab", false),
        ("a.b", "a\nb", true),
        (r"\d+", "٣", false),
        (r"\w", "é", false),
        (r"[^\d]", "٣", true),
        ("[[a]+", "[a", true),
        ("[a&&b]", "&", true),
        ("x{,2}", "x{,2}", true),
        (r"\bé", "é", false),
        ("[]a]", "]", true),
        (r"\x{e9}", "é", true),
        ("(?i)é", "É", true),
        ("[[:alpha:]]", "a", true),
    ] {
        assert_eq!(Pattern::new(pattern).unwrap().matches(value), matches, "{pattern} on {value:?}");
    }
}

#[test]
fn what_re2_lacks_is_refused_at_its_place() {
    for (pattern, place) in [
        ("5(?=0)", "(?="),
        ("(?!5)..", "(?!"),
        ("(?<=a)b", "(?<="),
        (r"(a)\1", r"\1"),
        ("a**", "*"),
        ("a{2}{3}", "{3}"),
        ("a{1001}", "{1001}"),
        ("(a{100}){11}", "{100}"),
        ("(?x)a", "x"),
        (r"\u00e9", r"\u00e9"),
        (r"\<a", r"\<"),
        (r"[a--b]", "--"),
        (r"\Qa\E", r"\Q"),
        ("a(b", "("),
        ("a)b", ")"),
        ("[a", "["),
        ("*a", "*"),
        (r"\y", r"\y"),
        ("{{x(?=a)", "(?="),
        (r"\p{Foo}", r"\p{Foo}"),
        (r"\ps", r"\ps"),
        (r"\d\p{Foo}", r"\p{Foo}"),
        ("[z-a]", "z-a"),
    ] {
        let fault = check(pattern).unwrap_err();
        assert_eq!(&pattern[fault.range.clone()], place, "{pattern}: {fault:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_within_itself(pattern in r"[a5.*+?|(){}\[\]\\^$&~:,=<!dwsbpxQ-]{0,12}|\PC{0,12}") {
        match Pattern::new(&pattern) {
            Ok(read) => {
                for sample in read.samples(5) {
                    prop_assert!(read.matches(&sample), "{:?}", sample);
                }
                for word in read.literals().unwrap_or_default() {
                    let compiled = ::regex::Regex::new(&format!("^(?s:{})$", read.translated)).unwrap();
                    prop_assert!(compiled.is_match(&word));
                }
            }
            Err(fault) => prop_assert!(pattern.get(fault.range.clone()).is_some(), "{:?}", fault),
        }
    }

    #[test]
    fn shortcuts_agree_with_the_engine(
        pattern in prop::sample::select(vec!["5..", "a.", "[ab]c", ".é", "50[03]", "GET|POST", "a?b", ".."]),
        value in "[abc50é]{0,4}|GET|PO",
    ) {
        let read = Pattern::new(pattern).unwrap();
        let compiled = ::regex::Regex::new(&format!("^(?s:{pattern})$")).unwrap();
        prop_assert_eq!(read.matches(&value), compiled.is_match(&value));
    }
}
