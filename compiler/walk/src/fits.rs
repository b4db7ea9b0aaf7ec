//! Whether a change fits the kind of fault. A new loop fits a rise in CPU time; a removed check fits failed requests.

use super::program::change::{Changed, How};
use super::program::items::ItemKind;
use super::site::Role;
use emberline_prose::number::length;

/// Types, messages and stacks of errors.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) kinds: Vec<String>,
    pub(super) messages: Vec<String>,
    pub(super) stacks: Vec<String>,
    /// How long the failed span lasted, in seconds.
    pub(super) seconds: Option<f64>,
    /// Whether a callee answers that it cannot read what it is sent.
    pub(super) is_unread: bool,
}

impl Said {
    /// Whether the error is a timeout.
    pub(super) fn is_late(&self) -> bool {
        let says = |text: &String| {
            let text = text.to_ascii_lowercase();
            ["timeout", "timed out", "deadline", "too late", "has elapsed"].iter().any(|word| text.contains(word))
        };
        self.kinds.iter().chain(&self.messages).any(says)
    }

    /// Whether a change may alter a timeout.
    pub(super) fn is_about_time(&self, changed: &Changed) -> bool {
        self.is_late() && (changed.adds(&TIMES).is_some() || changed.removes(&TIMES).is_some())
    }

    /// Whether a change names a unit in which the limit that expired may count: a call that ended after 11 ms had no
    /// limit of seconds.
    fn is_as_short(&self, changed: &Changed) -> Option<String> {
        let seconds = self.seconds.filter(|seconds| *seconds < 1.0)?;
        let unit = changed.added.iter().find(|word| MILLISECONDS.contains(&word.as_str()))?;
        Some(format!("counts in `{unit}`, and the failed call ended after {}", length(seconds)))
    }
}

/// Words that name milliseconds or less.
const MILLISECONDS: [&str; 14] = [
    "Millisecond",
    "Microsecond",
    "MILLISECONDS",
    "MICROSECONDS",
    "ofMillis",
    "ofNanos",
    "toMillis",
    "FromMilliseconds",
    "AddMilliseconds",
    "from_millis",
    "from_micros",
    "milliseconds",
    "microseconds",
    "millis",
];

/// Words that name timeouts.
const TIMES: [&str; 8] =
    ["timeout", "from_millis", "from_secs", "from_micros", "Duration", "deadline", "limit", "timeout_at"];

/// A reason with its weight.
pub(super) struct Reason {
    pub(super) counts: f64,
    pub(super) words: String,
}

/// Whether a change fits the kind of fault.
pub(super) fn fits(changed: &Changed, role: Role, said: &Said) -> Vec<Reason> {
    const LOOPS: [&str; 6] = ["for", "while", "loop", "iter", "flat_map", "windows"];
    const COSTS: [&str; 10] =
        ["sort", "sort_by", "contains", "position", "clone", "collect", "to_vec", "to_owned", "filter", "find"];
    const WAITS: [&str; 24] = [
        "sleep",
        "lock",
        "block_on",
        "wait",
        "recv",
        "join",
        "timeout",
        "from_millis",
        "from_secs",
        "Mutex",
        "RwLock",
        "execute",
        "execute_batch",
        "query",
        "query_row",
        "prepare",
        "connect",
        "send",
        "await",
        "sync_all",
        "flush",
        "Command",
        "read_to_string",
        "Semaphore",
    ];
    const RETRIES: [&str; 7] = ["retry", "retries", "attempt", "attempts", "backoff", "tries", "again"];
    const CHECKS: [&str; 14] = [
        "if",
        "return",
        "?",
        "ok_or",
        "ok_or_else",
        "unwrap_or",
        "unwrap_or_default",
        "checked_add",
        "checked_sub",
        "filter",
        "is_empty",
        "contains",
        "clamp",
        "match",
    ];
    const ENDS: [&str; 8] = ["return", "continue", "break", "if", "match", "filter", "?", "cache"];
    const FAILS: [&str; 9] = ["Err", "bail", "ensure", "panic", "unwrap", "expect", "assert", "unreachable", "throw"];
    let mut reasons = Vec::new();
    let mut fit = |counts: f64, words: Option<String>| reasons.extend(words.map(|words| Reason { counts, words }));
    let adds = |words: &[&str], what: &str| changed.adds(words).map(|word| format!("adds {what} (`{word}`)"));
    let drops = |words: &[&str], what: &str| changed.removes(words).map(|word| format!("takes out {what} (`{word}`)"));
    match role {
        Role::Computes | Role::Above => {
            fit(0.3, adds(&LOOPS, "a loop"));
            fit(0.1, adds(&COSTS, "work for each element"));
            if role == Role::Above {
                fit(0.3, adds(&WAITS, "code that waits"));
            }
        }
        Role::Waits => {
            fit(0.35, adds(&WAITS, "code that waits"));
            fit(0.12, drops(&["drop", "timeout", "spawn"], "code that ended the wait"));
            fit(0.1, adds(&LOOPS, "a loop"));
        }
        Role::Calls | Role::Called => {
            fit(0.35, adds(&LOOPS, "a loop"));
            fit(0.3, adds(&RETRIES, "repetition"));
            fit(0.1, drops(&["break", "return", "min"], "code that ended the loop"));
        }
        Role::Skips => {
            fit(0.25, adds(&ENDS, "a way past the rest"));
            fit(0.2, drops(&ENDS, "a condition"));
        }
        // Which values are new is compared with the whole commit.
        Role::Differs => {}
        Role::Fails => {
            let gone = changed.added.len() < changed.removed.len();
            fit(if gone { 0.4 } else { 0.2 }, drops(&CHECKS, "a check"));
            fit(0.2, adds(&FAILS, "a way to fail"));
            fit(0.5, very(changed, said));
            if said.is_unread {
                fit(0.55, demands(changed));
            }
            if said.is_late() {
                fit(0.5, adds(&TIMES, "a duration").or_else(|| drops(&TIMES, "a duration")));
                fit(0.7, said.is_as_short(changed));
            }
        }
    }
    reasons
}

/// Whether the change gives a record another form, so that who sends the old form is not understood. Fields that may be
/// absent change nothing for the sender.
fn demands(changed: &Changed) -> Option<String> {
    const ABSENT: [&str; 8] =
        ["default", "Option", "Optional", "omitempty", "nullable", "None", "required=False", "undefined"];
    let is_whole = matches!(changed.how, How::Logic | How::Attributes | How::Statements | How::Order);
    let is_word = |word: &&String| word.starts_with(|c: char| c.is_alphabetic());
    let field = changed.added.iter().chain(&changed.removed).find(is_word)?;
    let is_demand = changed.kind == ItemKind::Type && is_whole && changed.adds(&ABSENT).is_none();
    is_demand.then(|| format!("changes the form of what is read (`{field}`)"))
}

/// Whether the change adds the text of the error.
fn very(changed: &Changed, said: &Said) -> Option<String> {
    for added in changed.new_words() {
        let bare = added.trim_matches(['"', '\'', '`']);
        if said.kinds.iter().any(|kind| !kind.is_empty() && kind == bare) {
            return Some(format!("names the error `{bare}`"));
        }
        if !added.starts_with(['"', '\'', '`']) {
            continue;
        }
        // A format string matches by its fixed parts, because the error has values in between.
        let mut pieces =
            bare.split(['{', '}']).map(str::trim).filter(|piece| piece.len() >= 8 && piece.contains(' ')).peekable();
        let has_some = pieces.peek().is_some();
        let pieces: Vec<&str> = pieces.collect();
        if has_some && said.messages.iter().any(|message| pieces.iter().all(|piece| message.contains(piece))) {
            return Some(format!("writes the error message “{bare}”"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::program::{Program, change};
    use super::*;

    /// What fits of a limit that now counts in `unit`, if calls time out after `seconds`.
    fn counts(unit: &str, seconds: f64) -> f64 {
        let program = |unit: &str| {
            let text = format!("package main\n\nfunc limit() time.Duration {{\n\treturn 10 * time.{unit}\n}}\n");
            Program::of("a/main.go", text)
        };
        let (before, after) = (program("Hour"), program(unit));
        let said = Said {
            stacks: Vec::new(),
            kinds: vec!["context.deadlineExceededError".to_owned()],
            messages: vec!["took no order: context deadline exceeded".to_owned()],
            seconds: Some(seconds),
            is_unread: false,
        };
        let changed = crate::program::compare::compare(Some(&before), Some(&after), &change::Names::default());
        assert!(changed.iter().any(|it| it.name == "limit"), "{changed:?}");
        changed.iter().flat_map(|it| fits(it, Role::Fails, &said)).map(|reason| reason.counts).sum()
    }

    #[test]
    fn a_short_failure_had_a_short_limit() {
        assert!(counts("Millisecond", 0.011) > counts("Second", 0.011));
        assert!((counts("Millisecond", 10.0) - counts("Second", 10.0)).abs() < 1e-9);
    }
}
