//! Any bytes as a capture, in whichever form they begin like: no panic, findings inside of the specs, and an answer that
//! does not depend on how the bytes are compressed.
#![no_main]

use emberline_core::Meaning;
use emberline_core::source::Sources;
use emberline_evidence::capture::{self, Capture};
use emberline_evidence::judge::{Stage, judge};
use emberline_evidence::replay::Replay;
use libfuzzer_sys::fuzz_target;

/// Services that call one another in every way.
const SPECS: &str = r#"
version: emberline/v1
service: web
calls: [{service: shop, kind: sync, routes: [/buy]}, {service: mail, kind: async-parent}, {service: audit, kind: async-link}]
metrics:
  orders: {type: counter, labels: {kind: {values: [new, old]}, size: {max_values: 2}}}
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind="old"}'}}}
"#;
const OTHERS: [&str; 3] = ["shop", "mail", "audit"];

fuzz_target!(|bytes: &[u8]| {
    let mut sources = Sources::default();
    sources.add("slos/web.yaml", SPECS);
    for name in OTHERS {
        sources.add(format!("slos/{name}.yaml"), SPECS.lines().skip(1).fold(String::new(), |spec, line| match line {
            "service: web" => format!("{spec}service: {name}\n"),
            line if line.starts_with("calls") => spec,
            line => format!("{spec}{line}\n"),
        }));
    }
    let Meaning { model, telemetry, .. } = emberline_core::resolve(&sources);
    for stage in [Stage::Raw, Stage::Redacted, Stage::Kept] {
        let room = Box::new(|| Ok(Box::new(std::io::Cursor::new(Vec::new())) as Box<dyn capture::Room>));
        let mut read = Capture::new(stage != Stage::Raw, Replay::of(&telemetry), room);
        if let Err(fault) = capture::read(&mut read, bytes) {
            assert!(fault.record > 0 && !fault.cause.is_empty(), "{fault:?}");
        }
        let verdict = judge(&mut read, &model, stage).expect("memory can be read again");
        for finding in &verdict.findings {
            let text = &sources.get(finding.label.span.source).text;
            assert!(text.get(finding.label.span.range()).is_some(), "{:?}", finding.label.span);
            assert!(!finding.message.is_empty(), "{}", finding.code.id);
        }
        assert!(verdict.sampled.kept + verdict.sampled.lost <= verdict.sampled.traces);
    }
});
