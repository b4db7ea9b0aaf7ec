//! Hostile policies: whatever names, labels and texts they hold, amtool accepts what each compiles to, whole and within
//! the file of another team. Merging twice changes nothing, and our part comes out again without a trace.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::{emberline, tool};
use serde_json::{Map, Value, json};

use super::schema::{Place, Schema};

/// How many policies are compiled.
const COUNT: usize = 500;

/// Texts that a reader of YAML, of matchers or of templates may take for something else.
const HOSTILE: &[&str] = &[
    "a",
    "\"",
    "'",
    "\\",
    "\\\\\"",
    "a\nb",
    "\n",
    " a ",
    "\t",
    "${a}",
    "$1",
    "%41",
    "- a",
    "? a",
    ": a",
    "a: b",
    "&a *b",
    "!t a",
    "*a",
    "|",
    ">",
    "#",
    "a #b",
    "[",
    "{",
    "}",
    "]",
    ",",
    "~",
    "null",
    "Null",
    "true",
    "no",
    "on",
    "0",
    "00",
    "0x1f",
    "1e3",
    "1_000",
    "12:30:45",
    "-1",
    ".5",
    ".inf",
    "2027-01-01",
    "<<",
    "=",
    "---",
    "...",
    "@a",
    "`a`",
    "ü",
    "日本",
    "\u{1f600}",
    "\u{2028}",
    "\u{feff}a",
    "a=b",
    "a=~\"b\"",
    "(a|b)*",
    ".+",
    "^$",
    "emberline: begin",
    "# emberline: begin",
    "# emberline: end",
];

/// The same for texts that are filled in.
const TEMPLATES: &[&str] = &[
    "{{ .Status }}",
    "{{ \"{{\" }}",
    "{{ range .Alerts }}\n  {{ .Labels.a }}: b\n{{ end }}",
    "{{ .CommonLabels.job | toUpper }}",
    "{{ `a\"b` }}",
    "{{/* # */}}",
    "{{ template \"__subject\" . }}",
];

/// Chances by Knuth's multiplier; the high bits are the random ones.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    /// One to three hostile texts, seldom a long one.
    fn text(&mut self) -> String {
        if self.below(40) == 0 {
            return self.of(HOSTILE).repeat(900);
        }
        (0..=self.below(3)).map(|_| self.of(HOSTILE)).collect()
    }

    /// A name as people give it: not blank, without control characters, of at most 100 characters.
    fn name(&mut self, number: usize) -> String {
        let text: String = self.text().chars().filter(|c| !c.is_control() && *c != '\u{feff}').take(60).collect();
        format!("{text}{number}")
    }

    fn template(&mut self) -> String {
        // A brace before two others would be a part of the action.
        let text = self.text().replace('{', "(");
        format!("{}{text}{}", self.of(TEMPLATES), self.of(TEMPLATES))
    }
}

/// A valid value with hostile texts in the place of its examples. `keeps` says that its names are those of headers.
fn hostile(value: &Value, form: &Value, schema: &Schema, keeps: bool, chance: &mut Chance) -> Value {
    let form = schema.resolved(form);
    let form = match form["anyOf"].get(usize::from(!value.is_string())) {
        Some(form) => schema.resolved(form),
        None => form,
    };
    match value {
        Value::String(_) => match form["examples"][0].as_str() {
            Some("{{ .CommonAnnotations.summary }}") => json!(chance.template()),
            Some("some text") => json!(chance.text()),
            Some("/etc/alertmanager/some.key") => {
                json!(format!("/etc/{}", chance.text().replace(char::is_control, "")))
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(|it| hostile(it, &form["items"], schema, false, chance)).collect(),
        Value::Object(fields) if form["properties"].is_object() => {
            let hostile = |(name, value): (&String, &Value)| {
                let keeps = ["headers", "http_headers"].contains(&name.as_str());
                (name.clone(), hostile(value, &form["properties"][name], schema, keeps, chance))
            };
            Value::Object(fields.iter().map(hostile).collect())
        }
        Value::Object(fields) => {
            let hostile = |(name, value): (&String, &Value)| {
                // A key of more than 1,024 characters is none in YAML.
                let name: String = if keeps { name.clone() } else { chance.text().chars().take(200).collect() };
                (name, hostile(value, &form["additionalProperties"], schema, false, chance))
            };
            Value::Object(fields.iter().map(hostile).collect())
        }
        value => value.clone(),
    }
}

/// A policy, the owner of its service, and the receivers that are declared by their names alone.
fn policy(schema: &Schema, places: &[Place], chance: &mut Chance) -> Result<(Value, String, Vec<String>)> {
    let forms: BTreeMap<String, Value> = schema.integrations()?.into_iter().collect();
    let names: Vec<String> = (0..4).map(|number| chance.name(number)).collect();
    let mut receivers = Map::new();
    let mut bare = Vec::new();
    for name in &names {
        let mut receiver = Map::new();
        for _ in 0..chance.below(4) {
            let place = &places[chance.below(places.len())];
            let key = &place.path[0];
            let config = hostile(&place.valid, &forms[key], schema, false, chance);
            let list = receiver.entry(key).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(config.clone()));
        }
        if receiver.is_empty() {
            bare.push(name.clone());
        }
        receivers.insert(name.clone(), Value::Object(receiver));
    }
    let (owner, hours) = (chance.name(5), chance.name(6));
    let (gravest, other) = (chance.name(7), chance.name(8));
    let mut globals = super::globals();
    globals["resolve_timeout"] = json!("10m");
    // Prometheus fills in labels, for which two braces begin an action.
    let (cluster, team) = (chance.text().replace('{', "("), chance.text().replace('{', "("));
    let policy = json!({
        "version": "emberline/v1",
        "targets": ["rules", "alertmanager"],
        "globals": globals,
        "labels": {"cluster": cluster},
        "receivers": receivers,
        "owners": {(owner.as_str()): {(gravest.as_str()): names[0]}},
        "default_receiver": names[3],
        "severities": {
            (gravest.as_str()): {"receiver": names[1], "mutes": [other], "labels": {"team": team}},
            (other.as_str()): {"receiver": names[2], "active_time_intervals": [hours]}
        },
        "time_intervals": {(hours.as_str()): [{"weekdays": ["monday:friday"], "location": "Europe/Berlin"}]},
        "alerting": {"pairs": [{"long": "1h", "short": "5m", "burn": 14.4, "severity": gravest}, {"long": "3d", "short": "6h", "burn": 1, "severity": other}]},
        "data": {"absent": gravest, "broken": other}
    });
    Ok((policy, owner, bare))
}

/// A configuration of another team, which has the receivers that the policy names and gives no destination.
fn foreign(chance: &mut Chance, bare: &[String]) -> Result<String> {
    let mut text = String::new();
    if chance.below(2) == 0 {
        text += "# theirs\nglobal:\n  resolve_timeout: 1h\n  smtp_smarthost: b.example:25\n";
    }
    text += "route:\n  receiver: theirs # everybody\n";
    if chance.below(2) == 0 {
        writeln!(
            text,
            "  group_by: [alertname]\n  routes:\n    - matchers: [ {} ]\n      receiver: theirs",
            serde_json::to_string("a=\"b\"")?
        )?;
    }
    if chance.below(2) == 0 {
        text += "inhibit_rules:\n- source_matchers: ['severity=\"critical\"']\n  target_matchers: ['severity=\"warning\"']\n  equal: [a]\n";
    }
    if chance.below(2) == 0 {
        text += "time_intervals:\n  - name: theirs\n    time_intervals: [{months: ['december']}]\n";
    }
    text += "receivers:\n- name: theirs\n  webhook_configs: [{url: 'http://a.example/'}]\n";
    for name in bare {
        writeln!(text, "- name: {}", yaml(&json!(name)))?;
    }
    if chance.below(3) == 0 {
        text.truncate(text.trim_end().len());
    }
    Ok(if chance.below(4) == 0 { text.replace('\n', "\r\n") } else { text })
}

/// A value as YAML, with escapes for what YAML prints in no other way.
fn yaml(value: &Value) -> String {
    let mut text = value.to_string();
    for character in ['\u{7f}', '\u{85}', '\u{feff}', '\u{2028}'] {
        text = text.replace(character, &format!("\\u{:04x}", u32::from(character)));
    }
    text
}

/// Our part merged into the file and taken out of it again.
fn merge(specs: &Path, file: &Path, flags: &[&str]) -> Result<String> {
    run(Command::new(emberline()?).arg("alertmanager").arg(file).args(flags).arg("--specs").arg(specs))?;
    fs::read_to_string(file).context("reading the file")
}

#[test]
fn amtool_takes_what_hostile_policies_compile_to() -> Result<()> {
    let (amtool, mut chance) = (tool("amtool")?, Chance(0x9e37_79b9_7f4a_7c15));
    let (schema, places) = super::places()?;
    let mut receivers = 0;
    for number in 0..COUNT {
        let folder = tempfile::tempdir()?;
        let (specs, out, file) =
            (folder.path().join("slos"), folder.path().join("out"), folder.path().join("alertmanager.yml"));
        fs::create_dir(&specs)?;
        let (policy, owner, bare) = policy(&schema, &places, &mut chance)?;
        receivers += policy["receivers"].as_object().map_or(0, Map::len);
        fs::write(specs.join("policy.yaml"), yaml(&policy))?;
        let service = json!({
            "version": "emberline/v1", "service": chance.name(9), "owner": owner,
            "slos": [{"name": chance.name(10), "objective": "99%", "sli": {"events": {"total": "t", "bad": "t{code=\"5\"}"}}}]
        });
        fs::write(specs.join("shop.yaml"), yaml(&service))?;
        run(Command::new(emberline()?).args(["compile", "--quiet", "--specs"]).arg(&specs).arg("--out").arg(&out))
            .with_context(|| format!("policy {number}: {policy}"))?;
        let before = foreign(&mut chance, &bare)?;
        fs::write(&file, &before)?;
        let merged = merge(&specs, &file, &["--write"]).with_context(|| format!("policy {number}: {policy}"))?;
        ensure!(merge(&specs, &file, &["--check"])? == merged, "policy {number} is merged otherwise the second time");
        let whole = out.join("alertmanager/alertmanager.yaml");
        run(Command::new(&amtool).arg("check-config").args([&whole, &file]))
            .with_context(|| format!("policy {number}: {policy}\n{merged}"))?;
        let after = merge(&specs, &file, &["--remove", "--write"])?;
        ensure!(after == before, "policy {number} leaves a trace:\n{before}\n{after}");
    }
    println!("hostile: amtool takes what {COUNT} policies with {receivers} receivers compile to, whole and merged");
    Ok(())
}
