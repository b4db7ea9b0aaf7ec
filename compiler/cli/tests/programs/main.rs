//! The gate over hostile repositories: no program that a repository's configuration names may run. The table
//! `keys.txt` has every key of git that names one, and shows for each that git itself would run it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![cfg(unix)]

#[path = "../shell/mod.rs"]
mod shell;
mod table;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use shell::{Ran, Shell};
use table::{Row, Table};

const SPEC: &str = include_str!("../checkout.yaml");

/// Writes down that it ran, and reads nothing: git may wait for an answer.
const CANARY: &str = "#!/bin/sh\necho \"$0 $*\" >>\"${0%/*}/ran\"\nexit 1\n";

/// Every hook, by `githooks` of git 2.55.
const HOOKS: &str = "applypatch-msg commit-msg fsmonitor-watchman p4-changelist p4-post-changelist p4-pre-submit \
    p4-prepare-changelist post-applypatch post-checkout post-commit post-index-change post-merge post-receive \
    post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase pre-receive \
    prepare-commit-msg proc-receive push-to-checkout reference-transaction sendemail-validate update";

/// What the gate runs, with the exit status where the repository is whole and where it is a partial clone.
const GATE: &[(&str, i32, i32)] = &[
    ("emberline scan", 1, 1),
    ("emberline scan --staged", 1, 1),
    ("emberline check", 1, 1),
    ("emberline check --staged", 1, 1),
    ("emberline check --changed-since HEAD~1 --summary ../summary.md", 1, 2),
    ("emberline check --staged --changed-since HEAD~1 --summary ../summary.md", 1, 2),
    ("emberline compile --check --out generated", 1, 1),
    ("ROOT/ci/hooks/pre-commit", 1, 1),
    (
        "EMBERLINE_CHANGED_SINCE=HEAD~1 EMBERLINE_OUT=generated GITHUB_STEP_SUMMARY=../summary.md ROOT/ci/action/gate",
        1,
        2,
    ),
];

/// The lines that `keys.txt` has words for.
const WORDS: &str = r#"
HOOKS() { for name in $HOOK_NAMES; do printf '#!/bin/sh\nexec CANARY\n' >"$1/$name"; chmod +x "$1/$name"; done; }
LAZY() {
  git config core.repositoryFormatVersion 1
  git config extensions.partialClone evil
  git config remote.evil.promisor true
  git config remote.evil.partialCloneFilter blob:none
  for object in $(git rev-parse HEAD~1:file.txt HEAD~1:slos/checkout.yaml); do
    rm -f .git/objects/$(echo $object | cut -c1-2)/$(echo $object | cut -c3-)
  done
}
SUBMODULE() {
  git init -q -b main ../origin && git -C ../origin commit -q --allow-empty -m x
  git -c protocol.file.allow=always submodule --quiet add "$PWD/../origin" sub
  touch sub/x && git -C sub add x && git -C sub commit -q -m x
  git commit -q --no-verify -m sub -- sub .gitmodules
}
"#;

/// A repository of two commits in the folder `repo`. Faults are staged and in the work tree. Its attributes name the
/// filter, the converter and the merge driver `evil`, which the configuration does not have yet.
fn repository() -> Shell {
    let shell = Shell::new();
    let folder = shell.folder.path();
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("canary", CANARY);
    fs::set_permissions(folder.join("canary"), fs::Permissions::from_mode(0o755)).unwrap();
    write("home/.gitconfig", "[user]\n\tname = t\n\temail = t@example.com\n[init]\n\tdefaultBranch = main\n");
    write("repo/slos/checkout.yaml", SPEC);
    write("repo/file.txt", "first\n");
    write("repo/.gitattributes", "* filter=evil diff=evil merge=evil\n");
    let commit = "cd repo && git init -q . && git add -A && git commit -q -m first && emberline compile -q \
                  && echo second >file.txt && git add -A && git commit -q -m second";
    let ran = run(&shell, commit);
    assert_eq!(ran.status, 0, "{ran:?}");
    // Faults that the gate must find, so that its exit status shows that it looked.
    let unbounded = SPEC.replacen("labels:", "labels:\n      user_id: {}", 1);
    assert_ne!(unbounded, SPEC);
    write("repo/slos/checkout.yaml", &unbounded);
    write("repo/key.txt", concat!("key: AKIA", "Q3EGRIBZT6V5WXYM\n"));
    assert_eq!(run(&shell, "cd repo && git add -A && echo >>slos/checkout.yaml && echo third >file.txt").status, 0);
    shell
}

/// Runs a line of shell with no configuration but the repository's and a home of its own.
fn run(shell: &Shell, line: &str) -> Ran {
    let folder = shell.folder.path().display();
    shell.run(&format!(
        "unset GIT_ASKPASS SSH_ASKPASS GIT_EDITOR VISUAL EDITOR GIT_PAGER PAGER; export HOME={folder}/home \
         GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 LC_ALL=C\n{line}"
    ))
}

fn root() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap().display().to_string()
}

/// Lines of a row as the shell reads them.
fn of(shell: &Shell, lines: &str) -> String {
    let canary = shell.folder.path().join("canary");
    let text = format!("HOOK_NAMES='{HOOKS}'\n{WORDS}cd repo\n{lines}").replace("CANARY", canary.to_str().unwrap());
    text.replace("ROOT", &root())
}

/// What ran, if anything did.
fn ran(shell: &Shell) -> Option<String> {
    fs::read_to_string(shell.folder.path().join("ran")).ok()
}

/// Plants a row in a copy of the repository, lets the gate judge it, and then git.
fn judge(row: &Row, template: &Shell) -> Result<(), String> {
    let shell = Shell::new();
    let copied = template.run(&format!("cp -a . '{}'", shell.folder.path().display()));
    assert_eq!(copied.status, 0, "{copied:?}");
    let planted = run(&shell, &of(&shell, &row.plant));
    if planted.status != 0 {
        return Err(format!("cannot be planted: {planted:?}"));
    }
    // Git itself may run the program while it is planted.
    let _ = fs::remove_file(shell.folder.path().join("ran"));
    let is_partial = row.plant.contains("LAZY");
    for (line, whole, partial) in GATE {
        let told = run(&shell, &of(&shell, line));
        if let Some(canary) = ran(&shell) {
            return Err(format!("`{line}` ran {canary}"));
        }
        let expected = if is_partial { *partial } else { *whole };
        if told.status != expected {
            return Err(format!("`{line}` ended with {}, not {expected}: {told:?}", told.status));
        }
    }
    let Some(line) = &row.runs else { return Ok(()) };
    let told = run(&shell, &of(&shell, line));
    if ran(&shell).is_some() { Ok(()) } else { Err(format!("`{line}` did not run it: {told:?}")) }
}

#[test]
fn the_gate_runs_no_program_that_a_repository_names_and_git_would() {
    let (table, template) = (Table::read(), repository());
    let faults = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(row) = table.rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(fault) = judge(row, &template) {
                faults.lock().unwrap().push(format!("{:?}: {fault}", row.keys));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_table_has_every_key_that_sounds_like_a_program() {
    let table = Table::read();
    let keys = run(&Shell::new(), "git help --config").out;
    assert!(keys.lines().count() > 500, "git lists no keys");
    let unknown: Vec<&str> = keys.lines().filter(|key| table::may_name_a_program(key) && !table.knows(key)).collect();
    assert!(unknown.is_empty(), "keys.txt lacks {unknown:?}: plant each, or say what it holds");
}
