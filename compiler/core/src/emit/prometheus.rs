//! Prometheus rule files, one a service.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, HEADER, Target, shards};
use crate::plan::{ServicePlan, SloPlan};

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule files of a service: one for each ruler that evaluates any of its objectives.
pub(super) fn emit(service: &ServicePlan, shards: u32) -> Vec<Artefact> {
    shards::files(service, shards, Target::Rules.folder(), |slos| text(slos.iter().copied()))
}

/// The rules of some objectives, in their order. Those of each are the same bytes, whatever stands before or after them.
pub(super) fn text<'p>(slos: impl ExactSizeIterator<Item = &'p SloPlan>) -> String {
    // 40 rules of some 300 bytes an objective; growing a string of megabytes by doubling would copy it over and over.
    let mut text = String::with_capacity(HEADER.len() + slos.len() * 14_000);
    text.push_str(HEADER);
    below(text, slos.flat_map(|slo| rules::groups(slo, Dialect::Prometheus)).collect())
}

/// A rule file of these groups.
pub(super) fn file(groups: Vec<Group<'_>>) -> String {
    below(HEADER.to_owned(), groups)
}

/// A rule file of these groups, below the lines of its head.
pub(super) fn below(mut head: String, groups: Vec<Group<'_>>) -> String {
    super::write(&mut head, &RuleFile { groups });
    head
}
