//! The effects of a diff, and the record of one commit.

use std::collections::BTreeMap;

use super::atoms::Atoms;
use super::shift::Shift;

/// Something that a diff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    CallInLoop,
    BatchRemoved,
    LazyLoad,
    LimitRemoved,
    FilterRemoved,
    IndexRemoved,
    QueryChanged,
    TimeoutLowered,
    TimeoutRaised,
    TimeoutRemoved,
    RetryRaised,
    RetryLowered,
    BackoffRemoved,
    GuardRemoved,
    GuardAdded,
    TableUsed,
    SchemaDropped,
    FieldRenamed,
    WireChanged,
    VariantAdded,
    SetupRemoved,
    CallRemoved,
    CloseRemoved,
    GrowthUnbounded,
    LogRaised,
    PoolLowered,
    IdleRaised,
    PoolRaised,
    MemoryLowered,
    CpuLowered,
    WorkersLowered,
    WorkersRaised,
    RateLowered,
    CacheRemoved,
    CacheShortened,
    CacheLengthened,
    CacheKeyChanged,
    EndpointChanged,
    VariableRenamed,
    ConfigChanged,
    FlagDefault,
    AccessChanged,
    CertificateChanged,
    PatternChanged,
    HeavyLoop,
    LockAdded,
    LockRemoved,
    UnitChanged,
    WidthNarrowed,
    ZoneChanged,
    ConditionChanged,
    BlockingAdded,
    MajorBump,
    MinorBump,
    ProbeChanged,
    ScheduleChanged,
    ConsumerChanged,
    LabelAdded,
    NetworkChanged,
    PayloadGrown,
    DedupeRemoved,
    ConstantChanged,
    ErrorHidden,
}

/// What one commit does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doing {
    /// Each effect with its strength and the line of the diff that shows it.
    pub(crate) effects: BTreeMap<Effect, (f64, String)>,
    /// Numbers that change.
    pub(crate) shifts: Vec<Shift>,
    /// Numbers that only added lines hold, each with its line.
    pub(crate) fresh: Vec<(f64, String)>,
    pub(crate) atoms: Atoms,
    /// Whether no file of the commit runs in production: documents, tests, styles, continuous integration.
    pub(crate) idle: bool,
    /// Whether removed behaviour is found again among what was added.
    pub(crate) moved: bool,
    /// What the diff looks like if it does little: it has only comments, only messages, or only a patch version.
    pub(crate) slight: Option<&'static str>,
    /// Whether the diff is there to read.
    pub(crate) read: bool,
}

impl Doing {
    /// Notes an effect; the strongest line stays.
    pub(super) fn note(&mut self, effect: Effect, strength: f64, line: &str) {
        let line = line.trim();
        let known = self.effects.entry(effect).or_insert((0.0, String::new()));
        if strength > known.0 {
            *known = (strength, line.chars().take(120).collect());
        }
    }

    /// How strong an effect is.
    pub(crate) fn strength(&self, effect: Effect) -> f64 {
        self.effects.get(&effect).map_or(0.0, |(strength, _)| *strength)
    }
}
