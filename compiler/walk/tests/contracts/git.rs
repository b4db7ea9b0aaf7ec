//! Git is tested in real repositories.

use std::path::Path;
use std::process::Command;

use emberline_walk::source::{Change, Git, History};
use tempfile::TempDir;

/// A repository in a temporary folder. Commits are a minute apart.
struct Repository {
    folder: TempDir,
    commits: i64,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: TempDir::new().unwrap(), commits: 0 };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let time = format!("{} +0000", 1_764_000_000 + self.commits * 60);
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        let identity = ["-c", "user.name=Ann Önder", "-c", "user.email=ann@example.org", "-c", "commit.gpgSign=false"];
        let output = command
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", &time)
            .env("GIT_COMMITTER_DATE", &time)
            .args(identity)
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits all files, and returns the id.
    fn commit(&mut self, subject: &str) -> String {
        self.commits += 1;
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn asked(&self) -> Git {
        Git::new(self.folder.path())
    }
}

/// A function that is long enough for git to recognize it after a move.
const PRICE: &str = "fn price(order: &Order) -> Money {\n    let base = order.items().map(Item::price).sum();\n    \
                     guard(base);\n    base + shipping(order)\n}\n";

fn shown(changes: &[Change]) -> Vec<String> {
    let one = |change: &Change| {
        let hunks: Vec<String> = change
            .hunks
            .iter()
            .map(|hunk| format!("{}-{} {}+{}", hunk.old_start, hunk.removed.len(), hunk.new_start, hunk.added.len()))
            .collect();
        let name = |side: &Option<String>| side.clone().unwrap_or_else(|| "·".to_owned());
        format!("{} → {} {}", name(&change.before), name(&change.after), hunks.join(", ")).trim_end().to_owned()
    };
    changes.iter().map(one).collect()
}

#[test]
fn commits_changes_files_and_blame() {
    let mut repository = Repository::new();
    repository.write("src/price.rs", &format!("// Prices.\n\n{PRICE}\nfn other() {{}}\n"));
    repository.write("src/old.rs", "fn a() {}\nfn b() {}\nfn c() {}\n");
    let root = repository.commit("Prices, \"quoted\" · with ümlauts\n\nA body.");
    // The function moves down and is indented, so blame must not change.
    let indented = PRICE.replace("    ", "        ");
    repository.write("src/price.rs", &format!("// Prices.\n\nfn other() {{}}\n\n{indented}"));
    std::fs::rename(repository.folder.path().join("src/old.rs"), repository.folder.path().join("src/new.rs")).unwrap();
    let moved = repository.commit("Order");
    // This commit removes the guard.
    repository.write(
        "src/price.rs",
        &format!("// Prices.\n\nfn other() {{}}\n\n{}", indented.replace("        guard(base);\n", "")),
    );
    let fault = repository.commit("Tidy up");
    let git = repository.asked();

    assert_eq!(git.resolve("HEAD").unwrap(), Some(fault.clone()));
    assert_eq!(git.resolve("main~2").unwrap(), Some(root.clone()));
    assert_eq!(git.resolve(&root[..8]).unwrap(), Some(root.clone()));
    let commits = git.commits(&root, "main").unwrap();
    assert_eq!(commits.iter().map(|commit| &commit.id).collect::<Vec<_>>(), [&fault, &moved]);
    assert_eq!((commits[0].subject.as_str(), commits[0].author.as_str()), ("Tidy up", "Ann Önder"));
    assert_eq!(commits[0].time, 1_764_000_000 + 180);
    assert_eq!(git.commits("main", &root).unwrap(), []);

    let changes = git.changes(&fault).unwrap();
    assert_eq!(shown(&changes), ["src/price.rs → src/price.rs 7-1 6+0"]);
    assert_eq!(changes[0].hunks[0].removed, ["        guard(base);"]);
    assert_eq!(shown(&git.changes(&root).unwrap()), ["· → src/old.rs 0-0 1+3", "· → src/price.rs 0-0 1+9"]);
    // A moved file without other changes is one change without a hunk.
    assert_eq!(shown(&git.changes(&moved).unwrap())[0], "src/old.rs → src/new.rs");

    let text = git.file(&moved, "src/price.rs").unwrap().unwrap();
    assert!(text.contains("guard(base);"));
    assert!(!git.file("main", "src/price.rs").unwrap().unwrap().contains("guard"));
    assert_eq!(git.file("main", "src/old.rs").unwrap(), None);
    assert_eq!(git.file("main", "src").unwrap(), None);
    assert_eq!(git.paths("main", "").unwrap(), ["src/new.rs", "src/price.rs"]);
    assert_eq!(git.paths(&root, "src/").unwrap(), ["src/old.rs", "src/price.rs"]);
    assert_eq!(git.paths("main", "none").unwrap(), [""; 0]);

    let blamed = git.blame("main", "src/price.rs", 5, 8).unwrap();
    assert_eq!(blamed.iter().map(|line| line.line).collect::<Vec<_>>(), [5, 6, 7, 8]);
    assert!(blamed.iter().all(|line| line.commit == root), "{blamed:?}");
    let whole = git.blame("main", "src/price.rs", 0, 99_999).unwrap();
    assert_eq!(whole.len(), 8);
    assert_eq!(git.blame("main", "src/price.rs", 4, 3).unwrap(), []);
    assert!(git.blame("main", "src/none.rs", 1, 2).unwrap_err().to_string().contains("src/none.rs"));
    assert!(git.blame("main", "src/price.rs", 50, 60).is_err());
}

#[test]
fn a_function_that_moves_to_another_file_keeps_its_author() {
    let mut repository = Repository::new();
    repository.write("a.rs", &format!("fn stays() {{}}\n\n{PRICE}"));
    let root = repository.commit("a");
    repository.write("a.rs", "fn stays() {}\n");
    repository.write("b.rs", &format!("{PRICE}fn fresh() {{}}\n"));
    let moved = repository.commit("b");
    let blamed = repository.asked().blame("HEAD", "b.rs", 1, 6).unwrap();
    let commits: Vec<&str> = blamed.iter().map(|line| line.commit.as_str()).collect();
    assert_eq!(commits, [&root[..], &root, &root, &root, &root, &moved]);
}

#[test]
fn clean_merges_are_left_out_of_commits() {
    let mut repository = Repository::new();
    repository.write("a", "1\n");
    let root = repository.commit("root");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("b", "1\n");
    let side = repository.commit("side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("a", "2\n");
    let main = repository.commit("main");
    repository.commits += 1;
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    let git = repository.asked();
    let ids: Vec<String> = git.commits(&root, "HEAD").unwrap().into_iter().map(|commit| commit.id).collect();
    assert_eq!(ids, [main, side]);
    // The merge itself changes nothing: the other commits have it all.
    assert_eq!(git.changes("HEAD").unwrap(), []);
}

/// Two branches that change a file of ten lines, the first and the last.
fn forked() -> (Repository, String) {
    let mut repository = Repository::new();
    let lines = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n6\n7\n8\n9\n{last}\n");
    repository.write("a", &lines("1", "10"));
    let root = repository.commit("root");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("a", &lines("1", "ten"));
    repository.commit("side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("a", &lines("one", "10"));
    repository.write("c", "1\n");
    repository.commit("main");
    (repository, root)
}

#[test]
fn a_merge_that_changes_something_by_itself_is_a_commit() {
    let (mut repository, root) = forked();
    repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    repository.write("a", "one\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n");
    let merge = repository.commit("merge, and something else");
    let git = repository.asked();
    let commits = git.commits(&root, "HEAD").unwrap();
    assert_eq!(commits.len(), 3);
    assert!(commits.iter().any(|commit| commit.id == merge && commit.subject == "merge, and something else"));
    let changes = git.changes(&merge).unwrap();
    assert_eq!(shown(&changes), ["a → a 5-1 5+1"]);
    assert_eq!((changes[0].hunks[0].removed[0].as_str(), changes[0].hunks[0].added[0].as_str()), ("5", "five"));
}

#[test]
fn a_merge_that_resolved_a_conflict_is_a_commit() {
    let (mut repository, root) = forked();
    repository.git(&["checkout", "--quiet", "side"]);
    repository.write("a", "eins\n2\n3\n4\n5\n6\n7\n8\n9\nten\n");
    repository.commit("side again");
    repository.git(&["checkout", "--quiet", "main"]);
    // The merge stops at the conflict.
    let merged =
        Command::new("git").args(["merge", "--no-commit", "side"]).current_dir(repository.folder.path()).output();
    assert!(!merged.unwrap().status.success());
    repository.write("a", "uno\n2\n3\n4\n5\n6\n7\n8\n9\nten\n");
    let merge = repository.commit("merge");
    let git = repository.asked();
    assert!(git.commits(&root, "HEAD").unwrap().iter().any(|commit| commit.id == merge));
    let changes = git.changes(&merge).unwrap();
    assert!(changes[0].hunks[0].added.contains(&"uno".to_owned()), "{changes:?}");
    assert!(changes[0].hunks[0].removed.iter().any(|line| line.starts_with("<<<<<<<")), "{changes:?}");
}

#[test]
fn names_may_be_anything() {
    let mut repository = Repository::new();
    let names = ["-rf", "a b.rs", "quo\"te\\.rs", "tab\t.rs", "ü.rs", ":(glob)x", "*.rs", "@@ -1 +1 @@", "new\nline"];
    for name in names {
        repository.write(name, "one\n");
    }
    let root = repository.commit("--output=/dev/null");
    for name in names {
        repository.write(name, "two\r\n--- a/x\n");
    }
    repository.write("empty file", "");
    repository.write("image.bin", "\0\u{1}\0");
    std::fs::remove_file(repository.folder.path().join("*.rs")).unwrap();
    repository.commit("second");
    let git = repository.asked();
    let changes = git.changes("HEAD").unwrap();
    for name in names {
        let change = changes
            .iter()
            .find(|change| change.before.as_deref() == Some(name))
            .unwrap_or_else(|| unreachable!("{name}"));
        let gone = name == "*.rs";
        assert_eq!(change.after.as_deref(), (!gone).then_some(name));
        assert_eq!(change.hunks[0].removed, ["one"]);
        assert_eq!(change.hunks[0].added, if gone { vec![] } else { vec!["two", "--- a/x"] });
        let text = git.file("HEAD", name).unwrap();
        assert_eq!(text.as_deref(), (!gone).then_some("two\r\n--- a/x\n"), "{name}");
        assert_eq!(git.blame(&root, name, 1, 1).unwrap()[0].commit, root);
    }
    assert_eq!(changes.len(), names.len() + 2, "{changes:?}");
    assert!(
        shown(&changes).contains(&"· → empty file".to_owned()) && shown(&changes).contains(&"· → image.bin".to_owned())
    );
    assert_eq!(git.commits(&root, "HEAD").unwrap().len(), 1);
    assert!(git.paths(&root, "").unwrap().iter().any(|path| path == "new\nline"));
}

#[test]
fn what_is_no_revision_runs_nothing() {
    let mut repository = Repository::new();
    repository.write("a", "1\n");
    repository.commit("root");
    let git = repository.asked();
    let target = repository.folder.path().join("written");
    let option = format!("--output={}", target.display());
    for wrong in
        ["", "none", "-h", "--all", &option, "HEAD..HEAD", "HEAD:a", "^HEAD", "a\0b", "HEAD\n", &"0".repeat(40)]
    {
        assert!(!matches!(git.resolve(wrong), Ok(Some(_))), "{wrong:?}");
        assert!(git.commits(wrong, "HEAD").is_err() && git.changes(wrong).is_err(), "{wrong:?}");
        assert!(git.file(wrong, "a").is_err() && git.blame(wrong, "a", 1, 1).is_err(), "{wrong:?}");
    }
    assert!(!target.exists());
    assert_eq!(git.file("HEAD", "../a").unwrap(), None);
    assert_eq!(git.file("HEAD", &option).unwrap(), None);
    assert!(git.blame("HEAD", &option, 1, 1).is_err() && !target.exists());
    let told = git.commits("v9", "HEAD").unwrap_err().to_string();
    assert!(told.contains("knows no revision `v9`"), "{told}");
}

#[test]
fn settings_and_folders_do_not_matter() {
    let mut repository = Repository::new();
    repository.write("src/a.rs", "one\ntwo\nthree\nfour\n");
    let root = repository.commit("root");
    repository.write("src/a.rs", "ONE\ntwo\nthree\nFOUR\n");
    let second = repository.commit("second");
    repository.write(".ignored", &format!("{second}\n"));
    for (name, value) in [
        ("color.ui", "always"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.external", "false"),
        ("diff.relative", "true"),
        ("log.showRoot", "false"),
        ("log.decorate", "full"),
        ("format.pretty", "raw"),
        ("blame.ignoreRevsFile", ".ignored"),
        ("core.pager", "false"),
        ("diff.orderFile", "none"),
    ] {
        repository.git(&["config", name, value]);
    }
    // Paths are relative to the top of the repository, even if git runs in a folder below.
    let git = Git::new(&repository.folder.path().join("src"));
    assert_eq!(shown(&git.changes(&second).unwrap()), ["src/a.rs → src/a.rs 1-1 1+1, 4-1 4+1"]);
    assert_eq!(shown(&git.changes(&root).unwrap()), ["· → src/a.rs 0-0 1+4"]);
    assert_eq!(git.commits(&root, "HEAD").unwrap()[0].subject, "second");
    assert_eq!(git.blame("HEAD", "src/a.rs", 1, 1).unwrap()[0].commit, second);
    assert_eq!(git.file("HEAD", "src/a.rs").unwrap().unwrap().lines().next(), Some("ONE"));
    assert_eq!(git.paths("HEAD", "src").unwrap(), ["src/a.rs"]);
    // A bare repository has no work tree.
    let bare = TempDir::new().unwrap();
    repository.git(&["clone", "--quiet", "--bare", ".", &bare.path().to_string_lossy()]);
    let git = Git::new(bare.path());
    assert_eq!(git.blame("HEAD", "src/a.rs", 2, 2).unwrap()[0].commit, root);
    assert_eq!(shown(&git.changes(&second).unwrap()).len(), 1);
}

#[test]
fn no_repository_is_told() {
    let folder = TempDir::new().unwrap();
    let git = Git::new(folder.path());
    let told = git.resolve("HEAD").unwrap_err().to_string();
    assert!(told.contains("not a git repository") && told.contains(&git.name()), "{told}");
    assert!(Git::new(Path::new("/none")).resolve("HEAD").is_err());
}
