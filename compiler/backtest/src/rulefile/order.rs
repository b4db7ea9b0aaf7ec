//! The order in which groups are evaluated here: who records comes before who reads.

use std::collections::BTreeSet;

use crate::rules::{Group, reads};

/// The places of groups, each behind those that record what it reads; as written where nothing is read. Groups that read one
/// another stay as written, and the reader of a later record is refused when it is evaluated.
pub(super) fn ordered(groups: &[Group]) -> Vec<usize> {
    let records: Vec<BTreeSet<String>> = groups.iter().map(recorded).collect();
    let all: BTreeSet<String> = records.iter().flatten().cloned().collect();
    let read: Vec<BTreeSet<String>> = groups
        .iter()
        .map(|group| group.rules.iter().flat_map(|rule| reads(&rule.node, &all)).map(str::to_owned).collect())
        .collect();
    let mut order = Vec::new();
    let mut rest: Vec<usize> = (0..groups.len()).collect();
    while !rest.is_empty() {
        let is_ready = |place: &usize| {
            let others = rest.iter().filter(|other| *other != place);
            others
                .flat_map(|other| records.get(*other))
                .all(|recorded| read.get(*place).is_some_and(|read| recorded.is_disjoint(read)))
        };
        let next = rest.iter().position(is_ready).unwrap_or(0);
        order.push(rest.remove(next));
    }
    order
}

fn recorded(group: &Group) -> BTreeSet<String> {
    group.rules.iter().filter(|rule| !rule.rule.is_alert).map(|rule| rule.rule.name.clone()).collect()
}
