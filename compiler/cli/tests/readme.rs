//! The README holds: its commands run, its excerpts are what stands in the files, its links lead somewhere.
//!
//! Commands are run from top to bottom in a folder that holds a copy of `slos/`. A comment above a block says what it is:
//!
//! | block | comment | what is tested |
//! | --- | --- | --- |
//! | `sh` | none, or `exit: N` | each line is run; the last exits with N, every other with 0 |
//! | `yaml`, `text` | `from: PATH` | the block stands so in that file, in the copy and, where it is committed, in the checkout |
//! | `yaml` | `file: PATH` | nothing by itself: the block becomes that file |
//! | `text` | `output` | the block stands so in what the commands above it printed |
//!
//! `cargo run --release -- …` runs the program under test, which is what cargo would build. `ci/test` is what runs this
//! test, and the demo as well, so both are only looked at. Any other block is a fault: it would not be tested. A span of prose that begins with
//! `emberline` is a command too, and must succeed; a word in capitals stands for any name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::path::{Path, PathBuf};

use shell::Shell;

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    fs::read_to_string(checkout().join("README.md")).unwrap()
}

/// A fenced block: the comment before it, its language, its text.
#[derive(Debug)]
struct Block<'t> {
    mark: &'t str,
    language: &'t str,
    text: &'t str,
}

fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let (mut mark, mut open, mut at) = ("", None, 0);
    for line in markdown.split_inclusive('\n') {
        let end = at + line.len();
        match (line.strip_prefix("```"), open) {
            (Some(language), None) => open = Some((language.trim(), end)),
            (Some(_), Some((language, start))) => {
                blocks.push(Block { mark, language, text: &markdown[start..at] });
                (mark, open) = ("", None);
            }
            (None, None) => {
                let comment = line.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
                mark = comment.unwrap_or(if line.trim().is_empty() { mark } else { "" });
            }
            (None, Some(_)) => {}
        }
        at = end;
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// What stands between the blocks.
fn prose(markdown: &str) -> String {
    let mut is_block = false;
    let lines = markdown.split_inclusive('\n').filter(|line| {
        let is_fence = line.starts_with("```");
        is_block ^= is_fence;
        !is_block && !is_fence
    });
    lines.collect()
}

/// Runs a block's lines; what they printed.
fn run(shell: &Shell, block: &Block<'_>) -> String {
    let status = block.mark.strip_prefix("exit: ").map_or(0, |status| status.parse().unwrap());
    let lines: Vec<&str> = block.text.lines().collect();
    let mut printed = String::new();
    for (index, line) in lines.iter().enumerate() {
        if *line == "ci/test" {
            assert!(is_program(&checkout().join(line)), "{line} is not there or not executable");
            continue;
        }
        if *line == "(cd services && cargo run --release -p demo)" {
            let steps = fs::read_to_string(checkout().join("ci/test")).unwrap();
            assert!(steps.contains("cargo run --release --locked -p demo"), "ci/test does not run the demo");
            continue;
        }
        let ran = shell.run(&match line.strip_prefix("cargo run --release -- ") {
            Some(arguments) => format!("emberline {arguments}"),
            None => (*line).to_owned(),
        });
        let expected = if index + 1 == lines.len() { status } else { 0 };
        assert_eq!(ran.status, expected, "{line}\n{ran:?}");
        printed.push_str(&ran.out);
        printed.push_str(&ran.err);
    }
    printed
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn shell() -> Shell {
    let shell = Shell::new();
    for folder in ["slos", "slos/notes"] {
        fs::create_dir(shell.folder.path().join(folder)).unwrap();
        let files = fs::read_dir(checkout().join(folder)).unwrap().map(Result::unwrap);
        for file in files.filter(|file| file.path().is_file()) {
            fs::copy(file.path(), shell.folder.path().join(folder).join(file.file_name())).unwrap();
        }
    }
    shell
}

#[test]
fn commands_run_and_excerpts_are_real() {
    let (readme, shell) = (readme(), shell());
    let mut printed = String::new();
    for block in blocks(&readme) {
        let (key, value) = block.mark.split_once(": ").unwrap_or((block.mark, ""));
        match (block.language, key) {
            ("sh", "" | "exit") => printed = run(&shell, &block),
            ("yaml" | "text", "from") => {
                // What the commands above wrote, and what is committed.
                let texts = [shell.folder.path().join(value), checkout().join(value)].map(fs::read_to_string);
                assert!(texts.iter().any(Result::is_ok), "there is no {value}");
                for text in texts.into_iter().flatten() {
                    assert!(text.contains(block.text), "not so in {value}:\n{}", block.text);
                }
            }
            ("yaml", "file") => {
                let path = shell.folder.path().join(value);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, block.text).unwrap();
            }
            ("text", "output") => assert!(printed.contains(block.text), "not printed:\n{}\nbut\n{printed}", block.text),
            _ => panic!("how is this to be tested? {block:?}"),
        }
    }
}

#[test]
fn commands_in_prose_run() {
    let (readme, shell) = (readme(), shell());
    let mut ran = 0;
    for span in prose(&readme).split('`').skip(1).step_by(2) {
        let is_placeholder = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
        let words: Vec<&str> = span.split_whitespace().map(|w| if is_placeholder(w) { "name" } else { w }).collect();
        if let ["emberline", _, ..] = words[..] {
            let output = shell.run(&words.join(" "));
            assert_eq!(output.status, 0, "{span}\n{output:?}");
            ran += 1;
        }
    }
    assert!(ran > 0, "no command was found");
}

#[test]
fn links_lead_somewhere() {
    for document in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(checkout().join(document)).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            let is_elsewhere = target.is_empty() || target.starts_with("https://");
            assert!(is_elsewhere || checkout().join(target).exists(), "{document} links to {target}");
        }
    }
}

#[test]
fn blocks_are_found_with_their_marks() {
    let markdown = "<!-- from: a -->\n\n```yaml\nx: 1\n```\ntext\n```sh\nls\n```\n<!-- gone -->\ntext\n```text\n<!-- in -->\n```\n";
    let found: Vec<_> = blocks(markdown).iter().map(|block| (block.mark, block.language, block.text)).collect();
    assert_eq!(found, [("from: a", "yaml", "x: 1\n"), ("", "sh", "ls\n"), ("", "text", "<!-- in -->\n")]);
}
