//! `unbounded-label`: each value of a label is another series, so a label needs a bounded set of values.

use super::Context;
use crate::code;
use crate::finding::Finding;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for metric in context.service.metrics.values() {
        for label in metric.labels.values().filter(|label| label.domain.is_none()) {
            findings.push(
                Finding::new(
                    &code::UNBOUNDED_LABEL,
                    label.name.span,
                    format!("the label `{}` of `{}` has no bounded set of values", label.name.value, metric.name.value),
                )
                .label("every value is another series")
                .hint(
                    "list its `values`, give `max_values`, or take the label off the metric: \
                     what is different for every request belongs into traces and logs",
                ),
            );
        }
    }
}
