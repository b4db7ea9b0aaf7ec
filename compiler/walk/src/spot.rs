//! Places in `code.*` attributes, by the current and the older convention. Names of functions omit what compilers
//! add.

use crate::source::Labels;

/// A place as an attribute names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The function's path; empty if only the file is known.
    pub(super) function: String,
    /// The file; empty if only the function is known.
    pub(super) file: String,
    /// The line; 0 if unknown.
    pub(super) line: usize,
}

impl Spot {
    /// The place that attributes name; `None` if they name no place.
    pub(super) fn of(attributes: &Labels) -> Option<Self> {
        let first = |keys: &[&str]| keys.iter().find_map(|key| attributes.get(*key)).cloned().unwrap_or_default();
        let mut function = first(&["code.function.name", "code.function"]);
        // The older convention kept the namespace apart.
        if !attributes.contains_key("code.function.name")
            && let (false, Some(namespace)) = (function.is_empty(), attributes.get("code.namespace"))
        {
            function = format!("{namespace}::{function}");
        }
        let file = first(&["code.file.path", "code.filepath"]);
        let line = first(&["code.line.number", "code.lineno"]).parse().unwrap_or(0);
        (!function.is_empty() || !file.is_empty()).then_some(Self { function: plain(&function), file, line })
    }
}

/// A function's path without generics, closures and anonymous parts.
pub(super) fn plain(function: &str) -> String {
    segments(function).join(if function.contains("::") || !function.contains('.') { "::" } else { "." })
}

/// The last part of a function's path, which is its name.
pub(super) fn last(function: &str) -> String {
    segments(function).pop().unwrap_or_default()
}

/// The parts of a function's path.
pub(super) fn segments(function: &str) -> Vec<String> {
    let path = without_generics(function);
    let separators: &[char] = if path.contains("::") { &[':'] } else { &['.', '/', '#', '\\'] };
    path.split(separators)
        .map(|part| part.trim().trim_start_matches(['(', '*', '&']).trim_end_matches(')'))
        .filter(|part| !part.is_empty() && !is_anonymous(part))
        .map(str::to_owned)
        .collect()
}

/// Whether a part of a path stands for a closure or an implementation block: `{{closure}}`, `{impl#0}`, `func1`,
/// `lambda$new$0`, `<lambda>`.
fn is_anonymous(part: &str) -> bool {
    let numbered = |prefix: &str| {
        part.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    part.starts_with('{')
        || part.starts_with("lambda$")
        || part == "<anonymous>"
        || numbered("func")
        || numbered("_closure_")
}

/// Removes generics and traits from a path: `<a::B as C>::d::<E>` becomes `a::B::d`.
fn without_generics(function: &str) -> String {
    // If the path starts with a qualified type, keep the type and drop the trait.
    let qualified = function.strip_prefix('<').and_then(|rest| {
        let (inner, after) = rest.split_at(closing(rest)?);
        let own = inner.split(" as ").next().unwrap_or(inner);
        Some(format!("{}{}", own.trim_start_matches('<'), &after[1..]))
    });
    let mut out = String::with_capacity(function.len());
    let (mut depth, mut before) = (0_usize, ' ');
    for c in qualified.as_deref().unwrap_or(function).chars() {
        match c {
            '<' => depth += 1,
            // The `>` of a function type's arrow closes no bracket.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
        before = c;
    }
    out
}

/// The position that closes the bracket opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut before) = (1_usize, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_compilers_add() {
        for (given, wanted) in [
            ("checkout::pricing::cheapest_bundle", "checkout::pricing::cheapest_bundle"),
            ("checkout::handler::pay::{{closure}}", "checkout::handler::pay"),
            ("<checkout::orders::Orders as shop::Keep<T>>::keep::{closure#0}", "checkout::orders::Orders::keep"),
            ("payments::ledger::{impl#0}::book::<u8, Vec<u8>>", "payments::ledger::book"),
            ("example.com/shop/pay.(*Ledger).Book.func1", "example.com.shop.pay.Ledger.Book"),
            ("<<a::B<C> as D>::E as F>::g", "a::B::g"),
            ("<<<<", ""),
            ("main", "main"),
            ("", ""),
        ] {
            assert_eq!(plain(given), wanted, "{given}");
        }
        assert_eq!(last("<a::B as C>::d::{{closure}}"), "d");
    }

    #[test]
    fn both_spellings_are_read() {
        let new = [("code.function.name", "a::b"), ("code.file.path", "a/b.rs"), ("code.line.number", "7")];
        let old = [("code.function", "b"), ("code.namespace", "a"), ("code.filepath", "a/b.rs"), ("code.lineno", "7")];
        for attributes in [&new[..], &old[..]] {
            let attributes: Labels = attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            assert_eq!(Spot::of(&attributes), Some(Spot { function: "a::b".into(), file: "a/b.rs".into(), line: 7 }));
        }
        assert_eq!(Spot::of(&Labels::new()), None);
    }
}
