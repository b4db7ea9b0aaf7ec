//! Who watches the watchers: alerts on what evaluates the rules and sends the alerts, where the policy asks for them.
//!
//! Objectives are blind to a ruler that stands still and to an Alertmanager that reaches nobody. These alerts look at what both
//! export of themselves. One alert always fires, for something outside that calls somebody when it stops: nothing inside
//! can say that everything inside is down.

mod exprs;
mod metrics;
mod proof;
mod times;
mod watched;
mod words;

pub use proof::{Course, Moment};
pub use watched::{LABEL, Watched};
pub use words::{About, Shown};

use super::timing::Scale;
use crate::gotemplate::literal;
use crate::labels::SEVERITY;
use crate::model::{Observed, Policy, Watchers};
use crate::quantity::Duration;
use times::Times;

/// The folder of their pages and tests, and the start of their files' names. It has a dot, which no service's has.
pub const FOLDER: &str = "watchers.d";
/// The name of their first rule group.
const GROUP: &str = "emberline/watchers";
/// The severity of the alert that always fires: it is no trouble.
pub(crate) const NO_TROUBLE: &str = "none";

/// One of these alerts.
#[derive(Debug)]
pub struct Watch {
    /// What it watches.
    pub watched: Watched,
    /// The condition.
    pub expr: String,
    /// How long it must last, real.
    pub hold: Duration,
    /// Severity's name; `None` for the alert that always fires.
    pub severity: Option<String>,
    /// Labels by name.
    pub labels: Vec<(String, String)>,
    /// Annotations by name, as Prometheus's templates read them.
    pub annotations: Vec<(String, String)>,
    /// What it means, for its page.
    pub about: About,
    /// The snapshot that it is about.
    pub snapshot: Option<String>,
    /// Whom to call when nobody answers, in order.
    pub escalation: Vec<String>,
}

/// All of these alerts.
#[derive(Debug)]
pub struct WatchPlan {
    /// Each alert, in the order of the rules.
    pub watches: Vec<Watch>,
    /// Who gets the alert that always fires.
    pub dead_man: Option<String>,
    /// How often they are evaluated.
    pub evaluation: Duration,
    /// By which lengths of time are compressed.
    pub scale: Scale,
    /// The most rules of a group.
    pub most: usize,
    /// What proves them, as promtool plays it.
    pub courses: Vec<Course>,
}

impl WatchPlan {
    /// What a policy asks for; `observed` are the snapshots of its folder.
    pub(crate) fn of(policy: &Policy, observed: &[Observed]) -> Option<Self> {
        let watchers = policy.watchers.as_ref()?;
        let scale = Scale(policy.time_scale.value);
        let (scrape, evaluation) = (scale.real(policy.scrape.value), scale.real(policy.evaluation));
        let at_least = |nominal| scale.real(nominal).max(Duration::from_millis(scrape.millis() * 4));
        let window = at_least(Duration::from_minutes(5));
        let times = Times {
            scrape,
            evaluation,
            window,
            // That minute does not shrink in drills.
            resends: window.max(Duration::from_minutes(4)),
            long: at_least(Duration::from_minutes(15)),
            scale,
        };
        let conditions = exprs::conditions(watchers, policy, times, observed);
        let courses = proof::courses(&conditions, watchers, times);
        let watches = conditions.into_iter().map(|condition| watch(condition, watchers, policy, times)).collect();
        Some(Self {
            watches,
            dead_man: watchers.dead_man.clone(),
            evaluation,
            scale,
            most: policy.max_group_rules,
            courses,
        })
    }
}

impl WatchPlan {
    /// The names of their rule groups: as few as the limit of a group allows.
    pub(crate) fn group_names(&self) -> impl Iterator<Item = String> {
        let groups = self.watches.len().div_ceil(self.most.max(1));
        (0..groups).map(|place| if place == 0 { GROUP.to_owned() } else { format!("{GROUP}/{}", place + 1) })
    }
}

fn watch(condition: exprs::Condition, watchers: &Watchers, policy: &Policy, times: Times) -> Watch {
    let exprs::Condition { watched, expr, hold, snapshot, shows } = condition;
    let severity = match watched {
        Watched::Itself => None,
        grave if grave.is_grave() => Some(watchers.severity.clone()),
        _ => Some(watchers.low_severity.clone()),
    };
    let about = words::about(watched, shows, times);
    let mut labels = policy.labels.clone();
    labels.extend(severity.iter().filter_map(|it| policy.severities.get(it)).flat_map(|it| it.labels.clone()));
    labels.extend(snapshot.iter().map(|(name, _)| ("snapshot".to_owned(), literal(name))));
    labels.insert(SEVERITY.to_owned(), severity.as_deref().map_or(NO_TROUBLE.to_owned(), literal));
    labels.insert(LABEL.to_owned(), watched.what().to_owned());
    let page = policy.console.runbooks.as_ref().map(|base| format!("{base}/{FOLDER}/{}.html", watched.slug()));
    let mut annotations =
        vec![("description".to_owned(), about.description.clone()), ("summary".to_owned(), about.summary.clone())];
    annotations.extend(page.map(|page| ("runbook_url".to_owned(), literal(&page))));
    annotations.sort();
    let known = severity.as_ref().and_then(|it| policy.severities.get(it));
    let escalation = known.map(|severity| severity.escalation.clone()).unwrap_or_default();
    Watch {
        watched,
        expr,
        hold,
        severity,
        labels: labels.into_iter().collect(),
        annotations,
        about,
        snapshot: snapshot.map(|(name, _)| name),
        escalation,
    }
}
