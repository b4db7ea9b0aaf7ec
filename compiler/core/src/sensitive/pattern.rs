//! The agent's expressions, made of the catalogue. RE2 knows no check digits, no decoding and no look-ahead: [`CLASSES`] says
//! what it masks beyond what the gate accuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::account;
use super::form::Form;
use super::issuers;
use super::names::{CHOSEN, HARMLESS, MADE, STATES};
use super::words::{domains, other_than};

/// What the agent masks though the gate does not accuse it. The generated agent and the documentation print this list.
pub const CLASSES: [&str; 8] = [
    "numbers with the digits of a card or a bank account, whatever their check digits",
    "numbers in the groups of a social security number behind the word, whatever their ranges",
    "the header of a private key with all text behind it up to a dash",
    "keys of an issuer that are longer than the issuer makes them, and keys printed in documentation",
    "words with a digit behind `Bearer` or `Basic`",
    "all cookies of a `Cookie` or `Set-Cookie` header, whatever their values",
    "short values with letters and digits behind a name such as `token`, `page_token` or `author`",
    "the whole value of an attribute with a name such as `api.token` or `hasToken`, also if it says only `expired`",
];

/// Where a key may begin: with a word, behind an escaped line end, behind an escape of a URL.
const START: &str = r"(?:\b|\\[nrt]|%[0-9A-Fa-f]{2})";
/// A character of a value that is not quoted.
const VALUE: &str = r#"[^\s&;,"'`<>(){}\[\]\\]"#;

/// What is masked in every text, in this order.
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut patterns = vec![
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^-]*".to_owned(),
        format!("{START}eyJ[A-Za-z0-9_-]{{7,}}\\.eyJ[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]{{10,}}"),
    ];
    patterns.extend(issued());
    patterns.extend([
        // A password in a URL.
        r#"://[^\s/?#"'`<>@,;(){}$:]*:[^\s/?#"'`<>@,;(){}$]+@"#.to_owned(),
        format!(r"(?i){START}(?:bearer|basic)\s+(?:[a-z._~+/=-]*[0-9][a-z0-9._~+/=-]*|[a-z0-9+/]{{6,}}={{1,2}})"),
        // From the first cookie to the end of the header.
        r#"(?i)cookie[\\"'\x60\]]{0,5}\s*:\s*[\\"'\x60]{0,4}[^\s=;"'\x60<>\\]+\s*=[^\r\n"'\x60<>\\]*"#.to_owned(),
        // `git@` names a repository.
        format!(
            r"\b(?:{}|\w+[.%+-][\w.%+-]*)(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.{}\b",
            other_than(&["git"]),
            domains()
        ),
        account::cards(),
        format!("{START}{}", account::accounts()),
        r"(?is)(?:ssn|social).{0,30}\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b".to_owned(),
    ]);
    patterns.extend(assigned());
    patterns
});

/// The keys of all issuers, few expressions: forms with the same beginning stand together, which RE2 reads as a tree.
fn issued() -> Vec<String> {
    let mut by_head: BTreeMap<Option<char>, Vec<String>> = BTreeMap::new();
    for text in issuers::all().flat_map(|issuer| issuer.forms) {
        let form = Form::read(text);
        let group = form.prefix().chars().next().map(|first| if first.is_ascii_lowercase() { 'a' } else { 'A' });
        by_head.entry(group).or_default().push(form.pattern());
    }
    let one = |mut forms: Vec<String>| {
        forms.sort();
        forms.dedup();
        format!("{START}(?:{})", forms.join("|"))
    };
    by_head.into_values().map(one).collect()
}

/// What may stand behind a name: digits, or where the secret is used.
const BEHIND: &str =
    r"(?:[._-]?(?:prod|production|dev|test|staging|live|old|new|value|default|b64|base64|raw|plain|[0-9]+))*";
/// Between a name and its value. A text within another text has its quotes escaped.
const EQUALS: &str = r#"\\{0,3}["'\x60]?\]?\s*(?:=>?|:=?)\s*\\{0,3}"#;

/// Values behind names of secrets.
fn assigned() -> Vec<String> {
    let chosen = name(&CHOSEN.join("|"), &CHOSEN[..3].join("|"));
    let any = format!("{}|{}", CHOSEN.join("|"), spaced(MADE));
    let any = name(&any, &format!("{}|{}", CHOSEN[..3].join("|"), spaced(&MADE[..6])));
    let state = other_than(STATES);
    let sign = r#"[^\s\w&;,"'`<>(){}\[\]\\]"#;
    let mixed = format!("(?:{VALUE}*[A-Za-z]{VALUE}*[0-9]{VALUE}*|{VALUE}*[0-9]{VALUE}*[A-Za-z]{VALUE}*)");
    vec![
        // In quotes, a value may hold blanks.
        format!(r#"{chosen}{BEHIND}{EQUALS}["'](?:{state}\b|[^\w"'\\])[^"'\\]*"#),
        // Passwords: any word but those that say how things are.
        format!(
            r#"{chosen}{BEHIND}\\{{0,3}}["'\x60]?\]?\s*=>?\\{{0,3}}["'\x60]?(?:{state}\b{VALUE}*|{sign}{VALUE}{{3,}})"#
        ),
        format!(r#"{any}{BEHIND}{EQUALS}[A-Za-z@]?["'\x60]?{mixed}"#),
    ]
}

/// A name in a text: as words of their own, with a capital, or, if it is in `ends`, at the end of any word.
fn name(words: &str, ends: &str) -> String {
    let (long, short): (Vec<&str>, Vec<&str>) = words.split('|').partition(|word| word.len() > 4);
    let short = short.join("|");
    format!(r"(?:(?:\b|_)(?i:{short}|{})|{}|{}|(?i:{ends}))(?i)", led(&long, false), capitals(&short), led(&long, true))
}

/// Long words by the set of their first letters, then the rest of any of them. RE2 follows every alternative at every
/// character of a text: with one set to begin with, nearly all of them end there. `Sassword` is masked as well.
fn led(words: &[&str], capital: bool) -> String {
    let firsts: BTreeSet<char> = words.iter().filter_map(|word| word.chars().next()).collect();
    let firsts: String = firsts.into_iter().map(|c| if capital { c.to_ascii_uppercase() } else { c }).collect();
    let rests: Vec<&str> = words.iter().map(|word| &word[1..]).collect();
    format!("[{firsts}](?i:{})", rests.join("|"))
}

/// Words that begin with a capital and go on in either case.
fn capitals(words: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{}(?i:{rest})", first.to_ascii_uppercase())
    };
    words.split('|').map(capital).collect::<Vec<_>>().join("|")
}

/// Names in which words may be apart: `apikey` as `api_key` too.
fn spaced(names: &[&str]) -> String {
    let heads = [
        "api",
        "app",
        "access",
        "secret",
        "private",
        "auth",
        "account",
        "license",
        "encryption",
        "signing",
        "master",
        "shared",
        "storage",
        "service",
        "session",
        "client",
        "admin",
        "deploy",
        "integration",
        "routing",
        "ingest",
        "security",
        "subscription",
        "write",
        "hmac",
        "jwt",
        "cipher",
        "fernet",
        "connection",
        "application",
        "consumer",
        "honeycomb",
        "key",
    ];
    let split = |name: &&str| {
        let mut name = (*name).to_owned();
        let mut done = String::new();
        while let Some(head) = heads.iter().find(|head| name.starts_with(**head) && name.len() > head.len()) {
            done += head;
            done += "[ ._-]?";
            name.drain(..head.len());
        }
        done + &name
    };
    names.iter().map(split).collect::<Vec<_>>().join("|")
}

/// Keys whose values are masked whole: names of secrets, unless the word before takes it back.
pub static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let names = format!("(?:{}|{})", CHOSEN.join("|"), spaced(MADE));
    let before = other_than(HARMLESS).replace("\\w", "[^\\W_]").replace("[^\\W", "[^\\W_").replace("__", "_");
    let long = format!("{}|{}", CHOSEN[..3].join("|"), spaced(&MADE[..6]));
    vec![
        format!(r"(?i)^(?:(?:.*[^0-9A-Za-z])?{before}[^0-9A-Za-z]+)?{names}{BEHIND}$"),
        // Written in one: `dbpassword`.
        format!(r"(?i)^(?:.*[^0-9A-Za-z])?{before}(?:{long}){BEHIND}$"),
        // In camel case: `clientSecret`.
        format!(r"[a-z0-9](?:{})(?i:{BEHIND})$", capitals(&names[3..names.len() - 1])),
    ]
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text that is no attribute has a statement for each expression, so the agent's file grows with their length.
    #[test]
    fn expressions_are_short() {
        for pattern in TEXTS.iter().chain(KEYS.iter()) {
            assert!(pattern.len() < 8_000, "{}: {pattern}", pattern.len());
        }
        let all: usize = TEXTS.iter().map(String::len).sum();
        assert!(all < 40_000, "{all}");
    }
}
