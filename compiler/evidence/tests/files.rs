//! Files with secrets in many forms, all found, and innocent lines, none flagged. The values are made here, so a scan of
//! this repository finds none.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests, and the figures are what they are for")]

#[path = "files/documented.rs"]
mod documented;
#[path = "corpus/mod.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod generator;
#[path = "files/innocent.rs"]
mod innocent;
#[path = "files/secret.rs"]
mod secret;

use emberline_core::sensitive::all;
use emberline_evidence::sensitive::{Kind, Origin, scan};
use generator::Dice;

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn is_found(text: &str) -> bool {
    scan(text, Origin::File).iter().any(|hit| hit.kind != Kind::TestCard)
}

/// The kinds of values that templates name: `{KEY}` a generated key, `{WEAK}` a password that somebody chose, `{HEX…}` digits;
/// in base64 `{BASIC}` a name and a password, `{URL64}` a URL, `{CONFIG64}` Docker's file, `{PEM64}` a key, `{DATA}` a word.
const KINDS: [&str; 10] =
    ["{KEY}", "{WEAK}", "{BASIC}", "{DATA}", "{URL64}", "{CONFIG64}", "{PEM64}", "{HEX32}", "{HEX40}", "{HEX64}"];

/// A value of a kind.
fn value(kind: &str, dice: &mut Dice) -> String {
    match kind {
        "{KEY}" => {
            let (one, two) = (dice.string(LETTERS, 15), dice.string(LETTERS, 15));
            format!("{one}4x{two}")
        }
        "{WEAK}" => {
            let word = dice.of(&["Sommer", "Kaffee", "Berlin", "Orange", "Winter", "Dragon"]);
            format!("{word}{}{}", 1_000 + dice.below(8_999), dice.of(&["!", "#", "?", "+"]))
        }
        "{HEX32}" => dice.string("0123456789abcdef", 32),
        "{HEX40}" => dice.string("0123456789abcdef", 40),
        "{HEX64}" => dice.string("0123456789abcdef", 64),
        "{URL64}" => base64(format!("postgres://app:{}7z@db/shop", dice.string(LETTERS, 14)).as_bytes()),
        "{CONFIG64}" => {
            let auth = value("{BASIC}", dice);
            base64(format!("{{\"auths\":{{\"r.contoso.com\":{{\"auth\":\"{auth}\"}}}}}}").as_bytes())
        }
        "{PEM64}" => base64(format!("-----BEGIN PRIVATE KEY-----\n{}\n", dice.string(LETTERS, 64)).as_bytes()),
        "{BASIC}" => base64(format!("deploy:{}7z", dice.string(LETTERS, 14)).as_bytes()),
        _ => base64(format!("{}3q{}", dice.string(LETTERS, 12), dice.string(LETTERS, 4)).as_bytes()),
    }
}

fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let held = chunk.iter().fold(0_u32, |held, byte| (held << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let six = (held >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() { char::from(letters[usize::try_from(six).unwrap()]) } else { '=' });
        }
    }
    text
}

#[test]
fn secrets_are_found_in_every_form() {
    let mut dice = Dice::new(0xf11e);
    let (mut planted, mut missed) = (0, Vec::new());
    for template in secret::FORMS {
        for _ in 0..8 {
            let kind = KINDS.into_iter().find(|kind| template.contains(kind)).unwrap();
            let text = template.replace(kind, &value(kind, &mut dice));
            planted += 1;
            if !is_found(&text) {
                missed.push(text);
            }
        }
    }
    for issuer in all() {
        for form in issuer.read() {
            // A parameter of a URL counts in its query alone.
            let is_parameter = form.prefix().ends_with('=');
            for around in ["key = \"{}\"\n", "{}\n", "TOKEN={}\n", "curl -H 'X-Key: {}' https://h\n"] {
                let key = form.sample(|below| usize::try_from(dice.below(below as u64)).unwrap());
                let key = if is_parameter { format!("https://h/?a=1&{key}") } else { key };
                planted += 1;
                if !is_found(&around.replace("{}", &key)) {
                    missed.push(format!("{}: {}", issuer.words, around.replace("{}", &key)));
                }
            }
        }
    }
    println!(
        "files: {} forms of files and {} issuers: {} of {planted} found",
        secret::FORMS.len(),
        all().count(),
        planted - missed.len()
    );
    assert!(secret::FORMS.len() >= 130, "{}", secret::FORMS.len());
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn keys_on_the_issuers_pages_are_known_and_public_parts_are_not() {
    for (words, text) in documented::KEYS {
        for around in ["{}", "key: {}\n", "<{}>", "a\\n{}\\nb"] {
            let hits = scan(&around.replace("{}", text), Origin::Telemetry);
            assert!(hits.iter().any(|hit| hit.kind == Kind::Issued(words)), "{words}: {text}: {hits:?}");
        }
    }
    for text in documented::QUIET {
        for line in [(*text).to_owned(), format!("{text}\n"), format!("see {text}, above")] {
            let hits = scan(&line, Origin::File);
            assert!(hits.is_empty(), "{line}: {hits:?}");
        }
        let issued = |kind| matches!(kind, Kind::Issued(_));
        assert!(!scan(text, Origin::Telemetry).iter().any(|hit| issued(hit.kind)), "{text}");
    }
    let known: Vec<&str> = all().map(|issuer| issuer.words).collect();
    assert!(documented::KEYS.iter().all(|(words, _)| known.contains(words)), "a name that the catalogue has not");
}

#[test]
fn innocent_lines_are_not_flagged() {
    let mut dice = Dice::new(0x1110);
    let (mut many, mut flagged) = (0, Vec::new());
    for template in innocent::LINES {
        for _ in 0..4 {
            let digits = |many, dice: &mut Dice| dice.string("0123456789", many);
            let hex = |many, dice: &mut Dice| dice.string("0123456789abcdef", many);
            let text = template
                .replace("{HEX40}", &hex(40, &mut dice))
                .replace("{HEX32}", &hex(32, &mut dice))
                .replace("{B64}", &base64(dice.string(LETTERS, 48).as_bytes()))
                .replace("{WORD}", dice.of(&["orders", "checkout", "users", "billing", "search"]))
                .replace("{N}", &digits(4, &mut dice))
                .replace("{N12}", &format!("1{}", digits(11, &mut dice)));
            many += 1;
            if is_found(&text) {
                flagged.push(format!("{text}   {:?}", scan(&text, Origin::File)));
            }
        }
    }
    println!("files: {many} innocent lines: {} flagged", flagged.len());
    assert!(many >= 500, "{many}");
    assert!(flagged.is_empty(), "{} flagged:\n{}", flagged.len(), flagged.join("\n"));
}
