//! What can be watched, with the names that its alert and its page have.

/// The label that all of these alerts have, and no other: what is watched.
pub const LABEL: &str = "watches";

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watched {
    /// Nothing: the alert always fires.
    Itself,
    /// The ruler exports nothing of itself.
    RulerUnseen,
    /// Rules fail.
    RulesFail,
    /// Groups are not evaluated any more.
    RulerLags,
    /// Evaluations were left out.
    RulesMissed,
    /// A group needs more than half of its interval.
    RulesSlow,
    /// The ruler knows no Alertmanager.
    NobodyToTell,
    /// No Alertmanager takes the ruler's alerts.
    AlertsRefused,
    /// Alertmanager exports nothing of itself.
    AlertmanagerUnseen,
    /// Alertmanager cannot reach somebody.
    NotificationsFail,
    /// A changed configuration was not taken.
    NotReloaded,
    /// A snapshot of what is exported is old.
    SnapshotOld,
}

impl Watched {
    /// Everything that can be watched.
    pub const ALL: &[Self] = &[
        Self::Itself,
        Self::RulerUnseen,
        Self::RulesFail,
        Self::RulerLags,
        Self::RulesMissed,
        Self::RulesSlow,
        Self::NobodyToTell,
        Self::AlertsRefused,
        Self::AlertmanagerUnseen,
        Self::NotificationsFail,
        Self::NotReloaded,
        Self::SnapshotOld,
    ];

    /// `alertname`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itself => "DeadMansSwitch",
            Self::RulerUnseen => "RulerUnseen",
            Self::RulesFail => "RuleEvaluationsFail",
            Self::RulerLags => "RulerLags",
            Self::RulesMissed => "RuleEvaluationsMissed",
            Self::RulesSlow => "RuleGroupSlow",
            Self::NobodyToTell => "NoAlertmanagerKnown",
            Self::AlertsRefused => "AlertsRefused",
            Self::AlertmanagerUnseen => "AlertmanagerUnseen",
            Self::NotificationsFail => "NotificationsFail",
            Self::NotReloaded => "ConfigurationNotReloaded",
            Self::SnapshotOld => "SnapshotOld",
        }
    }

    /// The name of its page's file, without an ending.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Itself => "dead-mans-switch",
            Self::RulerUnseen => "ruler-unseen",
            Self::RulesFail => "rules-fail",
            Self::RulerLags => "ruler-lags",
            Self::RulesMissed => "rules-missed",
            Self::RulesSlow => "rules-slow",
            Self::NobodyToTell => "no-alertmanager",
            Self::AlertsRefused => "alerts-refused",
            Self::AlertmanagerUnseen => "alertmanager-unseen",
            Self::NotificationsFail => "notifications-fail",
            Self::NotReloaded => "not-reloaded",
            Self::SnapshotOld => "snapshot-old",
        }
    }

    /// The value of [`LABEL`].
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::SnapshotOld => "snapshot",
            Self::AlertmanagerUnseen | Self::NotificationsFail => "alertmanager",
            _ => "ruler",
        }
    }

    /// Whether objectives are without alerts meanwhile, rather than soon or in part.
    pub(super) const fn is_grave(self) -> bool {
        matches!(
            self,
            Self::RulerUnseen
                | Self::RulesFail
                | Self::RulerLags
                | Self::NobodyToTell
                | Self::AlertsRefused
                | Self::AlertmanagerUnseen
                | Self::NotificationsFail
        )
    }
}
