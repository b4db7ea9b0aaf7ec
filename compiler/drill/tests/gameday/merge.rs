//! Faults that are a merge's own resolution: a real repository, in which both branches are harmless.

use super::*;

fn evil() -> Patch {
    let text = patch("limit", "shop/app.txt", 10, ("line 9", "line 11"), "limit 10", "limit 0");
    Patch::new("evil", format!("X-Fault-Merge: yes\n{text}").replace("[PATCH] limit", "[PATCH] Merge branch 'wording'"))
}

#[test]
fn the_merge_itself_has_the_fault() {
    let stage = Stage::new();
    let repository = Repository::clone(&stage.at("origin"), &stage.at("clone")).unwrap();
    let good = repository.head().unwrap();
    for seed in 0..6 {
        let (bad, honest) = ([evil()], honest());
        let wanted = history::Wanted { bad: &bad, honest: &honest, many: Some(3), now: 1.79e9 };
        let release = history::release(&repository, &good, &wanted, &mut Chance::new(seed)).unwrap();
        let merge = &release.bad[0];
        let [main, side] = ["1", "2"].map(|parent| repository.find(&format!("{merge}^{parent}")).unwrap().unwrap());
        let app = |revision: &str| {
            repository.go_to(revision).unwrap();
            std::fs::read_to_string(repository.folder().join("shop/app.txt")).unwrap()
        };
        assert!(app(&main).contains("limit 10\n") && app(&side).contains("limit 10\n"));
        assert!(app(merge).contains("limit 0\n") && app(&release.deployed).contains("limit 0\n"));
        // Both branches are in it, and nothing tells the fault.
        assert_eq!(app(merge).matches("said better").count(), 2);
        let subject = &release.commits.iter().find(|commit| &commit.id == merge).unwrap().subject;
        assert_eq!(subject, "Merge branch 'wording'");
        assert_eq!(repository.touched(merge).unwrap(), ["shop/app.txt"]);
        assert!(!repository.show(merge).unwrap().contains("X-Fault"));
    }
    // Without two branches there is no merge.
    let bad = [evil()];
    let wanted = history::Wanted { bad: &bad, honest: &[], many: None, now: 1.79e9 };
    let trouble = history::release(&repository, &good, &wanted, &mut Chance::new(1)).unwrap_err();
    assert!(trouble.0.contains("`evil` does not apply") && trouble.0.contains("on branches of their own"), "{trouble}");
}

#[test]
fn a_hunt_tells_the_merge_from_its_branches() {
    let stage = Stage::new();
    let how = (Method::Trial, Mitigation::Release, 12);
    let record = stage.drill_as(&Fault::Patch(evil()), how, None, 3).drilled.unwrap().record;
    let cause = record.cause.as_ref().unwrap();
    assert!(cause.right && cause.all, "{cause:?}");
    assert_eq!(cause.commits, [record.release.bad.clone().unwrap()]);
}
