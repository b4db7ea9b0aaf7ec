//! A value that was found is shown nowhere: whatever it is, wherever it stands again, in every format.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;

use shell::Shell;

const FORMATS: [&str; 6] = ["human", "json", "sarif", "github", "gitlab", "junit"];

/// A line that is found, and the value in it. Put together, so that scanning this repository finds nothing here.
fn planted() -> Vec<(String, String)> {
    let random = "Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX";
    let of = |line: &str, secret: &str| (line.replace("SECRET", secret), secret.to_owned());
    vec![
        of("key: SECRET", &["AKIA", "Q3EGRIBZT6V5WXYM"].concat()),
        of("key: SECRET", &format!("gh{}{random}", "p_")),
        of("key: SECRET", &format!("xox{}123456789012-{random}", "b-")),
        of("key: SECRET", &format!("sk_{}{random}", "live_")),
        of("Authorization: Bearer SECRET", random),
        of("password = \"SECRET\"", &random[..12]),
        of(&["db: postgres:", "//app:SECRET@db/shop"].concat(), "hunter22"),
        of(&["db: postgres:", "//app:SECRET@db/shop"].concat(), "horsestaple"),
        of("paid with SECRET today", &["4539 1488", " 0343 6467"].concat()),
        of("mail: SECRET", &["jane.doe@", "contoso.com"].concat()),
        of("to SECRET", &["DE8937040044", "0532013000"].concat()),
    ]
}

/// Where the value stands beside its place. `LINE` is the line that is found, `SECRET` the value: of each file its path and
/// its text.
const PLACES: [(&str, &[(&str, &str)]); 8] = [
    ("line", &[("file.txt", "LINE\n")]),
    ("second copy on the line", &[("file.txt", "LINE # was SECRET before SECRET\n")]),
    ("line above and below", &[("file.txt", "# SECRET\nLINE\n# SECRET\n")]),
    ("name of the file", &[("SECRET.txt", "LINE\n")]),
    ("name of the folder", &[("a/SECRET/b.txt", "LINE\n")]),
    ("beside another finding", &[("file.txt", "LINE and OTHER then SECRET OTHER\n")]),
    ("a long line", &[("file.txt", "LINE FILLER SECRET OTHER\n")]),
    ("two files", &[("a.txt", "OTHER of SECRET\n"), ("b.txt", "LINE\n")]),
];

#[test]
fn a_value_that_was_found_is_shown_nowhere() {
    let other = ["AKIA", "R3EGRIBZT6V5WXYM"].concat();
    for (line, secret) in planted() {
        for (place, files) in PLACES {
            // As two files, a word is no copy of a password.
            if place == "two files" && secret == "horsestaple" {
                continue;
            }
            let shell = Shell::new();
            let filled = |text: &str| {
                let filler = "words ".repeat(100);
                text.replace("LINE", &line)
                    .replace("SECRET", &secret)
                    .replace("OTHER", &other)
                    .replace("FILLER", &filler)
            };
            for (path, text) in files {
                let path = shell.folder.path().join(filled(path));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, filled(text)).unwrap();
            }
            let secrets: Vec<String> = [&secret, &other].iter().map(|it| tail(it).to_owned()).collect();
            let formats: Vec<String> =
                FORMATS.iter().map(|format| format!("emberline scan . --format {format}")).collect();
            let baseline = "emberline scan . --baseline ../known.json --update-baseline; cat ../known.json".to_owned();
            let baseline = baseline.replace("../known", "known");
            for command in formats.iter().chain([&baseline]) {
                let ran = shell.run(&format!("{command}; rm -f known.json"));
                assert!(ran.out.contains("-in-file") || command == &baseline, "{place}, {command}: {ran:?}");
                for secret in &secrets {
                    assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{place}, {secret}: {ran:?}");
                }
            }
        }
    }
}

/// What may be seen of a value tells its issuer alone.
fn tail(secret: &str) -> &str {
    let shown = if secret.contains("live_") { 8 } else { 4 };
    &secret[shown..]
}

#[test]
fn private_keys_are_hidden_with_their_bodies() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let [begin, end] =
        [["-----BEGIN RSA ", "PRIVATE KEY-----"].concat(), ["-----END RSA ", "PRIVATE KEY-----"].concat()];
    let other = ["AKIA", "R3EGRIBZT6V5WXYM"].concat();
    for text in [
        format!("{begin}\n{body}\n{body}\n{end}\n"),
        format!("{{\"key\": \"{begin}\\n{body}\\n{end}\\n\", \"id\": \"{other}\"}}\n"),
        format!("  {begin}\n  {body}\n"),
        format!("{begin}\n{body}\n{end}\nkey: {other} {body}\n"),
        format!("key: {other} {body}\n{begin}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n{body}\n{end}\n"),
    ] {
        let shell = Shell::new();
        fs::write(shell.folder.path().join("key"), &text).unwrap();
        for format in FORMATS {
            let ran = shell.run(&format!("emberline scan --format {format}"));
            assert_eq!(ran.status, 1, "{text}: {ran:?}");
            assert!(ran.out.contains("private key"), "{ran:?}");
            assert!(!ran.out.contains(&body[..12]) && !ran.out.contains(&body[50..]), "{text}: {ran:?}");
        }
    }
}

#[test]
fn tokens_longer_than_what_is_looked_at_are_hidden_to_their_end() {
    let shell = Shell::new();
    let token = format!(
        "ey{}hbGciOiJIUzI1NiJ9.ey{}zdWIiOiIx{}.Q7xK2mVz9LpR4tYw8NsB{}tail9End",
        "J",
        "J",
        "MjM0".repeat(900),
        "x7Q2".repeat(200)
    );
    let other = ["AKIA", "R3EGRIBZT6V5WXYM"].concat();
    fs::write(shell.folder.path().join("file.txt"), format!("{token} {other}\n")).unwrap();
    for format in FORMATS {
        let ran = shell.run(&format!("emberline scan --format {format}"));
        assert!(ran.status == 1 && !ran.out.contains("tail9End") && !ran.out.contains("x7Q2"), "{ran:?}");
    }
}

const SPEC: &str = include_str!("checkout.yaml");

#[test]
fn check_quotes_no_secret() {
    let secret = ["AKIA", "Q3EGRIBZT6V5WXYM"].concat();
    for (text, name) in [
        // Beside the fault, in a name that is unknown, in the file's name.
        (format!("{SPEC}\nunknown: {{key: {secret}}} # {secret}\n"), "b.yaml".to_owned()),
        (format!("{SPEC}\n{secret}: 1\n"), "b.yaml".to_owned()),
        (format!("{SPEC}\nunknown: {secret}\n"), format!("{secret}.yaml")),
    ] {
        let shell = Shell::new();
        fs::create_dir(shell.folder.path().join("slos")).unwrap();
        fs::write(shell.folder.path().join("slos").join(name), text.replace("checkout", "b")).unwrap();
        for format in FORMATS {
            let line = format!(
                "emberline check --summary sum.md --format {format}; cat sum.md; emberline check --baseline b.json --update-baseline; cat b.json; rm b.json; emberline compile"
            );
            let ran = shell.run(&line);
            assert!(ran.out.contains("unknown-field"), "{ran:?}");
            assert!(!ran.out.contains(tail(&secret)) && !ran.err.contains(tail(&secret)), "{format}: {ran:?}");
        }
    }
}

#[test]
fn a_report_names_no_secret_of_a_file_that_it_could_not_read() {
    let shell = Shell::new();
    let secret = ["AKIA", "Q3EGRIBZT6V5WXYM"].concat();
    let ran =
        shell.run(&format!("mkdir -p a && echo 'key: {secret}' > a/f && ln -s /proc/self/mem m && emberline scan a m"));
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.out.contains("secret-in-file") && ran.err.contains("1 file not scanned"), "{ran:?}");
    assert!(!ran.out.contains(tail(&secret)) && !ran.err.contains(tail(&secret)), "{ran:?}");
}

#[test]
fn a_secret_of_a_receiver_is_shown_in_no_format() {
    // No scanner knows words like these: the field says that they are secrets.
    let secret = "quiet horse 17";
    for receiver in [
        format!("pagerduty_configs: [{{routing_key: {secret}}}]"),
        format!("pagerduty_configs: [{{routing_keyy: {secret}}}]"),
        format!("webhook_configs: [{{url: 'https://hook:{}@a.example/'}}]", secret.replace(' ', "-")),
        format!("sns_configs: [{{topic_arn: a, sigv4: {{secret_key: \"{secret}\"}}}}]"),
        format!(
            "slack_configs:\n      - http_config:\n          bearer_token: |-\n            {secret}\n            more"
        ),
    ] {
        let shell = Shell::new();
        fs::create_dir(shell.folder.path().join("slos")).unwrap();
        fs::write(shell.folder.path().join("slos/checkout.yaml"), SPEC).unwrap();
        let policy = format!("version: emberline/v1\nreceivers:\n  a:\n    {receiver}\n");
        fs::write(shell.folder.path().join("slos/policy.yaml"), policy).unwrap();
        for format in FORMATS {
            let ran = shell.run(&format!("emberline check --format {format}"));
            assert_eq!(ran.status, 1, "{receiver}: {ran:?}");
            for part in [secret, "quiet-horse-17", "horse"] {
                assert!(!ran.out.contains(part) && !ran.err.contains(part), "{receiver}: {ran:?}");
            }
        }
    }
}
