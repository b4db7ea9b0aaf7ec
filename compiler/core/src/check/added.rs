//! The matcher that the compiler added to a selector, said wherever a finding is about that selector.

use super::Context;
use crate::finding::Finding;
use crate::model::{Sli, Slo};

/// Says so in findings about an objective's selector.
pub(super) fn note(context: &Context<'_>, slo: &Slo, findings: &mut [Finding]) {
    let Sli::Latency(latency) = &slo.sli else { return };
    let Some(added) = latency.added_matcher(&context.model.policy) else { return };
    for finding in findings {
        finding.notes.push(format!("`{added}` is added to the selector, since this service declares the metric"));
    }
}
