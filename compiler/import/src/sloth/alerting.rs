//! Alerts of Sloth: a page over two pairs and a ticket over two pairs.

use emberline_core::source::{Span, Spanned};
use emberline_core::spec::{AlertNamesSpec, Name};
use emberline_core::yaml::Node;

use super::fields::{Spelling, ignored, place};
use super::windows::Period;
use crate::objective::{Objective, annotations, labels, put};
use crate::report::Rows;
use crate::tree::{Fields, pairs, text};

/// Reads `alerting` into an objective.
pub(super) fn read(node: &Node, spelling: Spelling, period: &Period, objective: &mut Objective, rows: &mut Rows) {
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
    let alerts = [alert(page, "page", rows), alert(ticket, "ticket", rows)];
    let [pages, tickets] = [alerts[0].is_on, alerts[1].is_on];
    moved(alerts, objective, rows);
    if pages && tickets {
        return;
    }
    let left = period.pairs.iter().filter(|pair| match pair.severity.0.as_ref().map(|name| name.value.0.as_str()) {
        Some("page") => pages,
        _ => tickets,
    });
    objective.alerting.pairs = Some(Spanned::made(left.cloned().collect()));
    let at = place(page.filter(|_| !pages).or(ticket), fields.at);
    rows.maps(at, "disabled alerts", "alerting");
    if !pages && !tickets {
        let why = "alerts for data that goes missing stay: `data: {absent: ignore}` turns them off";
        rows.changes(at, "an objective without alerts", why, "alerting");
    }
}

/// The alert of one severity.
struct Alert {
    severity: &'static str,
    is_on: bool,
    /// Its own annotations: name, text and place.
    annotations: Vec<(String, String, Span)>,
}

/// Annotations belong to all alerts of an objective, so those of one severity move there.
fn moved(alerts: [Alert; 2], objective: &mut Objective, rows: &mut Rows) {
    let others: [bool; 2] = [alerts[1].is_on, alerts[0].is_on];
    for (alert, has_other) in alerts.into_iter().zip(others).filter(|(alert, _)| alert.is_on) {
        for (name, value, at) in alert.annotations {
            let what = format!("annotation `{name}` of the {} alert", alert.severity);
            match objective.annotations.iter().find(|(known, _)| *known == name) {
                Some((_, kept)) if *kept == value => rows.maps(at, what, "alerting"),
                Some(_) => {
                    let why = "annotations belong to all alerts of an objective, and another text is there already";
                    rows.changes(at, format!("{what} is left out"), why, "alerting");
                }
                None => {
                    match has_other {
                        true => {
                            let why = "annotations belong to all alerts of an objective";
                            rows.changes(at, format!("{what} is on every alert"), why, "alerting");
                        }
                        false => rows.maps(at, what, "alerting"),
                    }
                    objective.annotations.push((name, value));
                }
            }
        }
    }
}

/// Reads the alert of one severity. Its labels belong into the policy.
fn alert(node: Option<&Node>, severity: &'static str, rows: &mut Rows) -> Alert {
    let mut alert = Alert { severity, is_on: true, annotations: Vec::new() };
    let Some(node) = node else { return alert };
    let mut fields = Fields::of(node);
    if fields.is("disable") == Some(true) {
        return Alert { is_on: false, ..alert };
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
    for (key, value) in pairs(fields.get("annotations")) {
        let value = text(value).unwrap_or_default().to_owned();
        alert.annotations.push((key.value.text.to_string(), value, key.span));
    }
    ignored(&fields, rows);
    alert
}
