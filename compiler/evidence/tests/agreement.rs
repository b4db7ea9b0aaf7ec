//! Whatever the gate accuses, the agent masks: both read one catalogue. Records are made from it, the agent's expressions
//! mask them, and the gate searches what is left. `ci/proofs` shows the same through a real collector.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "catalogue/mod.rs"]
mod catalogue;
#[path = "corpus/mod.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod generator;

use emberline_core::sensitive::names::{harmless, last_words, secrecy};
use emberline_core::sensitive::pattern::{KEYS, TEXTS};
use emberline_evidence::sensitive::{Origin, scan};
use generator::Dice;
use regex::bytes::{Regex, RegexBuilder};

/// Records of the property, and of innocent fields.
const RECORDS: usize = 6_000;

/// RE2 as Go reads it: classes and boundaries are those of ASCII.
fn agent(patterns: &[String]) -> Vec<Regex> {
    patterns
        .iter()
        .map(|pattern| RegexBuilder::new(pattern).unicode(false).size_limit(64 << 20).build().unwrap())
        .collect()
}

fn masked(text: &str, agent: &[Regex]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for pattern in agent {
        bytes = pattern.replace_all(&bytes, &b"****"[..]).into_owned();
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn nothing_that_the_gate_accuses_survives_the_agent() {
    let agent = agent(&TEXTS);
    let mut dice = Dice::new(0xca7a);
    let mut accused = 0;
    for _ in 0..RECORDS {
        let text = catalogue::record(&mut dice);
        accused += usize::from(!scan(&text, Origin::Telemetry).is_empty());
        let left = masked(&text, &agent);
        let hits = scan(&left, Origin::Telemetry);
        assert!(hits.is_empty(), "{text}\nbecame {left}\n{hits:?}");
    }
    assert!(accused * 10 >= RECORDS * 8, "only {accused} of {RECORDS} were accused at all");
}

#[test]
fn fields_of_services_pass() {
    let agent = agent(&TEXTS);
    let mut dice = Dice::new(0x1dea);
    let mut destroyed = Vec::new();
    for _ in 0..RECORDS {
        let field = generator::innocent(&mut dice);
        if masked(&field.text, &agent) != field.text {
            destroyed.push(field.text);
        }
    }
    assert!(destroyed.len() * 10_000 <= RECORDS * 10, "{} of {RECORDS}: {destroyed:?}", destroyed.len());
}

#[test]
fn keys_that_the_gate_accuses_are_masked_and_counted_ones_pass() {
    let agent = agent(&KEYS);
    let is_masked = |key: &str| agent.iter().any(|pattern| pattern.is_match(key.as_bytes()));
    let heads = ["", "db.", "http.request.header.", "x-", "app_", "user.", "prod-"];
    let tails = ["", "_2", ".prod", "-value"];
    for (word, _) in last_words() {
        for head in heads {
            for tail in tails {
                for key in [format!("{head}{word}{tail}"), format!("{head}{word}{tail}").to_uppercase()] {
                    let is_secret = secrecy(key.as_bytes()).is_some();
                    assert!(!is_secret || is_masked(&key), "{key} is accused and not masked");
                }
            }
        }
        for before in harmless().iter().filter(|before| !before.contains('_')) {
            let key = format!("app.{before}_{word}");
            assert!(secrecy(key.as_bytes()).is_none(), "{key} is accused");
        }
    }
    for key in [
        "apiKey",
        "accessToken",
        "user.accessToken",
        "dbPassword",
        "AWS_SECRET_ACCESS_KEY",
        "x-api-key",
        "authToken",
        "clientSecret",
    ] {
        assert!(secrecy(key.as_bytes()).is_some() && is_masked(key), "{key}");
    }
    for key in [
        "has_password",
        "total_token",
        "gen_ai.usage.input_tokens",
        "password_hash",
        "token.type",
        "http.route",
        "key",
        "messaging.key",
        "author",
        "next_page_token",
    ] {
        assert!(secrecy(key.as_bytes()).is_none() && !is_masked(key), "{key}");
    }
}
