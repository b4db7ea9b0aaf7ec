//! Rules as they are written, and the list to which they are added.

use serde::Serialize;

use crate::indicator::NativeForm;
use crate::plan::SloPlan;
use crate::promql::{Expr, Matcher, Select};
use crate::quantity::Duration;

/// A rule group: its rules are evaluated in order, at one instant.
#[derive(Debug, Serialize)]
pub(crate) struct Group<'p> {
    pub(super) name: String,
    pub(super) interval: String,
    /// `0s` where the rules themselves wait for late data: the server's own offset would double it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query_offset: Option<&'static str>,
    /// What Thanos does with a query of which a part failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partial_response_strategy: Option<&'static str>,
    /// Tenants that Mimir reads.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) source_tenants: &'p [String],
    /// How much earlier than now vmalert evaluates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) eval_delay: Option<String>,
    /// How much later than a multiple of the interval vmalert evaluates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) eval_offset: Option<String>,
    /// What vmalert adds to each query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<Params>,
    /// The tenant for which vmalert evaluates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<&'p str>,
    pub(super) rules: Vec<Rule<'p>>,
}

/// Parameters of queries that VictoriaMetrics knows.
#[derive(Debug, Serialize)]
pub(super) struct Params {
    /// How much of the newest data a query leaves out. Else it is evaluated that much before the time that it asks for,
    /// counted from the moment at which it arrives: rules of one evaluation would read at moments of their own. A
    /// millisecond is the least that VictoriaMetrics takes.
    pub(super) latency_offset: [&'static str; 1],
}

/// A rule.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Rule<'p> {
    Recording {
        record: String,
        expr: String,
        labels: Pairs<'p>,
    },
    Alerting {
        alert: &'p str,
        expr: String,
        #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
        hold: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        keep_firing_for: Option<String>,
        labels: Pairs<'p>,
        annotations: Pairs<'p>,
    },
}

impl Rule<'_> {
    /// What it evaluates.
    pub(super) fn expr(&self) -> &str {
        match self {
            Self::Recording { expr, .. } | Self::Alerting { expr, .. } => expr,
        }
    }
}

/// Names and values in order, written as a mapping.
#[derive(Debug)]
pub(crate) enum Pairs<'p> {
    /// The plan's own, and more behind them.
    Planned(&'p [(String, String)], &'p [(String, String)]),
    /// Made for one alert.
    Made(Vec<(String, String)>),
}

impl Pairs<'_> {
    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        let (some, more) = match self {
            Self::Planned(some, more) => (*some, *more),
            Self::Made(pairs) => (&pairs[..], &[][..]),
        };
        some.iter().chain(more)
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, value)| (name, value)))
    }
}

/// How base rules read raw series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    /// The range of `rate()`, real.
    pub(super) rated: Duration,
    /// How the store keeps native histograms.
    pub(super) native: NativeForm,
    /// How much later than its moment a value of a raw series is read, real.
    pub(super) late: Duration,
}

/// Rules of one group while they are made.
pub(super) struct Rules<'p> {
    pub(super) slo: &'p SloPlan,
    /// How the base rules read raw series.
    pub(super) reads: Reads,
    /// Matchers that select the objective's own series.
    pub(super) own: [Matcher<'p>; 2],
    pub(super) rules: Vec<Rule<'p>>,
}

impl<'p> Rules<'p> {
    pub(super) fn new(slo: &'p SloPlan, reads: Reads) -> Self {
        let own = [Matcher::eq("service", &slo.service), Matcher::eq("slo", &slo.name)];
        Self { slo, reads, own, rules: Vec::with_capacity(40) }
    }

    /// Records an expression under a name, with the objective's labels.
    pub(super) fn record(&mut self, name: String, expr: &Expr<'_>) {
        self.record_with(name, expr, &[]);
    }

    /// Records an expression over raw series, which it reads as late as their data arrives.
    pub(super) fn record_raw(&mut self, record: String, expr: &Expr<'_>) {
        let mut text = String::with_capacity(160);
        expr.write_late(self.reads.late.millis(), &mut text);
        let labels = Pairs::Planned(&self.slo.labels, &[]);
        self.rules.push(Rule::Recording { record, expr: text, labels });
    }

    /// Records an expression over all values of `label`, with the objective's other labels.
    pub(super) fn record_over(&mut self, record: String, expr: &Expr<'_>, label: &str) {
        let kept = self.slo.labels.iter().filter(|(name, _)| name != label).cloned().collect();
        self.rules.push(Rule::Recording { record, expr: text(expr), labels: Pairs::Made(kept) });
    }

    /// Records an expression with more labels.
    pub(super) fn record_with(&mut self, record: String, expr: &Expr<'_>, more: &'p [(String, String)]) {
        let labels = Pairs::Planned(&self.slo.labels, more);
        self.rules.push(Rule::Recording { record, expr: text(expr), labels });
    }
}

/// A selector of the objective's own series of that name.
pub(super) const fn own<'e>(name: &'e str, own: &'e [&'e [Matcher<'e>]]) -> Select<'e> {
    Select::new(name, own)
}

pub(super) fn text(expr: &Expr<'_>) -> String {
    let mut text = String::with_capacity(160);
    expr.write_to(&mut text);
    text
}
