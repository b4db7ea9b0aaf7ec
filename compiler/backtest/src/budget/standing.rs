//! What an objective has left of its error budget, and what is not known of it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use crate::grid::Labels;
use crate::moment;
use crate::outcome::share;

/// How much less than a threshold counts as the threshold. Servers compute with floats: a tenth may come back as
/// 0.09999999999999998.
pub(super) const ROUNDING: f64 = 1e-9;

/// An objective. Times are milliseconds since 1970, and are written in RFC 3339.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// The service.
    pub service: String,
    /// The objective's name.
    pub slo: String,
    /// The target, as a share of good events.
    #[serde(serialize_with = "share")]
    pub objective: Decimal,
    /// The objective's window.
    pub window: String,
    /// The team that is called.
    pub owner: Option<String>,
    /// The address of its runbook page.
    pub runbook: Option<String>,
    /// What it counts, in the plural.
    pub unit: &'static str,
    /// The share of the error budget that the worst group has left; `None` if nothing is known.
    pub left: Option<f64>,
    /// What is known, the worst first: one for each group, of each cluster if the server sees several.
    pub groups: Vec<Group>,
    /// What is not known, and why.
    pub unknown: Vec<Unknown>,
}

/// A group's error budget over the objective's window.
#[derive(Debug, Serialize)]
pub struct Group {
    /// What tells it from others of the objective: its labels, and those that the server adds, such as a cluster.
    pub group: Labels,
    /// The share of the error budget that is left; negative once overspent.
    pub left: f64,
    /// When that was recorded.
    #[serde(serialize_with = "moment::write")]
    pub recorded: i64,
    /// The whole budget in seconds of total outage at mean traffic.
    pub budget_seconds: f64,
    /// What is left of these seconds.
    pub left_seconds: f64,
    /// All events of the window, in the objective's unit.
    pub events: Option<f64>,
    /// Bad events of the window.
    pub bad_events: Option<f64>,
    /// How many events of so many may be bad.
    pub budget_events: Option<f64>,
    /// How many more of them may be bad.
    pub left_events: Option<f64>,
    /// The burn rate over the long window of the most urgent alert.
    pub burn: Option<Burn>,
    /// The burn rate over every recorded window, the shortest first.
    pub burn_rates: Vec<Burn>,
    /// The share of the window for which events were counted: less than 1 if rules are younger than the window, or were
    /// not evaluated all the time.
    pub counted: Option<f64>,
    /// The step of the error-budget policy that applies; `None` before the first one, and without a policy.
    pub step: Option<Step>,
}

/// A step of an error-budget policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The share of the error budget from which on it applies.
    #[serde(serialize_with = "share")]
    pub spent: Decimal,
    /// What the team does.
    #[serde(rename = "do")]
    pub action: String,
}

/// How fast a budget burns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Burn {
    /// The window.
    pub window: String,
    /// The multiple of the rate that spends the budget exactly by the end of the objective's window.
    pub rate: f64,
}

/// A budget of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The labels of the server or the cluster that should have recorded it; empty if there is only one.
    pub group: Labels,
    /// Why, in a sentence without a full stop.
    pub why: String,
    /// When it was last recorded, if that is known.
    #[serde(serialize_with = "moment::write_some")]
    pub last: Option<i64>,
}

impl Standing {
    /// The groups that have less than this share left, the worst first.
    pub fn below(&self, threshold: Decimal) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.is_below(threshold))
    }
}

impl Group {
    /// Whether less than this share is left.
    #[must_use]
    pub fn is_below(&self, threshold: Decimal) -> bool {
        self.left < threshold.to_f64().unwrap_or_default() - ROUNDING
    }
}
