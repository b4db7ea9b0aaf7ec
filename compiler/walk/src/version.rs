//! From what telemetry calls a revision to a commit: full ids and their beginnings, tags, what `git describe` prints,
//! and versions that hold one of them, such as `1.4.2+g1a2b3c4` or an image's tag `main-1a2b3c4-20260102`.

use std::collections::BTreeMap;

use crate::source::{Answer, History};

/// What a version means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One commit, by its full id.
    Commit(String),
    /// Several commits: the name of each, and its full id.
    Ambiguous(Vec<(String, String)>),
    /// None that the repository has.
    Unknown,
}

/// The fewest digits that pass for the beginning of a commit's id: git abbreviates to seven.
const FEWEST: usize = 7;

/// Looks a service's version up in its repository.
///
/// # Errors
/// When the repository cannot be read.
pub(super) fn commit(history: &dyn History, service: &str, version: &str) -> Answer<Meaning> {
    let version = version.trim();
    let bare = ["-dirty", "-modified", "+dirty"].iter().find_map(|end| version.strip_suffix(end)).unwrap_or(version);
    // A full id or the name of a tag. Git also reads what `git describe` prints, and beginnings that are unique. A
    // build's number, such as 4711, is no beginning, although git would take it for one.
    let is_number = bare.len() < FEWEST && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let exact = if is_number { format!("refs/tags/{bare}") } else { bare.to_owned() };
    if let Some(id) = history.resolve(&exact)? {
        return Ok(Meaning::Commit(id));
    }
    if is_beginning(bare) {
        let alike = history.beginning(bare)?;
        if alike.len() > 1 {
            return Ok(Meaning::Ambiguous(alike.into_iter().map(|id| (short(&id), id)).collect()));
        }
    }
    match tagged(history, service, bare)? {
        Meaning::Unknown => held(history, bare),
        found => Ok(found),
    }
}

/// The commit whose tag has this version behind a prefix: `v1.4.2`, `release-1.4.2`, `checkout/v1.4.2`,
/// `checkout@1.4.2`. A tag that names the service comes first, then one that names nothing else.
fn tagged(history: &dyn History, service: &str, version: &str) -> Answer<Meaning> {
    // Build metadata of a version is not part of a tag, as a rule.
    let plain = number(version.split('+').next().unwrap_or(version));
    if plain.is_empty() {
        return Ok(Meaning::Unknown);
    }
    let mut ranked: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for tag in history.tags()? {
        let prefix = match tag.rfind(['/', '@']) {
            Some(at) => (&tag[..at], &tag[at + 1..]),
            None => ("", tag.as_str()),
        };
        let (prefix, own) = match prefix {
            ("", whole) => dashed(whole, plain).unwrap_or(("", whole)),
            parts => parts,
        };
        if number(own) != plain {
            continue;
        }
        let prefix = prefix.trim_start_matches("refs/tags/").rsplit('/').next().unwrap_or(prefix);
        let rank = match prefix {
            "" | "release" | "releases" | "rel" | "version" => 1,
            named if named == service => 0,
            _ => 2,
        };
        ranked.entry(rank).or_default().push(tag);
    }
    // A tag that names another service says nothing about this one, unless no tag says more.
    for tags in ranked.into_values() {
        let mut named = Vec::new();
        for tag in tags {
            if let Some(id) = history.resolve(&format!("refs/tags/{tag}"))? {
                named.push((tag, id));
            }
        }
        match of(named) {
            Meaning::Unknown => {}
            found => return Ok(found),
        }
    }
    Ok(Meaning::Unknown)
}

/// A tag such as `checkout-v1.4.2`, parted before its version.
fn dashed<'t>(tag: &'t str, plain: &str) -> Option<(&'t str, &'t str)> {
    let prefix = tag.strip_suffix(plain)?;
    let prefix = prefix.strip_suffix(['v', 'V']).unwrap_or(prefix);
    let prefix = prefix.strip_suffix(['-', '_'])?;
    Some((prefix, &tag[prefix.len() + 1..]))
}

/// A version without the letter in front of it.
fn number(version: &str) -> &str {
    let behind = version.strip_prefix(['v', 'V']);
    behind.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version)
}

/// The commit whose id's beginning stands within a version.
fn held(history: &dyn History, version: &str) -> Answer<Meaning> {
    let mut found = Vec::new();
    for part in version.split(|c: char| !c.is_ascii_alphanumeric()) {
        // `git describe` writes a `g` before the id.
        let digits = part.strip_prefix('g').filter(|rest| is_beginning(rest)).unwrap_or(part);
        if is_beginning(digits) {
            found.extend(history.beginning(digits)?.into_iter().map(|id| (digits.to_owned(), id)));
        }
    }
    Ok(of(found))
}

/// What the named commits mean together.
fn of(mut named: Vec<(String, String)>) -> Meaning {
    named.sort_by(|a, b| a.1.cmp(&b.1));
    named.dedup_by(|a, b| a.1 == b.1);
    match named.as_slice() {
        [] => Meaning::Unknown,
        [(_, id)] => Meaning::Commit(id.clone()),
        _ => {
            named.sort();
            Meaning::Ambiguous(named)
        }
    }
}

fn is_beginning(text: &str) -> bool {
    (FEWEST..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_parted_before_their_version() {
        assert_eq!(dashed("checkout-v1.2.0", "1.2.0"), Some(("checkout", "v1.2.0")));
        assert_eq!(dashed("release-1.2.0", "1.2.0"), Some(("release", "1.2.0")));
        assert_eq!(dashed("v1.2.0", "1.2.0"), None);
        assert_eq!(dashed("11.2.0", "1.2.0"), None);
        assert_eq!((number("v1.2"), number("vale"), number("1")), ("1.2", "vale", "1"));
    }
}
