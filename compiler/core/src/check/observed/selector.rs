//! A selector against real series: its labels, its values, and whether any series has them all.

use super::view::{Known, Series};
use crate::check::Context;
use crate::check::listed::listed;
use crate::code;
use crate::finding::{Finding, Severity};
use crate::promql::{MatchOp, Selector, SelectorMatcher, boundary};
use crate::source::Span;
use crate::suggest;

/// A selector and where its parts stand.
pub(super) struct Placed<'s> {
    pub(super) selector: &'s Selector,
    /// The place of a range of its text, or of the whole where nobody wrote that range.
    pub(super) place: Box<dyn Fn(std::ops::Range<usize>) -> Span + 's>,
}

/// What holding a selector against its series shows.
pub(super) enum Outcome {
    /// Some series match, or nobody can tell.
    Matches,
    /// Certain faults.
    Faults(Vec<Finding>),
    /// Nothing matches, which may be health: the values can occur.
    Quiet,
}

/// Holds a selector against the series of its metric. `may_be_missing` is whether its series appear only on failure.
pub(super) fn judge(
    context: &Context<'_>,
    placed: &Placed<'_>,
    name: &str,
    series: &Series<'_>,
    may_be_missing: bool,
) -> Outcome {
    let mut faults = Vec::new();
    let mut is_quiet = false;
    for matcher in &placed.selector.matchers {
        match series.label(&matcher.label) {
            Known::Unlisted => {}
            Known::Absent if matcher.accepts("") && !is_negative(matcher) => {}
            Known::Absent if may_be_missing && appears_on_failure(context, &matcher.label, name) => is_quiet = true,
            Known::Absent => faults.push(no_label(placed, name, series, matcher)),
            Known::Listed(values) if matcher.accepts_any(values.iter().copied()) => {}
            Known::Listed(values) if matcher.label == "le" => faults.push(no_bucket(placed, name, &values, matcher)),
            Known::Listed(values) => match meant(matcher, &values) {
                None if may_be_missing => is_quiet = true,
                hint => faults.push(no_value(placed, name, &values, matcher, hint)),
            },
        }
    }
    if !faults.is_empty() {
        return Outcome::Faults(faults);
    }
    if is_quiet {
        return Outcome::Quiet;
    }
    match series.rows(&placed.selector.matchers) {
        Some(rows) if rows.is_empty() && may_be_missing => Outcome::Quiet,
        Some(rows) if rows.is_empty() => Outcome::Faults(vec![nothing(placed, name)]),
        _ => Outcome::Matches,
    }
}

fn is_negative(matcher: &SelectorMatcher) -> bool {
    matches!(matcher.op, MatchOp::Ne | MatchOp::Nre) && !matcher.value.is_empty()
}

/// Whether series may get a label only once something fails: the convention for errors, or a spec's word.
fn appears_on_failure(context: &Context<'_>, label: &str, name: &str) -> bool {
    let index = &context.model.index;
    let declared = match index.series(&context.service.name.value, name) {
        crate::model::Declared::Metric(metric) => metric.label(label).is_some(),
        _ => false,
    };
    declared || ["error_type", "error.type"].contains(&label)
}

fn no_label(placed: &Placed<'_>, name: &str, series: &Series<'_>, matcher: &SelectorMatcher) -> Finding {
    let labels = series.labels();
    let place = (placed.place)(matcher.label_range.clone());
    let near = suggest::did_you_mean(&matcher.label, labels.iter().copied());
    let mut finding =
        Finding::new(&code::LABEL_NOT_FOUND, place, format!("no series of `{name}` has the label `{}`", matcher.label))
            .label(if is_negative(matcher) { "excludes nothing" } else { "selects nothing" })
            .note(listed("its labels are", &labels))
            .hint(near.unwrap_or_else(|| "use one of its labels, or remove the matcher".to_owned()));
    if is_negative(matcher) {
        finding.severity = Severity::Warning;
    }
    finding
}

fn no_value(
    placed: &Placed<'_>,
    name: &str,
    values: &[&str],
    matcher: &SelectorMatcher,
    hint: Option<String>,
) -> Finding {
    let place = (placed.place)(matcher.value_range.clone());
    let message = format!("no value of `{}` on `{name}` matches `{}`", matcher.label, matcher.value);
    Finding::new(&code::VALUE_NOT_FOUND, place, message)
        .label("matches no value that is exported")
        .note(listed("its values are", values))
        .hint(hint.unwrap_or_else(|| "use one of its values".to_owned()))
}

fn no_bucket(placed: &Placed<'_>, name: &str, bounds: &[&str], matcher: &SelectorMatcher) -> Finding {
    let place = (placed.place)(matcher.value_range.clone());
    let wanted: Option<f64> = matcher.value.parse().ok();
    let same = bounds.iter().find(|bound| bound.parse::<f64>().ok() == wanted && wanted.is_some());
    let hint = match same {
        Some(same) => format!("write `le=\"{same}\"`, as it is exported"),
        None => "use one of its boundaries, or add this one where the histogram is made".to_owned(),
    };
    // A selector asks for every spelling of its boundary; its author wrote one.
    let asked = match boundary::named(matcher.op, &matcher.value).as_slice() {
        [one] if matcher.op == MatchOp::Re => one.to_string(),
        _ => matcher.value.clone(),
    };
    Finding::new(&code::BUCKET_NOT_FOUND, place, format!("`{name}` has no bucket `{asked}`"))
        .label("no such boundary is exported")
        .note(listed("its boundaries are", bounds))
        .hint(hint)
}

fn nothing(placed: &Placed<'_>, name: &str) -> Finding {
    let matchers = &placed.selector.matchers;
    let range = match (matchers.first(), matchers.last()) {
        (Some(first), Some(last)) => first.label_range.start..last.value_range.end,
        _ => 0..0,
    };
    Finding::new(
        &code::SELECTOR_MATCHES_NOTHING,
        (placed.place)(range),
        format!("no series of `{name}` matches all of this"),
    )
    .label("each matcher accepts some series, all together accept none")
    .hint("remove the matcher that is wrong, or correct its value")
}

/// What was probably meant by a value that nothing has: `None` where it may be right, and has only not happened yet.
fn meant(matcher: &SelectorMatcher, values: &[&str]) -> Option<String> {
    let is_regex = matches!(matcher.op, MatchOp::Re | MatchOp::Nre);
    let text = matcher.value.as_str();
    if let Some(class) =
        text.strip_suffix("xx").filter(|class| class.len() == 1 && class.bytes().all(|b| b.is_ascii_digit()))
        && values.iter().any(|value| value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit()))
    {
        return Some(format!("write `=~\"{class}..\"`: the dot of a regex stands for any character"));
    }
    if !is_regex && text.contains(['|', '*']) {
        let pattern = crate::promql::regex::Pattern::new(text).ok()?;
        return values
            .iter()
            .any(|value| pattern.matches(value))
            .then(|| format!("write `=~\"{text}\"`: it is a regex"));
    }
    // One status code is as near to another as to a third.
    if text.is_empty() || text.contains(|c: char| c.is_ascii_digit()) || is_regex && text.contains(['.', '*', '[', '('])
    {
        return None;
    }
    let same =
        values.iter().find(|value| value.eq_ignore_ascii_case(text)).map(|value| format!("did you mean `{value}`?"));
    same.or_else(|| suggest::did_you_mean(text, values.iter().copied()))
}
