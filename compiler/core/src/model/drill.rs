//! How a system is drilled.

use crate::code;
use crate::finding::Finding;
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{DrillSpec, Text};

/// In whose time specs are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As the policy's `time_scale` says.
    #[default]
    Policy,
    /// As that of its `drill` says, or this one in its place.
    Drill(Option<u32>),
}

/// How a system is drilled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// How much shorter all lengths of time are.
    pub time_scale: u32,
    /// The folder of patches, from the root of the repository.
    pub faults: Option<String>,
    /// Starts the system, for `sh -c`.
    pub start: String,
    /// Deploys what is checked out, for `sh -c`.
    pub deploy: String,
    /// Deploys what is checked out in place of a bad release, for `sh -c`.
    pub rollback: String,
    /// Begins and ends outages, for `sh -c`; always there where there are outages.
    pub inject: Option<String>,
    /// Faults that are no commits.
    pub outages: Vec<String>,
}

impl Drill {
    /// The drill of a policy whose rules are evaluated, and series sampled, so often; `None` where it cannot be done.
    pub(super) fn resolve(
        spec: &DrillSpec,
        evaluation: Duration,
        sample: Duration,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let time_scale = spec.time_scale.filter(|scale| scale_fits(*scale, evaluation, sample, scope));
        let faults = spec.faults.as_ref().filter(|folder| is_within(folder, scope));
        let outages = spec.outages.as_ref();
        if let Some(outages) = outages.filter(|outages| !outages.value.is_empty())
            && spec.inject.is_none()
            && !spec.flawed.any(&["inject"])
        {
            scope.report(
                Finding::new(&code::MISSING_FIELD, outages.span, "missing field `inject`")
                    .label("nothing says how these begin and end")
                    .hint("add `inject:`, a command that reads `$EMBERLINE_FAULT` and `$EMBERLINE_PHASE`"),
            );
            return None;
        }
        let line = |text: &Spanned<Text>| text.value.0.clone();
        let deploy = spec.deploy.0.as_ref().map(line)?;
        Some(Self {
            time_scale: time_scale.map_or(1, |scale| scale.value),
            faults: faults.map(|folder| folder.value.0.trim_end_matches('/').to_owned()),
            start: spec.start.0.as_ref().map(line)?,
            rollback: spec.rollback.as_ref().map_or_else(|| deploy.clone(), line),
            deploy,
            inject: spec.inject.as_ref().map(line),
            outages: outages.into_iter().flat_map(|named| &named.value).map(|name| name.value.0.clone()).collect(),
        })
    }
}

/// Whether a folder lies within the repository, as far as its name says; or a finding.
fn is_within(folder: &Spanned<Text>, scope: &mut Scope<'_>) -> bool {
    let text = &folder.value.0;
    let fits = !text.is_empty() && !text.starts_with('/') && text.split('/').all(|part| part != "..");
    if !fits {
        scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                folder.span,
                format!("expected a folder of the repository such as `ci/faults`, found `{text}`"),
            )
            .hint("write it from the root of the repository, without `..`"),
        );
    }
    fits
}

/// Whether a factor leaves intervals whole; or a finding.
pub(super) fn scale_fits(scale: Spanned<u32>, evaluation: Duration, sample: Duration, scope: &mut Scope<'_>) -> bool {
    let leaves_whole = |interval: Duration| interval.millis().is_multiple_of(u64::from(scale.value));
    let fits = (1..=1_000).contains(&scale.value) && leaves_whole(evaluation) && leaves_whole(sample);
    if !fits {
        scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                scale.span,
                format!("expected a factor from 1 to 1000 that leaves whole milliseconds, found `{}`", scale.value),
            )
            .note(format!("the evaluation interval is {evaluation} and a sample comes every {sample}"))
            .hint("`15` makes an hour four minutes"),
        );
    }
    fits
}
