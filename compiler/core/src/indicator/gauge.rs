//! `up` reads a gauge: a counter is never below 1 again, so no minute would ever be bad.

use super::query::Query;
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::metric::{Declared, MetricType};
use crate::scope::Scope;

/// Refuses what is certainly no gauge: by its declaration, else by an ending that only counters have.
pub(super) fn checked(query: Query, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Query> {
    let (name, range) = query.selector.metric.clone()?;
    let (word, declared) = match setting.index.series(setting.service, &name) {
        Declared::Metric(metric) => match metric.kind {
            MetricType::Gauge | MetricType::UpDownCounter => return Some(query),
            kind => (kind.word(), Some(metric.span())),
        },
        Declared::No if name.ends_with("_total") || name.ends_with("_bucket") => ("counter", None),
        Declared::No | Declared::Unclear => return Some(query),
    };
    let place = query.place(scope.sources, range);
    let mut finding = Finding::new(&code::INVALID_VALUE, place, format!("`{name}` is a {word}: `up` needs a gauge"))
        .label("never below 1 again once it has counted")
        .hint("name a gauge that is 1 while all is well, or give counters as `total` and `bad` with `max_error_ratio`");
    if let Some(declared) = declared {
        finding = finding.related(declared, "declared here");
    }
    scope.report(finding);
    None
}
