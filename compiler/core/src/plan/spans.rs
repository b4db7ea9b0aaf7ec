//! What an indicator says of spans.

use crate::indicator::{Indicator, Reading};
use crate::metric::label_name;
use crate::promql::MatchOp;

/// Attributes that semantic conventions put on spans as well as on metrics: a matcher on such a label says the same of a
/// span. A matcher on any other is left out, so that more traces are kept and never fewer.
const SHARED: [&str; 5] =
    ["http.route", "http.request.method", "rpc.method", "rpc.service", "messaging.destination.name"];

/// What an indicator's selector asks of labels that spans have as attributes: key, operator, value or pattern.
pub(super) fn shared_conditions(sli: &dyn Indicator) -> Vec<(String, MatchOp, String)> {
    // The first is that of all events, where there are two.
    let query = sli.readings().first().and_then(Reading::query);
    let matchers = query.into_iter().flat_map(|query| &query.selector.matchers);
    let shared = matchers.filter_map(|matcher| {
        let shared = SHARED.iter().find(|key| label_name(key) == matcher.label || **key == matcher.label)?;
        Some(((*shared).to_owned(), matcher.op, matcher.value.clone()))
    });
    shared.collect()
}
