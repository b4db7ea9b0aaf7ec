//! Selectors are read as Prometheus reads them, and faults stand where they are.
#![allow(clippy::unwrap_used, clippy::panic)]

use promql_parser::label::MatchOp as TheirOp;
use promql_parser::parser::{self, Expr};
use proptest::prelude::*;

use super::{Selector, parse_selector};
use crate::promql::tree::{MatchOp, Select};

/// Metric and matchers, places apart.
type Meaning = (Option<String>, Vec<(String, MatchOp, String)>);

fn ours(selector: &Selector) -> Meaning {
    let matchers = selector.matchers.iter().map(|m| (m.label.clone(), m.op, m.value.clone())).collect();
    (selector.metric_name().map(str::to_owned), matchers)
}

fn theirs(text: &str) -> Result<Meaning, String> {
    let Expr::VectorSelector(read) = parser::parse(text)? else { return Err("not a selector".into()) };
    if read.offset.is_some() || read.at.is_some() || !read.matchers.or_matchers.is_empty() {
        return Err("not a bare selector".into());
    }
    let mut metric = read.name;
    let mut matchers = Vec::new();
    for matcher in read.matchers.matchers {
        let op = match matcher.op {
            TheirOp::Equal => MatchOp::Eq,
            TheirOp::NotEqual => MatchOp::Ne,
            TheirOp::Re(_) => MatchOp::Re,
            TheirOp::NotRe(_) => MatchOp::Nre,
        };
        if matcher.name == "__name__" && op == MatchOp::Eq && metric.is_none() {
            metric = Some(matcher.value);
        } else {
            matchers.push((matcher.name, op, matcher.value));
        }
    }
    Ok((metric, matchers))
}

#[test]
fn sound_selectors() {
    for text in [
        "up",
        " up\n",
        "a:b:c",
        "sum",
        "offset{a='b'}",
        r#"x{a="b",c!="d",e=~"f.*",g!~"h|i",}"#,
        "x {\n  a = \"b\", # why\n  c = 'd'\n} # end",
        r#"{"http.metric", "label.name"="x"}"#,
        r#"{__name__="x"}"#,
        r#"{__name__=~"x.+", a=""}"#,
        r#"x{a="\"\\\n\u00e9\x41\101"}"#,
        "x{a='it\"s', b=`raw`}",
        r#"{a="é", "größe"=~"[0-9]+"}"#,
        "x{}",
        r#"x{or="a", by='b', on=""}"#,
    ] {
        let read = parse_selector(text).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"));
        assert_eq!(Ok(ours(&read)), theirs(text), "{text}");
    }
}

#[test]
fn places_cover_the_tokens_as_written() {
    let text = r#" x{a != 'b', "c.d"=~"e\\.f"}"#;
    let read = parse_selector(text).unwrap();
    assert_eq!(&text[read.metric.unwrap().1], "x");
    let places: Vec<_> =
        read.matchers.iter().map(|m| (&text[m.label_range.clone()], &text[m.value_range.clone()])).collect();
    assert_eq!(places, [("a", "'b'"), (r#""c.d""#, r#""e\\.f""#)]);
    assert_eq!(read.matchers[1].value, r"e\.f");
}

/// Where Prometheus and `promql-parser` 0.11 disagree, this follows Prometheus.
#[test]
fn where_promql_parser_differs() {
    for (text, theirs_accepts) in [
        // It reads escapes in backticks, which have none.
        (r"x{a=~`\d+`}", false),
        // It knows no metric of these names.
        ("smoothed", false),
        // A regex that RE2 takes and Rust's engine does not.
        (r#"x{a=~"[[:alpha:]&&]"}"#, true),
    ] {
        assert!(parse_selector(text).is_ok(), "{text}");
        assert_eq!(theirs(text).is_ok(), theirs_accepts, "{text}");
    }
    // It takes the bytes of an escape for characters.
    assert_eq!(parse_selector(r#"x{a="\xc3\xa9"}"#).unwrap().matchers[0].value, "é");
    assert_eq!(theirs(r#"x{a="\xc3\xa9"}"#).unwrap().1[0].2, "Ã©");
    // It accepts what RE2 does not, `or` between matchers, and form feeds.
    for text in [r#"x{a=~"b**"}"#, "{a=\"b\" or c=\"d\"}", "x\u{c}"] {
        assert!(parse_selector(text).is_err() && parser::parse(text).is_ok(), "{text}");
    }
}

/// Found by the fuzz target: what was cut out of the call, to be suggested, was the call.
#[test]
fn what_is_suggested_instead_of_a_call_is_not_the_call() {
    for text in ["a#{\r(}", "a#{\r(x}", "sum #{\r by (x) (y)}", "a#{}\n(b)"] {
        let faults = parse_selector(text).unwrap_err();
        assert!(faults[0].message.contains("expected a bare selector"), "{text:?}: {faults:?}");
        assert!(!faults[0].hint.as_ref().unwrap().contains('('), "{text:?}: {faults:?}");
    }
}

#[test]
fn faults_stand_at_their_places() {
    for (text, expected) in [
        ("x[5m]", &[("[5m]", "range")] as &[_]),
        ("x[{{.window}}]", &[("[{{.window}}]", "range")]),
        ("x offset 5m", &[("offset 5m", "offset")]),
        ("x @ 123 offset 1h", &[("@ 123", "`@`"), ("offset 1h", "offset")]),
        ("sum(rate(x[5m]))", &[("sum(rate(x[5m]))", "aggregation `sum(…)`")]),
        ("rate(x[5m])", &[("rate(x[5m])", "function call `rate(…)`")]),
        ("x / y", &[("/ y", "operator `/`")]),
        ("x or y", &[("or y", "operator `or`")]),
        ("", &[("", "found nothing")]),
        ("{}", &[("{}", "names nothing")]),
        (r#"{a=~".*"}"#, &[(r#"{a=~".*"}"#, "absent label")]),
        (r#"x{a=~"b(?=c)"}"#, &[("(?=", "lookaround")]),
        (r#"x{a=~"\"é\\d(?=c)"}"#, &[("(?=", "lookaround")]),
        (r#"x{a="\."}"#, &[(r"\.", "escape")]),
        (r#"x{a="b}"#, &[(r#""b}"#, "does not end")]),
        (r#"x{a="b""#, &[("{", "never closed")]),
        (r#"x{a=="b"}"#, &[("==", "`==`")]),
        (r#"x{a!=="b", c=!"d"}"#, &[("!==", "`!==`"), ("=!", "`=!`")]),
        (r#"x{a="b" c="d"}"#, &[(" ", "expected `,`")]),
        (r#"x{a="b"c="d"}"#, &[("c", "expected `,`")]),
        (r#"x{http.route="b"}"#, &[("http.route", "without quotes")]),
        (r#"http.requests{a="b"}"#, &[("http.requests", "without quotes")]),
        (r#"x{"y"}"#, &[(r#""y""#, "named twice")]),
        (r#"x{__name__=~"y"}"#, &[(r#"__name__=~"y""#, "named twice")]),
        (r#"x{a="b"} y"#, &[("y", "end of the selector")]),
        (r#"x{a="b"}}"#, &[("}", "end of the selector")]),
        ("x{a=b, c=5}", &[("b", "quoted value"), ("5", "quoted value")]),
        ("x{a, b=\"c\"}", &[("a", "without an operator")]),
        ("x{a=}", &[("a=", "compared with nothing")]),
        ("x{,a=\"b\"}", &[(",", "found `,`")]),
        (r#"x{a: "b"}"#, &[(":", "`:`")]),
        (r#"{a="b" or c="d"}"#, &[("or", "found `or`")]),
        ("{{.metric}}", &[("{{.metric}}", "template")]),
        (r#""x""#, &[(r#""x""#, "found a string")]),
        ("42", &[("42", "number")]),
        ("bool{}", &[("bool", "without quotes")]),
        (r#"x{="b"}"#, &[("=\"b\"", "expected a label")]),
        (r#"x{a="\xff"}"#, &[(r#""\xff""#, "UTF-8")]),
        (r#"x{a="\ud800", b="\u12"}"#, &[(r"\ud800", "code"), (r"\u12", "code")]),
        (r#"x{a=="b", c=~"(", d.e="f"}[5m]"#, &[("==", ""), ("(", "regex"), ("d.e", ""), ("[5m]", "range")]),
    ] {
        let faults = parse_selector(text).map(drop).unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| &text[fault.range.clone()]).collect();
        let places: Vec<_> = expected.iter().map(|(place, _)| *place).collect();
        assert_eq!(found, places, "{text}: {faults:#?}");
        for (fault, (_, words)) in faults.iter().zip(expected) {
            assert!(fault.message.contains(words), "{text}: {faults:#?}");
            assert!(!fault.message.ends_with('.'), "{}", fault.message);
        }
    }
}

/// Blanks for Unicode, none for PromQL: found by fuzzing.
#[test]
fn foreign_blanks_are_faults_within_the_text() {
    for text in [
        "\t\u{b}\t",
        "x\u{3000}",
        "x{a\u{a0}}",
        "x{a=\u{2003}}",
        "x{\u{b}}",
        "x{}\u{85}",
        "sum(x)\u{3000}",
        "x == \u{3000}",
    ] {
        for fault in parse_selector(text).unwrap_err() {
            let found = text.get(fault.range.clone());
            assert!(found.is_some_and(|found| !found.is_empty()), "{text:?}: {fault:?}");
        }
    }
}

#[test]
fn the_selector_inside_a_query_is_suggested() {
    for (text, inner) in [
        (r#"sum(rate(x{a="b)"}[5m])) by (c)"#, r#"`x{a="b)"}`"#),
        ("sum by (a, b) (rate(x[5m]))", "`x`"),
        ("sum(x)", "`x`"),
        ("sum by (a) (x)", "the bare selector"),
        (r#"histogram_quantile(0.9, rate(x{a=~"b"}[5m]))"#, r#"`x{a=~"b"}`"#),
    ] {
        let faults = parse_selector(text).map(drop).unwrap_err();
        let hint = faults[0].hint.clone().unwrap();
        assert!(hint.contains(inner), "{text}: {hint}");
    }
}

fn blank() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(String::new()), 2 => Just(" ".into()), 1 => Just("\n\t".into()), 1 => Just(" # x\"}\n".into())]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        r#""([a-zé0-9.{},#]|\\[abfnrtv\\"]|\\x[0-7][0-9a-f]|\\u00[0-9a-f]{2}|\\[01][0-7]{2}){1,5}""#,
        r"'([a-z5.|\x22]|\\'){1,5}'",
        "`[a-z5.|'\"]{1,5}`",
    ]
}

fn matcher() -> impl Strategy<Value = String> {
    let label = prop_oneof!["[a-z_][a-z0-9_]{0,5}", Just("or".to_owned()), literal()];
    let plain = (prop_oneof!["=", "!="], literal());
    let regex = (prop_oneof!["=~", "!~"], r#""([a-z5.]|\\\\d|\(a\|b\)|[a-z]\*|[a-z]\+|\[ab\]){0,4}""#);
    let test = prop_oneof![plain, regex];
    // promql-parser takes an `or` before a blank for an operator.
    (label, blank(), test, blank())
        .prop_map(|(label, a, (op, value), b)| format!("{label}{}{op}{b}{value}", if label == "or" { "" } else { &a }))
}

fn selector() -> impl Strategy<Value = String> {
    let metric = prop_oneof!["[a-z_:][a-z0-9_:]{0,6}", Just(String::new()), Just("sum".to_owned())];
    let matchers = prop::collection::vec((blank(), matcher(), blank()), 0..4);
    (blank(), metric, blank(), matchers, any::<bool>(), blank()).prop_map(|(a, metric, b, matchers, comma, c)| {
        let trailing = if comma && !matchers.is_empty() { "," } else { "" };
        let matchers: Vec<_> = matchers.into_iter().map(|(a, m, b)| format!("{a}{m}{b}")).collect();
        format!("{a}{metric}{b}{{{}{trailing}}}{c}", matchers.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn both_parsers_read_sound_selectors_alike(text in selector()) {
        let read = parse_selector(&text).map(|read| ours(&read));
        match (read, theirs(&text)) {
            (Ok(ours), theirs) => prop_assert_eq!(Ok(ours), theirs, "{}", text),
            (Err(faults), Ok(_)) => prop_assert!(false, "{}: {:#?}", text, faults),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn what_is_read_is_printed_and_read_again(text in selector()) {
        if let Ok(read) = parse_selector(&text) {
            let matchers = read.borrowed();
            let printed = Select { metric: read.metric_name(), matchers: &[&matchers] }.to_string();
            prop_assert_eq!(ours(&parse_selector(&printed).unwrap()), ours(&read), "{}", printed);
        }
    }

    #[test]
    fn any_text_gives_a_selector_or_faults_within_it(
        text in r#"[ax_{}\[\]()"'`=!~,.@# \n\\0é-]{0,24}|\PC{0,24}|(x|\{|\}|a|=|"b"|,|=~|or|\{\{|sum|by|\(|\[5m\]| ){0,12}"#,
    ) {
        match parse_selector(&text) {
            Ok(read) => {
                // Escapes and RE2 apart, whatever is accepted here is accepted there.
                if !text.contains(['\\', '~']) {
                    prop_assert_eq!(Ok(ours(&read)), theirs(&text));
                }
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.range.clone()).is_some(), "{:?}", fault);
                }
            }
        }
    }
}
