//! Every command with its arguments, from the definition that reads the command line.

use clap::{Arg, Command, CommandFactory};

use super::page;
use crate::args::Arguments;

pub(super) fn page() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut text = page::begin("Commands");
    page::paragraph(&mut text, &long_about(&command));
    text.push_str("\n## Options of every command\n\n");
    let globals: Vec<&Arg> = command.get_arguments().filter(|arg| is_shown(arg)).collect();
    globals.iter().for_each(|arg| argument(&mut text, arg));
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        text.push_str(&format!("\n## emberline {}\n", sub.get_name()));
        for part in long_about(sub).split("\n\n") {
            let stop = if part.ends_with(['.', ':']) { "" } else { "." };
            page::paragraph(&mut text, &format!("{part}{stop}"));
        }
        let own =
            sub.get_arguments().filter(|arg| is_shown(arg) && !globals.iter().any(|it| it.get_id() == arg.get_id()));
        text.push('\n');
        own.for_each(|arg| argument(&mut text, arg));
        let example = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
        if let Some(example) = example.strip_prefix("Example: ") {
            text.push_str(&format!("\n```text\n{example}\n```\n"));
        }
    }
    text
}

fn is_shown(arg: &Arg) -> bool {
    !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")
}

fn long_about(command: &Command) -> String {
    command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default()
}

/// An argument: its spelling, its help, its default and its words.
fn argument(text: &mut String, arg: &Arg) {
    let value = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let takes = arg.get_action().takes_values();
    let name = match (arg.get_long(), arg.get_short()) {
        (Some(long), Some(short)) => format!("--{long}`, `-{short}"),
        (Some(long), None) if takes => format!("--{long} <{value}>"),
        (Some(long), None) => format!("--{long}"),
        (None, _) => format!("<{value}>"),
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let mut line = format!("- `{name}`: {}.", help.trim_end_matches('.')).split_off(2);
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(",");
    if takes && !defaults.is_empty() {
        line.push_str(&format!(" Default: `{defaults}`."));
    }
    let words: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|it| !it.is_hide_set())
        .map(|it| format!("`{}`", it.get_name()))
        .collect();
    if takes && !words.is_empty() {
        line.push_str(&format!(" One of {}.", words.join(", ")));
    }
    page::item(text, &line);
}
