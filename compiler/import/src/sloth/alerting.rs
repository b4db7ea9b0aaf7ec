//! Alerts of Sloth: a page over two pairs and a ticket over two pairs.

use emberline_core::quantity::Duration;
use emberline_core::source::Spanned;
use emberline_core::spec::{AlertNamesSpec, Name, PairSpec};
use emberline_core::yaml::Node;
use rust_decimal::Decimal;

use super::fields::{Spelling, ignored, place};
use crate::alerts::{DEFAULT, pair};
use crate::objective::{Objective, annotations, labels, put};
use crate::report::Rows;
use crate::tree::{Fields, pairs, text};

/// Reads `alerting` into an objective.
pub(super) fn read(node: &Node, spelling: Spelling, objective: &mut Objective, rows: &mut Rows) {
    let mut fields = Fields::of(node);
    if let Some((name, at)) = fields.text("name") {
        rows.maps(at, format!("alert name `{name}`"), "alerting");
        let burn = Some(Spanned::made(Name(name.to_owned())));
        let names = AlertNamesSpec { burn, ..AlertNamesSpec::default() };
        objective.alerting.names = Some(Spanned::made(names));
    }
    for (name, value) in labels(fields.get("labels"), rows) {
        put(&mut objective.labels, &name, &value);
    }
    objective.annotations = annotations(fields.get("annotations"));
    let page = fields.get(&spelling.of("page_alert"));
    let ticket = fields.get(&spelling.of("ticket_alert"));
    ignored(&fields, rows);
    let pages = alert(page, "page", rows);
    let tickets = alert(ticket, "ticket", rows);
    if pages && tickets {
        return;
    }
    objective.alerting.pairs = Some(Spanned::made(remaining(pages, tickets)));
    let at = place(page.filter(|_| !pages).or(ticket), fields.at);
    rows.maps(at, "disabled alerts", "alerting");
    if !pages && !tickets {
        let why = "alerts for data that goes missing stay: `data: {absent: ignore}` turns them off";
        rows.changes(at, "an objective without alerts", why, "alerting");
    }
}

/// The default pairs of the severities that are left.
fn remaining(pages: bool, tickets: bool) -> Vec<PairSpec> {
    let mut left = Vec::new();
    for (at, (name, long, tenths)) in DEFAULT.into_iter().enumerate() {
        let (severity, is_left) = if at < 2 { ("page", pages) } else { ("ticket", tickets) };
        let short = name.split_once('/').and_then(|(_, short)| Duration::parse(short).ok());
        if let Some(short) = short.filter(|_| is_left) {
            left.push(pair(Duration::from_secs(long), short, Decimal::new(tenths, 1).normalize(), severity));
        }
    }
    left
}

/// Whether an alert is generated. Labels and annotations of one severity belong into the policy.
fn alert(node: Option<&Node>, severity: &str, rows: &mut Rows) -> bool {
    let Some(node) = node else { return true };
    let mut fields = Fields::of(node);
    if fields.is("disable") == Some(true) {
        return false;
    }
    for (key, value) in pairs(fields.get("labels")) {
        let (name, value) = (&key.value.text, text(value).unwrap_or_default());
        let (what, why) = match &**name {
            "severity" => (
                format!("`severity: {value}` of the {severity} alert is `severity: {severity}`"),
                "severities are names of the policy; route by ours, or declare yours there".to_owned(),
            ),
            _ => (
                format!("label `{name}: {value}` of the {severity} alert is left out"),
                format!("labels of one severity stand in the policy: `severities: {{{severity}: {{labels: …}}}}`"),
            ),
        };
        rows.changes(key.span, what, why, "alerting");
    }
    for (key, _) in pairs(fields.get("annotations")) {
        let what = format!("annotation `{}` of the {severity} alert", key.value.text);
        rows.cannot(key.span, what, "annotations belong to all alerts of an objective; move it to `alerting`");
    }
    ignored(&fields, rows);
    true
}
