//! `unbounded-label`: each value of a label is another series, so a label needs a bounded set of values; and what is
//! different for every request or person has none, whatever number somebody wrote beside it.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::model::{Domain, Label, Metric, label_name};

/// Labels that hold a value of their own for every request, person or moment, by their Prometheus names, with what holds
/// a bounded set instead.
const UNBOUNDED: &[(&str, &str)] = &[
    ("client_address", ""),
    ("client_ip", ""),
    ("correlation_id", ""),
    ("customer_id", ""),
    ("db_query_text", "db.query.summary"),
    ("db_statement", "db.query.summary"),
    ("email", ""),
    ("email_address", ""),
    ("enduser_id", ""),
    ("exception_message", "error.type"),
    ("exception_stacktrace", "error.type"),
    ("http_target", "http.route"),
    ("http_url", "http.route"),
    ("http_user_agent", "user_agent.name"),
    ("ip_address", ""),
    ("message_id", ""),
    ("messaging_message_id", ""),
    ("order_id", ""),
    ("phone", ""),
    ("phone_number", ""),
    ("request_id", ""),
    ("session_id", ""),
    ("span_id", ""),
    ("timestamp", ""),
    ("trace_id", ""),
    ("traceparent", ""),
    ("transaction_id", ""),
    ("url", "http.route"),
    ("url_full", "http.route"),
    ("url_path", "http.route"),
    ("url_query", "http.route"),
    ("user_agent_original", "user_agent.name"),
    ("user_email", ""),
    ("user_id", ""),
    ("user_name", ""),
    ("username", ""),
    ("uuid", ""),
];

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for metric in context.service.metrics.values() {
        for (prometheus, label) in &metric.labels {
            findings.extend(match refusal(prometheus, label) {
                Some(Refusal::NoDomain) => Some(without_domain(metric, label)),
                Some(Refusal::ByName { count, instead }) => Some(by_name(metric, label, count, instead)),
                None => None,
            });
        }
    }
}

/// Whether a label of the metric is refused.
pub(super) fn is_refused(metric: &Metric) -> bool {
    metric.labels.iter().any(|(name, label)| refusal(name, label).is_some())
}

/// Why a label is refused.
enum Refusal {
    /// Nothing bounds it.
    NoDomain,
    /// A count is declared for a label that never is bounded; `instead` is what to use, or empty.
    ByName { count: u32, instead: &'static str },
}

fn refusal(prometheus: &str, label: &Label) -> Option<Refusal> {
    match label.domain {
        None => Some(Refusal::NoDomain),
        Some(Domain::Count(count)) if count > 1 => {
            instead(prometheus).map(|instead| Refusal::ByName { count, instead })
        }
        // Who lists every value knows that there are no more.
        Some(_) => None,
    }
}

/// For a label that is known to have no bound, the attribute to use instead; empty where there is none.
fn instead(prometheus: &str) -> Option<&'static str> {
    UNBOUNDED.iter().find(|(name, _)| name.eq_ignore_ascii_case(prometheus)).map(|(_, instead)| *instead)
}

fn without_domain(metric: &Metric, label: &Label) -> Finding {
    Finding::new(
        &code::UNBOUNDED_LABEL,
        label.name.span,
        format!("the label `{}` of `{}` has no bounded set of values", label.name.value, metric.name.value),
    )
    .label("every value is another series")
    .hint(
        "list its `values`, give `max_values`, or take the label off the metric: \
         a value that differs for every request belongs into traces and logs",
    )
}

fn by_name(metric: &Metric, label: &Label, count: u32, instead: &str) -> Finding {
    Finding::new(
        &code::UNBOUNDED_LABEL,
        label.name.span,
        format!(
            "the label `{}` of `{}` has no bound, though the spec declares {count} values",
            label.name.value, metric.name.value
        ),
    )
    .label("another value for every request or person")
    .note("nothing holds a service to the number: values are only ever added")
    .hint(match instead {
        "" => "take the label off the metric: exemplars, traces and logs lead to the single request".to_owned(),
        instead => format!("use `{instead}`, as `{}`, with its values listed", label_name(instead)),
    })
}
