//! The history that a drill makes: a release of honest commits with the bad one somewhere among them.

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

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The commit on which the release is based.
    pub good: String,
    /// The newest commit, which is deployed.
    pub deployed: String,
    /// The faulty commit; `None` if all are honest.
    pub bad: Option<String>,
    /// All commits, the newest first.
    pub commits: Vec<Commit>,
}

/// Makes a release on top of `good`: honest commits in a random order, and the faulty commit at a random place.
/// Honest commits that do not apply are left out. `now` is the time of deployment in unix seconds; commits are dated
/// between `good` and `now`.
///
/// # Errors
/// When the faulty patch does not apply to `good`, or git fails.
pub fn release(
    repository: &Repository,
    good: &str,
    bad: Option<&Patch>,
    honest: &[Patch],
    wanted: Option<usize>,
    now: f64,
    chance: &mut Chance,
) -> Answer<Release> {
    let mut chosen: Vec<&Patch> = honest.iter().collect();
    chance.shuffle(&mut chosen);
    let many = wanted.unwrap_or_else(|| HONEST.0 + chance.below(HONEST.1 - HONEST.0));
    chosen.truncate(many);
    let place = chance.below(chosen.len() + 1);
    let authors = authors(honest, bad);
    let since = repository.time(good)?.max(now - SPREAD).min(now - 1.0);
    let dates = dates(chosen.len() + 1, since, now, chance);
    let mut by = Vec::new();
    for _ in 0..=chosen.len() {
        by.push(authors.get(chance.below(authors.len())).map_or(AUTHOR, String::as_str));
    }
    let mut order: Vec<(&Patch, bool)> = chosen.into_iter().map(|patch| (patch, false)).collect();
    order.extend(bad.map(|patch| (patch, true)));
    if let Some(last) = order.len().checked_sub(1)
        && bad.is_some()
    {
        order.swap(place, last);
    }
    // If honest commits conflict with the faulty commit, the faulty commit comes first.
    for attempt in [order.clone(), first(&order)] {
        repository.go_to(good)?;
        let mut found = None;
        let mut fits = true;
        for ((patch, is_bad), (date, author)) in attempt.iter().zip(dates.iter().zip(&by)) {
            let taken = repository.take(&patch.as_of(date, author))?;
            if *is_bad {
                fits = taken.is_some();
                found = taken;
            }
            if !fits {
                break;
            }
        }
        if fits {
            let deployed = repository.head()?;
            let commits = repository.between(good, &deployed)?;
            let commits = commits.into_iter().map(|(id, subject, time)| Commit { id, subject, time }).collect();
            return Ok(Release { good: good.to_owned(), deployed, bad: found, commits });
        }
    }
    let name = bad.map_or("", |patch| patch.name.as_str());
    Err(Trouble(format!("the patch `{name}` does not apply to {}", good.get(..12).unwrap_or(good))))
}

/// The same order with the faulty commit first.
fn first<'p>(order: &[(&'p Patch, bool)]) -> Vec<(&'p Patch, bool)> {
    let (bad, honest): (Vec<_>, Vec<_>) = order.iter().copied().partition(|(_, is_bad)| *is_bad);
    bad.into_iter().chain(honest).collect()
}

/// All authors of patches: the author must not give the fault away.
fn authors(honest: &[Patch], bad: Option<&Patch>) -> Vec<String> {
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
