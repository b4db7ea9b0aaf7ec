use super::{Compare, Is, Named, Node, Op, parse};

fn read(text: &str) -> Node {
    parse(text).unwrap()
}

/// Texts of every form, as the compiler and people write them.
const TEXTS: [&str; 24] = [
    "sum(rate(a_total{x=\"1\",y=~\"5..\"}[1m15s]))",
    "sum by (a, b) (rate(a_total[1m15s] offset 2m))",
    "sum without (replica) (rate(a_total[1m15s])) or on () slo:events:rate_base{service=\"s\",slo=\"o\"} * 0",
    "slo:events:rate_base{service=\"s\"} - on () sum(rate(d_bucket{le=\"0.3\"}[1m15s]))",
    "avg_over_time(slo:events:rate_base{service=\"s\"}[6h:1m])",
    "sum_over_time(slo:events:count5m[3d:5m]) * 60",
    "a > 0.0144 * b and c > 0.0144 * d",
    "(a > 0) unless b",
    "a / (b > 0) / 0.001",
    "1 - a / b",
    "vector(2592000)",
    "{\"http.requests\",\"a.b\"=\"c\"}",
    "count(max by (c) (x)) > bool 1e-3",
    "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))",
    "label_replace(x, \"__selector__\", \"2\", \"\", \"\")",
    "-a ^ 2 * 3",
    "a * on (x) group_left (y) b",
    "sum(x) by (a)",
    "rate(x[5m] @ 1600000000)",
    "max_over_time((time() - x)[1h:])",
    "clamp(x, 0, 1) >= 0",
    "a == ignoring (b) c",
    "`x` == \"y\" or 1 # no operator follows",
    "absent_over_time(up{job='a\\'b'}[5m])",
];

#[test]
fn another_parser_takes_the_same_texts() {
    for text in TEXTS {
        let ours = parse(text);
        let theirs = promql_parser::parser::parse(text);
        // Comparing strings is a matter of types, which only it checks.
        assert!(theirs.is_ok() || text.starts_with('`'), "{text}: {theirs:?}");
        assert!(ours.is_ok(), "{text}: {ours:?}");
    }
    for text in ["", "sum(", "a b", "a[5m", "a{b}", "a[5q]", "1 +", "\"open", "a{x=\"\\q\"}", "a)"] {
        assert!(parse(text).is_err(), "{text}");
        assert!(promql_parser::parser::parse(text).is_err(), "{text}");
    }
}

#[test]
fn each_part_of_a_text_means_what_it_means_within() {
    for text in TEXTS.iter().filter(|text| !text.starts_with('`')) {
        read(text).walk(&mut |node| {
            let part = text.get(node.at.clone()).unwrap();
            let again = read(part);
            // The other parser reads the part as well, so it is whole.
            assert!(promql_parser::parser::parse(part).is_ok(), "{part} of {text}");
            let (mut one, mut two) = (Vec::new(), Vec::new());
            node.walk(&mut |it| one.push(it.at.len()));
            again.walk(&mut |it| two.push(it.at.len()));
            assert_eq!(one, two, "{part} of {text}");
        });
    }
}

#[test]
fn operators_bind_as_in_prometheus() {
    let Is::Binary { op: Op::And, sides, .. } = read("a > 0.5 * b and c > d").is else { panic!() };
    let Is::Binary { op: Op::Compare(Compare::Gt), sides, .. } = &sides[0].is else { panic!() };
    assert!(matches!(sides[1].is, Is::Binary { op: Op::Mul, .. }));
    let Is::Binary { op: Op::Div, sides, .. } = read("a / b / c").is else { panic!() };
    assert!(matches!(sides[0].is, Is::Binary { op: Op::Div, .. }));
    let Is::Binary { op: Op::Or, sides, matching, .. } = read("a or on () b * 0").is else { panic!() };
    assert_eq!(matching.labels, Named::Only(Vec::new()));
    assert!(matches!(sides[1].is, Is::Binary { op: Op::Mul, .. }));
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(parse(&text).is_err());
}

#[test]
fn lengths() {
    for (text, millis) in [("a[1m15s]", 75_000), ("a[300ms]", 300), ("a[30d]", 2_592_000_000), ("a[90]", 90_000)] {
        assert!(matches!(read(text).is, Is::Select { range: Some(range), .. } if range == millis), "{text}");
    }
}
