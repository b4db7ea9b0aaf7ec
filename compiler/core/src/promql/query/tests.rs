//! What Prometheus evaluates is read, what it refuses is refused, and the printed text is the author's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;

use super::PromqlQuery;
use crate::quantity::Duration;

fn read(text: &str) -> PromqlQuery {
    PromqlQuery::parse(text).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"))
}

fn printed(text: &str) -> String {
    read(text).print(Duration::from_secs(75), Duration::ZERO)
}

/// Queries as public repositories have them.
const QUERIES: &[&str] = &[
    r#"sum(rate(http_requests_total{job="x",code=~"5.."}[{{.window}}])) OR on() vector(0)"#,
    r#"sum(rate(a_total[5m])) + sum(rate(b_total[5m]))"#,
    r#"sum by (cluster, node) (rate(x_total[5m])) * on (cluster, node) group_left (role) kube_node_role{role="worker"}"#,
    r#"label_replace(sum without (pod) (rate(x_total[{{ .window }}])), "app", "$1", "deployment", "(.+)-[0-9]+")"#,
    r#"count(up{job="x"} == 0) or vector(0)"#,
    r#"(sum(rate(x[5m]) > bool 0.5) by (a)) or up{job="y"} unless on (a) z"#,
    r#"max_over_time((sum(rate(x_total[5m])))[30m:1m])"#,
    r#"histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 0.3"#,
    r#"-x ^ 2 ^ y + 1e-3 * 0x1f % 4"#,
    r#"topk(3, x) - bottomk(1, y offset 1d)"#,
    "sum(\n  rate(x_total{a=\"#\"}[5m]) # all of them\n)",
    r#"absent(up{job="x"}) atan2 y"#,
    r#"clamp_max(sum(kube_pod_status_ready{condition="true"}), 1)"#,
    r#"count_values("version", build_info)"#,
    r#"x and ignoring (a) (y)"#,
    r#"{"http.server.requests", "service.name"="shop"}"#,
    r#"day_of_week() == bool 6 * on () group_left x"#,
    r#"quantile(0.9, x) by (a, "b.c")"#,
    r#"x{le="+Inf"} * Inf"#,
    r#"label_join(x, "a", ",")"#,
];

#[test]
fn what_people_write_is_read_and_printed_as_it_was() {
    for text in &QUERIES[..QUERIES.len() - 4] {
        let is_single_line = !text.contains('\n');
        let one = printed(text);
        if is_single_line {
            let expected = text.replace("{{.window}}", "1m15s").replace("{{ .window }}", "1m15s");
            assert_eq!(one, expected);
        }
        assert_eq!(printed(&one), one, "{text}");
    }
    assert_eq!(printed("sum(\n  rate(x_total{a=\"#\"}[5m]) # all of them\n)"), "sum( rate(x_total{a=\"#\"}[5m]) )");
    assert_eq!(printed("x{a=\"1\" # it's\n}"), "x{a=\"1\" }");
}

#[test]
fn another_parser_reads_what_is_printed() {
    // It knows neither names in quotes nor, behind `group_left`, a missing list.
    let skipped = [r#"{"http"#, r#"day_of_week()"#, r#""b.c""#];
    for text in QUERIES.iter().filter(|text| !skipped.iter().any(|part| text.contains(part))) {
        let one = printed(text);
        promql_parser::parser::parse(&one).unwrap_or_else(|fault| panic!("{one}: {fault}"));
    }
}

#[test]
fn faults_stand_at_their_place() {
    for (text, place, message) in [
        ("", "", "expected an expression, found nothing"),
        ("1 + 1", "1 + 1", "the value of this expression is a number, not a vector"),
        ("vector(1)", "vector(1)", "this expression reads no metric"),
        ("x_total[5m]", "x_total[5m]", "the value of this expression is a range"),
        ("sum(rate(x_total))", "x_total", "`rate` takes a range, found an instant vector"),
        ("sum(rat(x_total[5m]))", "rat", "Prometheus has no function `rat`"),
        ("limitk(3, x)", "limitk", "Prometheus has no function `limitk`"),
        ("sum(rate(x_total[5m])", "", "expected `)`, found the end of the expression"),
        ("sum(x_total) sum(y)", "s", "expected an operator or the end of the expression, found `s`"),
        ("rate(x[{{.range}}])", "{{.range}}", "the template `{{.range}}` is not known"),
        ("rate(x[5])", "5", "expected a length of time, found `5`"),
        (
            "rate({__name__=~\"a|b\"}[5m])",
            "__name__=~\"a|b\"",
            "a range of several metrics: Prometheus drops their names and fails",
        ),
        ("x @ 5", "@", "an indicator looks at the present: `@` is not allowed"),
        ("x{a=5}", "5", "expected a quoted value, found `5`"),
        ("x and 1", "and", "`and` beside a number"),
        ("x + bool y", "+", "`bool` behind `+`"),
        ("1 > 2 + x > 1 > 1", "", ""),
        ("topk(x)", "topk", "`topk` takes 2 arguments, found 1"),
        ("round(x, 1, 2)", "round", "`round` takes 1 to 2 arguments, found 3"),
        ("x offset y", "y", "expected how far back to look, found `y`"),
        ("y + x offset 1h offset 2h", "offset", "a second `offset`"),
        ("x * on (a, b) group_left (b) y", "*", "`b` stands in `on` and in `group_left`"),
        ("x * on (a) group_left (sum(y))", "(", "expected `)`, found `(`"),
        ("label_join(x, \"a\")", "label_join", "`label_join` takes at least 3 arguments, found 2"),
        ("sum(x)[5m]", "[5m]", "only a selector has a range"),
    ] {
        let Err(faults) = PromqlQuery::parse(text) else {
            assert!(message.is_empty(), "{text} was read");
            continue;
        };
        let found = (&text[faults[0].range.clone()], faults[0].message.as_str());
        assert_eq!(found, (place, message), "{text}");
    }
}

#[test]
fn labels_that_a_result_cannot_have() {
    let lost = |text: &str, label: &str| read(text).loses(label).map(|range| text[range].to_owned());
    for (text, place) in [
        ("sum(rate(x[5m]))", Some("sum")),
        ("sum by (b) (rate(x[5m]))", Some("sum")),
        ("sum by (a) (rate(x[5m]))", None),
        ("sum without (a) (x)", Some("sum")),
        ("sum without (b) (x)", None),
        ("rate(x[5m])", None),
        ("sum by (a) (sum by (b) (x))", Some("sum")),
        ("x / on (b) y", Some("/")),
        ("x / on (a) y", None),
        ("x / ignoring (a) y", Some("/")),
        ("x * on (b) group_left (a) y", None),
        ("x * on (b) group_left sum by (b) (y)", None),
        ("sum by (b) (x) * on (b) group_left (a) y", None),
        ("sum by (a) (x) or vector(0)", Some("sum by (a) (x) or vector(0)")),
        ("sum by (a) (x) unless sum(y)", None),
        ("label_replace(sum(x), \"a\", \"1\", \"\", \"\")", None),
        ("label_replace(sum(x), \"b\", \"1\", \"\", \"\")", Some("sum")),
        ("2 * sum by (a) (x)", None),
        ("topk by (b) (1, x)", None),
        ("count_values(\"a\", x)", None),
    ] {
        assert_eq!(lost(text, "a").as_deref(), place, "{text}");
    }
}

#[test]
fn what_is_never_absent_is_known() {
    for (text, expected) in [
        ("sum(rate(x[5m])) or vector(0)", true),
        ("sum(sum(rate(x[5m])) or on() vector(0))", true),
        ("(sum(x) or vector(0)) + 1", true),
        ("(sum(x) or vector(0)) + sum(y)", false),
        ("sum(x) or up", false),
        ("sum(x) > 0 or sum(y)", false),
        ("(sum(x) or vector(0)) > 0", false),
    ] {
        assert_eq!(read(text).is_never_absent(), expected, "{text}");
    }
}

#[test]
fn late_data_is_waited_for_at_every_selector() {
    let late = |text: &str| read(text).print(Duration::from_secs(75), Duration::from_secs(300));
    assert_eq!(
        late(r#"sum(rate(x{a="b"}[{{.window}}])) / on () y"#),
        r#"sum(rate(x{a="b"}[1m15s] offset 5m)) / on () y offset 5m"#
    );
    assert_eq!(late("x offset 1h + time()"), "x offset 1h5m + (time() - 300)");
    assert_eq!(late("time() # now\n - x"), "(time() - 300) - x offset 5m");
    assert_eq!(late("time( # )\n) - x"), "(time( ) - 300) - x offset 5m");
    assert_eq!(late("x-y"), "x offset 5m-y offset 5m");
    assert!(PromqlQuery::parse(&late("x-y")).is_ok() && PromqlQuery::parse("x offset -5m").is_err());
    assert_eq!(late("max_over_time(x[1h:1m])"), "max_over_time(x offset 5m[1h:1m])");
}

#[test]
fn comments_stand_wherever_blanks_do() {
    let printed = |text: &str| read(text).print(Duration::from_secs(75), Duration::ZERO);
    for (text, expected) in [
        ("time() #c\n- x", "time() - x"),
        ("time( # )\n) - x", "time( ) - x"),
        ("sum # c (\n by (a) # x\n (rate(x[5m]))", "sum by (a) (rate(x[5m]))"),
        ("rate # a\n(x[5m])", "rate (x[5m])"),
        ("rate(x[ # ]\n5m # ]\n])", "rate(x[ 5m ])"),
        ("rate(x # a\n[5m] # b\n offset # c\n 5m)", "rate(x [5m] offset 5m)"),
        ("x{a=\"#\" # }\n}", "x{a=\"#\" }"),
        ("max_over_time(x[1h # :\n: # ]\n 1m])", "max_over_time(x[1h : 1m])"),
        ("x * on (a) group_left ( # )\n b\n, c) y", "x * on (a) group_left ( b , c) y"),
        ("count_values # c\n(\"a\", x)", "count_values (\"a\", x)"),
        ("sum # c\n + x", "sum + x"),
    ] {
        assert_eq!(printed(text), expected, "{text}");
    }
}

#[test]
fn nesting_has_an_end() {
    for text in [
        format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("{}x", "-".repeat(100_000)),
        format!("x{}", "^x".repeat(100_000)),
        format!("x{}", "+x".repeat(100_000)),
        format!("{}x", "sum(".repeat(100_000)),
    ] {
        assert!(PromqlQuery::parse(&text).is_err());
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_has_a_fault_in_it(text in r#"[a-z(){}\[\]"'`#=~!<>+*/^, .:0-9@-]{0,40}|.{0,20}"#) {
        match PromqlQuery::parse(&text) {
            Ok(query) => {
                let one = query.print(Duration::from_secs(75), Duration::from_secs(60));
                prop_assert!(PromqlQuery::parse(&one).is_ok(), "{} became {}", text, one);
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
