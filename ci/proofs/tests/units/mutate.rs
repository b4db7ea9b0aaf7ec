//! Faults to plant in a rule file, one a copy: each is a line that a slip of the compiler might have written.
//!
//! Expressions are changed as texts. Nothing here knows what a rule should say, only how rules are written.

use std::ops::Range;

/// A rule file with one fault.
pub struct Mutant {
    /// What was changed: the kind of fault, the rule, and both lines.
    pub name: String,
    /// The kind of fault.
    pub kind: &'static str,
    /// The whole file.
    pub text: String,
}

/// A changed line, or `None` for a line that is gone.
type Change = (&'static str, Option<String>);

/// Every mutant of a rule file.
pub fn mutants(rules: &str) -> Vec<Mutant> {
    let lines: Vec<&str> = rules.lines().collect();
    let (mut mutants, mut rule, mut block, mut expr) = (Vec::new(), "", "", "");
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = line.strip_prefix("  - ") {
            rule = name;
        }
        if line.starts_with("    ") && !line.starts_with("     ") {
            block = line.trim();
            expr = line.strip_prefix("    expr: ").unwrap_or(expr);
        }
        for (kind, change) in changes(line, block) {
            if change.as_deref() == Some(*line) || change.is_none() && has_label(rule, expr, line) {
                continue;
            }
            let kept = lines.iter().enumerate().filter_map(|(other, line)| match &change {
                Some(change) if other == at => Some(change.as_str()),
                None if other == at => None,
                _ => Some(line),
            });
            let shown = change.as_deref().unwrap_or("(gone)").trim();
            let name = format!("{kind} of {rule}, line {}\n    was {}\n    is  {shown}", at + 1, line.trim());
            mutants.push(Mutant { name, kind, text: kept.flat_map(|line| [line, "\n"]).collect() });
        }
    }
    mutants
}

/// Whether what an expression gives has a label already: windows, counts and alerts read series that the base rules
/// labelled, and keep their labels. Such a label of a rule is said twice, and a rule without it records the same.
fn has_label(rule: &str, expr: &str, line: &str) -> bool {
    let is_own = ["service: ", "slo: "].iter().any(|label| line.trim().starts_with(label));
    is_own && !rule.ends_with(":rate_base") && !expr.starts_with("vector(")
}

fn changes(line: &str, block: &str) -> Vec<Change> {
    if let Some(expr) = line.strip_prefix("    expr: ") {
        return expression(expr).into_iter().map(|(kind, expr)| (kind, Some(format!("    expr: {expr}")))).collect();
    }
    for (field, kind) in [("    keep_firing_for: ", "keep_firing_for"), ("    for: ", "for")] {
        if let Some(length) = line.strip_prefix(field).and_then(|text| humantime::parse_duration(text).ok()) {
            return vec![(kind, None), (kind, Some(format!("{field}{}s", length.as_secs() * 2)))];
        }
    }
    if block == "labels:"
        && let Some((label, _)) = line.strip_prefix("      ").and_then(|pair| pair.split_once(": "))
    {
        return vec![("label", None), ("label", Some(format!("      {label}: mutated")))];
    }
    Vec::new()
}

/// Faults of an expression.
fn expression(expr: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    windows(expr, &mut found);
    thresholds(expr, &mut found);
    matchers(expr, &mut found);
    fills(expr, &mut found);
    series(expr, &mut found);
    for (kind, from, to) in
        [("operator", " and ", " or "), ("operator", " unless ", " and "), ("operator", " / ", " * ")]
    {
        for (at, _) in expr.match_indices(from) {
            found.push((kind, replaced(expr, at..at + from.len(), to)));
        }
    }
    found
}

/// Every range twice and half as long.
fn windows(expr: &str, found: &mut Vec<(&'static str, String)>) {
    for (open, _) in expr.match_indices('[') {
        let rest = &expr[open + 1..];
        let Some(end) = rest.find([':', ']']) else { continue };
        let Ok(length) = humantime::parse_duration(&rest[..end]) else { continue };
        for millis in [length.as_millis() * 2, length.as_millis() / 2] {
            found.push(("window", replaced(expr, open + 1..open + 1 + end, &format!("{millis}ms"))));
        }
    }
}

/// Every number larger and smaller: thresholds of burn rates, budgets and objectives by a tenth; guards and the seconds of a
/// step by half, since events come whole.
fn thresholds(expr: &str, found: &mut Vec<(&'static str, String)>) {
    const TENTH: [f64; 2] = [1.1, 0.9];
    const HALF: [f64; 2] = [1.5, 0.5];
    for (start, kind, factors) in [
        ("> ", "burn rate", TENTH),
        (">= ", "guard", HALF),
        ("/ ", "budget", TENTH),
        ("* ", "unit", HALF),
        ("vector(", "constant", TENTH),
    ] {
        for (at, _) in expr.match_indices(start) {
            let from = at + start.len();
            let digits = expr[from..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(expr.len() - from);
            let Ok(number) = expr[from..from + digits].parse::<f64>() else { continue };
            if number == 0.0 {
                continue;
            }
            for factor in factors {
                found.push((kind, replaced(expr, from..from + digits, &(number * factor).to_string())));
            }
        }
    }
}

/// Every matcher gone or with another value. Two operands of an operator are matched by all their labels: what only one of
/// them may say less strictly changes nothing, so there a matcher goes from all of them at once.
fn matchers(expr: &str, found: &mut Vec<(&'static str, String)>) {
    let is_one = expr.matches('{').count() == 1 || expr.contains('[') && !expr.contains("\"} ");
    let mut all: Vec<(Range<usize>, &str)> = Vec::new();
    for (open, _) in expr.match_indices('{') {
        let Some(length) = expr[open..].find('}') else { continue };
        let mut from = open + 1;
        for matcher in expr[from..open + length].split_inclusive(',') {
            all.push((from..from + matcher.len(), matcher.trim_end_matches(',')));
            from += matcher.len();
        }
    }
    for (range, matcher) in &all {
        let value = matcher.find('"').map_or(matcher.len(), |quote| quote + 1);
        found.push(("matcher", replaced(expr, range.start + value..range.start + value, "other-")));
        let own = matcher.starts_with("service=") || matcher.starts_with("slo=");
        if !own || is_one {
            found.push(("matcher", replaced(expr, range.clone(), "")));
        }
    }
    if !is_one {
        let mut own: Vec<&str> = all
            .iter()
            .map(|(_, matcher)| *matcher)
            .filter(|text| text.starts_with("slo=") || text.starts_with("service="))
            .collect();
        own.sort_unstable();
        own.dedup();
        for matcher in own {
            found.push(("matcher", expr.replace(&format!("{matcher},"), "").replace(matcher, "")));
        }
    }
}

/// `… or on (…) events * 0`, which reads missing errors as none, gone.
fn fills(expr: &str, found: &mut Vec<(&'static str, String)>) {
    for (at, _) in expr.match_indices(" or on (") {
        if let Some(length) = expr[at..].find(" * 0") {
            found.push(("fill", replaced(expr, at..at + length + " * 0".len(), "")));
        }
    }
}

/// Recorded series read in the place of others: the other side, or another window.
fn series(expr: &str, found: &mut Vec<(&'static str, String)>) {
    const WINDOWS: [&str; 8] = ["rate5m", "rate30m", "rate1h", "rate2h", "rate6h", "count5m", "count1d", "count3d"];
    for (at, _) in expr.match_indices("slo:bad_events") {
        found.push(("series", replaced(expr, at..at + "slo:bad_events".len(), "slo:events")));
    }
    for (at, _) in expr.match_indices("slo:events") {
        found.push(("series", replaced(expr, at..at + "slo:events".len(), "slo:bad_events")));
    }
    for (place, window) in WINDOWS.iter().enumerate() {
        for (at, _) in expr.match_indices(&format!(":{window}{{")) {
            for other in
                [place.checked_sub(1), Some(place + 1)].into_iter().flatten().filter_map(|place| WINDOWS.get(place))
            {
                found.push(("series", replaced(expr, at + 1..at + 1 + window.len(), other)));
            }
        }
    }
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(range, with);
    text
}
