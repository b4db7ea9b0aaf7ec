//! A scripted client over standard input and output. The server is this program in another process, over a plain folder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use emberline_core::finding::Finding;
use emberline_core::quantity::Date;
use emberline_core::source::{SourceId, Sources};
use emberline_lsp::client::Client;
use emberline_lsp::world::{Loaded, World};
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};

/// The folder `slos` below the root.
#[derive(Default)]
struct Disk(Mutex<PathBuf>);

impl World for Disk {
    fn enter(&self, root: &Path) {
        *self.0.lock().unwrap() = root.to_owned();
    }

    fn load(&self, open: &[(PathBuf, String)]) -> Result<Loaded, String> {
        let root = self.0.lock().unwrap().clone();
        let entries = std::fs::read_dir(root.join("slos")).map_err(|cause| cause.to_string())?;
        let mut places: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        places.extend(open.iter().map(|(path, _)| path.clone()).filter(|path| self.is_spec(path)));
        places.sort();
        places.dedup();
        let mut sources = Sources::default();
        for place in &places {
            let edited = open.iter().find(|(path, _)| path == place).map(|(_, text)| text.clone());
            let text = edited.unwrap_or_else(|| std::fs::read_to_string(place).unwrap());
            sources.add(place.strip_prefix(&root).unwrap().display().to_string(), text);
        }
        Ok(Loaded { sources, places, ..Loaded::default() })
    }

    fn is_spec(&self, path: &Path) -> bool {
        path.starts_with(self.0.lock().unwrap().join("slos"))
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn generated(&self, path: &str) -> Option<(PathBuf, String)> {
        let path = self.page(path)?;
        Some((path.clone(), std::fs::read_to_string(path).ok()?))
    }

    fn page(&self, path: &str) -> Option<PathBuf> {
        Some(self.0.lock().unwrap().join("generated").join(path)).filter(|path| path.is_file())
    }

    fn conceal(&self, _: &Sources, _: &[SourceId], _: &mut [Finding]) {}

    fn today(&self) -> Date {
        Date::of_days_since_1970(20_000)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "serve") {
        let input = BufReader::new(std::io::stdin());
        let ended = emberline_lsp::serve(Arc::new(Disk::default()), input, &mut std::io::stdout().lock());
        return ExitCode::from(ended.map_or(2, |in_order| u8::from(!in_order)));
    }
    let tests: [(&str, fn()); 6] = [
        ("findings_follow_keys", findings_follow_keys),
        ("findings_of_other_files_follow", findings_of_other_files_follow),
        ("hover_and_definition", hover_and_definition),
        ("completion", completion),
        ("a_cancelled_request_is_answered_so", a_cancelled_request_is_answered_so),
        ("hostile_input", hostile_input),
    ];
    let trials = tests.into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn spec(service: &str, calls: &str) -> String {
    format!(
        "version: emberline/v1\nservice: {service}\ncalls: [{{service: {calls}, kind: sync}}]\nmetrics:\n  http.requests:\n    \
         type: counter\n    labels:\n      code: {{values: [\"200\", \"500\"]}}\nslos:\n  - name: up\n    objective: 99.9%\n    \
         sli:\n      events:\n        total: http_requests_total\n        bad: http_requests_total{{code=\"500\"}}\n"
    )
}

fn folder(services: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("slos")).unwrap();
    for (service, calls) in services {
        std::fs::write(folder.path().join(format!("slos/{service}.yaml")), spec(service, calls)).unwrap();
    }
    folder
}

/// A session in which `a.yaml` is open.
fn session(folder: &Path) -> (Client, String) {
    let mut client = Client::start(Command::new(std::env::current_exe().unwrap()).arg("serve")).unwrap();
    let result = client.initialize(folder).unwrap();
    assert_eq!(result.pointer("/capabilities/textDocumentSync/change"), Some(&json!(2)));
    let path = folder.join("slos/a.yaml");
    let uri = client.open(&path, &std::fs::read_to_string(&path).unwrap()).unwrap();
    client.told("textDocument/publishDiagnostics", |it| it["uri"] == uri).unwrap();
    (client, uri)
}

fn edit(client: &mut Client, uri: &str, version: i64, change: Value) {
    let document = json!({"uri": uri, "version": version});
    client.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]})).unwrap();
}

fn codes(told: &Value) -> Vec<String> {
    told["diagnostics"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

fn findings_follow_keys() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let (mut client, uri) = session(folder.path());
    let told = |client: &mut Client, version: i64| {
        client.told("textDocument/publishDiagnostics", |it| it["uri"] == uri && it["version"] == version).unwrap()
    };
    // `service: a` becomes `servicé😀: a`, then a call of nobody.
    let range = json!({"start": {"line": 1, "character": 6}, "end": {"line": 1, "character": 7}});
    edit(&mut client, &uri, 2, json!({"range": range, "text": "é😀"}));
    let now = told(&mut client, 2);
    assert!(codes(&now).contains(&"unknown-field".to_owned()), "{now}");
    // `é😀` counts three UTF-16 code units.
    let field = now["diagnostics"].as_array().unwrap().iter().find(|it| it["code"] == "unknown-field").unwrap();
    assert_eq!(field["range"]["end"], json!({"line": 1, "character": 9}));
    let range = json!({"start": {"line": 1, "character": 6}, "end": {"line": 1, "character": 9}});
    edit(&mut client, &uri, 3, json!({"range": range, "text": "e"}));
    assert_eq!(codes(&told(&mut client, 3)), [""; 0]);
    edit(&mut client, &uri, 4, json!({"text": spec("a", "nobody")}));
    assert_eq!(codes(&told(&mut client, 4)), ["unknown-reference"]);
    edit(&mut client, &uri, 5, json!({"text": spec("a", "b").replace("99.9%", "100%")}));
    assert_eq!(codes(&told(&mut client, 5)), ["objective-out-of-range"]);
    assert_eq!(client.end().unwrap(), Some(0));
}

fn findings_of_other_files_follow() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let (mut client, uri) = session(folder.path());
    // The file is untouched: another name in the editor leaves a call of `a` behind.
    edit(&mut client, &uri, 2, json!({"text": spec("renamed", "b")}));
    let told = client.told("textDocument/publishDiagnostics", |it| it["uri"].as_str().unwrap().ends_with("/b.yaml"));
    assert_eq!(codes(&told.unwrap()), ["unknown-reference"]);
    // Closed without saving, the file counts again.
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}})).unwrap();
    let told = client.told("textDocument/publishDiagnostics", |it| it["uri"].as_str().unwrap().ends_with("/b.yaml"));
    assert_eq!(codes(&told.unwrap()), [""; 0]);
    assert_eq!(client.end().unwrap(), Some(0));
}

fn place(uri: &str, line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

/// When each alert of a spec fires and resolves, as its description says.
fn stated(spec: &str) -> Vec<(String, String)> {
    let mut sources = Sources::default();
    sources.add("slos/a.yaml", spec);
    sources.add("slos/b.yaml", self::spec("b", "a"));
    let plan = emberline_core::compile(&sources, emberline_core::Order::default()).plan.unwrap();
    let files = emberline_core::emit::Emitter::new(&plan).all(&plan.targets);
    let rules = files.iter().find(|file| file.path == "prometheus/rules/a.yaml").unwrap();
    let said = rules.text.lines().filter_map(|line| {
        let (fires, rest) = line.split_once("this alert fires after about ")?.1.split_once(',')?;
        let (_, resolves) = rest.split_once("It resolves about ")?;
        Some((fires.to_owned(), resolves.split_once(" after")?.0.to_owned()))
    });
    said.collect()
}

fn hover_and_definition() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let rules = folder.path().join("generated/prometheus/rules");
    std::fs::create_dir_all(&rules).unwrap();
    std::fs::write(rules.join("a.yaml"), "groups:\n- name: a/down\n- name: a/up\n").unwrap();
    let (mut client, uri) = session(folder.path());
    let hover = client.ask("textDocument/hover", place(&uri, 10, 8)).unwrap();
    let text = hover["contents"]["value"].as_str().unwrap();
    // 0.1% of 30 days, and the times that the compiled alerts say.
    assert!(text.contains("99.9% of events") && text.contains("43m12s"), "{text}");
    let times = stated(&spec("a", "b"));
    assert_eq!(times.len(), 4);
    for (fires, resolves) in times {
        assert!(text.contains(&format!("| {fires} | {resolves} |")), "{text}");
    }
    let hover = client.ask("textDocument/hover", place(&uri, 5, 6)).unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().contains("kind of instrument"), "{hover}");
    let found = client.ask("textDocument/definition", place(&uri, 9, 11)).unwrap();
    assert!(found["uri"].as_str().unwrap().ends_with("generated/prometheus/rules/a.yaml"), "{found}");
    assert_eq!(found["range"]["start"]["line"], 2);
    let found = client.ask("textDocument/definition", place(&uri, 2, 18)).unwrap();
    assert!(found["uri"].as_str().unwrap().ends_with("slos/b.yaml"), "{found}");
    assert_eq!(client.end().unwrap(), Some(0));
}

fn labels(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap()).collect()
}

fn completion() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let (mut client, uri) = session(folder.path());
    let text = spec("a", "b");
    let mut ask = |version: i64, added: &str| {
        let whole = format!("{text}{added}");
        edit(&mut client, &uri, version, json!({"text": whole}));
        let line = u32::try_from(whole.matches('\n').count()).unwrap();
        let last = whole.rsplit('\n').next().unwrap();
        let answer = client
            .ask("textDocument/completion", place(&uri, line, u32::try_from(last.encode_utf16().count()).unwrap()))
            .unwrap();
        labels(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let fields = ask(2, "    wi");
    assert!(fields.contains(&"window".to_owned()) && !fields.contains(&"objective".to_owned()), "{fields:?}");
    let slo = "  - name: b\n    sli:\n      events:\n        total: ";
    assert_eq!(ask(3, &format!("{slo}http")), ["http_requests_total"]);
    assert_eq!(ask(4, &format!("{slo}http_requests_total{{co")), ["code"]);
    assert_eq!(ask(5, &format!("{slo}http_requests_total{{code=\"")), ["200", "500"]);
    assert_eq!(client.end().unwrap(), Some(0));
}

fn a_cancelled_request_is_answered_so() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let (mut client, uri) = session(folder.path());
    // Both are in one write, so that the second waits while the first is looked at.
    let frame = |text: Value| {
        let text = text.to_string();
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    };
    let ask = json!({"jsonrpc": "2.0", "id": "x", "method": "textDocument/hover", "params": place(&uri, 1, 1)});
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "x"}});
    // Enough work that the server's reader is through before the request's turn comes.
    let busy = (0..20).map(|id| {
        frame(json!({"jsonrpc": "2.0", "id": format!("y{id}"), "method": "textDocument/hover", "params": place(&uri, 10, 8)}))
    });
    let all: String = busy.chain([frame(ask), frame(cancel)]).collect();
    client.write(all.as_bytes()).unwrap();
    assert_eq!(client.answer(&json!("x")).unwrap()["error"]["code"], -32800);
    assert_eq!(client.end().unwrap(), Some(0));
}

fn hostile_input() {
    let folder = folder(&[("a", "b"), ("b", "a")]);
    let (mut client, uri) = session(folder.path());
    client.write(b"Content-Length: 3\r\n\r\n{]}").unwrap();
    assert!(client.ask("textDocument/hover", json!(7)).unwrap()["error"]["code"] == -32602);
    assert!(client.ask("no/such", json!({})).unwrap()["error"]["code"] == -32601);
    // A file elsewhere, a document that nobody opened, places that do not exist.
    for other in ["file:///etc/passwd", "untitled:x", "file:///%ff"] {
        assert_eq!(client.ask("textDocument/hover", place(other, 0, 0)).unwrap(), Value::Null);
        edit(&mut client, other, 9, json!({"text": "x"}));
    }
    client.open(Path::new("/elsewhere/values.yaml"), "a: {").unwrap();
    client.ask("textDocument/hover", place(&uri, u32::MAX, u32::MAX)).unwrap();
    let range = json!({"start": {"line": 9, "character": 9}, "end": {"line": 0, "character": 0}});
    let texts = [
        "\u{0}",
        "😀: [",
        "a: &a [*a, *a]",
        "- - - -",
        "? x\n: |\n  y",
        "version: emberline/v1\nservice: a\nslos: [{",
        "\r\r\n\t",
    ];
    for (version, text) in (2..).zip(texts) {
        edit(&mut client, &uri, version, json!({"range": range, "text": text}));
        edit(&mut client, &uri, version, json!({"text": text}));
        for character in 0..6 {
            client.ask("textDocument/completion", place(&uri, 0, character)).unwrap();
            client.ask("textDocument/hover", place(&uri, 0, character)).unwrap();
            client.ask("textDocument/definition", place(&uri, 0, character)).unwrap();
        }
    }
    edit(&mut client, &uri, 50, json!({"text": "[".repeat(100_000)}));
    let told = client.told("textDocument/publishDiagnostics", |it| it["uri"] == uri && it["version"] == 50).unwrap();
    assert_eq!(codes(&told), ["invalid-yaml"]);
    assert_eq!(client.end().unwrap(), Some(0));
    // A length that nobody can mean ends the session, in order.
    let (mut client, _) = session(folder.path());
    client.write(b"Content-Length: 99999999999999\r\n\r\n").unwrap();
    assert_eq!(client.wait().unwrap(), Some(2));
    // So does an end without `shutdown`.
    assert_eq!(session(folder.path()).0.wait().unwrap(), Some(1));
}
