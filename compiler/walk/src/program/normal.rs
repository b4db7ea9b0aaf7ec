//! Normalizes tokens, so that differences without an effect on behaviour vanish: attributes, log lines, and how code
//! builds a text for people.

use super::lex::{Token, TokenKind};

/// Macros whose arguments go only to logs and spans.
const LOGGING: [&str; 16] = [
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
    "span",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
];

/// The tokens without attributes and visibility. Trailing commas are left out too, because formatters move them.
pub(super) fn bare<'t>(tokens: &[&'t Token]) -> Vec<&'t Token> {
    let mut out: Vec<&Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        if token.is("#") && next.is_some_and(|next| next.is("[")) {
            at = closed(tokens, at + 1) + 1;
        } else if token.is("pub") {
            at = if next.is_some_and(|next| next.is("(")) { closed(tokens, at + 1) + 1 } else { at + 1 };
        } else {
            let is_trailing = token.is(",") && next.is_some_and(|next| matches!(next.text.as_str(), ")" | "]" | "}"));
            if !is_trailing {
                out.push(token);
            }
            at += 1;
        }
    }
    out
}

/// The tokens without calls of logging macros, and without conditions that guard only such calls.
pub(super) fn silent<'t>(tokens: &[&'t Token]) -> Vec<&'t Token> {
    let mut out: Vec<&Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is_call =
            |at: usize| tokens.get(at).is_some_and(|it| it.is("!")) && tokens.get(at + 1).is_some_and(|it| it.is("("));
        if token.kind == TokenKind::Word && LOGGING.contains(&token.text.as_str()) && is_call(at + 1) {
            // The path before the macro goes too: `tracing::info!`.
            while out.last().is_some_and(|last| last.is("::")) {
                out.pop();
                out.pop();
            }
            at = closed(tokens, at + 2) + 1;
            at += usize::from(tokens.get(at).is_some_and(|token| token.is(";")));
            continue;
        }
        out.push(token);
        at += 1;
        // An `if … { }` that only logged is left without an effect.
        let is_over = tokens.get(at).is_none_or(|next| !next.is("else"));
        if token.is("}") && is_over && out.len() > 1 && out[out.len() - 2].is("{") {
            drop_condition(&mut out);
        }
    }
    out
}

/// Removes an `if` with an empty block from the end. The second `if` in `} else if … { }` stays, because it belongs to
/// a longer chain.
fn drop_condition(out: &mut Vec<&Token>) {
    let mut depth = 0_usize;
    for at in (0..out.len() - 2).rev() {
        match out[at].text.as_str() {
            ")" | "]" | "}" if out[at].kind == TokenKind::Mark => depth += 1,
            "(" | "[" | "{" if out[at].kind == TokenKind::Mark => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return,
            },
            ";" | "=>" if depth == 0 => return,
            "if" if depth == 0 && out[at].kind == TokenKind::Word => {
                if at == 0 || !out[at - 1].is("else") {
                    out.truncate(at);
                }
                return;
            }
            _ => {}
        }
    }
}

/// Replaces built or converted texts by one text: `format!("… {}", x)`, `"…".to_owned()`. `.with_context(|| …)` becomes
/// `.context(…)`.
pub(super) fn with_texts(tokens: &[&Token]) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let follows = |texts: &[&str]| {
            texts.iter().enumerate().all(|(more, text)| tokens.get(at + more).is_some_and(|it| it.is(text)))
        };
        if follows(&["format", "!", "("]) {
            let end = closed(tokens, at + 2);
            let text = tokens.get(at + 3).filter(|it| it.kind == TokenKind::Text).map_or("\"\"", |it| it.text.as_str());
            out.push(Token { kind: TokenKind::Text, text: text.to_owned(), line: token.line });
            at = end + 1;
        } else if follows(&["with_context", "(", "|", "|"]) {
            out.push(Token { text: "context".to_owned(), ..(*token).clone() });
            out.push(tokens[at + 1].clone());
            at += 4;
        } else {
            let is_text = token.kind == TokenKind::Text;
            out.push((*token).clone());
            at += 1;
            let converts = |name: &str| {
                tokens.get(at).is_some_and(|it| it.is("."))
                    && tokens.get(at + 1).is_some_and(|it| it.is(name))
                    && tokens.get(at + 2).is_some_and(|it| it.is("("))
                    && tokens.get(at + 3).is_some_and(|it| it.is(")"))
            };
            if is_text && ["to_owned", "to_string", "into"].iter().any(|name| converts(name)) {
                at += 4;
            }
        }
    }
    out
}

/// Whether a text is for machines: an SQL statement, a path, an address.
pub(super) fn is_statement(text: &str) -> bool {
    let bare = text.trim_matches(['"', '\'', '`']);
    let is_path = bare.starts_with('/') || bare.starts_with("http");
    is_path
        || bare.split(|c: char| !c.is_ascii_alphabetic()).any(|word| {
            matches!(
                word,
                "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "PRAGMA" | "CREATE" | "WHERE" | "ALTER" | "BEGIN"
            )
        })
}

/// The place of the bracket that closes the bracket at `open`.
fn closed(tokens: &[&Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" if token.kind == TokenKind::Mark => depth += 1,
            ")" | "]" | "}" if token.kind == TokenKind::Mark => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}
