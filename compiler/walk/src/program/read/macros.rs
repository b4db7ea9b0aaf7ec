//! The arguments of Rust's macros, which a grammar leaves as they are written: a list of tokens.

use super::super::token::{Role, Token, TokenKind};

/// Macros that raise an error with a text.
const FAILING: [&str; 8] = ["panic", "bail", "anyhow", "eyre", "unreachable", "todo", "unimplemented", "format_err"];
/// Macros that raise an error with a text after a condition.
const CHECKING: [&str; 6] = ["ensure", "assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq"];

/// Gives roles to the tokens of a macro's call: a text is a message, and a call for a log line is code.
pub(super) fn mark(tokens: &mut [Token], role: Role) {
    let Some(bang) = tokens.iter().position(|token| token.is("!")) else { return };
    let name = bang.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", |token| token.text.as_str());
    let depth_one = bang + 2;
    let (from, becomes) = match role {
        Role::Log => (depth_one, Role::LogCall),
        Role::Message => (depth_one, Role::Code),
        Role::Code if FAILING.contains(&name) => (depth_one, Role::Code),
        Role::Code if CHECKING.contains(&name) => {
            let after = |tokens: &[Token]| {
                let text = tokens.iter().skip(depth_one).position(|token| token.kind == TokenKind::Text)?;
                let at = depth_one + text;
                tokens.get(at - 1).is_some_and(|before| before.is(",")).then_some(at)
            };
            match after(tokens) {
                Some(at) => (at, Role::Code),
                None => return,
            }
        }
        _ => return,
    };
    let last = tokens.len().saturating_sub(1);
    if role == Role::Code {
        for token in tokens.iter_mut().take(last).skip(from).filter(|token| token.role == Role::Code) {
            token.role = Role::Message;
        }
    }
    calls(tokens, from, becomes);
}

/// Marks calls, indexes and divisions with the role that they have.
fn calls(tokens: &mut [Token], from: usize, role: Role) {
    let mut at = from;
    while at < tokens.len() {
        let end = called(tokens, at);
        for token in tokens.iter_mut().take(end).skip(at) {
            token.role = role;
        }
        at = end.max(at + 1);
    }
}

/// The end of the call or the operation that begins at a token; the token itself if none begins there.
fn called(tokens: &[Token], at: usize) -> usize {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
    let Some(token) = tokens.get(at) else { return at };
    if token.kind == TokenKind::Word {
        // `format!("…", x)` only prints as well.
        if is(at + 1, "!") && token.text != "format" {
            return closed(tokens, at + 2);
        }
        if is(at + 1, "(") || is(at + 1, "[") {
            return closed(tokens, at + 1);
        }
    }
    // `a / b` fails for some values; `%a` and `?a` are the marks of tracing.
    let ends_value = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| {
        matches!(before.kind, TokenKind::Word | TokenKind::Number) || before.is(")") || before.is("]")
    });
    let works =
        matches!(token.text.as_str(), "-" | "*" | "/" | "%" | "?" | "<<" | ">>") && token.kind == TokenKind::Mark;
    if ends_value && works { at + 1 } else { at }
}

/// The place behind the bracket that closes the one at `open`.
fn closed(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open).filter(|(_, token)| token.kind == TokenKind::Mark) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}
