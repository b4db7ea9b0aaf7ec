//! What a change takes from the gate, by the real binary in a real repository: `cases.txt` has every way that the
//! guide's page of weakenings lists, and each shows in the summary of its pull request.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "../shell/mod.rs"]
mod shell;

use std::fs;
use std::path::Path;

use shell::Shell;

/// A way to weaken the gate.
struct Case {
    path: String,
    before: String,
    after: String,
    /// The place that the summary shows; `None` for a change that weakens nothing.
    place: Option<String>,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("cases.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<String> = line.split(" |").map(|part| part.trim_start().replace("\\n", "\n")).collect();
            let [path, before, after, place] = <[String; 4]>::try_from(parts).unwrap_or_else(|_| panic!("{line}"));
            let of = |text: String| text.replace("\\t", "\t");
            Case { path, before, after: of(after), place: (place != "none").then_some(place) }
        })
        .collect()
}

/// The committed state that every case changes.
fn repository() -> Shell {
    let shell = Shell::new();
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weaker/base");
    let ran = shell.run(&format!(
        "cp -R '{}/.' . && git init -q -b main . && git config user.email t@example.com && git config user.name t \
         && git add -A && git commit -qm base",
        base.display()
    ));
    assert_eq!(ran.status, 0, "{ran:?}");
    shell
}

impl Case {
    /// Commits the change on top of the base, and gives the rows of its summary: what, where, before, after.
    fn rows(&self, shell: &Shell) -> Vec<Vec<String>> {
        let path = shell.folder.path().join(&self.path);
        let told = format!("{} | {}", self.path, self.before);
        if self.before == "all" {
            fs::remove_file(&path).unwrap();
        } else if self.before.is_empty() {
            assert!(!path.exists(), "{told}");
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &self.after).unwrap();
        } else {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(&self.before), "{told}");
            fs::write(&path, text.replacen(&self.before, &self.after, 1)).unwrap();
        }
        let ran = shell.run(
            "git add -A -f && git commit -qm change && \
             emberline check --changed-since HEAD~1 --summary .git/summary.md; \
             cat .git/summary.md; rm -f .git/summary.md; git reset -q --hard HEAD~1 && git clean -qfdx",
        );
        assert_eq!(ran.status, 0, "{told}: {ran:?}");
        rows(&ran.out)
    }
}

/// The rows of the section on weakenings, as people read them.
fn rows(summary: &str) -> Vec<Vec<String>> {
    let section = summary.split_once("### What this change takes from the gate\n\n").unwrap().1;
    let section = section.split("\n\n").next().unwrap();
    let row = |line: &str| line.trim_matches('|').split('|').map(|cell| plain(cell.trim())).collect();
    section.lines().filter(|line| line.starts_with('|')).skip(2).map(row).collect()
}

/// A text without the escapes of Markdown.
fn plain(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        plain.push(char::from_u32(code.parse().unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

#[test]
fn each_way_to_weaken_the_gate_is_in_the_summary() {
    let shell = repository();
    // What the page promises: the field or the files, and what a change does.
    let mut promised = promises();
    assert!(promised.len() > 100, "{}", promised.len());
    let mut faults = Vec::new();
    for case in cases() {
        let rows = case.rows(&shell);
        let name = format!("{} | {} | {}", case.path, case.before, case.after);
        match &case.place {
            None if rows.is_empty() => {}
            None => faults.push(format!("{name}: weakens nothing, but {rows:?}")),
            Some(place) => match rows.iter().find(|row| row[1] == *place) {
                Some(row) => {
                    let field = field(place);
                    promised.retain(|(known, what)| *what != row[0] || !(known.is_empty() || *known == field));
                }
                None => faults.push(format!("{name}: {place} is not among {rows:?}")),
            },
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The next test, and a unit test of `weaker/files.rs`, show these.
    let elsewhere = ["a link has changed", "a submodule has changed", "a file is too long"];
    promised.retain(|(_, what)| !elsewhere.iter().any(|start| what.starts_with(start)));
    assert!(promised.is_empty(), "no case shows {promised:?}");
}

/// The last field of a place such as `checkout.slos[a.b].objective`, without the names in brackets.
fn field(place: &str) -> String {
    let mut depth = 0;
    let mut outside = String::new();
    for letter in place.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            letter if depth == 0 => outside.push(letter),
            _ => {}
        }
    }
    outside.rsplit('.').next().unwrap().to_owned()
}

/// The entries of the guide's page: a field, empty for files, and what its change does.
fn promises() -> Vec<(String, String)> {
    let page = include_str!("../../../docs/reference/weaker-gate.md").replace("\n  ", " ");
    let sections = page.split_once("## Files of the repository").unwrap().1;
    let sections = sections.split("## Fields that weaken nothing").next().unwrap();
    let entry = |line: &str| {
        let (about, what) = line.strip_prefix("- ")?.rsplit_once(": ")?;
        let field = about.strip_prefix('`').filter(|_| about.ends_with(')')).and_then(|it| it.split('`').next());
        Some((field.unwrap_or_default().to_owned(), what.trim_end_matches('.').replace("\n", " ")))
    };
    sections.lines().filter_map(entry).collect()
}

#[test]
fn a_baseline_cannot_excuse_what_came_with_it() {
    let shell = Shell::new();
    let faulty = |label: &str| {
        format!(
            "version: emberline/v1\nservice: b\nmetrics:\n  m:\n    type: counter\n    labels: {{{label}: {{}}}}\n\
             slos:\n- name: a\n  objective: 99%\n  sli: {{events: {{total: m_total, bad: m_total}}}}\n"
        )
    };
    let write = |label: &str| fs::write(shell.folder.path().join("slos/b.yaml"), faulty(label)).unwrap();
    let status = |line: &str, expected: i32| {
        let ran = shell.run(line);
        assert_eq!(ran.status, expected, "{line}: {ran:?}");
    };
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    write("user_id");
    let commit = "git add -A && git -c user.email=t@example.com -c user.name=t commit -qm x";
    status("git init -q -b main . && emberline check --baseline known.json --update-baseline", 0);
    status(commit, 0);
    // An old finding on a line that the change touches: both baselines hold it.
    fs::write(shell.folder.path().join("slos/b.yaml"), faulty("user_id").replace("{user_id: {}}", "{user_id: {} }"))
        .unwrap();
    status(commit, 0);
    status("emberline check --baseline known.json --changed-since HEAD~1", 0);
    // A new finding, and a baseline that was written anew with it.
    write("session.id");
    status(&format!("rm known.json && emberline check --baseline known.json --update-baseline && {commit}"), 0);
    status("emberline check --baseline known.json", 0);
    status("emberline check --baseline known.json --changed-since HEAD~1", 1);
    status("emberline check --staged --baseline known.json --changed-since HEAD~1", 1);
}

#[test]
fn links_submodules_and_baselines_outside_are_seen() {
    let shell = repository();
    // Nothing of the base can judge a baseline that lies outside of the repository.
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("known.json"), "{\"findings\": {}}").unwrap();
    let row = |plant: &str| {
        let ran = shell.run(&format!(
            "{{ {plant}; }} >&2 && emberline check --staged --changed-since HEAD --baseline '{}/known.json' \
             --summary .git/summary.md; cat .git/summary.md; rm -f .git/summary.md; git reset -q --hard",
            outside.path().display()
        ));
        let rows = rows(&ran.out);
        assert_eq!(rows.len(), 1, "{plant}: {rows:?} {ran:?}");
        format!("{} | {}", rows[0][0], rows[0][1])
    };
    let link = row("ln -s slos other && git add other");
    assert_eq!(link, "a link has changed, by which the gate may read other files | other");
    let module = row("git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub");
    assert_eq!(module, "a submodule has changed, whose files the gate may read | sub");
}

#[test]
fn no_secret_and_no_markup_reaches_the_summary() {
    let shell = repository();
    let key = concat!("AKIA", "Q3EGRIBZT6V5WXYM");
    let case = Case {
        path: "slos/policy.yaml".to_owned(),
        before: "hooks.example.com/a".to_owned(),
        after: format!("hooks.example.com/{key}|<b>"),
        place: None,
    };
    let rows = case.rows(&shell);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].len() == 4 && !rows[0][3].contains(&key[4..]), "{rows:?}");
}
