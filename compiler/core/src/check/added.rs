//! The matcher that the compiler added to a selector, said wherever a finding is about that selector.

use crate::finding::Finding;
use crate::model::Slo;

/// Says so in findings about an objective's selector.
pub(super) fn note(slo: &Slo, findings: &mut [Finding]) {
    let Some(added) = slo.sli.added() else { return };
    for finding in findings {
        finding.notes.push(format!("`{added}` is added to the selector, since this service declares the metric"));
    }
}
