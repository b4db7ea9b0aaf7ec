//! Ranks what may have caused an incident: commits, and what happens without one.

use std::collections::BTreeMap;

use crate::clock;
use crate::effects::{Doing, doing};
use crate::explain::{Mechanism, OPERATIONS, mechanisms};
use crate::read::{Case, Commit};
use crate::sign::Sign;
use crate::symptoms::Seen;
use crate::weights::Weights;
use crate::words;

/// A hypothesis with its score.
#[derive(Debug, Clone)]
pub(crate) struct Hypothesis<'a> {
    /// The commit, or nothing for an operational cause.
    pub(crate) commit: Option<&'a Commit>,
    pub(crate) mechanism: Option<&'static Mechanism>,
    /// The share of all probability.
    pub(crate) probability: f64,
    score: f64,
    /// How well the mechanism's effect and its own sign fit, from 0 to 1.
    pub(crate) fit: f64,
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
    fn add(&mut self, weight: f64, text: impl Into<String>, place: impl Into<String>) {
        if weight.abs() > 0.01 {
            self.score += weight;
            self.reasons.push(Reason { weight, text: text.into(), place: place.into() });
        }
    }
}

/// All hypotheses with their probabilities, the most likely first.
pub(crate) fn rank<'a>(case: &'a Case, seen: &Seen, weights: &Weights) -> Vec<Hypothesis<'a>> {
    let read: Vec<(&Commit, Doing)> = case.commits.iter().map(|commit| (commit, doing(commit))).collect();
    let rarity = rarity(&read);
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

/// In how many commits each changed name stands.
fn rarity(read: &[(&Commit, Doing)]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (_, doing) in read {
        for word in doing.atoms.changed.keys() {
            *found.entry(word.clone()).or_insert(0) += 1;
        }
    }
    found
}

/// How well a mechanism's own signs were seen, and which sign shows it best.
fn shown(mechanism: &Mechanism, signs: &BTreeMap<Sign, f64>) -> (f64, Option<Sign>) {
    let strengths = mechanism.key.iter().filter_map(|(sign, telling)| Some((signs.get(sign)? * telling, *sign)));
    let best = strengths.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((0.0, None), |(strength, sign)| (strength, Some(sign)))
}

/// The parts of a score that signs alone give: support, what stays unexplained, what does not go along.
fn explains(one: &mut Hypothesis<'_>, mechanism: Option<&Mechanism>, seen: &Seen, weights: &Weights, share: f64) {
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
    for (weight, sign) in open.into_iter().take(2) {
        let place = seen.facts.iter().find(|fact| fact.sign == sign).map(|fact| fact.place.clone()).unwrap_or_default();
        one.add(-weights.unexplained * weight, format!("it leaves unexplained: {}", sign.words()), place);
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

/// The score of a commit under its best mechanism.
fn accuse<'a>(
    commit: &'a Commit,
    doing: &Doing,
    case: &Case,
    seen: &Seen,
    weights: &Weights,
    rarity: &BTreeMap<String, usize>,
) -> Hypothesis<'a> {
    let mut base = Hypothesis {
        commit: Some(commit),
        mechanism: None,
        probability: 0.0,
        score: 0.0,
        fit: 0.0,
        timely: true,
        service: None,
        deployed: None,
        reasons: Vec::new(),
    };
    time(&mut base, commit, case, seen, weights);
    if doing.idle {
        base.add(-weights.idle, "its files do not run in production", "context/commits.json");
    }
    if !doing.read && !doing.idle {
        base.add(-0.5, "its diff is not there to read", "context/commits.json");
    }
    if doing.moved {
        base.add(-weights.moved, "all that it removes is found again in what it adds", "context/commits.json");
    }
    names(&mut base, commit, doing, seen, weights, rarity);
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
        literals(&mut one, doing, mechanism, seen, weights);
        if best.as_ref().is_none_or(|other| one.score > other.score) {
            best = Some(one);
        }
    }
    let mut plain = base;
    explains(&mut plain, None, seen, weights, 0.0);
    match best {
        Some(best) if best.score >= plain.score => best,
        _ => plain,
    }
}

/// When the commit was deployed, against when the first signal and the alert's own signal changed.
fn time(one: &mut Hypothesis<'_>, commit: &Commit, case: &Case, seen: &Seen, weights: &Weights) {
    let same = |sha: &str| !sha.is_empty() && (sha.starts_with(&commit.sha) || commit.sha.starts_with(sha));
    let direct = case.deploys.iter().find(|deploy| same(&deploy.sha));
    let (Some(first), Some(harm)) = (seen.first, seen.harm) else { return };
    let slack = seen.interval + 30_000;
    let at = match direct {
        Some(deploy) => {
            one.service = Some(deploy.service.clone());
            one.deployed = Some(deploy.at);
            deploy.at
        }
        None => {
            if !case.deploys.is_empty() || !case.absent.iter().any(|file| file == "context/deploys.json") {
                one.add(-weights.undeployed, "no deployment names it", "context/deploys.json");
            }
            // A later deployment of the same code base may carry it.
            let carried = case.deploys.iter().find(|deploy| commit.at.is_some_and(|at| deploy.at >= at));
            match carried.map(|deploy| deploy.at).or(commit.at) {
                Some(at) => at,
                None => return,
            }
        }
    };
    let text = |what: &str| format!("it was deployed at {}, {what} {}", clock::shown(at), clock::shown(first));
    if at > harm + slack {
        one.timely = false;
        one.add(-8.0, text("after the onset at"), "context/deploys.json");
    } else if at > first + slack {
        one.timely = false;
        one.add(-weights.late, text("after the first signal at"), "context/deploys.json");
    } else {
        let minutes = ((first - at) as f64 / 60_000.0).max(0.0);
        let near = if direct.is_some() { (1.0 - minutes / 60.0).max(0.0) } else { 0.0 };
        one.add(weights.near * near, text("before the first signal at"), "context/deploys.json");
        if seen.ramp && direct.is_some() && first - at <= seen.interval * 4 {
            one.add(weights.ramp, text("when a ramp begins, at"), "context/deploys.json");
        }
    }
    if let Some(deploy) = direct {
        let suffers = deploy.service == case.alert.service;
        let share = if suffers {
            1.0
        } else if seen.harmed.contains_key(&deploy.service) {
            0.6
        } else {
            0.2
        };
        let text = format!(
            "{} was deployed, which {}",
            deploy.service,
            if suffers {
                "the alert names"
            } else if share > 0.5 {
                "suffers"
            } else {
                "shows nothing"
            }
        );
        one.add(weights.placed * (share - 0.2), text, "context/deploys.json");
        if share < 0.5 {
            one.add(-0.5, format!("{} shows no harm", deploy.service), "");
        }
    }
}

/// Names that new errors and the diff share, and files of stacks.
fn names(
    one: &mut Hypothesis<'_>,
    commit: &Commit,
    doing: &Doing,
    seen: &Seen,
    weights: &Weights,
    rarity: &BTreeMap<String, usize>,
) {
    if doing.idle {
        return;
    }
    let mut shared: Vec<(f64, &str)> = Vec::new();
    for (word, weight) in &seen.named.whole {
        let rare = 1.0 / rarity.get(word).copied().unwrap_or(1).max(1) as f64;
        if doing.atoms.changed.contains_key(word) {
            shared.push((weight * rare, word));
        } else if doing.atoms.near.contains_key(word) {
            shared.push((weight * 0.25, word));
        }
    }
    // Parts of names, as `lookup` of `lookupAgent`, are weaker.
    for word in doing.atoms.changed.keys() {
        let rare = 1.0 / rarity.get(word).copied().unwrap_or(1).max(1) as f64;
        let parts = words::parts(word);
        let hits: f64 = parts.iter().filter_map(|part| seen.named.parts.get(part)).sum();
        if parts.len() > 1 && hits > 0.0 {
            shared.push((0.35 * rare * (hits / parts.len() as f64).min(1.0), word));
        }
    }
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let sum: f64 = shared.iter().take(4).map(|(weight, _)| weight).sum();
    let best: Vec<&str> = shared.iter().take(3).map(|(_, word)| *word).collect();
    one.add(
        weights.names * sum.min(1.0),
        format!("new errors and the diff both name {}", best.join(", ")),
        format!("commit {}", short(&commit.sha)),
    );
    let frame = seen.named.frames.iter().find(|frame| {
        commit
            .files
            .iter()
            .any(|file| file == *frame || file.ends_with(&format!("/{frame}")) || frame.ends_with(&format!("/{file}")))
    });
    if let Some(frame) = frame {
        one.add(weights.frame, format!("a stack of the errors names {frame}, which the commit changes"), "logs.ndjson");
    }
}

/// Numbers that the diff introduces and the telemetry shows.
fn literals(one: &mut Hypothesis<'_>, doing: &Doing, mechanism: &Mechanism, seen: &Seen, weights: &Weights) {
    let equal = |a: f64, b: f64| (a - b).abs() <= b.abs() * 0.01;
    let common = |value: f64| value.abs() < 3.0 || [100.0, 200.0, 400.0, 404.0, 429.0, 500.0, 503.0].contains(&value);
    let mut best: Option<(f64, String)> = None;
    for shift in &doing.shifts {
        let about = mechanism.topic.is_some_and(|topic| topic == shift.topic);
        if common(shift.new) || !seen.named.numbers.iter().any(|number| equal(*number, shift.new)) {
            continue;
        }
        let both = seen.named.usual.iter().any(|number| equal(*number, shift.old));
        let share = if both {
            1.0
        } else if about {
            0.8
        } else {
            0.3
        };
        let text = format!("telemetry shows the number that the diff sets: “{}”", shift.line.trim());
        if best.as_ref().is_none_or(|(other, _)| share > *other) {
            best = Some((share, text));
        }
    }
    if let Some((share, text)) = best {
        one.add(weights.literal * share, text, "context/commits.json");
    }
}

/// The score of an operational cause.
fn operation<'a>(mechanism: &'static Mechanism, case: &Case, seen: &Seen, weights: &Weights) -> Hypothesis<'a> {
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

fn unscored<'a>(mechanism: Option<&'static Mechanism>) -> Hypothesis<'a> {
    Hypothesis {
        commit: None,
        mechanism,
        probability: 0.0,
        score: 0.0,
        fit: 0.0,
        timely: true,
        service: None,
        deployed: None,
        reasons: Vec::new(),
    }
}

/// A cause that nobody exported.
fn unknown<'a>(seen: &Seen, weights: &Weights) -> Hypothesis<'a> {
    let mut one = unscored(None);
    one.add(weights.operation + 0.5, "a cause that the evidence does not hold", "");
    explains(&mut one, None, seen, weights, 0.0);
    one
}

/// The first digits of a commit's id.
pub(crate) fn short(sha: &str) -> String {
    sha.chars().take(8).collect()
}
