//! The causes of a slow drill, as notes for the runbook.

use super::record::{Attempt, Outcome, Record, Search, Verdict};

/// The longest search that does not count as slow, in seconds.
const LONG: f64 = 15.0;

/// The causes of a slow drill, in sentences.
#[must_use]
pub fn slow(search: &Search, attempts: &[Attempt], gaps: &[String]) -> Vec<String> {
    let mut slow = Vec::new();
    if search.rounds > 1 {
        let waited = (search.ended - search.began - search.seconds).max(0.0);
        slow.push(format!(
            "The search ran {} times and waited {waited:.0} s in all, since telemetry of the fault arrived after the alert.",
            search.rounds
        ));
    }
    if search.seconds > LONG {
        slow.push(format!("The search itself took {:.0} s.", search.seconds));
    }
    let wrong: Vec<&Attempt> = attempts.iter().filter(|attempt| !attempt.helped).collect();
    if !wrong.is_empty() {
        let lost: f64 =
            attempts.windows(2).filter(|pair| !pair[0].helped).map(|pair| pair[1].began - pair[0].began).sum();
        slow.push(format!("{} did not help and took {lost:.0} s in all.", counted(wrong.len(), "rollback")));
    }
    if search.verdict == Verdict::NotCertain && search.rank.is_none_or(|rank| rank > 1) {
        slow.push("The faulty commit was not the first suspect.".to_owned());
    }
    slow.extend(gaps.iter().map(|gap| sentence(gap)));
    slow
}

/// Notes for the runbook of the objective: service, objective, and lines of Markdown. `drill` is Markdown that leads
/// to the record. `None` if there is nothing to learn.
#[must_use]
pub fn learned(record: &Record, drill: Option<&str>) -> Option<(String, String, Vec<String>)> {
    let page = record.page.as_ref()?;
    if record.slow.is_empty() && record.outcome == Outcome::Resolved {
        return None;
    }
    let day = record.date.get(..10).unwrap_or_default();
    let what = match (record.fault.outage, record.fault.opened.function.as_str()) {
        (true, _) => format!("`{}`, no code change", record.fault.name),
        (false, "") => format!("`{}`", record.fault.name),
        (false, function) => format!("`{}`, in `{function}`", record.fault.name),
    };
    let mut line = format!("- Drill of {day} ({what}): ");
    if record.outcome == Outcome::LastResort {
        line.push_str("no suspect of the search was the root cause. ");
    }
    line.push_str(&record.slow.join(" "));
    if let Some(drill) = drill {
        line.push_str(&format!(" {drill}."));
    }
    Some((page.service.clone(), page.slo.clone(), vec![line.trim_end().to_owned()]))
}

/// The notes of a file with lines added at the end. Existing text stays, and an existing line is not
/// added again.
#[must_use]
pub fn appended(notes: &str, lines: &[String]) -> String {
    let mut text = notes.to_owned();
    for line in lines.iter().filter(|line| !notes.lines().any(|old| old == line.as_str())) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// `1 rollback`, `2 rollbacks`.
#[must_use]
pub fn counted(many: usize, what: &str) -> String {
    if many == 1 { format!("1 {what}") } else { format!("{many} {what}s") }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Method;
    use crate::record::tests::record;

    #[test]
    fn a_slow_drill_leads_to_a_note_that_links_it() {
        let mut slow = record("walk-001", Method::Walk, 58.0);
        assert_eq!(learned(&slow, None), None, "nothing slowed it");
        slow.slow = vec!["No trace of a bad request of checkout was kept.".to_owned()];
        let (service, slo, lines) = learned(&slow, Some("[Record](https://x.example/a)")).unwrap_or_default();
        assert_eq!((service.as_str(), slo.as_str()), ("checkout", "latency"));
        let line = "- Drill of 2026-07-02 (`latency-quadratic`, in `total`): No trace of a bad request of checkout was \
                    kept. [Record](https://x.example/a).";
        assert_eq!(lines, [line]);
    }

    #[test]
    fn what_people_wrote_stays() {
        let lines = ["- Drill of 2026-07-01: slow.".to_owned()];
        assert_eq!(appended("", &lines), "- Drill of 2026-07-01: slow.\n");
        let first = appended("- By hand, without a newline", &lines);
        assert_eq!(first, "- By hand, without a newline\n- Drill of 2026-07-01: slow.\n");
        assert_eq!(appended(&first, &lines), first);
    }
}
