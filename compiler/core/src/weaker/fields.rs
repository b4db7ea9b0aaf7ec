//! The rules for fields of the specs: which changes of each weaken the gate. Every field that a spec may have is in the
//! table: a test compares it with the JSON Schemas.

use crate::spec::schema::Kind as SchemaKind;
use serde_json::Value;

use super::rule::{Rule, When};
use super::table::RECORDS;

/// A service that no file declares any more.
pub const SERVICE_GONE: &str = "a service is gone with its objectives";
/// A file of `observed/`.
pub const SNAPSHOT: &str = "specs are held against another snapshot";
/// A file with `groups:`.
pub const REGISTRY: &str = "labels may have other values";
/// A field that the table does not know, which only a faulty table has.
pub(super) const UNKNOWN: &str = "a field changed that no rule is known for";

/// The rule of a field. A field that the table lacks counts with every change.
pub(crate) fn rule(record: &str, field: &str) -> Rule {
    let fields = RECORDS.iter().find(|(name, _)| *name == record).map_or(&[][..], |(_, fields)| fields);
    fields.iter().find(|(name, _)| *name == field).map_or(Rule::Weakens(When::Changed, UNKNOWN), |(_, rule)| *rule)
}

/// The fields by which a record is told from others of its list.
pub(super) fn key(record: &str) -> &'static [&'static str] {
    match record {
        "WaiverSpec" => &["code", "place"],
        "CallSpec" => &["service"],
        "SloSpec" => &["name"],
        "PairSpec" => &["long", "short"],
        "BudgetStepSpec" => &["spent"],
        "LogTierSpec" => &["tier"],
        "JointSpec" => &["labels"],
        _ => &[],
    }
}

/// The JSON Schema of a kind of file.
pub fn schema(kind: SchemaKind) -> Value {
    serde_json::from_str(&crate::spec::schema::text(kind)).unwrap_or_default()
}

/// The fields of a record, with their schemas.
pub fn properties<'s>(schema: &'s Value, record: &str) -> impl Iterator<Item = (&'s String, &'s Value)> {
    let definition = if schema["title"] == record { schema } else { &schema["$defs"][record] };
    definition["properties"].as_object().into_iter().flatten()
}

/// The name of the record that a schema refers to, if it is one.
pub fn record_of(schema: &Value, field: &Value) -> Option<String> {
    let name = field["$ref"].as_str()?.rsplit('/').next()?;
    schema["$defs"][name]["properties"].is_object().then(|| name.to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every field of a kind of file that a rule has to be known for, as `Record.field`.
    fn wanted(kind: SchemaKind) -> BTreeSet<String> {
        let schema = schema(kind);
        let mut open = vec![schema["title"].as_str().unwrap().to_owned()];
        let mut wanted = BTreeSet::new();
        while let Some(record) = open.pop() {
            for (field, form) in properties(&schema, &record) {
                if !wanted.insert(format!("{record}.{field}")) {
                    continue;
                }
                let inner = [form, &form["items"], &form["additionalProperties"]];
                let inner = inner.into_iter().find_map(|form| record_of(&schema, form));
                match rule(&record, field) {
                    Rule::Within => assert!(record_of(&schema, form).is_some(), "{record}.{field} holds no record"),
                    Rule::Free(_) => continue,
                    Rule::Weakens(..) => {}
                }
                open.extend(inner);
            }
        }
        wanted
    }

    #[test]
    fn every_field_of_a_spec_has_a_rule_and_every_rule_a_field() {
        let kinds = [SchemaKind::Policy, SchemaKind::Service, SchemaKind::Prices];
        let wanted: BTreeSet<String> = kinds.into_iter().flat_map(wanted).collect();
        let known: Vec<String> = RECORDS
            .iter()
            .flat_map(|(record, fields)| fields.iter().map(move |(field, _)| format!("{record}.{field}")))
            .collect();
        let lacking: Vec<_> = wanted.iter().filter(|field| !known.contains(field)).collect();
        assert!(lacking.is_empty(), "how does a change of {lacking:?} weaken the gate? Add each to RECORDS");
        let stale: Vec<_> = known.iter().filter(|field| !wanted.contains(*field)).collect();
        assert!(stale.is_empty(), "{stale:?} is in RECORDS, but in no spec");
        assert_eq!(known.len(), wanted.len(), "a field has two rules");
        let records: BTreeSet<_> = RECORDS.iter().map(|(record, _)| record).collect();
        assert_eq!(records.len(), RECORDS.len(), "a record stands in two places, and only the first is read");
    }

    #[test]
    fn records_of_a_list_have_a_key() {
        for kind in [SchemaKind::Policy, SchemaKind::Service, SchemaKind::Prices] {
            let schema = schema(kind);
            for (record, _) in RECORDS {
                for (field, form) in properties(&schema, record) {
                    if let Some(inner) = record_of(&schema, &form["items"]) {
                        assert!(!key(&inner).is_empty(), "{record}.{field}: {inner} has no key");
                    }
                }
            }
        }
    }
}
