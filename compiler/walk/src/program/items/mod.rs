//! Finds the functions, constants, types and macros of a file: their names and their places.

use std::ops::Range;

use super::lex::{Language, Token, TokenKind};

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    /// A function or method.
    Function,
    /// A constant or static.
    Constant,
    /// A struct, enum, trait, class.
    Type,
    /// A macro.
    Macro,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    /// The type that the item is a method of; empty for none.
    pub(crate) qualifier: String,
    /// The first line, including attributes and excluding comments.
    pub(crate) first: usize,
    /// The last line.
    pub(crate) last: usize,
    /// The places of the item's tokens.
    pub(crate) tokens: Range<usize>,
    /// Whether the item runs in tests only.
    pub(crate) is_test: bool,
}

impl Item {
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.kind, ItemKind::Function | ItemKind::Macro)
    }
}

/// Finds all items of a file.
pub(super) fn find(text: &str, tokens: &[Token], language: Language, path: &str) -> Vec<Item> {
    let mut items = match language {
        Language::Rust => rust(tokens),
        Language::Python => python(text, tokens),
        Language::Go | Language::Braces => braces(tokens),
        Language::Other => Vec::new(),
    };
    if is_test_path(path) {
        items.iter_mut().for_each(|item| item.is_test = true);
    }
    items
}

/// Whether a file's path says that the file runs in tests only.
pub(crate) fn is_test_path(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or(file);
    folder.split('/').any(|part| matches!(part, "tests" | "test" | "__tests__" | "spec" | "benches" | "fixtures"))
        || stem.ends_with("_test")
        || stem.starts_with("test_")
        || matches!(stem, "tests" | "test")
        || file.contains(".test.")
        || file.contains(".spec.")
}

/// The place of the closing bracket for each opening bracket, and the other way round; `usize::MAX` for none.
fn matching(tokens: &[Token]) -> Vec<usize> {
    let mut pairs = vec![usize::MAX; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != TokenKind::Mark {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" | "{" => open.push(at),
            ")" | "]" | "}" => {
                let opener = match token.text.as_str() {
                    ")" => "(",
                    "]" => "[",
                    _ => "{",
                };
                // A closing bracket closes the nearest open bracket of its kind and skips those between. The search
                // covers 32 brackets, because a text of brackets must not take quadratic time.
                if let Some(above) = open.iter().rev().take(32).position(|at| tokens[*at].is(opener)) {
                    let place = open.len() - 1 - above;
                    let from = open[place];
                    open.truncate(place);
                    pairs[from] = at;
                    pairs[at] = from;
                }
            }
            _ => {}
        }
    }
    pairs
}

fn rust(tokens: &[Token]) -> Vec<Item> {
    let pairs = matching(tokens);
    let mut items = Vec::new();
    // Enclosing blocks: where each block ends, the type that it implements, and whether it holds tests.
    let mut around: Vec<(usize, String, bool)> = Vec::new();
    for at in 0..tokens.len() {
        around.retain(|(end, ..)| *end > at);
        let token = &tokens[at];
        if token.kind != TokenKind::Word || (at > 0 && (tokens[at - 1].is(".") || tokens[at - 1].is("::"))) {
            continue;
        }
        let name = tokens.get(at + 1).filter(|next| next.kind == TokenKind::Word);
        let is_after = |place: usize, mark: &str| tokens.get(place).is_some_and(|token| token.is(mark));
        // `<const N: usize>` is a parameter and no constant.
        let is_parameter = at > 0 && (tokens[at - 1].is("<") || tokens[at - 1].is(","));
        let (kind, name, name_at) = match (token.text.as_str(), name) {
            ("fn", Some(name)) => (ItemKind::Function, name, at + 1),
            ("const", Some(name)) if !name.is("fn") && is_after(at + 2, ":") && !is_parameter => {
                (ItemKind::Constant, name, at + 1)
            }
            ("static", Some(name)) if is_after(at + 2, ":") => (ItemKind::Constant, name, at + 1),
            ("static", Some(keyword)) if keyword.is("mut") => match tokens.get(at + 2) {
                Some(name) => (ItemKind::Constant, name, at + 2),
                None => continue,
            },
            ("struct" | "enum" | "union" | "trait", Some(name)) => (ItemKind::Type, name, at + 1),
            ("macro_rules", _) if is_after(at + 1, "!") => match tokens.get(at + 2) {
                Some(name) => (ItemKind::Macro, name, at + 2),
                None => continue,
            },
            ("impl", _) => {
                if let Some((open, qualifier)) = implemented(tokens, at) {
                    around.push((close(&pairs, open, tokens.len()), qualifier, false));
                }
                continue;
            }
            ("mod", Some(_)) if is_after(at + 2, "{") => {
                let is_test = is_marked_test(tokens, begin(tokens, &pairs, at), at);
                around.push((close(&pairs, at + 2, tokens.len()), String::new(), is_test));
                continue;
            }
            _ => continue,
        };
        let end = body(tokens, &pairs, name_at + 1);
        let first = begin(tokens, &pairs, at);
        if kind == ItemKind::Type && token.is("trait") {
            around.push((end, name.text.clone(), false));
        }
        items.push(Item {
            kind,
            name: name.text.clone(),
            qualifier: around
                .iter()
                .rev()
                .find(|(_, name, _)| !name.is_empty())
                .map_or_else(String::new, |(_, name, _)| name.clone()),
            first: tokens[first].line,
            last: tokens.get(end).or(tokens.last()).map_or(0, last_line),
            tokens: first..(end + 1).min(tokens.len()),
            is_test: around.iter().any(|(.., is_test)| *is_test) || is_marked_test(tokens, first, at),
        });
    }
    items
}

/// The line in which a token ends.
fn last_line(token: &Token) -> usize {
    token.line + token.text.bytes().filter(|byte| *byte == b'\n').count()
}

fn close(pairs: &[usize], open: usize, end: usize) -> usize {
    pairs.get(open).copied().filter(|close| *close != usize::MAX).unwrap_or(end)
}

/// The end of an item: the first `;`, or the end of the block that begins outside other brackets.
fn body(tokens: &[Token], pairs: &[usize], from: usize) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        if token.is(";") || token.is("}") {
            return at;
        }
        if token.is("{") {
            let end = close(pairs, at, tokens.len().saturating_sub(1));
            // A constant's value may be a block, and a semicolon follows the block.
            return if tokens.get(end + 1).is_some_and(|next| next.is(";")) { end + 1 } else { end };
        }
        at = if token.is("(") || token.is("[") { close(pairs, at, tokens.len()) + 1 } else { at + 1 };
    }
    tokens.len().saturating_sub(1)
}

/// The first token of an item, attributes included.
fn begin(tokens: &[Token], pairs: &[usize], at: usize) -> usize {
    let mut from = at;
    while from > 0 {
        let before = &tokens[from - 1];
        if before.is("]") {
            let open = pairs[from - 1];
            if open != usize::MAX && open > 0 && tokens[open - 1].is("#") {
                from = open - 1;
                continue;
            }
            return from;
        }
        if before.is(")") {
            // `pub(crate)` belongs to the item.
            let open = pairs[from - 1];
            if open != usize::MAX && open > 0 && tokens[open - 1].is("pub") {
                from = open;
                continue;
            }
            return from;
        }
        let leads = before.kind == TokenKind::Text
            || (before.kind == TokenKind::Word
                && matches!(before.text.as_str(), "pub" | "async" | "unsafe" | "const" | "extern" | "default"));
        if !leads {
            return from;
        }
        from -= 1;
    }
    from
}

fn is_marked_test(tokens: &[Token], from: usize, to: usize) -> bool {
    let words: Vec<&str> = tokens[from..to].iter().map(|token| token.text.as_str()).collect();
    words.windows(2).any(|pair| matches!(pair, ["[" | ":" | "::", "test"] | ["(", "test"]))
}

/// The place where the block of an `impl` opens, and the type that the `impl` is for.
fn implemented(tokens: &[Token], at: usize) -> Option<(usize, String)> {
    let (mut depth, mut name) = (0_usize, String::new());
    for (place, token) in tokens.iter().enumerate().skip(at + 1) {
        match token.text.as_str() {
            "{" => return (!name.is_empty()).then_some((place, name)),
            // This `impl Trait` is a type.
            ";" | ")" | "," | "=" if depth == 0 => return None,
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            "where" if depth == 0 => {
                let open = tokens.iter().skip(place).position(|token| token.is("{"))?;
                return (!name.is_empty()).then_some((place + open, name));
            }
            "for" | "dyn" | "mut" => {}
            word if depth == 0 && token.kind == TokenKind::Word => word.clone_into(&mut name),
            _ => {}
        }
    }
    None
}

/// Words that may stand before brackets but are no function's name.
const CONTROL: [&str; 14] = [
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "else",
    "match",
    "with",
    "synchronized",
    "using",
    "lock",
    "do",
    "super",
];

/// Finds functions in languages with braces: a name, parameters and a block.
fn braces(tokens: &[Token]) -> Vec<Item> {
    let pairs = matching(tokens);
    let mut items = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is("{") {
            continue;
        }
        let Some((name_at, qualifier)) = named(tokens, &pairs, at) else { continue };
        let end = close(&pairs, at, tokens.len().saturating_sub(1));
        let name = tokens[name_at].text.clone();
        let first = (0..=name_at).rev().take_while(|place| tokens[*place].line == tokens[name_at].line).last();
        let first = first.unwrap_or(name_at);
        items.push(Item {
            kind: ItemKind::Function,
            is_test: name.starts_with("Test") || name.starts_with("test"),
            name,
            qualifier,
            first: tokens[first].line,
            last: tokens.get(end).map_or(0, last_line),
            tokens: first..(end + 1).min(tokens.len()),
        });
    }
    items
}

/// The name of the function whose block opens at a place.
fn named(tokens: &[Token], pairs: &[usize], block: usize) -> Option<(usize, String)> {
    // Return types, thrown types or an arrow may follow the parameters.
    let mut at = block.checked_sub(1)?;
    let mut left = 12;
    while !tokens[at].is(")") || !is_parameters(tokens, pairs, at) {
        let passes = tokens[at].kind == TokenKind::Word
            || matches!(
                tokens[at].text.as_str(),
                "=>" | ":" | "," | "." | "*" | "<" | ">" | "[" | "]" | "->" | "?" | ")"
            );
        left -= 1;
        if !passes || left == 0 || tokens[at].is("else") || tokens[at].is("class") {
            return None;
        }
        at = if tokens[at].is(")") {
            pairs[at].checked_sub(1).filter(|at| *at < tokens.len())?
        } else {
            at.checked_sub(1)?
        };
    }
    let open = pairs[at];
    let before = open.checked_sub(1)?;
    let is_name = |at: usize| tokens[at].kind == TokenKind::Word && !CONTROL.contains(&tokens[at].text.as_str());
    if is_name(before) && !tokens[before].is("function") && !tokens[before].is("func") && !tokens[before].is("async") {
        // Go writes a method as `func (l *Ledger) Book(`.
        let receiver = before.checked_sub(1).filter(|at| tokens[*at].is(")")).map(|at| pairs[at]);
        let is_method = |open: usize| open > 0 && open < tokens.len() && tokens[open - 1].is("func");
        let qualifier = receiver.filter(|open| is_method(*open)).map(|_| tokens[before - 2].text.clone());
        let is_called = before > 0 && (tokens[before - 1].is(".") || tokens[before - 1].is("new"));
        return (!is_called).then(|| (before, qualifier.unwrap_or_default()));
    }
    // A function may be assigned: `name = (…) => {`, `name: function (…) {`.
    let assigned = (open.saturating_sub(4)..open).rev().find(|at| tokens[*at].is("=") || tokens[*at].is(":"))?;
    let name = assigned.checked_sub(1).filter(|at| is_name(*at))?;
    Some((name, String::new()))
}

/// Whether a closing bracket ends a function's parameters, rather than a list of return values.
fn is_parameters(tokens: &[Token], pairs: &[usize], close: usize) -> bool {
    let open = pairs[close];
    open != usize::MAX && !(open > 0 && (tokens[open - 1].is(")") || tokens[open - 1].is("->")))
}

/// Finds functions and classes in Python. An item reaches to the next line that is indented no deeper.
fn python(text: &str, tokens: &[Token]) -> Vec<Item> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut items = Vec::new();
    // Lines within a text of several lines may have any indentation.
    let in_text: std::collections::BTreeSet<usize> =
        tokens.iter().flat_map(|token| token.line..last_line(token)).collect();
    let mut classes: Vec<(usize, String)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let word = line.trim_start().trim_start_matches("async ");
        let deep = indent(line);
        if line.trim().is_empty() {
            continue;
        }
        classes.retain(|(class, _)| *class < deep);
        let (kind, rest) = match (word.strip_prefix("def "), word.strip_prefix("class ")) {
            (Some(rest), _) => (ItemKind::Function, rest),
            (_, Some(rest)) => (ItemKind::Type, rest),
            _ => continue,
        };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let ends = |place: &usize| {
            let line = lines[*place];
            let says = !line.trim().is_empty() && !line.trim_start().starts_with([')', '#']);
            says && indent(line) <= deep && !in_text.contains(place)
        };
        let next = (at + 1..lines.len()).find(ends).unwrap_or(lines.len());
        let range =
            tokens.partition_point(|token| token.line < at + 1)..tokens.partition_point(|token| token.line < next + 1);
        let last = tokens.get(range.clone()).and_then(<[Token]>::last).map_or(at + 1, last_line);
        let qualifier = classes.last().map_or_else(String::new, |(_, name)| name.clone());
        let is_test = name.starts_with("test_");
        if kind == ItemKind::Type {
            classes.push((deep, name.clone()));
        }
        items.push(Item { kind, name, qualifier, first: at + 1, last, tokens: range, is_test });
    }
    items
}

#[cfg(test)]
mod tests;
