//! Values made from a regex: all of them where they are few, else natural ones.
//!
//! Proofs show these values to people (`code="500"`), so digits follow digits and letters follow letters.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// More values than this are no list that a person would write.
const MOST_WORDS: usize = 64;
/// Bytes of one invented value; a longer one proves nothing more.
const LONGEST: usize = 4096;

/// Every value of a pattern that has few.
pub(super) fn words(hir: &Hir) -> Option<Vec<String>> {
    let found: Vec<String> = match hir.kind() {
        HirKind::Empty => vec![String::new()],
        HirKind::Literal(literal) => vec![std::str::from_utf8(&literal.0).ok()?.to_owned()],
        HirKind::Class(Class::Unicode(class)) => {
            let count: usize = class.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
            if count > MOST_WORDS {
                return None;
            }
            class.iter().flat_map(|range| range.start()..=range.end()).map(String::from).collect()
        }
        HirKind::Class(_) | HirKind::Look(_) => return None,
        HirKind::Capture(capture) => words(&capture.sub)?,
        HirKind::Repetition(repetition) => {
            let inner = words(&repetition.sub)?;
            let mut longest = vec![String::new()];
            let mut all = Vec::new();
            for count in 0..=repetition.max? {
                if count >= repetition.min {
                    all.extend(longest.iter().cloned());
                }
                if count < repetition.max? {
                    longest = product(&longest, &inner)?;
                }
                if all.len() > MOST_WORDS {
                    return None;
                }
            }
            all
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |before, part| product(&before, &words(part)?))?
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(words(part)?);
                if all.len() > MOST_WORDS {
                    return None;
                }
            }
            all
        }
    };
    let mut distinct: Vec<String> = Vec::with_capacity(found.len());
    for word in found {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    (distinct.len() <= MOST_WORDS).then_some(distinct)
}

fn product(before: &[String], after: &[String]) -> Option<Vec<String>> {
    let fits = before.len().saturating_mul(after.len()) <= MOST_WORDS
        && before.iter().chain(after).all(|word| word.len() <= LONGEST);
    fits.then(|| before.iter().flat_map(|b| after.iter().map(move |a| format!("{b}{a}"))).collect())
}

/// About `n` distinct values that should match; the caller keeps those that do, since `^`, `$` and `\b` are passed over.
pub(super) fn invent(hir: &Hir, n: usize) -> Vec<String> {
    // A little more than was asked for, in case some do not match.
    extend(hir, vec![String::new()], n.saturating_add(4).min(MOST_WORDS))
}

/// Each of `prefixes` continued by what `hir` matches; at most `n` results, varied from the front of the list.
fn extend(hir: &Hir, prefixes: Vec<String>, n: usize) -> Vec<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => prefixes,
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            prefixes.into_iter().map(|prefix| prefix + &text).collect()
        }
        HirKind::Class(Class::Unicode(class)) => {
            mixed(prefixes, n, |prefix| choices(class, prefix, n).into_iter().map(|c| format!("{prefix}{c}")).collect())
        }
        HirKind::Class(Class::Bytes(_)) => Vec::new(),
        HirKind::Capture(capture) => extend(&capture.sub, prefixes, n),
        HirKind::Repetition(repetition) => {
            let mut least = prefixes;
            for _ in 0..repetition.min {
                least = extend(&repetition.sub, least, n);
                if least.iter().any(|prefix| prefix.len() > LONGEST) {
                    return Vec::new();
                }
            }
            if least.len() >= n || repetition.max.is_some_and(|max| max <= repetition.min) {
                return least;
            }
            // The shortest first, then once more around.
            let more = extend(&repetition.sub, least.clone(), n);
            distinct(least.into_iter().chain(more), n)
        }
        HirKind::Concat(parts) => parts.iter().fold(prefixes, |prefixes, part| extend(part, prefixes, n)),
        HirKind::Alternation(parts) => mixed(prefixes, n, |prefix| {
            let branches: Vec<_> = parts.iter().take(n).map(|part| extend(part, vec![prefix.to_owned()], n)).collect();
            rounds(&branches, n)
        }),
    }
}

/// The continuations of all prefixes, the first of each before the second of any.
fn mixed(prefixes: Vec<String>, n: usize, continued: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let all: Vec<_> = prefixes.iter().map(|prefix| continued(prefix)).collect();
    rounds(&all, n)
}

fn rounds(lists: &[Vec<String>], n: usize) -> Vec<String> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    distinct((0..longest).flat_map(|round| lists.iter().filter_map(move |list| list.get(round))).cloned(), n)
}

fn distinct(values: impl Iterator<Item = String>, n: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values {
        if found.len() >= n {
            break;
        }
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Members of a class in the order in which they look natural behind `prefix`.
fn choices(class: &ClassUnicode, prefix: &str, n: usize) -> Vec<char> {
    let has = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
    let order = if prefix.ends_with(|c: char| c.is_ascii_digit()) {
        // A number goes on with zeros: `5..` is 500.
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-./ "
    } else if prefix.ends_with(|c: char| c.is_ascii_uppercase()) {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1234567890_-./ "
    } else {
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890_-./ "
    };
    let natural = order.chars().filter(|c| has(*c));
    let other = class.iter().flat_map(|range| (range.start()..=range.end()).take(n)).filter(|c| !order.contains(*c));
    natural.chain(other).take(n).collect()
}
