//! A change as a patch: the mail that `git format-patch` writes, or a bare diff.

use std::path::Path;

use emberline_walk::source::{Answer, Trouble};

/// The longest patch of a drill in bytes: a fault must be a change that a person could have reviewed.
pub const LONGEST: u64 = 4 << 20;

/// A patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The name of the patch file, without the ending.
    pub name: String,
    text: String,
}

/// The headers of a fault's patch, which are shown only after the drill.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Opened {
    /// `latency` or `errors`; empty if the patch names neither.
    pub kind: String,
    /// The faulty function.
    pub function: String,
    /// The file of the faulty function.
    pub file: String,
    /// The service that runs the faulty function.
    pub service: String,
}

impl Patch {
    /// A patch with a given text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads a patch.
    ///
    /// # Errors
    /// When the file cannot be read, or the patch is too long for a review.
    pub fn read(path: &Path) -> Answer<Self> {
        let failed = |cause: std::io::Error| Trouble(format!("cannot read the patch {}: {cause}", path.display()));
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length > LONGEST {
            return Err(Trouble(format!("the patch {} has {length} bytes; at most 4 MiB are read", path.display())));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// Whether the patch is a mail, with its own message.
    #[must_use]
    pub fn is_mail(&self) -> bool {
        self.header("Subject").is_some()
    }

    /// The value of a header line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether any header says that the patch is a fault.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.head().any(|line| line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("X-Fault-")))
    }

    /// Whether the patch is what a merge commit's own resolution changes: `X-Fault-Merge: yes`.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        self.header("X-Fault-Merge").is_some_and(|value| value.eq_ignore_ascii_case("yes"))
    }

    /// Seconds from the start of a changed process until the fault takes effect: `X-Fault-Onset`. Such a fault is
    /// deployed one release before the last.
    #[must_use]
    pub fn onset(&self) -> Option<f64> {
        let seconds: f64 = self.header("X-Fault-Onset")?.parse().ok()?;
        (seconds.is_finite() && seconds > 0.0).then_some(seconds)
    }

    /// The mails of a file in mbox form, each a patch; a file of one mail or of a bare diff is one patch.
    #[must_use]
    pub fn split(name: &str, text: &str) -> Vec<Self> {
        let mut mails: Vec<String> = Vec::new();
        for line in text.split_inclusive('\n') {
            match mails.last_mut() {
                Some(mail) if !begins_mail(line) => mail.push_str(line),
                _ => mails.push(line.to_owned()),
            }
        }
        mails.retain(|mail| mail.starts_with("--- ") || mail.contains("\n--- "));
        let is_one = mails.len() == 1;
        let named = |at: usize| if is_one { name.to_owned() } else { format!("{name}-{}", at + 1) };
        mails.into_iter().enumerate().map(|(at, mail)| Self::new(named(at), mail)).collect()
    }

    /// The first line of the mail's subject, without `[PATCH …]`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        let subject = self.header("Subject")?;
        let bare = subject.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(subject, |(_, rest)| rest);
        Some(bare.trim()).filter(|subject| !subject.is_empty())
    }

    /// The diff alone, from its first file on.
    #[must_use]
    pub fn diff(&self) -> &str {
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            if line.starts_with("diff --git ") || line.starts_with("--- a/") || line.starts_with("--- /dev/null") {
                break;
            }
            at += line.len();
        }
        self.text.get(at..).unwrap_or_default()
    }

    /// The `X-Fault-…` headers of the patch.
    #[must_use]
    pub fn open(&self) -> Opened {
        let said = |name: &str| self.header(name).unwrap_or_default().to_owned();
        Opened {
            kind: said("X-Fault-Kind"),
            function: said("X-Fault-Function"),
            file: said("X-Fault-File"),
            service: said("X-Fault-Service"),
        }
    }

    /// The mail with another date and author, without headers that reveal the fault. A bare diff becomes a mail with
    /// a neutral message.
    #[must_use]
    pub fn as_of(&self, date: &str, author: &str) -> String {
        let told = format!("From: {author}\nDate: {date}\n");
        if !self.is_mail() {
            let files = self.text.lines().filter_map(|line| line.strip_prefix("+++ b/"));
            let file = files.map(|path| path.rsplit('/').next().unwrap_or(path)).next().unwrap_or("sources");
            return format!("{told}Subject: [PATCH] Small change in {file}\n\n---\n{}", self.text);
        }
        let mut mail = String::from("From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n");
        mail.push_str(&told);
        let mut drops = false;
        for line in self.head() {
            let goes_on = line.starts_with([' ', '\t']);
            if !goes_on {
                let key = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
                drops = line.starts_with("From ") || key == "from" || key == "date" || key.starts_with("x-");
            }
            if !drops {
                mail.push_str(line);
                mail.push('\n');
            }
        }
        mail.push_str(self.body());
        mail
    }

    fn head(&self) -> impl Iterator<Item = &str> {
        self.text.lines().take_while(|line| !line.trim().is_empty() && !line.starts_with("diff --git "))
    }

    /// The mail from the empty line on.
    fn body(&self) -> &str {
        let length: usize = self
            .text
            .split_inclusive('\n')
            .take_while(|line| !line.trim().is_empty() && !line.starts_with("diff --git "))
            .map(str::len)
            .sum();
        self.text.get(length..).unwrap_or_default()
    }
}

/// Whether a line begins a mail, as `git format-patch` writes it.
fn begins_mail(line: &str) -> bool {
    let id = line.strip_prefix("From ").and_then(|rest| rest.get(..40));
    id.is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && line.trim_end().ends_with("Mon Sep 17 00:00:00 2001")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@shop.example>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\
        X-Fault-Kind: latency\nX-Fault-Function: price\nX-Fault-Service: checkout\nSubject: [PATCH] Round prices\n  per line\n\n\
        Why not.\n---\n a | 1 +\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\n+y\n";

    #[test]
    fn what_gives_a_fault_away_does_not_reach_the_history() {
        let patch = Patch::new("latency", MAIL);
        assert_eq!(
            patch.open(),
            Opened {
                kind: "latency".into(),
                function: "price".into(),
                file: String::new(),
                service: "checkout".into()
            }
        );
        let mail = patch.as_of("2026-07-01 10:00:00 +0000", "B <b@shop.example>");
        assert!(!mail.contains("X-Fault") && !mail.contains("a@shop") && !mail.contains("2024"), "{mail}");
        assert!(mail.contains("From: B <b@shop.example>\nDate: 2026-07-01 10:00:00 +0000\nSubject: [PATCH] Round prices\n  per line\n\nWhy not."));
        assert!(mail.ends_with("+y\n"));
    }

    #[test]
    fn a_bare_diff_becomes_a_mail() {
        let diff = "diff --git a/src/a.rs b/src/a.rs\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1 +1 @@\n-x\n+y\n";
        let patch = Patch::new("sealed", diff);
        assert!(!patch.is_mail() && patch.open() == Opened::default());
        let mail = patch.as_of("2026-07-01 10:00:00 +0000", "B <b@shop.example>");
        assert!(mail.contains("Subject: [PATCH] Small change in a.rs\n\n---\ndiff --git"), "{mail}");
    }

    #[test]
    fn a_mailbox_holds_several_patches() {
        let first = format!("From {} Mon Sep 17 00:00:00 2001\n", "0a".repeat(20));
        let mail = MAIL.split_once('\n').map_or("", |(_, rest)| rest);
        let two = Patch::split("box", &format!("{first}{mail}\n{first}{mail}"));
        assert_eq!(two.iter().map(|patch| patch.name.as_str()).collect::<Vec<_>>(), ["box-1", "box-2"]);
        assert!(two.iter().all(|patch| patch.is_marked() && patch.subject() == Some("Round prices")));
        assert_eq!(Patch::split("box", MAIL).len(), 1);
        assert!(Patch::split("box", "nothing\n").is_empty());
        assert!(two.iter().all(|patch| patch.diff().starts_with("diff --git a/a b/a\n")));
    }

    #[test]
    fn headers_say_how_a_fault_is_deployed() {
        let with = |header: &str| Patch::new("x", format!("{header}\nSubject: [PATCH] y\n\n---\n"));
        assert!(with("X-Fault-Merge: yes").is_merge() && !with("X-Fault-Merge: no").is_merge());
        assert_eq!(with("X-Fault-Onset: 90").onset(), Some(90.0));
        assert_eq!(with("X-Fault-Onset: -1").onset(), None);
        assert!(!with("From: A <a@shop.example>").is_marked());
    }
}
