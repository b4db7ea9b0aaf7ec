//! Templates in annotations are judged as promtool judges them: thousands, made of the parts that templates have, most of
//! them broken somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::tools::{emberline, tool};
use serde_json::{Value, json};

/// How many templates are tried.
const COUNT: usize = 8_000;

/// Pieces of actions, and of texts around them.
const PIECES: [&str; 78] = [
    "{{",
    "}}",
    "{{",
    "}}",
    "{{ ",
    " }}",
    "{{- ",
    " -}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    "{{ /* a */ }}",
    " ",
    " ",
    " ",
    "\n",
    "$value",
    "$labels.job",
    "$labels",
    "$externalURL",
    "$",
    "$x",
    "$x := ",
    "$x = ",
    "$i, $x := ",
    ".",
    ".Labels",
    ".Value",
    ".Labels.job",
    ".Any",
    "(",
    ")",
    "|",
    " | ",
    ",",
    ":=",
    ":",
    "=",
    "\"a\"",
    "\"",
    "`b`",
    "`",
    "'c'",
    "'",
    "'cd'",
    "\"\\n\"",
    "\"\\q\"",
    "\"\\x4g\"",
    "1",
    "-1.5",
    "0x1F",
    "1e3",
    "1_000",
    "1__0",
    "08",
    "1i",
    ".5",
    "1a",
    "nil",
    "true",
    "printf",
    "len",
    "humanize",
    "query",
    "nothing",
    "é",
    "日",
    "!",
    "@",
    "\\",
    "#",
    "word ",
    "} ",
    "{ ",
    "%",
    "/*",
    "*/",
];
/// Actions that are whole, with `_` for what stands within.
const WHOLE: [&str; 21] = [
    "{{ $value }}",
    "{{ if $value }}_{{ end }}",
    "{{ if gt $value 1.0 }}_{{ else }}_{{ end }}",
    "{{ if $value }}_{{ else if $labels.job }}_{{ else }}_{{ end }}",
    "{{ with query \"up\" }}_{{ end }}",
    "{{ with $x := query \"up\" }}{{ $x }}_{{ else with .Labels }}_{{ end }}",
    "{{ range query \"up\" }}_{{ end }}",
    "{{ range $i, $x := query \"up\" }}{{ $x }}_{{ end }}",
    "{{ range $x := query \"up\" }}_{{ else }}_{{ end }}",
    "{{ range query \"up\" }}{{ break }}_{{ end }}",
    "{{ define \"t\" }}_{{ end }}",
    "{{ template \"t\" }}",
    "{{ template \"t\" . }}",
    "{{ block \"b\" . }}_{{ end }}",
    "{{ $x := 1 }}_{{ $x }}",
    "{{ $x = 2 }}",
    "{{ ($labels).job }}",
    "{{ (printf \"%v\" $value) | len }}",
    "{{ $value | humanize | printf \"%s\" }}",
    "{{/* note */}}",
    "{{ range 3 }}_{{ end }}",
];

/// Numbers by chance, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn pieces(&mut self) -> String {
        (0..1 + self.below(5)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn template(&mut self) -> String {
        let mut text = String::from("_");
        for _ in 0..1 + self.below(3) {
            while let Some(at) = text.find('_').filter(|_| text.len() < 200) {
                let within = match self.below(8) {
                    0..=3 => WHOLE[self.below(WHOLE.len())].to_owned(),
                    4 => format!("{{{{ {} }}}}", self.pieces().replace('_', "")),
                    _ => String::from("said"),
                };
                text.replace_range(at..=at, &within);
            }
            text.push('_');
        }
        text = text.replace('_', "");
        // A third of them gets something that was not there, or loses something.
        match self.below(6) {
            0 => text.insert_str(self.place(&text), &self.pieces().replace('_', "")),
            1 => {
                let place = self.place(&text);
                if place < text.len() {
                    text.remove(place);
                }
            }
            _ => {}
        }
        text
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        places[self.below(places.len())]
    }
}

#[test]
fn templates_are_judged_as_promtool_judges_them() -> Result<()> {
    let mut dice = Dice(0x7e_3a11);
    let mut templates: Vec<String> = (0..COUNT).map(|_| dice.template()).collect();
    templates.sort();
    templates.dedup();
    let folder = tempfile::tempdir()?;
    let refused = by_promtool(folder.path(), &templates)?;
    let [found, late] = by_us(folder.path(), &templates)?;
    let differ: Vec<String> = (0..templates.len())
        .filter(|at| !late.contains(at) && found.contains(at) != refused.contains(at))
        .map(|at| {
            format!(
                "{:?}: {}",
                templates[at],
                if found.contains(&at) { "refused by us alone" } else { "by promtool alone" }
            )
        })
        .collect();
    ensure!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), templates.len(), differ.join("\n"));
    ensure!(
        refused.len() * 4 > templates.len() && refused.len() * 4 < templates.len() * 3,
        "{} refused",
        refused.len()
    );
    println!("templates: {} as promtool judges them, {} of them refused", templates.len(), refused.len());
    Ok(())
}

/// The numbers of templates that promtool refuses.
fn by_promtool(folder: &std::path::Path, templates: &[String]) -> Result<BTreeSet<usize>> {
    let annotations: serde_json::Map<String, Value> =
        templates.iter().enumerate().map(|(at, text)| (format!("n{at}"), json!(text))).collect();
    let rules = json!({"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up", "annotations": annotations}]}]});
    let path = folder.join("rules.json");
    fs::write(&path, rules.to_string())?;
    let output = Command::new(tool("promtool")?).args(["check", "rules"]).arg(&path).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let named = said.lines().filter_map(|line| line.split("annotation \"n").nth(1)?.split('"').next()?.parse().ok());
    Ok(named.collect())
}

/// The numbers of templates that `check` finds fault with, and of those whose fault Prometheus finds only when an alert fires.
fn by_us(folder: &std::path::Path, templates: &[String]) -> Result<[BTreeSet<usize>; 2]> {
    let specs = folder.join("slos");
    fs::create_dir(&specs)?;
    let head = "version: emberline/v1\nservice: s\nslos:\n  - name: a\n    objective: 99%\n    sli: {events: {total: t_total, bad: 't_total{code=\"5\"}'}}\n    alerting:\n      annotations:\n";
    let lines: String =
        templates.iter().enumerate().map(|(at, text)| format!("        n{at}: {}\n", json!(text))).collect();
    fs::write(specs.join("s.yaml"), format!("{head}{lines}"))?;
    let output = Command::new(emberline()?).args(["check", "--format", "json", "--specs"]).arg(&specs).output()?;
    let document: Value =
        serde_json::from_slice(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let first = head.lines().count() as u64 + 1;
    let findings = document["findings"].as_array().context("no findings")?;
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    for finding in findings {
        let message = finding["message"].as_str().unwrap_or_default();
        if message.contains("cannot read this template") {
            let is_late = message.contains("there is no field") || message.contains("before it is declared");
            let line = finding["line"].as_u64().with_context(|| format!("no line: {finding}"))?;
            found[usize::from(is_late)].insert(usize::try_from(line - first)?);
        }
    }
    Ok(found)
}
