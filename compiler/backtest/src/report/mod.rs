//! What a backtest showed, for people.

mod incidents;
mod table;
mod theirs;

use std::fmt::Write as _;

use emberline_core::quantity::Percent;
use serde::Serialize;

use crate::incident::Judged;
use crate::moment::shown;
use crate::outcome::{Budget, Fired, Outcome};
use crate::written::{self, Written, whole};
use table::{bullet, heading, length, percent, table};

pub use table::Form;
pub use theirs::OfFile;

/// Everything that a backtest showed.
#[derive(Debug, Serialize)]
pub struct Report {
    /// A replay for each objective, in the order of the specs.
    pub outcomes: Vec<Outcome>,
    /// Objectives that could not be replayed.
    pub failed: Vec<Failed>,
    /// The alerts of each rule file that was given, and how well they found the incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<OfFile>,
    /// What the server said beside its answers.
    pub warnings: Vec<String>,
    /// How well alerts found the incidents, if there is a list of them.
    pub judged: Option<Judged>,
    /// The file of a backfill, if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// An objective that could not be replayed.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// The service.
    pub service: String,
    /// The objective.
    pub slo: String,
    /// Why, in a sentence without a full stop.
    pub why: String,
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn show(&self, form: Form) -> String {
        let mut text = String::new();
        for outcome in &self.outcomes {
            one(&mut text, outcome, form);
        }
        if let Some(judged) = &self.judged {
            incidents::show(&mut text, "Incidents", judged, form);
        }
        for of_file in &self.rules {
            theirs::show(&mut text, of_file, form);
        }
        if let Some(written) = &self.written {
            heading(&mut text, "Backfill", form);
            for line in written.lines(&self.outcomes) {
                let _ = writeln!(text, "{}{line}", bullet(form));
            }
            text.push('\n');
        }
        if !self.failed.is_empty() {
            heading(&mut text, "Not replayed", form);
            for Failed { service, slo, why } in &self.failed {
                let _ = writeln!(text, "{}{service}/{slo}: {why}", bullet(form));
            }
            text.push('\n');
        }
        if !self.warnings.is_empty() {
            heading(&mut text, "The server warned", form);
            for warning in &self.warnings {
                let _ = writeln!(text, "{}{warning}", bullet(form));
            }
            text.push('\n');
        }
        while text.ends_with("\n\n") {
            text.pop();
        }
        text
    }
}

fn one(text: &mut String, outcome: &Outcome, form: Form) {
    let target = Percent::of_share(outcome.objective);
    heading(text, &format!("{}/{}: {target} over {}", outcome.service, outcome.slo, outcome.window), form);
    let bullet = bullet(form);
    let _ = writeln!(text, "{bullet}replayed from {} to {}", shown(outcome.from), shown(outcome.until));
    match outcome.since {
        None => {
            let _ = writeln!(text, "{bullet}no data: no time series that the objective reads has a sample");
        }
        Some(since) if since > outcome.filled_from.saturating_add(600_000) => {
            let _ = writeln!(
                text,
                "{bullet}data begins at {}: until the windows are full, alerts over long windows see less",
                shown(since)
            );
        }
        Some(_) => {}
    }
    for budget in &outcome.budgets {
        let _ = writeln!(text, "{bullet}{}", left(budget, outcome));
    }
    for filled in outcome.filled.iter().flatten() {
        let _ = writeln!(text, "{bullet}backfill: {}", written::of_record(filled));
    }
    text.push('\n');
    let rows = outcome.fired.iter().map(|fired| {
        let lengths = fired.firings.iter().map(|it| it.until.unwrap_or(outcome.until) - it.fired);
        let spent: f64 = fired.firings.iter().filter_map(|it| it.budget_spent).sum();
        let is_known = fired.firings.iter().any(|it| it.budget_spent.is_some());
        vec![
            named(fired),
            fired.severity.clone(),
            fired.firings.len().to_string(),
            length(lengths.clone().sum()),
            length(lengths.max().unwrap_or(0)),
            if is_known { percent(spent) } else { "-".to_owned() },
        ]
    });
    let head = ["alert", "severity", "times fired", "firing for", "longest", "budget spent"];
    table(text, &head, &rows.collect::<Vec<_>>(), form);
    let mut firings = Vec::new();
    for fired in &outcome.fired {
        firings.extend(fired.firings.iter().map(|firing| (firing, fired)));
    }
    firings.sort_by_key(|(firing, _)| firing.fired);
    let rows = firings.iter().map(|(firing, fired)| {
        let group = firing.group.iter().map(|(label, value)| format!("{label}={value}"));
        vec![
            shown(firing.fired),
            firing.until.map_or("still firing".to_owned(), shown),
            length(firing.until.unwrap_or(outcome.until) - firing.fired),
            named(fired),
            group.collect::<Vec<_>>().join(" "),
            firing.budget_spent.map_or("-".to_owned(), percent),
        ]
    });
    if firings.is_empty() {
        let _ = writeln!(text, "{bullet}no alert would have fired\n");
    } else {
        let head = ["fired", "resolved", "for", "alert", "group", "budget spent"];
        table(text, &head, &rows.collect::<Vec<_>>(), form);
    }
    if let Some(first) = outcome.tried.first() {
        let severities: Vec<&String> = first.a_month.keys().collect();
        let mut head = vec!["target".to_owned()];
        head.extend(severities.iter().map(|severity| format!("{severity} a month")));
        let rows = outcome.tried.iter().map(|tried| {
            let mut row = vec![Percent::of_share(tried.target).to_string()];
            row.extend(tried.a_month.values().map(|count| format!("{count:.1}")));
            row
        });
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        table(text, &head, &rows.collect::<Vec<_>>(), form);
    }
}

fn left(budget: &Budget, outcome: &Outcome) -> String {
    let group: Vec<String> = budget.group.iter().map(|(label, value)| format!("{label}={value}")).collect();
    let group = if group.is_empty() { String::new() } else { format!(" of {}", group.join(" ")) };
    let over = match budget.is_whole {
        true => format!("over {}", outcome.window),
        false => format!("over the part of {} that has data", outcome.window),
    };
    match (budget.left, budget.events, budget.bad_events) {
        (Some(left), Some(events), Some(bad)) => format!(
            "error budget left{group}, {over}: {}, with {} of {} events bad",
            percent(left),
            whole(bad),
            whole(events)
        ),
        _ => format!("error budget left{group}: unknown, since no events were counted {over}"),
    }
}

fn named(fired: &Fired) -> String {
    match (fired.labels.get("long_window"), fired.labels.get("short_window")) {
        (Some(long), Some(short)) => format!("{} {long}/{short}", fired.alert),
        _ => fired.alert.clone(),
    }
}
