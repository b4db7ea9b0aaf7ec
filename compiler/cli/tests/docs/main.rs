//! The documentation holds: commands run, specs check, excerpts are what stands in the files, links lead somewhere.
//!
//! Each page is run from top to bottom in a folder of its own that holds a copy of `slos/`. A comment above a block says what the
//! block is:
//!
//! | block | comment | what is tested |
//! | --- | --- | --- |
//! | `sh` | none, or `exit: N` | each line is run; the last exits with N, every other with 0 |
//! | `sh` | `not run: REASON` | its `emberline` commands have the options that they use |
//! | `yaml`, `text` | `from: PATH` | the block stands so in that file, in the folder and, where it is committed, in the checkout |
//! | the same | `from: PATH (wrapped)`, `output (wrapped)` | the same but for white space, for lines that are too long |
//! | `yaml` | `file: PATH` | the block becomes that file; commands below it check it |
//! | `yaml` | `an indicator` | it is the indicator of a sound objective; `ci/proofs` holds its rules in promtool |
//! | `yaml` | `part of another program's configuration` | it is YAML |
//! | `json` | `not run in an assistant: REASON` | it starts a command that the program has |
//! | `text` | `output` | the block stands so in what the commands above it printed |
//! | `text` | none | nothing: a diagram, a formula, or a page that is made of the code |
//!
//! `emberline` and `cargo run --release --` are the program under test. `ci/test` runs this test and the demo, so both are
//! only looked at. Any other block is a fault: it would not be tested. A span of prose that begins with `emberline` is a
//! command too and must be one that the program takes; a word in capitals stands for any name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod links;
mod markdown;
#[path = "../shell/mod.rs"]
mod shell;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use markdown::Block;
use shell::Shell;

pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents of the checkout, relative to it.
pub(crate) fn documents() -> Vec<String> {
    let mut documents: Vec<String> =
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned).into();
    let mut folders = vec!["compiler/docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(checkout().join(&folder)).unwrap().map(Result::unwrap) {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                true => folders.push(path),
                false if path.ends_with(".md") => documents.push(path),
                false => {}
            }
        }
    }
    documents.sort();
    documents
}

pub(crate) fn read(document: &str) -> String {
    fs::read_to_string(checkout().join(document)).unwrap()
}

/// A command of the checkout that `ci/test` runs, and that is therefore only looked at here.
fn is_run_elsewhere(line: &str) -> bool {
    let is_there = |path: &str| is_program(&checkout().join(path));
    match line {
        "ci/test" => is_there(line),
        // The fast tier is what runs this test.
        "cargo test" => true,
        "(cd services && cargo run --profile services -p demo)" => {
            read("ci/test").contains("cargo run --profile services --locked -p demo")
        }
        _ => false,
    }
}

/// Runs a block's lines; what they printed.
fn run(shell: &Shell, block: &Block<'_>) -> String {
    let status = block.mark.strip_prefix("exit: ").map_or(0, |status| status.parse().unwrap());
    let lines: Vec<&str> = block.text.lines().collect();
    let mut printed = String::new();
    for (index, line) in lines.iter().enumerate() {
        if is_run_elsewhere(line) {
            continue;
        }
        let ran = shell.run(&line.replace("cargo run --release -- ", "emberline "));
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

/// The same text without white space, and without the marks of broken lines in YAML.
fn flat(text: &str) -> String {
    text.replace("\\\n", "").split_whitespace().collect()
}

/// An excerpt stands in what the commands above wrote and in what is committed, wherever the file is.
fn stands_in(shell: &Shell, path: &str, excerpt: &str) {
    let (path, is_wrapped) = path.strip_suffix(" (wrapped)").map_or((path, false), |path| (path, true));
    let texts = [shell.folder.path().join(path), checkout().join(path)].map(fs::read_to_string);
    assert!(texts.iter().any(Result::is_ok), "there is no {path}");
    for text in texts.into_iter().flatten() {
        let is_there = if is_wrapped { flat(&text).contains(&flat(excerpt)) } else { text.contains(excerpt) };
        assert!(is_there, "not so in {path}:\n{excerpt}");
    }
}

/// The options that a command line uses are options of the program.
fn is_a_command(shell: &Shell, line: &str) {
    let Some(arguments) = line.strip_prefix("emberline ").or(line.strip_prefix("cargo run --release -- ")) else {
        return;
    };
    let mut words = arguments.split_whitespace();
    let command = words.next().unwrap();
    let help = shell.run(&format!("emberline {command} --help"));
    assert_eq!(help.status, 0, "{line}\n{help:?}");
    for option in words.filter(|word| word.starts_with("--")) {
        let option = option.split('=').next().unwrap();
        let known: BTreeSet<&str> = help.out.split([' ', '\n', '=', ',', '`', '[', ']']).collect();
        assert!(known.contains(option), "`{line}`: emberline {command} has no {option}");
    }
}

/// An objective with this indicator has no error.
fn is_an_indicator(shell: &Shell, indicator: &str) {
    let folder = shell.folder.path().join("indicator");
    fs::create_dir_all(&folder).unwrap();
    let indicator: String = indicator.lines().map(|line| format!("    {line}\n")).collect();
    let objective = format!("  - name: example\n    objective: 99%\n{indicator}");
    fs::write(folder.join("shop.yaml"), format!("version: emberline/v1\nservice: shop\nslos:\n{objective}")).unwrap();
    let checked = shell.run("emberline check --specs indicator");
    assert_eq!(checked.status, 0, "{objective}\n{checked:?}");
}

#[test]
fn commands_run_and_excerpts_are_real() {
    let mut commands = 0;
    for document in documents() {
        let (text, shell) = (read(&document), shell());
        let mut printed = String::new();
        for block in markdown::blocks(&text) {
            let (key, value) = block.mark.split_once(": ").unwrap_or((block.mark, ""));
            match (block.language, key) {
                ("sh", "" | "exit") => {
                    printed = run(&shell, &block);
                    commands += block.text.lines().count();
                }
                ("sh", "not run") => {
                    assert!(value.len() > 20, "{document}: why is this not run? {block:?}");
                    block.text.lines().for_each(|line| is_a_command(&shell, line));
                }
                ("yaml" | "text", "from") => stands_in(&shell, value, block.text),
                ("yaml", "file") => {
                    let path = shell.folder.path().join(value);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, block.text).unwrap();
                    let rest = text.split(block.text).nth(1).unwrap();
                    let folder = value.split('/').next().unwrap();
                    let imports =
                        |line: &str| line.starts_with("emberline import ") && line.split(' ').any(|it| it == folder);
                    let is_read = rest.contains(&format!("--specs {folder}")) || rest.lines().any(imports);
                    assert!(is_read, "{document}: no command checks {value}");
                }
                ("yaml", "an indicator") => is_an_indicator(&shell, block.text),
                ("yaml", "part of another program's configuration") => {
                    serde_yaml::from_str::<serde_json::Value>(block.text).unwrap();
                }
                ("lua" | "toml" | "js", "not run in an editor") => {
                    assert!(value.len() > 20, "{document}: why is this not run? {block:?}");
                    let words: BTreeSet<&str> = block.text.split(|it: char| !it.is_alphanumeric()).collect();
                    assert!(words.contains("emberline") && words.contains("lsp"), "{document}: {block:?}");
                    is_a_command(&shell, "emberline lsp");
                }
                ("json", "not run in an assistant") => {
                    assert!(value.len() > 20, "{document}: why is this not run? {block:?}");
                    let listed: serde_json::Value = serde_json::from_str(block.text).unwrap();
                    let server = &listed["mcpServers"]["emberline"];
                    assert_eq!(
                        (&server["command"], &server["args"][0]),
                        (&"emberline".into(), &"mcp".into()),
                        "{document}"
                    );
                    is_a_command(&shell, "emberline mcp");
                }
                ("text", "output (wrapped)") => {
                    assert!(
                        flat(&printed).contains(&flat(block.text)),
                        "{document}: not printed:\n{}\nbut\n{printed}",
                        block.text
                    );
                }
                ("text", "output") => {
                    assert!(printed.contains(block.text), "{document}: not printed:\n{}\nbut\n{printed}", block.text);
                }
                ("text", "") => {}
                _ => panic!("{document}: how is this to be tested? {block:?}"),
            }
        }
    }
    assert!(commands > 20, "{commands} commands were found");
}

#[test]
fn commands_in_prose_are_commands() {
    let (shell, mut seen) = (shell(), BTreeSet::new());
    for document in documents() {
        let text = markdown::prose(&read(&document));
        for span in text.split('`').skip(1).step_by(2) {
            let is_placeholder = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
            let words: Vec<&str> = span.split_whitespace().collect();
            if let ["emberline", _, ..] = words[..] {
                let line = words.join(" ");
                if !seen.insert(line.clone()) {
                    continue;
                }
                is_a_command(&shell, &line);
                // What only prints is run as well.
                if matches!(words[1], "explain" | "schema") && !words.iter().any(|word| is_placeholder(word)) {
                    assert_eq!(shell.run(&line).status, 0, "{document}: {line}");
                }
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}
