//! Each detector with what it must see and its near misses. Tokens are put together here, so that scanning this file
//! finds none.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::{Kind, Origin, Values, masked, scan};

fn kinds(text: &str, origin: Origin) -> Vec<Kind> {
    scan(text, origin).into_iter().map(|hit| hit.kind).collect()
}

#[track_caller]
fn is(text: &str, kind: Kind) {
    assert_eq!(kinds(text, Origin::File), [kind], "{text}");
}

#[track_caller]
fn is_innocent(text: &str) {
    for origin in [Origin::File, Origin::Telemetry] {
        assert!(kinds(text, origin).is_empty(), "{text}: {:?}", kinds(text, origin));
    }
}

/// Splits what the repository's own scan must not see.
fn joined(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn cards_of_every_issuer() {
    for number in [
        ["4111 1111", " 1111 1111"],
        ["4111-1111", "-1111-1111"],
        ["41111111", "11111111"],
        ["55555555", "55554444"],
        ["22230031", "22003222"],
        ["37828224", "6310005"],
        ["3782 822463", " 10005"],
        ["60111111", "11111117"],
        ["35301113", "33300000"],
        ["30569309", "025904"],
        ["62000000", "00000005"],
    ] {
        let number = joined(&number);
        for text in [format!("paid with {number}."), format!("\"card\":\"{number}\""), number] {
            // The networks publish these for tests: files may tell them, but telemetry shows that cards are recorded.
            assert_eq!(kinds(&text, Origin::Telemetry), [Kind::Card], "{text}");
            is(&text, Kind::TestCard);
        }
    }
    for number in [["45391488", "03436467"], ["4539 1488", " 0343 6467"], ["3712", "14508653209"]] {
        let number = joined(&number);
        is(&format!("paid with {number}."), Kind::Card);
        is(&format!("{number}\n"), Kind::Card);
    }
}

#[test]
fn what_only_looks_like_a_card() {
    let visa = joined(&["41111111", "11111111"]);
    for text in [
        "1763949600123".to_owned(),
        "1763949600123456789".to_owned(),
        joined(&["41111111", "11111112"]),
        format!("{visa}0000"),
        format!("a{visa}"),
        format!("{visa}b"),
        format!("0.{visa}"),
        format!("{visa}.25"),
        joined(&["4111-1111", " 1111-1111"]),
        joined(&["411 11111", " 1111 1111"]),
        "0000000000000000".to_owned(),
        "4444444444444444".to_owned(),
        "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        "123e4567-e89b-12d3-a456-426614174000".to_owned(),
        "41111111-1111-4111-8111-111111111111".to_owned(),
    ] {
        is_innocent(&text);
    }
}

#[test]
fn a_number_behind_another_is_seen() {
    let card = joined(&["4111 1111", " 1111 1111"]);
    assert_eq!(kinds(&format!("order 20261 {card}, then {card}"), Origin::Telemetry), [Kind::Card, Kind::Card]);
}

#[test]
fn addresses() {
    for address in [["jane.doe@", "contoso.com"], ["a+b@", "mail.co.uk"], ["x_y%z@", "sub.northwind.io"]] {
        let address = joined(&address);
        is(&format!("<{address}>"), Kind::Email);
        is(&format!("mail to {address}."), Kind::Email);
        is(&format!("{address}:{address}").replace(&format!(":{address}"), ":"), Kind::Email);
    }
    // Reserved for documentation, so innocent in a file; in telemetry it shows that addresses leave.
    for address in ["jane@example.com", "jane@mail.example.org", "jane@shop.test", "1+bot@users.noreply.github.com"] {
        assert!(kinds(address, Origin::File).is_empty(), "{address}");
        assert_eq!(kinds(address, Origin::Telemetry), [Kind::Email], "{address}");
    }
    for text in [
        "icon@2x.png",
        "lodash@4.17.21",
        "actions/checkout@v4",
        "user@localhost",
        "@mention",
        "a@b",
        "a@b.c",
        "a@-b.com",
        "git@github.com:owner/name.git",
        "x@.com",
        "x@@contoso.com",
        "@contoso.com",
        "a@b..com",
    ] {
        is_innocent(text);
    }
}

#[test]
fn keys_and_tokens() {
    let body = "Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX";
    for (text, kind) in [
        (joined(&["AK", "IAQ3EGRIBZT6V5WXYM"]), Kind::Issued("an AWS access key")),
        (format!("gh{}{body}", "p_"), Kind::Issued("a GitHub token")),
        (format!("github{}{body}{body}", "_pat_"), Kind::Issued("a GitHub token")),
        (format!("xox{}123456789012-{body}", "b-"), Kind::Issued("a Slack token")),
        (format!("sk_{}{body}", "live_"), Kind::Issued("a Stripe key")),
        (format!("ey{}hbGciOiJIUzI1NiJ9.ey{}zdWIiOiIxMjM0In0.{body}", "J", "J"), Kind::Jwt),
        (format!("-----BEGIN {} KEY-----\n{body}", "RSA PRIVATE"), Kind::PrivateKey),
        (format!("-----BEGIN {} KEY-----\\n{body}", "PRIVATE"), Kind::PrivateKey),
    ] {
        is(&text, kind);
        is(&format!("key: {text}\n"), kind);
        // A named issuer counts, not the assignment that it stands in.
        if kind != Kind::PrivateKey {
            is(&format!("token = \"{text}\""), kind);
        }
    }
    is(&format!("Authorization: Bearer {body}"), Kind::Bearer);
    is(&format!("postgres://app:{}@db/shop", "hunter22"), Kind::UrlPassword);
    is(&format!("password = \"{body}\""), Kind::Assigned);
    is(&format!("\"client_secret\": \"{body}\","), Kind::Assigned);
    for text in [
        joined(&["AK", "IAQ3EGRIBZT6V5WXY"]),
        joined(&["AK", "IAQ3EGRIBZT6V5WXYMA"]),
        "ghp_short".to_owned(),
        "-----BEGIN PUBLIC KEY-----".to_owned(),
        "-----BEGIN CERTIFICATE-----".to_owned(),
        "password = os.environ[\"PASSWORD\"]".to_owned(),
        "password: ${PASSWORD}".to_owned(),
        "postgres://app:${PASSWORD}@db/shop".to_owned(),
        "https://host:8080/path".to_owned(),
        "postgres://user:password@host/shop".to_owned(),
        "Bearer ".to_owned(),
        "eyJhbGciOiJIUzI1NiJ9".to_owned(),
    ] {
        is_innocent(&text);
    }
    assert!(kinds("AKIAIOSFODNN7EXAMPLE", Origin::File).is_empty());
    assert!(kinds("let token = next_token(reader);", Origin::File).is_empty());
    assert_eq!(kinds("password=hunter2", Origin::Telemetry), [Kind::Assigned]);
}

#[test]
fn accounts_and_persons() {
    let german = joined(&["DE8937040044", "0532013000"]);
    is(&german, Kind::Iban);
    is(&joined(&["GB82 WEST 1234", " 5698 7654 32"]), Kind::Iban);
    is_innocent(&german.replace("89", "88"));
    is_innocent(&format!("{german}0"));
    is(&joined(&["ssn: 536", "-22-8726"]), Kind::Ssn);
    is_innocent(&joined(&["build 536", "-22-8726"]));
    is_innocent(&joined(&["ssn: 666", "-22-8726"]));
}

#[test]
fn nothing_found_can_be_read_any_more() {
    let card = joined(&["4111 1111", " 1111 1111"]);
    let text = format!("é {card} {} ü", joined(&["jane.doe@", "contoso.com"]));
    let hits = scan(&text, Origin::File);
    let hidden = masked(&text, &hits);
    assert_eq!(hidden, format!("é {} ja****************** ü", "*".repeat(19)));
    assert_eq!(hidden.len(), text.len());
}

#[test]
fn copies_of_a_value_are_hidden() {
    let values = |text: &str| {
        let mut values = Values::default();
        values.add(text, &scan(text, Origin::File));
        values
    };
    let card = joined(&["4111 1111", " 1111 1111"]);
    let found = values(&card);
    for copy in [card.clone(), card.replace(' ', "-"), card.replace(' ', "")] {
        assert_eq!(found.hide(&format!("é{copy}_x")), Some(format!("é{}_x", "*".repeat(copy.len()))));
    }
    let key = joined(&["AK", "IAQ3EGRIBZT6V5WXYM"]);
    assert_eq!(values(&key).hide(&format!("a{key}{key}")), Some(format!("aAKIA{0}AKIA{0}", "*".repeat(16))));
    assert_eq!(values(&key).hide("nothing"), None);
    // A password that is a word as well is hidden where it stands alone, and counts in its own text only.
    let word = values(&format!("db://app:{}@db/shop", "shop"));
    assert_eq!(word.hide("shop, shopping"), Some("****, shopping".to_owned()));
    let mut everywhere = Values::default();
    everywhere.take_telling(&word);
    assert_eq!(everywhere.hide("shop"), None);
    everywhere.take_telling(&found);
    assert!(everywhere.hide(&card).is_some());
}

#[test]
fn only_an_issuers_prefix_is_shown() {
    let key = joined(&["AK", "IAQ3EGRIBZT6V5WXYM"]);
    let text = format!("password = \"my9!{key}\"");
    assert!(
        !masked(&text, &scan(&text, Origin::File)).contains("my9"),
        "the assignment's value begins with something else"
    );
}

proptest! {
    /// Whatever the text: hits lie in it, apart from one another and in order, and are ASCII.
    #[test]
    fn any_text_is_scanned(text in "([@.:/=\" -]|[0-9]{1,5}|[a-z]{1,6}|é|AKIA|eyJ|password|://|-----BEGIN |PRIVATE KEY-----){0,60}") {
        for origin in [Origin::File, Origin::Telemetry] {
            let hits = scan(&text, origin);
            let mut last = 0;
            for hit in &hits {
                prop_assert!(hit.range.start >= last && hit.range.start < hit.range.end);
                prop_assert!(text[hit.range.clone()].is_ascii() && text[hit.secret.clone()].is_ascii());
                last = hit.range.end;
            }
            prop_assert_eq!(masked(&text, &hits).len(), text.len());
        }
    }
}

#[test]
fn work_grows_with_the_text_and_not_with_its_square() {
    // Texts on which detectors that search from every byte need a quadratic time: this would take an hour.
    for text in
        ["@", "a@b.", "4111 ", "eyJ", "password=", "://a:", "-----BEGIN ", "DE89 ", "1", "Cookie: a=b;", "&sig="]
    {
        let text = text.repeat(400_000 / text.len());
        let _ = scan(&text, Origin::Telemetry);
    }
    // Secrets within secrets: each decoding is shorter, and a document ends at the next kind.
    let inner = "ZGF0YToKICBhOiBaR0YwWVRvS0lDQmhPaUI0Cg".repeat(200);
    for text in [
        "kind: Secret\n".to_owned(),
        format!("data:\n  a: {inner}\n{}", "kind: Secret\n".repeat(600)),
        format!("kind: Secret\ndata:\n  a: {inner}\n"),
        "jdbc:oracle:thin:a/".to_owned(),
        "Private-Lines: 1\n".to_owned(),
        "mysql login -p".to_owned(),
        "ENV TOKEN a ".to_owned(),
        "curl -b a=b;".to_owned(),
    ] {
        let _ = scan(&text.repeat(400_000 / text.len()), Origin::File);
    }
}
