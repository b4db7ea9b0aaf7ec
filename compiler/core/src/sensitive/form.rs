//! The form of a key: literal texts and runs of characters.
//!
//! A form is written as text: `ghp_{w:36}` is `ghp_` and 36 letters or digits. `{w:36-255}` takes from 36 to 255, and
//! `{w:36+}` any number from 36. The letters of the classes are those of [`Class::holds`].

use std::fmt::Write;

/// The longest run that a form takes. RE2 counts no further than 1,000.
const MOST: usize = 1_000;

/// A class of characters, all ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class(char);

impl Class {
    /// Whether the class holds a byte.
    #[must_use]
    pub fn holds(self, byte: u8) -> bool {
        let digit = byte.is_ascii_digit();
        match self.0 {
            'd' => digit,
            'h' => digit || (b'a'..=b'f').contains(&byte),
            'H' => byte.is_ascii_hexdigit(),
            'l' => digit || byte.is_ascii_lowercase(),
            'U' => digit || byte.is_ascii_uppercase(),
            'b' => byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte),
            'w' => byte.is_ascii_alphanumeric(),
            'x' => byte.is_ascii_alphanumeric() || byte == b'_',
            's' => byte.is_ascii_alphanumeric() || byte == b'-',
            'u' => byte.is_ascii_alphanumeric() || b"-_".contains(&byte),
            'q' => byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte),
            'k' => byte.is_ascii_alphanumeric() || b"+/".contains(&byte),
            'f' => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
            'g' => byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte),
            'e' => byte.is_ascii_alphanumeric() || b"-_+/=%".contains(&byte),
            // The letters of Bech32.
            'B' => b"023456789ACDEFGHJKLMNPQRSTUVWXYZ".contains(&byte),
            _ => byte.is_ascii_alphanumeric() || b"-_./".contains(&byte),
        }
    }

    /// The class in RE2.
    #[must_use]
    pub fn pattern(self) -> &'static str {
        match self.0 {
            'd' => "[0-9]",
            'h' => "[0-9a-f]",
            'H' => "[0-9A-Fa-f]",
            'l' => "[0-9a-z]",
            'U' => "[0-9A-Z]",
            'b' => "[2-7A-Z]",
            'w' => "[0-9A-Za-z]",
            'x' => "[0-9A-Za-z_]",
            's' => "[0-9A-Za-z-]",
            'u' => "[0-9A-Za-z_-]",
            'q' => "[0-9A-Za-z_.~-]",
            'k' => "[0-9A-Za-z+/]",
            'f' => "[0-9A-Za-z+/=]",
            'g' => "[0-9A-Za-z_+/=-]",
            'e' => "[0-9A-Za-z_+/=%-]",
            'B' => "[02-9AC-HJ-NP-Z]",
            _ => "[0-9A-Za-z_./-]",
        }
    }
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text(&'static str),
    /// From `least` to `most` characters of a class.
    Run {
        /// The class.
        class: Class,
        /// The least characters.
        least: usize,
        /// The most characters.
        most: usize,
    },
}

/// A form, read from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    parts: Vec<Part>,
    first_word: usize,
    /// A byte behind the first run, and its place, if that run has one length.
    then: Option<(usize, u8)>,
}

impl Form {
    /// Reads a form of the catalogue. Every form there is read by a test.
    pub(super) fn read(mut text: &'static str) -> Self {
        let mut parts = Vec::new();
        while let Some((before, rest)) = text.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before));
            }
            let (run, behind) = rest.split_once('}').unwrap_or((rest, ""));
            let (class, count) = run.split_once(':').unwrap_or((run, "1"));
            let number = |text: &str| text.parse().unwrap_or(MOST);
            let (least, most) = match (count.strip_suffix('+'), count.split_once('-')) {
                (Some(least), _) => (number(least), MOST),
                (None, Some((least, most))) => (number(least), number(most)),
                (None, None) => (number(count), number(count)),
            };
            parts.push(Part::Run { class: Class(class.chars().next().unwrap_or('w')), least, most });
            text = behind;
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let mut form = Self { parts, first_word: 0, then: None };
        let run = form.parts.iter().take(2).find_map(|part| match part {
            Part::Run { class, least, .. } if !class.holds(b'+') && !class.holds(b'-') => Some(*least),
            Part::Run { .. } => Some(1),
            Part::Text(_) => None,
        });
        form.then = match form.parts.as_slice() {
            [Part::Run { least, most, .. }, Part::Text(text), ..] if least == most => {
                text.bytes().next().map(|byte| (*least, byte))
            }
            _ => None,
        };
        form.first_word = form.prefix().len() + run.unwrap_or_default();
        form
    }

    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The text that every key of the form begins with; may be empty.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// Whether a key of the form may begin with a word of `word` bytes, by a look at two of them. A run with signs may begin
    /// with a word of one character.
    #[must_use]
    pub fn may_begin(&self, text: &[u8], word: usize) -> bool {
        self.first_word <= word && self.then.is_none_or(|(at, byte)| text.get(at) == Some(&byte))
    }

    /// The length of the key that a text begins with, `None` without one. A run takes all it can, so a longer run than
    /// the form has is another thing; only a run without a limit is cut.
    #[must_use]
    pub fn length(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(literal) => {
                    text.get(at..)?.starts_with(literal.as_bytes()).then_some(())?;
                    at += literal.len();
                }
                Part::Run { class, least, most } => {
                    let rest = text.get(at..)?;
                    let run = rest.iter().take(*most).take_while(|byte| class.holds(**byte)).count();
                    let is_last = index + 1 == self.parts.len();
                    let goes_on = is_last && *most < MOST && rest.get(run).is_some_and(|byte| class.holds(*byte));
                    (run >= *least && !goes_on).then_some(())?;
                    at += run;
                }
            }
        }
        // Within a longer word, it is a part of something else.
        (!text.get(at).is_some_and(u8::is_ascii_alphanumeric)).then_some(at)
    }

    /// A key of the form, for tests: `pick` gives a number below its argument.
    pub fn sample(&self, mut pick: impl FnMut(usize) -> usize) -> String {
        let mut key = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => key += text,
                Part::Run { class, least, most } => {
                    let letters: Vec<char> = (33..127_u8).filter(|byte| class.holds(*byte)).map(char::from).collect();
                    let length = least + pick((most - least).min(24) + 1);
                    // A key ends with a letter or a digit, or a text around it could not tell where.
                    for index in 0..length {
                        let mut letter = letters[pick(letters.len())];
                        while (index == 0 || index + 1 == length) && !letter.is_ascii_alphanumeric() {
                            letter = letters[pick(letters.len())];
                        }
                        key.push(letter);
                    }
                }
            }
        }
        key
    }

    /// The form in RE2. Its last run has no limit: a key that is too long is masked whole.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => pattern += &regex::escape(text),
                Part::Run { class, least, most } => {
                    pattern += class.pattern();
                    let _ = match index + 1 == self.parts.len() || *most == MOST {
                        true => write!(pattern, "{{{least},}}"),
                        false if least == most => write!(pattern, "{{{least}}}"),
                        false => write!(pattern, "{{{least},{most}}}"),
                    };
                }
            }
        }
        pattern
    }
}
