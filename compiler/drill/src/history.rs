//! The history that a drill makes: releases of honest commits with the faulty ones somewhere among them.

use emberline_core::quantity::Date;

use super::chance::Chance;
use super::patch::Patch;
use super::record::Commit;
use super::repository::Repository;
use emberline_walk::source::{Answer, Trouble};

/// The author of commits whose patches name none.
const AUTHOR: &str = "drill-1 <drill-1@shop.example>";
/// The default range of honest commits: at least the first, below the second.
const HONEST: (usize, usize) = (3, 7);
/// The longest time span of a release's commits, in seconds.
const SPREAD: f64 = 4.0 * 86_400.0;
/// The fewest honest commits beside a merge: one on each branch.
const BRANCHES: usize = 2;

/// What was deployed since the good revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The commit on which everything is based.
    pub good: String,
    /// Revisions that are deployed before the last one, oldest first; usually none.
    pub earlier: Vec<String>,
    /// The newest commit, which is deployed last.
    pub deployed: String,
    /// The faulty commits, oldest first; none if all are honest.
    pub bad: Vec<String>,
    /// All commits since `good`, the newest first.
    pub commits: Vec<Commit>,
}

/// The patches of a release, and how they are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The faulty patches.
    pub bad: &'w [Patch],
    /// The harmless patches to choose from.
    pub honest: &'w [Patch],
    /// The number of harmless patches; random if unset.
    pub many: Option<usize>,
    /// The time of deployment in unix seconds. Commits are dated between `good` and this time.
    pub now: f64,
}

/// A patch in the order of a history.
#[derive(Clone, Copy)]
struct Item<'p> {
    patch: &'p Patch,
    is_bad: bool,
}

/// The dates and authors of commits, in their order.
struct Stamps<'s> {
    dates: Vec<String>,
    authors: Vec<&'s str>,
}

/// Makes a history on top of `good`: honest commits in a random order, and the faulty ones at random places.
/// Honest commits that do not apply are left out. A faulty patch that is a merge's resolution becomes the merge of two
/// branches. A faulty patch with a delayed onset is in the release before the last.
///
/// # Errors
/// When a faulty patch does not apply to `good`, or git fails.
pub fn release(repository: &Repository, good: &str, wanted: &Wanted<'_>, chance: &mut Chance) -> Answer<Release> {
    let Wanted { bad, honest, many, now } = *wanted;
    let mut chosen: Vec<&Patch> = honest.iter().collect();
    chance.shuffle(&mut chosen);
    let many = many.unwrap_or_else(|| HONEST.0 + chance.below(HONEST.1 - HONEST.0));
    let is_merge = bad.iter().any(Patch::is_merge);
    chosen.truncate(if is_merge { many.max(BRANCHES) } else { many });
    let mut order: Vec<Item<'_>> = chosen.into_iter().map(|patch| Item { patch, is_bad: false }).collect();
    for patch in bad {
        let place = chance.below(order.len() + 1);
        order.insert(place, Item { patch, is_bad: true });
    }
    let authors = authors(honest, bad);
    let since = repository.time(good)?.max(now - SPREAD).min(now - 1.0);
    let slots = order.len().max(1);
    let dates = dates(slots, since, now, chance);
    let by = (0..slots).map(|_| authors.get(chance.below(authors.len())).map_or(AUTHOR, String::as_str)).collect();
    let stamps = Stamps { dates, authors: by };
    let is_older = bad.iter().any(|patch| patch.onset().is_some());
    // Honest commits may conflict with a faulty commit: then it comes before all of them, or a merge after all of them.
    let again = sorted(&order, is_merge);
    for attempt in [&order, &again] {
        let made = if is_merge {
            branched(repository, good, attempt, &stamps)
        } else {
            line(repository, good, attempt, &stamps)
        }?;
        let Some(made) = made else { continue };
        let commits = repository.between(good, &made.tip)?;
        let commits: Vec<Commit> =
            commits.into_iter().map(|(id, subject, time)| Commit { id, subject, time }).collect();
        let earlier = if is_older { made.before_last() } else { Some(Vec::new()) };
        let Some(earlier) = earlier else { continue };
        let bad = made.taken.iter().filter(|(_, is_bad)| *is_bad).map(|(id, _)| id.clone()).collect();
        return Ok(Release { good: good.to_owned(), earlier, deployed: made.tip, bad, commits });
    }
    let names: Vec<&str> = bad.iter().map(|patch| patch.name.as_str()).collect();
    let more = match (is_merge, is_older) {
        (true, _) => ", with two honest commits on branches of their own",
        (_, true) => ", with an honest commit for the release after it",
        _ => "",
    };
    Err(Trouble(format!(
        "the patch `{}` does not apply to {}{more}",
        names.join("`, `"),
        good.get(..12).unwrap_or(good)
    )))
}

/// A history that was made.
struct Made {
    /// The commits that were taken, in their order, and whether each is faulty.
    taken: Vec<(String, bool)>,
    tip: String,
}

impl Made {
    /// The revision that holds the last faulty commit, and of the honest ones at least the first half; `None` if no
    /// honest commit comes after it.
    fn before_last(&self) -> Option<Vec<String>> {
        let last_bad = self.taken.iter().rposition(|(_, is_bad)| *is_bad)?;
        let place = last_bad.max((self.taken.len() / 2).saturating_sub(1));
        let (revision, _) = self.taken.get(place)?;
        (place + 1 < self.taken.len()).then(|| vec![revision.clone()])
    }
}

/// Takes all patches one after the other; `None` if a faulty one does not fit.
fn line(repository: &Repository, good: &str, order: &[Item<'_>], stamps: &Stamps<'_>) -> Answer<Option<Made>> {
    repository.go_to(good)?;
    let mut taken = Vec::new();
    for (item, stamp) in order.iter().zip(stamps.each()) {
        if !take(repository, item, stamp, &mut taken)? {
            return Ok(None);
        }
    }
    Ok(Some(Made { taken, tip: repository.head()? }))
}

/// Takes the patches before the merge on two branches by turns, merges them with the faulty resolution, and takes the
/// rest. `None` if a faulty patch does not fit, or a branch is empty.
fn branched(repository: &Repository, good: &str, order: &[Item<'_>], stamps: &Stamps<'_>) -> Answer<Option<Made>> {
    let Some(place) = order.iter().position(|item| item.is_bad && item.patch.is_merge()) else { return Ok(None) };
    let stamped: Vec<(&Item<'_>, (&str, &str))> = order.iter().zip(stamps.each()).collect();
    let (before, rest) = stamped.split_at(place);
    let Some(((merge, (author, date)), after)) = rest.split_first() else { return Ok(None) };
    let mut taken = Vec::new();
    let mut tips = Vec::new();
    for branch in 0..BRANCHES {
        repository.go_to(good)?;
        for (item, stamp) in before.iter().skip(branch).step_by(BRANCHES) {
            if !take(repository, item, *stamp, &mut taken)? {
                return Ok(None);
            }
        }
        tips.push(repository.head()?);
    }
    let [main, side] = tips.as_slice() else { return Ok(None) };
    if main == good || side == good {
        return Ok(None);
    }
    let message = merge.patch.subject().unwrap_or("Merge branch 'work'");
    let merged = repository.merge(main, side, merge.patch.diff(), message, (author, date))?;
    let Some(merged) = merged else { return Ok(None) };
    taken.push((merged, true));
    for (item, stamp) in after {
        if !take(repository, item, *stamp, &mut taken)? {
            return Ok(None);
        }
    }
    Ok(Some(Made { taken, tip: repository.head()? }))
}

/// Takes one patch; `false` if it is faulty and does not fit.
fn take(
    repository: &Repository,
    item: &Item<'_>,
    (author, date): (&str, &str),
    taken: &mut Vec<(String, bool)>,
) -> Answer<bool> {
    let id = repository.take(&item.patch.as_of(date, author))?;
    let fits = id.is_some() || !item.is_bad;
    taken.extend(id.map(|id| (id, item.is_bad)));
    Ok(fits)
}

/// The same order with the faulty patches first, or last if one is a merge.
fn sorted<'p>(order: &[Item<'p>], is_merge: bool) -> Vec<Item<'p>> {
    let (bad, honest): (Vec<_>, Vec<_>) = order.iter().copied().partition(|item| item.is_bad);
    let (first, second) = if is_merge { (honest, bad) } else { (bad, honest) };
    first.into_iter().chain(second).collect()
}

impl Stamps<'_> {
    fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.authors.iter().copied().zip(self.dates.iter().map(String::as_str))
    }
}

/// All authors of patches: the author must not give the fault away.
fn authors(honest: &[Patch], bad: &[Patch]) -> Vec<String> {
    let mut authors: Vec<String> =
        honest.iter().chain(bad).filter_map(|patch| patch.header("From")).map(str::to_owned).collect();
    authors.sort();
    authors.dedup();
    authors
}

/// `many` random times between `since` and `now`, in order, as git reads them.
#[expect(clippy::cast_precision_loss, reason = "a fraction of days, to the second")]
fn dates(many: usize, since: f64, now: f64, chance: &mut Chance) -> Vec<String> {
    const STEPS: usize = 1 << 20;
    let mut times: Vec<f64> =
        (0..many).map(|_| since + (now - since) * chance.below(STEPS) as f64 / STEPS as f64).collect();
    times.sort_by(f64::total_cmp);
    times.into_iter().map(written).collect()
}

/// A time as git reads it: `2026-07-01 10:00:00 +0000`.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days and seconds since 1970")]
pub fn written(time: f64) -> String {
    let seconds = time.max(0.0) as u64;
    let day = Date::of_days_since_1970(u32::try_from(seconds / 86_400).unwrap_or(u32::MAX));
    let within = seconds % 86_400;
    format!("{day} {:02}:{:02}:{:02} +0000", within / 3_600, within / 60 % 60, within % 60)
}
