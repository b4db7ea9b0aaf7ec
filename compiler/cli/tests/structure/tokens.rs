//! What stands in tokens that nobody has parsed: the arguments of macros.

use syn::buffer::{Cursor, TokenBuffer};
use syn::{Macro, MetaList};

/// Every path: idents joined by `::`, single ones too.
pub(crate) fn paths(of: &Macro) -> Vec<Vec<String>> {
    let buffer = TokenBuffer::new2(of.tokens.clone());
    let mut paths = Vec::new();
    scan(buffer.begin(), &mut paths);
    paths
}

/// The names that a macro's arguments declare: whatever follows `struct`, `enum`, `fn` and the like.
pub(crate) fn declared(of: &Macro) -> Vec<String> {
    const BEFORE_A_NAME: &[&str] = &["struct", "enum", "fn", "const", "static", "trait", "type"];
    let words: Vec<String> = paths(of).into_iter().filter(|path| path.len() == 1).flatten().collect();
    let pairs = words.windows(2).filter(|pair| BEFORE_A_NAME.contains(&pair[0].as_str()));
    pairs.map(|pair| pair[1].clone()).collect()
}

/// Every ident of an attribute's arguments.
pub(crate) fn words(of: &MetaList) -> Vec<String> {
    let buffer = TokenBuffer::new2(of.tokens.clone());
    let mut paths = Vec::new();
    scan(buffer.begin(), &mut paths);
    paths.into_iter().flatten().collect()
}

fn scan(mut at: Cursor<'_>, paths: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    // Whether a `::` stands before the next ident, and whether a `.` does: then it is a field or a method.
    let (mut goes_on, mut is_member) = (false, false);
    while !at.eof() {
        if let Some((ident, next)) = at.ident() {
            if !goes_on {
                paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
            }
            if !is_member {
                path.push(ident.to_string());
            }
            (goes_on, is_member) = (false, false);
            at = next;
            continue;
        }
        if let Some((colon, next)) = at.punct()
            && colon.as_char() == ':'
            && let Some((second, after)) = next.punct()
            && second.as_char() == ':'
        {
            (goes_on, is_member) = (!path.is_empty(), false);
            at = after;
            continue;
        }
        paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
        goes_on = false;
        if let Some((punct, next)) = at.punct() {
            is_member = punct.as_char() == '.';
            at = next;
        } else if let Some((inside, _, _, next)) = at.any_group() {
            scan(inside, paths);
            is_member = false;
            at = next;
        } else if let Some((_, next)) = at.token_tree() {
            is_member = false;
            at = next;
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
}
