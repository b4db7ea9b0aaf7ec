//! The shapes of the table of topologies, through a real collector: what its file exporter writes of them is judged in every
//! form like what was sent.

#[path = "../../../../compiler/evidence/tests/topologies/broken.rs"]
mod broken;
#[path = "../../../../compiler/evidence/tests/topologies/honest.rs"]
mod honest;
#[path = "../../../../compiler/evidence/tests/sketch/lines.rs"]
mod lines;
#[path = "../../../../compiler/evidence/tests/topologies/short.rs"]
mod short;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::collector::{Place, passing_on};
use emberline_proofs::tools::judged;
use serde_json::{Value, json};

use crate::captures::FORMS;

/// Groups of shapes with the same specs are judged as one capture. Smaller groups show nothing more.
const LEAST: usize = 6;
/// The most traces of a shape.
const TRACES: u128 = 100;

#[test]
fn shapes_are_judged_alike_in_every_form_that_the_file_exporter_writes() -> Result<()> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let honest = honest::SHAPES.iter().chain(honest::DOUBTFUL).map(|(_, specs, sketch)| (*specs, *sketch));
    for (specs, sketch) in honest.chain(broken::SHAPES.iter().map(|(_, specs, sketch, ..)| (*specs, *sketch))) {
        groups.entry(specs).or_default().push(sketch);
    }
    groups.retain(|_, sketches| sketches.len() >= LEAST);
    let (mut shapes, mut findings, mut records) = (0, 0, 0);
    for (specs, sketches) in &groups {
        let (found, read) = group(specs, sketches).with_context(|| (*specs).to_owned())?;
        shapes += sketches.len();
        findings += found;
        records += read;
    }
    ensure!(shapes >= 80, "only {shapes} shapes");
    println!(
        "collector: shapes: {shapes} shapes of {records} records in {} forms of the file exporter: the same {findings} findings",
        FORMS.len()
    );
    Ok(())
}

/// Judges the shapes of a group, as they are sent and as a collector writes them. Returns the numbers of findings and records.
fn group(specs: &str, sketches: &[&str]) -> Result<(usize, u64)> {
    let folder = tempfile::tempdir()?;
    let written = folder.path().join("slos");
    std::fs::create_dir(&written)?;
    for (path, text) in short::specs(specs) {
        std::fs::write(folder.path().join(path), text)?;
    }
    let mut exporters = BTreeMap::new();
    for (form, format, compression) in FORMS {
        let path = folder.path().join(form);
        exporters.insert(format!("file/{form}"), json!({"path": path, "format": format, "compression": compression}));
    }
    // An exporter of two pipelines writes both signals into one file.
    let names: Vec<String> = exporters.keys().cloned().collect();
    let config = passing_on(&exporters, &BTreeMap::from([("traces", names.clone()), ("logs", names)]));
    let path = folder.path().join("files.yaml");
    std::fs::write(&path, serde_yaml::to_string(&config)?)?;
    let place = Place::new("files", &path, folder.path())?;
    let running = place.start()?;
    let mut sent = String::new();
    for (at, sketch) in (0..).zip(sketches) {
        for line in lines::lines(sketch).lines() {
            let mut request: Value = serde_json::from_str(line)?;
            move_traces(&mut request, at * TRACES)?;
            let signal = if let Some(record) = request.pointer_mut("/resourceLogs/0/scopeLogs/0/logRecords/0") {
                // Without a time, a log record in protobuf may be another message.
                record["timeUnixNano"] = "1".into();
                "logs"
            } else {
                "traces"
            };
            place.send(signal, &request)?;
            sent += &format!("{request}\n");
        }
    }
    let plain = folder.path().join("sent.jsonl");
    std::fs::write(&plain, &sent)?;
    let expected = judged(&written, &[plain])?;
    let read = |signal: &str| expected["records"][signal]["read"].as_u64().unwrap_or_default();
    ensure!(read("spans") + read("log_records") == sent.lines().count() as u64, "{expected}");
    for (form, ..) in FORMS {
        let capture = folder.path().join(form);
        let started = Instant::now();
        loop {
            let document = judged(&written, std::slice::from_ref(&capture)).unwrap_or_default();
            if document["records"] == expected["records"] {
                let told = |document: &Value| -> Vec<String> {
                    document["findings"].as_array().into_iter().flatten().map(Value::to_string).collect()
                };
                ensure!(told(&document) == told(&expected), "{form}: {:#?} {:#?}", told(&document), told(&expected));
                break;
            }
            if started.elapsed() > Duration::from_secs(30) {
                bail!("{form}: {}, but {} were sent", document["records"], expected["records"]);
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    drop(running);
    let findings = expected["findings"].as_array().map_or(0, Vec::len);
    Ok((findings, read("spans") + read("log_records")))
}

/// Adds a number to the ids of traces, so that each shape has traces of its own.
fn move_traces(value: &mut Value, by: u128) -> Result<()> {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(id) if key == "traceId" => {
                        *id = format!("{:032x}", u128::from_str_radix(id, 16)? + by);
                    }
                    value => move_traces(value, by)?,
                }
            }
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| move_traces(item, by))?,
        _ => {}
    }
    Ok(())
}
