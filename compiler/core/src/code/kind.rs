//! What a code is: its id, how grave it is, and the page that explains it.

/// How bad a finding is; ordered from mild to grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a run by default.
    Note,
    /// Works, but not as its author likely believes.
    Warning,
    /// Nothing is compiled while it stands.
    Error,
}

impl Severity {
    /// The word used in every output format.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The width that pages are written for; examples are indented by four within it.
pub const COLUMNS: usize = 80;

/// One kind of finding. Ids are stable: outside tools rely on them.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case name, as printed in every format.
    pub id: &'static str,
    /// How grave, unless policy says otherwise.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub summary: &'static str,
    /// Why it is a fault, in prose (Markdown).
    pub cause: &'static str,
    /// What produces the code, and the same thing mended.
    pub example: Example,
    /// What to do, in prose (Markdown).
    pub remedy: &'static str,
}

/// A pair that shows a code: `wrong` produces it, `right` is `wrong` mended. Line breaks around a text do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// Whole specs. A line `# --- NAME` begins the file NAME; text before the first such line is `spec.yaml`, so an
    /// example of one file needs no such line. See [`files`].
    Specs {
        /// The smallest specs that produce the code.
        wrong: &'static str,
        /// The same specs, mended: no finding of the code, and no error.
        right: &'static str,
    },
    /// What is typed in an empty folder, a command a line, for codes that no spec can produce.
    Session {
        /// Its last command reports the code.
        wrong: &'static str,
        /// Its last command reports nothing.
        right: &'static str,
    },
    /// A capture of `web`, which calls `shop`: a span a line, below the span that it hangs on, an empty line between
    /// traces; the tests of `emberline-evidence` judge it.
    Capture {
        /// The smallest capture that produces the code.
        wrong: &'static str,
        /// The same capture, mended: no finding at all.
        right: &'static str,
    },
}

impl Example {
    /// The text that produces the code.
    #[must_use]
    pub fn wrong(&self) -> &'static str {
        match self {
            Self::Specs { wrong, .. } | Self::Session { wrong, .. } | Self::Capture { wrong, .. } => wrong.trim(),
        }
    }

    /// The mended text.
    #[must_use]
    pub fn right(&self) -> &'static str {
        match self {
            Self::Specs { right, .. } | Self::Session { right, .. } | Self::Capture { right, .. } => right.trim(),
        }
    }

    /// The language of both texts, as Markdown names it.
    #[must_use]
    pub fn language(&self) -> &'static str {
        match self {
            Self::Specs { .. } => "yaml",
            Self::Session { .. } => "sh",
            Self::Capture { .. } => "text",
        }
    }
}

/// The files of an example of specs: name and text.
#[must_use]
pub fn files(specs: &str) -> Vec<(&str, &str)> {
    let mut files = Vec::new();
    let (mut name, mut start, mut at) = ("spec.yaml", 0, 0);
    for line in specs.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("# --- ") {
            files.push((name, &specs[start..at]));
            (name, start) = (next.trim(), at + line.len());
        }
        at += line.len();
    }
    files.push((name, &specs[start..]));
    files.retain(|(_, text)| !text.trim().is_empty());
    files
}
