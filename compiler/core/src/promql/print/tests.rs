//! What is printed parses to what was meant.
#![allow(clippy::unwrap_used, clippy::panic)]

use promql_parser::label::MatchOp as TheirOp;
use promql_parser::parser::{self, Expr as Theirs, LabelModifier, VectorMatchCardinality};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::promql::tree::{Aggregator, Compare, Expr, MatchOp, Matcher, Matching, Op, Select};

/// What an expression means, parentheses and notation apart: the common ground of both syntax trees.
#[derive(Debug, PartialEq)]
enum Shape {
    Number(f64),
    Text(String),
    Select(Vec<(String, &'static str, String)>),
    Range(Box<Shape>, u128),
    Subquery(Box<Shape>, u128, u128),
    Call(String, Vec<Shape>),
    Aggregate(String, Vec<String>, Box<Shape>),
    Without(String, Vec<String>, Box<Shape>),
    Binary(String, bool, Option<(bool, Vec<String>, Vec<String>)>, Box<Shape>, Box<Shape>),
}

fn ours(e: &Expr<'_>) -> Shape {
    match e {
        Expr::Number(n) => Shape::Number(n.to_string().parse().unwrap()),
        Expr::Literal(text) => Shape::Number(text.parse().unwrap()),
        Expr::Text(text) => Shape::Text((*text).to_owned()),
        Expr::Vector(n) => Shape::Call("vector".into(), vec![ours(&Expr::Number(*n))]),
        Expr::Select(s) | Expr::Recorded(s) => our_select(s),
        // The text is for Grafana to fill in; no parser of PromQL takes it.
        Expr::Within(..) => panic!("never printed for Prometheus"),
        Expr::Range(s, ms) => Shape::Range(Box::new(our_select(s)), u128::from(*ms)),
        Expr::Subquery { of, range_ms, step_ms } => {
            Shape::Subquery(Box::new(ours(of)), u128::from(*range_ms), u128::from(*step_ms))
        }
        Expr::Call(name, arguments) => Shape::Call((*name).to_owned(), arguments.iter().map(ours).collect()),
        Expr::Aggregate { op, by, of } => Shape::Aggregate(op.word().to_owned(), owned(by), Box::new(ours(of))),
        Expr::Without { op, labels, of } => Shape::Without(op.word().to_owned(), owned(labels), Box::new(ours(of))),
        Expr::Binary { lhs, op, matching, rhs } => {
            let (symbol, bool) = match op {
                Op::Or => ("or", false),
                Op::And => ("and", false),
                Op::Unless => ("unless", false),
                Op::Add => ("+", false),
                Op::Sub => ("-", false),
                Op::Mul => ("*", false),
                Op::Div => ("/", false),
                Op::Filter(c) => (compare(*c), false),
                Op::Test(c) => (compare(*c), true),
            };
            let matching = match matching {
                Matching::Whole => None,
                Matching::On(names) => Some((true, owned(names), Vec::new())),
                Matching::Ignoring(names) => Some((false, owned(names), Vec::new())),
                Matching::Left(names, carried) => Some((true, owned(names), owned(carried))),
            };
            Shape::Binary(symbol.into(), bool, matching, Box::new(ours(lhs)), Box::new(ours(rhs)))
        }
    }
}

fn our_select(s: &Select<'_>) -> Shape {
    let mut all: Vec<_> = s.metric.iter().map(|name| ("__name__".to_owned(), "=", (*name).to_owned())).collect();
    all.extend(s.matchers.iter().copied().flatten().map(|m| (m.label.to_owned(), m.op.symbol(), m.value.to_owned())));
    Shape::Select(all)
}

fn compare(c: Compare) -> &'static str {
    match c {
        Compare::Eq => "==",
        Compare::Ne => "!=",
        Compare::Gt => ">",
        Compare::Ge => ">=",
        Compare::Lt => "<",
        Compare::Le => "<=",
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn theirs(e: &Theirs) -> Shape {
    match e {
        Theirs::Paren(inner) => theirs(&inner.expr),
        Theirs::NumberLiteral(n) => Shape::Number(n.val),
        Theirs::StringLiteral(s) => Shape::Text(s.val.clone()),
        Theirs::VectorSelector(s) => their_select(s),
        Theirs::MatrixSelector(m) => Shape::Range(Box::new(their_select(&m.vs)), m.range.as_millis()),
        Theirs::Subquery(s) => {
            Shape::Subquery(Box::new(theirs(&s.expr)), s.range.as_millis(), s.step.unwrap().as_millis())
        }
        Theirs::Call(c) => {
            Shape::Call(c.func.name.to_owned(), c.args.args.iter().map(|argument| theirs(argument)).collect())
        }
        Theirs::Aggregate(a) => {
            let by = match &a.modifier {
                Some(LabelModifier::Include(names)) => names.labels.clone(),
                Some(LabelModifier::Exclude(names)) => {
                    return Shape::Without(a.op.to_string(), names.labels.clone(), Box::new(theirs(&a.expr)));
                }
                None => Vec::new(),
            };
            Shape::Aggregate(a.op.to_string(), by, Box::new(theirs(&a.expr)))
        }
        Theirs::Binary(b) => {
            let modifier = b.modifier.as_ref();
            let carried = modifier.map_or_else(Vec::new, |m| match &m.card {
                VectorMatchCardinality::ManyToOne(carried) => carried.labels.clone(),
                _ => Vec::new(),
            });
            let matching = modifier.and_then(|m| m.matching.as_ref()).map(|matching| match matching {
                LabelModifier::Include(names) => (true, names.labels.clone(), carried.clone()),
                LabelModifier::Exclude(names) => (false, names.labels.clone(), carried.clone()),
            });
            let bool = modifier.is_some_and(|m| m.return_bool);
            Shape::Binary(b.op.to_string(), bool, matching, Box::new(theirs(&b.lhs)), Box::new(theirs(&b.rhs)))
        }
        other => panic!("never printed: {other:?}"),
    }
}

fn their_select(s: &parser::VectorSelector) -> Shape {
    let mut all: Vec<_> = s.name.iter().map(|name| ("__name__".to_owned(), "=", name.clone())).collect();
    all.extend(s.matchers.matchers.iter().map(|m| {
        let symbol = match m.op {
            TheirOp::Equal => "=",
            TheirOp::NotEqual => "!=",
            TheirOp::Re(_) => "=~",
            TheirOp::NotRe(_) => "!~",
        };
        (m.name.clone(), symbol, m.value.clone())
    }));
    Shape::Select(all)
}

/// Random trees live until the end of the process: `Expr` borrows, and a strategy must return an owner of nothing.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn names(vec: Vec<String>) -> &'static [&'static str] {
    leak(vec.into_iter().map(|name| &**leak(name)).collect::<Vec<&str>>())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z_:][a-z0-9_:]{0,8}",
        2 => prop::sample::select(vec![
            "sum", "by", "on", "ON", "bool", "or", "and", "unless", "offset", "inf", "NaN", "start", "end", "step",
            "group_left", "ignoring", "atan2", "without", "range", "count_values", "max_of", "smoothed", "fill",
        ])
        .prop_map(str::to_owned),
        1 => "[a-z]{1,4}\\.[a-z]{1,4}",
        1 => "\\PC{1,6}",
    ]
}

fn matcher() -> impl Strategy<Value = Matcher<'static>> {
    let value = prop_oneof![
        3 => "[a-z0-9]{0,6}",
        2 => any::<String>(),
        1 => prop::sample::select(vec!["\"", "\\", "a\nb", "\u{7}\u{8}\u{b}\u{c}\0", "\u{85}\u{202e}", "é{{x}}"])
            .prop_map(str::to_owned),
    ];
    let op = prop::sample::select(vec![MatchOp::Eq, MatchOp::Ne, MatchOp::Re, MatchOp::Nre]);
    (name(), op, value).prop_map(|(label, op, value)| {
        let regex = matches!(op, MatchOp::Re | MatchOp::Nre);
        let value = if regex { regex_syntax::escape(&value) } else { value };
        Matcher { label: leak(label), op, value: leak(value) }
    })
}

fn select() -> impl Strategy<Value = Select<'static>> {
    (name(), prop::collection::vec(prop::collection::vec(matcher(), 0..3), 0..3)).prop_map(|(metric, slices)| {
        let slices: Vec<&'static [Matcher<'static>]> = slices.into_iter().map(|slice| &**leak(slice)).collect();
        Select { metric: Some(leak(metric)), matchers: leak(slices) }
    })
}

fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (any::<i32>(), 0..9u32).prop_map(|(n, scale)| Decimal::new(i64::from(n), scale)),
        (any::<i64>(), 0..28u32).prop_map(|(n, scale)| Decimal::new(n, scale)),
        Just(Decimal::ZERO),
    ]
}

fn ms() -> impl Strategy<Value = u64> {
    // promql-parser 0.11 reads durations through floats only where they are plain numbers, which are never printed.
    prop_oneof![1..1_000u64, (1..100_000u64).prop_map(|s| s * 1_000), (1..10_000u64).prop_map(|m| m * 60_000)]
}

fn scalar() -> impl Strategy<Value = Expr<'static>> {
    let leaf = prop_oneof![decimal().prop_map(Expr::Number), Just(Expr::Literal("1e+06"))];
    leaf.prop_recursive(2, 4, 2, |inner| {
        let op = prop::sample::select(vec![Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Test(Compare::Lt)]);
        (inner.clone(), op, inner).prop_map(|(l, op, r)| Expr::binary(leak(l), op, leak(r)))
    })
}

fn vector() -> impl Strategy<Value = Expr<'static>> {
    let labels =
        || prop::collection::vec(name().prop_filter("legacy in grouping", |n| n != "a:b"), 0..3).prop_map(names);
    let leaf = prop_oneof![
        4 => select().prop_map(Expr::Select),
        2 => (select(), ms()).prop_map(|(s, ms)| Expr::Call("rate", leak([Expr::Range(s, ms)]))),
        1 => decimal().prop_map(Expr::Vector),
    ];
    leaf.prop_recursive(5, 24, 3, move |inner| {
        let ops = vec![
            Op::Or,
            Op::And,
            Op::Unless,
            Op::Add,
            Op::Sub,
            Op::Mul,
            Op::Div,
            Op::Filter(Compare::Gt),
            Op::Filter(Compare::Eq),
            Op::Filter(Compare::Ne),
            Op::Test(Compare::Ge),
            Op::Test(Compare::Le),
        ];
        let op = prop::sample::select(ops.clone());
        let no_sets = prop::sample::select(ops[3..].to_vec());
        let aggregator = prop::sample::select(vec![
            Aggregator::Sum,
            Aggregator::Max,
            Aggregator::Min,
            Aggregator::Avg,
            Aggregator::Group,
            Aggregator::Count,
            Aggregator::Avg,
        ]);
        prop_oneof![
            1 => (aggregator.clone(), labels(), inner.clone())
                .prop_map(|(op, by, of)| Expr::Aggregate { op, by, of: leak(of) }),
            1 => (aggregator, labels(), inner.clone())
                .prop_map(|(op, labels, of)| Expr::Without { op, labels, of: leak(of) }),
            1 => (inner.clone(), ms(), ms()).prop_map(|(of, range_ms, step_ms)| {
                let subquery = Expr::Subquery { of: leak(of), range_ms, step_ms };
                Expr::Call("sum_over_time", leak([subquery]))
            }),
            1 => (inner.clone(), any::<String>()).prop_map(|(of, text)| {
                let text = Expr::Text(leak(text));
                Expr::Call("label_replace", leak([of, Expr::Text("dst"), text, Expr::Text("src"), Expr::Text(".*")]))
            }),
            3 => (inner.clone(), op, 0..3, labels(), inner.clone()).prop_map(|(l, op, kind, names, r)| {
                let matching = [Matching::Whole, Matching::On(names), Matching::Ignoring(names)][kind as usize];
                Expr::Binary { lhs: leak(l), op, matching, rhs: leak(r) }
            }),
            1 => (inner.clone(), no_sets.clone(), scalar()).prop_map(|(l, op, r)| Expr::binary(leak(l), op, leak(r))),
            1 => (inner.clone(), no_sets.clone(), labels(), inner.clone()).prop_map(|(l, op, names, r)| {
                let matching = Matching::Left(names, &["carried"]);
                Expr::Binary { lhs: leak(l), op, matching, rhs: leak(r) }
            }),
            1 => (scalar(), no_sets, inner).prop_map(|(l, op, r)| Expr::binary(leak(l), op, leak(r))),
        ]
    })
}

#[test]
fn late_data_is_waited_for_once() {
    let (raw, recorded) =
        (Select { metric: Some("x_total"), matchers: &[] }, Select { metric: Some("slo:x"), matchers: &[] });
    let range = [Expr::Range(raw, 75_000)];
    let rate = Expr::Call("rate", &range);
    let (recorded, now, level) = (Expr::Recorded(recorded), Expr::Call("time", &[]), Expr::Select(raw));
    let late = |e: &Expr<'_>| {
        let mut text = String::new();
        e.write_late(90_000, &mut text);
        text
    };
    assert_eq!(late(&Expr::binary(&recorded, Op::Sub, &rate)), "slo:x - rate(x_total[1m15s] offset 1m30s)");
    assert_eq!(late(&Expr::binary(&now, Op::Sub, &level)), "(time() - 90) - x_total offset 1m30s");
    assert_eq!(rate.to_string(), "rate(x_total[1m15s])");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_printed_tree_parses_to_itself(e in prop_oneof![4 => vector(), 1 => scalar()]) {
        let text = e.to_string();
        let parsed = parser::parse(&text).map_err(|reason| TestCaseError::fail(format!("{text}\n{reason}")))?;
        prop_assert_eq!(theirs(&parsed), ours(&e), "{}", text);
        let mut appended = String::new();
        e.write_to(&mut appended);
        prop_assert_eq!(appended, text);
    }

    #[test]
    fn numbers_are_exact(n in decimal()) {
        let text = Expr::Number(n).to_string();
        prop_assert_eq!(text.parse::<Decimal>().unwrap(), n);
        prop_assert_eq!(text, n.normalize().to_string());
    }

    #[test]
    fn durations_are_those_of_prometheus(ms in ms()) {
        let mut text = String::new();
        super::duration(&mut text, ms).unwrap();
        let theirs = promql_parser::util::display_duration(&std::time::Duration::from_millis(ms));
        prop_assert_eq!(text, theirs);
    }
}

#[test]
fn parentheses_are_minimal() {
    let [a, b, c] = ["a", "b", "c"].map(|name| Expr::Select(Select::new(name, &[])));
    let of = |l, op, r| -> Expr<'static> { Expr::binary(leak(l), op, leak(r)) };
    for (e, text) in [
        (of(of(a, Op::Sub, b), Op::Sub, c), "a - b - c"),
        (of(a, Op::Sub, of(b, Op::Sub, c)), "a - (b - c)"),
        (of(of(a, Op::Add, b), Op::Mul, c), "(a + b) * c"),
        (of(of(a, Op::Mul, b), Op::Add, c), "a * b + c"),
        (of(a, Op::Or, of(b, Op::And, c)), "a or b and c"),
        (of(of(a, Op::Or, b), Op::And, c), "(a or b) and c"),
        (of(of(a, Op::And, b), Op::Unless, c), "a and b unless c"),
        (of(a, Op::Div, of(b, Op::Filter(Compare::Gt), Expr::Number(Decimal::ZERO))), "a / (b > 0)"),
        (of(a, Op::Sub, Expr::Number(Decimal::NEGATIVE_ONE)), "a - -1"),
        (Expr::subquery(leak(of(a, Op::Mul, b)), 86_400_000, 300_000), "(a * b)[1d:5m]"),
    ] {
        assert_eq!(e.to_string(), text);
    }
}

#[test]
fn names_that_are_not_legacy_stand_in_quotes() {
    let added = [Matcher::ne("label.name", "a\"\\\n")];
    assert_eq!(Select::new("http.metric", &[&added, &[]]).to_string(), r#"{"http.metric","label.name"!="a\"\\\n"}"#);
    assert_eq!(Select::new("on", &[]).to_string(), r#"{"on"}"#);
    let grouped =
        Expr::aggregate(Aggregator::Max, &["http.route", "job"], &Expr::Select(Select::new("up", &[]))).to_string();
    assert_eq!(grouped, r#"max by ("http.route", job) (up)"#);
}

#[test]
fn numbers_and_durations_have_one_form() {
    for (mantissa, scale, text) in [(0, 5, "0"), (1_000, 3, "1"), (144, 4, "0.0144"), (-25, 1, "-2.5"), (600, 0, "600")]
    {
        assert_eq!(Expr::Number(Decimal::new(mantissa, scale)).to_string(), text);
    }
    assert_eq!(Expr::Number(Decimal::MAX).to_string(), Decimal::MAX.to_string());
    for (ms, text) in [
        (0, "0s"),
        (75_000, "1m15s"),
        (90_000, "1m30s"),
        (5_400_000, "1h30m"),
        (86_400_000, "1d"),
        (7 * 86_400_000, "1w"),
        (30 * 86_400_000, "30d"),
        (1_500, "1s500ms"),
    ] {
        let mut out = String::new();
        super::duration(&mut out, ms).unwrap();
        assert_eq!(out, text);
    }
}

#[test]
fn serializes_as_its_text() {
    let e = Expr::Vector(Decimal::ONE);
    assert_eq!(serde_json::to_value(e).unwrap(), "vector(1)");
}
