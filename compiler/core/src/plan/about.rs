//! What people are told of a service: what it is for, whose it is, what it calls and who calls it.

use rust_decimal::Decimal;

use super::spans::shared_conditions;
use crate::model;
use crate::model::{Service, Slo};
use crate::promql::MatchOp;
use crate::quantity::Bound;
use crate::source::{Sources, Span};

/// A service, as people know it.
#[derive(Debug, Default)]
pub struct About {
    /// What it is for.
    pub description: Option<String>,
    /// The team that is called.
    pub owner: Option<String>,
    /// How much it matters.
    pub tier: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// How its last deployment is undone.
    pub rollback: Option<String>,
    /// When it must not be undone, a sentence each.
    pub no_rollback: Vec<String>,
    /// Whom it calls.
    pub calls: Vec<Neighbour>,
    /// Who calls it.
    pub callers: Vec<Neighbour>,
}

/// A service at the other end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its name.
    pub service: String,
    /// The kind of call, as specs write it.
    pub kind: &'static str,
    /// The caller's routes that make the call; empty for all.
    pub routes: Vec<String>,
    /// Whether it has a spec, and so pages of its own.
    pub is_known: bool,
}

/// An objective, as people know it.
#[derive(Debug, Default)]
pub struct AboutSlo {
    /// What is promised.
    pub description: Option<String>,
    /// What people should know.
    pub notes: Option<String>,
    /// The threshold of a latency objective.
    pub threshold: Option<Bound>,
    /// What is asked of a span's attributes for it to be one of the objective's: key, operator, value or pattern.
    pub only: Vec<(String, MatchOp, String)>,
    /// The matcher that the compiler added to the objective's selector, where it did: `service_name="checkout"`.
    pub added: Option<String>,
    /// Expected events an hour.
    pub events_per_hour: Option<Decimal>,
    /// Where it stands.
    pub place: Place,
}

/// A line of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's path as the sources name it.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

impl Place {
    fn of(span: Span, sources: &Sources) -> Self {
        Self { path: sources.path_of(span.source), line: sources.positions(span).0.line }
    }
}

impl About {
    /// What is known of a service by itself; its callers come later.
    pub(super) fn of(service: &Service, is_known: impl Fn(&str) -> bool) -> Self {
        let neighbour = |call: &model::Call| Neighbour {
            service: call.service.value.clone(),
            kind: call.kind.word(),
            routes: call.routes.clone(),
            is_known: is_known(&call.service.value),
        };
        Self {
            description: service.description.clone(),
            owner: service.owner.clone(),
            tier: service.tier.clone(),
            repository: service.repository.clone(),
            rollback: service.rollback.clone(),
            no_rollback: service.no_rollback.clone(),
            calls: service.calls.iter().map(neighbour).collect(),
            callers: Vec::new(),
        }
    }
}

impl AboutSlo {
    /// The longest good duration; `None` as well where the threshold is a size or a count.
    #[must_use]
    pub fn longest(&self) -> Option<Bound> {
        self.threshold.filter(|threshold| threshold.seconds().is_some())
    }

    pub(super) fn of(slo: &Slo, sources: &Sources) -> Self {
        Self {
            description: slo.description.clone(),
            notes: slo.notes.clone(),
            threshold: slo.sli.threshold().map(|threshold| threshold.longest.value),
            only: shared_conditions(&*slo.sli),
            added: slo.sli.added(),
            events_per_hour: slo.traffic.map(|traffic| traffic.value.per_hour()),
            place: Place::of(slo.name.span, sources),
        }
    }
}
