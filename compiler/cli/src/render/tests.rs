//! Renderings of findings made by hand, each of a kind that has gone wrong in some tool.

use emberline_core::code::{DUPLICATE_SLO, INVALID_VALUE, LOW_TRAFFIC, UNBOUNDED_LABEL};
use emberline_core::finding::Finding;
use emberline_core::source::{SourceId, Sources, Span};

use super::entry::fingerprint;
use super::human::Human;
use super::json::Json;
use super::{Renderer, Report};

const SPEC: &str = "version: emberline/v1\nservice: checkout\nmetrics:\n  http.server.request.duration:\n    labels:\n      \
                    user_id: {}\nslos:\n  - name: availability\n    objective: 99.9%\n  - name: availability\n";

fn at(sources: &Sources, source: SourceId, needle: &str) -> Span {
    let start = sources.get(source).text.find(needle).unwrap();
    Span::new(source, start..start + needle.len())
}

/// The human rendering as a pipe gets it.
fn human(sources: &Sources, findings: &[Finding]) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    Human::styled().render(&Report { sources, findings, waived: 0 }, &mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

fn json(sources: &Sources, findings: &[Finding]) -> serde_json::Value {
    let mut out = Vec::new();
    Json::default().render(&Report { sources, findings, waived: 0 }, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// One finding at `needle` in a source of that text.
fn one(text: &str, needle: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("slos/a.yaml", text);
    let finding = Finding::new(&INVALID_VALUE, at(&sources, id, needle), "expected a number").label("not a number");
    human(&sources, &[finding])
}

#[test]
fn a_finding_with_everything() {
    let mut sources = Sources::default();
    let id = sources.add("slos/checkout.yaml", SPEC);
    let finding = Finding::new(&UNBOUNDED_LABEL, at(&sources, id, "user_id"), "label `user_id` has no bound")
        .label("no `values`, no `limit`")
        .note("every user would be a series of its own")
        .note("a second note")
        .hint("list its `values`, or drop it from the metric");
    insta::assert_snapshot!(human(&sources, &[finding]));
}

#[test]
fn related_places_far_near_and_elsewhere() {
    let mut sources = Sources::default();
    let here = sources.add("slos/checkout.yaml", SPEC);
    let there = sources.add("slos/other.yaml", "\n\nservice: checkout # again\n");
    let text = SPEC.rfind("availability").unwrap();
    let last = Span::new(here, text..text + 12);
    let finding = Finding::new(&DUPLICATE_SLO, last, "SLO `availability` is declared twice")
        .label("declared again")
        .related(at(&sources, here, "availability"), "first declared here")
        .related(at(&sources, there, "checkout"), "this service as well");
    let mild = Finding::new(&LOW_TRAFFIC, at(&sources, here, "99.9%"), "one failed request pages");
    insta::assert_snapshot!(human(&sources, &[finding, mild]));
}

#[test]
fn places_in_one_file_but_far_apart() {
    let mut sources = Sources::default();
    let text = format!("first: 1\n{}last: 2\n", "#\n".repeat(100_000));
    let id = sources.add("slos/a.yaml", text);
    let finding =
        Finding::new(&DUPLICATE_SLO, at(&sources, id, "last"), "twice").related(at(&sources, id, "first"), "here");
    insta::assert_snapshot!(human(&sources, &[finding]));
}

#[test]
fn spans_of_several_lines() {
    insta::assert_snapshot!(one("a:\n  b: 1\n  c: 2\nd: 3\n", "b: 1\n  c: 2\n"));
}

#[test]
fn a_long_block_shows_its_first_line() {
    let block = "  key: value\n".repeat(5_000);
    insta::assert_snapshot!(one(&format!("metrics:\n{block}end: 1\n"), &block));
}

#[test]
fn tabs_and_wide_characters_keep_the_underline_in_place() {
    insta::assert_snapshot!(one("a:\t\"日本語 é 🦀\": \t oops # x\r\n", "oops"));
}

#[test]
fn the_end_of_the_file_can_be_pointed_at() {
    let mut sources = Sources::default();
    let id = sources.add("slos/a.yaml", "service: a\n");
    let empty = sources.add("slos/empty.yaml", "");
    let findings = [Span::new(id, 11..11), Span::new(id, 10..11), Span::new(empty, 0..0)]
        .map(|span| Finding::new(&INVALID_VALUE, span, "expected a field").label("here"));
    insta::assert_snapshot!(human(&sources, &findings));
}

#[test]
fn very_long_lines_are_cut_around_the_place() {
    let text = format!("a: [{}oops, {}]\n", "'long value', ".repeat(50_000), "more, ".repeat(50_000));
    let rendered = one(&text, "oops");
    assert!(rendered.lines().all(|line| line.chars().count() < 420), "{rendered}");
    insta::assert_snapshot!(rendered);
    let everything = one(&text, &text[3..text.len() - 1]);
    assert!(everything.lines().all(|line| line.chars().count() < 420), "{everything}");
}

#[test]
fn hostile_text_cannot_speak_to_the_terminal() {
    let evil = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}x\u{0}";
    let mut sources = Sources::default();
    let id = sources.add(format!("slos/{evil}.yaml"), format!("name: {evil} oops\n"));
    let finding = Finding::new(&INVALID_VALUE, at(&sources, id, "oops"), format!("expected a name, found `{evil}`"))
        .label(evil)
        .note(evil)
        .hint(evil)
        .related(Span::new(id, 0..4), evil);
    let mut raw = Vec::new();
    Human::styled()
        .render(&Report { sources: &sources, findings: std::slice::from_ref(&finding), waived: 0 }, &mut raw)
        .unwrap();
    let raw = String::from_utf8(raw).unwrap();
    // The only escapes are colours of the renderer's own.
    for escape in raw.split('\u{1b}').skip(1) {
        let sequence = escape.split('m').next().unwrap();
        assert!(
            sequence.starts_with('[') && sequence[1..].chars().all(|c| c.is_ascii_digit() || c == ';'),
            "{escape:?}"
        );
    }
    assert!(!raw.contains(['\u{7}', '\u{9b}', '\u{202e}', '\u{0}']));
    insta::assert_snapshot!(human(&sources, &[finding]));
}

#[test]
fn nothing_found_is_said() {
    let mut sources = Sources::default();
    sources.add("slos/a.yaml", "");
    assert_eq!(human(&sources, &[]), "no findings in 1 file\n");
}

#[test]
fn many_findings_in_a_large_file_are_no_work() {
    let mut sources = Sources::default();
    let line = "  - name: x\n";
    let id = sources.add("slos/a.yaml", line.repeat(80_000));
    let findings: Vec<Finding> = (0..2_000)
        .map(|index| Finding::new(&INVALID_VALUE, Span::new(id, index * 480 + 4..index * 480 + 8), "expected `y`"))
        .collect();
    let rendered = human(&sources, &findings);
    assert_eq!(rendered.matches("error[invalid-value]").count(), 2_000);
}

#[test]
fn json_is_what_the_design_says() {
    let mut sources = Sources::default();
    let id = sources.add("slos/checkout.yaml", SPEC);
    let finding = Finding::new(&UNBOUNDED_LABEL, at(&sources, id, "user_id"), "label `user_id` has no bound")
        .note("every user would be a series of its own")
        .related(at(&sources, id, "metrics"), "in these")
        .hint("list its `values`");
    let mild = Finding::new(&LOW_TRAFFIC, at(&sources, id, "99.9%"), "one failed request pages");
    let findings = [finding.clone(), finding, mild];
    insta::assert_snapshot!(serde_json::to_string_pretty(&json(&sources, &findings)).unwrap());
}

#[test]
fn a_fingerprint_does_not_know_the_line() {
    let prints = |text: &str| {
        let mut sources = Sources::default();
        let id = sources.add("slos/a.yaml", text);
        let finding = Finding::new(&INVALID_VALUE, at(&sources, id, "oops"), "expected a number");
        json(&sources, &[finding.clone(), finding])["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let [first, second] = &prints("a: oops")[..] else { panic!("two findings") };
    assert_ne!(first, second, "two findings alike are told apart");
    assert_eq!(prints("a: oops"), prints("# a comment\n\nb: 1\na: oops"));
    // Baselines of users hold such values: printf 'a\\0b\\0c\\0001\\0' | sha256sum | cut -c1-16
    assert_eq!(fingerprint("a", "b", "c", 1), "d3f970f698e9f964");
}

mod any_text_and_place {
    use super::*;
    use proptest::prelude::*;

    /// Short texts of the characters that make trouble, and some lines too long to show.
    fn text() -> impl Strategy<Value = String> {
        let character =
            prop::sample::select(vec!['a', ' ', '\n', '\n', '\r', '\t', 'é', '日', '🦀', '\u{1b}', '\u{301}', ':']);
        (prop::collection::vec(character, 0..60), prop::sample::select(vec![1, 1, 30]))
            .prop_map(|(characters, times)| characters.into_iter().collect::<String>().repeat(times))
    }

    proptest! {
        /// Core's spans lie on character boundaries inside the text; these need not.
        #[test]
        fn is_rendered(one in text(), other in text(), places in prop::collection::vec((0usize..2_000, 0usize..90), 1..5)) {
            let mut sources = Sources::default();
            let ids = [sources.add("a.yaml", one), sources.add("b.yaml", other)];
            let spans: Vec<Span> = places
                .iter()
                .enumerate()
                .map(|(index, (start, length))| Span::new(ids[index % 2], *start..start + length))
                .collect();
            let mut finding = Finding::new(&INVALID_VALUE, spans[0], "message").label("label").note("note");
            for span in &spans[1..] {
                finding = finding.related(*span, "related\nin two lines");
            }
            let findings = [finding];
            let shown = human(&sources, &findings);
            prop_assert!(shown.starts_with("error[invalid-value]: message\n"), "no title");
            let obeyed = shown.contains(['\u{1b}', '\r']);
            prop_assert!(!obeyed, "a terminal would obey this");
            prop_assert_eq!(json(&sources, &findings)["summary"]["errors"].as_u64(), Some(1));
        }
    }
}

mod formats {
    //! Each format for programs is read back by something that is not ours.

    use super::*;
    use crate::args::Format;
    use crate::render::renderer;

    /// What people could put into a name to speak to a terminal, a runner, a parser of XML or of URLs.
    const EVIL: &str =
        "\u{1b}[31m]]>&<x a='1' b=\"2\"/> %0A::error file=x::y\n::set-output name=a::b\r\n##[group] \u{0}\u{202e},:";

    fn rendered(format: Format, sources: &Sources, findings: &[Finding]) -> String {
        let mut out = Vec::new();
        renderer(format).render(&Report { sources, findings, waived: 0 }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// A source and findings of every severity, all made of hostile text.
    fn hostile() -> (Sources, Vec<Finding>) {
        let mut sources = Sources::default();
        let id = sources.add(format!("slos/ü {EVIL}.yaml"), format!("name: {EVIL} oops\n"));
        let span = at(&sources, id, "oops");
        let findings = [&INVALID_VALUE, &LOW_TRAFFIC, &UNBOUNDED_LABEL].map(|code| {
            Finding::new(code, span, format!("found `{EVIL}`"))
                .label(EVIL)
                .note(EVIL)
                .hint(EVIL)
                .related(Span::new(id, 0..4), EVIL)
        });
        (sources, findings.into())
    }

    #[test]
    fn sarif_is_what_its_schema_says() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/sarif/sarif-schema-2.1.0.json")).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let (sources, findings) = hostile();
        for findings in [&findings[..], &[]] {
            let document = serde_json::from_str(&rendered(Format::Sarif, &sources, findings)).unwrap();
            let faults: Vec<String> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}");
        }
        assert!(!schema.is_valid(&serde_json::json!({"version": "2.1.0"})), "the schema refuses something");
    }

    #[test]
    fn sarif_names_rule_place_and_fingerprint() {
        let mut sources = Sources::default();
        let id = sources.add("slos/check out.yaml", SPEC);
        let finding = Finding::new(&UNBOUNDED_LABEL, at(&sources, id, "user_id"), "no bound")
            .related(at(&sources, id, "metrics"), "in these")
            .hint("list its `values`");
        let text = rendered(Format::Sarif, &sources, std::slice::from_ref(&finding));
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let run = &document["runs"][0];
        let result = &run["results"][0];
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "unbounded-label");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "slos/check%20out.yaml");
        assert_eq!(
            place["region"],
            serde_json::json!({"startLine": 6, "startColumn": 7, "endLine": 6, "endColumn": 14})
        );
        let ours = json(&sources, &[finding]);
        assert_eq!(result["partialFingerprints"]["emberline/v1"], ours["findings"][0]["fingerprint"]);
    }

    #[test]
    fn github_sees_one_command_a_finding_and_nothing_else() {
        let (sources, findings) = hostile();
        let text = rendered(Format::Github, &sources, &findings);
        let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), findings.len(), "{text}");
        for (line, word) in lines.iter().zip(["error", "warning", "error"]) {
            // A runner splits at the first two pairs of colons, and properties at commas.
            let (properties, message) = line.strip_prefix(&format!("::{word} ")).unwrap().split_once("::").unwrap();
            let names: Vec<&str> = properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
            assert_eq!(names, ["file", "line", "endLine", "col", "endColumn", "title"], "{line}");
            assert!(message.contains("%0A") && message.contains("%25"), "{line}");
            assert!(line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line:?}");
        }
        assert_eq!(rendered(Format::Github, &sources, &[]), "");
    }

    #[test]
    fn gitlab_gets_a_list_of_issues() {
        let (sources, findings) = hostile();
        let issues: serde_json::Value = serde_json::from_str(&rendered(Format::Gitlab, &sources, &findings)).unwrap();
        let issues = issues.as_array().unwrap();
        let severities: Vec<&str> = issues.iter().map(|issue| issue["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["critical", "minor", "critical"]);
        for issue in issues {
            assert_eq!(issue["location"]["lines"]["begin"], 3);
            assert_eq!(issue["fingerprint"].as_str().unwrap().len(), 16);
            assert!(issue["description"].as_str().unwrap().contains(EVIL), "JSON keeps the text as it is");
        }
        assert_eq!(rendered(Format::Gitlab, &sources, &[]), "[]\n");
    }

    #[test]
    fn junit_is_read_by_the_reader_of_nextest() {
        use quick_junit::{Report, TestCaseStatus};
        let (sources, findings) = hostile();
        let text = rendered(Format::Junit, &sources, &findings);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "XML holds no control character");
        let report = Report::deserialize_from_str(&text).unwrap();
        assert_eq!((report.tests, report.failures, report.errors), (3, 2, 0), "{text}");
        let suite = report.test_suites.first().unwrap();
        assert_eq!((suite.tests, suite.failures, suite.test_cases.len()), (3, 2, 3), "{text}");
        for (case, finding) in suite.test_cases.iter().zip(&findings) {
            let failed = matches!(case.status, TestCaseStatus::NonSuccess { .. });
            assert_eq!(failed, finding.severity == emberline_core::finding::Severity::Error, "{case:?}");
        }
        let clean = rendered(Format::Junit, &sources, &[]);
        let report = Report::deserialize_from_str(&clean).unwrap();
        assert_eq!((report.tests, report.failures), (1, 0), "{clean}");
        assert_eq!(report.test_suites[0].test_cases[0].name.as_str(), "no findings", "{clean}");
        assert!(Report::deserialize_from_str(&clean.replace("</", "<")).is_err(), "the reader judges");
    }
}
