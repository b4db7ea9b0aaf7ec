//! The guide's reference: pages that are made of the code and committed under `compiler/docs/reference`.
//!
//! A test compares them with what the code says now. To write them anew:
//!
//! ```sh
//! EMBERLINE_BLESS=1 cargo test -p emberline --bin emberline reference
//! ```

mod codes;
mod commands;
mod fields;
mod page;
mod receivers;
mod weaker;

use std::fs;
use std::path::Path;

use emberline_core::SchemaKind;

/// Every generated page: its file, and its text.
fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("commands.md", commands::page()),
        (
            "service.md",
            fields::page(
                SchemaKind::Service,
                "Service specs",
                "Any file of the folder but those below, and no file of `observed/`.",
            ),
        ),
        ("policy.md", fields::page(SchemaKind::Policy, "policy.yaml", "At most one file of the folder, of this name.")),
        ("prices.md", fields::page(SchemaKind::Prices, "prices.yaml", "At most one file of the folder, of this name.")),
        ("receivers.md", receivers::page()),
        ("codes.md", codes::page()),
        ("weaker-gate.md", weaker::page()),
    ]
}

#[test]
fn reference_pages_are_what_the_code_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference");
    let bless = std::env::var_os("EMBERLINE_BLESS").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for (name, text) in pages() {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
            continue;
        }
        if bless {
            fs::write(&path, text).unwrap();
        } else {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} differ from the code: run EMBERLINE_BLESS=1 cargo test -p emberline reference"
    );
}

#[test]
fn every_field_command_and_code_is_on_a_page() {
    use clap::CommandFactory;
    let text = |name: &str| pages().into_iter().find(|(page, _)| *page == name).unwrap().1;
    let commands = text("commands.md");
    for command in crate::args::Arguments::command().get_subcommands() {
        assert!(commands.contains(&format!("## emberline {}\n", command.get_name())));
        for long in command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(clap::Arg::get_long) {
            assert!(commands.contains(&format!("- `--{long}")), "{long}");
        }
    }
    let codes = text("codes.md");
    assert!(emberline_core::code::all().iter().all(|code| codes.contains(&format!("`{}`", code.id))));
    let policy = text("policy.md");
    for field in ["scrape_interval", "expires", "uid", "time_scale"] {
        assert!(policy.contains(&format!("- `{field}`")), "{field}");
    }
}
