//! Any text as a selector: faults lie inside the text, and what is accepted means the same to `promql-parser` and, once
//! printed, to ourselves.
#![no_main]

use emberline_core::promql::{MatchOp, Select, Selector, parse_selector};
use libfuzzer_sys::fuzz_target;
use promql_parser::label::MatchOp as TheirOp;
use promql_parser::parser::{self, Expr};

/// Metric and matchers, places apart.
type Meaning = (Option<String>, Vec<(String, MatchOp, String)>);

fuzz_target!(|text: &str| {
    match parse_selector(text) {
        Ok(read) => {
            let matchers = read.borrowed();
            let printed = Select { metric: read.metric_name(), matchers: &[&matchers] }.to_string();
            let again = parse_selector(&printed).map(|again| ours(&again));
            assert_eq!(again, Ok(ours(&read)), "{printed}");
            // It reads bytes as characters, knows escapes in backticks, and has regexes that are not RE2's.
            if !text.contains(['\\', '~']) && !has_their_keyword(text) {
                assert_eq!(Ok(ours(&read)), theirs(text));
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(text.get(fault.range.clone()).is_some(), "{fault:?}");
                assert!(!fault.message.is_empty());
            }
        }
    }
});

/// Words that `promql-parser` takes for keywords where Prometheus takes them for names.
fn has_their_keyword(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["anchored", "smoothed", "or"].iter().any(|word| text.contains(word))
}

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
