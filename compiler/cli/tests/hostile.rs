//! Hostile text cannot become markup in any output: one table of writers, each fed the same payloads.
//!
//! Telemetry, commits and specs are not trusted. Each writer is given texts that break out of Markdown, HTML or XML where
//! an escape is missing. The walk's own pages are tested in `emberline-walk`, with hostile spans and commits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;

use emberline_core::Order;
use emberline_core::model::Pace;
use emberline_core::source::Sources;
use emberline_drill::evidence::{Asked, Evidence};
use emberline_drill::record::Record;
use emberline_drill::report::{Incident, series_markdown};
use emberline_drill::series;
use emberline_walk::source::{Labels, Point, Series};
use pulldown_cmark::{Event, Options, Parser, Tag};
use shell::Shell;

/// Breaks out of an element, an attribute, a cell, a link and a sentence, and turns text around. A name may have at most
/// 100 characters.
const HOSTILE: &str =
    "x'\"><evil onevil=1>|[evil](javascript:evil) ![evil](evil) `evil *evil* ~~evil~~ $evil$ \u{202e}";
/// The same as YAML: the spec says what the page will hold.
fn yaml() -> String {
    serde_json::to_string(HOSTILE).unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Markdown,
    /// HTML, SVG or XML.
    Tags,
}

/// What a payload became; nothing if it stayed text.
fn broken_out(kind: Kind, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for hidden in text.chars().filter(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c)) {
        found.push(format!("the character {hidden:?}"));
    }
    match kind {
        Kind::Markdown => found.extend(in_markdown(text)),
        Kind::Tags => found.extend(in_tags(text)),
    }
    found
}

fn in_markdown(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let is_evil = |address: &str| address.contains("evil") && !address.ends_with(".md");
    Parser::new_ext(text, options)
        .filter_map(|event| match &event {
            Event::Html(html) | Event::InlineHtml(html) if html.contains("evil") => Some(format!("{event:?}")),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if is_evil(dest_url) => {
                Some(format!("{event:?}"))
            }
            Event::Start(Tag::Strikethrough | Tag::Emphasis) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                (!text.contains("_To be written")).then(|| format!("{event:?}"))
            }
            _ => None,
        })
        .collect()
}

/// Elements and attributes of the payload, in a text of tags.
fn in_tags(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        // A tag ends at the first `>` outside quotes.
        let mut quote = None;
        let mut bare = String::new();
        let mut end = rest.len();
        for (at, c) in rest.char_indices().skip(1) {
            match (quote, c) {
                (None, '>') => {
                    end = at + 1;
                    break;
                }
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                (None, c) => bare.push(c),
                (Some(_), _) => {}
            }
        }
        if bare.contains("evil") {
            found.push(format!("the tag <{bare}>"));
        }
        rest = &rest[end..];
    }
    found
}

fn record() -> Record {
    let text = include_str!("../../drill/tests/report/latency.drill.json");
    let mut record: Record = serde_json::from_str(text).unwrap();
    record.fault.name = HOSTILE.to_owned();
    record.fault.opened.function = HOSTILE.to_owned();
    record.slow = vec![HOSTILE.to_owned()];
    for commit in &mut record.release.commits {
        commit.subject = HOSTILE.to_owned();
    }
    for moment in &mut record.timeline {
        moment.what = HOSTILE.to_owned();
    }
    for attempt in &mut record.attempts {
        attempt.what = HOSTILE.to_owned();
    }
    for suspect in &mut record.search.as_mut().unwrap().suspects {
        (suspect.subject, suspect.reasons) = (HOSTILE.to_owned(), vec![HOSTILE.to_owned()]);
    }
    record
}

/// Write-ups of a drill in which every name is hostile.
fn write_ups() -> Vec<(String, Kind, String)> {
    let record = record();
    let mut sources = Sources::default();
    let spec = "version: emberline/v1\nservice: checkout\nowner: team\nslos:\n  - name: latency\n    description: DESCRIPTION\n    \
                objective: 99%\n    sli: {events: {total: requests_total, bad: 'requests_total{code=\"500\"}'}}\n";
    sources.add("slos/checkout.yaml", spec.replace("DESCRIPTION", &yaml()));
    let analysis = emberline_core::compile(&sources, Order { pace: Pace::Drill(Some(15)), ..Order::default() });
    let plan = analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings));
    let asked = |title: &str| {
        let points = vec![Point { time: record.began, value: 1.0 }, Point { time: record.began + 9.0, value: 2.0 }];
        let series = vec![Series { labels: Labels::new(), points }];
        Asked { title: title.to_owned(), query: HOSTILE.to_owned(), step: 2.0, series }
    };
    let evidence = Evidence {
        fired: serde_json::json!({}),
        alerts: None,
        base: vec![asked(HOSTILE)],
        burns: vec![(asked(HOSTILE), 14.4)],
    };
    let incident =
        Incident { record: &record, evidence: &evidence, artefacts: &[], rules: "", change: "", plan: &plan };
    let mut rows = Vec::new();
    for (name, text) in incident.files().unwrap() {
        match name.rsplit('.').next() {
            Some("md") => rows.push((name, Kind::Markdown, text)),
            Some("svg") => rows.push((name, Kind::Tags, text)),
            _ => {}
        }
    }
    rows.push(("postmortem.md".to_owned(), Kind::Markdown, incident.postmortem("x", "x/").unwrap()));
    let summary = series::summary(std::slice::from_ref(&record), vec![HOSTILE.to_owned()]);
    rows.push(("series.md".to_owned(), Kind::Markdown, series_markdown(&summary, &[record]).unwrap()));
    rows
}

/// What commands write about specs in which every text is hostile.
fn commands() -> Vec<(String, Kind, String)> {
    let shell = Shell::new();
    let write = |path: &str, text: &str| fs::write(shell.folder.path().join(path), text).unwrap();
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    let text = yaml();
    // Queries quote names exactly, so that they find what is so called: a mark that turns text around stays in them.
    let name = serde_json::to_string(HOSTILE.trim_end_matches('\u{202e}')).unwrap();
    write(
        "slos/<evil onevil=1>&\"'.yaml",
        &format!(
            "version: emberline/v1\nservice: {name}\nowner: {text}\ntraffic: 100/s\nslos:\n  - name: {name}\n    description: {text}\n    \
             notes: {text}\n    objective: 99.9%\n    \
             sli: {{events: {{total: requests_total, bad: 'requests_total{{code=\"500\"}}'}}}}\n"
        ),
    );
    let price = |of: &str| format!("{of}: {{ingest: {{price: 0.5, source: {text}, retrieved: 2026-11-22}}}}\n");
    write(
        "slos/prices.yaml",
        &format!(
            "version: emberline/v1\ncurrency: EUR\nseries: {{price: 10, source: {text}, retrieved: 2026-11-22}}\n{}{}{}\
             business:\n  revenue_per_minute: {{low: 100, high: 200, source: {text}}}\n  \
             revenue_lost: {{low: 10%, high: 50%, source: {text}}}\n  \
             incidents_per_year: {{low: 10, high: 20, source: {text}}}\n  \
             minutes_saved: {{low: 5, high: 15, source: {text}}}\n",
            price("traces"),
            price("logs"),
            price("profiles")
        ),
    );
    let measured = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ci/cost/measured.json");
    let run = |line: &str| {
        let ran = shell.run(&line.replace("MEASURED", measured));
        assert!(ran.status < 2, "{line}: {ran:?}");
        ran.out
    };
    let mut rows = Vec::new();
    for line in
        ["emberline cost --measured MEASURED --format markdown", "emberline roi --measured MEASURED --format markdown"]
    {
        rows.push((line.to_owned(), Kind::Markdown, run(line)));
    }
    run("emberline compile --only runbooks");
    let mut folders = vec![shell.folder.path().join("generated")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("html") => rows.push((name, Kind::Tags, fs::read_to_string(path).unwrap())),
                Some("md") => rows.push((name, Kind::Markdown, fs::read_to_string(path).unwrap())),
                _ => {}
            }
        }
    }
    // A fault whose finding quotes the payload, beside a path that is one.
    write("slos/faulty.yaml", &format!("version: emberline/v1\nservice: shop\n{text}: 1\nowner: [{text}]\n"));
    let line = "emberline check --format junit";
    let junit = run(line);
    assert!(junit.contains("onevil"), "the payload does not reach the finding: {junit}");
    rows.push((line.to_owned(), Kind::Tags, junit));
    run("emberline check --summary summary.md");
    let summary = fs::read_to_string(shell.folder.path().join("summary.md")).unwrap();
    rows.push(("summary.md".to_owned(), Kind::Markdown, summary));
    rows
}

#[test]
fn hostile_text_stays_text_in_every_output() {
    let rows: Vec<(String, Kind, String)> = write_ups().into_iter().chain(commands()).collect();
    let names: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    for wanted in
        ["incident.md", "postmortem.md", "series.md", "plots/burn.svg", "index.html", "index.md", "summary.md"]
    {
        assert!(names.contains(&wanted), "{wanted} is missing in {names:?}");
    }
    let broken: Vec<String> = rows
        .iter()
        .flat_map(|(name, kind, text)| broken_out(*kind, text).into_iter().map(move |what| format!("{name}: {what}")))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let reached = rows.iter().filter(|(.., text)| text.contains("onevil")).count();
    assert!(reached >= 10, "only {reached} of {} outputs hold the payload", rows.len());
}

#[test]
fn a_payload_that_breaks_out_is_found() {
    assert!(!broken_out(Kind::Markdown, HOSTILE).is_empty());
    assert!(!broken_out(Kind::Tags, &format!("<p title=\"{HOSTILE}\">")).is_empty());
    assert!(!broken_out(Kind::Tags, "<p onevil=1>").is_empty());
    assert!(broken_out(Kind::Tags, "<p title=\"&lt;evil onevil=1&gt;\">evil</p>").is_empty());
}
