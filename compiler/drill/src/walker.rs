//! The walk as a drill's search.

use std::path::Path;
use std::time::Instant;

use emberline_core::plan::Plan;

use super::record::{SuspectRecord, Verdict};
use super::search::{Conclusion, Scene, Search};
use emberline_walk::source::{Alert, Answer, Connected, Endpoints, Exemplar, Metrics, Series, Trouble};
use emberline_walk::{self as walk, Question};

/// Walks from the alert to the commit.
#[derive(Debug)]
pub struct Walker<'w> {
    plan: &'w Plan,
    connected: Connected,
    /// Signals that are left out: `traces`, `logs`, `profiles`.
    without: &'w [String],
    /// Where the clone is.
    clone: String,
}

impl<'w> Walker<'w> {
    /// A walker over a system's sources and a clone of its repository.
    ///
    /// # Errors
    /// The system names no store of metrics.
    pub fn new(plan: &'w Plan, endpoints: &Endpoints, clone: &Path, without: &'w [String]) -> Result<Self, String> {
        let connected = Connected::new(endpoints, Some(clone))?;
        Ok(Self { plan, connected, without, clone: clone.display().to_string() })
    }
}

/// A store of metrics whose alert still fires: a search after recovery starts from the alert of the incident.
struct Held<'h> {
    metrics: &'h dyn Metrics,
    alert: &'h Alert,
}

impl Metrics for Held<'_> {
    fn name(&self) -> String {
        self.metrics.name()
    }

    fn alerts(&self) -> Answer<Vec<Alert>> {
        let mut alerts = self.metrics.alerts()?;
        if !alerts.iter().any(|alert| alert.name == self.alert.name && alert.labels == self.alert.labels) {
            alerts.push(self.alert.clone());
        }
        Ok(alerts)
    }

    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>> {
        self.metrics.instant(query, at)
    }

    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>> {
        self.metrics.range(query, start, end, step)
    }

    fn has_exemplars(&self) -> bool {
        self.metrics.has_exemplars()
    }

    fn exemplars(&self, selector: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>> {
        self.metrics.exemplars(selector, start, end)
    }
}

impl Walker<'_> {
    /// Removes the clone's path on this machine, so that the record of a drill does not show it.
    fn without_place(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.clone), "").replace(&self.clone, "the clone")
    }
}

impl Search for Walker<'_> {
    fn look(&mut self, scene: &Scene<'_>) -> Answer<Conclusion> {
        let began = Instant::now();
        let label = |name: &str| scene.alert.labels.get(name).map_or("", String::as_str);
        let alert = format!("{}/{}", label("service"), label("slo"));
        let mut sources = self.connected.sources();
        let held = Held { metrics: sources.metrics, alert: scene.alert };
        sources.metrics = &held;
        let is_without = |signal: &str| self.without.iter().any(|it| it == signal);
        if is_without("traces") {
            sources.traces = None;
        }
        if is_without("logs") {
            sources.logs = None;
        }
        if is_without("profiles") {
            sources.profiles = None;
        }
        let mut walk = walk::walk(&Question { plan: self.plan, alert: Some(&alert), now: scene.now }, &sources);
        walk.seconds = began.elapsed().as_secs_f64();
        if let Some(why) = &walk.unreachable {
            return Err(Trouble(why.clone()));
        }
        let suspects = walk.suspects.iter().map(|suspect| SuspectRecord {
            commit: suspect.commit.id.clone(),
            subject: suspect.commit.subject.clone(),
            confidence: suspect.confidence,
            reasons: suspect.reasons.clone(),
        });
        let first = walk.suspects.first().and_then(|suspect| suspect.function.as_ref());
        let named = [walk.function.as_ref(), first].into_iter().flatten();
        Ok(Conclusion {
            verdict: match walk.verdict {
                walk::Verdict::Healthy => Verdict::Healthy,
                walk::Verdict::Commit => Verdict::Commit,
                walk::Verdict::NotCertain => Verdict::NotCertain,
                walk::Verdict::NoCodeChange => Verdict::NoCodeChange,
            },
            suspects: suspects.collect(),
            trace_id: walk.trace_id.clone(),
            functions: named.map(|place| place.function.clone()).collect(),
            gaps: walk.missing.clone(),
            artefacts: walk::artefacts(&walk)
                .into_iter()
                .map(|(name, text)| (name, self.without_place(&text)))
                .collect(),
        })
    }
}
