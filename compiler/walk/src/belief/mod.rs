//! Why to believe a walk: its claim with the facts for and against it, from the evidence of all layers.
//!
//! [`pro`] and [`contra`] collect facts, `unseen` lists what was not looked at, and `doubts` tells which observation
//! would change the verdict.

mod contra;
mod doubts;
mod pro;
mod subject;
mod unseen;

use emberline_prose::number::{clock, short};

use super::claim::{CONFIDENCE, Claim, MOST, strongest};
use super::place::Place;
use super::report::{Evidence, Verdict};
use subject::Subject;
pub(super) use unseen::unseen;

/// The claim of a walk; `why` is the reason of the verdict in a few words. `None` if no budget burns.
pub(super) fn claim(evidence: &Evidence, verdict: Verdict, why: &str, function: Option<&Place>) -> Option<Claim> {
    evidence.objective.as_ref()?;
    let subject = Subject::of(evidence);
    let is_named = matches!(verdict, Verdict::Commit | Verdict::NotCertain) && evidence.named().is_some();
    let is_by_elimination = is_named && !subject.is_pointed_to();
    Some(Claim {
        sentence: sentence(&subject, verdict, why, function, is_by_elimination),
        is_by_elimination,
        for_: strongest(pro::facts(&subject, verdict), MOST),
        against: strongest(contra::facts(&subject, verdict, is_by_elimination), 1).pop(),
        unseen: evidence.unseen.iter().fold(evidence.missing.clone(), |mut all, one| {
            if !all.contains(one) {
                all.push(one.clone());
            }
            all
        }),
        would_change: doubts::doubts(&subject, verdict, is_by_elimination),
        confidence_means: CONFIDENCE,
    })
}

fn sentence(
    subject: &Subject<'_>,
    verdict: Verdict,
    why: &str,
    function: Option<&Place>,
    is_by_elimination: bool,
) -> String {
    let since = subject.evidence.objective.as_ref().map_or_else(String::new, |objective| {
        let about = if objective.onset.is_seen { "since" } else { "since about" };
        format!(" {about} {}", clock(objective.onset.time))
    });
    let what = format!("requests of {} {}{since}", subject.service(), subject.symptom().verb());
    match (verdict, subject.evidence.named()) {
        (Verdict::Commit, Some(first)) => {
            let (id, title) = (short(&first.commit.id), &first.commit.subject);
            let place = function.map_or_else(String::new, |place| format!(" in `{}`", place.function));
            let how = if is_by_elimination {
                ". It is named by elimination: no trace, profile or error points to what it changes"
            } else {
                ""
            };
            format!("The change {id} “{title}”{place} is why {what}{how}.")
        }
        (Verdict::NoCodeChange, _) => format!("No code change is why {what}: {why}."),
        (_, Some(first)) => {
            let (id, title) = (short(&first.commit.id), &first.commit.subject);
            let how = if is_by_elimination { ", by elimination only" } else { "" };
            format!("The evidence does not tell why {what}: {why}. The likeliest commit is {id} “{title}”{how}.")
        }
        _ => format!("The evidence does not tell why {what}: {why}."),
    }
}
