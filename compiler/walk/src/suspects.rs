//! Ranks commits by how directly evidence points to their changes, and gives the reasons.
//!
//! Each changed function is compared with each place that telemetry points to. Four things count:
//!
//! - how close the function is to the place: the same function, a callee, a caller, or the same file,
//! - how the function changed: a comment counts nothing, a name next to nothing,
//! - which commit wrote the lines,
//! - whether the kind of change fits the kind of fault.
//!
//! Code that telemetry shows to be as before loses suspicion ([`Observed`]). Lines that name what telemetry shows add
//! to it, wherever they are ([`mechanism`]).
//!
//! Contributions `r` add up to `1 − Π(1 − r)`: several weak reasons make a strong one, and no sum exceeds 1.
//!
//! Confidence compares suspects. Each score `s` has the odds `s / (1 − s)`. A commit's confidence is its share of
//! all suspects' odds and those of an unknown cause ([`ELSEWHERE`], more if evidence is missing). Two commits that
//! fit equally well share the confidence, and neither passes [`SURE`].
//!
//! A commit that no evidence points to may be the last one left. That is a weak prior: confidence is at most a fifth
//! ([`PRIOR`]) more than the commit's grounds, which are its score without priors and without elimination.

use std::collections::BTreeSet;

use serde::Serialize;

use super::candidates::Candidate;
use super::diff;
use super::fits::{Reason, Said, fits};
use super::kin;
use super::mechanism::{self, Shown};
use super::mentions::Mentions;
use super::observed::{Doubt, Observed};
use super::packages;
use super::place::Place;
use super::program::Language;
use super::program::change::{Changed, How};
use super::program::items::ItemKind;
use super::repo::{Repo, within};
use super::site::Role;
use super::target::Target;
use crate::source::Commit;
use emberline_prose::number::percent;

/// From this confidence on, the first suspect is named as the commit.
pub const SURE: f64 = 0.6;
/// The odds that the cause is none of the commits, with complete evidence.
pub(super) const ELSEWHERE: f64 = 0.35;
/// What a commit's confidence may exceed its grounds by.
pub(super) const PRIOR: f64 = 0.2;
/// From these grounds on, a commit may be named: its confidence may reach [`SURE`].
pub(super) const GROUNDED: f64 = SURE - PRIOR;
/// What the only commit left gains by elimination.
const LEFT: f64 = 0.12;
/// The suspicion of a change in an involved service that no evidence points to.
const FAR: f64 = 0.07;
/// A place that is less close than this is only in the neighbourhood.
const CLOSE: f64 = 0.2;
/// The score that counts as certain. It limits the odds, which would otherwise be infinite.
const CERTAIN: f64 = 0.98;

/// A commit, and why it is suspected.
#[derive(Debug, Clone, Serialize)]
pub struct Suspect {
    /// The commit.
    pub commit: Commit,
    /// How well the commit by itself fits the evidence, from 0 to 1.
    pub score: f64,
    /// The part of the score that places and mechanisms give, without priors and elimination, from 0 to 1.
    pub grounds: f64,
    /// Whether the commit is the only deployed one that changes what the involved services do.
    pub is_only: bool,
    /// How likely the commit is the root cause, among all suspects and other causes, from 0 to 1.
    pub confidence: f64,
    /// Reasons for and against, the strongest first.
    pub reasons: Vec<String>,
    /// The changed function that is closest to the fault.
    pub function: Option<Place>,
    /// How the commit changed that function.
    pub how: Option<How>,
    /// The lines of the commit's diff in that function. Each line begins with `-` or `+`.
    pub diff: Vec<String>,
}

/// The evidence that commits are compared with.
pub(super) struct Evidence<'e> {
    pub(super) repo: &'e Repo<'e>,
    pub(super) targets: &'e [Target],
    pub(super) mentions: &'e Mentions,
    pub(super) said: &'e Said,
    /// Folders of the involved services, and of the packages that they are built on.
    pub(super) folders: &'e BTreeSet<String>,
    /// What telemetry shows to be as before.
    pub(super) observed: &'e Observed,
    /// What telemetry shows that lines of a commit may name.
    pub(super) shown: &'e Shown,
    /// The kind of the fault; [`Role::Above`] if the reason for slowness is unknown.
    pub(super) role: Role,
    /// The odds that the cause is none of the commits.
    pub(super) elsewhere: f64,
    /// Whether the commits are all that was deployed.
    pub(super) is_complete: bool,
}

/// A changed item with the evidence for it.
struct Charge<'c> {
    path: &'c str,
    changed: &'c Changed,
    counts: f64,
    /// The part of `counts` that a place or a mechanism gives.
    grounds: f64,
    reasons: Vec<Reason>,
}

/// Ranks candidates.
pub(super) fn rank(candidates: &[Candidate], evidence: &Evidence<'_>) -> Vec<Suspect> {
    let active: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.may_matter() && takes_part(candidate, evidence)).collect();
    let only = match active.as_slice() {
        [only] if evidence.is_complete => Some(only.commit.id.clone()),
        _ => None,
    };
    let mut suspects: Vec<Suspect> =
        candidates.iter().map(|candidate| suspect(candidate, evidence, only.as_deref())).collect();
    let odds = |score: f64| score.min(CERTAIN) / (1.0 - score.min(CERTAIN));
    let all: f64 = suspects.iter().map(|suspect| odds(suspect.score)).sum::<f64>() + evidence.elsewhere;
    for suspect in &mut suspects {
        suspect.confidence = (odds(suspect.score) / all).min(suspect.grounds + PRIOR);
    }
    // Among equals, the latest commit comes first, because the sort is stable and candidates are in that order.
    suspects.sort_by(|a, b| b.score.total_cmp(&a.score));
    suspects
}

/// Whether a commit changes an involved service or shared code.
fn takes_part(candidate: &Candidate, evidence: &Evidence<'_>) -> bool {
    let is_near = |path: &str| {
        evidence.folders.iter().any(|folder| within(folder, path))
            || evidence.targets.iter().any(|target| target.file == path)
    };
    let paths = candidate.items.iter().filter(|(_, changed)| changed.how.weight() >= 0.3).map(|(path, _)| path);
    evidence.folders.is_empty()
        || !candidate.packages.is_empty()
        || paths.chain(&candidate.settings).any(|path| is_near(path))
}

fn suspect(candidate: &Candidate, evidence: &Evidence<'_>, only: Option<&str>) -> Suspect {
    let mut charges: Vec<Charge<'_>> =
        candidate.items.iter().map(|(path, changed)| charge(candidate, path, changed, evidence)).collect();
    charges.sort_by(|a, b| b.counts.total_cmp(&a.counts));
    let mut sum = Sum::default();
    let mut reasons = Vec::new();
    for (at, charge) in charges.iter().enumerate().take(3) {
        // Further changes of a commit count less, so that size alone does not make a commit suspect.
        let share = if at == 0 { 1.0 } else { 0.3 };
        sum.add(charge.counts * share, charge.grounds * share);
    }
    for (at, charge) in charges.iter_mut().enumerate().take(3) {
        let is_worth = |reason: &Reason| at == 0 || reason.counts >= 0.15;
        reasons.extend(std::mem::take(&mut charge.reasons).into_iter().filter(is_worth));
    }
    for found in mechanism::find(candidate, evidence.shown, evidence.said) {
        let counts = found.reason.counts * reach(&found.path, evidence);
        sum.add(counts, counts);
        reasons.push(Reason { counts, ..found.reason });
    }
    if let Some(reason) = setting(candidate, evidence) {
        sum.add(reason.counts, 0.0);
        reasons.push(reason);
    }
    let is_only = only == Some(candidate.commit.id.as_str());
    if is_only {
        sum.add(LEFT, 0.0);
        let words = "the only deployed commit that changes what these services do".to_owned();
        reasons.push(Reason { counts: LEFT, words });
    }
    let (score, grounds) = (1.0 - sum.innocence, 1.0 - sum.groundless);
    if !candidate.may_matter() && grounds < CLOSE {
        let what = candidate.most().map_or("no code", How::words);
        reasons.insert(0, Reason { counts: 1.0, words: format!("against it: changes {what}") });
    }
    if reasons.is_empty() {
        reasons.push(Reason { counts: 0.0, words: "changes nothing that evidence points to".to_owned() });
    }
    reasons.sort_by(|a, b| b.counts.total_cmp(&a.counts));
    reasons.truncate(5);
    let first = charges.first().filter(|charge| charge.counts > 0.0);
    let innermost = first.map(|charge| Place {
        function: called(charge.changed),
        file: charge.path.to_owned(),
        line: line_now(evidence.repo, charge.path, charge.changed),
    });
    Suspect {
        diff: first.map(|charge| diff::of(&candidate.changes, charge.path, charge.changed)).unwrap_or_default(),
        how: first.map(|charge| charge.changed.how),
        commit: candidate.commit.clone(),
        score,
        grounds,
        is_only,
        confidence: 0.0,
        reasons: reasons.into_iter().map(|reason| reason.words).collect(),
        function: innermost,
    }
}

/// Several reasons as one.
struct Sum {
    innocence: f64,
    /// The innocence by places and mechanisms alone.
    groundless: f64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { innocence: 1.0, groundless: 1.0 }
    }
}

impl Sum {
    fn add(&mut self, counts: f64, grounds: f64) {
        self.innocence *= 1.0 - counts;
        self.groundless *= 1.0 - grounds;
    }
}

/// How far a file's change reaches into the involved services, from 0 to 1.
fn reach(path: &str, evidence: &Evidence<'_>) -> f64 {
    let is_near = folder_takes_part(path, evidence) || evidence.targets.iter().any(|target| target.file == path);
    match is_near || packages::is_manifest(path) {
        true => 1.0,
        // Configuration of a deployment often lies apart.
        false if Language::of(path) == Language::Other => 0.7,
        false => 0.3,
    }
}

/// The suspicion of a change in configuration, schemas or versions as such.
fn setting(candidate: &Candidate, evidence: &Evidence<'_>) -> Option<Reason> {
    let mut settings = candidate.settings.iter();
    if let Some(path) = settings.clone().find(|path| folder_takes_part(path, evidence)) {
        return Some(Reason { counts: 0.12, words: format!("changes the configuration {path}") });
    }
    if let [first, rest @ ..] = candidate.packages.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and of {} more", rest.len()) };
        return Some(Reason { counts: 0.06, words: format!("changes the version of `{first}`{more}") });
    }
    let path = settings.next()?;
    Some(Reason { counts: 0.04, words: format!("changes {path}, which any service may read") })
}

fn called(changed: &Changed) -> String {
    if changed.qualifier.is_empty() { changed.name.clone() } else { format!("{}::{}", changed.qualifier, changed.name) }
}

/// The line of an item at the deployed revision, or else in the commit.
fn line_now(repo: &Repo<'_>, path: &str, changed: &Changed) -> usize {
    let program = repo.now(path);
    let item = program.as_ref().and_then(|program| {
        let mut items = program.items.iter().filter(|item| item.kind == changed.kind && item.name == changed.name);
        items.find(|item| item.qualifier == changed.qualifier)
    });
    item.map(|item| item.first)
        .or(changed.after.map(|lines| lines.0))
        .or(changed.before.map(|lines| lines.0))
        .unwrap_or(0)
}

/// The evidence for a changed item: its closest site, and whether the change fits.
fn charge<'c>(candidate: &'c Candidate, path: &'c str, changed: &'c Changed, evidence: &Evidence<'_>) -> Charge<'c> {
    let how = changed.how.weight();
    let doubt = evidence.observed.doubt(evidence.repo, evidence.mentions, path, changed);
    let mut best: Option<(f64, Reason, Role)> = None;
    for target in evidence.targets {
        let Some((near, words)) = nearness(candidate, path, changed, target, evidence) else { continue };
        let shared = if target.is_shared { 0.5 } else { 1.0 };
        let is_itself = path == target.file && changed.name == target.item.name;
        let left = if is_itself { 1.0 } else { left(doubt.as_ref(), near) };
        let counts = near * target.site.weight.clamp(0.0, 1.0) * shared * how * left;
        if best.as_ref().is_none_or(|(most, ..)| counts > *most) {
            best = Some((counts, Reason { counts, words }, target.site.role));
        }
    }
    let is_placed = best.is_some();
    let is_far = !best.as_ref().is_some_and(|(counts, ..)| *counts >= CLOSE * how);
    let (near, reason, role) = best.unwrap_or_else(|| {
        let folder = evidence.folders.iter().find(|folder| within(folder, path));
        // If no function is known, any change of an involved service is near. If requests time out, so is a changed
        // limit.
        let is_limit = evidence.role == Role::Fails && evidence.said.is_about_time(changed);
        let near = if evidence.targets.is_empty() || is_limit { 0.3 } else { FAR };
        let counts = if folder.is_some() { near * how * left(doubt.as_ref(), 0.0) } else { 0.01 * how };
        let words = match folder {
            Some(_) => format!("changes `{}` of an involved service: {}", called(changed), changed.how.words()),
            None => format!("changes `{}` elsewhere: {}", called(changed), changed.how.words()),
        };
        (counts, Reason { counts, words }, evidence.role)
    });
    let grounds = if is_placed { near } else { 0.0 };
    let mut charge = Charge { path, changed, counts: near, grounds, reasons: vec![reason] };
    // A place above the fault has no kind of its own, so the fault's kind applies.
    let role = if role == Role::Above { evidence.role } else { role };
    // A fitting change counts more if it is closer to the fault and more substantial.
    let lever = (near / 0.5).min(1.0) * how;
    let doubted = doubt.as_ref().filter(|_| is_far);
    let far = if folder_takes_part(path, evidence) { 0.5 * how * left(doubted, 0.0) } else { 0.0 };
    for fit in fits(changed, role, evidence.said) {
        let counts = fit.counts * lever.max(far);
        charge.counts = 1.0 - (1.0 - charge.counts) * (1.0 - counts);
        charge.grounds = 1.0 - (1.0 - charge.grounds) * (1.0 - counts);
        if counts >= 0.05 {
            charge.reasons.push(Reason { counts, ..fit });
        }
    }
    if let Some(doubt) = doubted {
        charge.reasons.push(Reason { counts: 0.06, words: format!("against it: {}", doubt.words) });
    }
    charge
}

/// What an observation leaves of the suspicion of code that is as near to a place as `near`. Evidence that points to
/// the code itself outweighs that the code looks as before.
fn left(doubt: Option<&Doubt>, near: f64) -> f64 {
    match doubt {
        None => 1.0,
        Some(doubt) if near < CLOSE => doubt.left,
        Some(doubt) if doubt.is_direct => doubt.left.max(0.5),
        Some(_) => 1.0,
    }
}

fn folder_takes_part(path: &str, evidence: &Evidence<'_>) -> bool {
    evidence.folders.iter().any(|folder| within(folder, path))
}

/// How close a changed item is to a place, from 0 to 1.
fn nearness(
    candidate: &Candidate,
    path: &str,
    changed: &Changed,
    target: &Target,
    evidence: &Evidence<'_>,
) -> Option<(f64, String)> {
    let site = &target.site;
    let place = format!("`{}`, where it {}", target.item.name, site.role.verb());
    let what = changed.how.words();
    let is_same = path == target.file
        && changed.name == target.item.name
        && (changed.qualifier == target.item.qualifier || changed.after.is_none());
    if is_same && changed.kind == target.item.kind {
        let wrote = target.wrote.get(&candidate.commit.id).copied().unwrap_or(0.0);
        let base = if site.role == Role::Above { 0.6 } else { 0.72 };
        if changed.how == How::New {
            return Some((0.92, format!("adds {place} ({})", site.why)));
        }
        if wrote > 0.0 {
            let words =
                format!("wrote {} of the suspected lines in {place} ({}); changes {what}", percent(wrote), site.why);
            return Some((base + 0.25 * wrote, words));
        }
        return Some((base, format!("changes {place} ({}): {what}", site.why)));
    }
    let name = called(changed);
    let from = &(evidence.repo.package(&target.file), target.item.name.clone());
    let to = &(evidence.repo.package(path), changed.name.clone());
    if let Some(steps) = evidence.mentions.down(from, to).filter(|steps| *steps > 0) {
        let near = if changed.kind == ItemKind::Constant { 0.6 } else { [0.5, 0.36, 0.25][steps.clamp(1, 3) - 1] };
        return Some((near, format!("changes `{name}`, {} {place}: {what}", below(steps))));
    }
    if let Some(steps) = evidence.mentions.up(from, to).filter(|steps| *steps > 0) {
        // If a function is called too often, its caller is the suspect.
        let near = if site.role == Role::Called && steps == 1 { 0.6 } else { [0.42, 0.28][steps.clamp(1, 2) - 1] };
        return Some((near, format!("changes `{name}`, which calls {place}: {what}")));
    }
    if matches!(site.role, Role::Waits | Role::Fails)
        && let Some(common) = evidence.mentions.common(from, to)
    {
        return Some((0.25, format!("changes `{name}`, which uses `{common}` as {place} does: {what}")));
    }
    if let Some((near, how)) = kin::kin(evidence.repo, path, changed, target) {
        return Some((near, format!("changes `{name}`, which {how} {place}: {what}")));
    }
    (path == target.file).then(|| (0.12, format!("changes `{name}` in the file of {place}: {what}")))
}

fn below(steps: usize) -> &'static str {
    if steps == 1 { "which is used by" } else { "which is used below" }
}
