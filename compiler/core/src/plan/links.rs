//! Addresses: of dashboards, of pages, of queries in Grafana. Those of one's own output stay the same between
//! compilations, since people keep them.

use super::about::Place;
use super::identity::Alert;
use super::names;
use super::part::Part;
use super::slo::SloPlan;
use crate::model::Console;

/// The uid of the dashboard of all objectives.
pub(crate) const OVERVIEW_UID: &str = "emberline-overview";
/// The uid of the dashboard of cost and cardinality.
pub(crate) const COST_UID: &str = "emberline-cost";
/// The longest uid that Grafana takes.
const LONGEST_UID: usize = 40;

/// A uid, or a name like one, for what each team has one of: that of the whole with the team's name.
#[must_use]
pub(crate) fn of_team(uid: &str, part: &Part) -> String {
    match part {
        Part::Team(team) if !team.is_empty() => short(format!("{uid}-{}", names::stem(team)), team),
        Part::Team(_) | Part::Whole => uid.to_owned(),
    }
}

/// The name of an object of Kubernetes for what each team has one of.
#[must_use]
pub(crate) fn in_kubernetes(name: &str, part: &Part) -> String {
    match part {
        Part::Team(team) if !team.is_empty() => format!("{name}-{}", names::kubernetes(&names::stem(team))),
        Part::Team(_) | Part::Whole => name.to_owned(),
    }
}

/// The uid of an alert rule that Grafana evaluates: short, and the same as long as its names are.
#[must_use]
pub(crate) fn rule_uid(service: &str, slo: &str, slug: &str) -> String {
    let name = format!("{service}/{slo}/{slug}");
    // Two hashes: 64 bits, where one of 32 would give the same uid to two of some ten thousand rules.
    format!("slo-{:08x}{:08x}", names::fnv1a(&name), names::fnv1a(&name.chars().rev().collect::<String>()))
}

/// The uid of a service's dashboard.
#[must_use]
pub(crate) fn dashboard_uid(service: &str) -> String {
    short(format!("slo-{}", names::stem(service)), service)
}

/// A uid that Grafana takes; one that is cut ends with a number made of the whole name.
fn short(uid: String, name: &str) -> String {
    if uid.len() <= LONGEST_UID { uid } else { format!("{}-{:08x}", &uid[..LONGEST_UID - 9], names::fnv1a(name)) }
}

/// The uid of a further dashboard of a service: the second has part 1.
#[must_use]
pub(crate) fn part_uid(service: &str, part: usize) -> String {
    let uid = dashboard_uid(service);
    let kept = uid.len().min(LONGEST_UID - 9);
    format!("{}-{:08x}", &uid[..kept], names::fnv1a(&format!("{service}\n{part}")))
}

/// The address of a dashboard within Grafana.
#[must_use]
pub(crate) fn dashboard_path(uid: &str) -> String {
    format!("/d/{uid}")
}

/// The address of a service's dashboard, where the policy says where Grafana is.
#[must_use]
pub fn dashboard_url(console: &Console, service: &str) -> Option<String> {
    Some(format!("{}{}", console.grafana.as_ref()?, dashboard_path(&dashboard_uid(service))))
}

/// The address of a service's runbook pages, where the policy says where they are served.
#[must_use]
pub(crate) fn service_url(console: &Console, service: &str) -> Option<String> {
    Some(format!("{}/{}/index.html", console.runbooks.as_ref()?, names::stem(service)))
}

/// The address of an objective's page.
#[must_use]
pub(crate) fn slo_url(console: &Console, slo: &SloPlan) -> Option<String> {
    Some(format!("{}/{}/{}/index.html", console.runbooks.as_ref()?, names::stem(&slo.service), slo.stem))
}

/// The address of an alert's page: its `runbook_url`.
#[must_use]
pub(crate) fn alert_url(console: &Console, slo: &SloPlan, alert: Alert<'_>) -> Option<String> {
    Some(format!("{}/{}/{}/{}.html", console.runbooks.as_ref()?, names::stem(&slo.service), slo.stem, alert.slug()))
}

/// The address of a line of the specs, where the policy says how to make one.
#[must_use]
pub fn source(console: &Console, place: &Place) -> Option<String> {
    let path = place.path.split('/').map(segment).collect::<Vec<_>>().join("/");
    Some(console.source.as_ref()?.replace("{path}", &path).replace("{line}", &place.line.to_string()))
}

/// A text as one part of an address.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Variables that Grafana puts into an address; they must reach it as they are.
const CARRIED: [&str; 8] = [
    "${__from}",
    "${__to}",
    "${__field.labels.http_route}",
    "${__field.labels.rpc_method}",
    "${__value.raw}",
    "${tempo}",
    "${loki}",
    "${pyroscope}",
];

/// An address of Grafana's Explore that asks a data source, over the time range that the reader looks at. `query` is the
/// data source's own form of a query.
#[must_use]
pub fn explore(uid: &str, query: &serde_json::Value, from: &str, to: &str) -> String {
    let panes = serde_json::json!({"emb": {
        "datasource": uid,
        "queries": [query],
        "range": {"from": from, "to": to},
    }});
    let mut encoded = segment(&panes.to_string());
    for variable in CARRIED {
        encoded = encoded.replace(&segment(variable), variable);
    }
    format!("/explore?schemaVersion=1&orgId=1&panes={encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_short_and_unique() {
        assert_eq!(dashboard_uid("checkout"), "slo-checkout");
        let long = "a".repeat(60);
        let other = format!("{}b", "a".repeat(59));
        for name in [long.as_str(), other.as_str(), "日本", "a b"] {
            assert!(dashboard_uid(name).len() <= LONGEST_UID, "{name}");
        }
        assert_ne!(dashboard_uid(&long), dashboard_uid(&other));
    }

    #[test]
    fn addresses_carry_the_readers_range_and_nothing_else_unescaped() {
        let query = serde_json::json!({"query": "{name=\"a&b ${__from}\"}"});
        let link = explore("tempo", &query, "${__from}", "${__to}");
        assert!(link.contains("%22from%22%3A%22${__from}%22"), "{link}");
        assert!(!link.contains('"') && !link.contains(' ') && link.matches('&').count() == 2, "{link}");
    }
}
