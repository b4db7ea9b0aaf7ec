#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop at the first surprise")]

use super::{Refused, merge};
use crate::emit::Fragment;
use crate::source::Sources;
use crate::{Order, compile};

const SERVICE: &str = r#"version: emberline/v1
service: shop
owner: web
slos:
  - {name: latency, objective: 99%, sli: {events: {total: t, bad: 't{code="5"}'}}}
"#;

/// A policy with a receiver of its own, one with a text of several lines, and one that the team has.
const POLICY: &str = r#"version: emberline/v1
receivers:
  our-hook: {webhook_file: /etc/hook}
  our-slack: {slack: {channel: '#slo', url_file: /etc/slack}}
  oncall: {}
owners:
  web: {page: our-hook}
severities:
  page: {receiver: oncall, mutes: [ticket]}
  ticket: {receiver: our-slack}
"#;

fn ours_by(policy: &str) -> Fragment {
    let mut sources = Sources::default();
    sources.add("slos/policy.yaml", policy);
    sources.add("slos/shop.yaml", SERVICE);
    Fragment::of(&compile(&sources, Order::default()).plan.unwrap().alertmanager)
}

fn ours() -> Fragment {
    ours_by(POLICY)
}

/// Configurations as teams write them.
const CONFIGURATIONS: &[&str] = &[
    // As Alertmanager's documentation indents.
    r#"global:
  smtp_from: a@example.org

# Who is told.
route:
  receiver: oncall
  group_by: ['alertname', cluster]
  routes:
    # Databases first.
    - matchers:
        - service=~"mysql|cassandra"
      receiver: db
      routes:
        - matchers: [severity="page"]
          receiver: oncall
    - receiver: oncall # the rest
      continue: true

inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity="warning"]
    equal: [alertname]

receivers:
  - name: oncall
    webhook_configs:
      - url: http://127.0.0.1:9/
  - name: db
"#,
    // Items beneath their keys, nothing optional, no comment.
    r#"route:
  receiver: oncall
receivers:
- name: oncall
"#,
    // Receivers first, a route at the end, no end of the last line.
    r#"receivers:
- name: oncall
  slack_configs:
  - channel: '#a'
    text: |
      # emberline: begin
      {{ range .Alerts }}x{{ end }}

route:
  group_wait: 30s
  receiver: oncall # everybody"#,
    // The same with a list at the end.
    r#"receivers:
  - {name: oncall}
# all
route:
    receiver: oncall
    routes:
    -   receiver: oncall
    # the end"#,
    // Keys without values, and comments in odd places.
    r#"---
# head
route: # the root
  # of all
  routes:
  # no route yet
  receiver: "oncall"
inhibit_rules: # none

templates: [a.tmpl]
receivers: # [who] {is} told

# the one
-   name: 'oncall'
    # nothing

# foot
"#,
    // Anchors and aliases that stay what they are.
    r#"global: &g
  resolve_timeout: 5m
route: &root
  receiver: oncall
  group_by: &by [a, b]
  routes: &all
  - receiver: oncall
    group_by: *by
mute_time_intervals: []
receivers:
  -
    name: oncall
    email_configs:
    - &mail {to: a@example.org}
    - <<: *mail
      headers: {subject: '{{ .x }}'}
"#,
    // Everything a step to the right.
    r#"  route:
    receiver: oncall
    routes:
    - receiver: oncall
      matchers:
      - a="b"
  receivers:
  - name: oncall
"#,
];

fn merged(text: &str) -> String {
    merge(text, &ours()).unwrap_or_else(|refused| panic!("{refused:?} of\n{text}"))
}

#[test]
fn ours_goes_first_and_comes_out_again() {
    for text in CONFIGURATIONS {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            let merged = merged(&text);
            // As another reader of YAML sees it.
            let read: serde_yaml::Value =
                serde_yaml::from_str(&merged).unwrap_or_else(|fault| panic!("{fault}\n{merged}"));
            let first = &read["route"]["routes"][0];
            assert_eq!(first["matchers"][1], "service=~\".+\"", "{merged}");
            assert_eq!(first["routes"].as_sequence().unwrap().len(), 3, "{merged}");
            assert_eq!(read["inhibit_rules"][0]["source_matchers"][3], "severity=\"page\"", "{merged}");
            let names: Vec<&str> =
                read["receivers"].as_sequence().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
            assert!(names.starts_with(&["our-hook", "our-slack"]) && names.contains(&"oncall"), "{names:?}");
            // Nothing of the team's is lost or moved.
            let mut rest = merged.lines();
            for line in text.lines() {
                assert!(rest.any(|it| it == line), "{line:?} is gone or moved in\n{merged}");
            }
            assert_eq!(merged.contains('\r'), text.contains('\r'));
            assert_eq!(merged.matches('\n').count(), merged.lines().count() - usize::from(!text.ends_with('\n')));
            assert!(!text.contains('\r') || merged.matches("\r\n").count() == merged.matches('\n').count());
            assert_eq!(merge(&merged, &ours()).unwrap(), merged, "stable");
            assert_eq!(merge(&merged, &Fragment::default()).unwrap(), text, "gone without a trace");
        }
    }
}

#[test]
fn only_what_is_between_the_marks_changes() {
    for text in CONFIGURATIONS {
        let before = merged(text);
        let other = ours_by(&POLICY.replace("our-hook", "our-phone").replace("mutes: [ticket]", "mutes: []"));
        let after = merge(&before, &other).unwrap();
        assert!(after.contains("our-phone") && !after.contains("our-hook") && before != after);
        assert_eq!(after, merge(text, &other).unwrap(), "as if the older part had never been there");
        assert!(!after.contains("target_matchers:\n      - alertname"), "the inhibition is gone");
    }
}

#[test]
fn items_that_the_team_hangs_below_our_key_stay() {
    let text = CONFIGURATIONS[1];
    let merged = merged(text);
    let theirs = "- source_matchers: [a=\"b\"]\n  target_matchers: [a=\"c\"]\n";
    let edited = format!("{merged}\n# ours, not theirs\n{theirs}");
    let again = merge(&edited, &ours()).unwrap();
    let read: serde_yaml::Value = serde_yaml::from_str(&again).unwrap();
    assert_eq!(read["inhibit_rules"].as_sequence().unwrap().len(), 2, "{again}");
    assert_eq!(merge(&again, &ours()).unwrap(), again);
    let without = merge(&again, &Fragment::default()).unwrap();
    assert_eq!(without, format!("{text}inhibit_rules:\n\n# ours, not theirs\n{theirs}"));
}

#[test]
fn a_receiver_that_is_there_with_our_destination_is_not_written_twice() {
    let text =
        format!("{}- webhook_configs: [{{url_file: '/etc/hook'}}] # theirs\n  name: our-hook\n", CONFIGURATIONS[1]);
    let merged = merged(&text);
    assert_eq!(merged.matches("name: our-hook").count(), 1, "{merged}");
    assert_eq!(merged.matches("name: our-slack").count(), 1, "{merged}");
}

/// The message and the line of a refusal.
fn refused(text: &str) -> (String, usize) {
    let Refused { at, what, help } = merge(text, &ours()).expect_err(text);
    assert!(!help.is_empty());
    (what, text[..at].matches('\n').count() + 1)
}

#[test]
fn what_cannot_be_edited_safely_is_refused_at_its_place() {
    let receivers = "receivers:\n- name: oncall\n";
    let route = "route:\n  receiver: oncall\n";
    for (text, line, expected) in [
        (format!("route: {{receiver: oncall}}\n{receivers}"), 1, "`route` is written in flow style"),
        (format!("route:\n  {{\n  receiver: oncall}}\n{receivers}"), 2, "`route` is written in flow style"),
        (format!("{route}  routes: [{{receiver: oncall}}]\n{receivers}"), 3, "`routes` is written in flow style"),
        (format!("{route}  routes: []\n{receivers}"), 3, "`routes` is written in flow style"),
        (format!("{route}  routes: # a\n    [\n    ]\n{receivers}"), 4, "`routes` is written in flow style"),
        (format!("{route}  routes: ~\n{receivers}"), 3, "`routes` holds nothing"),
        (format!("{route}  routes: {{}}\n{receivers}"), 3, "`routes` holds a mapping"),
        (format!("{route}inhibit_rules: []\n{receivers}"), 3, "`inhibit_rules` is written in flow style"),
        (format!("{route}receivers: [name: oncall]\n"), 3, "`receivers` is written in flow style"),
        (format!("{route}\troutes: []\n{receivers}"), 3, "a tab is used for indentation"),
        (receivers.to_owned(), 1, "the file has no `route:`"),
        (String::new(), 1, "the file has no `route:`"),
        ("- a\n".to_owned(), 1, "the file has no `route:`"),
        (format!("route:\n{receivers}"), 1, "`route` holds no receiver"),
        ("{route: {receiver: oncall}, receivers: [{name: oncall}]}".to_owned(), 1, "`route` does not begin its line"),
        (format!("global: &r\n  receiver: oncall\nroute: *r\n{receivers}"), 3, "`route` comes from an alias"),
        (format!("global: &r\n  receiver: oncall\nroute:\n  <<: *r\n{receivers}"), 3, "`route` comes from an alias"),
        (
            format!("global: {{r: &r [receiver: oncall]}}\n{route}  routes: *r\n{receivers}"),
            4,
            "`routes` comes from an alias",
        ),
        (
            format!("global: &r\n  routes:\n  - receiver: oncall\n{route}  <<: *r\n{receivers}"),
            2,
            "`routes` comes from an alias",
        ),
        (
            format!("{route}  routes: &r\n  - receiver: oncall\nx: *r\n{receivers}"),
            1,
            "with our part in it the file would no longer say the rest",
        ),
        (format!("{route}{receivers}---\na: b\n"), 6, "another document begins"),
        (format!("{route}{receivers}---\n"), 5, "another document begins"),
        (format!("{route}{receivers}...\n"), 5, "another document begins"),
        (
            format!("{route}{receivers}- name: our-hook\n  webhook_configs: [{{url_file: /etc/other}}]\n"),
            5,
            "the receiver `our-hook` leads elsewhere",
        ),
        (format!("{route}{receivers}- name: our-hook\n"), 5, "the receiver `our-hook` leads elsewhere"),
        (
            "route:\n  receiver: x\nreceivers:\n- name: x\n".to_owned(),
            3,
            "the policy sends alerts to the receiver `oncall`, which neither",
        ),
        (format!("# emberline: begin\n{route}{receivers}"), 1, "a part of ours begins here and ends nowhere"),
        (format!("{route}  # emberline: end\n{receivers}"), 3, "a part of ours ends here that begins nowhere"),
        (
            format!("{route}  # emberline: begin\n{receivers}# emberline: begin\n"),
            6,
            "a part of ours begins here within",
        ),
        (format!("{route}a: \"\n{receivers}"), 3, "a quote is never closed"),
    ] {
        let (what, at) = refused(&text);
        assert!(what.starts_with(expected), "{what}, not {expected}:\n{text}");
        assert_eq!(at, line, "{what}\n{text}");
    }
}

#[test]
fn places_are_those_of_the_file_with_our_part() {
    let merged = merged(CONFIGURATIONS[1]).replace("- name: oncall\n", "- name: on\n");
    let (what, line) = refused(&merged);
    assert!(what.starts_with("the policy sends alerts to the receiver `oncall`"), "{what}");
    assert_eq!(merged.lines().nth(line - 1), Some("receivers:"), "{merged}");
}

/// A policy whose tickets are told in office hours, by a template of a file.
fn with_hours() -> Fragment {
    let hours = "time_intervals: {office: [{weekdays: ['monday:friday']}], unused: [{years: ['2027']}]}\n";
    let policy = POLICY.replace("receiver: our-slack}", "receiver: our-slack, active_time_intervals: [office]}");
    ours_by(&format!("{policy}{hours}templates: [/etc/a.tmpl]\n"))
}

#[test]
fn intervals_of_time_that_the_file_has_not_are_written() {
    let text = format!("{}templates:\n- /etc/a.tmpl\n", CONFIGURATIONS[1]);
    let merged = merge(&text, &with_hours()).unwrap();
    let read: serde_yaml::Value = serde_yaml::from_str(&merged).unwrap();
    assert_eq!(read["time_intervals"].as_sequence().unwrap().len(), 1, "{merged}");
    assert_eq!(read["time_intervals"][0]["name"], "office");
    let hours = &read["route"]["routes"][0]["routes"][2]["active_time_intervals"][0];
    assert_eq!(hours, "office", "{merged}");
    assert_eq!(merge(&merged, &with_hours()).unwrap(), merged);
    assert_eq!(merge(&merged, &Fragment::default()).unwrap(), text);
    // Those that the file has are used, in whichever list.
    for list in ["time_intervals", "mute_time_intervals"] {
        let interval = "- time_intervals: [{weekdays: [monday:friday]}]\n  name: office\n";
        let merged = merge(&format!("{text}{list}:\n{interval}"), &with_hours()).unwrap();
        assert_eq!(merged.matches("name: office").count(), 1, "{merged}");
    }
}

#[test]
fn other_intervals_and_missing_templates_are_refused() {
    let text = format!("{}templates:\n- /etc/a.tmpl\n", CONFIGURATIONS[1]);
    let other = "time_intervals:\n- name: office\n  time_intervals: [{weekdays: [saturday]}]\n";
    for (text, expected, line) in [
        (format!("{text}{other}"), "the interval of time `office` says something else", 8),
        (text.replace("a.tmpl", "b.tmpl"), "the policy's receivers call templates of `/etc/a.tmpl`", 5),
        (CONFIGURATIONS[1].to_owned(), "the policy's receivers call templates of `/etc/a.tmpl`", 1),
    ] {
        let Refused { at, what, .. } = merge(&text, &with_hours()).expect_err(&text);
        assert!(what.starts_with(expected), "{what}");
        assert_eq!(text[..at].matches('\n').count() + 1, line, "{what}\n{text}");
    }
}
