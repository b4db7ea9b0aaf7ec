//! How many rules a rule group may have.

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::spec::PolicySpec;

/// What Mimir's and Cortex's rulers allow unless told otherwise (`ruler_max_rules_per_rule_group`).
const DEFAULT: usize = 20;
/// The most rules that read one another at one instant, and so stay in one group: those of the budget.
pub(crate) const FEWEST: usize = 6;

/// The limit of a policy, or a finding where some rules could not be parted any further.
pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> usize {
    let said = spec.and_then(|spec| spec.rules.as_ref()).and_then(|rules| rules.value.max_group_rules);
    let Some(said) = said else { return DEFAULT };
    match usize::try_from(said.value) {
        Ok(most) if most >= FEWEST => most,
        _ => {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    said.span,
                    format!("expected at least {FEWEST} rules a group, found `{}`", said.value),
                )
                .label("too few")
                .note("the rules of an error budget read one another at one instant: a group of fewer rules cannot hold them")
                .hint(format!("raise it to {FEWEST} or more; rulers allow {DEFAULT} unless told otherwise")),
            );
            DEFAULT
        }
    }
}

/// Rulers that one set of rules may be spread over: more than anyone runs.
const MOST_SHARDS: u32 = 1_000;

/// How many rulers share the objectives, or a finding.
pub(super) fn shards(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> u32 {
    let said = spec.and_then(|spec| spec.rules.as_ref()).and_then(|rules| rules.value.shards);
    let Some(said) = said else { return 1 };
    if (1..=MOST_SHARDS).contains(&said.value) {
        return said.value;
    }
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            said.span,
            format!("expected 1 to {MOST_SHARDS} shards, found `{}`", said.value),
        )
        .hint("write how many rulers share the objectives; without the field there is one"),
    );
    1
}
