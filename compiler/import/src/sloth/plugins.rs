//! Plugins of Sloth, by table: what the common indicators count, and what the common rule plugins do.

use emberline_core::yaml::Node;

use crate::objective::Texts;
use crate::ratio::Side;
use crate::report::Rows;
use crate::tree::{find, items, text};

/// What a plugin of the common collection counts.
struct Indicator {
    /// Its id, behind `sloth-common/`.
    id: &'static str,
    /// The metric of all events.
    total: &'static str,
    /// The metric of the part, where it is another.
    part: &'static str,
    /// Matchers of both, with options as `$option`.
    both: &'static str,
    /// Further matchers of the part.
    of_part: &'static str,
    side: Side,
}

/// The part is bad.
const fn bad(id: &'static str, total: &'static str, both: &'static str, of_part: &'static str) -> Indicator {
    Indicator { id, total, part: total, both, of_part, side: Side::Bad }
}

/// The part is a bucket, of a histogram's good observations.
const fn fast(id: &'static str, total: &'static str, part: &'static str, both: &'static str) -> Indicator {
    Indicator { id, total, part, both, of_part: "le=\"$bucket\"", side: Side::Good }
}

/// Ids and metrics by the documentation of the common plugins.
const INDICATORS: &[Indicator] = &[
    bad("coredns/availability", "coredns_dns_responses_total", "", "rcode=~\"$custom_rcode_regex\""),
    fast(
        "coredns/latency",
        "coredns_dns_request_duration_seconds_count",
        "coredns_dns_request_duration_seconds_bucket",
        "",
    ),
    bad("haproxy/frontend/availability", "haproxy_frontend_http_responses_total", "", "code=\"5xx\""),
    bad(
        "istio/v1/availability",
        "istio_requests_total",
        "destination_service_name=\"$service\",destination_service_namespace=\"$namespace\"",
        "response_code=~\"(5..|429)\"",
    ),
    fast(
        "istio/v1/latency",
        "istio_request_duration_milliseconds_count",
        "istio_request_duration_milliseconds_bucket",
        "destination_service_name=\"$service\",destination_service_namespace=\"$namespace\"",
    ),
    bad("kubernetes/apiserver/availability", "apiserver_request_total", "", "code=~\"(5..|429)\""),
    fast(
        "kubernetes/apiserver/latency",
        "apiserver_request_duration_seconds_count",
        "apiserver_request_duration_seconds_bucket",
        "verb!=\"WATCH\"",
    ),
    fast(
        "kubernetes/kooper/latency",
        "kooper_controller_processed_event_duration_seconds_count",
        "kooper_controller_processed_event_duration_seconds_bucket",
        "controller=\"$controller\"",
    ),
    fast(
        "kubernetes/kooper/queue-congestion",
        "kooper_controller_event_in_queue_duration_seconds_count",
        "kooper_controller_event_in_queue_duration_seconds_bucket",
        "controller=\"$controller\"",
    ),
    bad("kubernetes/nginx-ingress/availability", "nginx_ingress_controller_requests", "", "status=~\"(5..|429)\""),
    Indicator {
        id: "prometheus/rules/eval-availability",
        total: "prometheus_rule_evaluations_total",
        part: "prometheus_rule_evaluation_failures_total",
        both: "",
        of_part: "",
        side: Side::Bad,
    },
    bad("slok-go-http-metrics/availability", "http_request_duration_seconds_count", "", "code=~\"(5..|429)\""),
    fast(
        "slok-go-http-metrics/latency",
        "http_request_duration_seconds_count",
        "http_request_duration_seconds_bucket",
        "",
    ),
    bad(
        "traefik/v1/availability",
        "traefik_backend_requests_total",
        "backend=~\"$backend_regex\"",
        "code=~\"(5..|429)\"",
    ),
    fast(
        "traefik/v1/latency",
        "traefik_backend_request_duration_seconds_count",
        "traefik_backend_request_duration_seconds_bucket",
        "backend=~\"$backend_regex\"",
    ),
    bad(
        "traefik/v2/availability",
        "traefik_service_requests_total",
        "service=~\"$service_name_regex\"",
        "code=~\"(5..)\"",
    ),
    fast(
        "traefik/v2/latency",
        "traefik_service_request_duration_seconds_count",
        "traefik_service_request_duration_seconds_bucket",
        "service=~\"$service_name_regex\"",
    ),
];

/// The queries of a common plugin: total, part, and what the part is.
///
/// # Errors
/// Why the plugin cannot be imported.
pub(super) fn indicator(id: &str, options: &Texts) -> Result<(String, String, Side), String> {
    let name = id.strip_prefix("sloth-common/").unwrap_or_default();
    let Some(Indicator { total, part, both, of_part, side, .. }) = INDICATORS.iter().find(|it| it.id == name) else {
        return Err("a plugin is a program; write its queries as `events`, or import what it generates".to_owned());
    };
    let mut used = vec!["filter"];
    let mut filled = |matchers: &'static str| {
        let mut text = matchers.to_owned();
        for option in matchers.split('$').skip(1) {
            let option = option.split('"').next().unwrap_or(option);
            used.push(option);
            // The only option with a default.
            let default = (option == "custom_rcode_regex").then_some("(NXDOMAIN|SERVFAIL|FORMERR)");
            let given = options.iter().find(|(name, _)| name == option).map(|(_, value)| value.as_str());
            let value = given.or(default).ok_or_else(|| format!("the option `{option}` is missing"))?;
            text = text.replace(&format!("${option}"), value);
        }
        Ok::<String, String>(text)
    };
    let (both, of_part) = (filled(both)?, filled(of_part)?);
    if let Some((unknown, _)) = options.iter().find(|(name, _)| !used.contains(&name.as_str())) {
        return Err(format!("its option `{unknown}` is not known"));
    }
    let filter = options.iter().find(|(name, _)| name == "filter").map_or("", |(_, filter)| filter.as_str());
    let filter = filter.trim().trim_matches(['{', '}', ',']);
    let query = |metric: &str, parts: &[&str]| {
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        format!("sum(rate({metric}{{{}}}[{{{{.window}}}}]))", parts.join(","))
    };
    Ok((query(total, &[filter, &both]), query(part, &[filter, &both, &of_part]), *side))
}

/// What plugins that change rules do, and what does it here.
const CHAIN: &[(&str, &str)] = &[
    ("sloth.dev/core/debug/v1", "it only writes to a log"),
    ("sloth.dev/core/validate/v1", "`emberline check` judges specs"),
    ("sloth.dev/core/sli_rules/v1", "`emberline compile` writes the rules"),
    ("sloth.dev/core/metadata_rules/v1", "`emberline compile` writes the rules"),
    ("sloth.dev/core/alert_rules/v1", "`emberline compile` writes the rules"),
    ("sloth.dev/core/noop/v1", "it does nothing"),
    ("sloth.dev/contrib/denominator_corrected_rules/v1", "budgets are weighted by events in any case"),
    ("sloth.dev/contrib/validate_victoria_metrics/v1", "queries must be PromQL here"),
    ("sloth.dev/contrib/rule_intervals/v1", "the policy has `evaluation_interval`"),
    ("sloth.dev/contrib/info_labels/v1", "`slo:info` has the owner and the tier; others have no place in it"),
];

/// Says what becomes of plugins in a chain.
pub(super) fn chain(node: Option<&Node>, rows: &mut Rows) {
    let Some(node) = node else { return };
    for plugin in items(find(node, "chain")) {
        let id = find(plugin, "id");
        let (name, at) = (id.and_then(text).unwrap_or_default(), id.map_or(plugin.span, |id| id.span));
        match CHAIN.iter().find(|(known, _)| *known == name) {
            Some((_, why)) => rows.changes(at, format!("plugin `{name}` is left out"), *why, ""),
            None => rows.cannot(at, format!("plugin `{name}`"), "a plugin is a program that may change any rule"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(all: &[(&str, &str)]) -> Texts {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_row_gives_queries_that_are_read() {
        let all = ["bucket", "service", "namespace", "controller", "backend_regex", "service_name_regex"];
        for row in INDICATORS {
            let used = |name: &&str| [row.both, row.of_part].concat().contains(&format!("${name}\""));
            let given: Vec<_> = all.iter().filter(|name| used(name)).map(|name| (*name, "0.3")).collect();
            let (total, part, _) = indicator(&format!("sloth-common/{}", row.id), &options(&given)).unwrap();
            for query in [total, part] {
                let counters = emberline_core::promql::PromqlQuery::parse(&query).unwrap().counters();
                assert!(counters.is_some(), "{query}");
            }
        }
    }

    #[test]
    fn options_are_filled_in_or_refused() {
        let (total, part, side) =
            indicator("sloth-common/coredns/latency", &options(&[("bucket", "0.25"), ("filter", "{a=\"1\",}")]))
                .unwrap();
        assert_eq!(total, "sum(rate(coredns_dns_request_duration_seconds_count{a=\"1\"}[{{.window}}]))");
        assert_eq!(part, "sum(rate(coredns_dns_request_duration_seconds_bucket{a=\"1\",le=\"0.25\"}[{{.window}}]))");
        assert_eq!(side, Side::Good);
        assert!(indicator("sloth-common/coredns/latency", &options(&[])).unwrap_err().contains("`bucket` is missing"));
        let excluded = options(&[("bucket", "1"), ("exclude_errors", "true")]);
        assert!(indicator("sloth-common/coredns/latency", &excluded).unwrap_err().contains("exclude_errors"));
        assert!(indicator("mine", &options(&[])).is_err());
    }
}
