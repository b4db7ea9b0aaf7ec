//! A hypothesis, its score, and what signs alone say for and against it.

use std::collections::BTreeMap;

use crate::explain::Mechanism;
use crate::read::Commit;
use crate::sign::Sign;
use crate::symptoms::Seen;
use crate::weights::Weights;

/// A hypothesis with its score.
#[derive(Debug, Clone)]
pub(crate) struct Hypothesis<'a> {
    /// The commit, or nothing for an operational cause.
    pub(crate) commit: Option<&'a Commit>,
    pub(crate) mechanism: Option<&'static Mechanism>,
    /// The share of all probability.
    pub(crate) probability: f64,
    /// The natural logarithm of its odds, but for a constant.
    pub(super) score: f64,
    /// How well the mechanism's effect and its own sign fit, from 0 to 1.
    pub(crate) fit: f64,
    /// How many names that the diff changes stand in what is new, from 0 to 1.
    pub(crate) named: f64,
    /// Whether the change came before what it should explain.
    pub(crate) timely: bool,
    /// The service that was deployed, and when.
    pub(crate) service: Option<String>,
    pub(crate) deployed: Option<i64>,
    pub(crate) reasons: Vec<Reason>,
}

/// A reason for or against a hypothesis.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    /// Positive for, negative against.
    pub(crate) weight: f64,
    pub(crate) text: String,
    pub(crate) place: String,
}

impl Hypothesis<'_> {
    /// Adds a weight with its reason.
    pub(super) fn add(&mut self, weight: f64, text: impl Into<String>, place: impl Into<String>) {
        if weight.abs() > 0.01 {
            self.score += weight;
            self.reasons.push(Reason { weight, text: text.into(), place: place.into() });
        }
    }
}

/// How well a mechanism's own signs were seen, and which sign shows it best.
pub(super) fn shown(mechanism: &Mechanism, signs: &BTreeMap<Sign, f64>) -> (f64, Option<Sign>) {
    let strengths = mechanism.key.iter().filter_map(|(sign, telling)| Some((signs.get(sign)? * telling, *sign)));
    let best = strengths.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((0.0, None), |(strength, sign)| (strength, Some(sign)))
}

/// The parts of a score that signs alone give: support, what stays unexplained, what does not go along.
pub(super) fn explains(
    one: &mut Hypothesis<'_>,
    mechanism: Option<&Mechanism>,
    seen: &Seen,
    weights: &Weights,
    share: f64,
) {
    let signs = seen.signs();
    let known =
        |sign: &Sign| mechanism.is_some_and(|m| m.also.contains(sign) || m.key.iter().any(|(key, _)| key == sign));
    let also: f64 = signs.iter().filter(|(sign, _)| known(sign)).map(|(_, strength)| strength * 0.35).sum();
    if mechanism.is_some() {
        one.add(weights.support * also.min(1.0) * share, "it explains other signs that were seen", "");
    }
    let mut open: Vec<(f64, Sign)> = signs
        .iter()
        .filter(|(sign, _)| !known(sign))
        .map(|(sign, strength)| (strength * sign.telling(), *sign))
        .filter(|(weight, _)| *weight > 0.2)
        .collect();
    open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // A change whose mechanism the table lacks may show anything.
    let unexplained = if one.commit.is_some() && mechanism.is_none() { 0.35 } else { 1.0 } * weights.unexplained;
    for (weight, sign) in open.into_iter().take(2) {
        let place = seen.facts.iter().find(|fact| fact.sign == sign).map(|fact| fact.place.clone()).unwrap_or_default();
        one.add(-unexplained * weight, format!("it leaves unexplained: {}", sign.words()), place);
    }
    for sign in mechanism.map(|m| m.against).unwrap_or_default() {
        let strength = signs.get(sign).copied().unwrap_or(0.0);
        if strength > 0.4 && !mechanism.is_some_and(|m| m.key.iter().any(|(key, _)| key == sign)) {
            let place =
                seen.facts.iter().find(|fact| fact.sign == *sign).map(|fact| fact.place.clone()).unwrap_or_default();
            let text = format!("{} speaks for a cause outside of the code", sign.words());
            one.add(-weights.against * strength * 0.6, text, place);
        }
    }
}

/// A hypothesis before any evidence.
pub(super) fn unscored<'a>(mechanism: Option<&'static Mechanism>) -> Hypothesis<'a> {
    Hypothesis {
        commit: None,
        mechanism,
        probability: 0.0,
        score: 0.0,
        fit: 0.0,
        named: 0.0,
        timely: true,
        service: None,
        deployed: None,
        reasons: Vec::new(),
    }
}

/// The first digits of a commit's id.
pub(crate) fn short(sha: &str) -> String {
    sha.chars().take(8).collect()
}
