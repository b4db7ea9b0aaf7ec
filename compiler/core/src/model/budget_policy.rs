//! What a team does as an error budget is spent.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::BudgetStepSpec;

/// A step of an error-budget policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetStep {
    /// The share of the error budget from which on it applies: above 0, at most 1.
    pub spent: Decimal,
    /// What the team does, a sentence or two.
    pub action: String,
}

/// The steps of a level, from the least share to the largest; those of the level above if it has none of its own.
pub(super) fn resolve(
    own: Option<&Spanned<Vec<BudgetStepSpec>>>,
    inherited: &Arc<[BudgetStep]>,
    scope: &mut Scope<'_>,
) -> Arc<[BudgetStep]> {
    let Some(own) = own else { return Arc::clone(inherited) };
    let mut steps: Vec<BudgetStep> = Vec::with_capacity(own.value.len());
    let mut before: Option<Spanned<Decimal>> = None;
    for step in &own.value {
        let (Some(spent), Some(action)) = (step.spent.0, &step.r#do.0) else { continue };
        let share = spent.value.share();
        if share <= Decimal::ZERO || share > Decimal::ONE {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    spent.span,
                    format!("expected a share above 0% and at most 100%, found `{}`", spent.value),
                )
                .hint("the last step is `100%`: then the whole error budget is spent"),
            );
            continue;
        }
        if action.value.0.trim().is_empty() {
            scope.report(
                Finding::new(&code::INVALID_VALUE, action.span, "a step does not say what the team does")
                    .label("no text")
                    .hint("say it in a sentence, such as `Only repairs are deployed.`"),
            );
            continue;
        }
        if let Some(before) = before.filter(|before| share <= before.value) {
            let (message, hint) = if share == before.value {
                (format!("two steps begin at `{}`", spent.value), "put what the team does into one step")
            } else {
                let earlier = crate::quantity::Percent::of_share(before.value);
                let message = format!("the step at `{}` stands behind the step at `{earlier}`", spent.value);
                (message, "write the steps from the least share to the largest")
            };
            scope.report(
                Finding::new(&code::INVALID_VALUE, spent.span, message)
                    .related(before.span, "the step before")
                    .hint(hint),
            );
            continue;
        }
        before = Some(Spanned::new(share, spent.span));
        steps.push(BudgetStep { spent: share, action: action.value.0.trim().to_owned() });
    }
    steps.into()
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;

    /// What is wrong with these specs, and the steps of both objectives.
    fn steps(policy: &str, service: &str, slo: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut sources = Sources::default();
        let objective = |name: &str, more: &str| {
            format!("  - name: {name}\n    objective: 99%\n    sli: {{timeslice: {{up: up}}}}\n{more}")
        };
        let slo = if slo.is_empty() { String::new() } else { format!("    {slo}\n") };
        let slos = objective("a", "") + &objective("b", &slo);
        sources.add("slos/shop.yaml", format!("version: emberline/v1\nservice: shop\n{service}\nslos:\n{slos}"));
        sources.add("slos/policy.yaml", format!("version: emberline/v1\n{policy}\n"));
        let analysis = crate::analyse(&sources, None);
        let errors = analysis.findings.iter().filter(|it| it.severity == crate::finding::Severity::Error);
        let messages = errors.map(|it| format!("{}: {}", it.code.id, it.message)).collect();
        let plan = analysis.plan.iter().flat_map(|plan| plan.slos());
        let told = |step: &super::BudgetStep| format!("{} {}", step.spent, step.action);
        (messages, plan.map(|slo| slo.budget_policy.iter().map(told).collect()).collect())
    }

    #[test]
    fn the_nearest_policy_replaces_those_above_it() {
        let policy = "error_budget_policy: [{spent: 50%, do: Look.}, {spent: 100%, do: ' Stop. '}]";
        let all = || vec!["0.5 Look.".to_owned(), "1 Stop.".to_owned()];
        assert_eq!(steps(policy, "", ""), (vec![], vec![all(), all()]));
        let service = "error_budget_policy: [{spent: 99.5%, do: Ask.}]";
        let ask = || vec!["0.995 Ask.".to_owned()];
        assert_eq!(steps(policy, service, ""), (vec![], vec![ask(), ask()]));
        assert_eq!(steps(policy, service, "error_budget_policy: []"), (vec![], vec![ask(), vec![]]));
        assert_eq!(steps("", "", "error_budget_policy: [{spent: 99.5%, do: Ask.}]"), (vec![], vec![vec![], ask()]));
    }

    #[test]
    fn a_step_that_cannot_be_meant_is_an_error() {
        for (list, message) in [
            ("[{spent: 0%, do: x}]", "expected a share above 0% and at most 100%, found `0%`"),
            ("[{spent: 101%, do: x}]", "expected a share above 0% and at most 100%, found `101%`"),
            ("[{spent: -5%, do: x}]", "expected a share above 0% and at most 100%, found `-5%`"),
            ("[{spent: 50%, do: ' '}]", "a step does not say what the team does"),
            ("[{spent: 80%, do: x}, {spent: 50%, do: y}]", "the step at `50%` stands behind the step at `80%`"),
            ("[{spent: 50%, do: x}, {spent: 50.0%, do: y}]", "two steps begin at `50%`"),
        ] {
            for (policy, service, slo) in
                [(list, "[]", "[]"), ("[]", list, "[]"), ("[]", "[]", list)].map(|(policy, service, slo)| {
                    let of = |list: &str| format!("error_budget_policy: {list}");
                    (of(policy), of(service), of(slo))
                })
            {
                let (found, _) = steps(&policy, &service, &slo);
                assert_eq!(found, [format!("invalid-value: {message}")], "{list}");
            }
        }
        let (found, _) = steps("error_budget_policy: [{spent: 50, do: x}]", "", "");
        assert!(found[0].contains("a percentage such as"), "{found:?}");
        let (found, _) = steps("error_budget_policy: [{spent: 50%}]", "", "");
        assert!(found[0].starts_with("missing-field"), "{found:?}");
        let (found, _) = steps("error_budget_policy: none", "", "");
        assert!(found[0].contains("expected a list"), "{found:?}");
    }
}
