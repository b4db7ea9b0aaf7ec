//! What a claim is about: the service, the symptom, the release and the first suspect.

use crate::claim::Proof;
use crate::code::Deployment;
use crate::report::Evidence;
use crate::revisions::Revisions;
use crate::suspects::GROUNDED;

/// What is wrong with bad requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symptom {
    /// They take too long.
    Slow,
    /// They fail.
    Fail,
    /// They no longer arrive.
    Missing,
}

impl Symptom {
    /// What bad requests do.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Slow => "are slow",
            Self::Fail => "fail",
            Self::Missing => "are no longer seen",
        }
    }

    /// What a single bad request is called.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Slow => "slow request",
            Self::Fail => "failed request",
            Self::Missing => "missing request",
        }
    }
}

/// The evidence, and what follows from it for a claim.
pub(super) struct Subject<'e> {
    pub(super) evidence: &'e Evidence,
}

impl<'e> Subject<'e> {
    pub(super) fn of(evidence: &'e Evidence) -> Self {
        Self { evidence }
    }

    /// The service whose objective burns.
    pub(super) fn service(&self) -> &'e str {
        self.evidence.objective.as_ref().map_or("", |objective| objective.firing.service.as_str())
    }

    /// What is wrong with its requests.
    pub(super) fn symptom(&self) -> Symptom {
        match &self.evidence.objective {
            Some(objective) if objective.firing.windows.is_none() => Symptom::Missing,
            Some(objective) if objective.threshold.is_some() => Symptom::Slow,
            _ => Symptom::Fail,
        }
    }

    /// The request that bad traces and healthy ones have in common: its service and its name.
    pub(super) fn operation(&self) -> String {
        let traced = self.evidence.trace.as_ref();
        let own = traced.and_then(|traced| traced.spans.iter().find(|row| row.service == traced.service));
        own.map_or_else(|| format!("a request of {}", self.service()), |row| format!("{} `{}`", row.service, row.name))
    }

    /// The services that run another revision than before the onset.
    pub(super) fn changed(&self) -> impl Iterator<Item = &'e Revisions> + use<'e> {
        self.evidence.code.iter().flat_map(|code| &code.revisions).filter(|it| it.is_changed())
    }

    /// The revisions of a service.
    pub(super) fn revisions(&self, service: &str) -> Option<&'e Revisions> {
        self.evidence.code.as_ref()?.revisions.iter().find(|it| it.service == service)
    }

    /// The revisions of the service whose deployment was examined.
    pub(super) fn deployed(&self) -> Option<&'e Revisions> {
        let code = self.evidence.code.as_ref()?;
        self.revisions(&code.service)
    }

    /// Whether a deployment is known to have changed nothing.
    pub(super) fn is_unchanged(&self) -> bool {
        self.evidence.code.as_ref().is_some_and(|code| code.deployment == Deployment::Unchanged)
    }

    /// The trace that all artefacts show.
    pub(super) fn trace(&self) -> Option<Proof> {
        let id = self.evidence.trace_id.clone()?;
        Some(Proof::Trace { id, link: self.evidence.trace_page.clone() })
    }

    /// Whether evidence points to what the first suspect changes.
    pub(super) fn is_pointed_to(&self) -> bool {
        self.evidence.suspects.first().is_some_and(|first| first.grounds >= GROUNDED)
    }
}
