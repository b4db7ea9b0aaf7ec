//! The two output streams. Colours are stripped where they do not belong, and a reader that went away is no failure.

use std::fmt::Write as _;
use std::io::{self, BufWriter, ErrorKind, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use anstream::ColorChoice;

use crate::args::Color;
use crate::failure::{Failure, Result};

pub(crate) const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(crate) const RED: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
pub(crate) const GREEN: Style = AnsiColor::BrightGreen.on_default().effects(Effects::BOLD);
pub(crate) const CYAN: Style = AnsiColor::BrightCyan.on_default();

/// Applies `--color`; `auto` leaves the choice to NO_COLOR, CLICOLOR, TERM and whether a stream is a terminal.
pub(crate) fn choose_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Writes a product to standard output. When its reader has gone (`| head`), the rest is dropped without a word and the
/// exit status stays what it would have been.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => {
            // What a broken pipe left in the buffer must not be tried again on drop.
            drop(out.into_parts());
            Ok(())
        }
    }
}

/// Says a line on standard error. There is nobody to tell if that fails.
pub(crate) fn say(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Says why the tool could not do its work.
pub(crate) fn say_failure(failure: &Failure) {
    let mut text = format!("{RED}error{RED:#}{BOLD}: {}{BOLD:#}", clean(&failure.what));
    if let Some(help) = &failure.help {
        let _ = write!(text, "\n{CYAN}help{CYAN:#}: {}", clean(help));
    }
    say(&text);
}

/// The text without anything that a terminal would obey or that would make it read differently from its bytes.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { visible(character) }).collect()
}

/// The character, or a visible one in place of a control or text-direction character; always one for one, so that columns
/// stay true. A tab becomes a space.
pub(crate) fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        // U+2400 is the block of pictures of the 32 controls.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => '\u{fffd}',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile: String = (0..=0x2fff).filter_map(char::from_u32).collect();
        let cleaned = clean(&hostile);
        assert_eq!(cleaned.chars().count(), hostile.chars().count());
        assert!(cleaned.chars().all(|c| c == '\n' || !c.is_control()));
        assert_eq!(clean("a\u{1b}[31mb\u{9b}2J\u{202e}c\td"), "a␛[31mb\u{fffd}2J\u{fffd}c d");
    }
}
