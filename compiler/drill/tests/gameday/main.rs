//! Whole drills of a toy shop: real commands and a real repository, made-up time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod merge;
mod restore;
mod toy;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use emberline_drill::catalogue::{Catalogue, Fault};
use emberline_drill::chance::Chance;
use emberline_drill::drill::{Drill, Drilled, Settings};
use emberline_drill::history;
use emberline_drill::patch::Patch;
use emberline_drill::record::{Method, Mitigation, Outcome, SuspectRecord, Verdict};
use emberline_drill::repository::Repository;
use emberline_drill::search::{Conclusion, Scene, Search, Trial};
use emberline_drill::site::{Commands, Phase, Place, Site};
use emberline_walk::source::{Answer, Trouble};
use toy::{Toy, Virtual, lines, patch};

/// Deploying takes a while, in the drill's time too.
struct Slow<'s> {
    commands: Commands<'s>,
    clock: &'s Virtual,
}

impl Site for Slow<'_> {
    fn deploy(&mut self, revision: &str) -> Answer<Vec<String>> {
        self.clock.0.set(self.clock.0.get() + 20.0);
        self.commands.deploy(revision)
    }
    fn rollback(&mut self, revision: &str) -> Answer<Vec<String>> {
        self.clock.0.set(self.clock.0.get() + 20.0);
        self.commands.rollback(revision)
    }
    fn inject(&mut self, outage: &str, phase: Phase) -> Answer<()> {
        self.commands.inject(outage, phase)
    }
    fn check(&mut self) -> Answer<()> {
        self.commands.check()
    }
}

/// A search that a test defines by a closure, and the clone that the closure receives.
type Look = Box<dyn FnMut(&Scene<'_>, &Path) -> Conclusion>;

struct Says {
    look: Look,
    clone: PathBuf,
}

impl Search for Says {
    fn look(&mut self, scene: &Scene<'_>) -> Answer<Conclusion> {
        Ok((self.look)(scene, &self.clone))
    }
}

/// The results of a drill.
struct Left {
    drilled: Result<Drilled, Trouble>,
    told: Vec<String>,
    /// How often evidence was kept, and the revision that was checked out then.
    kept: Vec<(usize, String)>,
    repository: Repository,
    /// The stage's folders are removed when the results are dropped.
    _stage: Stage,
}

/// The folders of a drill.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        for folder in ["origin", "data", "logs"] {
            std::fs::create_dir(stage.at(folder)).unwrap();
        }
        toy::repository(&stage.at("origin"));
        stage
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn conclusion(verdict: Verdict, suspects: Vec<String>) -> Conclusion {
    let suspect =
        |commit| SuspectRecord { commit, subject: "s".to_owned(), confidence: 0.9, reasons: vec!["r".to_owned()] };
    Conclusion {
        verdict,
        suspects: suspects.into_iter().map(suspect).collect(),
        trace_id: None,
        functions: vec!["shop::limit".to_owned()],
        gaps: Vec::new(),
        artefacts: Vec::new(),
    }
}

fn bad() -> Patch {
    Patch::new("limit", patch("limit", "shop/app.txt", 10, ("line 9", "line 11"), "limit 10", "limit 0"))
}

fn honest() -> Vec<Patch> {
    let shop = |line: usize| {
        let around = (format!("line {}", line - 1), format!("line {}", line + 1));
        let (from, to) = (format!("line {line}"), format!("line {line} said better"));
        let text = patch(&format!("wording-{line}"), "shop/app.txt", line, (&around.0, &around.1), &from, &to);
        Patch::new(format!("wording-{line}"), text)
    };
    vec![shop(4), shop(16), Patch::new("unfit", "diff --git a/no b/no\n--- a/no\n+++ b/no\n@@ -1 +1 @@\n-x\n+y\n")]
}

/// Runs a drill of the toy; without a search, commits are reverted one by one.
fn drill(fault: &Fault, method: Method, look: Option<Look>, seed: u64) -> Left {
    Stage::new().drill(fault, method, look, seed)
}

impl Stage {
    fn drill(self, fault: &Fault, method: Method, look: Option<Look>, seed: u64) -> Left {
        self.drill_as(fault, (method, Mitigation::OneCommit, 8), look, seed)
    }

    fn drill_as(
        self,
        fault: &Fault,
        (method, mitigation, probes): (Method, Mitigation, usize),
        look: Option<Look>,
        seed: u64,
    ) -> Left {
        let [origin, clone, data, logs] = ["origin", "clone", "data", "logs"].map(|name| self.at(name));
        let repository = Repository::clone(&origin, &clone).unwrap();
        let good = repository.head().unwrap();
        let plan = toy::plan();
        let ended = AtomicBool::new(false);
        // 2026-07-01 10:00 UTC.
        let clock = Virtual(Cell::new(1_782_900_000.0));
        let place = Place { clone: &clone, generated: self.0.path(), data: &data, logs: &logs };
        let commands = Commands::start(plan.drill.as_ref().unwrap(), 15, &good, place, &ended).unwrap();
        let metrics = Toy::new(&plan, &clock, &data);
        let told = RefCell::new(Vec::new());
        let mut trial = Trial { plan: &plan, metrics: &metrics, repository: &repository };
        let mut says = look.map(|look| Says { look, clone: clone.clone() });
        let settings = Settings {
            id: "toy-001".to_owned(),
            method,
            without: Vec::new(),
            seed,
            index: 0,
            severity: "page".to_owned(),
            warm_up: 60.0,
            honest: None,
            patience: None,
            good: good.clone(),
            mitigation,
            probes,
            program: None,
            sealed: None,
        };
        let kept = RefCell::new(Vec::new());
        let mut site = Slow { commands, clock: &clock };
        let mut drill = Drill {
            plan: &plan,
            metrics: &metrics,
            clock: &clock,
            site: &mut site,
            repository: &repository,
            search: says.as_mut().map_or(&mut trial as &mut dyn Search, |says| says),
            say: &|line| told.borrow_mut().push(line.to_owned()),
            keep: &|files| {
                kept.borrow_mut().push((files.len(), repository.head()?));
                Ok(())
            },
            standing: good,
        };
        let drilled = drill.run(fault, &honest(), &settings);
        Left { drilled, told: told.into_inner(), kept: kept.into_inner(), repository, _stage: self }
    }
}

/// The commit that broke the limit.
fn culprit(scene: &Scene<'_>, clone: &Path) -> String {
    let range = format!("{}..{}", scene.good, scene.deployed);
    let mut git = std::process::Command::new("git");
    let output = git.arg("-C").arg(clone).args(["log", "-1", "--format=%H", "-S", "limit 0", &range]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The commits of a release except the one that broke the limit.
fn innocent(scene: &Scene<'_>, clone: &Path) -> Vec<String> {
    let range = format!("{}..{}", scene.good, scene.deployed);
    let output = std::process::Command::new("git").arg("-C").arg(clone).args(["rev-list", &range]).output().unwrap();
    let bad = culprit(scene, clone);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|commit| *commit != bad).map(str::to_owned).collect()
}

#[test]
fn what_is_sure_and_right_is_one_rollback() {
    let look: Look = Box::new(|scene, clone| conclusion(Verdict::Commit, vec![culprit(scene, clone)]));
    let left = drill(&Fault::Patch(bad()), Method::Walk, Some(look), 11);
    let record = left.drilled.unwrap().record;
    let found = record.search.as_ref().unwrap();
    assert_eq!((found.rank, found.confident_and_wrong, found.rounds), (Some(1), false, 1));
    assert_eq!((found.names_function, record.is_right(), record.attempts.len()), (Some(true), true, 1));
    assert_eq!((record.outcome, record.slow.len()), (Outcome::Resolved, 0));
    assert!(record.recovered.unwrap() < 70.0, "{record:?}");
    assert!(record.timeline.windows(2).all(|pair| pair[0].at <= pair[1].at), "{:?}", record.timeline);
}

#[test]
fn trying_commits_out_takes_a_rollback_each() {
    for seed in 1..6 {
        let left = drill(&Fault::Patch(bad()), Method::Trial, None, seed);
        let Drilled { record, evidence, .. } = left.drilled.unwrap();
        let search = record.search.as_ref().unwrap();
        assert_eq!((search.verdict, record.outcome), (Verdict::NotCertain, Outcome::Resolved));
        // Commits are reverted newest first: every commit newer than the faulty one, then the faulty one.
        let bad = record.release.bad.clone().unwrap();
        let place = record.release.commits.iter().position(|commit| commit.id == bad).unwrap();
        assert_eq!((search.rank, record.attempts.len()), (Some(place + 1), place + 1));
        for attempt in record.attempts.iter().rev().skip(1) {
            // The base window, three evaluations and 10 s; on production windows 75 s, 90 s and 30 s.
            let watched = attempt.watched.unwrap();
            assert!(!attempt.helped && (21.0..22.0).contains(&watched.drilled) && watched.full == 195.0, "{attempt:?}");
        }
        assert_eq!(record.cure().unwrap().watched, None);
        assert_eq!(record.cure().unwrap().commit.as_ref(), Some(&bad));
        // The alert needs 0.0144 × 240 s at a bad share of one half: 7 s, and the ramp of the base window.
        let (computed, measured) = (record.fires.computed.unwrap(), record.fires.measured.unwrap());
        assert!((5.0..12.0).contains(&computed) && record.fires.met == Some(true), "{:?}", record.fires);
        assert!((measured - computed).abs() < 6.0, "{:?}", record.fires);
        assert_eq!(record.clears.met, Some(true), "{:?}", record.clears);
        assert_eq!(record.change_began, -20.0);
        assert!(record.impact.error_ratio.is_some_and(|ratio| (0.45..=0.51).contains(&ratio)), "{:?}", record.impact);
        // 20 bad events a second, half of 40, from T+0 to the rollback that helped.
        let lasted = record.cure().unwrap().ended;
        assert!((record.impact.bad_events - 20.0 * lasted).abs() < 60.0, "{:?} in {lasted} s", record.impact);
        assert_eq!((evidence.burns.len(), &evidence.fired["labels"]["severity"]), (2, &"page".into()));
        // Neither the printed timeline nor the history may reveal the fault before the drill ends.
        assert!(left.told.iter().all(|line| !line.contains("X-Fault")), "{:?}", left.told);
        let commits = left.repository.between(&record.release.good, &record.release.deployed).unwrap();
        assert_eq!(commits.len(), record.release.commits.len());
        assert!((2..=3).contains(&commits.len()), "the honest patch that does not fit is left out: {commits:?}");
    }
}

#[test]
fn a_search_that_is_not_certain_is_begun_again_and_its_suspects_are_tried() {
    let look: Look = Box::new(|scene, clone| {
        let mut suspects = innocent(scene, clone);
        suspects.truncate(1);
        suspects.push(culprit(scene, clone));
        conclusion(Verdict::NotCertain, suspects)
    });
    let record = drill(&Fault::Patch(bad()), Method::Walk, Some(look), 5).drilled.unwrap().record;
    let found = record.search.as_ref().unwrap();
    assert_eq!((found.rank, found.rounds, found.confident_and_wrong), (Some(2), 3, false));
    assert_eq!((record.attempts.len(), record.outcome, record.is_right()), (2, Outcome::Resolved, false));
    // Two pauses of four seconds: in compressed time, collectors wait two seconds rather than ten.
    assert!(found.ended - found.began >= 8.0 && found.seconds < 1.0);
    assert!(record.slow.iter().any(|line| line.contains("1 rollback did not help")), "{:?}", record.slow);
}

#[test]
fn what_is_sure_and_wrong_is_said_and_everything_is_taken_back() {
    let look: Look = Box::new(|scene, clone| {
        let mut suspects = innocent(scene, clone);
        suspects.truncate(1);
        conclusion(Verdict::Commit, suspects)
    });
    let record = drill(&Fault::Patch(bad()), Method::Walk, Some(look), 2).drilled.unwrap().record;
    let found = record.search.as_ref().unwrap();
    assert_eq!((found.rank, found.confident_and_wrong, record.is_right()), (None, true, false));
    assert_eq!((record.attempts.len(), record.outcome), (2, Outcome::LastResort));
    assert_eq!(record.attempts[1].what, "the whole release is rolled back");
    assert!(record.recovered.is_some() && record.cleared.is_some());
}

#[test]
fn an_outage_is_no_commit() {
    let fault = Fault::Outage("pay-killed".to_owned());
    let look: Look = Box::new(|_, _| conclusion(Verdict::NoCodeChange, Vec::new()));
    let record = drill(&fault, Method::Walk, Some(look), 4).drilled.unwrap().record;
    assert!(record.is_right() && record.fault.outage && record.release.bad.is_none());
    assert_eq!((record.outcome, record.attempts.len(), record.cure().is_some()), (Outcome::Resolved, 1, true));
    // Blaming a commit for an outage is wrong, however certain. The drill ends the outage as a last resort.
    let look: Look = Box::new(|scene, clone| conclusion(Verdict::Commit, innocent(scene, clone)));
    let record = drill(&fault, Method::Walk, Some(look), 4).drilled.unwrap().record;
    assert!(!record.is_right() && record.search.as_ref().unwrap().confident_and_wrong);
    assert_eq!(
        (record.outcome, record.attempts.last().unwrap().what.as_str()),
        (Outcome::LastResort, "the outage is ended")
    );
}

#[test]
fn what_nobody_is_called_for_is_a_drill_too() {
    let harmless =
        Patch::new("limit", patch("limit", "shop/app.txt", 10, ("line 9", "line 11"), "limit 10", "limit 11"));
    let left = drill(&Fault::Patch(harmless), Method::Trial, None, 1);
    let record = left.drilled.unwrap().record;
    assert_eq!(
        (record.outcome, record.page, record.detected, record.recovered),
        (Outcome::Undetected, None, None, None)
    );
    assert!(
        record.timeline.iter().any(|moment| moment.what.contains("no alert fired within 360 s")),
        "{:?}",
        left.told
    );
}

#[test]
fn what_is_not_healthy_is_not_broken_any_further() {
    let stage = Stage::new();
    // An alert fires before the fault.
    std::fs::write(stage.at("data/cut"), "").unwrap();
    let trouble = stage.drill(&Fault::Patch(bad()), Method::Trial, None, 1).drilled.unwrap_err();
    assert!(trouble.0.contains("ErrorBudgetBurn fires before the fault"), "{trouble}");
    // The shop gets no requests.
    let stage = Stage::new();
    std::fs::write(stage.at("data/idle"), "").unwrap();
    let trouble = stage.drill(&Fault::Patch(bad()), Method::Trial, None, 1).drilled.unwrap_err();
    assert!(trouble.0.contains("no objective has counted an event"), "{trouble}");
}

#[test]
fn a_patch_that_does_not_fit_is_no_drill() {
    let sick = Patch::new("sick", patch("sick", "shop/app.txt", 10, ("line 9", "line 11"), "limit 0", "limit 1"));
    // The patch does not apply to the good revision, which lacks the line. The drill must end before any deployment.
    let trouble = drill(&Fault::Patch(sick), Method::Trial, None, 1).drilled.unwrap_err();
    assert!(trouble.0.contains("the patch `sick` does not apply to"), "{trouble}");
}

#[test]
fn honest_commits_that_stand_in_the_way_come_later_or_not_at_all() {
    let scratch = tempfile::tempdir().unwrap();
    let [origin, clone] = ["origin", "clone"].map(|name| scratch.path().join(name));
    std::fs::create_dir(&origin).unwrap();
    toy::repository(&origin);
    let repository = Repository::clone(&origin, &clone).unwrap();
    let good = repository.head().unwrap();
    let rival = Patch::new("rival", patch("rival", "shop/app.txt", 10, ("line 9", "line 11"), "limit 10", "limit 12"));
    for seed in 0..8 {
        let mut chance = Chance::new(seed);
        let bad = [bad()];
        let wanted = history::Wanted { bad: &bad, honest: std::slice::from_ref(&rival), many: None, now: 1.79e9 };
        let release = history::release(&repository, &good, &wanted, &mut chance).unwrap();
        assert_eq!((release.commits.len(), &release.commits[0].id), (1, &release.bad[0]));
        assert!(release.commits[0].subject == "limit" && release.deployed == release.commits[0].id);
    }
    // A revert that conflicts with later commits returns `None`, and leaves the clone unchanged.
    repository.go_to(&good).unwrap();
    let first = repository.take(&bad().as_of("2026-06-02 10:00:00 +0000", "A <a@shop.example>")).unwrap().unwrap();
    let later = patch("later", "shop/app.txt", 10, ("line 9", "line 11"), "limit 0", "limit 5");
    let tip = repository.take(&later).unwrap().unwrap();
    assert_eq!(repository.revert(&tip, &first).unwrap(), None);
    assert_eq!(repository.head().unwrap(), tip);
    assert!(repository.revert(&tip, &tip).unwrap().is_some());
    assert_eq!(std::fs::read_to_string(clone.join("shop/app.txt")).unwrap(), lines("0"));
}

#[test]
fn the_same_seed_draws_the_same_fault_and_history() {
    let catalogue = Catalogue { faults: vec![bad()], honest: honest(), outages: vec!["pay-killed".to_owned()] };
    let drawn = |seed| (0..4).map(|index| catalogue.draw(seed, index).unwrap().name()).collect::<Vec<_>>();
    assert_eq!(drawn(9), drawn(9));
    let commits = |_| {
        let record = drill(&Fault::Patch(bad()), Method::Trial, None, 77).drilled.unwrap().record;
        record.release.commits
    };
    let [one, other] = [(); 2].map(commits);
    assert_eq!(one, other);
}
