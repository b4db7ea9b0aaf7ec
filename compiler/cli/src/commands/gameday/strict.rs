//! The checks of `--strict`: computed times, and answers that are right at once.

use emberline_drill::record::{Record, Times, Verdict};

/// The time limit of a search in seconds.
const SEARCH: f64 = 30.0;
/// The time limit from a bad deployment to the alert in seconds, on production windows.
const PAGE: f64 = 240.0;

/// The missed checks of a drill, each in a sentence.
pub(super) fn missed(record: &Record) -> Vec<String> {
    let mut missed = Vec::new();
    let Some(search) = &record.search else { return vec!["no alert fired".to_owned()] };
    let detected = record.detected.unwrap_or(f64::INFINITY);
    if detected > PAGE {
        missed.push(format!("the alert fired after {detected:.0} s, later than {PAGE:.0} s"));
    }
    missed.extend(late("the alert fired", &record.fires));
    missed.extend(late("the alert resolved", &record.clears));
    if !record.is_mended() {
        missed.push("no rollback that the answer led to helped".to_owned());
    }
    if record.fault.outage {
        if search.verdict != Verdict::NoCodeChange {
            missed.push(format!("no commit is the root cause, but the answer was: {}", search.verdict.said()));
        }
    } else if search.verdict != Verdict::Commit || search.rank != Some(1) {
        let rank = search.rank.map_or_else(|| "not at all".to_owned(), |rank| format!("at place {rank}"));
        missed.push(format!(
            "the commit that is the root cause was named {rank}, and the answer was: {}",
            search.verdict.said()
        ));
    }
    if search.names_function == Some(false) {
        missed.push("the function with the root cause was not named".to_owned());
    }
    if search.seconds > SEARCH {
        missed.push(format!("the walk took {:.0} s, more than {SEARCH:.0} s", search.seconds));
    }
    missed
}

/// A time that is later than computed, or unknown.
fn late(what: &str, times: &Times) -> Option<String> {
    match (times.met, times.measured, times.limit) {
        (Some(true), ..) => None,
        (_, Some(measured), Some(limit)) => {
            Some(format!("{what} after {measured:.0} s, later than the computed {limit:.0} s"))
        }
        _ => Some(format!("{what}: the time is unknown, or was not computed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_drill::record::Outcome;

    /// A real drill of the demo, as it is committed.
    fn record() -> Record {
        let text = include_str!("../../../../../generated/incidents/latency/drill.json");
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_drill_that_went_well_missed_nothing() {
        assert_eq!(missed(&record()), [""; 0]);
    }

    #[test]
    fn each_bar_is_told_by_itself() {
        type Spoil = fn(&mut Record);
        let cases: [(Spoil, &str); 7] = [
            (|it| it.detected = Some(241.0), "the alert fired after 241 s, later than 240 s"),
            (|it| it.fires.met = Some(false), "the alert fired after"),
            (|it| (it.clears.met, it.clears.measured) = (None, None), "the alert resolved: the time is unknown"),
            (|it| it.outcome = Outcome::LastResort, "no rollback that the answer led to helped"),
            (|it| it.search.as_mut().unwrap().rank = Some(2), "the commit that is the root cause was named at place 2"),
            (
                |it| it.search.as_mut().unwrap().names_function = Some(false),
                "the function with the root cause was not named",
            ),
            (|it| it.search.as_mut().unwrap().seconds = 31.0, "the walk took 31 s, more than 30 s"),
        ];
        for (spoil, said) in cases {
            let mut spoilt = record();
            spoil(&mut spoilt);
            let missed = missed(&spoilt);
            assert!(missed.len() == 1 && missed[0].starts_with(said), "{said}: {missed:?}");
        }
        let mut outage = record();
        outage.fault.outage = true;
        assert!(missed(&outage)[0].starts_with("no commit is the root cause, but the answer was: a commit"));
        outage.search = None;
        assert_eq!(missed(&outage), ["no alert fired"]);
    }
}
