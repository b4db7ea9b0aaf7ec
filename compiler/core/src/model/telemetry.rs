//! Sampling, redaction and retention with their defaults.

use rust_decimal::Decimal;

use crate::code;
use crate::finding::Finding;
use crate::quantity::{Duration, Percent};
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{LogTierSpec, PolicySpec, RedactionSpec, RetentionSpec, SamplingSpec, SeverityWord, Undeclared};

/// Which of the ordinary traces are kept.
#[derive(Debug, Clone)]
pub struct Sampling {
    /// Their share.
    pub baseline: Percent,
    /// How long a trace's spans are waited for.
    pub decision_wait: Duration,
}

/// What may leave the node.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    /// Attributes that pass though no spec declares them.
    pub allow: Vec<String>,
    /// Whether undeclared attributes pass, scrubbed.
    pub keeps_undeclared: bool,
}

/// How long each signal is kept.
#[derive(Debug, Clone)]
pub struct Retention {
    /// Samples in Prometheus, and where that is said; `None` follows from the windows.
    pub metrics: Option<Spanned<Duration>>,
    /// Sampled traces.
    pub traces: Duration,
    /// Profiles.
    pub profiles: Duration,
    /// Tiers of logs, from the most severe down; the last takes every record.
    pub logs: Vec<LogTier>,
}

/// A tier of logs.
#[derive(Debug, Clone)]
pub struct LogTier {
    /// Its name: an identifier of small letters, digits, `_` and `-`.
    pub name: String,
    /// The least severe records in it.
    pub min_severity: SeverityWord,
    /// How long they are kept.
    pub keep: Duration,
}

impl Sampling {
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Self {
        let given: Option<&SamplingSpec> = spec.and_then(|s| s.sampling.as_ref());
        let baseline = given.and_then(|given| given.baseline).filter(|share| {
            let fits = (Decimal::ZERO..=Decimal::ONE).contains(&share.value.share());
            if !fits {
                refuse(share, "a share from 0% to 100%", "`5%` keeps one ordinary trace in twenty", scope);
            }
            fits
        });
        let wait = given.and_then(|given| given.decision_wait).filter(|wait| {
            let fits = (Duration::from_secs(1)..=Duration::from_minutes(10)).contains(&wait.value);
            if !fits {
                refuse(wait, "a wait from 1s to 10m", "use a little more than your longest request takes", scope);
            }
            fits
        });
        Self {
            baseline: baseline.map_or(Percent::of_share(Decimal::new(5, 2)), |share| share.value),
            decision_wait: wait.map_or(Duration::from_secs(10), |wait| wait.value),
        }
    }
}

impl Redaction {
    pub(super) fn resolve(spec: Option<&PolicySpec>) -> Self {
        let given: Option<&RedactionSpec> = spec.and_then(|s| s.redaction.as_ref());
        let Some(given) = given else { return Self::default() };
        Self {
            allow: given.allow.iter().flatten().map(|key| key.value.clone()).collect(),
            keeps_undeclared: given.undeclared.is_some_and(|word| word.value == Undeclared::Keep),
        }
    }
}

impl Retention {
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Self {
        let given: Option<&RetentionSpec> = spec.and_then(|s| s.retention.as_ref());
        let mut keep = |field: Option<Spanned<Duration>>| field.filter(|keep| is_kept(keep, scope));
        let metrics = keep(given.and_then(|given| given.metrics));
        let traces = keep(given.and_then(|given| given.traces));
        let profiles = keep(given.and_then(|given| given.profiles));
        // A tier that could not be read has been reported; which records it takes is not known.
        let readable = given.filter(|given| !given.flawed.any(&["logs"])).and_then(|given| given.logs.as_ref());
        let logs = readable.map(|tiers| log_tiers(tiers, scope));
        Self {
            metrics,
            traces: traces.map_or(Duration::from_days(14), |keep| keep.value),
            profiles: profiles.map_or(Duration::from_days(7), |keep| keep.value),
            logs: logs.unwrap_or_else(default_tiers),
        }
    }
}

fn default_tiers() -> Vec<LogTier> {
    let tier = |name: &str, min_severity, days| LogTier {
        name: name.to_owned(),
        min_severity,
        keep: Duration::from_days(days),
    };
    vec![
        tier("error", SeverityWord::Error, 90),
        tier("info", SeverityWord::Info, 14),
        tier("debug", SeverityWord::Trace, 2),
    ]
}

/// Tiers as written, each more severe than the next, under names of their own, with a last one for every record.
fn log_tiers(written: &Spanned<Vec<LogTierSpec>>, scope: &mut Scope<'_>) -> Vec<LogTier> {
    let mut tiers: Vec<LogTier> = Vec::new();
    for tier in &written.value {
        let name = &tier.tier.value.0;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        if !name.bytes().all(plain) {
            refuse_text(&tier.tier.span, name, "a name of small letters, digits, `_` and `-`", scope);
        } else if tiers.iter().any(|above| above.name == *name) {
            scope.report(
                Finding::new(&code::DUPLICATE_NAME, tier.tier.span, format!("a second tier is called `{name}`"))
                    .hint("give each tier a name of its own"),
            );
        }
        if let Some(above) = tiers.last().filter(|above| above.min_severity <= tier.min_severity.value) {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    tier.min_severity.span,
                    format!("`{}` is not below `{}`", tier.min_severity.value.word(), above.min_severity.word()),
                )
                .label("no record would reach this tier")
                .hint("order tiers from the most severe down"),
            );
        }
        is_kept(&tier.keep, scope);
        tiers.push(LogTier { name: name.clone(), min_severity: tier.min_severity.value, keep: tier.keep.value });
    }
    match written.value.last() {
        Some(last) if last.min_severity.value != SeverityWord::Trace => scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                last.min_severity.span,
                format!("records below `{}` belong to no tier", last.min_severity.value.word()),
            )
            .label("the last tier has to take the rest")
            .hint("write `min_severity: trace`"),
        ),
        Some(_) => return tiers,
        None => refuse_text(&written.span, "[]", "at least one tier", scope),
    }
    default_tiers()
}

/// Whether a retention can be: a day to ten years. Back ends count in hours or days.
fn is_kept(keep: &Spanned<Duration>, scope: &mut Scope<'_>) -> bool {
    let fits = keep.value >= Duration::from_days(1)
        && keep.value <= Duration::from_days(3_650)
        && keep.value.is_multiple_of(Duration::from_hours(1));
    if !fits {
        refuse(keep, "whole hours from 1d to 3650d", "`14d` is usual for traces", scope);
    }
    fits
}

fn refuse<T: std::fmt::Display>(written: &Spanned<T>, expected: &str, hint: &str, scope: &mut Scope<'_>) {
    scope.report(
        Finding::new(&code::INVALID_VALUE, written.span, format!("expected {expected}, found `{}`", written.value))
            .hint(hint),
    );
}

fn refuse_text(span: &crate::source::Span, written: &str, expected: &str, scope: &mut Scope<'_>) {
    scope.report(
        Finding::new(&code::INVALID_VALUE, *span, format!("expected {expected}, found `{written}`"))
            .label(format!("expected {expected}")),
    );
}
