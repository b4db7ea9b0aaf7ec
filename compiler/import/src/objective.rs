//! An imported objective, before it is known what compiles: the form between every peer and the writer.

use emberline_core::RESERVED_LABELS;
use emberline_core::quantity::{Duration, Percent, decimal};
use emberline_core::source::{Span, Spanned};
use emberline_core::spec::{AlertingSpec, MetricSpec, SliSpec};
use emberline_core::yaml::Node;
use rust_decimal::Decimal;

use crate::report::Rows;
use crate::tree::{pairs, text};

/// Labels or annotations by name.
pub(crate) type Texts = Vec<(String, String)>;

/// An objective of a peer.
#[derive(Debug, Clone)]
pub(crate) struct Objective {
    /// Where it is named.
    pub(crate) at: Span,
    /// Its number in the report.
    pub(crate) number: usize,
    pub(crate) service: String,
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) target: Spanned<Percent>,
    pub(crate) window: Option<Duration>,
    /// Indicators that mean the same, the best first: the first that compiles is written.
    pub(crate) indicators: Vec<SliSpec>,
    pub(crate) alerting: AlertingSpec,
    pub(crate) labels: Texts,
    pub(crate) annotations: Texts,
    pub(crate) absent: Option<&'static str>,
    /// Native histograms, which need a declaration.
    pub(crate) metrics: Vec<(String, MetricSpec)>,
}

/// A target in percent, such as `99.9`.
pub(crate) fn percent(
    written: Option<(&str, Span)>,
    at: Span,
    what: &str,
    rows: &mut Rows,
) -> Option<Spanned<Percent>> {
    target(written, at, what, Decimal::ONE_HUNDRED, rows)
}

/// A target as a part of `whole`, strictly between 0 and it.
pub(crate) fn target(
    written: Option<(&str, Span)>,
    at: Span,
    what: &str,
    whole: Decimal,
    rows: &mut Rows,
) -> Option<Spanned<Percent>> {
    let Some((text, at)) = written else {
        rows.cannot(at, format!("an objective without `{what}`"), "there is nothing to hold events against");
        return None;
    };
    let share = decimal(text).and_then(|number| number.checked_div(whole));
    match share.filter(|share| *share > Decimal::ZERO && *share < Decimal::ONE) {
        Some(share) => {
            rows.maps(at, format!("`{what}: {text}`"), "objective");
            Some(Spanned::new(Percent::of_share(share.normalize()), at))
        }
        None => {
            let why = format!("an objective lies between 0 and {whole}, and leaves an error budget");
            rows.cannot(at, format!("`{what}: {text}`"), why);
            None
        }
    }
}

/// Labels that the rules may carry; those that our rules set themselves are left out, and said to be.
pub(crate) fn labels(node: Option<&Node>, rows: &mut Rows) -> Texts {
    let mut kept = Texts::new();
    for (key, value) in pairs(node) {
        let (name, Some(value)) = (&*key.value.text, text(value)) else {
            rows.cannot(key.span, format!("label `{}`", key.value.text), "its value is no text");
            continue;
        };
        if RESERVED_LABELS.contains(&name) {
            let why = "our rules set this label themselves; choose another name for it";
            rows.changes(key.span, format!("label `{name}: {value}` is left out"), why, "alerting");
        } else {
            put(&mut kept, name, value);
        }
    }
    kept
}

/// Annotations, as they are.
pub(crate) fn annotations(node: Option<&Node>) -> Texts {
    let texts = pairs(node).into_iter();
    texts.filter_map(|(key, value)| Some((key.value.text.to_string(), text(value)?.to_owned()))).collect()
}

/// Sets a label; a later one replaces an earlier one.
pub(crate) fn put(texts: &mut Texts, name: &str, value: &str) {
    texts.retain(|(known, _)| known != name);
    texts.push((name.to_owned(), value.to_owned()));
}
