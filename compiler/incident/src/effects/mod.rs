//! What a diff does, read from its hunks without knowledge of the language.

mod atoms;
mod blocking;
mod caches;
mod calls;
mod config;
mod data;
mod diff;
mod doing;
mod files;
mod guards;
mod lazy;
mod numbers;
mod shift;
mod slight;
mod timing;
mod variants;
mod verbs;

use diff::{Hunk, hunks};
pub(crate) use doing::{Doing, Effect};
pub(crate) use files::{Kind, kind};
pub(crate) use shift::Topic;

use crate::read::Commit;

/// Reads what a commit does.
pub(crate) fn doing(commit: &Commit) -> Doing {
    let kinds: Vec<Kind> = commit.files.iter().map(|file| kind(file)).collect();
    let idle = !kinds.is_empty() && kinds.iter().all(|kind| *kind == Kind::Idle);
    let mut doing = Doing { idle, read: commit.diff.is_some(), ..Doing::default() };
    if idle {
        return doing;
    }
    let hunks: Vec<Hunk> = hunks(commit).into_iter().filter(|hunk| kind(&hunk.file) != Kind::Idle).collect();
    doing.atoms = atoms::atoms(&hunks);
    doing.moved = atoms::moved(&hunks);
    doing.slight = slight::slight(&hunks);
    for hunk in &hunks {
        if kind(&hunk.file) == Kind::Lock {
            files::bumps(hunk, &mut doing);
            continue;
        }
        let shifts = numbers::shifts(hunk);
        numbers::effects(&shifts, hunk, &mut doing);
        doing.shifts.extend(shifts);
        doing.fresh.extend(numbers::fresh(hunk));
        calls::effects(hunk, &hunks, &mut doing);
        blocking::effects(hunk, &mut doing);
        caches::effects(hunk, &mut doing);
        guards::effects(hunk, &hunks, &mut doing);
        data::effects(hunk, commit, &mut doing);
        lazy::effects(hunk, &mut doing);
        variants::effects(hunk, &mut doing);
        config::effects(hunk, &mut doing);
        timing::effects(hunk, &hunks, &mut doing);
    }
    doing
}
