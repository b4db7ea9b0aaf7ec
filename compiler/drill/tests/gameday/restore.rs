//! Drills that restore first: the release is rolled back at once, and the commit is looked for afterwards.

use super::*;
use emberline_drill::cause::How;
use emberline_drill::record::Record;
use emberline_drill::release::Healthy;

fn restored(fault: &Fault, method: Method, look: Option<Look>, probes: usize, seed: u64) -> Left {
    Stage::new().drill_as(fault, (method, Mitigation::Release, probes), look, seed)
}

/// A search that names the faulty commit, or puts all the others before it.
fn answers(verdict: Verdict, is_right: bool) -> Look {
    Box::new(move |scene, clone| {
        let mut suspects = if is_right { Vec::new() } else { innocent(scene, clone) };
        suspects.push(culprit(scene, clone));
        if !is_right && verdict == Verdict::Commit {
            suspects.pop();
        }
        let mut said = conclusion(verdict, suspects);
        said.artefacts = vec![("walk.json".to_owned(), "{}".to_owned()), ("walk.md".to_owned(), String::new())];
        said
    })
}

fn whats(record: &Record) -> Vec<&str> {
    record.attempts.iter().map(|attempt| attempt.what.as_str()).collect()
}

#[test]
fn the_release_is_rolled_back_at_once_and_a_certain_answer_is_confirmed() {
    let left = restored(&Fault::Patch(bad()), Method::Walk, Some(answers(Verdict::Commit, true)), 8, 11);
    let record = left.drilled.unwrap().record;
    assert_eq!(whats(&record), ["the last release is rolled back (shop)"]);
    assert_eq!((record.outcome, record.mitigation), (Outcome::Resolved, Mitigation::Release));
    let cause = record.cause.as_ref().unwrap();
    assert_eq!((cause.how, cause.right, cause.all, cause.probes.len()), (How::Search, true, true, 1));
    assert_eq!(cause.found, record.search.as_ref().map(|search| search.ended));
    assert_eq!(cause.commits, [record.release.bad.clone().unwrap()]);
    // The evidence was kept once, while the bad release was still there.
    assert_eq!(left.kept, [(2, record.release.deployed.clone())]);
    assert!(record.timeline.windows(2).all(|pair| pair[0].at <= pair[1].at), "{:?}", record.timeline);
}

#[test]
fn recovery_does_not_wait_for_the_commit() {
    let unsure = || Some(answers(Verdict::NotCertain, false));
    for seed in 1..5 {
        let one = drill(&Fault::Patch(bad()), Method::Walk, unsure(), seed).drilled.unwrap().record;
        let record = restored(&Fault::Patch(bad()), Method::Walk, unsure(), 8, seed).drilled.unwrap().record;
        // The search runs three times, and each innocent commit is reverted in vain, before the release recovers.
        assert!(record.recovered.unwrap() + 20.0 < one.recovered.unwrap(), "{seed}");
        assert_eq!((record.attempts.len(), record.outcome, record.is_mended()), (1, Outcome::Resolved, true));
        let cause = record.cause.as_ref().unwrap();
        assert_eq!((cause.how, cause.right, record.is_right()), (How::Bisect, true, false));
        assert!(cause.found.unwrap() > record.recovered.unwrap());
        assert!(cause.probes.iter().any(|probe| !probe.bad) || record.release.commits.len() < 2, "{cause:?}");
        // It was searched once before the rollback, and once more after it.
        assert_eq!(record.search.as_ref().unwrap().rounds, 2);
    }
}

#[test]
fn metrics_alone_find_the_commit_by_deploying_versions() {
    for seed in 1..5 {
        let record = restored(&Fault::Patch(bad()), Method::Trial, None, 8, seed).drilled.unwrap().record;
        let cause = record.cause.as_ref().unwrap();
        assert_eq!((record.attempts.len(), cause.right, cause.how), (1, true, How::Bisect), "{seed}");
        let deployed: f64 = cause.probes.iter().map(|probe| probe.deployed + probe.watched.drilled).sum();
        // The last deployment shows that no other commit is faulty, and comes after the answer.
        assert!(cause.found.unwrap() <= record.recovered.unwrap() + deployed, "{cause:?}");
    }
}

#[test]
fn a_certain_and_wrong_answer_costs_no_recovery_and_is_refuted() {
    let wrong = Some(answers(Verdict::Commit, false));
    let record = restored(&Fault::Patch(bad()), Method::Walk, wrong, 8, 2).drilled.unwrap().record;
    assert!(record.search.as_ref().unwrap().confident_and_wrong);
    assert_eq!((record.outcome, record.attempts.len()), (Outcome::Resolved, 1));
    let cause = record.cause.as_ref().unwrap();
    assert_eq!((cause.how, cause.right), (How::Bisect, true));
    assert!(cause.probes[0].what.starts_with("the release without ") && cause.probes[0].bad, "{:?}", cause.probes);
}

#[test]
fn the_hunt_has_a_bound_and_leaves_the_good_revision() {
    let unsure = Some(answers(Verdict::NotCertain, false));
    let left = restored(&Fault::Patch(bad()), Method::Walk, unsure, 0, 3);
    let record = left.drilled.unwrap().record;
    let cause = record.cause.as_ref().unwrap();
    assert_eq!((cause.how, cause.found, cause.right, cause.probes.len()), (How::NotFound, None, false, 0));
    assert_eq!(left.repository.head().unwrap(), record.release.good);
}

#[test]
fn what_no_release_mends_is_said_and_is_no_release() {
    let fault = Fault::Outage("pay-killed".to_owned());
    let unsure: Look = Box::new(|scene, clone| conclusion(Verdict::NotCertain, innocent(scene, clone)));
    let left = restored(&fault, Method::Walk, Some(unsure), 8, 4);
    let record = left.drilled.unwrap().record;
    assert_eq!(whats(&record), ["the last release is rolled back (shop)", "the outage is ended"]);
    assert_eq!((record.outcome, record.is_mended()), (Outcome::NoRelease, true));
    assert!(left.told.iter().any(|line| line.contains("no release mends it")), "{:?}", left.told);
    let cause = record.cause.as_ref().unwrap();
    assert_eq!((cause.how, cause.right, cause.commits.len()), (How::NoRelease, true, 0));
    assert!(cause.found.unwrap() < record.recovered.unwrap());
    // This search finds an incident in health too.
    assert_eq!(record.release.healthy, Some(Healthy { walks: 2, accused: 2 }));
    // Bad requests of the earlier release clear the last one, so the search after the rollback counts.
    let asked = std::cell::Cell::new(0);
    let later: Look = Box::new(move |scene, clone| {
        asked.set(asked.get() + 1);
        match asked.get() {
            1 | 2 => conclusion(Verdict::Healthy, Vec::new()),
            3 => conclusion(Verdict::NotCertain, innocent(scene, clone)),
            _ => conclusion(Verdict::NoCodeChange, Vec::new()),
        }
    });
    let again = restored(&fault, Method::Walk, Some(later), 8, 4).drilled.unwrap().record;
    assert_eq!(again.release.healthy, Some(Healthy { walks: 2, accused: 0 }));
    assert_eq!((again.outcome, again.is_right()), (Outcome::NoRelease, true));
    assert!(!record.is_right());
    // A search that clears the code spares the rollback in vain.
    let sure: Look = Box::new(|_, _| conclusion(Verdict::NoCodeChange, Vec::new()));
    let quick = restored(&fault, Method::Walk, Some(sure), 8, 4).drilled.unwrap().record;
    assert_eq!((quick.outcome, whats(&quick)), (Outcome::Resolved, vec!["the outage is ended"]));
    assert!(quick.recovered < record.recovered && quick.cause.unwrap().right);
}

#[test]
fn an_older_release_is_rolled_back_after_the_last_one() {
    let late = patch("late", "shop/app.txt", 10, ("line 9", "line 11"), "limit 10", "limit 99");
    let late = Patch::new("late", format!("X-Fault-Onset: {}\n{late}", toy::ONSET));
    let record = restored(&Fault::Patch(late), Method::Trial, None, 8, 6).drilled.unwrap().record;
    assert_eq!(record.release.earlier.len(), 1);
    assert_eq!(whats(&record), ["the last release is rolled back (shop)", "the release before it is rolled back too"]);
    assert_eq!((record.outcome, record.is_mended()), (Outcome::OlderRelease, true));
    // Its process started anew, so the objective recovered for a while.
    assert!(record.timeline.iter().any(|moment| moment.what.contains("is missed again")), "{:?}", record.timeline);
    let cause = record.cause.as_ref().unwrap();
    assert_eq!((cause.right, &cause.commits[..]), (true, &[record.release.bad.clone().unwrap()][..]));
}

#[test]
fn two_faults_at_once_are_both_found() {
    let share = patch("share", "shop/app.txt", 18, ("line 17", "line 19"), "line 18", "share 0");
    let both = Fault::Several(vec![bad(), Patch::new("share", share)]);
    let record = restored(&both, Method::Trial, None, 20, 7).drilled.unwrap().record;
    assert_eq!((record.fault.name.as_str(), record.release.faulty().count()), ("limit+share", 2));
    let cause = record.cause.as_ref().unwrap();
    assert!(cause.right && cause.all && cause.commits.len() == 2, "{cause:?}");
    // One of them first is right.
    let record = restored(&both, Method::Walk, Some(answers(Verdict::NotCertain, true)), 8, 7).drilled.unwrap().record;
    assert!(record.is_right());
    assert_eq!(record.search.as_ref().unwrap().rank, Some(1));
}
