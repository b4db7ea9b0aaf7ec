//! `emberline alertmanager` by the real binary: our part in a team's configuration, and nothing else touched.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;

use shell::{Ran, Shell};

const SPEC: &str = include_str!("checkout.yaml");
const POLICY: &str = "version: emberline/v1\nreceivers: {our-hook: {webhook_file: /etc/hook}, oncall: {}}\nseverities:\n  page: {receiver: our-hook, mutes: [ticket]}\n  ticket: {receiver: oncall}\n";
/// What a team runs.
const TEAM: &str = "\
# Kept by the database team.
route:
  receiver: oncall  # by default
  routes:
    # Backups wait.
    - matchers: [job=\"backup\"]
      receiver: quiet

receivers:
  - name: oncall
    webhook_configs:
      - url: http://127.0.0.1:9/oncall
  - name: quiet
";

fn team(text: &str) -> Shell {
    let shell = Shell::new();
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    for (path, text) in [("slos/checkout.yaml", SPEC), ("slos/policy.yaml", POLICY), ("am.yml", text)] {
        fs::write(shell.folder.path().join(path), text).unwrap();
    }
    shell
}

fn text(shell: &Shell) -> String {
    fs::read_to_string(shell.folder.path().join("am.yml")).unwrap()
}

fn ran(shell: &Shell, line: &str, status: i32) -> Ran {
    let ran = shell.run(line);
    assert_eq!(ran.status, status, "{line}: {ran:?}");
    ran
}

#[test]
fn the_difference_is_shown_and_written_on_request() {
    let shell = team(TEAM);
    let shown = ran(&shell, "emberline alertmanager am.yml", 0);
    insta::assert_snapshot!("alertmanager_diff", shown.out);
    assert_eq!(shown.err, "am.yml: nothing was written; `--write` writes it\n");
    let checked = ran(&shell, "emberline alertmanager am.yml --check", 1);
    assert_eq!(checked.out, shown.out);
    assert_eq!(text(&shell), TEAM, "neither has written");

    assert_eq!(ran(&shell, "emberline alertmanager am.yml --write", 0).out, shown.out);
    let written = text(&shell);
    assert!(written.contains("- name: our-hook\n") && written != TEAM);
    for line in ["--write", "--check", ""] {
        let again = ran(&shell, &format!("emberline alertmanager am.yml {line}"), 0);
        assert_eq!((again.out.as_str(), again.err.as_str()), ("", "am.yml: nothing to change\n"));
        assert_eq!(text(&shell), written);
    }
    assert_eq!(ran(&shell, "emberline alertmanager am.yml --check --write", 2).out, "", "one or the other");
}

#[test]
fn only_ours_follows_the_specs_and_it_goes_without_a_trace() {
    let shell = team(TEAM);
    ran(&shell, "emberline alertmanager am.yml --write -q", 0);
    let before = text(&shell);
    ran(&shell, "sed -i 's/webhook_file: .etc.hook/webhook_file: \\/etc\\/other/' slos/policy.yaml", 0);
    let shown = ran(&shell, "emberline alertmanager am.yml --write", 0);
    let changed: Vec<&str> = shown.out.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).collect();
    assert_eq!(changed, ["-    - url_file: /etc/hook", "+    - url_file: /etc/other"]);
    assert_eq!(text(&shell), before.replace("/etc/hook", "/etc/other"));
    ran(&shell, "emberline alertmanager am.yml --remove --write", 0);
    assert_eq!(text(&shell), TEAM);
}

#[test]
fn line_ends_and_rights_stay() {
    let team_text = TEAM.replace('\n', "\r\n");
    let shell = team(&team_text);
    ran(&shell, "chmod 640 am.yml && emberline alertmanager am.yml --write", 0);
    let written = text(&shell);
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
    assert_eq!(ran(&shell, "ls -l am.yml | cut -c1-10", 0).out, "-rw-r-----\n");
    ran(&shell, "emberline alertmanager am.yml --check", 0);
    ran(&shell, "emberline alertmanager am.yml --remove --write", 0);
    assert_eq!(text(&shell), team_text);
}

#[test]
fn a_file_that_cannot_be_edited_is_left_alone_and_the_place_named() {
    let shell = team(&TEAM.replace("receivers:\n", "inhibit_rules: []\nreceivers:\n"));
    let before = text(&shell);
    let refused = ran(&shell, "emberline alertmanager am.yml --write", 2);
    assert_eq!(
        refused.err,
        "error: am.yml:9:16: `inhibit_rules` is written in flow style, with brackets or braces\nhelp: write \
         `inhibit_rules` in block style, an item or a key a line; remove it if it is empty; nothing was written\n"
    );
    assert_eq!((refused.out.as_str(), text(&shell)), ("", before));
}

#[test]
fn faulty_specs_change_nothing() {
    let shell = team(TEAM);
    ran(&shell, "echo 'nonsense: 1' >> slos/checkout.yaml", 0);
    let refused = ran(&shell, "emberline alertmanager am.yml --write", 1);
    assert!(refused.out.contains("error[unknown-field]"), "{refused:?}");
    assert_eq!(text(&shell), TEAM);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let shell = team(TEAM);
    ran(&shell, "mkdir elsewhere && mv am.yml elsewhere/ && ln -s elsewhere/am.yml am.yml", 0);
    for line in ["", "--write", "--check"] {
        let refused = ran(&shell, &format!("emberline alertmanager am.yml {line}"), 2);
        assert_eq!(
            refused.err,
            "error: am.yml is a link to elsewhere/am.yml\nhelp: name the file itself: writing would put a file in the \
             link's place\n"
        );
    }
    assert_eq!(text(&shell), TEAM);
    assert_eq!(ran(&shell, "ls -A elsewhere", 0).out, "am.yml\n");
}

#[test]
fn a_secret_beside_ours_is_not_shown() {
    let secret = concat!("https://hooks.slack", ".com/services/T0ABCDEFG/B0ABCDEFG/", "x7Q2mZk9Lw4T", "r8Vb1Nc6Pd3H");
    let with = "receivers:\n  - slack_configs:\n      - {api_url: SECRET}\n    name: chat\n".replace("SECRET", secret);
    let shell = team(&TEAM.replace("receivers:\n", &with));
    let shown = ran(&shell, "emberline alertmanager am.yml --write", 0);
    assert!(shown.out.contains("api_url: ") && !shown.out.contains("r8Vb1Nc6Pd3H"), "{}", shown.out);
    assert!(text(&shell).contains(secret), "the file keeps it");
}
