//! How many series there may be.

use crate::source::{Span, Spanned};
use crate::spec::PolicySpec;

/// Budgets of series: `None` where there is none.
#[derive(Debug, Clone)]
pub struct Cardinality {
    /// The most series of a metric, and where that is said.
    pub metric: Option<Spanned<u32>>,
    /// The most series of a service.
    pub service: Option<Spanned<u32>>,
    /// The most series of all services.
    pub total: Option<Spanned<u32>>,
    /// The combinations of labels that an SDK keeps of a metric.
    pub sdk_limit: u32,
    /// Where the policy says so.
    pub sdk_limit_said: Option<Span>,
}

/// What OpenTelemetry's SDKs keep of a metric unless told otherwise ("Cardinality limits" of the metrics SDK
/// specification).
const SDK_LIMIT: u32 = 2_000;

impl Cardinality {
    /// The budgets of a policy.
    pub(super) fn of(spec: Option<&PolicySpec>) -> Self {
        let said = spec.and_then(|spec| spec.cardinality.as_ref()).map(|said| &said.value);
        let sdk_limit = said.and_then(|said| said.sdk_limit);
        Self {
            metric: said.and_then(|said| said.metric),
            service: said.and_then(|said| said.service),
            total: said.and_then(|said| said.total),
            sdk_limit: sdk_limit.map_or(SDK_LIMIT, |limit| limit.value),
            sdk_limit_said: sdk_limit.map(|limit| limit.span),
        }
    }
}
