//! Recognizes log lines and the texts of errors.

use tree_sitter::Node;

use super::super::grammar::Sense;
use super::super::language::Language;
use super::frame::Frame;
use super::reader::Reader;

/// Macros of Rust whose arguments go only to logs and spans.
pub(super) const MACROS: [&str; 17] = [
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "println",
    "eprintln",
    "print",
    "eprint",
    "log",
    "event",
    "span",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
];

/// The longest chain of calls that is looked through for a logger.
const LONGEST: usize = 16;

impl<'t> Reader<'t> {
    /// The last part of a macro's name.
    pub(super) fn macro_name(&self, node: Node<'_>) -> &'t str {
        let name = node.child_by_field_name("macro").map_or("", |name| self.of(name));
        name.rsplit("::").next().unwrap_or(name)
    }

    /// The object and the name of a call: `("log", "info")` for `log.info(…)`, with the object's node.
    fn callee<'n>(&self, call: Node<'n>) -> (Option<Node<'n>>, &'t str) {
        let field = |node: Node<'n>, names: &[&str]| names.iter().find_map(|name| node.child_by_field_name(name));
        // Java has both in the call; other languages have a node for the access.
        if call.kind() == "method_invocation" {
            return (field(call, &["object"]), field(call, &["name"]).map_or("", |name| self.of(name)));
        }
        let Some(function) = field(call, &["function", "constructor", "type"]) else { return (None, "") };
        let object = field(function, &["object", "operand", "expression", "value"]);
        match field(function, &["attribute", "field", "property", "name"]) {
            Some(name) if object.is_some() => (object, self.of(name)),
            _ => (None, self.of(function)),
        }
    }

    /// Whether a call writes a log line, or an attribute of a span.
    pub(super) fn is_log(&self, call: Node<'_>) -> bool {
        let (mut object, mut name) = self.callee(call);
        if object.is_none() {
            return name == "print" && self.language == Language::Python;
        }
        for _ in 0..LONGEST {
            let Some(node) = object else { return false };
            if is_level(name) && self.is_logger(node, name) {
                return true;
            }
            // `log.atInfo().addArgument(x).log("…")`, `log.Info().Str("a", a).Msg("…")`.
            if self.grammar.sense(node.kind_id()) != Sense::Call || ends_program(name) {
                return false;
            }
            (object, name) = self.callee(node);
        }
        false
    }

    fn is_logger(&self, object: Node<'_>, name: &str) -> bool {
        let text = self.of(object);
        if text.len() > 80 {
            return false;
        }
        match text {
            "System.out" | "System.err" => return true,
            "fmt" => return name.starts_with("Print"),
            "Console" | "Debug" | "Trace" => return name.starts_with("Write"),
            _ => {}
        }
        let last = text.trim_end_matches("()").rsplit(['.', ':']).next().unwrap_or(text);
        let bare = last.trim_start_matches('_');
        let lower = bare.to_ascii_lowercase();
        matches!(
            lower.as_str(),
            "log" | "logger" | "logging" | "console" | "slog" | "klog" | "glog" | "logrus" | "zap" | "sugar" | "span"
        ) || lower.ends_with("logger")
            || bare.ends_with("Log")
            || bare.ends_with("_log")
            || bare.ends_with("Span")
            || bare.ends_with("_span")
    }

    /// Whether a node is a statement that consists of a log line.
    pub(super) fn is_statement_of_log(&self, node: Node<'_>) -> bool {
        if !node.kind().ends_with("expression_statement") || node.child_count() > 2 {
            return false;
        }
        node.child(0).is_some_and(|call| match self.grammar.sense(call.kind_id()) {
            Sense::Call => self.is_log(call),
            Sense::MacroCall => MACROS.contains(&self.macro_name(call)),
            _ => false,
        })
    }

    /// Whether a condition guards log lines only.
    pub(super) fn only_logs(&self, node: Node<'_>) -> bool {
        let Some(block) = node.child_by_field_name("consequence") else { return false };
        if node.child_by_field_name("alternative").is_some() || block.named_child_count() > 8 {
            return false;
        }
        // Go has a list of statements in the block.
        let list = block.named_child(0).filter(|list| list.kind() == "statement_list").unwrap_or(block);
        let mut cursor = list.walk();
        let mut statements = list
            .named_children(&mut cursor)
            .filter(|node| self.grammar.sense(node.kind_id()) != Sense::Comment)
            .peekable();
        statements.peek().is_some()
            && statements.all(|node| match self.grammar.sense(node.kind_id()) {
                Sense::Call => self.is_log(node),
                Sense::MacroCall => MACROS.contains(&self.macro_name(node)),
                _ => self.is_statement_of_log(node),
            })
    }

    /// Whether the arguments of a call make an error.
    pub(super) fn is_failure(&self, node: Node<'_>, sense: Sense, around: &Frame) -> bool {
        let (object, name) = self.callee(node);
        let object = object.map_or("", |object| self.of(object));
        match self.language {
            Language::Rust => {
                matches!(name, "Err" | "context" | "with_context" | "expect" | "wrap_err" | "wrap_err_with" | "ok_or")
                    || name.ends_with("Error::new")
                    || name.ends_with("Error::other")
            }
            Language::Go => {
                matches!((object, name), ("fmt", "Errorf") | ("errors", "New" | "Wrap" | "Wrapf")) || name == "panic"
            }
            Language::Python => around.sense == Sense::Throw,
            _ => {
                sense == Sense::New
                    && (around.sense == Sense::Throw || name.ends_with("Error") || name.ends_with("Exception"))
            }
        }
    }

    /// Whether a call formats a text.
    pub(super) fn is_format(&self, call: Node<'_>) -> bool {
        let (object, name) = self.callee(call);
        let object = object.map_or("", |object| self.of(object));
        matches!((object, name), ("fmt", "Sprintf" | "Sprint") | ("String", "format") | ("string", "Format"))
    }
}

/// Whether a method of a logger or a span only records.
fn is_level(name: &str) -> bool {
    const LEVELS: [&str; 17] = [
        "trace",
        "debug",
        "info",
        "warn",
        "warning",
        "error",
        "exception",
        "critical",
        "notice",
        "verbose",
        "information",
        "log",
        "print",
        "write",
        "setattribute",
        "addevent",
        "settag",
    ];
    if ends_program(name) {
        return false;
    }
    let lower = name.to_ascii_lowercase().replace('_', "");
    let bare = lower.strip_prefix("log").filter(|rest| !rest.is_empty()).unwrap_or(&lower);
    let bare = bare.strip_prefix("at").filter(|rest| LEVELS.contains(rest)).unwrap_or(bare);
    LEVELS.contains(&bare)
        || ["context", "line", "ln", "f", "w", "ctx", "s", "attrs"]
            .iter()
            .any(|end| bare.strip_suffix(end).is_some_and(|level| LEVELS.contains(&level)))
}

/// Whether a method of a logger ends the program.
fn ends_program(name: &str) -> bool {
    ["Fatal", "fatal", "Panic", "panic"].iter().any(|end| name.starts_with(end))
}
