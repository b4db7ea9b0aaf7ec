//! A receiver's record with what the policy's globals say. Our receivers stand in the configurations of others too, whose
//! `global` is theirs, so each receiver holds all that it needs.

use serde_json::{Map, Value};

use super::kind::Record;
use super::rules::{self, Broken};
use super::table::{INTEGRATIONS, global};

/// The record of an integration.
fn record(integration: &str) -> Option<&'static Record> {
    INTEGRATIONS.iter().find(|(key, _)| *key == integration).map(|(_, record)| *record)
}

/// The fields of an integration with those that globals give; and the rules that both together break.
pub(crate) fn filled(
    integration: &str,
    fields: &Map<String, Value>,
    globals: &Map<String, Value>,
) -> (Map<String, Value>, Vec<Broken>) {
    let mut filled = fields.clone();
    for row in global(integration) {
        let Some(value) = globals.get(row.name) else { continue };
        if !rules::has_any(fields, &[row.field])
            && !fields.contains_key(row.field)
            && !rules::has_any(fields, row.beside)
        {
            filled.insert(row.field.to_owned(), value.clone());
        }
    }
    let rules = record(integration).map_or(&[][..], |record| record.rules);
    let broken = rules::broken(rules, &filled, &[]);
    (filled, broken)
}

/// What neither the fields nor a global gives: the fields of which one is needed, and the globals that would do.
pub(crate) fn wanting(
    integration: &str,
    fields: &Map<String, Value>,
) -> Vec<(&'static [&'static str], Vec<&'static str>)> {
    let rules = record(integration).map_or(&[][..], |record| record.rules);
    let globals = |paths: &[&str]| {
        global(integration).filter(|row| paths.contains(&row.field)).map(|row| row.name).collect::<Vec<_>>()
    };
    rules::wanting(rules, fields).into_iter().map(|paths| (paths, globals(paths))).collect()
}
