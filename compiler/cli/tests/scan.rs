//! `emberline scan` over files and over what git is about to commit, by the real binary.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use shell::Shell;

/// What is planted, put together so that scanning this repository finds nothing here: what it is, and the part that no
/// output may show.
const PLANTED: [(&str, &str); 5] = [
    ("printf 'key: AKIA%s\\n' Q3EGRIBZT6V5WXYM", "Q3EGRIBZT6V5WXYM"),
    ("printf 'paid 4539 1488 %s today\\n' '0343 6467'", "0343 6467"),
    ("printf 'jane.doe@%s\\n' contoso.com", "ne.doe"),
    ("printf 'db: postgres://app:%s@db/shop\\n' hunter22", "hunter22"),
    ("printf 'password = \"%s\"\\n' Q7xK2mVz9LpR4tYw8NsB", "Q7xK2mVz9LpR4tYw8NsB"),
];

#[test]
fn what_is_found_is_never_shown_whole() {
    for (plant, secret) in PLANTED {
        let shell = Shell::new();
        assert_eq!(shell.run(&format!("{plant} > file.txt")).status, 0);
        for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
            let ran = shell.run(&format!("emberline scan file.txt --format {format}"));
            assert_eq!(ran.status, 1, "{ran:?}");
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{format} shows it: {ran:?}");
            assert!(ran.out.contains("-in-file"), "{ran:?}");
        }
        let ran = shell.run("emberline scan file.txt --baseline b.json --update-baseline && cat b.json && emberline scan file.txt --baseline b.json");
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(!ran.out.contains(secret), "{ran:?}");
    }
}

#[test]
fn what_is_staged_is_scanned_and_not_the_work_tree() {
    let shell = Shell::new();
    let plant = PLANTED[0].0;
    assert_eq!(shell.run(&format!("git init -q . && mkdir -p 'a b' && {plant} > 'a b/ü.txt' && git add -A")).status, 0);
    // The secret is gone from the work tree, but would be committed all the same.
    assert_eq!(shell.run("echo clean > 'a b/ü.txt'").status, 0);
    let ran = shell.run("emberline scan --staged");
    assert!(ran.status == 1 && ran.out.contains("a b/ü.txt:1:6"), "{ran:?}");
    assert_eq!(shell.run("emberline scan").status, 0, "the work tree is clean");
    // And the other way about: what is not staged does not stand in the way.
    assert_eq!(shell.run(&format!("git add -A && {plant} > other.txt")).status, 0);
    assert_eq!(shell.run("emberline scan --staged").status, 0);
    assert_eq!(shell.run("emberline scan").status, 1);
    assert_eq!(shell.run("echo other.txt > .gitignore && emberline scan").status, 0, "ignored files are not committed");
    assert_eq!(shell.run("emberline scan other.txt").status, 1, "but a file that is named is read");
}

#[test]
fn missing_files_are_a_failure() {
    let shell = Shell::new();
    assert_eq!(shell.run("emberline scan nowhere").status, 2);
    let ran = shell.run("GIT_CEILING_DIRECTORIES=/ emberline scan --staged");
    assert_eq!(ran.status, 2, "{ran:?}");
}

#[test]
fn addresses_count_where_nobody_is_asked_to_write_to_them() {
    let shell = Shell::new();
    let (address, key) = (PLANTED[2].0, PLANTED[0].0);
    assert_eq!(shell.run(&format!("{address} > MAINTAINERS && {address} > customers.csv")).status, 0);
    assert_eq!(shell.run("emberline scan MAINTAINERS").status, 0);
    assert_eq!(shell.run("emberline scan customers.csv").status, 1);
    assert_eq!(shell.run(&format!("{key} >> MAINTAINERS")).status, 0);
    assert_eq!(shell.run("emberline scan MAINTAINERS").status, 1);
}
