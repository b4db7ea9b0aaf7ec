//! What a walk of a case says, and how sure it is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::clock;
use crate::place::place;
use crate::rank::{Hypothesis, short};
use crate::read::Case;
use crate::symptoms::Seen;

/// The result of a walk of a case, as `--format json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// The id of the commit, or `none` if no commit caused the incident.
    pub root_cause_commit: String,
    /// From 0 to 1: of verdicts with 0.9, nine in ten are right.
    pub confidence: f64,
    /// Whether a mechanism fits, its time fits, and there is no rival.
    pub certain: bool,
    /// How the incident came about, in a few words.
    pub mechanism: String,
    /// The service that failed first.
    pub first_failing_service: String,
    /// The other services that suffer.
    pub blast_radius: Vec<String>,
    /// What mends it: `rollback`, `roll-forward`, `config-revert`, `scale`, `reschedule`, `purge-bad-data` and others.
    pub remediation: String,
    /// The commits that may have caused it, the most likely first; at most ten.
    pub suspects: Vec<Suspect>,
    /// What was seen, the strongest first; at most forty facts.
    pub facts: Vec<Seeing>,
    /// Reasons for the verdict, the strongest first.
    pub reasons_for: Vec<Because>,
    /// Reasons against the verdict, the strongest first.
    pub reasons_against: Vec<Because>,
    /// Files of the case that are absent.
    pub not_looked_at: Vec<String>,
    /// What evidence would change the verdict.
    pub would_change: Vec<String>,
}

/// A commit under suspicion.
#[derive(Debug, Clone, Serialize)]
pub struct Suspect {
    /// The commit's id.
    pub sha: String,
    /// The service that was deployed with it, if a deployment names it.
    pub service: Option<String>,
    /// From 0 to 1.
    pub confidence: f64,
    /// What it would have done.
    pub mechanism: Option<String>,
    /// Reasons for it.
    #[serde(rename = "for")]
    pub reasons_for: Vec<Because>,
    /// Reasons against it.
    #[serde(rename = "against")]
    pub reasons_against: Vec<Because>,
}

/// A reason, with the place of its evidence.
#[derive(Debug, Clone, Serialize)]
pub struct Because {
    /// A sentence.
    pub what: String,
    /// File and line or entry; empty where the reason is the absence of something.
    pub place: String,
}

/// A fact of the evidence.
#[derive(Debug, Clone, Serialize)]
pub struct Seeing {
    /// The kind of symptom.
    pub symptom: String,
    /// The service that shows it.
    pub service: String,
    /// When, as a clock in UTC.
    pub at: Option<String>,
    /// A sentence.
    pub what: String,
    /// File and line or entry.
    pub place: String,
}

/// From which confidence on a verdict may be certain.
const SURE: f64 = 0.9;
/// How well mechanism and signs must fit for a certain verdict.
const FITS: f64 = 0.35;
/// What is left of the confidence of a commit that neither a mechanism nor a shared name speaks for.
const BARE: f64 = 0.65;
/// Likelihoods of symptoms are not independent. Odds are tempered by this exponent, so that confidence is honest.
const TEMPER: f64 = 0.8;

/// The verdict of ranked hypotheses.
pub(crate) fn verdict(case: &Case, seen: &Seen, ranked: &[Hypothesis<'_>]) -> Option<Verdict> {
    let tempered: Vec<f64> = ranked.iter().map(|one| one.probability.powf(TEMPER)).collect();
    let sum: f64 = tempered.iter().sum();
    let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
    for (at, share) in tempered.iter().enumerate() {
        shares.insert(at, share / sum);
    }
    let share = |at: usize| shares.get(&at).copied().unwrap_or(0.0);
    let none: f64 = ranked.iter().enumerate().filter(|(_, one)| one.commit.is_none()).map(|(at, _)| share(at)).sum();
    let commit = ranked.iter().enumerate().find(|(_, one)| one.commit.is_some());
    let operation = ranked.iter().enumerate().find(|(_, one)| one.commit.is_none())?;
    let (cause, confidence) = match commit {
        Some((at, one)) if share(at) > none => (one, share(at)),
        _ => (operation.1, none),
    };
    let best_fit =
        ranked.iter().filter(|one| one.commit.is_some() && one.timely).map(|one| one.fit).fold(0.0, f64::max);
    let rival = ranked
        .iter()
        .enumerate()
        .filter(|(_, one)| one.commit.is_some() && one.commit.map(|c| &c.sha) != cause.commit.map(|c| &c.sha))
        .any(|(at, _)| share(at) > 0.05);
    // Elimination alone never makes a verdict certain: the cause itself must fit.
    let fits = match cause.commit {
        Some(_) => cause.fit >= FITS && cause.timely && (cause.service.is_some() || case.deploys.is_empty()),
        None => cause.fit >= 0.7 && best_fit < FITS,
    };
    let certain = confidence >= SURE && fits && !rival;
    // When and where alone name a commit: measured on cases without logs, such verdicts are right in one of three.
    let bare = cause.commit.is_some() && cause.fit < 0.2 && cause.named < 0.5;
    let confidence = if bare { confidence * BARE } else { confidence };
    let confidence = if certain { confidence.min(0.98) } else { confidence.min(SURE - 0.01) };
    let (first, blast) = place(case, seen, cause);
    let suspects = ranked.iter().enumerate().filter_map(|(at, one)| {
        let commit = one.commit?;
        Some(Suspect {
            sha: commit.sha.clone(),
            service: one.service.clone(),
            confidence: round(share(at)),
            mechanism: one.mechanism.map(|mechanism| mechanism.name.to_owned()),
            reasons_for: reasons(one, true),
            reasons_against: reasons(one, false),
        })
    });
    let facts = seen.facts.iter().take(40).map(|fact| Seeing {
        symptom: fact.sign.words().to_owned(),
        service: fact.service.clone(),
        at: fact.at.map(clock::shown),
        what: fact.text.clone(),
        place: fact.place.clone(),
    });
    Some(Verdict {
        root_cause_commit: cause.commit.map_or_else(|| "none".to_owned(), |commit| commit.sha.clone()),
        confidence: round(confidence),
        certain,
        mechanism: cause.mechanism.map_or("not known", |mechanism| mechanism.name).to_owned(),
        first_failing_service: first,
        blast_radius: blast,
        remediation: remedy(cause),
        suspects: suspects.take(10).collect(),
        facts: facts.collect(),
        reasons_for: reasons(cause, true),
        reasons_against: reasons(cause, false),
        not_looked_at: case.absent.clone(),
        would_change: would_change(case, ranked, cause),
    })
}

fn round(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

fn reasons(one: &Hypothesis<'_>, speak_for: bool) -> Vec<Because> {
    let all = one.reasons.iter().filter(|reason| (reason.weight > 0.0) == speak_for && !reason.text.is_empty());
    all.take(6).map(|reason| Because { what: reason.text.clone(), place: reason.place.clone() }).collect()
}

/// What mends a cause. A commit that changes only configuration is mended by its old values.
fn remedy(cause: &Hypothesis<'_>) -> String {
    let Some(mechanism) = cause.mechanism else {
        return if cause.commit.is_some() { "rollback" } else { "investigate" }.to_owned();
    };
    if let Some(commit) = cause.commit
        && mechanism.remedy == "config-revert"
        && !commit.files.iter().any(|file| crate::effects::kind(file) == crate::effects::Kind::Config)
    {
        return "rollback".to_owned();
    }
    mechanism.remedy.to_owned()
}

/// What evidence would decide between the verdict and its strongest rival.
fn would_change(case: &Case, ranked: &[Hypothesis<'_>], cause: &Hypothesis<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let rival = ranked.iter().find(|one| one.commit.map(|c| &c.sha) != cause.commit.map(|c| &c.sha));
    if let Some(rival) = rival {
        let name = rival.mechanism.map_or("its change", |mechanism| mechanism.name);
        found.push(match rival.commit {
            Some(commit) => format!("signs of {name} on the service of commit {}", short(&commit.sha)),
            None => format!("signs of {name} outside of the code"),
        });
    }
    if cause.commit.is_some() {
        found.push("the same errors on an instance that still runs the version before".to_owned());
    } else {
        found.push("errors that stop when the last release is rolled back".to_owned());
    }
    found.extend(case.absent.iter().map(|file| format!("the contents of {file}, which the case lacks")));
    found
}
