//! What a policy takes over from the one above it: a table of every field, and the policy that both make together.
//!
//! Policies are put together as they are written, before anything is known of their meaning: each value keeps its place,
//! so that a finding points at the file that says it.

use crate::yaml::{Key, Node, Value};

/// How a field of a policy and the same field of the policy above it become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The lower value replaces the upper one, a list as a whole.
    Replace,
    /// Mappings are put together: of an entry with the same key, the lower one counts.
    Entries,
    /// As [`How::Entries`], but a team may not set the entries with these keys: everybody shares what they are about.
    EntriesBut(&'static [&'static str]),
    /// Mappings of mappings are put together, and so are two entries with the same key.
    Nested,
    /// The fields of the record within are put together one by one.
    Fields(&'static str),
    /// Mappings of records are put together, and the fields of two entries with the same key one by one.
    Each(&'static str),
    /// Both lists count, unless the lower policy replaces what they are about: the lower `pairs` void the upper `drop`.
    Pairs,
    /// Nothing is taken over: it counts where it stands.
    Own,
    /// Taken over, but a team may not set it: everybody shares what it is about.
    Shared,
}

/// Records of a policy, by their names in its JSON Schema, with their fields.
pub const FIELDS: &[(&str, &[(&str, How)])] = &[
    (
        "PolicySpec",
        &[
            ("version", How::Replace),
            ("lock", How::Own),
            ("code_owners", How::Own),
            ("scrape_interval", How::Replace),
            ("export_interval", How::Replace),
            ("evaluation_interval", How::Replace),
            ("time_scale", How::Shared),
            ("strict", How::Replace),
            ("labels", How::Entries),
            ("group_by", How::Replace),
            ("service_label", How::Replace),
            ("replica_label", How::Replace),
            ("ambient_labels", How::Replace),
            ("enumerations", How::Entries),
            ("rules", How::Fields("RulesSpec")),
            ("cardinality", How::Fields("CardinalitySpec")),
            ("waivers", How::Own),
            ("targets", How::Replace),
            ("operator", How::Fields("OperatorSpec")),
            ("rulers", How::Fields("RulersSpec")),
            ("runbook_url", How::Replace),
            ("grafana", How::Fields("GrafanaSpec")),
            ("source_url", How::Replace),
            ("store_url", How::Shared),
            ("severities", How::Each("SeveritySpec")),
            ("receivers", How::Entries),
            // How long alerts without an end last is Alertmanager's own setting, and not a receiver's.
            ("globals", How::EntriesBut(&["resolve_timeout"])),
            ("templates", How::Replace),
            ("time_intervals", How::Entries),
            ("owners", How::Nested),
            ("default_receiver", How::Shared),
            ("watchers", How::Shared),
            ("alerting", How::Fields("AlertingSpec")),
            ("data", How::Fields("DataSpec")),
            ("error_budget_policy", How::Replace),
            ("origins", How::Shared),
            ("sampling", How::Shared),
            ("redaction", How::Shared),
            ("retention", How::Shared),
            ("observed", How::Shared),
            ("drill", How::Shared),
        ],
    ),
    ("RulesSpec", &[("max_group_rules", How::Replace), ("shards", How::Replace)]),
    (
        "CardinalitySpec",
        &[("metric", How::Replace), ("service", How::Replace), ("total", How::Shared), ("sdk_limit", How::Replace)],
    ),
    (
        "OperatorSpec",
        &[
            ("namespace", How::Replace),
            ("namespaces", How::Entries),
            ("labels", How::Entries),
            ("matcher_strategy", How::Replace),
            ("secrets", How::Entries),
        ],
    ),
    (
        "RulersSpec",
        &[
            ("mimir", How::Fields("MimirSpec")),
            ("thanos", How::Fields("ThanosSpec")),
            ("vmalert", How::Fields("VmalertSpec")),
            ("grafana", How::Fields("GrafanaRulesSpec")),
            ("rollup", How::Fields("RollupSpec")),
        ],
    ),
    (
        "MimirSpec",
        &[("namespace_prefix", How::Replace), ("max_groups", How::Replace), ("source_tenants", How::Replace)],
    ),
    ("ThanosSpec", &[("partial_response", How::Replace), ("replica_labels", How::Replace)]),
    ("VmalertSpec", &[("eval_delay", How::Replace), ("tenant", How::Replace)]),
    ("GrafanaRulesSpec", &[("org", How::Replace), ("folder", How::Replace), ("datasource", How::Replace)]),
    ("RollupSpec", &[("label", How::Replace)]),
    (
        "GrafanaSpec",
        &[
            ("url", How::Replace),
            ("folder", How::Replace),
            ("dashboards", How::Replace),
            ("variables", How::Replace),
            ("kubernetes", How::Fields("DashboardObjectsSpec")),
            ("prometheus", How::Fields("DataSourceSpec")),
            ("tempo", How::Fields("DataSourceSpec")),
            ("loki", How::Fields("DataSourceSpec")),
            ("pyroscope", How::Fields("DataSourceSpec")),
        ],
    ),
    (
        "DashboardObjectsSpec",
        &[
            ("namespace", How::Replace),
            ("labels", How::Entries),
            ("folder_annotation", How::Replace),
            ("instance", How::Entries),
            ("project", How::Replace),
        ],
    ),
    ("DataSourceSpec", &[("uid", How::Replace), ("url", How::Replace)]),
    (
        "SeveritySpec",
        &[
            ("labels", How::Entries),
            ("receiver", How::Replace),
            ("mutes", How::Replace),
            ("active_time_intervals", How::Replace),
            ("mute_time_intervals", How::Replace),
            ("escalation", How::Replace),
        ],
    ),
    (
        "AlertingSpec",
        &[
            ("names", How::Fields("AlertNamesSpec")),
            ("labels", How::Entries),
            ("annotations", How::Entries),
            ("keep_firing_for", How::Replace),
            ("min_bad_events", How::Replace),
            ("pairs", How::Replace),
            ("drop", How::Pairs),
        ],
    ),
    (
        "AlertNamesSpec",
        &[
            ("burn", How::Replace),
            ("absent", How::Replace),
            ("broken", How::Replace),
            ("group_gone", How::Replace),
            ("no_traffic", How::Replace),
        ],
    ),
    (
        "DataSpec",
        &[
            ("absent", How::Replace),
            ("broken", How::Replace),
            ("group_gone", How::Replace),
            ("no_traffic", How::Replace),
        ],
    ),
];

/// How a field is taken over; a field that no table has is replaced.
#[must_use]
pub fn how(record: &str, field: &str) -> How {
    let fields = FIELDS.iter().find(|(name, _)| *name == record).map_or(&[][..], |(_, fields)| fields);
    fields.iter().find(|(name, _)| *name == field).map_or(How::Replace, |(_, how)| *how)
}

/// The fields of a record that a team sets although everybody shares what they are about, with their keys.
pub(crate) fn shared<'n>(record: &'static str, own: &'n Node) -> Vec<(String, &'n Key)> {
    let Value::Mapping(entries) = &own.value else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in entries {
        let field = &*key.value.text;
        match how(record, field) {
            How::Shared => found.push((field.to_owned(), key)),
            How::EntriesBut(shared) => {
                let Value::Mapping(entries) = &value.value else { continue };
                let shared = entries.iter().filter(|(key, _)| shared.contains(&&*key.value.text));
                found.extend(shared.map(|(key, _)| (format!("{field}.{}", key.value.text), key)));
            }
            How::Fields(inner) => {
                found.extend(shared(inner, value).into_iter().map(|(name, key)| (format!("{field}.{name}"), key)));
            }
            _ => {}
        }
    }
    found
}

/// What a policy and the one above it say together. `is_team`: what everybody shares is the upper one's alone, and the
/// upper one's own lists are not taken over.
pub(crate) fn merged(above: &Node, own: &Node, is_team: bool) -> Node {
    fields("PolicySpec", above, own, is_team)
}

fn fields(record: &str, above: &Node, own: &Node, is_team: bool) -> Node {
    let (Value::Mapping(upper), Value::Mapping(lower)) = (&above.value, &own.value) else { return own.clone() };
    let said = |entries: &[(Key, Node)], field: &str| entries.iter().any(|(key, _)| &*key.value.text == field);
    let mut entries: Vec<(Key, Node)> = Vec::with_capacity(upper.len() + lower.len());
    for (key, value) in lower {
        let field = &*key.value.text;
        let way = how(record, field);
        let other = upper.iter().find(|(key, _)| &*key.value.text == field).map(|(_, value)| value);
        let value = match (way, other) {
            (How::Shared, _) if is_team => continue,
            (How::Own, Some(other)) if !is_team => listed(other, value),
            (How::Pairs, Some(other)) if !said(lower, "pairs") => listed(other, value),
            (How::Entries, Some(other)) => mapped(other, value, |_, own| own.clone()),
            (How::EntriesBut(shared), other) => {
                let own = if is_team { without(value, |key| shared.contains(&key)) } else { value.clone() };
                other.map_or(own.clone(), |other| mapped(other, &own, |_, own| own.clone()))
            }
            (How::Nested, Some(other)) => mapped(other, value, |above, own| mapped(above, own, |_, own| own.clone())),
            (How::Fields(inner), Some(other)) => fields(inner, other, value, is_team),
            (How::Fields(inner), None) if is_team => without(value, |key| how(inner, key) == How::Shared),
            (How::Each(inner), Some(other)) => mapped(other, value, |above, own| fields(inner, above, own, is_team)),
            _ => value.clone(),
        };
        entries.push((key.clone(), value));
    }
    for (key, value) in upper {
        let field = &*key.value.text;
        let is_taken = match how(record, field) {
            How::Own => !is_team && !said(lower, field),
            How::Pairs => !said(lower, field) && !said(lower, "pairs"),
            How::Shared => is_team || !said(lower, field),
            _ => !said(lower, field),
        };
        if is_taken {
            entries.push((key.clone(), value.clone()));
        }
    }
    Node { span: own.span, value: Value::Mapping(entries) }
}

/// A mapping without the entries whose key is left out.
fn without(own: &Node, is_out: impl Fn(&str) -> bool) -> Node {
    let Value::Mapping(entries) = &own.value else { return own.clone() };
    let kept = entries.iter().filter(|(key, _)| !is_out(&key.value.text)).cloned().collect();
    Node { span: own.span, value: Value::Mapping(kept) }
}

/// The entries of both mappings; `both` says what two of the same key become.
fn mapped(above: &Node, own: &Node, both: impl Fn(&Node, &Node) -> Node) -> Node {
    let (Value::Mapping(upper), Value::Mapping(lower)) = (&above.value, &own.value) else { return own.clone() };
    let find = |entries: &'_ [(Key, Node)], key: &Key| {
        entries.iter().position(|(other, _)| other.value.text == key.value.text)
    };
    let mut entries: Vec<(Key, Node)> = lower
        .iter()
        .map(|(key, value)| {
            let value =
                find(upper, key).and_then(|at| upper.get(at)).map_or_else(|| value.clone(), |it| both(&it.1, value));
            (key.clone(), value)
        })
        .collect();
    entries.extend(upper.iter().filter(|(key, _)| find(lower, key).is_none()).cloned());
    Node { span: own.span, value: Value::Mapping(entries) }
}

/// The items of both lists, the upper ones first.
fn listed(above: &Node, own: &Node) -> Node {
    let (Value::Sequence(upper), Value::Sequence(lower)) = (&above.value, &own.value) else { return own.clone() };
    Node { span: own.span, value: Value::Sequence(upper.iter().chain(lower).cloned().collect()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::source::Sources;
    use crate::spec::schema::{self, Kind};

    #[test]
    fn every_field_of_a_policy_says_how_it_is_taken_over() {
        let schema: serde_json::Value = serde_json::from_str(&schema::text(Kind::Policy)).unwrap();
        let mut wanted = BTreeSet::new();
        let mut open = vec!["PolicySpec"];
        while let Some(record) = open.pop() {
            let definition = if schema["title"] == record { &schema } else { &schema["$defs"][record] };
            for field in definition["properties"].as_object().unwrap().keys() {
                assert!(wanted.insert((record, field.clone())), "{record} is reached twice; then this test loops");
                if let How::Fields(inner) | How::Each(inner) = how(record, field) {
                    let is_new = !wanted.iter().any(|(known, _)| *known == inner);
                    open.extend((is_new && !open.contains(&inner)).then_some(inner));
                }
            }
        }
        let known: BTreeSet<(&str, String)> = FIELDS
            .iter()
            .flat_map(|(record, fields)| fields.iter().map(|(field, _)| (*record, (*field).to_owned())))
            .collect();
        assert_eq!(known, wanted, "how does a policy take each of these over? Say so in FIELDS");
    }

    /// What a team's policy says together with the one above it, as text.
    fn together(above: &str, own: &str, is_team: bool) -> String {
        let mut sources = Sources::default();
        let mut node = |text: &str| crate::yaml::parse(sources.add("policy.yaml", text), text).documents.remove(0);
        let (above, own) = (node(above), node(own));
        text(&merged(&above, &own, is_team))
    }

    fn text(node: &Node) -> String {
        match &node.value {
            Value::Scalar(scalar) => scalar.text.to_string(),
            Value::Sequence(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
            Value::Mapping(entries) => {
                let entry = |(key, value): &(Key, Node)| format!("{}:{}", key.value.text, text(value));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn each_way_of_taking_over_does_what_it_says() {
        for (above, own, expected) in [
            ("targets: [rules, tests]", "targets: [rules]", "{targets:[rules]}"),
            ("labels: {a: x, b: x}", "labels: {b: y, c: y}", "{labels:{b:y c:y a:x}}"),
            ("owners: {t: {page: a, ticket: b}}", "owners: {t: {page: c}}", "{owners:{t:{page:c ticket:b}}}"),
            ("data: {absent: page}", "data: {broken: page}", "{data:{broken:page absent:page}}"),
            (
                "severities: {a: {receiver: r, mutes: [b]}}",
                "severities: {a: {receiver: s}}",
                "{severities:{a:{receiver:s mutes:[b]}}}",
            ),
            ("alerting: {drop: [a]}", "alerting: {drop: [b]}", "{alerting:{drop:[a b]}}"),
            ("alerting: {drop: [a]}", "alerting: {pairs: []}", "{alerting:{pairs:[]}}"),
            ("waivers: [a]", "strict: true", "{strict:true}"),
            ("origins: [a]", "origins: [b]", "{origins:[a]}"),
            ("cardinality: {total: 9}", "cardinality: {total: 99, metric: 5}", "{cardinality:{metric:5 total:9}}"),
            ("strict: true", "cardinality: {total: 99, metric: 5}", "{cardinality:{metric:5} strict:true}"),
            ("globals: {a: x, b: x}", "globals: {b: y}", "{globals:{b:y a:x}}"),
            ("globals: {resolve_timeout: 5m}", "globals: {resolve_timeout: 9m}", "{globals:{resolve_timeout:5m}}"),
            ("strict: true", "globals: {resolve_timeout: 9m, a: x}", "{globals:{a:x} strict:true}"),
        ] {
            assert_eq!(together(above, own, true), expected, "{above} + {own}");
        }
        assert_eq!(together("waivers: [a]", "waivers: [b]", false), "{waivers:[a b]}");
        assert_eq!(together("origins: [a]", "origins: [b]", false), "{origins:[b]}");
    }
}
