//! Services and objectives, resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alerting::{Alerting, DataStates};
use super::budget_policy::BudgetStep;
use crate::indicator::Indicator;
use crate::metric::Metric;
use crate::quantity::{Duration, Percent, Period, Rate};
use crate::source::{Span, Spanned};
use crate::spec::{CallKind, Pii, SignalWord};

/// A service and its objectives, from all files that speak of it.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name, and where it was first written.
    pub name: Spanned<String>,
    /// The place of its team in [`super::Model::teams`]; `None` if the organisation's policy holds for it.
    pub team: Option<usize>,
    /// What it is for.
    pub description: Option<String>,
    /// The team that is called.
    pub owner: Option<String>,
    /// How much the service matters.
    pub tier: Option<String>,
    /// How its last deployment is undone.
    pub rollback: Option<String>,
    /// When it must not be undone.
    pub no_rollback: Vec<String>,
    /// What it sends beside metrics, where it says so.
    pub signals: Option<Vec<SignalWord>>,
    /// Where `git blame` looks.
    pub repository: Option<String>,
    /// Expected requests.
    pub traffic: Option<Rate>,
    /// Calls to other services.
    pub calls: Vec<Call>,
    /// The load balancer in front of it that exports no spans.
    pub behind: Option<String>,
    /// Declared metrics by OpenTelemetry name.
    pub metrics: BTreeMap<String, Arc<Metric>>,
    /// Names of metrics whose declaration is at fault: declared, though nothing more is known.
    pub broken_metrics: Vec<String>,
    /// Declared attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Objectives in the order written.
    pub slos: Vec<Slo>,
}

/// An edge to another service.
#[derive(Debug, Clone)]
pub struct Call {
    /// The service called, and where that is said.
    pub service: Spanned<String>,
    /// How the callee's span hangs on the caller's.
    pub kind: CallKind,
    /// The caller's routes that make the call; empty for all.
    pub routes: Vec<String>,
    /// Whether the callee has no spec.
    pub external: bool,
}

/// An attribute that needs care.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Where it is declared.
    pub span: Span,
    /// What personal or secret data it holds.
    pub pii: Option<Pii>,
}

/// An objective: valid, with every default filled in.
#[derive(Debug, Clone)]
pub struct Slo {
    /// Its name, unique in the service.
    pub name: Spanned<String>,
    /// What is promised, for people.
    pub description: Option<String>,
    /// The share of good events promised: above 0%, below 100%.
    pub objective: Spanned<Percent>,
    /// The window over which it must hold: 1d to 90d in steps of 5m.
    pub window: Spanned<Period>,
    /// How events are counted.
    pub sli: Arc<dyn Indicator>,
    /// How late their data arrives, nominal.
    pub delay: Duration,
    /// Labels kept apart, by Prometheus name, sorted; the policy's among them.
    pub group_by: Vec<Spanned<String>>,
    /// Expected events.
    pub traffic: Option<Spanned<Rate>>,
    /// Responses to missing data.
    pub data: DataStates,
    /// Alerts.
    pub alerting: Arc<Alerting>,
    /// What the team does as the error budget is spent, from the least share to the largest.
    pub budget_policy: Arc<[BudgetStep]>,
    /// What people should know.
    pub notes: Option<String>,
}
