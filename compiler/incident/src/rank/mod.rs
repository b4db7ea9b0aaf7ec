//! Ranks what may have caused an incident: commits, and what happens without one.

use std::collections::BTreeMap;

mod hypothesis;
mod operation;
mod shared;
mod when;

use crate::effects::{Doing, doing};
use crate::explain::{OPERATIONS, mechanisms};
use crate::read::{Case, Commit};
use crate::symptoms::Seen;
use crate::weights::Weights;
use hypothesis::{explains, shown, unscored};
use operation::operation;

pub(crate) use hypothesis::{Hypothesis, short};

/// All hypotheses with their probabilities, the most likely first.
pub(crate) fn rank<'a>(case: &'a Case, seen: &Seen, weights: &Weights) -> Vec<Hypothesis<'a>> {
    let read: Vec<(&Commit, Doing)> = case.commits.iter().map(|commit| (commit, doing(commit))).collect();
    let rarity = shared::rarity(read.iter().map(|(_, doing)| doing));
    let mut all: Vec<Hypothesis<'a>> =
        read.iter().map(|(commit, doing)| accuse(commit, doing, case, seen, weights, &rarity)).collect();
    all.extend(OPERATIONS.iter().map(|mechanism| operation(mechanism, case, seen, weights)));
    all.push(unknown(seen, weights));
    let most = all.iter().map(|one| one.score).fold(f64::MIN, f64::max);
    let sum: f64 = all.iter().map(|one| (one.score - most).exp()).sum();
    for one in &mut all {
        one.probability = (one.score - most).exp() / sum;
        one.reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.text.cmp(&b.text)));
    }
    all.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    all
}

/// The score of a commit under its best mechanism.
fn accuse<'a>(
    commit: &'a Commit,
    doing: &Doing,
    case: &Case,
    seen: &Seen,
    weights: &Weights,
    rarity: &BTreeMap<String, usize>,
) -> Hypothesis<'a> {
    let mut base = Hypothesis { commit: Some(commit), ..unscored(None) };
    when::time(&mut base, commit, case, seen, weights);
    if doing.idle {
        base.add(-weights.idle, "its files do not run in production", "context/commits.json");
    }
    if !doing.read && !doing.idle {
        base.add(-0.5, "its diff is not there to read", "context/commits.json");
    }
    if doing.moved {
        base.add(-weights.moved, "all that it removes is found again in what it adds", "context/commits.json");
    }
    if let Some(slight) = doing.slight {
        base.add(-weights.moved, slight, "context/commits.json");
    }
    shared::names(&mut base, commit, doing, seen, weights, rarity);
    let signs = seen.signs();
    let mut best: Option<Hypothesis<'a>> = None;
    for mechanism in mechanisms() {
        let effect = mechanism.effects.iter().map(|effect| (doing.strength(*effect), *effect));
        let Some((strength, effect)) =
            effect.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(strength, _)| *strength > 0.0)
        else {
            continue;
        };
        let mut one = base.clone();
        let (shown, sign) = shown(mechanism, &signs);
        let line = doing.effects.get(&effect).map(|(_, line)| line.clone()).unwrap_or_default();
        one.fit = strength * shown;
        one.mechanism = Some(mechanism);
        let text = match sign {
            Some(sign) => format!("{} goes along with {} (“{line}”)", sign.words(), mechanism.name),
            None => format!("{} (“{line}”)", mechanism.name),
        };
        one.add(weights.fit * one.fit, text, format!("commit {}", short(&commit.sha)));
        if shown < 0.2 {
            one.add(-0.5, format!("nothing was seen that shows {}", mechanism.name), "");
        }
        explains(&mut one, Some(mechanism), seen, weights, strength * shown.max(0.2));
        shared::literals(&mut one, doing, Some(mechanism), seen, weights);
        if best.as_ref().is_none_or(|other| one.score > other.score) {
            best = Some(one);
        }
    }
    let mut plain = base;
    plain.add(-weights.plain, "no mechanism of the table fits it", "");
    explains(&mut plain, None, seen, weights, 0.0);
    shared::literals(&mut plain, doing, None, seen, weights);
    match best {
        Some(best) if best.score >= plain.score => best,
        _ => plain,
    }
}

/// A cause that nobody exported.
fn unknown<'a>(seen: &Seen, weights: &Weights) -> Hypothesis<'a> {
    let mut one = unscored(None);
    one.add(weights.operation + 0.5, "a cause that the evidence does not hold", "");
    explains(&mut one, None, seen, weights, 0.0);
    one
}
