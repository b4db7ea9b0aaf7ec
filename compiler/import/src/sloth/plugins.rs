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
    /// The matcher that the option `exclude_errors` adds to both.
    errors: &'static str,
    side: Side,
}

/// What a plugin is here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Queries of all events and of a part of them.
    Parts(String, String, Side),
    /// The share of series that are at 1.
    Up(String),
}

/// The part is bad.
const fn bad(id: &'static str, total: &'static str, both: &'static str, of_part: &'static str) -> Indicator {
    Indicator { id, total, part: total, both, of_part, errors: "", side: Side::Bad }
}

/// The part is a bucket, of a histogram's good observations.
const fn fast(id: &'static str, total: &'static str, part: &'static str, both: &'static str) -> Indicator {
    Indicator { id, total, part, both, of_part: "le=\"$bucket\"", errors: "", side: Side::Good }
}

/// Errors can be left out of both.
const fn excluding(indicator: Indicator) -> Indicator {
    Indicator { errors: "code!~\"5..\"", ..indicator }
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
    excluding(fast(
        "istio/v1/latency",
        "istio_request_duration_milliseconds_count",
        "istio_request_duration_milliseconds_bucket",
        "destination_service_name=\"$service\",destination_service_namespace=\"$namespace\"",
    )),
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
        errors: "",
        side: Side::Bad,
    },
    bad("slok-go-http-metrics/availability", "http_request_duration_seconds_count", "", "code=~\"(5..|429)\""),
    excluding(fast(
        "slok-go-http-metrics/latency",
        "http_request_duration_seconds_count",
        "http_request_duration_seconds_bucket",
        "",
    )),
    bad(
        "traefik/v1/availability",
        "traefik_backend_requests_total",
        "backend=~\"$backend_regex\"",
        "code=~\"(5..|429)\"",
    ),
    excluding(fast(
        "traefik/v1/latency",
        "traefik_backend_request_duration_seconds_count",
        "traefik_backend_request_duration_seconds_bucket",
        "backend=~\"$backend_regex\"",
    )),
    bad(
        "traefik/v2/availability",
        "traefik_service_requests_total",
        "service=~\"$service_name_regex\"",
        "code=~\"(5..)\"",
    ),
    excluding(fast(
        "traefik/v2/latency",
        "traefik_service_request_duration_seconds_count",
        "traefik_service_request_duration_seconds_bucket",
        "service=~\"$service_name_regex\"",
    )),
];

/// What a common plugin counts.
///
/// # Errors
/// Why the plugin cannot be imported.
pub(super) fn indicator(id: &str, options: &Texts) -> Result<Found, String> {
    let name = id.strip_prefix("sloth-common/").unwrap_or_default();
    let mut given = Options { all: options, used: vec!["filter"] };
    let found = match name {
        "prometheus/targets/availability" => Found::Up(format!("up{{{}}}", given.filter())),
        "kubernetes/kooper/availability" => kooper(&mut given)?,
        "noop" => return Err("its ratio is always 0, so no event is ever bad; write what to count".to_owned()),
        _ => tabled(name, &mut given)?,
    };
    match options.iter().find(|(name, _)| !given.used.contains(&name.as_str())) {
        Some((unknown, _)) => Err(format!("its option `{unknown}` is not known")),
        None => Ok(found),
    }
}

/// Options as they are filled in.
struct Options<'o> {
    all: &'o Texts,
    used: Vec<&'static str>,
}

impl Options<'_> {
    fn get(&mut self, name: &'static str) -> Option<&str> {
        self.used.push(name);
        self.all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The matchers that the option `filter` adds.
    fn filter(&mut self) -> String {
        self.get("filter").unwrap_or_default().trim().trim_matches(['{', '}', ',']).to_owned()
    }

    /// Fills `$option` in.
    fn filled(&mut self, matchers: &'static str) -> Result<String, String> {
        let mut text = matchers.to_owned();
        for option in matchers.split('$').skip(1) {
            let option = option.split('"').next().unwrap_or(option);
            // The only option with a default.
            let default = (option == "custom_rcode_regex").then_some("(NXDOMAIN|SERVFAIL|FORMERR)");
            let value = self.get(option).or(default).ok_or_else(|| format!("the option `{option}` is missing"))?;
            text = text.replace(&format!("${option}"), value);
        }
        Ok(text)
    }

    /// The matcher that is added if errors are left out.
    fn errors(&mut self, matcher: &'static str) -> Result<&'static str, String> {
        if matcher.is_empty() {
            return Ok("");
        }
        match self.get("exclude_errors").unwrap_or_default() {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(matcher),
            "" | "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(""),
            other => Err(format!("its option `exclude_errors: {other}` is no truth value")),
        }
    }
}

/// The queries of a row of the table.
fn tabled(name: &str, given: &mut Options<'_>) -> Result<Found, String> {
    let Some(Indicator { total, part, both, of_part, errors, side, .. }) = INDICATORS.iter().find(|it| it.id == name)
    else {
        return Err("a plugin is a program; write its queries as `events`, or import what it generates".to_owned());
    };
    let (both, of_part, errors) = (given.filled(both)?, given.filled(of_part)?, given.errors(errors)?);
    let filter = given.filter();
    let all = [filter.as_str(), errors, &both];
    Ok(Found::Parts(rate(total, &all), rate(part, &[&all[..], &[of_part.as_str()]].concat()), *side))
}

/// Reconciled objects: what was put back into the queue is no event.
fn kooper(given: &mut Options<'_>) -> Result<Found, String> {
    let (filter, controller) = (given.filter(), given.filled("controller=\"$controller\"")?);
    let handled = "kooper_controller_processed_event_duration_seconds_count";
    let own = [filter.as_str(), &controller];
    let all = rate(handled, &own);
    let again = rate("kooper_controller_queued_events_total", &[own[0], own[1], "requeue=\"true\""]);
    let bad = rate(handled, &[own[0], own[1], "success=\"false\""]);
    Ok(Found::Parts(format!("({all} - ({again} or on () vector(0))) > 0"), bad, Side::Bad))
}

fn rate(metric: &str, matchers: &[&str]) -> String {
    let matchers: Vec<&str> = matchers.iter().copied().filter(|matcher| !matcher.is_empty()).collect();
    format!("sum(rate({metric}{{{}}}[{{{{.window}}}}]))", matchers.join(","))
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
            let found = indicator(&format!("sloth-common/{}", row.id), &options(&given)).unwrap();
            let Found::Parts(total, part, _) = found else { panic!("{found:?}") };
            for query in [total, part] {
                let counters = emberline_core::promql::PromqlQuery::parse(&query).unwrap().counters();
                assert!(counters.is_some(), "{query}");
            }
        }
    }

    #[test]
    fn options_are_filled_in_or_refused() {
        let found =
            indicator("sloth-common/coredns/latency", &options(&[("bucket", "0.25"), ("filter", "{a=\"1\",}")]));
        let Found::Parts(total, part, side) = found.unwrap() else { panic!("no parts") };
        assert_eq!(total, "sum(rate(coredns_dns_request_duration_seconds_count{a=\"1\"}[{{.window}}]))");
        assert_eq!(part, "sum(rate(coredns_dns_request_duration_seconds_bucket{a=\"1\",le=\"0.25\"}[{{.window}}]))");
        assert_eq!(side, Side::Good);
        assert!(indicator("sloth-common/coredns/latency", &options(&[])).unwrap_err().contains("`bucket` is missing"));
        let excluded = options(&[("bucket", "1"), ("exclude_errors", "true")]);
        assert!(indicator("sloth-common/coredns/latency", &excluded).unwrap_err().contains("exclude_errors"));
        assert!(indicator("mine", &options(&[])).is_err());
        let given = [("bucket", "1"), ("filter", "job=\"a\""), ("exclude_errors", "true")];
        let found = indicator("sloth-common/slok-go-http-metrics/latency", &options(&given)).unwrap();
        let Found::Parts(total, part, _) = found else { panic!("no parts") };
        assert_eq!(total, "sum(rate(http_request_duration_seconds_count{job=\"a\",code!~\"5..\"}[{{.window}}]))");
        assert!(part.contains("{job=\"a\",code!~\"5..\",le=\"1\"}"), "{part}");
        let odd = options(&[("bucket", "1"), ("exclude_errors", "perhaps")]);
        assert!(indicator("sloth-common/traefik/v1/latency", &odd).is_err());
    }

    #[test]
    fn plugins_that_no_row_can_say_are_read() {
        let up = indicator("sloth-common/prometheus/targets/availability", &options(&[("filter", "job=\"a\"")]));
        assert_eq!(up.unwrap(), Found::Up("up{job=\"a\"}".to_owned()));
        let kooper =
            indicator("sloth-common/kubernetes/kooper/availability", &options(&[("controller", "a")])).unwrap();
        let Found::Parts(total, bad, Side::Bad) = kooper else { panic!("{kooper:?}") };
        for query in [total, bad] {
            emberline_core::promql::PromqlQuery::parse(&query).unwrap();
        }
        assert!(indicator("sloth-common/noop", &options(&[])).unwrap_err().contains("always 0"));
    }
}
