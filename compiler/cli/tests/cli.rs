//! The real binary, in a folder of its own, with nothing of the caller's environment.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a spec, and nothing else.
    fn with(files: &[(&str, &[u8])]) -> Self {
        let home = Self::new();
        for (path, bytes) in files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emberline"));
        command.args(line.split_whitespace()).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Ran {
        self.command(line).output().unwrap().into()
    }
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("an exit status, not a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

const SPEC: (&str, &[u8]) = ("slos/checkout.yaml", include_bytes!("checkout.yaml"));

#[test]
fn usage_errors_are_exit_status_2() {
    let home = Home::new();
    for line in ["", "frobnicate", "check --format xml", "compile --only rulez", "check --fail-on", "explain a b"] {
        let ran = home.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}");
        assert!(!ran.err.is_empty());
    }
    assert!(home.run("compile --only rulez").err.contains("rules, tests"), "the targets are listed");
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    for line in ["--help", "--version", "compile --help", "help check"] {
        let ran = home.run(line);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{line}");
    }
    insta::assert_snapshot!("help", home.run("--help").out);
    insta::assert_snapshot!("help_compile", home.run("compile --help").out);
}

#[test]
fn without_specs_the_remedy_is_named() {
    let home = Home::new();
    for line in ["check", "compile"] {
        let ran = home.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}");
        assert_eq!(
            ran.err,
            "error: there is no folder of specs at slos\nhelp: `emberline init` writes a first spec; `--specs` names another \
             folder\n"
        );
    }
    fs::create_dir(home.path().join("slos")).unwrap();
    assert!(home.run("check").err.contains("there is no spec (*.yaml or *.yml) below slos"));
    assert!(!home.path().join("generated").exists());
}

#[test]
fn a_clean_spec_compiles_and_compiles_again() {
    let home = Home::with(&[SPEC]);
    assert_eq!(home.run("check --fail-on error").status, 0);
    assert_eq!(home.run("check").out, "no findings in 1 file\n");
    let first = home.run("compile");
    assert_eq!(first.status, 0, "{}{}", first.out, first.err);
    assert!(first.err.starts_with("generated: "), "{}", first.err);
    let again = home.run("compile");
    assert!(again.err.starts_with("generated: 0 files written (0 bytes), "), "{}", again.err);
    assert_eq!(home.run("compile --check").status, 0);
    for line in ["check --quiet", "compile --quiet", "-q compile --check"] {
        let ran = home.run(line);
        assert_eq!((ran.status, ran.out + &ran.err), (0, String::new()), "{line}");
    }
}

#[test]
fn a_spec_that_is_not_utf8_is_a_finding() {
    let home = Home::with(&[("slos/a.yaml", b"version: emberline/v1\nservice: a\xfe\xff\n")]);
    let ran = home.run("check");
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!("not_utf8", ran.out);
    assert_eq!(home.run("check --fail-on never").status, 0);
    let json: serde_json::Value = serde_json::from_str(&home.run("check --format json").out).unwrap();
    assert_eq!(json["findings"][0]["code"], "invalid-yaml");
    assert_eq!((&json["findings"][0]["line"], &json["findings"][0]["column"]), (&2.into(), &11.into()));
    // Errors stop `compile`, whatever fails a check.
    let ran = home.run("compile --fail-on never");
    assert_eq!((ran.status, ran.err.as_str()), (1, "nothing was written\n"));
    assert!(!home.path().join("generated").exists());
}

#[test]
fn json_is_one_document_also_where_nothing_is_found() {
    let home = Home::with(&[SPEC]);
    for line in ["check --format json", "compile --format json", "compile --check --format json"] {
        let json: serde_json::Value = serde_json::from_str(&home.run(line).out).unwrap();
        assert_eq!(json["summary"]["errors"], 0, "{line}");
    }
}

#[test]
fn a_stale_tree_fails_the_check_and_is_left_alone() {
    let home = Home::with(&[
        SPEC,
        // printf 'groups: []\n' | sha256sum
        (
            "generated/.emberline-manifest",
            b"761adf8d97e15214e4da44effe63bc331092f597e3089818d5825c87444b1f27  prometheus/rules/gone.yaml\n",
        ),
        ("generated/prometheus/rules/gone.yaml", b"groups: []\n"),
    ]);
    let ran = home.run("compile --check --only rules");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("--- generated/prometheus/rules/gone.yaml\n+++ /dev/null\n"), "{}", ran.out);
    assert!(ran.out.contains("error[stale-artefact]: `generated/prometheus/rules/gone.yaml` belongs to a spec"));
    assert!(home.path().join("generated/prometheus/rules/gone.yaml").exists());
    assert_eq!(home.run("compile --check --only rules --fail-on never").status, 0);

    let json: serde_json::Value = serde_json::from_str(&home.run("compile --check --format json").out).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let gone = findings.iter().find(|finding| finding["path"] == "generated/prometheus/rules/gone.yaml").unwrap();
    assert_eq!((&gone["code"], &gone["line"]), (&"stale-artefact".into(), &1.into()));

    let ran = home.run("compile");
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains("removed generated/prometheus/rules/gone.yaml: its spec is gone\n"), "{}", ran.err);
    assert!(!home.path().join("generated/prometheus/rules/gone.yaml").exists());
    assert_eq!(home.run("compile --check").status, 0);
}

#[test]
fn init_writes_a_spec_once_and_says_what_is_next() {
    let home = Home::new();
    let ran = home.run("init checkout");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
    insta::assert_snapshot!("init", ran.err);
    let spec = home.path().join("slos/checkout.yaml");
    fs::write(&spec, "mine").unwrap();
    let ran = home.run("init checkout");
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: slos/checkout.yaml exists already\nhelp: "), "{}", ran.err);
    assert_eq!(fs::read_to_string(spec).unwrap(), "mine");
    assert_eq!(home.run("init ../../etc").status, 2);
}

#[test]
fn the_first_spec_compiles() {
    let home = Home::new();
    assert_eq!(home.run("init checkout --specs deep/specs").status, 0);
    let ran = home.run("compile --specs deep/specs");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    // And so it does with everything that it offers as a comment.
    let spec = home.path().join("deep/specs/checkout.yaml");
    let text = fs::read_to_string(&spec).unwrap();
    let (before, offered) = text.split_once("bucket boundary of the metric.\n").unwrap();
    fs::write(&spec, format!("{before}# above\n{}", offered.replace("# ", ""))).unwrap();
    let ran = home.run("compile --specs deep/specs");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn init_takes_the_folder_s_name() {
    let home = Home::new();
    let folder = home.path().join("My Shop!");
    fs::create_dir(&folder).unwrap();
    assert!(home.command("init").current_dir(&folder).status().unwrap().success());
    assert!(folder.join("slos/my-shop.yaml").exists());
}

#[test]
fn explain_knows_codes_and_their_neighbours() {
    let home = Home::new();
    let ran = home.run("explain unbounded-label");
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("error[unbounded-label]: "), "{}", ran.out);
    assert!(home.run("explain --markdown unbounded-label").out.starts_with("# `unbounded-label`\n"));
    assert!(home.run("explain").out.lines().any(|line| line.starts_with("stale-artefact ")));
    let ran = home.run("explain unbound-label");
    assert_eq!(ran.status, 2);
    assert_eq!(ran.err, "error: there is no finding code `unbound-label`\nhelp: did you mean `unbounded-label`?\n");
}

#[test]
fn schemas_and_completions_are_printed() {
    let home = Home::new();
    for line in ["schema", "schema service", "schema policy"] {
        let ran = home.run(line);
        assert!(serde_json::from_str::<serde_json::Value>(&ran.out).is_ok_and(|schema| schema.is_object()), "{line}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = home.run(&format!("completions {shell}"));
        assert!(ran.status == 0 && ran.out.contains("emberline") && ran.out.contains("compile"), "{shell}");
    }
}

#[test]
fn colour_is_for_terminals_or_on_request() {
    let home = Home::with(&[("slos/a.yaml", b"\xff")]);
    assert!(!home.run("check").out.contains('\u{1b}'));
    assert!(home.run("check --color always").out.contains('\u{1b}'));
    let no_color = home.command("check").env("NO_COLOR", "1").env("TERM", "xterm-256color").output().unwrap();
    assert!(!Ran::from(no_color).out.contains('\u{1b}'));
    assert!(!home.run("--color always check --format json").out.contains('\u{1b}'));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let home = Home::with(&[("slos/a.yaml", b"\xff")]);
        for (line, status) in [("explain", 0), ("completions bash", 0), ("check", 1), ("--help", 0)] {
            // A pipe whose reading end is closed before anything is written.
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let output = home.command(line).stdout(writer).stderr(Stdio::piped()).output().unwrap();
            let ran = Ran::from(output);
            assert_eq!((ran.status, ran.err.as_str()), (status, ""), "{line}");
        }
    }

    #[test]
    fn a_full_disk_behind_standard_output_is_a_failure() {
        let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
        let ran = Ran::from(Home::new().command("explain").stdout(full).stderr(Stdio::piped()).output().unwrap());
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("cannot write to standard output"), "{}", ran.err);
    }

    #[test]
    fn what_cannot_be_read_or_written_is_named() {
        // A link to nowhere is unreadable for root as well, who runs many a CI.
        let home = Home::with(&[SPEC]);
        std::os::unix::fs::symlink("nowhere", home.path().join("slos/broken.yaml")).unwrap();
        let ran = home.run("check");
        assert_eq!(ran.status, 2);
        assert!(ran.err.starts_with("error: cannot read slos/broken.yaml: "), "{}", ran.err);

        let home = Home::with(&[SPEC, ("generated", b"a file")]);
        let ran = home.run("compile");
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("generated"), "{}", ran.err);

        let home = Home::with(&[SPEC]);
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let is_root = fs::write(home.path().join("probe"), "").is_ok();
        let ran = home.run("compile");
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(
            is_root || (ran.status == 2 && ran.err.starts_with("error: cannot make the folder generated: ")),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_note_that_stands_on_no_page_is_told_of_and_kept() {
    let home = Home::with(&[SPEC, ("slos/notes/checkout.md", b"- known"), ("slos/notes/chekout.md", b"- of nobody")]);
    for line in ["check", "compile"] {
        let ran = home.run(line);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.out.contains("`slos/notes/chekout.md` belongs to no runbook page"), "{line}: {}", ran.out);
        assert!(ran.out.contains("did you mean `checkout`?") && !ran.out.contains("notes/checkout.md"), "{}", ran.out);
    }
    assert_eq!(home.run("check --fail-on warning").status, 1);
    let page = fs::read_to_string(home.path().join("generated/runbooks/checkout/index.html")).unwrap();
    assert!(page.contains("<li>known</li>") && home.path().join("slos/notes/chekout.md").exists());
}
