//! A shell in a folder of its own, where `emberline` is the program under test.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder, and what is needed to run commands in it.
pub(crate) struct Shell {
    /// Removed with this value.
    pub(crate) folder: TempDir,
    path: std::ffi::OsString,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    /// Standard output.
    #[allow(dead_code, reason = "not every test runs a command")]
    pub(crate) out: String,
    /// Standard error.
    #[allow(dead_code, reason = "shown by Debug")]
    pub(crate) err: String,
}

impl Shell {
    /// In a repository with one commit of a file.
    #[allow(dead_code, reason = "not every test needs a repository")]
    pub(crate) fn repository(path: &str, text: &str) -> Self {
        let shell = Self::new();
        std::fs::create_dir_all(shell.folder.path().join(path).parent().unwrap()).unwrap();
        shell.write(path, text);
        let ran = shell.run(
            "git init -q -b main . && git config user.email t@example.com && git config user.name t && git add -A && git commit -qm first",
        );
        assert_eq!(ran.status, 0, "{ran:?}");
        shell
    }

    /// Writes a file in the folder.
    #[allow(dead_code, reason = "not every test writes files")]
    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).unwrap();
    }

    /// In an empty folder.
    pub(crate) fn new() -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_emberline")).parent().unwrap().to_owned();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(program).chain(std::env::split_paths(&others));
        Self { folder: tempfile::tempdir().unwrap(), path: std::env::join_paths(path).unwrap() }
    }

    /// Runs one line, as `sh` reads it, for two minutes at most: the status is then 124. Where there is no `timeout`, it may take
    /// as long as it likes.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let run = |program: &str, arguments: &[&str]| {
            Command::new(program)
                .args(arguments)
                .current_dir(self.folder.path())
                .env("PATH", &self.path)
                .env("NO_COLOR", "1")
                .stdin(Stdio::null())
                .output()
        };
        let output = match run("timeout", &["120", "sh", "-c", line]) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => run("sh", &["-c", line]),
            ran => ran,
        };
        let output = output.unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
