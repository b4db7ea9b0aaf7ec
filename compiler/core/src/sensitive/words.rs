//! Expressions for any word but some: RE2 has no look-ahead, but the words that are not in a list are a regular language.

use std::collections::BTreeMap;

/// Top-level domains of addresses: those of countries have two letters, and these are the others in use. A word such as
/// `service` or `png` is none. (IANA, root zone database.)
const DOMAINS: &[&str] = &[
    "com",
    "org",
    "net",
    "edu",
    "gov",
    "mil",
    "info",
    "biz",
    "mobi",
    "jobs",
    "travel",
    "museum",
    "coop",
    "aero",
    "asia",
    "app",
    "dev",
    "cloud",
    "online",
    "shop",
    "tech",
    "xyz",
    "club",
    "email",
    "agency",
    "digital",
    "health",
    "bank",
    "berlin",
    "london",
    "paris",
    "tokyo",
    "wien",
    "koeln",
    "hamburg",
    "amsterdam",
    "nyc",
    "global",
    "consulting",
    "solutions",
    "software",
    "company",
    "business",
    "finance",
    "capital",
    "ventures",
    "legal",
    "law",
    "academy",
    "education",
    "university",
    "school",
    "media",
    "news",
    "blog",
    "eco",
    "energy",
    "engineering",
    "art",
    "design",
    "studio",
    "music",
    "photography",
    "gmbh",
    "ltd",
    "llc",
    "inc",
    "swiss",
    "scot",
    "wales",
    "bayern",
    "test",
    "example",
    "invalid",
    "google",
    "amazon",
    "microsoft",
    "apple",
    "bmw",
    "audi",
    "sap",
    "siemens",
];

/// Whether a word in lower case is a top-level domain that mail goes to.
#[must_use]
pub fn is_domain(word: &str) -> bool {
    (word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase())) || DOMAINS.contains(&word)
}

/// The top-level domains in RE2.
pub(super) fn domains() -> String {
    format!("(?:[A-Za-z]{{2}}|{})", DOMAINS.join("|"))
}

/// RE2 for words of letters, digits and `_` that are none of `words`, which are in lower case. The expression has to be
/// followed by something that no word holds, such as `\b`.
pub(super) fn other_than(words: &[&str]) -> String {
    let mut root = Node::default();
    for word in words {
        let node = word.bytes().fold(&mut root, |node, byte| node.next.entry(byte).or_default());
        node.is_word = true;
    }
    format!("(?i:{})", root.ways())
}

#[derive(Default)]
struct Node {
    next: BTreeMap<u8, Node>,
    is_word: bool,
}

impl Node {
    /// What may follow here so that the whole is no word of the list. May match nothing, unless a word ends here.
    fn other(&self) -> String {
        let some = if self.is_word { "" } else { "?" };
        // Nothing or anything may follow the end of no word.
        if self.next.is_empty() { format!("\\w+{some}") } else { format!("(?:{}){some}", self.ways()) }
    }

    /// What may follow here and is not nothing.
    fn ways(&self) -> String {
        let next: String = self.next.keys().map(|byte| char::from(*byte)).collect();
        let mut ways = vec![format!("[^\\W{next}]\\w*")];
        ways.extend(self.next.iter().map(|(byte, node)| format!("{}{}", char::from(*byte), node.other())));
        ways.join("|")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    #[test]
    fn every_word_but_those_of_the_list() {
        let other = super::other_than(&["null", "nil", "none", "n"]);
        let regex = regex::Regex::new(&format!("^(?:{other})$")).unwrap();
        for word in ["nul", "nulls", "NONES", "no", "hunter2", "x", "_", "ni", "nilly"] {
            assert!(regex.is_match(word), "{word}");
        }
        for word in ["null", "NULL", "nil", "None", "n"] {
            assert!(!regex.is_match(word), "{word}");
        }
    }
}
