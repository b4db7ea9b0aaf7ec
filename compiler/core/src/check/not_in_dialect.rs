//! `not-in-dialect`: a ruler that is asked for cannot evaluate an objective's rules.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Base, NativeForm, Reading, Record};
use crate::model::Slo;
use crate::promql::{Expr, Select};
use crate::source::Span;
use crate::target::Target;

/// Functions that vmalert refuses: those of native histograms, which VictoriaMetrics stores as buckets of its own, and what is
/// behind a feature flag in Prometheus. Each was tried with vmalert 1.151's `-dryRun`.
const REFUSED: [&str; 3] = ["histogram_count", "histogram_sum", "info"];
/// Functions that MetricsQL has for classic buckets only: of a native histogram they give nothing.
const OF_BUCKETS: [&str; 4] = ["histogram_avg", "histogram_fraction", "histogram_stddev", "histogram_stdvar"];

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.policy.targets.contains(&Target::Vmalert) {
        return;
    }
    for (slo, plan) in context.slos() {
        let nothing = Expr::Recorded(Select::new("slo:events:rate_base", &[]));
        let base = Base {
            window: plan.timing.base.millis(),
            rated: plan.timing.spanned.millis(),
            native: NativeForm::Buckets,
            step: plan.timing.step.millis(),
            delay: plan.timing.delay.millis(),
            replicas: None,
            groups: &[],
            events: nothing,
            good: nothing,
        };
        let mut used = Used(Vec::new());
        plan.sli.record(&base, &mut used);
        let Some((function, is_refused)) = used.0.first() else { continue };
        let why = match is_refused {
            true => format!("vmalert has no function `{function}`, and refuses the whole file"),
            false => {
                format!("vmalert's `{function}` reads buckets, and a native histogram has none: nothing is recorded")
            }
        };
        findings.push(
            Finding::new(
                &code::NOT_IN_DIALECT,
                place(context, slo),
                format!("vmalert cannot evaluate the expressions of `{}`", slo.name.value),
            )
            .label(format!("its rules use `{function}`"))
            .note(why)
            .note("VictoriaMetrics keeps a native histogram as `_count`, and `_bucket` with the label `vmrange`")
            .hint("read `_count` and classic buckets there, or leave `vmalert` out of the policy's `targets`"),
        );
    }
}

/// Where the objective names the metric whose events it counts; else its name.
fn place(context: &Context<'_>, slo: &Slo) -> Span {
    let readings = slo.sli.readings();
    match readings.first() {
        Some(Reading::Histogram { name, .. }) => name.span,
        Some(Reading::Selected(query)) => query.place(context.sources, 0..query.text().len()),
        None => slo.name.span,
    }
}

/// The functions of base rules that vmalert lacks, each with whether it refuses it.
struct Used(Vec<(&'static str, bool)>);

impl Used {
    fn look(&mut self, expr: &Expr<'_>) {
        let text = expr.to_string();
        let calls = calls(&text);
        let refused = REFUSED.iter().filter(|name| calls.iter().any(|(call, _)| call == *name));
        let refused = refused.map(|name| (*name, true));
        let empty = OF_BUCKETS
            .iter()
            .filter(|name| calls.iter().any(|(call, behind)| call == *name && !arguments(behind).contains("_bucket")));
        self.0.extend(refused.chain(empty.map(|name| (*name, false))));
    }
}

impl Record for Used {
    fn events(&mut self, expr: &Expr<'_>) {
        self.look(expr);
    }

    fn good(&mut self, expr: &Expr<'_>) {
        self.look(expr);
    }

    fn bad(&mut self, expr: &Expr<'_>) {
        self.look(expr);
    }
}

/// The words before a parenthesis in an expression, each with what follows; texts in quotes are none.
fn calls(expr: &str) -> Vec<(&str, &str)> {
    let mut calls = Vec::new();
    let (mut word, mut quote) = (None, None);
    let mut escaped = false;
    for (at, c) in expr.char_indices() {
        if let Some(open) = quote {
            match c {
                _ if escaped => escaped = false,
                '\\' if open != '`' => escaped = true,
                _ if c == open => quote = None,
                _ => {}
            }
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' => {
                if let Some((start, end)) = word {
                    calls.push((&expr[start..end], &expr[at..]));
                }
            }
            _ => {}
        }
        word = match word {
            Some((start, end)) if end == at && is_word(c) => Some((start, at + c.len_utf8())),
            Some(kept) if c == ' ' => Some(kept),
            _ if is_word(c) => Some((at, at + c.len_utf8())),
            _ => None,
        };
    }
    calls
}

/// The text up to the parenthesis that closes the first one; a parenthesis in quotes may end it early or late, which costs no
/// more than a finding too many.
fn arguments(behind: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in behind.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => return &behind[..at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    behind
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn calls_are_found_and_texts_are_not() {
        let names = |expr| calls(expr).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names("sum by (a) (histogram_count (rate(x[5m])))"), ["by", "histogram_count", "rate"]);
        assert!(names(r#"{a="histogram_count(",b='\'info(',c=`info(`}"#).is_empty());
    }
}
