//! What a property may load when it is asked for: each of many items then costs a call.

use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use super::files::{Kind, kind};
use crate::words;

/// What paths begin with that are no items of a list.
const OWN: &[&str] = &[
    "self", "this", "req", "request", "res", "response", "ctx", "context", "config", "settings", "os", "np", "json",
    "math", "time", "process", "console", "log", "logger", "app", "window", "document", "props", "state", "event",
    "module", "exports", "sys", "spec", "metadata", "com", "org", "java",
];
/// Where items of lists are made into text.
const PLACES: &[&str] = &[
    "serializer",
    "serializers",
    "serialize",
    "view",
    "views",
    "template",
    "templates",
    "mapper",
    "dto",
    "resolver",
    "resolvers",
    "presenter",
    "render",
    "list",
    "export",
    "report",
    "index",
    "assembler",
    "projection",
    "decorator",
];
/// Marks of loading at once, and of loading late.
const EAGER: &[&str] = &["FetchType.EAGER", "JOIN FETCH", "join fetch", "@EntityGraph", ".Include(", "lazy: false"];
const LATE: &[&str] =
    &["FetchType.LAZY", "lazy=\"select\"", "lazy='select'", "lazy=True", "lazy: true", "UseLazyLoading"];

/// What a hunk does to properties that load.
pub(super) fn effects(hunk: &Hunk, doing: &mut Doing) {
    let marked = |lines: &[String], marks: &[&str]| {
        lines.iter().find(|line| marks.iter().any(|mark| line.contains(mark))).cloned()
    };
    if let Some(line) = marked(&hunk.removed, EAGER)
        && marked(&hunk.added, EAGER).is_none()
    {
        doing.note(Effect::LazyLoad, 0.9, &line);
    }
    if let Some(line) = marked(&hunk.added, LATE)
        && marked(&hunk.removed, LATE).is_none()
    {
        doing.note(Effect::LazyLoad, 0.9, &line);
    }
    // Structures of Go and Rust hold their fields; properties of objects may be queries.
    if kind(&hunk.file) != Kind::Code || [".go", ".rs", ".c", ".cpp"].iter().any(|end| hunk.file.ends_with(end)) {
        return;
    }
    let place = format!("{} {}", hunk.file, hunk.header);
    let many = words::parts(&place).iter().any(|part| PLACES.contains(&&**part));
    let before: Vec<String> = hunk.before.iter().flat_map(|(_, line)| paths(code(&hunk.file, line))).collect();
    for line in &hunk.added {
        let fresh = paths(code(&hunk.file, line)).into_iter().find(|path| !before.contains(path));
        if fresh.is_some() {
            let looped = line.contains(" for ") || line.contains(".map(");
            doing.note(Effect::LazyLoad, if many || looped { 0.75 } else { 0.25 }, line);
        }
    }
}

/// The relations that a line walks through, as `product.brand` of `product.brand.name`.
fn paths(line: &str) -> Vec<String> {
    if line.starts_with("import ") || line.starts_with("from ") || line.starts_with("using ") {
        return Vec::new();
    }
    // A method of a property, as `includes` of `input.email.includes(…)`, is no relation.
    let words = line.replace("()", "").replace("?.", ".");
    let words = words.split(|letter: char| letter.is_whitespace() || ",;{}[]\"'".contains(letter));
    let words = words.flat_map(|word| word.split_inclusive('(')).map(|word| match word.strip_suffix('(') {
        Some(call) => call.rsplit_once('.').map_or("", |(object, _)| object),
        None => word,
    });
    let words: Vec<&str> = words.collect();
    let words =
        words.iter().flat_map(|word| word.split(|letter: char| !(letter.is_alphanumeric() || "_.".contains(letter))));
    let mut found = Vec::new();
    for word in words {
        let parts: Vec<&str> = word.split('.').collect();
        let [first, second, third, ..] = parts.as_slice() else { continue };
        let plain = parts.iter().all(|part| part.starts_with(|letter: char| letter.is_lowercase()));
        if plain && !OWN.contains(first) && !third.is_empty() {
            found.push(format!("{first}.{second}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_that_is_new_in_a_list_may_load() {
        let hunk = |removed: &str, added: &str| Hunk {
            file: "shop/serializers.py".to_owned(),
            removed: vec![removed.to_owned()],
            added: vec![added.to_owned()],
            before: vec![(true, removed.to_owned())],
            ..Hunk::default()
        };
        let strength = |hunk: &Hunk| {
            let mut doing = Doing::default();
            effects(hunk, &mut doing);
            doing.strength(Effect::LazyLoad)
        };
        assert!(strength(&hunk("", "  'brand': product.brand.name,")) > 0.7);
        assert_eq!(strength(&hunk("a = product.brand.name", "a = product.brand.title")), 0.0);
        assert_eq!(strength(&hunk("", "  'price': str(product.price),")), 0.0);
        assert_eq!(strength(&hunk("", "  self.cache.size")), 0.0);
    }
}
