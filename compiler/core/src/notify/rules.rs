//! Which fields go together.

use serde_json::{Map, Value};

use super::kind::Rule;
use crate::code;
use crate::finding::Finding;
use crate::source::Span;
use crate::yaml::{self, Node};

/// A rule that a record breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Whether a field is missing, rather than one too many.
    is_missing: bool,
    what: String,
    hint: String,
}

impl Broken {
    /// As a finding at a place.
    pub(crate) fn finding(&self, place: Span) -> Finding {
        let code = if self.is_missing { &code::MISSING_FIELD } else { &code::INVALID_VALUE };
        Finding::new(code, place, self.what.clone())
            .label(if self.is_missing { "this mapping needs it" } else { "in this mapping" })
            .hint(self.hint.clone())
    }
}

/// Where a finding about a whole mapping points: its first key.
pub(super) fn place(node: &Node) -> Span {
    match &node.value {
        yaml::Value::Mapping(entries) => entries.first().map_or(node.span, |(key, _)| key.span),
        _ => node.span,
    }
}

/// The value of `field` or `record.field`.
fn found<'v>(fields: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    match path.split_once('.') {
        Some((outer, inner)) => found(fields.get(outer)?.as_object()?, inner),
        None => fields.get(path),
    }
}

/// Whether a field says something.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

fn listed(fields: &[&str], word: &str) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The rules that fields break. Fields whose value was reported count as there.
pub(super) fn broken(rules: &[Rule], fields: &Map<String, Value>, flawed: &[&str]) -> Vec<Broken> {
    rules.iter().filter_map(|rule| breaks(*rule, fields, flawed)).collect()
}

fn breaks(rule: Rule, fields: &Map<String, Value>, flawed: &[&str]) -> Option<Broken> {
    let is_flawed = |path: &str| flawed.contains(&path.split('.').next().unwrap_or(path));
    let is_there = |path: &str| is_flawed(path) || found(fields, path).is_some_and(says);
    let there =
        |paths: &'static [&'static str]| paths.iter().copied().filter(|path| is_there(path)).collect::<Vec<_>>();
    // A field that was refused as a secret stands for another one of its group.
    let missing = |what: String, hint: String| flawed.is_empty().then_some(Broken { is_missing: true, what, hint });
    let faulty = |what: String, hint: String| Some(Broken { is_missing: false, what, hint });
    match rule {
        Rule::Needed(path) if !is_there(path) => {
            missing(format!("missing field `{path}`"), format!("add `{}:`", path.replace('.', ": {")))
        }
        Rule::OneOf(paths) if there(paths).is_empty() => {
            missing(format!("one of {} is missing", listed(paths, "and")), format!("add {}", listed(paths, "or")))
        }
        Rule::AnyOf(paths) if there(paths).is_empty() => {
            missing(format!("one of {} is missing", listed(paths, "and")), format!("add {}", listed(paths, "or")))
        }
        Rule::OneOf(paths) | Rule::AtMostOne(paths) if there(paths).len() > 1 => faulty(
            format!("at most one of {} can be set", listed(paths, "and")),
            format!("remove {}", listed(&there(paths), "or")),
        ),
        Rule::Needs(path, others) if is_there(path) && there(others).is_empty() => missing(
            format!("`{path}` says nothing without {}", listed(others, "or")),
            format!("add {}, or remove `{path}`", listed(others, "or")),
        ),
        Rule::NotNamed(path, names) => named(fields, path, names).and_then(|name| {
            faulty(format!("`{path}` cannot have the name `{name}`"), "remove the name: it is set otherwise".to_owned())
        }),
        Rule::NotNamedWhile(condition, path, names) if is_there(condition) => {
            named(fields, path, names).and_then(|name| {
                faulty(
                    format!("`{path}` cannot have the name `{name}` while `{condition}` is `true`"),
                    format!("remove the name, or `{condition}`"),
                )
            })
        }
        Rule::NeededWhile(condition, path) if is_there(condition) && !is_there(path) => {
            missing(format!("`{condition}` needs `{path}`"), format!("add `{path}`"))
        }
        Rule::Distinct(path) => {
            let names: Vec<String> = names(fields, path).map(|name| name.to_lowercase()).collect();
            let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            twice.and_then(|(_, name)| {
                faulty(
                    format!("`{path}` has the name `{name}` twice"),
                    "keep one of both: case does not count in these names".to_owned(),
                )
            })
        }
        Rule::Tokens(path) => {
            let is_token = |name: &&String| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
            };
            names(fields, path).find(|name| !is_token(name)).and_then(|name| {
                faulty(
                    format!("`{path}` has the name `{}`, which no header can have", crate::spec::decode::shorten(name)),
                    "use letters, digits and `-`".to_owned(),
                )
            })
        }
        Rule::Before(first, last) => match (found(fields, first), found(fields, last)) {
            (Some(Value::String(start)), Some(Value::String(end))) if start >= end => faulty(
                format!("`{last}` is not later than `{first}`"),
                "write two times of one day; an interval over midnight needs two".to_owned(),
            ),
            _ => None,
        },
        Rule::NotWord(path, word) => {
            let is_word =
                found(fields, path).and_then(Value::as_str).is_some_and(|it| it.trim().eq_ignore_ascii_case(word));
            is_word.then(|| Broken {
                is_missing: false,
                what: format!("`{path}` cannot be `{word}`"),
                hint: "use `basic_auth` instead".to_owned(),
            })
        }
        _ => None,
    }
}

fn names<'v>(fields: &'v Map<String, Value>, path: &str) -> impl Iterator<Item = &'v String> {
    found(fields, path).and_then(Value::as_object).into_iter().flat_map(|names| names.keys())
}

fn named<'v>(fields: &'v Map<String, Value>, path: &str, refused: &[&str]) -> Option<&'v String> {
    names(fields, path).find(|name| refused.iter().any(|refused| refused.eq_ignore_ascii_case(name)))
}

/// The groups of fields that a record lacks, and that a global could give.
pub(super) fn wanting(rules: &'static [Rule], fields: &Map<String, Value>) -> Vec<&'static [&'static str]> {
    let is_there = |path: &&str| found(fields, path).is_some_and(says);
    let wanting = rules.iter().filter_map(|rule| match rule {
        Rule::NeededOrGlobal(paths) if !paths.iter().any(is_there) => Some(*paths),
        _ => None,
    });
    wanting.collect()
}

/// Whether any of these fields says something.
pub(super) fn has_any(fields: &Map<String, Value>, paths: &[&str]) -> bool {
    paths.iter().any(|path| found(fields, path).is_some_and(says))
}
