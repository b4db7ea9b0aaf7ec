//! What the collector's file exporter writes is read whole: four signals in JSON and protobuf, plain and compressed, with
//! the same counts and the same findings.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::collector::{Place, SIGNALS, passing_on};
use emberline_proofs::otlp::{self, SERVER, any, attributes};
use emberline_proofs::tools::judged;
use serde_json::{Value, json};

const SPEC: &str = "\
version: emberline/v1
service: web
slos:
  - {name: a, objective: 99%, sli: {events: {total: t, bad: 't{code=\"500\"}'}}}
";
/// Name, `format` and `compression` of an exporter.
pub(crate) const FORMS: [(&str, &str, &str); 4] =
    [("json", "json", ""), ("proto", "proto", ""), ("json-zstd", "json", "zstd"), ("proto-zstd", "proto", "zstd")];
const TRACE: &str = "5b8efff798038103d269b633813fc60c";
/// No span has this id.
const GONE: &str = "00000000000000000000000000000bad";
const ADDRESS: &str = "mail jane.roe@example.org";

/// A collector that writes everything in every form, a file for each signal.
fn config(folder: &Path) -> Value {
    let mut exporters = BTreeMap::new();
    let mut pipelines = BTreeMap::new();
    for signal in SIGNALS {
        let mut names = Vec::new();
        for (form, format, compression) in FORMS {
            let name = format!("file/{signal}-{form}");
            let path = folder.join(form).join(format!("{signal}.out"));
            exporters.insert(name.clone(), json!({"path": path, "format": format, "compression": compression}));
            names.push(name);
        }
        pipelines.insert(signal, names);
    }
    passing_on(&exporters, &pipelines)
}

/// Two requests of each signal. Some records name a trace, some none, some one that is gone; an address stands in a body, in
/// a list of pairs and in the table of a profile.
fn requests() -> [(&'static str, [Value; 2]); 4] {
    let span = |id: &str, parent: &str, kind| otlp::span(TRACE, id, parent, "GET /", kind, 5);
    let time = otlp::now().to_string();
    // Put together, so that a scan of this file finds no card.
    let card = format!("4111{}", " 1111".repeat(3));
    let traces = [
        otlp::traces(&[("web", vec![span("0000000000000001", "", SERVER)])]),
        otlp::traces(&[("web", vec![span("0000000000000002", "0000000000000001", 1)])]),
    ];
    let logs = [
        json!({"timeUnixNano": time, "severityNumber": 9, "traceId": TRACE, "spanId": "0000000000000001", "body": any(&json!(ADDRESS))}),
        json!({"body": any(&json!({"user": ADDRESS, "parts": [{"card": card}]}))}),
        json!({"observedTimeUnixNano": time, "traceId": GONE, "eventName": "order.placed", "attributes": attributes(&[("k", json!(1.5))])}),
        json!({}),
    ];
    let exemplar =
        |trace: &str| json!({"timeUnixNano": time, "asDouble": 1.0, "traceId": trace, "spanId": "0000000000000001"});
    let point = |exemplars: Vec<Value>| json!({"timeUnixNano": time, "asInt": "3", "exemplars": exemplars, "attributes": attributes(&[("code", json!("200"))])});
    let histogram = json!({"timeUnixNano": time, "count": "3", "sum": 1.5, "bucketCounts": ["1", "2"], "explicitBounds": [0.5], "exemplars": [exemplar(GONE)]});
    let metrics = [
        json!({"name": "t", "sum": {"dataPoints": [point(vec![exemplar(TRACE)]), point(vec![])], "aggregationTemporality": 2, "isMonotonic": true}}),
        json!({"name": "h", "histogram": {"dataPoints": [histogram], "aggregationTemporality": 2}}),
        json!({"name": "g", "gauge": {"dataPoints": [{}]}}),
        json!({"name": "empty", "gauge": {"dataPoints": []}}),
    ];
    // The collector takes no request without a sample: the profile without one needs another beside it.
    let linked = json!([{"linkIndex": 1, "values": ["1"]}, {"linkIndex": 2, "values": ["2"]}]);
    let profiles = [profiles(&[linked, json!([])], &time), profiles(&[json!([{"values": ["3"]}])], &time)];
    let [first, second, third, fourth] = logs;
    let [sum, other, gauge, empty] = metrics;
    [
        ("traces", traces),
        ("logs", [otlp::logs("web", &[first, second]), otlp::logs("web", &[third, fourth])]),
        ("metrics", [otlp::metrics("web", &[sum, other]), otlp::metrics("web", &[gauge, empty])]),
        ("profiles", profiles),
    ]
}

/// A request with a profile for each list of samples.
fn profiles(samples: &[Value], time: &str) -> Value {
    let link = |trace: &str| json!({"traceId": trace, "spanId": "0000000000000001"});
    let profile = |samples: &Value| {
        json!({
            "profileId": "000102030405060708090a0b0c0d0e0f", "timeUnixNano": time, "durationNano": "10",
            "sampleType": {"typeStrindex": 1, "unitStrindex": 1}, "samples": samples,
        })
    };
    let profiles: Vec<Value> = samples.iter().map(profile).collect();
    json!({
        "resourceProfiles": [{"resource": otlp::resource("web"), "scopeProfiles": [{"profiles": profiles}]}],
        "dictionary": {
            "mappingTable": [{}], "locationTable": [{}], "functionTable": [{}], "stackTable": [{}], "attributeTable": [{}],
            "stringTable": ["", "count", ADDRESS], "linkTable": [{}, link(TRACE), link(GONE)],
        },
    })
}

#[test]
fn what_the_file_exporter_writes_is_read_whole_in_every_form() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (form, ..) in FORMS {
        std::fs::create_dir(folder.path().join(form))?;
    }
    let path = folder.path().join("files.yaml");
    std::fs::write(&path, serde_yaml::to_string(&config(folder.path()))?)?;
    let place = Place::new("files", &path, folder.path())?;
    let running = place.start()?;
    for (signal, messages) in &requests() {
        for message in messages {
            place.send(signal, message)?;
        }
    }
    let specs = folder.path().join("slos");
    std::fs::create_dir(&specs)?;
    std::fs::write(specs.join("web.yaml"), SPEC)?;
    let expected = json!({
        "spans": {"read": 2, "skipped": 0}, "log_records": {"read": 4, "skipped": 0},
        "data_points": {"read": 4, "skipped": 0}, "profiles": {"read": 3, "skipped": 0},
        "unknown": {"read": 0, "skipped": 0},
    });
    let mut told = Vec::new();
    for (form, ..) in FORMS {
        let captures = folder.path().join(form);
        let document = wait_for(&specs, &captures, &expected).with_context(|| form.to_owned())?;
        let found: Vec<String> = document["findings"].as_array().into_iter().flatten().map(finding).collect();
        told.push((form, found));
    }
    drop(running);
    for (form, found) in &told {
        ensure!(found == &told[0].1, "{form} and {} differ: {found:?} and {:?}", told[0].0, told[0].1);
    }
    for (code, times) in
        [("pii-in-telemetry", 4), ("log-outside-trace", 1), ("dead-exemplar", 1), ("profile-outside-trace", 1)]
    {
        let count = told[0].1.iter().filter(|finding| finding.starts_with(code)).count();
        assert_eq!(count, times, "{code} in {:?}", told[0].1);
    }
    println!(
        "collector: captures: 4 signals in {} forms of the file exporter: the same {} findings, and 13 records read in each",
        FORMS.len(),
        told[0].1.len(),
    );
    Ok(())
}

/// What a finding says, and of which trace.
fn finding(finding: &Value) -> String {
    format!("{} {} {}", finding["code"], finding["message"], finding["trace_id"]).replacen('"', "", 2)
}

/// Judges the files of a folder until all records have been written there.
fn wait_for(specs: &Path, captures: &Path, expected: &Value) -> Result<Value> {
    let started = Instant::now();
    loop {
        let document = judged(specs, &SIGNALS.map(|signal| captures.join(format!("{signal}.out"))))?;
        if document["records"] == *expected {
            return Ok(document);
        }
        if started.elapsed() > Duration::from_secs(30) {
            bail!("read {}: {}", document["records"], document["findings"]);
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}
