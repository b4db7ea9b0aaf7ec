//! What a diff does, read from its hunks without knowledge of the language.

mod atoms;
mod calls;
mod config;
mod data;
mod diff;
mod files;
mod guards;
mod numbers;
mod timing;

use std::collections::BTreeMap;

pub(crate) use atoms::Atoms;
pub(crate) use diff::{Hunk, code, hunks, paired};
pub(crate) use files::{Kind, kind};
pub(crate) use numbers::{Shift, Topic};

use crate::read::Commit;

/// Something that a diff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    CallInLoop,
    BatchRemoved,
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
    SetupRemoved,
    CallRemoved,
    CloseRemoved,
    GrowthUnbounded,
    LogRaised,
    PoolLowered,
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
    pub(crate) atoms: Atoms,
    /// Whether no file of the commit runs in production: documents, tests, styles, continuous integration.
    pub(crate) idle: bool,
    /// Whether removed behaviour is found again among what was added.
    pub(crate) moved: bool,
    /// Whether the diff is there to read.
    pub(crate) read: bool,
}

impl Doing {
    /// Notes an effect; the strongest line stays.
    fn note(&mut self, effect: Effect, strength: f64, line: &str) {
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

/// Reads what a commit does.
pub(crate) fn doing(commit: &Commit) -> Doing {
    let kinds: Vec<Kind> = commit.files.iter().map(|file| kind(file)).collect();
    let idle = !kinds.is_empty() && kinds.iter().all(|kind| *kind == Kind::Idle);
    let mut doing = Doing { idle, read: commit.diff.is_some(), ..Doing::default() };
    if idle {
        return doing;
    }
    let hunks: Vec<Hunk> = hunks(commit).into_iter().filter(|hunk| kind(&hunk.file) != Kind::Idle).collect();
    doing.atoms = atoms::atoms(&hunks);
    doing.moved = atoms::moved(&hunks);
    for hunk in &hunks {
        if kind(&hunk.file) == Kind::Lock {
            files::bumps(hunk, &mut doing);
            continue;
        }
        let shifts = numbers::shifts(hunk);
        numbers::effects(&shifts, hunk, &mut doing);
        doing.shifts.extend(shifts);
        calls::effects(hunk, &hunks, &mut doing);
        guards::effects(hunk, &hunks, &mut doing);
        data::effects(hunk, commit, &mut doing);
        config::effects(hunk, &mut doing);
        timing::effects(hunk, &hunks, &mut doing);
    }
    doing
}
