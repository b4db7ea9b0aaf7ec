//! One change, as every renderer shows it.

use serde::Serialize;

use crate::plan::SloPlan;

/// What a change is about. The order is that in which people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What is asked of a service: target, window, indicator, groups.
    Objective,
    /// An alert that comes, goes or is another.
    Alert,
    /// When an alert fires and resolves.
    Time,
    /// The error budget.
    Budget,
    /// What the recorded history of the budget is worth after the change.
    History,
    /// Time series, and the work of the ruler.
    Load,
    /// Money.
    Cost,
    /// Findings that are accepted.
    Waiver,
    /// What the change takes from its own gate.
    Gate,
    /// Any other field of the specs.
    Field,
    /// Generated files of one target.
    Files,
}

impl Kind {
    /// The heading above changes of the kind.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Objective => "Objectives",
            Self::Alert => "Alerts",
            Self::Time => "Times to detect and resolve",
            Self::Budget => "Error budget",
            Self::History => "History of the budget",
            Self::Load => "Time series and evaluation",
            Self::Cost => "Cost",
            Self::Waiver => "Waivers",
            Self::Gate => "What this change takes from the gate",
            Self::Field => "Other fields",
            Self::Files => "Generated files",
        }
    }
}

/// One thing that a change means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about.
    pub kind: Kind,
    /// The objective (`service/objective`), the service, the field or the target.
    pub subject: String,
    /// The alert of the objective that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// What changes, to be read after the subject: `target`, `new alert`. Empty where the subject says it.
    pub what: String,
    /// As it was; `None` if there was nothing.
    pub before: Option<String>,
    /// As it will be; `None` if nothing is left.
    pub after: Option<String>,
    /// What that means, where the values do not say it.
    pub note: Option<String>,
}

impl Change {
    pub(super) fn new(kind: Kind, subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), alert: None, what: what.into(), before: None, after: None, note: None }
    }

    pub(super) fn from(self, before: impl Into<String>) -> Self {
        Self { before: Some(before.into()), ..self }
    }

    pub(super) fn to(self, after: impl Into<String>) -> Self {
        Self { after: Some(after.into()), ..self }
    }

    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// What it is about: the subject, and its alert.
    #[must_use]
    pub fn about(&self) -> String {
        self.alert.as_ref().map_or_else(|| self.subject.clone(), |alert| format!("{} {alert}", self.subject))
    }

    /// What happens to it, without saying to what.
    #[must_use]
    pub fn news(&self) -> String {
        let mut news = self.what.clone();
        if self.before.is_some() || self.after.is_some() {
            let [before, after] = [&self.before, &self.after].map(|side| side.as_deref().unwrap_or("none"));
            let colon = if news.is_empty() { "" } else { ": " };
            news.push_str(&format!("{colon}{before} → {after}"));
        }
        if let Some(note) = &self.note {
            news.push_str(&format!(" ({note})"));
        }
        news
    }

    /// The change on one line, as a terminal shows it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}: {}", self.about(), self.news())
    }
}

/// Tells a value where both sides differ.
pub(super) fn differs<T: PartialEq>(
    changes: &mut Vec<Change>,
    change: Change,
    [old, new]: [T; 2],
    text: impl Fn(&T) -> String,
) {
    if old != new {
        changes.push(change.from(text(&old)).to(text(&new)));
    }
}

/// How people name an objective.
pub(super) fn subject(slo: &SloPlan) -> String {
    format!("{}/{}", slo.service, slo.name)
}
