//! Incidents that people remember, and how well the alerts found them.

use emberline_core::source::Sources;
use emberline_core::yaml::{self, Node, Value};
use serde::Serialize;

use crate::moment;
use crate::outcome::{Firing, Outcome};
use crate::rulefile::Theirs;

/// An incident. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// When it began.
    #[serde(serialize_with = "moment::write")]
    pub from: i64,
    /// When it ended.
    #[serde(serialize_with = "moment::write")]
    pub to: i64,
    /// The severity with which people should have been told; any if `None`.
    pub severity: Option<String>,
    /// The service that it was in; any if `None`.
    pub service: Option<String>,
    /// The objective that it was of; any if `None`.
    pub slo: Option<String>,
}

/// How well alerts found the incidents.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// The incidents, each with when the first alert fired in it.
    pub incidents: Vec<Met>,
    /// How many of them an alert fired in.
    pub found: usize,
    /// How often alerts fired.
    pub firings: usize,
    /// How many of those were in an incident.
    pub in_an_incident: usize,
    /// The share of firings that were in an incident; `None` if nothing fired.
    pub precision: Option<f64>,
    /// The share of incidents that an alert fired in; `None` without incidents.
    pub recall: Option<f64>,
}

/// An incident and what fired in it.
#[derive(Debug, Serialize)]
pub struct Met {
    /// The incident.
    pub incident: Incident,
    /// When the first alert fired in it; its beginning if one fired already.
    #[serde(serialize_with = "moment::write_some")]
    pub fired: Option<i64>,
}

/// Reads a list of incidents, in YAML or JSON.
///
/// # Errors
/// Why it is none, with the line.
pub fn read(name: &str, text: &str) -> Result<Vec<Incident>, String> {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let parsed = yaml::parse(id, text);
    let place = |node: &Node| format!("{name}:{}", sources.positions(node.span).0.line);
    if let Some(finding) = parsed.findings.first() {
        return Err(format!("{name}: {}", finding.message));
    }
    let Some(document) = parsed.documents.first() else { return Ok(Vec::new()) };
    let Value::Sequence(items) = &document.value else {
        return Err(format!("{}: expected a list of incidents, found {}", place(document), document.kind()));
    };
    let mut incidents = Vec::new();
    for item in items {
        let Value::Mapping(entries) = &item.value else {
            return Err(format!("{}: expected an incident with `from` and `to`, found {}", place(item), item.kind()));
        };
        let mut incident = Incident { from: i64::MIN, to: i64::MAX, severity: None, service: None, slo: None };
        for (key, value) in entries {
            let written = value.scalar().map(|scalar| scalar.text.to_string()).unwrap_or_default();
            let moment = || {
                moment::read(&written).ok_or_else(|| {
                    format!("{}: expected a moment such as `2026-11-27T10:00:00Z`, found `{written}`", place(value))
                })
            };
            match &*key.value.text {
                "from" => incident.from = moment()?,
                "to" => incident.to = moment()?,
                "severity" => incident.severity = Some(written),
                "service" => incident.service = Some(written),
                "slo" => incident.slo = Some(written),
                other => return Err(format!("{}: an incident has no field `{other}`", place(value))),
            }
        }
        if incident.from == i64::MIN || incident.to == i64::MAX || incident.from > incident.to {
            return Err(format!("{}: an incident needs `from`, and `to` that is not before it", place(item)));
        }
        incidents.push(incident);
    }
    Ok(incidents)
}

/// Holds the firings of objectives against incidents. Incidents outside the replay are left out.
#[must_use]
pub fn judge(incidents: &[Incident], outcomes: &[Outcome]) -> Judged {
    let fired = outcomes.iter().flat_map(|outcome| {
        let of =
            outcome.fired.iter().flat_map(|fired| fired.firings.iter().map(move |firing| (&fired.severity, firing)));
        let told = (Some(outcome.service.as_str()), Some(outcome.slo.as_str()));
        of.map(move |(severity, firing)| (told, severity.as_str(), firing, outcome.until))
    });
    let spans: Vec<(i64, i64)> = outcomes.iter().map(|outcome| (outcome.from, outcome.until)).collect();
    held(incidents, &spans, fired)
}

/// The same for the alerts of rule files, replayed over this time. Of which service they are, their labels say, if any do.
#[must_use]
pub fn judge_theirs(incidents: &[Incident], theirs: &[Theirs], span: (i64, i64)) -> Judged {
    let fired = theirs.iter().flat_map(|theirs| {
        theirs.firings.iter().map(|firing| {
            let label = |name: &str| theirs.labels.get(name).or_else(|| firing.group.get(name)).map(String::as_str);
            ((label("service"), label("slo")), theirs.severity.as_str(), firing, span.1)
        })
    });
    held(incidents, &[span], fired)
}

/// The service and the objective of a firing, if they are known; its severity; and the end of the replay.
type Told<'f> = ((Option<&'f str>, Option<&'f str>), &'f str, &'f Firing, i64);

fn held<'f>(incidents: &[Incident], spans: &[(i64, i64)], fired: impl Iterator<Item = Told<'f>>) -> Judged {
    let within =
        |incident: &&Incident| spans.iter().any(|(from, until)| incident.to >= *from && incident.from <= *until);
    let mut met: Vec<Met> =
        incidents.iter().filter(within).map(|incident| Met { incident: incident.clone(), fired: None }).collect();
    let is = |wanted: &Option<String>, known: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| known.is_none_or(|known| known == wanted))
    };
    let (mut firings, mut inside) = (0, 0);
    for ((service, slo), severity, firing, end) in fired {
        firings += 1;
        let until = firing.until.unwrap_or(end);
        let mut is_inside = false;
        for met in &mut met {
            let incident = &met.incident;
            let is_of =
                is(&incident.severity, Some(severity)) && is(&incident.service, service) && is(&incident.slo, slo);
            if is_of && firing.fired <= incident.to && until >= incident.from {
                is_inside = true;
                let at = firing.fired.max(incident.from);
                met.fired = Some(met.fired.map_or(at, |known| known.min(at)));
            }
        }
        inside += usize::from(is_inside);
    }
    let found = met.iter().filter(|met| met.fired.is_some()).count();
    let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
    Judged {
        precision: share(inside, firings),
        recall: share(found, met.len()),
        in_an_incident: inside,
        incidents: met,
        found,
        firings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_read_with_their_faults() {
        let text = "- {from: 2026-11-01T10:00:00Z, to: 2026-11-01T11:00:00Z, severity: page}\n- from: 2026-11-02T10:00Z\n  to: 2026-11-02T10:05Z\n";
        let read = read("i.yaml", text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].to - read[0].from, 3_600_000);
        assert_eq!((read[0].severity.as_deref(), read[1].severity.as_deref()), (Some("page"), None));
        for (text, why) in [
            ("a: 1", "i.yaml:1: expected a list"),
            ("- 1", "i.yaml:1: expected an incident"),
            ("- {from: 2026-11-01T10:00:00Z}", "i.yaml:1: an incident needs"),
            ("- {from: 2026-11-01T10:00Z,\n   to: tomorrow}", "i.yaml:2: expected a moment"),
            ("- {from: 2026-11-01T10:00Z, to: 2026-11-01T11:00Z, who: me}", "i.yaml:1: an incident has no field"),
        ] {
            let fault = super::read("i.yaml", text).unwrap_err();
            assert!(fault.starts_with(why), "{fault}");
        }
    }
}
