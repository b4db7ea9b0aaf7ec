//! `emberline walk` against a Prometheus that says next to nothing: formats, artefacts and exit statuses. What a walk finds is
//! tested in `emberline-walk`.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../slos");

/// A Prometheus with these alerts and no series; it ends with the test's process.
fn prometheus(alerts: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, alerts);
        }
    });
    at
}

fn answer(mut stream: TcpStream, alerts: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? < 3 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let data = match first.contains("/api/v1/alerts") {
        true => format!("{{\"alerts\":[{alerts}]}}"),
        false if first.contains("exemplars") => "[]".to_owned(),
        false if first.contains("query_range") => "{\"resultType\":\"matrix\",\"result\":[]}".to_owned(),
        false => "{\"resultType\":\"vector\",\"result\":[]}".to_owned(),
    };
    let body = format!("{{\"status\":\"success\",\"data\":{data}}}");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{body}", body.len())
}

fn run(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emberline"));
    let Output { status, stdout, stderr } =
        command.args(["--color", "never", "walk"]).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

const FIRING: &str = r#"{"labels":{"alertname":"ErrorBudgetBurn","service":"checkout","slo":"latency","severity":"page",
    "long_window":"1h","short_window":"5m"},"annotations":{},"state":"firing","activeAt":"2026-01-01T00:00:00Z","value":"1"}"#;

#[test]
fn nothing_burns() {
    let folder = tempfile::tempdir().unwrap();
    let at = prometheus("");
    let (status, out, err) = run(&["--specs", SPECS, "--prometheus", &at], folder.path());
    assert_eq!(status, 0, "{err}");
    assert!(out.starts_with("No error budget burns") && err.starts_with("walked in "), "{out}{err}");
    let (status, out, _) = run(&["--specs", SPECS, "--prometheus", &at, "--format", "json"], folder.path());
    let walk: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, walk["verdict"].as_str()), (0, Some("healthy")));
}

/// A drill compresses the alert's windows, so the time in which the incident may have begun shrinks with them.
#[test]
fn a_drill_that_runs_is_walked_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = prometheus(FIRING);
    let uncertain = |more: &[&str]| {
        let all = [&["--specs", SPECS, "--prometheus", &at, "--format", "json"], more].concat();
        let (_, out, err) = run(&all, folder.path());
        let walk: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        walk["objective"]["onset"]["plus_minus"].as_f64().unwrap()
    };
    let (plain, scaled) = (uncertain(&[]), uncertain(&["--time-scale", "15"]));
    assert!((plain - 15.0 * scaled).abs() < 1e-6, "{plain} {scaled}");
    let (status, _, err) = run(&["--specs", SPECS, "--prometheus", &at, "--time-scale", "0"], folder.path());
    assert!(status == 2 && err.contains("--time-scale"), "{status} {err}");
}

#[test]
fn what_cannot_be_told_is_not_certain() {
    let folder = tempfile::tempdir().unwrap();
    let at = prometheus(FIRING);
    let artefacts = folder.path().join("out");
    std::fs::create_dir(&artefacts).unwrap();
    for name in ["4-profile.md", "notes.md"] {
        std::fs::write(artefacts.join(name), "of an earlier walk").unwrap();
    }
    let arguments =
        ["--specs", SPECS, "--prometheus", &at, "--out", artefacts.to_str().unwrap(), "--format", "markdown"];
    let (status, out, err) = run(&arguments, folder.path());
    assert_eq!(status, 1, "{err}");
    assert!(out.starts_with("# checkout/latency: not certain"), "{out}");
    assert_eq!(std::fs::read_to_string(artefacts.join("walk.md")).unwrap(), out);
    for name in ["1-slo.md", "1-slo.json", "1-slo.svg", "2-red.md", "5-code.json", "walk.json"] {
        assert!(artefacts.join(name).is_file(), "{name}");
    }
    assert!(err.contains("artefacts in out"), "{err}");
    // A layer of an earlier walk would tell another story; what people keep beside them is theirs.
    assert!(!artefacts.join("4-profile.md").exists() && artefacts.join("notes.md").exists());
}

#[test]
fn what_cannot_be_asked_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    // Port 9 of this machine: nobody listens there.
    let (status, out, err) = run(&["--specs", SPECS, "--prometheus", "http://127.0.0.1:9"], folder.path());
    assert!(status == 2 && out.is_empty() && err.contains("127.0.0.1:9"), "{status} {err}");
    let (status, _, err) = run(&["--specs", SPECS, "--prometheus", "localhost:9"], folder.path());
    assert!(status == 2 && err.contains("is not an address"), "{status} {err}");
    std::fs::write(folder.path().join("a.yaml"), "version: emberline/v1\nservice: a\nslos: 7\n").unwrap();
    let (status, out, _) = run(&["--specs", "a.yaml", "--prometheus", "http://127.0.0.1:9"], folder.path());
    assert!(status == 2 && out.contains("a.yaml:3"), "{status} {out}");
}

#[test]
fn a_file_of_stores_is_read_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let told = |text: &str| {
        std::fs::write(folder.path().join("stores.yaml"), text).unwrap();
        let (status, out, err) = run(&["--specs", SPECS, "--stores", "stores.yaml"], folder.path());
        assert!(status == 2 && out.is_empty(), "{status} {out}");
        err
    };
    for (text, wanted) in [
        ("\nloki: {url: http://x, token: y}\n", "stores.yaml:2: `loki`: unknown field `token`"),
        ("prometheus: http://x\nlokki: http://x\n", "stores.yaml:2: `lokki`: expected one of prometheus"),
        ("prometheus: {url: http://x, bearer_token_file: gone}\n", "stores.yaml:1: `prometheus`: cannot read gone"),
        ("victoria_metrics: {url: http://x, tenant: a|b}\n", "`a|b` is no tenant of Victoria's"),
        ("loki: [\n", "stores.yaml:1: `[` is never closed"),
        ("loki: http://x\n", "no store of metrics is given"),
        ("prometheus: me:hunter2@x\n", "stores.yaml:1: `prometheus`: `x` is not an address"),
    ] {
        let err = told(text);
        assert!(err.contains(wanted) && !err.contains("hunter2"), "{err}");
    }
    // The file's addresses are asked, and options win over them.
    let at = prometheus("");
    std::fs::write(folder.path().join("stores.yaml"), "prometheus: http://127.0.0.1:9\n").unwrap();
    let both = ["--specs", SPECS, "--stores", "stores.yaml", "--prometheus", &at];
    let (status, out, err) = run(&both, folder.path());
    assert!(status == 0 && out.starts_with("No error budget burns"), "{status} {out}{err}");
    let (status, _, err) = run(&both[..4], folder.path());
    assert!(status == 2 && err.contains("127.0.0.1:9"), "{status} {err}");
    let (status, _, err) = run(&["--specs", SPECS, "--prometheus", &at, "--repo", "payments"], folder.path());
    assert!(status == 2 && err.contains("`payments` names no service"), "{status} {err}");
}

#[test]
fn an_export_is_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = prometheus(FIRING);
    let place = folder.path().join("incident");
    let arguments = ["--specs", SPECS, "--prometheus", &at, "--export", "incident"];
    let (status, out, err) = run(&arguments, folder.path());
    assert!(status == 1 && out.contains("not certain"), "{status} {out}{err}");
    assert!(err.contains("exported 4 files to incident"), "{err}");
    for absent in ["traces.json", "profiles.json", "context/commits.json", "context/deploys.json"] {
        assert!(!place.join(absent).exists() && err.contains(absent), "{absent}: {err}");
    }
    for name in ["alert.json", "metrics.csv", "context/flags.json", "walk.json"] {
        let text = std::fs::read_to_string(place.join(name)).unwrap();
        assert!(!text.contains("127.0.0.1"), "{name} names a host: {text}");
    }
    // Evidence is never overwritten, whether it is ours or not. The walk does not even begin.
    let (status, out, err) = run(&arguments, folder.path());
    assert!(status == 2 && out.is_empty() && err.contains("the folder is not empty"), "{status} {out}{err}");
    let (status, _, err) = run(&[&arguments[..5], &["a/b"]].concat(), folder.path());
    assert!(status == 1 && folder.path().join("a/b/walk.json").is_file(), "{status} {err}");
}

#[test]
fn what_cannot_be_exported_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = prometheus("");
    let export = |place: &str| run(&["--specs", SPECS, "--prometheus", &at, "--export", place], folder.path());
    let (status, out, err) = export("incident");
    assert!(status == 2 && out.starts_with("No error budget burns"), "{status} {out}");
    assert!(err.contains("there is no incident to export") && !folder.path().join("incident").exists(), "{err}");
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let (status, _, err) = export("file");
    assert!(status == 2 && err.contains("cannot export to file"), "{status} {err}");
}
