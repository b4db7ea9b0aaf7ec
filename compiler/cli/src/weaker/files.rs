//! Files of the repository that decide what the gate looks at, besides the specs: baselines, the jobs that run the
//! gate, rules of git, captures.

use std::collections::BTreeMap;

use emberline_core::weaker::Weakening;

/// What a kind of file has to do with the gate.
pub(crate) struct Kind {
    /// The files, in words.
    #[cfg_attr(not(test), expect(dead_code, reason = "the guide's page, which a test makes, says it"))]
    pub(crate) files: &'static str,
    /// What a change can do.
    pub(crate) what: &'static str,
    /// Whether a path is of the kind.
    is: fn(&str) -> bool,
}

/// Kinds that are known by their paths alone. Any change of such a file is shown.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        files: "workflows and jobs: `.github/`, `.gitlab-ci.yml`, `.gitlab/`, `.circleci/`, `Jenkinsfile` and others",
        what: "the job that runs the gate may have changed",
        is: is_job,
    },
    Kind {
        files: "hooks: `.pre-commit-config.yaml`, `.pre-commit-hooks.yaml`, `lefthook.yml`, `.husky/`, `hooks/`",
        what: "the hook that runs the gate may have changed",
        is: is_hook,
    },
    Kind {
        files: "rules of git: `.gitignore`, `.gitattributes`, `.gitmodules`",
        what: "git may hide files from the gate or from a review",
        is: |path| matches!(name(path), ".gitignore" | ".gitattributes" | ".gitmodules"),
    },
    Kind {
        files: "`CODEOWNERS`",
        what: "other people may have to agree to a change",
        is: |path| name(path) == "CODEOWNERS",
    },
    Kind {
        files: "captures: `.jsonl`, `.otlp` and `.binpb`, also with `.gz` or `.zst`",
        what: "`verify` may read another capture",
        is: is_capture,
    },
];

/// Any other text that runs the gate, such as a `Makefile`.
pub(crate) const MENTION: &str = "a file that runs emberline, or sets its variables, has changed";

/// A symbolic link that comes, goes or leads elsewhere.
pub(crate) const LINK: &str = "a link has changed, by which the gate may read other files";

/// A submodule that comes, goes or has another commit.
pub(crate) const MODULE: &str = "a submodule has changed, whose files the gate may read";

/// A file of more than 16 MiB.
pub(crate) const LONG: &str = "a file is too long to tell whether it runs the gate or is a baseline";

/// An entry of a baseline.
pub(crate) const BASELINE: &str = "a baseline holds another finding";

/// The most entries of one baseline that are shown one by one.
const ENTRIES: usize = 50;

/// A changed file. A side is `None` where there is no such file.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub(crate) path: String,
    pub(crate) before: Option<Vec<u8>>,
    pub(crate) after: Option<Vec<u8>>,
    /// Whether more counts than the content.
    pub(crate) nature: Nature,
}

/// What is at a changed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Nature {
    #[default]
    File,
    /// A side is too long to be read, and empty here.
    Long,
    /// A side is a link, whose content is its target.
    Link,
    /// A side is a submodule, which has no content.
    Module,
}

/// What a changed file weakens.
pub(crate) fn of_file(changed: &Changed) -> Vec<Weakening> {
    let Changed { path, before, after, nature } = changed;
    if before == after && *nature == Nature::File {
        return Vec::new();
    }
    let grown = grown(path, before.as_deref(), after.as_deref());
    if !grown.is_empty() {
        return grown;
    }
    let state = |side: &Option<Vec<u8>>| side.as_ref().map(|_| "a file".to_owned());
    let tell = |what| vec![Weakening { what, place: path.clone(), before: state(before), after: state(after) }];
    if let Some(kind) = KINDS.iter().find(|kind| (kind.is)(path)) {
        return tell(kind.what);
    }
    let runs = |side: &Option<Vec<u8>>| side.as_ref().is_some_and(|bytes| runs_emberline(bytes));
    match nature {
        Nature::File => {}
        Nature::Long => return tell(LONG),
        Nature::Link => return tell(LINK),
        Nature::Module => return tell(MODULE),
    }
    // Prose says how to run it, and runs nothing.
    let is_prose = [".md", ".html", ".txt", ".snap", ".rst", ".adoc"].iter().any(|end| path.ends_with(end));
    if !is_prose && (runs(before) || runs(after)) { tell(MENTION) } else { Vec::new() }
}

/// The findings that a baseline holds and did not hold.
fn grown(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Vec<Weakening> {
    let (Some(new), old) = (after.and_then(baseline), before.and_then(baseline).unwrap_or_default()) else {
        return Vec::new();
    };
    let added: Vec<_> = new.iter().filter(|(fingerprint, _)| !old.contains_key(*fingerprint)).collect();
    let mut told: Vec<Weakening> = added
        .iter()
        .take(ENTRIES)
        .map(|(_, about)| Weakening {
            what: BASELINE,
            place: path.to_owned(),
            before: None,
            after: Some((*about).clone()),
        })
        .collect();
    if added.len() > ENTRIES {
        let after = Some(format!("{} more findings", added.len() - ENTRIES));
        told.push(Weakening { what: BASELINE, place: path.to_owned(), before: None, after });
    }
    told
}

/// The findings of a baseline by fingerprint: code, path and message. `None` if the file is no baseline.
fn baseline(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let document: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let findings = document.as_object()?.get("findings")?.as_object()?;
    let about = |finding: &serde_json::Value| {
        let of = |field: &str| finding[field].as_str().unwrap_or_default();
        format!("{} in {}: {}", of("code"), of("path"), of("message"))
    };
    Some(findings.iter().map(|(fingerprint, finding)| (fingerprint.clone(), about(finding))).collect())
}

/// Whether a text runs the gate or has a variable of it. Comments run nothing, nor does a command between backticks in
/// prose: each generated file has one in its head.
fn runs_emberline(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let is_comment = |line: &str| ["#", "//", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark));
    text.lines().filter(|line| !is_comment(line)).any(|line| {
        let runs = |command: &str| {
            let command = format!("emberline {command}");
            line.match_indices(&command).any(|(at, _)| !line[..at].ends_with('`'))
        };
        line.contains("EMBERLINE") || ["check", "verify", "scan", "compile"].into_iter().any(runs)
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_job(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        ".github/",
        ".gitlab/",
        ".circleci/",
        ".buildkite/",
        ".woodpecker/",
        ".tekton/",
        ".azure/",
        ".forgejo/",
        ".gitea/",
        ".teamcity/",
    ];
    const FILES: &[&str] = &[
        ".gitlab-ci.yml",
        "Jenkinsfile",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        ".drone.yml",
        ".travis.yml",
        ".woodpecker.yml",
        "cloudbuild.yaml",
        "action.yml",
        "action.yaml",
    ];
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        || FILES.contains(&name(path))
        || path.ends_with(".gitlab-ci.yml")
}

fn is_hook(path: &str) -> bool {
    const FILES: &[&str] = &[
        ".pre-commit-config.yaml",
        ".pre-commit-hooks.yaml",
        "lefthook.yml",
        "lefthook.yaml",
        "pre-commit",
        "pre-push",
    ];
    FILES.contains(&name(path)) || path.starts_with(".husky/") || path.contains("hooks/")
}

fn is_capture(path: &str) -> bool {
    let plain = path.strip_suffix(".gz").or_else(|| path.strip_suffix(".zst")).unwrap_or(path);
    [".jsonl", ".otlp", ".binpb"].iter().any(|end| plain.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, before: &str, after: &str) -> Vec<Weakening> {
        let side = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
        of_file(&Changed { path: path.to_owned(), before: side(before), after: side(after), ..Changed::default() })
    }

    #[test]
    fn files_that_decide_what_is_judged_are_told_of() {
        for path in [
            ".github/workflows/x.yml",
            ".gitlab-ci.yml",
            "ci/gitlab/emberline.gitlab-ci.yml",
            "deep/Jenkinsfile",
            ".husky/pre-commit",
            "ci/hooks/pre-commit",
            ".gitignore",
            "a/.gitattributes",
            "docs/CODEOWNERS",
            "tests/capture.jsonl.zst",
        ] {
            assert_eq!(changed(path, "a", "b").len(), 1, "{path}");
            assert_eq!(changed(path, "a", "").len(), 1, "{path} is gone");
            assert_eq!(changed(path, "a", "a"), [], "{path} is the same");
        }
        for (nature, what) in [(Nature::Long, LONG), (Nature::Link, LINK), (Nature::Module, MODULE)] {
            let changed = Changed { path: "x".to_owned(), nature, ..Changed::default() };
            assert_eq!(of_file(&changed)[0].what, what);
        }
        assert_eq!(changed("Makefile", "emberline check", "true")[0].what, MENTION);
        assert_eq!(changed("Makefile", "\temberline check", "\t# emberline check")[0].what, MENTION);
        let generated =
            "# Generated by emberline from the specs; edit those instead, and run `emberline compile`.\na: 1\n";
        assert_eq!(changed("generated/prometheus/rules/a.yaml", generated, &generated.replace('1', "2")), []);
        assert_eq!(changed("Makefile", "$(EMBERLINE) check", "true")[0].what, MENTION);
        assert_eq!(changed("x.env", "", "EMBERLINE_SCAN=false")[0].what, MENTION);
        assert_eq!(changed("README.md", "", "Run `emberline check`."), []);
        assert_eq!(changed("src/main.rs", "a", "b"), []);
    }

    #[test]
    fn a_baseline_that_grows_is_told_of_and_one_that_shrinks_is_not() {
        let of = |names: &[&str]| {
            let entry =
                |name: &&str| format!("\"{name}\": {{\"code\": \"{name}\", \"path\": \"p\", \"message\": \"m\"}}");
            format!("{{\"findings\": {{{}}}}}", names.iter().map(entry).collect::<Vec<_>>().join(", "))
        };
        let told = changed("b.json", &of(&["a"]), &of(&["a", "b", "c"]));
        assert_eq!(told.iter().map(|it| it.after.as_deref().unwrap()).collect::<Vec<_>>(), ["b in p: m", "c in p: m"]);
        assert_eq!(changed("b.json", &of(&["a", "b"]), &of(&["a"])), []);
        assert_eq!(changed("b.json", "", &of(&["a"])).len(), 1);
        let many: Vec<String> = (0..60).map(|number| format!("f{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(changed("b.json", "", &of(&many)).last().unwrap().after.as_deref(), Some("10 more findings"));
    }
}
