//! `cannot-fire`: burn × budget ≥ 1 asks for an error ratio above 100%.

use rust_decimal::Decimal;

use super::Context;
use crate::code;
use crate::finding::Finding;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, plan) in context.slos() {
        for burn in plan.burns.iter().filter(|burn| burn.threshold >= Decimal::ONE) {
            let pair = format!("{}/{}", burn.long.nominal, burn.short.nominal);
            let highest = ((Decimal::ONE - Decimal::ONE / burn.burn) * Decimal::ONE_HUNDRED).round_dp(2).normalize();
            let mut finding = Finding::new(
                &code::CANNOT_FIRE,
                slo.objective.span,
                format!("the {} alert over {pair} can never fire at {}", burn.severity, slo.objective.value),
            )
            .label(format!("leaves {}% for errors", (plan.budget * Decimal::ONE_HUNDRED).normalize()))
            .note(format!(
                "it fires above burn rate {} × {}% = {}% errors, and there is no more than 100%",
                burn.burn,
                (plan.budget * Decimal::ONE_HUNDRED).normalize(),
                (burn.threshold * Decimal::ONE_HUNDRED).normalize()
            ))
            .hint(format!(
                "raise the objective above {highest}%, or drop the pair (`alerting: {{drop: [{pair}]}}`) or lower its `budget`"
            ));
            if let Some(span) = burn.span {
                finding = finding.related(span, "the pair");
            }
            findings.push(finding);
        }
    }
}
