//! Names, files and numbers that a diff shares with what is new in the telemetry. No table of mechanisms is asked.

use std::collections::BTreeMap;

use super::hypothesis::{Hypothesis, short};
use crate::effects::Doing;
use crate::explain::Mechanism;
use crate::read::Commit;
use crate::symptoms::Seen;
use crate::weights::Weights;
use crate::words;

/// In how many commits each changed name stands, by [`words::joined`].
pub(super) fn rarity<'a>(all: impl Iterator<Item = &'a Doing>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for doing in all {
        let mut names: Vec<String> = doing.atoms.changed.keys().map(|word| words::joined(word)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            *found.entry(name).or_insert(0) += 1;
        }
    }
    found
}

/// How distinctive a name is: `ON_HOLD` and `lookupAgent` are names of code, `rounding` may be a word of any text.
fn distinct(word: &str) -> f64 {
    let parts = words::parts(word).len();
    let shouted = word.len() > 3 && word.chars().all(|letter| !letter.is_lowercase());
    if parts > 1 || shouted { 1.0 } else { 0.5 }
}

/// Names that new errors and the diff share, and files of stacks.
pub(super) fn names(
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
    let rare = |word: &str| 1.0 / rarity.get(&words::joined(word)).copied().unwrap_or(1).max(1) as f64;
    let joined = |of: &BTreeMap<String, usize>| of.keys().map(|word| words::joined(word)).collect::<Vec<_>>();
    let (changed, touched) = (joined(&doing.atoms.changed), joined(&doing.atoms.touched));
    let near = joined(&doing.atoms.near);
    let mut shared: BTreeMap<String, (f64, &str)> = BTreeMap::new();
    for (word, weight) in &seen.named.whole {
        let name = words::joined(word);
        let share = if changed.contains(&name) {
            weight * rare(word) * distinct(word)
        } else if touched.contains(&name) {
            weight * 0.6 * distinct(word)
        } else if near.contains(&name) {
            weight * 0.25 * distinct(word)
        } else {
            continue;
        };
        let known = shared.entry(name).or_insert((0.0, word));
        if share > known.0 {
            *known = (share, word);
        }
    }
    // Parts of names, as `lookup` of `lookupAgent`, are weaker.
    for word in doing.atoms.changed.keys() {
        let parts = words::parts(word);
        let hits: f64 = parts.iter().filter_map(|part| seen.named.parts.get(part)).sum();
        if parts.len() > 1 && hits > 0.0 {
            let share = 0.35 * rare(word) * (hits / parts.len() as f64).min(1.0);
            let known = shared.entry(words::joined(word)).or_insert((0.0, word));
            known.0 = known.0.max(share);
        }
    }
    // Text that stands between quotes in the diff and word by word in what is new.
    for text in &doing.atoms.quoted {
        if seen.named.texts.iter().any(|other| other.contains(text.as_str())) {
            let known = shared.entry(words::joined(text)).or_insert((0.0, text));
            known.0 = known.0.max(0.9);
        }
    }
    let mut shared: Vec<(f64, &str)> = shared.into_values().collect();
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let sum: f64 = shared.iter().take(4).map(|(weight, _)| weight).sum();
    let best: Vec<&str> = shared.iter().take(3).map(|(_, word)| *word).collect();
    one.named = sum.min(1.0);
    one.add(
        weights.names * sum.min(1.5),
        format!("what is new and the diff both name {}", best.join(", ")),
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
pub(super) fn literals(
    one: &mut Hypothesis<'_>,
    doing: &Doing,
    mechanism: Option<&Mechanism>,
    seen: &Seen,
    weights: &Weights,
) {
    let equal = |a: f64, b: f64| (a - b).abs() <= b.abs() * 0.01;
    let common = |value: f64| value.abs() < 3.0 || [100.0, 200.0, 400.0, 404.0, 429.0, 500.0, 503.0].contains(&value);
    let mut best: Option<(f64, String)> = None;
    for shift in &doing.shifts {
        let about = mechanism.and_then(|m| m.topic).is_some_and(|topic| topic == shift.topic);
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
    // A number that no line before the change held may be a bare literal.
    for (number, line) in &doing.fresh {
        let telling = number.abs() >= 20.0 && !common(*number);
        let told = seen.named.numbers.iter().any(|other| equal(*other, *number));
        let usual = seen.named.usual.iter().any(|other| equal(*other, *number));
        if telling && told && !usual && best.as_ref().is_none_or(|(share, _)| *share < 0.6) {
            best = Some((0.6, format!("telemetry shows a number that is new in the diff: “{}”", line.trim())));
        }
    }
    if let Some((share, text)) = best {
        one.add(weights.literal * share, text, "context/commits.json");
    }
}
