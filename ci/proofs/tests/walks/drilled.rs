//! The demo as it runs, drilled: its collector and its Prometheus write what they keep into Jaeger, VictoriaLogs and
//! VictoriaMetrics, and the drill reads there alone, through the doors.
//!
//! Time is compressed as in every drill, and windows before the drill are empty in these stores: the demo's history stays
//! in its own Prometheus.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use emberline_proofs::engines::traces::Traces;
use emberline_proofs::engines::vmalert::VictoriaMetrics;
use emberline_proofs::stores::doors::keeps_secrets;
use emberline_proofs::stores::{Doors, TENANT, VictoriaLogs};
use emberline_proofs::tools::{emberline, workspace};
use serde_json::{Value, json};

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_demos_own_incident() {
    let folder = tempfile::tempdir().unwrap();
    let (jaeger, logs) = (Traces::jaeger("/jaeger").unwrap(), VictoriaLogs::start().unwrap());
    let metrics = VictoriaMetrics::start().unwrap();
    let mut doors = Doors::new().unwrap();
    doors.metrics(&metrics.url).unwrap();
    doors.logs(&logs.url).unwrap();
    doors.traces("jaeger", "/observe", &jaeger.url).unwrap();
    doors.rename("jaeger", "/observe", "/observe/jaeger");
    let copies = json!({
        "traces": jaeger.intake,
        "logs": {
            "url": format!("{}/insert/opentelemetry/v1/logs", logs.url),
            "headers": {"AccountID": TENANT.0, "ProjectID": TENANT.1},
        },
        "metrics": format!("{}/api/v1/write", metrics.url),
        "endpoints": doors.named().unwrap(),
    });
    let (file, out) = (folder.path().join("copies.json"), folder.path().join("incident"));
    fs::write(&file, copies.to_string()).unwrap();
    let mut command = Command::new(emberline().unwrap());
    command.args(["--color", "never", "gameday", "--fault", "currency-rounding", "--honest", "4", "--out"]).arg(&out);
    command.env("EMBERLINE_COPIES", &file).current_dir(workspace()).stdin(Stdio::null());
    let said = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    keeps_secrets(&told).unwrap();
    assert!(said.status.success(), "{told}");
    let (drill, walk) = (read(&out.join("drill.json")), read(&out.join("walk/walk.json")));
    println!(
        "stores: the demo's own incident, {} after {:.0} s and walked in {:.1} s, is {} by Jaeger, VictoriaLogs and \
         VictoriaMetrics: {}",
        drill["page"]["alert"].as_str().unwrap(),
        drill["detected"].as_f64().unwrap(),
        drill["search"]["seconds"].as_f64().unwrap(),
        drill["outcome"].as_str().unwrap(),
        drill["search"]["suspects"][0]["subject"].as_str().unwrap()
    );
    assert_eq!(drill["outcome"], "resolved", "{told}");
    assert_eq!((&drill["search"]["verdict"], &drill["search"]["rank"]), (&json!("commit"), &json!(1)), "{told}");
    assert_eq!(drill["search"]["suspects"][0]["commit"], drill["release"]["bad"]);
    let walk = walk.to_string();
    for product in ["Jaeger", "VictoriaLogs", "VictoriaMetrics"] {
        assert!(walk.contains(&format!("{product} at https://127.0.0.1")), "{product} was not asked: {walk}");
    }
    keeps_secrets(&walk).unwrap();
}
