//! How well alerts found the incidents, for people.

use std::fmt::Write as _;

use super::table::{Form, bullet, heading, length, percent, table};
use crate::incident::Judged;
use crate::moment::shown;

/// Recall, precision, and when each incident was found.
pub(super) fn show(text: &mut String, head: &str, judged: &Judged, form: Form) {
    heading(text, head, form);
    let share = |share: Option<f64>| share.map_or("-".to_owned(), percent);
    let bullet = bullet(form);
    let all = judged.incidents.len();
    let _ = writeln!(text, "{bullet}recall {}: an alert fired in {} of {all}", share(judged.recall), judged.found);
    let _ = writeln!(
        text,
        "{bullet}precision {}: {} of {} firings were in an incident\n",
        share(judged.precision),
        judged.in_an_incident,
        judged.firings
    );
    let rows = judged.incidents.iter().map(|met| {
        vec![
            shown(met.incident.from),
            shown(met.incident.to),
            met.incident.severity.clone().unwrap_or_default(),
            met.fired.map_or("missed".to_owned(), |fired| length(fired - met.incident.from)),
        ]
    });
    table(text, &["from", "to", "severity", "detected after"], &rows.collect::<Vec<_>>(), form);
}
