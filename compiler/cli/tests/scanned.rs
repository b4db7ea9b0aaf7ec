//! Which files `emberline scan` reads: a scan that reads less than was asked for would pass for a clean one.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;

use shell::{Ran, Shell};

/// A line that is found, put together so that scanning this repository finds nothing here.
fn line() -> String {
    format!("key: {}\n", ["AKIA", "Q3EGRIBZT6V5WXYM"].concat())
}

fn write(shell: &Shell, path: &str, bytes: impl AsRef<[u8]>) {
    let path = shell.folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[track_caller]
fn well(shell: &Shell, line: &str) {
    let ran = shell.run(line);
    assert_eq!(ran.status, 0, "{line}: {ran:?}");
}

fn repository() -> Shell {
    let shell = Shell::new();
    well(&shell, "git init -q -b main . && git config user.email t@example.com && git config user.name t");
    shell
}

#[track_caller]
fn finds(ran: &Ran, path: &str) {
    assert!(ran.status == 1 && ran.out.contains(path), "{path}: {ran:?}");
}

#[test]
fn what_is_tracked_is_read_whatever_rules_say() {
    for (rules, text) in [
        (".gitignore", "*\n"),
        (".ignore", "*\n"),
        (".rgignore", "*\n"),
        (".git/info/exclude", "*\n"),
        ("deep/.gitignore", "*\n"),
        ("../.gitignore", "*\n"),
        ("../.ignore", "*\n"),
        (".gitattributes", "* binary -text export-ignore\n"),
    ] {
        let outer = Shell::new();
        fs::create_dir(outer.folder.path().join("r")).unwrap();
        let run = |line: &str| outer.run(&format!("cd r && {line}"));
        assert_eq!(run("git init -q .").status, 0);
        write(&outer, "r/deep/.hidden", line());
        assert_eq!(run("git add -f deep").status, 0);
        write(&outer, &format!("r/{rules}"), text);
        for scan in [
            "emberline scan",
            "emberline scan deep",
            "emberline scan deep/.hidden",
            "cd deep && emberline scan",
            "emberline scan --staged",
        ] {
            finds(&run(scan), ".hidden");
        }
        // A rule of the person's own configuration.
        let excludes = "echo '*' > ../mine; git config core.excludesFile $PWD/../mine; emberline scan";
        finds(&run(excludes), "deep/.hidden");
    }
}

#[test]
fn what_is_not_tracked_is_read_unless_it_is_ignored_or_named() {
    let shell = repository();
    write(&shell, ".gitignore", "ignored*\nfolder/\n");
    write(&shell, "new", line());
    write(&shell, "ignored.txt", line());
    write(&shell, "folder/f", line());
    let ran = shell.run("emberline scan");
    finds(&ran, "new:1");
    assert!(!ran.out.contains("ignored.txt") && !ran.out.contains("folder"), "{ran:?}");
    finds(&shell.run("emberline scan ignored.txt"), "ignored.txt");
    finds(&shell.run("emberline scan folder/f"), "folder/f");
    finds(&shell.run("emberline scan folder"), "folder/f");
    finds(&shell.run("cd folder && emberline scan"), "f:1");
}

#[test]
fn outside_a_repository_everything_is_read() {
    let shell = Shell::new();
    write(&shell, ".gitignore", "*\n");
    write(&shell, ".ignore", "*\n");
    write(&shell, ".hidden/f", line());
    write(&shell, "a/.git/config", line());
    let ran = shell.run("GIT_CEILING_DIRECTORIES=/ emberline scan");
    finds(&ran, ".hidden/f");
    assert!(!ran.out.contains("a/.git"), "{ran:?}");
    finds(&shell.run("PATH=/nonexistent $(command -v emberline) scan"), ".hidden/f");
}

#[test]
fn a_repository_that_cannot_be_asked_is_a_failure() {
    let shell = repository();
    write(&shell, "new", line());
    well(&shell, "git init -q --bare bare.git && mkdir broken && echo 'gitdir: /nowhere' > broken/.git");
    for (line, reason) in [
        ("GIT_TEST_ASSUME_DIFFERENT_OWNER=1 emberline scan", "safe.directory"),
        ("GIT_TEST_ASSUME_DIFFERENT_OWNER=1 emberline scan --staged", "safe.directory"),
        ("cd .git && emberline scan", "without a work tree"),
        ("cd bare.git && emberline scan", "without a work tree"),
        ("cd broken && emberline scan", "/nowhere"),
        ("emberline scan broken", "/nowhere"),
        ("PATH=/nonexistent $(command -v emberline) scan", "cannot run git"),
    ] {
        let ran = shell.run(line);
        assert!(ran.status == 2 && ran.err.contains(reason), "{line}: {ran:?}");
    }
}

#[test]
fn repositories_within_are_read_by_their_own_lists() {
    let shell = repository();
    write(&shell, "nested/.hidden", line());
    write(&shell, "nested/.gitignore", "ignored\n");
    write(&shell, "nested/ignored", line());
    well(&shell, "git init -q nested");
    let ran = shell.run("emberline scan");
    finds(&ran, "nested/.hidden");
    assert!(!ran.out.contains("nested/ignored"), "{ran:?}");
    // As a submodule, checked out and not.
    well(&shell, "cd nested && git add -A && git -c user.email=t@example.com -c user.name=t commit -qm x");
    well(&shell, "git -c advice.addEmbeddedRepo=false add nested && git commit -qm submodule");
    finds(&shell.run("emberline scan"), "nested/.hidden");
    well(&shell, "rm -rf nested; mkdir nested");
    let ran = shell.run("emberline scan");
    assert!(ran.status == 0 && ran.err.contains("nested: not scanned"), "{ran:?}");
    // A folder that only looks like a repository.
    well(&shell, "rm -rf nested && mkdir -p fake/.git");
    write(&shell, "fake/f", line());
    finds(&shell.run("emberline scan"), "fake/f");
}

#[test]
fn work_trees_and_sparse_ones_are_read_whole() {
    let shell = repository();
    write(&shell, "a/f", line());
    write(&shell, "b/f", "clean\n");
    well(&shell, "git add -A && git commit -qm x");
    well(&shell, "git worktree add -q tree && cd tree && test -f .git");
    finds(&shell.run("cd tree && emberline scan"), "a/f");
    well(&shell, "git worktree remove --force tree && git sparse-checkout set b && test ! -e a/f");
    finds(&shell.run("emberline scan"), "a/f");
}

#[test]
fn files_that_are_gone_or_elsewhere_are_not_followed() {
    let shell = repository();
    write(&shell, "gone", line());
    write(&shell, "folder/f", "clean\n");
    well(&shell, "git add -A && git commit -qm x && rm gone");
    assert_eq!(shell.run("emberline scan").status, 0, "what the work tree has no more is on its way out");
    // Links: their text is read, and what they lead to is not.
    let outside = Shell::new();
    write(&outside, "f", line());
    let outside = outside.folder.path().display().to_string();
    well(&shell, &format!("rm -r folder && ln -s '{outside}' folder && ln -s '{outside}/f' link && git add link"));
    for scan in ["emberline scan", "emberline scan .", "emberline scan --staged"] {
        assert_eq!(shell.run(scan).status, 0, "{scan}");
    }
    well(&shell, &format!("ln -s '{}' told", line().trim()));
    finds(&shell.run("emberline scan"), "told:1");
    finds(&shell.run("git add told; emberline scan --staged"), "told:1");
}

#[test]
fn nothing_that_a_configuration_names_is_run() {
    let shell = repository();
    write(&shell, "f.txt", line());
    write(&shell, ".gitattributes", "*.txt diff=evil filter=evil\n");
    let evil = "for what in core.fsmonitor diff.evil.textconv diff.evil.command diff.external core.pager core.editor; do \
                git config $what \"touch $PWD/ran-$what; cat\"; done; mkdir -p hooks; \
                printf '#!/bin/sh\\ntouch \"%s/ran-hook\"\\n' $PWD > hooks/post-index-change; chmod +x hooks/*; \
                git -c core.fsmonitor=false add f.txt .gitattributes; git config core.hooksPath $PWD/hooks; rm -f ran-*";
    shell.run(evil);
    for scan in
        ["emberline scan", "emberline scan --staged", "emberline check --staged --specs f.txt --changed-since HEAD"]
    {
        let ran = shell.run(&format!("{scan}; ls | grep ran- "));
        assert!(!ran.out.contains("ran-"), "{scan}: {ran:?}");
    }
}

#[test]
fn every_encoding_is_read() {
    let wide = |big: bool, text: &str| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let text = format!("one line é\n{}", line());
    let noise: Vec<u8> = (0..40_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, bytes) in [
        ("utf-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("utf-16le", wide(false, &text)),
        ("utf-16be", wide(true, &text)),
        ("utf-16le with a mark", wide(false, &format!("\u{feff}{text}"))),
        ("utf-16be with a mark", wide(true, &format!("\u{feff}{text}"))),
        ("latin-1", [b"a\xff\n", line().as_bytes()].concat()),
        ("a NUL first", [b"a\0b\n", line().as_bytes()].concat()),
        ("a mark before bytes", [b"\xff\xfe\n", line().as_bytes()].concat()),
        ("a binary", [&noise[..], b"\0", line().as_bytes(), b"\0", &noise].concat()),
        ("wide in a binary", [&noise[..], b"\0", &wide(false, &line())[..], b"\0\0\0", &noise].concat()),
    ] {
        let shell = repository();
        write(&shell, "file", &bytes);
        for scan in ["emberline scan", "git add file; emberline scan --staged"] {
            let ran = shell.run(scan);
            assert!(ran.status == 1 && ran.out.contains("file:"), "{name}: {ran:?}");
            if !name.contains("binary") {
                assert!(ran.out.contains("file:2:6"), "{name}: {ran:?}");
            }
            assert!(!ran.out.contains("Q3EGRIBZ"), "{name}: {ran:?}");
        }
    }
    let shell = Shell::new();
    write(&shell, "image", [&noise[..], b"\0"].concat());
    let ran = shell.run("emberline scan");
    assert!(ran.status == 0 && ran.err.contains("1 binary file: only the plain text"), "{ran:?}");
}

#[test]
fn a_large_file_is_read_to_its_end() {
    let shell = repository();
    // Beyond every window, once in short lines and once in one.
    for (end, length) in [("\\n", 34_000_000), (" ", 5_000_000)] {
        let plant = format!(
            "yes 'a line that says nothing{end}' | tr -d '\\n' | head -c {length} > big; printf '{end}%s' '{}' >> big",
            line().trim()
        );
        well(&shell, &plant);
        finds(&shell.run("emberline scan"), "big:");
    }
    finds(&shell.run("git add big; emberline scan --staged"), "big:");
}

#[test]
fn what_cannot_be_read_fails_after_the_rest_is_shown() {
    let shell = Shell::new();
    write(&shell, "a/f", line());
    // A regular file that nobody can read from its beginning, not even root.
    let ran = shell.run("emberline scan a /proc/self/mem --format json");
    assert!(ran.status == 2 && ran.err.contains("/proc/self/mem") && ran.out.contains("secret-in-file"), "{ran:?}");
    let ran = shell.run("mkfifo pipe && emberline scan pipe");
    assert!(ran.status == 2 && ran.err.contains("neither a file nor a folder"), "{ran:?}");
    assert_eq!(shell.run("emberline scan").status, 1, "a pipe in a folder holds nothing");
}

#[test]
fn what_is_staged_is_known_for_what_it_is() {
    let shell = repository();
    write(&shell, "f", line());
    // Before the first commit, from any folder; then only intended; then in conflict.
    finds(&shell.run("git add f && emberline scan --staged"), "f:1");
    finds(&shell.run("mkdir below && cd below && emberline scan --staged"), "../f:1");
    well(&shell, "git rm -q --cached f && git add -N f && emberline scan --staged");
    well(
        &shell,
        "git rm -q --cached f; rm f; echo 1 > c; git add c; git commit -qm 1; git checkout -qb b; echo 2 > c; git commit -qam 2; git checkout -q main; echo 3 > c; git commit -qam 3",
    );
    let ran = shell.run("git merge b; emberline scan --staged");
    assert!(ran.status == 2 && ran.err.contains("is not merged"), "{ran:?}");
    assert_eq!(shell.run("emberline scan").status, 0);
}
