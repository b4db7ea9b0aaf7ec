//! The search for the root cause after the alert has fired.

use std::collections::BTreeSet;

use emberline_core::plan::{Plan, queries};

use super::record::{SuspectRecord, Verdict};
use super::repository::Repository;
use emberline_walk::source::{Alert, Answer, Metrics};

/// The input of a search.
#[derive(Clone, Copy)]
pub struct Scene<'s> {
    /// The alert that fired.
    pub alert: &'s Alert,
    /// Now, in unix seconds.
    pub now: f64,
    /// The revision that was good.
    pub good: &'s str,
    /// The revision that is deployed.
    pub deployed: &'s str,
}

/// The conclusion of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// The verdict.
    pub verdict: Verdict,
    /// Suspects, ranked.
    pub suspects: Vec<SuspectRecord>,
    /// The trace that the search followed.
    pub trace_id: Option<String>,
    /// The functions that the search names: those that evidence points to, and those that the first suspect changed.
    pub functions: Vec<String>,
    /// Missing evidence, in sentences.
    pub gaps: Vec<String>,
    /// Files that show how the search went: names and contents.
    pub artefacts: Vec<(String, String)>,
}

/// A search for the cause.
pub trait Search {
    /// Looks once.
    ///
    /// # Errors
    /// When the search cannot start.
    fn look(&mut self, scene: &Scene<'_>) -> Answer<Conclusion>;
}

/// The search with metrics and the release's commits alone: down the call graph to the deepest service whose budget
/// burns, then the commits of that service and the others, the newest first.
pub struct Trial<'t> {
    /// The plan that the rules of the Prometheus come from.
    pub plan: &'t Plan,
    /// The Prometheus.
    pub metrics: &'t dyn Metrics,
    /// The release.
    pub repository: &'t Repository,
}

impl Search for Trial<'_> {
    fn look(&mut self, scene: &Scene<'_>) -> Answer<Conclusion> {
        let alerting = scene.alert.labels.get("service").cloned().unwrap_or_default();
        let burning = self.last_burning(&alerting, scene.now)?;
        let mut own = Vec::new();
        let mut others = Vec::new();
        for (commit, subject, _) in self.repository.between(scene.good, scene.deployed)? {
            let touched = self.repository.touched(&commit)?;
            let is_own = touched.iter().any(|path| path.split('/').any(|part| part == burning));
            let reason = match is_own {
                true => format!("it changes `{burning}`, the deepest affected service of the call graph"),
                false => "it is part of the release".to_owned(),
            };
            let suspect = SuspectRecord { commit, subject, confidence: 0.0, reasons: vec![reason] };
            if is_own { own.push(suspect) } else { others.push(suspect) }
        }
        own.append(&mut others);
        Ok(Conclusion {
            verdict: Verdict::NotCertain,
            suspects: own,
            trace_id: None,
            functions: Vec::new(),
            gaps: vec!["without traces and profiles, commits can only be tried one by one".to_owned()],
            artefacts: Vec::new(),
        })
    }
}

impl Trial<'_> {
    /// From the alerting service down its calls, as long as the budget of a called service burns too.
    fn last_burning(&self, alerting: &str, now: f64) -> Answer<String> {
        let mut at = alerting.to_owned();
        let mut been = BTreeSet::new();
        while been.insert(at.clone()) {
            let Some(service) = self.plan.services.iter().find(|service| service.name == at) else { break };
            let mut next = None;
            for call in &service.about.calls {
                if !been.contains(&call.service) && self.burns(&call.service, now)? {
                    next = Some(call.service.clone());
                    break;
                }
            }
            match next {
                Some(service) => at = service,
                None => break,
            }
        }
        Ok(at)
    }

    /// Whether the budget of a service burns faster than 1×, over the short window of its first alert.
    fn burns(&self, service: &str, now: f64) -> Answer<bool> {
        let slos = self.plan.services.iter().filter(|it| it.name == service).flat_map(|it| &it.slos);
        for slo in slos {
            if let Some(burn) = slo.burns.first() {
                let rates = self.metrics.instant(&queries::burn_rate(slo, burn.short.nominal), now)?;
                if rates.iter().filter_map(|series| series.last()).any(|rate| rate > 1.0) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
