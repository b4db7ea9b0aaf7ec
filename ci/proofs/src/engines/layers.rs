//! Rules in layers, for a ruler whose rules do not see what rules before them in the same evaluation recorded.
//!
//! vmalert hands recorded samples to the store and goes on at once, so a rule that reads them sees those of the
//! evaluation before. Each link of a chain within a group then costs an evaluation. With a layer in a group of its own,
//! evaluated later in the same interval, it costs the distance between the two.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_yaml::{Mapping, Value};

use crate::rules::{records_read, seconds};

/// Cuts each group of a rule file into layers: the rules of one read only what layers before it record. They follow each
/// other evenly within the group's interval, by vmalert's `eval_offset`.
///
/// # Errors
/// When the text is no rule file.
pub fn spread(text: &str) -> Result<String> {
    let file: Value = serde_yaml::from_str(text)?;
    let mut cut = Vec::new();
    for group in file["groups"].as_sequence().context("a rule file without groups")? {
        let interval = seconds(group["interval"].as_str().unwrap_or("30s"))?;
        let layers = layers(std::slice::from_ref(group))?;
        let count = u32::try_from(layers.len())?;
        for (depth, rules) in layers.into_iter().enumerate() {
            let offset = interval * u32::try_from(depth)? / count;
            let mut layer = group.as_mapping().context("a group is a mapping")?.clone();
            layer.insert("name".into(), format!("{}~{depth}", group["name"].as_str().unwrap_or_default()).into());
            layer.insert("rules".into(), Value::Sequence(rules));
            layer.insert("eval_offset".into(), format!("{}ms", offset.as_millis()).into());
            cut.push(Value::Mapping(layer));
        }
    }
    file_of(cut)
}

/// Cuts the whole of a rule file into layers, a group each: the rules of one read only what groups before it record. For
/// unit tests, which evaluate every group at every tick, in order.
///
/// # Errors
/// When the text is no rule file.
pub fn layered(text: &str) -> Result<String> {
    let file: Value = serde_yaml::from_str(text)?;
    let layers = layers(file["groups"].as_sequence().context("a rule file without groups")?)?;
    let layer = |(depth, rules): (usize, Vec<Value>)| {
        let mut group = Mapping::new();
        group.insert("name".into(), format!("layer {depth}").into());
        group.insert("rules".into(), Value::Sequence(rules));
        Value::Mapping(group)
    };
    file_of(layers.into_iter().enumerate().map(layer).collect())
}

fn file_of(groups: Vec<Value>) -> Result<String> {
    let mut file = Mapping::new();
    file.insert("groups".into(), Value::Sequence(groups));
    Ok(serde_yaml::to_string(&Value::Mapping(file))?)
}

/// The rules of some groups by how many records stand between them and raw series.
fn layers(groups: &[Value]) -> Result<Vec<Vec<Value>>> {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    let mut layers: Vec<Vec<Value>> = Vec::new();
    for rule in groups.iter().filter_map(|group| group["rules"].as_sequence()).flatten() {
        let expr = rule["expr"].as_str().context("a rule without an expression")?;
        let depth = records_read(expr).filter_map(|name| depths.get(name)).map(|depth| depth + 1).max().unwrap_or(0);
        if let Some(record) = rule["record"].as_str() {
            let known = depths.entry(record).or_default();
            *known = depth.max(*known);
        }
        layers.resize(layers.len().max(depth + 1), Vec::new());
        layers[depth].push(rule.clone());
    }
    Ok(layers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_reads_only_those_before_it() -> Result<()> {
        let text = "groups: [{name: g, interval: 30s, rules: [{record: 'slo:a', expr: up}, \
                    {record: 'slo:b', expr: 'slo:a * 2'}, {alert: X, expr: 'slo:a > slo:b'}, {alert: Y, expr: up}]}]";
        let cut: Value = serde_yaml::from_str(&spread(text)?)?;
        let groups = cut["groups"].as_sequence().context("groups")?;
        let rules: Vec<_> = groups.iter().filter_map(|group| group["rules"].as_sequence()).map(Vec::len).collect();
        assert_eq!(rules, [2, 1, 1], "a and Y, then b, then X");
        assert_eq!(groups[2]["eval_offset"].as_str(), Some("20000ms"));
        Ok(())
    }
}
