//! What happens without a guilty commit.

use super::hypothesis::{Hypothesis, Reason, explains, shown, unscored};
use crate::clock;
use crate::explain::Mechanism;
use crate::read::Case;
use crate::sign::Sign;
use crate::symptoms::Seen;
use crate::weights::Weights;
use crate::words;

/// The score of an operational cause.
pub(super) fn operation<'a>(
    mechanism: &'static Mechanism,
    case: &Case,
    seen: &Seen,
    weights: &Weights,
) -> Hypothesis<'a> {
    let mut one = unscored(Some(mechanism));
    let mut signs = seen.signs();
    if let Some((strength, text)) = flag(case, seen) {
        let known = signs.entry(Sign::FlagFlipped).or_default();
        *known = known.max(strength);
        if mechanism.key.iter().any(|(sign, _)| *sign == Sign::FlagFlipped) {
            one.reasons.push(Reason { weight: 0.5, text, place: "context/flags.json".to_owned() });
        }
    } else {
        signs.remove(&Sign::FlagFlipped);
    }
    let (shown, sign) = shown(mechanism, &signs);
    one.fit = shown;
    if shown < 0.15 {
        one.add(-3.0, format!("nothing was seen that shows {}", mechanism.name), "");
    }
    let fact = seen.facts.iter().find(|fact| Some(fact.sign) == sign);
    let text = fact.map(|fact| fact.text.clone()).unwrap_or_default();
    one.service = fact.map(|fact| fact.service.clone());
    let place = fact.map(|fact| fact.place.clone()).unwrap_or_default();
    // Signs of operations are told apart by themselves alone, without a diff; so their fit counts a little more.
    one.add(weights.fit * shown * 1.1 + weights.operation, text, place);
    explains(&mut one, Some(mechanism), seen, weights, shown);
    one
}

/// How likely a flag that turned just before the onset is the trigger.
fn flag(case: &Case, seen: &Seen) -> Option<(f64, String)> {
    let first = seen.first?;
    let near = case.flags.iter().filter(|flag| {
        let before = first - flag.at;
        (-seen.interval..=seen.interval * 2 + 60_000).contains(&before) && seen.harmed.contains_key(&flag.service)
    });
    near.map(|flag| {
        let parts = words::parts(&flag.flag);
        let named =
            parts.iter().filter(|part| part.len() > 3 && seen.named.parts.get(*part).is_some_and(|w| *w >= 0.8));
        let strength: f64 = if named.count() > 0 { 0.9 } else { 0.5 };
        (strength, format!("{} of {} turned {} at {}", flag.flag, flag.service, flag.change, clock::shown(flag.at)))
    })
    .max_by(|a, b| a.0.total_cmp(&b.0))
}
