//! A repository with a long history, made by `git fast-import`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Files of each service.
const FILES: usize = 60;
/// Functions of a file.
const FUNCTIONS: usize = 24;
const SERVICES: [&str; 3] = ["checkout", "payments", "gateway"];
/// How many commits before the last one the fault is.
const GUILTY: usize = 17;

/// The repository.
pub(crate) struct Repository {
    folder: TempDir,
    /// The ids of all commits, the oldest first.
    commits: Vec<String>,
}

impl Repository {
    /// A repository of so many commits. Each changes a function, and one in five the same file.
    pub(crate) fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let output = Command::new("git")
                .args(["-c", "gc.auto=0"])
                .args(arguments)
                .current_dir(folder.path())
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .output()
                .unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        let mut import = Command::new("git")
            .args(["fast-import", "--quiet"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = std::io::BufWriter::new(import.stdin.take().unwrap());
        let mut versions = vec![[0_usize; FUNCTIONS]; SERVICES.len() * FILES];
        for commit in 0..count {
            let mut text = String::new();
            let time = 1_700_000_000 + commit * 60;
            let subject = format!("Change number {commit}");
            write!(
                text,
                "commit refs/heads/main\ncommitter Dev {} <d{}@example.org> {time} +0000\ndata {}\n{subject}\n",
                commit % 50,
                commit % 50,
                subject.len()
            )
            .unwrap();
            if commit == 0 {
                for service in SERVICES {
                    file(
                        &mut text,
                        &format!("services/{service}/Cargo.toml"),
                        &format!("[package]\nname = \"{service}\"\n"),
                    );
                }
                for (at, functions) in versions.iter().enumerate() {
                    file(&mut text, &path(at), &source(at, functions, false));
                }
            } else {
                let is_guilty = commit + GUILTY == count - 1;
                let is_fixed = commit + GUILTY > count - 1;
                // No commit since the fault changes its function.
                let at = if is_guilty {
                    0
                } else if commit % 5 == 0 {
                    1
                } else {
                    1 + commit * 7 % (versions.len() - 1)
                };
                versions[at][commit * 13 % FUNCTIONS] += 1;
                file(&mut text, &path(at), &source(at, &versions[at], is_guilty || (is_fixed && at == 0)));
            }
            input.write_all(text.as_bytes()).unwrap();
        }
        input.flush().unwrap();
        drop(input);
        assert!(import.wait().unwrap().success());
        let commits = git(&["rev-list", "--reverse", "main"]).lines().map(str::to_owned).collect();
        git(&["reset", "--quiet", "--hard", "main"]);
        Self { folder, commits }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn head(&self) -> String {
        self.before(0)
    }

    /// The commit so many commits before the last one.
    pub(crate) fn before(&self, count: usize) -> String {
        self.commits[self.commits.len() - 1 - count].clone()
    }

    pub(crate) fn guilty(&self) -> &str {
        &self.commits[self.commits.len() - 1 - GUILTY]
    }
}

fn file(onto: &mut String, path: &str, text: &str) {
    write!(onto, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
}

fn path(at: usize) -> String {
    format!("services/{}/src/m{}.rs", SERVICES[at / FILES], at % FILES)
}

fn source(at: usize, versions: &[usize; FUNCTIONS], is_slow: bool) -> String {
    let mut text = format!("//! Part {at}.\n\n");
    for (function, version) in versions.iter().enumerate() {
        write!(
            text,
            "pub(crate) fn part{at}_step{function}(input: &[Line]) -> i64 {{\n    let scale = {version};\n    \
             let mut sum = 0;\n    for line in input {{\n        sum += line.cents * scale + {function};\n    }}\n    \
             part{}_step{}(input, sum)\n}}\n\n",
            (at + 1) % 180,
            (function + 5) % FUNCTIONS
        )
        .unwrap();
    }
    if at == 0 {
        let inner = if is_slow {
            "for other in input {\n            sum += line.cents * other.cents;\n        }"
        } else {
            "sum += line.cents;"
        };
        write!(
            text,
            "pub(crate) fn price(input: &[Line]) -> i64 {{\n    let mut sum = 0;\n    for line in input {{\n        {inner}\n    }}\n    sum\n}}\n"
        )
        .unwrap();
    }
    text
}
